import json
import re

import pandas as pd
import pytest
from unit.report.report_fixture import make_run
from unit.report.report_fixture_pgx import HOSTILE_MEDICINE, KNOWLEDGE

from genostrat.report.figures.pgx import (
    _shares_of_kinds,
    _with_open_calls,
    has_phenotypes,
    kind_of_phenotype,
    plot_call_status,
    plot_phenotypes,
)
from genostrat.report.parts.results import read_results
from genostrat.report.parts.summary import summarise_cohort
from genostrat.report.render import render_report
from genostrat.report.sections.methods import methods_text
from genostrat.report.sections.pgx import build_pharmacogenes
from genostrat.report.words.pgx import describe_pharmacogenes, guided_genes
from genostrat.tables import read_table, write_table

POOR = "poor, deficient or unfavourable"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("run"), n=80)


def summarise(run, *, absent="missing", without=(), instead=()):
    results = read_results([*run.without(*without).values(), *instead])
    summary = summarise_cohort(
        results, cohort="toy", seed=1, build="GRCh38", absent=absent
    )
    return results, summary


def text_of(section):
    parts = []
    for block in section.blocks:
        for value in vars(block).values():
            parts.append(str(value))
    return " ".join(parts)


def test_shares_and_counts_are_those_of_the_tables(run):
    record = summarise(run)[1]["pgx"]
    guidance = read_table(run.files["pgx/guidance.tsv"], table="pgx/guidance.tsv")
    acted = guidance[guidance["category"].isin(["avoid", "change_dose"])]
    taking = acted[acted["on_medication"]]
    assert record["actionable"]["count"] == acted["sample_id"].nunique()
    assert record["actionable_on_medication"]["count"] == len(taking) > 0
    assert record["actionable"]["n"] == record["n_patients"] == 80
    assert record["n_assessed"] == 80
    possible = record["possibly_actionable"]
    assert possible["count"] == record["actionable"]["count"] + 1
    share = record["actionable"]
    assert share["ci_low"] < share["frequency"] < share["ci_high"]
    (clopidogrel,) = record["drugs_taken"]
    taken = guidance[guidance["on_medication"]]["category"].value_counts()
    assert clopidogrel["n_taking"] == 20
    for category in ("avoid", "change_dose", "monitor", "standard", "no_guidance"):
        assert clopidogrel[f"n_{category}"] == taken.get(category, 0)
    genes = {gene["gene"]: gene for gene in record["genes"]}
    assert genes["CYP2C19"]["n_ambiguous"] == 1
    assert genes["CYP2D6"]["n_not_called"] == 80
    assert genes["TPMT"]["missing_positions"] == ["6:18130687", "6:18138997"]
    assert record["guided_genes"] == ["CYP2C19", "CYP2D6", "TPMT"]
    assert record["knowledge"]["sha256"] == KNOWLEDGE["sha256"]
    assert record["medicines"]["unknown"] == 2


@pytest.mark.parametrize(
    ("evidence", "told", "untold"),
    [
        ("both", "fewer than 5 reads or a quality below 20", "gives no"),
        ("depth", "Genotypes with fewer than 5 reads counted", "reads or"),
        ("quality", "gives no depth of genotypes", "5 reads"),
        ("neither", "gives no depth and no quality of genotypes", "missing ("),
    ],
)
def test_methods_say_what_was_asked_of_reads(run, evidence, told, untold):
    summary = summarise(run)[1]
    summary["pgx"] |= {"evidence": evidence, "n_low_depth": 3, "n_low_quality": 4}
    settings = {"pgx": {"min_depth": 5, "min_genotype_quality": 20}}
    text = methods_text(summary, settings=settings)
    assert told in text
    assert untold not in text
    assert ("(7 did)" in text) is (evidence != "neither")


def test_most_pressing_row_of_a_drug_counts_once_a_patient(run, tmp_path):
    guidance = read_table(run.files["pgx/guidance.tsv"], table="pgx/guidance.tsv")
    more = guidance[guidance["drug"] == "clopidogrel"].assign(
        priority=guidance["priority"] + 100,
        genes="OTHER",
        category="standard",
        possible_categories="standard",
    )
    path = tmp_path / "pgx/guidance.tsv"
    write_table(path, pd.concat([guidance, more]), table="pgx/guidance.tsv")
    before = summarise(run)[1]["pgx"]["drugs_taken"]
    after = summarise(run, instead=[path])[1]["pgx"]["drugs_taken"]
    assert before == after
    (drug,) = before
    named = {k: v for k, v in drug.items() if k.startswith("n_") and k != "n_taking"}
    assert sum(named.values()) == drug["n_taking"]


def test_standard_use_by_one_body_never_hides_what_another_leaves_open(run, tmp_path):
    """A gene that was not assessed counts as possible, whatever else is said."""
    guidance = read_table(run.files["pgx/guidance.tsv"], table="pgx/guidance.tsv")
    mine = guidance[guidance["drug"] == "clopidogrel"]
    standard = mine.assign(category="standard", possible_categories="standard")
    for possible, counted in (
        ("avoid|standard|no_guidance", "n_possible"),
        ("change_dose|standard", "n_possible"),
        ("standard|no_guidance", "n_standard"),
    ):
        open_ended = mine.assign(
            priority=mine["priority"] + 100,
            category="no_guidance",
            possible_categories=possible,
            status="not_called",
        )
        path = tmp_path / "pgx/guidance.tsv"
        table = pd.concat([standard, open_ended])
        write_table(path, table, table="pgx/guidance.tsv")
        (drug,) = summarise(run, instead=[path])[1]["pgx"]["drugs_taken"]
        assert drug[counted] == drug["n_taking"] > 0, possible


def test_section_says_what_is_not_known(run):
    results, summary = summarise(run)
    section = build_pharmacogenes(results, summary, has_sheets=True)
    text = text_of(section)
    assert "pgx/positions.vcf" in text
    assert "6:18130687" in text
    assert "copies are not counted" in text
    assert "report/patients" in text
    assert "Two alleles of GENE9" in text
    assert "nobody looked" not in text
    assert HOSTILE_MEDICINE in text
    assert "fewer than 5" in text


def test_absent_as_reference_is_loud(run):
    results, summary = summarise(run, absent="reference")
    section = build_pharmacogenes(results, summary, has_sheets=False)
    assert section.blocks[0].kind == "notice"
    assert section.blocks[0].tone == "warn"
    assert "only because nobody looked" in section.blocks[0].text
    words = describe_pharmacogenes(summary["pgx"])
    assert any("nobody looked" in word.text and word.tone == "warn" for word in words)
    assert "report/patients" not in text_of(section)


def test_words_count_patients_on_affected_drugs(run):
    record = summarise(run)[1]["pgx"]
    n = record["actionable_on_medication"]["count"]
    first, *rest = describe_pharmacogenes(record)
    assert f"{n}\u00a0patients now take" in first.text
    assert first.tone == "warn"
    assert any("CYP2D6" in finding.text for finding in rest)
    assert "for 1 more it cannot be ruled out" in first.text
    record["actionable_on_medication"] |= {"count": 0}
    record["possibly_actionable_on_medication"] |= {"count": 0}
    first = describe_pharmacogenes(record)[0]
    assert "nobody takes" in first.text
    # Names that nobody knows may be of medicines that genes speak against.
    assert "were not recognised, and held against nothing" in first.text
    assert first.tone == "note"
    first = describe_pharmacogenes(record | {"medicines": None})[0]
    assert first.tone == "good"
    record["possibly_actionable_on_medication"] |= {"count": 2}
    first = describe_pharmacogenes(record)[0]
    assert "nobody surely takes" in first.text
    assert "2\u00a0patients may" in first.text
    assert first.tone == "warn"
    record["actionable_on_medication"] = None
    first = describe_pharmacogenes(record)[0]
    assert "would change a prescription; for 1 more" in first.text
    assert first.tone == "plain"
    assert describe_pharmacogenes(None) == []


@pytest.mark.parametrize(("n_possible", "said"), [(9, "all"), (4, "4")])
def test_where_nothing_is_sure_no_share_is_told(run, n_possible, said):
    record = summarise(run)[1]["pgx"]
    record["actionable"] |= {"count": 0, "n": 9}
    record["possibly_actionable"] |= {"count": n_possible, "n": 9}
    first = describe_pharmacogenes(record)[0]
    assert first.text.startswith("None of the 9\u00a0patients who could be assessed")
    assert f"for {said} of them it cannot be ruled out" in first.text


@pytest.mark.parametrize("n", [0, None])
def test_what_was_not_assessed_is_no_share_of_nothing(run, n):
    results, summary = summarise(run)
    shares = dict.fromkeys(
        f"{may}actionable{now}"
        for may in ("", "possibly_")
        for now in ("", "_on_medication")
    )
    record = summary["pgx"] | shares | {"n_assessed": n}
    (finding,) = describe_pharmacogenes(record)
    assert finding.tone == "note"
    assert ("not assessable" if n == 0 else "fewer than five") in finding.text
    section = build_pharmacogenes(results, summary | {"pgx": record}, has_sheets=True)
    text = text_of(section)
    assert finding.text in text
    assert "not assessable" in text
    assert "would change a prescription', '0" not in text


def test_cohort_without_medicines_or_guidance_still_has_a_section(run):
    results, summary = summarise(
        run, without=("pgx/guidance.tsv", "pgx/medications.tsv")
    )
    assert summary["pgx"]["drugs_taken"] is None
    section = build_pharmacogenes(results, summary, has_sheets=False)
    assert "no column of medicines" in text_of(section)
    assert len(guided_genes(summary["pgx"])) == 4


@pytest.mark.parametrize("show_ids", [False, True])
def test_report_names_nobody_unless_asked_to(run, tmp_path, show_ids):
    parts = ("check/samples.tsv", "pgx/guidance.tsv", "pgx/medications.tsv")
    files = {part: run.files[part] for part in parts}
    files |= {part: path for part, path in run.files.items() if part[:4] == "pgx/"}
    out = {n: tmp_path / n for n in ("html", "summary", "provenance")}
    settings = {"seed": 1, "pgx": {"absent": "missing", "patient_sheets": True}}
    settings["report"] = {"show_ids": show_ids}
    render_report(files.values(), **out, cohort="toy", settings=settings)
    page = out["html"].read_text(encoding="utf-8")
    assert (f"clopidogrill for {run.ids[0]}" in page) == show_ids
    if not show_ids:
        assert not re.search(r"TOY-\d{4}", page)
        assert not re.search(r"TOY-\d{4}", out["summary"].read_text())
    assert json.loads(out["summary"].read_text())["schema_version"] == "1.6.0"


@pytest.mark.parametrize(
    ("phenotype", "kind"),
    [
        ("Poor Metabolizer", POOR),
        ("Likely Poor Metabolizer", POOR),
        ("G6PD Deficient with CNSHA", POOR),
        ("Unfavorable Response", POOR),
        ("Malignant Hyperthermia Susceptibility", POOR),
        ("Increased Risk of Aminoglycoside-Induced Hearing Loss", POOR),
        ("Possible Intermediate Metabolizer", "intermediate or decreased"),
        ("Decreased Function", "intermediate or decreased"),
        ("Favorable Response", "normal"),
        ("Uncertain Susceptibility", "normal"),
        ("Normal Risk of Aminoglycoside-Induced Hearing Loss", "normal"),
        ("Ultrarapid Metabolizer", "rapid or increased"),
        ("Increased Function", "rapid or increased"),
        ("Indeterminate", "indeterminate or other"),
    ],
)
def test_phenotypes_have_the_kind_their_words_say(phenotype, kind):
    assert kind_of_phenotype(phenotype) == kind


def rows(*shares):
    columns = ["gene", "kind", "value", "group", "frequency"]
    return pd.DataFrame(
        [(gene, "phenotype", value, group, f) for gene, value, group, f in shares],
        columns=columns,
    )


def test_genes_without_a_second_phenotype_are_not_drawn():
    flat = rows(("A", "Normal Function", "all", 1.0))
    assert not has_phenotypes(flat)
    both = rows(
        ("A", "Normal Function", "all", 1.0),
        ("B", "Normal Function", "all", 0.5),
        ("B", "Poor Function", "all", 0.5),
        ("B", "Poor Function", "centre=<b>x</b>", 0.5),
    )
    assert has_phenotypes(both)
    view = plot_phenotypes(both)
    assert ">B<" in view.svg
    assert ">A<" not in view.svg
    assert "by ancestry" not in view.caption
    assert "<b>" not in view.svg


def test_patients_without_a_sure_call_are_part_of_the_bar():
    table = rows(
        ("B", "Normal Function", "all", 0.25),
        ("B", "Poor Function", "all", 0.25),
        ("B", "ambiguous", "all", 0.5),
    )
    # Half of those with a diplotype are ambiguous; a fifth of all have none.
    statuses = [
        table.iloc[:1].assign(kind="status", value=value, frequency=share)
        for value, share in (("called", 0.4), ("ambiguous", 0.4), ("not_called", 0.2))
    ]
    table = pd.concat([table, *statuses])
    shares = _with_open_calls(_shares_of_kinds(table), table)["B"]["all"]
    assert shares == pytest.approx({"normal": 0.2, POOR: 0.2, "not called surely": 0.6})
    assert "not called surely" in plot_phenotypes(table).svg


def test_status_figure_survives_genes_without_patients_or_positions():
    gene = {"gene": "X<1>", "n_called": 0, "n_ambiguous": 0, "n_not_called": 0}
    view = plot_call_status([gene | {"n_required": 0, "n_assayed": 0}])
    assert "none at positions" in view.svg
    assert "X<1>" not in view.svg
