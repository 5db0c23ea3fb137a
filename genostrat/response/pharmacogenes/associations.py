"""An outcome of those who take a medicine, by what one gene does in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from genostrat.catalogues.outcome_kinds import KINDS, SCALES
from genostrat.response.contrasts import CONFIDENCE
from genostrat.response.groups import shortage
from genostrat.response.interaction import compare_models
from genostrat.response.kinds.models import MODELS
from genostrat.response.likelihoods.nested import Comparison, Estimates, indicators
from genostrat.response.patients import Measured
from genostrat.response.pharmacogenes.permutation import check_trend

#: Takers whose gene and outcome are known below which nothing is tested.
FEWEST_TAKERS = 20
#: Counts of takers, or of carriers among them, below this are left blank, as in
#: ``pgx/medications.tsv``.
FEWEST_SHOWN = 5
#: Patients of an arm or ancestry below which it is pooled with others.
_FEWEST_ALIKE = 5


@dataclass(frozen=True)
class Question:
    """One outcome of some patients, held against one gene.

    Parameters
    ----------
    measured
        The outcome, one a patient.
    value
        What the gene does, one a patient; missing where that is not known.
    alike
        Labels of groups that are compared within: arms and ancestries.
    arm
        Labels of arms, blank where not known; none without a treatment.
    arms
        All arms, the reference first.
    """

    measured: Measured
    value: np.ndarray
    alike: np.ndarray
    arm: np.ndarray | None = None
    arms: tuple[str, ...] = ()


def association_row(question: Question, *, minimum: int) -> dict[str, Any]:
    """Test whether an outcome goes with what a gene does.

    Parameters
    ----------
    question
        Of those who take the medicine.
    minimum
        Fewest events that patients of the most frequent value, and the others, would
        have if they did not differ; see :func:`~genostrat.response.groups.shortage`.

    Returns
    -------
    dict
        ``effect`` for each unit of the value with its limits, ``statistic``, ``df``,
        ``p_value``, ``n``, ``n_other``, ``n_events`` and ``note``; without an effect,
        the note says why.

    Notes
    -----
    A trend: the effect is one coefficient of the value in the model of the kind of
    outcome, within groups that are alike; the test is that of
    :func:`~genostrat.response.pharmacogenes.permutation.check_trend`, since likelihood
    ratios are too liberal in few takers.
    """
    mask = question.measured.known & np.isfinite(question.value)
    part, value = question.measured.subset(mask), question.value[mask]
    row = _counts(part, value)
    reason = _why_not(part, value, minimum=minimum)
    if reason:
        return row | {"note": reason}
    design = {
        "baseline": pool_rare(question.alike[mask]),
        "common": np.empty((len(value), 0)),
        "added": value[:, None],
    }
    test = check_trend(part, value, groups=design["baseline"])
    return row | _tested(test, part, design)


def interaction_row(question: Question, *, minimum: int) -> dict[str, Any]:
    """Test whether what a gene does changes the effect of a treatment.

    Parameters
    ----------
    question
        With arms.
    minimum
        As for :func:`association_row`, in each arm.

    Returns
    -------
    dict
        As of :func:`association_row`; the effect is by how much that of treatment
        changes with each unit of the value, blank of more than two arms.
    """
    assert question.arm is not None
    mask = question.measured.known & np.isfinite(question.value) & (question.arm != "")
    part, value, arm = (
        question.measured.subset(mask),
        question.value[mask],
        question.arm[mask],
    )
    row = _counts(part, value)
    present = [name for name in question.arms if (arm == name).any()]
    if len(present) < 2:
        return row | {"note": "all of them are in one arm"}
    for name in present:
        inside = arm == name
        reason = _why_not(part.subset(inside), value[inside], minimum=minimum)
        if reason:
            return row | {"note": f"in an arm: {reason}"}
    of_arm = indicators(arm, present)
    design = {
        "baseline": pool_rare(question.alike[mask]),
        "common": np.column_stack([of_arm, value]),
        "added": of_arm * value[:, None],
    }
    return row | _tested(compare_models(part, **design), part, design)


def pool_rare(labels: np.ndarray) -> np.ndarray:
    """Make one group of all labels that few patients have.

    Examples
    --------
    >>> pool_rare(np.array(["a"] * 5 + ["b", "c"], object)).tolist()
    ['a', 'a', 'a', 'a', 'a', 'others', 'others']
    """
    names, counts = np.unique(labels.astype(str), return_counts=True)
    rare = np.isin(labels.astype(str), names[counts < _FEWEST_ALIKE])
    return np.where(rare, "others", labels.astype(str)).astype(object)


def _counts(part: Measured, value: np.ndarray) -> dict[str, Any]:
    _, counts = np.unique(value, return_counts=True)
    scale = KINDS[part.outcome.kind].scales[0]
    n_other = int(len(value) - counts.max(initial=0))
    return {
        "n": len(value),
        "n_other": n_other if n_other >= FEWEST_SHOWN or not n_other else None,
        "n_events": part.n_events,
        "scale": scale.name,
        "unit": part.outcome.unit if scale.has_unit else "",
    }


def _why_not(part: Measured, value: np.ndarray, *, minimum: int) -> str:
    if len(value) < FEWEST_TAKERS:
        return f"too few patients ({len(value)} of at least {FEWEST_TAKERS})"
    names, counts = np.unique(value, return_counts=True)
    if len(names) < 2:
        return "the gene does the same in all of them"
    return shortage(part, value != names[np.argmax(counts)], minimum=minimum)


def _tested(
    test: Comparison, part: Measured, design: dict[str, np.ndarray]
) -> dict[str, Any]:
    notes = [test.note]
    tested = {
        "statistic": test.statistic,
        "df": test.df or None,
        "p_value": test.p_value,
    }
    if design["added"].shape[1] > 1:
        return tested | {"note": "; ".join(filter(None, notes))}
    found: Estimates = MODELS[part.outcome.kind].estimate_columns(part, **design)
    notes.append(found.note if found.note not in notes else "")
    estimate, error = float(found.values[0]), float(np.sqrt(found.covariance[0, 0]))
    half = float(special.stdtrit(found.freedom, 0.5 + CONFIDENCE / 2)) * error
    ratio = SCALES[KINDS[part.outcome.kind].scales[0].name].is_ratio
    limits = np.array([estimate, estimate - half, estimate + half])
    effect, low, high = np.exp(limits) if ratio else limits
    return tested | {
        "effect": float(effect),
        "ci_low": float(low),
        "ci_high": float(high),
        "note": "; ".join(filter(None, notes)),
    }
