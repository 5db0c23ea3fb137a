"""One outcome's rows in the tables of tests and of effects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from genostrat.catalogues.contrasts import name_contrast
from genostrat.catalogues.outcome_kinds import KINDS, SCALES
from genostrat.config.outcomes import ALL
from genostrat.response.contrasts import Contrast
from genostrat.response.groups import common_horizon, compare_groups, shortage
from genostrat.response.interaction import (
    check_interaction,
    check_prognosis,
    gail_simon,
)
from genostrat.response.likelihoods.nested import Comparison
from genostrat.response.observational import (
    Cell,
    GroupPair,
    Weighting,
    bootstrap_error,
    bootstrap_estimates,
    check_homogeneity,
)
from genostrat.response.patients import Measured, Patients

INTERACTION_COLUMNS = [
    "outcome",
    "model",
    "contrast",
    "scale",
    "method",
    "statistic",
    "df",
    "p_value",
    "p_adjusted",
    "n",
    "n_events",
    "note",
]
EFFECT_COLUMNS = [
    "outcome",
    "stratum",
    "contrast",
    "scale",
    "effect",
    "ci_low",
    "ci_high",
    "n",
    "n_events",
    "standard_error",
    "arm_value",
    "reference_value",
    "n_arm",
    "n_reference",
    "n_events_arm",
    "n_events_reference",
    "horizon",
    "unit",
    "note",
]


@dataclass
class OutcomeAnalysis:
    """One outcome: its contrasts are computed once and feed tests and effects.

    Parameters
    ----------
    patients
        The patients who enter the analysis.
    measured
        One of their outcomes.
    minimum
        Fewest events in either group for an effect to be shown.
    weighting
        Propensity weights; none for a randomised treatment.
    note
        A sentence for every row.
    division
        What the groups that patients are divided into are called.
    """

    patients: Patients
    measured: Measured
    minimum: int
    weighting: Weighting | None
    note: str
    division: str = "stratum"

    def __post_init__(self) -> None:
        patients, measured = self.patients, self.measured
        self.treated = patients.reference is not None
        self.strata = patients.strata
        self.divided = len(self.strata) > 1
        self.kind = KINDS[measured.outcome.kind]
        self.known = measured.known.copy()
        if self.treated:
            self.known &= patients.arm != ""
        #: Those of them who are in a stratum, whom a test between strata is made of.
        self.placed = self.known & (patients.stratum != "")
        self.pairs = list(self._pairs())
        self.draws: dict[Cell, np.ndarray] = {}
        self.shortages = {
            (pair.stratum, pair.contrast): self._shortage(pair) for pair in self.pairs
        }
        groups = [
            pair.inside & self.known & (pair.in_group == side)
            for pair in self.pairs
            if not self.shortages[pair.stratum, pair.contrast]
            for side in (True, False)
        ]
        self.horizon = common_horizon(measured, groups)
        self.contrasts = {
            (pair.stratum, pair.contrast): self._compare(pair) for pair in self.pairs
        }

    def _pairs(self) -> Iterator[GroupPair]:
        patients = self.patients
        everyone = np.ones(len(patients.stratum), dtype=bool)
        placed = patients.stratum != ""
        for stratum in [ALL, *(self.strata if self.divided else [])]:
            inside = everyone if stratum == ALL else patients.stratum == stratum
            if not self.treated:
                if stratum != ALL:
                    yield GroupPair(stratum, "stratum vs rest", placed, inside)
                continue
            reference, *others = patients.arms
            for arm in others:
                both = inside & np.isin(patients.arm, [arm, reference])
                contrast = name_contrast(arm, reference)
                yield GroupPair(stratum, contrast, both, patients.arm == arm)

    def _shortage(self, pair: GroupPair) -> str:
        refusals = {} if self.weighting is None else self.weighting.refusals
        if (pair.stratum, pair.contrast) in refusals:
            return refusals[pair.stratum, pair.contrast]
        mask = pair.inside & self.known
        part = self.measured.subset(mask)
        return shortage(part, pair.in_group[mask], minimum=self.minimum)

    def _compare(self, pair: GroupPair) -> list[Contrast]:
        if self.shortages[pair.stratum, pair.contrast]:
            empty = (np.nan,) * 4
            return [Contrast(scale.name, *empty) for scale in self.kind.scales]
        mask = pair.inside & self.known
        part, in_group = self.measured.subset(mask), pair.in_group[mask]
        if self.weighting is None:
            return compare_groups(part, in_group, horizon=self.horizon)
        contrasts = compare_groups(
            part, in_group, horizon=self.horizon, weights=self.weighting.weights[mask]
        )
        drawn = bootstrap_estimates(
            replace(self.measured, known=self.known),
            [pair],
            weights=self.weighting.draws,
            horizon=self.horizon,
        )
        self.draws |= drawn
        return [
            contrast.with_error(
                bootstrap_error(
                    drawn[Cell(pair.stratum, pair.contrast, contrast.scale)]
                )
            )
            for contrast in contrasts
        ]

    def tests(self) -> Iterator[dict[str, Any]]:
        """Yield the outcome's rows of ``response/interaction.tsv``."""
        if not self.divided:
            model = self.kind.model if self.treated else "prognostic"
            yield self._test_row(model, Comparison(np.nan, 0, np.nan, ""))
            return
        if self.treated:
            yield self._test_row(self.kind.model, self._interaction())
            for contrast in sorted({pair.contrast for pair in self.pairs}):
                first = [
                    self.contrasts[stratum, contrast][0] for stratum in self.strata
                ]
                result = gail_simon(
                    np.array([one.estimate for one in first]),
                    np.array([one.standard_error for one in first]),
                )
                yield self._test_row("gail_simon", result, contrast=contrast)
        yield self._test_row("prognostic", self._prognosis())

    def _interaction(self) -> Comparison:
        if self.weighting is not None:
            scale = self.kind.scales[0].name
            cells = [key for key in self.contrasts if key[0] != ALL]
            return check_homogeneity(
                {cell: self.contrasts[cell][0].estimate for cell in cells},
                {
                    cell: self.draws.get(Cell(*cell, scale), np.array([np.nan]))
                    for cell in cells
                },
            )
        placed = self.placed
        result = check_interaction(
            self.measured.subset(placed),
            stratum=self.patients.stratum[placed],
            arm=self.patients.arm[placed],
            strata=self.strata,
            arms=self.patients.arms,
        )
        small = sum(bool(text) for key, text in self.shortages.items() if key[0] != ALL)
        if not small:
            return result
        caution = f"{small} of the compared groups are below the minimum of events"
        return replace(result, note=join_notes(result.note, caution))

    def _prognosis(self) -> Comparison:
        placed = self.placed
        return check_prognosis(
            self.measured.subset(placed),
            stratum=self.patients.stratum[placed],
            strata=self.strata,
            arm=self.patients.arm[placed] if self.treated else None,
        )

    def _test_row(
        self, model: str, result: Comparison, *, contrast: str = ""
    ) -> dict[str, Any]:
        part = self.measured.subset(self.placed)
        left_out = int((~self.known).sum())
        unplaced = int((self.known & ~self.placed).sum())
        missing = "the outcome or the arm" if self.treated else "the outcome"
        label = "" if self.weighting is None else self.weighting.label
        if model == "prognostic" and self.weighting is not None:
            label = "observational: not weighted"
        return {
            "outcome": self.measured.outcome.name,
            "model": model,
            "contrast": contrast,
            "scale": self.kind.scales[0].name,
            "method": result.method,
            "statistic": result.statistic,
            "df": result.df if result.df else None,
            "p_value": result.p_value,
            "n": len(part.value),
            "n_events": part.n_events,
            "note": join_notes(
                self.note,
                label,
                result.note,
                f"{left_out} patients left out, {missing} unknown" if left_out else "",
                f"{unplaced} {'patient is' if unplaced == 1 else 'patients are'} in no"
                f" {self.division}"
                if unplaced
                else "",
            ),
        }

    def effects(self) -> Iterator[dict[str, Any]]:
        """Yield the outcome's rows of ``response/effects.tsv``."""
        for pair in self.pairs:
            key = pair.stratum, pair.contrast
            label, unbalanced = "", ""
            if self.weighting is not None:
                label = self.weighting.label
                unbalanced = self.weighting.notes.get(key, "")
            for contrast in self.contrasts[key]:
                notes = (label, self.shortages[key], contrast.note, unbalanced)
                yield {
                    "outcome": self.measured.outcome.name,
                    "stratum": pair.stratum,
                    "contrast": pair.contrast,
                    "scale": contrast.scale,
                    "effect": contrast.natural(contrast.estimate),
                    "ci_low": contrast.natural(contrast.low),
                    "ci_high": contrast.natural(contrast.high),
                    **self._counts(pair, contrast.scale),
                    "standard_error": contrast.standard_error,
                    "arm_value": contrast.values[0],
                    "reference_value": contrast.values[1],
                    "horizon": self.horizon
                    if SCALES[contrast.scale].has_horizon
                    else np.nan,
                    "unit": self.unit_of(contrast.scale),
                    "note": join_notes(self.note, *notes),
                }

    def unit_of(self, scale: str) -> str:
        """Return the unit of effects on a scale, or of its horizon; blank: none."""
        known = SCALES[scale].has_unit or SCALES[scale].has_horizon
        return self.measured.outcome.unit if known else ""

    def _counts(self, pair: GroupPair, scale: str) -> dict[str, int | None]:
        mask = pair.inside & self.known
        measured = self.measured
        if scale == "competing_hazard_ratio":
            measured = measured.of_competing
        group = measured.subset(mask & pair.in_group)
        reference = measured.subset(mask & ~pair.in_group)
        both = measured.subset(mask)
        return {
            "n": len(both.value),
            "n_events": both.n_events,
            "n_arm": len(group.value),
            "n_reference": len(reference.value),
            "n_events_arm": group.n_events,
            "n_events_reference": reference.n_events,
        }


def join_notes(*notes: str) -> str:
    """Put notes in one cell, blank ones left out."""
    return "; ".join(note for note in notes if note)
