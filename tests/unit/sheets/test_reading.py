"""The one reader of what people give: nothing vanishes, nothing is read as another."""

import gzip
import math
import os
import random
import re
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genostrat import cells
from genostrat.errors import GenostratError
from genostrat.profile.matrices import open_matrix
from genostrat.sheets import matrices, texts
from genostrat.sheets.clinical import Request, read_sheet
from genostrat.sheets.faults import CellFaults
from genostrat.sheets.gene_map import read_gene_map
from genostrat.sheets.gene_sets import read_gene_sets
from genostrat.sheets.matrices import read_raw_matrix
from genostrat.sheets.overrides import read_overrides
from genostrat.sheets.panel import read_panel_labels
from genostrat.sheets.rows import read_rows, split_rows
from genostrat.sheets.score_files import read_score

#: Anything a cell may hold that is no tab and no end of line.
CELL = st.text(
    st.characters(blacklist_characters="\t\n\r\0", blacklist_categories=["Cs"]),
    max_size=8,
)

READERS = {
    "sheet": lambda path: read_sheet(path, Request(unknown_columns="ignore")),
    "overrides": lambda path: read_overrides(path, samples=["a"]),
    "labels": read_panel_labels,
    "gene sets": read_gene_sets,
    "gene map": read_gene_map,
    "score": lambda path: read_score(path, build="GRCh38"),
    "matrix": read_raw_matrix,
}
WHOLE = {
    "sheet": "sample_id\tage\na\t1\nb\t2\n",
    "overrides": "sample_id\tdecision\treason\twho\na\tkeep\tfine\tlab\n",
    "labels": "sample_id\tancestry\n"
    + "".join(f"s{i}\t{('EUR', 'EAS')[i % 2]}\n" for i in range(24)),
    "gene sets": "A\tx\tTP53\n",
    "gene map": "chrom\tstart\tend\tgene\n1\t5\t9\tTP53\n",
    "score": "#pgs_id=X\n#genome_build=GRCh38\nchr_name\tchr_position\teffect_allele"
    "\teffect_weight\n1\t5\tA\t0.1\n",
    "matrix": "\ta\tb\ng1\t1\t2\ng2\t3\t4\n",
}


def problems_of(reader, path):
    """Return the problems of a file; None where it is read."""
    try:
        reader(path)
    except GenostratError as error:
        return error.problems
    return None


# Rows in are rows out ----------------------------------------------------------


@given(
    st.integers(2, 5).flatmap(
        lambda width: st.lists(
            st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=8
        )
    )
)
@settings(max_examples=300, deadline=None)
def test_every_line_is_a_row_a_comment_blank_or_a_problem(rows):
    text = "\n".join("\t".join(row) for row in rows)
    lines = text.split("\n")
    n_blank = sum(not line.strip() for line in lines)
    try:
        found = split_rows(text, path="f", what="the file")
    except GenostratError as error:
        if "is empty" in str(error):
            n_comments = sum(line.startswith("#") for line in lines)
            assert n_comments + n_blank == len(lines)
        return
    ragged = sum(len(row) != len(found.header) for row in rows if any(row))
    n_out = len(found.rows) + len(found.comments) + n_blank + 1
    assert n_out + ragged >= len(lines)
    for line, row in found.rows:
        as_it_stands = [cells.even_spaces(cell) for cell in rows[line - 1]]
        for got, cell in zip(row, as_it_stands, strict=True):
            assert got in (cell, cell[1:-1].strip())


def test_a_quote_swallows_nothing(tmp_path):
    rows = [f"P{i:02}\t{'M' if i % 2 else 'F'}\taspirin" for i in range(60)]
    rows[7] += '"'
    rows[3] = rows[3].replace("aspirin", '"aspirin')
    path = tmp_path / "sheet.tsv"
    path.write_text("\n".join(["sample_id\tsex\tmedications", *rows]))
    sheet = read_sheet(path, Request())
    assert len(sheet.frame) == 60
    assert sheet.frame["medications"].tolist()[3] == '"aspirin'
    assert "in 2 rows a cell begins or ends with a quotation mark" in sheet.warnings[0]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("packed", [False, True])
def test_line_ends_and_encodings_of_every_program_are_read(
    tmp_path, end, encoding, packed
):
    path = tmp_path / "sheet"
    data = end.join(["sample_id\tcentre", "a\tMünchen", "b\tÎle"]).encode(encoding)
    path.write_bytes(gzip.compress(data) if packed else data)
    frame = read_sheet(path, Request()).frame
    assert frame["centre"].tolist() == ["München", "Île"]


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u200b"])
def test_other_characters_that_end_lines_for_python_end_none_here(tmp_path, mark):
    path = tmp_path / "sheet.tsv"
    path.write_text(f"sample_id\tcentre\na\tx{mark}y\nb\tz\n", encoding="utf-8")
    with pytest.raises(GenostratError) as caught:
        read_sheet(path, Request())
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (2, "centre")
    assert "control character or an invisible one" in problem.what


def test_spaces_of_every_width_are_spaces(tmp_path):
    path = tmp_path / "sheet.tsv"
    path.write_text("sample_id\tcentre\n\u00a0a \tSt.\u00a0James\n", encoding="utf-8")
    row = read_sheet(path, Request()).frame.loc[0]
    assert (row["sample_id"], row["centre"]) == ("a", "St. James")


# Damage and size ---------------------------------------------------------------


@pytest.mark.parametrize("kind", READERS)
def test_whole_files_are_read_packed_or_not(tmp_path, kind):
    for name, data in {
        "a": WHOLE[kind].encode(),
        "a.gz": gzip.compress(WHOLE[kind].encode()),
        "gz-without-suffix": gzip.compress(WHOLE[kind].encode()),
    }.items():
        (tmp_path / name).write_bytes(data)
        READERS[kind](tmp_path / name)


@pytest.mark.parametrize("kind", READERS)
def test_damaged_archives_are_a_message_with_the_file(tmp_path, kind):
    whole = gzip.compress(WHOLE[kind].encode() * 40, mtime=0)
    rng = random.Random(1)
    damaged = [whole[: len(whole) // 2], whole[:12], whole[:3], whole + b"PK\x03\x04"]
    for _ in range(60):
        data = bytearray(whole)
        data[rng.randrange(10, len(data))] ^= 1 << rng.randrange(8)
        damaged.append(bytes(data))
    for data in damaged:
        path = tmp_path / "a.gz"
        path.write_bytes(data)
        problems = problems_of(READERS[kind], path)
        assert all(problem.file is not None for problem in problems or ())
        if problems is None:
            # A bit of the header's flags or time may be turned without harm.
            assert gzip.decompress(data) == gzip.decompress(whole)


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda p: os.mkfifo(p), "not a regular file"),
        (lambda p: p.mkdir(), "not a regular file"),
        (lambda p: None, "cannot be read"),
        (lambda p: p.write_bytes(b""), "empty|has no|is missing"),
        (lambda p: p.write_bytes(b"a\0b\tc\n"), "NUL bytes"),
        (lambda p: p.write_bytes(b"sample_id\tx\n\xff\xfe\ta\n"), "not UTF-8|no rows"),
        (lambda p: p.write_bytes(b"PK\x03\x04" + b"x" * 40), "zip archive"),
        (lambda p: p.write_bytes(b"\xfd7zXZ\x00" + b"x" * 40), "xz archive"),
        (lambda p: p.write_bytes(b"PAR1" + b"x" * 40), "a Parquet file"),
    ],
)
def test_what_is_no_text_file_is_named(tmp_path, kind, make, words):
    path = tmp_path / "given"
    make(path)
    with pytest.raises(GenostratError) as caught:
        READERS[kind](path)
    assert re.search(words, str(caught.value))
    assert all(problem.file == path for problem in caught.value.problems)


@pytest.mark.parametrize("kind", READERS)
def test_bombs_are_stopped_at_a_limit(tmp_path, monkeypatch, kind):
    for name, value in {
        "MAX_TEXT": 2**16,
        "MAX_TABLE": 2**16,
        "MAX_LINE": 2**12,
    }.items():
        monkeypatch.setattr(texts, name, value)
        monkeypatch.setattr(f"genostrat.sheets.gene_sets.{name}", value, raising=False)
    monkeypatch.setattr(matrices, "read_lines", _limited_lines)
    for module in ("rows", "gene_map", "score_files"):
        monkeypatch.setattr(f"genostrat.sheets.{module}.read_text", _limited_text)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(WHOLE[kind].encode() + b"x" * 2**24))
    with pytest.raises(GenostratError, match=r"more than|longer than"):
        READERS[kind](path)


def _limited_lines(path, what):
    return texts.read_lines(path, what, limit=2**16, longest=2**12)


def _limited_text(path, what, limit=None):
    return texts.read_text(path, what, limit=2**16)


def test_a_decoder_may_raise_whatever_it_likes(tmp_path):
    for error in (KeyError("x"), zlib.error("bad"), MemoryError(), AssertionError()):
        with (
            pytest.raises(GenostratError, match="damaged"),
            texts.reading(tmp_path, "the file"),
        ):
            raise error
    with (
        pytest.raises(KeyboardInterrupt),
        texts.reading(tmp_path, "the file"),
    ):
        raise KeyboardInterrupt


# Numbers -----------------------------------------------------------------------


@given(st.text(max_size=8))
@settings(max_examples=500, deadline=None)
def test_no_text_but_a_decimal_number_is_one(text):
    value = cells.parse_number(text)
    if not math.isnan(value):
        assert text.isascii()
        assert "_" not in text
        assert value == float(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_number_is_read_as_it_was_written(value):
    assert cells.parse_number(repr(value)) == value


@given(st.text("0123456789+-.eE", min_size=1, max_size=7))
@settings(max_examples=500, deadline=None)
def test_the_fast_way_through_a_matrix_reads_what_the_slow_one_does(text):
    """Cells of plain characters are parsed in blocks, others one by one."""
    faults = matrices._Faults("f")
    lines = [(2, f"1\t{text}".encode()), (3, b"2\t3")]
    block = matrices._read_block(lines, faults)
    expected = math.nan if text == "." else cells.parse_number(text)
    if math.isnan(expected) and text != ".":
        assert faults.cells or math.isinf(block[0, 1])
    else:
        assert np.array_equal(block, [[1, expected], [2, 3]], equal_nan=True)


# Matrices ----------------------------------------------------------------------


def read(path, ids=("a", "b"), orientation="features_by_samples"):
    return open_matrix(
        path, name="rna", orientation=orientation, cohort_ids=list(ids)
    ).frame


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (",a,b\ng,1,2\n", "separated by commas"),
        (";a;b\ng;1,5;2,5\n", r'sep=";", decimal=","'),
        ("#1.2\n1\t2\nName\tDescription\ta\tb\ng\tx\t1\t2\n", "cut -f1,3-"),
        ("\ta\tb\ng\t1\tTrue\n", "true or false"),
        ("\ta\tb\ng\t1\t1_0\n", "not a number"),
        ("\ta\tb\ng\t1\t٣\n", "not a number"),
        ("\ta\tb\ng\t1\t1e999\n", "infinite"),
        ("\ta\tb\ng\t1\tInf\n", "infinite"),
        ("\ta\tb\n\ng\t1\t2\n", "longer or shorter"),
        ("\ta\tb\n=x\t1\t2\n", "begin as a formula does"),
        ("\ta\tb\ng\x1b[31m\t1\t2\n", "cannot be seen"),
        ("\ta\tb\n", "has no rows"),
    ],
)
def test_matrices_in_other_forms_are_refused_with_the_cure(tmp_path, text, words):
    path = tmp_path / "m.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(GenostratError) as caught:
        read(path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a\tb\ng\t1\t2\nh\t3\t4\n",
        '"a"\t"b"\n"g"\t1\t2\n"h"\t3\t4\n',
        "\ta\tb\r\ng\t1\t2\r\nh\t3\t4",
        "id\ta\tb\ng\t 1\t2 \nh\t3\t4\n\n\n",
        "id\ta\tb\ng\t1.0\t+2\nh\t3e0\t04.\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_matrices_as_programs_write_them(tmp_path, text, encoding):
    path = tmp_path / "m.tsv"
    path.write_bytes(text.encode(encoding))
    frame = read(path)
    assert frame.to_numpy().tolist() == [[1, 3], [2, 4]]
    assert list(frame.columns) == ["g", "h"]


def test_thousands_of_bad_cells_are_one_problem(tmp_path):
    path = tmp_path / "m.tsv"
    rows = [f"g{i}\t{i},5\t{i}" for i in range(3000)]
    path.write_text("\n".join(["\ta\tb", *rows]))
    with pytest.raises(GenostratError) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert problem.what == "a number has a decimal comma, in 3000 cells"
    assert "0,5 (line 2, column 2)" in problem.found


def test_blocks_of_a_large_matrix_are_joined_in_order(tmp_path, monkeypatch):
    monkeypatch.setattr(matrices, "_BLOCK", 64)
    values = np.random.default_rng(1).normal(size=(50, 4)).round(4)
    values[7, 2] = np.nan
    path = tmp_path / "m.tsv"
    rows = [
        "\t".join([f"g{i}", *("NA" if np.isnan(v) else str(v) for v in row)])
        for i, row in enumerate(values)
    ]
    path.write_text("\n".join(["\ta\tb\tc\td", *rows]))
    assert np.array_equal(read_raw_matrix(path).values, values, equal_nan=True)


@pytest.mark.parametrize("damage", ["cut", "flips", "empty", "other"])
def test_damaged_parquet_is_a_message(tmp_path, damage):
    import pandas as pd

    path = tmp_path / "m.parquet"
    frame = pd.DataFrame({"id": [f"g{i}" for i in range(99)], "a": 1.5, "b": 2.0})
    frame.to_parquet(path, index=False)
    whole = path.read_bytes()
    rng = random.Random(3)
    cases = {
        "cut": [whole[:n] for n in range(0, len(whole), 97)],
        "empty": [b""],
        "other": [b"PAR1PAR1", b"x" * 100, gzip.compress(b"\ta\tb\ng\t1\t2\n")],
        "flips": [_flipped(whole, rng) for _ in range(150)],
    }
    for data in cases[damage]:
        path.write_bytes(data)
        problems = problems_of(read, path)
        assert all(problem.file is not None for problem in problems or ())


def _flipped(data, rng):
    data = bytearray(data)
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def test_flags_in_parquet_are_no_numbers(tmp_path):
    import pandas as pd

    pd.DataFrame({"id": ["g"], "a": [True], "b": [1.0]}).to_parquet(
        tmp_path / "m.parquet"
    )
    with pytest.raises(GenostratError, match="not numeric"):
        read(tmp_path / "m.parquet")


def test_faults_are_counted_by_kind_and_column():
    faults = CellFaults("f")
    for line in range(2, 12):
        faults.add("odd", column="x", line=line, found=str(line))
    faults.add("odd", column="y", line=3, found="z")
    many, one = faults.problems()
    assert many.what == "odd, in 10 cells"
    assert many.found == (
        "2 (line 2), 3 (line 3), 4 (line 4), 5 (line 5), 6 (line 6) and 5 more"
    )
    assert (one.line, one.column, one.found) == (3, "y", "z")


def test_a_file_with_a_header_only_says_so(tmp_path):
    (tmp_path / "f").write_text("# nothing\n\n")
    with pytest.raises(GenostratError, match="the file is empty"):
        read_rows(tmp_path / "f", what="the file")
