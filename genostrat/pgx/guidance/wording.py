"""The sentences around what a body advises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genostrat.pgx.guidance.answers import AdviceOutcome, Decision, Result
from genostrat.pgx.guidance.categories import (
    ACTIONABLE,
    CATEGORIES,
    CATEGORY_WORDS,
    NO_GUIDANCE,
)
from genostrat.pgx.guidance.entries import Entry, Topic
from genostrat.pgx.guidance.states import State, is_open

#: Possibilities that are told one by one; more are told by their category.
_MOST_TOLD = 4


def tell_advice(
    topic: Topic,
    results: Sequence[Result],
    *,
    genotype: Decision,
    effective: Decision,
    is_by_genotype: bool,
) -> tuple[str, str]:
    """Word what a body advises: with the medicines taken now, and by genotype.

    Parameters
    ----------
    topic
        What the body says.
    results
        One for each of the topic's genes.
    genotype, effective
        What it comes to by genotype alone and with the medicines taken now.
    is_by_genotype
        Whether the genotype alone asks for more than with the medicines taken now.

    Returns
    -------
    recommendation
        With the medicines taken now; where the genotype asks for more, that first.
    by_genotype
        By genotype alone; blank where the recommendation says it.
    """
    by_genotype = _tell_decision(topic, genotype)
    shifts = [r.shift for r in results if r.shift is not None]
    if not shifts:
        return by_genotype, ""
    unruled = list(dict.fromkeys(s.gene for s in shifts if not s.is_shift))
    hint = ""
    if unruled:
        hint = (
            f"The genotype alone does not tell how active {_list(unruled, last='and')}"
            f" {'is' if len(unruled) == 1 else 'are'} with the medicines taken now:"
            " watch levels and effects."
        )
    told = _tell_decision(topic, effective)
    if told == by_genotype:
        return _sentences(hint, told), ""
    if is_by_genotype:
        now = f"While the medicines taken now last: {told}"
        return _sentences(by_genotype, hint, now), ""
    return _sentences(hint, told), by_genotype


def _tell_decision(topic: Topic, decision: Decision) -> str:
    if len(decision.outcomes) == 1:
        return _tell_outcome(topic, decision.outcomes[0])
    worded: dict[str, list[str]] = {}
    varying = _varying(decision)
    # What asks for most comes first, so that it is among those that are told.
    for outcome in sorted(decision.outcomes, key=_pressing):
        said = _quote(_tell_outcome(topic, outcome), outcome)
        label = _label(topic, outcome, varying=varying)
        worded.setdefault(said, []).append(label)
    heads = [
        f"{topic.genes[place]} could be"
        f" {_list(_name(o.states[place]) for o in decision.outcomes)}."
        for place in varying
    ]
    if len(worded) == 1:
        return _sentences(*heads, "Either way:", *worded)
    if decision.category != NO_GUIDANCE:
        heads.append("Each leads to the same category.")
    if set(decision.possible) <= set(ACTIONABLE):
        heads[-1] = "Each asks for a change; which one depends on the result."
    elif decision.category == NO_GUIDANCE:
        heads.append(f"What to do about {topic.drug} depends on which it is.")
    told = [f"{_list(labels)}: {said}" for said, labels in worded.items()]
    more = len(told) - _MOST_TOLD
    rest = f"And {more} more possible results." if more > 0 else ""
    return _sentences(*heads, *told[:_MOST_TOLD], rest)


def _pressing(outcome: AdviceOutcome) -> int:
    found = [entry.category or NO_GUIDANCE for entry in outcome.possible]
    return min((CATEGORIES.index(name) for name in found), default=len(CATEGORIES))


def _varying(decision: Decision) -> list[int]:
    """Return the places of the genes that leave several possibilities."""
    columns = zip(*(o.states for o in decision.outcomes), strict=True)
    return [place for place, states in enumerate(columns) if len(set(states)) > 1]


def _tell_outcome(topic: Topic, outcome: AdviceOutcome) -> str:
    unknown = _word_unknown(topic, outcome)
    fitting = outcome.possible[0] if outcome.possible else None
    if outcome.certain is not None:
        more = _worse(outcome)
        hint = f"{unknown} It could be more: {more}." if more else ""
        return _sentences(_text(outcome.certain), hint)
    if not unknown and fitting is None:
        pairs = zip(topic.genes, outcome.states, strict=True)
        found = _list((f"{g} {_name(s)}" for g, s in pairs), last="and")
        return f"{topic.reference.body} says nothing on {topic.drug} for {found}."
    if not unknown:
        order = _order_test(topic, outcome)
        return order or _tell_parts(topic, outcome.possible)
    if outcome.is_silent or fitting is None:
        return _sentences(unknown, _order_test(topic, outcome))
    return _sentences(
        f"{unknown} It could change the advice on {topic.drug};"
        f" without it {topic.reference.body} says “{_text(fitting).rstrip('.')}”.",
        _order_test(topic, outcome),
    )


def _tell_parts(topic: Topic, entries: Sequence[Entry]) -> str:
    """Tell the entries that a phenotype without its activity score may meet."""
    texts = list(dict.fromkeys(_text(entry) for entry in entries))
    if len(texts) == 1:
        return texts[0]
    told = _list(f"“{text}”" for text in texts[:_MOST_TOLD])
    genes = _list(topic.genes, last="and")
    return f"It depends on the exact result of {genes}: {told}"


def _word_unknown(topic: Topic, outcome: AdviceOutcome) -> str:
    """Name the genes that leave the answer open."""
    pairs = list(zip(topic.genes, outcome.states, strict=True))
    missing = [gene for gene, state in pairs if state is None]
    vague = [g for g, s in pairs if s is not None and is_open(g, s)]
    verb = "was" if len(missing) == 1 else "were"
    return _sentences(
        f"{_list(missing, last='and')} {verb} not assessed." if missing else "",
        f"The effect of {_list(vague, last='and')} is not known." if vague else "",
    )


def _order_test(topic: Topic, outcome: AdviceOutcome) -> str:
    """Say which test to order: the alleles of HLA genes that the topic asks for."""
    asked = {
        f"{condition.gene}{condition.names[0]}": None
        for entry in topic.entries
        for cell, state in zip(entry.cells, outcome.states, strict=True)
        for condition in cell
        if condition.kind == "with" and condition.match(state) is None
    }
    if asked:
        tests = _list(asked, last="and")
        return f"Order {tests} before {topic.drug}; not assessed is not negative."
    if not _word_unknown(topic, outcome):
        return ""
    worst = _worse(outcome)
    return f"Possible: {worst}. Confirm before use." if worst else ""


def _worse(outcome: AdviceOutcome) -> str:
    """Name what asks for a change among what is possible beside the certain advice."""
    names = [
        CATEGORY_WORDS[name]
        for name in ACTIONABLE
        if any(
            entry.category == name and entry is not outcome.certain
            for entry in outcome.possible
        )
        and (outcome.certain is None or outcome.certain.category != name)
    ]
    if outcome.certain is not None and outcome.certain.category == ACTIONABLE[0]:
        return ""
    return _list(name.lower() for name in names)


def _text(entry: Entry) -> str:
    if entry.category is None:
        return f"Category not recognised: read the text. {entry.text}"
    return entry.text


def _quote(said: str, outcome: AdviceOutcome) -> str:
    is_plain = outcome.certain is not None and said == outcome.certain.text
    return f"“{said}”" if is_plain else said


def _label(topic: Topic, outcome: AdviceOutcome, *, varying: Sequence[int]) -> str:
    return ", ".join(
        f"{topic.genes[place]} {_name(outcome.states[place])}" for place in varying
    )


def _name(state: State | None) -> str:
    """Name a possibility: its phenotype with the activity score, or its alleles."""
    if state is None:
        return "not assessed"
    if state.phenotype and state.score is not None:
        return f"{state.phenotype} (activity score {state.score:g})"
    return state.phenotype or "/".join(state.alleles) or "without a known phenotype"


def _list(items: Iterable[str], *, last: str = "or") -> str:
    found = list(dict.fromkeys(items))
    if len(found) < 2:
        return "".join(found)
    return ", ".join(found[:-1]) + f" {last} {found[-1]}"


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
