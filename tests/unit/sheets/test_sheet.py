"""Clinical sheets: everything that can be wrong, said at once and with its place."""

import pytest

from genostrat.config.columns import Use
from genostrat.config.outcomes import Outcome, Treatment
from genostrat.errors import GenostratError
from genostrat.sheets.clinical import Request, read_sheet
from genostrat.sheets.identifiers import (
    describe_left_out,
    describe_mismatch,
    is_identifier,
    reconcile,
)

OS = Outcome("os", "survival", ("time", "event"))
OF_OS = [
    Use(("outcomes", 0, "time"), "time", "time", "time"),
    Use(("outcomes", 0, "event"), "event", "event", "event"),
]


def read(path, **asked):
    return read_sheet(path, Request(**asked))


def write(tmp_path, *rows):
    path = tmp_path / "samples.tsv"
    path.write_text("".join("\t".join(row.split("|")) + "\n" for row in rows))
    return path


def complaint(path, **asked):
    with pytest.raises(GenostratError) as caught:
        read(path, **asked)
    return str(caught.value)


def test_identifiers_stay_text(tmp_path):
    path = write(
        tmp_path,
        "# a comment",
        "sample_id|sex",
        "007|M",
        "1e5|2.0",
        "NA|",
        "1.0|female",
    )
    frame = read(path).frame
    assert list(frame["sample_id"]) == ["007", "1e5", "NA", "1.0"]
    assert list(frame["sex"]) == ["male", "female", "", "female"]


def test_missing_values_become_blank_but_never_in_identifiers(tmp_path):
    frame = read(write(tmp_path, "sample_id|age|batch", "NA|NA|N/A")).frame
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
    text = complaint(path, uses=OF_OS, outcomes=[OS])
    assert text.startswith("9 problems")
    for place, words in {
        "3, column sample_id": "this sample identifier stands twice",
        "3, column sex": "no sex that is understood",
        "3, column age": "the value of age is not allowed, in 2 cells",
        "3, column time": "below 0",
        "2, column event": "nothing says which value of event",
        "4, column sample_id": "this is not a sample identifier",
        "4, column time": "not a number, in 2 cells",
        "5, column sample_id": "the sample identifier is blank",
        "5, column event": "event is blank although time is given",
    }.items():
        assert f"{path}, line {place}: " in text
        assert words in text
    assert "the first is line 2" in text
    assert "-3 (line 3), old (line 4)" in text
    assert "x (line 4), inf (line 5)" in text


def test_two_thousand_cells_of_one_kind_are_one_problem(tmp_path):
    rows = [f"p{i}|{i % 90},5" for i in range(2000)]
    text = complaint(write(tmp_path, "sample_id|age", *rows))
    assert "2000 numbers have a decimal comma, in the columns age (2000)" in text
    assert "0,5 (line 2), 1,5 (line 3)" in text
    assert "and 1995 more" in text
    assert len(text) < 600


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["sample_id,sex", "a,male"], "separated by commas"),
        (["sample_id;sex", "a;male"], "separated by semicolons"),
        (["sample_id sex", "a male"], "separated by spaces"),
        (["sample_id|sex|age", "a|M|3", "b"], "another number of columns"),
        (["sample_id|sex", "1|a|M", "2|b|F"], "every row has one column more"),
        (["sample_id|sex|sex", "a|M|M"], "column sex: this column stands twice"),
        (["sample|sex", "a|M"], "is it 'sample'? Name it in samples.columns"),
        (["#sample_id|sex", "a|M"], "line 1 names it, but starts with #"),
        (["sample_id|center", "a|x"], "rename it to centre"),
        (["sample_id|shoe", "a|x"], "name it in samples.extra_columns"),
        (["sample_id|=age", "a|x"], "nothing says what this column is"),
        (["sample_id|sex"], "a header and no rows"),
        ([], "the sheet is empty"),
        (["sample_id|sex|batch", 'a|M|"x', 'b|F"'], "holds a tab or a line break"),
        (["sample_id|batch", "a|x\x1b[31m"], "control character or an invisible"),
        (["sample_id|batch", "a|=HYPERLINK(1)"], "run this cell as a formula"),
        (["sample_id|batch", "a|+ve"], "run this cell as a formula"),
        (["sample_id|age", "a|4_4"], "the value of age is not allowed"),
        (["sample_id|age", "a|٤٤"], "the value of age is not allowed"),
    ],
)
def test_headers_shapes_and_cells(tmp_path, rows, expected):
    assert expected in complaint(write(tmp_path, *rows))


def test_signs_and_numbers_are_no_formulas(tmp_path):
    frame = read(write(tmp_path, "sample_id|batch", "a|+", "b|-", "c|-3.5")).frame
    assert list(frame["batch"]) == ["+", "-", "-3.5"]


def test_bytes_that_are_not_text(tmp_path):
    path = tmp_path / "samples.tsv"
    path.write_bytes(b"PK\x03\x04\xff\xfe")
    assert "not as .xlsx" in complaint(path)


def test_a_missing_column_suggests_the_nearest(tmp_path):
    path = write(tmp_path, "sample_id|time.|event", "a|3|1")
    text = complaint(path, uses=OF_OS, outcomes=[OS], unknown_columns="ignore")
    assert "the column 'time' is missing: outcomes.time names it" in text
    assert "is it 'time.'?" in text


def test_columns_can_be_mapped_even_from_a_blank_name(tmp_path):
    path = write(tmp_path, "|Gender|extra", "x1|F|3")
    frame = read(
        path,
        columns={"sample_id": "", "sex": "Gender"},
        unknown_columns="ignore",
    ).frame
    assert frame.to_dict("records") == [{"sample_id": "x1", "sex": "female"}]


def test_a_problem_names_the_column_as_the_sheet_does(tmp_path):
    path = write(tmp_path, "ID|AGE_AT_DX", "a|old")
    text = complaint(path, columns={"sample_id": "ID", "age": "AGE_AT_DX"})
    assert "line 2, column AGE_AT_DX" in text


def test_sexes_may_be_coded_otherwise_if_the_config_says_so(tmp_path):
    path = write(tmp_path, "sample_id|sex", "a|1", "b|2.0", "c|W", "d|")
    codes = {"1": "female", "2": "male", "W": "unknown"}
    assert list(read(path, sex_codes=codes).frame["sex"]) == ["female", "male", "", ""]
    assert "samples.sex_codes" in complaint(path)
    assert "no sex that is understood" in complaint(path, sex_codes={"1": "female"})


def test_a_flag_in_the_place_of_the_sex_is_refused_until_it_is_said(tmp_path):
    path = write(tmp_path, "sample_id|sex", "a|1", "b|0.0", "c|1")
    text = complaint(path)
    assert "the sexes are 0 and 1 alone" in text
    assert "samples.sex_codes: {0: female, 1: male}" in text
    frame = read(path, sex_codes={"0": "female", "1": "male"}).frame
    assert list(frame["sex"]) == ["male", "female", "male"]
    frame = read(path, sex_codes={"0": "unknown", "1": "male"}).frame
    assert list(frame["sex"]) == ["male", "", "male"]


LABELS = ["AFR", "EAS", "EUR", "SAS"]
WORDS = {"White British": "EUR", "Asian": ["EAS", "SAS"], "mixed": "unknown"}


def test_reported_ancestry_becomes_labels_of_the_panel(tmp_path):
    rows = ["a|white british", "b|Asian", "c|afr", "d|mixed", "e|NA"]
    path = write(tmp_path, "sample_id|reported_ancestry", *rows)
    sheet = read(path, ancestry_labels=WORDS, panel_labels=LABELS)
    assert list(sheet.frame["reported_ancestry"]) == ["EUR", "EAS|SAS", "AFR", "", ""]
    assert any("2 of 5 patients: theirs is not compared" in w for w in sheet.warnings)


def test_words_of_ancestry_that_nobody_explained_are_refused_together(tmp_path):
    rows = ["a|Maasai", "b|EUR", "c|Irish", "d|Maasai"]
    path = write(tmp_path, "sample_id|ethnic", *rows)
    asked = {"columns": {"reported_ancestry": "ethnic"}, "panel_labels": LABELS}
    wrong = WORDS | {"Han": "CHN"}
    text = complaint(path, ancestry_labels=wrong, **asked)
    assert "line 2, column ethnic" in text
    assert "line 4, column ethnic" in text
    assert "{Maasai: unknown}" in text
    assert "AFR, EAS, EUR, SAS" in text
    assert "Han: CHN" in text


def test_without_a_panel_reported_ancestry_is_said_to_be_idle(tmp_path):
    path = write(tmp_path, "sample_id|reported_ancestry", "a|Maasai")
    sheet = read(path)
    assert list(sheet.frame["reported_ancestry"]) == ["Maasai"]
    assert any("no reference panel" in text for text in sheet.warnings)
    idle = read(write(tmp_path, "sample_id", "a"), ancestry_labels=WORDS)
    assert any("no column reported_ancestry" in text for text in idle.warnings)


def test_comments_among_the_rows_are_counted_and_said(tmp_path):
    rows = ["sample_id", "a", "# from the second clinic", "b"]
    sheet = read(write(tmp_path, *rows))
    assert len(sheet.frame) == 2
    assert "1 line of the sheet below its header" in sheet.warnings[0]


def test_letters_that_look_alike_are_said(tmp_path):
    sheet = read(write(tmp_path, "sample_id|sex", "P001|M", "Р002|F"))
    assert any("another alphabet" in text for text in sheet.warnings)
    assert not any("Р002" in text for text in sheet.warnings)


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
        (["А001"], ["A001"], "letters of another alphabet"),
        (["e\u0301x"], ["\u00e9x"], "composed otherwise"),
        (["1-a"], ["X1.a"], "R has put an X"),
        (["a1", "b-1", "c-1"], ["A1", "b.1", "c.1"], "for 2 of them they differ in pu"),
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
    said = " ".join(describe_left_out(match, what="genotypes"))
    assert hint in said
    assert not any(name in said for name in {*sheet, *other} - {"x"}), "no names"


def test_messages_do_not_list_a_whole_cohort():
    match = reconcile([f"p{i}" for i in range(1000)], ["q"])
    text = str(describe_mismatch(match, sheet="s", other="o", what="genotypes")[0])
    assert "and 995 more" in text
    assert len(text) < 1000


@pytest.mark.parametrize(
    ("plates", "said"),
    [
        (["p1", "p1", "p2", "p2"], True),
        (["p1", "p1", "p2", ""], True),
        (["p1", "p2", "p1", "p2"], False),
        (["p1", "p1", "p1", "p2"], False),
        (["", "", "", ""], False),
    ],
)
def test_an_arm_that_has_its_batches_to_itself_is_said(tmp_path, plates, said):
    arms = ["old", "old", "new", "new"]
    rows = [f"s{n}|{p}|{a}" for n, (p, a) in enumerate(zip(plates, arms, strict=True))]
    path = write(tmp_path, "sample_id|batch|treatment", *rows)
    uses = [Use(("treatment", "column"), "treatment", "treatment", "arm")]
    sheet = read(path, uses=uses, treatment=Treatment("treatment", "old"))
    found = [text for text in sheet.warnings if "one arm of treatment alone" in text]
    assert len(found) == said
