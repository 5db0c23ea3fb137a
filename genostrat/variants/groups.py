"""Call counts side by side for centres and batches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from genostrat.genotypes.tallies import (
    ABSENT,
    DP_N,
    DP_SUM,
    HET,
    HOM_ALT,
    INDELS,
    SINGLETONS,
    TI,
    TV,
    Tallies,
)
from genostrat.variants.tables import divide

#: Columns of the clinical sheet that say how a sample was handled.
GROUPINGS = ("centre", "batch")
_MEANS = {
    "mean_n_het": HET,
    "mean_n_hom_alt": HOM_ALT,
    "mean_n_singleton": SINGLETONS,
    "mean_n_indel": INDELS,
    "mean_n_missing": ABSENT,
}


def tabulate_groups(
    tallies: Tallies, *, samples: Sequence[str], sheet: pd.DataFrame
) -> pd.DataFrame:
    """Return call counts by centre and batch: the table ``variants/by_group.tsv``.

    Parameters
    ----------
    tallies
        Of the whole call set.
    samples
        Of the tallies, in their order.
    sheet
        ``check/samples.tsv``. Samples with a blank cell are in no group.

    Notes
    -----
    ``ti_tv`` and ``mean_depth`` pool the calls of a group, so that a sample with few
    calls weighs less.
    """
    rows = sheet.set_index("sample_id").reindex(list(samples))
    nobody = pd.Series("", index=rows.index)
    parts = [
        _tabulate_grouping(tallies, rows.get(name, nobody), kind=name)
        for name in GROUPINGS
    ]
    return pd.concat(parts, ignore_index=True)


def _tabulate_grouping(
    tallies: Tallies, labels: pd.Series, *, kind: str
) -> pd.DataFrame:
    texts = labels.fillna("").to_numpy(dtype=object)
    known = texts != ""
    names, codes = np.unique(texts[known].astype(str), return_inverse=True)
    sums = np.zeros((len(tallies.samples), len(names)), np.int64)
    for row, counts in enumerate(tallies.samples):
        np.add.at(sums[row], codes, counts[known])
    sizes = np.bincount(codes, minlength=len(names))
    table = pd.DataFrame({"kind": kind, "group": names, "n_samples": sizes})
    for name, count in _MEANS.items():
        table[name] = divide(sums[count], sizes)
    table["ti_tv"] = divide(sums[TI], sums[TV])
    table["mean_depth"] = divide(sums[DP_SUM], sums[DP_N])
    return table
