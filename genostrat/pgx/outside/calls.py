"""Calls that other tools made: CYP2D6, HLA and whatever genotypes cannot show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from genostrat.cells import parse_number
from genostrat.errors import Problem, printable, raise_if_any
from genostrat.pgx.definitions import Gene, Knowledge
from genostrat.pgx.naming import join_some
from genostrat.pgx.outside.files import Cells, read_cells, read_pypgx_results
from genostrat.pgx.outside.names import (
    BLANKS,
    find_unknown,
    normalise_diplotype,
    normalise_phenotype,
)

_SUFFIX = ".outside.tsv"
_ALTERNATIVES = re.compile(r"[;|]")


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


_ALLELE, _GENE, _SCORE, _NUMBER = "allele", "gene", "score", "number"
_ODD = {
    _ALLELE: "{source} does not have these alleles, so the calls that name them are not"
    " used: {items}",
    _GENE: "{source} does not have these genes, whose calls are left out: {items}",
    _NUMBER: "a call has one or two alleles, so these are not used: {items}",
    _SCORE: "an activity score is a number, so these are not used: {items}",
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


def read_outside_calls(
    sources: Iterable[Mapping[str, str]],
    *,
    knowledge: Knowledge,
    samples: Sequence[str],
) -> tuple[list[OutsideCall], dict[str, list[str]]]:
    """Read every file of other tools' calls.

    Parameters
    ----------
    sources
        `path` and `format` (``pharmcat``, ``pypgx`` or ``cyrius``) of each.
    knowledge
        Genes and alleles that calls may name.
    samples
        Every sample of the cohort, kept or not.

    Returns
    -------
    tuple
        The calls, and for each sentence on what was left out the genes it is about. A
        call that names an allele that no source has is one that was not made, with that
        reason: it must not stop the calls of others.

    Raises
    ------
    GenostratError
        For files that cannot be read, and such that name no gene of the knowledge base.
    """
    calls: list[OutsideCall] = []
    findings: dict[str, list[str]] = {}
    problems: list[Problem] = []
    known = frozenset(samples)
    for source in sources:
        read = _READERS[source["format"]](Path(source["path"]), knowledge, known)
        calls += read.calls
        problems += read.problems or _refuse_strangers(read, source["path"], knowledge)
        findings |= read.describe(Path(source["path"]), knowledge)
    raise_if_any(problems)
    return calls, findings


def _refuse_strangers(
    read: OutsideCalls, path: str, knowledge: Knowledge
) -> list[Problem]:
    """Refuse a file in which no gene is known: it is hardly one of calls."""
    strangers = [gene for what, gene, _ in read.odd if what == _GENE]
    if read.calls or not strangers:
        return []
    return [
        Problem(
            f"the outside calls name no gene that {knowledge.source} knows",
            file=path,
            column="gene",
            found=join_some(strangers),
            allowed=join_some(list(knowledge.genes)),
        )
    ]


def _read_pharmcat(
    path: Path, knowledge: Knowledge, known: frozenset[str]
) -> OutsideCalls:
    """Read PharmCAT's form: a directory of samples, or one table with a header."""
    read = OutsideCalls()
    if not path.is_dir():
        cells = read_cells(path, problems=read.problems)
        header = [name.strip().casefold() for name in cells.header]
        if header[:3] != ["sample_id", "gene", "diplotype"]:
            read.problems.append(
                Problem(
                    "a table of outside calls of a cohort has a header",
                    file=path,
                    line=1,
                    found="\t".join(cells.header),
                    allowed="sample_id, gene, diplotype[, phenotype[, activity_score]]",
                    fix="add the header, or give a directory of"
                    f" <sample_id>{_SUFFIX} files",
                )
            )
            return read
        unknown = set()
        for line, row in cells.rows:
            read.genes.add(row[1].strip() if len(row) > 1 else "")
            if row[0].strip() not in known:
                unknown.add(row[0].strip())
            else:
                _add(read, knowledge, line, row[0].strip(), row[1:], "PharmCAT")
        read.n_unknown = len(unknown)
        return read
    for file in sorted(path.glob(f"*{_SUFFIX}")):
        sample = file.name.removesuffix(_SUFFIX)
        if sample not in known:
            read.n_unknown += 1
            continue
        cells = read_cells(file, problems=read.problems, has_header=False)
        for line, row in cells.rows:
            _add(read, knowledge, line, sample, row, "PharmCAT")
    if not read.calls and not read.problems and not read.n_unknown:
        read.problems.append(
            Problem(
                "no outside calls in the directory",
                file=path,
                allowed=f"files named <sample_id>{_SUFFIX}",
            )
        )
    return read


def _add(
    read: OutsideCalls,
    knowledge: Knowledge,
    line: int,
    sample: str,
    row: Sequence[str],
    tool: str,
) -> None:
    """Add a row of PharmCAT's form: gene, diplotype, phenotype, activity."""
    gene, diplotype, phenotype, activity = [*map(str.strip, row), *[""] * 4][:4]
    score: float | None = None
    if activity.casefold() not in BLANKS:
        score = _parse_score(activity)
        if score is None:
            read.note_odd(_SCORE, gene, activity, line)
    blank = phenotype.casefold() in BLANKS
    add_call(
        read,
        OutsideCall(sample, gene, tool, (), "" if blank else phenotype, score),
        [diplotype],
        knowledge=knowledge,
        line=line,
    )


def _parse_score(text: str) -> float | None:
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
        read.note_odd(_GENE, call.gene, "", line)
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
        read.note_odd(_NUMBER, gene.name, text, line)
        return (), f"{printable(text, 80)} is not one or two alleles"
    blank = [name for name in names if name.casefold() in BLANKS]
    unknown = find_unknown([n for n in names if n not in blank], gene=gene)
    for name in unknown:
        read.note_odd(_ALLELE, gene.name, name, line)
    if len(blank) == len(names):
        return (), ""
    told = [f"{printable(name, 80)} is no allele that is known" for name in unknown]
    told += [f"one allele is given as {printable(name, 80)}" for name in blank]
    if not told:
        return names, ""
    is_hla = gene.name.startswith("HLA-")
    kept = tuple(name for name in names if name not in (*blank, *unknown))
    return kept if is_hla else (), "; ".join(told)


def _read_pypgx(
    path: Path, knowledge: Knowledge, known: frozenset[str]
) -> OutsideCalls:
    """Read results of pypgx: its archive, or the table in it."""
    read = OutsideCalls()
    gene, cells = read_pypgx_results(
        path, genes=knowledge.genes, problems=read.problems
    )
    unknown = set()
    for line, row in _named_rows(cells):
        read.genes.add(row.get("gene") or gene)
        sample = row.get("sample") or row.get("") or row.get("name", "")
        if sample not in known:
            unknown.add(sample)
            continue
        add_call(
            read,
            OutsideCall(sample, row.get("gene") or gene, "pypgx", ()),
            [row.get("genotype", "")],
            knowledge=knowledge,
            line=line,
        )
    read.n_unknown = len(unknown)
    return read


def _read_cyrius(
    path: Path, knowledge: Knowledge, known: frozenset[str]
) -> OutsideCalls:
    """Read the table of Cyrius: CYP2D6 only."""
    read = OutsideCalls()
    read.genes.add("CYP2D6")
    cells = read_cells(path, problems=read.problems)
    header = {name.strip().casefold() for name in cells.header}
    if not {"sample", "genotype"} <= header and not read.problems:
        read.problems.append(
            Problem(
                "this is not a table of Cyrius",
                file=path,
                line=1,
                found="\t".join(cells.header),
                allowed="Sample, Genotype, Filter",
            )
        )
        return read
    unknown = set()
    for line, row in _named_rows(cells):
        sample, text = row.get("sample", ""), row.get("genotype", "")
        if sample not in known:
            unknown.add(sample)
            continue
        state = row.get("filter", "")
        spelled = [part.strip() for part in _ALTERNATIVES.split(text)]
        spelled = [part for part in spelled if part.casefold() not in BLANKS]
        # Alleles that Cyrius found but could not put on two copies have no slash.
        is_open = any("/" not in part for part in spelled)
        passes = state.casefold() in {"pass", "more_than_one_possible_genotype", ""}
        note = "" if passes and not is_open else f"Cyrius filter: {state or text}"
        add_call(
            read,
            OutsideCall(sample, "CYP2D6", "Cyrius", (), note=note),
            [] if is_open else spelled,
            knowledge=knowledge,
            line=line,
        )
    read.n_unknown = len(unknown)
    return read


def _named_rows(cells: Cells) -> Iterator[tuple[int, dict[str, str]]]:
    names = [name.strip().casefold() for name in cells.header]
    for line, row in cells.rows:
        yield line, dict(zip(names, map(str.strip, row), strict=False))


_READERS: Mapping[str, Callable[[Path, Knowledge, frozenset[str]], OutsideCalls]] = {
    "pharmcat": _read_pharmcat,
    "pypgx": _read_pypgx,
    "cyrius": _read_cyrius,
}
