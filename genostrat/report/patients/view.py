"""The parts that a patient sheet is made of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: Between a sentence and “CYP2C19 Poor Metabolizer: “Avoid …””.
_BEFORE_QUOTATION = re.compile(r"(?<=[.”]) (?=[^“”.]{1,160}: “)")
#: Categories of guidance, gravest first: word, sign and tone on the page.
CATEGORIES: dict[str, tuple[str, str]] = {
    "avoid": ("Avoid or replace", "✕"),
    "change_dose": ("Change dose", "↕"),
    "monitor": ("Monitor", "◉"),
    "no_guidance": ("No answer", "?"),
    "standard": ("Standard use", "✓"),
}
#: Those that ask for something to be done.
ACTIONABLE = ("avoid", "change_dose")


@dataclass(frozen=True)
class GeneResult:
    """A gene's result in the few words that stand beside a drug."""

    gene: str
    diplotype: str
    phenotype: str
    note: str = ""


@dataclass(frozen=True)
class Advice:
    """What a source says on one or several drugs for this patient.

    Parameters
    ----------
    drugs
        Generic names.
    category
        One of :data:`CATEGORIES`.
    genes
        The results it rests on.
    text
        The recommendation.
    source, url
        Where it is from; `url` may be blank.
    """

    drugs: Sequence[str]
    category: str
    genes: Sequence[GeneResult]
    text: str
    source: str
    url: str

    @property
    def paragraphs(self) -> list[str]:
        """The text, with each quotation for a possible phenotype on its own line."""
        return _BEFORE_QUOTATION.split(self.text)

    @property
    def word(self) -> str:
        """The category in words."""
        return CATEGORIES[self.category][0]

    @property
    def sign(self) -> str:
        """A sign for the category beside its colour."""
        return CATEGORIES[self.category][1]


@dataclass(frozen=True)
class GeneRow:
    """A gene in the table of results."""

    gene: str
    diplotype: str
    phenotype: str
    activity: str
    evidence: str
    tone: str = "plain"


@dataclass(frozen=True)
class OpenCall:
    """A gene that could not be called surely.

    Parameters
    ----------
    diplotype
        The first diplotype and its phenotype.
    reason
        Why, as a sentence.
    could_be
        Other phenotypes and diplotypes that the data allow.
    """

    gene: str
    diplotype: str
    reason: str
    could_be: str


@dataclass(frozen=True)
class NotCalled:
    """Genes that were not called, for one common reason."""

    genes: Sequence[str]
    reason: str


@dataclass(frozen=True)
class Unanswered:
    """Drugs that no answer is given for, for one common reason."""

    reason: str
    drugs: Sequence[str]


@dataclass(frozen=True)
class Medicine:
    """A medicine of the sheet, and what became of it."""

    name: str
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """Everything that one patient's sheet shows.

    Parameters
    ----------
    sample, cohort
        Who.
    medicines
        As in the clinical sheet; None where that has no such column.
    cautions
        Sentences that come before all results.
    now
        Advice on what the patient takes, gravest first.
    now_standard
        Medicines taken for which the source recommends standard use.
    later
        Advice on what the patient does not take, gravest first, without standard use.
    later_standard
        Drugs for which the source recommends standard use.
    unanswered
        Drugs without an answer.
    genes
        Genes with a phenotype that is not the usual one, or that a guideline rests on.
    genes_usual, genes_other
        Results in a line: usual phenotypes; genes that no guidance rests on.
    genes_reference
        Further genes of the second kind, with two reference alleles.
    open_calls, not_called
        Ambiguous calls and missing ones, of genes that guidance rests on.
    not_called_other
        Further genes that were not called.
    """

    sample: str
    cohort: str
    medicines: Sequence[Medicine] | None
    cautions: Sequence[str]
    now: Sequence[Advice]
    now_standard: Sequence[str]
    later: Sequence[Advice]
    later_standard: Sequence[str]
    unanswered: Sequence[Unanswered]
    genes: Sequence[GeneRow]
    genes_usual: Sequence[str]
    genes_other: Sequence[str]
    genes_reference: Sequence[str]
    open_calls: Sequence[OpenCall]
    not_called: Sequence[NotCalled]
    not_called_other: Sequence[str]
