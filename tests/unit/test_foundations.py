"""Writing tables, seeds, digests and logs."""

import json
import logging
import re
import stat
import time
from importlib import metadata

import numpy as np
import pandas as pd
import pytest

from genostrat import joblog, provenance
from genostrat.errors import GenostratError, Problem
from genostrat.joblog import job_log
from genostrat.seeds import random_generator
from genostrat.tables import (
    read_arrays,
    read_table,
    whole_file,
    write_arrays,
    write_json,
    write_parquet,
    write_table,
)

SEX = "qc/sex.tsv"
FEATURES = "profile/features.parquet"
IRREGULAR = "genotypes/irregular.npz"


def sex_table(**changes):
    columns = {
        "sample_id": ["007", "NA"],
        "reported_sex": ["male", ""],
        "inferred_sex": ["male", "female"],
        "x_f": [0.98765432109, np.nan],
        "y_call_rate": [1.0, 0.0],
        "status": ["ok", "ok"],
        "x_haploid_rate": [np.nan, 0.0],
        "karyotype": ["XY", "undetermined"],
        "karyotype_probability": [0.5, np.nan],
        "x_copies": np.nan,
        "y_copies": np.nan,
        "y_alt_rate": np.nan,
        "evidence": ["depth", ""],
    }
    return pd.DataFrame(columns | changes)


def test_tables_keep_text_blank_and_number_apart(tmp_path):
    path = tmp_path / "sex.tsv"
    write_table(path, sex_table()[::-1], table=SEX)
    line = "007\tmale\tmale\t0.9876543\t1\tok\t\tXY\t0.5\t\t\t\tdepth"
    assert path.read_text().splitlines()[1] == line
    frame = read_table(path, table=SEX)
    assert frame["sample_id"].tolist() == ["007", "NA"]
    assert frame["reported_sex"].tolist() == ["male", ""]
    assert frame["x_f"].isna().tolist() == [False, True]


def test_tables_of_patients_are_not_for_others(tmp_path):
    path = tmp_path / "sex.tsv"
    write_table(path, sex_table(), table=SEX)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_table_must_be_as_registered(tmp_path):
    path = tmp_path / "sex.tsv"
    with pytest.raises(ValueError, match="columns missing"):
        write_table(path, sex_table().drop(columns="status"), table=SEX)
    with pytest.raises(ValueError, match="not unique"):
        write_table(path, sex_table(sample_id=["a", "a"]), table=SEX)
    with pytest.raises(KeyError, match=r"nearest: 'qc/sex\.tsv'"):
        write_table(path, sex_table(), table="qc/sexes.tsv")
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail():
        with whole_file(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_equal_data_give_equal_bytes(tmp_path):
    frame = pd.DataFrame({"sample_id": ["a", "b"], "rna:x": [1.5, -2]})
    array = np.arange(6).reshape(2, 3)
    seen = []
    for name in ("one", "two"):
        write_parquet(tmp_path / f"{name}.parquet", frame.copy(), entry=FEATURES)
        write_arrays(tmp_path / f"{name}.npz", entry=IRREGULAR, x=array.copy())
        seen.append(
            [(tmp_path / f"{name}.{s}").read_bytes() for s in ("parquet", "npz")]
        )
    assert seen[0] == seen[1]
    np.testing.assert_array_equal(read_arrays(tmp_path / "one.npz")["x"], array)


def test_pickles_are_refused(tmp_path):
    path = tmp_path / "evil.npz"
    np.savez(path, x=np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(GenostratError, match=r"evil\.npz: this file was cut short"):
        read_arrays(path)


def test_json_has_no_nan(tmp_path):
    path = tmp_path / "a.json"
    write_json(
        path,
        {
            "n_sites": np.int64(4),
            "n_sites_pruned": 2,
            "n_unrelated": 3,
            "variance_explained": np.array([1 / 3, np.nan]),
        },
        entry="qc/ancestry.json",
    )
    record = json.loads(path.read_text())
    assert record["variance_explained"] == [0.3333333, None]
    assert record["n_sites"] == 4


def test_streams_depend_on_names_only():
    first = random_generator(1, "toy", "null", 3).random(4)
    np.testing.assert_array_equal(
        first, random_generator(1, "toy", "null", 3).random(4)
    )
    for other in [(2, "toy", "null", 3), (1, "toy", "null", 4), (1, "toynull", 3)]:
        assert not np.array_equal(first, random_generator(*other).random(4))


def test_the_digest_of_an_unknown_module_is_an_error():
    with pytest.raises(ModuleNotFoundError, match=r"genostrat\.nothing"):
        provenance.module_digest("nothing")


def test_a_mendable_error_ends_a_job_with_its_message_and_no_traceback(
    tmp_path, capsys
):
    path = tmp_path / "logs/job.log"
    handlers = list(logging.getLogger().handlers)

    def job():
        with job_log(path):
            raise GenostratError(
                Problem("it is wrong", file="a.tsv", line=3, fix="mend")
            )

    with pytest.raises(SystemExit) as stop:
        job()
    assert stop.value.code == 1
    for text in (path.read_text(), capsys.readouterr().err):
        assert "a.tsv, line 3: it is wrong" in text
        assert "Traceback" not in text
    assert logging.getLogger().handlers == handlers


def test_a_log_says_when_its_job_began_lives_and_ended(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(joblog, "HEARTBEAT", 0.02)
    path = tmp_path / "job.log"
    with job_log(path) as log:
        log.info("read %d rows", 3)
        log.warning("a third of them is blank")
        time.sleep(0.2)
    text = path.read_text()
    assert re.search(r"began: job with genostrat \d", text)
    assert "read 3 rows" in text
    assert re.search(r"still running after 0\.\d s, with [\d,]+ MB at most", text)
    assert re.search(r"finished after 0\.\d s, with [\d,]+ MB", text)
    # a terminal gets what needs somebody's attention, and no more
    shown = capsys.readouterr().err
    assert "a third of them is blank" in shown
    assert "read 3 rows" not in shown
    n_lines = text.count("still running")
    time.sleep(0.1)
    assert path.read_text().count("still running") == n_lines


def test_an_unforeseen_error_keeps_its_traceback(tmp_path):
    def job():
        with job_log(tmp_path / "job.log"):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        job()
    assert "Traceback" in (tmp_path / "job.log").read_text()


def test_hostile_text_is_made_harmless_in_messages():
    text = str(Problem("x", file="a\x1b[2J.tsv", found="b" * 1000 + "\n"))
    assert "\x1b" not in text
    assert len(text) < 300


def test_the_environment_is_what_the_standard_library_says_of_it():
    about = provenance.environment()
    for name in provenance.LIBRARIES:
        assert about["libraries"][name] == metadata.version(name)
    line = provenance.describe_environment()
    assert f"numpy {metadata.version('numpy')}" in line.split(", ")
    assert line.startswith(f"python {about['python']}, ")
