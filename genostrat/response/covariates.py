"""Sheet columns as columns of a design: numbers as they are, names as indicators."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from genostrat.cells import parse_numbers
from genostrat.config.columns import CATEGORIES

#: A column of fewer different numbers is one of names.
FEWEST_NUMBERS = 7


def code_covariates(covariates: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    """Code covariates for a model.

    Parameters
    ----------
    covariates
        Patients × sheet columns, as text.

    Returns
    -------
    names, values
        One name a column; patients × columns, with one for each level of a category.

    Notes
    -----
    A missing number becomes the mean, with a column that says so; a missing category is
    a level of its own. Of covariates known before the draw this leaves the effect of a
    drawn treatment without bias (White & Thompson 2005, doi 10.1002/sim.1981).
    """
    names: list[str] = []
    columns: list[np.ndarray] = []
    for covariate in covariates:
        cells = covariates[covariate].to_numpy(dtype=object)
        for name, column in _coded(str(covariate), cells):
            names.append(name)
            columns.append(column)
    return names, np.column_stack([np.empty((len(covariates), 0)), *columns])


def scale_columns(values: np.ndarray) -> np.ndarray:
    """Bring columns to mean 0 and, where they vary, standard deviation 1."""
    if not len(values):
        return values
    spread = values.std(axis=0)
    return np.asarray(
        (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    )


def _coded(covariate: str, cells: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    numbers = parse_numbers(cells)
    given = cells != ""
    numeric = covariate not in CATEGORIES and np.isfinite(numbers[given]).all()
    if not given.any():
        return
    if numeric and len(np.unique(numbers[given])) >= FEWEST_NUMBERS:
        mean = numbers[given].mean()
        yield covariate, np.where(given, numbers, mean)
        if not given.all():
            yield f"{covariate} missing", (~given).astype(float)
        return
    for level in sorted(set(cells)):
        yield f"{covariate}={level or 'missing'}", (cells == level).astype(float)
