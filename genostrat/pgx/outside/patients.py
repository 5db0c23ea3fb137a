"""Files of other tools that hold one patient each, and are named after them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from genostrat.errors import GenostratError, Problem
from genostrat.pgx.naming import join_some
from genostrat.pgx.outside.files import MAX_BYTES
from genostrat.pgx.outside.records import OutsideCalls
from genostrat.sheets.texts import read_text

_WHAT = "the file of calls"


def find_patients(
    path: Path,
    *,
    endings: Sequence[str],
    known: frozenset[str],
    read: OutsideCalls,
    in_folder: re.Pattern[str] | None = None,
) -> Iterator[tuple[str, Path]]:
    """Find whose calls files hold, by their names.

    Parameters
    ----------
    path
        Of a file, or of a directory that is searched with its folders.
    endings
        Of the names of files, behind the patient's identifier; the longest that fits
        is taken off.
    known
        Every sample of the cohort. A name is only ever a whole identifier: one that
        begins like another patient's is no patient's.
    read
        Gets what is wrong, and how many files are of nobody in the cohort.
    in_folder
        Names that the tool gives a file in a folder that is named after the patient.

    Yields
    ------
    sample, file
    """
    files = sorted(_list_files(path, endings))
    wanted = [f"<sample_id>{ending}" for ending in endings]
    if not files:
        read.problems.append(
            Problem(
                "no outside calls in the directory",
                file=path,
                allowed=f"files named {join_some(wanted)}",
            )
        )
    for file in files:
        sample = _name_patient(file, endings, in_folder)
        if sample in known:
            yield sample, file
        elif path.is_dir():
            read.n_unknown += 1
        else:
            read.problems.append(
                Problem(
                    "a file of one patient's calls is named after the patient",
                    file=path,
                    found=sample,
                    allowed=f"{join_some(wanted)}, with an identifier of the cohort",
                    fix="rename it, or give the directory of all patients' files",
                )
            )


def _list_files(path: Path, endings: Sequence[str]) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for file in path.rglob("*"):
        if file.name.endswith(tuple(endings)) and file.is_file():
            yield file


def _name_patient(
    file: Path, endings: Sequence[str], in_folder: re.Pattern[str] | None
) -> str:
    if in_folder is not None and in_folder.fullmatch(file.name):
        return file.parent.name
    for ending in sorted(endings, key=len, reverse=True):
        if file.name.endswith(ending):
            return file.name.removesuffix(ending)
    return file.name


def read_record(path: Path, *, read: OutsideCalls) -> tuple[dict[str, Any], str]:
    """Read a JSON object, without trusting its size, encoding or form.

    Parameters
    ----------
    path
        Of the file.
    read
        Gets what is wrong; the object is empty then.

    Returns
    -------
    tuple
        The object and the text that it stood in.
    """
    try:
        text = read_text(path, _WHAT, limit=MAX_BYTES)
    except GenostratError as error:
        read.problems += error.problems
        return {}, ""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits are a ValueError without a line.
        read.problems.append(
            Problem(
                f"{_WHAT} is not JSON: {getattr(error, 'msg', 'it cannot be read')}",
                file=path,
                line=getattr(error, "lineno", None),
                fix="write the calls anew: a run that was stopped leaves half a file",
            )
        )
        return {}, ""
    if not isinstance(record, dict):
        read.problems.append(
            Problem(
                f"{_WHAT} is not a record",
                file=path,
                line=1,
                found=text.strip()[:40],
                allowed="a JSON object with a key a gene",
            )
        )
        return {}, ""
    return record, text


def line_of(text: str, *keys: str) -> int:
    """Return the line of JSON at which the last of nested keys stands."""
    place = 0
    for key in keys:
        match = re.compile(re.escape(json.dumps(key)) + r"\s*:").search(text, place)
        place = place if match is None else match.start()
    return text.count("\n", 0, place) + 1


def refuse_form(
    read: OutsideCalls, path: Path, text: str, *keys: str, tool: str, allowed: str
) -> None:
    """Remember that what stands under nested keys is not what the tool writes there."""
    read.problems.append(
        Problem(
            f"these are not calls as {tool} writes them",
            file=path,
            line=line_of(text, *keys),
            found=".".join(keys) or text.strip()[:40],
            allowed=allowed,
        )
    )


def is_record(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Say whether a value of JSON has keys."""
    return isinstance(value, Mapping)
