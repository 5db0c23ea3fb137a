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


def grade(tone: Tone, n_assessed: int | None) -> Tone:
    """Return a tone, without good news where nothing was assessed.

    Parameters
    ----------
    tone
        What the value would say.
    n_assessed
        Patients, samples, pairs or variants that the value rests on; None where the
        caller did not say.
    """
    # Written so that what is not a number is no evidence either.
    has_evidence = n_assessed is not None and n_assessed > 0
    return "note" if tone == "good" and not has_evidence else tone


@dataclass(frozen=True)
class Notice:
    """A sentence set off from the text, with a tone that is also said in words.

    Good news needs `n_assessed`, what it rests on, as a :class:`Finding` does.
    """

    text: str
    tone: Tone = "note"
    n_assessed: int | None = None
    kind: str = "notice"

    def __post_init__(self) -> None:
        object.__setattr__(self, "tone", grade(self.tone, self.n_assessed))


@dataclass(frozen=True)
class Bullets:
    """A list of sentences; `of_patients` where they tell of single ones."""

    items: Sequence[str]
    of_patients: bool = False
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
    name
        Of the file with its rows; blank without one.
    of_patients
        Whether a row tells of one patient, or one pair.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str
    numeric: Sequence[int] = ()
    tones: Sequence[Tone] = ()
    folded: bool = False
    name: str = ""
    of_patients: bool = False
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
    """One number with its name; good news needs `n_assessed`, what it rests on."""

    value: str
    label: str
    note: str = ""
    tone: Tone = "plain"
    n_assessed: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "tone", grade(self.tone, self.n_assessed))


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
    """One sentence of the summary for clinicians.

    Parameters
    ----------
    text
        The sentence.
    tone
        Its sign. Good news without anything assessed is shown as worth knowing only.
    n_assessed
        Patients, samples, pairs or variants that it rests on. 0: it could not be
        assessed, and says so; None: it tells no result, but how the run was set up.
    about
        The question that it belongs to, one of the names of :class:`Answer`.
    """

    text: str
    tone: Tone
    n_assessed: int | None = None
    about: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "tone", grade(self.tone, self.n_assessed))


@dataclass(frozen=True)
class Answer:
    """The answer to one of the questions that the report is opened with.

    Parameters
    ----------
    name
        trust, medicines, subgroups or treatment.
    question
        In words.
    verdict
        In a few words.
    tone
        Its sign; see :class:`Finding`.
    number
        The number that the verdict rests on; blank where nothing was assessed.
    meaning
        What the number is of.
    uncertainty
        How sure it is; blank where nothing was assessed.
    not_assessed
        What the data could not say, each in a few words.
    n_assessed
        What the verdict rests on; 0 where nothing could be assessed.
    section
        Anchor of the section that has the evidence.
    """

    name: str
    question: str
    verdict: str
    tone: Tone
    number: str
    meaning: str
    uncertainty: str
    not_assessed: Sequence[str]
    n_assessed: int
    section: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "tone", grade(self.tone, self.n_assessed))
        if not self.n_assessed and (self.number or self.uncertainty):
            raise ValueError(f"{self.name}: a number without anything assessed")


@dataclass(frozen=True)
class Page:
    """Everything the template needs; `has_files`: whether files stand beside it."""

    cohort: str
    facts: Sequence[tuple[str, str]]
    answers: Sequence[Answer]
    findings: Sequence[Finding]
    sections: Sequence[Section]
    statement: str
    has_files: bool = True
