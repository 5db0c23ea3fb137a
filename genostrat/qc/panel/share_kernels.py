"""Least squares over shares that are none below zero and add up to one."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler

kernel = compiler(__name__)

MOST_STEPS = 5000
TOLERANCE = 1e-10


@kernel
def solve_shares(matrices, vectors, shares):
    """Minimise q'Aq − 2b'q over shares q, for several A and b.

    Parameters
    ----------
    matrices
        A: (n_problems, n_labels, n_labels), symmetric.
    vectors
        b: (n_problems, n_labels).
    shares
        (n_problems, n_labels); where the search starts, and what it finds.

    Notes
    -----
    Share is moved from the label that the objective falls fastest without to the one
    that it falls fastest with, until none gains (sequential minimal optimisation, Platt
    1998). Each step is exact, so none can fail; the steps are few, as labels are.
    """
    n_problems, n_labels = vectors.shape
    gradient = np.empty(n_labels)
    for problem in range(n_problems):
        matrix, vector, q = matrices[problem], vectors[problem], shares[problem]
        scale = TOLERANCE
        for i in range(n_labels):
            gradient[i] = -vector[i]
            for j in range(n_labels):
                gradient[i] += matrix[i, j] * q[j]
            scale = max(scale, TOLERANCE * abs(matrix[i, i]))
        for _ in range(MOST_STEPS):
            giver, taker = -1, 0
            for i in range(n_labels):
                if gradient[i] < gradient[taker]:
                    taker = i
                if q[i] > 0 and (giver < 0 or gradient[i] > gradient[giver]):
                    giver = i
            gain = gradient[giver] - gradient[taker]
            if not gain > scale:
                break
            bend = matrix[giver, giver] + matrix[taker, taker]
            bend -= 2 * matrix[giver, taker]
            step = q[giver]
            if bend > 0:
                step = min(step, gain / bend)
            q[giver] -= step
            q[taker] += step
            for i in range(n_labels):
                gradient[i] += step * (matrix[i, taker] - matrix[i, giver])
