"""What the effects of one outcome rest on: ``response/checks.tsv``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from genostrat.catalogues.contrasts import name_contrast
from genostrat.catalogues.outcome_kinds import SCALES
from genostrat.config.outcomes import ALL
from genostrat.response.checks.hazards import check_proportional_hazards
from genostrat.response.checks.power import smallest_interaction
from genostrat.response.kinds.count import measure_dispersion
from genostrat.response.kinds.ordinal import check_proportional_odds
from genostrat.response.likelihoods.nested import indicators
from genostrat.response.outcomes import OutcomeAnalysis

HAZARDS, DETECTABLE = "proportional_hazards", "smallest_interaction"
ODDS, DISPERSION = "proportional_odds", "dispersion"
CHECK_COLUMNS = [
    "outcome",
    "check",
    "division",
    "contrast",
    "statistic",
    "df",
    "p_value",
    "value",
    "low",
    "high",
    "n",
    "n_events",
    "note",
]


def hazard_rows(analysis: OutcomeAnalysis) -> Iterator[dict[str, Any]]:
    """Yield the tests of proportional hazards, of each arm and of all at once."""
    if analysis.measured.time is None or not analysis.treated or analysis.weighting:
        return
    reference, *others = analysis.patients.arms
    contrasts = {name_contrast(arm, reference): [reference, arm] for arm in others}
    present = analysis.patients.arms_present
    if len(present) > 2:
        contrasts = {"": present} | contrasts
    for contrast, arms in contrasts.items():
        mask = analysis.known & np.isin(analysis.patients.arm, arms)
        part = analysis.measured.subset(mask)
        assert part.time is not None
        design = indicators(analysis.patients.arm[mask], arms)
        result = check_proportional_hazards(
            part.time, part.value, design, entry=part.entry, ties=part.outcome.ties
        )
        yield {
            "outcome": part.outcome.name,
            "check": HAZARDS,
            "division": "",
            "contrast": contrast,
            "statistic": result.statistic,
            "df": result.df or None,
            "p_value": result.p_value,
            "n": len(part.value),
            "n_events": part.n_events,
            "note": result.note,
        }


def form_rows(analysis: OutcomeAnalysis) -> Iterator[dict[str, Any]]:
    """Yield what says whether the model of levels, or of counts, has the right form."""
    held = analysis.measured.outcome.needs[-1][2]
    if held not in {"order", "count"} or not analysis.treated or analysis.weighting:
        return
    reference, *others = analysis.patients.arms
    for arm in others:
        mask = analysis.known & np.isin(analysis.patients.arm, [arm, reference])
        part, labels = analysis.measured.subset(mask), analysis.patients.arm[mask]
        row = {
            "outcome": part.outcome.name,
            "division": "",
            "contrast": name_contrast(arm, reference),
            "n": len(part.value),
            "n_events": part.n_events,
        }
        if held == "count":
            known = len(set(labels)) == 2 and bool(part.value.any())
            value = measure_dispersion(part, labels) if known else np.nan
            note = "" if known else "nothing to measure it by"
            yield row | {"check": DISPERSION, "value": value, "note": note}
            continue
        result = check_proportional_odds(part.value, labels)
        yield row | {
            "check": ODDS,
            "statistic": result.statistic,
            "df": result.df or None,
            "p_value": result.p_value,
            "note": result.note,
        }


def detectable_rows(
    analysis: OutcomeAnalysis, *, division: str
) -> Iterator[dict[str, Any]]:
    """Yield the smallest difference of effects that a division could have shown."""
    if not analysis.treated or not analysis.divided:
        return
    scale = analysis.kind.scales[0].name
    for contrast in dict.fromkeys(pair.contrast for pair in analysis.pairs):
        own = [pair for pair in analysis.pairs if pair.contrast == contrast]
        own = [pair for pair in own if pair.stratum != ALL]
        first = [analysis.contrasts[pair.stratum, contrast][0] for pair in own]
        found = smallest_interaction(np.array([one.standard_error for one in first]))
        missing = sum(not np.isfinite(one.standard_error) for one in first)
        inside = np.any([pair.inside for pair in own], axis=0) & analysis.known
        part = analysis.measured.subset(inside)
        yield {
            "outcome": part.outcome.name,
            "check": DETECTABLE,
            "division": division,
            "contrast": contrast,
            "value": float(np.exp(found)) if SCALES[scale].is_ratio else found,
            "n": len(part.value),
            "n_events": part.n_events,
            "note": f"{missing} of {len(first)} groups have no effect" * bool(missing),
        }
