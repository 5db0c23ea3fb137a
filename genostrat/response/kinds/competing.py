"""An event that another can forestall: hazards of each, and cumulative incidence.

Tests are of the cause-specific hazard, in which who had a competing event is no longer
at risk; what that means for patients is the difference in cumulative incidence.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from genostrat.response.contrasts import Contrast
from genostrat.response.kinds import survival
from genostrat.response.kinds.fine_gray import subdistribution_hazard_ratio
from genostrat.response.kinds.incidence import cumulative_incidence
from genostrat.response.likelihoods.nested import Comparison, Estimates
from genostrat.response.patients import Measured


def count_informative(measured: Measured, in_group: np.ndarray) -> tuple[float, str]:
    """Return the fewest events of interest that either group would have.

    As of survival, competing events taken for the end of follow-up.
    """
    return survival.count_informative(measured, in_group)


def compare_groups(
    measured: Measured, in_group: np.ndarray, *, horizon: float, weights: np.ndarray
) -> list[Contrast]:
    """Estimate hazard ratios and the difference in cumulative incidence.

    Notes
    -----
    Both hazards are given, since a treatment that brings about the competing event
    lowers the incidence of the other one without any effect on it (Latouche et al.
    2013, doi 10.1016/j.jclinepi.2012.09.017).
    """
    of_event = survival.hazard_ratio(measured, in_group, weights=weights)
    of_other = survival.hazard_ratio(measured.of_competing, in_group, weights=weights)
    return [
        replace(of_event, scale="cause_specific_hazard_ratio"),
        subdistribution_hazard_ratio(measured, in_group, weights=weights),
        _incidence_difference(measured, in_group, horizon=horizon, weights=weights),
        replace(of_other, scale="competing_hazard_ratio"),
    ]


def compare_models(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Comparison:
    """Test what columns add to a Cox model of the cause-specific hazard."""
    return survival.compare_models(
        measured, baseline=baseline, common=common, added=added
    )


def estimate_columns(
    measured: Measured, *, baseline: np.ndarray, common: np.ndarray, added: np.ndarray
) -> Estimates:
    """Estimate log cause-specific hazard ratios of columns beside others."""
    return survival.estimate_columns(
        measured, baseline=baseline, common=common, added=added
    )


def _incidence_difference(
    measured: Measured, in_group: np.ndarray, *, horizon: float, weights: np.ndarray
) -> Contrast:
    scale = "cumulative_incidence_difference"
    if not horizon > 0:
        return Contrast(scale, *(np.nan,) * 4)
    shares, errors = [], []
    for mask in (in_group, ~in_group):
        part = measured.subset(mask)
        assert part.time is not None
        assert part.competing is not None
        found = cumulative_incidence(
            part.time,
            part.value,
            part.competing,
            times=np.array([horizon]),
            weights=weights[mask],
        )
        shares.append(float(found.share[0]))
        errors.append(float(found.standard_error[0]))
    plain = Contrast(
        scale, shares[0] - shares[1], np.nan, np.nan, np.nan, (shares[0], shares[1])
    )
    return plain.with_error(float(np.hypot(errors[0], errors[1])))
