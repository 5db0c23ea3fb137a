"""Checksums of results: what a job wrote is what the next one reads, or it stops."""

import json
import os
import random
import shutil
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from genostrat import integrity, verify
from genostrat.errors import GenostratError
from genostrat.integrity import check_inputs, read_records, write_record
from genostrat.job import run_job
from genostrat.provenance import describe_environment, file_digest, script_digest
from genostrat.tables import write_json, write_lines, write_table
from genostrat.verify import SCRIPTS, verify_results

ABOUT = {
    "rule": "decide_samples",
    "script": "decide_samples",
    "code": script_digest(SCRIPTS / "decide_samples.py"),
    "parameters": "0",
    "software": "0.1.0",
    "environment": describe_environment(),
}
STORE = ("1.pgen", "1.pvar", "1.psam", "22.pgen", "22.pvar", "22.psam")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """A file that is wrong stays wrong here: there is nothing to wait for."""
    monkeypatch.setattr(integrity, "PAUSES", (0.0,))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A small cohort's folder: a store, a table made from it, and the provenance."""
    run = tmp_path_factory.mktemp("run")
    root = run / "results/ward"
    for name in STORE:
        path = root / "genotypes/store" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 40)
    (root / "genotypes/store/.snakemake_timestamp").touch()
    store = root / "genotypes/store"
    write_record(root, "gather_genotypes", outputs=[store], inputs={}, **ABOUT)
    read = check_inputs([store], home=root)[root]
    table = pd.DataFrame({"sample_id": ["a", "b", "c"], "PC1": [0.5, -1.0, 2.0]})
    write_table(root / "qc/pcs.tsv", table, table="qc/pcs.tsv")
    write_lines(root / "qc/keep.txt", "abc", entry="qc/keep.txt")
    outputs = [root / "qc/pcs.tsv", root / "qc/keep.txt"]
    write_record(root, "decide_samples", outputs=outputs, inputs=read, **ABOUT)
    sheet = run / "data/sheet.tsv"
    sheet.parent.mkdir()
    sheet.write_text("sample_id\na\n")
    write_provenance(root, sheet)
    (root / "benchmarks").mkdir()
    (root / "benchmarks/decide_samples.tsv").write_text("s\n1\n")
    return run


def write_provenance(root, sheet):
    known = {
        "path": "data/sheet.tsv",
        "bytes": sheet.stat().st_size,
        "sha256": file_digest(sheet),
    }
    record = {
        **{"schema": "x", "schema_version": "1", "software": {}, "cohort": "ward"},
        **{"parameters": {}, "environment": {}, "inputs": [known]},
    }
    write_json(root / "provenance.json", record, entry="provenance.json")
    own = [root / "provenance.json"]
    write_record(root, "render_report", outputs=own, inputs={}, **ABOUT)


@pytest.fixture
def run(made, tmp_path):
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


def inputs_of(root):
    return [root / "genotypes/store", root / "qc/pcs.tsv", root / "qc/keep.txt"]


def refused(root):
    """Return the names that a job which reads everything is refused for."""
    try:
        check_inputs(inputs_of(root), home=root)
    except GenostratError as error:
        return {
            str(Path(problem.file).relative_to(root)): problem.what
            for problem in error.problems
        }
    return {}


def kinds(root, **options):
    found = verify_results(root, **options)
    return {(f.kind, str(f.path).removeprefix(f"{root}/")) for f in found.findings}


def test_what_is_as_it_was_written_passes_and_is_named_by_its_digest(run):
    root = run / "results/ward"
    digests = check_inputs(inputs_of(root), home=root)[root]
    assert len(digests) == len(STORE) + 2
    assert digests["qc/pcs.tsv"] == file_digest(root / "qc/pcs.tsv")
    found = verify_results(root)
    assert found.holds, found.findings
    assert found.held["outputs"] == len(STORE) + 3
    assert found.held["inputs"] == 1


def cut(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def extend(path):
    path.write_bytes(path.read_bytes() + b"x")


def swap_rows(path):
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[::-1]))


@pytest.mark.parametrize("keep_time", [False, True])
@pytest.mark.parametrize("damage", [cut, flip, extend, Path.unlink])
@pytest.mark.parametrize(
    "name", ["qc/pcs.tsv", "qc/keep.txt", "genotypes/store/22.pgen"]
)
def test_damage_to_any_file_stops_who_reads_it_and_is_found(
    run, name, damage, keep_time
):
    root = run / "results/ward"
    before = (root / name).stat()
    damage(root / name)
    if keep_time and (root / name).exists():
        os.utime(root / name, ns=(before.st_atime_ns, before.st_mtime_ns))
    words = {cut: "cut short", Path.unlink: "lost"}
    (what,) = {n: w for n, w in refused(root).items() if n == name}.values()
    assert words.get(damage, "changed after it was written") in what
    kind = {cut: "truncated", Path.unlink: "lost"}.get(damage, "edited")
    assert kinds(root) == {(kind, name)}


def test_rows_in_another_order_are_another_table(run):
    root = run / "results/ward"
    swap_rows(root / "qc/keep.txt")
    assert list(refused(root)) == ["qc/keep.txt"]


def test_a_file_that_no_job_wrote_is_refused_in_a_folder_and_by_itself(run):
    root = run / "results/ward"
    (root / "genotypes/store/X.pgen").write_bytes(b"x")
    (root / "qc/sex.tsv").write_text("sample_id\n")
    assert list(refused(root)) == ["genotypes/store/X.pgen"]
    with pytest.raises(GenostratError, match=r"sex\.tsv: nothing is recorded"):
        check_inputs([root / "qc/sex.tsv"], home=root)
    assert kinds(root) == {
        ("foreign", "genotypes/store/X.pgen"),
        ("foreign", "qc/sex.tsv"),
    }


def test_what_a_stopped_job_left_is_foreign_and_so_is_a_link(run):
    root = run / "results/ward"
    (root / "qc/.pcs.tsv.part").write_text("half")
    data = (root / "qc/keep.txt").read_text()
    (run / "keep.txt").write_text(data)
    (root / "qc/keep.txt").unlink()
    (root / "qc/keep.txt").symlink_to(run / "keep.txt")
    assert kinds(root) == {("foreign", "qc/.pcs.tsv.part"), ("foreign", "qc/keep.txt")}


@pytest.mark.parametrize("damage", [cut, flip, extend])
def test_a_damaged_record_is_named_and_stops_jobs(run, damage):
    root = run / "results/ward"
    path = root / "checksums/decide_samples.json"
    damage(path)
    with pytest.raises(
        GenostratError, match=r"\.json: this record|nothing is recorded"
    ):
        check_inputs([root / "qc/pcs.tsv"], home=root)
    # Who reads what other jobs wrote goes on.
    assert check_inputs([root / "genotypes/store"], home=root)
    assert ("edited", "checksums/decide_samples.json") in kinds(root)


@pytest.mark.parametrize(
    "change",
    [
        {"outputs": []},
        {"outputs": {"qc/pcs.tsv": {"bytes": "1", "sha256": "0"}}},
        {"outputs": {"../../data/sheet.tsv": {"bytes": 1, "sha256": "0"}}},
        {"outputs": {"/etc/passwd": {"bytes": 1, "sha256": "0"}}},
        {"inputs": {"a": 1}},
        {"rule": None},
        {"schema": "other"},
    ],
)
def test_a_forged_record_is_none_even_if_it_is_sealed(run, change):
    root = run / "results/ward"
    path = root / "checksums/decide_samples.json"
    record = json.loads(path.read_bytes()) | change
    path.write_text(json.dumps(record | {"sha256": integrity.seal(record)}))
    assert ("edited", "checksums/decide_samples.json") in kinds(root)
    for text in ("[" * 100_000, "[]", "null", '{"sha256": NaN}', ""):
        path.write_text(text)
        assert ("edited", "checksums/decide_samples.json") in kinds(root)


def test_a_pipe_in_the_place_of_a_record_holds_nobody_up(run):
    root = run / "results/ward"
    os.mkfifo(root / "checksums/other.json")
    assert ("edited", "checksums/other.json") in kinds(root)
    assert check_inputs([root / "genotypes/store"], home=root)


def test_a_record_that_was_edited_and_sealed_again_makes_others_stale(run):
    root = run / "results/ward"
    flip(root / "genotypes/store/1.pgen")
    store = root / "genotypes/store"
    write_record(root, "gather_genotypes", outputs=[store], inputs={}, **ABOUT)
    assert refused(root) == {}
    assert kinds(root) == {("stale", "qc/pcs.tsv"), ("stale", "qc/keep.txt")}


def test_a_record_that_was_removed_with_its_files_is_missed_by_who_read_them(run):
    root = run / "results/ward"
    shutil.rmtree(root / "genotypes")
    (root / "checksums/gather_genotypes.json").unlink()
    assert ("stale", "qc/pcs.tsv") in kinds(root)


def test_changed_inputs_code_and_environment_are_told_apart(run):
    root = run / "results/ward"
    flip(run / "data/sheet.tsv")
    assert kinds(root) == {("input", "data/sheet.tsv")}
    assert kinds(root, parts=["outputs", "code"]) == set()
    own = inputs_of(root)[1:]
    read = check_inputs(inputs_of(root)[:1], home=root)[root]
    for change, kind in (
        ({"code": "f" * 16}, "code"),
        ({"script": "decide_nothing"}, "code"),
        ({"environment": ABOUT["environment"].replace("numpy 2", "numpy 1")},) * 1
        + ("environment",),
    ):
        write_record(
            root, "decide_samples", outputs=own, inputs=read, **(ABOUT | change)
        )
        assert (kind, "checksums") in kinds(root, parts=["code", "environment"])


def test_results_without_provenance_are_not_called_sound(run):
    root = run / "results/ward"
    (root / "provenance.json").unlink()
    (root / "checksums/render_report.json").unlink()
    assert kinds(root) == {("not_assessed", "provenance.json")}
    assert not verify_results(root).holds
    assert verify_results(root, parts=["outputs", "code"]).holds


def test_a_folder_that_is_no_cohorts_is_an_error_and_not_sound(run, capsys):
    with pytest.raises(GenostratError, match="no folder of results with checksums"):
        verify_results(run)
    assert verify.main([str(run)]) == 1
    assert verify.main([]) == 1
    assert verify.main([str(run / "results/ward")]) == 0
    flip(run / "results/ward/qc/pcs.tsv")
    assert verify.main([str(run / "results/ward")]) == 1
    assert "pcs.tsv: edited" in capsys.readouterr().out


def test_random_damage_never_passes(run):
    root, chance = run / "results/ward", random.Random(3)
    files = [p for p in sorted(root.rglob("*")) if p.is_file()]
    files = [p for p in files if "benchmarks" not in p.parts and p.name[0] != "."]
    for _ in range(150):
        path = chance.choice(files)
        data = path.read_bytes()
        spoilt = bytearray(data)
        spoilt[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(spoilt)
        assert not verify_results(root, parts=["outputs"]).holds, path
        path.write_bytes(data)
    assert verify_results(root).holds


def test_users_own_folders_with_such_names_are_left_alone(tmp_path):
    own = tmp_path / "check/samples.tsv"
    own.parent.mkdir()
    own.write_text("sample_id\n")
    (tmp_path / "checksums").mkdir()
    (tmp_path / "checksums/md5.txt").write_text("of others")
    assert check_inputs([own, tmp_path / "gone.tsv"], home=tmp_path / "results/a") == {}


class Named(list):
    """As Snakemake's lists, whose items may have names."""

    def items(self):
        return {"code": ABOUT["code"], "seed": 1}.items()

    code = ABOUT["code"]


def job_of(run, *, inputs, outputs):
    return SimpleNamespace(
        log=[str(run / "logs/ward/decide_samples.log")],
        rule="decide_samples",
        input=[str(path) for path in inputs],
        output=[str(path) for path in outputs],
        params=Named(),
    )


def test_a_job_records_what_it_wrote_and_forgets_it_while_it_writes(run):
    root = run / "results/ward"
    outputs = inputs_of(root)[1:]
    before = read_records(root)["decide_samples"]
    with run_job(job_of(run, inputs=inputs_of(root)[:1], outputs=outputs)):
        assert "decide_samples" not in read_records(root)
        assert refused(root).keys() == {"qc/pcs.tsv", "qc/keep.txt"}
    after = read_records(root)["decide_samples"]
    for key in ("rule", "code", "inputs", "outputs", "environment"):
        assert before[key] == after[key]
    assert verify_results(root, parts=["outputs", "environment"]).holds


def test_a_job_that_fails_records_nothing(run):
    root = run / "results/ward"
    outputs = inputs_of(root)[1:]

    def fail():
        with run_job(job_of(run, inputs=[], outputs=outputs)):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert "decide_samples" not in read_records(root)


def test_a_job_does_not_begin_on_a_changed_input(run, capsys):
    root = run / "results/ward"
    cut(root / "genotypes/store/22.pgen")
    began = []

    def begin():
        with run_job(
            job_of(run, inputs=inputs_of(root), outputs=[root / "qc/sex.tsv"])
        ):
            began.append(1)

    with pytest.raises(SystemExit):
        begin()
    assert not began
    log = (run / "logs/ward/decide_samples.log").read_text()
    for text in (log, capsys.readouterr().err):
        assert "22.pgen: this file was cut short: 140 of 280 bytes are left" in text
        assert "Traceback" not in text


def test_equal_runs_have_equal_records(run):
    root = run / "results/ward"
    path = root / "checksums/gather_genotypes.json"
    before = path.read_bytes()
    store = root / "genotypes/store"
    write_record(root, "gather_genotypes", outputs=[store], inputs={}, **ABOUT)
    assert path.read_bytes() == before
    record = json.loads(before)
    assert not {"date", "host", "user"} & set(record)
    assert str(run) not in before.decode()
