"""Hudson's F_ST between groups of people, with block-jackknife errors."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import allel
import numpy as np
import pandas as pd

from genostrat.arrays import Floats
from genostrat.variants.populations.counting import (
    N_STRETCHES,
    GroupCounts,
    add_by_stretch,
)
from genostrat.variants.populations.groups import Group
from genostrat.variants.populations.jackknife import jackknife_error

#: Fewer variants that vary between two groups than this give no F_ST.
MIN_VARIANTS = 100


class Differentiation:
    """Sums of F_ST over the genome, for every pair of assessed groups of one kind.

    Parameters
    ----------
    groups
        In the order of the counts.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = list(groups)
        self._pairs = [
            (one, two)
            for one, two in combinations(range(len(groups)), 2)
            if groups[one].kind == groups[two].kind
        ]
        self._assessed = [
            pair for pair in self._pairs if not any(groups[i].reason for i in pair)
        ]
        shape = (len(self._assessed), N_STRETCHES)
        # Numerators, denominators, variants that differ between any two people.
        self._sums = np.zeros((3, *shape))

    def add(self, block: GroupCounts) -> None:
        """Add consecutive variants."""
        n_variants = len(block.positions)
        if not n_variants or not self._assessed:
            return
        values = np.empty((3, len(self._assessed), n_variants))
        for row, (one, two) in enumerate(self._assessed):
            values[:2, row] = allel.hudson_fst(block.counts[one], block.counts[two])
        values[2] = values[1] > 0
        for sums, own in zip(self._sums, values, strict=True):
            add_by_stretch(sums, own, block.stretches)

    def tabulate(self) -> pd.DataFrame:
        """Return one row for each pair of groups of a kind.

        Returns
        -------
        DataFrame
            kind, group_1, group_2, n_1, n_2, n_variants, fst, se, n_stretches, reason.

        Notes
        -----
        F_ST is the ratio of sums over variants (Bhatia 2013, doi
        10.1101/gr.154831.113), not the mean of ratios, of Hudson's estimator: it does
        not depend on the sizes of the groups, and can be a little below 0.
        """
        rows = {pair: row for row, pair in enumerate(self._assessed)}
        records = []
        for pair in self._pairs:
            one, two = (self._groups[i] for i in pair)
            record = {
                "kind": one.kind,
                "group_1": one.name,
                "group_2": two.name,
                "n_1": one.size,
                "n_2": two.size,
            }
            if pair in rows:
                record |= _estimate(self._sums[:, rows[pair]])
            else:
                record["reason"] = "; ".join(
                    f"{group.name}: {group.reason}"
                    for group in (one, two)
                    if group.reason
                )
            records.append(record)
        return pd.DataFrame(records, columns=COLUMNS)


COLUMNS = [
    *("kind", "group_1", "group_2", "n_1", "n_2"),
    *("n_variants", "fst", "se", "n_stretches", "reason"),
]


def _estimate(sums: Floats) -> dict[str, object]:
    n_variants = int(sums[2].sum())
    if n_variants < MIN_VARIANTS:
        reason = f"{n_variants} variants differ, fewer than {MIN_VARIANTS}"
        return {"n_variants": n_variants, "reason": reason}
    error, n_stretches = jackknife_error(
        sums[:2], lambda left: left[0] / left[1], used=sums[1] > 0
    )
    return {
        "n_variants": n_variants,
        "fst": float(sums[0].sum() / sums[1].sum()),
        "se": error,
        "n_stretches": n_stretches,
        "reason": "",
    }
