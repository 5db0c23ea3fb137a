"""Who does better, kept apart from who gains by a treatment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from genostrat.report.parts.document import Finding
from genostrat.report.parts.wording import (
    is_missing,
    label_text,
    listing,
    p_text,
    readable,
)

PROGNOSTIC = "prognostic"
_CLEAR = 0.05
#: What a cohort without a comparison cannot say.
CANNOT_TELL = (
    "There is no treatment to compare in this cohort, so it cannot tell whether such a"
    " group foretells the effect of a treatment (predictive) or the course of the"
    " disease alone (prognostic)."
)


def describe_prognosis(response: Mapping[str, Any], *, most: int) -> Iterator[Finding]:
    """Say between which groups the outcome itself differs.

    Parameters
    ----------
    response
        The part of the record on response.
    most
        Outcomes that are told.
    """
    has_treatment = bool(response.get("treatment"))
    tests = [
        (test["column"], test)
        for test in response.get("subgroup_tests") or []
        if test["model"] == PROGNOSTIC
    ]
    if has_treatment:
        # Without a treatment, strata have a sentence of their own.
        tests += [("", t) for t in response["tests"] if t["model"] == PROGNOSTIC]
    told = False
    for outcome in list(dict.fromkeys(test["outcome"] for _, test in tests))[:most]:
        own = [(column, test) for column, test in tests if test["outcome"] == outcome]
        parts = list(_parts(own))
        if not parts:
            continue
        name = f"“{label_text(readable(outcome), 40)}”"
        text = f"The outcome {name} itself {'; it '.join(parts)}."
        if has_treatment:
            text += " That says who does better, not who gains by treatment."
        elif not told:
            text += f" {CANNOT_TELL}"
        told = True
        yield Finding(text, "plain")


def _parts(tests: list[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    """Yield what differs, what does not clearly, and what was not assessed."""
    groups: dict[str, list[str]] = {}
    for column, test in tests:
        place = f"levels of {label_text(readable(column), 40)}" if column else "strata"
        p = test["p_adjusted"]
        if is_missing(p):
            why = label_text(test.get("note") or "no data", 80)
            verb, said = "was not compared between", f"{place} ({why})"
        else:
            clear = float(p) < _CLEAR
            verb = "differs between" if clear else "does not differ clearly between"
            said = f"{place} ({p_text(p)})"
        groups.setdefault(verb, []).append(said)
    for verb, places in groups.items():
        yield f"{verb} {listing(places)}"
