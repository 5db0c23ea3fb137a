"""Figures of the search for subgroups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from genostrat.report.style import (
    BLUE,
    FULL,
    HALF,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    RASTER_POINTS,
    FigureView,
    annotate,
    colours_of,
    crowding,
    finish,
    legend_points,
    markers_of,
    new_figure,
    styled,
)
from genostrat.report.wording import (
    label_text,
    listing,
    p_text,
    percent_text,
    plural,
)

_SHARED = LinearSegmentedColormap.from_list("shared", ["#FFFFFF", "#9CC7E4", "#08415C"])
_EFFECT = LinearSegmentedColormap.from_list(
    "effect", ["#0B4F79", "#6FAEDB", "#FFFFFF", "#F2B46D", "#A8480A"]
)
#: A heat map is drawn with at most so many cells a side.
_MAX_CELLS = 400


def strata_names(assignments: pd.DataFrame) -> list[str]:
    """Return the names of the strata in use, S2 before S10."""
    names = {str(name) for name in assignments["stratum"] if name not in ("", None)}
    return sorted((n for n in names if n != "nan"), key=lambda n: (len(n), n))


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
    axes.tick_params(length=0, pad=16)
    axes.grid(False)
    for side in axes.spines.values():
        side.set_visible(False)


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
        return np.zeros((len(x), 2)), np.zeros(2)
    left, singular, loadings = np.linalg.svd(x, full_matrices=False)
    strongest = np.abs(loadings[:2]).argmax(axis=1)
    signs = np.sign(loadings[[0, 1], strongest])
    total = float((singular**2).sum()) or 1.0
    return left[:, :2] * singular[:2] * signs, singular[:2] ** 2 / total


@styled
def plot_patients(
    values: pd.DataFrame, assignments: pd.DataFrame, *, colours: dict[str, str]
) -> FigureView:
    """Plot patients by their features, coloured by stratum, faded by confidence."""
    figure = new_figure(HALF, 3.9)
    axes = figure.subplots()
    scores, shares = project_patients(values)
    table = assignments.set_index("sample_id").reindex(values["sample_id"])
    strata = table["stratum"].fillna("").to_numpy()
    sure = np.nan_to_num(table["confidence"].to_numpy(dtype=float), nan=0)
    assigned = (table["status"] == "assigned").to_numpy() & np.isin(
        strata, list(colours)
    )
    dense, size = len(scores) > RASTER_POINTS, 20 * crowding(len(scores))
    axes.scatter(
        *scores[~assigned].T,
        s=0.8 * size,
        facecolors="none" if colours else "#7B8794",
        edgecolors="#7B8794",
        linewidths=0.8,
        rasterized=dense,
    )
    markers = markers_of(list(colours))
    for name, colour in colours.items():
        chosen = assigned & (strata == name)
        axes.scatter(
            *scores[chosen].T,
            s=size,
            c=colour,
            marker=markers[name],
            alpha=np.clip(0.25 + 0.65 * sure[chosen], 0.25, 0.9),
            linewidths=0,
            rasterized=dense,
        )
    entries = [(name, colours[name], markers[name]) for name in colours]
    handles = legend_points(entries)
    if (~assigned).any() and colours:
        handles += legend_points([("not assigned", "#7B8794", "o")], filled=False)
    if handles:
        axes.legend(handles=handles, loc="best")
    axes.set_xlabel(f"molecular axis 1 ({percent_text(shares[0])} of variance)")
    axes.set_ylabel(f"molecular axis 2 ({percent_text(shares[1])})")
    axes.set_title("Patients by their molecular profile")
    faded = (
        " Pale points were assigned with less confidence; hollow ones were not"
        " assigned." * bool(colours)
    )
    return finish(
        figure,
        name="patients",
        alt=f"Map of {plural(len(scores), 'patient')} on two axes of their features.",
        caption="Each point is a patient; near points have similar profiles. Two axes"
        f" show only part of the differences between patients.{faded}",
    )


@styled
def plot_effects(
    characteristics: pd.DataFrame, *, names: list[str], top: int = 8
) -> FigureView:
    """Plot the features that differ most, as a heat map of features × strata.

    Parameters
    ----------
    characteristics
        ``strata/characteristics.tsv``.
    names
        The strata, in order.
    top
        How many features to take from each stratum, by size of effect.
    """
    table = characteristics.dropna(subset=["effect"])
    wide = table.pivot_table(index="feature", columns="stratum", values="effect")
    wide = wide.reindex(columns=names)
    chosen: list[str] = []
    for name in names:
        largest = wide[name].abs().sort_values(ascending=False, kind="stable")
        fresh = [f for f in largest.index if f not in chosen][:top]
        chosen += list(wide.loc[fresh, name].sort_values(ascending=False).index)
    shown = wide.loc[chosen]
    # Strata are columns on paper; here features run along the page, so that many fit.
    figure = new_figure(FULL, 1.35 + 0.3 * len(names))
    axes = figure.subplots()
    limit = max(1.0, float(np.nanquantile(np.abs(shown.to_numpy()), 0.98)))
    image = axes.imshow(
        shown.to_numpy().T, cmap=_EFFECT, vmin=-limit, vmax=limit, aspect="auto"
    )
    axes.set_xticks(range(len(chosen)))
    axes.set_xticklabels(_short_names(chosen), rotation=60, ha="right", fontsize=7.5)
    axes.set_yticks(range(len(names)))
    axes.set_yticklabels([label_text(name, 12) for name in names])
    axes.grid(False)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    for i in range(1, len(chosen)):
        axes.axvline(i - 0.5, color=PAPER, lw=1.2)
    for i in range(1, len(names)):
        axes.axhline(i - 0.5, color=PAPER, lw=2.5)
    bar = figure.colorbar(image, ax=axes, pad=0.01, aspect=12)
    bar.set_label("effect (SD)")
    bar.outline.set_visible(False)
    axes.set_title("What marks each stratum")
    return finish(
        figure,
        name="effects",
        wide=True,
        alt=f"Effects of {len(chosen)} features in {listing(names)}.",
        caption=f"For each stratum the {top} features that set it apart most. Orange:"
        " higher than in the other patients, blue: lower, in standard deviations."
        " These features formed the strata, so how large they are is no proof of them.",
    )


def _short_names(features: list[str]) -> list[str]:
    """Leave out the layer of ``layer:feature`` where there is only one."""
    one_layer = len({name.partition(":")[0] for name in features}) == 1
    names = [name.partition(":")[2] or name for name in features]
    return [label_text(n, 20) for n in (names if one_layer else features)]
