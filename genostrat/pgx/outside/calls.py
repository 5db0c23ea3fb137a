"""Calls that other tools made: CYP2D6, HLA and whatever genotypes cannot show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from genostrat.errors import Problem, raise_if_any
from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.naming import join_some
from genostrat.pgx.outside.aldy import read_aldy
from genostrat.pgx.outside.files import Cells, read_cells, read_pypgx_results
from genostrat.pgx.outside.hla import read_arcas, read_optitype
from genostrat.pgx.outside.names import BLANKS
from genostrat.pgx.outside.records import (
    GENE,
    SCORE,
    OutsideCall,
    OutsideCalls,
    add_call,
    parse_score,
)
from genostrat.pgx.outside.starphase import read_starphase
from genostrat.pgx.outside.stellarpgx import read_stellarpgx

_SUFFIX = ".outside.tsv"
_ALTERNATIVES = re.compile(r"[;|]")


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
        `path` and `format` of each, one of
        :data:`genostrat.registry.words.pgx.OUTSIDE_FORMATS`.
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
    strangers = [gene for what, gene, _ in read.odd if what == GENE]
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
        score = parse_score(activity)
        if score is None:
            read.note_odd(SCORE, gene, activity, line)
    blank = phenotype.casefold() in BLANKS
    add_call(
        read,
        OutsideCall(sample, gene, tool, (), "" if blank else phenotype, score),
        [diplotype],
        knowledge=knowledge,
        line=line,
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
    "aldy": read_aldy,
    "starphase": read_starphase,
    "stellarpgx": read_stellarpgx,
    "optitype": read_optitype,
    "arcashla": read_arcas,
}
