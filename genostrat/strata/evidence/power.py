"""How small a difference between two groups this cohort could have shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from genostrat.arrays import Reals
from genostrat.stats.effects import permutation_p
from genostrat.strata.clustering.classifier import MIN_PATIENTS_A_STRATUM
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.clustering.spaces import Space
from genostrat.strata.evidence.nulls import gaussian_null
from genostrat.strata.evidence.statistics import Statistics, compare_with_null, measure
from genostrat.strata.evidence.valley import combine_ratios, has_valleys, valley_ratios
from genostrat.strata.settings import ClusteringSettings

#: Shifts of the second group, in standard deviations of a feature within a group.
SEPARATIONS = (1.0, 1.5, 2.0, 2.5)
#: Share of the features that are shifted.
SHIFTED = 0.2
#: Simulated cohorts at each separation.
N_REPLICATES = 20
#: Null draws of each simulated cohort: it counts as found if it beats them all, which
#: has a chance of 1/20 without groups.
N_NULL = 19
#: Resamples of the consensus in each simulated cohort.
N_RESAMPLES = 50
#: Detection rate that a separation must reach to be called detectable.
TARGET = 0.8
#: More patients than this are simulated as so many: power only grows with more.
MAX_PATIENTS = 500


@dataclass(frozen=True)
class PowerCurve:
    """Detection rates of planted groups.

    Parameters
    ----------
    n_patients, n_features
        Size of the simulated cohorts.
    rates
        Share of simulated cohorts in which the groups were supported, for each
        of :data:`SEPARATIONS`.
    n_cohort
        Patients of the cohort itself, who may be more than were simulated.
    """

    n_patients: int
    n_features: int
    rates: tuple[float, ...]
    n_cohort: int

    @property
    def smallest_detectable(self) -> float | None:
        """Smallest separation that, like all larger ones, is found with 80 %."""
        found = None
        for separation, rate in zip(
            reversed(SEPARATIONS), reversed(self.rates), strict=True
        ):
            if rate < TARGET:
                break
            found = separation
        return found

    def to_record(self) -> dict[str, Any]:
        """Return the ``power`` part of ``verdict.json``."""
        return {
            "separations_sd": list(SEPARATIONS),
            "detection_rate": list(self.rates),
            "smallest_detectable_sd": self.smallest_detectable,
            "shifted_features": SHIFTED,
            "replicates": N_REPLICATES,
            "n": self.n_patients,
            "n_cohort": self.n_cohort,
            "p": self.n_features,
            "sentence": self._sentence(),
        }

    def _sentence(self) -> str:
        size = f"{self.n_patients} patients and {self.n_features} features"
        is_whole = self.n_patients == self.n_cohort
        if self.smallest_detectable is None:
            so = (
                ": this cohort can neither show nor exclude subgroups of realistic"
                " size."
                if is_whole
                else f". The cohort has {self.n_cohort:,}, with whom fewer would be"
                " missed; how many was not simulated."
            )
            return (
                f"With {size}, even two equal groups that differ by"
                f" {SEPARATIONS[-1]:g} SD in a fifth of the features would often be"
                f" missed{so}"
            )
        rate = self.rates[SEPARATIONS.index(self.smallest_detectable)]
        more = "" if is_whole else f" ({self.n_cohort:,} as here find no fewer)"
        return (
            f"With {size}, two equal groups that differ by"
            f" {self.smallest_detectable:g} SD in a fifth of the features would be"
            f" found in {100 * rate:.0f} % of cohorts{more}; smaller or rarer groups"
            " may be missed."
        )


def detection_curve(
    values: Reals, *, layers: list[str], settings: ClusteringSettings
) -> PowerCurve:
    """Plant two groups in cohorts like this one and count how often they are found.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled; if strata were found, without
        their means, so that what is left is the correlation within strata.
    layers
        Layer of each feature.
    settings
        How the cohort was clustered.

    Notes
    -----
    A simulated cohort is Gaussian with the correlation of `values`; half of its
    patients are shifted in a random fifth of the features, up or down at random,
    by the separation times the feature's standard deviation. It then meets the same
    requirements as the cohort: stability or cluster index beyond those of its
    own null, separate peaks, no cluster below 5 patients. To be quick,
    only k = 2 is tried, with 50 resamples and 19 null draws, of which none may be
    as extreme; 20 cohorts a separation, so a rate has a standard error of up to
    0.11. Separations beyond one that was always found are not simulated.
    """
    n_patients = min(len(values), MAX_PATIENTS)
    n_features = values.shape[1]
    _, singular, right = np.linalg.svd(values, full_matrices=False)
    rows = singular[:, None] * right / np.sqrt(len(values))
    quick = replace(settings, ks=(2,), resamples=N_RESAMPLES)
    rates: list[float] = []
    for separation in SEPARATIONS:
        if rates and rates[-1] == 1:
            rates.append(1.0)
            continue
        found = 0
        for replicate in range(N_REPLICATES):
            rng = settings.rng("power", f"{separation:g}", replicate)
            planted = plant_groups(
                rows, n_patients=n_patients, separation=separation, rng=rng
            )
            found += _is_found(planted, layers=layers, settings=quick, rng=rng)
        rates.append(found / N_REPLICATES)
    return PowerCurve(n_patients, n_features, tuple(rates), n_cohort=len(values))


def plant_groups(
    rows: Reals, *, n_patients: int, separation: float, rng: np.random.Generator
) -> Reals:
    """Simulate one cohort with two planted groups, scaled like a profile.

    Parameters
    ----------
    rows
        A matrix A (any number of rows × features) such that AᵀA is the covariance
        within groups.
    n_patients
        Patients to simulate; the first half is one group, the rest the other.
    separation
        Shift of the second group in a fifth of the features, in their standard
        deviations.
    rng
        Source of randomness.
    """
    n_features = rows.shape[1]
    values = rng.standard_normal((n_patients, len(rows))) @ rows
    n_shifted = max(1, round(SHIFTED * n_features))
    shifted = rng.permutation(n_features)[:n_shifted]
    spread = np.sqrt((rows**2).sum(axis=0))
    shift = separation * spread[shifted] * rng.choice([-1.0, 1.0], n_shifted)
    values[np.ix_(np.arange(n_patients // 2, n_patients), shifted)] += shift
    deviation = values.std(axis=0, ddof=1)
    centred = values - values.mean(axis=0)
    return centred / np.where(deviation > 0, deviation, 1)


def _is_found(
    values: Reals,
    *,
    layers: list[str],
    settings: ClusteringSettings,
    rng: np.random.Generator,
) -> bool:
    scores = rotate(values, layers=layers).scores
    labels, _, _ = kmeans(scores, k=2, rng=rng)
    labels = labels.astype(np.intp)
    if np.bincount(labels, minlength=2).min() < MIN_PATIENTS_A_STRATUM:
        return False
    if not has_valleys(combine_ratios(valley_ratios(scores, labels))):
        return False
    observed = measure(Space.of(scores), settings=settings, rng=rng)
    draw = gaussian_null(scores)
    drawn = [measure(draw(rng), settings=settings, rng=rng) for _ in range(N_NULL)]
    null = Statistics(
        pac=np.array([one.pac for one in drawn]),
        log_index=np.array([one.log_index for one in drawn]),
    )
    larger, null_larger = compare_with_null(observed, null)[-1]
    return permutation_p(float(larger[0]), null_larger[:, 0]) <= 1 / (N_NULL + 1)
