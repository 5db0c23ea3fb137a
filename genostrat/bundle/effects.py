"""Effects of treatments and survival, for a bundle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from genostrat.bundle.parts import Part
from genostrat.catalogues.outcome_kinds import KINDS, SCALES
from genostrat.disclosure.cells import round_count
from genostrat.disclosure.estimates import round_to_error
from genostrat.disclosure.membership import count_allowed
from genostrat.disclosure.rests import find_telling

EFFECTS_FILE, SURVIVAL_FILE = "effects.tsv", "survival.tsv"
EFFECT_COLUMNS = (
    *("outcome", "stratum", "contrast", "scale", "estimate", "standard_error"),
    *("n_arm", "n_reference", "n_events_arm", "n_events_reference"),
)
SURVIVAL_COLUMNS = ("outcome", "stratum", "arm", "time", "survival", "n_at_risk")
#: Scales on which an estimate is a logarithm, since its standard error is.
RATIOS = tuple(scale.name for scale in SCALES.values() if scale.is_ratio)
#: Scales of which an estimate does not give the number of events back.
TIMED = tuple(
    scale.name
    for kind in KINDS.values()
    for scale in kind.scales
    if "time" in kind.columns and not scale.is_share
)
EVERYBODY = "all"
#: Times of a released curve, and digits of a share.
MOST_TIMES, SHARE_DIGITS = 8, 2
#: Numbers of an effect with the events of both arms.
_WITH_EVENTS = 3
_SIZES = ("n_arm", "n_reference")
_KEYS = ("outcome", "stratum", "contrast")
_EVENTS = ("n_events_arm", "n_events_reference")


def release_effects(
    effects: pd.DataFrame, *, members: Iterable[str], threshold: int
) -> Part:
    """Choose the effects that rest on enough patients and events, and round them.

    Parameters
    ----------
    effects
        ``response/effects.tsv``.
    members
        Everybody whose outcome may stand in them.
    threshold
        Fewest patients of either arm, fewest of them with an event, and fewest without:
        a share gives its number back. Of effects on time to an event that number is
        withheld where nearly everybody had one.

    Notes
    -----
    An effect in everybody and effects in all strata but a few patients would together
    give the effect in these few, whether they are in no stratum or in one that is
    withheld for its size: where that is so, the smallest strata are withheld.
    """
    withheld: Counter[str] = Counter()
    rows = []
    told: Counter[str] = Counter()
    for _, row in effects.iterrows():
        reason = _why_not(row, threshold)
        left = 0 if reason else _count_left(row, told[row["stratum"]])
        if not reason and not left:
            reason = "more numbers than the patients allow"
        if reason:
            withheld[reason] += 1
            continue
        value, error = float(row["effect"]), float(row["standard_error"])
        if row["scale"] in RATIOS:
            value = np.log(value)
        estimate = round_to_error(value, error)
        if not np.isfinite(estimate):
            withheld["no standard error"] += 1
            continue
        events = _release_events(row, threshold, are_allowed=left >= _WITH_EVENTS)
        told[row["stratum"]] += 1 + sum(not pd.isna(n) for n in events.values())
        rows.append(
            {
                **{name: str(row[name]) for name in EFFECT_COLUMNS[:4]},
                "estimate": estimate,
                "standard_error": float(f"{error:.2g}"),
                **{name: _rounded(row[name]) for name in _SIZES},
                **events,
            }
        )
    table = pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))
    table = table.astype(dict.fromkeys((*_SIZES, *_EVENTS), "Int64"))
    gaps = _find_gaps(effects, table, threshold)
    keys = table[list(_KEYS)].itertuples(index=False, name=None)
    is_gap = [key in gaps for key in keys]
    if any(is_gap):
        withheld["strata that leave too few patients out"] += sum(is_gap)
        table = table[~np.array(is_gap, bool)]
    return Part(
        EFFECTS_FILE,
        table.reset_index(drop=True),
        frozenset(members),
        "Effects of treatments in everybody and in each stratum, of ratios their"
        " logarithms, with standard errors.",
        f"Each rests on {threshold} patients of either arm at least, with and without"
        " an event, and is rounded to a fifth of its standard error; sizes are rounded"
        " to 5. There are no more of them than the patients allow.",
        tuple(f"{n} effects: {reason}" for reason, n in sorted(withheld.items())),
    )


def _count_left(row: pd.Series, n_told: int) -> int:
    """Return how many more numbers about the patients of an effect may be told."""
    n_people = int(sum(float(row[name]) for name in _SIZES))
    return max(0, count_allowed(n_people) - n_told)


def _why_not(row: pd.Series, threshold: int) -> str:
    sizes = [float(row[name]) for name in _SIZES]
    if not all(size >= threshold for size in sizes):
        return f"fewer than {threshold} patients in an arm"
    events = [row[name] for name in _EVENTS]
    known = [float(event) for event in events if not pd.isna(event)]
    for size, event in zip(sizes, known, strict=False):
        most = size if row["scale"] in TIMED else size - threshold
        if not threshold <= event <= most:
            return f"fewer than {threshold} with or without an event in an arm"
    if pd.isna(row["effect"]) or pd.isna(row["standard_error"]):
        return "not estimated"
    return ""


def _rounded(value: object) -> object:
    return pd.NA if pd.isna(value) else round_count(int(float(str(value))))


def _release_events(
    row: pd.Series, threshold: int, *, are_allowed: bool
) -> dict[str, object]:
    """Return the events of both arms; nothing where nearly everybody has had one."""
    events = [row[name] for name in _EVENTS]
    shown = [
        pd.isna(event) or float(event) <= float(row[size]) - threshold
        for event, size in zip(events, _SIZES, strict=True)
    ]
    values = [
        _rounded(event) if are_allowed and all(shown) else pd.NA for event in events
    ]
    return dict(zip(_EVENTS, values, strict=True))


def _find_gaps(
    effects: pd.DataFrame, told: pd.DataFrame, threshold: int
) -> set[tuple[str, str, str]]:
    """Return outcome, stratum and contrast of effects that would tell of a few.

    What everybody and the strata that are told leave is held to the rule of a stratum:
    enough patients in either arm, with an event and without.
    """
    keys = [*_KEYS, "scale"]
    shown = effects.merge(told[keys], on=keys)
    found = set()
    for (outcome, contrast, scale), own in shown.groupby(
        ["outcome", "contrast", "scale"], observed=True
    ):
        counts = {
            str(row["stratum"]): _count_all(row, is_timed=scale in TIMED)
            for _, row in own.iterrows()
        }
        whole = counts.pop(EVERYBODY, None)
        if whole is not None:
            telling = find_telling(whole, counts, threshold=threshold)
            found |= {(str(outcome), stratum, str(contrast)) for stratum in telling}
    return found


def _count_all(row: pd.Series, *, is_timed: bool) -> list[int]:
    """Return every count of an effect that must be large enough."""
    sizes = [int(row[name]) for name in _SIZES]
    if any(pd.isna(row[name]) for name in _EVENTS):
        return sizes
    events = [int(row[name]) for name in _EVENTS]
    without = [size - n for size, n in zip(sizes, events, strict=True)]
    return [*sizes, *events] if is_timed else [*sizes, *events, *without]


def release_survival(
    curves: pd.DataFrame, *, members: Iterable[str], threshold: int
) -> Part:
    """Thin survival curves out to a few times with enough patients at risk.

    Parameters
    ----------
    curves
        ``response/survival_curves.tsv``.
    members
        Everybody whose outcome may stand in them.
    threshold
        Fewest patients at risk; the curve ends before it has fewer.
    """
    parts = []
    n_short = n_telling = 0
    keys = ["outcome", "stratum", "arm"]
    telling = {
        (outcome, *group)
        for outcome, own in curves.groupby("outcome", observed=True)
        for group in _find_telling_curves(_count_people(own), threshold)
    }
    for key, own in curves.groupby(keys, observed=True):
        known = own[own["n_at_risk"].astype(float) >= threshold].sort_values("time")
        n_people = int(own["n_at_risk"].astype(float).max()) if len(own) else 0
        most = min(MOST_TIMES, count_allowed(n_people))
        if len(known) < 2 or not most:
            n_short += 1
            continue
        if key in telling:
            n_telling += 1
            continue
        step = max(1, -(-len(own) // most))
        kept = known[_choose_times(known, step=step, threshold=threshold)]
        parts.append(
            kept.assign(
                survival=kept["survival"].astype(float).round(SHARE_DIGITS),
                n_at_risk=[round_count(int(n)) for n in kept["n_at_risk"]],
            )[list(SURVIVAL_COLUMNS)]
        )
    withheld = {
        "curves of fewer patients": n_short,
        "curves that would tell those of fewer patients": n_telling,
    }
    empty = pd.DataFrame(columns=list(SURVIVAL_COLUMNS))
    return Part(
        SURVIVAL_FILE,
        pd.concat([empty, *parts], ignore_index=True) if parts else empty,
        frozenset(members),
        f"Kaplan-Meier curves at {MOST_TIMES} times at most, and at fewer where there"
        " are few patients.",
        f"A curve ends before fewer than {threshold} patients are at risk, and between"
        f" two of its times {threshold} at least had the event; shares have two digits,"
        " numbers at risk are rounded to 5, and no patient's time stands in it.",
        tuple(f"{n} {what}" for what, n in withheld.items() if n),
    )


def _count_people(curves: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Return stratum and arm → patients of the curve."""
    most = curves.groupby(["stratum", "arm"], observed=True)["n_at_risk"].max()
    return {(str(s), str(a)): int(n) for (s, a), n in most.items()}


def _find_telling_curves(
    sizes: Mapping[tuple[str, str], int], threshold: int
) -> set[tuple[str, str]]:
    """Return stratum and arm of curves that with others tell the curve of a few.

    Of each arm the strata are parts of everybody, and of each stratum the arms are
    parts of all arms. With a whole that is withheld go its own parts.
    """
    told = {group: n for group, n in sizes.items() if n >= threshold}
    while True:
        telling: set[tuple[str, str]] = set()
        for (stratum, arm), n in told.items():
            strata = {(s, a): [m] for (s, a), m in told.items() if a == arm}
            arms = {(s, a): [m] for (s, a), m in told.items() if s == stratum}
            strata = {g: m for g, m in strata.items() if g[0] != EVERYBODY}
            arms = {g: m for g, m in arms.items() if g[1] != EVERYBODY}
            if stratum == EVERYBODY:
                telling |= find_telling([n], strata, threshold=threshold)
            if arm == EVERYBODY:
                telling |= find_telling([n], arms, threshold=threshold)
        if not telling:
            return {group for group, n in sizes.items() if n >= threshold} - set(told)
        told = {
            (s, a): n
            for (s, a), n in told.items()
            if not {(s, a), (s, EVERYBODY), (EVERYBODY, a)} & telling
        }


def _choose_times(curve: pd.DataFrame, *, step: int, threshold: int) -> list[bool]:
    """Return which times of a curve are told: enough events lie between each two.

    The table has no numbers of events. As many as its shares and numbers at risk allow
    at the very least are counted: those at risk at the end of a step of the grid, times
    the share of them that it lost.
    """
    survival = curve["survival"].to_numpy(float)
    at_risk = curve["n_at_risk"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = np.nan_to_num(1 - survival[1:] / survival[:-1])
    n_events = np.concatenate([[0.0], np.cumsum(lost * at_risk[1:])])
    chosen, last = [], 0.0
    for place, events in enumerate(n_events):
        is_told = place % step == 0 and (not place or events - last >= threshold)
        chosen.append(is_told)
        last = events if is_told else last
    return chosen
