"""Figures of what else strata could be, and of what could have been missed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.report.parts.strata import ASSOCIATED, RECOVERS, single_confounders
from genostrat.report.parts.style import (
    BLUE,
    GRID,
    HALF,
    MUTED,
    ORANGE,
    VERMILION,
    FigureView,
    annotate,
    finish,
    legend_below,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import (
    label_text,
    p_text,
    plain_number,
    plural,
    readable,
)

_FLAG_STYLES = {
    "": (BLUE, "o", "no link"),
    ASSOCIATED: (ORANGE, "s", "linked"),
    RECOVERS: (VERMILION, "X", "tells the stratum"),
}


@styled
def plot_confounders(confounders: pd.DataFrame) -> FigureView:
    """Plot how strongly the strata go with each thing that is not biology."""
    table = single_confounders(confounders)
    table = table.sort_values("effect", kind="stable", na_position="first")
    figure = new_figure(HALF, max(2.2, 1.3 + 0.27 * len(table)))
    axes = figure.subplots()
    # Related patients can be in the same stratum less often than chance; that is no
    # association with the family either.
    effects = np.maximum(table["effect"].to_numpy(dtype=float), 0)
    flags = table["flag"].to_numpy()
    rows = np.arange(len(table))
    axes.hlines(rows, 0, np.nan_to_num(effects), color=GRID, lw=3)
    for flag, (colour, marker, label) in _FLAG_STYLES.items():
        chosen = flags == flag
        if chosen.any():
            axes.plot(
                effects[chosen], rows[chosen], marker, color=colour, ms=7, label=label
            )
    for row, effect, p in zip(rows, effects, table["p_adjusted"], strict=True):
        annotate(
            axes,
            p_text(p),
            (np.nan_to_num(effect), row),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=MUTED,
        )
    axes.set_yticks(rows)
    axes.set_yticklabels([label_text(readable(n), 26) for n in table["confounder"]])
    # Room for the p-value of a link as strong as can be.
    axes.set_xlim(-0.03, 1.34)
    axes.set_xticks(np.arange(0, 1.01, 0.25))
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.set_xlabel("strength of the link (1: the same thing)")
    axes.set_title("Are the groups something else?")
    axes.grid(axis="y", visible=False)
    legend_below(figure, axes.get_legend_handles_labels()[0], columns=3)
    linked = int((flags != "").sum())
    return finish(
        figure,
        name="confounders",
        alt=f"Link of the groups with {plural(len(table), 'possible confounder')};"
        f" {linked} linked.",
        caption="Groups that follow a centre, a batch, sex, ancestry or data quality"
        " are not a discovery: points should lie at the left. A square is linked with"
        " the groups beyond chance; a cross tells by itself which group a patient is"
        " in, and speaks against the groups. Categories are measured by Cramér's V,"
        " numbers by eta squared, kinship by how many more relatives are together than"
        " by chance; p-values are adjusted for how many there are.",
    )


@styled
def plot_power(power: pd.DataFrame) -> FigureView:
    """Plot the share of trials in which groups of each separation were found.

    Parameters
    ----------
    power
        Columns separation (in SD) and rate (0 to 1).
    """
    figure = new_figure(HALF, 2.9)
    axes = figure.subplots()
    axes.axhline(0.8, color=ORANGE, lw=1.2, ls=(0, (4, 3)))
    annotate(
        axes,
        "80 %",
        (1, 0.8),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 3),
        textcoords="offset points",
        ha="right",
        color="#9A6A00",
        fontsize=8,
    )
    x, y = power["separation"].to_numpy(), power["rate"].to_numpy()
    axes.plot(x, y, color=BLUE, marker="o", ms=6)
    axes.set_xticks(x)
    axes.set_ylim(-0.04, 1.06)
    axes.set_yticks(np.arange(0, 1.01, 0.25), ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("separation planted between two groups (SD)")
    axes.set_ylabel("trials that found it")
    axes.set_title("What this cohort could have found")
    found = power.loc[power["rate"] >= 0.8, "separation"]
    smallest = "none tested" if found.empty else f"{plain_number(found.min())} SD"
    return finish(
        figure,
        name="power",
        alt=f"Detection rate by separation; smallest found with 80 %: {smallest}.",
        caption="Groups of known separation were planted in simulated cohorts of this"
        " size and correlation, and the same analysis was run on each. Groups to the"
        " left of where the line passes 80 % may have been missed.",
    )
