"""Nothing that may hold a patient is readable by others, from the first byte on."""

import os
import stat

import numpy as np
import pandas as pd
import pytest

from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.ingest.pieces import PieceWriter, Region
from genostrat.genotypes.records import ReadOptions
from genostrat.genotypes.store import write_contig
from genostrat.joblog import job_log
from genostrat.privacy import (
    FILE_MODES,
    close_to_others,
    create_file,
    keep_private,
    make_folder,
)
from genostrat.report.patients.sheet import _write
from genostrat.tables import whole_file, write_json, write_lines, write_table


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request):
    """Run with what the user's shell may have set."""
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_closed_while_they_are_written(tmp_path, umask):
    for access, wanted in FILE_MODES.items():
        path = tmp_path / f"new/folder/{access}.txt"
        with whole_file(path, access=access) as temporary:
            temporary.write_text("half")
            assert mode(temporary) == 0o640 & ~umask
        if access == "shareable":
            assert mode(path) == wanted
        else:
            # A user's stricter umask stays in force.
            assert mode(path) == wanted & ~umask
    assert mode(tmp_path / "new") == 0o750 & ~umask
    assert mode(tmp_path / "new/folder") == 0o750 & ~umask


def test_the_class_of_an_entry_becomes_the_mode_of_its_file(tmp_path, umask):
    write_lines(tmp_path / "keep.txt", ["a"], entry="qc/keep.txt")
    flow = {"steps": [], "overrides": {}}
    write_json(tmp_path / "flow.json", flow, entry="qc/flow.json")
    sites = pd.DataFrame({"contig": ["1"], "start": [1], "end": [2]})
    write_table(tmp_path / "sites.tsv", sites, table="pgx/sites.tsv")
    assert mode(tmp_path / "keep.txt") == 0o640 & ~umask
    assert mode(tmp_path / "flow.json") == 0o640 & ~umask
    assert mode(tmp_path / "sites.tsv") == 0o644


def test_an_open_file_that_was_there_does_not_lend_its_mode(tmp_path, umask):
    path = tmp_path / "keep.txt"
    path.write_text("old")
    path.chmod(0o666)
    write_lines(path, ["a"], entry="qc/keep.txt")
    assert mode(path) == 0o640 & ~umask
    path.chmod(0o666)
    create_file(path)
    assert mode(path) == 0o640 & ~umask


def test_genotypes_are_closed_while_they_are_read(tmp_path, umask):
    options = ReadOptions(
        filters=frozenset(["PASS"]),
        half_calls="missing",
        absent_is_reference=False,
        build=GRCH38,
        markers={},
        keep_phase=True,
    )
    folder = make_folder(tmp_path / "pieces/0")
    regions = [Region(0, "chr1", "1", 1, 100)]
    with PieceWriter(folder, regions, samples=["a", "b"], options=options):
        names = {path.name: mode(path) for path in folder.iterdir()}
    assert set(names) == {"0.bed", "0.pvar", "0.phase"}
    assert set(names.values()) == {0o640 & ~umask}
    assert mode(folder) == mode(folder.parent) == 0o750 & ~umask
    assert {mode(path) for path in folder.iterdir()} == {0o640 & ~umask}


def test_a_store_is_closed_from_its_first_block_on(tmp_path, umask):
    store, seen = tmp_path / "store", []

    def blocks():
        for _ in range(3):
            seen.append(mode(store / "1.pgen"))
            yield np.zeros((2, 3), np.int8)

    write_contig(
        store,
        "1",
        blocks=blocks(),
        n_variants=6,
        pvar_lines=[f"1\t{i}\t.\tA\tC\t.\t." for i in range(6)],
        samples=["a", "b", "c"],
        sexes=["male", "", "female"],
    )
    assert set(seen) == {0o640 & ~umask}
    assert {mode(path) for path in store.iterdir()} == {0o640 & ~umask}
    assert mode(store) == 0o750 & ~umask


def test_pages_of_patients_are_closed(tmp_path, umask):
    _write(tmp_path / "a.html", "page")
    assert mode(tmp_path / "a.html") == 0o640 & ~umask


def test_a_job_closes_its_log_and_all_that_others_create_for_it(tmp_path, umask):
    with job_log(tmp_path / "logs/ward/job.log"):
        # As a library or a tool does, which knows of no class.
        (tmp_path / "tool.txt").write_text("x")
        (tmp_path / "folder").mkdir()
    assert mode(tmp_path / "tool.txt") & 0o027 == 0
    assert mode(tmp_path / "folder") & 0o027 == 0
    assert mode(tmp_path / "logs/ward/job.log") == 0o640 & ~umask
    assert mode(tmp_path / "logs") == 0o750 & ~umask


def test_a_stricter_umask_is_never_loosened(umask):
    keep_private()
    assert os.umask(0o022) == umask | 0o027


def test_what_was_open_is_closed_with_its_folder(tmp_path):
    folder = tmp_path / "log"
    folder.mkdir(mode=0o755)
    (folder / "a.log").write_text("x")
    (folder / "a.log").chmod(0o666)
    close_to_others([folder / "a.log"])
    assert (mode(folder), mode(folder / "a.log")) == (0o750, 0o640)
