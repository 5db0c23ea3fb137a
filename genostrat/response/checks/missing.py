"""Patients whose outcome is not known: how many, and what they could change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import stats

from genostrat.catalogues.contrasts import name_contrast
from genostrat.config.outcomes import ALL
from genostrat.response.contrasts import Contrast
from genostrat.response.outcomes import OutcomeAnalysis

MISSING = "missing_outcome"
#: Absolute scales that have ends, whatever the data.
_SHARES = ("risk_difference", "cumulative_incidence_difference")


def missing_rows(analysis: OutcomeAnalysis) -> Iterator[dict[str, Any]]:
    """Yield how many outcomes of each arm and of the reference are not known.

    Notes
    -----
    ``p_value`` is Fisher's exact test of whether arms differ in that. ``low`` and
    ``high`` are the ends between which the absolute effect in all treated patients lies
    whatever became of those not known (Manski 1990): all of the arm at one end of the
    scale and all of the reference at the other. Measurements and rates have no ends;
    ``value`` is then the difference from the known patients of their arm by which those
    not known would have to lie for the effect's interval to reach no effect.
    """
    patients = analysis.patients
    if not analysis.treated:
        return
    reference, *others = patients.arms
    for arm in others:
        contrast = name_contrast(arm, reference)
        masks = [patients.arm == one for one in (arm, reference)]
        totals = np.array([int(mask.sum()) for mask in masks])
        known = np.array([int((mask & analysis.known).sum()) for mask in masks])
        part = analysis.measured.subset(np.any(masks, axis=0) & analysis.known)
        row: dict[str, Any] = {
            "outcome": part.outcome.name,
            "check": MISSING,
            "division": "",
            "contrast": contrast,
            "statistic": float((totals - known).sum()),
            "n": int(totals.sum()),
            "n_events": part.n_events,
            "note": "",
        }
        lost = totals - known
        if not totals.all():
            yield row | {"note": "an arm has no patient"}
            continue
        shares = lost / totals
        if lost.any():
            row["p_value"] = float(stats.fisher_exact([lost, known]).pvalue)
            row["note"] = (
                f"not known in {lost[0]} of {totals[0]} of {arm}, and in {lost[1]} of"
                f" {totals[1]} of {reference}"
            )
        if lost.any() and not analysis.shortages[ALL, contrast]:
            absolute = (
                analysis.contrasts[ALL, contrast][1:]
                or analysis.contrasts[ALL, contrast]
            )
            row |= _bound(absolute, shares, horizon=analysis.horizon)
        yield row


def _bound(
    contrasts: list[Contrast], shares: np.ndarray, *, horizon: float
) -> dict[str, float]:
    """Bound the absolute effect, or say what would undo it."""
    by_scale = {one.scale: one for one in contrasts}
    for scale in (*_SHARES, "rmst_difference"):
        if scale in by_scale and np.isfinite(by_scale[scale].estimate):
            top = horizon if scale == "rmst_difference" else 1.0
            arm, reference = (
                value * (1.0 - share)
                for value, share in zip(by_scale[scale].values, shares, strict=True)
            )
            low = arm - (reference + shares[1] * top)
            return {"low": low, "high": arm + shares[0] * top - reference}
    if "win_difference" in by_scale:
        seen = float((1.0 - shares).prod())
        middle = by_scale["win_difference"].estimate * seen
        return {"low": middle - (1.0 - seen), "high": middle + (1.0 - seen)}
    effect = contrasts[0]
    if not effect.low * effect.high > 0:
        return {}
    distance = min(abs(effect.low), abs(effect.high))
    return {"value": float(distance / shares.max())}
