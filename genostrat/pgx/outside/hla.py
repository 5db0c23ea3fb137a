"""HLA types of OptiType and arcasHLA."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from genostrat.errors import Problem
from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.outside.files import read_cells
from genostrat.pgx.outside.patients import (
    find_patients,
    is_record,
    line_of,
    read_record,
    refuse_form,
)
from genostrat.pgx.outside.records import OutsideCall, OutsideCalls, add_call

#: OptiType names a result by the time where no prefix is given.
_BY_TIME = re.compile(r"\d{4}(?:_\d{2}){5}_result\.tsv")
_CLASS_I = ("A", "B", "C")
_ARCAS = "arcasHLA"
#: arcasHLA writes a homozygous allele once, and so one beside which another had no
#: reads of its own: the file does not tell them apart.
_ONE_ALLELE = "it names one allele, and the other may be the same or was not seen"
#: What stands for an allele that was not found; the call is half a call then.
_NONE = "."


def read_optitype(
    path: Path, knowledge: Knowledge, known: frozenset[str]
) -> OutsideCalls:
    """Read results of OptiType: HLA-A, -B and -C, a file a patient.

    Of several solutions the first is taken, which explains most reads.
    """
    read = OutsideCalls()
    found = find_patients(
        path, endings=["_result.tsv"], known=known, read=read, in_folder=_BY_TIME
    )
    for sample, file in found:
        cells = read_cells(file, problems=read.problems)
        names = [name.strip() for name in cells.header]
        missing = [f"{g}{n}" for g in _CLASS_I for n in "12" if f"{g}{n}" not in names]
        if missing or not cells.rows:
            if cells.header:
                read.problems.append(
                    Problem(
                        "this is not a result of OptiType",
                        file=file,
                        line=1,
                        found="\t".join(names).strip(),
                        allowed="columns A1, A2, B1, B2, C1, C2, and a line of alleles",
                    )
                )
            continue
        line, row = cells.rows[0]
        for letter in _CLASS_I:
            pair = [_cell(row, names.index(f"{letter}{n}")) for n in "12"]
            _add(read, sample, letter, pair, "OptiType", knowledge, line=line)
    return read


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def read_arcas(path: Path, knowledge: Knowledge, known: frozenset[str]) -> OutsideCalls:
    """Read genotypes of arcasHLA: a file a patient, or all of them merged."""
    read = OutsideCalls()
    is_merged = path.is_file() and path.name.endswith("genotypes.json")
    if is_merged:
        record, text = read_record(path, read=read)
        for sample, genes in record.items():
            if sample not in known:
                read.n_unknown += 1
                read.genes.update(f"HLA-{g}" for g in genes if is_record(genes))
            else:
                _add_arcas(read, sample, genes, (sample,), path, text, knowledge)
        return read
    for sample, file in find_patients(
        path, endings=[".genotype.json"], known=known, read=read
    ):
        record, text = read_record(file, read=read)
        _add_arcas(read, sample, record, (), file, text, knowledge)
    return read


def _add_arcas(
    read: OutsideCalls,
    sample: str,
    genes: Any,
    keys: tuple[str, ...],
    path: Path,
    text: str,
    knowledge: Knowledge,
) -> None:
    allowed = 'a gene with its alleles, such as "B": ["B*57:01:01", "B*08:01:01"]'
    if not is_record(genes):
        refuse_form(read, path, text, *keys, tool=_ARCAS, allowed=allowed)
        return
    for letter, alleles in genes.items():
        if not isinstance(alleles, list) or not all(
            isinstance(name, str) for name in alleles
        ):
            refuse_form(read, path, text, *keys, letter, tool=_ARCAS, allowed=allowed)
            continue
        line = line_of(text, *keys, letter)
        unread = _ONE_ALLELE if len(alleles) == 1 else ""
        _add(read, sample, letter, alleles, _ARCAS, knowledge, line=line, unread=unread)


def _add(
    read: OutsideCalls,
    sample: str,
    letter: str,
    pair: list[str],
    tool: str,
    knowledge: Knowledge,
    *,
    line: int,
    unread: str = "",
) -> None:
    spelled = "/".join(name.strip() or _NONE for name in pair)
    gene = f"HLA-{letter.removeprefix('HLA-')}"
    add_call(
        read,
        OutsideCall(sample, gene, tool, (), unread=unread),
        [spelled],
        knowledge=knowledge,
        line=line,
    )
