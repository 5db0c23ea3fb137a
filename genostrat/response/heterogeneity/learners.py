"""What predicts outcomes under both treatments: ridge regressions, or forests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version

import numpy as np

from genostrat.errors import GenostratError, Problem
from genostrat.registry.words.response import (
    CAUSAL_FOREST,
    GET_LEARNER,
    PACKAGES_OF_LEARNERS,
    RIDGE,
)

#: Design → patients × (reference, arm): predicted outcomes under each.
Predictor = Callable[[np.ndarray], np.ndarray]
#: Design, whether in the arm, outcome and source of randomness → what predicts.
Learner = Callable[[np.ndarray, np.ndarray, np.ndarray, np.random.Generator], Predictor]
#: Strengths of the ridge penalty that leave-one-out prediction chooses from.
_PENALTIES = np.logspace(-1, 4, 16)
#: Trees of each forest, and fewest patients in a leaf.
_TREES, _LEAF = 100, 5
#: Share of patients that a tree of the causal forest is grown from.
_SHARE = 0.45


def learn_by_ridge(
    design: np.ndarray,
    treated: np.ndarray,
    value: np.ndarray,
    random: np.random.Generator,
) -> Predictor:
    """Fit one ridge regression an arm (a T-learner)."""
    fits = [_fit_arm(design[mask], value[mask]) for mask in (~treated, treated)]

    def predict(new: np.ndarray) -> np.ndarray:
        return np.column_stack([mean + new @ slopes for mean, slopes in fits])

    return predict


def learn_by_forest(
    design: np.ndarray,
    treated: np.ndarray,
    value: np.ndarray,
    random: np.random.Generator,
) -> Predictor:
    """Grow a forest for the outcome and a causal forest for the effect, by EconML.

    Notes
    -----
    Athey, Tibshirani & Wager 2019 (doi 10.1214/18-AOS1709): honest trees, split where
    effects differ, on outcomes less what the first forest predicts of them out of the
    bag, and on treatment less its share, which the draw fixed. Outcomes under either
    treatment lie around the predicted one by the effect times the other's share.

    Raises
    ------
    GenostratError
        If EconML is not installed.
    """
    try:
        from econml.grf import CausalForest, RegressionForest
    except ImportError:
        raise GenostratError(NOT_INSTALLED) from None
    seeds = random.integers(2**31 - 1, size=2).tolist()
    share = float(treated.mean())
    outcome = RegressionForest(
        n_estimators=_TREES,
        min_samples_leaf=_LEAF,
        inference=False,
        n_jobs=1,
        random_state=seeds[0],
    ).fit(design, value)
    effect = CausalForest(
        n_estimators=_TREES,
        min_samples_leaf=_LEAF,
        max_samples=_SHARE,
        inference=False,
        n_jobs=1,
        random_state=seeds[1],
    ).fit(
        design,
        (treated - share)[:, None],
        value - outcome.oob_predict(design).ravel(),
    )

    def predict(new: np.ndarray) -> np.ndarray:
        mean, gain = outcome.predict(new).ravel(), effect.predict(new).ravel()
        return np.column_stack([mean - share * gain, mean + (1.0 - share) * gain])

    return predict


LEARNERS: Mapping[str, Learner] = {
    RIDGE: learn_by_ridge,
    CAUSAL_FOREST: learn_by_forest,
}
NOT_INSTALLED = Problem(
    f"response.learner is {CAUSAL_FOREST}, and EconML, which grows it, is not"
    " installed",
    fix=GET_LEARNER,
)


def name_package(learner: str) -> str:
    """Return the package beyond the lock that a learner is of, with its version.

    Blank where it needs none; so :func:`learn_by_forest` is told from a later one.
    """
    package = PACKAGES_OF_LEARNERS.get(learner)
    return "" if package is None else f"{package} {version(package)}"


def fit_ridge(
    design: np.ndarray, value: np.ndarray, *, penalties: np.ndarray = _PENALTIES
) -> tuple[float, np.ndarray]:
    """Fit a ridge regression whose penalty predicts left-out patients best.

    Parameters
    ----------
    design, value
        Patients × columns, and one number a patient.
    penalties
        To choose from.

    Returns
    -------
    intercept, coefficients
        Of the penalty with the least squared error of leave-one-out predictions, which
        one decomposition gives for all penalties (Golub, Heath & Wahba 1979, doi
        10.1080/00401706.1979.10489751). Equal to scikit-learn's ``RidgeCV``, and ten
        times as fast where there are few columns.
    """
    centre, mean = design.mean(axis=0), float(value.mean())
    left, sizes, right = np.linalg.svd(design - centre, full_matrices=False)
    along = left.T @ (value - mean)
    shrunk = sizes[:, None] ** 2 / (sizes[:, None] ** 2 + penalties)
    residual = (value - mean)[:, None] - left @ (shrunk * along[:, None])
    leverage = left**2 @ shrunk + 1.0 / len(value)
    error = ((residual / np.maximum(1.0 - leverage, 1e-9)) ** 2).mean(axis=0)
    best = penalties[int(np.argmin(error))]
    slopes = right.T @ (sizes / (sizes**2 + best) * along)
    return mean - float(centre @ slopes), slopes


def _fit_arm(design: np.ndarray, value: np.ndarray) -> tuple[float, np.ndarray]:
    if value.std() <= 1e-12:
        return float(value.mean()), np.zeros(design.shape[1])
    return fit_ridge(design, value)
