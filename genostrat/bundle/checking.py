"""The last look at a bundle before it is written: rules that fail the run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from genostrat.bundle.parts import Part
from genostrat.disclosure.cells import ROUNDED_TO
from genostrat.disclosure.releases import find_close_releases
from genostrat.errors import Problem

#: Columns of counts of people, in any part.
COUNTS = ("count", "n", "n_at_risk", "n_arm", "n_reference")
EVENTS = ("n_events_arm", "n_events_reference")
#: Shorter identifiers are found within other text by chance.
LEAST_LETTERS = 4


def find_disclosures(
    parts: Sequence[Part],
    *,
    identifiers: Iterable[str],
    releases: Mapping[str, Mapping[str, Iterable[str]]],
    threshold: int,
    path: str | Path,
) -> Iterator[Problem]:
    """Yield what keeps a bundle from leaving.

    Parameters
    ----------
    parts
        What would be written.
    identifiers
        Of every patient of the cohort.
    releases
        Earlier release → part → everybody it was about.
    threshold
        The smallest count.
    path
        Where earlier releases are recorded, for messages.

    Notes
    -----
    Rules in ACRO's words: *MinimumThreshold* (a count below it), *identifiers* (a
    patient's, or their SHA-256, SHA-1 or MD5), *rows* (as many rows as patients),
    *rounding* (a count that is not rounded), *differencing* (an earlier release about
    nearly the same people).
    """
    names = set(identifiers)
    marks = {name for name in names if len(name) >= LEAST_LETTERS}
    hashes = {
        getattr(hashlib, kind)(name.encode()).hexdigest()
        for name in names
        for kind in ("sha256", "sha1", "md5")
    }
    for part in parts:
        yield from _find_in_table(part, names, marks | hashes, threshold)
        earlier = {
            name: of_parts[part.name]
            for name, of_parts in releases.items()
            if part.name in of_parts
        }
        close = find_close_releases(part.members, earlier, threshold=threshold)
        for name, n_left, n_joined in close:
            yield Problem(
                f"differencing: {part.name} is about nearly the same patients as the"
                f" release {name!r}",
                file=path,
                found=f"{n_left} have left and {n_joined} have joined since",
                allowed=f"none, or {threshold} at least",
                fix="wait until more patients have joined or left, or release the"
                " earlier set again",
            )


def _find_in_table(
    part: Part, names: set[str], marks: set[str], threshold: int
) -> Iterator[Problem]:
    table = part.table
    if len(table) and len(table) == len(part.members):
        yield Problem(
            f"rows: {part.name} has as many rows as patients",
            found=f"{len(table)} rows",
        )
    for column in table.columns:
        cells = table[column].astype(str)
        if cells.isin(names).any() or any(
            mark in cell for cell in set(cells) for mark in marks
        ):
            yield Problem(
                f"identifiers: a patient's stands in {part.name}", column=str(column)
            )
        if column in (*COUNTS, *EVENTS):
            numbers = pd.to_numeric(cells, errors="coerce").dropna()
            if (numbers < threshold).any():
                yield Problem(
                    f"MinimumThreshold: a count of {part.name} is below {threshold}",
                    column=str(column),
                )
            if (numbers % ROUNDED_TO != 0).any():
                yield Problem(
                    f"rounding: a count of {part.name} is exact", column=str(column)
                )
