"""A partition of patients, as the clustering hands it to whoever judges it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.floating]


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
    """

    table: pd.DataFrame
    k: int
    sample_ids: list[str]
    labels: NDArray[np.intp]
    consensus: Floats


def values_of(features: pd.DataFrame, sample_ids: list[str]) -> Floats:
    """Return patients × features for some patients, in the order given."""
    indexed = features.set_index("sample_id")
    return indexed.loc[sample_ids].to_numpy(dtype=float)
