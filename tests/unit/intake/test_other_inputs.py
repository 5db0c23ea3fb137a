"""Matrices, scores and calls of other tools: held against the sheet at check."""

import gzip
import json

import numpy as np
import pytest
from intake_cases import check, complaint, write_table
from vcf_files import simple_records, write_vcf

from genostrat.intake.others import check_scores
from genostrat.intake.verification import verify_written
from genostrat.sheets.contract.proxies import find_matrix_proxies
from genostrat.tables import write_table as write_registered

N = 40
IDS = [f"M-{i:03}" for i in range(N)]
BASE = {
    "samples": {"path": "sheet.tsv"},
    "matrices": [
        {"name": "rna", "path": "m.tsv", "orientation": "samples_by_features"}
    ],
}


def write_matrix(folder, ids, values=None, names=("g1", "g2")):
    rng = np.random.default_rng(1)
    values = rng.normal(size=(len(ids), len(names))) if values is None else values
    columns = {"id": ids} | dict(zip(names, np.transpose(values), strict=True))
    write_table(folder / "m.tsv", columns)


def write_sheet(folder, **more):
    age = [str(40 + i) for i in range(N)]
    write_table(folder / "sheet.tsv", {"sample_id": IDS, "age": age} | more)


def with_matrix(**more):
    return BASE | {"matrices": [BASE["matrices"][0] | more]}


def test_samples_of_a_matrix_alone_are_refused_with_the_near_misses(tmp_path):
    write_sheet(tmp_path)
    write_matrix(tmp_path, [*IDS[:30], *(name.replace("-", ".") for name in IDS[30:])])
    (problem,) = complaint(tmp_path, BASE)
    assert "10 samples of the matrix rna are not in the sheet" in problem.what
    assert "for 10 of them they differ in punctuation" in problem.what
    assert "M-030 in the sheet and M.030 in the other" in problem.what
    assert "samples.unmatched: drop" in problem.fix
    config = BASE | {"samples": {"path": "sheet.tsv", "unmatched": "drop"}}
    record = check(tmp_path, config).record
    (match,) = record["matched"]
    assert (match["n_both"], match["n_sheet_only"], match["n_input_only"]) == (
        30,
        10,
        10,
    )
    said = " ".join(record["warnings"])
    assert "10 samples of the matrix rna are not in the sheet" in said
    assert "no values for 10 of 40 patients; for 10 of them" in said
    assert not any(name in json.dumps(record) for name in IDS)


def test_patients_that_a_layer_did_not_measure_are_only_said(tmp_path):
    write_sheet(tmp_path)
    write_matrix(tmp_path, IDS[:35])
    record = check(tmp_path, BASE).record
    assert "the matrix rna has no values for 5 of 40 patients" in record["warnings"]


@pytest.mark.parametrize(
    ("values", "more", "words"),
    [
        (np.tile([3.0, 4.0], (N, 1)), {}, "no feature of the matrix rna differs"),
        (
            np.arange(-1, 2 * N - 1).reshape(N, 2),
            {"transform": "log2"},
            "has values below 0, of which log2 cannot be taken",
        ),
        (None, {"name": "clinical"}, "the name of a layer that the workflow makes"),
    ],
)
def test_matrices_that_a_later_stage_could_not_use(tmp_path, values, more, words):
    write_sheet(tmp_path)
    write_matrix(tmp_path, IDS, values)
    (problem,) = complaint(tmp_path, with_matrix(**more))
    assert words in str(problem)


def test_a_feature_with_the_name_of_an_outcome_is_refused(tmp_path):
    write_sheet(tmp_path, resp=["0", "1"] * (N // 2))
    write_matrix(tmp_path, IDS, names=("g1", "resp"))
    outcome = {"name": "r", "kind": "binary", "column": "resp"}
    (problem,) = complaint(tmp_path, BASE | {"outcomes": [outcome]})
    assert "rna has a feature with the name of the outcome r" in problem.what


@pytest.mark.parametrize("wrong", [0, 1])
def test_a_feature_that_tells_an_outcome_alone_is_refused_or_named(tmp_path, wrong):
    rng = np.random.default_rng(4)
    codes = np.array([0, 1] * (N // 2))
    write_sheet(tmp_path, resp=codes.astype(str).tolist())
    values = rng.normal(size=(N, 300))
    values[:, 7] = codes * 5 + rng.random(N)
    values[:wrong, 7] += 5
    values[5, 7] = np.nan
    names = [f"g{i}" for i in range(300)]
    write_matrix(tmp_path, IDS, values, names=names)
    config = BASE | {"outcomes": [{"name": "r", "kind": "binary", "column": "resp"}]}
    if not wrong:
        (problem,) = complaint(tmp_path, config)
        assert "features of the matrix rna restate the outcome r" in problem.what
        assert problem.found == "g7"
    else:
        said = " ".join(check(tmp_path, config).record["warnings"])
        assert "rna tell the outcome r almost exactly (g7)" in said


def test_rare_events_and_amounts_have_their_proxies_and_few_patients_have_none():
    rng = np.random.default_rng(6)
    rare = np.r_[np.ones(15), np.zeros(985)]
    values = rng.normal(size=(1000, 4))
    values[:, 2] = rare - 0.1 * rng.random(1000)
    amount = np.exp(values[:, 3])
    found = list(find_matrix_proxies(values, {"a": rare, "b": amount}))
    assert [(place, name) for place, name, _ in found] == [(2, "a"), (3, "b")]
    few = np.array([0.0, 1.0] * 15)
    assert not list(find_matrix_proxies(few[:, None], {"a": few}))


@pytest.mark.parametrize(
    ("values", "transform", "words"),
    [
        ("counts", "none", "look like raw counts (whole numbers up to"),
        ("counts", "log2", "set `transform: counts`"),
        ("counts", "counts", None),
        ("beta", "none", "set `transform: m_values`"),
        ("beta", "m_values", None),
        ("scores", "none", None),
    ],
)
def test_values_as_an_instrument_gave_them_are_named(
    tmp_path, values, transform, words
):
    rng = np.random.default_rng(7)
    size = (N, 30)
    made = {
        "counts": rng.negative_binomial(2, 0.01, size),
        "beta": rng.beta(0.4, 0.4, size),
        "scores": rng.integers(0, 8, size),
    }
    write_sheet(tmp_path)
    names = [f"g{i}" for i in range(30)]
    write_matrix(tmp_path, IDS, made[values], names=names)
    said = check(tmp_path, with_matrix(transform=transform)).record["warnings"]
    named = [line for line in said if "set `transform" in line]
    assert words in named[0] if words else not named


@pytest.fixture
def genotyped(tmp_path):
    """A cohort with genotypes, and its config."""
    ids = IDS[:8]
    records = simple_records(60, len(ids), np.random.default_rng(1))
    write_vcf(tmp_path / "a.vcf.gz", ids, records)
    columns = {"sample_id": ids, "arm": ["A", "B"] * 4}
    write_table(tmp_path / "sheet.tsv", columns)
    config = {
        "samples": {"path": "sheet.tsv"},
        "genotypes": {"vcf": "a.vcf.gz", "build": "GRCh38"},
        "treatment": {"column": "arm", "reference": "A"},
    }
    return tmp_path, config


def write_score(path, *, build="GRCh38", name="PGS1", weight="0.1"):
    text = (
        f"#pgs_id={name}\n#genome_build={build}\nchr_name\tchr_position\teffect_allele"
        f"\teffect_weight\n1\t5\tA\t{weight}\n"
    )
    path.write_bytes(gzip.compress(text.encode()))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"build": "GRCh37"}, "no positions on GRCh38"),
        ({"weight": "1_0"}, "no finite number"),
        ({"name": "PGS2"}, "two scores are called 'PGS2'"),
    ],
)
def test_scores_are_read_before_genotypes_are(genotyped, changes, words):
    folder, config = genotyped
    write_score(folder / "one.gz", **changes)
    write_score(folder / "two.gz", name="PGS2")
    demands = {"strata": {"k_min": 2}, "profile": {"ancestry_pcs": 0, "adjust_for": []}}
    problems = complaint(folder, config | demands | {"scores": ["one.gz", "two.gz"]})
    assert any(words in problem.what for problem in problems)


def test_how_a_score_is_read_is_said_before_genotypes_are_read(tmp_path):
    write_score(tmp_path / "one.gz")
    text = gzip.decompress((tmp_path / "one.gz").read_bytes()).decode()
    ratios = text.replace("effect_weight", "OR").replace("PGS1", "PGS2")
    (tmp_path / "two.txt").write_text(ratios)
    paths = [str(tmp_path / name) for name in ("one.gz", "two.txt")]
    problems, said = check_scores(paths, build="GRCh38")
    assert problems == []
    assert len(said) == 1
    assert "odds ratios" in said[0]
    assert "two.txt" in said[0]


UNREAD = {
    "EFF": (
        "Predicted effects: 'Effect ( Impact | Codon_Change )'",
        "without -formatEff",
    ),
    "CSQT": ("GMAF", "form of Nirvana"),
    "CSQ": ("Consequence annotations", "Description does not name its subfields"),
}


@pytest.mark.parametrize("key", UNREAD)
def test_annotations_that_cannot_be_read_are_not_passed_over(genotyped, key):
    folder, config = genotyped
    described, cure = UNREAD[key]
    lines = gzip.decompress((folder / "a.vcf.gz").read_bytes()).decode().split("\n")
    info = f'##INFO=<ID={key},Number=.,Type=String,Description="{described}">'
    (folder / "b.vcf").write_text("\n".join([lines[0], info, *lines[1:]]))
    config = config | {"genotypes": {"vcf": "b.vcf", "build": "GRCh38"}}
    (said,) = (w for w in check(folder, config).reading["warnings"] if "annot" in w)
    assert f"INFO/{key}" in said
    assert cure in said
    assert said.startswith("b.vcf ")
    burden = {"profile": {"burden": {"enabled": True}, "ancestry_pcs": 0}}
    problems = complaint(folder, config | burden)
    (problem,) = (p for p in problems if "profile.burden is enabled" in p.what)
    assert cure in problem.found


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("CYP2D6\t*1/*999999", "does not have these alleles"),
        ("CYP2D66\t*1/*4", "name no gene that pypgx knows"),
        ("CYP2D6\t*1/*2/*4", "one or two alleles"),
    ],
)
def test_calls_of_other_tools_are_read_before_genotypes_are(genotyped, call, words):
    """What is wrong with them is a problem or a warning, but never found last."""
    folder, config = genotyped
    header = "sample_id\tgene\tdiplotype\n"
    (folder / "calls.tsv").write_text(f"{header}{IDS[0]}\t{call}\nzz\tCYP2D6\t*1/*1\n")
    config |= {"outside_calls": [{"path": "calls.tsv", "format": "pharmcat"}]}
    try:
        said = check(folder, config).record["warnings"]
    except Exception as error:
        said = [str(error)]
    assert any(words in text for text in said), said
    assert not any(IDS[0] in text for text in said)


def test_calls_of_strangers_are_counted(genotyped):
    folder, config = genotyped
    header = "sample_id\tgene\tdiplotype\n"
    (folder / "calls.tsv").write_text(
        f'{header}{IDS[0]}\tCYP2D6\t*1/*4\nzz\tCYP2D6\t"*1/*1"\n'
    )
    config |= {"outside_calls": [{"path": "calls.tsv", "format": "pharmcat"}]}
    (text,) = [w for w in check(folder, config).record["warnings"] if "calls of" in w]
    assert "calls of 1 samples that are not in the cohort are left out" in text


def test_an_arm_of_which_nobody_has_genotypes_is_refused(genotyped):
    folder, config = genotyped
    ids = [*IDS[:8:2], *(f"x{i}" for i in range(4))]
    write_table(folder / "sheet.tsv", {"sample_id": ids, "arm": ["A"] * 4 + ["B"] * 4})
    config |= {"samples": {"path": "sheet.tsv", "unmatched": "drop"}}
    (problem,) = complaint(folder, config)
    assert "nobody in this arm has genotypes" in problem.what
    assert problem.found == "B"


def test_what_is_dropped_is_said_without_names(genotyped):
    folder, config = genotyped
    ids = [name.lower() for name in IDS[:4]] + IDS[4:8]
    write_table(folder / "sheet.tsv", {"sample_id": ids, "arm": ["A", "B"] * 4})
    config |= {"samples": {"path": "sheet.tsv", "unmatched": "drop"}}
    record = check(folder, config).record
    said = " ".join(record["warnings"])
    assert "4 of the sheet's samples are not in the genotypes; for 4 of them" in said
    assert "upper and lower case" in said
    assert not any(name in json.dumps(record) for name in [*IDS, *ids])


@pytest.mark.parametrize("key", ["confounders", "adjust_for"])
@pytest.mark.parametrize("name", ["ancestry", "PC1", "call_rate"])
def test_a_column_that_the_workflow_computes_is_not_taken_from_the_sheet(
    genotyped, key, name
):
    folder, config = genotyped
    columns = {"sample_id": IDS[:8], "arm": ["A", "B"] * 4, name: ["1", "2"] * 4}
    write_table(folder / "sheet.tsv", columns)
    section = "strata" if key == "confounders" else "profile"
    (problem,) = complaint(folder, config | {section: {key: [name]}})
    assert "names a column that the workflow computes" in problem.what
    samples = {"path": "sheet.tsv", "columns": {f"{name}_reported": name}}
    config |= {"samples": samples, section: {key: [f"{name}_reported"]}}
    frame = check(folder, config).sheet.frame
    assert frame[f"{name}_reported"].tolist() == ["1", "2"] * 4


def test_two_columns_for_one_name_are_refused(tmp_path):
    columns = {"sample_id": ["a", "b"], "sex": ["M", "F"], "gender": ["F", "M"]}
    write_table(tmp_path / "sheet.tsv", columns)
    config = {"samples": {"path": "sheet.tsv", "columns": {"sex": "gender"}}}
    (problem,) = complaint(tmp_path, config)
    assert "two columns of the sheet are sex: gender" in problem.what
    config["samples"]["columns"] = {"batch": "gender", "centre": "gender"}
    (problem,) = complaint(tmp_path, config)
    assert "gives one column to batch and centre" in problem.what


def test_what_is_written_of_the_sheet_is_read_back(tmp_path):
    columns = {"sample_id": ["a", "b"], "note": ['"x', 'says "yes"\\']}
    write_table(tmp_path / "sheet.tsv", columns)
    config = {"samples": {"path": "sheet.tsv", "extra_columns": ["note"]}}
    frame = check(tmp_path, config).sheet.frame
    path = tmp_path / "samples.tsv"
    write_registered(path, frame, table="check/samples.tsv")
    verify_written(path, frame)
    write_registered(path, frame.iloc[:1], table="check/samples.tsv")
    with pytest.raises(RuntimeError, match="2 patients were checked, and 1"):
        verify_written(path, frame)
    assert not path.exists()


def test_files_may_still_have_who_left_and_give_nothing_of_them(tmp_path):
    people = [f"P{number}" for number in range(8)]
    records = simple_records(30, 8, np.random.default_rng(1))
    write_vcf(tmp_path / "a.vcf.gz", people, records)
    sheet = {"sample_id": people[:6], "subject_id": [*"AABCDE"]}
    write_table(tmp_path / "samples.tsv", sheet)
    decisions = {"sample_id": ["P0", "P2"], "decision": ["exclude", "keep"]}
    decisions |= {"reason": ["spilt", "array agrees"], "who": ["me", "me"]}
    write_table(tmp_path / "decisions.tsv", decisions)
    # P1 is the same person as P0; P6 and P7 have no row any more.
    left = {"sample_id": ["P1", "P6", "P7", "Z9"], "date": ["2026-05-31"] * 4}
    write_table(tmp_path / "opt_out.tsv", left)
    config = {
        "samples": {
            "path": str(tmp_path / "samples.tsv"),
            "opt_out": str(tmp_path / "opt_out.tsv"),
            "overrides": str(tmp_path / "decisions.tsv"),
        },
        "genotypes": {"vcf": str(tmp_path / "a.vcf.gz"), "build": "GRCh38"},
    }
    intake = check(tmp_path, config)
    assert list(intake.sheet.frame["sample_id"]) == people[2:6]
    assert intake.genotyped == people[2:6]
    assert list(intake.overrides["sample_id"]) == ["P2"]
    left["sample_id"][1] = "P-6"
    write_table(tmp_path / "opt_out.tsv", left)
    problems = complaint(tmp_path, config)
    assert any("is it P6?" in str(problem.fix) for problem in problems)
    config["samples"]["opt_out"] = str(tmp_path / "nowhere.tsv")
    assert "nowhere" in str(complaint(tmp_path, config)[0].file)
