"""The Cox model with covariates that are numbers, so that every patient has a row.

:class:`~genostrat.response.likelihoods.likelihood.CoxLikelihood` pools patients with
equal rows; here sums over those at risk are kept instead, which costs the same however
many different rows there are.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

import numpy as np

from genostrat.config.outcomes import EFRON
from genostrat.response.likelihoods.risk_sets import check_ties, number_groups


class CoxRegression:
    """Cox partial log-likelihood, ties as Efron or Breslow takes them.

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
    ties
        ``efron``, or ``breslow``: nobody is taken out.

    Raises
    ------
    ValueError
        If `ties` is another way.

    Notes
    -----
    Efron 1977 (doi 10.1080/01621459.1977.10480613): of d tied events, the r-th has r/d
    of the tied ones taken out of those at risk.

    Examples
    --------
    >>> x, time = np.array([[0.0], [1.0], [0.5]]), np.array([1.0, 2.0, 3.0])
    >>> value, score, _ = CoxRegression(x, time, np.ones(3)).derivatives(np.zeros(1))
    >>> round(value, 4), score.round(4).tolist()
    (-1.7918, [-0.25])
    """

    def __init__(
        self,
        design: np.ndarray,
        time: np.ndarray,
        event: np.ndarray,
        *,
        baseline: np.ndarray | None = None,
        entry: np.ndarray | None = None,
        ties: str = EFRON,
    ) -> None:
        check_ties(ties)
        group = number_groups(baseline, n_patients=len(time))
        order = np.lexsort((-time, group))
        self.design = design[order].astype(float)
        time, group, happened = time[order], group[order], event[order] > 0
        start = np.searchsorted(group, np.arange(group.max(initial=0) + 1))
        # Patients of a group and a time stand together, latest first.
        key = np.column_stack([group, -time])
        change = np.ones(len(time), dtype=bool)
        change[1:] = (key[1:] != key[:-1]).any(axis=1)
        block = np.cumsum(change) - 1
        last = np.append(np.flatnonzero(change)[1:], len(time))
        #: Rows of patients with an event, and of their ties.
        self.happened = np.flatnonzero(happened)
        self.first = start[group[self.happened]]
        self.last = last[block[self.happened]]
        _, self.tie, count = np.unique(
            block[self.happened], return_inverse=True, return_counts=True
        )
        begins = np.cumsum(count) - count
        turn = np.arange(len(self.tie)) - begins[self.tie]
        self.fraction = turn / count[self.tie] * (ties == EFRON)
        self.time = time[self.happened]
        #: Patients by when they came, latest first, and who came too late, by event.
        self.arrival: np.ndarray | None = None
        if entry is not None:
            came = entry[order]
            self.arrival = np.lexsort((-came, group))
            key = np.array([-came[self.arrival], group[self.arrival]])
            self.late = start[group[self.happened]] + np.array(
                [
                    np.searchsorted(key[0][key[1] == of], -moment, side="right")
                    for of, moment in zip(group[self.happened], self.time, strict=True)
                ],
                dtype=int,
            )

    @property
    def size(self) -> int:
        """Return the number of coefficients."""
        return self.design.shape[1]

    def _risk_sums(
        self, beta: np.ndarray
    ) -> tuple[Callable[[np.ndarray], np.ndarray], float]:
        """Return what adds values up over those at risk, and the scale of weights."""
        eta = self.design @ beta
        shift = float(eta.max(initial=0.0))
        weight = np.exp(eta - shift)

        def add_up(values: np.ndarray) -> np.ndarray:
            weighted = weight.reshape(-1, *(1,) * (values.ndim - 1)) * values
            sums = np.zeros((len(values) + 1, *values.shape[1:]))
            np.cumsum(weighted, axis=0, out=sums[1:])
            at_risk = sums[self.last] - sums[self.first]
            if self.arrival is not None:
                np.cumsum(weighted[self.arrival], axis=0, out=sums[1:])
                at_risk = at_risk - (sums[self.late] - sums[self.first])
            tied = np.zeros((self.tie.max(initial=-1) + 1, *values.shape[1:]))
            np.add.at(tied, self.tie, weighted[self.happened])
            share = self.fraction.reshape(-1, *(1,) * (values.ndim - 1))
            return np.asarray(at_risk - share * tied[self.tie])

        return add_up, shift

    def moments(self, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and covariance of the columns over those at risk at each event.

        Returns
        -------
        mean, covariance
            Events × coefficients, and events × coefficients × coefficients.
        """
        add_up, _ = self._risk_sums(beta)
        x = self.design
        total = add_up(np.ones(len(x)))
        mean = add_up(x) / total[:, None]
        second = add_up(x[:, :, None] * x[:, None, :]) / total[:, None, None]
        return mean, second - mean[:, :, None] * mean[:, None, :]

    def derivatives(self, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return log-likelihood, score and information at `beta`."""
        add_up, shift = self._risk_sums(beta)
        total = add_up(np.ones(len(self.design)))
        own = self.design[self.happened]
        value = float((own @ beta).sum() - (np.log(total) + shift).sum())
        mean, covariance = self.moments(beta)
        return value, (own - mean).sum(axis=0), covariance.sum(axis=0)

    def bias_score(self, beta: np.ndarray, inverse: np.ndarray) -> np.ndarray:
        """Return the derivative of half the log-determinant of the information."""
        add_up, _ = self._risk_sums(beta)
        x = self.design
        total = add_up(np.ones(len(x)))
        square = np.einsum("ip,pq,iq->i", x, inverse, x)
        mean = add_up(x) / total[:, None]
        second = add_up(x[:, :, None] * x[:, None, :]) / total[:, None, None]
        of_square = add_up(square) / total
        third = add_up(square[:, None] * x) / total[:, None]
        turned = mean @ inverse
        length = (turned * mean).sum(axis=1)
        # The mean over those at risk of (x - m)' A (x - m) (x - m).
        cubic = third - mean * of_square[:, None]
        cubic -= 2.0 * np.einsum("epq,eq->ep", second, turned)
        cubic += 2.0 * mean * length[:, None]
        return np.asarray(0.5 * cubic.sum(axis=0))

    def restrict(self, columns: np.ndarray) -> CoxRegression:
        """Return the model of some of the coefficients."""
        other = copy(self)
        other.design = self.design[:, columns]
        return other
