"""What a source advises on a drug for one combination of genes' results.

Nothing is guessed. A gene that was not called, or may be one of several phenotypes,
leaves a category only where every possibility leads to the same one; and “as usual” is
never said while a gene that could change it is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from genostrat.pgx.guidance.answers import Advice, Answer, Because, Result
from genostrat.pgx.guidance.categories import (
    ACTIONABLE,
    AVOID,
    NO_GUIDANCE,
    categorise_text,
    provides_for_unknown,
    sort_categories,
)
from genostrat.pgx.guidance.drugs import INDETERMINATE, NOT_AVAILABLE, Drug
from genostrat.pgx.guidance.wording import (
    tell_alternatives,
    tell_answer,
    tell_guideline,
)


def advise_on(drug: Drug, results: Sequence[Result]) -> Advice:
    """Say what the source advises.

    Parameters
    ----------
    drug
        The drug.
    results
        One for each of its genes, in their order.

    Notes
    -----
    A gene that was not called is looked up as “not available”, for which sources have
    rows of their own. Where they do not, or would say “as usual”, the answers for
    every phenotype of that gene are compared. Where a source has no text for a pair
    of phenotypes although everything it says of each of the two is to avoid the
    drug, it is avoided.
    """
    if not drug.texts:
        text = tell_guideline(drug, results)
        return Advice(NO_GUIDANCE, text, (NO_GUIDANCE,))
    choices = [_lookups(result) for result in results]
    answers = [_answer(drug, phenotypes) for phenotypes in product(*choices)]
    if len(answers) == 1:
        answer = answers[0]
        text = tell_answer(drug, answer, results=results)
        return Advice(answer.category, text, answer.possible)
    found = {answer.category for answer in answers}
    category = found.pop() if len(found) == 1 else NO_GUIDANCE
    possible = sort_categories(c for answer in answers for c in answer.possible)
    text = tell_alternatives(drug, answers, results=results, category=category)
    return Advice(category, text, tuple(possible))


def _lookups(result: Result) -> tuple[str, ...]:
    """Return the phenotypes to look up: a result without effect is indeterminate."""
    found = dict.fromkeys(p or INDETERMINATE for p in result.phenotypes)
    return tuple(found) or (NOT_AVAILABLE,)


def _answer(drug: Drug, phenotypes: tuple[str, ...]) -> Answer:
    text = drug.texts.get(phenotypes, "")
    category = categorise_text(text)
    if category is None:
        possible = (NO_GUIDANCE,)
        return Answer(phenotypes, NO_GUIDANCE, possible, (text,), Because.UNRECOGNISED)
    if text:
        return _check_reassurance(drug, phenotypes, text=text, category=category)
    if NOT_AVAILABLE in phenotypes:
        return _compare_every(drug, phenotypes)
    return _infer_avoidance(drug, phenotypes)


def _check_reassurance(
    drug: Drug, phenotypes: tuple[str, ...], *, text: str, category: str
) -> Answer:
    """Accept “as usual” only where no unknown gene could make it a change.

    A text that asks for a change stands, and so does one that says what to do while
    the gene is unknown.
    """
    unknown = [p in (NOT_AVAILABLE, INDETERMINATE) for p in phenotypes]
    found = {category}
    if any(unknown):
        found |= {a.category for a in _fill(drug, phenotypes, unknown=unknown)}
    possible = tuple(sort_categories(found))
    changes = found.intersection(ACTIONABLE)
    if changes and category not in ACTIONABLE and not provides_for_unknown(text):
        return Answer(phenotypes, NO_GUIDANCE, possible, (text,), Because.UNSURE)
    return Answer(phenotypes, category, possible, (text,), Because.TEXT)


def _compare_every(drug: Drug, phenotypes: tuple[str, ...]) -> Answer:
    """Compare what the source says for every phenotype of the genes not called."""
    unknown = [p == NOT_AVAILABLE for p in phenotypes]
    answers = _fill(drug, phenotypes, unknown=unknown)
    found = {answer.category for answer in answers}
    possible = tuple(sort_categories(found)) or (NO_GUIDANCE,)
    if len(found) == 1 and NO_GUIDANCE not in found:
        texts = tuple(dict.fromkeys(t for answer in answers for t in answer.texts))
        return Answer(phenotypes, possible[0], possible, texts, Because.ANY)
    return Answer(phenotypes, NO_GUIDANCE, possible, (), Because.UNSURE)


def _infer_avoidance(drug: Drug, phenotypes: tuple[str, ...]) -> Answer:
    """Avoid a drug for a pair that the source left out, if it does so for each."""
    silent = Answer(phenotypes, NO_GUIDANCE, (NO_GUIDANCE,), (), Because.SILENT)
    if len(phenotypes) < 2 or INDETERMINATE in phenotypes:
        return silent
    texts: dict[str, None] = {}
    for place, phenotype in enumerate(phenotypes):
        mine = [t for key, t in drug.texts.items() if key[place] == phenotype]
        if not mine or any(categorise_text(text) != AVOID for text in mine):
            return silent
        texts |= dict.fromkeys(mine)
    return Answer(phenotypes, AVOID, (AVOID,), tuple(texts), Because.EACH)


def _fill(
    drug: Drug, phenotypes: tuple[str, ...], *, unknown: Sequence[bool]
) -> list[Answer]:
    """Return the answers with every known phenotype in the place of unknown ones."""
    choices = [
        known if is_unknown else (phenotype,)
        for phenotype, known, is_unknown in zip(
            phenotypes, drug.phenotypes, unknown, strict=True
        )
    ]
    return [_answer(drug, filled) for filled in product(*choices)]
