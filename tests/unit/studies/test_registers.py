"""European registers in the one form, and CTML's clauses as questions."""

import pytest

from genostrat.studies.criteria.logic import All, Any, Leaf, Not
from genostrat.studies.matching.ctml import read_ctml, read_match, write_ctml
from genostrat.studies.records.ctgov import read_sex, read_v2
from genostrat.studies.records.european import (
    _says_random,
    join_criteria,
    read_ctis,
    read_euctr,
    read_isrctn,
)

ISRCTN = {
    "isrctn": "12345678",
    "record_last_import": "2024-06-01",
    "trialDescription": {
        "title": "Aspirin",
        "scientificTitle": "A trial of aspirin",
        "plainEnglishSummary": "Whether it helps",
        "studyHypothesis": "It helps",
    },
    "trialDesign": {
        "overallEndDate": "2026-01-01",
        "primaryStudyDesign": "Interventional",
        "studyDesign": "Randomised controlled trial",
    },
    "participants": {
        "inclusion": "Adults",
        "exclusion": "Exclusion criteria: allergy",
        "ageRange": "Adult",
        "gender": "Both",
        "recruitmentStart": "2024-01-01",
        "recruitmentEnd": "2025-01-01",
        "recruitmentCountries": {"country": ["England", "Wales"]},
        "trialCentres": {"trialCentre": [{"city": "Leeds"}, {"city": "York"}]},
        "targetEnrolment": "200",
        "totalFinalEnrolment": "12",
    },
    "conditions": {"condition": {"description": "Stroke", "diseaseClass1": "Nerves"}},
    "interventions": {
        "intervention": [{"drugNames": "aspirin, clopidogrel", "phase": "Phase III"}]
    },
    "externalRefs": {
        "clinicalTrialsGovNumber": "NCT00000009",
        "eudraCTNumber": "Nil known",
    },
}


def test_isrctn_becomes_the_one_form():
    record = read_isrctn(ISRCTN)
    assert (record.study_id, record.register) == ("ISRCTN12345678", "isrctn")
    assert (record.title, record.official_title) == ("Aspirin", "A trial of aspirin")
    assert record.eligibility == (
        "Inclusion Criteria:\nAdults\n\nExclusion criteria: allergy"
    )
    assert record.other_ids == ("NCT00000009",)
    assert (record.phase, record.kind, record.specialty) == (
        "3",
        "interventional",
        "Nerves",
    )
    assert (record.countries, record.regions) == (
        ("England", "Wales"),
        ("Leeds", "York"),
    )
    assert (record.conditions, record.medicines) == (
        ("Stroke",),
        ("aspirin", "clopidogrel"),
    )
    assert (record.min_age, record.max_age, record.sex) == (18, None, "all")
    assert (record.start, record.end) == ("2024-01-01", "2025-01-01")
    assert (record.target, record.enrolled, record.randomised) == (200, 12, True)
    assert record.status == "recruiting"


@pytest.mark.parametrize(
    ("seen", "override", "status"),
    [
        ("2023-12-31", "", "planned"),
        ("2024-01-01", "", "recruiting"),
        ("2025-01-01", "", "recruiting"),
        ("2025-01-02", "", "closed"),
        ("2026-01-02", "", "completed"),
        ("2024-06-01", "Suspended", "paused"),
        ("2024-06-01", "Stopped", "stopped"),
        ("", "", ""),
    ],
)
def test_where_a_study_of_isrctn_stands_follows_from_its_days(seen, override, status):
    who = ISRCTN["participants"] | {"recruitmentStatusOverride": override}
    trial = ISRCTN | {"record_last_import": seen, "participants": who}
    assert read_isrctn(trial).status == status


@pytest.mark.parametrize(
    ("words", "is_random"),
    [
        ("Randomised", True),
        ("Non-randomised", False),
        ("NonRandomized", False),
        ("cohort", None),
        (None, None),
    ],
)
def test_whether_lots_are_drawn(words, is_random):
    assert _says_random(words) is is_random


CTIS = {
    "ctNumber": "2023-500000-11-00",
    "ctStatus": "4",
    "ageGroup": "18-64 years,65+ years",
    "gender": "Female,Male",
    "trialPhase": "Phase II",
    "therapeuticAreas": ["Neoplasms"],
    "trialCountries": ["France:4", "Spain:2"],
    "submissionDate": "2023-05-01",
    "lastUpdated": "01/02/2024",
    "startDateEU": "03/04/2024",
    "totalNumberEnrolled": "77",
    "eudraCtInfo": {"eudraCtCode": "2019-001234-56"},
    "authorizedPartI": {
        "products": [{"productDictionaryInfo": {"activeSubstanceName": "OLAPARIB"}}],
        "trialDetails": {
            "clinicalTrialIdentifiers": {
                "publicTitle": "Olaparib",
                "fullTitle": "A randomised trial of olaparib",
            },
            "trialInformation": {
                "eligibilityCriteria": {
                    "principalInclusionCriteria": [
                        {"principalInclusionCriteria": "BRCA1 mutation"},
                        {"principalInclusionCriteria": "Adults"},
                    ],
                    "principalExclusionCriteria": [],
                },
                "trialObjective": {"mainObjective": "To see"},
                "trialDuration": {"estimatedEndDate": "2027-01-01"},
                "medicalCondition": {
                    "partIMedicalConditions": [{"medicalCondition": "Breast cancer"}]
                },
            },
        },
    },
}


def test_ctis_becomes_the_one_form():
    record = read_ctis(CTIS)
    assert (record.study_id, record.status) == ("2023-500000-11-00", "recruiting")
    assert record.eligibility == "Inclusion Criteria:\n* BRCA1 mutation\n* Adults"
    assert (record.title, record.phase) == ("Olaparib", "2")
    assert record.countries == ("France", "Spain")
    assert (record.min_age, record.max_age, record.sex) == (18, None, "all")
    assert (record.conditions, record.medicines) == (("Breast cancer",), ("OLAPARIB",))
    assert record.other_ids == ("2019-001234-56",)
    assert record.first_posted == "2023-05-01"
    assert (record.start, record.end) == ("2024-04-03", "2027-01-01")
    assert (record.target, record.randomised) == (77, True)
    old = {"authorizedApplication": {"authorizedPartI": CTIS["authorizedPartI"]}}
    moved = {k: v for k, v in CTIS.items() if k != "authorizedPartI"} | old
    assert read_ctis(moved).title == "Olaparib"


@pytest.mark.parametrize(
    ("groups", "limits"),
    [
        ("0-17 years", (0, 17)),
        ("0-17 years,18-64 years", (0, 64)),
        ("18-64 years", (18, 64)),
        ("65+ years", (65, None)),
        ("", (None, None)),
    ],
)
def test_age_groups_have_the_least_and_the_greatest_age(groups, limits):
    record = read_ctis(CTIS | {"ageGroup": groups})
    assert (record.min_age, record.max_age) == limits


@pytest.mark.parametrize(
    ("sexes", "sex"), [("Female", "female"), ("Male", "male"), ("Male, Female", "all")]
)
def test_sexes_are_read_in_any_order(sexes, sex):
    assert read_ctis(CTIS | {"gender": sexes}).sex == sex
    assert read_sex("Female, Male") == "all"
    assert read_sex("both") == "all"
    assert read_sex("unknown") == ""


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *[(str(n), "planned") for n in (1, 2, 3)],
        *[("5", "closed"), ("6", "paused"), ("7", "stopped"), ("8", "completed")],
        ("Authorised, not started", "planned"),
        ("Authorised, recruitment pending", "planned"),
        ("Authorised, recruiting", "recruiting"),
        ("Ongoing, recruiting", "recruiting"),
        ("Ongoing, recruitment ended", "closed"),
        ("Temporarily halted", "paused"),
        ("Ended", "completed"),
        ("Not authorised", "stopped"),
        ("Revoked", "stopped"),
        ("in doubt", ""),
    ],
)
def test_where_a_study_of_ctis_stands(word, status):
    assert read_ctis(CTIS | {"ctStatus": word}).status == status


EUCTR = {
    "a2_eudract_number": "2010-023456-78",
    "a3_full_title_of_the_trial": "A trial of warfarin",
    "a1_member_state_concerned": "Italy - Italian Medicines Agency",
    "a52_us_nct_clinicaltrialsgov_registry_number": "NCT00000008",
    "e3_principal_inclusion_criteria": "Adults",
    "e4_principal_exclusion_criteria": "Bleeding",
    "e11_medical_conditions_being_investigated": "Thrombosis",
    "e72_human_pharmacology": "No",
    "e73_therapeutic_confirmatory": "Yes",
    "e811_randomised": "Yes",
    "f12_adults_1864_years": "Yes",
    "f11_trial_has_subjects_under_18": "No",
    "f21_female": "Yes",
    "f22_male": "No",
    "f422_in_the_whole_clinical_trial": "120",
    "p_date_of_the_global_end_of_the_trial": "2012-03-04",
    "dimp": [{"d38_inn__proposed_inn": "WARFARIN"}, {"d31_product_name": "Placebo"}],
}


def test_euctr_becomes_the_one_form():
    record = read_euctr(EUCTR)
    assert (record.study_id, record.register) == ("2010-023456-78", "euctr")
    assert (record.phase, record.sex) == ("3", "female")
    assert (record.min_age, record.max_age) == (18, 64)
    assert record.countries == ("Italy",)
    assert record.medicines == ("WARFARIN", "Placebo")
    assert record.other_ids == ("NCT00000008",)
    assert (record.target, record.randomised, record.end) == (120, True, "2012-03-04")
    assert record.eligibility.count("Criteria:") == 2
    without = {k: v for k, v in EUCTR.items() if k != "e811_randomised"}
    assert read_euctr(without).randomised is None
    assert read_euctr(EUCTR | {"e811_randomised": "No"}).randomised is False
    assert read_euctr(EUCTR | {"f22_male": "Yes"}).sex == "all"
    assert read_euctr(EUCTR | {"f22_male": "Yes", "f21_female": "No"}).sex == "male"
    assert read_euctr(EUCTR | {"f21_female": "No"}).sex == ""
    elder = EUCTR | {"f13_elderly_65_years": "Yes"}
    assert (read_euctr(elder).min_age, read_euctr(elder).max_age) == (18, None)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Ongoing", "recruiting"),
        ("Restarted", "recruiting"),
        ("Completed", "completed"),
        ("Prematurely Ended", "stopped"),
        ("Not Authorised", "stopped"),
        ("Prohibited by CA", "stopped"),
        ("Temporarily Halted", "paused"),
        ("Suspended by CA", "paused"),
        ("", ""),
    ],
)
def test_where_a_study_of_euctr_stands(word, status):
    assert read_euctr(EUCTR | {"p_end_of_trial_status": word}).status == status
    assert read_euctr(EUCTR | {"x5_trial_status": word}).status == status


def test_criteria_keep_heads_that_they_have():
    assert join_criteria("", "") == ""
    assert (
        join_criteria("Inclusion: a", "b") == "Inclusion: a\n\nExclusion Criteria:\nb"
    )
    assert join_criteria("a", "") == "Inclusion Criteria:\na"


@pytest.mark.parametrize(
    ("kind", "target", "enrolled"),
    [("ACTUAL", None, 40), ("ESTIMATED", 40, None), ("", 40, None)],
)
def test_participants_are_those_that_were_or_will_be(kind, target, enrolled):
    section = {"designModule": {"enrollmentInfo": {"count": 40, "type": kind}}}
    record = read_v2({"protocolSection": section})
    assert (record.target, record.enrolled, record.randomised) == (
        target,
        enrolled,
        None,
    )
    for allocation, is_random in (("RANDOMIZED", True), ("NON_RANDOMIZED", False)):
        section = {"designModule": {"designInfo": {"allocation": allocation}}}
        assert read_v2({"protocolSection": section}).randomised is is_random


@pytest.mark.parametrize(
    ("clause", "node"),
    [
        ({"clinical": {"age_numerical": ">=18"}}, Leaf("age", low=18.0)),
        ({"clinical": {"age_numerical": ">18"}}, Leaf("age", low=18.0, low_open=True)),
        ({"clinical": {"age_numerical": "<=65"}}, Leaf("age", high=65.0)),
        (
            {"clinical": {"age_numerical": "<65"}},
            Leaf("age", high=65.0, high_open=True),
        ),
        ({"clinical": {"gender": "Female"}}, Leaf("sex", test="female")),
        ({"clinical": {"gender": "!Female"}}, Not(Leaf("sex", test="female"))),
        ({"clinical": {"medicine": "Aspirin"}}, Leaf("medicine", "aspirin", "current")),
        ({"clinical": {"stratum": "S1"}}, Leaf("stratum", "S1")),
        (
            {"genomic": {"hugo_symbol": "EGFR", "variant_category": "Mutation"}},
            Leaf("gene", "EGFR", "mutated"),
        ),
        (
            {"genomic": {"hugo_symbol": "EGFR", "variant_category": "!Mutation"}},
            Not(Leaf("gene", "EGFR", "mutated")),
        ),
        (
            {"genomic": {"hugo_symbol": "EGFR", "wildtype": "true"}},
            Leaf("gene", "EGFR", "wild_type"),
        ),
        ({"genomic": {"hugo_symbol": "EGFR"}}, Leaf("gene", "EGFR", "altered")),
        (
            {"genomic": {"hugo_symbol": "CYP2D6", "phenotype": "Poor Metabolizer"}},
            Leaf("phenotype", "CYP2D6", "poor"),
        ),
        (
            {"genomic": {"mmr_status": "!Deficient"}},
            Not(Leaf("genomic", "MMR_STATUS", "Deficient")),
        ),
        ({"prior": {"drug": "x"}}, Leaf("prior", "drug", "x")),
    ],
)
def test_a_clause_of_ctml_is_a_question(clause, node):
    assert read_match(clause) == node
    assert read_match([clause]) == node
    assert read_match([clause, clause]) == All((node, node))
    assert read_match({"or": [clause, clause]}) == Any((node, node))
    assert read_match({"and": [clause]}) == node


def test_what_ctml_cannot_ask_is_unknown():
    for clause in (
        {"clinical": {"age_numerical": "old"}},
        {"genomic": {"variant_category": "Mutation"}},
        {"genomic": {"hugo_symbol": "A", "variant_category": "odd"}},
    ):
        assert read_match(clause).kind == "unknown"
    with pytest.raises(ValueError, match="a match clause is a mapping"):
        read_match("x")


def trial(**changes):
    arm = {
        "arm_internal_id": "A",
        "arm_suspended": "N",
        "match": [{"clinical": {"stratum": "S1"}}],
    }
    step = {"step_code": "1", "arm": [arm | changes]}
    return {
        "protocol_no": "P",
        "status": "Open to Accrual",
        "treatment_list": {"step": [step]},
    }


def test_a_trial_of_ctml_is_open_where_it_says_so():
    assert read_ctml(trial()).is_open
    assert [c.is_open for c in read_ctml(trial()).clauses] == [True]
    closed = read_ctml(trial(arm_suspended="Y"))
    assert [c.is_open for c in closed.clauses] == [False]
    assert closed.criteria[0].node.kind == "unknown", "no way in is open"
    assert read_ctml(trial()).criteria[0].node == Any((Leaf("stratum", "S1"),))
    assert not read_ctml(trial() | {"status": "closed to accrual"}).is_open
    summary = {"_summary": {"status": [{"value": "Closed"}]}}
    assert not read_ctml(trial() | summary).is_open
    for is_open in (True, False):
        written = write_ctml("S", "T", (), is_open=is_open)
        assert read_ctml(written).is_open == is_open
        assert written["curation_todo"] == []
