"""Figures of ancestry and of related pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from genostrat.qc.relatedness.relationships import DEGREES
from genostrat.report.parts.style import (
    FULL,
    GREEN,
    HALF,
    INK,
    MUTED,
    ORANGE,
    RASTER_POINTS,
    SKY,
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
    styled,
)
from genostrat.report.parts.wording import label_text, listing, plural, readable

_GREY = "#9AA5B1"
#: Samples without a label are drawn below labelled ones, and above people of a panel.
_NO_LABELS = ("not given", "unassigned")


@styled
def plot_relatedness(
    relatedness: pd.DataFrame, *, pedigree: pd.DataFrame | None = None
) -> FigureView:
    """Plot kinship against IBS0, a point a pair, with the bands of the degrees.

    Parameters
    ----------
    relatedness
        ``qc/relatedness.tsv``, with at least one pair.
    pedigree
        ``qc/pedigree.tsv``: pairs that the sheet does not expect get a ring.
    """
    figure = new_figure(HALF, 3.4)
    axes = figure.subplots()
    levels = [name for _, name in DEGREES]
    colours = dict(zip(levels, (VERMILION, ORANGE, GREEN, SKY), strict=True))
    _draw_degrees(axes, colours)
    kinds = relatedness["relationship"].to_numpy()
    x, y = relatedness["ibs0"].to_numpy(), relatedness["kinship"].to_numpy()
    others = ~np.isin(kinds, levels)
    if others.any():
        dense = bool(others.sum() > RASTER_POINTS)
        axes.scatter(x[others], y[others], s=8, c=_GREY, lw=0, rasterized=dense)
    scatter_groups(
        axes,
        x,
        y,
        kinds,
        colours=colours,
        markers=markers_of(levels),
        size=34,
        alpha=0.9,
    )
    odd = _find_surprises(relatedness, pedigree)
    ring_points(axes, x, y, odd)
    if odd.any():
        handles = legend_points([("not as in the sheet", VERMILION, "o")], filled=False)
        axes.legend(handles=handles, loc="upper right")
    axes.set_ylim(min(-0.02, np.nanmin(y) - 0.02), 0.53)
    axes.set_xlim(left=-0.004, right=max(0.05, float(np.nanmax(x)) * 1.25))
    axes.set_xlabel("IBS0 (share of sites with opposite homozygotes)")
    axes.set_ylabel("kinship (KING-robust)")
    axes.set_title("Related pairs")
    axes.grid(False)
    counts = pd.Series(kinds).value_counts()
    found = [f"{counts[n]} {n}" for n in levels if n in counts]
    rings = (
        " Pairs with a ring are not related as the sheet says, or closely related"
        " without a word of it in the sheet."
        if odd.any()
        else ""
    )
    return finish(
        figure,
        name="relatedness",
        alt=f"Kinship against IBS0; pairs by degree: {listing(found) or 'none'}.",
        caption="Each point is a pair of samples; bands are degrees of relationship."
        " A duplicate or identical twin has kinship near 0.5. Parent and child share"
        " an allele at every site, so their IBS0 is near zero; full siblings have the"
        f" same kinship and a higher IBS0.{rings}",
    )


def _draw_degrees(axes: Any, colours: Mapping[str, str]) -> None:
    top = 0.53
    for (low, level), label in zip(
        DEGREES, ("duplicate", "1st", "2nd", "3rd"), strict=True
    ):
        axes.axhspan(low, top, color=colours[level], alpha=0.09, lw=0)
        annotate(
            axes,
            label,
            (1, (low + top) / 2 if level != "duplicate" else 0.45),
            xycoords=("axes fraction", "data"),
            xytext=(-4, 0),
            textcoords="offset points",
            ha="right",
            va="center",
            color=MUTED,
            fontsize=7.5,
        )
        top = low


def _find_surprises(
    relatedness: pd.DataFrame, pedigree: pd.DataFrame | None
) -> np.ndarray:
    odd: set[frozenset[str]] = set()
    if pedigree is not None:
        rows = pedigree[pedigree["status"].isin(["mismatch", "unexpected"])]
        odd = {
            frozenset(p) for p in zip(rows["sample_1"], rows["sample_2"], strict=True)
        }
    pairs = zip(relatedness["sample_1"], relatedness["sample_2"], strict=True)
    return np.array([frozenset(pair) in odd for pair in pairs], dtype=bool)


@styled
def plot_ancestry(
    pcs: pd.DataFrame,
    groupings: Mapping[str, pd.Series],
    *,
    panel: pd.DataFrame | None = None,
) -> FigureView:
    """Plot the axes of genetic ancestry, a column of panels for each grouping.

    Parameters
    ----------
    pcs
        ``qc/pcs.tsv``, or ``qc/panel_projection.tsv`` where `panel` is given.
    groupings
        Name → a label for each sample_id; samples without one are drawn in grey.
        Without any, all samples have one colour.
    panel
        ``qc/panel_pcs.tsv``: people of the reference panel, drawn in light grey with
        their labels.
    """
    rows = [
        pair
        for pair in (("PC1", "PC2"), ("PC3", "PC4"))
        if set(pair) <= set(pcs.columns) and pcs[list(pair)].notna().all(axis=1).any()
    ]
    columns = dict(groupings) or {"": pd.Series(dtype=str)}
    wide = len(columns) > 1 or len(rows) > 1
    # One grouping: its two pairs of axes stand side by side.
    aside = len(columns) == 1 and len(rows) > 1
    figure = new_figure(FULL if wide else HALF, 3.6 if aside else 0.7 + 2.9 * len(rows))
    if aside:
        panels = figure.subplots(1, 2, squeeze=False).T
    else:
        panels = figure.subplots(len(rows), len(columns), squeeze=False)
    for column, (name, labels) in enumerate(columns.items()):
        for row, pair in enumerate(rows):
            axes = panels[row, column]
            if panel is not None:
                _draw_panel(axes, panel, pair)
            keyed = row == 0 if aside else row + 1 == len(rows)
            _draw_ancestry(axes, pcs, labels, pair=pair, on_grey=panel is not None)
            if keyed and len(labels):
                axes.legend(
                    loc="upper left",
                    bbox_to_anchor=(0, -0.2),
                    ncols=5 if len(columns) == 1 else 3,
                    columnspacing=1.0,
                    handles=_key_of(pcs, labels, on_grey=panel is not None),
                )
        by = f": {readable(name)}" if name else ""
        title = f"Ancestry{by}" if panel is None else "Among the reference panel"
        panels[0, column].set_title(title)
    named = listing([readable(name) for name in columns if name])
    by = f", coloured by {named}" if named else ""
    behind = (
        " Light grey points are the people of the reference panel, with the name of"
        " each group at its middle; the cohort is placed among them."
        if panel is not None
        else ""
    )
    return finish(
        figure,
        name="ancestry-panel" if panel is not None else "ancestry",
        wide=wide,
        alt=f"Principal components of {plural(len(pcs), 'sample')}{by}.",
        caption=f"Each point is a sample{by}.{behind} Samples that lie close together"
        " share ancestry. Groups seen here are differences of ancestry, not subgroups"
        " of disease; but a centre or batch that lies apart from people of the same"
        " ancestry points to data that were made otherwise.",
    )


def _draw_panel(axes: Any, panel: pd.DataFrame, pair: tuple[str, str]) -> None:
    x, y = (panel[name].to_numpy(float) for name in pair)
    axes.scatter(x, y, s=7, c="#CBD2D9", lw=0, rasterized=len(x) > RASTER_POINTS)
    middles = panel.groupby("ancestry", sort=True)[list(pair)].median()
    for name, middle in middles.iterrows():
        annotate(
            axes,
            label_text(name, 14),
            tuple(middle),
            ha="center",
            va="center",
            color=INK,
            fontsize=7.5,
            fontweight="bold",
            zorder=5,
        )


def _draw_ancestry(
    axes: Any,
    pcs: pd.DataFrame,
    groups: pd.Series,
    *,
    pair: tuple[str, str],
    on_grey: bool,
) -> None:
    labels, colours, markers = _style_labels(pcs, groups, on_grey=on_grey)
    x, y = (pcs[name].to_numpy(dtype=float) for name in pair)
    scatter_groups(axes, x, y, labels, colours=colours, markers=markers)
    axes.set_xlabel(f"genetic axis {pair[0]}")
    axes.set_ylabel(f"genetic axis {pair[1]}")


def _key_of(pcs: pd.DataFrame, groups: pd.Series, *, on_grey: bool) -> list[Any]:
    labels, colours, markers = _style_labels(pcs, groups, on_grey=on_grey)
    shown = [level for level in colours if (labels == level).any()]
    return legend_points([(s, colours[s], markers[s]) for s in shown])


def _style_labels(
    pcs: pd.DataFrame, groups: pd.Series, *, on_grey: bool
) -> tuple[np.ndarray, dict[str, str], dict[str, str]]:
    """Return each sample's label, and the colour and marker of each label."""
    labels = few_levels(labels_of(pcs["sample_id"], groups, absent="not given"))
    levels = sorted(set(labels) - set(_NO_LABELS))
    if on_grey:
        colours = colours_of(levels) | dict.fromkeys(_NO_LABELS, INK)
        markers = markers_of(levels) | dict.fromkeys(_NO_LABELS, "X")
    else:
        colours = dict.fromkeys(_NO_LABELS, _GREY) | colours_of(levels)
        markers = dict.fromkeys(_NO_LABELS, "o") | markers_of(levels)
    return labels, colours, markers
