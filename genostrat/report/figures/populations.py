"""Figures of how groups of people differ in their genotypes, and of homozygosity."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from genostrat.arrays import Floats, Indices
from genostrat.report.parts.style import (
    BLUE,
    FULL,
    GRID,
    HALF,
    INK,
    MUTED,
    ORANGE,
    PAPER,
    FigureView,
    annotate,
    bare,
    colours_of,
    few_levels,
    finish,
    legend_below,
    legend_points,
    markers_of,
    new_figure,
    scatter_groups,
    styled,
)
from genostrat.report.parts.wording import (
    label_text,
    listing,
    number_text,
    percent_text,
    plain_number,
    plural,
    readable,
)

#: So many pairs are drawn with their errors; more as a table of colours.
MOST_PAIRS = 15
#: Groups whose decay of linkage disequilibrium is drawn, the largest ones.
MOST_LINES = 8
#: Half the width of a 95 % interval, in standard errors.
_Z = 1.959964
_FST_COLOURS = LinearSegmentedColormap.from_list("fst", ["#F4F7FA", BLUE, "#0B2545"])
_KINDS = {"ancestry": "ancestries", "centre": "centres", "stratum": "strata"}


def kind_words(kind: str) -> str:
    """Return what groups of a kind are called: centres, ancestries, strata."""
    return _KINDS.get(kind, readable(kind))


def plot_differentiation(fst: pd.DataFrame, *, kind: str) -> FigureView:
    """Plot F_ST of every assessed pair of groups of one kind.

    Parameters
    ----------
    fst
        Rows of ``variants/fst.tsv`` with a value; at least one.
    kind
        Of the groups.
    """
    if len(fst) <= MOST_PAIRS:
        return _plot_pairs(fst, kind=kind)
    return _plot_matrix(fst, kind=kind)


def _caption(kind: str) -> str:
    also = {
        "centre": " Centres whose patients differ in ancestry lie apart for that"
        " reason.",
        "stratum": " It describes strata found already, and is no evidence for them:"
        " strata of features that follow ancestry lie apart here.",
    }
    return (
        "Share of the variation in allele frequencies that lies between two groups"
        " (Hudson’s F_ST), of unrelated samples. Europeans and East Asians are about"
        f" 0.1 apart, neighbouring countries less than 0.01.{also.get(kind, '')}"
    )


def _alt(fst: pd.DataFrame, kind: str) -> str:
    last = fst.sort_values("fst").iloc[-1]
    most = f"{label_text(last['group_1'])} and {label_text(last['group_2'])}"
    return (
        f"F_ST of {plural(len(fst), 'pair')} of {kind_words(kind)}; largest"
        f" {number_text(last['fst'], 2)}, between {most}."
    )


@styled
def _plot_pairs(fst: pd.DataFrame, *, kind: str) -> FigureView:
    table = fst.sort_values(["fst", "group_1", "group_2"], ignore_index=True)
    figure = new_figure(HALF, 1.5 + 0.26 * len(table))
    axes = figure.subplots()
    rows, values = np.arange(len(table)), table["fst"].to_numpy(float)
    reach = _Z * table["se"].fillna(0).to_numpy(float)
    axes.axvline(0, color=MUTED, lw=0.9)
    axes.hlines(rows, values - reach, values + reach, color=BLUE, lw=2)
    axes.plot(values, rows, "o", color=BLUE, ms=6)
    pairs = zip(table["group_1"], table["group_2"], strict=True)
    axes.set_yticks(
        rows, [f"{label_text(one, 15)} – {label_text(two, 15)}" for one, two in pairs]
    )
    # A scale that shows no more than there is: differences of noise look like noise.
    top = max(0.002, 1.12 * float((values + reach).max()))
    axes.set_xlim(min(-0.05 * top, 1.2 * float((values - reach).min())), top)
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("F_ST")
    axes.set_title(f"Distance between {kind_words(kind)}")
    bars = " Bars are 95 % intervals over the genome." if (reach > 0).any() else ""
    return finish(
        figure,
        name=f"fst-{kind}",
        alt=_alt(fst, kind),
        caption=_caption(kind) + bars,
    )


@styled
def _plot_matrix(fst: pd.DataFrame, *, kind: str) -> FigureView:
    names, matrix = _to_matrix(fst)
    n = len(names)
    figure = new_figure(FULL, min(9.0, 1.4 + 0.3 * n))
    axes = figure.subplots()
    shown = np.ma.masked_invalid(np.maximum(matrix, 0))
    image = axes.imshow(shown, cmap=_FST_COLOURS, vmin=0, aspect="auto")
    bare(axes)
    labels = [label_text(name, 18) for name in names]
    axes.set_xticks(np.arange(n), labels, rotation=60, ha="right")
    axes.set_yticks(np.arange(n), labels)
    dark = 0.3 * float(shown.max())
    if n <= 20:
        for i, j in zip(*np.nonzero(np.isfinite(matrix)), strict=True):
            axes.text(
                j,
                i,
                f"{matrix[i, j]:.3f}".replace("-", "−"),
                ha="center",
                va="center",
                fontsize=7,
                color=PAPER if matrix[i, j] > dark else INK,
            ).set_in_layout(False)
    figure.colorbar(image, ax=axes, label="F_ST", shrink=0.8)
    axes.set_title(f"Distance between {kind_words(kind)}")
    return finish(
        figure,
        name=f"fst-{kind}",
        wide=True,
        alt=_alt(fst, kind),
        caption=_caption(kind) + " Groups that are alike stand together.",
    )


def _to_matrix(
    fst: pd.DataFrame,
) -> tuple[list[str], Floats]:
    """Return the groups so that like ones are neighbours, and F_ST between them."""
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    names = sorted({*fst["group_1"], *fst["group_2"]})
    place = {name: number for number, name in enumerate(names)}
    matrix = np.full((len(names), len(names)), np.nan)
    for one, two, value in zip(fst["group_1"], fst["group_2"], fst["fst"], strict=True):
        matrix[place[one], place[two]] = matrix[place[two], place[one]] = value
    near = squareform(np.nan_to_num(np.maximum(matrix, 0)), checks=False)
    order = leaves_list(optimal_leaf_ordering(linkage(near, "average"), near))
    return [names[i] for i in order], matrix[np.ix_(order, order)]


@styled
def plot_diversity(diversity: pd.DataFrame) -> FigureView:
    """Plot heterozygosity and Tajima's D of each assessed group.

    Parameters
    ----------
    diversity
        Rows of ``variants/diversity.tsv`` of groups that were assessed; at least one.
        Where no D is told there is one panel.
    """
    has_d = bool(diversity["tajima_d_rarefied"].notna().any())
    table = diversity.iloc[::-1].reset_index(drop=True)
    rows = np.arange(len(table))
    figure = new_figure(FULL if has_d else HALF, 1.4 + 0.25 * len(table))
    panels = np.atleast_1d(figure.subplots(1, 2 if has_d else 1, sharey=True))
    colours = [ORANGE if kind == "all" else BLUE for kind in table["kind"]]
    values = table["heterozygosity"].to_numpy(float)
    panels[0].barh(rows, values, color=colours, alpha=0.85, height=0.6)
    panels[0].set_xlabel("share of pairs of chromosomes that differ at a variant")
    panels[0].set_title("Heterozygosity")
    names = zip(table["kind"], table["group"], strict=True)
    panels[0].set_yticks(
        rows,
        [
            "everybody" if kind == "all" else label_text(name, 22)
            for kind, name in names
        ],
    )
    panels[0].set_ylim(-0.6, len(table) - 0.4)
    if has_d:
        _draw_tajima(panels[1], table, rows)
    for axes in panels:
        axes.grid(axis="y", visible=False)
    described = listing(
        f"{label_text(row.group)} {number_text(row.heterozygosity, 3)}"
        for row in diversity.head(8).itertuples()
    )
    return finish(
        figure,
        name="diversity",
        wide=has_d,
        alt=f"Heterozygosity of {plural(len(table), 'group')}: {described}.",
        caption=_diversity_caption(table, has_d=has_d),
    )


def _draw_tajima(axes: Any, table: pd.DataFrame, rows: Indices) -> None:
    values = table["tajima_d_rarefied"].to_numpy(float)
    reach = _Z * table["tajima_d_rarefied_se"].fillna(0).to_numpy(float)
    axes.axvline(0, color=MUTED, lw=0.9)
    axes.hlines(rows, values - reach, values + reach, color=BLUE, lw=2)
    axes.plot(values, rows, "o", color=BLUE, ms=6)
    axes.set_xlabel("Tajima’s D")
    axes.set_title("Rare against common variants")


def _diversity_caption(table: pd.DataFrame, *, has_d: bool) -> str:
    first = (
        "Of the cohort’s variants: people of African ancestry have most, so groups of"
        " one ancestry should be alike."
    )
    if not has_d:
        return (
            "At variants that were chosen, the people in whom they were found to be"
            " common vary most, so ancestries cannot be compared; groups of one"
            " ancestry should be alike."
        )
    n = int(table["n_chromosomes_rarefied"].max())
    return (
        f"{first} Tajima’s D is below 0 where rare variants are many, as after growth"
        " or with false calls, and above 0 where they are few, as after a bottleneck or"
        f" a filter. All groups are brought down to {n} chromosomes to be comparable;"
        " bars are 95 % intervals over the genome."
    )


@styled
def plot_decay(decay: pd.DataFrame) -> FigureView:
    """Plot how linkage disequilibrium decays with distance, a line a group.

    Parameters
    ----------
    decay
        Rows of ``variants/ld_decay.tsv`` with a value; at least one.
    """
    groups = choose_lines(decay)
    names = ["everybody" if kind == "all" else name for kind, name in groups]
    colours, markers = colours_of(names), markers_of(names)
    figure = new_figure(HALF, 3.3)
    axes = figure.subplots()
    axes.axhline(0, color=MUTED, lw=0.9)
    for (kind, group), name in zip(groups, names, strict=True):
        part = decay[(decay["kind"] == kind) & (decay["group"] == group)]
        low = np.maximum(part["distance_low"].to_numpy(float), 500)
        middle = np.sqrt(low * part["distance_high"].to_numpy(float)) / 1000
        axes.plot(
            middle,
            part["r2_adjusted"].to_numpy(float),
            marker=markers[name],
            ms=4.5,
            color=colours[name],
            lw=1.4,
        )
    axes.set_xscale("log")
    ticks = [tick for tick in (1, 10, 100, 1000) if tick <= 1.1 * axes.get_xlim()[1]]
    axes.set_xticks(ticks, [plain_number(tick) for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlabel("distance between two variants (kb)")
    axes.set_ylabel("r², less what chance gives")
    axes.set_title("Decay of linkage disequilibrium")
    entries = [(name, colours[name], markers[name]) for name in names]
    legend_below(figure, legend_points(entries), columns=4)
    return finish(
        figure,
        name="ld-decay",
        alt=f"Linkage disequilibrium by distance in {listing(names)}.",
        caption="Mean r² of pairs of common variants. It decays fastest in people of"
        " African ancestry, and slowly after a bottleneck. A line that stays above 0 at"
        " the right is of a group that mixes ancestries, or of relatives.",
    )


def choose_lines(decay: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the groups that are drawn, (kind, name): the largest of one kind.

    Ancestries where there are several, else centres; and everybody.
    """
    known = decay.drop_duplicates(["kind", "group"])
    lines: list[tuple[str, str]] = []
    for kind in ("ancestry", "centre"):
        part = known[known["kind"] == kind]
        if len(part) > 1 and not lines:
            part = part.sort_values(["n_samples", "group"], ascending=[False, True])
            lines = [(kind, str(name)) for name in part["group"].head(MOST_LINES - 1)]
    everybody = [
        ("all", str(name)) for name in known.loc[known["kind"] == "all", "group"]
    ]
    return [*sorted(lines), *everybody]


@styled
def plot_homozygosity(roh: pd.DataFrame, *, column: str, shortest: float) -> FigureView:
    """Plot F by heterozygous calls against the share of long runs, a point a sample.

    Parameters
    ----------
    roh
        Rows of ``qc/roh.tsv`` with a value in `column`; at least one.
    column
        f_roh or f_roh_long.
    shortest
        Shortest run counted in it, in Mb.
    """
    shown = few_levels(roh["frequencies"].to_numpy(object))
    levels = sorted(set(shown.astype(str)))
    colours, markers = colours_of(levels), markers_of(levels)
    figure = new_figure(HALF, 3.3)
    axes = figure.subplots()
    x, y = roh[column].to_numpy(float), roh["f_sites"].to_numpy(float)
    top = max(0.03, 1.08 * float(np.nanmax(x)))
    axes.plot([0, top], [0, top], color=GRID, lw=2, zorder=0)
    axes.axvline(1 / 16, color=ORANGE, lw=1.1, ls=(0, (4, 3)))
    if top > 1 / 16:
        annotate(
            axes,
            "first cousins’ children",
            (1 / 16, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -9),
            textcoords="offset points",
            fontsize=7.5,
            color="#9A6A00",
        )
    scatter_groups(axes, x, y, shown, colours=colours, markers=markers, size=22)
    axes.set_xlim(-0.03 * top, top)
    axes.set_xlabel(f"F_ROH: share of runs of {plain_number(shortest)} Mb and more")
    axes.set_ylabel("F by heterozygous calls")
    axes.set_title("Homozygosity in runs, and anywhere")
    if len(levels) > 1:
        entries = [(name, colours[name], markers[name]) for name in levels]
        legend_below(figure, legend_points(entries), columns=4)
    return finish(
        figure,
        name="homozygosity",
        alt=f"F against F_ROH of {plural(len(roh), 'sample')}; largest F_ROH"
        f" {percent_text(float(np.nanmax(x)), 1)}.",
        caption="Each point is a sample. Children of related parents go up along the"
        " line: what they have too much of is in runs. Points that go straight up have"
        " lost alleles everywhere, which is bad data, or ancestors whose allele"
        " frequencies are not those they are held against.",
    )
