"""The strata that cannot be ruled out for a patient, by a split-conformal rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from genostrat.arrays import AnyIntegers, Flags, Indices, Reals

#: Between the strata of a set, as in ``S1|S2``.
SEPARATOR = "|"
#: A limit from which a stratum is in everybody's set.
NEVER_OUT = 0.999
#: Decimals of probabilities, so that a patient alone and in a batch are alike.
DECIMALS = 6


@dataclass(frozen=True)
class ConformalRule:
    """What it takes to rule a stratum out; aggregates only.

    Parameters
    ----------
    confidence
        Level of the sets, 1 - alpha.
    limits
        For each stratum the nonconformity up to which it cannot be ruled out; 1 where
        the stratum has too few patients for any.
    """

    confidence: float
    limits: Reals

    def include(self, probabilities: Reals, certainty: Reals | None = None) -> Flags:
        """Return patients × strata: True where a stratum cannot be ruled out.

        Parameters
        ----------
        probabilities
            Patients × strata, by the model.
        certainty
            Upper bound on the probability of each patient's most likely stratum; NaN
            where there is none.

        Notes
        -----
        Two reasons keep a stratum in: the more likely strata do not have
        `confidence` together; or its nonconformity, 1 minus its probability, is one
        that the stratum's own patients have. The first is never empty, and alone it
        would trust the model's probabilities; the second does not.
        """
        likely = np.round(probabilities, DECIMALS)
        order = np.argsort(-likely, axis=1, kind="stable")
        sorted_ = np.take_along_axis(likely, order, axis=1)
        if certainty is not None:
            sorted_[:, 0] = np.round(np.fmin(sorted_[:, 0], certainty), DECIMALS)
        before = np.cumsum(sorted_, axis=1) - sorted_
        needed = np.round(before, DECIMALS) < self.confidence
        needed[:, 0] = True
        kept = np.empty_like(needed)
        np.put_along_axis(kept, order, needed, axis=1)
        return kept | (np.round(1 - likely, DECIMALS) <= self.limits)

    def reordered(self, order: Indices) -> ConformalRule:
        """Return the rule for strata in another order."""
        return ConformalRule(self.confidence, self.limits[order])


def calibrate(
    certainty: Reals,
    labels: AnyIntegers,
    *,
    k: int,
    confidence: float,
) -> ConformalRule:
    """Learn from the training patients what rules a stratum out.

    Parameters
    ----------
    certainty
        For each training patient the probability of the own stratum, by a model
        fitted without the patient, at most the patient's item consensus.
    labels
        Stratum number 0..k-1 of each patient.
    k
        Number of strata.
    confidence
        Level of the sets, 1 - alpha.

    Notes
    -----
    Split-conformal sets with a quantile for each class (Vovk, Gammerman & Shafer 2005,
    doi 10.1007/b106715, *Mondrian*), by cross-fitted scores: of the n patients of a
    stratum, the ceil((n + 1) (1 - alpha))-th smallest nonconformity. Where that is
    more than n, none is enough, and the stratum is never ruled out. A new patient
    exchangeable with those of a stratum has the stratum in the set with probability
    1 - alpha, up to the reuse of patients by cross-fitting (Barber et al. 2021, doi
    10.1214/20-AOS1965, guarantee 1 - 2 alpha in the worst case).
    """
    limits = np.ones(k)
    for stratum in range(k):
        strange = np.sort(1 - certainty[labels == stratum])
        rank = _rank(len(strange), confidence)
        if rank <= len(strange):
            limits[stratum] = np.ceil(strange[rank - 1] * 10**DECIMALS) / 10**DECIMALS
    return ConformalRule(confidence, np.minimum(limits, 1.0))


def _rank(n: int, confidence: float) -> int:
    # Rounded first: a product such as (5 + 1) * 0.8 can exceed its exact value by a
    # rounding error.
    return max(1, int(np.ceil(np.round((n + 1) * confidence, 9))))


def explain_kept(
    names: Sequence[str], sizes: Sequence[int], rule: ConformalRule
) -> list[str]:
    """Say which strata cannot be ruled out for any patient, and why.

    Parameters
    ----------
    names, sizes
        Of the strata.
    rule
        What rules them out.

    Returns
    -------
    list of str
        One sentence a stratum; none where all can be ruled out.
    """
    said = []
    for name, size, limit in zip(names, sizes, rule.limits, strict=True):
        if _rank(size, rule.confidence) > size:
            said.append(
                f"{name} has {size} patients, too few to be ruled out for anybody with"
                f" a confidence of {rule.confidence:g}: other patients stay ambiguous."
                f" It takes a strata.min_confidence of {_highest(size):g} or less."
            )
        elif limit >= NEVER_OUT:
            said.append(
                f"{name} ({size} patients) is so unstable that models without them do"
                " not know its own patients: it can be ruled out for nobody, and others"
                " stay ambiguous."
            )
    return said


def _highest(n: int) -> float:
    return float(np.floor(100 * n / (n + 1)) / 100)


def write_sets(included: Flags, names: Sequence[str]) -> list[str]:
    """Return each patient's set as text, strata in order, ``S1|S3``."""
    return [
        SEPARATOR.join(name for name, held in zip(names, row, strict=True) if held)
        for row in included
    ]
