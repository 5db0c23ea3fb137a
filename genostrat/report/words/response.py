"""Treatment and outcome by stratum, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from genostrat.report.parts.document import Finding
from genostrat.report.parts.scales import (
    ALL,
    effect_interval,
    effect_text,
    effect_unit,
    is_ratio,
    no_effect,
    ordered_strata,
    scale_name,
)
from genostrat.report.parts.wording import (
    NBSP,
    is_missing,
    label_text,
    listing,
    p_text,
    readable,
    sentence,
)
from genostrat.report.words.heterogeneity import describe_heterogeneity
from genostrat.report.words.prognosis import (
    CANNOT_TELL,
    PROGNOSTIC,
    describe_prognosis,
)
from genostrat.report.words.treatment import (
    contrasts_in_order,
    describe_main_effects,
    describe_subgroups,
    detectable_words,
)

#: Rows of response/interaction.tsv that are not tests of treatment by stratum.
GAIL_SIMON = "gail_simon"
MOST_OUTCOMES = 3
_CAUTIONS = {
    "confounded": " The groups are confounded, so this says nothing about biology.",
    "suggestive": " The strata are not established, so this is a hypothesis.",
}


def describe_treatment(
    response: dict[str, Any] | None, *, strata: dict[str, Any] | None
) -> Iterator[Finding]:
    """Say whether treatment works differently between strata, by outcome."""
    if response is None:
        yield Finding(
            "Treatment response was not analysed: no outcomes are configured.", "plain"
        )
        return
    yield from describe_main_effects(response, most=MOST_OUTCOMES)
    yield from describe_subgroups(response, most=MOST_OUTCOMES)
    yield from describe_heterogeneity(response.get("heterogeneity"))
    yield from describe_prognosis(response, most=MOST_OUTCOMES)
    tests = leading_tests(response["tests"])
    compared = [test for test in tests if not is_missing(test["p_adjusted"])]
    compared.sort(key=lambda test: float(test["p_adjusted"]))
    verdict = (strata or {}).get("verdict")
    if not compared:
        yield from _describe_overall(tests, response)
    for test in compared[:MOST_OUTCOMES]:
        effects = [e for e in response["effects"] if e["outcome"] == test["outcome"]]
        yield _describe_outcome(test, effects, verdict=verdict, response=response)
    if len(compared) > MOST_OUTCOMES:
        more = [readable(test["outcome"]) for test in compared[MOST_OUTCOMES:]]
        yield Finding(f"Further outcomes are shown below: {listing(more)}.", "plain")


def _describe_overall(
    tests: list[dict[str, Any]], response: dict[str, Any]
) -> Iterator[Finding]:
    """Give effects in all patients, where there are no strata to compare."""
    if response.get("treatment"):
        if not response.get("subgroup_tests"):
            yield Finding(
                "There are no strata and no pre-specified subgroups to compare, so"
                " whether the effect differs between patients was not assessed.",
                "plain",
            )
        return
    effects = response["effects"]
    parts = []
    for test in tests[:MOST_OUTCOMES]:
        rows = [e for e in effects if e["outcome"] == test["outcome"]]
        words = effect_words(_of_stratum(rows, ALL), most=1)
        if words:
            parts.append(f"on “{label_text(readable(test['outcome']), 40)}” {words}")
    text = "Without strata to compare there is no subgroup analysis."
    if parts:
        text += f" Effect of treatment in all patients: {'; '.join(parts)}."
    yield Finding(text, "plain")


def leading_tests(tests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the test that answers the question of each outcome.

    That is treatment by stratum where there is a treatment, else the outcome itself
    by stratum.
    """
    treatment = [t for t in tests if t["model"] not in (GAIL_SIMON, PROGNOSTIC)]
    return treatment or [t for t in tests if t["model"] == PROGNOSTIC]


def _describe_outcome(
    test: dict[str, Any],
    effects: list[dict[str, Any]],
    *,
    verdict: str | None,
    response: dict[str, Any],
) -> Finding:
    outcome = f"“{label_text(readable(test['outcome']), 40)}”"
    p = test["p_adjusted"]
    differs = float(p) < 0.05
    if test["model"] == PROGNOSTIC:
        verb = "differs" if differs else "does not differ clearly"
        text = f"The outcome {outcome} {verb} between strata ({p_text(p)})."
        text += f" {CANNOT_TELL}" * differs
        return Finding(text, "note" if differs else "plain")
    if not differs:
        overall = ""
        if not response.get("treatment"):
            overall = effect_words(_of_stratum(effects, ALL))
        text = (
            f"There is no evidence that the effect of treatment on {outcome} differs"
            f" between strata ({p_text(p)})"
        )
        text += f"; in all patients: {overall}" if overall else ""
        seen = detectable_words(response, test["outcome"], division="strata")
        text += f"; {seen}" if seen else ""
        return Finding(sentence(text), "plain")
    parts = []
    for place, stratum in enumerate(_by_strength(effects)):
        # The absolute effect too, where it is strongest; elsewhere it is below.
        most = 1 if place else 2
        for contrast, rows in _by_contrast(_of_stratum(effects, stratum), response):
            words = effect_words(rows, most=most)
            parts += [f"{label_text(stratum)}{contrast} {words}"] if words else []
    parts += _describe_gaps(effects)
    text = (
        f"The effect of treatment on {outcome} differs between strata"
        f" ({p_text(p)}): {'; '.join(parts)}."
    )
    caution = _CAUTIONS.get(verdict or "", "")
    return Finding(text + caution, "warn" if verdict == "confounded" else "note")


def _by_contrast(
    effects: list[dict[str, Any]], response: dict[str, Any]
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the effects of each contrast, named where there are several."""
    outcome = effects[0]["outcome"] if effects else ""
    contrasts = contrasts_in_order(response, outcome)
    if len(contrasts) < 2:
        yield "", effects
        return
    for contrast in contrasts:
        rows = [effect for effect in effects if effect["contrast"] == contrast]
        yield f", {label_text(contrast, 60)},", rows


def _describe_gaps(effects: list[dict[str, Any]]) -> Iterator[str]:
    """Name strata without an estimate: the effect may be strongest just there."""
    for stratum in ordered_strata([effect["stratum"] for effect in effects]):
        rows = _of_stratum(effects, stratum)
        if stratum != ALL and all(is_missing(row["effect"]) for row in rows):
            why = rows[0].get("note") or "no estimate"
            yield f"{label_text(stratum)} not estimated, {label_text(why, 80)}"


def _of_stratum(effects: list[dict[str, Any]], stratum: str) -> list[dict[str, Any]]:
    return [effect for effect in effects if effect["stratum"] == stratum]


def effect_words(effects: list[dict[str, Any]], *, most: int = 2) -> str:
    """Put the effects of one stratum in words, on the first scales of the outcome."""
    known = [e for e in effects if not is_missing(e["effect"])]
    return ", ".join(
        f"{scale_name(e['scale'])} {effect_text(e['effect'], e['scale'])}"
        f"{effect_unit(e)} (95{NBSP}% interval {effect_interval(e)})"
        for e in known[:most]
    )


def _by_strength(effects: list[dict[str, Any]]) -> list[str]:
    """Order strata by their effect on the first scale, strongest first."""
    strength: dict[str, float] = {}
    for effect in effects:
        stratum, value, scale = effect["stratum"], effect["effect"], effect["scale"]
        if stratum == ALL or is_missing(value) or stratum in strength:
            continue
        if is_ratio(scale):
            strength[stratum] = abs(math.log(value)) if value > 0 else math.inf
        else:
            strength[stratum] = abs(value - no_effect(scale))
    return sorted(strength, key=lambda name: (-strength[name], len(name), name))
