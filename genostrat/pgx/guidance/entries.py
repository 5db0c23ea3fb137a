"""What bodies advise: topics, each a table of conditions and advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from genostrat.pgx.guidance.states import Cell, State, match_cell
from genostrat.registry.words.pgx import GUIDANCE_STRENGTHS as STRENGTHS

__all__ = [
    "ANY_INDICATION",
    "STRENGTHS",
    "Entry",
    "Guidance",
    "Reference",
    "Topic",
]

#: The indication of advice that applies to every use of a medicine.
ANY_INDICATION = "any"


@dataclass(frozen=True)
class Reference:
    """Where advice is from.

    Parameters
    ----------
    body
        CPIC, DPWG, FDA, MHRA, NICE …
    year
        Of the publication; 0 where it is not known.
    pmid, doi
        Blank where there is none.
    url
        Where to read it; blank or an address that begins with ``https://``.
    as_of
        When its content was last established, as ``2024-03``.
    newer
        A sentence on a later version that is not taken in; blank without one.
    """

    body: str
    year: int = 0
    pmid: str = ""
    doi: str = ""
    url: str = ""
    as_of: str = ""
    newer: str = ""

    @property
    def citation(self) -> str:
        """PMID or DOI, or the address where it has neither."""
        if self.pmid:
            return f"PMID {self.pmid}"
        return f"doi {self.doi}" if self.doi else self.url


@dataclass(frozen=True)
class Entry:
    """Advice for some results of a topic's genes.

    Parameters
    ----------
    cells
        A condition, or several of which one is enough, for each gene.
    category
        One of :data:`genostrat.pgx.guidance.categories.CATEGORIES`; None for a text
        that no rule for categories knows.
    strength
        One of :data:`STRENGTHS`.
    text
        What to do.
    is_firm
        Whether the advice is for a gene that is not known, and stands although what
        the gene turns out to be may ask for more.
    """

    cells: tuple[Cell, ...]
    category: str | None
    strength: str
    text: str
    is_firm: bool = False

    def match(self, states: Sequence[State | None]) -> bool | None:
        """Say whether one possibility for each gene meets the conditions."""
        found = [
            match_cell(cell, state)
            for cell, state in zip(self.cells, states, strict=True)
        ]
        if False in found:
            return False
        return None if None in found else True

    def names_diplotypes(self, states: Sequence[State | None]) -> bool:
        """Say whether the entry names the diplotype of every gene it depends on.

        Then it holds although no phenotype of the diplotype is known.
        """
        return all(
            any(c.kind == "is" and c.match(state) for c in cell)
            for cell, state in zip(self.cells, states, strict=True)
        )


@dataclass(frozen=True)
class Topic:
    """What one body says of one medicine for one indication.

    Parameters
    ----------
    drug
        Generic name, lower case.
    genes
        That the advice depends on.
    entries
        In the order in which they are tried; the first that fits holds.
    reference
        The publication.
    indication
        What it is taken for, or whom it is for; :data:`ANY_INDICATION` for all.
    source, version
        Which source the topic is read from.
    computes
        Name of a computation that adds to the advice; blank for none.
    """

    drug: str
    genes: tuple[str, ...]
    entries: tuple[Entry, ...]
    reference: Reference
    indication: str = ANY_INDICATION
    source: str = ""
    version: str = ""
    computes: str = ""

    @property
    def key(self) -> tuple[str, str, str, tuple[str, ...]]:
        """What tells topics of a source apart."""
        return self.drug, self.reference.body, self.indication, self.genes


@dataclass(frozen=True)
class Guidance:
    """All that is advised.

    Parameters
    ----------
    topics
        Of every source, sorted by medicine.
    records
        For each source its name, version, digest, and how much it holds.
    findings
        What reading them found and a user should know.
    """

    topics: tuple[Topic, ...]
    records: tuple[dict[str, Any], ...]
    findings: tuple[str, ...] = ()

    @property
    def drugs(self) -> list[str]:
        """Every medicine, sorted."""
        return sorted({topic.drug for topic in self.topics})

    @property
    def source(self) -> str:
        """Names of the sources."""
        return " and ".join(record["source"] for record in self.records)

    @property
    def version(self) -> str:
        """Versions of the sources, in the same order."""
        return " and ".join(record["version"] for record in self.records)
