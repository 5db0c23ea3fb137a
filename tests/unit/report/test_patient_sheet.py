"""What a patient's sheet says, part by part."""

from dataclasses import replace

import pandas as pd
from unit.report.patient_fixture import (
    NEGATIVE,
    NOT_READ,
    POOR,
    SETTING,
    findings,
    no_answer,
    run,
    sheet_of,
)
from unit.report.report_fixture_pgx import advise, call

from genostrat.report.patients.content import Known, Setting

__all__ = ["findings", "run"]


def test_medicines_taken_come_first_and_by_severity():
    taken = {"on_medication": True}
    guidance = [
        advise("P1", "omeprazole", "CYP2C19", "monitor", "m", **taken),
        advise("P1", "codeine", "CYP2D6", "no_guidance", "n", **taken),
        advise("P1", "zzz", "CYP2C19", "avoid", "a", **taken),
        advise(
            *("P1", "maybe", "CYP2C19", "no_guidance", "p"),
            possible_categories="avoid|standard",
            status="ambiguous",
            **taken,
        ),
        advise("P1", "abc", "CYP2C19", "change_dose", "c", **taken),
        advise("P1", "aspirin", "CYP2C19", "standard", "s", **taken),
        advise("P1", "voriconazole", "CYP2C19", "avoid", "later"),
    ]
    sheet = sheet_of([POOR, NOT_READ], guidance)
    assert [a.verdict.name for a in sheet.now] == [
        *("avoid", "possible_avoid", "change_dose", "monitor", "no_guidance"),
    ]
    assert sheet.now_standard == ["aspirin (CPIC 2022)"]
    assert [list(a.drugs) for a in sheet.later] == [["voriconazole"]]
    assert sheet.now[4].genes[0].phenotype == "not assessed"
    assert sheet.now[1].verdict.word.startswith("Possible: avoid or replace – confirm")
    assert sheet.unanswered == []


def test_drugs_with_the_same_advice_share_a_row_and_others_do_not():
    guidance = [
        advise("P1", "b", "CYP2C19", "avoid", "same"),
        advise("P1", "a", "CYP2C19", "avoid", "same"),
        advise("P1", "c", "CYP2C19", "avoid", "other"),
        advise("P1", "d", "CYP2C19;CYP2D6", "avoid", "same"),
    ]
    sheet = sheet_of([POOR, NOT_READ], guidance)
    assert [list(a.drugs) for a in sheet.later] == [["a", "b"], ["c"], ["d"]]
    assert [g.gene for g in sheet.later[2].genes] == ["CYP2C19", "CYP2D6"]


def test_each_possible_phenotype_has_its_own_line():
    text = (
        "X could be A or B. Each leads to the same category. X A: “Use it. Or: not.”"
        " X B: “Avoid it (see “Table 1”).” The guideline also names Y."
    )
    row = advise("P1", "drug", "CYP2C19", "avoid", text, on_medication=True)
    (advice,) = sheet_of([POOR], [row]).now
    (line,) = advice.lines
    assert " ".join(line.paragraphs) == text
    assert [part[:4] for part in line.paragraphs] == ["X co", "X A:", "X B:"]


def test_a_possible_phenotype_with_a_decimal_has_its_own_line_as_well():
    text = "X A (score 1): “Half.” X B (score 0.5): “Avoid.” X C (score 1.5): “Half.”"
    row = advise("P1", "drug", "CYP2C19", "avoid", text, on_medication=True)
    (advice,) = sheet_of([POOR], [row]).now
    assert [part[:3] for part in advice.lines[0].paragraphs] == ["X A", "X B", "X C"]


STROKE = "after stroke or TIA"


def test_a_drug_has_one_place_with_all_bodies_and_indications():
    """What is most pressing leads; texts stand once, with everybody who says them."""
    rows = [
        advise("P1", "clopidogrel", "CYP2C19", "avoid", "not here", indication="PCI"),
        advise("P1", "clopidogrel", "CYP2C19", "avoid", "not here", indication=STROKE),
        advise("P1", "clopidogrel", "CYP2C19", "avoid", "not here", body="NICE"),
        advise("P1", "clopidogrel", "CYP2C19", "standard", "fine", body="DPWG"),
    ]
    for row in rows:
        row["on_medication"] = True
    for order in (rows, rows[::-1]):
        sheet = sheet_of([POOR], order)
        (advice,) = sheet.now
        assert advice.verdict.name == "avoid"
        assert [line.verdict.name for line in advice.lines][-1] == "standard"
        told = {
            (line.text, tuple(sorted(line.indications))): sorted(
                one.citation.label for one in line.said
            )
            for line in advice.lines
        }
        assert told == {
            ("not here", tuple(sorted(("PCI", STROKE)))): ["CPIC 2022"],
            ("not here", ()): ["NICE 2022"],
            ("fine", ()): ["DPWG 2022"],
        }
        assert len(sheet.citations) == 3


def test_equal_words_of_two_bodies_stand_once():
    rows = [
        advise("P1", "codeine", "CYP2D6", "avoid", "same", body=body, year=year)
        for body, year in (("CPIC", "2021"), ("DPWG", "2022"))
    ]
    (advice,) = sheet_of([POOR, NOT_READ], rows).later
    (line,) = advice.lines
    assert [one.citation.label for one in line.said] == ["CPIC 2021", "DPWG 2022"]


def test_genotype_and_effective_phenotype_stand_side_by_side():
    normal = call("P1", "CYP2D6", "*1/*1", "Normal Metabolizer", activity_score=2.0)
    row = advise(
        *("P1", "codeine", "CYP2D6", "avoid", "no relief"),
        on_medication=True,
        genotype_category="standard",
        genotype_recommendation="as usual",
        effective_phenotypes="Poor Metabolizer",
        interaction="paroxetine (strong inhibitor of CYP2D6, FDA table)",
    )
    sheet = sheet_of([normal], [row], medicines=["codeine", "paroxetine"])
    (result,) = sheet.now[0].genes
    assert (result.phenotype, result.effective) == (
        *("Normal Metabolizer", "Poor Metabolizer"),
    )
    assert sheet.now[0].lines[0].by_genotype == "as usual"
    assert sheet.interactions == ["paroxetine (strong inhibitor of CYP2D6, FDA table)"]
    # One that the medicines leave as it is, is said once.
    poor = call("P1", "CYP2D6", "*4/*4", "Poor Metabolizer", activity_score=0.0)
    (advice,) = sheet_of([poor], [row]).now
    assert advice.genes[0].effective == ""
    assert not advice.is_shifted
    # A usual phenotype that medicines change is a row of the table of genes.
    assert [(r.gene, r.effective) for r in sheet.genes] == [
        ("CYP2D6", "Poor Metabolizer")
    ]


def test_names_of_the_country_stand_first_and_the_others_beside_them():
    setting = replace(SETTING, names={"succinylcholine": "sux"})
    rows = [
        advise("P1", "succinylcholine", "CYP2C19", "avoid", "x", on_medication=True),
        advise("P1", "Succinylcholine", "CYP2C19", "standard", "x"),
    ]
    sheet = sheet_of([POOR], rows, setting=setting)
    assert list(sheet.now[0].drugs) == ["sux (succinylcholine)"]
    assert sheet.later_standard == ["sux (Succinylcholine)"]


def test_on_medication_that_is_not_known_is_not_taken():
    for unknown in (None, float("nan"), pd.NA):
        row = advise("P1", "a", "CYP2C19", "avoid", "x", on_medication=unknown)
        sheet = sheet_of([POOR], [row], medicines=None)
        assert sheet.now == []
        assert len(sheet.later) == 1


def test_drugs_without_an_answer_are_grouped_by_the_gene_that_is_missing():
    guidance = [
        no_answer("tramadol", "CYP2D6", "avoid|standard"),
        no_answer("codeine", "CYP2D6", "avoid|standard"),
        no_answer("atomoxetine", "CYP2D6", "change_dose|standard"),
        no_answer("amitriptyline", "CYP2C19;CYP2D6", "avoid|standard|no_guidance"),
        no_answer("abacavir", "HLA-B", "avoid|standard|no_guidance"),
        no_answer("hydralazine", "NAT2", "change_dose|standard", "called"),
    ]
    fast = call("P1", "NAT2", "*12/*12", "")
    sheet = sheet_of([POOR, NOT_READ, fast], guidance)
    groups = {
        group.reason: {v.name: list(drugs) for v, drugs in group.drugs.items()}
        for group in sheet.unanswered
    }
    assert groups == {
        "CYP2D6": {
            "possible_avoid": ["amitriptyline", "codeine", "tramadol"],
            "possible_change_dose": ["atomoxetine"],
        },
        "HLA-B": {"possible_avoid": ["abacavir"]},
        "NAT2 *12/*12: effect not known": {"possible_change_dose": ["hydralazine"]},
    }
    assert sheet.later == []
    assert sheet.later_standard == []


def test_a_drug_that_is_taken_is_never_left_to_a_group_or_to_standard_use():
    """One body's standard use does not hide that another's gene was not assessed."""
    rows = [
        no_answer("carbamazepine", "HLA-B", "avoid|standard", on_medication=True),
        advise("P1", "carbamazepine", "CYP2C19", "standard", "s", on_medication=True),
    ]
    sheet = sheet_of([POOR], rows)
    (advice,) = sheet.now
    assert advice.verdict.word == "Not assessed – could be: Avoid or replace"
    assert advice.verdict.name == "possible_avoid"
    assert sheet.now_standard == []
    later = [row | {"on_medication": False} for row in rows]
    sheet = sheet_of([POOR], later)
    assert sheet.later_standard == []
    assert [group.reason for group in sheet.unanswered] == ["HLA-B"]


def test_a_body_that_says_nothing_is_no_all_clear():
    row = no_answer("sevoflurane", "TPMT", "no_guidance", "called", phenotypes="N")
    known = call("P1", "TPMT", "*1/*1", "Normal Metabolizer")
    sheet = sheet_of([known], [row])
    assert sheet.silent == ["sevoflurane"]
    assert sheet.later_standard == []
    (advice,) = sheet_of([known], [row | {"on_medication": True}]).now
    assert advice.verdict.word == "No recommendation"


def test_open_calls_say_why_and_what_they_could_become():
    row = call(
        "P1",
        "CYP2C19",
        "*1/*1",
        "Normal Metabolizer",
        status="ambiguous",
        reason="2 positions were not read",
        alternatives="*1/*2|*2/*2|*1/*3|*3/*3|*2/*3|*1/*4",
        n_alternatives=150,
        other_phenotypes="Intermediate Metabolizer|Poor Metabolizer",
        missing_positions="10:94775367,10:94781859",
    )
    (shown,) = sheet_of([row], []).open_calls
    assert shown.diplotype == "*1/*1: Normal Metabolizer"
    assert shown.reason == "2 positions were not read."
    assert shown.could_be == (
        "Intermediate Metabolizer and Poor Metabolizer"
        " (*1/*2, *2/*2, *1/*3, *3/*3 and 146 more)"
    )


def test_genes_not_called_share_a_line_where_only_numbers_differ():
    def none_of(gene, n):
        reason = f"none of the {n} positions was read (PMID 123)"
        return call("P1", gene, "", "", reason=reason)

    calls = [none_of("CYP2C19", 34), NOT_READ, none_of("TPMT", 43)]
    first, second, never = sheet_of(calls, []).not_called
    # A gene of the guidance without a row is said to be missing as well.
    assert list(never.genes) == ["VKORC1"]
    assert "nothing is ruled out" in never.reason
    assert first.genes == ["CYP2C19", "TPMT"]
    assert first.reason == "None of the positions was read (PMID 123)."
    assert second.genes == ["CYP2D6"]
    alone, _ = sheet_of(calls[:1], []).not_called
    assert alone.reason == "None of the 34 positions was read (PMID 123)."


def test_usual_results_and_genes_without_guidance_are_lines_not_rows():
    calls = [
        POOR,
        call("P1", "TPMT", "*1/*1", "Normal Metabolizer"),
        call("P1", "ABCB1", "*1/*1", ""),
        call("P1", "NAT2", "*5/*6", ""),
        call("P1", "GSTT1", "", "", reason="a deletion defines it"),
        call("P1", "CYP2D6", "*1/*4", "x", source="outside:<b>", activity_score=1.0),
    ]
    sheet = sheet_of(calls, [])
    rows = {row.gene: row for row in sheet.genes}
    assert set(rows) == {"CYP2C19", "CYP2D6"}
    assert rows["CYP2C19"].evidence == "34 of 34 positions, unphased"
    assert rows["CYP2D6"].evidence == "given by <b>"
    assert rows["CYP2D6"].activity == "1"
    assert sheet.genes_usual == ["TPMT *1/*1"]
    assert sheet.genes_other == ["NAT2 *5/*6"]
    assert sheet.genes_reference == ["ABCB1"]
    assert sheet.not_called_other == ["GSTT1"]


def test_usual_result_that_still_asks_for_something_is_a_row():
    expresser = call("P1", "TPMT", "*1/*1", "Normal Metabolizer")
    guidance = [advise("P1", "tacrolimus", "TPMT", "change_dose", "more")]
    assert [r.gene for r in sheet_of([expresser], guidance).genes] == ["TPMT"]


def test_cautions_come_from_flags_and_from_absent_as_reference():
    setting = Setting("toy", guided=frozenset({"TPMT"}), is_absent_reference=True)
    known = call("P1", "TPMT", "*1/*1", "Normal Metabolizer")
    absent, flagged = sheet_of(
        [known], [], flags=["possible_swap"], setting=setting
    ).cautions
    assert "nobody looked" in absent
    assert "possible swap" in flagged
    assert sheet_of([POOR], []).cautions == []


def test_a_patient_of_whom_nothing_is_known_is_told_so_before_all_else():
    rows = [no_answer("codeine", "CYP2D6", "avoid|standard")]
    for calls in ([], [NOT_READ], [call("P1", "ABCB1", "*1/*1", "")]):
        sheet = sheet_of(calls, rows)
        assert not sheet.is_assessed
        assert not sheet.later_standard
    assert sheet_of([POOR], rows).is_assessed


def test_medicines_say_what_became_of_them():
    setting = Setting(
        "toy",
        guided=frozenset(),
        medicines={
            "plavix 75 mg": Known(("clopidogrel",), "matched"),
            "clopidogrel": Known(("clopidogrel",), "matched"),
            "amlodipine": Known(("",), "no_pgx_guidance"),
            "gx-17": Known(("",), "unknown", "says more than that it is taken"),
            "clopidogrl": Known(("",), "unknown", nearest="clopidogrel"),
        },
    )
    names = ["Plavix 75 mg", "Clopidogrel", "amlodipine", "GX-17", "new", "Clopidogrl"]
    told = sheet_of([], [], medicines=names, setting=setting).medicines
    assert [m.is_counted for m in told] == [True, True, True, False, False, False]
    assert [m.note for m in told] == [
        "clopidogrel",
        "",
        "no pharmacogenomic guidance",
        "says more than that it is taken",
        "name not recognised: check by hand",
        "name not recognised, perhaps clopidogrel: check by hand",
    ]
    assert sheet_of([], [], medicines=None).medicines is None


def test_only_web_addresses_become_links():
    for url in ("javascript:alert(1)", "http://x.org", "data:text/html,x", None):
        row = advise("P1", "a", "CYP2C19", "avoid", "x", url=url)
        (citation,) = sheet_of([POOR], [row]).citations
        assert citation.url == ""


def test_an_open_call_names_what_would_decide_with_what_panels_read_first():
    row = call(
        *("P1", "CYP2C19", "*1/*1", "Normal Metabolizer"),
        status="ambiguous",
        reason="the phenotype depends on 10:94775367 and 5 more; 6 are missing",
        deciding_positions="10:1,10:2,10:3,10:4,10:5,10:94781859",
    )
    setting = replace(
        SETTING,
        rsids={"10:94781859": "rs4244285", "10:2": "rs2"},
        tested=frozenset({"rs4244285"}),
    )
    (shown,) = sheet_of([row], [], setting=setting).open_calls
    assert shown.deciding == "rs4244285, 10:1, rs2, 10:3 and 2 more"
    # The positions are named once.
    assert shown.reason == "6 are missing."
    (bare,) = sheet_of([row | {"deciding_positions": ""}], []).open_calls
    assert bare.deciding == ""
    assert "depends on 10:94775367" in bare.reason


def test_a_panels_result_stands_beside_the_medicine_that_hangs_on_it():
    row = call(
        *("P1", "CYP2C19", "*1/*1", "Normal Metabolizer"),
        status="ambiguous",
        panel_result=f"{NEGATIVE}; amp_x (AMP, tier 1; *2, *3): *1/*2, Intermediate",
    )
    now = advise("P1", "a", "CYP2C19", "no_guidance", "x", on_medication=True)
    now |= {"status": "ambiguous", "possible_categories": "avoid|standard"}
    (advice,) = sheet_of([row], [now]).now
    assert advice.genes[0].panel == "nhs_dpyd: negative; amp_x: *1/*2, Intermediate"
    (advice,) = sheet_of([row | {"status": "called"}], [now]).now
    assert advice.genes[0].panel == ""


def test_standard_use_by_a_panel_alone_says_so():
    row = call("P1", "CYP2C19", "*1/*1", "Normal Metabolizer", source="panel:amp_x")
    now = advise("P1", "a", "CYP2C19", "standard", "x", on_medication=True)
    later = advise("P1", "b", "CYP2C19", "standard", "x")
    sheet = sheet_of([row], [now, later])
    assert sheet.now_standard == ["a (CPIC 2022; by the panel amp_x only)"]
    assert sheet.later_standard == ["b (by the panel amp_x only)"]
    assert sheet_of([row | {"source": "own"}], [later]).later_standard == ["b"]


def test_what_was_not_assessed_is_said_so_where_the_least_is_to_monitor():
    row = advise("P1", "azathioprine", "TPMT", "monitor", "x", on_medication=True)
    row |= {"status": "not_called", "possible_categories": "avoid|monitor"}
    (advice,) = sheet_of([], [row]).now
    assert advice.verdict.word == "Not assessed – could be: Avoid or replace"
    (advice,) = sheet_of([], [row | {"possible_categories": "monitor"}]).now
    assert advice.verdict.word == "Monitor"


def test_a_panels_result_is_told_as_the_panels_with_what_it_cannot_see(
    findings, tmp_path
):
    setting = replace(SETTING, guided=frozenset({"TPMT"}))
    row = call(
        *("P1", "TPMT", "*1/*1", "Normal Metabolizer"),
        n_assayed=5,
        n_required=83,
        panel_result=NEGATIVE,
    )
    # One that was called in full needs no panel.
    assert sheet_of([row], [], setting=setting).panels == []
    (open_,) = sheet_of([row | {"status": "ambiguous"}], [], setting=setting).panels
    assert (open_.gene, open_.text) == ("TPMT", f"{NEGATIVE}.")
    assert open_.unread == "78 of 83"
    assert not open_.is_accepted
    sheet = sheet_of([row | {"source": "panel:nhs_dpyd"}], [], setting=setting)
    assert sheet.panels[0].is_accepted
    assert sheet.genes_usual == ["TPMT *1/*1 (by a panel only, see below)"]
    poor = row | {"source": "panel:nhs_dpyd", "phenotype": "Poor Metabolizer"}
    (gene,) = sheet_of([poor], [], setting=setting).genes
    assert gene.evidence == "panel nhs_dpyd only: 5 of 83 positions"
