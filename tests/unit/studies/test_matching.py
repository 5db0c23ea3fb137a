"""Patients against criteria, CTML, and counts that may leave: tested by attack."""

import itertools
import json
import os

import numpy as np
import pandas as pd
import pytest

from genostrat.registry.words import studies as words
from genostrat.sheets.alterations import TestResult as Result
from genostrat.studies.criteria.logic import Leaf, evaluate
from genostrat.studies.criteria.parsing import parse_record
from genostrat.studies.matching.cohort import build_patients
from genostrat.studies.matching.counts import ROUNDED_TO, estimate_share, protect_counts
from genostrat.studies.matching.ctml import read_ctml, read_match, write_ctml
from genostrat.studies.matching.ctml_files import read_ctml_files
from genostrat.studies.matching.evaluation import NO, STATUSES, UNKNOWN, YES, Matcher
from genostrat.studies.matching.patients import Alteration, Patient
from genostrat.studies.matching.table import MatchedStudy, match_studies
from genostrat.studies.records.record import StudyRecord

COLUMNS = {
    "diagnosis": "diagnosis",
    "performance": "ecog",
    "consent": "contact_consent",
}


def test_the_words_of_matches_are_those_of_the_registry():
    assert set(STATUSES) == set(words.MATCHES)


def patients(**tables):
    rows = [
        ("P1", "male", "60", "A", "NSCLC", "1", "warfarin", "yes"),
        ("P2", "female", "", "A", "Breast cancer", "", "", "no"),
        ("P3", "", "12", "B", "", "", "none", ""),
    ]
    names = [
        *("sample_id", "sex", "age", "centre"),
        *("diagnosis", "ecog", "medications", "contact_consent"),
    ]
    sheet = pd.DataFrame(rows, columns=names)
    return build_patients(
        sheet, columns=COLUMNS, names={"warfarin": "warfarin"}, **tables
    )


def answers(leaf, **tables):
    return [patient.answer(leaf) for patient in patients(**tables)]


def test_what_is_not_known_is_unknown():
    assert answers(Leaf("age", low=18.0)) == [True, None, False]
    assert answers(Leaf("sex", test="female")) == [False, True, None]
    assert answers(Leaf("pregnancy")) == [False, None, None]
    assert answers(Leaf("performance", "ECOG", high=1.0)) == [True, None, None]
    assert answers(Leaf("medicine", "warfarin", "current")) == [True, None, False]
    assert answers(Leaf("medicine", "warfarin", "prior")) == [True, None, None]
    assert answers(Leaf("diagnosis", "Lung cancer")) == [True, False, None]
    assert answers(Leaf("gene", "EGFR", "mutated")) == [None, None, None]
    assert answers(Leaf("anything")) == [None, None, None]


def test_molecular_tests_answer_what_they_can():
    results = [
        Result("P1", "EGFR", "mutated", "L858R"),
        Result("P2", "ERBB2", "negative"),
        Result("P2", "ESR1", "negative"),
        Result("P2", "PGR", "negative"),
        Result("P3", "KRAS", "wild_type"),
        Result("P3", "*", "negative"),
    ]

    def ask(*leaf, **more):
        return answers(Leaf("gene", *leaf, **more), results=results)

    assert ask("EGFR", "mutated") == [True, None, False]
    assert ask("EGFR", "wild_type") == [False, None, True]
    detail = (("protein_change", "T790M"),)
    assert ask("EGFR", "mutated", detail=detail) == [False, None, False]
    wildcard = (("wildcard_protein_change", "p.L858"),)
    assert ask("EGFR", "mutated", detail=wildcard) == [True, None, False]
    assert ask("TNBC", "positive") == [None, True, True]
    assert ask("RAS", "wild_type") == [None, None, True]


def test_only_calls_and_strata_that_stand_count():
    diplotypes = pd.DataFrame(
        {
            "sample_id": ["P1", "P2"],
            "gene": ["CYP2D6", "CYP2D6"],
            "diplotype": ["*4/*4", "*1/*4"],
            "phenotype": ["Poor Metabolizer", "Intermediate Metabolizer"],
            "status": ["called", "ambiguous"],
        }
    )
    leaf = Leaf("phenotype", "CYP2D6", "poor|intermediate")
    assert answers(leaf, diplotypes=diplotypes) == [True, None, None]
    allele = Leaf("allele", "CYP2D6", "*4")
    assert answers(allele, diplotypes=diplotypes) == [True, None, None]
    strata = pd.DataFrame(
        {
            "sample_id": ["P1", "P2"],
            "stratum": ["S1", "S2"],
            "status": ["assigned", "ambiguous"],
        }
    )
    stratum = Leaf("stratum", "S1")
    for verdict, expected in (("supported", True), ("suggestive", None), ("", None)):
        got = answers(stratum, assignments=strata, verdict=verdict)
        assert got == [expected, None, None]


def study(text, **more):
    record = StudyRecord("S", "plain", eligibility=text, conditions=("NSCLC",), **more)
    return MatchedStudy("S", "plain", "T", parse_record(record, medicines={}))


def test_every_match_names_what_decides():
    one = study("Inclusion Criteria:\n* Age over 18 years\n* ECOG 0-1")
    matches, volunteers, counts = match_studies([one], patients(), least=10)
    rows = matches.set_index("sample_id")
    assert list(rows["status"]) == ["eligible", "not", "not"]
    assert rows.loc["P2", "question"] == "diagnosis NSCLC"
    assert rows.loc["P3", "question"] == "age > 18"
    assert list(volunteers["sample_id"]) == ["P1"], "only with consent, and if it fits"
    assert counts[["n_eligible", "n_undetermined", "n_not"]].isna().all(axis=None)
    assert counts["suppressed"].all()
    assert not {"P1", "P2", "P3"} & set(map(str, counts.to_numpy().ravel()))


def test_arrays_answer_as_patients_do():
    group = patients(results=[Result("P1", "EGFR", "mutated")])
    one = study(
        "Inclusion Criteria:\n* Age over 18 years or EGFR mutation\n\n"
        "Exclusion Criteria:\n* Pregnant women\n* Something else"
    )
    matcher = Matcher(group)
    codes = {False: NO, None: UNKNOWN, True: YES}
    for criterion in one.criteria:
        got = matcher.evaluate(criterion.node)
        assert list(got) == [codes[evaluate(criterion.node, p.answer)] for p in group]


def derive_bounds(safe, sizes, least):
    """Return the least and most that each cell can be, by what is published.

    The reader knows the size of every centre, that shown counts were rounded down, and
    that the counts of a line add up; bounds are tightened until nothing moves.
    """
    low = np.where(safe.hidden, 0, safe.counts).astype(float)
    high = np.where(safe.hidden, np.inf, safe.counts + ROUNDED_TO - 1)
    high = np.minimum(high, np.asarray(sizes)[:, None])
    for _ in range(60):
        for i, size in enumerate(sizes):
            for j in range(low.shape[1]):
                others = [k for k in range(low.shape[1]) if k != j]
                high[i, j] = min(high[i, j], size - low[i, others].sum())
                low[i, j] = max(low[i, j], size - high[i, others].sum())
        if len(sizes) > 1:
            for j in range(low.shape[1]):
                parts = slice(0, len(sizes) - 1)
                high[-1, j] = min(high[-1, j], high[parts, j].sum())
                low[-1, j] = max(low[-1, j], low[parts, j].sum())
                for i in range(len(sizes) - 1):
                    rest = [k for k in range(len(sizes) - 1) if k != i]
                    high[i, j] = min(high[i, j], high[-1, j] - low[rest, j].sum())
                    low[i, j] = max(low[i, j], low[-1, j] - high[rest, j].sum())
    return low, high


def test_no_small_count_can_be_worked_out():
    rng = np.random.default_rng(1)
    least, n_small = 10, 0
    for _ in range(100):
        n_centres = int(rng.integers(1, 5))
        counts = rng.choice([0, 1, 3, 9, 10, 14, 40, 120], size=(n_centres, 3))
        safe = protect_counts(
            counts, centres=[str(i) for i in range(n_centres)], least=least
        )
        table = np.vstack([counts, counts.sum(axis=0)]) if n_centres > 1 else counts
        assert not (~safe.hidden & (table < least)).any()
        low, high = derive_bounds(safe, table.sum(axis=1), least)
        small = safe.hidden & (table < least)
        n_small += int(small.sum())
        # Whoever reads it cannot tell a small count from one that is not small.
        whole = table.sum(axis=1) >= least
        assert ((high - low)[small & whole[:, None]] >= 4).all()
        assert (high[small & whole[:, None]] >= least - 1).all()
    assert n_small > 100


def test_shares_have_their_interval():
    share, low, high = estimate_share(0, 50)
    assert (share, low) == (0.0, 0.0)
    assert high == pytest.approx(0.0713, abs=1e-3)


CTML = {
    "protocol_no": "10-001",
    "status": "open to accrual",
    "treatment_list": {
        "step": [
            {
                "step_code": "1",
                "match": [
                    {
                        "and": [
                            {
                                "genomic": {
                                    "hugo_symbol": "BRAF",
                                    "variant_category": "Mutation",
                                    "wildcard_protein_change": "p.V600",
                                }
                            },
                            {
                                "clinical": {
                                    "age_numerical": ">=18",
                                    "oncotree_primary_diagnosis": "_SOLID_",
                                }
                            },
                        ]
                    }
                ],
                "arm": [
                    {
                        "arm_code": "A",
                        "arm_suspended": "Y",
                        "match": [{"clinical": {"age_numerical": ">0"}}],
                    },
                    {"arm_code": "B", "arm_suspended": "N"},
                ],
            }
        ]
    },
}


def test_ctml_asks_what_it_says_of_open_levels():
    trial = read_ctml(CTML)
    assert [(c.level, c.is_open) for c in trial.clauses] == [
        ("step", True),
        ("arm", False),
    ]
    braf = {"BRAF": (Alteration("BRAF", "mutated", {"protein_change": "p.V600E"}),)}
    melanoma = Patient("P", age=40, diagnosis="Melanoma", alterations=braf)
    (criterion,) = trial.criteria
    assert evaluate(criterion.node, melanoma.answer) is True
    leukaemia = Patient("Q", age=40, diagnosis="Acute leukemia", alterations=braf)
    assert evaluate(criterion.node, leukaemia.answer) is False
    untested = Patient("R", age=40, diagnosis="Melanoma")
    assert evaluate(criterion.node, untested.answer) is None
    tested = Patient("T", age=40, diagnosis="Melanoma", tests_all=True)
    assert evaluate(criterion.node, tested.answer) is False


def test_a_denied_variant_is_not_met_by_silence():
    node = read_match(
        {"genomic": {"hugo_symbol": "TP53", "variant_category": "!Mutation"}}
    )
    assert evaluate(node, Patient("P").answer) is None
    assert evaluate(node, Patient("P", tests_all=True).answer) is True


def test_ctml_goes_out_and_comes_back_with_the_same_answers():
    text = (
        "Inclusion Criteria:\n* Age 18 to 65 years\n* Documented EGFR mutation\n"
        "* Female patients\n* Able to walk\n\nExclusion Criteria:\n* KRAS mutation"
    )
    criteria = study(text).criteria
    written = write_ctml("S", "T", criteria, is_open=True)
    assert any("walk" in text for text in written["curation_todo"])
    back = read_ctml(json.loads(json.dumps(written))).criteria[0].node
    known = [one for one in criteria if one.grasp == "whole"]
    values = itertools.product(
        (10, 40, 70),
        ("female", "male"),
        ("mutated", "wild_type"),
        ("mutated", "wild_type"),
    )
    for age, sex, egfr, kras in values:
        found = {g: (Alteration(g, r),) for g, r in (("EGFR", egfr), ("KRAS", kras))}
        one = Patient("P", age=age, sex=sex, diagnosis="NSCLC", alterations=found)
        expected = all(evaluate(c.node, one.answer) for c in known)
        assert evaluate(back, one.answer) is expected


def test_files_of_ctml_that_are_wrong_are_told(tmp_path):
    good, cut, odd = (tmp_path / name for name in ("a.json", "b.json", "c.json"))
    good.write_text(json.dumps(CTML) + "\n" + json.dumps(CTML | {"protocol_no": "2"}))
    cut.write_text('{"protocol_no": ')
    odd.write_text(json.dumps({"protocol_no": "3", "match": [5]}))
    trials, findings = read_ctml_files([good, cut, odd, good])
    assert [trial.study_id for trial in trials] == ["10-001", "2"]
    assert len(findings) == 4


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in itertools.pairwise("abcdefghi")
)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (f"protocol_no: '1'\n{BOMB}", 2, "its aliases multiply"),
        ("protocol_no: 1\ntreatment_list: &a {step: [*a]}\n", 2, "contains itself"),
        ("protocol_no: 1\n? [a]\n: b\n", 2, "a key is a list"),
        ("protocol_no: !!python/object:os.system x\n", 1, "has a tag"),
        ("protocol_no: [\n", 2, ""),
        ("protocol_no: .nan\n", 1, "no finite number"),
        ("a: 1\n---\n" + "[" * 60 + "]" * 60, 3, "nested deeper"),
    ],
)
def test_yaml_of_ctml_has_the_bounds_of_a_config(tmp_path, text, line, said):
    path = tmp_path / "t.yaml"
    path.write_text(text)
    trials, findings = read_ctml_files([path])
    assert trials == []
    assert said in findings[0].what
    assert findings[0].line == line


def test_ctml_is_read_from_files_alone(tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    deep = {"protocol_no": "1", "match": [{"and": []}]}
    clause = deep["match"][0]["and"]
    for _ in range(400):
        clause.append({"or": []})
        clause = clause[0]["or"]
    clause.append({"clinical": {"age_numerical": ">0"}})
    (tmp_path / "deep.json").write_text(json.dumps(deep))
    names = ("pipe.yaml", "gone.yaml", "deep.json")
    trials, findings = read_ctml_files([tmp_path / name for name in names])
    assert len(findings) == 3 - len(trials)
    assert "not a regular file" in findings[0].what
    assert "cannot be read" in findings[1].what
