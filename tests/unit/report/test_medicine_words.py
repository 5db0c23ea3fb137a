"""Conclusions on medicines and pharmacogenes, held against their numbers."""

import numpy as np
import pandas as pd
import pytest

from genostrat.report.sections.outcomes.medicines import medicine_blocks
from genostrat.report.words.medicines import conclude


def row(verdict="found", p=0.004, **more):
    return {
        **{"outcome": "weekly_dose", "medicine": "warfarin", "gene": "VKORC1"},
        **{"question": "association", "verdict": verdict, "coding": "other_alleles"},
        **{"scale": "mean_difference", "effect": -8.5, "ci_low": -12.0},
        **{
            "ci_high": -4.5,
            "p_adjusted": p,
            "n": 61,
            "n_not_called": 3,
            "note": "",
            "unit": "mg",
        },
    } | more


def record(verdict, reason="", ancestries=2):
    return {"verdict": verdict, "reason": reason, "n_ancestries": ancestries}


def said(record, rows):
    return conclude(record, rows).text.replace("\u00a0", " ")


def test_an_association_is_told_with_its_numbers_and_as_no_more_than_that():
    rows = [row(), row("not_found", 0.3, gene="CYP2C9"), row("not_assessed", np.nan)]
    text = said(record("found"), rows)
    assert text.startswith(
        "Of 2 comparisons of a medicine with a gene, 1 showed an association:"
    )
    assert (
        "“weekly dose” by warfarin and VKORC1 (difference of means −8.5 mg for" in text
    )
    assert "for each allele other than the most frequent one" in text
    assert "95 % interval −12 to −4.5, adjusted p = 0.004, 61 patients" in text
    assert "who take a medicine, not effects of the medicine. 1 other" in text
    blind = said(record("found", ancestries=0), rows[:2])
    assert blind.endswith("and ancestry, which is not known, may be behind it.")


def test_no_more_than_the_three_surest_are_told():
    rows = [row(p=p, gene=f"G{i}") for i, p in enumerate((0.04, 0.03, 0.02, 0.01))]
    text = said(record("found"), rows)
    assert "G0" not in text
    assert text.index("G3") < text.index("G2") < text.index("G1")
    assert "1 more stand in the table" not in text
    assert "1 more stands in the table" in text


def test_nothing_found_is_no_evidence_and_nothing_assessed_is_said():
    calm = [row("not_found", 0.3), row("not_found", 0.7, gene="CYP2C9")]
    text = said(record("not_found"), calm)
    assert "there is no evidence" in text
    assert text.endswith("(smallest adjusted p = 0.30).")
    # What could not be asked is no part of the calm.
    half = [*calm, row("not_assessed"), row("not_assessed", gene="TPMT")]
    text = said(record("not_found"), half)
    assert text.startswith("In 2 comparisons of a medicine")
    assert text.endswith("2 other comparisons could not be assessed.")
    one = said(record("found"), [row(), row("not_assessed", gene="TPMT")])
    assert one.endswith("1 other comparison could not be assessed.")
    notice = conclude(record("not_assessed", "the cohort has no genotypes"), [])
    assert "was not assessed: the cohort has no genotypes." in notice.text
    assert notice.tone == "note"


def test_an_interaction_is_told_as_one():
    text = said(record("found"), [row(question="interaction", effect=np.nan)])
    assert "the effect of treatment on “weekly dose” changes by warfarin" in text


@pytest.mark.parametrize("rows", [0, 2])
def test_the_block_shows_what_was_tested_before_what_was_not(rows):
    table = pd.DataFrame([row("not_assessed", effect=np.nan, n=pd.NA), row()][:rows])
    verdict = "found" if rows else "not_assessed"
    results = {
        "response/pharmacogenes.json": record(verdict, "" if rows else "nobody"),
        "response/pharmacogenes.tsv": table,
    }
    blocks = medicine_blocks(results)
    assert len(blocks) == (3 if rows else 2)
    if rows:
        assert [cells[4] for cells in blocks[-1].rows] == [
            "goes with it",
            "not assessed",
        ]
        assert blocks[-1].rows[1][5] == "–"
    assert medicine_blocks(dict.fromkeys(results)) == []
