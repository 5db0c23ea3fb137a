"""The stratum of one patient, or why there is none, and what it means for treatment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from genostrat.report.parts.scales import ALL
from genostrat.report.parts.wording import (
    NBSP,
    count_text,
    is_missing,
    label_text,
    listing,
    number_text,
    p_text,
    readable,
)
from genostrat.report.words.response import PROGNOSTIC, effect_words, leading_tests

Row = Mapping[str, Any]

#: Below this p-value, adjusted for all outcomes, treatment differs between strata.
_NOTABLE_P = 0.05
#: Verdicts with which patients have a stratum.
_CLAIMED = ("supported", "suggestive")


@dataclass(frozen=True)
class StratumView:
    """What a sheet says of a patient's stratum.

    Parameters
    ----------
    name
        The stratum; blank where none is given.
    verdict
        In a few words: the stratum with its confidence, or that there is none.
    why
        A sentence on what that rests on, or why there is none.
    meaning
        Sentences on treatment; none where the strata do not allow any.
    """

    name: str
    verdict: str
    why: str
    meaning: Sequence[str] = ()

    @property
    def short(self) -> str:
        """What stands in the list of patients."""
        return self.name or "none"


@dataclass(frozen=True)
class Strata:
    """What the run says of strata, for whoever asks for one patient.

    Parameters
    ----------
    verdict
        ``strata/verdict.json``.
    assignments
        ``strata/assignments.tsv``.
    tests, effects
        ``response/interaction.tsv`` and ``response/effects.tsv``; None without.
    """

    verdict: Row
    assignments: pd.DataFrame
    tests: pd.DataFrame | None = None
    effects: pd.DataFrame | None = None

    @property
    def are_claimed(self) -> bool:
        """Whether patients have strata at all."""
        return self.verdict["verdict"] in _CLAIMED

    def describe_all(self) -> dict[str, StratumView]:
        """Return what is said of each patient, by identifier."""
        rows = self.assignments.to_dict("records")
        sizes = self.assignments.loc[
            self.assignments["status"] == "assigned", "stratum"
        ].value_counts()
        meanings = {
            str(name): self._explain(str(name)) for name in sizes.index if str(name)
        }
        return {
            str(row["sample_id"]): self._describe(row, sizes, meanings) for row in rows
        }

    def _describe(
        self, row: Mapping[Any, Any], sizes: pd.Series, meanings: Mapping[str, Any]
    ) -> StratumView:
        verdict, status = self.verdict["verdict"], str(row["status"])
        if status == "excluded":
            why = "Quality control excluded this patient, or no layer has a value."
            return StratumView("", "Not assessed", why)
        if verdict == "confounded":
            why = (
                "The groups of this cohort mirror something other than biology. No"
                " stratum is given, and none may guide treatment."
            )
            return StratumView("", "No stratum", why)
        if not self.are_claimed:
            why = "No subgroups were found in this cohort, so nobody has a stratum."
            return StratumView("", "No stratum", why)
        if status == "outside_model":
            why = "This patient is unlike the patients in whom the strata were found."
            return StratumView("", "No stratum", why)
        name = label_text(row["stratum"], 40)
        sure = _write_confidence(row["confidence"])
        if status != "assigned":
            left = [
                label_text(s, 40) for s in str(row["conformal_set"] or "").split("|")
            ]
            which = listing(filter(None, left)) or name
            why = (
                f"{which} cannot be told apart in this patient; the likeliest is"
                f" {name}, with confidence {sure} only."
            )
            return StratumView("", "No stratum", why)
        n = count_text(int(sizes.get(row["stratum"], 0)))
        why = f"{n} of {count_text(int(sizes.sum()))} assigned patients are in {name}."
        if verdict == "suggestive":
            why += " The strata are not established: this is a hypothesis."
        told = f"{name}, confidence {sure}"
        return StratumView(name, told, why, meanings.get(str(row["stratum"]), ()))

    def _explain(self, stratum: str) -> list[str]:
        """Say what treatment did in a stratum, where the verdict allows to."""
        if self.tests is None or self.effects is None:
            return []
        if self.verdict["verdict"] != "supported":
            return [
                "The strata are not established, so they say nothing on how to treat."
            ]
        tests = [
            t
            for t in leading_tests(_records(self.tests))
            if t["model"] != PROGNOSTIC and not is_missing(t["p_adjusted"])
        ]
        if not tests:
            return ["How treatment works in the strata could not be assessed."]
        differing = [t for t in tests if float(t["p_adjusted"]) < _NOTABLE_P]
        if not differing:
            return [
                "There is no evidence that treatment works differently in the strata,"
                " so the stratum is no reason to treat differently."
            ]
        effects = _records(self.effects)
        return [_tell_effect(test, effects, stratum) for test in differing]


def _write_confidence(value: Any) -> str:
    """Write a confidence; what is not certain is not rounded to it."""
    if not is_missing(value) and 0.995 <= float(value) < 1:
        return f">{NBSP}0.99"
    return number_text(value, 2)


def _tell_effect(test: Row, effects: Sequence[dict[str, Any]], stratum: str) -> str:
    outcome = label_text(readable(test["outcome"]), 40)
    mine = [
        e
        for e in effects
        if e["outcome"] == test["outcome"] and e["stratum"] == stratum != ALL
    ]
    known = [e for e in mine if not is_missing(e["effect"])]
    if not known:
        return (
            f"On “{outcome}”, the effect of treatment in {stratum} was not estimated."
        )
    told = []
    for contrast in dict.fromkeys(e["contrast"] for e in known):
        rows = [e for e in known if e["contrast"] == contrast]
        n = count_text(rows[0]["n"])
        words = effect_words(rows, most=2)
        told.append(f"{label_text(contrast, 60)} (n = {n}): {words}")
    return (
        f"On “{outcome}”, treatment works differently between the strata"
        f" ({p_text(test['p_adjusted'])}). In {label_text(stratum)}, {'; '.join(told)}."
        " That is the mean of the group, not a forecast for this patient."
    )


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(k): None if is_missing(v) else v for k, v in row.items()}
        for row in table.to_dict("records")
    ]
