"""Configuration: defaults, merging, and messages for what is wrong."""

import math
import os
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from genostrat.config.document import documents
from genostrat.config.files import find_missing_inputs, find_missing_studies
from genostrat.config.schema.keys import POLICY, cohort_schema
from genostrat.config.schema.studies import STUDIES
from genostrat.config.settings import load_settings
from genostrat.config.source import ConfigSource
from genostrat.config.validation import find_problems
from genostrat.errors import GenostratError
from genostrat.provenance import input_files

HOME = Path(__file__).resolve().parents[2]


def complaint(tmp_path, text, overrides=None):
    folder = tmp_path / "config/cohorts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "leeds.yaml").write_text(text)
    with pytest.raises(GenostratError) as caught:
        load_settings(
            {"cohorts": ["leeds"]} | (overrides or {}), home=HOME, directory=tmp_path
        )
    return str(caught.value)


def load(tmp_path, text, overrides=None):
    folder = tmp_path / "config/cohorts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "leeds.yaml").write_text(text)
    chosen = {"cohorts": ["leeds"]} | (overrides or {})
    return load_settings(chosen, home=HOME, directory=tmp_path).cohorts["leeds"]


def keys_of(schema):
    return {
        f"{key}.{inner}" if item.get("properties") else key
        for key, item in schema.items()
        for inner in (item.get("properties") or [""])
    }


def test_every_key_has_a_default_and_every_default_a_key():
    defaults = yaml.safe_load((HOME / "config/config.yaml").read_text())
    found = {
        f"{key}.{inner}" if isinstance(value, dict) else key
        for key, value in defaults.items()
        for inner in (value if isinstance(value, dict) else [""])
    }
    assert found - {"cohorts", "cohort_dir", "bundles"} == keys_of(
        POLICY | {"studies": STUDIES}
    )


@pytest.mark.parametrize("path", sorted(documents()), ids=lambda path: path.name)
def test_generated_documents_are_up_to_date(path):
    assert path.read_text() == documents()[path], "run `make docs`"


@pytest.mark.parametrize(
    "path",
    sorted([*HOME.glob("config/cohorts/*.yaml"), *HOME.glob("config/examples/*.yaml")]),
    ids=lambda path: path.stem,
)
def test_shipped_cohorts_are_valid(path):
    source = ConfigSource(path)
    assert not find_problems(source.data, schema=cohort_schema(), file=path)


def test_the_cohort_overrides_defaults_and_the_command_line_both(tmp_path):
    text = "samples: {path: s.tsv}\nqc: {min_call_rate: 0.8, min_maf: 0.02}\n"
    cohort = load(tmp_path, text, {"qc": {"min_maf": 0.03}})
    assert cohort["qc"]["min_call_rate"] == 0.8
    assert cohort["qc"]["min_maf"] == 0.03
    assert cohort["qc"]["max_contamination"] == 0.05


def test_a_site_config_lies_between_defaults_and_cohort(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("qc: {min_maf: 0.2, n_pcs: 7}\n")
    cohort = load(tmp_path, "samples: {path: s.tsv}\nqc: {min_maf: 0.1}\n")
    assert (cohort["qc"]["min_maf"], cohort["qc"]["n_pcs"]) == (0.1, 7)


def test_a_copy_of_the_defaults_writes_no_names_of_columns(tmp_path):
    defaults = yaml.safe_load((HOME / "config/config.yaml").read_text())
    shared = {key: defaults[key] for key in ("strata", "response", "report")}
    named = "samples: {path: s.tsv}\nreport: {colour_by: population}\n"
    alone = load(tmp_path, named)["written_in"]
    own = str(tmp_path / "config/cohorts/leeds.yaml")
    assert alone == {"report.colour_by": own}
    # What the command line says lies above the cohort's file, and is the default.
    copied = load(tmp_path, named, shared)
    assert copied["written_in"] == {}
    assert copied["report"]["colour_by"] == defaults["report"]["colour_by"]
    shared["report"]["colour_by"] = "site"
    changed = load(tmp_path, named, shared)["written_in"]
    assert changed == {"report.colour_by": "--config or --configfile"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "sample: {path: a}\n",
            ["line 1: unknown key sample", "did you mean samples?"],
        ),
        ("{}\n", ["the key samples is missing"]),
        (
            "samples: {path: a}\nqc:\n  min_cal_rate: 1\n",
            ["line 3: unknown key qc.min_cal_rate", "did you mean min_call_rate?"],
        ),
        (
            "samples: {path: a}\nqc: {on_duplicate: drop}\n",
            ["'drop' (str)", "keep or flag or exclude"],
        ),
        (
            "samples: {path: a}\ngenotypes: {vcf: x, build: hg19}\n",
            ["line 2: genotypes.build", "GRCh37 or GRCh38"],
        ),
        (
            "samples: {path: a}\ngenotypes:\n  build: GRCh38\n",
            ["line 2: genotypes names no source", "one of vcf, plink, pgen"],
        ),
        (
            "samples: {path: a}\ngenotypes:\n  build: GRCh38\n  vcf: a\n  plink: b\n",
            ["line 5: genotypes names more than one source", "found:   vcf, plink"],
        ),
        (
            "samples: {path: a}\ngenotypes: {pgen: [], build: GRCh38}\n",
            ["line 2: genotypes.pgen", "one path, or a list of different paths"],
        ),
        ("samples: {path: a}\nseed: one\n", ["seed has a value", "integer"]),
        ("samples: {path: a}\nsamples: {path: b}\n", ["stands twice", "line 2"]),
        ("samples: {path: [a}\n", ["not valid YAML", "line 1"]),
        ("- a\n", ["not a mapping"]),
        (
            "samples: {path: a}\noutcomes:\n  - {name: os, kind: survival, time: t}\n",
            ["outcomes[0].event is missing"],
        ),
        (
            "samples: {path: a}\noutcomes:\n  - {name: o, kind: binary, column: r}\n"
            "profile: {clinical_features: [r]}\n",
            ["clinical_features uses an outcome", "line 4"],
        ),
        (
            "samples: {path: a}\nstrata: {k_min: 5, k_max: 3}\n",
            ["k_max is smaller than strata.k_min"],
        ),
    ],
)
def test_messages(tmp_path, text, expected):
    message = complaint(tmp_path, text)
    for part in ["leeds.yaml", *expected]:
        assert part in message


def test_problems_of_several_keys_come_together(tmp_path):
    message = complaint(tmp_path, "samples: {path: a}\nseed: -1\nqc: {n_pcs: 0}\n")
    assert message.startswith("2 problems")


def test_values_that_a_cluster_turned_into_text_are_numbers_again(tmp_path):
    overrides = {
        "seed": "7",
        "qc": {"min_maf": "0.02"},
        "report": {"show_ids": "False", "colour_by": "3"},
        "ingest": {"filters": "['PASS']"},
    }
    cohort = load(tmp_path, "samples: {path: s.tsv}\n", overrides)
    assert cohort["seed"] == 7
    assert cohort["qc"]["min_maf"] == 0.02
    assert cohort["report"] == {"show_ids": False, "colour_by": "3"}
    assert cohort["ingest"]["filters"] == ["PASS"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"model": "m"}, "the key cohort is missing"),
        ({"cohort": "leeds"}, "the key model is missing"),
        ({"model": "m", "cohort": "../leeds"}, "letters, digits"),
        ({"model": "m", "cohort": 7}, "cohort has a value"),
        ({"model": "", "cohort": "leeds"}, "model has a value"),
        ({"model": "m", "cohort": "leds"}, "there is no cohort 'leds'"),
    ],
)
def test_a_model_and_a_cohort_come_together(tmp_path, given, expected):
    assert expected in complaint(tmp_path, "samples: {path: a}\n", given)


def test_a_cohort_to_assign_is_the_only_one(tmp_path):
    load(tmp_path, "samples: {path: a}\n")
    given = {"model": "m", "cohort": "leeds", "cohorts": ["toy"]}
    settings = load_settings(given, home=HOME, directory=tmp_path)
    assert (list(settings.cohorts), settings.model) == (["leeds"], "m")


def test_components_of_a_panel_need_one(tmp_path):
    text = "samples: {path: a}\nprofile: {ancestry_space: panel}\n"
    assert "there is no reference panel" in complaint(tmp_path, text)


def test_an_unknown_key_on_the_command_line(tmp_path):
    with pytest.raises(GenostratError, match="did you mean cohorts"):
        load_settings({"cohrts": ["toy"]}, home=HOME, directory=tmp_path)


@pytest.mark.parametrize("name", ["../x", "a b", "a;rm", "", "x" * 65])
def test_cohort_names_are_no_paths(tmp_path, name):
    with pytest.raises(GenostratError, match="letters, digits"):
        load_settings({"cohorts": [name]}, home=HOME, directory=tmp_path)


def test_an_unknown_cohort_suggests_the_nearest(tmp_path):
    with pytest.raises(GenostratError, match="did you mean toy_null"):
        load_settings({"cohorts": ["toynull"]}, home=HOME, directory=tmp_path)


def test_missing_inputs_are_named_with_their_key(tmp_path):
    text = "samples:\n  path: no/samples.tsv\nmatrices:\n"
    text += "  - {name: m, path: no/m.tsv, orientation: features_by_samples}\n"
    cohort = load(tmp_path, text)
    with pytest.raises(GenostratError) as caught:
        find_missing_inputs({"leeds": cohort})
    message = str(caught.value)
    assert message.startswith("2 problems")
    assert "line 2: the file named by samples" in message
    assert "no/m.tsv" in message


def test_a_fileset_is_named_without_suffix_and_looked_for_in_full(tmp_path):
    prefix = tmp_path / "my cohort.v2"
    text = f"samples:\n  path: {tmp_path}/s.tsv\ngenotypes:\n  build: GRCh38\n"
    cohort = load(tmp_path, text + f"  plink: {prefix}\n")
    for suffix in ("s.tsv", "my cohort.v2.bed", "my cohort.v2.fam"):
        (tmp_path / suffix).touch()
    with pytest.raises(GenostratError) as caught:
        find_missing_inputs({"leeds": cohort})
    (problem,) = caught.value.problems
    assert problem.found == f"{prefix}.bim"
    assert problem.line == 5
    assert "without a suffix" in problem.fix
    Path(f"{prefix}.bim").touch()
    find_missing_inputs({"leeds": cohort})


def test_input_files_are_all_parts_of_a_fileset(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    text = "samples: {path: s.tsv}\ngenotypes: {build: GRCh38, "
    cohort = load(tmp_path, text + f"pgen: ['{one}', '{two}']}}\n")
    Path(f"{two}.pvar.zst").touch()
    assert input_files(cohort) == [
        "s.tsv",
        *(f"{one}.pgen", f"{one}.pvar", f"{one}.psam"),
        *(f"{two}.pgen", f"{two}.pvar.zst", f"{two}.psam"),
    ]


HOSTILE = {
    "date": ("samples: {path: a}\nseed: 2024-02-30\n", "line 2: seed has a value"),
    "tag": ("samples: {path: a}\nseed: !foo 1\n", "line 2: this value has a tag"),
    "python": ("samples: !!python/name:os.system x\n", "line 1: this value has a tag"),
    "binary": ("samples: {path: !!binary aGk=}\n", "line 1: this value has a tag"),
    "keys": ("samples: {path: a}\n? [1, 2]\n: 3\n", "line 2: a key is a list"),
    "itself": ("samples: &a {path: x, columns: *a}\n", "line 1: this value contains"),
    "deep": ("samples: " + "[" * 60 + "]" * 60, "nested deeper than 40"),
    "deeper": ("samples: " + "[" * 3000 + "]" * 3000, "nested deeper than 40"),
    "nan": ("samples: {path: a}\nqc: {min_call_rate: .nan}\n", "line 2: this is no"),
    "infinite": ("samples: {path: a}\nstrata: {alpha: -.inf}\n", "no finite number"),
    "huge": ("samples: {path: a}\nstrata: {alpha: 1.0e+999}\n", "no finite number"),
    "braces": ("samples: {path: 's{wildcards.cohort}.tsv'}\n", "without braces"),
    "half": ("samples: {path: a}\nstrata: {k_max: 3.5}\n", "integer"),
    "order": (
        "samples: {path: a}\nqc: {male_min_x_f: 0.2}\n",
        "qc.male_min_x_f is smaller than qc.female_max_x_f",
    ),
    "long": ("samples: {path: a}\n#" + "x" * 2**20, "more than 1048576 bytes"),
    "octal": ("samples: {path: a}\nseed: 010\n", "'010' (str)"),
    "hexadecimal": ("samples: {path: a}\nseed: 0x1F\n", "'0x1F' (str)"),
    "sexagesimal": ("samples: {path: a}\nseed: 1:30\n", "'1:30' (str)"),
    "underscore": ("samples: {path: a}\nstrata: {resamples: 1_00}\n", "'1_00' (str)"),
    "endless": ("samples: {path: a}\nstrata: {resamples: 100001}\n", "100000 or less"),
    "two": (
        "samples: {path: a}\n---\nsamples: {path: b}\n",
        "line 3: a second document",
    ),
    "bytes": ("samples: {path: \x01}\n", "not valid YAML"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_yaml_that_is_no_plain_config_is_a_message_with_its_line(tmp_path, name):
    text, expected = HOSTILE[name]
    message = complaint(tmp_path, text)
    assert "leeds.yaml" in message
    assert expected in message


def test_aliases_may_not_multiply(tmp_path):
    levels = "".join(
        f"{after}: &{after} [{', '.join(['*' + name] * 9)}]\n"
        for name, after in pairwise("abcdefghi")
    )
    text = f"samples: {{path: x}}\na: &a [1, 2]\n{levels}"
    assert len(text) < 500
    assert "its aliases multiply" in complaint(tmp_path, text)


def test_aliases_and_merges_that_do_not_are_read(tmp_path):
    text = (
        "samples: {path: a}\nlabels: &x [p, q]\nqc: &q {min_maf: 0.2}\n"
        "strata: {confounders: *x}\nreport: {<<: {show_ids: true}, colour_by: z}\n"
    )
    cohort = load(tmp_path, text)
    assert cohort["strata"]["confounders"] == ["p", "q"]
    assert cohort["report"] == {"show_ids": True, "colour_by": "z"}


@pytest.mark.parametrize("value", ["3.0", "3"])
def test_a_whole_number_may_be_written_with_a_point(tmp_path, value):
    text = f"samples: {{path: a}}\nstrata: {{k_max: {value}, resamples: 20.0}}\n"
    cohort = load(tmp_path, text, {"seed": "1.0"})
    for number in (
        cohort["strata"]["k_max"],
        cohort["strata"]["resamples"],
        cohort["seed"],
    ):
        assert isinstance(number, int)


@pytest.mark.parametrize("value", [math.nan, math.inf, "nan", ".nan", ".inf"])
def test_the_command_line_cannot_turn_a_rule_off(tmp_path, value):
    text = complaint(tmp_path, "samples: {path: a}\n", {"qc": {"min_call_rate": value}})
    assert "--config or --configfile" in text
    assert "no finite number" in text or "number" in text


def test_cells_of_the_sheet_stay_as_they_are_spelled(tmp_path):
    text = (
        "samples: {path: a, missing_values: [NA, -9, 1.0, no]}\n"
        "treatment: {column: arm, reference: 007, arms: [007, 1e3, yes]}\n"
        "outcomes:\n"
        "  - {name: a, kind: binary, column: r, event_level: True}\n"
        "  - {name: b, kind: binary, column: s, event_level: [1, 2.50]}\n"
    )
    cohort = load(tmp_path, text)
    assert cohort["samples"]["missing_values"] == ["NA", "-9", "1.0", "no"]
    assert cohort["treatment"]["reference"] == "007"
    assert cohort["treatment"]["arms"] == ["007", "1e3", "yes"]
    levels = [outcome["event_level"] for outcome in cohort["outcomes"]]
    assert levels == ["True", ["1", "2.50"]]


def test_one_refused_cohort_leaves_the_others(tmp_path):
    folder = tmp_path / "config/cohorts"
    folder.mkdir(parents=True)
    (tmp_path / "s.tsv").write_text("sample_id\na\n")
    (folder / "good.yaml").write_text(f"samples: {{path: {tmp_path}/s.tsv}}\n")
    (folder / "gone.yaml").write_text("samples: {path: nowhere.tsv}\n")
    (folder / "wrong.yaml").write_text("sampels: {}\n")
    names = {"cohorts": ["gone", "wrong", "good", "absent"]}
    loaded = load_settings(names, home=HOME, directory=tmp_path)
    assert list(loaded.cohorts) == ["gone", "good"]
    assert list(loaded.refused) == ["wrong", "absent"]
    loaded = loaded.without_missing()
    assert list(loaded.cohorts) == ["good"]
    assert "nowhere.tsv" in str(loaded.refused["gone"])
    with pytest.raises(GenostratError, match=r"nowhere\.tsv"):
        load_settings(
            {"cohorts": ["gone"]}, home=HOME, directory=tmp_path
        ).without_missing()


def test_calls_of_other_tools_may_be_a_directory_and_nothing_else_may(tmp_path):
    (tmp_path / "s.tsv").touch()
    (tmp_path / "calls").mkdir()
    text = f"samples: {{path: {tmp_path}/s.tsv}}\n"
    outside = f"outside_calls: [{{path: {tmp_path}/calls, format: aldy}}]\n"
    genotypes = f"genotypes: {{vcf: {tmp_path}/s.tsv, build: GRCh38}}\n"
    find_missing_inputs({"leeds": load(tmp_path, text + genotypes + outside)})
    cohort = load(tmp_path, text + f"gene_sets: [{tmp_path}/calls]\n")
    with pytest.raises(GenostratError, match="not a regular file"):
        find_missing_inputs({"leeds": cohort})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("2024-02-30", "qc has a value"),
        ("&a [*a]", "qc has a value"),
        ("{min_call_rate: .nan}", "qc has a value"),
        ("{a: 1}\n---\n{b: 2}", "qc has a value"),
        ("!!python/name:os.system x", "qc has a value"),
    ],
)
def test_text_of_the_command_line_is_data_or_refused(tmp_path, value, said):
    """On a cluster, jobs are given what --config said as text."""
    load(tmp_path, "samples: {path: s.tsv}\n")
    names = {"cohorts": ["leeds"], "qc": value}
    with pytest.raises(GenostratError, match=said):
        load_settings(names, home=HOME, directory=tmp_path)


def test_a_pipe_is_no_input(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    cohort = load(tmp_path, f"samples: {{path: {tmp_path}/pipe}}\n")
    with pytest.raises(GenostratError, match="not a regular file"):
        find_missing_inputs({"leeds": cohort})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("hg19", "write GRCh37"),
        ("b37", "write GRCh37"),
        ("hs37d5", "write GRCh37"),
        ("human_g1k_v37", "write GRCh37"),
        ("Homo_sapiens_assembly19", "write GRCh37"),
        ("Homo_sapiens_assembly38", "write GRCh38"),
        ("grch38", "write GRCh38"),
        ("hg18", "is NCBI36 (hg18): lift"),
        ("NCBI36", "is NCBI36 (hg18): lift"),
        ("T2T-CHM13v2.0", "is T2T-CHM13: lift"),
    ],
)
def test_a_build_by_another_of_its_names_is_told_what_to_write(
    tmp_path, written, meant
):
    text = f"samples: {{path: a}}\ngenotypes: {{vcf: x, build: {written}}}\n"
    said = complaint(tmp_path, text)
    assert "GRCh37 or GRCh38" in said
    assert meant in said


def test_a_build_that_is_none_is_told_only_what_is_allowed(tmp_path):
    text = "samples: {path: a}\ngenotypes: {vcf: x, build: mine}\n"
    assert "fix:" not in complaint(tmp_path, text)


def test_a_text_fileset_is_told_how_to_pack_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.tsv").write_text("sample_id\na\n")
    (tmp_path / "chip.ped").touch()
    text = "samples: {path: s.tsv}\ngenotypes: {build: GRCh38, plink: chip}\n"
    cohort = load(tmp_path, text)
    with pytest.raises(GenostratError) as caught:
        find_missing_inputs({"leeds": cohort})
    assert "plink2 --pedmap chip --make-bed --out chip" in str(caught.value)


def test_files_of_studies_that_are_not_there_are_named_and_others_not(tmp_path):
    load(tmp_path, "samples: {path: s.tsv}\n")
    (tmp_path / "s.tsv").touch()
    here = tmp_path / "here.json"
    here.touch()
    studies = {"records": [str(here), str(tmp_path / "gone.json")]}
    names = {"cohorts": ["leeds"], "studies": studies}
    problems = find_missing_studies(
        load_settings(names, home=HOME, directory=tmp_path).studies
    )
    assert [problem.found for problem in problems] == [str(tmp_path / "gone.json")]


@pytest.mark.parametrize("holds", ["confounders", "adjust_for"])
def test_only_columns_that_are_measured_may_not_bear_a_computed_name(tmp_path, holds):
    section = {"confounders": "strata", "adjust_for": "profile"}[holds]
    genotypes = f"genotypes: {{vcf: {tmp_path}/g.vcf, build: GRCh38}}\n"
    text = f"samples: {{path: s.tsv}}\n{genotypes}"
    load(tmp_path, text + f"{section}: {{{holds}: [age]}}\n")
    with pytest.raises(GenostratError, match="column that the workflow computes"):
        load(tmp_path, text + f"{section}: {{{holds}: [PC1]}}\n")
    # Without genotypes nothing is computed.
    load(tmp_path, f"samples: {{path: s.tsv}}\n{section}: {{{holds}: [PC1]}}\n")
