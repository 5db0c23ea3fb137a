"""Medicines taken now that make an enzyme act otherwise than its genotype says.

The effective phenotype stands beside the genotype's and never in its place: it ends
with the medicine that causes it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, isinf
from pathlib import Path

from genostrat.errors import Problem, raise_if_any
from genostrat.pgx.guidance.answers import Shift
from genostrat.pgx.guidance.categories import CATEGORIES
from genostrat.pgx.guidance.states import (
    SCORE_BANDS,
    State,
    canonical_phenotype,
    is_open,
)
from genostrat.pgx.knowledge.files import read_text

COLUMNS = (
    *("medicine", "enzyme", "effect", "strength", "source"),
    *("with", "category", "advice"),
)
EFFECTS = ("inhibitor", "inducer")
#: Strongest first. Weak ones do not change a phenotype.
STRENGTHS = ("strong", "moderate", "weak")
#: What an inhibitor leaves of the activity score (CYP2D6: Cicali 2021, doi
#: 10.1111/cts.13010; CYP2C9: by analogy, no rule is published).
_FACTORS = {"strong": 0.0, "moderate": 0.5}
_SCORED = ("CYP2D6", "CYP2C9")
#: Phenotypes of genes without activity scores, least active first. A strong inhibitor
#: leaves a poor metaboliser, a moderate one takes a step (from rapid and ultrarapid to
#: normal), and so does an inducer upwards; a poor metaboliser has nothing to induce.
_LADDER = (
    "Poor Metabolizer",
    "Intermediate Metabolizer",
    "Normal Metabolizer",
    "Rapid Metabolizer",
    "Ultrarapid Metabolizer",
)
_STEPPED = ("CYP2C19", "CYP2B6")
_NORMAL = _LADDER.index("Normal Metabolizer")
#: Genes of enzymes that the table names together.
_GENES = {"CYP3A": ("CYP3A4", "CYP3A5")}
#: Medicines whose dosing counts interactions by itself.
COUNTED_ELSEWHERE = frozenset({"warfarin", "acenocoumarol", "phenprocoumon"})
#: Copies of a gene that an activity score may have, beyond which nothing changes.
_MOST_ACTIVE = 6.0


@dataclass(frozen=True)
class DrugEffect:
    """What a medicine does to an enzyme: a row of the table."""

    medicine: str
    enzyme: str
    effect: str
    strength: str
    source: str

    @property
    def words(self) -> str:
        """The effect in words."""
        return (
            f"{self.medicine} ({self.strength} {self.effect} of {self.enzyme},"
            f" {self.source})"
        )


@dataclass(frozen=True)
class DrugPair:
    """What a regulator says of two medicines together, whatever the genotype."""

    medicine: str
    drug: str
    category: str
    advice: str
    source: str

    @property
    def body(self) -> str:
        """Who says so: the source without its year."""
        return self.source.rsplit(" ", 1)[0]

    @property
    def words(self) -> str:
        """The pair in words."""
        return f"{self.medicine} ({self.source})"


@dataclass(frozen=True)
class Interactions:
    """Medicines that change what an enzyme does.

    Parameters
    ----------
    effects
        Gene → strong and moderate effects on its product.
    pairs
        Medicine that guidance is about → what is said of it together with others.
    medicines
        Every medicine of the table.
    """

    effects: Mapping[str, tuple[DrugEffect, ...]]
    pairs: Mapping[str, tuple[DrugPair, ...]]
    medicines: frozenset[str]

    def acting_on(
        self, gene: str, taken: Collection[str], *, drug: str = ""
    ) -> tuple[DrugEffect, ...]:
        """Return the effects of medicines taken on a gene's product, strongest first.

        Parameters
        ----------
        gene
            Symbol.
        taken
            Medicines that a patient takes.
        drug
            The medicine that advice is sought for: guidelines reckon with what it
            does to its own breakdown.
        """
        found = [
            effect
            for effect in self.effects.get(gene, ())
            if effect.medicine in taken and effect.medicine != drug
        ]
        return tuple(
            sorted(found, key=lambda e: (STRENGTHS.index(e.strength), e.medicine))
        )


def read_interactions(path: str | Path) -> Interactions:
    """Read ``resources/pgx_interactions.tsv``.

    Raises
    ------
    GenostratError
        With every line that is not as it should be.
    """
    problems: list[Problem] = []
    lines = [
        (number, line.split("\t"))
        for number, line in enumerate(read_text(Path(path)).splitlines(), start=1)
        if line and not line.startswith("#")
    ]
    if not lines or tuple(lines[0][1]) != COLUMNS:
        problems.append(
            Problem(
                "the table of interactions does not have the columns it should",
                file=path,
                allowed=", ".join(COLUMNS),
            )
        )
    effects: dict[str, dict[DrugEffect, None]] = {}
    pairs: dict[str, list[DrugPair]] = {}
    medicines = set()
    for number, cells in lines[1:]:
        row = dict(zip(COLUMNS, cells, strict=False))
        if not _is_sound(row):
            problems.append(
                Problem(
                    "this is not an interaction",
                    file=path,
                    line=number,
                    found="\t".join(cells)[:80],
                    allowed="medicine, enzyme, effect"
                    f" ({', '.join(EFFECTS)}), strength ({', '.join(STRENGTHS)}),"
                    " source; for a pair also the other medicine, category and advice",
                )
            )
            continue
        medicines.add(row["medicine"])
        if row["with"]:
            pair = DrugPair(
                medicine=row["medicine"],
                drug=row["with"],
                category=row["category"],
                advice=row["advice"],
                source=row["source"],
            )
            pairs.setdefault(row["with"], []).append(pair)
        elif row["strength"] in _FACTORS:
            effect = DrugEffect(*cells[:5])
            for gene in _GENES.get(effect.enzyme, (effect.enzyme,)):
                effects.setdefault(gene, {})[effect] = None
    raise_if_any(problems)
    return Interactions(
        {gene: tuple(found) for gene, found in effects.items()},
        {drug: tuple(found) for drug, found in pairs.items()},
        frozenset(medicines),
    )


def _is_sound(row: Mapping[str, str]) -> bool:
    if len(row) != len(COLUMNS) or not all(row[name] for name in COLUMNS[:5]):
        return False
    is_pair = bool(row["with"])
    return (
        row["effect"] in EFFECTS
        and row["strength"] in STRENGTHS
        and (not is_pair or (row["category"] in CATEGORIES and bool(row["advice"])))
    )


def shift_states(
    gene: str,
    states: Sequence[State],
    effects: Sequence[DrugEffect],
    *,
    drug: str = "",
) -> Shift | None:
    """Return what medicines taken now make of a gene's possibilities.

    Parameters
    ----------
    gene
        Symbol.
    states
        By genotype; none where there is no result.
    effects
        On the gene's product, strongest first.
    drug
        The medicine that advice is sought for.

    Returns
    -------
    Shift or None
        None without effects. Without a rule for the gene, the possibilities stay and
        the medicines are told.

    Notes
    -----
    Of inhibitors the strongest counts. With an inhibitor and an inducer together,
    every phenotype that one of them gives is possible, and the genotype's.
    """
    if not effects:
        return None
    cause = "; ".join(effect.words for effect in effects)
    strongest = {e.effect: e.strength for e in reversed(effects)}
    has_rule = gene in _STEPPED or (gene in _SCORED and "inhibitor" in strongest)
    if not has_rule or drug in COUNTED_ELSEWHERE:
        return Shift(gene, tuple(states), cause, is_shift=False)
    found: dict[State, None] = {}
    for effect, strength in strongest.items():
        found |= dict.fromkeys(
            _inhibit(gene, states, strength)
            if effect == "inhibitor"
            else _induce(gene, states)
        )
    if len(strongest) > 1:
        found |= dict.fromkeys(states)
    return Shift(gene, tuple(found), cause, is_shift=bool(found))


def _inhibit(gene: str, states: Sequence[State], strength: str) -> Iterable[State]:
    if strength == "strong":
        # A strong inhibitor leaves no activity, whatever the genotype.
        return [State(_LADDER[0], 0.0 if gene in _SCORED else None)]
    if gene in _SCORED:
        return _scale(gene, states, _FACTORS[strength])
    return [_step(gene, state, _lower) for state in states]


def _lower(rung: int) -> int:
    return min(_NORMAL, rung) if rung > _NORMAL else max(rung - 1, 0)


def _induce(gene: str, states: Sequence[State]) -> Iterable[State]:
    if gene not in _STEPPED:
        return states
    return [_step(gene, state, _raise) for state in states]


def _raise(rung: int) -> int:
    return min(rung + 1, len(_LADDER) - 1) if rung else 0


def _step(gene: str, state: State, move: Callable[[int], int]) -> State:
    wanted = canonical_phenotype(gene, state.phenotype)
    for rung, phenotype in enumerate(_LADDER):
        if phenotype.casefold() == wanted:
            return State(_LADDER[move(rung)])
    return state


def _scale(gene: str, states: Sequence[State], factor: float) -> Iterable[State]:
    for state in states:
        if is_open(gene, state):
            yield state
            continue
        for score in _scores(gene, state):
            # Guidelines speak of quarters: what lies between counts as the lower one.
            scaled = floor(score * factor * 4) / 4
            yield State(_name_score(gene, scaled), scaled)


def _scores(gene: str, state: State) -> list[float]:
    if state.score is not None:
        return [state.score]
    wanted = canonical_phenotype(gene, state.phenotype)
    for phenotype, (low, high) in SCORE_BANDS[gene].items():
        if phenotype.casefold() == wanted:
            top = _MOST_ACTIVE if isinf(high) else high
            return [low + step / 4 for step in range(int((top - low) * 4) + 1)]
    return []


def _name_score(gene: str, score: float) -> str:
    bands = SCORE_BANDS[gene].items()
    below = [(low, phenotype) for phenotype, (low, _) in bands if low <= score]
    return max(below)[1]
