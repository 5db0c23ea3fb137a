"""Figures of how strata agree with other partitions of the same patients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from genostrat.ordering import order_names
from genostrat.report.parts.strata import ALGORITHM_WORDS, FUSION_WORDS
from genostrat.report.parts.style import (
    FULL,
    HALF,
    INK,
    MUTED,
    PAPER,
    FigureView,
    bare,
    finish,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import (
    DASH,
    count_text,
    label_text,
    listing,
    plural,
    readable,
)

_AGREEING = LinearSegmentedColormap.from_list(
    "agreeing", ["#EEF2F5", "#9CC7E4", "#08415C"]
)
#: A matrix of more partitions than this can no longer be read.
MOST_PARTITIONS = 20
#: Levels of a label that are drawn by themselves.
MOST_LEVELS = 12
OTHER = "other"
#: Rounds of sorting after which bands of a flow are taken as they lie.
_ROUNDS = 4

_KINDS = ("strata", "algorithm", "layer", "fusion", "label")


def partition_name(name: str, *, chosen: str | None = None) -> str:
    """Put a partition's name into words: ``algorithm:ward`` to ``Ward``.

    Parameters
    ----------
    name
        As in ``strata/agreement.tsv``.
    chosen
        The algorithm that found the strata; it is compared on other resamples.
    """
    kind, _, choice = name.partition(":")
    if kind == "algorithm":
        word = ALGORITHM_WORDS.get(choice, label_text(choice, 20))
        return f"{word} again" if choice == chosen else word
    if kind == "fusion":
        return f"layers fused {FUSION_WORDS.get(choice, label_text(choice, 14))}"
    if kind == "layer":
        return f"{label_text(choice, 18)} alone"
    return label_text(choice or name, 24).replace("_", " ")


def agreement_matrix(agreement: pd.DataFrame) -> pd.DataFrame:
    """Return the ARI of every two partitions as a square, in the order of figures.

    Parameters
    ----------
    agreement
        ``strata/agreement.tsv``.

    Returns
    -------
    DataFrame
        Partitions × partitions; 1 on the diagonal. The strata come first, then
        algorithms, layers, fusions and labels, of each kind those first that agree
        best with the strata.
    """
    one, other = agreement["partition_1"], agreement["partition_2"]
    kinds = dict(zip(one, agreement["kind_1"], strict=True))
    kinds |= dict(zip(other, agreement["kind_2"], strict=True))
    known = {
        frozenset(pair): float(ari)
        for *pair, ari in zip(one, other, agreement["ari"].astype(float), strict=True)
    }

    def rank(name: str) -> tuple[int, float, str]:
        ari = known.get(frozenset(("strata", name)), np.nan)
        place = _KINDS.index(kinds[name]) if kinds[name] in _KINDS else len(_KINDS)
        return place, -ari if np.isfinite(ari) else np.inf, name

    names = sorted(kinds, key=rank)
    values = [
        [1.0 if a == b else known.get(frozenset((a, b)), np.nan) for b in names]
        for a in names
    ]
    return pd.DataFrame(values, index=names, columns=names)


@styled
def plot_agreement(
    agreement: pd.DataFrame, *, claimed: bool, chosen: str | None = None
) -> FigureView:
    """Plot how well every two partitions of the patients agree.

    Parameters
    ----------
    agreement
        ``strata/agreement.tsv``.
    chosen
        See :func:`partition_name`.
    claimed
        Whether strata were found; otherwise they are the best partition tried.
    """
    matrix = agreement_matrix(agreement)
    left_out = max(0, len(matrix) - MOST_PARTITIONS)
    matrix = matrix.iloc[:MOST_PARTITIONS, :MOST_PARTITIONS]
    n = len(matrix)
    figure = new_figure(FULL if n > 6 else HALF, 1.25 + max(1.6, 0.32 * n))
    axes = figure.subplots()
    # Everything stands twice in a square; the corner that is left out is empty.
    values = matrix.to_numpy()[1:, :-1]
    shown = np.ma.masked_where(np.triu(np.ones(values.shape, bool), 1), values)
    image = axes.imshow(shown, cmap=_AGREEING, vmin=0, vmax=1, aspect="auto")
    _write_cells(axes, shown)
    words = [partition_name(name, chosen=chosen) for name in matrix.index]
    words[0] = "strata" if claimed else "best partition tried"
    axes.set_xticks(range(n - 1), words[:-1], rotation=35, ha="right")
    axes.set_yticks(range(n - 1), words[1:])
    _rule_kinds(axes, list(matrix.index))
    bare(axes)
    bar = figure.colorbar(image, ax=axes, pad=0.01, aspect=14, shrink=0.9)
    bar.set_label("ARI")
    bar.outline.set_visible(False)
    axes.set_title("Same groups by another choice?")
    return finish(
        figure,
        name="agreement",
        wide=n > 6,
        alt=f"Agreement of {plural(n, 'partition')} of the patients, each with each.",
        caption=_agreement_caption(matrix, subject=words[0], chosen=chosen)
        + (f" The table has {plural(left_out, 'partition')} more." * (left_out > 0)),
    )


_AGAINST = {
    "algorithm": "other algorithms",
    "layer": "each layer alone",
    "fusion": "other ways to fuse layers",
    "label": "labels known before",
}


def _agreement_caption(
    matrix: pd.DataFrame, *, subject: str, chosen: str | None
) -> str:
    kinds = {name.partition(":")[0] for name in matrix.index}
    against = listing(words for kind, words in _AGAINST.items() if kind in kinds)
    caption = (
        "Each cell compares two ways to divide the same patients, by the adjusted Rand"
        " index (ARI): 1 and dark is the same groups, 0 and pale no more than chance."
        f" Look down the first column: it holds the {subject} against {against}."
    )
    if "algorithm" in kinds:
        caption += " Dark there means that the groups do not hang on one choice."
    own = f"algorithm:{chosen}"
    if own in matrix.index:
        caption += (
            f" “{partition_name(own, chosen=chosen)}” repeats the analysis with other"
            " random draws: what differs there is chance alone."
        )
    return caption


def _write_cells(axes: Any, shown: np.ma.MaskedArray) -> None:
    size = 7.5 if len(shown) <= 12 else 6.5
    for (row, column), value in np.ndenumerate(shown.filled(np.nan)):
        if column > row:
            continue
        axes.text(
            column,
            row,
            DASH if np.isnan(value) else _index_text(value),
            ha="center",
            va="center",
            fontsize=size,
            color=PAPER if value > 0.6 else INK,
        ).set_in_layout(False)


def _rule_kinds(axes: Any, names: list[str]) -> None:
    """Draw white rules between partitions, and wider ones between their kinds."""
    kinds = [name.partition(":")[0] for name in names]
    n = len(names) - 1
    for i in range(1, n):
        lower = 5 if kinds[i + 1] != kinds[i] else 1
        axes.plot([-0.5, i + 0.5], [i - 0.5] * 2, color=PAPER, lw=lower)
        right = 5 if kinds[i] != kinds[i - 1] else 1
        axes.plot([i - 0.5] * 2, [i - 1.5, n - 0.5], color=PAPER, lw=right)
    axes.set_xlim(-0.5, n - 0.5)
    axes.set_ylim(n - 0.5, -0.5)


def flow_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Return levels × strata of one label, as they are drawn.

    Parameters
    ----------
    counts
        Rows of ``strata/label_counts.tsv`` of one label.

    Returns
    -------
    DataFrame
        Of more than 12 levels the rarest are ``other``, and so are those that a single
        patient has, whose text might say who it is; ``other`` stands last. Levels and
        strata are sorted so that few bands cross, else by name.
    """
    table = counts.pivot_table(
        index="level", columns="stratum", values="n", aggfunc="sum", fill_value=0
    ).astype(int)
    table = table[order_names(table.columns)].sort_index()
    sizes = table.sum(axis=1)
    order = sorted(table.index, key=lambda level: (-sizes[level], level))
    kept = [level for level in order if sizes[level] > 1]
    if len(kept) > MOST_LEVELS or len(kept) < len(order):
        kept = kept[: MOST_LEVELS - 1]
    rest = table.drop(index=kept).sum()
    drawn = _untangle(table.loc[kept])
    if rest.sum():
        # A level may have that name too: they are one then.
        drawn = pd.concat([drawn, rest[drawn.columns].to_frame(OTHER).T])
        drawn = drawn.groupby(level=0, sort=False).sum()
    return drawn


def _untangle(table: pd.DataFrame) -> pd.DataFrame:
    """Order rows and columns so that few patients cross, by the barycentre rule."""
    best, fewest = table, np.inf
    for _ in range(_ROUNDS):
        table = table.loc[_by_barycentre(table)]
        crossed = count_crossings(table.to_numpy())
        if crossed < fewest:
            best, fewest = table, crossed
        table = table[_by_barycentre(table.T)]
        crossed = count_crossings(table.to_numpy())
        if crossed < fewest:
            best, fewest = table, crossed
    return best


def _by_barycentre(table: pd.DataFrame) -> list[str]:
    counts = table.to_numpy()
    places = counts @ np.arange(counts.shape[1]) / np.maximum(counts.sum(axis=1), 1)
    order = np.argsort(np.round(places, 9), kind="stable")
    return [table.index[at] for at in order]


def count_crossings(table: np.ndarray) -> int:
    """Count the pairs of patients whose bands cross, given levels × strata."""
    # Of two bands, one starts above the other and ends below it.
    below = np.cumsum(table[::-1], axis=0)[::-1]
    below = np.vstack([below[1:], np.zeros((1, table.shape[1]), dtype=table.dtype)])
    before = np.cumsum(below, axis=1) - below
    return int((table * before).sum())


@styled
def plot_flow(
    counts: pd.DataFrame, *, label: str, colours: dict[str, str], number: int
) -> FigureView:
    """Plot which stratum the patients of each level of a label are in.

    Parameters
    ----------
    counts
        Rows of ``strata/label_counts.tsv`` of one label.
    label
        Its column.
    colours
        Of the strata.
    number
        Tells figures of several labels apart.
    """
    table = flow_counts(counts)
    figure = new_figure(HALF, 3.9)
    axes = figure.subplots()
    left, right = table.sum(axis=1).to_numpy(), table.sum(axis=0).to_numpy()
    total = int(left.sum())
    gap = 0.035 * total
    starts, ends = _stack(left, gap), _stack(right, gap)
    # Both sides are centred on one another.
    heights = [sizes.sum() + gap * (len(sizes) - 1) for sizes in (left, right)]
    starts += (max(heights) - heights[0]) / 2
    ends += (max(heights) - heights[1]) / 2
    shades = [colours.get(str(name), MUTED) for name in table.columns]
    _draw_ribbons(axes, table.to_numpy(), starts, ends, shades)
    for begin, size in zip(starts, left, strict=True):
        axes.add_patch(Rectangle((-0.035, begin), 0.035, size, color=MUTED, lw=0))
    for begin, size, shade in zip(ends, right, shades, strict=True):
        axes.add_patch(Rectangle((1, begin), 0.035, size, color=shade, lw=0))
    _name_sides(axes, table, starts + left / 2, ends + right / 2, max(heights))
    axes.set_ylim(1.02 * max(heights), -0.02 * max(heights))
    axes.set_xticks([])
    axes.set_yticks([])
    bare(axes)
    axes.set_title(f"{readable(label)} and the strata")
    return finish(
        figure,
        name=f"flow-{number}",
        alt=f"Flow of {plural(total, 'patient')} from {plural(len(left), 'level')} of"
        f" {readable(label)} to {plural(len(right), 'stratum', 'strata')}.",
        caption=f"On the left the patients by {readable(label)}, as known before; on"
        " the right by stratum. Each band is as wide as the patients it carries. One"
        " broad band from each name to one stratum means the strata are that label"
        " found anew; bands that split or mix mean they say something else.",
    )


def _stack(sizes: np.ndarray, gap: float) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(sizes + gap)[:-1]])


def _draw_ribbons(
    axes: Any,
    table: np.ndarray,
    starts: np.ndarray,
    ends: np.ndarray,
    shades: list[str],
) -> None:
    used, filled = starts.astype(float), ends.astype(float)
    for row, column in np.ndindex(*table.shape):
        n = table[row, column]
        if not n:
            continue
        top, landing = used[row], filled[column]
        used[row] += n
        filled[column] += n
        vertices = [
            *((0, top), (0.5, top), (0.5, landing), (1, landing)),
            *((1, landing + n), (0.5, landing + n), (0.5, top + n), (0, top + n)),
            (0, top),
        ]
        bend = [Path.CURVE4] * 3
        codes = [Path.MOVETO, *bend, Path.LINETO, *bend, Path.CLOSEPOLY]
        axes.add_patch(
            PathPatch(Path(vertices, codes), fc=shades[column], alpha=0.45, lw=0)
        )


def _name_sides(
    axes: Any,
    table: pd.DataFrame,
    left: np.ndarray,
    right: np.ndarray,
    height: float,
) -> None:
    """Write the name and count of each side, moved apart where they would touch."""
    least = 0.045 * height
    axes.set_xlim(-0.72, 1.36)
    for sign, middles, names, sizes, wide in (
        (-1, left, table.index, table.sum(axis=1), 19),
        (1, right, table.columns, table.sum(axis=0), 9),
    ):
        x = 0.5 + sign * 0.56
        places = spread_apart(middles, least=least, low=0, high=height)
        for place, name, n in zip(places, names, sizes, strict=True):
            axes.text(
                x,
                place,
                f"{label_text(name, wide)} ({count_text(n)})",
                ha="right" if sign < 0 else "left",
                va="center",
                fontsize=8,
            ).set_in_layout(False)


def spread_apart(
    places: np.ndarray, *, least: float, low: float, high: float
) -> np.ndarray:
    """Move sorted places apart so that neighbours are at least so far from another.

    Parameters
    ----------
    places
        Ascending.
    least
        Smallest distance; smaller where the room does not suffice.
    low, high
        Where places may lie.
    """
    n = len(places)
    least = min(least, (high - low) / max(n - 1, 1))
    steps = least * np.arange(n)
    # Distances are unchanged where no position falls after the even steps are taken
    # off. Of the nearest such sequences from above and from below neither is closer.
    rest = np.asarray(places) - steps
    above = np.maximum.accumulate(rest)
    below = np.minimum.accumulate(rest[::-1])[::-1]
    return np.clip((above + below) / 2, low, high - steps[-1]) + steps


def agreement_words(
    agreement: pd.DataFrame, *, claimed: bool, chosen: str | None = None
) -> str:
    """Say in a few sentences how the strata compare with each kind of choice."""
    own = agreement[agreement["partition_1"] == "strata"].dropna(subset=["ari"])
    own = own.sort_values(["ari", "partition_2"], ascending=[True, True])
    subject = "the strata" if claimed else "the best partition tried"
    starts = {
        "algorithm": f"Found again, or by another algorithm, the groups agree with"
        f" {subject} with an adjusted Rand index (1 the same, 0 chance) of",
        "layer": "A single layer agrees with",
        "fusion": "Layers fused in another way agree with",
        "label": "Labels known before agree with",
    }
    sentences = []
    for kind, start in starts.items():
        part = own[own["kind_2"] == kind]
        said = [
            f"{_index_text(ari)} ({partition_name(name, chosen=chosen)})"
            for ari, name in zip(part["ari"], part["partition_2"], strict=True)
        ]
        if said:
            sentences.append(
                f"{start} {' to '.join(dict.fromkeys(said[:1] + said[-1:]))}."
            )
    return " ".join(sentences)


def _index_text(ari: float) -> str:
    """Write an index of agreement with two decimals and no negative zero."""
    return f"{round(ari, 2) + 0.0:.2f}".replace("-", "−")
