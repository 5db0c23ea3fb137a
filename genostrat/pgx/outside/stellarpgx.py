"""Star alleles of StellarPGx: a text of one gene in one patient."""

from __future__ import annotations

import re
from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.outside.files import MAX_BYTES
from genostrat.pgx.outside.names import BLANKS
from genostrat.pgx.outside.patients import find_patients
from genostrat.pgx.outside.records import (
    OutsideCall,
    OutsideCalls,
    add_call,
    parse_score,
)
from genostrat.sheets.texts import read_text

_TITLE = re.compile(r"(?P<gene>[\w-]+) Star Allele Calling with StellarPGx")
_HEADING = re.compile(r"(?P<name>[A-Z][A-Za-z ]+):")
_RESULT, _SCORE, _STATUS = "Result", "Activity score", "Metaboliser status"
_DIPLOTYPE = re.compile(r"\S*\*\S*/\S+")
#: What the tool writes where it makes no statement.
_SILENT = BLANKS | {"indeterminate"}


def read_stellarpgx(
    path: Path, knowledge: Knowledge, known: frozenset[str]
) -> OutsideCalls:
    """Read ``<sample_id>_<gene>.alleles`` files, one or a directory of them.

    Notes
    -----
    Whatever stands beside the diplotypes of the result (a novel allele, a duplication
    of one that is not told) is the tool's word against its call, which is not sure
    then.
    """
    read = OutsideCalls()
    endings = _list_endings(path)
    for sample, file in find_patients(path, endings=endings, known=known, read=read):
        try:
            text = read_text(file, "the file of calls", limit=MAX_BYTES)
        except GenostratError as error:
            read.problems += error.problems
            continue
        title = _TITLE.search(text)
        parts = _split(text)
        if title is None or _RESULT not in parts:
            read.problems.append(
                Problem(
                    "this is not a result of StellarPGx",
                    file=file,
                    line=1,
                    found=text.strip()[:60],
                    allowed="“CYP2D6 Star Allele Calling with StellarPGx”, and a part"
                    " “Result:”",
                )
            )
            continue
        line, result = parts[_RESULT]
        spelled, note = _take_apart(result)
        score = parts.get(_SCORE, (0, ""))[1]
        status = parts.get(_STATUS, (0, ""))[1]
        call = OutsideCall(
            sample,
            title["gene"],
            "StellarPGx",
            (),
            phenotype="" if status.casefold() in _SILENT or not spelled else status,
            activity_score=parse_score(score) if spelled else None,
            note=note,
        )
        add_call(read, call, spelled, knowledge=knowledge, line=line)
    return read


def _list_endings(path: Path) -> list[str]:
    """Return the endings of the tool's files: the gene without its family."""
    files = path.rglob("*.alleles") if path.is_dir() else [path]
    found = {f"_{file.name.rpartition('_')[2]}" for file in files if "_" in file.name}
    return sorted(e for e in found if e.endswith(".alleles")) or ["_<gene>.alleles"]


def _split(text: str) -> dict[str, tuple[int, str]]:
    """Return under each heading its line and the text below it."""
    parts: dict[str, tuple[int, str]] = {}
    heading = ""
    for number, line in enumerate(text.split("\n"), 1):
        words = line.strip()
        match = _HEADING.fullmatch(words)
        if match is not None:
            heading = match["name"]
            parts[heading] = number, ""
        elif heading and words:
            first, told = parts[heading]
            # A call is at the line where its first word stands.
            parts[heading] = (first, f"{told} {words}") if told else (number, words)
    return parts


def _take_apart(result: str) -> tuple[list[str], str]:
    """Return the diplotypes of a result, and what is said beside them."""
    text = result.replace("[", " ").replace("]", " ").replace("'", " ")
    spelled = [part.strip(",;") for part in _DIPLOTYPE.findall(text)]
    rest = " ".join(_DIPLOTYPE.sub(" ", text).split())
    rest = " ".join(word for word in rest.split() if word not in ("or", ",", ";"))
    if rest.casefold() in _SILENT:
        rest = ""
    return list(dict.fromkeys(spelled)), f"StellarPGx: {rest}" if rest else ""
