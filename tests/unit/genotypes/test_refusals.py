"""Files that must be refused, whatever way they reach the reader."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from damaged_vcf import (
    BAD_CELLS,
    BAD_LINES,
    DAMAGES,
    GOOD,
    ODD_CELLS,
    bad_record,
    with_lines,
)
from hostile_vcf import compose, full_records
from oracle_comparison import differences, parse_text, read_with_genostrat, refusal
from vcf_files import simple_records
from vcf_routes import STREAMED, bgzf, index_file, write_route

from genostrat.errors import GenostratError

HOME = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("route", STREAMED)
def test_a_file_without_records_is_refused(tmp_path, route):
    path = write_route(route, compose([]), tmp_path)
    assert path.name in refusal([path], tmp_path / "out")


@pytest.mark.parametrize("route", ["tbi", "plain"])
@pytest.mark.parametrize("name", BAD_CELLS)
def test_a_record_that_htslib_would_bend_is_refused(tmp_path, name, route):
    try:
        path = write_route(route, bad_record(name), tmp_path)
    except OSError:
        pytest.skip("no index can be made of it")
    said = refusal([path], tmp_path / "out")
    assert path.name in said
    if BAD_CELLS[name][0] != 1:
        assert "150" in said, said


@pytest.mark.parametrize("route", ["tbi", "gzip"])
@pytest.mark.parametrize("name", ODD_CELLS)
def test_an_odd_record_is_refused_or_read_as_htslib_reads_it(tmp_path, name, route):
    data = bad_record(name)
    try:
        path = write_route(route, data, tmp_path)
    except OSError:
        pytest.skip("no index can be made of it")
    try:
        ours = read_with_genostrat([path], tmp_path / "out", judge=True)
    except GenostratError:
        return
    assert not differences(ours, parse_text(data))


@pytest.mark.parametrize("route", ["tbi", "stream", "plain"])
@pytest.mark.parametrize("name", BAD_LINES)
def test_lines_that_make_no_sense_are_refused(tmp_path, name, route):
    try:
        path = write_route(route, BAD_LINES[name](), tmp_path)
    except OSError:
        pytest.skip("no index can be made of it")
    assert path.name in refusal([path], tmp_path / "out")


@pytest.mark.parametrize("line", ["1", "chr1"])
def test_a_line_that_ends_after_its_contig_does_not_hang(tmp_path, line):
    path = write_route("plain", with_lines(GOOD, line), tmp_path)
    code = (
        "import sys; from oracle_comparison import read_with_genostrat as read\n"
        "from genostrat.errors import GenostratError\n"
        "try: read([sys.argv[1]], sys.argv[2])\n"
        "except GenostratError: sys.exit(7)"
    )
    words = [sys.executable, "-c", code, str(path), str(tmp_path / "out")]
    paths = os.pathsep.join([str(HOME), str(HOME / "tests")])
    env = os.environ | {"PYTHONPATH": paths}
    # A reader that hangs cannot be stopped from within its own process.
    assert subprocess.run(words, env=env, timeout=20).returncode == 7


@functools.cache
def _good_text():
    rng = np.random.default_rng(5)
    lines = full_records(60, 5, rng, step=4_000_000)
    lines += full_records(20, 5, rng, contig="2", step=4_000_000)
    return compose(lines, n_samples=5, contigs=("1", "2"))


def _good_file(route, folder):
    return write_route(route, _good_text(), folder, block=1000)


@pytest.mark.parametrize("route", ["tbi", "csi", "stream", "bcf", "bcf-stream"])
@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_file_is_refused_and_never_read_short(tmp_path, name, route):
    path = _good_file(route, tmp_path)
    read_with_genostrat([path], tmp_path / "whole", n_pieces=2, judge=True)
    path.write_bytes(DAMAGES[name](path.read_bytes()))
    for index in tmp_path.glob("a.*i"):
        os.utime(index)
    assert path.name in refusal([path], tmp_path / "out", n_pieces=2)


GZIP_DAMAGES = {
    "cut": lambda data: data[: len(data) // 2],
    "cut_in_the_trailer": lambda data: data[:-5],
    "checksum_wrong": lambda data: data[:-8] + bytes([data[-8] ^ 1]) + data[-7:],
    "flipped": lambda data: data[:500] + bytes([data[500] ^ 1]) + data[501:],
    "garbage_after_the_end": lambda data: data + b"garbage",
}


@pytest.mark.parametrize("name", GZIP_DAMAGES)
def test_a_damaged_plain_gzip_is_refused(tmp_path, name):
    path = _good_file("gzip", tmp_path)
    path.write_bytes(GZIP_DAMAGES[name](path.read_bytes()))
    assert path.name in refusal([path], tmp_path / "out")


@pytest.mark.parametrize("n_pieces", [1, 5])
@pytest.mark.parametrize("kind", ["tbi", "csi"])
def test_an_index_of_another_file_is_noticed(tmp_path, kind, n_pieces):
    rng = np.random.default_rng(8)
    paths = []
    for number, count in enumerate((300, 200)):
        folder = tmp_path / str(number)
        folder.mkdir()
        lines = full_records(count, 3 + 4 * number, rng, step=800_000)
        data = compose(lines, n_samples=3 + 4 * number)
        paths.append(write_route(kind, data, folder, block=700))
    shutil.copy(f"{paths[0]}.{kind}", f"{paths[1]}.{kind}")
    said = refusal([paths[1]], tmp_path / "out", n_pieces=n_pieces)
    assert "a.vcf.gz" in said


def test_an_index_older_than_its_file_is_noticed(tmp_path):
    path = _good_file("tbi", tmp_path)
    os.utime(f"{path}.tbi", (1, 1))
    assert "older than the file" in refusal([path], tmp_path / "out")


def test_a_whole_block_lost_is_noticed_by_the_count_of_the_index(tmp_path):
    path = tmp_path / "a.vcf.gz"
    head = compose([]).splitlines(keepends=True)
    lines = compose(simple_records(50, 3, np.random.default_rng(3))).splitlines(True)
    lines = lines[len(head) :]
    blocks = [bgzf(b"".join(head), end=False)]
    blocks += [bgzf(line, end=False) for line in lines]
    path.write_bytes(b"".join(blocks) + bgzf(b""))
    index_file(path)
    del blocks[20]
    path.write_bytes(b"".join(blocks) + bgzf(b""))
    os.utime(f"{path}.tbi")
    assert "a.vcf.gz" in refusal([path], tmp_path / "out")
