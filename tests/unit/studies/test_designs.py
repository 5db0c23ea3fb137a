"""Designs recognised by words: what holds, what does not, and where it stands."""

import csv
from pathlib import Path

import pytest

from genostrat.registry.words import studies as words
from genostrat.studies.designs.classification import (
    LABELS,
    classify_design,
    classify_records,
)
from genostrat.studies.designs.document import _find_titles, find_words

HERE = Path(__file__).parent


def labels_of(text, **fields):
    return set(classify_design({"text": text, **fields}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Osimertinib.\n\nThis trial evaluates the efficacy of treatment in patients"
            " with EGFR T790M mutation-positive lung cancer.",
            {"biomarker_eligibility", "enrichment"},
        ),
        (
            "Warfarin.\n\nPatients are randomised to genotype-guided warfarin dosing or"
            " to usual care.",
            {"pharmacogenetic"},
        ),
        (
            "Arms.\n\nAn umbrella trial: treatment is assigned according to the"
            " molecular profile of the tumour.",
            {"umbrella"},
        ),
        (
            "Cohort.\n\nThis phase II study evaluates treatment of patients with"
            " HER2-positive advanced solid tumours.",
            {"biomarker_eligibility", "enrichment", "basket"},
        ),
        (
            "Drawing.\n\nPatients will be randomised. Randomisation is stratified by"
            " BRAF mutation status and centre.",
            {"stratified_randomisation"},
        ),
        (
            "Test.\n\nThe assay is developed as a companion diagnostic.",
            {"companion_diagnostic"},
        ),
    ],
)
def test_designs_are_recognised(text, expected):
    assert labels_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # waived, denied, reported, or of something else
        "Trial.\n\nEGFR expression is not required for study entry.",
        "Trial.\n\nPatients with or without BRCA mutations are included.",
        "Trial.\n\nAbout 20 % of breast cancers are HER2-positive.",
        "Trial.\n\nTo correlate EGFR mutations in samples with response.",
        "Trial.\n\nPatients with hepatitis C virus genotype 1 are randomised, and"
        " randomisation is stratified by genotype.",
        "Trial.\n\nThis is an umbrella protocol for all long-term follow-up.",
        "Trial.\n\nCOPD is an umbrella term. A basket of food is given.",
        "Trial.\n\nGenotyping could allow individualised treatment in future.",
        "Trial.\n\nHIV-positive men who met the criteria have a CAT scan.",
        "Trial.\n\nA stratified analysis by BRCA mutation is planned after patients"
        " were randomised.",
        "Trial.\n\nMen at the Children's Hospital of Philadelphia test negative.",
        "",
    ],
)
def test_what_is_no_design_has_no_label(text):
    assert labels_of(text) == set()


def test_a_span_holds_the_words_in_their_field():
    fields = {
        "title": "A study of gefitinib treatment",
        "eligibility": "Inclusion Criteria:\n* EGFR mutation\n\nExclusion:\n* None",
    }
    found = classify_design(fields)
    (one, *_) = found["biomarker_eligibility"]
    assert fields[one.field][one.start : one.end] == "EGFR mutation"


def test_what_excludes_a_marker_enriches_nothing():
    eligibility = (
        "Inclusion Criteria:\n* Cancer\n\nExclusion Criteria:\n* EGFR mutation"
    )
    found = classify_design({"title": "A treatment", "eligibility": eligibility})
    assert set(found) == {"biomarker_eligibility"}


def test_processes_change_nothing():
    records = [(f"S{n}", {"text": "T.\n\nA companion diagnostic."}) for n in range(3)]
    alone = list(classify_records(records, processes=1))
    assert alone == list(classify_records(records, processes=2))
    assert [name for name, _ in alone] == ["S0", "S1", "S2"]


def test_a_huge_text_is_no_trap():
    huge = "patients with " * 200_000 + "EGFR mutation"
    assert labels_of(huge) == set()
    assert find_words("aaa", ("a",)) == [0, 1, 2]


def test_labels_have_one_home():
    assert tuple(LABELS) == words.LABELS


def test_the_labels_of_readers_are_whole():
    with (HERE / "labels.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    names = {row["study_id"] for row in rows}
    assert len(names) >= 400
    assert {row["label"] for row in rows} == {"none", *words.LABELS}
    halves = {
        name: {r["half"] for r in rows if r["study_id"] == name} for name in names
    }
    assert all(len(half) == 1 for half in halves.values())
    for row in rows:
        if row["label"] != "none":
            assert 0 <= int(row["start"]) < int(row["end"])


def test_a_title_that_is_repeated_is_read_from_its_line_on():
    text = "First line here\nSecond line\nA title repeated @highlight more"
    titles = [text[low:high] for low, high in _find_titles(text)]
    assert titles == ["First line here", "A title repeated "]
    far = "x" * 500 + " @highlight"
    assert [high - low for low, high in _find_titles(far)] == [300, 400]
