"""The fuzzer of inputs: it finds what it looks for, and a short run of it."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fuzz_inputs import Readers, count_rows, damage, judge
from genostrat.errors import GenostratError

HOME = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def readers(tmp_path_factory):
    return Readers(tmp_path_factory.mktemp("fuzz"))


def test_a_valid_file_of_every_kind_is_read(readers):
    for name, (valid, *_) in readers.all.items():
        assert judge(readers, name, valid, show=True) == "read", name


def test_what_it_looks_for_is_found(readers, monkeypatch):
    valid, file, _ = readers.all["sheet"]

    def lose_a_row(path):
        return count_rows(path.read_bytes()) - 1

    def fail(path):
        raise KeyError(path)

    def refuse(path):
        raise GenostratError("no")

    for read, told in (
        (lose_a_row, "finding: 29 rows read of 30"),
        (fail, "finding: Traceback"),
        (refuse, "refused"),
    ):
        monkeypatch.setitem(readers.all, "sheet", (valid, file, read))
        assert judge(readers, "sheet", valid).startswith(told)


def test_damage_changes_files():
    rng = np.random.default_rng(1)
    data = b"a\tb\n1\t2\n" * 20
    changed = [damage(data, rng, is_text=True) != data for _ in range(50)]
    assert sum(changed) > 45


def test_a_short_run_finds_nothing():
    command = [sys.executable, "benchmarks/fuzz_inputs.py", "--cases", "190"]
    paths = ":".join(str(HOME / name) for name in ("", "tests", "scripts"))
    done = subprocess.run(
        command,
        cwd=HOME,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": paths, "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "190 cases, 0 findings" in done.stdout
