"""What a body advises on a medicine for one combination of genes' results.

Nothing is guessed. A gene that was not called, or may be one of several phenotypes,
leaves a category only as far as every possibility asks for it; and “as usual” is never
said while a gene that could change it is unknown. Medicines taken now may make advice
more pressing, never less: what the genotype asks for stands beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from genostrat.pgx.guidance.answers import Advice, AdviceOutcome, Decision, Result
from genostrat.pgx.guidance.categories import (
    ACTIONABLE,
    MONITOR,
    NO_GUIDANCE,
    STANDARD,
    rank_certain,
    sort_categories,
)
from genostrat.pgx.guidance.entries import Entry, Topic
from genostrat.pgx.guidance.states import State, is_open
from genostrat.pgx.guidance.wording import tell_advice


def advise_on(topic: Topic, results: Sequence[Result]) -> Advice:
    """Say what a body advises.

    Parameters
    ----------
    topic
        What the body says.
    results
        One for each of the topic's genes, in their order.
    """
    genotype = decide(topic, [result.states for result in results])
    effective = genotype
    if any(result.effective != result.states for result in results):
        effective = decide(topic, [result.effective for result in results])
    leading = min((effective, genotype), key=_rank)
    shifts = [r.shift for r in results if r.shift is not None]
    possible = sort_categories((*genotype.possible, *effective.possible))
    category = leading.category
    if category == STANDARD and not all(shift.is_shift for shift in shifts):
        # The medicine changes the enzyme, and no rule says what that comes to.
        category = MONITOR
        possible = sort_categories((MONITOR, *possible))
    recommendation, by_genotype = tell_advice(
        topic,
        results,
        genotype=genotype,
        effective=effective,
        is_by_genotype=leading is not effective,
    )
    return Advice(
        category=category,
        strength=leading.strength if category == leading.category else "",
        recommendation=recommendation,
        genotype_recommendation=by_genotype,
        possible=tuple(possible),
        genotype_category=genotype.category,
        interaction="; ".join(dict.fromkeys(shift.cause for shift in shifts)),
    )


def _rank(decision: Decision) -> int:
    return rank_certain(decision.category, decision.possible)


def decide(topic: Topic, possibilities: Sequence[Sequence[State]]) -> Decision:
    """Say what a body advises for all that the genes may be.

    Parameters
    ----------
    topic
        What the body says.
    possibilities
        For each of the topic's genes; none for a gene without a result.

    Notes
    -----
    Where every possibility leads to one category, it is that. Where each asks for a
    change (avoid, change the dose) it is the lesser change, and where each asks at
    least to watch, that: the least that all possibilities ask for. Otherwise there is
    no category, and the possible ones say what to expect.
    """
    choices = [tuple(states) or (None,) for states in possibilities]
    outcomes = tuple(_resolve(topic, states) for states in product(*choices))
    possible = sort_categories(c for o in outcomes for c in _categories(o))
    settled = {o.certain.category if o.certain else None for o in outcomes}
    category: str | None = NO_GUIDANCE
    if len(settled) == 1 and None not in settled:
        (category,) = settled
    elif set(possible) <= set(ACTIONABLE) or len(possible) == 1:
        category = possible[-1]
    elif set(possible) <= {*ACTIONABLE, MONITOR}:
        category = MONITOR
    return Decision(category or NO_GUIDANCE, tuple(possible), outcomes)


def _categories(outcome: AdviceOutcome) -> Iterable[str]:
    for entry in outcome.possible:
        yield entry.category or NO_GUIDANCE
    if outcome.is_silent or not outcome.possible:
        yield NO_GUIDANCE


def _resolve(topic: Topic, states: tuple[State | None, ...]) -> AdviceOutcome:
    """Find the entries for one possibility of each gene.

    An entry that fits is held against every entry that may fit as well, because a
    gene is unknown or known in part. It stands where it asks for a change; where it
    does not, and one of the others would, nothing is certain.
    """
    fitting: Entry | None = None
    maybe: list[Entry] = []
    unknown = any(
        state is None or is_open(gene, state)
        for gene, state in zip(topic.genes, states, strict=True)
    )
    for entry in topic.entries:
        found = entry.match(states)
        if found is None:
            maybe.append(entry)
        elif found and fitting is None:
            fitting = entry
            unknown = unknown and not entry.names_diplotypes(states)
            if not unknown:
                break
    if fitting is None:
        # The entries for the parts of a phenotype (two ranges of its activity score)
        # cover it together; those for an unknown gene may leave out some results.
        return AdviceOutcome(states, None, tuple(maybe), is_silent=unknown or not maybe)
    possible = (fitting, *maybe)
    more = [entry for entry in maybe if entry.category in ACTIONABLE]
    stands = fitting.category in ACTIONABLE or fitting.is_firm or not more
    # Of what may fit beside advice that was given for an unknown gene, only what asks
    # for a change adds to it.
    kept = (fitting, *more) if unknown else possible
    return AdviceOutcome(states, fitting if stands else None, kept, is_silent=False)
