"""Cohorts without groups, to compare a cohort with."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

#: A null: given a random generator, one simulated cohort, patients × components.
Draw = Callable[[np.random.Generator], Floats]


def gaussian_null(scores: Floats) -> Draw:
    """Return a source of Gaussian cohorts with the observed spectrum.

    Parameters
    ----------
    scores
        Patients × principal components: orthogonal columns.

    Notes
    -----
    The null of M3C (John et al. 2020, doi 10.1038/s41598-020-58766-1) and of
    SigClust (Liu et al. 2008, doi 10.1198/016214508000000454) draws each component
    as N(0, eigenvalue). The eigenvalues of such a draw spread further than the
    observed ones, which SigClust mends by thresholding them (Huang et al. 2015,
    doi 10.1080/10618600.2014.948179). Here the draw gets exactly the observed
    singular values: for Gaussian data of any covariance the left singular vectors
    are uniform over orthonormal frames and independent of the singular values and of
    the loadings, so that a test that compares with this null is exact at any number
    of patients and features and for any number of leading components.
    """
    n_patients, n_components = scores.shape
    lengths = np.linalg.norm(scores, axis=0)

    def draw(rng: np.random.Generator) -> Floats:
        normal = rng.standard_normal((n_patients, n_components))
        normal -= normal.mean(axis=0)
        frame, triangle = np.linalg.qr(normal)
        return frame * np.sign(np.diagonal(triangle)) * lengths

    return draw
