"""Who each release of a cohort was about: what later ones are held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.privacy import create_file, make_folder
from genostrat.sheets.texts import read_text

Releases = Mapping[str, Mapping[str, frozenset[str]]]
HEADER = "release\tpart\tsample_id"


def read_releases(path: str | Path) -> Releases:
    """Read release → part → everybody it was about; nothing where no file is.

    Raises
    ------
    GenostratError
        If the file is not what :func:`record_release` writes: without it nobody knows
        what would be given away.
    """
    path = Path(path)
    if not path.is_file():
        return {}
    lines = read_text(path, "the record of releases").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for number, line in enumerate(lines, 1):
        cells = line.split("\t")
        if number == 1 and line == HEADER:
            continue
        if number == 1 or len(cells) != 3 or not all(cells):
            raise GenostratError(
                Problem(
                    "the record of earlier releases is damaged",
                    file=path,
                    line=number,
                    allowed="a header, then release, part and sample_id, tabs between",
                    fix="restore it; a bundle is not made without it",
                )
            )
        release, part, sample = cells
        found[release][part].add(sample)
    return {
        release: {part: frozenset(people) for part, people in parts.items()}
        for release, parts in found.items()
    }


def record_release(
    path: str | Path, name: str, parts: Mapping[str, Iterable[str]]
) -> int:
    """Add a release to the record; return how many people it was about.

    Parameters
    ----------
    path
        The record; it is made if need be, for its owner and group alone.
    name
        Of the release, such as a date.
    parts
        Part → everybody it is about.

    Raises
    ------
    GenostratError
        If a release of this name is there.
    """
    path = Path(path)
    known = read_releases(path)
    if name in known:
        raise GenostratError(
            Problem("a release of this name is recorded", file=path, found=name)
        )
    if not path.is_file():
        make_folder(path.parent)
        create_file(path).write_text(f"{HEADER}\n", encoding="utf-8")
    rows = [
        f"{name}\t{part}\t{sample}\n"
        for part, people in sorted(parts.items())
        for sample in sorted(people)
    ]
    with path.open("a", encoding="utf-8", newline="\n") as stream:
        stream.writelines(rows)
    return len({sample for people in parts.values() for sample in people})
