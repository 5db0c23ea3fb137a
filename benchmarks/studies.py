"""Measure the studies stage: designs against readers, criteria against judges, speed.

    python benchmarks/studies.py designs --half held_out
    python benchmarks/studies.py criteria
    python benchmarks/studies.py speed --records 101000

Data: ``registry_texts`` in the folder that GENOSTRAT_DATA names; the labels stand in
``tests/unit/studies/labels.tsv``.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import json
import math
import os
import re
import resource
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(HOME))

from benchmarks.real_data import DATA  # noqa: E402
from benchmarks.sections import put_section  # noqa: E402
from genostrat.pgx.guidance.medications import read_synonyms  # noqa: E402
from genostrat.studies.criteria.logic import find_deciders  # noqa: E402
from genostrat.studies.criteria.medicines import index_names  # noqa: E402
from genostrat.studies.criteria.parsing import parse_record  # noqa: E402
from genostrat.studies.designs.classification import (  # noqa: E402
    LABELS,
    classify_design,
    classify_records,
)
from genostrat.studies.matching.evaluation import NO, YES, Matcher  # noqa: E402
from genostrat.studies.matching.patients import Patient  # noqa: E402
from genostrat.studies.records.reading import gather_records  # noqa: E402
from genostrat.studies.records.record import StudyRecord  # noqa: E402
from genostrat.studies.records.store import open_store  # noqa: E402

RECORDS = DATA / "registry_texts"
LABELLED = HOME / "tests/unit/studies/labels.tsv"


@functools.cache
def read_texts(path: Path) -> dict[str, str]:
    """Return identifier → text."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = map(json.loads, stream)
        return {row["id"]: row["text"] for row in rows}


def read_labels() -> tuple[dict[str, set[str]], dict[str, str], dict[str, str]]:
    """Return identifier → labels, → half, → frame."""
    labels: dict[str, set[str]] = defaultdict(set)
    halves, frames = {}, {}
    lines = LABELLED.read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        name, frame, half, _, _, label, *_ = line.split("\t")
        halves[name], frames[name] = half, frame
        labels[name] |= {label} - {"none"}
    return dict(labels), halves, frames


def score_designs(
    half: str,
) -> tuple[Counter[str], Counter[str], Counter[str], list[bool]]:
    """Count labels right, false and missed; say which random records are wrong."""
    texts = read_texts(RECORDS / "texts.jsonl.gz")
    labels, halves, frames = read_labels()
    right: Counter[str] = Counter()
    false: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    alarms: list[bool] = []
    names = [name for name in labels if halves[name] == half]
    for name in names:
        found = set(classify_design({"text": texts[name]}))
        right.update(found & labels[name])
        false.update(found - labels[name])
        missed.update(labels[name] - found)
        if frames[name].startswith("random"):
            alarms.append(bool(found - labels[name]))
    return right, false, missed, alarms


def tell_interval(hits: int, n: int) -> str:
    """Return the 95 % interval of a share (Wilson 1927)."""
    if not n:
        return "(none)"
    z, share = 1.959964, hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = (
        z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    )
    return f"({middle - half:.2f} to {middle + half:.2f})"


def print_designs(half: str) -> None:
    """Print precision and recall, per label and overall, and false alarms."""
    right, false, missed, alarms = score_designs(half)
    for label in [*LABELS, "all"]:
        counts = [
            sum(c.values()) if label == "all" else c[label]
            for c in (right, false, missed)
        ]
        tp, fp, fn = counts
        precision = tp / (tp + fp) if tp + fp else float("nan")
        recall = tp / (tp + fn) if tp + fn else float("nan")
        print(
            f"{label:26s} {tp:4d} right {fp:3d} false {fn:3d} missed"
            f"  precision {precision:.3f} {tell_interval(tp, tp + fp)}"
            f"  recall {recall:.3f} {tell_interval(tp, tp + fn)}"
        )
    print(f"false alarms among random records: {sum(alarms)} of {len(alarms)}")


_AGE = re.compile(
    r"(?i)\b(\d{1,3})[- ]?(?:year|yr|y/?o|y\.o|yo\b)|\b(\d{1,2})[- ](?:month|week"
    r"|day)s?[- ]old"
)
_FEMALE = re.compile(r"(?i)\b(?:woman|female|girl|lady|she|her|gravida|mrs|pregnant)\b")
_MALE = re.compile(r"(?i)\b(?:man|male|boy|gentleman|he|his|mr)\b")


def read_patient(name: str, text: str) -> Patient:
    """Return age, sex and nothing else of a patient who is described in words."""
    match = _AGE.search(text)
    age = None
    if match:
        age = float(match[1]) if match[1] else 0.0
    female, male = _FEMALE.search(text), _MALE.search(text)
    sex = ""
    if female and (not male or female.start() < male.start()):
        sex = "female"
    elif male:
        sex = "male"
    return Patient(name, age=age if age is None or age <= 130 else None, sex=sex)


Outcomes = Counter[tuple[str, str]]


def find_outcomes() -> tuple[Outcomes, Outcomes, Counter[str]]:
    """Count pairs by status and judgement, by what decided, and criteria by grasp."""
    folder = RECORDS / "eligibility_pairs"
    names = index_names(read_synonyms(HOME / "resources/drug_synonyms.tsv"))
    trials = read_texts(folder / "texts.jsonl.gz")
    parsed = {
        name: parse_record(StudyRecord(name, "plain", text=text), medicines=names)
        for name, text in trials.items()
    }
    patients = {}
    for line in (folder / "patients.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        patients[row["id"]] = read_patient(row["id"], row["text"])
    # What only says that a record has none, in brackets, is no criterion.
    grasps = Counter(
        one.grasp
        for criteria in parsed.values()
        for one in criteria
        if not one.text.startswith("(")
    )
    outcomes: Outcomes = Counter()
    kinds: Outcomes = Counter()
    lines = (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        _, patient, trial, judged = line.split("\t")
        if trial not in parsed:
            outcomes["no text", judged] += 1
            continue
        matcher = Matcher([patients[patient]])
        match = matcher.match(parsed[trial])
        status = int(match.status[0])
        outcomes[{NO: "not", YES: "eligible"}.get(status, "undetermined"), judged] += 1
        if status == NO:
            decider = parsed[trial][int(match.decider[0])]
            for leaf in find_deciders(decider.node, patients[patient].answer)[:1]:
                kinds[leaf.kind, judged] += 1
    return outcomes, kinds, grasps


def print_criteria() -> None:
    """Print how often clear criteria decide, and how often rightly."""
    outcomes, kinds, grasps = find_outcomes()
    print(f"criteria: {dict(grasps)}")
    print("status × judgement (0 not relevant, 1 excluded or partly, 2 eligible):")
    for status in ("eligible", "undetermined", "not", "no text"):
        print(f"  {status:13s}", {j: outcomes[status, j] for j in "012"})
    decided = sum(outcomes["not", j] for j in "012")
    print(
        f"decided: {decided} of {sum(outcomes.values())}; of these judged not eligible:"
        f" {outcomes['not', '0'] + outcomes['not', '1']}"
    )
    print(
        "what decided:",
        {k: {j: kinds[k, j] for j in "012"} for k in sorted({k for k, _ in kinds})},
    )


def measure_speed(n_records: int, processes: int, n_read: int) -> None:
    """Measure reading and classifying, and put the figures into docs/benchmarks.md.

    Parameters
    ----------
    n_records
        Records that are classified, made by repeating the texts.
    processes
        Processes that classify.
    n_read
        Records that are read into a new store, and read again.
    """
    texts = list(read_texts(RECORDS / "texts.jsonl.gz").items())
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path, store = Path(folder, "records.jsonl"), Path(folder, "records.sqlite")
        with path.open("w", encoding="utf-8") as stream:
            for i in range(n_read):
                name, text = texts[i % len(texts)]
                row = {"study_id": f"{name}-{i}", "title": f"Study {i}", "text": text}
                stream.write(json.dumps(row) + "\n")
        for title in ("reading into a new store", "reading the same again"):
            with Stopwatch(title, n_read, 1) as watch:
                records, _ = gather_records([path])
                with open_store(store, create=True) as kept:
                    kept.add_snapshot(records, as_of="2024-06-30")
            rows.append(watch.row)
    del records
    repeated = (
        (f"{texts[i % len(texts)][0]}-{i}", {"text": texts[i % len(texts)][1]})
        for i in range(n_records)
    )
    title = "classifying designs, < 60 s on two free processors wanted"
    with Stopwatch(title, n_records, processes) as watch:
        n_labelled = sum(
            bool(found) for _, found in classify_records(repeated, processes=processes)
        )
    rows.append(watch.row)
    load = os.getloadavg()[0]
    text = f"""
Written by `python benchmarks/studies.py speed`: records of ClinicalTrials.gov
(`registry_texts`, half of them with molecular words), repeated. Seconds of processors
are those that the work used, whatever else ran; at the end the machine had {load:.0f}
tasks for its {os.cpu_count()} processors, which makes the seconds that passed longer.
{n_labelled:,} records were labelled. MB is the most up to then, of one process.

| step | records | processes | s passed | s of processors | ms a record | MB |
|---|---|---|---|---|---|---|
{chr(10).join(rows)}
"""
    page = HOME / "docs/benchmarks.md"
    old = page.read_text(encoding="utf-8")
    new = put_section(old, "Studies", text, before="Reading the figures")
    page.write_text(new, encoding="utf-8")
    print(text)


class Stopwatch:
    """Times a step with all that it starts; `row` is its line of the table."""

    def __init__(self, title: str, n: int, processes: int) -> None:
        self.title, self.n, self.processes = title, n, processes
        self.row = ""

    def __enter__(self) -> Stopwatch:
        self.start, self.used = time.perf_counter(), _used()[0]
        return self

    def __exit__(self, *_: object) -> None:
        passed = time.perf_counter() - self.start
        cpu, memory = _used()
        cpu -= self.used
        self.row = (
            f"| {self.title} | {self.n:,} | {self.processes} | {passed:.1f} | {cpu:.1f}"
            f" | {1000 * cpu / self.n:.2f} | {memory:.0f} |"
        )


def _used() -> tuple[float, float]:
    """Return seconds of processors, and the peak memory of a process in MB."""
    used = [
        resource.getrusage(who)
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    return cpu, max(one.ru_maxrss for one in used) / 1024


def main() -> None:
    """Take the command line apart."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    designs = commands.add_parser("designs")
    designs.add_argument(
        "--half",
        choices=["development", "held_out", "second_held_out", "third_held_out"],
        required=True,
    )
    commands.add_parser("criteria")
    speed = commands.add_parser("speed")
    speed.add_argument("--records", type=int, default=101_000)
    speed.add_argument("--processes", type=int, default=2)
    speed.add_argument("--read", type=int, default=20_000)
    asked = parser.parse_args()
    if asked.command == "designs":
        print_designs(asked.half)
    elif asked.command == "criteria":
        print_criteria()
    else:
        measure_speed(asked.records, asked.processes, asked.read)


if __name__ == "__main__":
    main()
