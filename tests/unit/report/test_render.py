import json
import re
import stat
from html.parser import HTMLParser

import pandas as pd
import pytest
from unit.report.report_fixture import Run, make_run
from unit.report.report_fixture_quality import DECIDER, HOSTILE

from genostrat.errors import GenostratError
from genostrat.provenance import file_digest
from genostrat.registry.words.strata import ALGORITHMS, FUSIONS, NULLS
from genostrat.report.parts.templates import digest_script
from genostrat.report.render import render_report
from genostrat.report.sections import methods
from genostrat.report.sections.methods import methods_text
from genostrat.tables import read_json

CENTRES = [HOSTILE, "York & $x$ <b>", 'Ox"ford']
SETTINGS = {
    "seed": 3,
    "genotypes": {"build": "GRCh38"},
    "treatment": {"column": "treatment", "reference": "control"},
    "profile": {"adjust_for": ["age", "sex"], "ancestry_pcs": 3},
    "strata": {"resamples": 200, "resample_fraction": 0.8, "k_min": 2, "k_max": 6},
    "report": {"colour_by": "centre", "show_ids": False},
}


class Reader(HTMLParser):
    """Collects the tags and attributes of a page, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)
        self.text = re.sub(r"\s+", " ", " ".join(self.texts)).replace("\u00a0", " ")

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


def render(folder, files, *, settings=None, inputs=(), cohort="toy"):
    out = {name: folder / name for name in ("html", "summary", "provenance")}
    render_report(
        list(files.values()),
        **out,
        cohort=cohort,
        settings=settings or SETTINGS,
        inputs=inputs,
    )
    return out


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"), n=60, centres=CENTRES)


@pytest.fixture(scope="module")
def report(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    return render(folder, run.files, inputs=[run.files["check/samples.tsv"]])


@pytest.fixture(scope="module")
def page(report):
    return Reader(report["html"].read_text(encoding="utf-8"))


def test_the_page_needs_no_network_and_runs_its_own_script_only(report, page):
    html = report["html"].read_text(encoding="utf-8")
    [script] = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    assert f"script-src 'sha256-{digest_script(script)}'" in html
    assert not re.search(r"fetch|XMLHttp|import|eval|innerHTML|http", script)
    assert not {"iframe", "link", "object", "embed", "form"} & set(page.tags)
    for name, value in page.attributes:
        assert not name.startswith("on")
        if name in ("href", "xlink:href", "src"):
            beside = ("figures/", "tables/", "../", "explore.html")
            assert value.startswith(("#", "data:image/png;base64,", *beside))
    html = report["html"].read_text(encoding="utf-8")
    urls = set(re.findall(r"https?://[^\s\"'<)]+", html))
    assert urls <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert not re.findall(r"url\((?!#)", html)
    policy = dict(page.attributes)["content"]
    policies = [v for n, v in page.attributes if n == "content" and v and "src" in v]
    assert policies[0].startswith("default-src 'none'")
    assert "unsafe" not in policies[0].replace("style-src 'unsafe-inline'", "")
    assert policy


def test_every_link_of_the_contents_leads_somewhere(page):
    ids = [value for name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    links = [v for n, v in page.attributes if n in ("href", "xlink:href") and v]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)


def test_the_report_names_nobody(run, report):
    for name in ("html", "summary", "provenance"):
        text = report[name].read_text(encoding="utf-8")
        assert not [i for i in run.ids if i in text]
        assert DECIDER not in text
    assert "[sample]" in report["html"].read_text(encoding="utf-8")


def test_text_of_the_data_cannot_become_markup(report, page):
    assert HOSTILE not in report["html"].read_text(encoding="utf-8")
    assert "York & $x$ <b>" in page.text
    assert "alert('x')" in page.text


def test_equal_runs_give_equal_bytes(run, tmp_path):
    # Parts with a raster image, a scatter and a heat map between them.
    parts = (
        "check/samples.tsv",
        "qc/sample_metrics.tsv",
        "qc/pcs.tsv",
        "strata/consensus.npz",
        "strata/assignments.tsv",
        "strata/verdict.json",
    )
    files = {part: run.files[part] for part in parts}
    first, second = (tmp_path / name for name in ("first", "second"))
    reversed_order = dict(reversed(files.items()))
    for folder, order in ((first, files), (second, reversed_order)):
        folder.mkdir()
        render(folder, order, inputs=[run.files["check/samples.tsv"]])
    for name in ("html", "summary", "provenance"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_page_is_kept_from_others(report):
    modes = {name: stat.S_IMODE(path.stat().st_mode) for name, path in report.items()}
    assert modes == {"html": 0o640, "summary": 0o640, "provenance": 0o640}


def test_the_summary_and_the_page_say_the_same(report, page):
    summary = read_json(report["summary"])
    assert len(summary["in_short"]) >= 5
    for finding in summary["in_short"]:
        text = re.sub(r"\s+", " ", finding["text"].replace("\u00a0", " "))
        assert text in page.text
    assert summary["schema_version"]
    assert summary["strata"]["verdict"] == "supported"


def test_decisions_by_hand_stand_beside_what_the_rules_say(page):
    assert "One decision was made by a person, not by a rule." in page.text
    assert "keep unusual heterozygosity (excluded) like [sample]," in page.text
    assert "kept by hand against a rule: 1" in page.text
    assert "Excluded (n = 4) Low call rate: 2 Contamination: 1 Duplicate: 1" in (
        page.text
    )


def test_the_naive_and_the_fair_result_are_both_shown(page):
    assert "ancestry rare 6 6 (100 %) 0 0" in page.text
    assert "Exclusions do not differ by ancestry more than chance allows" in page.text
    told = "one cut for all differs (p < 0.001), the fair rule finds none."
    assert f"Outliers alone: {told}" in page.text
    assert "Exclusions differ by centre (p = 0.020)" in page.text


def test_what_formed_the_strata_is_set_apart_from_what_was_tested(page):
    assert "The clinical sheet by stratum." in page.text
    assert "S1 age 0.10 −0.20 to 0.40 0.51 0.70" in page.text
    assert "where none stands, a test would have been circular" in page.text


def test_provenance_names_inputs_by_their_bytes(run, report):
    record = read_json(report["provenance"])
    sheet = run.files["check/samples.tsv"]
    assert record["inputs"] == [
        {
            "path": str(sheet),
            "bytes": sheet.stat().st_size,
            "sha256": file_digest(sheet),
        }
    ]
    assert record["parameters"] == SETTINGS
    assert record["environment"]["libraries"]["numpy"]
    assert record["software"]["name"] == "genostrat"


def test_a_cohort_of_sheet_only_has_every_section(run, tmp_path):
    out = render(
        tmp_path,
        {"check/samples.tsv": run.files["check/samples.tsv"]},
        settings={"seed": 1},
    )
    page = Reader(out["html"].read_text(encoding="utf-8"))
    ids = {value for name, value in page.attributes if name == "id"}
    wanted = ("inputs", "quality", "variants", "profile", "strata", "response")
    assert {*wanted, "populations", "pharmacogenomics", "methods", "glossary"} <= ids
    assert "truth" not in ids
    assert "svg" not in page.tags
    assert page.text.count("so this part did not run") == 6
    assert json.loads(out["summary"].read_text())["strata"] is None


def test_names_are_shown_when_asked_for(tmp_path):
    ids = [f"<img src=x onerror=a({i})>" for i in range(20)]
    run = make_run(tmp_path / "run", n=20, ids=ids)
    parts = (
        "check/samples.tsv",
        "qc/sample_metrics.tsv",
        "qc/relatedness.tsv",
        "qc/decisions.tsv",
        "check/overrides.tsv",
    )
    files = {part: run.files[part] for part in parts}
    settings = SETTINGS | {"report": {"show_ids": True}}
    out = render(tmp_path, files, settings=settings)
    page = Reader(out["html"].read_text(encoding="utf-8"))
    assert ids[0] in page.text
    assert ids[6] in page.text
    assert DECIDER in page.text
    assert "img" not in page.tags


def test_verdicts_are_told_apart_in_words(run, tmp_path):
    shown = {}
    for verdict in ("none", "confounded"):
        other = make_run(tmp_path / verdict, n=20, verdict=verdict)
        parts = ("check/samples.tsv", "strata/verdict.json")
        files = {part: other.files[part] for part in parts}
        out = render(tmp_path, files)
        shown[verdict] = Reader(out["html"].read_text(encoding="utf-8")).text
    assert "None no subgroups were found" in shown["none"]
    assert "Confounded the groups mirror something else" in shown["confounded"]
    assert "are supported" not in shown["confounded"]


def test_observational_data_show_their_balance(run, tmp_path):
    balance = pd.DataFrame(
        [
            ("all", "active vs control", "age", 0.41, 0.04, 0.93),
            ("all", "active vs control", "sex=female", -0.3, -0.19, 0.93),
        ],
        columns=(
            *("stratum", "contrast", "covariate", "smd_before", "smd_after", "overlap"),
        ),
    )
    other = Run(tmp_path / "run", run.ids)
    other.table("response/balance.tsv", balance)
    parts = ("check/samples.tsv", "response/interaction.tsv")
    files = {part: run.files[part] for part in parts} | other.files
    page = Reader(render(tmp_path, files)["html"].read_text(encoding="utf-8"))
    assert "1 of 2 comparisons stay outside ±0.1" in page.text
    assert "sex=female −0.30 −0.19 93 %" in page.text


def test_a_file_that_is_gone_is_named(run, tmp_path):
    with pytest.raises(GenostratError, match=r"gone\.vcf"):
        render(
            tmp_path,
            {"check/samples.tsv": run.files["check/samples.tsv"]},
            inputs=[tmp_path / "gone.vcf"],
        )
    assert not (tmp_path / "html").exists()


def test_methods_speak_of_what_ran_only(report):
    summary = read_json(report["summary"])
    text = methods_text(summary, settings=SETTINGS).replace("\u00a0", " ")
    assert "Genotypes of 60 samples (GRCh38)" in text
    assert "Cox and logistic regression" in text
    assert "seed 3" in text
    assert "adjusted for age, sex and 3 ancestry components" in text
    summary["samples"]["columns"] = ["age"]
    unknown = methods_text(summary, settings=SETTINGS)
    assert "adjusted for age and 3 ancestry components" in unknown
    assert "allele definitions of tables 1.2.3" in text
    absent = dict.fromkeys(("ancestry", "pgx", "profile", "strata", "response"))
    summary["samples"]["n_genotyped"] = None
    short = methods_text(summary | absent, settings={})
    assert short.startswith("All analyses used genostrat")


HOW = {
    "algorithm": "kmeans",
    "fusion": "joint",
    "resamples": 200,
    "resample_fraction": 0.8,
    "ks": [2, 3, 4],
    "null": "spectrum",
    "null_simulations": 100,
    "null_drawn": 40,
    "alpha": 0.05,
}


def methods_of(report, **how):
    summary = read_json(report["summary"])
    summary["strata"]["clustering"] = HOW | how
    return methods_text(summary, settings={}).replace("\u00a0", " ")


def test_methods_say_what_the_clustering_recorded_and_not_what_is_usual(report):
    text = methods_of(report)
    assert "consensus k-means over 200 resamples of 80 % of patients" in text
    assert "for k of 2, 3 and 4" in text
    assert "with 40 simulated Gaussian cohorts" in text
    assert "fused" not in text
    for algorithm, words in (
        ("pam", "partitioning around medoids"),
        ("spectral", "spectral clustering"),
        ("ward", "Ward’s method"),
    ):
        assert f"consensus {words}" in methods_of(report, algorithm=algorithm)
    assert "similarity network fusion" in methods_of(report, fusion="snf")
    assert "Each layer was clustered by itself" in methods_of(report, fusion="late")
    margins = methods_of(report, null="margins")
    assert "margin of every feature" in margins
    assert "Gaussian cohorts" not in margins
    assert "lack a layer" in methods_of(report, null="layers")


def test_every_word_of_the_vocabulary_has_its_words_in_the_methods():
    assert set(methods._CLUSTERED_BY) == set(ALGORITHMS)
    assert set(methods._NULLS) == set(NULLS)
    assert {*methods._FUSED, "joint"} == set(FUSIONS)


def test_the_page_stays_small(report):
    assert report["html"].stat().st_size < 1_000_000
