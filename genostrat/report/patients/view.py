"""The parts that a patient sheet is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from genostrat.pgx.guidance.categories import (
    ACTIONABLE,
    AVOID,
    CATEGORY_WORDS,
    CHANGE_DOSE,
    MONITOR,
    NO_GUIDANCE,
    STANDARD,
    rank_verdict,
)
from genostrat.report.patients.stratum import StratumView

#: What stands on every page.
STATEMENT = (
    "For research use only. Nothing on this sheet may decide a treatment before an"
    " accredited laboratory has confirmed the result."
)
#: Between a sentence and “CYP2C19 Poor Metabolizer: “Avoid …””.
_BEFORE_QUOTATION = re.compile(r"(?<=[.”]) (?=(?:[^“”.]|\.\d){1,160}: “)")
_SIGNS = {
    AVOID: "✕",
    CHANGE_DOSE: "↕",
    MONITOR: "◉",
    STANDARD: "✓",
    NO_GUIDANCE: "–",
}
_POSSIBLE_SIGN = "!"
#: What is told of standard use in brief.
STANDARD_TEXT = "Standard use."
#: Why nothing is certain.
NOT_ASSESSED = "Not assessed"
NO_EFFECT = "Effect not known"


@dataclass(frozen=True)
class Verdict:
    """What advice asks for, for certain or possibly.

    Parameters
    ----------
    category
        One of :data:`genostrat.pgx.guidance.categories.CATEGORIES`.
    is_certain
        False for what the results leave possible.
    gap
        Why nothing is certain, where that is no ambiguity: a gene was not assessed
        (:data:`NOT_ASSESSED`), or the effect of its result is not known
        (:data:`NO_EFFECT`). Blank otherwise.
    least
        A change that is certain, where more is possible; blank without one.
    """

    category: str
    is_certain: bool = True
    gap: str = ""
    least: str = ""

    @property
    def name(self) -> str:
        """The verdict as a class of the page's style."""
        return self.category if self.is_certain else f"possible_{self.category}"

    @property
    def word(self) -> str:
        """The verdict in words."""
        words = CATEGORY_WORDS[self.category]
        if self.gap:
            return self.gap if self.is_certain else f"{self.gap} – could be: {words}"
        if self.is_certain:
            return words
        possible = f"ossible: {words.lower()} – confirm before use"
        if self.least:
            return f"{CATEGORY_WORDS[self.least]} at least; p{possible}"
        return f"P{possible}"

    @property
    def rank(self) -> tuple[int, bool]:
        """How pressing it is, least first; with a certain change before none."""
        rank = rank_verdict(
            self.category,
            is_certain=self.is_certain,
            is_assessed=self.gap != NOT_ASSESSED,
        )
        return rank, not self.least

    @property
    def bare_word(self) -> str:
        """What it asks for, without saying whether that is certain."""
        return CATEGORY_WORDS[self.category]

    @property
    def sign(self) -> str:
        """A sign beside the colour."""
        return _SIGNS[self.category] if self.is_certain else _POSSIBLE_SIGN

    @property
    def asks_for_something(self) -> bool:
        """Whether there is something to do before or at prescribing."""
        return self.category in (*ACTIONABLE, MONITOR)


@dataclass(frozen=True)
class GeneResult:
    """A gene's result in the few words that stand beside a drug.

    Parameters
    ----------
    effective
        The phenotype with the medicines taken now; blank where they change nothing.
    panel
        What laboratories' panels say of a gene that was not read in full, in short.
    """

    gene: str
    diplotype: str
    phenotype: str
    note: str = ""
    effective: str = ""
    panel: str = ""


@dataclass(frozen=True)
class Citation:
    """A publication that the sheet cites, listed once.

    Parameters
    ----------
    number
        Under which it is listed.
    body, year
        Who says so, and since when; `year` may be blank.
    reference
        PMID, DOI or blank.
    url
        Blank, or an address that begins with ``https://``.
    source
        From which table it was taken, with its version.
    as_of
        When its content was last established; blank where that is not known.
    newer
        A sentence on a later version that is not taken in; blank without one.
    """

    number: int
    body: str
    year: str
    reference: str
    url: str
    source: str
    as_of: str
    newer: str

    @property
    def label(self) -> str:
        """Body and year."""
        return f"{self.body} {self.year}".strip()


@dataclass(frozen=True)
class Statement:
    """Who says something, how strongly, and where.

    Parameters
    ----------
    citation
        Where it is from.
    strength
        In words; blank where the body does not grade.
    """

    citation: Citation
    strength: str = ""


@dataclass(frozen=True)
class SheetLine:
    """What one or several bodies say of a drug.

    Parameters
    ----------
    verdict
        What it asks for.
    indications
        What the drug is taken for; none where it holds for all.
    text
        What to do.
    by_genotype
        What to do by genotype alone, where medicines taken now change it; else blank.
    said
        Who says so.
    """

    verdict: Verdict
    indications: Sequence[str]
    text: str
    by_genotype: str
    said: Sequence[Statement]

    @property
    def heading(self) -> str:
        """The indications with a capital; blank where it holds for all."""
        text = "; ".join(self.indications)
        return text[:1].upper() + text[1:]

    @property
    def mark(self) -> str:
        """What it asks for, where the text does not say so by itself."""
        says_so = self.verdict.gap or self.text == STANDARD_TEXT
        return "" if says_so else self.verdict.word

    @property
    def paragraphs(self) -> list[str]:
        """The text, with each quotation for a possible phenotype on its own line."""
        return _BEFORE_QUOTATION.split(self.text)


@dataclass(frozen=True)
class AdviceView:
    """What all bodies say on one or several drugs for this patient.

    Parameters
    ----------
    drugs
        Names as the page shows them.
    verdict
        The most pressing of all lines.
    genes
        The results they rest on.
    lines
        What each body says, most pressing first.
    interaction
        Medicines taken now that change it, with strength and source; blank without.
    """

    drugs: Sequence[str]
    verdict: Verdict
    genes: Sequence[GeneResult]
    lines: Sequence[SheetLine]
    interaction: str = ""

    @property
    def is_shifted(self) -> bool:
        """Whether medicines taken now make another phenotype of a gene's."""
        return any(result.effective for result in self.genes)


@dataclass(frozen=True)
class GeneRow:
    """A gene in the table of results.

    Parameters
    ----------
    effective
        The phenotype with the medicines taken now; blank where they change nothing.
    """

    gene: str
    diplotype: str
    phenotype: str
    activity: str
    evidence: str
    tone: str = "plain"
    effective: str = ""


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
    deciding
        Missing positions that would settle it, those that panels read first; blank
        where none would.
    """

    gene: str
    diplotype: str
    reason: str
    could_be: str
    deciding: str = ""


@dataclass(frozen=True)
class PanelResult:
    """What laboratories' panels say of a gene that was not read in full.

    Parameters
    ----------
    gene
        Symbol.
    text
        The result of each panel, as that panel's.
    unread
        How many of the gene's positions were not read, in words.
    is_accepted
        Whether it stands for the gene's result.
    """

    gene: str
    text: str
    unread: str
    is_accepted: bool


@dataclass(frozen=True)
class NotCalled:
    """Genes that were not called, for one common reason."""

    genes: Sequence[str]
    reason: str


@dataclass(frozen=True)
class Unanswered:
    """Drugs that no answer is given for, for one common reason.

    Parameters
    ----------
    reason
        Why.
    drugs
        What the result could ask for, most pressing first → drugs.
    """

    reason: str
    drugs: Mapping[Verdict, Sequence[str]]


@dataclass(frozen=True)
class Medicine:
    """A medicine of the sheet, and what became of it.

    Parameters
    ----------
    is_counted
        False for a name that was held against nothing, because nobody knows it.
    """

    name: str
    note: str = ""
    is_counted: bool = True


@dataclass(frozen=True)
class PatientSheet:
    """Everything that one patient's sheet shows.

    Parameters
    ----------
    sample, cohort
        Who.
    medicines
        As in the clinical sheet; None where that has no such column.
    is_assessed
        Whether any gene that guidance rests on has a result.
    cautions
        Sentences that come before all results.
    interactions
        Medicines taken now that change what a gene's product does.
    now
        Advice on what the patient takes, gravest first.
    now_standard
        Medicines taken for which all bodies recommend standard use, with their names.
    later
        Advice on what the patient does not take, gravest first, without standard use.
    later_standard
        Drugs for which all bodies recommend standard use.
    unanswered
        Drugs that nothing certain can be said of, by the genes that are missing.
    silent
        Drugs on which no body says anything for these results.
    genes
        Genes with a phenotype that is not the usual one, or that a guideline rests on.
    genes_usual, genes_other
        Results in a line: usual phenotypes; genes that no guidance rests on.
    genes_reference
        Further genes of the second kind, with two reference alleles.
    panels
        What laboratories' panels say of genes that were not read in full.
    open_calls, not_called
        Ambiguous calls and missing ones, of genes that guidance rests on.
    not_called_other
        Further genes that were not called.
    citations
        Publications in the order in which they are cited.
    stratum
        The patient's stratum; None where strata were not looked for.
    has_genes
        Whether pharmacogenes of the cohort were called; without, the sheet has no part
        on medicines.
    taken
        What the patient takes, as the sheet names it and as guidance does, for search.
    """

    sample: str
    cohort: str
    medicines: Sequence[Medicine] | None
    is_assessed: bool
    cautions: Sequence[str]
    interactions: Sequence[str]
    now: Sequence[AdviceView]
    now_standard: Sequence[str]
    later: Sequence[AdviceView]
    later_standard: Sequence[str]
    unanswered: Sequence[Unanswered]
    silent: Sequence[str]
    genes: Sequence[GeneRow]
    genes_usual: Sequence[str]
    genes_other: Sequence[str]
    genes_reference: Sequence[str]
    panels: Sequence[PanelResult]
    open_calls: Sequence[OpenCall]
    not_called: Sequence[NotCalled]
    not_called_other: Sequence[str]
    citations: Sequence[Citation] = field(default_factory=tuple)
    stratum: StratumView | None = None
    has_genes: bool = True
    taken: Sequence[str] = ()
