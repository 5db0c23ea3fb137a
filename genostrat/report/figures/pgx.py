"""Figures of pharmacogenes: phenotypes by ancestry, and what could be called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.patches import Patch

from genostrat.pgx.frequencies import AMBIGUOUS
from genostrat.report.parts.style import (
    BLUE,
    FULL,
    GREEN,
    HALF,
    MUTED,
    ORANGE,
    SKY,
    VERMILION,
    FigureView,
    finish,
    legend_below,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import label_text, listing, percent_text

#: Genes that are shown: those in which phenotypes vary most.
_MOST_GENES = 20
_PANELS_A_ROW = 4
_REST = "indeterminate or other"
#: Colour of the part of a bar for patients without a certain call.
_OPEN = "not called surely"
#: Kinds of phenotype in the order in which they are stacked, by words in their names.
_KINDS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    (
        "poor, deficient or unfavourable",
        ("poor", "deficient", "unfavorable", "increased risk", "hyperthermia"),
        VERMILION,
        "",
    ),
    ("intermediate or decreased", ("intermediate", "decreased"), ORANGE, "//"),
    ("normal", ("normal", "favorable", "uncertain"), "#C9D6DF", ""),
    ("rapid or increased", ("ultrarapid", "rapid", "increased"), BLUE, "\\\\"),
    (_REST, (), "#8A94A0", ".."),
)
_COLOURS = {name: (colour, hatch) for name, _, colour, hatch in _KINDS}
_COLOURS[_OPEN] = ("#FFFFFF", "////")
_STATUSES = {
    "called": ("called", GREEN, ""),
    "ambiguous": ("ambiguous", ORANGE, "//"),
    "not_called": ("not called", "#9AA5B1", ""),
}


def kind_of_phenotype(phenotype: str) -> str:
    """Return the kind that a phenotype is drawn as."""
    words = phenotype.casefold()
    return next(
        (k for k, parts, _, _ in _KINDS if any(p in words for p in parts)), _REST
    )


def has_phenotypes(frequencies: pd.DataFrame) -> bool:
    """Say whether some gene has more than one kind of phenotype."""
    return bool(_varying(_shares_of_kinds(frequencies)))


@styled
def plot_phenotypes(frequencies: pd.DataFrame) -> FigureView:
    """Plot the shares of phenotypes by gene and ancestry.

    Parameters
    ----------
    frequencies
        ``pgx/frequencies.tsv``, for which :func:`has_phenotypes` holds.
    """
    known = _shares_of_kinds(frequencies)
    genes = _varying(known)
    shares = _with_open_calls(known, frequencies)
    groups = _groups_of(shares)
    n_rows = -(-len(genes) // _PANELS_A_ROW)
    figure = new_figure(FULL, 0.55 + n_rows * (0.42 + 0.2 * len(groups)))
    panels = figure.subplots(n_rows, _PANELS_A_ROW, squeeze=False, sharex=True)
    for axes, gene in zip(panels.flat, genes, strict=False):
        _draw_gene(axes, shares[gene], groups)
        axes.set_title(label_text(gene, 20))
    for number, axes in enumerate(panels.flat):
        if number >= len(genes):
            axes.set_axis_off()
        elif number % _PANELS_A_ROW and figure.get_figwidth() > HALF:
            axes.set_yticklabels([])
    drawn = {k for gene in genes for group in shares[gene].values() for k in group}
    shown = [_patch(k, *_COLOURS[k]) for k in _COLOURS if k in drawn]
    legend_below(figure, shown, columns=len(drawn))
    whom = ", by ancestry" if len(groups) > 1 else ""
    return finish(
        figure,
        name="pgx-phenotypes",
        wide=True,
        alt=f"Shares of phenotypes of {listing(genes)}{whom}.",
        caption=f"Phenotypes of unrelated patients{whom}. White hatching: not called"
        " surely. Which patients these are is not chance (two variant alleles are often"
        " sure where none is not), so the shares of the others are only those of the"
        " population where little is hatched."
        f" {_caption_of_genes(len(genes), len(shares))}",
    )


def _caption_of_genes(n_shown: int, n_all: int) -> str:
    if n_shown == n_all:
        return "Intervals and counts are in pgx/frequencies.tsv."
    return (
        f"Shown are the {n_shown} genes in which they vary most; all, with intervals,"
        " are in pgx/frequencies.tsv."
    )


Shares = dict[str, dict[str, dict[str, float]]]


def _shares_of_kinds(frequencies: pd.DataFrame) -> Shares:
    """Return gene → group → kind of phenotype → share."""
    rows = frequencies[frequencies["kind"] == "phenotype"]
    mine = rows["group"].str.startswith("ancestry=") | (rows["group"] == "all")
    rows = rows[mine].assign(kind=rows["value"].astype(str).map(_kind_of))
    sums = rows.groupby(["gene", "group", "kind"])["frequency"].sum()
    shares: Shares = {}
    for (gene, group, kind), share in sums.items():
        shares.setdefault(gene, {}).setdefault(group, {})[kind] = float(share)
    return shares


def _kind_of(value: str) -> str:
    return _OPEN if value == AMBIGUOUS else kind_of_phenotype(value)


def _with_open_calls(shares: Shares, frequencies: pd.DataFrame) -> Shares:
    """Scale phenotypes, whose shares are of patients with a diplotype, to everybody."""
    rows = frequencies[
        (frequencies["kind"] == "status")
        & frequencies["value"].isin(["called", AMBIGUOUS])
    ]
    known = rows.groupby(["gene", "group"])["frequency"].sum().to_dict()
    scaled: Shares = {}
    for gene, groups in shares.items():
        for group, kinds in groups.items():
            share = float(known.get((gene, group), 1.0))
            mine = {kind: share * value for kind, value in kinds.items()}
            if share < 1:
                mine[_OPEN] = mine.get(_OPEN, 0.0) + 1 - share
            scaled.setdefault(gene, {})[group] = mine
    return scaled


def _varying(shares: Shares) -> list[str]:
    """Return the genes in which sure phenotypes vary most, by name."""

    def spread(gene: str) -> float:
        kinds = shares[gene].get("all", {})
        sure = [share for kind, share in kinds.items() if kind != _OPEN]
        return sum(sure) - max(sure, default=0.0)

    ranked = sorted(shares, key=lambda gene: (-spread(gene), gene))[:_MOST_GENES]
    return sorted(gene for gene in ranked if spread(gene) > 0)


def _groups_of(shares: Shares) -> list[str]:
    found = {group for groups in shares.values() for group in groups}
    labels = sorted(found - {"all"})
    # One label says no more than everybody together.
    return [*labels, "all"] if len(labels) > 1 else ["all"]


def _draw_gene(
    axes: Any, shares: Mapping[str, Mapping[str, float]], groups: Sequence[str]
) -> None:
    for place, group in enumerate(groups):
        left = 0.0
        for kind, (colour, hatch) in _COLOURS.items():
            share = shares.get(group, {}).get(kind, 0.0)
            axes.barh(
                place,
                share,
                left=left,
                color=colour,
                hatch=hatch,
                edgecolor="#9AA5B1" if kind == _OPEN else "white",
                linewidth=0.4,
                height=0.78,
            )
            left += share
    axes.set_yticks(
        range(len(groups)), [label_text(g.partition("=")[2] or g, 14) for g in groups]
    )
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    axes.grid(visible=False, axis="y")


def _patch(label: str, colour: str, hatch: str) -> Patch:
    edge = "#9AA5B1" if label == _OPEN else "white"
    return Patch(facecolor=colour, hatch=hatch, edgecolor=edge, label=label)


@styled
def plot_call_status(genes: Sequence[Mapping[str, Any]]) -> FigureView:
    """Plot how many patients were called in each gene, and positions read.

    Parameters
    ----------
    genes
        Records of genes as in the cohort's summary; at least one.
    """
    figure = new_figure(FULL, 0.9 + 0.215 * len(genes))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    places = np.arange(len(genes))
    totals = np.array([sum(g[f"n_{s}"] for s in _STATUSES) for g in genes], float)
    start = np.zeros(len(genes))
    for status, (label, colour, hatch) in _STATUSES.items():
        share = np.array([g[f"n_{status}"] for g in genes]) / np.maximum(totals, 1)
        left.barh(
            places,
            share,
            left=start,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.4,
            label=label,
        )
        start += share
    left.set_yticks(places, [label_text(g["gene"], 20) for g in genes])
    left.set_ylim(len(genes) - 0.4, -0.6)
    left.set_xlim(0, 1)
    left.xaxis.set_major_formatter(lambda value, _: percent_text(value))
    left.set_title("Patients")
    left.grid(visible=False, axis="y")
    _draw_positions(right, genes, places)
    figure.legend(loc="outside lower center", ncols=3)
    return finish(
        figure,
        name="pgx-calls",
        wide=True,
        alt="Share of patients called, ambiguous and not called, and of positions"
        " read, by gene.",
        caption="Left: a gene is ambiguous in a patient where what was read allows"
        " diplotypes with different phenotypes. Right: positions that define the"
        " gene’s alleles, and how many of them the genotypes hold. A position that is"
        " not there is never taken for reference unless pgx.absent says so.",
    )


def _draw_positions(
    axes: Any, genes: Sequence[Mapping[str, Any]], places: np.ndarray
) -> None:
    required = np.array([g["n_required"] for g in genes])
    assayed = np.array([g["n_assayed"] for g in genes])
    share = assayed / np.maximum(required, 1)
    axes.barh(places, np.where(required > 0, 1, 0), color="#E4E7EB", height=0.6)
    axes.barh(places, share, color=SKY, height=0.6)
    for place, have, need in zip(places, assayed, required, strict=True):
        text = f"{have} of {need}" if need else "none at positions"
        axes.text(
            1.03, place, text, va="center", fontsize=7.5, color=MUTED, clip_on=False
        ).set_in_layout(False)
    axes.set_xlim(0, 1.38)
    axes.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    axes.set_title("Positions read")
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
