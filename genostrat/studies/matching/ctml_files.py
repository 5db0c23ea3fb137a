"""Files of trials in CTML: JSON, several documents in one, or YAML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from genostrat.config.source import read_documents
from genostrat.errors import GenostratError
from genostrat.sheets.texts import read_text
from genostrat.studies.matching.ctml import CtmlTrial, find_trials, read_ctml
from genostrat.studies.records.reading import Finding

#: Largest file that is read.
MOST_BYTES = 2**26
#: What reading a clause of another shape raises.
_NO_CTML = (ValueError, TypeError, AttributeError, KeyError, RecursionError)


def read_ctml_files(
    paths: Iterable[str | Path],
) -> tuple[list[CtmlTrial], list[Finding]]:
    """Return the trials of files, by identifier, and what is to be said of them.

    A file that cannot be read, and a trial whose match clause is none, are told; the
    rest goes on. Of a trial that stands twice the first counts.
    """
    trials: dict[str, CtmlTrial] = {}
    findings = []
    for path in paths:
        try:
            values = list(_documents(Path(path)))
        except GenostratError as error:
            findings += [
                Finding(str(path), problem.what, problem.fix or "", line=problem.line)
                for problem in error.problems
            ]
            continue
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None)
            what = f"no CTML: {type(error).__name__}"
            findings.append(Finding(str(path), what, "give JSON or YAML", line=line))
            continue
        found = [one for value in values for one in find_trials(value)]
        if not found:
            findings.append(Finding(str(path), "no trial with a protocol_no"))
        for value in found:
            try:
                trial = read_ctml(value)
            except _NO_CTML as error:
                findings.append(
                    Finding(
                        str(path),
                        f"a trial that is no CTML: {error}"[:200],
                        study_id=str(value["protocol_no"])[:60],
                    )
                )
                continue
            if trial.study_id in trials:
                findings.append(
                    Finding(
                        str(path),
                        "a trial that stands twice: the first counts",
                        study_id=trial.study_id,
                    )
                )
                continue
            trials[trial.study_id] = trial
    return [trials[name] for name in sorted(trials)], findings


def _documents(path: Path) -> Iterator[Any]:
    text = read_text(path, "the file of curated trials", limit=MOST_BYTES)
    if path.suffix.lower() in (".yaml", ".yml"):
        yield from read_documents(text, path=path)
        return
    decoder, start = json.JSONDecoder(strict=False), 0
    while start < len(text):
        rest = text[start:].lstrip()
        if not rest:
            return
        start = len(text) - len(rest)
        value, start = decoder.raw_decode(text, start)
        yield value
