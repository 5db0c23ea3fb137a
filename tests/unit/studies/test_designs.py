"""Designs recognised by words: what holds, what does not, and where it stands."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.studies import RECORDS, read_labels, read_texts, score_designs
from benchmarks.study_labels import EARLIER, draw_records
from genostrat.registry.words import studies as words
from genostrat.studies.designs.classification import (
    LABELS,
    classify_design,
    classify_records,
)
from genostrat.studies.designs.document import _find_titles, find_words

HERE = Path(__file__).parent
TEXTS = RECORDS / "texts.jsonl.gz"


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # verbs, minus signs, levels and lists of markers
        ("Trial.\n\nThis phase II study enrolls women whose tumors overexpress HER2.",
         {"biomarker_eligibility", "enrichment"}),
        ("Fulvestrant in HER2 - Breast Cancer.\n\nA phase II trial.",
         {"biomarker_eligibility", "enrichment"}),
        ("Durvalumab for Microsatellite Stable Rectal Cancer.\n\nA phase II study.",
         {"biomarker_eligibility", "enrichment"}),
        ("Cells.\n\nThis phase I study treats patients with Ph+ leukemia.",
         {"biomarker_eligibility", "enrichment"}),
        ("Vaccine.\n\nEligibility: HLA-A2 plus patients may be enrolled.",
         {"biomarker_eligibility", "enrichment"}),
        # people who are chosen by a genotype
        ("Diet.\n\nWe recruited individuals selected based on their genotype.",
         {"biomarker_eligibility"}),
        ("Iron.\n\nThe study includes subjects with the TT genotype.",
         {"biomarker_eligibility"}),
        # a genotype that decides, and people of a metaboliser status
        ("Kinetics in Extensive and Poor Metabolizers as Defined by CYP2C19.",
         {"pharmacogenetic"}),
        ("Trial.\n\nCarriers will receive prasugrel; others receive clopidogrel by"
         " genotype of CYP2C19.", {"pharmacogenetic"}),
        # both results, each with a treatment
        ("Arms.\n\nPatients with RAS mutated tumours will be treated with A.\n\n"
         "Patients with RAS wild-type tumours will be treated with B.",
         {"umbrella", "biomarker_eligibility", "enrichment"}),
        ("Drawing.\n\nA biomarker-stratified, randomised study of A and B.",
         {"stratified_randomisation"}),
    ],
)  # fmt: skip
def test_kinds_of_wording_are_known(text, expected):
    assert labels_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # what is looked for, at risk of, in a title, or of both halves
        "Trial.\n\nThe purpose is to determine EGFR mutations in tissue of patients.",
        "Study.\n\nThis study assesses patients with CNS-positive leukemia and GFP"
        " levels.",
        "Genetic Counseling in Women at Risk of Carrying a BRCA1 Mutation.",
        "Lorazepam in APOE e4 Carriers.\n\nWe compare carriers and non-carriers.",
        "Trial.\n\nPatients receive low dose VEGFR inhibitor.",
        "Study.\n\nThis study asks whether patients with the TT genotype respond.",
        "Validation.\n\nA study for validation of a diagnostic test of pregnancy.",
    ],
)
def test_what_only_looks_has_no_label(text):
    assert labels_of(text) == set()


def test_a_result_in_one_of_many_cancers_enriches_nothing():
    text = (
        "A Phase I Study.\n\nThe study enrolls patients with lung cancer, melanoma,"
        " renal cancer, or triple negative breast cancer."
    )
    assert labels_of(text) == {"biomarker_eligibility"}


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


@pytest.mark.skipif(not TEXTS.exists(), reason="needs the real registry texts")
def test_the_third_set_is_what_its_seed_draws():
    texts = read_texts(TEXTS)
    _, halves, frames = read_labels()
    taken = {name for name, frame in frames.items() if frame in EARLIER}
    drawn = dict(draw_records(texts, taken, seed=17))
    third = {name for name, half in halves.items() if half == "third_held_out"}
    assert drawn == {name: frames[name] for name in third}


@pytest.mark.skipif(not TEXTS.exists(), reason="needs the real registry texts")
@pytest.mark.parametrize(
    ("half", "precision", "recall"),
    [
        ("development", 0.93, 0.93),
        ("held_out", 0.92, 0.93),
        ("second_held_out", 0.93, 0.93),
        ("third_held_out", 0.87, 0.88),
    ],
)
def test_designs_are_found_as_well_as_documented(half, precision, recall):
    right, false, missed, alarms = (
        sum(c.values()) if isinstance(c, Counter) else c for c in score_designs(half)
    )
    assert right / (right + false) > precision
    assert right / (right + missed) > recall
    assert sum(alarms) <= 0.01 * len(alarms)
