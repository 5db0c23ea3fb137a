"""Reported ancestry against labels: agreement is never what was not assessed."""

import pandas as pd

from genostrat.qc.panel.reported import compare_reported
from genostrat.tables import write_table


def compare(reported, *rows):
    names = ["ancestry", "probability", "unassigned_because"]
    ancestry = pd.DataFrame(rows, columns=names)
    ancestry.insert(0, "sample_id", [f"s{i}" for i in range(len(rows))])
    sheet = pd.DataFrame({"sample_id": list(ancestry["sample_id"])})
    if reported is not None:
        sheet["reported_ancestry"] = reported
    return compare_reported(sheet, ancestry)


def test_each_answer_has_its_status(tmp_path):
    nan = float("nan")
    table = compare(
        ["EUR", "EUR", "EAS|SAS", "EUR", "", "A|B"],
        ("EUR", 0.99, ""),
        ("AFR", 0.99, ""),
        ("SAS", 0.95, ""),
        ("unassigned", nan, "fits_no_label"),
        ("EUR", 0.99, ""),
        ("A|B", 0.99, ""),
    )
    wanted = ["ok", "mismatch", "ok", "not_assessed", "not_assessed", "ok"]
    assert list(table["status"]) == wanted
    reasons = table["not_assessed_because"]
    assert list(reasons != "") == [status == "not_assessed" for status in wanted]
    assert "no label" in reasons[3]
    write_table(tmp_path / "t.tsv", table, table="qc/reported_ancestry.tsv")


def test_without_a_column_or_a_panel_nobody_is_assessed():
    label, nobody = ("EUR", 0.99, ""), ("unassigned", float("nan"), "no_panel")
    assert set(compare(None, label, label)["status"]) == {"not_assessed"}
    table = compare(["EUR"], nobody)
    assert list(table["status"]) == ["not_assessed"]
    assert "no reference panel" in table["not_assessed_because"][0]
