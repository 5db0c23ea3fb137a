"""Decisions by hand: everything that can be wrong with the file, said at once."""

import intake_cases
import numpy as np
import pandas as pd
import pytest
from vcf_files import simple_records, write_vcf

from genostrat.errors import GenostratError
from genostrat.sheets.overrides import COLUMNS, no_overrides, read_overrides
from genostrat.tables import read_table, write_table

SAMPLES = ["P001", "P002", "007", "p-3"]
HEADER = "sample_id|decision|reason|who"


def write(tmp_path, *rows, encoding="utf-8"):
    path = tmp_path / "overrides.tsv"
    text = "".join("\t".join(row.split("|")) + "\n" for row in rows)
    path.write_text(text, encoding=encoding)
    return path


def complaint(path, samples=SAMPLES):
    with pytest.raises(GenostratError) as caught:
        read_overrides(path, samples=samples)
    return str(caught.value)


def test_decisions_are_read_as_they_stand(tmp_path):
    path = write(
        tmp_path,
        "# made at the meeting",
        "who|sample_id|reason|decision",
        "Dr Grey|007|<b>seen & 'known'</b>; $(x)|keep",
        "",
        "lab| P001 |withdrew|exclude",
        encoding="utf-8-sig",
    )
    table = read_overrides(path, samples=SAMPLES)
    assert list(table.columns) == list(COLUMNS)
    assert table["sample_id"].tolist() == ["007", "P001"]
    assert table["decision"].tolist() == ["keep", "exclude"]
    write_table(tmp_path / "out", table, table="check/overrides.tsv")
    again = read_table(tmp_path / "out", table="check/overrides.tsv")
    pd.testing.assert_frame_equal(again, table)


def test_all_problems_come_at_once_with_their_place(tmp_path):
    path = write(
        tmp_path,
        HEADER,
        "P001|keep|fine|lab",
        "P001|exclude|no|lab",
        "P0O2|drop||",
        "|kep|x|=cmd()",
        "p-3|flag|" + "x" * 501 + "|a\x1b[31m",
    )
    text = complaint(path)
    assert text.startswith("10 problems:")
    assert f"{path}, line 3, column sample_id: there are two decisions" in text
    assert "keep one of them; the first is line 2" in text
    assert "line 4, column sample_id: no sample of the cohort" in text
    assert "fix:     did you mean P002?" in text
    assert "line 4, column decision: this is not a decision" in text
    assert "allowed: keep, flag, exclude" in text
    assert "line 4, column reason: nothing says why it was decided so" in text
    assert "line 4, column who: nothing says who decided it" in text
    assert "line 5, column sample_id: the sample identifier is blank" in text
    assert "did you mean keep?" in text
    assert "line 5, column who: a spreadsheet program would run this" in text
    assert "line 6, column reason: this reason is not one line" in text
    assert "line 6, column who: a cell holds a control character" in text
    assert "\x1b" not in text


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["sample_id|decison|reason|who", "P001|keep|x|y"], "did you mean|rename it"),
        (["sample_id|decision|reason", "P001|keep|x"], "the column 'who' is missing"),
        ([HEADER + "|who", "P001|keep|x|y|z"], "this column stands twice"),
        ([HEADER + "|", "P001|keep|x|y|z"], "column 5: nothing says what"),
        ([HEADER, "P001|keep|x"], "line 2: this row has another number of columns"),
        ([HEADER], "line 1: the file of overrides has a header and no rows"),
        (["# nothing"], "the file of overrides is empty"),
        (["sample_id,decision,reason,who"], "separated by commas"),
    ],
)
def test_files_of_another_shape_are_explained(tmp_path, rows, expected):
    text = complaint(write(tmp_path, *rows))
    assert any(part in text for part in expected.split("|"))


def test_what_is_no_text_is_explained(tmp_path):
    path = tmp_path / "overrides.tsv"
    path.write_bytes(b"PK\x03\x04\xff\xfe")
    assert "not as .xlsx" in complaint(path)
    path.write_bytes(b"sample_id\xff\xfe")
    assert "not UTF-8 text" in complaint(path)
    path.write_bytes(b"sample_id\0")
    assert "NUL bytes" in complaint(path)
    assert "cannot be read" in complaint(tmp_path / "absent.tsv")


def test_without_a_file_there_are_no_decisions(tmp_path):
    write_table(tmp_path / "out", no_overrides(), table="check/overrides.tsv")
    assert (tmp_path / "out").read_text() == "sample_id\tdecision\treason\twho\n"


def check(folder, *overrides, sheet=("P001", "P002"), genotyped=("P001", "P002")):
    """Check a cohort with these decisions; without samples there are no genotypes."""
    rows = "".join(f"{name}\n" for name in sheet)
    (folder / "samples.tsv").write_text(f"sample_id\n{rows}")
    samples = {"path": "samples.tsv", "unmatched": "drop"}
    if overrides:
        samples["overrides"] = str(write(folder, HEADER, *overrides))
    config = {"samples": samples}
    if genotyped:
        records = simple_records(60, len(genotyped), np.random.default_rng(1))
        path = write_vcf(folder / "a.vcf.gz", genotyped, records)
        config["genotypes"] = {"vcf": str(path), "build": "GRCh38"}
    return intake_cases.check(folder, config)


def test_decisions_are_checked_before_anything_is_computed(tmp_path):
    intake = check(tmp_path, "P001|keep|fine|lab")
    assert intake.overrides["sample_id"].tolist() == ["P001"]
    assert not [w for w in intake.record["warnings"] if "by hand" in w]
    assert len(check(tmp_path).overrides) == 0
    with pytest.raises(GenostratError, match="did you mean P002"):
        check(tmp_path, "P0002|keep|fine|lab")


def test_decisions_that_change_nothing_are_refused_or_said(tmp_path):
    with pytest.raises(GenostratError, match="without genotypes no rule judges"):
        check(tmp_path, "P001|keep|fine|lab", genotyped=())
    rows = ("P001|keep|fine|lab", "P003|exclude|withdrew|lab")
    intake = check(tmp_path, *rows, sheet=("P001", "P002", "P003"))
    said = [w for w in intake.record["warnings"] if "by hand" in w]
    assert said == [
        "1 of 2 decisions by hand are about samples without genotypes; they have no"
        " effect"
    ]
