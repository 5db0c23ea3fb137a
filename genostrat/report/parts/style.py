"""The look of every figure, and SVG that is the same bytes every time."""

from __future__ import annotations

import io
import re
import textwrap
import warnings
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache, wraps
from typing import Any, Literal, ParamSpec

import numpy as np
from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.ticker import FixedFormatter

from genostrat.report.parts.wording import count_text, is_missing, label_text

#: Okabe and Ito (2008), told apart with every common kind of colour vision.
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, BROWN, BLACK = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#8C6D1F",
    "#1F2933",
)
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION, BROWN, BLACK)
#: A second sign beside colour, for print in grey and for colour-blind readers.
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
INK, MUTED, GRID, PAPER = "#1F2933", "#5B6673", "#E4E7EB", "#FFFFFF"

#: Width of a figure that takes half the page, and the whole; inches of the layout.
HALF, FULL = 4.7, 9.7
#: Smallest text of a figure of half the page, in points: a phone shows it as it is.
SMALLEST = 9.2
#: Characters that a title, and a label of an axis, has in a line of half the page.
_TITLE, _LABEL = 46, 52
#: Characters that a name beside an axis has in a line of half the page.
_NAME = 26
#: What a figure is drawn for.
Purpose = Literal["page", "narrow"]
_PURPOSE: ContextVar[Purpose] = ContextVar("purpose", default="page")

#: Above so many points a scatter layer is stored as an image, not as shapes.
RASTER_POINTS = 800
RASTER_DPI = 170

_STYLE: dict[str, Any] = {
    # Text stays text: it can be searched, selected and read aloud, and the page's
    # own font is used. DejaVu Sans is wide, so other fonts fit where it was laid out.
    "svg.fonttype": "none",
    "svg.hashsalt": "genostrat",
    "pdf.fonttype": 3,
    # A column value may hold a dollar sign; it is not a formula.
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 8.5,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.edgecolor": "#9AA5B1",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.unicode_minus": True,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "xtick.major.size": 3,
    "ytick.major.size": 3,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "legend.handletextpad": 0.4,
    "legend.borderaxespad": 0.3,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.linewidth": 1.6,
}

P = ParamSpec("P")


@dataclass(frozen=True)
class FigureView:
    """A figure ready for the page.

    Parameters
    ----------
    name
        Unique on the page; letters, digits and hyphens.
    svg
        The drawing, safe to stand in HTML as it is.
    caption
        What to see in it, as sentences.
    wide
        Whether it takes the full width of the text.
    figure
        What was drawn, laid out.
    is_broad
        Whether it is laid out for more than half the page, so that its text would be
        too small on a narrow screen.
    redraw
        Draws it again for another purpose.
    """

    name: str
    svg: Markup
    caption: str
    wide: bool = False
    figure: Figure | None = None
    is_broad: bool = False
    redraw: Callable[[Purpose], FigureView] | None = None

    @property
    def narrow(self) -> Markup:
        """The drawing for a narrow screen; blank where the other one fits."""
        if not self.is_broad or self.redraw is None:
            return Markup("")
        return self.redraw("narrow").svg

    def write_pdf(self) -> bytes:
        """Return the drawing as PDF: text as text, no date and no version."""
        if self.figure is None:
            return b""
        stream = io.BytesIO()
        no_metadata = dict.fromkeys(("CreationDate", "Creator", "Producer"))
        with rc_context(_STYLE), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing")
            FigureCanvasPdf(self.figure).print_pdf(stream, metadata=no_metadata)
        return stream.getvalue()


def styled(plot: Callable[P, FigureView]) -> Callable[P, FigureView]:
    """Run a plotting function under the report's style."""

    @wraps(plot)
    def plot_in_style(*args: P.args, **kwargs: P.kwargs) -> FigureView:
        @cache
        def draw(purpose: Purpose) -> FigureView:
            before = _PURPOSE.set(purpose)
            try:
                with rc_context(_STYLE), warnings.catch_warnings():
                    # The reader's browser has fonts for scripts that ours lacks.
                    warnings.filterwarnings("ignore", message="Glyph .* missing")
                    return plot(*args, **kwargs)
            finally:
                _PURPOSE.reset(before)

        return replace(draw("page"), redraw=draw)

    return plot_in_style


def fit_width(width: float) -> float:
    """Return the width that a figure has for what it is drawn for now."""
    return min(width, HALF) if _PURPOSE.get() == "narrow" else width


class _NarrowFigure(Figure):
    """A figure whose panels stand below each other, for half the page."""

    def subplots(self, nrows: int = 1, ncols: int = 1, **options: Any) -> Any:
        if ncols < 2:
            return super().subplots(nrows, ncols, **options)
        squeeze = options.pop("squeeze", True)
        options.pop("width_ratios", None)
        ratios = options.pop("height_ratios", None)
        if ratios is not None:
            options["height_ratios"] = [r for r in ratios for _ in range(ncols)]
        self.set_figheight(self.get_figheight() * ncols)
        panels = super().subplots(nrows * ncols, 1, squeeze=False, **options)
        panels = panels.reshape(nrows, ncols)
        return panels.ravel() if squeeze and nrows == 1 else panels


def new_figure(width: float, height: float) -> Any:
    """Make an empty figure; see :data:`HALF` and :data:`FULL`."""
    kind: type[Figure] = Figure
    if fit_width(width) < width:
        kind, width = _NarrowFigure, HALF
    return kind(figsize=(width, height), dpi=RASTER_DPI, layout="constrained")


def finish(
    figure: Figure, *, name: str, alt: str, caption: str, wide: bool = False
) -> FigureView:
    """Turn a drawn figure into one for the page; see :func:`export_svg`."""
    purpose, is_broad = _PURPOSE.get(), bool(figure.get_figwidth() > HALF)
    if not is_broad:
        _make_legible(figure)
    prefix = f"{name}-narrow" if purpose == "narrow" else name
    svg = export_svg(figure, name=prefix, alt=alt)
    return FigureView(name, svg, caption, wide, figure, is_broad)


def _make_legible(figure: Figure) -> None:
    """Give text a size that a phone can show, and break lines that become too long."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        if float(text.get_fontsize()) < SMALLEST:
            text.set_fontsize(SMALLEST)
    for axes in figure.axes:
        title = axes.get_title("left")
        if len(title) > _TITLE:
            axes.set_title(textwrap.fill(title, _TITLE), loc="left")
        label = axes.get_xlabel()
        if len(label) > _LABEL:
            axes.set_xlabel(textwrap.fill(label, _LABEL))
        axes.tick_params(labelsize=SMALLEST)
        names = [text.get_text() for text in axes.get_yticklabels()]
        if isinstance(axes.yaxis.get_major_formatter(), FixedFormatter):
            axes.set_yticks(axes.get_yticks(), [_break_name(name) for name in names])


def _break_name(name: str) -> str:
    """Break a name that leaves no room for what it names; cut what is longer yet."""
    lines = [
        part
        for line in name.splitlines() or [""]
        for part in textwrap.wrap(line, _NAME) or [""]
    ]
    return "\n".join(lines[:3])


def export_svg(figure: Figure, *, name: str, alt: str) -> Markup:
    """Write a figure as SVG to stand inside an HTML page.

    Parameters
    ----------
    figure
        The drawn figure.
    name
        Prefix of the ids in the SVG, so that they are unique on the page.
    alt
        What the figure shows, for readers who cannot see it.

    Returns
    -------
    Markup
        One ``<svg>`` element: no date, no version, no unused ids, no fixed font.
    """
    # Laid out here, and written by the canvas itself: `savefig` would draw the whole
    # figure a second time to lay it out again.
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine("none")
    stream = io.StringIO()
    no_metadata = {key: None for key in ("Date", "Creator", "Format", "Type")}
    FigureCanvasSVG(figure).print_svg(stream, metadata=no_metadata)
    svg = stream.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = _rewrite_tags(svg, prefix=name)
    body = svg[svg.index(">") + 1 :]
    width, height = (72 * side for side in figure.get_size_inches())
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg"'
        ' xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 {width:g} {height:g}" width="{width * 4 / 3:g}"'
        f' height="{height * 4 / 3:g}" role="img" aria-label="{escape(alt)}">'
    )
    return Markup(head + body)


def _rewrite_tags(svg: str, *, prefix: str) -> str:
    used = set(re.findall(r'(?:url\(#|xlink:href="#)([^)"]+)', svg))

    def rename(match: re.Match[str]) -> str:
        name = match.group(1)
        return f' id="{prefix}-{name}"' if name in used else ""

    def rewrite(match: re.Match[str]) -> str:
        tag = re.sub(r'\s+id="([^"]*)"', rename, match.group())
        tag = tag.replace("url(#", f"url(#{prefix}-")
        tag = tag.replace('xlink:href="#', f'xlink:href="#{prefix}-')
        # A tenth of a point is more than a screen shows.
        tag = re.sub(r"(\.\d\d)\d+", r"\1", re.sub(r"\s+", " ", tag))
        tag = re.sub(
            r' (?:d|x|y)="([^"]*)"', lambda f: re.sub(r"(\.\d)\d", r"\1", f[0]), tag
        )
        # Text that stands upright needs no turning by nothing.
        tag = re.sub(r' transform="rotate\(-?0(?:\.0+)? [^")]*\)"', "", tag)
        tag = re.sub(
            r'style="([^"]*)"', lambda found: re.sub(r"([:;]) ", r"\1", found[0]), tag
        )
        return re.sub(r"'DejaVu Sans'[^;\"]*", "sans-serif", tag)

    # Only inside tags: the text between them is data and may look like anything.
    return re.sub(r">\s+<", "><", re.sub(r"<[^>]*>", rewrite, svg))


def colours_of(levels: Sequence[str]) -> dict[str, str]:
    """Give each level a colour, in the order given; the palette repeats after 8."""
    return {level: PALETTE[i % len(PALETTE)] for i, level in enumerate(levels)}


def markers_of(levels: Sequence[str]) -> dict[str, str]:
    """Give each level a marker, in the order given."""
    return {level: MARKERS[i % len(MARKERS)] for i, level in enumerate(levels)}


def legend_points(
    entries: Sequence[tuple[str, str, str]], *, filled: bool = True
) -> list[Line2D]:
    """Make legend handles from (label, colour, marker)."""
    return [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=marker,
            markersize=5.5,
            color=colour,
            markerfacecolor=colour if filled else "none",
            label=label_text(label),
        )
        for label, colour, marker in entries
    ]


def legend_below(figure: Any, handles: Sequence[Any], *, columns: int) -> None:
    """Put a legend below the axes, where it hides no data, to be read row by row."""
    most = 2 if figure.get_figwidth() <= HALF else columns
    columns = max(1, min(columns, most, len(handles)))
    # Matplotlib fills columns.
    by_row = [handle for start in range(columns) for handle in handles[start::columns]]
    figure.legend(
        handles=by_row, loc="outside lower left", ncols=columns, handlelength=1.4
    )


def scatter_groups(
    axes: Any,
    x: Any,
    y: Any,
    groups: Any,
    *,
    colours: dict[str, str],
    markers: dict[str, str] | None = None,
    size: float = 16,
    alpha: float = 0.75,
) -> None:
    """Draw points of several groups, each with its colour and marker.

    Parameters
    ----------
    x, y, groups
        Arrays of one value a point.
    colours, markers
        By group, in drawing order: later groups lie on top.
    """
    dense = len(x) > RASTER_POINTS
    size *= crowding(len(x))
    for group, colour in colours.items():
        chosen = groups == group
        if not chosen.any():
            continue
        axes.scatter(
            x[chosen],
            y[chosen],
            s=size,
            c=colour,
            marker=(markers or {}).get(group, "o"),
            alpha=alpha,
            linewidths=0,
            rasterized=dense,
        )


def labels_of(ids: Iterable[Any], labels: Any, *, absent: str) -> np.ndarray:
    """Return a label for each identifier.

    Parameters
    ----------
    ids
        Identifiers, a point each.
    labels
        Series or mapping of labels by identifier.
    absent
        For identifiers without a label, or with a blank one.
    """
    known = dict(labels)
    found = [known.get(str(name)) for name in ids]
    blank = [is_missing(label) for label in found]
    texts = [absent if b else str(f) for f, b in zip(found, blank, strict=True)]
    return np.array(texts, dtype=object)


def few_levels(labels: np.ndarray, *, most: int = 8) -> np.ndarray:
    """Keep the most frequent labels and call the rest ``other``.

    Parameters
    ----------
    labels
        One a point.
    most
        Labels that are kept; a figure has no more colours than that.
    """
    names, sizes = np.unique(labels.astype(str), return_counts=True)
    if len(names) <= most:
        return labels
    order = sorted(zip(-sizes, names, strict=True))[:most]
    kept = [str(name) for _, name in order]
    return np.where(np.isin(labels.astype(str), kept), labels, "other").astype(object)


def ring_points(axes: Any, x: Any, y: Any, chosen: Any) -> None:
    """Draw a ring around the chosen points."""
    axes.scatter(
        x[chosen],
        y[chosen],
        s=95,
        facecolors="none",
        edgecolors=VERMILION,
        linewidths=1.6,
    )


def crowding(n: int) -> float:
    """Return a factor that makes points smaller where there are many."""
    return float(min(1.0, max(0.3, (400 / max(n, 1)) ** 0.5)))


def bare(axes: Any) -> None:
    """Leave nothing of the axes but what is drawn in them and the labels of ticks."""
    axes.grid(False)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def annotate(axes: Any, text: str, *args: Any, **kwargs: Any) -> None:
    """Write text beside a point, without making room for it.

    Measuring text is what laying out a figure spends its time on; callers put text
    where there is room anyway.
    """
    axes.annotate(text, *args, **kwargs).set_in_layout(False)


def set_count_axis(axes: Any, *, linear_to: float) -> None:
    """Give the y axis a scale that shows both one sample and thousands.

    Parameters
    ----------
    axes
        With its data drawn.
    linear_to
        Counts up to here are on a linear scale, above on a logarithmic one.
    """
    axes.set_yscale("symlog", linthresh=linear_to)
    top = 1.25 * max(1.0, float(axes.dataLim.y1))
    steps = (1, 2, 5) if top < 1000 else (1,)
    ticks = [step * 10**power for power in range(9) for step in steps]
    ticks = [0, *(tick for tick in ticks if linear_to / 5 <= tick <= top)]
    axes.set_yticks(ticks, [count_text(tick) for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.set_ylim(0, top)
