"""Clinical sheets: everything that can be wrong, said at once and with its place."""

import pytest

from genostrat.errors import GenostratError
from genostrat.sheets.clinical import numeric_columns, read_sheet
from genostrat.sheets.identifiers import describe_mismatch, is_identifier, reconcile


def read(path, **changes):
    options = {
        "columns": {},
        "expected": [],
        "unknown_columns": "refuse",
        "missing_values": ["NA"],
        "numeric": {},
    }
    return read_sheet(path, **(options | changes))


def write(tmp_path, *rows):
    path = tmp_path / "samples.tsv"
    path.write_text("".join("\t".join(row.split("|")) + "\n" for row in rows))
    return path


def complaint(path, **changes):
    with pytest.raises(GenostratError) as caught:
        read(path, **changes)
    return str(caught.value)


def test_identifiers_stay_text(tmp_path):
    path = write(
        tmp_path, "# a comment", "sample_id|sex", "007|M", "1e5|2", "NA|", "1.0|female"
    )
    frame = read(path).frame
    assert list(frame["sample_id"]) == ["007", "1e5", "NA", "1.0"]
    assert list(frame["sex"]) == ["male", "female", "", "female"]


def test_missing_values_become_blank_but_never_in_identifiers(tmp_path):
    frame = read(write(tmp_path, "sample_id|age|batch", "NA|NA|NA")).frame
    assert frame.loc[0].to_dict() == {
        "sample_id": "NA",
        "sex": "",
        "age": "",
        "batch": "",
    }


def test_all_problems_come_at_once_with_line_and_column(tmp_path):
    path = write(
        tmp_path,
        "sample_id|sex|age|time|event",
        "a|male|40|1|0",
        "a|boy|-3|-1|2",
        "=cmd()|F|old|x|1",
        "|F|3|inf|",
    )
    numeric = {"time": "time", "event": "flag"}
    text = complaint(path, expected=["time", "event"], numeric=numeric)
    assert text.startswith("10 problems")
    assert f"{path}, line 3, column sample_id: this sample identifier stands" in text
    assert "the first is line 2" in text
    assert "line 3, column sex" in text
    assert "line 4, column sample_id: this is not a sample identifier" in text
    assert "line 5, column sample_id: the sample identifier is blank" in text
    for place in (
        "3, column age",
        "3, column time",
        "3, column event",
        "4, column age",
    ):
        assert f"line {place}" in text


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["sample_id,sex", "a,male"], "separated by commas"),
        (["sample_id|sex", "a"], "another number of columns"),
        (["sample_id|sex|sex", "a|M|M"], "column sex: this column stands twice"),
        (["sample|sex", "a|M"], "is it 'sample'? Name it in samples.columns"),
        (["sample_id|center", "a|x"], "rename it to centre"),
        (["sample_id|shoe", "a|x"], "name it in samples.extra_columns"),
        (["sample_id|sex"], "a header and no rows"),
        ([], "the sheet is empty"),
    ],
)
def test_headers_and_shapes(tmp_path, rows, expected):
    assert expected in complaint(write(tmp_path, *rows))


def test_bytes_that_are_not_text(tmp_path):
    path = tmp_path / "samples.tsv"
    path.write_bytes(b"PK\x03\x04\xff\xfe")
    assert "not as .xlsx" in complaint(path)


def test_a_missing_outcome_column_suggests_the_nearest(tmp_path):
    text = complaint(write(tmp_path, "sample_id|os.time", "a|3"), expected=["os_time"])
    assert "the column 'os_time' is missing" in text
    assert "is it 'os.time'?" in text


def test_columns_can_be_mapped_even_from_a_blank_name(tmp_path):
    path = write(tmp_path, "|Gender|extra", "x1|F|3")
    frame = read(
        path,
        columns={"sample_id": "", "sex": "Gender"},
        unknown_columns="ignore",
    ).frame
    assert frame.to_dict("records") == [{"sample_id": "x1", "sex": "female"}]


def test_outcomes_say_what_numbers_they_need():
    outcomes = [
        {"kind": "survival", "time": "t", "event": "e"},
        {"kind": "binary", "column": "b"},
        {"kind": "continuous", "column": "c"},
    ]
    kinds = {"t": "time", "e": "flag", "b": "flag", "c": "number"}
    assert numeric_columns(outcomes) == kinds


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("HG00096", True),
        ("C1047::HG00733", True),
        ("NA12878@bar-code", True),
        ("患者1", True),
        ("<b>x</b>", False),
        ("'; rm -rf ~", False),
        ("", False),
        ("a b", False),
        ("a\tb", False),
        ("../../etc/passwd", False),
        ("..", False),
        ("=1+1", False),
        ("-1", False),
        ("@x", False),
        ("x" * 129, False),
        ("a\x1b[31m", False),
    ],
)
def test_identifiers(name, good):
    # HTML in an identifier is refused for its slash; what passes is escaped on pages.
    assert is_identifier(name) is good


@pytest.mark.parametrize(
    ("sheet", "other", "hint"),
    [
        (["hg1", "x"], ["HG1", "x"], "upper and lower case"),
        (["7", "x"], ["007", "x"], "leading zeros were lost"),
        (["1001.0"], ["1001"], "decimal point"),
        (["HG001"], ["HG001_HG001"], "twice"),
        (["A-1"], ["A_1"], "punctuation"),
        (["NA12878"], ["NA12878@bc7"], "prefix or suffix"),
    ],
)
def test_near_misses_are_explained(sheet, other, hint):
    match = reconcile(sheet, other)
    text = "\n".join(
        str(problem)
        for problem in describe_mismatch(match, sheet="s", other="o", what="genotypes")
    )
    assert hint in text
    assert "samples.unmatched: drop" in text


def test_messages_do_not_list_a_whole_cohort():
    match = reconcile([f"p{i}" for i in range(1000)], ["q"])
    text = str(describe_mismatch(match, sheet="s", other="o", what="genotypes")[0])
    assert "and 995 more" in text
    assert len(text) < 1000
