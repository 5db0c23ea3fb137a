"""What a comparison of two groups gives: an estimate with its confidence limits."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from genostrat.catalogues.outcome_kinds import SCALES

CONFIDENCE = 0.95
# scipy.special, not scipy.stats: these are called for every draw of a bootstrap.
NORMAL_QUANTILE = float(special.ndtri(0.5 + CONFIDENCE / 2))


@dataclass(frozen=True)
class Contrast:
    """One group compared with a reference on one scale.

    Parameters
    ----------
    scale
        A key of :data:`genostrat.catalogues.outcome_kinds.SCALES`.
    estimate, standard_error
        On the scale of the test: the logarithm of a ratio, or the difference.
    low, high
        Confidence limits on that same scale.
    values
        What a difference is the difference of, group and reference; missing for
        ratios.
    note
        What a reader must know, or nothing.
    """

    scale: str
    estimate: float
    standard_error: float
    low: float
    high: float
    values: tuple[float, float] = (np.nan, np.nan)
    note: str = ""

    def with_error(self, standard_error: float) -> Contrast:
        """Return the estimate with another error and the limits it implies."""
        half = half_width(standard_error)
        low, high = self.estimate - half, self.estimate + half
        return replace(self, standard_error=standard_error, low=low, high=high)

    def natural(self, value: float) -> float:
        """Bring a value from the scale of the test to the one people read."""
        return float(np.exp(value)) if SCALES[self.scale].is_ratio else float(value)


def half_width(standard_error: float) -> float:
    """Return half the width of the confidence interval of a normal estimate."""
    return NORMAL_QUANTILE * standard_error
