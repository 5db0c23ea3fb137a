"""Where a matrix is at fault: messages lead to the line and column, and count all."""

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.sheets.faults import SHOWN
from genostrat.sheets.gene_sets import read_gene_sets
from genostrat.sheets.matrices import MAX_NAME, read_raw_matrix

FORMS = ["tsv", "parquet"]


def write(folder, frame, form):
    """Write a matrix whose first column names its rows."""
    path = folder / f"m.{form}"
    if form == "tsv":
        frame.to_csv(path, sep="\t", index=False)
    else:
        frame.to_parquet(path, index=False)
    return path


def refused(path):
    with pytest.raises(GenostratError) as caught:
        read_raw_matrix(path)
    (problem,) = caught.value.problems
    return problem


def matrix(n_rows=4, n_columns=3):
    values = np.arange(float(n_rows * n_columns)).reshape(n_rows, n_columns)
    frame = pd.DataFrame(values, columns=[f"g{i}" for i in range(n_columns)])
    frame.insert(0, "id", [f"p{i}" for i in range(n_rows)])
    return frame


@pytest.mark.parametrize("form", FORMS)
def test_a_matrix_is_read_as_it_stands(tmp_path, form):
    found = read_raw_matrix(write(tmp_path, matrix(), form))
    assert found.rows == ["p0", "p1", "p2", "p3"]
    assert found.columns == ["g0", "g1", "g2"]
    assert found.values.tolist() == np.arange(12.0).reshape(4, 3).tolist()
    assert found.corner == "id"
    assert found.has_corner


@pytest.mark.parametrize(("row", "column"), [(0, 0), (1, 2), (3, 1)])
@pytest.mark.parametrize("form", FORMS)
def test_an_infinite_value_is_named_by_line_and_column(tmp_path, form, row, column):
    frame = matrix()
    frame.iloc[row, column + 1] = -np.inf
    problem = refused(write(tmp_path, frame, form))
    # Of Parquet the rows are counted, of text the lines with the header.
    assert problem.line == row + (2 if form == "tsv" else 1)
    assert problem.column == column + 2
    assert "-inf" in problem.found


@pytest.mark.parametrize("n", [SHOWN, SHOWN + 1, SHOWN + 30])
def test_infinite_values_are_all_counted_and_some_are_shown(tmp_path, n):
    frame = matrix(n_rows=n)
    frame["g1"] = np.inf
    problem = refused(write(tmp_path, frame, "parquet"))
    assert f"in {n} cells" in problem.what
    assert problem.found.count("(line ") == SHOWN
    rest = n - SHOWN
    assert problem.found.endswith(f" and {rest} more" if rest else ")")


@pytest.mark.parametrize("row", [0, 2])
def test_a_row_without_a_name_is_found(tmp_path, row):
    frame = matrix()
    frame.loc[row, "id"] = None
    problem = refused(write(tmp_path, frame, "parquet"))
    assert problem.what == "a row has no name"
    assert (problem.line, problem.column) == (row + 1, 1)


def test_a_column_of_another_kind_is_found(tmp_path):
    frame = matrix().assign(g1="x", g2=True)
    problem = refused(write(tmp_path, frame[["id", "g0", "g2"]], "parquet"))
    assert problem.what == "a column is not numeric"
    assert (problem.column, problem.found) == (3, "bool")
    problem = refused(write(tmp_path, frame[["id", "g0", "g1", "g2"]], "parquet"))
    assert problem.what == "2 columns are not numeric"
    assert problem.column == 3


def test_names_of_rows_may_be_whole_numbers_and_no_others(tmp_path):
    frame = matrix().assign(id=[7, 8, 9, 10])
    assert read_raw_matrix(write(tmp_path, frame, "parquet")).rows == [*"789", "10"]
    problem = refused(write(tmp_path, frame.assign(id=0.5), "parquet"))
    assert "holds numbers, not IDs" in problem.what
    assert problem.column == "id"


def test_the_index_of_a_frame_is_the_names_of_its_rows(tmp_path):
    frame = matrix().set_index("id")
    frame.index.name = None
    frame.to_parquet(tmp_path / "m.parquet")
    found = read_raw_matrix(tmp_path / "m.parquet")
    assert found.rows == ["p0", "p1", "p2", "p3"]
    assert found.corner == ""
    assert found.columns == ["g0", "g1", "g2"]


@pytest.mark.parametrize(("n_rows", "n_columns"), [(0, 3), (4, 0)])
def test_a_matrix_has_a_row_and_a_column(tmp_path, n_rows, n_columns):
    problem = refused(write(tmp_path, matrix(n_rows, n_columns), "parquet"))
    assert "no rows or columns" in problem.what
    assert read_raw_matrix(write(tmp_path, matrix(1, 1), "parquet")).values.size == 1


def test_a_column_name_that_is_no_text_is_damage(tmp_path):
    path = write(tmp_path, matrix().rename(columns={"g1": "WXYZ"}), "parquet")
    path.write_bytes(path.read_bytes().replace(b"WXYZ", b"W\xff\xfeZ"))
    problem = refused(path)
    assert "damaged" in problem.what
    assert "iconv" not in str(problem.fix)


@pytest.mark.parametrize("form", FORMS)
def test_a_name_has_up_to_a_thousand_characters(tmp_path, form):
    frame = matrix()
    frame.loc[1, "id"] = "x" * MAX_NAME
    fine = frame.rename(columns={"g2": "y" * MAX_NAME})
    assert len(read_raw_matrix(write(tmp_path, fine, form)).rows[1]) == MAX_NAME
    wrong = frame.rename(columns={"g1": "y" * (MAX_NAME + 1)})
    wrong.loc[3, "id"] = "x" * (MAX_NAME + 1)
    problem = refused(write(tmp_path, wrong, form))
    assert problem.what.startswith(f"2 names of the matrix have more than {MAX_NAME}")
    assert problem.found == "column 3, row 4"


@pytest.mark.parametrize(
    ("text", "line", "found", "what"),
    [
        ("id\ta\tb\np\t1\nq\t1\t2\n", 2, "2 cells under a header of 3", "equally many"),
        ("id\ta\np\t1\nq\t1\t2\n", 3, "3 cells", "longer or shorter"),
        ("id\ta\np\t1\n\nq\t1\n", 3, "1 cells", "longer or shorter"),
        ("id\ta\np\t1\nq\tx\n", 3, "x", "not a number"),
        ("id\ta\tb\np\t1\t2,5\n", 2, "2,5", "decimal comma"),
        ("id\ta\tb\np\t1\tTRUE\n", 2, "TRUE", "true or false"),
    ],
)
def test_a_faulty_line_of_text_is_named(tmp_path, text, line, found, what):
    (tmp_path / "m.tsv").write_text(text)
    problem = refused(tmp_path / "m.tsv")
    assert what in problem.what
    assert (problem.line, problem.found) == (line, found)


def test_a_header_without_its_corner_is_read_and_blank_lines_at_the_end(tmp_path):
    (tmp_path / "m.tsv").write_text('"a"\t"b"\n"p"\t1\tNA\n"q"\t-2e3\t4\n\n\n')
    found = read_raw_matrix(tmp_path / "m.tsv")
    assert (found.rows, found.columns) == (["p", "q"], ["a", "b"])
    assert not found.has_corner
    assert found.values[:, 0].tolist() == [1, -2000]
    assert np.isnan(found.values[0, 1])


@pytest.mark.parametrize(
    ("line", "found"), [("B", "1 columns"), ("B\tx", "2 columns"), ("B\tx\t\t", "4 co")]
)
def test_a_gene_set_without_genes_is_told_its_columns(tmp_path, line, found):
    (tmp_path / "a.gmt").write_text(f"A\tx\tTP53\n{line}\n")
    with pytest.raises(GenostratError) as caught:
        read_gene_sets(tmp_path / "a.gmt")
    (problem,) = caught.value.problems
    assert problem.found.startswith(found)
