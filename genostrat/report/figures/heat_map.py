"""The heat map of the features that mark the strata, patient by patient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from genostrat.report.figures.strata import EFFECT_COLOURS, short_names
from genostrat.report.parts.style import (
    FULL,
    PAPER,
    FigureView,
    bare,
    finish,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import label_text, listing, plural

#: Rows of the heat map, over all strata.
MOST_ROWS = 32
#: Columns that are drawn; more patients are averaged within their stratum.
MOST_COLUMNS = 800
#: Values beyond so many standard deviations have the colour of the limit.
LIMIT = 2.5

_CONFIDENCE = LinearSegmentedColormap.from_list("confidence", ["#F1F3F5", "#2F3B47"])


def marking_features(
    characteristics: pd.DataFrame, *, names: list[str], known: set[str]
) -> list[tuple[str, str]]:
    """Choose the features with the largest effects of each stratum.

    Parameters
    ----------
    characteristics
        ``strata/characteristics.tsv``.
    names
        The strata, in order.
    known
        Features that there are values of.

    Returns
    -------
    list of tuple
        Stratum and feature: of each stratum as many, those that are higher in it
        first. A feature stands with the stratum that it marks most, or where it marks
        two alike with the one in which it is higher.
    """
    table = characteristics.dropna(subset=["effect"])
    table = table[table["feature"].isin(known) & table["stratum"].isin(names)]
    # Of two strata the effects are each other's negative.
    table = table.assign(size=table["effect"].abs().round(9))
    table = table.sort_values(
        ["size", "feature", "effect", "stratum"], ascending=[False, True, False, True]
    )
    own = table.drop_duplicates("feature")
    top = max(2, min(10, MOST_ROWS // max(len(names), 1)))
    chosen = []
    for name in names:
        part = own[own["stratum"] == name].head(top)
        part = part.sort_values(["effect", "feature"], ascending=[False, True])
        chosen += [(name, str(feature)) for feature in part["feature"]]
    return chosen


def ordered_patients(
    assignments: pd.DataFrame, *, names: list[str], known: set[str]
) -> pd.DataFrame:
    """Sort patients by stratum and, within it, from sure to unsure.

    Parameters
    ----------
    assignments
        ``strata/assignments.tsv``.
    names
        The strata, in order.
    known
        Patients that there are values of.

    Returns
    -------
    DataFrame
        sample_id, stratum, confidence of patients with a stratum, ambiguous ones too.
    """
    held = assignments[
        assignments["stratum"].isin(names) & assignments["sample_id"].isin(known)
    ].copy()
    held["rank"] = held["stratum"].map({name: i for i, name in enumerate(names)})
    held["confidence"] = held["confidence"].astype(float)
    held = held.sort_values(
        ["rank", "confidence", "sample_id"], ascending=[True, False, True]
    )
    return held[["sample_id", "stratum", "confidence"]].reset_index(drop=True)


@styled
def plot_features(
    values: pd.DataFrame,
    patients: pd.DataFrame,
    rows: list[tuple[str, str]],
    *,
    colours: dict[str, str],
) -> FigureView:
    """Plot the marking features of the strata, features × patients.

    Parameters
    ----------
    values
        ``profile/features.parquet``.
    patients
        From :func:`ordered_patients`; at least one, all of them in `values`.
    rows
        From :func:`marking_features`; at least one.
    colours
        Of the strata, in order.
    """
    indexed = values.set_index("sample_id").loc[patients["sample_id"]]
    scaled = _scale(indexed[[feature for _, feature in rows]].to_numpy(dtype=float))
    strata = patients["stratum"].to_numpy()
    edges = _column_edges(strata)
    height = max(1.2, 0.17 * len(rows))
    figure = new_figure(FULL, 1.4 + height)
    strips, axes = figure.subplots(2, 1, height_ratios=[0.4, height], sharex=True)
    image = axes.imshow(
        _average(scaled.T, edges),
        cmap=EFFECT_COLOURS,
        vmin=-LIMIT,
        vmax=LIMIT,
        aspect="auto",
        interpolation="nearest",
    )
    firsts = strata[edges[:-1]]
    confidence = _average(patients["confidence"].to_numpy()[None, :], edges)
    _draw_strips(strips, firsts, confidence, colours)
    _finish_axes(axes, rows, firsts)
    bar = figure.colorbar(
        image, ax=axes, pad=0.01, aspect=25, extend="both", extendfrac=0.03
    )
    bar.set_label("SD from the mean")
    bar.outline.set_visible(False)
    strips.set_title("The features that mark each stratum, in every patient")
    averaged = len(edges) - 1 < len(strata)
    return finish(
        figure,
        name="features",
        wide=True,
        alt=f"Heat map of {plural(len(rows), 'feature')} in"
        f" {plural(len(strata), 'patient')} of {listing(colours)}.",
        caption="Each column is"
        + (" a few neighbouring patients" if averaged else " a patient")
        + ", sorted by stratum and from sure (left) to unsure (right); each row is"
        " a feature, under the stratum that it marks most. Orange is more, blue less"
        " than the mean. Real strata show as blocks with sharp edges; a block that"
        " fades towards its right edge means that one stratum passes into the next."
        " The grey strip is the confidence of the assignment, dark for sure. These"
        " features formed the strata, so that blocks are seen is no proof of them.",
    )


def _scale(values: np.ndarray) -> np.ndarray:
    """Return z-scores of columns; what is constant or unknown becomes 0."""
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    centred = np.where(known, values, 0.0)
    centred = np.where(known, values - centred.sum(axis=0) / count, 0.0)
    spread = np.sqrt((centred**2).sum(axis=0) / count)
    return centred / np.where(spread > 0, spread, 1.0)


def _column_edges(strata: np.ndarray) -> np.ndarray:
    """Return where columns of the drawing begin, and the end; none spans two strata."""
    n = len(strata)
    if n <= MOST_COLUMNS:
        return np.arange(n + 1)
    even = np.linspace(0, n, MOST_COLUMNS + 1).astype(int)
    borders = np.flatnonzero(strata[1:] != strata[:-1]) + 1
    return np.unique(np.concatenate([even, borders]))


def _average(rows: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.add.reduceat(rows, edges[:-1], axis=1) / np.diff(edges)


def _draw_strips(
    axes: Any, strata: np.ndarray, confidence: np.ndarray, colours: dict[str, str]
) -> None:
    own = np.array([to_rgb(colours[name]) for name in strata])
    sure = _CONFIDENCE(np.nan_to_num(confidence[0], nan=0.0))[:, :3]
    gap = np.ones_like(own)
    # Rows of unequal height, as one picture: stratum, a gap, confidence.
    axes.imshow(
        np.stack([own] * 4 + [gap] + [sure] * 4),
        aspect="auto",
        interpolation="nearest",
        extent=(-0.5, len(strata) - 0.5, 9, 0),
    )
    axes.set_yticks([2, 7], ["stratum", "confidence"])
    starts = np.flatnonzero(np.r_[True, strata[1:] != strata[:-1]])
    ends = np.r_[starts[1:], len(strata)]
    for start, end in zip(starts, ends, strict=True):
        share = (end - start) / len(strata)
        if share > 0.03:
            axes.text(
                (start + end - 1) / 2,
                2,
                label_text(strata[start], max(3, int(90 * share))),
                ha="center",
                va="center",
                fontsize=8,
                color=PAPER,
                weight="bold",
            ).set_in_layout(False)
    bare(axes)


def _finish_axes(axes: Any, rows: list[tuple[str, str]], strata: np.ndarray) -> None:
    axes.set_yticks(range(len(rows)), short_names([f for _, f in rows]), fontsize=7.5)
    axes.set_xticks([])
    marked = [name for name, _ in rows]
    for i in range(1, len(rows)):
        if marked[i] != marked[i - 1]:
            axes.axhline(i - 0.5, color=PAPER, lw=2.5)
    for border in np.flatnonzero(strata[1:] != strata[:-1]):
        axes.axvline(border + 0.5, color=PAPER, lw=2)
    bare(axes)
