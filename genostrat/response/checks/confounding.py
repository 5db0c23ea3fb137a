"""How strong what was not measured would have to be to explain an effect away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from genostrat.config.outcomes import ALL
from genostrat.response.contrasts import Contrast
from genostrat.response.outcomes import OutcomeAnalysis

E_VALUE = "e_value"
#: With more events than this a hazard or odds ratio is no risk ratio.
_RARE = 0.15


def e_value(risk_ratio: float) -> float:
    """Return the E-value of a risk ratio.

    Parameters
    ----------
    risk_ratio
        On either side of 1.

    Notes
    -----
    The least risk ratio by which a confounder would have to be tied both to treatment
    and to outcome, beyond what was weighed, to explain the whole effect: r + sqrt(r (r
    - 1)) of r or 1/r, whichever is above 1 (VanderWeele & Ding 2017, doi
    10.7326/M16-2607).

    Examples
    --------
    >>> round(e_value(3.9), 2), e_value(1.0)
    (7.26, 1.0)
    """
    if not risk_ratio > 0:
        return np.nan
    ratio = max(risk_ratio, 1.0 / risk_ratio)
    return float(ratio + np.sqrt(ratio * (ratio - 1.0)))


def as_risk_ratio(
    contrast: Contrast, value: float, *, rare: bool, spread: float
) -> float:
    """Bring an effect, or a limit of it, to the scale of risk ratios.

    Parameters
    ----------
    contrast
        On the first scale of an outcome.
    value
        Its estimate or a limit, on the scale of the test.
    rare
        Whether few patients have the event.
    spread
        Standard deviation of a measurement; missing otherwise.

    Notes
    -----
    The approximations of VanderWeele & Ding (2017, table 2). Of common events: the
    square root of an odds ratio; (1 - 0.5^sqrt(h)) / (1 - 0.5^sqrt(1/h)) of a hazard
    ratio h. Of a difference of d standard deviations: exp(0.91 d). A rate ratio stands
    for itself.
    """
    if contrast.scale == "mean_difference":
        return float(np.exp(0.91 * value / spread)) if spread > 0 else np.nan
    ratio = float(np.exp(value))
    if contrast.scale == "rate_ratio" or rare:
        return ratio
    if contrast.scale in {"odds_ratio", "common_odds_ratio"}:
        return float(np.sqrt(ratio))
    return float((1 - 0.5 ** np.sqrt(ratio)) / (1 - 0.5 ** np.sqrt(1 / ratio)))


def confounding_rows(analysis: OutcomeAnalysis) -> Iterator[dict[str, Any]]:
    """Yield the E-value of each arm's effect, where treatment was chosen."""
    if analysis.weighting is None:
        return
    for pair in analysis.pairs:
        if pair.stratum != ALL:
            continue
        first = analysis.contrasts[ALL, pair.contrast][0]
        part = analysis.measured.subset(pair.inside & analysis.known)
        n_events = part.n_events
        rare = n_events is not None and n_events <= _RARE * len(part.value)
        spread = float(part.value.std()) if len(part.value) else np.nan
        row = {
            "outcome": part.outcome.name,
            "check": E_VALUE,
            "division": "",
            "contrast": pair.contrast,
            "n": len(part.value),
            "n_events": n_events,
        }
        limits = np.array([first.low, first.high])
        if not np.isfinite([first.estimate, *limits]).all():
            yield row | {
                "note": analysis.shortages[ALL, pair.contrast] or "no estimate"
            }
            continue
        nearest = limits[int(np.argmin(np.abs(limits)))]
        inside = limits[0] <= 0.0 <= limits[1]
        yield row | {
            "value": e_value(
                as_risk_ratio(first, first.estimate, rare=rare, spread=spread)
            ),
            "low": 1.0
            if inside
            else e_value(
                as_risk_ratio(first, float(nearest), rare=rare, spread=spread)
            ),
            "note": "",
        }
