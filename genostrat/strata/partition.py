"""A partition of patients, as the clustering hands it to whoever judges it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Indices, Reals


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
    focus
        The features that the groups were found in; none for all of them.
    """

    table: pd.DataFrame
    k: int
    sample_ids: list[str]
    labels: Indices
    consensus: Reals
    n_isolated: int = 0
    focus: tuple[str, ...] = ()

    def among(self, features: Sequence[str]) -> Flags | None:
        """Say which features are in the focus; None where all of them are."""
        return features_in_focus({"focus": list(self.focus)}, features)


def features_in_focus(record: dict[str, Any], features: Sequence[str]) -> Flags | None:
    """Say which features groups were found in; None where it is all of them.

    Parameters
    ----------
    record
        ``strata/nulls.json``.
    features
        Names of the features.
    """
    focus = record["focus"]
    return np.isin(list(features), focus) if focus else None


def values_of(features: pd.DataFrame, sample_ids: list[str]) -> Reals:
    """Return patients × features for some patients, in the order given."""
    indexed = features.set_index("sample_id")
    return indexed.loc[sample_ids].to_numpy(dtype=float)
