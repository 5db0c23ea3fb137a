"""The last lines of the demo."""

import pandas as pd
from made_up import write_plain

from genostrat.report.closing import describe_run
from genostrat.tables import write_table


def test_it_says_what_was_found_and_where(tmp_path):
    folder = tmp_path / "toy"
    rows = [("a", "1", "1", "found"), ("b", "1", "0", "missed")]
    table = pd.DataFrame(rows, columns=["item", "planted", "found", "verdict"])
    write_table(folder / "truth_check.tsv", table, table="truth_check.tsv")
    for verdict, words in (("supported", "3 subgroups supported"), ("none", "no sub")):
        write_plain(folder / "strata/verdict.json", {"verdict": verdict, "k": 3})
        text = describe_run(folder)
        assert words in text
        assert "1 of 2 planted facts found" in text
        assert str(folder / "report/report.html") in text
        assert "patients" not in text
    (folder / "report/patients").mkdir(parents=True)
    (folder / "report/patients/index.html").touch()
    assert describe_run(folder).endswith("report/patients/index.html")
