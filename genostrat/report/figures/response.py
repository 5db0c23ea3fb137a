"""Figures of treatment and outcome by stratum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from genostrat.report.parts.scales import (
    ALL,
    effect_interval,
    effect_text,
    is_ratio,
    is_share,
    no_effect,
    ordered_strata,
    scale_name,
    side_words,
)
from genostrat.report.parts.style import (
    BLUE,
    FULL,
    HALF,
    INK,
    MUTED,
    ORANGE,
    PALETTE,
    FigureView,
    annotate,
    colours_of,
    finish,
    fit_width,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    listing,
    percent_text,
    plain_number,
    plural,
    readable,
)


@styled
def plot_forest(
    effects: pd.DataFrame,
    *,
    outcome: str,
    contrast: str,
    sides: tuple[str, str] | None = None,
    direction: int = 0,
    number: int = 1,
    name: str = "forest",
) -> FigureView:
    """Plot the effect of treatment in each stratum, relative and absolute.

    Parameters
    ----------
    effects
        Rows of ``response/effects.tsv`` for one outcome and one contrast.
    outcome, contrast
        What is shown, for the words.
    sides
        The reference and the other arm; None without a treatment.
    direction
        1 if more of the outcome is better, -1 if less is, 0 where nobody said.
    number, name
        Make the figure's name unique on the page.
    """
    scales = list(dict.fromkeys(effects["scale"]))
    scales.sort(key=lambda scale: not is_ratio(scale))
    strata = ordered_strata(list(effects["stratum"]))
    figure = new_figure(FULL, 1.45 + 0.42 * len(strata))
    panels = figure.subplots(1, len(scales), sharey=True, squeeze=False)[0]
    for axes, scale in zip(panels, scales, strict=True):
        table = effects[effects["scale"] == scale].set_index("stratum")
        _draw_forest(axes, table.reindex(strata), scale=scale)
        _write_sides(axes, side_words(scale, sides, direction) if sides else None)
    panels[0].set_yticks(range(len(strata)))
    panels[0].set_yticklabels(_row_labels(effects, strata))
    panels[0].set_ylim(len(strata) - 0.4, -0.6)
    panels[0].set_title(f"{readable(outcome)}: {label_text(contrast, 50)}")
    return finish(
        figure,
        name=f"{name}-{number}",
        wide=True,
        alt=f"Effect of {contrast} on {outcome} in {listing(strata)}, on"
        f" {plural(len(scales), 'scale')}.",
        caption=_forest_caption(strata, first=number == 1),
    )


def _forest_caption(strata: Sequence[str], *, first: bool) -> str:
    if not first:
        return "To be read as the first figure of this kind."
    text = (
        "Lines are 95 % confidence intervals. An interval that crosses the vertical"
        " line is compatible with no effect."
    )
    if len(strata) == 1:
        return text
    if ALL in strata:
        text = f"Squares are the effect in each stratum, the diamond in all. {text}"
    return (
        f"{text} Whether strata differ is answered by the test between them, not by"
        " comparing which of them cross the line."
    )


def _row_labels(effects: pd.DataFrame, strata: Sequence[str]) -> list[str]:
    labels = []
    for name in strata:
        rows = effects[effects["stratum"] == name]
        # Of the first scale: the hazard of competing events has events of its own.
        rows = rows[rows["scale"] == rows["scale"].iloc[0]]
        # Against the rest, every row holds all patients: the stratum's own count.
        own = "_arm" if "n_arm" in rows and ALL not in strata else ""
        n, events = rows[f"n{own}"].max(), rows[f"n_events{own}"].max()
        size = f"n {count_text(n)}"
        if not is_missing(events):
            size += f", events {count_text(events)}"
        shown = "all patients" if name == ALL else label_text(name, 24)
        labels.append(f"{shown}\n{size}")
    return labels


def _draw_forest(axes: Any, table: pd.DataFrame, *, scale: str) -> None:
    neutral = no_effect(scale)
    logarithmic = is_ratio(scale)
    axes.axvline(neutral, color="#7B8794", lw=1)
    for row, (name, effect) in enumerate(table.iterrows()):
        value, low, high = (effect[c] for c in ("effect", "ci_low", "ci_high"))
        if is_missing(value):
            _beside(axes, row, label_text(effect.get("note") or "no estimate", 60))
            continue
        overall = name == ALL
        colour = INK if overall else BLUE
        if not is_missing(low) and not is_missing(high):
            axes.plot([low, high], [row, row], color=colour, lw=1.8)
        axes.plot(value, row, "D" if overall else "s", color=colour, ms=7)
        _beside(axes, row, f"{effect_text(value, scale)}  ({effect_interval(effect)})")
    if logarithmic:
        _set_log_ticks(axes, table)
    elif is_share(scale):
        axes.xaxis.set_major_formatter(lambda share, _: percent_text(share))
    axes.set_xlabel(scale_name(scale) + _until(table))
    axes.grid(axis="y", visible=False)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _write_sides(axes: Any, words: tuple[str, str] | None) -> None:
    """Say below the axis, with arrows, what lies on either side of no effect."""
    if words is None:
        return
    # A line of its own below the name of the scale.
    axes.set_xlabel(f"{axes.get_xlabel()}\n")
    for x, text, ha in (
        (0, f"← {words[0]}", "left"),
        (1, f"{words[1]} →", "right"),
    ):
        annotate(
            axes,
            text,
            (x, 0),
            xycoords="axes fraction",
            xytext=(0, -30),
            textcoords="offset points",
            ha=ha,
            va="top",
            fontsize=7.5,
            color=INK,
            annotation_clip=False,
        )


def _until(table: pd.DataFrame) -> str:
    if "horizon" not in table or table["horizon"].isna().all():
        return ""
    units = table.get("unit", pd.Series(dtype=str)).dropna()
    unit = f" {label_text(units.iloc[0], 24)}" if len(units) and units.iloc[0] else ""
    return f", up to {plain_number(table['horizon'].max())}{unit}"


def _beside(axes: Any, row: int, text: str) -> None:
    annotate(
        axes,
        text,
        (1, row),
        xycoords=("axes fraction", "data"),
        xytext=(2, 9),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=7.5,
        color=MUTED,
    )


def _set_log_ticks(axes: Any, table: pd.DataFrame) -> None:
    values = table[["effect", "ci_low", "ci_high"]].to_numpy(dtype=float)
    values = values[np.isfinite(values) & (values > 0)]
    low = max(min(0.5, float(values.min(initial=1))) / 1.15, 0.001)
    high = min(max(2.0, float(values.max(initial=1))) * 1.15, 1000.0)
    steps = (1.0, 2.0, 5.0) if high / low < 200 else (1.0,)
    candidates = [s * 10.0**e for e in range(-3, 4) for s in steps]
    ticks = [tick for tick in candidates if low <= tick <= high]
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)


@styled
def plot_survival(
    curves: pd.DataFrame,
    *,
    outcome: str,
    arms: Sequence[str],
    number: int = 1,
    unit: str = "",
    notes: Mapping[str, str] | None = None,
) -> FigureView:
    """Plot Kaplan–Meier curves by arm, a panel a stratum, with numbers at risk.

    Parameters
    ----------
    curves
        Rows of ``response/survival_curves.tsv`` for one outcome.
    outcome
        Its name, for the words.
    arms
        Treatment arms, reference first. Without arms, one panel compares strata.
    number
        Makes the figure's name unique on the page.
    unit
        Of the time; blank where nobody said it.
    notes
        Stratum → effect and p, as its panel shall say them.
    """
    return _plot_curves(
        curves,
        arms=arms,
        unit=unit,
        notes=notes or {},
        name=f"survival-{number}",
        axis=f"{readable(outcome)}: share without event",
        what=f"Kaplan–Meier curves of {readable(outcome)}",
        each="the share of patients without the event over time",
    )


@styled
def plot_incidence(
    curves: pd.DataFrame,
    *,
    outcome: str,
    cause: str,
    arms: Sequence[str],
    number: int = 1,
    unit: str = "",
) -> FigureView:
    """Plot the cumulative incidence of an event, or of those that compete with it.

    Parameters
    ----------
    curves
        Rows of ``response/incidence_curves.tsv`` for one outcome and cause.
    cause
        ``event`` or ``competing``.
    outcome, arms, number, unit
        As for :func:`plot_survival`.
    """
    event = "the event" if cause == "event" else "a competing event"
    return _plot_curves(
        curves.rename(columns={"incidence": "survival"}),
        arms=arms,
        unit=unit,
        name=f"incidence-{cause}-{number}",
        axis=f"{readable(outcome)}: share with {event}",
        what=f"Cumulative incidence of {event} ({readable(outcome)})",
        each=f"the share of patients who have had {event}, competing events taken"
        " into account (Aalen–Johansen),",
        legend="upper left",
    )


def _plot_curves(
    curves: pd.DataFrame,
    *,
    arms: Sequence[str],
    unit: str,
    name: str,
    axis: str,
    what: str,
    each: str,
    legend: str = "lower left",
    notes: Mapping[str, str] = MappingProxyType({}),
) -> FigureView:
    if arms:
        lines = dict(zip(arms, (INK, ORANGE, *PALETTE[2:]), strict=False))
        panels = {
            _panel_name(stratum): (
                curves[(curves["stratum"] == stratum) & (curves["arm"] != ALL)].assign(
                    line=lambda part: part["arm"]
                )
            )
            for stratum in ordered_strata(list(curves["stratum"]))
        }
    else:
        whole = curves[curves["arm"] == ALL]
        strata = ordered_strata(list(whole["stratum"]))
        names = [name for name in strata if name != ALL] or strata
        lines = colours_of(names)
        panels = {"by stratum": whole.assign(line=whole["stratum"])}
    told = {_panel_name(stratum): text for stratum, text in notes.items()}
    columns = min(4, len(panels))
    rows = -(-len(panels) // columns)
    width = FULL if columns > 1 else HALF
    stacked = fit_width(width) < width
    figure = new_figure(width, 0.3 + (2.5 + 0.17 * len(lines)) * rows)
    figure.get_layout_engine().set(wspace=0.07)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for place, (axes, (title, part)) in enumerate(
        zip(grid.flat, panels.items(), strict=False)
    ):
        named = stacked or place % columns == 0
        _draw_curves(axes, part, colours=lines, named=named)
        axes.set_title(title)
        _write_note(axes, told.get(title, ""))
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    time = f"time, {label_text(unit, 24)}" if unit else "time, in the sheet's unit"
    # Side by side, the words of one panel would run into the next one's.
    figure.supxlabel(f"{time}; below each axis: patients at risk", fontsize=8.5)
    for axes in grid[:, 0]:
        axes.set_ylabel(axis)
    grid.flat[0].legend(loc=legend)
    return finish(
        figure,
        name=name,
        wide=columns > 1,
        alt=f"{what} for {listing(lines)}: {listing(panels)}.",
        caption=f"Each line is {each} with its 95 % confidence band;"
        " the numbers below are patients still followed at"
        " that time, in a row each. Curves are drawn on a fixed"
        " grid of times.",
    )


#: So that curves differ without colour too.
_LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 1)))


def _draw_curves(
    axes: Any, part: pd.DataFrame, *, colours: dict[str, str], named: bool
) -> None:
    shown = [line for line in colours if (part["line"] == line).any()]
    names = _short_names(shown)
    times = np.sort(part["time"].unique())
    ticks = times[:: max(1, (len(times) - 1) // 5)]
    if "is_tick" in part:
        ticks = np.sort(part.loc[part["is_tick"].astype(bool), "time"].unique())
    axes.set_xticks(ticks, [plain_number(tick) for tick in ticks])
    for row, line in enumerate(shown):
        curve = part[part["line"] == line].sort_values("time")
        x, y, low, high = (
            curve[column].to_numpy(dtype=float)
            for column in ("time", "survival", "ci_low", "ci_high")
        )
        axes.fill_between(
            x, low, high, step="post", color=colours[line], alpha=0.16, lw=0
        )
        axes.step(
            x,
            y,
            where="post",
            color=colours[line],
            linestyle=_LINE_STYLES[list(colours).index(line) % len(_LINE_STYLES)],
            label=label_text(line, 24),
        )
        at_risk = curve.set_index("time")["n_at_risk"].reindex(ticks).fillna(0)
        name = names[line] if named and len(shown) > 1 else ""
        _write_at_risk(axes, at_risk, row=row, name=name)
    axes.set_ylim(0, 1.02)
    axes.set_xlim(0, float(times[-1]) if len(times) else 1)
    # Room for the numbers at risk.
    axes.set_xlabel("\n" * len(shown), labelpad=0)


def _panel_name(stratum: str) -> str:
    return "all patients" if stratum == ALL else label_text(stratum, 20)


def _short_names(names: Sequence[str]) -> dict[str, str]:
    """Cut names to what fits beside numbers; those that become alike get numbers."""
    short = {name: label_text(name, 14) for name in names}
    if len(set(short.values())) == len(short):
        return short
    return {name: f"{i}: {label_text(name, 11)}" for i, name in enumerate(names, 1)}


def _write_note(axes: Any, text: str) -> None:
    annotate(
        axes,
        text,
        (0.98, 0.98),
        xycoords="axes fraction",
        ha="right",
        va="top",
        fontsize=7.5,
        color=INK,
    )


def _write_at_risk(axes: Any, at_risk: pd.Series, *, row: int, name: str) -> None:
    # The name counts in the layout, so that the margin has room for it.
    axes.annotate(
        name,
        (0, 0),
        xycoords="axes fraction",
        xytext=(-12, -27 - 11 * row),
        textcoords="offset points",
        ha="right",
        fontsize=7.5,
        color=INK,
        annotation_clip=False,
    )
    for tick, n in at_risk.items():
        annotate(
            axes,
            count_text(n),
            (tick, 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, -27 - 11 * row),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color=INK,
            annotation_clip=False,
        )


@styled
def plot_net_benefit(
    curves: pd.DataFrame, *, outcome: str, contrast: str, division: str, number: int = 1
) -> FigureView:
    """Plot decision curves: the net benefit of rules of whom to treat by threshold.

    Parameters
    ----------
    curves
        Rows of ``response/net_benefit.tsv`` for one division, outcome and contrast.
    outcome, contrast, division
        What is shown, for the words.
    number
        Makes the figure's name unique on the page.
    """
    figure = new_figure(HALF, 2.9)
    axes = figure.subplots()
    rules = {"everybody": ("treat everybody", INK), "by_group": ("by group", ORANGE)}
    for place, (rule, (words, colour)) in enumerate(rules.items()):
        own = curves[curves["rule"] == rule].sort_values("threshold")
        x, y, low, high = (
            own[column].to_numpy(dtype=float)
            for column in ("threshold", "net_benefit", "ci_low", "ci_high")
        )
        axes.fill_between(x, low, high, color=colour, alpha=0.16, lw=0)
        axes.plot(x, y, color=colour, linestyle=_LINE_STYLES[place], label=words)
    axes.axhline(0, color="#7B8794", lw=1, label="treat nobody")
    axes.set_title(f"{readable(outcome)}, {label_text(division, 24)}")
    units = curves["unit"].dropna()
    unit = f" ({label_text(units.iloc[0], 24)})" if len(units) and units.iloc[0] else ""
    axes.set_xlabel(f"least gain for which one would take it{unit}")
    axes.set_ylabel("net benefit a patient")
    axes.legend(loc="best")
    return finish(
        figure,
        name=f"net-benefit-{number}",
        alt=f"Net benefit of {contrast} on {outcome}: treating everybody, and by"
        f" {division}, over thresholds.",
        caption=f"{label_text(contrast, 60)}. The net benefit over treating nobody, by"
        " the least gain for which a patient would take the treatment with its burden."
        " Whether a patient is treated “by group” is decided without that patient."
        " Bands are 95 % confidence intervals.",
    )
