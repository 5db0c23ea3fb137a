"""The Cox model of times that are discrete: which of those at risk had the event."""

from __future__ import annotations

from copy import copy

import numpy as np

from genostrat.response.likelihoods.exact_kernels import subset_sums
from genostrat.response.likelihoods.risk_sets import number_groups

#: Events at one time up to which sums over all sets of them stay within the range of
#: numbers: some 1,900 do.
MOST_TIED = 1000
#: Step of the numerical derivative of the information's determinant.
_STEP = 1e-5


def most_tied(time: np.ndarray, event: np.ndarray) -> int:
    """Return how many events stand at one time at most."""
    _, counts = np.unique(time[event > 0], return_counts=True)
    return int(counts.max(initial=0))


class ExactCox:
    """Conditional log-likelihood of who had the events of each time.

    Parameters
    ----------
    design
        Patients × coefficients, without an intercept.
    time, event
        Follow-up and 1 (event) or 0 (censored); one value a patient.
    baseline
        Each patient's group; groups have baseline hazards of their own.
    entry
        Time of coming under observation; none: 0 for all.

    Notes
    -----
    Cox 1972 (doi 10.1111/j.2517-6161.1972.tb00899.x), for discrete time: of all sets of
    as many patients at risk as had the event, the chance of the one that had it. R's
    ``coxph(ties = "exact")``. Patients have no weights in it.

    Examples
    --------
    Two of three had the event at one time, and one of these had x = 1: of the three
    pairs, two hold a patient with x = 1.

    >>> x, time = np.array([[1.0], [0.0], [0.0]]), np.array([1.0, 1.0, 2.0])
    >>> model = ExactCox(x, time, np.array([1.0, 1.0, 0.0]))
    >>> value, score, _ = model.derivatives(np.zeros(1))
    >>> round(float(np.exp(value)), 4), score.round(4).tolist()
    (0.3333, [0.3333])
    """

    def __init__(
        self,
        design: np.ndarray,
        time: np.ndarray,
        event: np.ndarray,
        *,
        baseline: np.ndarray | None = None,
        entry: np.ndarray | None = None,
    ) -> None:
        self.design = np.ascontiguousarray(design, dtype=float)
        group = number_groups(baseline, n_patients=len(time))
        happened = event > 0
        #: Rows at risk, and of those who had the event, for each group and time.
        self.sets: list[tuple[np.ndarray, np.ndarray]] = []
        for one in np.unique(group[happened]):
            mine = group == one
            for moment in np.unique(time[mine & happened]):
                at_risk = mine & (time >= moment)
                if entry is not None:
                    at_risk &= entry < moment
                tied = mine & happened & (time == moment)
                self.sets.append((np.flatnonzero(at_risk), np.flatnonzero(tied)))

    @property
    def size(self) -> int:
        """Return the number of coefficients."""
        return self.design.shape[1]

    def derivatives(self, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return log-likelihood, score and information at `beta`."""
        eta = self.design @ beta
        value, score = 0.0, np.zeros(self.size)
        information = np.zeros((self.size, self.size))
        for at_risk, tied in self.sets:
            of_set = eta[at_risk]
            weight = np.exp(of_set - of_set.max())
            # Whatever the scale, the quotients are the same; with this one no sum of
            # subsets of up to MOST_TIED is too large for a number.
            scale = len(tied) / (np.e * weight.sum())
            total, first, second = subset_sums(
                weight * scale, self.design[at_risk], len(tied)
            )
            mean = first / total
            shift = of_set.max() - np.log(scale)
            value += float(eta[tied].sum() - np.log(total) - len(tied) * shift)
            score += self.design[tied].sum(axis=0) - mean
            information += second / total - np.outer(mean, mean)
        return value, score, information

    def bias_score(self, beta: np.ndarray, inverse: np.ndarray) -> np.ndarray:
        """Return the derivative of half the log-determinant of the information."""
        found = np.zeros(self.size)
        for place, step in enumerate(np.eye(self.size) * _STEP):
            change = self.derivatives(beta + step)[2] - self.derivatives(beta - step)[2]
            found[place] = 0.5 * np.trace(inverse @ change) / (2.0 * _STEP)
        return found

    def restrict(self, columns: np.ndarray) -> ExactCox:
        """Return the model of some of the coefficients."""
        other = copy(self)
        other.design = np.ascontiguousarray(self.design[:, columns])
        return other
