"""A partition of patients, as the clustering hands it to whoever judges it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from genostrat.arrays import Indices, Reals


@dataclass(frozen=True)
class Partition:
    """What the clustering handed on.

    Parameters
    ----------
    table
        ``k_selection.tsv``.
    k
        Best number of groups.
    sample_ids
        The patients that were clustered.
    labels
        Consensus cluster of each.
    consensus
        Consensus matrix, patients × patients.
    n_isolated
        Patients who are unlike all others, and were set aside before.
    """

    table: pd.DataFrame
    k: int
    sample_ids: list[str]
    labels: Indices
    consensus: Reals
    n_isolated: int = 0


def values_of(features: pd.DataFrame, sample_ids: list[str]) -> Reals:
    """Return patients × features for some patients, in the order given."""
    indexed = features.set_index("sample_id")
    return indexed.loc[sample_ids].to_numpy(dtype=float)
