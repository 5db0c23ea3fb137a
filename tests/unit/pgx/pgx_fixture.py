"""Small genes and records for tests of the matcher."""

import numpy as np

from genostrat.genotypes.site_records import SiteRecords, make_site_records
from genostrat.pgx.definitions import (
    Band,
    Effect,
    Gene,
    Knowledge,
    NamedAllele,
    Position,
)
from genostrat.pgx.matching.assay import GeneAssay
from genostrat.pgx.matching.rows import CallPolicy, make_caller


def make_gene(
    sites,
    alleles,
    *,
    name="GENE1",
    contig="10",
    reference="*1",
    effects=None,
    bands=(),
    method=None,
    inheritance="diploid",
    because="",
):
    """Make a gene of `sites` (position, ref, alts[, synonyms]) and `alleles`.

    An allele is (name, {site: numbers}, function, activity): what it carries, the
    first number of each being its core; sites it does not name are the reference's.
    """
    positions = tuple(
        Position(contig, site[0], site[1], tuple(site[2]), (), *site[3:])
        for site in sites
    )
    rows, named = [], []
    for allele, content, function, activity in alleles:
        row = np.ones(len(sites), np.uint64)
        core = set()
        for place, numbers in content.items():
            row[place] = sum(1 << number for number in numbers)
            if 0 not in numbers:
                core.add((place, numbers[0]))
        rows.append(row)
        named.append(NamedAllele(allele, function, activity, False, frozenset(core)))
    return Gene(
        name=name,
        contig=contig,
        start=positions[0].position if positions else 1,
        end=positions[-1].position if positions else 1,
        positions=positions,
        alleles=tuple(named),
        allowed=np.array(rows, np.uint64).reshape(len(named), len(positions)),
        reference=reference,
        inheritance=inheritance,
        method=method or ("diplotype" if effects else "score" if bands else "none"),
        effects={key: Effect(value) for key, value in (effects or {}).items()},
        bands=bands,
        not_called_because=because,
    )


def make_knowledge(*genes, build="GRCh38"):
    return Knowledge(
        source="test",
        version="1",
        sha256="",
        build=build,
        genes={gene.name: gene for gene in genes},
    )


def make_records(lines, *, samples=None, contig="10") -> SiteRecords:
    """Make records of lines (position, ref, alts, genotypes[, filter[, end]]).

    Genotypes are as in a VCF, with a phase set behind a colon.
    """
    n_samples = len(lines[0][3]) if lines else len(samples)
    samples = samples or [f"s{number}" for number in range(n_samples)]
    rows = []
    alleles = np.full((len(lines), n_samples, 2), -9, np.int8)
    phase = np.full((len(lines), n_samples), -1, np.int32)
    for place, (position, ref, alts, genotypes, *more) in enumerate(lines):
        passed = more[0] if more else True
        end = more[1] if len(more) > 1 else position + len(ref) - 1
        rows.append((contig, position, end, ref, alts or ".", passed))
        for column, text in enumerate(genotypes):
            genotype, _, block = text.partition(":")
            parts = genotype.replace("|", "/").split("/")
            for copy, part in enumerate(parts):
                alleles[place, column, copy] = -9 if part == "." else int(part)
            if len(parts) == 1:
                alleles[place, column, 1] = -1
            if "|" in genotype:
                phase[place, column] = int(block or 0)
    return make_site_records(samples, rows, alleles=alleles, phase_set=phase)


def tpmt_like(**options):
    """*3B and *3C are one variant each, *3A is both; *2 another."""
    phenotypes = {}
    functions = {"*1": "n", "*2": "p", "*3A": "p", "*3B": "p", "*3C": "p"}
    names = list(functions)
    for place, one in enumerate(names):
        for other in names[place:]:
            poor = (functions[one] + functions[other]).count("p")
            phenotypes[one, other] = ("normal", "intermediate", "poor")[poor]
    no = "No Function"
    return make_gene(
        [(100, "C", ["G"]), (200, "C", ["T"]), (300, "T", ["C"])],
        [
            ("*1", {}, "Normal Function", None),
            ("*2", {0: [1]}, no, None),
            ("*3A", {1: [1], 2: [1]}, no, None),
            ("*3B", {1: [1]}, no, None),
            ("*3C", {2: [1]}, no, None),
        ],
        effects=phenotypes,
        **options,
    )


def scored(*, bands=None, **options):
    """Alleles with activity values, one variant each."""
    usual = (
        Band("poor", 0.0, 1.0),
        Band("intermediate", 1.0, 2.0),
        Band("normal", 2.0, 2.0),
    )
    return make_gene(
        [(100, "C", ["T"]), (200, "A", ["G"]), (300, "G", ["A"])],
        [
            ("Reference", {}, "Normal Function", 1.0),
            ("half", {0: [1]}, "Decreased Function", 0.5),
            ("full", {1: [1]}, "Normal Function", 1.0),
            ("none", {2: [1]}, "No Function", 0.0),
        ],
        reference="Reference",
        bands=usual if bands is None else bands,
        **options,
    )


def make_test_caller(gene, *, others=None, **policy):
    """Make a caller of a gene without patients, for patterns made by hand."""
    n_positions = len(gene.positions)
    assay = GeneAssay(
        alleles=np.zeros((0, n_positions, 2), np.int8),
        phase=np.zeros((0, n_positions), np.int32),
        why=np.zeros((0, n_positions), np.int8),
        others=others or ((),) * n_positions,
        n_mismatches=0,
        n_recorded=0,
    )
    return make_caller(gene, assay, policy=CallPolicy(**policy), source="test 1")


def make_gene_records(gene, samples, changes, *, others="0/0"):
    """Make records of a gene's positions.

    Parameters
    ----------
    samples
        How many.
    changes
        rsID → the samples' genotypes; None leaves the record out.
    others
        The genotype at all other positions; None leaves these out.
    """
    rest = None if others is None else [others] * samples
    lines = []
    for place in gene.positions:
        known = next((rsid for rsid in place.rsids if rsid in changes), None)
        genotypes = rest if known is None else changes[known]
        if genotypes is not None:
            lines.append((place.position, place.ref, ",".join(place.alts), genotypes))
    names = [f"s{number}" for number in range(samples)]
    return make_records(lines, samples=names, contig=gene.contig)
