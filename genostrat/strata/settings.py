"""How a cohort is clustered and tested, as its config says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genostrat.seeds import random_generator

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class ClusteringSettings:
    """How a cohort is clustered and tested.

    Parameters
    ----------
    ks
        Numbers of strata to try.
    algorithm
        One of :data:`genostrat.registry.words.strata.ALGORITHMS`.
    fusion
        How several layers become one partition, one of
        :data:`genostrat.registry.words.strata.FUSIONS`.
    resamples, resample_fraction
        Resamples of the consensus, and the share of patients in each.
    null_simulations
        Simulated cohorts without groups.
    alpha
        Chance of a false claim that is accepted, per piece of evidence.
    max_patients
        Patients that strata are looked for in; others are assigned by the model.
    seed
        From the config.
    cohort
        Name that the random streams depend on.

    Examples
    --------
    >>> section = dict(k_min=2, k_max=4, algorithm="pam", fusion="joint")
    >>> section |= dict(resamples=100, resample_fraction=0.8, null_simulations=100)
    >>> section |= dict(alpha=0.05, max_patients=2000, min_confidence=0.8)
    >>> ClusteringSettings.from_config(section, seed=1, cohort="ward").ks
    (2, 3, 4)
    """

    ks: tuple[int, ...]
    algorithm: str = "kmeans"
    fusion: str = "joint"
    resamples: int = 200
    resample_fraction: float = 0.8
    null_simulations: int = 100
    alpha: float = 0.05
    max_patients: int = 2000
    seed: int = 1
    cohort: str = "cohort"

    @classmethod
    def from_config(
        cls, strata: Mapping[str, Any], *, seed: int, cohort: str
    ) -> ClusteringSettings:
        """Take the settings out of the config's section ``strata``.

        Parameters
        ----------
        strata
            The section, or the part of it that :func:`clustering_section` returns.
        seed, cohort
            As the attributes.
        """
        section = clustering_section(strata)
        ks = range(section.pop("k_min"), section.pop("k_max") + 1)
        return cls(ks=tuple(ks), seed=seed, cohort=cohort, **section)

    def rng(self, *names: str | int) -> np.random.Generator:
        """Return the random stream of a named use."""
        return random_generator(self.seed, self.cohort, "strata", *names)


#: The keys of ``strata`` that the clustering depends on, and no others.
_KEYS = (
    "k_min",
    "k_max",
    "algorithm",
    "fusion",
    "resamples",
    "resample_fraction",
    "null_simulations",
    "alpha",
    "max_patients",
)


def clustering_section(strata: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of the config's section that the clustering depends on.

    Rules carry it as a parameter, so that a change of any other key of ``strata`` does
    not cluster a cohort anew.
    """
    return {key: strata[key] for key in _KEYS}
