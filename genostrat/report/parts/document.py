"""The parts a page is made of, so that the template has one way to draw each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from genostrat.report.parts.style import FigureView

Tone = Literal["good", "note", "warn", "plain"]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text."""

    text: str
    kind: str = "paragraph"


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str
    kind: str = "heading"


@dataclass(frozen=True)
class Notice:
    """A sentence set off from the text, with a tone that is also said in words."""

    text: str
    tone: Tone = "note"
    kind: str = "notice"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[str]
    kind: str = "bullets"


@dataclass(frozen=True)
class Quotation:
    """Text that is meant to be copied."""

    text: str
    kind: str = "quotation"


@dataclass(frozen=True)
class Definitions:
    """Words and what they mean."""

    items: Sequence[tuple[str, str]]
    kind: str = "definitions"


@dataclass(frozen=True)
class TableView:
    """A table for people.

    Parameters
    ----------
    header
        Column titles.
    rows
        Text of each cell.
    caption
        What the table shows.
    numeric
        Positions of columns that are set to the right.
    tones
        A tone for each row; may be empty.
    folded
        Whether the table stands behind a line that opens it.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    numeric: Sequence[int] = ()
    tones: Sequence[Tone] = ()
    folded: bool = False
    kind: str = "table"


@dataclass(frozen=True)
class Figures:
    """Figures side by side, or below each other where they are wide."""

    views: Sequence[FigureView]
    kind: str = "figures"

    def placing(self, position: int) -> str:
        """Say how a figure is placed: wide, half, or lone (its caption beside it)."""
        wide = [view.wide for view in self.views]
        if wide[position]:
            return "wide"
        start = position
        while start > 0 and not wide[start - 1]:
            start -= 1
        last = position + 1 == len(wide) or wide[position + 1]
        return "lone" if last and (position - start) % 2 == 0 else "half"


@dataclass(frozen=True)
class Tile:
    """One number with its name."""

    value: str
    label: str
    note: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True)
class Tiles:
    """A row of numbers."""

    tiles: Sequence[Tile]
    kind: str = "tiles"


@dataclass(frozen=True)
class FlowStep:
    """A box of the flow chart, and what left after it.

    Parameters
    ----------
    label, n
        What the box counts, and how many.
    notes
        Lines within the box.
    left
        Heading of the box at the side; blank where nobody left.
    excluded
        Lines within the box at the side.
    """

    label: str
    n: str
    notes: Sequence[str] = ()
    left: str = ""
    excluded: Sequence[str] = ()


@dataclass(frozen=True)
class Flow:
    """A flow chart of samples, as clinical trials show it (CONSORT)."""

    steps: Sequence[FlowStep]
    kind: str = "flow"


@dataclass(frozen=True)
class Badge:
    """A verdict in a word, a sign and a tone."""

    word: str
    sign: str
    tone: str
    text: str
    kind: str = "badge"


Block = (
    Paragraph
    | Heading
    | Notice
    | Bullets
    | Quotation
    | Definitions
    | TableView
    | Figures
    | Tiles
    | Flow
    | Badge
)


@dataclass(frozen=True)
class Body:
    """What a section's builder makes.

    Parameters
    ----------
    blocks
        In order.
    lead
        A sentence before them.
    empty
        Whether there was nothing to show.
    title
        In place of the section's own; blank for that.
    """

    blocks: Sequence[Block]
    lead: str = ""
    empty: bool = False
    title: str = ""


@dataclass(frozen=True)
class Section:
    """A numbered part of the page."""

    name: str
    title: str
    blocks: Sequence[Block]
    lead: str = ""
    empty: bool = False


@dataclass(frozen=True)
class Finding:
    """One sentence of the summary for clinicians."""

    text: str
    tone: Tone


@dataclass(frozen=True)
class Page:
    """Everything the template needs."""

    cohort: str
    facts: Sequence[tuple[str, str]]
    tiles: Tiles
    findings: Sequence[Finding]
    verdict: Badge | None
    sections: Sequence[Section]
    statement: str
