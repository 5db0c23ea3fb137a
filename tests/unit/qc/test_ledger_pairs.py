"""The ledger: copies, relatives and families, and who of them is blamed."""

from dataclasses import replace

import pytest
from ledger_cases import (
    by_rule,
    decide,
    frame,
    make_bad_evidence,
    make_evidence,
    override,
    related,
)

from genostrat.catalogues.quality_rules import NO_RULE


def test_of_a_family_of_copies_and_relatives_one_is_unrelated():
    evidence = make_evidence(4)
    names = list(evidence.metrics["sample_id"])
    pairs = related(*((a, b, 0.25) for a in names for b in names if a < b))
    result = decide(replace(evidence, pairs=pairs))
    assert result.keep == names
    assert len(result.unrelated) == 1


def test_a_bad_sample_does_not_drive_out_its_good_duplicate():
    evidence, _ = make_bad_evidence()
    pairs = related(("s000", "s030", 0.5), ("s001", "s031", 0.25))
    result = decide(replace(evidence, pairs=pairs))
    assert {"s030", "s031"} <= set(result.unrelated)
    assert ("s030", "duplicate") not in by_rule(result).index


def test_of_three_copies_one_stays_and_the_others_name_it():
    evidence = make_evidence()
    metrics = evidence.metrics.copy()
    metrics.loc[:2, "call_rate"] = [0.96, 0.97, 0.98]
    pairs = related(
        *(
            (a, b, 0.5)
            for a, b in (("s000", "s001"), ("s000", "s002"), ("s001", "s002"))
        )
    )
    pairs.loc[0, "expected"] = "same_person"
    result = decide(replace(evidence, metrics=metrics, pairs=pairs))
    assert set(result.keep) & {"s000", "s001", "s002"} == {"s002"}
    rows = by_rule(result)
    for sample in ("s000", "s001"):
        assert "genotypes as s002" in rows.loc[(sample, "duplicate"), "reason"]


def test_undeclared_copies_and_declared_ones_have_rules_of_their_own():
    evidence = make_evidence()
    pairs = related(("s000", "s001", 0.5), ("s002", "s003", 0.5))
    pairs.loc[0, "expected"] = "same_person"
    result = decide(
        replace(evidence, pairs=pairs), on_replicate="flag", on_duplicate="exclude"
    )
    rows = by_rule(result)
    assert rows.loc[("s001", "replicate"), "outcome"] == "flagged"
    assert rows.loc[("s003", "duplicate"), "outcome"] == "excluded"
    # Kept, but one person is not in the unrelated set twice.
    assert "s001" in result.keep
    assert len({"s000", "s001"} & set(result.unrelated)) == 1


def test_one_wrong_sample_has_most_against_it():
    evidence = make_evidence()
    rows = [
        {
            **{"sample_1": "s000", "sample_2": name, "expected": "full_siblings"},
            **{"relationship": "", "status": "mismatch"},
        }
        for name in ("s001", "s002", "s003")
    ]
    pedigree = frame("qc/pedigree.tsv", *rows)
    found = by_rule(decide(replace(evidence, pedigree=pedigree)))["value"]
    assert found["s000", "pedigree_mismatch"] == 3
    assert found["s002", "pedigree_mismatch"] == 1
    fine = pedigree.assign(status=["ok", "unexpected", "not_assessable"])
    result = decide(replace(evidence, pedigree=fine))
    assert set(result.rows["rule"]) == {NO_RULE}


def test_a_child_in_a_trio_and_in_duos_has_one_row():
    evidence = make_evidence()
    rows = [
        {
            **{"child": "s000", "father": f, "mother": m, "error_rate": rate},
            "status": status,
        }
        for f, m, rate, status in (
            ("s001", "s002", 0.1, "inconsistent"),
            ("s001", "s003", 0.3, "inconsistent"),
            ("s001", "", 0.0, "consistent"),
        )
    ]
    result = decide(replace(evidence, mendel=frame("qc/mendel.tsv", *rows)))
    row = by_rule(result).loc[("s000", "mendel")]
    assert row["value"] == 0.3
    assert "s001 and s003" in row["reason"]


@pytest.mark.parametrize("parent", ["father", "mother"])
def test_a_child_is_not_blamed_for_a_parent_with_foreign_dna(parent):
    evidence = make_evidence()
    trio = {"child": "s000", "father": "s001", "mother": "s002", "error_rate": 0.3}
    mendel = frame("qc/mendel.tsv", {**trio, "status": "inconsistent"})
    for suspect, blamed in ((trio[parent], False), ("s003", True)):
        mixtures = evidence.mixtures.copy()
        row = mixtures["sample_id"] == suspect
        mixtures.loc[row, ["status", "score"]] = ["mixture", 9.0]
        result = decide(replace(evidence, mendel=mendel, mixtures=mixtures))
        rules = by_rule(result)
        assert (suspect, "mixture") in rules.index
        assert (("s000", "mendel") in rules.index) is blamed


def test_of_two_copies_the_one_kept_by_hand_stays():
    evidence = make_evidence()
    metrics = evidence.metrics.copy()
    metrics.loc[1, "call_rate"] = 0.96
    pairs = related(("s000", "s001", 0.5))
    evidence = replace(evidence, metrics=metrics, pairs=pairs)
    assert "s001" not in decide(evidence).keep
    by_hand = override(("s001", "flag", "newer vial", "lab"))
    result = decide(replace(evidence, overrides=by_hand))
    assert "s001" in result.keep
    assert "s000" not in result.keep
    assert "kept by hand" in by_rule(result).loc[("s000", "duplicate"), "reason"]
    assert result.flow["steps"][2]["notes"] == [{"rule": "flagged", "n": 1}]


def test_a_declared_replicate_is_one_though_too_few_variants_list_no_pair():
    evidence = make_evidence()
    row = {"sample_1": "s003", "sample_2": "s004", "expected": "same_person"}
    row |= {"kinship": 0.49, "kinship_se": 0.01, "status": "ok"}
    pedigree = frame("qc/pedigree.tsv", row | {"relationship": "duplicate"})
    verdict = decide(replace(evidence, pedigree=pedigree))
    rows = verdict.rows.set_index(["sample_id", "rule"])
    assert rows.loc[("s004", "replicate"), "outcome"] == "excluded"
    assert "s003" in verdict.unrelated
    assert "s004" not in verdict.keep
    doubtful = frame("qc/pedigree.tsv", row | {"status": "not_assessable"})
    assert "s004" in decide(replace(evidence, pedigree=doubtful)).unrelated


def test_confirmed_relatives_are_not_both_in_the_unrelated_set():
    evidence = make_evidence()
    row = {"sample_1": "s003", "sample_2": "s004", "expected": "parent_child"}
    row |= {"kinship": 0.22, "kinship_se": 0.04, "status": "ok"}
    verdict = decide(replace(evidence, pedigree=frame("qc/pedigree.tsv", row)))
    assert {"s003", "s004"} <= set(verdict.keep)
    assert len({"s003", "s004"} & set(verdict.unrelated)) == 1


def test_a_pair_that_may_be_siblings_is_no_copy():
    evidence = make_evidence()
    pairs = related(("s001", "s002", 0.39))
    unsure = decide(replace(evidence, pairs=pairs.assign(kinship_se=0.064)))
    assert "duplicate" not in set(unsure.rows["rule"])
    assert len({"s001", "s002"} & set(unsure.unrelated)) == 1
    sure = decide(replace(evidence, pairs=pairs.assign(kinship_se=0.01)))
    assert "duplicate" in set(sure.rows["rule"])


def test_a_mixture_is_blamed_and_not_those_whose_relative_it_seems():
    good = make_evidence()
    mixtures = good.mixtures.copy()
    mixtures.loc[0, ["status", "score"]] = ["mixture", 9.0]
    pedigree = frame(
        "qc/pedigree.tsv",
        *(
            {
                **{"sample_1": a, "sample_2": b, "expected": "full_siblings"},
                **{"relationship": "third", "status": "mismatch"},
            }
            for a, b in (("s000", "s001"), ("s000", "s002"), ("s003", "s004"))
        ),
    )
    # The mixture is the best called, and would else stay.
    metrics = good.metrics.copy()
    metrics.loc[0, "call_rate"] = 1.0
    evidence = replace(
        good,
        metrics=metrics,
        mixtures=mixtures,
        pedigree=pedigree,
        pairs=related(("s000", "s005", 0.12)),
    )
    rows = decide(evidence).rows
    blamed = rows.loc[rows["rule"] == "pedigree_mismatch", "sample_id"]
    assert list(blamed) == ["s000", "s003", "s004"]
    aside = rows.loc[rows["rule"] == "relative", "sample_id"]
    assert list(aside) == ["s000"]
