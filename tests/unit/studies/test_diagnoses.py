"""Which diagnoses are the one asked for, which exclude it, and which say nothing."""

import pytest

from genostrat.studies.matching.diagnoses import compare_diagnoses


@pytest.mark.parametrize(
    ("own", "asked", "answer"),
    [
        ("Lung cancer", "lung carcinoma", True),
        ("Asthma; Lung cancer", "NSCLC", None),  # it may be of small cells
        ("Asthma; NSCLC", "Lung cancer", True),
        ("Breast cancer", "NSCLC", False),
        ("Colorectal cancer; Breast cancer", "Breast cancer", True),
        ("Chronic myeloid leukaemia", "CML", True),
        ("Diabetes mellitus", "diabetes", True),
        ("Any cancer", "Malignant tumours", True),
        ("Asthma", "Malignant tumours", None),
        (" ; ", "Asthma", None),
        ("", "_SOLID_", None),
    ],
)
def test_one_diagnosis_in_other_words(own, asked, answer):
    assert compare_diagnoses(own, asked) is answer


@pytest.mark.parametrize(
    "own",
    [
        *("Lung adenocarcinoma", "Pancreatic cancer", "Renal cell carcinoma"),
        *("Glioblastoma", "Uterine leiomyosarcoma", "HNSCC", "Cholangiocarcinoma"),
        *("Hepatoblastoma of the liver", "Acute leukemia", "Multiple myeloma"),
    ],
)
def test_a_cancer_excludes_those_of_other_organs_alone(own):
    assert compare_diagnoses(own, "Breast cancer") is False
    assert compare_diagnoses(own, "Breast") is False, "registers name the organ alone"
    assert compare_diagnoses(own, "Asthma") is None
    assert compare_diagnoses(f"{own}; Breast cancer", "Breast carcinoma") is True


@pytest.mark.parametrize("disease", ["Bronchitis", "Gastritis", "Skin rash", "COPD"])
def test_a_disease_of_an_organ_and_a_cancer_of_another_may_be_of_one_patient(disease):
    """Neither says that the other is not there."""
    assert compare_diagnoses("Breast cancer", disease) is None
    assert compare_diagnoses(disease, "Breast cancer") is None
    assert compare_diagnoses(disease, "Breast") is None


@pytest.mark.parametrize(
    ("own", "is_solid", "is_liquid"),
    [
        ("Breast cancer", True, False),
        ("Melanoma", True, False),
        ("Acute leukemia", False, True),
        ("Myelodysplastic syndrome", False, True),
        ("Acute leukemia; Breast cancer", True, True),
        ("Bronchitis", None, None),
        ("Interstitial lung disease; skin rash", None, None),
        ("Bronchitis; lymphoma", False, True),
        ("Cancer of unknown primary", None, None),
    ],
)
def test_a_kind_of_cancers_is_told_by_cancers(own, is_solid, is_liquid):
    assert compare_diagnoses(own, "_SOLID_") is is_solid
    assert compare_diagnoses(own, "_LIQUID_") is is_liquid
