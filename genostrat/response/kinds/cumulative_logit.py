"""The likelihood of the proportional-odds model."""

from __future__ import annotations

from copy import copy

import numpy as np


class CumulativeLogit:
    """Log-likelihood of an ordered outcome with one odds ratio at every cut.

    Parameters
    ----------
    design
        Patients × columns, without an intercept.
    level
        Place of each patient's level, 0 for the lowest; every place is held by someone.
    weights
        One a patient; none: each counts once.

    Notes
    -----
    The chance of a level above k has the log-odds x'b - c_k (McCullagh 1980, doi
    10.1111/j.2517-6161.1980.tb01109.x). Coefficients are first what the cuts c_k are
    away from those of all patients together, then b: all zero is the model without
    columns.
    """

    def __init__(
        self,
        design: np.ndarray,
        level: np.ndarray,
        *,
        weights: np.ndarray | None = None,
    ) -> None:
        weights = np.ones(len(level)) if weights is None else weights
        patterns, index = np.unique(design, axis=0, return_inverse=True)
        n_levels = int(level.max()) + 1
        self.counts = np.zeros((len(patterns), n_levels))
        np.add.at(self.counts, (index.reshape(-1), level.astype(int)), weights)
        self.patterns = patterns
        below = np.cumsum(self.counts.sum(axis=0))[:-1] / weights.sum()
        self.cuts = np.log(below / (1.0 - below))
        #: Which coefficients are in the model, cuts before columns.
        self.kept = np.arange(len(self.cuts) + patterns.shape[1])

    @property
    def size(self) -> int:
        """Return the number of coefficients."""
        return len(self.kept)

    def derivatives(self, beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return log-likelihood, score and observed information at `beta`."""
        every = np.zeros(len(self.cuts) + self.patterns.shape[1])
        every[self.kept] = beta
        n_cuts, (n, n_levels) = len(self.cuts), self.counts.shape
        eta = (self.cuts + every[:n_cuts]) - (self.patterns @ every[n_cuts:])[:, None]
        below = 1.0 / (1.0 + np.exp(-eta))
        edges = np.column_stack([np.zeros(n), below, np.ones(n)])
        chance = np.diff(edges, axis=1)
        if not (chance > 0).all():
            nothing = np.zeros((self.size, self.size))
            return -np.inf, np.zeros(self.size), nothing
        value = float((self.counts * np.log(chance)).sum())
        slope = below * (1.0 - below)
        # The derivative of each level's chance by each coefficient.
        change = np.zeros((n, n_levels, len(every)))
        for cut in range(n_cuts):
            change[:, cut, cut] = slope[:, cut]
            change[:, cut + 1, cut] = -slope[:, cut]
        of_eta = np.diff(np.column_stack([np.zeros(n), slope, np.zeros(n)]), axis=1)
        change[:, :, n_cuts:] = -of_eta[:, :, None] * self.patterns[:, None, :]
        score = np.einsum("gk,gkp->p", self.counts / chance, change)
        information = np.einsum(
            "gk,gkp,gkq->pq", self.counts / chance**2, change, change
        )
        # What the curvature of each cut adds: zero where it is all expected.
        ratio = self.counts / chance
        bend = slope * (1.0 - 2.0 * below) * (ratio[:, :-1] - ratio[:, 1:])
        direction = np.zeros((n, n_cuts, len(every)))
        direction[:, np.arange(n_cuts), np.arange(n_cuts)] = 1.0
        direction[:, :, n_cuts:] = -self.patterns[:, None, :]
        information -= np.einsum("gc,gcp,gcq->pq", bend, direction, direction)
        block = np.ix_(self.kept, self.kept)
        return value, score[self.kept], information[block]

    def bias_score(self, beta: np.ndarray, inverse: np.ndarray) -> np.ndarray:
        """Return the derivative of half the log-determinant of the information."""
        found = np.zeros(self.size)
        for place in range(self.size):
            step = np.zeros(self.size)
            step[place] = 1e-4
            ends = [self.derivatives(beta + sign * step)[2] for sign in (1.0, -1.0)]
            # d log|I| = trace(I^-1 dI)
            found[place] = 0.5 * np.trace(inverse @ (ends[0] - ends[1])) / 2e-4
        return found

    def restrict(self, columns: np.ndarray) -> CumulativeLogit:
        """Return the model of some of the coefficients."""
        other = copy(self)
        other.kept = self.kept[columns]
        return other
