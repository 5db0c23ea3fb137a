"""Calls that other tools made: CYP2D6, HLA and whatever genotypes cannot show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from genostrat.cells import MISSING, parse_number
from genostrat.errors import Problem, nearest, raise_if_any
from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.outside.files import Cells, read_cells, read_pypgx_results
from genostrat.pgx.outside.names import check_alleles, normalise_diplotype

#: What tools write where they have no call, next to what every table may hold.
_BLANKS = frozenset({code.casefold() for code in MISSING}) | {
    "-",
    "none",
    "no_call",
    "no call",
}
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
    """

    sample: str
    gene: str
    tool: str
    diplotypes: tuple[tuple[str, ...], ...]
    phenotype: str = ""
    activity_score: float | None = None
    note: str = ""


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
    problems
        What is wrong with the file.
    """

    calls: list[OutsideCall] = field(default_factory=list)
    n_unknown: int = 0
    genes: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


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
        The calls, and for each sentence on what was left out the genes it is about.

    Raises
    ------
    GenostratError
        For files that cannot be read, unknown genes and unknown alleles, all together.
    """
    calls: list[OutsideCall] = []
    findings: dict[str, list[str]] = {}
    problems: list[Problem] = []
    known = frozenset(samples)
    for source in sources:
        read = _READERS[source["format"]](Path(source["path"]), knowledge, known)
        calls += read.calls
        problems += read.problems
        if read.n_unknown:
            text = (
                f"{Path(source['path']).name}: calls of {read.n_unknown} samples that"
                " are not in the cohort are left out"
            )
            findings[text] = sorted(read.genes)
    raise_if_any(problems)
    return calls, findings


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
                _add(read, knowledge, path, line, row[0].strip(), row[1:], "PharmCAT")
        read.n_unknown = len(unknown)
        return read
    for file in sorted(path.glob(f"*{_SUFFIX}")):
        sample = file.name.removesuffix(_SUFFIX)
        if sample not in known:
            read.n_unknown += 1
            continue
        cells = read_cells(file, problems=read.problems, has_header=False)
        for line, row in cells.rows:
            _add(read, knowledge, file, line, sample, row, "PharmCAT")
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
    file: Path,
    line: int,
    sample: str,
    row: Sequence[str],
    tool: str,
) -> None:
    """Add a row of PharmCAT's form: gene, diplotype, phenotype, activity."""
    gene, diplotype, phenotype, activity = [*map(str.strip, row), *[""] * 4][:4]
    score: float | None = None
    if activity.casefold() not in _BLANKS:
        score = parse_number(activity.lstrip("≥>="))
        if score != score:
            score = None
            read.problems.append(
                Problem(
                    "an activity score is a number",
                    file=file,
                    line=line,
                    column="activity_score",
                    found=activity,
                )
            )
    spelled = [] if diplotype.casefold() in _BLANKS else [diplotype]
    blank = phenotype.casefold() in _BLANKS
    add_call(
        read,
        OutsideCall(sample, gene, tool, (), "" if blank else phenotype, score),
        spelled,
        knowledge=knowledge,
        file=file,
        line=line,
    )


def add_call(
    read: OutsideCalls,
    call: OutsideCall,
    spelled: Sequence[str],
    *,
    knowledge: Knowledge,
    file: Path,
    line: int,
) -> None:
    """Check the gene and the alleles of a call and add it.

    Parameters
    ----------
    read
        What it is added to, or its problems.
    call
        Without diplotypes.
    spelled
        Diplotypes as the tool writes them.
    knowledge
        Genes and alleles that a call may name.
    file, line
        Where it stands.
    """
    gene = knowledge.genes.get(call.gene)
    if gene is None:
        close = nearest(call.gene, knowledge.genes)
        read.problems.append(
            Problem(
                f"an outside call names a gene that {knowledge.source} does not know",
                file=file,
                line=line,
                column="gene",
                found=call.gene,
                allowed=f"{close}?" if close else ", ".join(list(knowledge.genes)[:10]),
            )
        )
        return
    diplotypes = []
    for text in spelled:
        names = normalise_diplotype(text, gene=gene)
        found = check_alleles(names, gene=gene, file=file, line=line)
        read.problems += found
        if not found:
            diplotypes.append(names)
    read.calls.append(
        OutsideCall(
            sample=call.sample,
            gene=call.gene,
            tool=call.tool,
            diplotypes=tuple(dict.fromkeys(diplotypes)),
            phenotype=call.phenotype,
            activity_score=call.activity_score,
            note=call.note,
        )
    )


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
        genotype = row.get("genotype", "")
        # pypgx writes Indeterminate where it could not decide on a genotype.
        is_blank = genotype.casefold() in _BLANKS | {"indeterminate"}
        add_call(
            read,
            OutsideCall(sample, row.get("gene") or gene, "pypgx", ()),
            [] if is_blank else [genotype],
            knowledge=knowledge,
            file=path,
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
        spelled = [part for part in spelled if part.casefold() not in _BLANKS]
        # Alleles that Cyrius found but could not put on two copies have no slash.
        is_open = any("/" not in part for part in spelled)
        passes = state.casefold() in {"pass", "more_than_one_possible_genotype", ""}
        note = "" if passes and not is_open else f"Cyrius filter: {state or text}"
        add_call(
            read,
            OutsideCall(sample, "CYP2D6", "Cyrius", (), note=note),
            [] if is_open else spelled,
            knowledge=knowledge,
            file=path,
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
