"""What is done to measured values before anything is compared between patients."""

from __future__ import annotations

import numpy as np

from genostrat.arrays import Reals

#: Share of training patients in whom a feature must be counted to be a reference, and
#: what is asked where fewer than so many features are.
_COUNTED, _COUNTED_RARELY, _FEWEST = 0.9, 0.5, 10
#: Beta values are taken as at least this far from 0 and 1.
_EDGE = 1e-3


def lowest_allowed(transform: str) -> float | None:
    """Return the lowest value that a transform takes; None if it takes any."""
    return 0.0 if transform in ("log2", "counts", "m_values") else None


def highest_allowed(transform: str) -> float | None:
    """Return the highest value that a transform takes; None if it takes any."""
    return 1.0 if transform == "m_values" else None


def fit_reference(values: Reals, *, transform: str) -> Reals:
    """Return what size factors of new patients are measured by.

    Parameters
    ----------
    values
        Training patients × features, as counted; NaN where nothing was.
    transform
        Of the layer; only ``"counts"`` has a reference.

    Returns
    -------
    ndarray
        The geometric mean of each feature over the training patients in whom it was
        counted at all; 0 for features that are no reference, and for other transforms.

    Notes
    -----
    The pseudo-reference of Anders & Huber (2010, doi 10.1186/gb-2010-11-10-r106),
    frozen so that one new patient can be normalised alone. Theirs needs features that
    no patient lacks, of which large cohorts have few: here 90 % of the patients must
    have it, or half of them where fewer than 10 features do.
    """
    reference = np.zeros(values.shape[1])
    if transform != "counts":
        return reference
    is_counted = values > 0
    share = is_counted.mean(axis=0)
    used = share >= _COUNTED
    if used.sum() < _FEWEST:
        used = share >= _COUNTED_RARELY
    logs = np.log(np.where(is_counted, values, 1.0))[:, used]
    reference[used] = np.exp(logs.sum(axis=0) / is_counted[:, used].sum(axis=0))
    return reference


def size_factors(values: Reals, *, reference: Reals) -> Reals:
    """Return how deeply each patient was sequenced, 1 as the training patients.

    Parameters
    ----------
    values
        Patients × features, as counted.
    reference
        From :func:`fit_reference`.

    Notes
    -----
    Median of ratios to the reference (Anders & Huber 2010), over the reference features
    that were counted in the patient; 1 for a patient without any.

    Examples
    --------
    >>> counts = np.array([[10.0, 20, 30], [20, 40, 60], [40, 80, 120]])
    >>> reference = fit_reference(counts, transform="counts")
    >>> size_factors(counts, reference=reference).round(6).tolist()
    [0.5, 1.0, 2.0]
    """
    compared = (values > 0) & (reference > 0)
    ratios = np.where(compared, values, 1.0) / np.where(reference > 0, reference, 1.0)
    factors = [
        np.median(row[held]) if held.any() else 1.0
        for row, held in zip(ratios, compared, strict=True)
    ]
    return np.array(factors)


def transform_values(
    values: Reals, *, transform: str, reference: Reals | None = None
) -> Reals:
    """Transform the values of one layer, one patient at a time.

    Parameters
    ----------
    values
        Patients × features; NaN where nothing was measured.
    transform
        ``"none"``; ``"log2"`` for log2(x + 1); ``"counts"`` for the same of counts
        that are divided by the patient's size factor; ``"m_values"`` for
        log2(x / (1 - x)) of methylation beta values; ``"rank"`` for normal scores of
        the ranks of a patient's features *within that patient*.
    reference
        Of counts, from :func:`fit_reference`; by default that of these patients.

    Returns
    -------
    ndarray
        Patients × features; NaN stays NaN.

    Raises
    ------
    ValueError
        For an unknown transform, or a value beyond what it takes.

    Notes
    -----
    No transform looks at another patient, so one new patient can be transformed
    alone and gets the values that the whole cohort would have given. Ranks within
    a patient (ties averaged) become Φ⁻¹(rank / (m + 1)) with m the number of
    features measured in the patient. Ranks between patients would need the cohort.
    M values are those of Du et al. (2010, doi 10.1186/1471-2105-11-587), of beta values
    kept 0.001 away from 0 and 1.
    """
    if transform == "none":
        return values
    _refuse_beyond(values, transform)
    if transform == "log2":
        return np.log2(values + 1)
    if transform == "counts":
        if reference is None:
            reference = fit_reference(values, transform=transform)
        factors = size_factors(values, reference=reference)
        return np.log2(values / factors[:, None] + 1)
    if transform == "m_values":
        inside = np.clip(values, _EDGE, 1 - _EDGE)
        return np.log2(inside / (1 - inside))
    if transform == "rank":
        from scipy.special import ndtri
        from scipy.stats import rankdata

        ranks = rankdata(values, axis=1, nan_policy="omit")
        measured = np.isfinite(values).sum(axis=1, keepdims=True)
        return ndtri(ranks / (measured + 1))
    raise ValueError(f"unknown transform {transform!r}")


def _refuse_beyond(values: Reals, transform: str) -> None:
    lowest, highest = lowest_allowed(transform), highest_allowed(transform)
    if lowest is not None and np.nanmin(values, initial=lowest) < lowest:
        raise ValueError(f"{transform} needs values of at least {lowest:g}")
    if highest is not None and np.nanmax(values, initial=highest) > highest:
        raise ValueError(f"{transform} needs values of at most {highest:g}")
