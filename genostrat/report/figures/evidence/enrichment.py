"""The figure of gene sets in which the strata differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genostrat.report.parts.style import (
    FULL,
    INK,
    MUTED,
    PAPER,
    FigureView,
    finish,
    legend_below,
    legend_points,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import label_text, listing, plural

#: Adjusted p up to which a dot is filled.
LEVEL = 0.05
#: Area of a dot at p = 1 and what a power of ten adds, up to so many powers.
_AREA, _AREA_STEP, _MOST_POWERS = 14.0, 16.0, 5.0
_MOST_PANELS = 6


@styled
def plot_enrichment(
    table: pd.DataFrame, *, names: list[str], colours: dict[str, str]
) -> FigureView:
    """Plot the effect of gene sets in each stratum, with the p-value as size.

    Parameters
    ----------
    table
        Rows of ``strata/enrichment.tsv``: every stratum of the sets to show.
    names
        The strata, in order. Of two, the second is the mirror image of the first
        and is left out.
    colours
        Of the strata.
    """
    shown = names[:1] if len(names) == 2 else names[:_MOST_PANELS]
    sets = order_sets(table, shown)
    figure = new_figure(FULL, 1.5 + 0.24 * len(sets))
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    bounds = table.set_index(["gene_set", "layer"]).loc[sets]
    reach = 1.05 * float(np.nanmax(np.abs(bounds[["ci_low", "ci_high"]].to_numpy())))
    for axes, name in zip(panels, shown, strict=True):
        part = table[table["stratum"] == name].set_index(["gene_set", "layer"])
        _draw_stratum(axes, part.loc[sets], colour=colours[name])
        axes.set_xlim(-reach, reach)
        axes.set_title(f"{label_text(name, 12)} against the rest")
        axes.set_xlabel("effect (SD)")
    layers = {layer for _, layer in sets}
    panels[0].set_yticks(
        range(len(sets)),
        [
            label_text(name, 38) + ("" if len(layers) == 1 else f" ({layer})")
            for name, layer in sets
        ],
    )
    panels[0].set_ylim(len(sets) - 0.4, -0.6)
    _draw_legend(figure)
    mirrored = " The other stratum is the mirror image." if len(names) == 2 else ""
    return finish(
        figure,
        name="enrichment",
        wide=True,
        alt=f"Effects of {plural(len(sets), 'gene set')} in {listing(shown)}.",
        caption="How much higher (right) or lower (left) the mean of a gene set is in a"
        " stratum than in the other patients, with 95 % interval. Larger dots have"
        " smaller p-values; filled ones pass 5 % after adjustment for all sets. A large"
        " effect with a small hollow dot belongs to a set that helped to form the"
        f" strata and that no other feature vouches for.{mirrored}",
    )


def order_sets(table: pd.DataFrame, names: list[str]) -> list[tuple[str, str]]:
    """Return (set, layer), by the stratum in which its effect is largest."""
    shown = table[table["stratum"].isin(names)]
    size = shown["effect"].abs().round(9)
    ranked = shown.assign(_size=size).sort_values(
        ["_size", "gene_set", "layer"], ascending=[False, True, True], kind="stable"
    )
    strongest = ranked.drop_duplicates(["gene_set", "layer"])
    place = strongest["stratum"].map({name: i for i, name in enumerate(names)})
    order = np.lexsort((-strongest["effect"].to_numpy(), place.to_numpy()))
    pairs = strongest[["gene_set", "layer"]].to_numpy().tolist()
    return [(str(pairs[i][0]), str(pairs[i][1])) for i in order]


def _draw_stratum(axes: Any, rows: pd.DataFrame, *, colour: str) -> None:
    heights = np.arange(len(rows))
    passed = (rows["p_adjusted"] <= LEVEL).to_numpy()
    axes.axvline(0, color=MUTED, lw=0.8)
    axes.hlines(heights, rows["ci_low"], rows["ci_high"], color=colour, lw=1.1)
    axes.scatter(
        rows["effect"],
        heights,
        s=dot_areas(rows["p_value"].to_numpy()),
        c=[colour if one else PAPER for one in passed],
        edgecolors=colour,
        linewidths=1.1,
        zorder=3,
    )
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)


def dot_areas(p_values: np.ndarray) -> np.ndarray:
    """Return the area of each dot: larger for smaller p, smallest without one."""
    with np.errstate(divide="ignore"):
        powers = -np.log10(np.nan_to_num(p_values, nan=1.0))
    return _AREA + _AREA_STEP * np.clip(powers, 0, _MOST_POWERS)


def _draw_legend(figure: Any) -> None:
    handles = [
        *legend_points([("adjusted p ≤ 0.05", INK, "o")]),
        *legend_points([("larger, or not tested", INK, "o")], filled=False),
    ]
    for text, p in (("p = 0.05", 0.05), ("p = 0.001", 0.001), ("p ≤ 0.00001", 1e-5)):
        (handle,) = legend_points([(text, MUTED, "o")])
        handle.set_markersize(float(np.sqrt(dot_areas(np.array([p]))[0])))
        handles.append(handle)
    legend_below(figure, handles, columns=len(handles))
