"""Figures of sample quality, ancestry and variants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genostrat.report.style import (
    BLUE,
    FULL,
    GREEN,
    GRID,
    HALF,
    MUTED,
    ORANGE,
    PURPLE,
    RASTER_POINTS,
    SKY,
    VERMILION,
    FigureView,
    annotate,
    colours_of,
    finish,
    labels_of,
    legend_points,
    markers_of,
    new_figure,
    scatter_groups,
    set_count_axis,
    styled,
)
from genostrat.report.wording import (
    label_text,
    listing,
    plain_number,
    plural,
    readable,
)

#: Half-way between the kinship of neighbouring degrees (Manichaikul 2010).
KINSHIP_BOUNDS = (
    ("duplicate", 0.354),
    ("first", 0.177),
    ("second", 0.0884),
    ("third", 0.0442),
)
_OUTCOME_COLOURS = {"kept": BLUE, "flagged": ORANGE, "excluded": VERMILION}
_OUTCOME_MARKERS = {"kept": "o", "flagged": "s", "excluded": "X"}


@styled
def plot_call_rate(
    metrics: pd.DataFrame,
    outcomes: pd.Series,
    *,
    threshold: float | None = None,
) -> FigureView:
    """Plot call rate against the excess of homozygotes, a point a sample.

    Parameters
    ----------
    metrics
        ``qc/sample_metrics.tsv``.
    outcomes
        Kept, flagged or excluded, by sample_id.
    threshold
        Lowest call rate accepted, if a rule has one.
    """
    figure = new_figure(HALF, 3.4)
    axes = figure.subplots()
    groups = labels_of(metrics["sample_id"], outcomes, absent="kept")
    scatter_groups(
        axes,
        metrics["call_rate"].to_numpy(),
        metrics["f_het"].to_numpy(),
        groups,
        colours=_OUTCOME_COLOURS,
        markers=_OUTCOME_MARKERS,
        size=26,
    )
    axes.axhline(0, color="#9AA5B1", lw=0.8)
    lowest = np.nanmin([0.98, threshold or 0.98, *metrics["call_rate"].to_numpy()])
    axes.set_xlim(lowest - 0.06 * (1 - lowest), 1 + 0.06 * (1 - lowest))
    if threshold is not None:
        axes.axvline(threshold, color=VERMILION, lw=1, ls=(0, (4, 3)))
    axes.set_xlabel("call rate (share of genotypes that were called)")
    axes.set_ylabel("F (shortage of heterozygotes)")
    axes.set_title("Call rate and heterozygosity")
    present = [name for name in _OUTCOME_COLOURS if (groups == name).any()]
    axes.legend(
        handles=legend_points(
            [(n, _OUTCOME_COLOURS[n], _OUTCOME_MARKERS[n]) for n in present]
        ),
        loc="best",
    )
    line = (
        ""
        if threshold is None
        else f" The dashed line is the lowest call rate accepted"
        f" ({plain_number(threshold)})."
    )
    return finish(
        figure,
        name="call-rate",
        alt=f"Call rate against F het for {plural(len(metrics), 'sample')}.",
        caption="Each point is a sample. A low call rate means poor DNA or data; F far"
        " below the others means more heterozygotes than expected, as contamination"
        " gives; F far above them means fewer, as inbreeding gives. In a cohort of"
        f" several ancestries F lies above zero throughout.{line}",
    )


_SEX_STYLE = {
    "female": (PURPLE, "o"),
    "male": (BLUE, "^"),
    "not given": (MUTED, "D"),
}


@styled
def plot_sex(sex: pd.DataFrame) -> FigureView:
    """Plot chrX inbreeding against the chrY call rate, by reported sex.

    Without calls on chromosome Y, the height of a point is its reported sex.
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
    scatter_groups(
        axes,
        x,
        y,
        reported,
        colours={level: _SEX_STYLE[level][0] for level in shown},
        markers={level: _SEX_STYLE[level][1] for level in shown},
    )
    odd = sex["status"].isin(["mismatch", "ambiguous"]).to_numpy()
    ring = {"facecolors": "none", "edgecolors": VERMILION, "linewidths": 1.6}
    axes.scatter(x[odd], y[odd], s=95, **ring)
    handles = legend_points([(s, *_SEX_STYLE[s]) for s in shown]) if has_y else []
    if odd.any():
        handles += legend_points(
            [("mismatch or ambiguous", VERMILION, "o")], filled=False
        )
    if handles:
        title = "sex in the sheet" if has_y else None
        axes.legend(handles=handles, title=title, loc="center")
    axes.set_xlabel("F on chromosome X (near 1: one X, near 0: two)")
    axes.set_title("Genetic sex against the sheet")
    where = "at the upper right" if has_y else "on the right"
    return finish(
        figure,
        name="sex",
        alt="F on chromosome X against the chromosome Y call rate, by reported sex;"
        f" {plural(int(odd.sum()), 'sample')} marked.",
        caption=f"Males gather {where}, females on the left. A ringed point among the"
        " other sex is most often a swap of samples or of rows in the sheet; one"
        " between the clouds may be a sex-chromosome aneuploidy.",
    )


def _rows_of(labels: np.ndarray, levels: list[str]) -> np.ndarray:
    """Give each point the row of its label, spread a little so that points show."""
    golden = (np.arange(len(labels)) * 0.6180339887) % 1 - 0.5
    return np.array([levels.index(label) for label in labels]) + 0.5 * golden


@styled
def plot_relatedness(relatedness: pd.DataFrame) -> FigureView:
    """Plot kinship against IBS0, a point a pair, with the bands of the degrees."""
    figure = new_figure(HALF, 3.4)
    axes = figure.subplots()
    levels = [name for name, _ in KINSHIP_BOUNDS]
    labels = dict(zip(levels, ("duplicate", "1st", "2nd", "3rd"), strict=True))
    colours = dict(zip(levels, (VERMILION, ORANGE, GREEN, SKY), strict=True))
    markers = markers_of(levels)
    top = 0.53
    for level, low in KINSHIP_BOUNDS:
        axes.axhspan(low, top, color=colours[level], alpha=0.09, lw=0)
        annotate(
            axes,
            labels[level],
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
    kinds = relatedness["relationship"].to_numpy()
    x, y = relatedness["ibs0"].to_numpy(), relatedness["kinship"].to_numpy()
    others = ~np.isin(kinds, levels)
    if others.any():
        dense = bool(others.sum() > RASTER_POINTS)
        axes.scatter(x[others], y[others], s=8, c="#9AA5B1", lw=0, rasterized=dense)
    scatter_groups(
        axes, x, y, kinds, colours=colours, markers=markers, size=34, alpha=0.9
    )
    axes.set_ylim(min(-0.02, np.nanmin(y) - 0.02), 0.53)
    axes.set_xlim(left=-0.004, right=max(0.05, float(np.nanmax(x)) * 1.25))
    axes.set_xlabel("IBS0 (share of sites with opposite homozygotes)")
    axes.set_ylabel("kinship (KING-robust)")
    axes.set_title("Related pairs")
    axes.grid(False)
    counts = pd.Series(kinds).value_counts()
    found = [f"{counts[n]} {n}" for n in levels if n in counts]
    return finish(
        figure,
        name="relatedness",
        alt=f"Kinship against IBS0; pairs by degree: {listing(found) or 'none'}.",
        caption="Each point is a pair of samples; bands are degrees of relationship."
        " A duplicate or identical twin has kinship near 0.5. Parent and child share"
        " an allele at every site, so their IBS0 is near zero; full siblings have the"
        " same kinship and a higher IBS0.",
    )


@styled
def plot_ancestry(
    pcs: pd.DataFrame, groups: pd.Series, *, grouping: str | None
) -> FigureView:
    """Plot the first two axes of genetic ancestry.

    Parameters
    ----------
    pcs
        ``qc/pcs.tsv``.
    groups
        A label for each sample_id; samples without one are drawn in grey.
    grouping
        The name of the column that the labels come from; None draws one colour.
    """
    figure = new_figure(HALF, 3.4)
    axes = figure.subplots()
    labels = labels_of(pcs["sample_id"], groups, absent="not given")
    levels = sorted(set(labels) - {"not given"})
    colours = {"not given": "#9AA5B1"} | colours_of(levels)
    markers = {"not given": "o"} | markers_of(levels)
    x, y = pcs["PC1"].to_numpy(dtype=float), pcs["PC2"].to_numpy(dtype=float)
    scatter_groups(axes, x, y, labels, colours=colours, markers=markers)
    if grouping is not None:
        shown = [level for level in colours if (labels == level).any()]
        axes.legend(
            handles=legend_points([(s, colours[s], markers[s]) for s in shown]),
            title=readable(grouping),
            loc="best",
        )
    axes.set_xlabel("genetic axis PC1")
    axes.set_ylabel("genetic axis PC2")
    axes.set_title("Ancestry")
    by = "" if grouping is None else f", coloured by {readable(grouping)}"
    return finish(
        figure,
        name="ancestry",
        alt=f"First two principal components of {plural(len(pcs), 'sample')}{by}.",
        caption=f"Each point is a sample{by}. Samples that lie close together share"
        " ancestry. Groups seen here are differences of ancestry, not subgroups of"
        " disease.",
    )


@styled
def plot_contamination(
    values: pd.Series, *, threshold: float | None = None
) -> FigureView:
    """Plot the distribution of estimated contamination."""
    figure = new_figure(HALF, 3.4)
    axes = figure.subplots()
    known = values.dropna().to_numpy()
    top = max(float(known.max()) * 1.08, (threshold or 0) * 1.3, 0.01)
    axes.hist(known, bins=np.linspace(0, top, 46), color=BLUE, alpha=0.85, lw=0)
    set_count_axis(axes, linear_to=5)
    if threshold is not None:
        axes.axvline(threshold, color=VERMILION, lw=1.2, ls=(0, (4, 3)))
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
    axes.set_xlabel("estimated share of foreign DNA (CHARR)")
    axes.set_ylabel("samples (compressed scale)")
    axes.set_title("Contamination")
    high = "" if threshold is None else f", {(known > threshold).sum()} above the limit"
    return finish(
        figure,
        name="contamination",
        alt=f"Distribution of contamination in {len(known)} samples{high}.",
        caption="Reads of the reference allele at sites where a sample should have"
        " none. Clean samples lie near zero, at the rate of sequencing errors.",
    )


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
        axes.set_xlabel("allele frequency")
        axes.set_title(title)
        axes.legend(loc="upper right")
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
