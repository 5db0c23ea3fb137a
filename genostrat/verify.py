"""Do results still hold? A folder against its checksums and its provenance.

``python -m genostrat.verify results/ward`` or ``snakemake verify``. Every file is read
again. What is looked at: outputs (are they what the jobs wrote, all of it and nothing
else), inputs (are the cohort's files what was read), stale results (made from what was
replaced since), code, knowledge and environment (would a run make the same again).
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from genostrat.errors import GenostratError, Problem, printable
from genostrat.home import workflow_home
from genostrat.integrity import (
    FOLDER,
    TIMESTAMP,
    Written,
    differs_from,
    read_records,
    recorded_outputs,
)
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.provenance import (
    describe_environment,
    file_digest,
    script_digest,
)
from genostrat.registry import entry_at
from genostrat.tables import read_json

#: What can be looked at.
PARTS = ("outputs", "inputs", "code", "knowledge", "environment")
SCRIPTS = workflow_home() / "scripts"


@dataclass(frozen=True)
class FolderFinding:
    """One thing that does not hold.

    Parameters
    ----------
    kind
        truncated, edited, lost, foreign or stale; input, code, knowledge or
        environment for what differs from the run; or not_assessed.
    path
        The file that it is about.
    what
        In words.
    """

    kind: str
    path: Path
    what: str

    def as_problem(self) -> Problem:
        """Return the finding as a problem that a message can list."""
        return Problem(f"{self.kind.replace('_', ' ')}: {self.what}", file=self.path)


@dataclass
class Verification:
    """What was found in a folder.

    Parameters
    ----------
    folder
        ``results/<cohort>``.
    findings
        What does not hold; nothing where everything does.
    held
        How many of what do hold: outputs, inputs, rules and so on.
    """

    folder: Path
    findings: list[FolderFinding] = field(default_factory=list)
    held: dict[str, int] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether everything that was looked at holds."""
        return not self.findings

    def summary(self) -> str:
        """Return in a line how much holds and how much does not."""
        held = ", ".join(f"{n} {what}" for what, n in self.held.items()) or "nothing"
        wrong = f"{len(self.findings)} findings; " if self.findings else ""
        return f"{printable(self.folder, 300)}: {wrong}as it was made: {held}"


def verify_results(
    folder: str | Path, *, parts: Collection[str] = PARTS
) -> Verification:
    """Hold a cohort's folder against its checksums and its provenance.

    Parameters
    ----------
    folder
        ``results/<cohort>`` of a run. Inputs with relative paths are looked for where
        the run was started: two folders further up.
    parts
        Which of :data:`PARTS` to look at.

    Raises
    ------
    GenostratError
        If the folder is no cohort's.
    """
    folder = Path(folder)
    if not (folder / FOLDER).is_dir():
        raise GenostratError(
            Problem(
                "this is no folder of results with checksums",
                file=folder,
                allowed="results/<cohort> of a run, as it was written",
                fix="name the folder of one cohort; results of versions before"
                " checksums cannot be verified: run them again",
            )
        )
    found = Verification(folder)
    records = _read_whole(found)
    if "outputs" in parts:
        _check_outputs(found, recorded_outputs(records))
        _check_stale(found, records)
    if "code" in parts:
        _check_code(found, records)
    origin = _read_provenance(found, parts)
    if origin is not None:
        if "inputs" in parts:
            _check_inputs(found, origin)
        if "environment" in parts:
            _check_environment(found, records)
        if "knowledge" in parts:
            _check_knowledge(found, origin)
    return found


def _read_whole(found: Verification) -> dict[str, dict[str, Any]]:
    """Read the records that are whole, and name those that are not."""
    try:
        return read_records(found.folder)
    except GenostratError as error:
        broken = {Path(problem.file or "") for problem in error.problems}
    for path in sorted(broken):
        found.findings.append(
            FolderFinding(
                "edited", path, "this record of checksums was cut short or changed"
            )
        )
    return read_records(found.folder, passing_over=broken)


def _check_outputs(found: Verification, recorded: Mapping[str, Written]) -> None:
    held = 0
    for name, known in sorted(recorded.items()):
        path = found.folder / name
        entry = entry_at(name)
        if entry is not None and entry.temporary and not path.exists():
            continue
        difference = differs_from(path, known)
        if not difference:
            held += 1
            continue
        kind = "edited"
        if not path.is_file():
            kind = "lost"
        elif path.stat().st_size < known.size:
            kind = "truncated"
        found.findings.append(
            FolderFinding(kind, path, f"{difference} (by {known.job})")
        )
    found.held["outputs"] = held
    for path in sorted(found.folder.rglob("*")):
        name = str(path.relative_to(found.folder))
        if path.is_symlink() or (name not in recorded and _is_foreign(path, name)):
            found.findings.append(FolderFinding("foreign", path, _whose(path)))


def _is_foreign(path: Path, name: str) -> bool:
    if path.is_dir() or path.name == TIMESTAMP:
        return False
    # Snakemake writes benchmarks when a job is over; they differ from run to run.
    entry = entry_at(name)
    of_jobs = ("benchmarks/<job>.tsv", "checksums/<job>.json")
    return entry is None or entry.name not in of_jobs


def _whose(path: Path) -> str:
    if path.is_symlink():
        return "a link, which no job makes"
    if path.name.startswith(".") and path.name.endswith(".part"):
        return "left by a job that was stopped while it wrote"
    return "no job of this run wrote it, or the job did not end"


def _check_stale(found: Verification, records: Mapping[str, Mapping[str, Any]]) -> None:
    """Name what was made from a file that another job has made anew since."""
    recorded = recorded_outputs(records)
    for job, record in sorted(records.items()):
        for name, digest in record["inputs"].items():
            known = recorded.get(name)
            path = found.folder / name
            if known is None:
                now = file_digest(path) if path.is_file() else None
            else:
                now = known.sha256
            if now == digest:
                continue
            what = (
                f"{job} read {name}, of which no job says any more that it wrote it"
                if now is None
                else f"{job} read another {name} than the one that is there"
            )
            for output in record["outputs"]:
                found.findings.append(
                    FolderFinding("stale", found.folder / output, what)
                )
            break


def _check_code(found: Verification, records: Mapping[str, Mapping[str, Any]]) -> None:
    digests: dict[str, str | None] = {}
    differing: dict[str, list[str]] = {}
    for job, record in sorted(records.items()):
        script = record["script"]
        if script not in digests:
            path = SCRIPTS / f"{script}.py"
            digests[script] = script_digest(path) if path.is_file() else None
        if digests[script] == record["code"]:
            continue
        what = (
            "this version has no such script"
            if digests[script] is None
            else "other code is installed than these jobs ran with"
        )
        differing.setdefault(what, []).append(job)
    _name_jobs(found, "code", differing)
    held = len(records) - sum(map(len, differing.values()))
    found.held["jobs' code"] = held


def _name_jobs(
    found: Verification, kind: str, differing: Mapping[str, Sequence[str]]
) -> None:
    for what, jobs in differing.items():
        path = found.folder / FOLDER
        found.findings.append(FolderFinding(kind, path, f"{what}: {', '.join(jobs)}"))


def _read_provenance(
    found: Verification, parts: Collection[str]
) -> dict[str, Any] | None:
    path = found.folder / "provenance.json"
    wanted = [part for part in ("inputs", "knowledge", "environment") if part in parts]
    if not wanted:
        return None
    if path.is_file():
        try:
            return dict(read_json(path))
        except GenostratError as error:
            why = error.problems[0].what
    else:
        why = "the run did not reach the report, which writes it"
    what = f"{', '.join(wanted)}: {why}"
    found.findings.append(FolderFinding("not_assessed", path, what))
    return None


def _check_inputs(found: Verification, origin: Mapping[str, Any]) -> None:
    home = found.folder.absolute().parents[1]
    held = 0
    for known in origin["inputs"]:
        written = Written(known["bytes"], known["sha256"], "")
        difference = differs_from(home / known["path"], written)
        if not difference:
            held += 1
            continue
        what = difference.replace("after it was written", "since the run read it")
        found.findings.append(
            FolderFinding(
                "input", Path(known["path"]), f"{what}: the results are not of it"
            )
        )
    found.held["inputs"] = held


def _check_environment(
    found: Verification, records: Mapping[str, Mapping[str, Any]]
) -> None:
    here = set(describe_environment().split(", "))
    held = 0
    differing: dict[str, list[str]] = {}
    for job, record in sorted(records.items()):
        there = set(record["environment"].split(", "))
        if there == here:
            held += 1
        else:
            words = (
                f"made with {', '.join(sorted(there - here))}; here is"
                f" {', '.join(sorted(here - there))}"
            )
            differing.setdefault(words, []).append(job)
    _name_jobs(found, "environment", differing)
    found.held["jobs' environment"] = held


def _check_knowledge(found: Verification, origin: Mapping[str, Any]) -> None:
    path = found.folder / "pgx/knowledge.json"
    if not path.is_file():
        return
    settings = origin["parameters"]
    try:
        known = read_json(path)
        source = settings["pgx"]["knowledge"]
        now = load_knowledge(source, build=settings["genotypes"]["build"])
    except GenostratError as error:
        found.findings.append(FolderFinding("knowledge", path, error.problems[0].what))
        return
    if now.sha256 == known["sha256"]:
        found.held["knowledge base"] = 1
        return
    what = (
        f"calls are by {known['source']} {known['version']}; here is"
        f" {now.source} {now.version} with other content"
    )
    found.findings.append(FolderFinding("knowledge", path, what))


def main(folders: Sequence[str]) -> int:
    """Verify folders, print what was found, and return 1 if anything does not hold."""
    wrong = not folders
    if wrong:
        sys.stderr.write("usage: python -m genostrat.verify results/COHORT [...]\n")
    for folder in folders:
        try:
            found = verify_results(folder)
        except GenostratError as error:
            sys.stdout.write(f"{error}\n")
            wrong = True
            continue
        for finding in found.findings:
            sys.stdout.write(f"{finding.as_problem()}\n")
        sys.stdout.write(f"{found.summary()}\n")
        wrong |= not found.holds
    return int(wrong)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
