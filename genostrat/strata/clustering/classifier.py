"""Nearest-centre classification with one covariance for all strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genostrat.arrays import AnyIntegers, Indices, Reals

#: A centre of fewer patients would say too much about each of them.
MIN_PATIENTS_A_STRATUM = 5
#: Passes of classify-and-refit after which labels are taken as they stand.
MAX_PASSES = 20


@dataclass(frozen=True)
class Classifier:
    """Centres of the strata and the precision that distances are measured with.

    Parameters
    ----------
    centroids
        Strata × components.
    precision
        Components × components: inverse of the pooled covariance within strata.
    """

    centroids: Reals
    precision: Reals

    def distances(self, scores: Reals) -> Reals:
        """Return squared Mahalanobis distances, patients × strata."""
        gaps = scores[:, None, :] - self.centroids[None, :, :]
        return np.einsum("pki,ij,pkj->pk", gaps, self.precision, gaps)

    def probabilities(self, scores: Reals) -> Reals:
        """Return the probability of each stratum, patients × strata.

        Notes
        -----
        Linear discriminant analysis with equal priors: how common a stratum was in
        the training cohort says nothing about a patient of another one.
        """
        return probabilities_from(self.distances(scores))

    def predict(self, scores: Reals) -> Indices:
        """Return the number of the nearest stratum of each patient."""
        return self.distances(scores).argmin(axis=1)


def probabilities_from(distances: Reals) -> Reals:
    """Turn squared Mahalanobis distances into probabilities with equal priors."""
    closeness = -0.5 * (distances - distances.min(axis=1, keepdims=True))
    weights = np.exp(closeness)
    return weights / weights.sum(axis=1, keepdims=True)


def fit_classifier(scores: Reals, labels: AnyIntegers) -> Classifier:
    """Fit centres and a Ledoit–Wolf precision.

    Parameters
    ----------
    scores
        Patients × components.
    labels
        Stratum numbers 0..k-1, every one of them present.

    Notes
    -----
    The pooled covariance within strata is shrunk towards a multiple of the identity
    (Ledoit & Wolf 2004, doi 10.1016/S0047-259X(03)00096-4), so that few patients
    and many components still give distances that can be trusted.
    """
    from sklearn.covariance import ledoit_wolf

    k = int(labels.max()) + 1
    centroids = np.stack([scores[labels == g].mean(axis=0) for g in range(k)])
    covariance, _ = ledoit_wolf(scores - centroids[labels], assume_centered=True)
    floor = 1e-9 * max(float(np.trace(covariance)) / len(covariance), 1e-12)
    precision = np.linalg.inv(covariance + floor * np.eye(len(covariance)))
    return Classifier(centroids, (precision + precision.T) / 2)


def absorb_small_groups(scores: Reals, labels: AnyIntegers) -> Indices:
    """Give the members of groups that are too small to the nearest of the others.

    Parameters
    ----------
    scores
        Patients × components.
    labels
        Group of each patient.

    Returns
    -------
    labels
        Numbered from 0; every group has at least :data:`MIN_PATIENTS_A_STRATUM`
        patients, or there is one group.
    """
    groups = _number_from_zero(labels)
    while groups.any():
        sizes = np.bincount(groups)
        smallest = int(sizes.argmin())
        if sizes[smallest] >= MIN_PATIENTS_A_STRATUM:
            break
        members = groups == smallest
        others = np.array([g for g in range(len(sizes)) if g != smallest])
        centres = np.stack([scores[groups == g].mean(axis=0) for g in others])
        apart = np.linalg.norm(scores[members, None] - centres, axis=2)
        groups[members] = others[apart.argmin(axis=1)]
        groups = _number_from_zero(groups)
    return groups


def _number_from_zero(labels: AnyIntegers) -> Indices:
    numbers: Indices = np.unique(labels, return_inverse=True)[1]
    return numbers.astype(np.intp)


def settle_labels(scores: Reals, labels: AnyIntegers) -> tuple[Classifier, Indices]:
    """Let classifier and labels agree.

    Parameters
    ----------
    scores
        Patients × components.
    labels
        First labels, from the consensus.

    Returns
    -------
    classifier
        Fitted to labels of the last but one pass.
    labels
        What that classifier says of every patient: the labels of the cohort *are*
        the predictions of the frozen model. A pass that would empty a stratum is
        not taken.
    """
    k = int(labels.max()) + 1
    classifier = fit_classifier(scores, labels)
    settled = classifier.predict(scores)
    current = labels
    for _ in range(MAX_PASSES):
        if np.array_equal(settled, current):
            break
        if len(np.unique(settled)) < k:
            return classifier, settled
        current = settled
        classifier = fit_classifier(scores, current)
        settled = classifier.predict(scores)
    return classifier, settled
