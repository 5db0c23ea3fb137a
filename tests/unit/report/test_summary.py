import json

import numpy as np
import pandas as pd
import pytest
from unit.report.report_fixture import make_run

from genostrat.registry import table_spec
from genostrat.report.parts.results import SHEET, Results, read_results
from genostrat.report.parts.summary import (
    is_grouping,
    rule_table,
    rule_threshold,
    sample_outcomes,
    summarise_cohort,
)
from genostrat.report.sections.evidence.audit import power_table
from genostrat.report.sections.strata import null_band
from genostrat.tables import rounded


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return read_results(make_run(tmp_path_factory.mktemp("run"), n=60).files.values())


def summarise(results, **more):
    options = {"cohort": "toy", "seed": 7, "build": "GRCh38", "grouping": None}
    return summarise_cohort(results, **options | more)


def test_counts_are_those_that_were_planted(results):
    record = summarise(results)
    samples = record["samples"]
    assert (samples["n_sheet"], samples["n_genotyped"]) == (60, 60)
    assert (samples["n_kept"], samples["n_excluded"]) == (56, 4)
    assert samples["n_flagged"] == 3
    assert record["relatedness"] == {
        **{"assessable": True, "n_sites": 4400, "n_pairs": 1770, "n_alike": 0},
        **{"duplicate": 1, "first": 2, "second": 1, "third": 0},
    }
    assert record["sex"] == {
        **{"ok": 57, "mismatch": 2, "ambiguous": 1, "not_assessable": 0}
    }
    assert record["contamination"]["n_above"] == 1
    assert record["contamination"]["limit"] == 0.05
    assert record["pedigree"] == {
        **{"ok": 1, "mismatch": 1, "unexpected": 1, "not_assessable": 0}
    }
    assert record["mendel"]["consistent"] == 1
    assert record["swaps"] == {"likely": 0, "possible": 1}
    [scores] = record["outliers"]["metrics"]
    # Every tenth of 60 samples is of the minority; one sample is bad.
    assert (scores["n_naive"], scores["n_fair"]) == (6, 0)
    assert list(record["exclusions"]) == ["ancestry", "centre"]
    assert record["profile"]["n_features"] == 60
    assert record["profile"]["layers"][0]["n_dropped"] == 4
    assert record["planted_truth"]["missed"] == 1
    assert sum(record["strata"]["sizes"].values()) == 60 - 4 - 12
    assert record["strata"]["statuses"]["ambiguous"] == 11


def test_the_record_has_the_keys_of_the_registry_and_fits_json(results):
    record = summarise(results)
    named = [column.name for column in table_spec("report/summary.json").columns]
    assert [*record, "dates", "answers", "in_short"] == named
    json.dumps(rounded(record), allow_nan=False)


def test_a_sample_has_the_worst_of_its_outcomes():
    decisions = pd.DataFrame(
        {
            "sample_id": ["a", "a", "b", "c"],
            "rule": ["x", "y", "x", "none"],
            "threshold": [0.1, 0.2, 0.1, np.nan],
            "config_key": ["k.x", "k.y", "k.x", ""],
            "outcome": ["excluded", "flagged", "flagged", "kept"],
        }
    )
    results = Results(
        {
            "check/samples.tsv": pd.DataFrame({"sample_id": list("abc")}),
            "qc/decisions.tsv": decisions,
        }
    )
    assert sample_outcomes(results).to_dict() == {
        **{"a": "excluded", "b": "flagged", "c": "kept"}
    }
    rules = rule_table(decisions)
    assert [(r["rule"], r["n_flagged"], r["n_excluded"]) for r in rules] == [
        *(("x", 1, 1), ("y", 1, 0))
    ]
    assert rule_threshold(decisions, "x") == 0.1
    assert rule_threshold(decisions, "z") is None


def test_a_decision_by_hand_is_the_outcome_and_overrules_the_rules():
    decisions = pd.DataFrame(
        {
            "sample_id": ["a", "a", "b", "b", "c"],
            "rule": ["low_call_rate", "override", "override", "relative", "duplicate"],
            "threshold": [0.95, np.nan, np.nan, 0.1, 0.354],
            "config_key": "k",
            "outcome": ["excluded", "kept", "excluded", "kept", "excluded"],
        }
    )
    results = Results(
        {
            "check/samples.tsv": pd.DataFrame({"sample_id": list("abc")}),
            "qc/decisions.tsv": decisions,
        }
    )
    assert sample_outcomes(results).to_dict() == {
        **{"a": "kept", "b": "excluded", "c": "excluded"}
    }
    rows = {row["rule"]: row for row in rule_table(decisions)}
    # In the order in which the ledger judges.
    assert list(rows) == ["override", "low_call_rate", "duplicate", "relative"]
    low = rows["low_call_rate"]
    assert (low["n_excluded"], low["n_overruled"]) == (0, 1)
    assert rows["relative"]["n_overruled"] == 1
    by_hand = rows["override"]
    assert (by_hand["n_kept"], by_hand["n_excluded"]) == (1, 1)
    assert rows["duplicate"]["n_excluded"] == 1


def test_variance_explained_is_that_of_an_analysis_of_variance(results):
    share = summarise(results, grouping="ancestry_reported")["ancestry"]
    found = share["variance_of_pc1_pc2_explained_by"]["ancestry_reported"]
    table = results["qc/pcs.tsv"].merge(results["check/samples.tsv"], on="sample_id")
    within = total = 0.0
    for axis in ("PC1", "PC2"):
        total += ((table[axis] - table[axis].mean()) ** 2).sum()
        for _, part in table.groupby("ancestry_reported"):
            within += ((part[axis] - part[axis].mean()) ** 2).sum()
    assert found == pytest.approx(1 - within / total)
    assert found > 0.9


def test_a_column_that_names_patients_is_no_grouping():
    frame = pd.DataFrame({"sample_id": list("abcd"), "who": list("wxyz"), "g": "same"})
    frame["half"] = ["l", "l", "r", ""]
    assert is_grouping(frame, "half")
    assert not is_grouping(frame, "who")
    assert not is_grouping(frame, "g")
    assert not is_grouping(frame, "absent")


def test_parts_that_did_not_run_are_null(results):
    record = summarise(Results({SHEET: results[SHEET]}))
    absent = ("ingest", "sex", "variants", "profile", "strata", "response")
    assert all(record[name] is None for name in absent)
    assert record["samples"]["n_genotyped"] is None
    assert record["samples"]["n_kept"] == 60


def test_blank_axes_are_no_ancestry(results):
    blank = results["qc/pcs.tsv"].assign(PC1=np.nan, PC2=np.nan)
    assert summarise(results.having({"qc/pcs.tsv": blank}))["ancestry"] is None


def test_confounders_are_those_of_the_audit(tmp_path):
    run = make_run(tmp_path, n=40, verdict="confounded")
    record = summarise(read_results(run.files.values()))["strata"]
    assert sorted(record["confounders_linked"]) == ["age", "batch"]
    assert record["confounders_that_recover_strata"] == ["batch"]


def test_no_subgroups_have_no_sizes(tmp_path):
    record = summarise(
        read_results(make_run(tmp_path, n=40, verdict="none").files.values())
    )
    assert record["strata"]["sizes"] == {}
    assert record["strata"]["median_confidence"] is None


def test_records_of_another_shape_give_empty_tables():
    assert null_band(None).empty
    assert null_band({}).empty
    assert power_table({}).empty
