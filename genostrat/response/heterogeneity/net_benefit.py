"""What treating by group is worth: net benefit over thresholds (decision curves)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from genostrat.catalogues.contrasts import name_contrast
from genostrat.config.outcomes import ALL
from genostrat.response.contrasts import NORMAL_QUANTILE
from genostrat.response.heterogeneity.record import direction_of
from genostrat.response.heterogeneity.targets import target_values
from genostrat.response.outcomes import OutcomeAnalysis
from genostrat.seeds import random_generator

NET_BENEFIT_COLUMNS = [
    "division",
    "outcome",
    "contrast",
    "rule",
    "threshold",
    "net_benefit",
    "ci_low",
    "ci_high",
    "share_treated",
    "n",
    "unit",
]
#: Rules of whom to treat. Nobody is the zero that they are held against.
EVERYBODY, BY_GROUP = "everybody", "by_group"
#: Steps from no threshold to the largest that is shown.
_STEPS = 10
#: Splits of patients, and folds of each.
_REPEATS, _FOLDS = 20, 5


def net_benefit_rows(
    analysis: OutcomeAnalysis, *, division: str, seed: int
) -> Iterator[dict[str, Any]]:
    """Yield the net benefit of treating everybody, and of treating by group.

    Parameters
    ----------
    analysis
        Of an outcome of a drawn treatment, by strata or a pre-specified subgroup.
    division
        ``strata``, or the column.
    seed
        Of the folds.

    Notes
    -----
    A threshold is the least gain, on the absolute scale of the outcome, for which a
    patient would take the treatment with its burden. The net benefit of a rule is the
    mean over patients of the gain less the threshold in those whom it treats (Vickers,
    Kattan & Sargent 2007, doi 10.1186/1745-6215-8-14). Patients are treated where those
    of their group in other folds gain more than the threshold, over 20 splits into five
    folds, so that nobody's outcome chooses for itself; each patient counts with the
    effect in all and, weighted by the share of the arm, by how far the own outcome lies
    off its arm's mean.
    """
    sign = direction_of(analysis.measured)
    whole = not analysis.divided or not analysis.treated
    if whole or analysis.weighting is not None or not np.isfinite(sign):
        return
    reference, *others = analysis.patients.arms
    for arm in others:
        contrast = name_contrast(arm, reference)
        if analysis.shortages[ALL, contrast] or analysis.measured.entry is not None:
            continue
        mask = analysis.placed & np.isin(analysis.patients.arm, [arm, reference])
        part = analysis.measured.subset(mask)
        treated = analysis.patients.arm[mask] == arm
        if not treated.any() or treated.all():
            continue
        value = sign * target_values(part, treated, horizon=analysis.horizon)
        group = analysis.patients.stratum[mask]
        score = score_effect(value, treated)
        name = ("response", "net_benefit", division, part.outcome.name, contrast)
        gain = gain_of_others(
            value, treated, group, random=random_generator(seed, *name)
        )
        top = _largest_threshold(value, treated, group)
        for threshold in np.linspace(0.0, top, _STEPS + 1) if top > 0 else [0.0]:
            for rule, chosen in (
                (EVERYBODY, np.ones(len(value))),
                (BY_GROUP, (gain > threshold).mean(axis=0)),
            ):
                terms = chosen * (score - threshold)
                mean = float(terms.mean())
                half = NORMAL_QUANTILE * float(terms.std(ddof=1)) / np.sqrt(len(terms))
                yield {
                    "division": division,
                    "outcome": part.outcome.name,
                    "contrast": contrast,
                    "rule": rule,
                    "threshold": float(threshold),
                    "net_benefit": mean,
                    "ci_low": mean - half,
                    "ci_high": mean + half,
                    "share_treated": float(chosen.mean()),
                    "n": len(value),
                    "unit": _unit(analysis),
                }


def score_effect(value: np.ndarray, treated: np.ndarray) -> np.ndarray:
    """Return a number for each patient whose mean is the effect of the treatment.

    Examples
    --------
    >>> value, treated = np.array([3.0, 1.0, 1.0, 1.0]), np.arange(4) < 2
    >>> score_effect(value, treated).tolist()
    [3.0, -1.0, 1.0, 1.0]
    """
    share = treated.mean()
    means = value[treated].mean(), value[~treated].mean()
    own = np.where(treated, means[0], means[1])
    factor = np.where(treated, 1.0 / share, -1.0 / (1.0 - share))
    return np.asarray(means[0] - means[1] + factor * (value - own))


def gain_of_others(
    value: np.ndarray,
    treated: np.ndarray,
    group: np.ndarray,
    *,
    random: np.random.Generator,
) -> np.ndarray:
    """Return the difference of means of arms in each patient's group, without them.

    Parameters
    ----------
    value, treated, group
        One a patient.
    random
        Draws the folds, alike in every group and arm.

    Returns
    -------
    numpy.ndarray
        Repeats × patients, each from the patients of the other folds; missing where the
        rest of the group has nobody in an arm: who is compared with nobody is not
        treated.
    """
    found = np.full((_REPEATS, len(value)), np.nan)
    cells = [
        [np.flatnonzero((group == level) & arm) for arm in (treated, ~treated)]
        for level in sorted(set(group))
    ]
    for row in found:
        for pair in cells:
            folds = [random.permutation(np.arange(len(one)) % _FOLDS) for one in pair]
            for fold in range(_FOLDS):
                rest = [value[o[f != fold]] for o, f in zip(pair, folds, strict=True)]
                if all(len(one) for one in rest):
                    gain = rest[0].mean() - rest[1].mean()
                    for own, place in zip(pair, folds, strict=True):
                        row[own[place == fold]] = gain
    return found


def _largest_threshold(
    value: np.ndarray, treated: np.ndarray, group: np.ndarray
) -> float:
    """Return a threshold somewhat beyond the gain of every group, to two digits."""
    means = [
        value[(group == level) & treated].mean()
        - value[(group == level) & ~treated].mean()
        for level in sorted(set(group))
        if ((group == level) & treated).any() and ((group == level) & ~treated).any()
    ]
    top = 1.2 * max(means, default=0.0)
    if not top > 0:
        return 0.0
    unit = 10.0 ** (np.floor(np.log10(top)) - 1)
    return float(np.ceil(top / unit) * unit)


def _unit(analysis: OutcomeAnalysis) -> str:
    """Return the unit of the absolute scale; blank of shares."""
    absolute = analysis.kind.scales[-1]
    if analysis.measured.competing is not None or absolute.is_share:
        return ""
    return analysis.measured.outcome.unit
