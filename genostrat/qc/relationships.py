"""Names of relationships, what a pedigree expects, and the largest unrelated set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

#: Lower bounds of kinship (Manichaikul 2010): 2^-(3/2), 2^-(5/2), 2^-(7/2), 2^-(9/2).
DEGREES = (
    (0.354, "duplicate"),
    (0.177, "first"),
    (0.0884, "second"),
    (0.0442, "third"),
)
#: A parent and a child share an allele everywhere: only genotyping errors give IBS0.
MAX_PARENT_CHILD_IBS0 = 0.005


def name_degree(kinship: float) -> str:
    """Return duplicate, first, second, third, or blank below all of them."""
    return next((name for bound, name in DEGREES if kinship >= bound), "")


def name_first_degree(degree: str, ibs0: float) -> str:
    """Return parent_child or full_siblings for a first-degree pair, else blank."""
    if degree != "first":
        return ""
    return "parent_child" if ibs0 < MAX_PARENT_CHILD_IBS0 else "full_siblings"


def expected_relation(
    first: str, second: str, parents: Mapping[str, tuple[str, str]]
) -> str:
    """Return what the sheet's parents say of a pair, or blank."""
    if second in parents.get(first, ()) or first in parents.get(second, ()):
        return "parent_child"
    mine, theirs = parents.get(first, ("", "")), parents.get(second, ("", ""))
    shared = [a for a, b in zip(mine, theirs, strict=True) if a and a == b]
    return ("", "half_siblings", "full_siblings")[len(shared)]


def read_parents(sheet: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return sample_id → (father_id, mother_id) from ``check/samples.tsv``."""
    blank = pd.Series("", index=sheet.index)
    fathers = sheet.get("father_id", blank)
    mothers = sheet.get("mother_id", blank)
    return {
        sample: (father, mother)
        for sample, father, mother in zip(
            sheet["sample_id"], fathers, mothers, strict=True
        )
        if father or mother
    }


def choose_unrelated(
    samples: Iterable[str],
    pairs: pd.DataFrame,
    *,
    min_kinship: float,
    call_rate: Mapping[str, float],
) -> tuple[list[str], dict[str, str]]:
    """Choose a large set of samples without relatives in it.

    The sample with most relatives left goes first; among equals the one with the lower
    call rate, then the later identifier. So of a lone pair the better-called one stays.

    Parameters
    ----------
    samples
        To choose from.
    pairs
        ``qc/relatedness.tsv``.
    min_kinship
        From which a pair counts.
    call_rate
        sample_id → call rate.

    Returns
    -------
    unrelated
        The samples that stay, sorted.
    removed
        Each sample that goes → the relative on whose account.
    """
    pool = set(samples)
    near: dict[str, set[str]] = defaultdict(set)
    for row in pairs.itertuples():
        if row.kinship >= min_kinship and {row.sample_1, row.sample_2} <= pool:
            near[row.sample_1].add(row.sample_2)
            near[row.sample_2].add(row.sample_1)
    removed: dict[str, str] = {}
    while any(near.values()):
        worst = max(
            (name for name in near if near[name]),
            key=lambda name: (len(near[name]), -call_rate.get(name, 0.0), name),
        )
        removed[worst] = min(near[worst])
        for relative in near.pop(worst):
            near[relative].discard(worst)
    return sorted(pool - set(removed)), removed
