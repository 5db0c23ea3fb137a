"""Two groups compared, whatever the kind of outcome."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from genostrat.response.contrasts import Contrast
from genostrat.response.kinds.models import MODELS
from genostrat.response.patients import Measured
from genostrat.response.survival import round_down


def shortage(measured: Measured, in_group: np.ndarray, *, minimum: int) -> str:
    """Say why two groups are too small to compare, or nothing.

    Parameters
    ----------
    measured
        An outcome that is known for every patient given.
    in_group
        Whether each patient is in the group or in its reference.
    minimum
        Fewest events that either group would have if they did not differ (survival),
        events and non-events (binary), patients (continuous). None observed against
        many is no shortage: it is the strongest effect there is.
    """
    if in_group.all() or not in_group.any():
        return "too few patients (none in one group)"
    fewest, what = MODELS[measured.outcome.kind].count_informative(measured, in_group)
    if fewest >= minimum:
        return ""
    if what == "patients":
        return f"too few patients ({fewest:g} of at least {minimum})"
    return f"too few {what} ({fewest:.1f} expected in a group, of at least {minimum})"


def common_horizon(measured: Measured, groups: Iterable[np.ndarray]) -> float:
    """Return the time up to which every group was followed.

    The shortest of the groups' longest follow-ups, rounded down to two digits.
    """
    if measured.time is None:
        return np.nan
    longest = [float(measured.time[mask].max()) for mask in groups if mask.any()]
    return round_down(min(longest)) if longest else np.nan


def compare_groups(
    measured: Measured,
    in_group: np.ndarray,
    *,
    horizon: float = np.nan,
    weights: np.ndarray | None = None,
) -> list[Contrast]:
    """Compare a group with its reference on every scale of the outcome.

    Parameters
    ----------
    measured
        An outcome that is known for every patient given.
    in_group
        Whether each patient is in the group or in its reference.
    horizon
        Time up to which mean survival is compared, for survival.
    weights
        Propensity weights. The estimates are then right but their errors are not:
        weights are themselves estimated, so take errors from a bootstrap.
    """
    weights = np.ones(len(in_group)) if weights is None else weights
    return MODELS[measured.outcome.kind].compare_groups(
        measured, in_group, horizon=horizon, weights=weights
    )
