"""How well each patient was measured, layer by layer, before anything is selected."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.arrays import Reals

#: Share of the features that a patient has no value of.
MISSING = "missing_share"
#: Sum of a patient's values, where they are counts.
TOTAL = "total"
#: What is measured of a layer; blank where it makes no sense.
MEASURES = (MISSING, TOTAL, "zero_share", "n_detected", "level", "spread")


def measure_quality(values: Reals, *, is_matrix: bool) -> pd.DataFrame:
    """Measure a layer patient by patient.

    Parameters
    ----------
    values
        Patients × all features that were offered, as they were given; NaN where
        missing.
    is_matrix
        Whether the features are one assay's, of one unit; columns of a sheet are not,
        and have a share of missing values alone.

    Returns
    -------
    DataFrame
        A row a patient with a column for each of :data:`MEASURES`: the share of missing
        values; of counts their sum, the library size; of values from 0 on, of which
        some are 0, the share of zeros and the number of others; the median, and the
        distance between the quartiles. NaN for a patient without any value, and
        throughout where a measure makes no sense.

    Examples
    --------
    >>> import numpy as np
    >>> measured = measure_quality(np.array([[0.0, 4, 6], [1, 2, 0]]), is_matrix=True)
    >>> measured["total"].tolist(), measured["n_detected"].tolist()
    ([10.0, 3.0], [2.0, 2.0])
    """
    known = np.isfinite(values)
    has_any = known.any(axis=1)
    table = pd.DataFrame(np.nan, index=range(len(values)), columns=list(MEASURES))
    table.loc[has_any, MISSING] = 1 - known[has_any].mean(axis=1)
    if not (is_matrix and has_any.any()):
        return table
    held = values[has_any]
    if not np.nanmin(held) < 0:
        if looks_like_counts(held):
            table.loc[has_any, TOTAL] = np.nansum(held, axis=1)
        if (held == 0).any():
            zeros = (held == 0).sum(axis=1)
            n_known = known[has_any].sum(axis=1)
            table.loc[has_any, "zero_share"] = zeros / n_known
            table.loc[has_any, "n_detected"] = n_known - zeros
    low, middle, high = np.nanquantile(held, [0.25, 0.5, 0.75], axis=1)
    table.loc[has_any, "level"] = middle
    table.loc[has_any, "spread"] = high - low
    return table


def looks_like_counts(values: Reals) -> bool:
    """Say whether measured values are whole numbers from 0 on, and not only 0 and 1."""
    known = values[np.isfinite(values)]
    if not known.size or known.min() < 0 or known.max() <= 2:
        return False
    return bool((known == np.floor(known)).all())
