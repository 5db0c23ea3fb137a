"""What was not assessed is never good news, in any sentence of page and summary."""

import ast
import re
from pathlib import Path

import numpy as np
import pytest
from unit.report.report_fixture import Run, make_run
from unit.report.test_render import Reader, render

import genostrat.report
from genostrat.report.parts.document import Answer, Finding, Notice, Tile
from genostrat.report.sections.fairness import build_fairness
from genostrat.report.words.sentences import _describe_relatives
from genostrat.tables import read_json, read_table

#: A share, an interval or a test.
NUMBERS = re.compile(r"\d\s*%|interval|\bp\s*[=<]")
QUESTIONS = ("trust", "medicines", "subgroups", "treatment")


def silence_kinship(run):
    record = read_json(run.files["qc/relatedness.json"])
    few = {"assessable": False, "n_sites": 12, "n_blocks": 1}
    run.record("qc/relatedness.json", record | few)
    run.table("qc/relatedness.tsv", table_of(run, "qc/relatedness.tsv").head(0))


def silence_sex(run):
    table = table_of(run, "qc/sex.tsv")
    blank = {"x_f": np.nan, "y_call_rate": np.nan, "inferred_sex": ""}
    run.table("qc/sex.tsv", table.assign(status="not_assessable", **blank))


def silence_contamination(run):
    table = table_of(run, "qc/sample_metrics.tsv")
    run.table("qc/sample_metrics.tsv", table.assign(contamination=np.nan))


def silence_ancestry(run):
    table = table_of(run, "qc/pcs.tsv")
    run.table("qc/pcs.tsv", table.assign(PC1=np.nan, PC2=np.nan, PC3=np.nan))


def silence_pharmacogenes(run):
    coverage = table_of(run, "pgx/coverage.tsv")
    n = coverage[["n_called", "n_ambiguous", "n_not_called"]].sum(axis=1)
    run.table(
        "pgx/coverage.tsv",
        coverage.assign(n_called=0, n_ambiguous=0, n_not_called=n, n_assayed=0),
    )
    table = table_of(run, "pgx/frequencies.tsv")
    shares = ~table["kind"].isin(["allele", "phenotype"])
    nobody = {"n": 0, "count": 0, "frequency": np.nan}
    nobody |= {"ci_low": np.nan, "ci_high": np.nan}
    run.table("pgx/frequencies.tsv", table[shares].assign(**nobody))
    guidance = table_of(run, "pgx/guidance.tsv")
    run.table("pgx/guidance.tsv", guidance.assign(on_medication=None))


def silence_strata(run):
    verdict = read_json(run.files["strata/verdict.json"])
    nothing = {"verdict": "none", "k": 1, "power": {}, "reasons": []}
    run.record("strata/verdict.json", verdict | nothing)
    table = table_of(run, "strata/assignments.tsv")
    blank = {"stratum": "", "confidence": np.nan, "status": "excluded"}
    run.table("strata/assignments.tsv", table.assign(**blank))
    run.table("strata/confounders.tsv", table_of(run, "strata/confounders.tsv").head(0))


def silence_response(run):
    table = table_of(run, "response/interaction.tsv")
    blank = dict.fromkeys(("statistic", "p_value", "p_adjusted"), np.nan)
    run.table("response/interaction.tsv", table.assign(**blank))
    table = table_of(run, "response/effects.tsv")
    blank = dict.fromkeys(("effect", "ci_low", "ci_high"), np.nan)
    run.table("response/effects.tsv", table.assign(**blank, note="too few events"))
    for name in ("response/treatment.tsv", "response/subgroups.tsv"):
        gone = [
            c for c in (*blank, "p_value", "p_adjusted") if c in table_of(run, name)
        ]
        silent = dict.fromkeys(gone, np.nan) | {"note": "too few events"}
        run.table(name, table_of(run, name).assign(**silent))
    table = table_of(run, "response/subgroup_tests.tsv")
    blank = dict.fromkeys(("statistic", "p_value", "p_adjusted"), np.nan)
    run.table("response/subgroup_tests.tsv", table.assign(**blank))
    run.table("response/checks.tsv", table_of(run, "response/checks.tsv").head(0))


def table_of(run, name):
    return read_table(run.files[name], table=name)


#: What is silenced → the question that is then open, and words that say so.
KINDS = {
    "kinship": (silence_kinship, "trust", "Relatives could not be assessed"),
    "sex": (silence_sex, "trust", "Genetic sex could not be checked"),
    "contamination": (
        silence_contamination,
        "trust",
        "Contamination could not be assessed",
    ),
    "ancestry": (silence_ancestry, "trust", "Ancestry was not assessed"),
    "pharmacogenes": (silence_pharmacogenes, "medicines", "were not assessable"),
    "strata": (silence_strata, "subgroups", "No subgroups were found."),
    "response": (
        silence_response,
        "treatment",
        "active: not estimated (too few events)",
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("whole"), n=40)


def report_of(whole, folder, kinds):
    run = Run(folder / "run", whole.ids, dict(whole.files))
    for kind in kinds:
        KINDS[kind][0](run)
    out = render(folder, run.files)
    return Reader(out["html"].read_text(encoding="utf-8")), read_json(out["summary"])


@pytest.fixture(scope="module")
def silent(whole, tmp_path_factory):
    return report_of(whole, tmp_path_factory.mktemp("silent"), KINDS)


def test_where_nothing_was_assessed_nothing_is_good_and_nothing_is_counted(silent):
    page, summary = silent
    for finding in summary["in_short"]:
        if finding["n_assessed"] == 0 or finding["about"] != "trust":
            assert finding["tone"] != "good"
            assert not NUMBERS.search(finding["text"].replace("\u00a0", " ")), finding
    for answer in summary["answers"]:
        if answer["name"] == "trust":
            # The call rate is known, and all that is not is named.
            wanted = {"relatives", "genetic sex", "contamination", "ancestry"}
            assert wanted <= set(answer["not_assessed"])
            assert answer["tone"] != "good"
            continue
        if answer["name"] == "subgroups":
            # Patients were grouped; what that could have shown was not measured.
            assert answer["not_assessed"] == ["what could have been missed"]
            assert answer["uncertainty"] == ""
            assert answer["tone"] == "note"
            continue
        assert answer["n_assessed"] == 0
        assert answer["number"] == answer["uncertainty"] == ""
        assert answer["not_assessed"]
        assert answer["tone"] == "note"
    signs = [value for name, value in page.attributes if name == "class"]
    good = [value for value in signs if value and value.split()[-1] == "good"]
    # The key to the signs has one; and the planted truth has rows that came out well.
    assert "answer good" not in good
    assert page.text.count("No duplicates and no close relatives") == 0
    assert "No related pair of samples was found" not in page.text


@pytest.mark.parametrize("kind", KINDS)
def test_each_silence_is_said(silent, kind):
    page, summary = silent
    _, question, words = KINDS[kind]
    assert words in page.text
    [answer] = [a for a in summary["answers"] if a["name"] == question]
    assert answer["not_assessed"]


def test_a_whole_run_is_told_with_numbers_and_with_good_news(whole, tmp_path):
    page, summary = report_of(whole, tmp_path, ())
    assert [a["name"] for a in summary["answers"]] == list(QUESTIONS)
    for answer in summary["answers"]:
        assert answer["n_assessed"] > 0
        assert answer["number"]
        assert answer["uncertainty"]
        for part in (answer["verdict"], answer["number"], *answer["not_assessed"]):
            assert part.replace("\u00a0", " ") in page.text
    tones = {finding["tone"] for finding in summary["in_short"]}
    assert "good" in tones
    assert all(
        finding["n_assessed"]
        for finding in summary["in_short"]
        if finding["tone"] == "good"
    )


def test_a_duplicate_is_told_where_kinship_is_not_assessable(whole, tmp_path):
    run = Run(tmp_path / "run", whole.ids, dict(whole.files))
    pairs = table_of(run, "qc/relatedness.tsv").head(1)
    silence_kinship(run)
    run.table("qc/relatedness.tsv", pairs.assign(relationship="duplicate", kinship=0.5))
    names = ("check/samples.tsv", "qc/sample_metrics.tsv", "qc/relatedness.tsv")
    names += ("qc/relatedness.json",)
    out = render(tmp_path, {name: run.files[name] for name in names})
    summary = read_json(out["summary"])
    assert summary["relatedness"]["duplicate"] == 1
    assert summary["relatedness"]["first"] is None
    text = (
        "Relatives could not be assessed: there are too few variants, or they lie in"
        " too few parts of the genome. By identical genotypes, one pair is the same"
        " person twice (or identical twins)."
    )
    [told] = [f for f in summary["in_short"] if f["text"] == text]
    assert told["tone"] == "warn"


def test_identical_genotypes_of_a_few_genes_are_told_as_what_they_may_be():
    record = {"assessable": False, "duplicate": 0, "n_alike": 1}
    told = _describe_relatives(record)
    assert (told.tone, told.n_assessed) == ("warn", 0)
    assert "One pair has the same genotypes at all variants" in told.text
    assert "relatives who share these parts of the genome" in told.text


def test_good_news_needs_evidence():
    assert Finding("All is well.", "good").tone == "note"
    assert Finding("All is well.", "good", 0).tone == "note"
    assert Finding("All is well.", "good", 3).tone == "good"
    words = ("trust", "Who?", "Usable", "good")
    assert Answer(*words, "", "", "", ["all"], 0, "quality").tone == "note"
    with pytest.raises(ValueError, match="number without anything assessed"):
        Answer(*words, "3 of 3", "kept", "", [], 0, "quality")


def calls_of(tree, name):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
            yield node


@pytest.mark.parametrize(
    ("name", "place", "least"), [("Finding", 1, 4), ("Notice", 1, 2), ("Tile", 3, 0)]
)
def test_every_sentence_that_may_be_good_says_what_it_rests_on(name, place, least):
    folder = Path(genostrat.report.__file__).parent
    found = 0
    for path in sorted(folder.rglob("*.py")):
        for call in calls_of(ast.parse(path.read_text(encoding="utf-8")), name):
            tone = call.args[place] if len(call.args) > place else call
            if "'good'" in ast.dump(tone):
                found += 1
                assert len(call.args) > place + 1, f"{path.name}:{call.lineno}"
    assert found >= least


def test_notices_and_tiles_need_evidence_too():
    assert Notice("All is well.", "good").tone == "note"
    assert Notice("All is well.", "good", 0).tone == "note"
    assert Notice("All is well.", "good", 3).tone == "good"
    assert Notice("All is well.", "good", np.nan).tone == "note"
    assert Tile("0", "problems", tone="good").tone == "note"
    assert Tile("0", "problems", "of 3", "good", 3).tone == "good"


def test_where_no_sample_was_judged_nobody_says_that_the_rules_are_fair():
    metrics = [{"metric": "f_het", "limit": 6, "n_judged": 0, "n_naive": 0}]
    metrics[0]["n_fair"] = 0
    row = {"group": "Leeds", "n": 1, "n_naive": 0, "n_fair": 0, "n_excluded": 0}
    summary = {
        "outliers": {"n_pcs": 0, "metrics": metrics},
        "exclusions": {"centre": [row]},
    }
    told = [b for b in build_fairness(summary) if isinstance(b, Notice)]
    assert "is not known" in told[0].text
    assert told[0].tone == "note"
    metrics[0]["n_judged"] = 40
    assert build_fairness(summary)[3].tone == "good"


def test_one_sample_has_no_relatives_to_look_for():
    record = {"assessable": False, "duplicate": 0, "n_pairs": 0}
    told = _describe_relatives(record)
    assert told.text == ("Relatives could not be assessed: there is one sample only.")
    assert told.n_assessed == 0
