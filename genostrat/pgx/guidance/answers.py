"""Results that advice is sought for, and the forms that answers take."""

from __future__ import annotations

from dataclasses import dataclass

from genostrat.pgx.guidance.entries import Entry
from genostrat.pgx.guidance.states import State


@dataclass(frozen=True)
class Shift:
    """What medicines taken now do to a gene's product.

    Parameters
    ----------
    gene
        Symbol.
    states
        The possibilities with these medicines; as by genotype where `is_shift` is
        false, because no rule says what they come to.
    cause
        Medicines with the kind and strength of their effect and its source, in words.
    is_shift
        Whether a rule gives an effective phenotype.
    """

    gene: str
    states: tuple[State, ...]
    cause: str
    is_shift: bool = True


@dataclass(frozen=True)
class Result:
    """What is known of a gene in one patient.

    Parameters
    ----------
    gene
        Symbol.
    states
        Every possibility: one for a gene that was called, none for one that was not.
    shift
        What medicines taken now do to it; None without such medicines.
    """

    gene: str
    states: tuple[State, ...]
    shift: Shift | None = None

    @property
    def effective(self) -> tuple[State, ...]:
        """The possibilities with the medicines taken now."""
        return self.states if self.shift is None else self.shift.states

    @property
    def phenotypes(self) -> tuple[str, ...]:
        """Different phenotypes by genotype, blank where the source gives none."""
        return tuple(dict.fromkeys(state.phenotype for state in self.states))


@dataclass(frozen=True)
class AdviceOutcome:
    """What a topic says for one possibility of each gene.

    Parameters
    ----------
    states
        The possibilities; None for a gene without a result.
    certain
        The entry that fits; None where none does for certain.
    possible
        Every entry that may fit, `certain` among them.
    is_silent
        Whether the body may say nothing at all.
    """

    states: tuple[State | None, ...]
    certain: Entry | None
    possible: tuple[Entry, ...]
    is_silent: bool


@dataclass(frozen=True)
class Decision:
    """What a topic says for all that the genes may be.

    Parameters
    ----------
    category
        One of :data:`genostrat.pgx.guidance.categories.CATEGORIES`.
    possible
        Every category that is left open, most pressing first.
    outcomes
        For each combination of possibilities.
    """

    category: str
    possible: tuple[str, ...]
    outcomes: tuple[AdviceOutcome, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry that may fit, in order."""
        return tuple(dict.fromkeys(e for o in self.outcomes for e in o.possible))

    @property
    def strength(self) -> str:
        """Strength that all entries of the category share; blank where they differ."""
        found = {e.strength for e in self.entries if e.category == self.category}
        return found.pop() if len(found) == 1 else ""


@dataclass(frozen=True)
class Advice:
    """What to tell of a medicine.

    Parameters
    ----------
    category
        The most pressing of what the genotype and the medicines taken now ask for.
    strength
        With which the body recommends it; blank where it depends on the result.
    recommendation
        What to do, with the medicines taken now. Never blank.
    possible
        Every category that the results leave open, most pressing first.
    genotype_category
        By genotype alone.
    interaction
        Medicines taken now that change the phenotype, in words; blank without.
    genotype_recommendation
        What to do by genotype alone; blank where that is the same.
    """

    category: str
    strength: str
    recommendation: str
    possible: tuple[str, ...]
    genotype_category: str
    interaction: str = ""
    genotype_recommendation: str = ""
