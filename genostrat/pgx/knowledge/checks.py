"""Checks of a whole knowledge base; what they find goes to the user as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import combinations_with_replacement

from genostrat.genotypes.builds import BUILDS, load_markers
from genostrat.home import resource
from genostrat.pgx.definitions import Gene, Position
from genostrat.pgx.knowledge.genes import phenotype_key

MARKERS = resource("build_markers.tsv")
#: Examples shown of what there may be thousands of.
N_EXAMPLES = 3


def check_knowledge(
    genes: Mapping[str, Gene],
    *,
    build: str,
    others: Mapping[str, Gene] | None = None,
    whose: str = "",
) -> list[str]:
    """Return everything odd in the definitions of genes that are called.

    Parameters
    ----------
    genes
        By name.
    build
        Of the definitions.
    others
        Another source's genes on the build, whose REFs are taken for known.
    whose
        Name of that source.

    Returns
    -------
    list of str
        One sentence a finding, by gene.

    Notes
    -----
    Looked at: whether positions lie on their contig; whether REFs agree with each
    other where positions overlap and with the bases of known markers; alleles with the
    same content; alleles without any; diplotypes without a phenotype.
    """
    findings: list[str] = []
    checks: list[Callable[[Gene], Iterable[str]]] = [
        _same_content,
        _without_effect,
        _unknown_effects,
    ]
    for name in sorted(genes):
        gene = genes[name]
        findings += _off_contig(gene, build)
        if not gene.not_called_because:
            for check in checks:
                findings += check(gene)
    findings += _reference_bases(genes, build, others or {}, whose)
    return findings


def _off_contig(gene: Gene, build: str) -> list[str]:
    length = BUILDS[build].lengths.get(gene.contig, 0)
    return [
        f"{gene.name}: {position.name} does not lie on contig {gene.contig} of {build}"
        for position in gene.positions
        if position.contig != gene.contig
        or not 1 <= position.position <= position.position + len(position.ref) <= length
    ]


def _same_content(gene: Gene) -> list[str]:
    groups: dict[bytes, list[str]] = {}
    for row, allele in zip(gene.allowed, gene.alleles, strict=True):
        if not allele.is_structural:
            groups.setdefault(row.tobytes(), []).append(allele.name)
    return [
        f"{gene.name}: {', '.join(names)} have the same definition and cannot be told"
        " apart"
        for names in groups.values()
        if len(names) > 1
    ]


def _without_effect(gene: Gene) -> list[str]:
    if gene.method == "score":
        blank = [
            allele.name
            for allele in gene.alleles
            if allele.activity is None and not allele.is_structural
        ]
        return _counted(gene, blank, "alleles have no activity value")
    if gene.method != "diplotype":
        return []
    names = [item.name for item in gene.alleles if not item.is_structural]
    keys: set[tuple[str, ...]] = set()
    if gene.inheritance in ("x", "mt"):
        keys = {(name,) for name in names}
    if gene.inheritance != "mt":
        keys |= {
            phenotype_key(pair, inheritance=gene.inheritance)
            for pair in combinations_with_replacement(names, 2)
        }
    blank = [
        "/".join(key)
        for key in sorted(keys)
        if key not in gene.effects or not gene.effects[key].phenotype
    ]
    return _counted(gene, blank, "diplotypes have no phenotype")


def _counted(gene: Gene, items: list[str], what: str) -> list[str]:
    if not items:
        return []
    shown = ", ".join(items[:N_EXAMPLES])
    return [f"{gene.name}: {len(items):,} {what}, e.g. {shown}"]


def _unknown_effects(gene: Gene) -> list[str]:
    known = {allele.name for allele in gene.alleles}
    unknown = sorted({name for key in gene.effects for name in key} - known)
    return _counted(gene, unknown, "alleles have phenotypes but no definition")


def _reference_bases(
    genes: Mapping[str, Gene], build: str, others: Mapping[str, Gene], source: str
) -> list[str]:
    """Compare each REF with those of others at its place, and with known markers."""
    known: dict[tuple[str, int], tuple[str, str]] = {}
    for (contig, place, ref, _), of_build in load_markers(MARKERS).items():
        if of_build == build and len(ref) == 1:
            known[contig, place] = (ref, "a known marker")
    for gene in others.values():
        for position in gene.positions:
            for key, base in _bases_of(position):
                known.setdefault(key, (base, source))
    findings = []
    for gene in genes.values():
        for position in gene.positions:
            for key, base in _bases_of(position):
                other, whose = known.setdefault(key, (base, gene.name))
                if other != base:
                    findings.append(
                        f"{gene.name}: REF has {base} at {key[0]}:{key[1]}, where"
                        f" {whose} has {other}"
                    )
    return findings


def _bases_of(position: Position) -> Iterable[tuple[tuple[str, int], str]]:
    for offset, base in enumerate(position.ref):
        yield (position.contig, position.position + offset), base
