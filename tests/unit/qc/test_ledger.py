"""The ledger: every rule, every action, and decisions by hand that win over them."""

from dataclasses import replace

import numpy as np
import pytest
from ledger_cases import (
    POLICY,
    N,
    by_rule,
    decide,
    make_bad_evidence,
    make_evidence,
    override,
    related,
)

from genostrat.catalogues.quality_rules import NAMES, NO_RULE, OVERRIDE
from genostrat.qc.components.ancestry import choose_core_samples
from genostrat.tables import read_table, write_table


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


def test_without_autosomes_nobody_has_a_low_call_rate():
    evidence = make_evidence()
    blank = ["call_rate", "f_het", "het_hom_ratio", "ti_tv", "n_singleton"]
    metrics = evidence.metrics.assign(**dict.fromkeys(blank, np.nan))
    pcs = evidence.pcs.assign(PC1=np.nan, PC2="", PC3="", PC4="")
    pairs = related(("s001", "s002", 0.5))
    result = decide(replace(evidence, metrics=metrics, pcs=pcs, pairs=pairs))
    assert len(result.keep) == N - 1
    assert set(result.rows["rule"]) == {NO_RULE, "duplicate"}


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
