"""Results that advice is sought for, and the forms that answers take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Because(Enum):
    """Why an answer is what it is."""

    TEXT = "the source has a text for these phenotypes"
    UNRECOGNISED = "the source has a text that no rule for categories knows"
    UNSURE = "a gene without a phenotype could change the answer"
    ANY = "whatever the gene that was not called is, the category is the same"
    EACH = "the source says the same of each of the phenotypes"
    SILENT = "the source has no text for these phenotypes"


@dataclass(frozen=True)
class Result:
    """What is known of a gene in one patient.

    Parameters
    ----------
    gene
        Symbol.
    phenotypes
        The possible ones: one for a gene that was called, none for one that was not.
        A blank one stands for a diplotype without a phenotype in the source.
    diplotype
        Blank where not called.
    """

    gene: str
    phenotypes: tuple[str, ...]
    diplotype: str = ""


@dataclass(frozen=True)
class Answer:
    """The source's answer for one combination of phenotypes.

    Parameters
    ----------
    phenotypes
        What was looked up.
    category, possible
        The category, and every one that is left open, most pressing first.
    texts
        The source's; may be empty.
    because
        Why the answer is this.
    """

    phenotypes: tuple[str, ...]
    category: str
    possible: tuple[str, ...]
    texts: tuple[str, ...]
    because: Because


@dataclass(frozen=True)
class Advice:
    """What to tell of a drug.

    Parameters
    ----------
    category
        One of :data:`genostrat.pgx.guidance.categories.CATEGORIES`.
    recommendation
        The source's text, with sentences of our own where it is not certain.
    possible
        Every category that the results leave open, most pressing first.
    """

    category: str
    recommendation: str
    possible: tuple[str, ...]
