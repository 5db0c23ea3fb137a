"""Figures of what the rules look at: call rate, heterozygosity, sex, contamination."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Floats
from genostrat.report.parts.style import (
    BLUE,
    FULL,
    HALF,
    MUTED,
    ORANGE,
    PURPLE,
    VERMILION,
    FigureView,
    annotate,
    colours_of,
    few_levels,
    finish,
    labels_of,
    legend_points,
    markers_of,
    new_figure,
    ring_points,
    scatter_groups,
    set_count_axis,
    styled,
)
from genostrat.report.parts.wording import plain_number, plural

_OUTCOME_COLOURS = {"kept": BLUE, "flagged": ORANGE, "excluded": VERMILION}
_OUTCOME_MARKERS = {"kept": "o", "flagged": "s", "excluded": "X"}
_LIMIT = {"color": VERMILION, "lw": 1, "ls": (0, (4, 3))}
_ZERO = {"color": "#9AA5B1", "lw": 0.8}


@styled
def plot_call_rate(
    metrics: pd.DataFrame,
    outcomes: pd.Series,
    *,
    threshold: float | None = None,
    outliers: pd.DataFrame | None = None,
    labels: pd.Series | None = None,
) -> FigureView:
    """Plot call rate against heterozygosity, a point a sample.

    Parameters
    ----------
    metrics
        ``qc/sample_metrics.tsv``.
    outcomes
        Kept, flagged or excluded, by sample_id.
    threshold
        Lowest call rate accepted, if a rule has one.
    outliers
        ``qc/outliers.tsv``; with it there are two panels, one with the limits of a
        single cut for all, the other adjusted for ancestry.
    labels
        Ancestry by sample_id, where there is more than one: then it gives the colours,
        and samples that were flagged or excluded have a ring.
    """
    scores = _scores_of(metrics, outliers)
    shown = labels_of(metrics["sample_id"], outcomes, absent="kept")
    colours, markers, groups = _OUTCOME_COLOURS, _OUTCOME_MARKERS, shown
    if labels is not None:
        groups = few_levels(
            labels_of(metrics["sample_id"], labels, absent="unassigned")
        )
        levels = sorted(set(groups))
        colours, markers = colours_of(levels), markers_of(levels)
    figure = new_figure(FULL if scores is not None else HALF, 3.4)
    panels = figure.subplots(1, 1 if scores is None else 2, squeeze=False)[0]
    heights = (
        [metrics["f_het"]]
        if scores is None
        else [
            metrics["f_het"],
            scores["fair_score"],
        ]
    )
    for axes, height in zip(panels, heights, strict=True):
        x, y = metrics["call_rate"].to_numpy(float), height.to_numpy(float)
        scatter_groups(axes, x, y, groups, colours=colours, markers=markers, size=26)
        if labels is not None:
            ring_points(axes, x, y, shown != "kept")
        _draw_call_rates(axes, x, threshold)
    panels[0].set_ylabel("F (shortage of heterozygotes)")
    panels[0].set_title("Call rate and heterozygosity")
    if scores is not None:
        _draw_limits(panels, metrics, scores)
    present = [name for name in colours if (groups == name).any()]
    handles = legend_points([(n, colours[n], markers[n]) for n in present])
    if labels is not None and (shown != "kept").any():
        handles += legend_points(
            [("flagged or excluded", VERMILION, "o")], filled=False
        )
    panels[-1].legend(handles=handles, loc="best")
    return finish(
        figure,
        name="call-rate",
        wide=scores is not None,
        alt=f"Call rate against F het for {plural(len(metrics), 'sample')}.",
        caption=_caption_of_call_rate(threshold, scores),
    )


def _scores_of(
    metrics: pd.DataFrame, outliers: pd.DataFrame | None
) -> pd.DataFrame | None:
    """Return the scores of heterozygosity in the order of the metrics, if any."""
    if outliers is None:
        return None
    scores = outliers[outliers["metric"] == "f_het"].set_index("sample_id")
    scores = scores.reindex(metrics["sample_id"])
    return scores if scores["fair_score"].notna().any() else None


def _draw_call_rates(axes: Any, call_rate: Floats, threshold: float | None) -> None:
    axes.axhline(0, **_ZERO)
    lowest = np.nanmin([0.98, threshold or 0.98, *call_rate])
    axes.set_xlim(lowest - 0.06 * (1 - lowest), 1 + 0.06 * (1 - lowest))
    if threshold is not None:
        axes.axvline(threshold, **_LIMIT)
    axes.set_xlabel("call rate (share of genotypes that were called)")


def _draw_limits(panels: Any, metrics: pd.DataFrame, scores: pd.DataFrame) -> None:
    limit = float(scores["limit"].dropna().iloc[0])
    value, naive = metrics["f_het"].to_numpy(float), scores["naive_score"].to_numpy()
    known = np.isfinite(value) & np.isfinite(naive)
    # The naive score is a line in the value, so two samples give it.
    low, high = (np.flatnonzero(known)[f(naive[known])] for f in (np.argmin, np.argmax))
    step = (value[high] - value[low]) / (naive[high] - naive[low])
    middle = value[low] - step * naive[low]
    for side in (-1, 1):
        panels[0].axhline(middle + side * limit * step, **_LIMIT)
        panels[1].axhline(side * limit, **_LIMIT)
    if np.nanmax(np.abs(scores["fair_score"])) > 5 * limit:
        panels[1].set_yscale("symlog", linthresh=2 * limit)
        panels[1].yaxis.set_major_formatter(lambda v, _: plain_number(v))
    panels[0].set_title("One cut for all")
    adjusted = bool((scores["n_pcs"] > 0).any())
    panels[1].set_title("Adjusted for ancestry" if adjusted else "In MADs")
    panels[1].set_ylabel("distance from samples alike, in MADs")


def _caption_of_call_rate(threshold: float | None, scores: pd.DataFrame | None) -> str:
    text = (
        "Each point is a sample. A low call rate means poor DNA or data; F far below"
        " the others means more heterozygotes than expected, as contamination gives; F"
        " far above them means fewer, as inbreeding gives."
    )
    if scores is None:
        text += " In a cohort of several ancestries F lies above zero throughout."
    elif (scores["n_pcs"] > 0).any():
        text += (
            " Left, with the limits that one cut for all would have: ancestry alone"
            " moves F. Right, what is left when ancestry is accounted for, with the"
            " limits of the rule."
        )
    else:
        text += (
            " There are too few samples or variants to account for ancestry, so both"
            " sides show the same."
        )
    if threshold is None:
        return text
    return (
        f"{text} The upright line is the lowest call rate, {plain_number(threshold)}."
    )


_SEX_STYLE = {
    "female": (PURPLE, "o"),
    "male": (BLUE, "^"),
    "not given": (MUTED, "D"),
}


@styled
def plot_sex(
    sex: pd.DataFrame, *, limits: Mapping[str, Any] | None = None
) -> FigureView:
    """Plot chrX inbreeding against the chrY call rate, by reported sex.

    Without calls on chromosome Y, the height of a point is its reported sex.

    Parameters
    ----------
    sex
        ``qc/sex.tsv``.
    limits
        The config's ``qc`` section, for the thresholds; None draws none.
    """
    figure = new_figure(HALF, 3.4)
    axes = figure.subplots()
    reported = sex["reported_sex"].replace("", "not given").to_numpy()
    shown = [level for level in _SEX_STYLE if (reported == level).any()]
    has_y = sex["y_call_rate"].notna().any()
    x = sex["x_f"].to_numpy(dtype=float)
    if has_y:
        y = sex["y_call_rate"].fillna(0).to_numpy(dtype=float)
        axes.set_ylabel("chromosome Y call rate")
    else:
        y = _rows_of(reported, shown)
        axes.set_yticks(range(len(shown)), shown)
        axes.set_ylim(-0.6, len(shown) - 0.4)
        axes.set_ylabel("sex in the sheet (no chromosome Y calls)")
    _draw_sex_limits(axes, limits or {}, has_y=bool(has_y))
    scatter_groups(
        axes,
        x,
        y,
        reported,
        colours={level: _SEX_STYLE[level][0] for level in shown},
        markers={level: _SEX_STYLE[level][1] for level in shown},
    )
    odd = sex["status"].isin(["mismatch", "ambiguous"]).to_numpy()
    ring_points(axes, x, y, odd)
    handles = legend_points([(s, *_SEX_STYLE[s]) for s in shown]) if has_y else []
    if odd.any():
        handles += legend_points(
            [("mismatch or ambiguous", VERMILION, "o")], filled=False
        )
    if handles:
        title = "sex in the sheet" if has_y else None
        place = "center left" if has_y else "center"
        axes.legend(handles=handles, title=title, loc=place)
    axes.set_xlabel("F on chromosome X (near 1: one X, near 0: two)")
    axes.set_title("Genetic sex against the sheet")
    where = "at the upper right" if has_y else "on the right"
    lines = " Few men or women lie beyond the dashed lines." if limits else ""
    return finish(
        figure,
        name="sex",
        alt="F on chromosome X against the chromosome Y call rate, by reported sex;"
        f" {plural(int(odd.sum()), 'sample')} marked.",
        caption=f"Males gather {where}, females on the left.{lines} A ringed point"
        " among the other sex is most often a swap of samples or of rows in the sheet;"
        " one between the clouds may be a sex-chromosome aneuploidy.",
    )


def _draw_sex_limits(axes: Any, limits: Mapping[str, Any], *, has_y: bool) -> None:
    for key in ("female_max_x_f", "male_min_x_f"):
        if key in limits:
            axes.axvline(limits[key], color=MUTED, lw=0.9, ls=(0, (4, 3)))
    for key in ("absent_y_call_rate", "present_y_call_rate"):
        if has_y and key in limits:
            axes.axhline(limits[key], color=MUTED, lw=0.9, ls=(0, (4, 3)))


def _rows_of(labels: npt.NDArray[Any], levels: list[str]) -> Floats:
    """Give each point the row of its label, spread a little so that points show."""
    golden = (np.arange(len(labels)) * 0.6180339887) % 1 - 0.5
    return np.array([levels.index(label) for label in labels]) + 0.5 * golden


@styled
def plot_contamination(
    metrics: pd.DataFrame, *, threshold: float | None = None
) -> FigureView:
    """Plot contamination against read depth, or how it is spread where depth is blank.

    Parameters
    ----------
    metrics
        ``qc/sample_metrics.tsv``, with a contamination for at least one sample.
    threshold
        Highest contamination accepted, if a rule has one.
    """
    table = metrics[metrics["contamination"].notna()]
    known = table["contamination"].to_numpy(float)
    figure = new_figure(HALF, 3.4)
    axes = figure.subplots()
    top = max(float(known.max()) * 1.08, (threshold or 0) * 1.3, 0.01)
    has_depth = bool(table["mean_dp"].notna().any())
    if has_depth:
        _draw_contamination_by_depth(axes, table, top=top, threshold=threshold)
    else:
        _draw_contamination_counts(axes, known, top=top, threshold=threshold)
    axes.set_title("Contamination")
    high = "" if threshold is None else f", {(known > threshold).sum()} above the limit"
    depth = " Where depth is low, an estimate is uncertain." if has_depth else ""
    return finish(
        figure,
        name="contamination",
        alt=f"Contamination{' by depth' if has_depth else ''} in {len(known)}"
        f" samples{high}.",
        caption="The share of reads that seem to come from somebody else. Clean samples"
        f" lie near zero, at the rate of sequencing errors.{depth}",
    )


def _draw_contamination_by_depth(
    axes: Any, table: pd.DataFrame, *, top: float, threshold: float | None
) -> None:
    share = table["contamination"].to_numpy(float)
    above = share > (np.inf if threshold is None else threshold)
    scatter_groups(
        axes,
        table["mean_dp"].to_numpy(float),
        share,
        np.where(above, "above", "below").astype(object),
        colours={"below": BLUE, "above": VERMILION},
        markers={"below": "o", "above": "X"},
        size=26,
    )
    axes.set_ylim(-0.03 * top, top)
    axes.set_xlabel("mean read depth")
    axes.set_ylabel("estimated share of foreign DNA")
    if threshold is not None:
        axes.axhline(threshold, **_LIMIT)
        annotate(
            axes,
            f"limit {plain_number(threshold)}",
            (1, threshold),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 3),
            textcoords="offset points",
            ha="right",
            color=VERMILION,
            fontsize=8,
        )


def _draw_contamination_counts(
    axes: Any,
    known: Floats,
    *,
    top: float,
    threshold: float | None,
) -> None:
    axes.hist(known, bins=np.linspace(0, top, 46), color=BLUE, alpha=0.85, lw=0)
    set_count_axis(axes, linear_to=5)
    axes.set_xlabel("estimated share of foreign DNA")
    axes.set_ylabel("samples (compressed scale)")
    if threshold is not None:
        axes.axvline(threshold, **_LIMIT)
        annotate(
            axes,
            f"limit {plain_number(threshold)}",
            (threshold, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -4),
            textcoords="offset points",
            va="top",
            color=VERMILION,
            fontsize=8,
        )
