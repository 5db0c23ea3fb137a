"""People who have withdrawn, or never agreed: no cell of theirs is read."""

import pytest

from genostrat.config.columns import Use
from genostrat.errors import GenostratError
from genostrat.sheets.clinical import Request, read_sheet
from genostrat.sheets.opt_outs import find_unrecognised, read_opt_outs

SHEET = """\
sample_id\tsex\tage\tsubject_id\tfather_id\tresearch_consent
P1\tmale\t60\t\t\tyes
P2\tfemale\t30\t\tP1\tyes
P3\tfemale\t1x\t\t\tyes
T1\tmale\t50\tT\t\tyes
T2\tmale\t50\tT\t\tyes
Q1\tmale\t50\tQ\t\tyes
Q2\tmale\t50\tQ\t\t
N1\tmale\t50\t\t\tno
N2\tmale\t50\t\t\tNA
"""


def read(tmp_path, opted_out, text=SHEET):
    path = tmp_path / "samples.tsv"
    path.write_text(text)
    return read_sheet(path, Request(opted_out=frozenset(opted_out)))


def test_nothing_is_read_of_who_left_and_persons_go_with_every_sample(tmp_path):
    with pytest.raises(GenostratError, match="age"):
        read(tmp_path, [])
    sheet = read(tmp_path, ["P1", "P3", "T2"])
    assert list(sheet.frame["sample_id"]) == ["P2"]
    assert list(sheet.frame["father_id"]) == [""], "named in the row of a child"
    assert sheet.left_out.n_opted_out == 4
    assert sheet.left_out.n_without_consent == 4
    text = " ".join(sheet.warnings)
    assert "4 rows of the sheet left out" in text
    assert not {"P1", "T1", "N1"} & set(text.replace(",", " ").split())


def test_a_list_may_name_the_person(tmp_path):
    sheet = read(tmp_path, ["T", "P3"])
    assert list(sheet.frame["sample_id"]) == ["P1", "P2"]
    assert {"T", "T1", "T2"} <= sheet.left_out.names


def test_a_sheet_without_the_column_says_nothing_of_research(tmp_path):
    lines = [line.rsplit("\t", 1)[0] for line in SHEET.splitlines()]
    sheet = read(tmp_path, ["P3"], "\n".join(lines) + "\n")
    assert len(sheet.frame) == 8


def test_words_that_are_no_consent_stop_the_check(tmp_path):
    text = SHEET.replace("\tno\n", "\tperhaps\n")
    with pytest.raises(GenostratError) as caught:
        read(tmp_path, ["P3"], text)
    (problem,) = caught.value.problems
    assert (problem.column, problem.found, problem.line) == (
        "research_consent",
        "perhaps",
        9,
    )


def test_a_sheet_of_nobody_who_agreed_is_refused(tmp_path):
    with pytest.raises(GenostratError, match="nobody of the sheet is left"):
        read(tmp_path, [], SHEET.replace("\tyes\n", "\t\n"))


def test_the_gate_goes_before_every_column_that_the_config_names(tmp_path):
    use = Use(("profile", "clinical_features", 0), "crp", "feature", "measure")
    path = tmp_path / "samples.tsv"
    path.write_text("sample_id\tcrp\nP1\t3.5\nP2\t=cmd()\nP3\t4.5\n")
    with pytest.raises(GenostratError, match="formula"):
        read_sheet(path, Request(uses=[use]))
    sheet = read_sheet(path, Request(uses=[use], opted_out=frozenset({"P2"})))
    assert list(sheet.frame["crp"]) == ["3.5", "4.5"]


def write(tmp_path, text):
    path = tmp_path / "opt_out.tsv"
    path.write_text(text)
    return path


def test_a_list_of_nobody_is_a_list(tmp_path):
    assert read_opt_outs(write(tmp_path, "sample_id\tdate\n")) == {}
    path = write(tmp_path, "date\tsample_id\n2026-05-31\tP1\n2026-06-01\tP1\n")
    assert read_opt_outs(path) == {"P1": "2026-06-01"}


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("sample_id\nP1\n", "columns", 1),
        ("sample_id\tdate\treason\nP1\t2026-05-31\till\n", "columns", 1),
        ("sample_id\tdate\nP1\t31.5.2026\n", "no date", 2),
        ("sample_id\tdate\nP1\t2026-02-30\n", "no date", 2),
        ("sample_id\tdate\nP1\t20260531\n", "no date", 2),
        ("sample_id\tdate\nP1\t\n", "no date", 2),
        ("sample_id\tdate\n\t2026-05-31\n", "blank", 2),
        ("sample_id\tdate\nP 1?*\t2026-05-31\n", "not a sample identifier", 2),
        ("sample_id,date\nP1,2026-05-31\n", "commas", 1),
        ("", "empty", None),
    ],
)
def test_lists_that_cannot_be_understood(tmp_path, text, said, line):
    with pytest.raises(GenostratError, match=said) as caught:
        read_opt_outs(write(tmp_path, text))
    assert caught.value.problems[0].line == line


@pytest.mark.parametrize("slip", ["p-001", "P-1", "P_001", "P001"])
def test_a_slip_of_the_pen_keeps_nobody_in(slip):
    (problem,) = find_unrecognised([slip], ["P-001", "P-002"], path="list")
    assert "is it P-001?" in problem.fix
    assert not list(find_unrecognised(["X-9"], ["P-001", "P-002"], path="list"))
    assert not list(find_unrecognised(["P-001"], ["P-001"], path="list"))
