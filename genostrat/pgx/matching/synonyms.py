"""Alleles that a file may write as several records."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from genostrat.pgx.definitions import Position
from genostrat.pgx.matching.lines import (
    CONTRADICTORY,
    MISSING,
    PRESENT,
    Line,
    SiteCalls,
)

#: Records (position, REF, ALT) that together spell an allele.
Parts = tuple[tuple[int, str, str], ...]


def list_spellings(position: Position) -> list[tuple[int, Parts]]:
    """Return the ways to write an allele as several records.

    Parameters
    ----------
    position
        With its synonyms. Besides these, an allele that exchanges several bases may be
        written base by base.
    """
    spellings = [(n, parts) for n, parts in position.synonyms if len(parts) > 1]
    for number, alt in enumerate(position.alts, start=1):
        if len(alt) == len(position.ref):
            bases = enumerate(zip(position.ref, alt, strict=True))
            parts = tuple(
                (position.position + offset, ref, new)
                for offset, (ref, new) in bases
                if ref != new
            )
            if len(parts) > 1:
                spellings.append((number, parts))
    return spellings


def add_synonyms(
    calls: SiteCalls,
    position: Position,
    *,
    lines: Mapping[tuple[int, str, str], Line],
) -> None:
    """Count the copies on which all records of another spelling stand.

    Parameters
    ----------
    calls
        Of the position; changed in place where a copy carries the other spelling.
    position
        With its synonyms.
    lines
        Each record of a synonym that the file has, with 1 for its alternate allele.

    Notes
    -----
    Without phase, variants a few bases apart are taken to stand on as many copies as
    the rarest of them: two copies of a rare sequence a few bases apart in trans are
    far less likely than one.
    """
    for number, parts in list_spellings(position):
        if not all(part in lines for part in parts):
            continue
        chosen = [lines[part] for part in parts]
        together = np.stack([line.alleles == 1 for line in chosen])
        is_phased = np.stack([line.phase >= 0 for line in chosen]).all(axis=0)
        on_copies = np.array(together.all(axis=0))
        n_copies = together.sum(axis=2).min(axis=0)
        on_copies[~is_phased, 1] = n_copies[~is_phased] >= 1
        on_copies[~is_phased, 0] = n_copies[~is_phased] >= 2
        is_free = (calls.alleles == 0) | (calls.alleles == MISSING)
        changed = on_copies & is_free & (calls.why != CONTRADICTORY)[:, None]
        rows = changed.any(axis=1)
        calls.alleles[changed] = number
        # The other copy was looked at by the same records.
        called = np.stack([(line.alleles != MISSING).all(axis=1) for line in chosen])
        if len(position.sequences[number]) == len(position.ref):
            rows = rows | ~together.any(axis=(0, 2))
        rest = (calls.alleles == MISSING) & (rows & called.all(axis=0))[:, None]
        calls.alleles[rest] = 0
        calls.phase[rows] = np.where(is_phased, chosen[0].phase, -1)[rows]
        calls.why[rows & (calls.alleles != MISSING).all(axis=1)] = PRESENT
