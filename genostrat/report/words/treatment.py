"""The effect of treatment in all patients and in pre-specified subgroups, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genostrat.catalogues.contrasts import name_contrast
from genostrat.report.parts.document import Finding
from genostrat.report.parts.scales import (
    ALL,
    effect_interval,
    effect_text,
    effect_unit,
    horizon_unit,
    is_ratio,
    no_effect,
    scale_name,
)
from genostrat.report.parts.wording import (
    NBSP,
    count_text,
    is_missing,
    label_text,
    listing,
    number_text,
    p_text,
    plain_number,
    plural,
    readable,
    sentence,
)
from genostrat.report.words.robustness import describe_confounding, describe_missing

Row = Mapping[str, Any]
#: Level of p-values below which something is called a difference.
CLEAR = 0.05
#: Ways of giving the effect that answer the question; the others stand beside them.
_LEADING = ("plain", "weighted")
_GAIL_SIMON, _PROGNOSTIC = "gail_simon", "prognostic"


def arms_in_order(response: Row, outcome: str) -> list[str]:
    """Return the arms of a record, the reference first; none without a treatment."""
    found = [
        (row["position"], row["arm"])
        for row in response.get("populations") or []
        if row["outcome"] == outcome and row["group"] == ALL and row["position"]
    ]
    return [str(arm) for _, arm in sorted(found) if not is_missing(arm)]


def contrasts_in_order(response: Row, outcome: str) -> dict[str, str]:
    """Return contrast → arm, in the order of the arms."""
    reference, *others = [*arms_in_order(response, outcome), ""]
    return {name_contrast(arm, reference): arm for arm in others if arm}


def sides_of(response: Row, outcome: str, contrast: str) -> tuple[str, str] | None:
    """Return the reference and the arm that a contrast is of; None without arms."""
    arm = contrasts_in_order(response, outcome).get(contrast)
    return None if arm is None else (arms_in_order(response, outcome)[0], arm)


def describe_main_effects(response: Row, *, most: int) -> Iterator[Finding]:
    """Say what treatment does in all patients, every arm by its name.

    Parameters
    ----------
    response
        The part of the record on response.
    most
        Outcomes that are told; the others are named.
    """
    rows = response.get("treatment") or []
    outcomes = list(dict.fromkeys(row["outcome"] for row in rows))
    for outcome in outcomes[:most]:
        own = [row for row in rows if row["outcome"] == outcome]
        yield _describe_outcome(response, outcome, own, is_first=outcome == outcomes[0])
    if outcomes[most:]:
        more = listing(quoted(outcome) for outcome in outcomes[most:])
        yield Finding(f"The effect of treatment on {more} is shown below.", "plain")


def _describe_outcome(
    response: Row, outcome: str, rows: Sequence[Row], *, is_first: bool
) -> Finding:
    contrasts = contrasts_in_order(response, outcome)
    leading = {r["contrast"]: r for r in rows if r["method"] in _LEADING}
    reference = next(iter(arms_in_order(response, outcome)), "the reference")
    parts = [
        _describe_arm(arm, leading[contrast])
        for contrast, arm in contrasts.items()
        if contrast in leading
    ]
    weighted = any(row["method"] == "weighted" for row in rows)
    who = _analysed(response, outcome, "treated" if weighted else "randomised")
    text = (
        f"Effect of treatment on {quoted(outcome)} in {who}, against"
        f" {label_text(reference, 40)}: {'; '.join(parts)}."
    )
    role = next((row.get("role") for row in rows if row.get("role")), None)
    if role:
        text = f"{sentence(str(role))[:-1]} outcome. {text}"
    tested = [c for c in contrasts if c in leading]
    tested = [c for c in tested if not is_missing(leading[c]["p_adjusted"])]
    outcomes = {row["outcome"] for row in response.get("treatment") or []}
    if is_first and (len(tested) > 1 or (tested and len(outcomes) > 1)):
        text += f" p-values are {adjustment_words(response)}."
    text += "".join(_describe_changing(response, outcome, rows, contrasts))
    text += "".join(_describe_beside(response, outcome, rows, contrasts))
    checks = [r for r in response.get("checks") or [] if r["outcome"] == outcome]
    in_all = [
        row
        for row in response.get("effects") or []
        if row["outcome"] == outcome and row["stratum"] == ALL
    ]
    text += "".join(describe_missing(checks, in_all, contrasts))
    text += "".join(describe_confounding(checks, contrasts))
    clear = any(is_clear(leading[c]["p_adjusted"]) for c in contrasts if c in leading)
    estimated = [r for r in leading.values() if not is_missing(r["effect"])]
    n = count_analysed(response, outcome) if estimated else 0
    return Finding(text, "note" if clear else "plain", n)


def is_clear(p: float | None) -> bool:
    """Say whether a p-value speaks for a difference; a missing one does not."""
    return not is_missing(p) and float(p) < CLEAR  # type: ignore[arg-type]


def quoted(outcome: str) -> str:
    """Write the name of an outcome as sentences have it."""
    return f"“{label_text(readable(outcome), 40)}”"


def count_analysed(response: Row, outcome: str) -> int:
    """Return how many patients have both an arm and the outcome."""
    return sum(
        int(row["n_known"] or 0)
        for row in response.get("populations") or []
        if row["outcome"] == outcome and row["group"] == ALL and row["arm"] != ALL
        if not is_missing(row["arm"])
    )


def _analysed(response: Row, outcome: str, word: str) -> str:
    """Say how many patients have both an arm and the outcome."""
    arms = [
        row
        for row in response.get("populations") or []
        if row["outcome"] == outcome and row["group"] == ALL and row["arm"] != ALL
    ]
    known = [row for row in arms if not is_missing(row["arm"])]
    n = count_analysed(response, outcome)
    everyone = sum(int(row["n"]) for row in arms)
    text = f"{count_text(n)} {word} patients"
    if everyone > n:
        text = f"{count_text(n)} of {count_text(everyone)} {word} patients"
    if any(not is_missing(row["n_events"]) for row in known):
        events = sum(int(row["n_events"] or 0) for row in known)
        text += f" ({plural(events, 'event')})"
    return text


def _describe_arm(arm: str, row: Row) -> str:
    name = label_text(arm, 40)
    if is_missing(row["effect"]):
        return f"{name}: not estimated ({label_text(row.get('note') or 'no data', 80)})"
    text = f"{name}: {give_effect(row)}"
    if is_clear(row["p_adjusted"]):
        return text
    if is_missing(row["p_adjusted"]):
        return f"{text}, not tested"
    if _leaves_out_nothing(row):
        return f"{text}, not clear once adjusted"
    return f"{text}, no evidence of an effect"


def _leaves_out_nothing(row: Row) -> bool:
    """Say whether an interval, which no adjustment widens, leaves out “no effect”."""
    low, high, nothing = row["ci_low"], row["ci_high"], no_effect(row["scale"])
    if is_missing(low) or is_missing(high):
        return False
    return bool(low > nothing or high < nothing)


def give_effect(row: Row, *, bare: bool = False) -> str:
    """Write an effect with its scale, interval, p-value and, if any, unit and time."""
    unit = effect_unit(row)
    text = (
        f"{scale_name(row['scale'])} {effect_text(row['effect'], row['scale'])}{unit}"
    )
    if not is_missing(row.get("horizon")):
        span = horizon_unit(row)
        text += f" over {plain_number(row['horizon'])}{span}"
        text += "" if span else " in the sheet's unit"
    inside = f"95{NBSP}% interval {effect_interval(row)}"
    p = row.get("p_adjusted")
    if not bare and not is_missing(p):
        inside += f"; {p_text(p)}"
    return f"{text} ({inside})"


def _describe_changing(
    response: Row, outcome: str, rows: Sequence[Row], contrasts: Mapping[str, str]
) -> Iterator[str]:
    """Give restricted means where hazards are not proportional, or arms separated."""
    failing = {
        row["contrast"]: row["p_value"]
        for row in response.get("checks") or []
        if row["outcome"] == outcome
        and row["check"] == "proportional_hazards"
        and is_clear(row["p_value"])
    }
    means = {
        row["contrast"]: row
        for row in rows
        if row["method"] == "restricted_mean" and not is_missing(row["effect"])
    }
    told = [c for c in contrasts if c in failing and c in means]
    if told:
        whose = listing(
            f"{label_text(contrasts[c], 40)} ({p_text(failing[c])})" for c in told
        )
        answers = "; ".join(
            f"{label_text(contrasts[c], 40)}: {give_effect(means[c])}" for c in told
        )
        yield (
            f" Hazards are not proportional for {whose}: a hazard ratio is an average"
            f" over time there, and the answer is the mean time without event:"
            f" {answers}."
        )
    separated = [
        row["contrast"]
        for row in rows
        if row["method"] == "plain" and "separated" in str(row.get("note") or "")
    ]
    for contrast in separated:
        if contrast in means and contrast in contrasts and contrast not in told:
            yield (
                f" {sentence(label_text(contrasts[contrast], 40))[:-1]} and the"
                " reference are separated in time, so the absolute effect counts:"
                f" {give_effect(means[contrast])}."
            )


#: Checks of a model's form → what is said where it fails, and the way that answers.
_OTHER_ANSWERS = {
    "proportional_odds": (
        "One odds ratio does not hold at every level for",
        "win_difference",
    ),
}
#: Ways beside the leading one that are always told: the event's hazard alone does not
#: say what a treatment does where another event can forestall it.
_BESIDE = ("cumulative_incidence", "fine_gray", "competing_event")
#: Counts that vary more than this times as much as Poisson variables are said to.
_WIDE = 1.2


def _describe_beside(
    response: Row, outcome: str, rows: Sequence[Row], contrasts: Mapping[str, str]
) -> Iterator[str]:
    """Say what stands beside the leading effect: other scales, forms that fail."""
    if any(row["scale"] == "common_odds_ratio" for row in rows):
        yield " An odds ratio above 1 means higher levels."
    for contrast, arm in contrasts.items():
        own = {row["method"]: row for row in rows if row["contrast"] == contrast}
        told = [
            own[m] for m in _BESIDE if m in own and not is_missing(own[m]["effect"])
        ]
        if told:
            words = "; ".join(give_effect(row, bare=True) for row in told)
            yield (
                f" With competing events taken into account, {label_text(arm, 40)}:"
                f" {words}."
            )
        for check in response.get("checks") or []:
            if (check["outcome"], check["contrast"]) != (outcome, contrast):
                continue
            if check["check"] in _OTHER_ANSWERS and is_clear(check["p_value"]):
                said, method = _OTHER_ANSWERS[check["check"]]
                answer = own.get(method)
                text = f" {said} {label_text(arm, 40)} ({p_text(check['p_value'])})"
                if answer is not None and not is_missing(answer["effect"]):
                    text += f": the answer is the {give_effect(answer)}"
                yield f"{text}."
            if check["check"] == "dispersion" and _is_wide(check["value"]):
                yield (
                    f" Counts vary {number_text(check['value'], 2)} times as much as by"
                    f" chance ({label_text(arm, 40)}); errors allow for it."
                )


def _is_wide(dispersion: float | None) -> bool:
    return not is_missing(dispersion) and float(dispersion) > _WIDE  # type: ignore[arg-type]


def adjustment_words(response: Row) -> str:
    """Say how p-values of the treatment's effect were adjusted."""
    rows = [row for row in response.get("treatment") or [] if row.get("adjustment")]
    if not rows:
        return "not adjusted"
    outcomes = len({row["outcome"] for row in rows})
    arms = len({row["contrast"] for row in rows})
    if any(row["adjustment"] == "hierarchical" for row in rows):
        order = listing(dict.fromkeys(quoted(row["outcome"]) for row in rows))
        over = f", each arm at 1/{arms} of the level" if arms > 1 else ""
        return (
            "hierarchical: an outcome counts only after those before it, in the order"
            f" {order}{over}"
        )
    most = max(int(row["n_adjusted"] or 0) for row in rows)
    if outcomes > 1 and most > arms:
        return f"adjusted over {outcomes} outcomes and {plural(arms, 'arm')} (Holm)"
    if outcomes > 1:
        return f"adjusted over {plural(arms, 'arm')} (Holm), not over outcomes"
    return f"adjusted over {plural(arms, 'arm')} (Holm)"


def describe_subgroups(response: Row, *, most: int) -> Iterator[Finding]:
    """Say whether the effect of treatment differs between pre-specified subgroups."""
    tests = [
        test
        for test in response.get("subgroup_tests") or []
        if test["model"] not in (_GAIL_SIMON, _PROGNOSTIC)
    ]
    for outcome in list(dict.fromkeys(test["outcome"] for test in tests))[:most]:
        own = [test for test in tests if test["outcome"] == outcome]
        for test in own:
            if is_clear(test["p_adjusted"]):
                yield _describe_difference(response, test)
        same = [
            f"{quoted_column(test)} ({_without_difference(response, test)})"
            for test in own
            if not is_missing(test["p_adjusted"]) and not is_clear(test["p_adjusted"])
        ]
        if same:
            yield Finding(
                "There is no evidence that the effect of treatment on"
                f" {quoted(outcome)} differs between levels of the pre-specified"
                f" {'subgroup' if len(same) == 1 else 'subgroups'} {listing(same)}.",
                "plain",
            )
        open_ones = [
            f"{quoted_column(t)} ({label_text(t.get('note') or 'no data', 80)})"
            for t in own
            if is_missing(t["p_adjusted"])
        ]
        if open_ones:
            yield Finding(
                f"Not assessed, pre-specified for {quoted(outcome)}:"
                f" {listing(open_ones)}.",
                "note",
            )


def quoted_column(test: Row) -> str:
    """Write the column of a subgroup as sentences have it."""
    return label_text(readable(test["column"]), 40)


def _without_difference(response: Row, test: Row) -> str:
    text = p_text(test["p_adjusted"])
    seen = detectable_words(response, test["outcome"], division=test["column"])
    return f"{text}; {seen}" if seen else text


def detectable_words(response: Row, outcome: str, *, division: str) -> str:
    """Say what difference of effects would have been seen; nothing where not known."""
    rows = [
        row
        for row in response.get("checks") or []
        if row["check"] == "smallest_interaction"
        and row["outcome"] == outcome
        and row["division"] == division
    ]
    if not rows or any(is_missing(row["value"]) for row in rows):
        return ""
    value = max(float(row["value"]) for row in rows)
    scale = next((t["scale"] for t in response["tests"] if t["outcome"] == outcome), "")
    if is_ratio(scale):
        what = f"a ratio of {scale_name(scale)}s beyond {number_text(value, 2)}"
    else:
        what = f"a change in {scale_name(scale)} beyond {number_text(value, 2)}"
    alone = " of any one arm" if len(rows) > 1 else ""
    return f"{what}{alone} would have been seen with 80{NBSP}% power"


def _describe_difference(response: Row, test: Row) -> Finding:
    contrasts = contrasts_in_order(response, test["outcome"])
    effects = [
        row
        for row in response.get("subgroups") or []
        if row["outcome"] == test["outcome"]
        and row["column"] == test["column"]
        and row["scale"] == test["scale"]
    ]
    parts = []
    for row in sorted(
        effects,
        key=lambda r: (
            list(contrasts).index(r["contrast"]) if r["contrast"] in contrasts else 0
        ),
    ):
        level = label_text(row["level"], 40)
        if len(contrasts) > 1:
            level += f", {label_text(row['contrast'], 60)}"
        if is_missing(row["effect"]):
            why = label_text(row.get("note") or "no estimate", 80)
            parts.append(f"{level}: not estimated, {why}")
        else:
            parts.append(f"{level}: {give_effect(row, bare=True)}")
    return Finding(
        f"The effect of treatment on {quoted(test['outcome'])} differs between levels"
        f" of the pre-specified subgroup {quoted_column(test)}"
        f" ({p_text(test['p_adjusted'])}): {'; '.join(parts)}.",
        "note",
    )
