"""The figure of strata by centre."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from genostrat.registry.words.centres import NOT, NOT_TESTABLE, REPLICATED
from genostrat.report.parts.style import (
    BLUE,
    FULL,
    INK,
    ORANGE,
    PAPER,
    FigureView,
    finish,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import label_text, listing, plural

#: Verdict → colour and mark, which says the same without colours.
_SIGNS = {
    REPLICATED: (BLUE, PAPER, "yes"),
    NOT: (ORANGE, INK, "no"),
    NOT_TESTABLE: ("#E4E7EB", INK, "not testable"),
}


@styled
def plot_replication(table: pd.DataFrame, *, names: Sequence[str]) -> FigureView:
    """Plot for each centre and stratum whether it is there, and in how many patients.

    Parameters
    ----------
    table
        Rows of ``strata/replication.tsv`` of the teacher `all others`.
    names
        The strata, in order.
    """
    centres = list(dict.fromkeys(table["centre"]))
    figure = new_figure(FULL, 1.1 + 0.46 * len(centres))
    axes = figure.subplots()
    cells = table.set_index(["centre", "stratum"])
    for row, centre in enumerate(centres):
        for column, name in enumerate(names):
            cell = cells.loc[(centre, name)]
            colour, ink, word = _SIGNS[str(cell["verdict"])]
            axes.barh(row, 0.94, left=column - 0.47, height=0.86, color=colour)
            n = cell["n_stratum"]
            size = "" if pd.isna(n) else f" (n {int(n)})"
            axes.text(column, row, f"{word}{size}", ha="center", va="center", color=ink)
    axes.set_xticks(range(len(names)), [label_text(name, 16) for name in names])
    axes.set_yticks(range(len(centres)), [label_text(name, 24) for name in centres])
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(len(centres) - 0.5, -0.5)
    axes.grid(visible=False)
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    return finish(
        figure,
        name="replication",
        wide=True,
        alt=f"Whether {listing(list(names))} are there at"
        f" {plural(len(centres), 'centre')}.",
        caption="Whether each stratum, found without a centre, is there at that centre,"
        " and how many of its patients are nearest to it.",
    )
