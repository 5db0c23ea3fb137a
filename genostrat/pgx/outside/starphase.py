"""Diplotypes of StarPhase (pb-StarPhase), a JSON record a patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.outside.patients import (
    find_patients,
    is_record,
    line_of,
    read_record,
    refuse_form,
)
from genostrat.pgx.outside.records import OutsideCall, OutsideCalls, add_call

_TOOL = "StarPhase"
_ENDINGS = (".pbstarphase.json", ".starphase.json", ".json")


def read_starphase(
    path: Path, knowledge: Knowledge, known: frozenset[str]
) -> OutsideCalls:
    """Read calls of StarPhase; several diplotypes of a gene are alternatives."""
    read = OutsideCalls()
    for sample, file in find_patients(path, endings=_ENDINGS, known=known, read=read):
        record, text = read_record(file, read=read)
        genes = record.get("gene_details")
        if not is_record(genes):
            if text:
                allowed = "gene_details with a key a gene"
                refuse_form(read, file, text, tool=_TOOL, allowed=allowed)
            continue
        for gene, details in genes.items():
            spelled = _diplotypes(details)
            if spelled is None:
                refuse_form(
                    *(read, file, text, "gene_details", gene),
                    tool=_TOOL,
                    allowed='diplotypes, each with its "diplotype"',
                )
                continue
            add_call(
                read,
                OutsideCall(sample, gene, _TOOL, ()),
                spelled,
                knowledge=knowledge,
                line=line_of(text, "gene_details", gene),
            )
    return read


def _diplotypes(details: Any) -> list[str] | None:
    """Return how a gene's diplotypes are written; None for anything else."""
    found = details.get("diplotypes") if is_record(details) else None
    if not isinstance(found, list):
        return None
    names = [one.get("diplotype") if is_record(one) else None for one in found]
    if not all(isinstance(name, str) for name in names):
        return None
    return [str(name) for name in names]
