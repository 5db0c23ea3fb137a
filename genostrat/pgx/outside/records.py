"""Calls of other tools as they are kept, whichever tool made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from genostrat.cells import parse_number
from genostrat.errors import Problem, printable
from genostrat.pgx.definitions import Gene, Knowledge
from genostrat.pgx.naming import join_some
from genostrat.pgx.outside.names import (
    BLANKS,
    find_unknown,
    normalise_diplotype,
    normalise_phenotype,
)


@dataclass(frozen=True)
class OutsideCall:
    """One tool's call of one gene in one patient.

    Parameters
    ----------
    sample, gene, tool
        Whose, of what, by which program.
    diplotypes
        Each as the names of its alleles; several where the tool could not decide,
        none where it made no call.
    phenotype
        As the tool gives it; may be blank.
    activity_score
        As the tool gives it.
    note
        What the tool says against its own call.
    unread
        Why the call, or a part of it, cannot be used.
    """

    sample: str
    gene: str
    tool: str
    diplotypes: tuple[tuple[str, ...], ...]
    phenotype: str = ""
    activity_score: float | None = None
    note: str = ""
    unread: str = ""


@dataclass
class OutsideCalls:
    """What a file or directory holds.

    Parameters
    ----------
    calls
        Of known samples.
    n_unknown
        Samples that are not in the cohort.
    genes
        That the calls are of, those of unknown samples among them.
    odd
        (what is odd, gene, how the tool writes it) → lines where it stands.
    problems
        What is wrong with the file.
    """

    calls: list[OutsideCall] = field(default_factory=list)
    n_unknown: int = 0
    genes: set[str] = field(default_factory=set)
    odd: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def note_odd(self, what: str, gene: str, text: str, line: int) -> None:
        """Remember a cell that is not used as it is."""
        self.odd.setdefault((what, gene, text), []).append(line)

    def describe(self, path: Path, knowledge: Knowledge) -> dict[str, list[str]]:
        """Return sentences on what was left out, each with the genes it is about."""
        found: dict[str, list[str]] = {}
        if self.n_unknown:
            text = (
                f"{path.name}: calls of {self.n_unknown} samples that are not in the"
                " cohort are left out"
            )
            found[text] = sorted(self.genes)
        for what, sentence in _ODD.items():
            items = {
                key[1:]: lines for key, lines in self.odd.items() if key[0] == what
            }
            if items:
                # A file of a directory is named after its patient.
                told = _tell_odd(items, with_lines=path.is_file())
                text = sentence.format(source=knowledge.source, items=told)
                genes = {gene for gene, _ in items if gene in knowledge.genes}
                found[f"{path.name}: {text}"] = sorted(genes)
        return found


ALLELE, GENE, SCORE, NUMBER = "allele", "gene", "score", "number"
_ODD = {
    ALLELE: "{source} does not have these alleles, so the calls that name them are not"
    " used: {items}",
    GENE: "{source} does not have these genes, whose calls are left out: {items}",
    NUMBER: "a call has one or two alleles, so these are not used: {items}",
    SCORE: "an activity score is a number, so these are not used: {items}",
}
#: Items named in a sentence, and lines of each.
_MOST_NAMED = 10


def _tell_odd(items: Mapping[tuple[str, str], list[int]], *, with_lines: bool) -> str:
    told = []
    for (gene, text), lines in sorted(items.items()):
        where = "line" if len(lines) == 1 else "lines"
        where += f" {join_some([str(line) for line in lines], most=_MOST_NAMED)}"
        if not with_lines:
            where = "once" if len(lines) == 1 else f"{len(lines)} times"
        told.append(f"{printable(f'{gene} {text}'.strip(), 80)} ({where})")
    return join_some(told, most=_MOST_NAMED)


def parse_score(text: str) -> float | None:
    """Return an activity score as tools write it, or None where it is none."""
    score = parse_number(text.lstrip("≥>= "))
    return score if 0 <= score <= 100 else None


def add_call(
    read: OutsideCalls,
    call: OutsideCall,
    spelled: Sequence[str],
    *,
    knowledge: Knowledge,
    line: int,
) -> None:
    """Add a call, as far as its gene and its alleles are known.

    Parameters
    ----------
    read
        What it is added to.
    call
        Without diplotypes.
    spelled
        Diplotypes as the tool writes them.
    knowledge
        Genes and alleles that a call may name.
    line
        Where it stands.
    """
    gene = knowledge.genes.get(call.gene)
    read.genes.add(call.gene)
    if gene is None:
        read.note_odd(GENE, call.gene, "", line)
        return
    diplotypes: list[tuple[str, ...]] = []
    unread = [call.unread]
    for text in spelled:
        if text.casefold() in BLANKS:
            continue
        names = normalise_diplotype(text, gene=gene)
        known, why = _sort_out(read, gene, names, text, line=line)
        unread.append(why)
        if known:
            diplotypes.append(known)
    read.calls.append(
        replace(
            call,
            diplotypes=tuple(dict.fromkeys(diplotypes)),
            phenotype=normalise_phenotype(call.phenotype, gene=gene),
            unread="; ".join(dict.fromkeys(filter(None, unread))),
        )
    )


def _sort_out(
    read: OutsideCalls, gene: Gene, names: tuple[str, ...], text: str, *, line: int
) -> tuple[tuple[str, ...], str]:
    """Return what of a diplotype can be used, and why the rest cannot.

    One allele of HLA counts by itself, whatever the other one is; a diplotype of any
    other gene counts as a whole.
    """
    if not 1 <= len(names) <= 2:
        read.note_odd(NUMBER, gene.name, text, line)
        return (), f"{printable(text, 80)} is not one or two alleles"
    blank = [name for name in names if name.casefold() in BLANKS]
    unknown = find_unknown([n for n in names if n not in blank], gene=gene)
    for name in unknown:
        read.note_odd(ALLELE, gene.name, name, line)
    if len(blank) == len(names):
        return (), ""
    told = [f"{printable(name, 80)} is no allele that is known" for name in unknown]
    told += [f"one allele is given as {printable(name, 80)}" for name in blank]
    if not told:
        return names, ""
    is_hla = gene.name.startswith("HLA-")
    kept = tuple(name for name in names if name not in (*blank, *unknown))
    return kept if is_hla else (), "; ".join(told)
