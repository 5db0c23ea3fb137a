"""The table of kinds of outcome: which module compares and tests each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from genostrat.catalogues.outcome_kinds import (
    BINARY,
    COMPETING,
    CONTINUOUS,
    COUNT,
    ORDINAL,
    SURVIVAL,
)
from genostrat.response.contrasts import Contrast
from genostrat.response.kinds import (
    binary,
    competing,
    continuous,
    count,
    ordinal,
    survival,
)
from genostrat.response.likelihoods.nested import Comparison, Estimates
from genostrat.response.patients import Measured


class KindModel(Protocol):
    """A module that compares and tests outcomes of one kind."""

    def count_informative(
        self, measured: Measured, in_group: np.ndarray
    ) -> tuple[float, str]:
        """Return how many inform the smaller of two groups, and what they are called.

        Where these are events, they are those that a group would have if groups did not
        differ.
        """

    def compare_groups(
        self,
        measured: Measured,
        in_group: np.ndarray,
        *,
        horizon: float,
        weights: np.ndarray,
    ) -> list[Contrast]:
        """Compare a group with its reference, on every scale of the kind in order."""

    def compare_models(
        self,
        measured: Measured,
        *,
        baseline: np.ndarray,
        common: np.ndarray,
        added: np.ndarray,
    ) -> Comparison:
        """Test what columns add to a model that baseline groups differ in anyway."""

    def estimate_columns(
        self,
        measured: Measured,
        *,
        baseline: np.ndarray,
        common: np.ndarray,
        added: np.ndarray,
    ) -> Estimates:
        """Estimate the coefficients of the columns that are added."""


#: Kind → the module of its comparisons and tests.
MODELS: Mapping[str, KindModel] = {
    SURVIVAL.name: survival,
    COMPETING.name: competing,
    BINARY.name: binary,
    ORDINAL.name: ordinal,
    COUNT.name: count,
    CONTINUOUS.name: continuous,
}
