"""Patients in order along a gradient, with the features that mark its ends."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.report.figures.heat_map import LIMIT, MOST_COLUMNS
from genostrat.report.figures.strata import EFFECT_COLOURS, short_names
from genostrat.report.parts.style import (
    FULL,
    FigureView,
    bare,
    finish,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import label_text, plural

#: Features shown of either end.
OF_EACH_END = 10


def strongest_first(features: pd.DataFrame) -> pd.DataFrame:
    """Return ``strata/gradient_features.tsv`` with the strongest correlations first."""
    order = features["correlation"].abs().sort_values(ascending=False, kind="stable")
    return features.loc[order.index]


def marking_ends(features: pd.DataFrame, *, known: set[str]) -> list[str]:
    """Return the features that mark the ends most, those of the low end first.

    Parameters
    ----------
    features
        ``strata/gradient_features.tsv``.
    known
        Features of the profile.
    """
    held = strongest_first(features[features["feature"].isin(known)])
    low, high = (
        held[held["end"] == end]["feature"].astype(str).head(OF_EACH_END).tolist()
        for end in ("low", "high")
    )
    return [*low, *reversed(high)]


@styled
def plot_gradient(
    values: pd.DataFrame, positions: pd.DataFrame, rows: list[str]
) -> FigureView:
    """Plot the features that mark the ends of a gradient, features × patients.

    Parameters
    ----------
    values
        ``profile/features.parquet``.
    positions
        ``strata/gradient.tsv``; all of its patients are in `values`.
    rows
        From :func:`marking_ends`; at least one.
    """
    positions = positions.sort_values(["position", "sample_id"])
    ids = positions["sample_id"].astype(str)
    held = values.set_index("sample_id").loc[ids, rows].to_numpy(dtype=float)
    spread = held.std(axis=0)
    scaled = (held - held.mean(axis=0)) / np.where(spread > 0, spread, 1)
    edges = np.unique(
        np.linspace(0, len(ids), min(len(ids), MOST_COLUMNS) + 1).astype(int)
    )
    columns = np.add.reduceat(scaled.T, edges[:-1], axis=1) / np.diff(edges)
    place = positions["position"].to_numpy(dtype=float)
    height = max(1.2, 0.17 * len(rows))
    figure = new_figure(FULL, 1.6 + height)
    above, axes = figure.subplots(2, 1, height_ratios=[0.6, height], sharex=True)
    above.plot(
        np.arange(len(edges) - 1),
        np.add.reduceat(place, edges[:-1]) / np.diff(edges),
        color="#2F3B47",
        linewidth=1,
    )
    above.set_ylabel("Position (SD)")
    image = axes.imshow(
        columns,
        cmap=EFFECT_COLOURS,
        vmin=-LIMIT,
        vmax=LIMIT,
        aspect="auto",
        interpolation="nearest",
    )
    axes.set_yticks(
        range(len(rows)), [label_text(name, 30) for name in short_names(rows)]
    )
    axes.set_xticks([])
    axes.set_xlabel("Patients, from the low end to the high end")
    bare(axes)
    bar = figure.colorbar(
        image, ax=axes, pad=0.01, aspect=25, extend="both", extendfrac=0.03
    )
    bar.set_label("SD from the mean")
    bar.outline.set_visible(False)
    above.set_title("Patients along the gradient, and what marks its ends")
    return finish(
        figure,
        name="gradient",
        wide=True,
        alt=f"Heat map of {plural(len(rows), 'feature')} in"
        f" {plural(len(ids), 'patient')}, in order along one axis.",
        caption="Each column is"
        + (
            " a few neighbouring patients"
            if len(edges) - 1 < len(ids)
            else " a patient"
        )
        + ", from the low end of the axis (left) to the high end; each row is a feature"
        " that marks an end. Colours that change little by little are a gradient; a"
        " sharp edge would be two groups. The line is the place of each patient along"
        " the axis. These features are part of the axis, so that they change along it"
        " is no proof of it.",
    )
