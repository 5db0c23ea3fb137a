"""What is allowed is allowed up to the limit that the message names, and no further."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.sheets.clinical import _check_age
from genostrat.sheets.contract.meaning import (
    find_crowd,
    find_decimal_commas,
    has_usable_level,
    read_label,
    read_measure,
)
from genostrat.sheets.contract.proxies import (
    _of_feature,
    agreement,
    describe_proxy,
    find_matrix_proxies,
    find_proxies,
)
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.gene_map import read_gene_map
from genostrat.sheets.gene_sets import read_gene_sets
from genostrat.sheets.identifiers import is_identifier, list_some
from genostrat.sheets.overrides import read_overrides
from genostrat.sheets.panel import check_panel_sizes, read_panel_labels
from genostrat.sheets.pedigree import read_pedigree


def table_of(**columns):
    n = len(next(iter(columns.values())))
    cells = {name: list(map(str, column)) for name, column in columns.items()}
    return SheetTable(Path("sheet.tsv"), list(range(2, n + 2)), cells, {})


def is_read(read, path, text):
    path.write_text(text)
    try:
        read(path)
    except GenostratError:
        return False
    return True


@pytest.mark.parametrize(
    ("n", "is_fine"), [(0, False), (1, True), (128, True), (129, False)]
)
def test_an_identifier_has_up_to_128_characters(n, is_fine):
    assert is_identifier("a" * n) == is_fine


def test_a_list_counts_only_what_it_does_not_name():
    names = [f"n{i}" for i in range(9)]
    shown = list_some(names).split(" and ")[0].split(", ")
    n_shown = len(shown)
    assert list_some(names[:n_shown]) == ", ".join(shown)
    assert list_some(names[: n_shown + 1]).endswith(" and 1 more")
    assert list_some(names).endswith(f" and {9 - n_shown} more")


@pytest.mark.parametrize(("n", "is_fine"), [(1, True), (200, True), (201, False)])
def test_the_name_of_a_gene_set_has_up_to_200_characters(tmp_path, n, is_fine):
    text = f"{'s' * n}\tabout\tBRCA1\tBRCA2\n"
    assert is_read(read_gene_sets, tmp_path / "s.gmt", text) == is_fine


@pytest.mark.parametrize(
    ("start", "end", "is_fine"),
    [
        (1, 1, True),
        (0, 5, False),
        (1, 2**31 - 1, True),
        (1, 2**31, False),
        (6, 5, False),
        ("0000000001", 5, True),
        ("00000000001", 5, False),
    ],
)
def test_positions_of_genes_are_those_that_a_genome_can_have(
    tmp_path, start, end, is_fine
):
    text = f"gene\tchrom\tstart\tend\nBRCA1\t17\t{start}\t{end}\n"
    assert is_read(read_gene_map, tmp_path / "map.tsv", text) == is_fine


@pytest.mark.parametrize(("n", "is_fine"), [(500, True), (501, False)])
@pytest.mark.parametrize("column", ["reason", "who"])
def test_an_override_says_why_in_up_to_500_characters(tmp_path, n, is_fine, column):
    cells = {"sample_id": "A", "decision": "keep", "reason": "r", "who": "w"}
    cells[column] = "x" * n
    text = "\n".join("\t".join(row) for row in (cells, cells.values())) + "\n"

    def read(path):
        return read_overrides(path, samples=["A"])

    assert is_read(read, tmp_path / "o.tsv", text) == is_fine


@pytest.mark.parametrize(("n", "is_fine"), [(64, True), (65, False)])
def test_a_label_of_a_panel_has_up_to_64_characters(tmp_path, n, is_fine):
    rows = [f"P{i}\t{'x' * n if i < 10 else 'other'}" for i in range(20)]
    text = "\n".join(["sample_id\tancestry", *rows]) + "\n"
    assert is_read(read_panel_labels, tmp_path / "labels.tsv", text) == is_fine


@pytest.mark.parametrize(("n", "n_problems"), [(9, 1), (10, 0)])
def test_a_label_of_a_panel_has_ten_people(n, n_problems):
    labels = pd.DataFrame({"ancestry": ["A"] * n + ["B"] * 10})
    assert len(check_panel_sizes(labels, "x")) == n_problems
    assert len(check_panel_sizes(labels[:n], "x")) == 1 + n_problems


@pytest.mark.parametrize(
    ("age", "is_doubted"), [("42", False), ("41.9", True), ("30", True), ("29", True)]
)
def test_a_parent_is_twelve_years_older_at_least(age, is_doubted):
    sheet = pd.DataFrame(
        {
            "sample_id": ["C", "M"],
            "mother_id": ["M", ""],
            "sex": ["male", "female"],
            "age": ["30", age],
        }
    )
    doubts = [doubt.kind for doubt in read_pedigree(sheet).doubts]
    assert doubts == (["age"] if is_doubted else [])


@pytest.mark.parametrize(("age", "is_fine"), [(0, 1), (130, 1), (130.5, 0), (-0.5, 0)])
def test_an_age_lies_between_0_and_130(age, is_fine):
    assert (not _check_age(table_of(age=[age]))) == bool(is_fine)


def test_a_level_needs_five_patients_to_be_used():
    for n, is_usable in ((4, False), (5, True)):
        assert has_usable_level(table_of(x=["a"] * n + ["b"]), "x") == is_usable
    assert not has_usable_level(table_of(x=["a"] * 9), "x")


def test_a_label_has_ten_levels_or_three_patients_a_level():
    for n_levels, n_each, is_crowd in ((10, 1, 0), (11, 1, 1), (11, 3, 0), (20, 3, 0)):
        levels = [f"l{i}" for i in range(n_levels)] * n_each
        assert bool(find_crowd(table_of(x=levels), "x")) == is_crowd
    assert find_crowd(table_of(x=[f"l{i}" for i in range(12)] * 3 + ["l12"]), "x")


@pytest.mark.parametrize(
    ("n_numbers", "n_words", "kind"),
    [(16, 4, "number"), (15, 4, "category"), (13, 3, "number"), (12, 3, "category")],
)
def test_slips_among_numbers_are_at_most_a_fifth(n_numbers, n_words, kind):
    """In a column of more than twelve numbers; of fewer all are names."""
    cells = [str(i) for i in range(n_numbers)] + [f"w{i}" for i in range(n_words)]
    meaning = read_measure(table_of(x=cells), "x", is_told=False)
    assert meaning.kind == kind
    assert bool(meaning.problems) == (kind == "number")
    is_said = any("all are taken as names" in text for text in meaning.warnings)
    assert is_said == (kind == "category" and n_numbers / len(cells) >= 0.8)
    assert read_label(table_of(x=cells), "x").kind == "category"


def test_agreement_needs_twenty_patients_and_five_of_the_rarer_value():
    for n, rare, is_told in ((20, 5, 1), (19, 5, 0), (20, 4, 0), (40, 20, 1)):
        outcome = [1.0] * rare + [0.0] * (n - rare)
        table = table_of(x=["a" if value else "b" for value in outcome])
        assert agreement(table, "x", kind="category", outcome=outcome) == is_told
        numbers = table_of(x=outcome)
        assert agreement(numbers, "x", kind="number", outcome=outcome) == is_told
    for n, is_told in ((55, 1), (54, 0)):  # five patients a level, of eleven levels
        levels = [f"l{min(i, n - 1) % 11}" for i in range(n)]
        outcome = [float(int(level[1:]) % 2) for level in levels]
        table = table_of(x=levels)
        assert agreement(table, "x", kind="category", outcome=outcome) == is_told


def test_what_tells_an_outcome_in_nineteen_of_twenty_is_named_and_in_all_refused():
    outcome = [0.0] * 20 + [1.0] * 20
    for n_wrong, is_named in ((2, True), (3, False)):
        cells = ["b"] * n_wrong + ["a"] * (20 - n_wrong) + ["b"] * 20
        found = list(find_proxies(table_of(x=cells), {"x": "category"}, {"o": outcome}))
        assert bool(found) == is_named
        if found:
            assert found[0][2] == pytest.approx(0.95)
    table = table_of(x=["a"])
    for told, is_refused in ((0.999, True), (0.9989, False)):
        said = describe_proxy(table, "x", "o", told, section="profile.adjust_for")
        assert isinstance(said, str) != is_refused


@pytest.mark.parametrize(
    ("n", "rare", "is_told"), [(40, 15, 1), (39, 15, 0), (40, 14, 0), (60, 30, 1)]
)
def test_a_feature_tells_an_outcome_of_forty_patients(n, rare, is_told):
    """Fifteen of them of the rarer value."""
    outcome = np.r_[np.ones(rare), np.zeros(n - rare)]
    noise = np.random.default_rng(4).random(n)
    values = np.column_stack([noise, outcome])
    found = list(find_matrix_proxies(values, {"o": outcome}))
    assert [place for place, *_ in found] == ([1] if is_told else [])


@pytest.mark.parametrize(("n", "is_told"), [(20, 1), (19, 0)])
def test_a_feature_tells_an_amount_of_twenty_patients(n, is_told):
    amount = np.arange(n) + 0.5
    values = np.column_stack([amount**3, np.ones(n)])
    found = list(find_matrix_proxies(values, {"o": amount}))
    assert [place for place, *_ in found] == ([0] if is_told else [])
    assert _of_feature(amount**3, amount) == is_told
    assert _of_feature(np.r_[amount**3, np.nan], np.r_[amount, 99.0]) == is_told
    assert _of_feature(np.ones(n), amount) == 0


def test_a_level_guesses_the_value_that_it_holds_the_larger_share_of():
    """All ten rare ones and two ninths of the others: it stands for the rare ones."""
    outcome = [0.0] * 70 + [0.0] * 20 + [1.0] * 10
    table = table_of(x=["a"] * 70 + ["b"] * 30)
    found = agreement(table, "x", kind="category", outcome=outcome)
    assert found == pytest.approx((70 / 90 + 1) / 2)


def test_faults_of_a_panels_labels_stand_in_the_order_of_lines(tmp_path):
    """A row with a cell too few is found before names are looked at."""
    path = tmp_path / "labels.tsv"
    path.write_text(f"sample_id\tancestry\nA\t{'x' * 65}\nB\nC\tx\nC\tx\n")
    with pytest.raises(GenostratError) as caught:
        read_panel_labels(path)
    lines = [problem.line for problem in caught.value.problems]
    assert lines == sorted(lines)
    assert lines[0] == 2
    assert 3 in lines


def test_codes_for_no_value_are_found_from_the_first_line_on():
    """One such number may be measured; two of a kind among none below 0 are codes."""
    cells = [f"{i}.5" for i in range(20)]
    cells[4], cells[7] = "-9", "-99"
    (problem,) = read_measure(table_of(x=cells), "x", is_told=False).problems
    assert problem.line == 6, "the header is the first line"
    assert problem.found == "-9 (line 6), -99 (line 9)"
    assert problem.what.startswith("2 of 20 values of x are -9 or -99, and no other")
    cells[7] = "7.5"
    meaning = read_measure(table_of(x=cells), "x", is_told=False)
    assert not meaning.problems
    assert meaning.warnings[0].startswith("1 of 20 values of x are -9, and no other")
    cells[7] = "-1"
    assert not read_measure(table_of(x=cells), "x", is_told=False).warnings


def test_decimal_commas_are_one_problem_that_begins_at_the_first():
    table = table_of(x=["1.5", "2,5", "3,5"], y=["0,1", "1", "2"], z=["1", "2", "3"])
    (problem,) = find_decimal_commas(table, ["z", "x", "y"])
    assert problem.what == "3 numbers have a decimal comma, in the columns x (2), y (1)"
    assert (problem.line, problem.column) == (3, "x")
    assert problem.found == "2,5 (line 3), 3,5 (line 4)"
    (problem,) = find_decimal_commas(table, ["y"])
    assert problem.what == "this number has a decimal comma"
    assert (problem.line, problem.found) == (2, "0,1")
    assert not list(find_decimal_commas(table, ["z"]))
