"""Gene sets in GMT files: what is read, and what is refused."""

import gzip

import pytest

from genostrat.errors import GenostratError
from genostrat.sheets import gene_sets
from genostrat.sheets.gene_sets import read_all_gene_sets, read_gene_sets


def write(path, text):
    path.write_bytes(text.encode())
    return path


def test_sets_are_read_in_the_order_of_the_file(tmp_path):
    path = write(
        tmp_path / "a.gmt",
        "# a comment\nB set\thttp://x\tTP53\tBRCA1\tTP53\t\n\nA\t\tHLA-A\r\n",
    )
    assert list(read_gene_sets(path).items()) == [
        ("B set", ["TP53", "BRCA1"]),
        ("A", ["HLA-A"]),
    ]


@pytest.mark.parametrize(
    ("line", "place", "what"),
    [
        ("B\tx", "line 2", "has no genes"),
        ("B", "line 2", "has no genes"),
        ("B x TP53", "line 2", "has no genes"),
        ("B\tx\t\t", "line 2", "has no genes"),
        ("\tx\tTP53", "line 2, column 1", "name of a gene set"),
        ("B\x1b\tx\tTP53", "line 2, column 1", "name of a gene set"),
        ("=cmd()\tx\tTP53", "line 2, column 1", "name of a gene set"),
        ("A\tx\tTP53", "line 2, column 1", "stands twice"),
        ("B\tx\tTP53\ta b", "line 2, column 4", "cannot be a gene"),
        ("B\tx\tTP53,1.0", "line 2, column 3", "cannot be a gene"),
        ("B\tx\t" + "G" * 65, "line 2, column 3", "cannot be a gene"),
    ],
)
def test_what_is_no_set_is_told_where(tmp_path, line, place, what):
    path = write(tmp_path / "a.gmt", f"A\tx\tTP53\n{line}\n")
    with pytest.raises(GenostratError) as caught:
        read_gene_sets(path)
    assert what in str(caught.value)
    assert f"a.gmt, {place}" in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"# only\n", b"A\tx\t\xff\n", b"A\tx\tG\0\n"])
def test_what_is_no_gmt_file_is_refused(tmp_path, data):
    (tmp_path / "a.gmt").write_bytes(data)
    with pytest.raises(GenostratError, match="gene sets"):
        read_gene_sets(tmp_path / "a.gmt")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_packed_files_and_any_end_of_line_are_read(tmp_path, end):
    text = f"<b>A</b>\tx\tTP53{end}B\t\tBRCA1\tTP53{end}"
    expected = {"<b>A</b>": ["TP53"], "B": ["BRCA1", "TP53"]}
    assert read_gene_sets(write(tmp_path / "a.gmt", text)) == expected
    (tmp_path / "a.gmt.gz").write_bytes(gzip.compress(text.encode()))
    assert read_gene_sets(tmp_path / "a.gmt.gz") == expected


def test_a_packed_file_that_is_broken_or_too_large_is_refused(tmp_path, monkeypatch):
    whole = gzip.compress(b"A\tx\tTP53\n")
    for number, data in enumerate([whole[:-9], whole[:12] + b"x" * 30]):
        path = tmp_path / f"{number}.gmt.gz"
        path.write_bytes(data)
        with pytest.raises(GenostratError, match="damaged or cut short"):
            read_gene_sets(path)
    monkeypatch.setattr(gene_sets, "MAX_TEXT", 5)
    (tmp_path / "a.gmt.gz").write_bytes(whole)
    with pytest.raises(GenostratError, match="more than 5 bytes"):
        read_gene_sets(tmp_path / "a.gmt.gz")


def test_all_faults_of_all_files_come_at_once(tmp_path):
    files = [
        write(tmp_path / "a.gmt", "A\tx\tTP53\n"),
        write(tmp_path / "b.gmt", "B\tx\nC\tx\tG 1\n"),
        write(tmp_path / "c.gmt", "A\tx\tTP53\n"),
    ]
    with pytest.raises(GenostratError, match="3 problems") as caught:
        read_all_gene_sets(files)
    assert "two gene sets are called 'A'" in str(caught.value)
    assert read_all_gene_sets(files[:1]) == {"A": ["TP53"]}
    assert read_all_gene_sets([]) == {}
