"""Whether a cohort has the patients that looking for strata takes.

Quality control can only take patients away, so a cohort that has too few before it
would stop in a later stage, after everything else was computed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from genostrat.errors import Problem
from genostrat.profile.adjustment import MIN_SPARE_PATIENTS
from genostrat.profile.features import MIN_PATIENTS as MIN_MEASURED
from genostrat.sheets.contract.meaning import CATEGORY, MIN_PATIENTS_A_LEVEL
from genostrat.strata.clustering.classifier import MIN_PATIENTS_A_STRATUM
from genostrat.strata.cohort import MIN_PATIENTS


@dataclass(frozen=True)
class Demand:
    """What the config asks of a cohort in which strata are looked for.

    Parameters
    ----------
    k_min
        Fewest strata that are tried.
    ancestry_pcs
        Components of ancestry that are regressed out; 0 without genotypes.
    of_genotypes
        Layers that are made of genotypes.
    """

    k_min: int
    ancestry_pcs: int = 0
    of_genotypes: Sequence[str] = ()


def find_shortages(
    measured: Mapping[str, Sequence[str]],
    covariates: Mapping[str, tuple[str, Mapping[str, str]]],
    demand: Demand,
) -> Iterator[Problem]:
    """Find layers, and a cohort, of too few patients.

    Parameters
    ----------
    measured
        Layer → patients of the cohort that have it.
    covariates
        Column that is regressed out → its kind, and the cell of each patient.
    demand
        What the config asks.
    """
    for layer, patients in measured.items():
        if len(patients) < MIN_MEASURED:
            yield Problem(
                f"the layer {layer} has too few patients",
                found=f"{len(patients)} patients of the sheet have it",
                allowed=f"at least {MIN_MEASURED}",
                fix="remove it from the config; QC and pharmacogenes need no layers",
            )
            continue
        n = demand.ancestry_pcs + sum(
            _count_coefficients(kind, [cells[p] for p in patients])
            for kind, cells in covariates.values()
        )
        if n and len(patients) < n + MIN_SPARE_PATIENTS:
            yield Problem(
                f"the layer {layer} has too few patients to adjust for the covariates",
                found=f"{len(patients)} patients, {n} coefficients",
                allowed=f"{MIN_SPARE_PATIENTS} patients more than coefficients",
                fix="shorten profile.adjust_for or lower profile.ancestry_pcs",
            )
    together = len({patient for patients in measured.values() for patient in patients})
    fewest = max(MIN_PATIENTS, demand.k_min * MIN_PATIENTS_A_STRATUM)
    if measured and together < fewest:
        yield Problem(
            "there are too few patients to look for strata in",
            found=f"{together} patients with a profile",
            allowed=f"at least {MIN_PATIENTS}, and {MIN_PATIENTS_A_STRATUM} for each of"
            f" strata.k_min = {demand.k_min} strata",
            fix="without `matrices`, `scores` and profile.clinical_features no strata"
            " are looked for; QC, variants, pharmacogenes and response need none",
        )


def _count_coefficients(kind: str, cells: Sequence[str]) -> int:
    if kind != CATEGORY:
        return 1
    counts = Counter(cell for cell in cells if cell)
    return sum(n >= MIN_PATIENTS_A_LEVEL for n in counts.values())
