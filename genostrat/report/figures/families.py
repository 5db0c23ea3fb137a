"""Families as pedigrees are drawn: what the sheet says, and what the genotypes add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Polygon, Rectangle

from genostrat.report.figures.family_layout import FamilyLayout, lay_out_family
from genostrat.report.parts.style import (
    FULL,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    FigureView,
    annotate,
    finish,
    fit_width,
    legend_below,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import label_text, plural
from genostrat.sheets.pedigree import Pedigree, join_groups, read_pedigree

#: Families drawn, and people in one, at most.
MAX_FAMILIES = 12
MAX_PEOPLE = 40
#: Links of a family that what was found is written on; more would hide each other.
MAX_LABELLED = 12
#: Places side by side across the page, and the room between two families.
ACROSS, GAP = 14.0, 1.4
#: Room for what is written beside people on either side.
MARGIN = 1.0
#: Height of the legend, a family's title, a generation, and the labels at the end.
LEGEND, TITLE, GENERATION, FOOT = 0.9, 0.75, 1.3, 0.75
#: Half the side of a person's sign.
SIZE = 0.25

_FOUND = {
    "duplicate": "same genotypes",
    "parent_child": "parent–child",
    "full_siblings": "siblings",
    "second": "2nd degree",
    "third": "3rd degree",
    "unrelated": "unrelated",
}
_FIRST_DEGREE = ("parent_child", "full_siblings", "same_person")
#: Kind of link → colour, dashes, and what the legend says of it.
_LINKS: dict[str, tuple[str, Any, str]] = {
    "unexpected": (PURPLE, (0, (3, 2)), "found, but not in the sheet"),
    "mismatch": (VERMILION, (0, (1, 1)), "in the sheet, but found otherwise"),
    "set_aside": (ORANGE, (0, (5, 2, 1, 2)), "in the sheet, but set aside"),
}

Spots = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Link:
    """A pair of people that the genotypes, or the sheet itself, make a case of."""

    one: str
    two: str
    kind: str
    found: str


@dataclass(frozen=True)
class DrawnFamily:
    """A family to draw.

    Parameters
    ----------
    people
        Persons, sorted.
    links
        What is drawn besides the pedigree.
    ringed
        Persons whose genotypes fit neither their parents nor their other samples.
    """

    people: list[str]
    links: list[Link]
    ringed: set[str]

    @property
    def n_problems(self) -> int:
        """Links and people that call for a look."""
        return len(self.links) + len(self.ringed)


def has_families(sheet: pd.DataFrame, pedigree: pd.DataFrame) -> bool:
    """Say whether there is a family to draw."""
    return bool(find_families(read_pedigree(sheet), pedigree, None))


@styled
def plot_families(
    sheet: pd.DataFrame,
    pedigree: pd.DataFrame,
    mendel: pd.DataFrame | None,
    *,
    genotyped: Iterable[str],
    show_ids: bool = False,
    max_families: int = MAX_FAMILIES,
) -> FigureView:
    """Draw families: those of the sheet, and those that only the genotypes show.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``.
    pedigree, mendel
        ``qc/pedigree.tsv`` and ``qc/mendel.tsv``.
    genotyped
        Samples with genotypes.
    show_ids
        Whether people carry their identifiers; else numbers, in order of drawing.
    max_families
        How many are drawn, those with most problems first.

    Notes
    -----
    Only where :func:`has_families` says that there is something to draw.
    """
    known = read_pedigree(sheet)
    families = find_families(known, pedigree, mendel)
    drawn = [family for family in families if len(family.people) <= MAX_PEOPLE]
    drawn = drawn[:max_families]
    layouts = [lay_out_family(family.people, known.parents) for family in drawn]
    width = fit_width(FULL)
    across = max(
        [ACROSS * width / FULL, *(layout.width + 2 * MARGIN for layout in layouts)]
    )
    corners, height = _place_families(layouts, across=across)
    figure = new_figure(width, width * height / across)
    axes = figure.subplots()
    axes.set(xlim=(-MARGIN, across - MARGIN), ylim=(-height, 0), aspect="equal")
    axes.set_axis_off()
    filled = {known.person_of.get(str(s), str(s)) for s in genotyped}
    n_labelled = 0
    for number, (family, layout) in enumerate(zip(drawn, layouts, strict=True)):
        left, top = corners[number]
        spots = {
            person: (left + x, top - TITLE - 0.4 - row * GENERATION)
            for person, (x, row) in layout.places.items()
        }
        labels = {
            person: label_text(person, 11) if show_ids else str(n_labelled + place)
            for place, person in enumerate(layout.in_order, start=1)
        }
        n_labelled += len(labels)
        _write(axes, f"Family {number + 1}", (left - SIZE, top - 0.4), weight="bold")
        _draw_descent(axes, spots, known)
        _draw_links(axes, spots, family.links)
        _draw_people(axes, spots, labels, known, filled=filled, ringed=family.ringed)
    legend_below(figure, _make_legend(drawn), columns=5)
    return finish(
        figure,
        name="families",
        wide=True,
        alt=f"Pedigrees of {plural(len(drawn), 'family', 'families')}.",
        caption=_explain(families, drawn, show_ids=show_ids),
    )


def find_families(
    known: Pedigree, pedigree: pd.DataFrame, mendel: pd.DataFrame | None
) -> list[DrawnFamily]:
    """Gather people that the sheet or the genotypes join, most problems first.

    Parameters
    ----------
    known
        The sheet's pedigree.
    pedigree, mendel
        ``qc/pedigree.tsv`` and ``qc/mendel.tsv``.
    """
    links, ringed = _find_links(known, pedigree)
    if mendel is not None:
        bad = mendel.loc[mendel["status"] == "inconsistent", "child"]
        ringed |= {known.person_of.get(child, child) for child in bad}
    joined = [
        (child, parent)
        for child, both in known.parents.items()
        for parent in both
        if parent
    ]
    joined += [(link.one, link.two) for link in links]
    # One person whose samples differ is a family of one.
    joined += [(person, person) for person in ringed]
    families = [
        DrawnFamily(
            people,
            [link for link in links if link.one in people],
            ringed.intersection(people),
        )
        for people in join_groups(joined)
    ]
    return sorted(families, key=lambda family: (-family.n_problems, family.people))


def _find_links(known: Pedigree, pedigree: pd.DataFrame) -> tuple[list[Link], set[str]]:
    """Return the pairs to point out, and the persons whose samples are of several."""
    links: dict[tuple[str, str], Link] = {}
    ringed: set[str] = set()
    settled: set[str] = set()
    rows = pedigree.to_dict("records")
    # A child of other parents contradicts all of their relatives too: only the closest
    # contradiction of a person is drawn.
    rows.sort(key=lambda row: row["expected"] not in _FIRST_DEGREE)
    for row in rows:
        kind = row["status"]
        if kind == "not_assessable" and row["reason"].startswith("set aside"):
            kind = "set_aside"
        if kind not in _LINKS:
            continue
        one, two = (
            known.person_of.get(s, s) for s in (row["sample_1"], row["sample_2"])
        )
        if one == two:
            ringed.add(one)
        elif (
            kind != "mismatch"
            or row["expected"] in _FIRST_DEGREE
            or not {one, two} & settled
        ):
            pair = min(one, two), max(one, two)
            found = _FOUND.get(row["relationship"], "unclear")
            links.setdefault(pair, Link(*pair, kind, found))
            if kind == "mismatch" and row["expected"] in _FIRST_DEGREE:
                settled |= {one, two}
    return [links[pair] for pair in sorted(links)], ringed


def _place_families(
    layouts: Sequence[FamilyLayout], *, across: float
) -> tuple[list[tuple[float, float]], float]:
    """Return the upper left corner of each family, in rows, and the height of all."""
    corners = []
    left, top, deepest = 0.0, -LEGEND, 0.0
    for layout in layouts:
        if left and left + layout.width > across - 2 * MARGIN:
            left, top, deepest = 0.0, top - deepest, 0.0
        corners.append((left, top))
        left += layout.width + 1 + GAP
        tall = TITLE + FOOT + (layout.n_generations - 1) * GENERATION + 0.4
        deepest = max(deepest, tall)
    return corners, deepest - top


def _draw_descent(axes: Any, spots: Spots, known: Pedigree) -> None:
    """Draw the lines of couples and down to their children."""
    children: dict[tuple[str, ...], list[str]] = {}
    for child in sorted(spots):
        couple = tuple(p for p in known.parents.get(child, ()) if p in spots)
        if couple:
            children.setdefault(couple, []).append(child)
    style = {"color": MUTED, "lw": 1.0, "zorder": 1, "solid_capstyle": "round"}
    for number, (couple, own) in enumerate(children.items()):
        xs, ys = np.array([spots[parent] for parent in couple]).T
        axes.plot(xs, ys, **style)
        x, y = xs.mean(), ys.mean()
        top = max(spots[child][1] for child in own)
        # Neighbouring couples' bars lie at heights of their own.
        bar = top + SIZE + 0.2 + 0.08 * (number % 3)
        ends = [x, *(spots[child][0] for child in own)]
        axes.plot([x, x], [y, bar], **style)
        if min(ends) < max(ends):
            axes.plot([min(ends), max(ends)], [bar, bar], **style)
        for child in own:
            axes.plot([spots[child][0]] * 2, [bar, spots[child][1]], **style)


def _draw_links(axes: Any, spots: Spots, links: Sequence[Link]) -> None:
    """Draw a bow between the people of each link, and write what was found on it."""
    along = np.linspace(0, 1, 25)[:, None]
    for link in links:
        start, end = sorted(
            (np.array(spots[person]) for person in (link.one, link.two)),
            key=lambda spot: (-spot[1], spot[0]),
        )
        if start[1] == end[1]:
            # Between people of one row the bow runs above their signs.
            bend = np.array([0.0, 0.55 + 0.5 * max(end[0] - start[0] - 1, 0)])
            aside = np.array([0.0, 0.13])
        else:
            # From parent to child it leaves the lines of descent on the outer side.
            side = 1.0 if start[0] > end[0] else -1.0
            bend, aside = np.array([0.95 * side, 0.0]), np.array([0.3 * side, 0.0])
        middle = (start + end) / 2 + bend
        bow = (1 - along) ** 2 * start + 2 * along * (1 - along) * middle
        bow += along**2 * end
        colour, dashes, _ = _LINKS[link.kind]
        axes.plot(*bow.T, color=colour, ls=dashes, lw=1.5, zorder=2)
        spot = tuple(bow[12] + aside)
        if len(links) <= MAX_LABELLED:
            _write(axes, link.found, spot, colour=colour, size=6.5, centred=True)


def _draw_people(
    axes: Any,
    spots: Spots,
    labels: Mapping[str, str],
    known: Pedigree,
    *,
    filled: set[str],
    ringed: set[str],
) -> None:
    samples_of = known.samples_of
    for person, (x, y) in spots.items():
        sign = _make_sign(known.sex.get(person, ""), x, y, SIZE)
        sign.set(
            facecolor=SKY if person in filled else "#FFFFFF",
            edgecolor=INK,
            linewidth=1.0,
            zorder=3,
        )
        axes.add_patch(sign)
        if person in ringed:
            ring = Circle((x, y), SIZE * 1.55, fill=False, ec=VERMILION, lw=1.6)
            axes.add_patch(ring)
        n_samples = len(samples_of.get(person, ()))
        if n_samples > 1:
            _write(axes, f"{n_samples}×", (x, y), size=6.5, centred=True, box=False)
        below = (x, y - SIZE - 0.25)
        _write(axes, labels[person], below, size=6.5, centred=True)


def _make_sign(sex: str, x: float, y: float, size: float) -> Patch:
    """Return a square for a man, a circle for a woman, a diamond where not known."""
    if sex == "male":
        return Rectangle((x - size, y - size), 2 * size, 2 * size)
    if sex == "female":
        return Circle((x, y), size * 1.06)
    reach = size * 1.3
    return Polygon([(x - reach, y), (x, y + reach), (x + reach, y), (x, y - reach)])


def _write(
    axes: Any,
    text: str,
    spot: tuple[float, float],
    *,
    colour: str = INK,
    size: float = 8.5,
    weight: str = "normal",
    centred: bool = False,
    box: bool = True,
) -> None:
    style: dict[str, Any] = {"color": colour, "fontsize": size, "fontweight": weight}
    if centred:
        style |= {"ha": "center", "va": "center"}
        if box:
            style["bbox"] = {"fc": "#FFFFFF", "ec": "none", "pad": 0.6, "alpha": 0.85}
    annotate(axes, text, spot, zorder=5, **style)


def _make_legend(drawn: Sequence[DrawnFamily]) -> list[Line2D]:
    def sign(marker: str, label: str, colour: str = SKY) -> Line2D:
        return Line2D(
            [],
            [],
            ls="none",
            marker=marker,
            ms=7,
            mfc=colour,
            mec=INK,
            label=label,
        )

    handles = [
        sign("s", "male"),
        sign("o", "female"),
        sign("D", "sex not known"),
        sign("s", "no genotypes", "#FFFFFF"),
    ]
    if any(family.ringed for family in drawn):
        ring = Line2D([], [], ls="none", marker="o", ms=9, mfc="none", mec=VERMILION)
        ring.set_label("does not fit")
        handles.append(ring)
    kinds = {link.kind for family in drawn for link in family.links}
    for kind, (colour, dashes, label) in _LINKS.items():
        if kind in kinds:
            handles.append(Line2D([], [], color=colour, ls=dashes, label=label))
    return handles


def _explain(
    families: Sequence[DrawnFamily], drawn: Sequence[DrawnFamily], *, show_ids: bool
) -> str:
    sentences = [
        "Solid lines are what the clinical sheet says, parents above their children;"
        " dashed ones are pairs that the genotypes, or the sheet itself, call into"
        " question, with what the genotypes show. 2× is a person with two samples."
    ]
    if any(family.ringed for family in drawn):
        sentences.append(
            "A ring marks a child with too many genotypes that its parents cannot"
            " have passed on, or a person whose samples differ."
        )
    left = [family for family in families if family not in drawn]
    if left:
        with_problems = sum(family.n_problems > 0 for family in left)
        sentences.append(
            f"{plural(len(left), 'further family', 'further families')},"
            f" {with_problems} of them with a question, are not drawn; see"
            " qc/pedigree.tsv."
        )
    if not show_ids:
        sentences.append("Numbers only tell people apart within this figure.")
    return " ".join(sentences)
