"""What is known of a gene in one patient, and the conditions that guidelines set.

Knowledge bases and laboratories word the same result in several ways (“G6PD Normal”,
“Normal”; “Extensive Metabolizer”, “Normal Metabolizer”). Guidance is looked up by one
spelling, which :func:`canonical_phenotype` gives; tables and pages show the source's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf

from genostrat.pgx.definitions import Gene
from genostrat.pgx.phenotypes import INDETERMINATE, find_effect

#: Activity scores of each phenotype: the lowest and the highest. CYP2D6: Caudle 2020,
#: doi 10.1111/cts.12692; CYP2C9: Theken 2020, PMID 32189324; DPYD: Amstutz 2018,
#: PMID 29152729.
SCORE_BANDS: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "CYP2D6": {
        "Poor Metabolizer": (0.0, 0.0),
        "Intermediate Metabolizer": (0.25, 1.0),
        "Normal Metabolizer": (1.25, 2.25),
        "Ultrarapid Metabolizer": (2.5, inf),
    },
    "CYP2C9": {
        "Poor Metabolizer": (0.0, 0.5),
        "Intermediate Metabolizer": (1.0, 1.5),
        "Normal Metabolizer": (2.0, 2.0),
    },
    "DPYD": {
        "Poor Metabolizer": (0.0, 0.5),
        "Intermediate Metabolizer": (1.0, 1.5),
        "Normal Metabolizer": (2.0, 2.0),
    },
}

#: Words for the same phenotype, in lower case. Guidelines say the same of likely and
#: possible phenotypes as of certain ones.
_WORDS = (
    (re.compile(r"metaboliser"), "metabolizer"),
    (re.compile(r"^(?:likely|possible) "), ""),
    (re.compile(r"^extensive metabolizer"), "normal metabolizer"),
    (re.compile(r"^slow acetylator$"), "poor metabolizer"),
    (re.compile(r"^(intermediate|rapid) acetylator$"), r"\1 metabolizer"),
    (re.compile(r"^favourable "), "favorable "),
    (re.compile(r"^ivacaftor responsive in cf patients$"), "favorable response"),
    (re.compile(r"^ivacaftor non-responsive in cf patients$"), "unfavorable response"),
    (re.compile(r"^(?:n/a|none|no result)$"), ""),
)
_MARK = re.compile(r"(\*[\d:]+[A-Z]?) (positive|negative)", re.IGNORECASE)
#: VKORC1 rs9923231 in the orientation of the gene, in which guidelines name it.
_VKORC1_BASES = {"reference": "G", "variant": "A"}


@lru_cache(maxsize=65536)
def canonical_phenotype(gene: str, phenotype: str) -> str:
    """Return the spelling of a phenotype by which guidance is looked up.

    Parameters
    ----------
    gene
        Symbol; where the phenotype begins with it, it is taken away.
    phenotype
        As a source words it; blank for none.

    Examples
    --------
    >>> canonical_phenotype("G6PD", "G6PD Normal")
    'normal'
    >>> canonical_phenotype("CYP2C19", "Likely Poor Metaboliser")
    'poor metabolizer'
    """
    words = " ".join(phenotype.split()).removeprefix(f"{gene} ").casefold()
    for pattern, replacement in _WORDS:
        words = pattern.sub(replacement, words)
    return words


@dataclass(frozen=True)
class State:
    """One possibility of what a gene is in a patient.

    Parameters
    ----------
    phenotype
        As its source words it; blank where it gives none.
    score
        Activity score; None where there is none, or it is not known.
    alleles
        Names of the alleles, sorted; empty where only the phenotype is known.
    """

    phenotype: str = ""
    score: float | None = None
    alleles: tuple[str, ...] = ()


#: A possibility of which nothing is known.
OPEN = State(INDETERMINATE)


@dataclass(frozen=True)
class Condition:
    """What a guideline asks of a gene.

    Parameters
    ----------
    gene
        Symbol.
    kind
        ``any``: every result and none; ``unknown``: no result, or one without a known
        effect; ``phenotype``; ``score``; ``with`` and ``without``: an allele;
        ``is``: a diplotype.
    names
        Canonical phenotypes, or names of alleles.
    low, high
        Of ``score``, both included.
    """

    gene: str
    kind: str
    names: tuple[str, ...] = ()
    low: float = 0.0
    high: float = inf

    def match(self, state: State | None) -> bool | None:
        """Say whether a possibility meets the condition; None where it may.

        Parameters
        ----------
        state
            None for a gene without a result.
        """
        if self.kind == "any":
            return True
        open_ended = state is None or is_open(self.gene, state)
        if self.kind == "unknown":
            return open_ended
        if state is None:
            return None
        if self.kind == "phenotype":
            return None if open_ended else self._has_phenotype(state)
        if self.kind == "score":
            return None if open_ended else self._is_within(state)
        if self.kind == "is":
            return self.names == state.alleles if state.alleles else None
        found = _carries(state, self.names[0])
        if found is None or self.kind == "with":
            return found
        return not found

    def _has_phenotype(self, state: State) -> bool:
        return canonical_phenotype(self.gene, _phenotype_of(self.gene, state)) in (
            self.names
        )

    def _is_within(self, state: State) -> bool | None:
        if state.score is not None:
            return self.low <= state.score <= self.high
        bands = SCORE_BANDS.get(self.gene, {})
        wanted = canonical_phenotype(self.gene, state.phenotype)
        for phenotype, (low, high) in bands.items():
            if phenotype.casefold() == wanted:
                if self.low <= low and high <= self.high:
                    return True
                return None if low <= self.high and self.low <= high else False
        return None


Cell = tuple[Condition, ...]


def match_cell(cell: Cell, state: State | None) -> bool | None:
    """Say whether a possibility meets one of a cell's conditions; None where it may."""
    found = [condition.match(state) for condition in cell]
    if any(found):
        return True
    return None if None in found else False


def is_open(gene: str, state: State) -> bool:
    """Say whether a possibility has no known effect: its phenotype may be any.

    A gene whose guidance asks for alleles (HLA) has no phenotypes, and its alleles
    are its result.
    """
    phenotype = canonical_phenotype(gene, _phenotype_of(gene, state))
    if phenotype == INDETERMINATE.casefold():
        return True
    return not phenotype and not (gene.startswith("HLA-") and bool(state.alleles))


def _phenotype_of(gene: str, state: State) -> str:
    if gene == "VKORC1" and not state.phenotype and len(state.alleles) == 2:
        return _name_vkorc1(state.alleles)
    return state.phenotype


def vkorc1_genotype(state: State) -> str:
    """Return the genotype at VKORC1 -1639: ``GG``, ``AG``, ``AA``, or blank."""
    found = _phenotype_of("VKORC1", state).removeprefix("-1639 ")
    return found if found in ("GG", "AG", "AA") else ""


def _name_vkorc1(alleles: Sequence[str]) -> str:
    """Name the genotype at VKORC1 -1639 from the names that knowledge bases have."""
    bases = []
    for name in alleles:
        words = name.casefold()
        if words == "rs9923231" or "variant" in words:
            bases.append(_VKORC1_BASES["variant"])
        elif "reference" in words:
            bases.append(_VKORC1_BASES["reference"])
        else:
            return ""
    return f"-1639 {''.join(sorted(bases))}"


def _carries(state: State, allele: str) -> bool | None:
    """Say whether an allele of an HLA gene is there; None where that is not known.

    A name with more fields than asked for (``*57:01:01``) is the allele, one with
    fewer (``*57``) may be it. An allele that is not expressed (``N``) settles nothing,
    and neither does a single copy of which the other is not known.
    """
    for name, sign in _MARK.findall(state.phenotype):
        if name == allele:
            return sign.casefold() == "positive"
    found: list[bool | None] = []
    for name in state.alleles:
        if name == allele or name.startswith(f"{allele}:"):
            found.append(None if name.endswith("N") else True)
        elif allele.startswith(f"{name}:") or not name.lstrip("*"):
            found.append(None)
        else:
            found.append(False)
    if True in found:
        return True
    return False if len(found) == 2 and None not in found else None


def read_states(
    row: Mapping[str, str],
    *,
    gene: Gene | None,
    memory: dict[str, State | None] | None = None,
) -> tuple[State, ...]:
    """Return every possibility that a call leaves; none for a gene without a result.

    Parameters
    ----------
    row
        Of ``pgx/diplotypes.tsv``, as text: status, diplotype, phenotype,
        other_phenotypes, activity_score and alternatives.
    gene
        With the effects of its alleles; None where the knowledge base lacks it.
    memory
        Alternatives of the gene that were looked up before.

    Notes
    -----
    An ambiguous call leaves its first diplotype and each alternative. Where the table
    names phenotypes that no listed alternative has, these are possible too, and where
    it names nothing, what else the gene could be is open. One allele of HLA without the
    other is one possibility: guidance asks for single alleles.
    """
    score = row.get("activity_score", "")
    first = State(
        row.get("phenotype", ""),
        float(score) if score else None,
        split_diplotype(row.get("diplotype", "")),
    )
    if row.get("status") == "not_called" or first == State():
        return ()
    if row.get("status") == "called" or _is_half_of_hla(row, first, gene):
        return (first,)
    states = [first]
    memory = {} if memory is None else memory
    for text in filter(None, row.get("alternatives", "").split("|")):
        if text not in memory:
            memory[text] = _read_alternative(text, gene)
        found = memory[text]
        if found is not None:
            states.append(found)
    named = {state.phenotype for state in states}
    for phenotype in filter(None, row.get("other_phenotypes", "").split("|")):
        if phenotype not in named:
            states.append(State(phenotype))
    if len(states) == 1:
        states.append(OPEN)
    return tuple(dict.fromkeys(states))


def _is_half_of_hla(row: Mapping[str, str], state: State, gene: Gene | None) -> bool:
    """Say whether one allele of an HLA gene is known, and nothing of the other.

    What the other one may be is left open by that itself; the one that is there, is.
    """
    is_hla = gene is not None and gene.name.startswith("HLA-")
    others = row.get("alternatives", "") or row.get("other_phenotypes", "")
    return is_hla and len(state.alleles) == 1 and not others


def _read_alternative(text: str, gene: Gene | None) -> State | None:
    """Return an alternative; None where only the row's phenotypes tell its effect."""
    names = split_diplotype(text)
    effect = find_effect(gene, names) if gene is not None else None
    if effect is not None:
        return State(effect.phenotype, effect.activity_score, names)
    if gene is None or gene.method == "none":
        return State("", None, names)
    return None


def split_diplotype(text: str) -> tuple[str, ...]:
    """Return the names of a diplotype's alleles, sorted; one for a single copy."""
    return tuple(sorted(name for name in text.split("/") if name))
