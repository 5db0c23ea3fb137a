"""Figures of the search for subgroups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from genostrat.report.parts.style import (
    BLUE,
    FULL,
    GRID,
    HALF,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    RASTER_POINTS,
    FigureView,
    annotate,
    bare,
    colours_of,
    crowding,
    finish,
    legend_below,
    legend_points,
    markers_of,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import (
    label_text,
    listing,
    p_text,
    percent_text,
    plural,
)

_SHARED = LinearSegmentedColormap.from_list("shared", ["#FFFFFF", "#9CC7E4", "#08415C"])
EFFECT_COLOURS = LinearSegmentedColormap.from_list(
    "effect", ["#0B4F79", "#6FAEDB", "#FFFFFF", "#F2B46D", "#A8480A"]
)
_BY_K = LinearSegmentedColormap.from_list("by k", ["#C6CDD5", "#3E4C59"])
#: Pairs with a consensus between these are unclear; PAC is their share.
_UNCLEAR = (0.1, 0.9)
#: Colour of patients without a stratum.
_LEFT_OUT = "#7B8794"
#: A heat map is drawn with at most so many cells a side.
_MAX_CELLS = 400


def strata_colours(names: list[str]) -> dict[str, str]:
    """Give each stratum the colour it has in every figure."""
    return colours_of(names)


@styled
def plot_k_selection(
    k_selection: pd.DataFrame, band: pd.DataFrame, *, chosen: int | None
) -> FigureView:
    """Plot how clear the grouping is for each number of groups, against chance.

    Parameters
    ----------
    k_selection
        ``strata/k_selection.tsv``.
    band
        Columns k, low, high: where 95 % of data without groups lie. May be empty.
    chosen
        The number of groups found; None when none was.
    """
    figure = new_figure(FULL, 3.2)
    left, right = figure.subplots(1, 2)
    k = k_selection["k"].astype(int).to_numpy()
    if not band.empty:
        left.fill_between(
            band["k"].to_numpy(),
            band["low"].to_numpy(),
            band["high"].to_numpy(),
            color="#9AA5B1",
            alpha=0.35,
            lw=0,
            label="data without groups, 95 %",
        )
    null_mean = k_selection["pac_null_mean"].to_numpy()
    left.plot(
        k, null_mean, color=MUTED, ls="--", lw=1.2, label="data without groups, mean"
    )
    left.plot(k, k_selection["pac"], color=BLUE, marker="o", ms=5, label="this cohort")
    left.set_ylabel("PAC (share of unclear pairs)")
    left.set_title("Unclear pairs: lower is clearer")
    left.set_ylim(bottom=0)
    left.legend(loc="best")
    p_values = k_selection["p_adjusted"].to_numpy()
    heights = k_selection["rcsi"].astype(float).to_numpy()
    colours = [BLUE if p < 0.05 else "#B8C2CC" for p in np.nan_to_num(p_values, nan=1)]
    right.bar(k, heights, color=colours, width=0.62)
    right.axhline(0, color="#9AA5B1", lw=0.8)
    for position, height, p in zip(k, heights, p_values, strict=True):
        annotate(
            right,
            p_text(p),
            (position, max(np.nan_to_num(height), 0)),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7.5,
            color=INK,
        )
    right.set_ylabel("RCSI (gain over data without groups)")
    right.set_title("Evidence for each number of groups")
    right.margins(y=0.16)
    for axes in (left, right):
        axes.set_xticks(k)
        axes.set_xlabel("number of groups, k")
        if chosen is not None:
            axes.axvline(chosen, color=ORANGE, lw=7, alpha=0.22, zorder=0)
    return finish(
        figure,
        name="k-selection",
        wide=True,
        alt=f"PAC and RCSI for k from {k.min()} to {k.max()}."
        + ("" if chosen is None else f" The choice is k = {chosen}."),
        caption="Left: how often patients cannot be placed the same way when the"
        " analysis is repeated on part of the cohort. A line below what data without"
        " groups give means clearer groups than chance. Right: the same as one number;"
        " p-values are adjusted for trying several k, and blue bars pass 5 %."
        + ("" if chosen is None else " The orange stripe marks the chosen k."),
    )


@styled
def plot_consensus_cdf(
    distribution: pd.DataFrame, k_selection: pd.DataFrame, *, best: int
) -> FigureView:
    """Plot how the consensus of pairs is spread, for each number of groups.

    Parameters
    ----------
    distribution
        ``strata/consensus_cdf.tsv``.
    k_selection
        ``strata/k_selection.tsv``, for the share of unclear pairs without groups.
    best
        The number of groups that is set off.
    """
    figure = new_figure(HALF, 3.9)
    axes = figure.subplots()
    axes.axvspan(*_UNCLEAR, color=GRID, alpha=0.6, lw=0)
    ks = sorted({int(k) for k in distribution["k"]})
    shades = _BY_K(np.linspace(0.15, 1, len(ks)))
    for k, shade in zip(ks, shades, strict=True):
        part = distribution[distribution["k"] == k].sort_values("consensus")
        x, y = part["consensus"].to_numpy(), part["cdf"].to_numpy()
        own = {"color": BLUE, "lw": 2.6, "zorder": 3} if k == best else {}
        axes.plot(x, y, **{"color": shade, "lw": 1.1, **own}, label=f"k = {k}")
    _draw_chance(
        axes, distribution[distribution["k"] == best], k_selection.set_index("k")
    )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("consensus (share of repeats in one group)")
    axes.set_ylabel("share of pairs with at most that")
    axes.set_title("How clear are the pairs?")
    legend_below(figure, axes.get_legend_handles_labels()[0], columns=5)
    return finish(
        figure,
        name="consensus-cdf",
        alt="Cumulative distribution of the consensus for k from"
        f" {min(ks)} to {max(ks)}; k = {best} is set off.",
        caption="How pairs of patients are spread between never in one group (left)"
        " and always (right). Across the grey middle a line should be flat: pairs there"
        f" are unclear. The thick line is k = {best}; the dashed one rises as it would"
        " in data without groups. The flatter the thick line is beside it, the clearer"
        " the groups.",
    )


def _draw_chance(axes: Any, part: pd.DataFrame, k_selection: pd.DataFrame) -> None:
    """Draw the rise over unclear pairs that data without groups would show."""
    if part.empty or part["k"].iloc[0] not in k_selection.index:
        return
    low, high = _UNCLEAR
    part = part.sort_values("consensus")
    start = float(np.interp(low, part["consensus"], part["cdf"]))
    rise = float(k_selection.loc[part["k"].iloc[0], "pac_null_mean"])
    start = min(start, 1 - rise)
    if np.isfinite(rise):
        axes.plot(
            *((low, high), (start, start + rise)),
            **{"color": ORANGE, "ls": "--", "label": "without groups"},
        )


@styled
def plot_consensus(
    matrix: np.ndarray, groups: np.ndarray, *, colours: dict[str, str]
) -> FigureView:
    """Plot how often each two patients fell into one group.

    Parameters
    ----------
    matrix
        Patients × patients, shares from 0 to 1.
    groups
        Stratum of each patient; blank when none was assigned.
    colours
        Of the strata.
    """
    figure = new_figure(HALF, 3.9)
    axes = figure.subplots()
    rank = {name: i for i, name in enumerate(colours)}
    ranks = np.array([rank.get(group, -1) for group in groups])
    order = _heat_map_order(matrix, ranks)
    image = _shrink(matrix[np.ix_(order, order)])
    shown = axes.imshow(
        image,
        cmap=_SHARED,
        vmin=0,
        vmax=1,
        interpolation="nearest",
        extent=(0, 1, 0, 1),
    )
    _draw_strip(axes, groups[order], colours=colours)
    bar = figure.colorbar(shown, ax=axes, shrink=0.75, aspect=22, pad=0.03)
    bar.set_label("share of repeats in one group")
    bar.outline.set_visible(False)
    axes.set_title("Consensus")
    return finish(
        figure,
        name="consensus",
        alt=f"Consensus matrix of {plural(len(matrix), 'patient')}.",
        caption="Every row and column is a patient. Dark blocks on a white ground are"
        " groups that come out the same each time; grey in between means patients"
        " whose group depends on who else is in the analysis.",
    )


def _heat_map_order(matrix: np.ndarray, ranks: np.ndarray) -> np.ndarray:
    # The most typical patients of a stratum come first, and those without a stratum
    # stand at the end of the one they are nearest to: unlike a dendrogram, this
    # depends on nothing but the numbers shown.
    used = [rank for rank in range(ranks.max(initial=-1) + 1) if (ranks == rank).any()]
    if not used:
        return np.argsort(-np.round(matrix.mean(axis=0), 9), kind="stable")
    closeness = np.column_stack([matrix[:, ranks == rank].mean(1) for rank in used])
    nearest = np.where(ranks < 0, np.array(used)[closeness.argmax(axis=1)], ranks)
    typical = closeness[np.arange(len(ranks)), np.searchsorted(used, nearest)]
    return np.lexsort((-np.round(typical, 9), ranks < 0, nearest))


def _draw_strip(axes: Any, ordered: np.ndarray, *, colours: dict[str, str]) -> None:
    """Draw the strata of the rows as a strip at the left edge, with their names."""
    n = len(ordered)
    strip = axes.inset_axes((-0.045, 0, 0.03, 1), sharey=axes)
    strip.set_axis_off()
    middles = []
    for name, colour in colours.items():
        positions = np.flatnonzero(ordered == name)
        if positions.size:
            low, high = 1 - (positions[-1] + 1) / n, 1 - positions[0] / n
            strip.axhspan(low, high, color=colour, lw=0)
            middles.append((name, (low + high) / 2))
    axes.set_xticks([])
    axes.set_yticks(
        [middle for _, middle in middles], [label_text(name, 8) for name, _ in middles]
    )
    bare(axes)
    axes.tick_params(pad=16)


def _shrink(matrix: np.ndarray) -> np.ndarray:
    cells = len(matrix)
    if cells <= _MAX_CELLS:
        return matrix
    edges = np.linspace(0, cells, _MAX_CELLS + 1).astype(int)
    sums = np.add.reduceat(np.add.reduceat(matrix, edges[:-1], 0), edges[:-1], 1)
    widths = np.diff(edges)
    return sums / np.outer(widths, widths)


def project_patients(values: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Project patients on the first two principal axes of their features.

    Parameters
    ----------
    values
        ``profile/features.parquet``: sample_id and a column for each feature.

    Returns
    -------
    tuple of numpy.ndarray
        Patients × 2 scores, and the share of variance of each axis. The sign of an
        axis is fixed by its largest loading, so that the map never flips.
    """
    x = values.drop(columns="sample_id").to_numpy(dtype=float)
    x = np.nan_to_num(x - np.nanmean(x, axis=0))
    if min(x.shape) < 2:
        # One feature is an axis; there is no second one.
        first = x[:, :1] if x.shape[1] == 1 else np.zeros((len(x), 1))
        return np.hstack([first, np.zeros_like(first)]), np.array([first.any(), 0.0])
    left, singular, loadings = np.linalg.svd(x, full_matrices=False)
    strongest = np.abs(loadings[:2]).argmax(axis=1)
    signs = np.sign(loadings[[0, 1], strongest])
    total = float((singular**2).sum()) or 1.0
    return left[:, :2] * singular[:2] * signs, singular[:2] ** 2 / total


@styled
def plot_patients(
    values: pd.DataFrame, assignments: pd.DataFrame, *, colours: dict[str, str]
) -> FigureView:
    """Plot patients by their features: colour for stratum, paleness for doubt."""
    figure = new_figure(HALF, 3.9)
    axes = figure.subplots()
    scores, shares = project_patients(values)
    table = assignments.set_index("sample_id").reindex(values["sample_id"])
    _draw_patients(figure, axes, scores, table, colours=colours)
    axes.set_xlabel(f"molecular axis 1 ({percent_text(shares[0])} of variance)")
    axes.set_ylabel(f"molecular axis 2 ({percent_text(shares[1])})")
    axes.set_title("Patients by their molecular profile")
    how = (
        " Look for clouds with little between them. Pale points were assigned with"
        " less confidence; open ones are ambiguous, in the colour of their likeliest"
        " stratum; crosses have none." * bool(colours)
    )
    return finish(
        figure,
        name="patients",
        alt=f"Map of {plural(len(scores), 'patient')} on two axes of their features.",
        caption="Each point is a patient; near points have similar profiles. Two axes"
        f" show only part of the differences between patients.{how}",
    )


def _draw_patients(
    figure: Any,
    axes: Any,
    scores: np.ndarray,
    table: pd.DataFrame,
    *,
    colours: dict[str, str],
) -> None:
    """Draw points, and their legend below the axes where it hides none of them."""
    strata = table["stratum"].fillna("").to_numpy()
    status = table["status"].fillna("").to_numpy()
    sure = np.nan_to_num(table["confidence"].to_numpy(dtype=float), nan=0)
    named = np.isin(strata, list(colours))
    ambiguous = named & (status == "ambiguous")
    left_out = ~ambiguous & ~(named & (status == "assigned"))
    size, markers = 20 * crowding(len(scores)), markers_of(list(colours))
    look = {"rasterized": len(scores) > RASTER_POINTS}
    cross = {"marker": "x", "linewidths": 0.8} if colours else {"linewidths": 0}
    axes.scatter(*scores[left_out].T, s=0.8 * size, c=_LEFT_OUT, **cross, **look)
    for name, colour in colours.items():
        own = {"s": size, "marker": markers[name], **look}
        edge = {"facecolors": "none", "edgecolors": colour, "linewidths": 0.9}
        axes.scatter(*scores[ambiguous & (strata == name)].T, **edge, **own)
        chosen = (strata == name) & (status == "assigned")
        if chosen.any():
            alpha = np.clip(0.25 + 0.65 * sure[chosen], 0.25, 0.9)
            axes.scatter(*scores[chosen].T, c=colour, alpha=alpha, linewidths=0, **own)
    handles = legend_points([(name, colours[name], markers[name]) for name in colours])
    if ambiguous.any():
        handles += legend_points([("ambiguous", INK, "o")], filled=False)
    if left_out.any() and colours:
        handles += legend_points([("no stratum", _LEFT_OUT, "x")])
    if handles:
        legend_below(figure, handles, columns=4)


@styled
def plot_effects(
    characteristics: pd.DataFrame, *, names: list[str], top: int | None = None
) -> FigureView:
    """Plot the features that differ most, as a heat map of features × strata.

    Parameters
    ----------
    characteristics
        ``strata/characteristics.tsv``.
    names
        The strata, in order.
    top
        How many features to take from each stratum, by size of effect; by default as
        many as can be read.
    """
    top = top or max(3, min(8, 40 // len(names)))
    table = characteristics.dropna(subset=["effect"])
    wide = table.pivot_table(index="feature", columns="stratum", values="effect")
    # A stratum without a patient of certain assignment has no effects.
    held = [name for name in names if name in wide]
    left_out, names, wide = len(held) < len(names), held, wide[held]
    chosen: list[str] = []
    for name in names:
        largest = wide[name].dropna().abs().sort_values(ascending=False, kind="stable")
        fresh = [f for f in largest.index if f not in chosen][:top]
        chosen += list(wide.loc[fresh, name].sort_values(ascending=False).index)
    shown = wide.loc[chosen]
    # Strata are columns on paper; here features run along the page, so that many fit.
    figure = new_figure(FULL, 1.35 + 0.3 * len(names))
    axes = figure.subplots()
    # Beyond some standard deviations groups do not overlap: further is not darker.
    limit = np.clip(np.nanquantile(np.abs(shown.to_numpy()), 0.98), 1, 5)
    image = axes.imshow(
        shown.to_numpy().T, cmap=EFFECT_COLOURS, vmin=-limit, vmax=limit, aspect="auto"
    )
    axes.set_xticks(range(len(chosen)))
    axes.set_xticklabels(short_names(chosen), rotation=60, ha="right", fontsize=7.5)
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels([label_text(name, 12) for name in names])
    bare(axes)
    for i in range(1, len(chosen)):
        axes.axvline(i - 0.5, color=PAPER, lw=1.2)
    for i in range(1, len(names)):
        axes.axhline(i - 0.5, color=PAPER, lw=2.5)
    bar = figure.colorbar(
        image, ax=axes, pad=0.01, aspect=12, extend="both", extendfrac=0.06
    )
    bar.set_label("effect (SD)")
    bar.outline.set_visible(False)
    axes.set_title("What marks each stratum")
    return finish(
        figure,
        name="effects",
        wide=True,
        alt=f"Effects of {len(chosen)} features in {listing(names)}.",
        caption=f"For each stratum at most {top} features, those that set it apart"
        " most. Orange:"
        " higher than in the other patients, blue: lower, in standard deviations."
        " These features formed the strata, so how large they are is no proof of them."
        + " Strata in which nobody is placed with confidence are left out."
        * left_out,
    )


def short_names(features: list[str]) -> list[str]:
    """Leave out the layer of ``layer:feature`` where there is only one."""
    parts = [name.partition(":") for name in features]
    if len({layer for layer, _, _ in parts}) == 1:
        return [label_text(feature or layer, 20) for layer, _, feature in parts]
    return [
        f"{label_text(layer, 8)}:{label_text(feature, 15)}"
        if feature
        else label_text(layer, 20)
        for layer, _, feature in parts
    ]
