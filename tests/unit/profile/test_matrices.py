import gzip

import numpy as np
import pandas as pd
import pytest

from genostrat.errors import GenostratError
from genostrat.profile.matrices import read_matrix
from genostrat.sheets import matrices

IDS = ["001", "NA", "p3", "p4"]


def read(path, orientation="features_by_samples", ids=IDS):
    return read_matrix(path, name="rna", orientation=orientation, cohort_ids=ids)


def write(path, text):
    path.write_text(text)
    return path


def test_reads_both_orientations_alike_and_keeps_ids_as_text(tmp_path):
    values = np.arange(12.0).reshape(4, 3)
    frame = pd.DataFrame(values, index=IDS, columns=["g1", "g2", "g3"])
    frame.to_csv(tmp_path / "s.tsv", sep="\t")
    frame.T.to_csv(tmp_path / "f.tsv", sep="\t")
    with gzip.open(tmp_path / "f.tsv.gz", "wt") as stream:
        frame.T.to_csv(stream, sep="\t")
    frame.reset_index().to_parquet(tmp_path / "s.parquet")
    for name, orientation in [
        ("s.tsv", "samples_by_features"),
        ("f.tsv", "features_by_samples"),
        ("f.tsv.gz", "features_by_samples"),
        ("s.parquet", "samples_by_features"),
    ]:
        got = read(tmp_path / name, orientation)
        assert got.index.tolist() == IDS
        assert got.columns.tolist() == ["g1", "g2", "g3"]
        assert np.array_equal(got.to_numpy(), values)


def test_rows_follow_the_cohort_and_strangers_are_left_out(tmp_path):
    path = write(tmp_path / "m.tsv", "id\tp4\tother\tp3\ng\t1\t2\t3\n")
    got = read(path)
    assert got.index.tolist() == ["p3", "p4"]
    assert got["g"].tolist() == [3, 1]


def test_missing_values_in_every_common_spelling(tmp_path):
    path = write(tmp_path / "m.tsv", "id\tp3\tp4\na\tNA\t1\nb\t\tNaN\nc\t.\tn/a\n")
    assert np.isnan(read(path).to_numpy()).sum() == 5


def test_header_without_corner_as_r_writes_it(tmp_path):
    path = write(tmp_path / "m.tsv", "p3\tp4\ng1\t1\t2\ng2\t3\t4\n")
    assert read(path).loc["p4"].tolist() == [2, 4]


def test_names_quoted_as_r_quotes_them_but_not_a_name_with_a_quote(tmp_path):
    path = write(tmp_path / "m.tsv", '"p3"\t"p4"\n"g1"\t1\t2\n"g2"\t3\t4\n')
    assert read(path).columns.tolist() == ["g1", "g2"]
    path = write(tmp_path / "m.tsv", 'id\tp3\n"g1"\t1\ng"2\t3\n')
    assert read(path).columns.tolist() == ["g1", 'g"2']


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_bad_cells_are_named_with_line_column_and_content(tmp_path, suffix):
    text = "id\tp3\tp4\ng1\t1\t2,5\ng2\tabove\t3\n"
    path = tmp_path / f"m.tsv{suffix}"
    path.write_bytes(gzip.compress(text.encode()) if suffix else text.encode())
    with pytest.raises(GenostratError) as caught:
        read(path)
    first, second = caught.value.problems
    assert (first.line, first.column, first.found) == (2, 3, "2,5")
    assert (second.line, second.column, second.found) == (3, 2, "above")


def test_ragged_line_is_named(tmp_path):
    path = write(tmp_path / "m.tsv", "id\tp3\tp4\ng1\t1\t2\ng2\t1\t2\t3\n")
    with pytest.raises(GenostratError, match="line 3"):
        read(path)


def test_short_line_is_not_filled_with_missing_values(tmp_path):
    path = write(tmp_path / "m.tsv", "id\tp3\tp4\ng1\t1\t2\ng2\t1\n")
    with pytest.raises(GenostratError, match="line 3"):
        read(path)


def test_infinite_values_are_refused_with_their_place(tmp_path):
    path = write(tmp_path / "m.tsv", "id\tp3\tp4\ng1\t1\t2\ng2\t-Inf\t3\n")
    with pytest.raises(GenostratError) as caught:
        read(path)
    assert [(p.line, p.column) for p in caught.value.problems] == [(3, 2)]


def test_repeats_are_named_by_place_not_by_patient(tmp_path):
    path = write(tmp_path / "m.tsv", "id\tp3\tp3\tp4\ng1\t1\t2\t3\ng1\t1\t2\t3\n")
    with pytest.raises(GenostratError) as caught:
        read(path)
    text = str(caught.value)
    assert "columns 2, 3" in text
    assert "lines 2, 3" in text
    assert "p3" not in text


def test_transposed_matrix_is_recognised(tmp_path):
    path = write(tmp_path / "m.tsv", "id\tg1\tg2\np3\t1\t2\np4\t3\t4\n")
    with pytest.raises(GenostratError, match="orientation: samples_by_features"):
        read(path)


@pytest.mark.parametrize(
    ("header", "hint"),
    [("P3\tP4", "case"), ("X001\tq", "puts before a number"), ("1\tq", "zeros")],
)
def test_no_overlap_names_the_near_miss(tmp_path, header, hint):
    path = write(tmp_path / "m.tsv", f"id\t{header}\ng1\t1\t2\n")
    with pytest.raises(GenostratError, match=hint):
        read(path)


def test_parquet_with_text_column_is_refused(tmp_path):
    frame = pd.DataFrame({"id": ["g1"], "p3": ["high"], "p4": [1.0]})
    frame.to_parquet(tmp_path / "m.parquet")
    with pytest.raises(GenostratError, match="not numeric"):
        read(tmp_path / "m.parquet")


def joined(mark):
    """Return a matrix whose header has lost the tab between two patients."""
    head = "gene\t001\tNA\tp3\tp4".replace("p3\tp4", f"p3{mark}p4")
    rows = "".join(f"g{i}\t{i}.1\t{i}.2\t{i}.3\t{i}.4\n" for i in range(5))
    return f"{head}\n{rows}"


@pytest.mark.parametrize("mark", [" ", "", "\r", "\x1f", ";"])
def test_two_names_that_were_joined_shift_no_patient(tmp_path, mark):
    """One name less is what R writes: patients would get their neighbours' values."""
    path = write(tmp_path / "m.tsv", "")
    path.write_bytes(joined(mark).encode())
    with pytest.raises(GenostratError, match=r"one name less|cannot be seen"):
        read(path)


def test_without_a_word_over_the_names_the_first_must_be_a_patient(tmp_path):
    path = write(tmp_path / "m.tsv", joined(" ").replace("gene", "ENSG_name"))
    with pytest.raises(GenostratError, match="is no patient's"):
        read(path)
    path.write_text("001\tNA\ng1\t1\t2\ng2\t3\t5\n")
    assert read(path).loc["001"].tolist() == [1, 3]
    # Names of features may be any, but for those of corners.
    path.write_text("g1\tg2\n001\t1\t2\nNA\t3\t5\n")
    assert read(path, "samples_by_features").loc["NA"].tolist() == [3, 5]
    path.write_text("sample_id\tg1 g2\n001\t1\t2\nNA\t3\t5\n")
    with pytest.raises(GenostratError, match="that of a corner"):
        read(path, "samples_by_features")


@pytest.mark.parametrize(
    ("names", "column", "said"),
    [
        (["g1", None], "001", "a row has no name"),
        (["g1", "g\x1b2"], "001", "cannot be seen"),
        (["g1", "g2"], "0\r01", "cannot be seen"),
        (["g1", "x" * 1001], "001", "more than 1000 characters"),
        (["g1", "g2"], "0" * 1001, "more than 1000 characters"),
    ],
)
def test_names_of_parquet_are_held_to_what_those_of_text_are(
    tmp_path, names, column, said
):
    frame = pd.DataFrame({"gene": names, column: [1.0, 2.0], "p3": [3.0, 4.0]})
    frame.to_parquet(tmp_path / "m.parquet")
    with pytest.raises(GenostratError, match=said):
        read(tmp_path / "m.parquet")
    if None not in names:
        frame.to_csv(tmp_path / "m.tsv", sep="\t", index=False, quoting=3)
        with pytest.raises(GenostratError):
            read(tmp_path / "m.tsv")


def test_more_rows_than_any_matrix_has_are_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(matrices, "MAX_ROWS", 3)
    frame = pd.DataFrame({"gene": list("abcd"), "001": [1.0, 2.0, 3.0, 5.0]})
    frame.to_parquet(tmp_path / "m.parquet")
    frame.to_csv(tmp_path / "m.tsv", sep="\t", index=False)
    for name in ("m.parquet", "m.tsv"):
        with pytest.raises(GenostratError, match="more than 3 rows"):
            read(tmp_path / name)
