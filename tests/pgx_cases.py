"""Patients with known alleles of pharmacogenes as a VCF, and what must be said of them.

The truth comes from the definitions alone: every pair of alleles is held against the
genotypes, and every sequence is tried where one is missing. Nothing is shared with the
matcher under test but the definitions and the reader of VCFs.
"""

import itertools
from dataclasses import dataclass, replace

import numpy as np
from oracle import read_options
from vcf_files import vcf_text

from genostrat.genotypes.builds import GRCH37, GRCH38
from genostrat.genotypes.ingest.gathering import gather_pieces
from genostrat.genotypes.ingest.pieces import read_piece
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.site_records import merge_intervals
from genostrat.genotypes.vcf.inspection import inspect_vcfs

#: The alleles that each other one is paired with: those that most people carry.
COMMON = {
    "ABCG2": ("Reference", "rs2231142"),
    "CYP2B6": ("*1", "*6", "*18"),
    "CYP2C19": ("*1", "*2", "*3", "*17"),
    "CYP2C9": ("*1", "*2", "*3"),
    "CYP3A5": ("*1", "*3", "*6", "*7"),
    "CYP4F2": ("*1", "*2", "*3"),
    "DPYD": ("Reference", "c.1905+1G>A (*2A)", "c.2846A>T", "c.85T>C (*9A)"),
    "NUDT15": ("*1", "*2", "*3"),
    "SLCO1B1": ("*1", "*5", "*15", "*37"),
    "TPMT": ("*1", "*3A", "*3C", "*2"),
    "UGT1A1": ("*1", "*6", "*28", "*80+*28"),
    "VKORC1": ("Reference", "rs9923231"),
}
GENES = tuple(COMMON)
MISSING = -9


@dataclass(frozen=True)
class Case:
    """One made-up patient.

    Parameters
    ----------
    name
        Of the sample.
    alleles
        The two that the patient carries.
    genotype
        int (n_positions, 2): allele numbers, or MISSING for both.
    phased
        Whether the order of the two means anything.
    """

    name: str
    alleles: tuple[str, str]
    genotype: np.ndarray
    phased: bool

    def without(self, position):
        """Return the case with a position not called."""
        genotype = self.genotype.copy()
        genotype[position] = MISSING
        name = f"{self.name}_no{position}"
        return replace(self, name=name, genotype=genotype)

    def filled(self, gene):
        """Give the case with every genotype that its missing position may have."""
        place = int(self.genotype[:, 0].argmin())
        numbers = range(len(gene.positions[place].sequences))
        for pair in itertools.product(numbers, repeat=2):
            if self.phased or pair[0] <= pair[1]:
                genotype = self.genotype.copy()
                genotype[place] = pair
                name = f"{self.name.partition('_no')[0]}_at{place}_{pair[0]}{pair[1]}"
                yield replace(self, name=name, genotype=genotype)


def carried(gene, name):
    """Return the allele numbers that somebody with an allele has, the first allowed."""
    index = [allele.name for allele in gene.alleles].index(name)
    row = [int(bits) for bits in gene.allowed[index]]
    return np.array([(bits & -bits).bit_length() - 1 for bits in row])


def definable(gene):
    """Return the names of alleles that sequence variants define."""
    rows = zip(gene.alleles, gene.allowed, strict=True)
    return [allele.name for allele, row in rows if (row != 0).all()]


def make_case(gene, first, second, *, phased):
    """Make the patient who carries two alleles, on the first and second chromosome."""
    names = [allele.name for allele in gene.alleles]
    code = f"{names.index(first)}_{names.index(second)}_{'p' if phased else 'u'}"
    genotype = np.column_stack([carried(gene, first), carried(gene, second)])
    return Case(code, (first, second), genotype, phased)


def pair_cases(gene):
    """Make every allele twice, and with each common one; phased and not."""
    names = definable(gene)
    pairs = {(name, name): None for name in names}
    for common, name in itertools.product(COMMON[gene.name], names):
        if common != name and (name, common) not in pairs:
            pairs[common, name] = None
    return [
        make_case(gene, *pair, phased=phased)
        for pair in pairs
        for phased in phasings(*pair)
    ]


def phasings(first, second):
    """Return whether to phase: both ways, unless two alleles are one."""
    return (True, False) if first != second else (False,)


def missing_cases(gene):
    """Take away what defines an allele, one position at a time.

    From every allele with itself and with the reference, and every position from the
    reference with itself.
    """
    cases = []
    for allele in gene.alleles:
        places = sorted({place for place, _ in allele.core})
        if allele.name == gene.reference:
            places = range(len(gene.positions))
        if allele.name not in definable(gene):
            continue
        for first in {allele.name, gene.reference}:
            for phased in phasings(first, allele.name):
                whole = make_case(gene, first, allele.name, phased=phased)
                cases += [whole.without(place) for place in places]
    return cases


def trim(ref, alt, position):
    """Write a change in the fewest bases, at least one on either side."""
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        ref, alt, position = ref[1:], alt[1:], position + 1
    return position, ref, alt


def genotype_text(pair, *, phased, number=None):
    """Write a genotype; with a number, as one line of a split record has it."""
    if MISSING in pair:
        return "./."
    if number is not None:
        pair = [int(own == number) for own in pair]
    ordered = pair if phased else sorted(pair)
    return ("|" if phased else "/").join(str(own) for own in ordered)


def write_cases(gene, cases, *, build, split=False):
    """Write cases as the text of a VCF, a sample each.

    Parameters
    ----------
    gene, cases
        All positions of the gene have a record.
    split
        Whether each alternate allele gets a record of its own, in the fewest bases.
    """
    records = []
    for index, position in enumerate(gene.positions):
        pairs = [(case.genotype[index].tolist(), case.phased) for case in cases]
        lines = [(position.position, position.ref, ",".join(position.alts), None)]
        if split:
            lines = [
                (*trim(position.ref, alt, position.position), number)
                for number, alt in enumerate(position.alts, 1)
            ]
        for place, ref, alt, number in lines:
            texts = [
                genotype_text(pair, phased=phased, number=number)
                for pair, phased in pairs
            ]
            fixed = f"{gene.contig} {place} . {ref} {alt} . PASS . GT"
            records.append((place, f"{fixed} {' '.join(texts)}"))
    records = [text for _, text in sorted(records, key=lambda item: item[0])]
    text = vcf_text(
        [case.name for case in cases], records, contigs=(gene.contig,), lengths=False
    )
    length = {"GRCh37": GRCH37, "GRCh38": GRCH38}[build].lengths[gene.contig]
    contig = f"##contig=<ID=chr{gene.contig}"
    return text.replace(f"{contig}>", f"{contig},length={length}>")


def read_text(text, folder, *, genes, build):
    """Read the text of a VCF through ingest; return the records at genes' positions."""
    path = folder / "cases.vcf"
    path.write_text(text)
    sites = {}
    for gene in genes:
        for position in gene.positions:
            span = (position.position - 60, position.position + len(position.ref) + 59)
            sites.setdefault(position.contig, []).append(span)
    sites = {name: merge_intervals(np.array(own)) for name, own in sites.items()}
    files = inspect_vcfs([path])
    samples = files[0].samples
    (regions,) = plan_pieces(files, n_pieces=1)
    grch = {"GRCh37": GRCH37, "GRCh38": GRCH38}[build]
    read_piece(
        regions,
        files=[path],
        samples=samples,
        file_samples=[samples],
        options=read_options(build=grch, sites=sites),
        folder=folder / "piece",
    )
    gathered = gather_pieces(
        [folder / "piece"],
        samples=samples,
        sexes=[""] * len(samples),
        store=folder / "store",
    )
    return gathered.site_records


class Truth:
    """Everything that the definitions allow for given genotypes.

    Parameters
    ----------
    gene
        Its definitions.

    Notes
    -----
    A pair of alleles is consistent with unphased genotypes where, at each position, one
    of the two allows the one sequence and the other the other. Of the consistent pairs
    those count that explain most sequences apart from the reference allele's.
    """

    def __init__(self, gene):
        self.gene = gene
        rows = zip(gene.alleles, gene.allowed, strict=True)
        usable = [(allele, row) for allele, row in rows if (row != 0).all()]
        self.names = [allele.name for allele, _ in usable]
        self.cores = np.array([len(allele.core) for allele, _ in usable])
        widths = [len(position.sequences) for position in gene.positions]
        bits = np.array([row for _, row in usable])[:, :, None]
        numbers = np.arange(max(widths), dtype=np.uint64)
        self.allows = (bits >> numbers) & np.uint64(1) == 1
        self.widths = widths

    def diplotypes(self, case):
        """Return every diplotype, a sorted tuple of names each."""
        missing = np.flatnonzero(case.genotype[:, 0] == MISSING)
        choices = [
            itertools.product(range(self.widths[place]), repeat=2) for place in missing
        ]
        found = set()
        for filling in itertools.product(*choices):
            genotype = case.genotype.copy()
            genotype[missing] = np.reshape(filling, (-1, 2))
            found |= self._best(genotype, case.phased)
        return found

    def _best(self, genotype, phased):
        places = np.arange(len(genotype))
        fits = [self.allows[:, places, genotype[:, copy]] for copy in (0, 1)]
        if phased:
            pairs = np.outer(fits[0].all(axis=1), fits[1].all(axis=1))
        else:
            same = genotype[:, 0] == genotype[:, 1]
            good = fits[0][:, same].all(axis=1)
            pairs = np.outer(good, good)
            for place in np.flatnonzero(~same):
                one, other = fits[0][:, place], fits[1][:, place]
                pairs &= np.outer(one, other) | np.outer(other, one)
        explained = np.where(pairs, self.cores[:, None] + self.cores[None, :], -1)
        if explained.max() < 0:
            return set()
        found = np.argwhere(explained == explained.max())
        return {tuple(sorted((self.names[a], self.names[b]))) for a, b in found}

    def phenotype(self, pair):
        """Return the phenotype by the tables, or blank."""
        gene = self.gene
        if gene.method == "diplotype":
            effect = gene.effects.get(pair) or gene.effects.get(pair[::-1])
            return effect.phenotype if effect else ""
        if gene.method == "none":
            return ""
        worth = {allele.name: allele.activity for allele in gene.alleles}
        if any(worth[name] is None for name in pair):
            return "Indeterminate"
        total = sum(worth[name] for name in pair)
        for band in gene.bands:
            if band.low <= total < band.high or band.low == total == band.high:
                return band.phenotype
        return ""

    def is_ambiguous(self, case):
        """Say whether what remains open changes the phenotype.

        Where the source gives the gene no phenotypes, whether it changes the alleles.
        A chromosome that fits a definition only with a variant that was not seen may
        be one without any definition, whose phenotype nobody knows. Diplotypes that are
        set aside without phase do not count.
        """
        diplotypes = self.diplotypes(case)
        if not case.phased:
            for called, rare in self.gene.set_aside:
                if called in diplotypes:
                    diplotypes.discard(rare)
        if self.gene.method == "none":
            return len(diplotypes) > 1
        if len({self.phenotype(pair) for pair in diplotypes}) > 1:
            return True
        genotype = case.genotype.copy()
        missing = genotype[:, 0] == MISSING
        genotype[missing] = carried(self.gene, self.gene.reference)[missing, None]
        return not self._best(genotype, case.phased)
