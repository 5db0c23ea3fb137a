"""What still holds people who have withdrawn, by the records of what made what.

A person is in a file that names them, and in every number that was computed while they
were in the cohort: the store, strata, a frozen model, a bundle that left. The records
of jobs (``checksums/``) say which file was made from which, so all of it is found.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genostrat.bundle.releases import Releases
from genostrat.integrity import FOLDER, files_below, read_records

NAMES, MADE_OF, MADE_BEFORE, RELEASED = "names", "made of", "made before", "released"
#: In words, for whoever has to renew it.
REASONS = {
    NAMES: "names somebody who has withdrawn",
    MADE_OF: "was computed from a file that holds them",
    MADE_BEFORE: "was computed before they were taken out",
    RELEASED: "has left the centre with them",
}
#: Ends of files whose text is searched; others are found by what they were made of.
_TEXTS = (
    *(".tsv", ".txt", ".json", ".html", ".md", ".svg", ".csv"),
    *(".psam", ".fam", ".ped", ".vcf", ".log"),
)
#: What identifiers cannot hold ends one in a text.
_WORDS = re.compile(rb"[^\s\"'<>,;|=\\/()\[\]{}]+")


@dataclass(frozen=True)
class Holding:
    """Something that holds people who have withdrawn.

    Parameters
    ----------
    path
        The file, or the record of releases.
    reason
        A key of :data:`REASONS`.
    job
        What wrote it, and so what has to run again; blank where nobody knows.
    """

    path: Path
    reason: str
    job: str = ""


def find_holdings(
    folders: Sequence[str | Path],
    names: Collection[str],
    *,
    releases: Mapping[str | Path, Releases] | None = None,
) -> Iterator[Holding]:
    """Yield every result that still holds somebody.

    Parameters
    ----------
    folders
        ``results/<cohort>`` of every cohort: a model of one may have been used in
        another.
    names
        Identifiers of samples, or of persons who have several.
    releases
        Path of a record of releases → what stands in it.

    Raises
    ------
    GenostratError
        If a record of a job is damaged: then nobody knows what was made of what.

    Notes
    -----
    A file holds somebody if it names them; if the job that wrote it wrote another such
    file; if that job read one; and if it read what has been replaced since, because
    what it read is no longer there to be searched.
    """
    roots = [Path(folder).absolute() for folder in folders]
    wanted = {name.encode() for name in names}
    jobs: list[_Job] = []
    written: dict[str, str] = {}
    for root in roots:
        for name, record in read_records(root).items():
            job = _Job(root, name, record)
            jobs.append(job)
            written |= job.outputs
    named = {
        str(path)
        for root in roots
        for path in files_below([root] if root.is_dir() else [])
        if path.parent.name != FOLDER and _is_named(path, wanted)
    }
    held = _follow(jobs, written, named) if wanted else {}
    shown = {
        str(root): Path(folder) for root, folder in zip(roots, folders, strict=True)
    }
    for path in sorted(named | held.keys()):
        reason, writer = held.get(path, (NAMES, ""))
        reason = NAMES if path in named else reason
        yield Holding(_show(path, shown), reason, writer)
    for record_of, parts_of in (releases or {}).items():
        for release, parts in parts_of.items():
            if any(set(names) & people for people in parts.values()):
                yield Holding(Path(record_of), RELEASED, release)


class _Job:
    """A job's record, with full paths."""

    def __init__(self, root: Path, name: str, record: Mapping[str, Any]) -> None:
        self.name = f"{root.name}/{name}"
        self.outputs = {
            str(root / path): str(about["sha256"])
            for path, about in record["outputs"].items()
        }
        self.inputs = {
            os.path.normpath(root / path): str(digest)
            for path, digest in record["inputs"].items()
        }


def _follow(
    jobs: Sequence[_Job], written: Mapping[str, str], named: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Return file → why it holds somebody, and the job that wrote it."""
    held: dict[str, tuple[str, str]] = {}
    waiting = list(jobs)
    while waiting:
        rest = []
        for job in waiting:
            reason = _why(job, written, named, held)
            if reason:
                held |= {path: (reason, job.name) for path in job.outputs}
            else:
                rest.append(job)
        if len(rest) == len(waiting):
            break
        waiting = rest
    return {path: why for path, why in held.items() if Path(path).is_file()}


def _why(
    job: _Job,
    written: Mapping[str, str],
    named: Collection[str],
    held: Mapping[str, tuple[str, str]],
) -> str:
    if any(path in named for path in job.outputs):
        return NAMES
    if any(path in named or path in held for path in job.inputs):
        return MADE_OF
    is_old = any(written.get(path) != digest for path, digest in job.inputs.items())
    return MADE_BEFORE if is_old else ""


def _is_named(path: Path, wanted: set[bytes]) -> bool:
    if path.suffix not in _TEXTS or not wanted:
        return False
    with path.open("rb") as stream:
        return any(not wanted.isdisjoint(_WORDS.findall(line)) for line in stream)


def _show(path: str, shown: Mapping[str, Path]) -> Path:
    """Return a path as the user named its folder."""
    for root, folder in shown.items():
        if path.startswith(f"{root}{os.sep}"):
            return folder / os.path.relpath(path, root)
    return Path(path)
