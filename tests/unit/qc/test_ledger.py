"""The ledger: every rule, every action, and decisions by hand that win over them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from genostrat.catalogues.quality_rules import NAMES, NO_RULE, OVERRIDE
from genostrat.qc.components.ancestry import choose_core_samples
from genostrat.qc.ledger.decisions import LedgerEvidence, decide_samples
from genostrat.qc.relatedness.relationships import name_degree
from genostrat.registry import table_spec
from genostrat.tables import read_table, write_table

DEFAULTS = Path(__file__).resolve().parents[3] / "config/config.yaml"
POLICY = yaml.safe_load(DEFAULTS.read_text())["qc"]
N = 60


def frame(table, *rows, **columns):
    names = [column.name for column in table_spec(table).columns]
    if rows:
        return pd.DataFrame(rows).reindex(columns=names)
    return pd.DataFrame(columns or {name: [] for name in names}).reindex(columns=names)


def related(*pairs):
    rows = [
        {
            **{"sample_1": a, "sample_2": b, "kinship": k, "expected": ""},
            "relationship": name_degree(k),
        }
        for a, b, k in pairs
    ]
    return frame("qc/relatedness.tsv", *rows)


def make_evidence(n=N):
    """A cohort in which no rule has anything to say."""
    rng = np.random.default_rng(11)
    names = [f"s{i:03}" for i in range(n)]
    metrics = frame(
        "qc/sample_metrics.tsv",
        sample_id=names,
        call_rate=0.99,
        f_het=rng.normal(0, 0.01, n),
        het_hom_ratio=rng.normal(1.6, 0.05, n),
        ti_tv=rng.normal(2.05, 0.01, n),
        n_singleton=rng.poisson(900, n),
        contamination=np.nan,
    )
    female = {"reported_sex": "female", "inferred_sex": "female"}
    sex = frame("qc/sex.tsv", sample_id=names, status="ok", x_f=0.0, **female)
    pcs = pd.DataFrame(rng.normal(size=(n, 4)), columns=["PC1", "PC2", "PC3", "PC4"])
    pcs.insert(0, "sample_id", names)
    return LedgerEvidence(
        sheet=pd.DataFrame({"sample_id": [*names, "nogeno"], "centre": "York"}),
        overrides=frame("check/overrides.tsv"),
        metrics=metrics,
        mixtures=frame("qc/mixtures.tsv", sample_id=names, status="ok"),
        sex=sex,
        pairs=related(),
        pcs=pcs,
        ancestry=frame("qc/ancestry.tsv", sample_id=names, ancestry="unassigned"),
        pedigree=frame("qc/pedigree.tsv"),
        mendel=frame("qc/mendel.tsv"),
        swaps=frame("qc/swaps.tsv"),
    )


def decide(evidence, **policy):
    return decide_samples(evidence, policy=POLICY | policy, seed=1)


def by_rule(result):
    return result.rows.set_index(["sample_id", "rule"])


def override(*rows):
    columns = ("sample_id", "decision", "reason", "who")
    return pd.DataFrame(rows, columns=columns)


def make_bad_evidence():
    """One sample for each rule, in the order of the rules; and what they should be."""
    good = make_evidence()
    metrics, sex = good.metrics.copy(), good.sex.copy()
    metrics.loc[0, "call_rate"] = 0.5
    metrics.loc[1, "contamination"] = 0.2
    sex.loc[2, ["status", "reported_sex"]] = ["mismatch", "male"]
    sex.loc[3, "status"] = "ambiguous"
    swaps = frame(
        "qc/swaps.tsv",
        *(
            {
                **{"sample_1": a, "sample_2": b, "confidence": c, "n_evidence": 2},
                "evidence": "this; that",
            }
            for a, b, c in (("s004", "s005", "likely"), ("s006", "", "possible"))
        ),
    )
    mendel = frame(
        "qc/mendel.tsv",
        {
            **{"child": "s007", "father": "s020", "mother": "", "error_rate": 0.2},
            "status": "inconsistent",
        },
    )
    pedigree = frame(
        "qc/pedigree.tsv",
        {
            **{"sample_1": "s008", "sample_2": "s009", "expected": "parent_child"},
            **{"relationship": "unrelated", "status": "mismatch"},
        },
        {
            **{"sample_1": "s014", "sample_2": "s015", "expected": "same_person"},
            **{"relationship": "duplicate", "status": "ok"},
        },
    )
    metrics.loc[10, "f_het"] = -0.5
    metrics.loc[11, "het_hom_ratio"] = 5.0
    metrics.loc[12, "ti_tv"] = 1.0
    metrics.loc[13, "n_singleton"] = 90_000
    metrics.loc[[15, 17], "call_rate"] = 0.98
    pairs = related(
        ("s014", "s015", 0.49), ("s016", "s017", 0.5), ("s018", "s019", 0.25)
    )
    pairs.loc[0, "expected"] = "same_person"
    # Reported EUR: one is AFR, one has no label, and one may be either of two.
    sheet, ancestry = good.sheet.copy(), good.ancestry.copy()
    sheet["reported_ancestry"] = ""
    sheet.loc[20:22, "reported_ancestry"] = ["EUR", "EUR", "AFR|EUR"]
    ancestry.loc[[20, 22], "ancestry"] = "AFR"
    mixtures = good.mixtures.copy()
    mixtures.loc[21, ["status", "score"]] = ["mixture", 5.0]
    # Nobody is like a sample that makes a component of its own.
    pcs = good.pcs.copy()
    pcs.loc[22, "PC1"] = 500.0
    evidence = replace(
        good,
        metrics=metrics,
        mixtures=mixtures,
        pcs=pcs,
        sex=sex,
        swaps=swaps,
        mendel=mendel,
        pedigree=pedigree,
        pairs=pairs,
        sheet=sheet,
        ancestry=ancestry,
    )
    return evidence, {
        "low_call_rate": ["s000"],
        "contamination": ["s001"],
        "mixture": ["s021"],
        "sex_mismatch": ["s002"],
        "sex_ambiguous": ["s003"],
        "swap": ["s004", "s005"],
        "possible_swap": ["s006"],
        "mendel": ["s007"],
        "pedigree_mismatch": ["s008", "s009"],
        "ancestry_mismatch": ["s020"],
        "het_outlier": ["s010"],
        "het_hom_ratio_outlier": ["s011"],
        "ti_tv_outlier": ["s012"],
        "n_singleton_outlier": ["s013"],
        "no_peers": ["s022"],
        "replicate": ["s015"],
        "duplicate": ["s017"],
        "relative": ["s019"],
    }


@pytest.mark.parametrize("action", ["keep", "flag", "exclude"])
def test_every_rule_obeys_its_key_in_the_config(action):
    evidence, planted = make_bad_evidence()
    assert [*planted] == [rule for rule in NAMES if rule != OVERRIDE]
    actions = {key: action for key in POLICY if key.startswith("on_")}
    assert {f"on_{rule}" for rule in planted} == set(actions)
    result = decide(evidence, **actions)
    found = result.rows[result.rows["rule"] != NO_RULE]
    if action != "exclude":
        # Copies that stay are relatives of each other too.
        planted["relative"] = ["s015", "s017", "s019"]
    grouped = found.groupby("rule")["sample_id"].apply(sorted).to_dict()
    assert grouped == planted
    outcome = {"keep": "kept", "flag": "flagged", "exclude": "excluded"}[action]
    assert set(found["outcome"]) == {outcome}
    gone = {s for names in planted.values() for s in names}
    everybody = set(evidence.metrics["sample_id"])
    assert set(result.keep) == everybody - (gone if action == "exclude" else set())
    # Whatever is done with relatives and copies, the unrelated set has one of them.
    assert not {"s015", "s017", "s019"} & set(result.unrelated)
    assert set(result.rows["sample_id"]) == everybody


def test_rows_say_what_was_compared_with_what_and_fit_the_table(tmp_path):
    evidence, _ = make_bad_evidence()
    result = decide(evidence)
    rows = by_rule(result)
    low = rows.loc[("s000", "low_call_rate")]
    assert (low["value"], low["threshold"]) == (0.5, POLICY["min_call_rate"])
    assert low["config_key"] == "qc.min_call_rate"
    assert rows.loc[("s007", "mendel"), "threshold"] == POLICY["max_mendel_error_rate"]
    assert "parent child with s009" in rows.loc[("s008", "pedigree_mismatch"), "reason"]
    other = rows.loc[("s020", "ancestry_mismatch"), "reason"]
    assert "the sheet says EUR, the genotypes say AFR" in other
    assert "swapped with s005" in rows.loc[("s004", "swap"), "reason"]
    assert "this; that" in rows.loc[("s004", "swap"), "reason"]
    assert "somebody else" in rows.loc[("s006", "possible_swap"), "reason"]
    assert "as the sheet says" in rows.loc[("s015", "replicate"), "reason"]
    for name in ("decisions", "outliers", "exclusions"):
        table = f"qc/{name}.tsv"
        frame = result.rows if name == "decisions" else getattr(result, name)
        write_table(tmp_path / name, frame, table=table)
        assert len(read_table(tmp_path / name, table=table)) == len(frame)
    keys = {key.removeprefix("qc.") for key in rows["config_key"].dropna()} - {""}
    assert keys <= set(POLICY)


def test_a_cohort_without_faults_is_kept_whole():
    result = decide(make_evidence())
    assert len(result.keep) == len(result.unrelated) == N
    assert set(result.rows["rule"]) == {NO_RULE}
    assert [step["n"] for step in result.flow["steps"]] == [N + 1, N, N, N]


@pytest.mark.parametrize("n", [1, 2])
def test_a_cohort_of_one_or_two_is_judged_by_what_can_be_told(n):
    evidence = make_evidence(n)
    evidence.metrics.loc[0, ["call_rate", "f_het"]] = [0.5, 3.0]
    result = decide(evidence)
    assert result.keep == result.unrelated == ["s001"][: n - 1]
    assert result.exclusions["p_value_excluded"].isna().all()
    assert result.outliers["fair_score"].isna().all()


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


def test_without_autosomes_nobody_has_a_low_call_rate():
    evidence = make_evidence()
    blank = ["call_rate", "f_het", "het_hom_ratio", "ti_tv", "n_singleton"]
    metrics = evidence.metrics.assign(**dict.fromkeys(blank, np.nan))
    pcs = evidence.pcs.assign(PC1=np.nan, PC2="", PC3="", PC4="")
    pairs = related(("s001", "s002", 0.5))
    result = decide(replace(evidence, metrics=metrics, pcs=pcs, pairs=pairs))
    assert len(result.keep) == N - 1
    assert set(result.rows["rule"]) == {NO_RULE, "duplicate"}


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


def test_a_decision_by_hand_wins_over_every_rule_and_both_are_shown():
    evidence, planted = make_bad_evidence()
    hostile = "sent again <b>; $(x)"
    everybody = sorted({s for names in planted.values() for s in names})
    # The other one of each pair too, or it would be the one to go.
    everybody += ["s014", "s016", "s018"]
    by_hand = override(*((s, "keep", hostile, "Dr Grey") for s in everybody))
    result = decide(replace(evidence, overrides=by_hand))
    assert len(result.keep) == N
    rows = by_rule(result)
    assert rows.loc[("s000", "low_call_rate"), "outcome"] == "excluded"
    row = rows.loc[("s000", "override")]
    assert (row["outcome"], row["config_key"]) == ("kept", "samples.overrides")
    assert row["reason"] == f"{hostile} (Dr Grey)"
    # The unrelated set has one of a pair, whatever was decided.
    assert not {"s015", "s017", "s019"} & set(result.unrelated)
    kept = result.flow["steps"][2]
    assert kept["notes"] == [{"rule": "kept_by_hand", "n": 7}]
    assert result.flow["overrides"] == {
        **{"keep": len(everybody), "flag": 0, "exclude": 0, "against_a_rule": 7}
    }


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


def test_a_sample_excluded_by_hand_drives_nobody_out():
    evidence = replace(
        make_evidence(),
        pairs=related(("s000", "s001", 0.5)),
        overrides=override(
            ("s000", "exclude", "withdrew", "lab"), ("nogeno", "keep", "x", "lab")
        ),
    )
    result = decide(evidence)
    assert "s000" not in result.keep
    assert "s001" in result.unrelated
    assert "nogeno" not in set(result.rows["sample_id"])
    steps = result.flow["steps"]
    assert steps[0]["excluded"] == [{"rule": "no_genotypes", "n": 1}]
    assert steps[1]["excluded"] == [{"rule": "override", "n": 1}]
    assert result.flow["overrides"]["exclude"] == 1


def test_the_flow_counts_each_sample_once_under_the_first_rule():
    evidence, _ = make_bad_evidence()
    evidence.sex.loc[0, "status"] = "mismatch"
    steps = decide(evidence, on_relative="exclude").flow["steps"]
    out = {item["rule"]: item["n"] for item in steps[1]["excluded"]}
    assert [*out] == [rule for rule in NAMES if rule in out]
    assert out["low_call_rate"] == out["sex_mismatch"] == 1
    assert out["swap"] == 2
    assert out["relative"] == 1
    assert steps[1]["n"] - sum(out.values()) == steps[2]["n"]
    assert steps[2]["excluded"] == []
    aside = decide(evidence).flow["steps"]
    assert aside[2]["excluded"] == [{"rule": "relative", "n": 1}]
    assert aside[2]["n"] - 1 == aside[3]["n"]


def test_outliers_are_judged_by_the_fair_score():
    evidence = make_evidence(200)
    minority = np.arange(200) < 20
    metrics = evidence.metrics.copy()
    metrics.loc[minority, "f_het"] -= 0.2
    metrics.loc[5, "f_het"] = 0.0
    pcs = evidence.pcs.copy()
    pcs["PC1"] = np.where(minority, 5.0, 0.0) + 0.1 * pcs["PC1"]
    labels = evidence.ancestry.assign(ancestry=np.where(minority, "AFR", "EUR"))
    evidence = replace(evidence, metrics=metrics, pcs=pcs, ancestry=labels)
    result = decide(evidence, on_het_outlier="exclude")
    caught = result.rows.loc[result.rows["rule"] == "het_outlier"]
    assert caught["sample_id"].tolist() == ["s005"]
    rows = result.exclusions.set_index(["grouping", "group"])
    assert rows.loc[("ancestry", "AFR"), "n_naive"] == 19
    assert rows.loc[("ancestry", "AFR"), "n_fair"] == 1
    assert rows.loc[("ancestry", "AFR"), "n_excluded"] == 1


def test_bad_samples_do_not_define_ancestry():
    metrics = make_evidence(5).metrics
    metrics.loc[0, "call_rate"] = 0.5
    metrics.loc[1, "contamination"] = 0.3
    core = choose_core_samples(
        metrics,
        related(("s002", "s003", 0.25)),
        min_call_rate=0.95,
        max_contamination=0.05,
        min_kinship=0.0884,
    )
    assert core == ["s002", "s004"]


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


def test_every_row_names_the_key_that_would_undo_it():
    evidence, _ = make_bad_evidence()
    rows = decide(evidence).rows
    keys = dict(zip(rows["rule"], rows["config_key"], strict=True))
    keys.pop(NO_RULE, None)
    assert keys == {
        "low_call_rate": "qc.min_call_rate",
        "contamination": "qc.max_contamination",
        "mixture": "qc.on_mixture",
        "sex_mismatch": "qc.on_sex_mismatch",
        "sex_ambiguous": "qc.on_sex_ambiguous",
        "swap": "qc.on_swap",
        "possible_swap": "qc.on_possible_swap",
        "mendel": "qc.max_mendel_error_rate",
        "pedigree_mismatch": "qc.on_pedigree_mismatch",
        "ancestry_mismatch": "qc.on_ancestry_mismatch",
        "het_outlier": "qc.max_het_mads",
        "het_hom_ratio_outlier": "qc.max_outlier_mads",
        "ti_tv_outlier": "qc.max_outlier_mads",
        "n_singleton_outlier": "qc.max_outlier_mads",
        "no_peers": "qc.on_no_peers",
        "replicate": "qc.on_replicate",
        "duplicate": "qc.on_duplicate",
        "relative": "qc.min_kinship_relative",
    }
    policy = {f"qc.{key}" for key in POLICY}
    assert set(keys.values()) <= policy


def test_a_limit_is_allowed_and_what_lies_beyond_it_is_caught():
    evidence = make_evidence()
    metrics = evidence.metrics.copy()
    below = float(np.nextafter(POLICY["min_call_rate"], 0))
    above = float(np.nextafter(POLICY["max_contamination"], 1))
    metrics.loc[[0, 1], "call_rate"] = [POLICY["min_call_rate"], below]
    metrics.loc[[2, 3], "contamination"] = [POLICY["max_contamination"], above]
    rows = decide(replace(evidence, metrics=metrics)).rows
    caught = rows[rows["rule"].isin(["low_call_rate", "contamination"])]
    assert list(caught["sample_id"]) == list(metrics["sample_id"][[1, 3]])


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


def test_two_bad_samples_that_shape_what_they_are_judged_by_are_caught():
    """Each makes a component; the fit goes through it, and its score says nothing."""
    evidence = make_evidence(60)
    metrics, pcs = evidence.metrics.copy(), evidence.pcs.copy()
    metrics.loc[[3, 4], "f_het"] = -0.5
    pcs.loc[3, "PC1"], pcs.loc[4, "PC2"] = 60.0, 60.0
    rows = decide(replace(evidence, metrics=metrics, pcs=pcs)).rows
    caught = rows[rows["rule"].isin(["no_peers", "het_outlier"])]
    assert set(caught["sample_id"]) == {"s003", "s004"}
    assert set(caught["outcome"]) == {"flagged"}
