"""Calls of other tools beside our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from genostrat.arrays import Integers
from genostrat.pgx.definitions import Effect, Gene, Knowledge
from genostrat.pgx.matching.rows import Row
from genostrat.pgx.naming import join_diplotype, join_some
from genostrat.pgx.outside.calls import OutsideCall
from genostrat.pgx.outside.names import find_outside_effect, find_scored_phenotype
from genostrat.pgx.phenotypes import INDETERMINATE


def add_outside_calls(
    rows: list[Row],
    shared: Mapping[str, Integers],
    calls: Sequence[OutsideCall],
    *,
    knowledge: Knowledge,
    samples: Sequence[str],
) -> None:
    """Put calls of other tools into the rows of their patients.

    Parameters
    ----------
    rows
        Rows that patients share; rows with outside calls are added to them.
    shared
        For each gene, which row each patient has; changed in place.
    calls
        Of any sample; those of samples and genes that are not called are left out.
    knowledge
        With the genes.
    samples
        Patients, in the order of `shared`.
    """
    place = {sample: number for number, sample in enumerate(samples)}
    of_row: dict[tuple[str, str], list[OutsideCall]] = {}
    for call in calls:
        if call.gene in shared and call.sample in place:
            of_row.setdefault((call.gene, call.sample), []).append(call)
    for (name, sample), found in of_row.items():
        codes = shared[name]
        own = rows[codes[place[sample]]]
        codes[place[sample]] = len(rows)
        rows.append(merge_calls(own, found, gene=knowledge.genes[name]))


def merge_calls(own: Row, calls: Sequence[OutsideCall], *, gene: Gene) -> Row:
    """Merge the calls that other tools made of a gene in a patient with our own.

    Parameters
    ----------
    own
        Our row.
    calls
        At least one.
    gene
        Whose calls.

    Notes
    -----
    An outside call stands where genotypes cannot call the gene. Where they can, both
    must agree: a call that does not is neither overruled nor believed.
    """
    tools = " and ".join(dict.fromkeys(call.tool for call in calls))
    found: dict[str, tuple[tuple[str, ...], Effect | None]] = {}
    for call in calls:
        for names in call.diplotypes:
            found[join_diplotype(names)] = names, find_outside_effect(gene, names)
    notes = [call.note for call in calls if call.note]
    notes += [
        f"the call of {call.tool} is not used as it is: {call.unread}"
        for call in calls
        if call.unread
    ]
    calls = [_with_phenotype(call, gene) for call in calls]
    if not found and not any(call.phenotype for call in calls):
        text = "" if notes else f"{tools} made no call"
        return replace(own, reason=_join(*notes, own.reason, text))
    if own.status == "not_called":
        return _stand_in(own, calls, found, tools=tools, notes=notes)
    return _compare(own, calls, found, tools=tools, notes=notes)


def _with_phenotype(call: OutsideCall, gene: Gene) -> OutsideCall:
    """Give a call that is an activity score alone the score's phenotype."""
    if call.diplotypes or call.phenotype or call.activity_score is None:
        return call
    phenotype = find_scored_phenotype(gene, call.activity_score)
    return replace(call, phenotype=phenotype)


def _stand_in(
    own: Row,
    calls: Sequence[OutsideCall],
    found: Mapping[str, tuple[tuple[str, ...], Effect | None]],
    *,
    tools: str,
    notes: Sequence[str],
) -> Row:
    """Make a row of outside calls only."""
    told = [call.phenotype for call in calls if call.phenotype]
    spelled = list(found)
    names, effect = found[spelled[0]] if spelled else ((), None)
    phenotypes = [e.phenotype if e else "" for _, e in found.values()] or [""]
    # The source's own phenotype counts; a tool's stands in where it has none.
    phenotype = phenotypes[0] or (told[0] if told else "")
    possible = {text or (told[0] if told else INDETERMINATE) for text in phenotypes}
    possible |= set(told)
    if any(call.unread for call in calls):
        possible.add(INDETERMINATE)
    possible.discard(phenotype)
    if not phenotype:
        possible.discard(INDETERMINATE)
    sentences = list(notes)
    if len(spelled) > 1:
        sentences.append(f"{tools} cannot tell {join_some(spelled)} apart")
    if phenotypes[0] and any(text != phenotypes[0] for text in told):
        sentences.append(f"{tools} gives the phenotype {join_some(told)}")
    if not phenotype and spelled:
        sentences.append(f"no phenotype for {spelled[0]} in the knowledge base")
    score = effect.activity_score if effect else calls[0].activity_score
    return replace(
        own,
        diplotype=spelled[0] if spelled else "",
        alternatives="|".join(spelled[1:]),
        # The tool has looked at both copies on its own data.
        phased=True,
        activity_score=score,
        phenotype=phenotype,
        status="ambiguous" if possible or notes else "called",
        reason=_join(*sentences),
        allele_1=names[0] if names else "",
        allele_2=names[1] if len(names) > 1 else "",
        match="outside",
        other_phenotypes="|".join(sorted(possible)),
        n_alternatives=max(len(spelled) - 1, 0),
        explanation="",
        source=f"outside:{tools.replace(' and ', '+')}",
    )


def _compare(
    own: Row,
    calls: Sequence[OutsideCall],
    found: Mapping[str, tuple[tuple[str, ...], Effect | None]],
    *,
    tools: str,
    notes: Sequence[str],
) -> Row:
    """Hold outside calls against a call of our own."""
    others = [spelled for spelled in found if spelled != own.diplotype]
    # A tool that gives a phenotype alone can only be held against ours.
    told = {call.phenotype for call in calls if call.phenotype and not call.diplotypes}
    told -= {own.phenotype, ""}
    if not others and not told:
        is_read = not any(call.unread for call in calls)
        agrees = f"{tools} agrees" if is_read else ""
        return replace(own, reason=_join(own.reason, agrees, *notes))
    listed = own.alternatives.split("|") if own.alternatives else []
    new = [spelled for spelled in others if spelled not in listed]
    phenotypes = set(filter(None, own.other_phenotypes.split("|"))) | told
    for spelled in others:
        effect = found[spelled][1]
        phenotypes.add(effect.phenotype if effect else INDETERMINATE)
    phenotypes.discard(own.phenotype)
    says = join_some([*others, *sorted(told)])
    text = f"{tools} says {says}, the genotypes say {own.diplotype}"
    return replace(
        own,
        alternatives="|".join([*new, *listed]),
        status="ambiguous",
        reason=_join(text, *notes, own.reason),
        other_phenotypes="|".join(sorted(phenotypes)),
        n_alternatives=own.n_alternatives + len(new),
    )


def _join(*sentences: str) -> str:
    return "; ".join(sentence.rstrip(".") for sentence in sentences if sentence)
