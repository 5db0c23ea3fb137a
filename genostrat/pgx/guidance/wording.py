"""The sentences around a source's recommendations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from genostrat.pgx.guidance.answers import Answer, Because, Result
from genostrat.pgx.guidance.categories import ACTIONABLE, NO_GUIDANCE
from genostrat.pgx.guidance.drugs import INDETERMINATE, NOT_AVAILABLE, Drug


def tell_answer(drug: Drug, answer: Answer, *, results: Sequence[Result]) -> str:
    """Word the answer for results that leave one combination of phenotypes."""
    return _sentences(
        _word_answer(drug, answer, results=results), _mention_others(drug)
    )


def tell_alternatives(
    drug: Drug, answers: Sequence[Answer], *, results: Sequence[Result], category: str
) -> str:
    """Word the answers for results that leave several combinations.

    Every text is given once, with the phenotypes that it is for.
    """
    open_genes = [r for r in results if len(r.phenotypes) > 1]
    heads = [
        f"{r.gene} could be {_list(_called(p) for p in r.phenotypes)}."
        for r in open_genes
    ]
    possible = {name for answer in answers for name in answer.possible}
    worded: dict[str, list[str]] = {}
    for answer in answers:
        said = _word_answer(drug, answer, results=results)
        if answer.because is Because.TEXT:
            said = _quote(answer.texts)
        label = ", ".join(
            _label(result.gene, phenotype)
            for result, phenotype in zip(results, answer.phenotypes, strict=True)
            if result in open_genes
        )
        worded.setdefault(said, []).append(label)
    if len(worded) == 1:
        return _sentences(*heads, "Either way:", *worded, _mention_others(drug))
    if category != NO_GUIDANCE:
        heads.append("Each leads to the same category.")
    elif possible <= set(ACTIONABLE):
        heads.append("Each asks for a change; which one depends on the result.")
    else:
        heads.append(f"What to do about {drug.name} depends on which it is.")
    told = [f"{_list(labels)}: {said}" for said, labels in worded.items()]
    return _sentences(*heads, *told, _mention_others(drug))


def tell_guideline(drug: Drug, results: Sequence[Result]) -> str:
    """Word that there is a guideline without recommendation texts at hand."""
    found = "; ".join(_describe(result) for result in results)
    genes = _list(drug.genes, last="and")
    about = f"for {drug.name} and {genes}"
    return _sentences(
        f"A CPIC guideline (level {drug.level}) exists {about}, but the knowledge base"
        " has no recommendation texts for it."
        if drug.url
        else f"CPIC rates the evidence at level {drug.level} {about}, and has not"
        " published a guideline.",
        f"Results here: {found}.",
        f"Read the guideline: {drug.url}" if drug.url else "",
    )


def _word_answer(drug: Drug, answer: Answer, *, results: Sequence[Result]) -> str:
    quoted = _quote(answer.texts)
    unknown = _word_unknown(answer, results=results)
    pairs = zip(drug.genes, answer.phenotypes, strict=True)
    labels = _list((_label(gene, p) for gene, p in pairs), last="and")
    match answer.because:
        case Because.TEXT:
            return answer.texts[0]
        case Because.UNRECOGNISED:
            return f"Category not recognised: read the text. {quoted}"
        case Because.UNSURE if quoted:
            return (
                f"{unknown} It could change the advice on {drug.name}; without it the"
                f" source says: {quoted}"
            )
        case Because.UNSURE:
            return f"{unknown} The advice on {drug.name} depends on it."
        case Because.ANY:
            return f"{unknown} Whatever it is, the category is the same: {quoted}"
        case Because.EACH:
            return (
                f"The source has no text for {labels} together; what it says of each:"
                f" {quoted}"
            )
    return _sentences(
        f"The source has no recommendation on {drug.name} for {labels}.",
        *(
            f"{result.gene} {result.diplotype} has no phenotype in the knowledge base."
            for result in results
            if "" in result.phenotypes
        ),
    )


def _word_unknown(answer: Answer, *, results: Sequence[Result]) -> str:
    """Name the genes that leave the answer open."""
    pairs = list(zip(results, answer.phenotypes, strict=True))
    missing = [r.gene for r, phenotype in pairs if phenotype == NOT_AVAILABLE]
    vague = [r.gene for r, phenotype in pairs if phenotype == INDETERMINATE]
    verb = "was" if len(missing) == 1 else "were"
    return _sentences(
        f"{_list(missing, last='and')} {verb} not called." if missing else "",
        f"The effect of {_list(vague, last='and')} is not known." if vague else "",
    )


def _mention_others(drug: Drug) -> str:
    if not drug.other_genes:
        return ""
    genes = _list(drug.other_genes, last="and")
    return f"The guideline also names {genes}, which has no texts here."


def _describe(result: Result) -> str:
    if not result.phenotypes:
        return f"{result.gene} not called"
    named = _list(_called(p) for p in result.phenotypes if p)
    return f"{result.gene} {result.diplotype}" + (f" ({named})" if named else "")


def _label(gene: str, phenotype: str) -> str:
    return f"{gene} {_called(phenotype)}" if phenotype else f"{gene} not called"


def _called(phenotype: str) -> str:
    return phenotype or "without a known phenotype"


def _quote(texts: Iterable[str]) -> str:
    return " ".join(f"“{text}”" for text in texts)


def _list(items: Iterable[str], *, last: str = "or") -> str:
    found = list(dict.fromkeys(items))
    if len(found) < 2:
        return "".join(found)
    return ", ".join(found[:-1]) + f" {last} {found[-1]}"


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)
