"""Whether a call with missing positions stands, whatever these hold.

Made-up patients carry two common alleles of a gene; positions are taken away, and what
the rest is called is held against the calls of every filling, made as those of any
other patient whose genotypes are complete. Nothing here knows how gaps are weighed.
"""

import collections
import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.validation import cohorts
from benchmarks.validation.rows import Check, Row
from benchmarks.validation.star_alleles import read_records
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.matching.assay import GeneAssay, assay_gene, open_assay
from genostrat.pgx.matching.lines import MISSING, NO_CALL, PRESENT, SINGLE
from genostrat.pgx.matching.patterns import FEMALE
from genostrat.pgx.matching.rows import CallPolicy, make_caller, make_row

#: Alleles that many people carry; of other genes the first four are taken.
COMMON = {
    "CYP2B6": ("*1", "*4", "*6", "*18"),
    "CYP2C19": ("*1", "*2", "*3", "*17"),
    "CYP2C9": ("*1", "*2", "*3", "*9"),
    "CYP3A5": ("*1", "*3", "*6", "*7"),
    "CYP4F2": ("*1", "*2", "*3"),
    "DPYD": ("Reference", "c.1905+1G>A (*2A)", "c.2846A>T", "c.85T>C (*9A)"),
    "NUDT15": ("*1", "*2", "*3"),
    "SLCO1B1": ("*1", "*5", "*15", "*37"),
    "TPMT": ("*1", "*2", "*3A", "*3C"),
    "UGT1A1": ("*1", "*6", "*28", "*80+*28"),
}
#: Sets of gaps have up to so many; of their fillings so many are drawn.
MOST_GAPS, MOST_FILLINGS = 6, 40
UNKNOWN = "Indeterminate"


@dataclass(frozen=True)
class Background:
    """Two alleles, and whether the file gives their phase.

    Parameters
    ----------
    alleles
        Their names.
    genotype
        int (n_positions, 2).
    phased
        Whether the order of the two means anything.
    """

    alleles: tuple
    genotype: np.ndarray
    phased: bool


def list_backgrounds(gene):
    """Return every pair of common alleles, phased and not."""
    rows = zip(gene.alleles, gene.allowed, strict=True)
    usable = {allele.name: row for allele, row in rows if (row != 0).all()}
    wanted = [name for name in COMMON.get(gene.name, ()) if name in usable]
    wanted = wanted or list(usable)[:4]
    if gene.reference not in wanted:
        wanted.insert(0, gene.reference)
    lowest = {
        name: [(int(bits) & -int(bits)).bit_length() - 1 for bits in usable[name]]
        for name in wanted
    }
    found = []
    for first, second in itertools.combinations_with_replacement(wanted, 2):
        genotype = np.array([lowest[first], lowest[second]], np.int8).T
        if first == second or gene.inheritance != "mt":
            found.append(Background((first, second), genotype, phased=True))
        if first != second and gene.inheritance != "mt":
            found.append(Background((first, second), genotype, phased=False))
    return found


def fill_genotype(gene, background, gaps, rng):
    """Return genotypes with everything that the gaps may hold, or a draw of that."""
    n_copies = 1 if gene.inheritance == "mt" else 2
    choices = []
    for place in gaps:
        numbers = range(len(gene.positions[place].sequences))
        pairs = itertools.product(numbers, repeat=2)
        if n_copies == 1:
            pairs = ((number, number) for number in numbers)
        elif not background.phased:
            pairs = itertools.combinations_with_replacement(numbers, 2)
        choices.append(list(pairs))
    n_fillings = int(np.prod([len(pairs) for pairs in choices], dtype=float))
    drawn = itertools.product(*choices)
    if n_fillings > MOST_FILLINGS:
        drawn = (
            [pairs[rng.integers(len(pairs))] for pairs in choices]
            for _ in range(MOST_FILLINGS)
        )
    for filling in drawn:
        genotype = background.genotype.copy()
        genotype[list(gaps)] = filling
        yield genotype


def call_rows(gene, rows):
    """Call (genotype, phased, gaps) of one gene; return the rows of the table."""
    alleles = np.array([genotype for genotype, _, _ in rows], np.int8)
    if gene.inheritance == "mt":
        alleles[:, :, 1] = SINGLE
    why = np.full(alleles.shape[:2], PRESENT, np.int8)
    for number, (_, _, gaps) in enumerate(rows):
        alleles[number, list(gaps)] = MISSING
        why[number, list(gaps)] = NO_CALL
    phase = np.array([0 if phased else -1 for _, phased, _ in rows], np.int32)
    phase = np.repeat(phase[:, None], alleles.shape[1], axis=1)
    others = tuple(() for _ in gene.positions)
    assay = GeneAssay(alleles, phase, why, others, 0, len(gene.positions))
    caller = make_caller(gene, assay, policy=CallPolicy(), source="")
    return [make_row(caller, number, sex=FEMALE) for number in range(len(rows))]


def possible_phenotypes(row):
    """Return every phenotype that a row leaves open."""
    if row.status == "not_called":
        return {UNKNOWN}
    others = [name for name in row.other_phenotypes.split("|") if name]
    return {row.phenotype or UNKNOWN, *others}


def hold_gaps(gene, cases, *, seed=1):
    """Hold rows with gaps against their fillings.

    Parameters
    ----------
    gene
        Its definitions.
    cases
        Backgrounds and their gaps.

    Returns
    -------
    Counter
        ``rows``; ``called``; ``violated``, rows called although some filling is called
        otherwise or not at all; ``other``, those of them with another phenotype;
        ``unlisted``, rows that leave out a phenotype that a filling gives; ``doubted``,
        rows not called although every filling that was tried is called alike.
    """
    rng = np.random.default_rng(seed)
    rows, spans = [], []
    if not cases:
        return collections.Counter()
    for background, gaps in cases:
        begin = len(rows)
        rows.append((background.genotype, background.phased, gaps))
        for genotype in fill_genotype(gene, background, gaps, rng):
            rows.append((genotype, background.phased, ()))
        spans.append((begin, len(rows)))
    called = call_rows(gene, rows)
    counts = collections.Counter()
    for begin, end in spans:
        counts.update(judge_gaps(called[begin], called[begin + 1 : end]))
    return counts


def judge_gaps(row, fillings):
    """Say what one row with gaps does to its fillings."""
    told = set().union(*(possible_phenotypes(own) for own in fillings))
    is_alike = len(told) == 1 and all(own.status == "called" for own in fillings)
    # Phenotypes that no table gives are not the same, unless the diplotypes are.
    is_alike &= all(own.phenotype for own in fillings) or (
        len({own.diplotype for own in fillings}) == 1
    )
    certain = {own.phenotype for own in fillings if own.status == "called"}
    yield "rows"
    if row.status == "called":
        yield "called"
        if not is_alike:
            yield "violated"
        if certain - {row.phenotype}:
            yield "other"
    elif is_alike:
        yield "doubted"
    if row.status == "ambiguous" and told - possible_phenotypes(row):
        yield "unlisted"


def single_gaps(gene):
    """Return every background with each position taken away in turn."""
    places = range(len(gene.positions)) if len(gene.positions) > 1 else ()
    return [
        (background, (place,))
        for background in list_backgrounds(gene)
        for place in places
    ]


def drawn_gaps(gene, *, n, seed=2):
    """Return every background with `n` sets of positions taken away."""
    rng = np.random.default_rng(seed)
    most = min(MOST_GAPS, len(gene.positions) - 1)
    if most < 2:
        return []
    return [
        (
            background,
            tuple(
                int(place)
                for place in sorted(
                    rng.choice(
                        len(gene.positions), rng.integers(2, most + 1), replace=False
                    )
                )
            ),
        )
        for background in list_backgrounds(gene)
        for _ in range(n)
    ]


def list_genes(knowledge):
    """Return the genes that are called and have phenotypes."""
    return [
        gene
        for gene in knowledge.genes.values()
        if gene.positions and not gene.not_called_because and gene.method != "none"
    ]


def check_fillings(bench):
    sources = [("pypgx", "GRCh37"), ("pypgx", "GRCh38")]
    sources.append((bench.data / "pgx_cpic_tables/pharmcat", "GRCh38"))
    rows = []
    for source, build in sources:
        genes = list_genes(load_knowledge(source, build=build))
        for name, what, make in (
            ("single", "each position missing in turn", single_gaps),
            ("sets", "sets of two to six", lambda gene: drawn_gaps(gene, n=10)),
        ):
            counts = collections.Counter()
            for gene in genes:
                counts += hold_gaps(gene, make(gene))
            label = source if source == "pypgx" else "PharmCAT's files"
            rows.append(
                Row(
                    f"pgx_fillings_{name}",
                    f"pairs of common alleles of {len(genes)} genes, {label}, {build},"
                    f" {what}",
                    "called only where every filling is called with one phenotype",
                    f"{counts['called']:,} of {counts['rows']:,} rows called;"
                    f" {counts['doubted']:,} not, though the fillings tried agree",
                    f"called although fillings differ: {counts['violated']}"
                    f" ({counts['other']} in phenotype); phenotypes not listed:"
                    f" {counts['unlisted']}",
                )
            )
    return rows


def check_real_gap(bench):
    """Take one record of DPYD away from real people."""
    knowledge = load_knowledge("pypgx", build="GRCh37")
    gene = knowledge.genes["DPYD"]
    place = next(
        index for index, item in enumerate(gene.positions) if "rs3918290" in item.rsids
    )
    labels = cohorts.read(bench, "pgx_kg_share_500/labels.tsv")
    path = bench.data / "pgx_kg_share_500/pgx_kg_share_500.GRCh37.vcf.gz"
    with tempfile.TemporaryDirectory() as folder:
        records = read_records(path, knowledge, Path(folder))
    assay = open_assay(records, [gene], samples=list(labels["sample"]))
    found = assay_gene(assay, gene, is_absent_reference=True)
    found.alleles[:, place] = MISSING
    found.why[:, place] = NO_CALL
    caller = make_caller(gene, found, policy=CallPolicy(), source="")
    rows = [make_row(caller, number, sex=0) for number in range(len(labels))]
    normal = [row for row in rows if row.phenotype == "Normal Metabolizer"]
    n_called = sum(row.status == "called" for row in normal)
    n_warned = sum("Poor Metabolizer" in row.other_phenotypes for row in normal)
    return [
        Row(
            "pgx_real_gap",
            f"pgx_kg_share_500, DPYD, {len(labels)} people, c.1905+1G>A not read",
            "nobody is called Normal Metabolizer: the position may hold a variant"
            " without function",
            f"{len(normal)} would be normal; of these {n_called} are called, and"
            f" {n_warned} are told that they may be poor metabolisers",
            f"called normal: {n_called}",
        )
    ]


CHECKS = [
    Check("pgx_fillings", ("pgx_cpic_tables",), check_fillings),
    Check("pgx_real_gap", ("pgx_kg_share_500",), check_real_gap),
]
