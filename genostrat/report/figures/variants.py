"""Figures of what was called: frequencies, kinds of change, indels, calls by sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from genostrat.arrays import Floats
from genostrat.report.parts.style import (
    BLUE,
    FULL,
    GREEN,
    GRID,
    HALF,
    ORANGE,
    SKY,
    FigureView,
    colours_of,
    few_levels,
    finish,
    labels_of,
    legend_points,
    markers_of,
    new_figure,
    scatter_groups,
    set_count_axis,
    styled,
)
from genostrat.report.parts.wording import (
    brief_count,
    count_text,
    label_text,
    number_text,
    plural,
    readable,
)

#: Both strands of a change are one: C>T stands for G>A too.
_CHANGES = ("C>T", "T>C", "C>A", "C>G", "T>A", "T>G")
_OTHER_STRAND = {"A": "T", "C": "G", "G": "C", "T": "A"}
_TRANSITIONS = ("C>T", "T>C")
#: Longer indels are counted with those of this length.
_LONGEST = 60


@styled
def plot_spectrum(spectrum: pd.DataFrame) -> FigureView:
    """Plot how many variants there are at each frequency of the minor allele."""
    figure = new_figure(FULL, 3.1)
    panels = figure.subplots(1, 2)
    styles = {"snv": (BLUE, "SNVs"), "indel": (ORANGE, "indels")}
    columns = {
        "n_folded": "Folded: frequency of the minor allele",
        "n_unfolded": "Unfolded: frequency of the alternate allele",
    }
    for axes, (column, title) in zip(panels, columns.items(), strict=True):
        for kind, (colour, label) in styles.items():
            part = spectrum[spectrum["class"] == kind].sort_values("af_bin_low")
            part = part[part["af_bin_low"] < 0.5] if column == "n_folded" else part
            if part.empty:
                continue
            _draw_bars(axes, part, column=column, colour=colour, label=label)
        set_count_axis(axes, linear_to=10)
        # Room above the bars, since any of them may be the highest.
        axes.set_ylim(top=axes.get_ylim()[1] * 4)
        axes.set_xlabel("allele frequency")
        axes.set_title(title)
        axes.legend(loc="upper right", ncols=2)
    panels[0].set_ylabel("variants (compressed scale)")
    total = int(spectrum["n_folded"].sum())
    return finish(
        figure,
        name="spectrum",
        wide=True,
        alt=f"Allele frequency spectrum of {total:,} variants.",
        caption="How many variants have each allele frequency. Sequenced cohorts have"
        " most variants at the rare end; a genotyping array has few there. A bump in"
        " the middle points to a reference or calling artefact.",
    )


def _draw_bars(
    axes: Any, part: pd.DataFrame, *, column: str, colour: str, label: str
) -> None:
    widths = part["af_bin_high"] - part["af_bin_low"]
    axes.bar(
        part["af_bin_low"].to_numpy(),
        part[column].astype(float).to_numpy(),
        width=widths.to_numpy(),
        align="edge",
        color=colour,
        alpha=0.75,
        edgecolor=GRID,
        linewidth=0.4,
        label=label_text(label),
    )


@styled
def plot_substitutions(substitutions: pd.DataFrame) -> FigureView:
    """Plot SNV alleles by change, both strands together.

    Parameters
    ----------
    substitutions
        ``variants/substitutions.tsv``.
    """
    counts = dict.fromkeys(_CHANGES, 0)
    for row in substitutions.itertuples():
        ref, alt = row.ref, row.alt
        if ref not in "CT":
            ref, alt = _OTHER_STRAND[ref], _OTHER_STRAND[alt]
        counts[f"{ref}>{alt}"] += int(row.n_alleles)
    figure = new_figure(HALF, 3.0)
    axes = figure.subplots()
    for kind, colour, hatch in (
        ("transition", BLUE, ""),
        ("transversion", ORANGE, "//"),
    ):
        names = [n for n in _CHANGES if (n in _TRANSITIONS) == (kind == "transition")]
        axes.bar(
            names,
            [counts[name] for name in names],
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.4,
            alpha=0.85,
            label=f"{kind}s",
        )
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda value, _: brief_count(value))
    axes.set_ylabel("alleles")
    axes.set_title("Changes of one base")
    axes.legend(loc="upper right")
    total = sum(counts.values())
    listed = ", ".join(f"{name} {n:,}" for name, n in counts.items())
    return finish(
        figure,
        name="substitutions",
        alt=f"{plural(total, 'SNV allele')} by change: {listed}.",
        caption="Both strands together. Methylated bases decay to C>T, so transitions"
        " lead. False calls are as likely to be of any kind: they add transversions."
        " Many C>A point to DNA that was damaged before sequencing.",
    )


@styled
def plot_indel_lengths(lengths: pd.DataFrame) -> FigureView:
    """Plot indel alleles by the bases they add or take away.

    Parameters
    ----------
    lengths
        ``variants/indel_lengths.tsv``.
    """
    figure = new_figure(HALF, 3.0)
    axes = figure.subplots()
    size = lengths["length"].to_numpy(np.int64)
    n_alleles = lengths["n_alleles"].to_numpy(np.int64)
    axes.bar(
        size,
        n_alleles,
        width=0.9,
        color=np.where(size % 3 == 0, GREEN, SKY),
        alpha=0.9,
    )
    shown = max(6, int(np.abs(size).max()) + 1)
    axes.set_xlim(-shown, shown)
    set_count_axis(axes, linear_to=10)
    axes.set_xlabel(
        "bases lost (left) or gained (right)"
        + (f"; {_LONGEST} stands for more" if shown > _LONGEST else "")
    )
    axes.set_ylabel("alleles (compressed scale)")
    axes.set_title("Lengths of indels")
    axes.legend(
        handles=legend_points(
            [("multiples of 3", GREEN, "s"), ("other lengths", SKY, "s")]
        ),
        loc="upper right",
    )
    lost, gained = n_alleles[size < 0].sum(), n_alleles[size > 0].sum()
    return finish(
        figure,
        name="indel-lengths",
        alt=f"{lost:,} deletions and {gained:,} insertions by length.",
        caption=f"{plural(int(lost), 'deletion')} and"
        f" {plural(int(gained), 'insertion')}. Most are of one base; in"
        " exomes multiples of three stand out, for they keep the reading frame.",
    )


@styled
def plot_calls(
    per_sample: pd.DataFrame, groups: pd.Series, *, grouping: str | None
) -> FigureView:
    """Plot heterozygous calls against singletons, a point a sample.

    Parameters
    ----------
    per_sample
        ``variants/per_sample.tsv``.
    groups
        A label by sample_id, such as the batch; may be empty.
    grouping
        What the labels are.
    """
    labels = labels_of(per_sample["sample_id"], groups, absent="–")
    shown = few_levels(labels)
    names, sizes = np.unique(shown.astype(str), return_counts=True)
    order = sorted(zip(names == "other", -sizes, names, strict=True))
    levels = [str(name) for *_, name in order]
    colours, markers = colours_of(levels), markers_of(levels)
    figure = new_figure(FULL, 3.2)
    panels = figure.subplots(1, 2)
    second = {"n_indel": "calls with an indel", "n_missing": "missing calls"}
    for axes, column, name in (
        (panels[0], "n_singleton", "variants in this sample alone"),
        (panels[1], *_with_spread(per_sample, second)),
    ):
        x, y = (per_sample[c].to_numpy(float) for c in ("n_het", column))
        scatter_groups(axes, x, y, shown, colours=colours, markers=markers, size=22)
        axes.set_xlabel("heterozygous SNV calls")
        axes.set_ylabel(name)
        axes.set(xlim=_span(x), ylim=_span(y))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
            axis.set_major_formatter(lambda value, _: count_text(value))
    panels[0].set_title("Calls of each sample")
    if len(levels) > 1:
        panels[0].legend(
            handles=legend_points([(n, colours[n], markers[n]) for n in levels]),
            loc="best",
            title=None if grouping is None else label_text(readable(grouping)),
        )
    by = "" if grouping is None else f" Colours show the {readable(grouping)}."
    return finish(
        figure,
        name="calls",
        wide=True,
        alt=f"Heterozygous calls against singletons of {plural(len(x), 'sample')}.",
        caption="Each point is a sample. People of one ancestry, handled alike, lie"
        " together; African ancestry has more of all. A centre or batch that lies apart"
        f" was sequenced or called otherwise.{by}",
    )


def _span(counts: Floats) -> tuple[float, float]:
    """Return limits that leave room at both ends, also where all are equal."""
    low, high = float(counts.min()), float(counts.max())
    room = max(1, 0.06 * (high - low))
    return low - room, high + room


def _with_spread(table: pd.DataFrame, choices: dict[str, str]) -> tuple[str, str]:
    """Return the first column that is not the same for all, and its name."""
    for column, name in choices.items():
        if table[column].nunique() > 1:
            return column, name
    return next(iter(choices.items()))


@styled
def plot_depths(depths: pd.DataFrame) -> FigureView:
    """Plot how many calls have each read depth.

    Parameters
    ----------
    depths
        ``variants/depths.tsv``, with at least one call.
    """
    depth = depths["depth"].to_numpy(np.int64)
    n_calls = depths["n_genotypes"].to_numpy(np.int64)
    share = np.cumsum(n_calls) / n_calls.sum()
    last = int(depth[np.searchsorted(share, 0.995)])
    figure = new_figure(HALF, 3.0)
    axes = figure.subplots()
    axes.bar(depth, 100 * n_calls / n_calls.sum(), width=1, color=BLUE, alpha=0.8)
    axes.set_xlim(-0.5, max(last, 5) + 0.5)
    median = int(depth[np.searchsorted(share, 0.5)])
    low = number_text(100 * float(n_calls[depth < 10].sum() / n_calls.sum()), 2)
    axes.set_xlabel("reads at a call")
    axes.set_ylabel("% of calls")
    axes.set_title("Read depth")
    return finish(
        figure,
        name="depths",
        alt=f"Read depth of {plural(int(n_calls.sum()), 'call')}; median {median}.",
        caption=f"Half of the calls have {median} reads or fewer, {low}\u00a0% fewer"
        " than ten, where heterozygotes are easily missed.",
    )
