"""Whether the ratio of rates differs between patients, beside their difference."""

from __future__ import annotations

import numpy as np

from genostrat.response.heterogeneity.crossfit import CrossFit
from genostrat.response.heterogeneity.measures import Measure
from genostrat.response.kinds.count import score_columns
from genostrat.response.patients import Measured


def ratio_slope(fit: CrossFit, measured: Measured, treated: np.ndarray) -> Measure:
    """Return the slope of the log rate ratio on the predicted ratio.

    Parameters
    ----------
    fit
        Of one split, with ratios.
    measured
        Counts that are known for every patient given.
    treated
        Whether each patient is in the arm or in the reference.

    Returns
    -------
    Measure
        One step of Newton's method from 0, and its error: their quotient is the root of
        the score statistic of
        :func:`~genostrat.response.kinds.count.score_columns`. Missing where predictions
        do not differ, or nobody had an event.

    Notes
    -----
    The score of treatment times predicted ratio, in a Poisson regression on treatment,
    predicted ratio and predicted risk. Where treatment was drawn and one ratio of rates
    holds for everybody its mean is 0 however the rate depends on covariates: with the
    predicted ratio in the model, what the model misses of the rate is orthogonal to it,
    in either arm, in proportion to the arm's rate.

    Examples
    --------
    >>> from genostrat.config.outcomes import Outcome
    >>> treated = np.tile([False, True], 40)
    >>> gains = np.repeat([-0.5, 0.5], 40)
    >>> value = 2.0 + 2.0 * (treated & (gains > 0)) + np.arange(80) % 3
    >>> known = np.ones(80, dtype=bool)
    >>> counts = Measured(Outcome("stays", "count", ("stays",)), value, None, known)
    >>> flat = np.zeros(80)
    >>> split = CrossFit(flat, flat, flat, flat, gains)
    >>> ratio_slope(split, counts, treated).estimate > 0
    True
    """
    if not fit.ratio.std() > 1e-12:
        return Measure(np.nan, np.nan)
    arm = treated.astype(float)
    scores = score_columns(
        measured,
        baseline=np.full(len(arm), ""),
        common=np.column_stack([arm, fit.ratio, fit.risk]),
        added=(arm * fit.ratio)[:, None],
    )
    if scores is None or not scores.information[0, 0] > 0:
        return Measure(np.nan, np.nan)
    information = float(scores.information[0, 0])
    error = float(np.sqrt(scores.variance[0, 0])) / information
    return Measure(float(scores.total[0]) / information, error)
