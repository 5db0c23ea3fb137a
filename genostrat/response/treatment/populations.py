"""Who is in each population: ``response/populations.tsv``.

Every patient of the sheet is somewhere: all, each subgroup and stratum, each arm, with
those whose outcome is known, and those whom quality control left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from genostrat.config.outcomes import ALL
from genostrat.registry.words.response import EXCLUDED, STRATA
from genostrat.response.kinds.incidence import cumulative_incidence
from genostrat.response.outcomes import OutcomeAnalysis
from genostrat.response.survival import kaplan_meier, median_survival

POPULATION_COLUMNS = [
    "outcome",
    "division",
    "group",
    "arm",
    "position",
    "n",
    "n_known",
    "n_events",
    "median",
    "median_low",
    "median_high",
    "value",
    "unit",
]
#: What groups are called that patients are in for want of another: no stratum, no arm.
NOWHERE = ""


def population_rows(
    analysis: OutcomeAnalysis, *, division: str, only_parts: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the populations of one outcome.

    Parameters
    ----------
    analysis
        Of the outcome, by the division.
    division
        ``strata``, or the column of a pre-specified subgroup.
    only_parts
        Leave out all patients together, whom another division has shown.
    """
    patients = analysis.patients
    groups = [] if only_parts else [ALL]
    if analysis.divided or division != STRATA:
        groups += [group for group in patients.places if group != ALL]
    arms = [*patients.arms]
    if (patients.arm == NOWHERE).any() and arms:
        arms.append(NOWHERE)
    if patients.n_excluded and not only_parts:
        yield {
            "outcome": analysis.measured.outcome.name,
            "division": EXCLUDED,
            "group": EXCLUDED,
            "arm": ALL,
            "position": 0,
            "n": patients.n_excluded,
        }
    for group in groups:
        inside = np.ones(len(patients.stratum), dtype=bool)
        if group != ALL:
            inside = patients.stratum == group
        for position, arm in enumerate([ALL, *arms]):
            mask = inside if arm == ALL else inside & (patients.arm == arm)
            yield {
                "outcome": analysis.measured.outcome.name,
                "division": "" if group == ALL else division,
                "group": group,
                "arm": arm,
                "position": position,
                "n": int(mask.sum()),
                **_describe(analysis, mask),
            }


def _describe(analysis: OutcomeAnalysis, mask: np.ndarray) -> dict[str, Any]:
    """Say what is known of the outcome of some patients."""
    part = analysis.measured.subset(mask & analysis.measured.known)
    n = len(part.value)
    described: dict[str, Any] = {
        "n_known": n,
        "n_events": part.n_events,
        "unit": part.outcome.unit,
    }
    if part.competing is not None:
        if n and analysis.horizon > 0:
            assert part.time is not None
            found = cumulative_incidence(
                part.time,
                part.value,
                part.competing,
                times=np.array([analysis.horizon]),
            )
            described["value"] = float(found.share[0])
    elif part.exposure is not None:
        if n:
            described["value"] = float(part.value.sum() / part.exposure.sum())
    elif part.time is not None:
        if n:
            curve = kaplan_meier(part.time, part.value, entry=part.entry)
            names = ("median", "median_low", "median_high")
            described |= zip(names, median_survival(curve), strict=True)
    elif n:
        described["value"] = float(part.value.mean())
    return described
