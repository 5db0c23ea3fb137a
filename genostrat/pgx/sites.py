"""Which places of the genome a knowledge base needs, for reading and for callers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.genotypes.builds import BUILDS, CONTIGS
from genostrat.pgx.definitions import Gene, Knowledge, Position
from genostrat.pgx.guidance.entries import Guidance
from genostrat.tables import read_lines, write_lines

if TYPE_CHECKING:
    import pandas as pd

#: Callers place the same indel in a repeat at its first or last unit, or anywhere.
INDEL_MARGIN = 60


def list_sites(knowledge: Knowledge) -> pd.DataFrame:
    """Return the stretches whose records are needed, merged where they touch.

    Returns
    -------
    pandas.DataFrame
        Canonical contig, start and end (1-based, inclusive), in order of the genome.
        Genes that genotypes cannot call need none.
    """
    import pandas as pd

    spans: dict[str, list[tuple[int, int]]] = {}
    for gene in _called(knowledge):
        for position in gene.positions:
            spans.setdefault(position.contig, []).append(_span(position))
    rows = [
        (contig, start, end)
        for contig in CONTIGS
        for start, end in _merged(spans.get(contig, []))
    ]
    return pd.DataFrame(rows, columns=["contig", "start", "end"])


def _called(knowledge: Knowledge) -> list[Gene]:
    return [gene for gene in knowledge.genes.values() if not gene.not_called_because]


def _span(position: Position) -> tuple[int, int]:
    start, end = position.position, position.position + len(position.ref) - 1
    for _, records in position.synonyms:
        start = min(start, *(place for place, _, _ in records))
        end = max(end, *(place + len(ref) - 1 for place, ref, _ in records))
    margin = INDEL_MARGIN if len({len(s) for s in position.sequences}) > 1 else 0
    return max(1, start - margin), end + margin


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def write_positions(
    path: str | Path, knowledge: Knowledge, *, has_prefix: bool
) -> None:
    """Write every needed position as a VCF without samples.

    Parameters
    ----------
    path
        Where to write.
    knowledge
        The knowledge base.
    has_prefix
        Whether the cohort's contigs are named ``chr1`` (and ``chrM``).
    """
    sites: dict[tuple[int, int, str], tuple[Position, dict, dict]] = {}
    for gene in _called(knowledge):
        for position in gene.positions:
            key = (CONTIGS.index(position.contig), position.position, position.ref)
            _, alts, genes = sites.setdefault(key, (position, {}, {}))
            alts.update(dict.fromkeys(position.alts))
            genes[gene.name] = None
    lengths = BUILDS[knowledge.build].lengths
    named = {contig: _file_name(contig, has_prefix) for contig in CONTIGS}
    used = {position.contig for position, _, _ in sites.values()}
    lines = [
        "##fileformat=VCFv4.3",
        f"##source=genostrat, positions of {knowledge.source} {knowledge.version}",
        *(
            f"##contig=<ID={named[contig]},length={lengths[contig]},"
            f"assembly={knowledge.build}>"
            for contig in CONTIGS
            if contig in used
        ),
        '##INFO=<ID=GENE,Number=.,Type=String,Description="Genes that need it">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    ]
    for key in sorted(sites):
        position, alts, genes = sites[key]
        identifier = ";".join(position.rsids) or "."
        lines.append(
            f"{named[position.contig]}\t{position.position}\t{identifier}"
            f"\t{position.ref}\t{','.join(alts)}\t.\t.\tGENE={','.join(genes)}"
        )
    write_lines(path, lines, entry="pgx/positions.vcf")


def _file_name(contig: str, has_prefix: bool) -> str:
    if not has_prefix:
        return contig
    return "chrM" if contig == "MT" else f"chr{contig}"


def read_position_names(path: str | Path) -> dict[str, str]:
    """Return the identifiers of positions, as :func:`write_positions` wrote them.

    Parameters
    ----------
    path
        Of ``pgx/positions.vcf``.

    Returns
    -------
    dict
        ``1:97450058`` → ``rs3918290``; without positions that have none.
    """
    found = {}
    for line in read_lines(path):
        if line.startswith("#"):
            continue
        contig, position, identifier, *_ = line.split("\t")
        contig = contig.removeprefix("chr")
        name = f"{'MT' if contig == 'M' else contig}:{position}"
        if identifier != ".":
            found[name] = identifier.split(";")[0]
    return found


def describe_knowledge(knowledge: Knowledge, guidance: Guidance) -> dict[str, Any]:
    """Return the record ``pgx/knowledge.json``."""
    return {
        "source": knowledge.source,
        "version": knowledge.version,
        "sha256": knowledge.sha256,
        "build": knowledge.build,
        "genes": {
            name: {
                "n_alleles": len(gene.alleles),
                "n_positions": len(gene.positions),
                "reference": gene.reference,
                "inheritance": gene.inheritance,
                "method": gene.method,
                "n_diplotypes_with_phenotype": len(gene.effects),
                "not_called_because": gene.not_called_because,
                "notes": list(gene.notes),
            }
            for name, gene in knowledge.genes.items()
        },
        "findings": [*knowledge.findings, *guidance.findings],
        "guidance_source": guidance.source,
        "guidance_version": guidance.version,
        "guidance": list(guidance.records),
    }
