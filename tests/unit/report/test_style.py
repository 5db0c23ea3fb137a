import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from genostrat.report.parts.document import Figures
from genostrat.report.parts.style import (
    PALETTE,
    RASTER_POINTS,
    FigureView,
    colours_of,
    finish,
    legend_points,
    new_figure,
    scatter_groups,
    set_count_axis,
    styled,
)

HOSTILE = "<script>alert(1)</script> & \"$\\frac{$ $x_1$ url(#a) 'DejaVu Sans'"


def draw(n=5, label=HOSTILE, name="one", seed=1):
    @styled
    def plot():
        figure = new_figure(3, 2)
        axes = figure.subplots()
        x = np.random.default_rng(seed).random(n)
        groups = np.full(n, label, dtype=object)
        scatter_groups(axes, x, x**2, groups, colours={label: PALETTE[0]})
        axes.set_title(label)
        axes.legend(handles=legend_points([(label, PALETTE[0], "o")]))
        return finish(figure, name=name, alt=label, caption=label)

    return plot()


def test_equal_data_give_equal_bytes():
    assert draw().svg == draw().svg
    assert draw(seed=2).svg != draw().svg


def test_the_drawing_is_well_formed_and_says_what_it_shows():
    root = ET.fromstring(draw().svg)
    assert root.get("aria-label") == HOSTILE
    assert root.get("role") == "img"


def test_text_of_the_data_stays_text():
    view = draw()
    assert "<script" not in view.svg
    texts = [e.text for e in ET.fromstring(view.svg).iter() if e.tag.endswith("text")]
    # Shown word for word, if in two lines: not as a formula, and not rewritten as an
    # id or a font.
    assert HOSTILE in " ".join(filter(None, texts))


def test_nothing_tells_when_or_with_what_it_was_drawn():
    svg = draw(label="plain").svg
    assert not re.search(r"metadata|20\d\d-|matplotlib\.org|DejaVu", svg)


def test_ids_of_two_figures_do_not_meet():
    ids = [set(re.findall(r'\bid="([^"]+)"', draw(name=n).svg)) for n in ("a", "b")]
    assert all(ids)
    assert not ids[0] & ids[1]
    svg = draw(name="a", label="plain").svg
    used = set(re.findall(r'(?:url\(#|href="#)([^")]+)', svg))
    assert used == set(re.findall(r'\bid="([^"]+)"', svg))


def test_dense_scatter_becomes_an_image():
    few, many = draw(RASTER_POINTS).svg, draw(10 * RASTER_POINTS).svg
    assert "<image" not in few
    assert "data:image/png;base64," in many
    assert len(many) < 1.5 * len(few)


@pytest.mark.parametrize(
    ("wide", "placing"),
    [
        ("h", "lone"),
        ("hh", "half half"),
        ("hhh", "half half lone"),
        ("wh", "wide lone"),
        ("hwhh", "lone wide half half"),
    ],
)
def test_a_figure_without_a_neighbour_has_its_caption_beside_it(wide, placing):
    views = [FigureView("x", "", "", wide=letter == "w") for letter in wide]
    row = Figures(views)
    assert [row.placing(i) for i in range(len(wide))] == placing.split()


def test_levels_have_colours_of_their_own():
    levels = [f"level{i}" for i in range(8)]
    assert len(set(colours_of(levels).values())) == 8


@pytest.mark.parametrize("top", [3, 40, 900, 250_000])
def test_a_count_axis_has_readable_ticks(top):
    @styled
    def plot():
        figure = new_figure(3, 2)
        axes = figure.subplots()
        axes.bar([0, 1], [1, top])
        set_count_axis(axes, linear_to=5)
        ticks = [float(t.get_text().replace(",", "")) for t in axes.get_yticklabels()]
        assert ticks[0] == 0
        assert 3 <= len(ticks) <= 14
        assert top / 10 <= ticks[-1] <= 1.3 * top
        return finish(figure, name="x", alt="", caption="")

    assert "mathdefault" not in plot().svg
