"""Checksums of results: recorded when a job has written, checked when another reads.

Every job leaves a record, ``checksums/<job>.json`` in the cohort's folder: SHA-256 of
what it read and of what it wrote. The next job holds the files that it reads against
these records before it opens them, so a table that was cut short, edited or lost stops
the run with its name, instead of becoming a report about fewer patients.
"""

from __future__ import annotations

import hashlib
import json
import stat
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.provenance import file_digest
from genostrat.registry import locate_root, table_spec
from genostrat.registry.checks import check_record
from genostrat.tables import MAKE_ANEW, write_json

FOLDER = "checksums"
ENTRY = "checksums/<job>.json"
SCHEMA, SCHEMA_VERSION = "genostrat/checksums", "1.0.0"
#: Snakemake's own, in every folder that a rule makes.
TIMESTAMP = ".snakemake_timestamp"
#: Seconds after which a record that does not fit is read again: on a network file
#: system, a node may still see the one from before the last run.
PAUSES = (0.0, 2.0, 8.0)


@dataclass(frozen=True)
class Written:
    """What is recorded of a file.

    Parameters
    ----------
    size
        In bytes.
    sha256
        In hexadecimal.
    job
        The job that wrote it.
    """

    size: int
    sha256: str
    job: str


@dataclass
class Checked:
    """Files of one cohort's folder, held against its records.

    Parameters
    ----------
    digests
        Path below the folder → SHA-256, of the files that are as recorded.
    problems
        What is wrong with the others.
    """

    digests: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def record_path(root: Path, job: str) -> Path:
    """Return where the record of a job stands."""
    return root / FOLDER / f"{job}.json"


def seal(record: Mapping[str, Any]) -> str:
    """Return the checksum of a record without its own."""
    content = {key: value for key, value in record.items() if key != "sha256"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write_record(
    root: Path,
    job: str,
    *,
    outputs: Iterable[str | Path],
    inputs: Mapping[str, str],
    **about: str,
) -> None:
    """Record what a job has written.

    Parameters
    ----------
    root
        The cohort's folder.
    job
        Name of the job, as its log has it.
    outputs
        Files and folders, each below `root`; every byte is read.
    inputs
        Path below `root` → SHA-256 of what the job read.
    **about
        rule, script, code, parameters, software and environment.
    """
    written = {
        str(path.relative_to(root)): {
            "bytes": path.stat().st_size,
            "sha256": file_digest(path),
        }
        for path in files_below(outputs)
    }
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        **about,
        "inputs": dict(sorted(inputs.items())),
        "outputs": dict(sorted(written.items())),
    }
    path = record_path(root, job)
    write_json(path, record | {"sha256": seal(record)}, entry=ENTRY)


def files_below(paths: Iterable[str | Path]) -> Iterator[Path]:
    """Yield the files among paths and below folders among them, in order."""
    for path in map(Path, paths):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (p for p in inside if p.name != TIMESTAMP and not p.is_dir())


def read_records(
    root: Path,
    *,
    about: Collection[str] | None = None,
    passing_over: Collection[Path] = (),
) -> dict[str, dict[str, Any]]:
    """Return the records of a cohort's folder, by job.

    Parameters
    ----------
    root
        The cohort's folder.
    about
        Names of files and folders below `root`: records of jobs that wrote none of
        them are left aside; None for every record.
    passing_over
        Records that are known to be damaged.

    Raises
    ------
    GenostratError
        If a record cannot be read, or was changed after it was written.
    """
    records, problems = {}, []
    for path in sorted(set((root / FOLDER).glob("*.json")) - set(passing_over)):
        try:
            # A pipe in the place of a record would be read for ever.
            data = path.read_bytes() if stat.S_ISREG(path.stat().st_mode) else b""
            written = data.partition(b'"outputs"')[2]
            if not any(name.encode() in written for name in about or [""]):
                continue
            record = json.loads(data)
        except FileNotFoundError:
            # Its job has begun again since the folder was listed.
            continue
        except (ValueError, RecursionError):
            record = None
        if _is_whole(record):
            records[path.stem] = record
        else:
            problems.append(
                Problem(
                    "this record of checksums was cut short or changed",
                    file=path,
                    fix=MAKE_ANEW,
                )
            )
    raise_if_any(problems)
    return records


def _is_whole(record: Any) -> bool:
    """Say whether this is a record, as it was sealed."""
    try:
        check_record(record, table_spec(ENTRY))
        known = record["outputs"].items()
        named = all(
            isinstance(one["bytes"], int)
            and isinstance(one["sha256"], str)
            and not {"", ".", ".."} & set(name.split("/"))
            for name, one in known
        )
        digests = all(isinstance(one, str) for one in record["inputs"].values())
        sealed = record["schema"] == SCHEMA and record["sha256"] == seal(record)
        return named and digests and sealed
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def recorded_outputs(records: Mapping[str, Mapping[str, Any]]) -> dict[str, Written]:
    """Return what is recorded of every output, by its path below the folder."""
    return {
        name: Written(known["bytes"], known["sha256"], job)
        for job, record in records.items()
        for name, known in record["outputs"].items()
    }


def check_inputs(
    paths: Iterable[str | Path], *, home: Path | None
) -> dict[Path, dict[str, str]]:
    """Hold what a job is about to read against what was recorded of it.

    Parameters
    ----------
    paths
        Files and folders; those that are no results of a cohort are passed over.
    home
        Folder of the job's own cohort: everything in it has a record. Another folder
        is looked at only where it has records, since a user's own folders may have
        such names.

    Returns
    -------
    dict
        Cohort's folder → path below it → SHA-256.

    Raises
    ------
    GenostratError
        Naming every file that was cut short, changed, lost or put there by others.
    """
    by_root: dict[Path, list[Path]] = {}
    for path in map(Path, paths):
        root = locate_root(path)
        if root is not None and (root == home or any((root / FOLDER).glob("*.json"))):
            by_root.setdefault(root, []).append(path)
    problems: list[Problem] = []
    digests = {}
    for root, own in by_root.items():
        checked = _check_patiently(root, own)
        problems += checked.problems
        digests[root] = checked.digests
    raise_if_any(problems)
    return digests


def _check_patiently(root: Path, paths: list[Path]) -> Checked:
    checked = Checked()
    names = [str(path.relative_to(root)) for path in paths]
    for pause in PAUSES:
        time.sleep(pause)
        try:
            records = read_records(root, about=names)
            checked = check_files(root, paths, recorded_outputs(records))
        except GenostratError as error:
            checked = Checked(problems=error.problems)
        if not checked.problems:
            break
    return checked


def check_files(
    root: Path, paths: Iterable[Path], recorded: Mapping[str, Written]
) -> Checked:
    """Hold files and folders of a cohort against its records.

    Parameters
    ----------
    root
        The cohort's folder.
    paths
        Below `root`. Of a folder everything is checked that is, or should be, in it.
    recorded
        By path below `root`.
    """
    found = Checked()
    for path in paths:
        name = str(path.relative_to(root))
        wanted = {name}
        if name not in recorded:
            inside = {known for known in recorded if known.startswith(f"{name}/")}
            wanted = inside | {str(p.relative_to(root)) for p in files_below([path])}
        for one in sorted(wanted):
            known = recorded.get(one)
            difference = (
                "nothing is recorded of this file: no job of this run wrote it"
                if known is None
                else differs_from(root / one, known)
            )
            if difference:
                problem = Problem(difference, file=root / one, fix=MAKE_ANEW)
                found.problems.append(problem)
            elif known is not None:
                found.digests[one] = known.sha256
    return found


def differs_from(path: Path, known: Written) -> str:
    """Say in words how a file differs from what was recorded; blank if it does not."""
    if not path.is_file():
        return "this file was lost after it was written"
    size = path.stat().st_size
    if size < known.size:
        return f"this file was cut short: {size:,} of {known.size:,} bytes are left"
    if size != known.size or file_digest(path) != known.sha256:
        return "this file was changed after it was written"
    return ""
