"""How genotypes are read beyond the definitions of a source, and on whose word.

Which of several diplotypes unphased genotypes are read as, and which variants only hint
at the one that makes an allele.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from genostrat.home import resource
from genostrat.pgx.definitions import Gene, NamedAllele, Tag

RESOURCE = resource("pgx_read_in_cis.tsv")
TAGS = resource("pgx_tags.tsv")

Diplotype = tuple[str, str]


def read_conventions() -> dict[str, dict[tuple[Diplotype, Diplotype], str]]:
    """Return what ``resources/pgx_read_in_cis.tsv`` says, by gene.

    Returns
    -------
    dict
        Gene → (the diplotype that is called, the one set aside), each a pair of sorted
        names → why, with its citation.
    """
    found: dict[str, dict[tuple[Diplotype, Diplotype], str]] = {}
    for row in _rows(RESOURCE):
        pair = _parse(row["called"]), _parse(row["set_aside"])
        why = f"{row['reason']} ({row['citation']})"
        found.setdefault(row["gene"], {})[pair] = why
    return found


def _rows(path: Path) -> Iterator[dict[str, str]]:
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    yield from csv.DictReader(lines, delimiter="\t")


def _parse(diplotype: str) -> Diplotype:
    first, second = sorted(diplotype.split("/"))
    return first, second


def apply_tags(gene: Gene) -> Gene:
    """Let the variant that decides make an allele, whatever its tag is.

    Parameters
    ----------
    gene
        As its source defines it.

    Returns
    -------
    Gene
        Its alleles may have either sequence at a tag, but for one that needs the tag
        to be told from another one. The gene itself where nothing is known of tags.

    Notes
    -----
    A source that defines an allele by both variants (HapB3 of DPYD) would call nobody
    who carries one of them, and take the one without effect for the other.
    """
    for row in _rows(TAGS):
        if row["gene"] == gene.name:
            gene = _apply_tag(gene, row)
    return gene


def _apply_tag(gene: Gene, row: dict[str, str]) -> Gene:
    places = [_find_place(gene, row[name]) for name in ("decides", "tag")]
    if None in places:
        return gene
    decides, tag = ((place or 0, 1) for place in places)
    cores = {allele.core for allele in gene.alleles}
    alleles: list[NamedAllele] = []
    allowed = gene.allowed.copy()
    both = np.uint64(2 ** len(gene.positions[tag[0]].sequences) - 1)
    for index, allele in enumerate(gene.alleles):
        core = allele.core - {tag}
        has_twin = decides in core and core in cores
        is_told_by_tag = has_twin and (core != allele.core or core | {tag} in cores)
        if allowed[index].any() and not is_told_by_tag:
            allowed[index, tag[0]] = both
            allele = replace(allele, core=core)
        alleles.append(allele)
    reason = f"{row['reason']} ({row['citation']})"
    return replace(
        gene,
        alleles=tuple(alleles),
        allowed=allowed,
        tags=(*gene.tags, Tag(decides, tag, reason)),
    )


def _find_place(gene: Gene, rsid: str) -> int | None:
    """Return the position of a variant, if it is one with a single other sequence."""
    for index, position in enumerate(gene.positions):
        if rsid in position.rsids and len(position.alts) == 1:
            return index
    return None
