"""Reading files of a run that were damaged: never other numbers without a word."""

import random
import zipfile

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.tables import (
    read_arrays,
    read_json,
    read_lines,
    read_parquet,
    read_table,
    write_arrays,
    write_lines,
    write_parquet,
    write_table,
)

PCS = "qc/pcs.tsv"


@pytest.fixture
def table(tmp_path):
    frame = pd.DataFrame(
        {
            "sample_id": [f"P{i:02d}" for i in range(30)],
            "PC1": np.linspace(-1, 1, 30),
            "PC2": np.linspace(3, 4, 30),
        }
    )
    path = tmp_path / "pcs.tsv"
    write_table(path, frame, table=PCS)
    return path


def test_every_component_is_a_number(table):
    read = read_table(table, table=PCS)
    assert read.dtypes.iloc[1:].tolist() == [float, float]
    assert read_table(table, table=PCS, columns=["PC2"]).columns.tolist() == ["PC2"]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda t: t[:-1], "line 31.*without an end"),
        (lambda t: t[: t.rindex("\t")], "line 31.*2 cells where the first line has 3"),
        (lambda t: t.replace("P07\t", "P07", 1), "line 9.*2 cells"),
        (lambda t: t.replace("P07\t", "P07\t\t", 1), "line 9.*4 cells"),
        (lambda t: t.replace("\nP07", "\n\nP07", 1), "line 9.*1 cells"),
        (lambda t: t.replace("P07\t", '"P07\t', 1).replace("P09\t", 'P09"\t', 1), None),
        (lambda t: t.replace("PC1", "PCX", 1), "no column PC1"),
        (lambda t: t.replace("\t3\n", "\tabc\n", 1), "line 2.*column PC2 not a number"),
        (lambda _: "", "cut short"),
    ],
)
def test_a_damaged_table_is_named_with_its_line(table, damage, says):
    table.write_text(damage(table.read_text()))
    if says is None:
        # Nothing is quoted, so a quotation mark is a letter and no row is swallowed.
        assert len(read_table(table, table=PCS)) == 30
        return
    with pytest.raises(GenostratError, match=rf"(?s)pcs\.tsv.*{says}") as refused:
        read_table(table, table=PCS)
    assert "P07" not in str(refused.value)
    assert "abc" not in str(refused.value)


def test_no_cut_table_is_read_as_a_shorter_one_unless_it_ends_at_a_line(table):
    text = table.read_bytes()
    ends = {i + 1 for i, byte in enumerate(text) if byte == ord("\n")}
    for size in range(len(text)):
        table.write_bytes(text[:size])
        if size in ends:
            # Whole lines are left: only its checksum tells (see test_integrity.py).
            continue
        with pytest.raises(GenostratError):
            read_table(table, table=PCS)


def flips(path, read, *, n, seed):
    """Flip single bits; return how many were refused, harmless and silent."""
    data, chance = path.read_bytes(), random.Random(seed)
    whole = read(path)
    refused = harmless = silent = 0
    for _ in range(n):
        spoilt = bytearray(data)
        spoilt[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        try:
            same = equal(read(path), whole)
        except GenostratError:
            refused += 1
        else:
            harmless, silent = harmless + same, silent + (not same)
    path.write_bytes(data)
    return refused, harmless, silent


def equal(one, other):
    if isinstance(one, pd.DataFrame):
        return one.equals(other)
    return set(one) == set(other) and all(
        np.array_equal(one[name], other[name]) for name in other
    )


def test_no_flipped_bit_changes_a_matrix_without_a_word(tmp_path):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(80, 30)))
    frame.columns = [f"rna:g{i}" for i in range(30)]
    frame.insert(0, "sample_id", [f"P{i}" for i in range(80)])
    path = tmp_path / "features.parquet"
    write_parquet(path, frame, entry="profile/features.parquet")
    refused, _, silent = flips(path, read_parquet, n=1500, seed=2)
    # What pages hold is under their checksums; names of columns are in the footer.
    assert refused > 1200
    assert silent <= 15


def test_no_flipped_bit_changes_an_array_without_a_word(tmp_path):
    path = tmp_path / "space.npz"
    arrays = {"1": np.arange(400), "X": np.arange(7)}
    write_arrays(path, entry="genotypes/irregular.npz", **arrays)
    refused, _, silent = flips(path, read_arrays, n=600, seed=3)
    assert refused > 400
    assert silent == 0


def test_archives_and_records_that_are_none_are_named(tmp_path):
    for name, read in (("a.npz", read_arrays), ("a.parquet", read_parquet)):
        path = tmp_path / name
        for content in (b"", b"PAR1", b"PK\x03\x04" + bytes(50)):
            path.write_bytes(content)
            with pytest.raises(GenostratError, match=name):
                read(path)
        with pytest.raises(GenostratError, match="does not exist"):
            read(tmp_path / f"b{name}")
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("x.npy", "no array")
    with pytest.raises(GenostratError, match=r"b\.npz"):
        read_arrays(tmp_path / "b.npz")
    (tmp_path / "a.json").write_text('{"a": ')
    with pytest.raises(GenostratError, match=r"a\.json"):
        read_json(tmp_path / "a.json")


def test_lines_end_at_line_feeds_only(tmp_path):
    path = tmp_path / "keep.txt"
    odd = ["a\u2028b", "c\x0bd", "e\x85f"]
    write_lines(path, odd, entry="qc/keep.txt")
    assert read_lines(path) == odd
    path.write_text("a\nb")
    with pytest.raises(GenostratError, match="line 2"):
        read_lines(path)


def test_a_cell_that_would_break_a_table_is_not_written(tmp_path):
    frame = pd.DataFrame({"sample_id": ['a "quoted" one', "b"], "PC1": [1.0, 2.0]})
    path = tmp_path / "pcs.tsv"
    write_table(path, frame, table=PCS)
    assert read_table(path, table=PCS)["sample_id"].tolist() == ['a "quoted" one', "b"]
    for text in ("a\tb", "a\nb", "a\rb", "a\0b"):
        with pytest.raises(ValueError, match=r"column sample_id, row 1") as refused:
            write_table(path, frame.assign(sample_id=[text, "z"]), table=PCS)
        assert text not in str(refused.value)


def test_cells_are_read_as_they_were_written(tmp_path):
    # What parsers of tables are fond of: words for missing values, quotation marks,
    # numbers with zeros before them, a line of megabytes.
    texts = ["NA", "nan", "null", "#N/A", '"', '""', '"a', "007", " b ", "é", "'"]
    texts.append("x" * 9_000_000)
    frame = pd.DataFrame({"sample_id": texts, "PC1": 1.0})
    path = tmp_path / "pcs.tsv"
    write_table(path, frame, table=PCS)
    read = read_table(path, table=PCS)
    assert read["sample_id"].tolist() == sorted(texts)
    only = read_table(path, table=PCS, columns=["sample_id"])
    assert only.columns.tolist() == ["sample_id"]
    assert only["sample_id"].equals(read["sample_id"])


@pytest.mark.parametrize("cell", ["a\rb", "\r", "b\r"])
def test_a_carriage_return_parts_no_row(table, cell):
    table.write_text(table.read_text().replace("P07", cell), newline="")
    with pytest.raises(GenostratError, match="carriage return"):
        read_table(table, table=PCS)
