"""The few features that hang together, where groups may show that all features hide."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genostrat.arrays import Flags, Reals
from genostrat.strata.clustering.rotation import LEFT_OUT

#: Features that a feature must hang together with to be a part of the focus.
MIN_PARTNERS = 2
#: Fewer features than this are no focus: two that measure the same hang together too.
MIN_FEATURES = 3
#: A larger share of the features than this is no focus, but the profile.
MOST_OF_ALL = 0.25
#: Chance that any two features that have nothing to do with each other are taken to
#: hang together.
CHANCE = 0.05


def find_focus(values: Reals, *, origins: Sequence[str] | None = None) -> Flags | None:
    """Find the features that hang together, if they are few.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    origins
        What each feature was made of; those of one origin, such as the levels of a
        column, are no partners. None where every feature is its own.

    Returns
    -------
    ndarray of bool
        True for the features of the focus; None where fewer than 3 or more than a
        quarter of the features hang together.

    Notes
    -----
    A group that moves a few features makes them correlate: at a distance of d standard
    deviations with shares of π and 1 - π by d² π (1 - π) / (1 + d² π (1 - π)). Two
    features are partners where their correlation is beyond what any two of as many
    unrelated ones reach with a chance of 5 % (Bonferroni; Fisher 1915, *z*). A feature
    with two partners is in the focus, and so is every one that correlates by the same
    standard with the first component of features that are partners of each other.

    Only correlations are looked at. Gaussian cohorts with exactly the observed
    covariance have the same focus as the cohort
    (:func:`genostrat.strata.evidence.nulls.gaussian_null`), so that a test in the
    focus against them is as exact as one in all features: what was screened in the
    cohort was screened in them, and in each resample of either.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> values = rng.normal(size=(120, 50))
    >>> find_focus(values) is None
    True
    >>> values[:60, :8] += 2
    >>> np.flatnonzero(find_focus(values)).tolist()
    [0, 1, 2, 3, 4, 5, 6, 7]
    """
    n_patients, n_features = values.shape
    if n_patients < 5 or n_features < 2 * MIN_FEATURES:
        return None
    scaled = values - values.mean(axis=0)
    lengths = np.linalg.norm(scaled, axis=0)
    scaled = scaled / np.where(lengths > 0, lengths, 1)
    partners = np.abs(scaled.T @ scaled) >= _least_correlation(
        n_patients, n_tests=n_features * (n_features - 1) // 2
    )
    np.fill_diagonal(partners, False)
    if origins is not None:
        codes = np.unique(np.array(origins, dtype=object), return_inverse=True)[1]
        partners &= codes[:, None] != codes[None, :]
    core = partners.sum(axis=1) >= MIN_PARTNERS
    if not core.any() or core.mean() > MOST_OF_ALL:
        return None
    focus = _with_followers(scaled, core, partners)
    enough = MIN_FEATURES <= focus.sum() <= MOST_OF_ALL * n_features
    return focus if enough else None


def _least_correlation(n_patients: int, *, n_tests: int) -> float:
    """Return the correlation that none of so many reaches by chance, with 95 %."""
    from scipy.stats import norm

    z = norm.isf(CHANCE / 2 / max(n_tests, 1)) / np.sqrt(n_patients - 3)
    return float(np.tanh(z))


def _with_followers(scaled: Reals, core: Flags, partners: Flags) -> Flags:
    """Add the features that correlate with what partners of each other share."""
    from scipy.sparse.csgraph import connected_components

    places = np.flatnonzero(core)
    n_parts, part_of = connected_components(
        partners[np.ix_(places, places)], directed=False
    )
    least = _least_correlation(len(scaled), n_tests=n_parts * scaled.shape[1])
    focus = core.copy()
    for part in range(n_parts):
        members = scaled[:, places[part_of == part]]
        shared = np.linalg.svd(members, full_matrices=False)[0][:, 0]
        focus |= np.abs(shared @ scaled) >= least
    return focus


def layers_in_focus(layers: Sequence[str], focus: Flags | None) -> list[str]:
    """Return the layer of each feature, blank for those that are not in the focus."""
    if focus is None:
        return list(layers)
    return [
        layer if held else LEFT_OUT for layer, held in zip(layers, focus, strict=True)
    ]
