"""VCFs whose annotations are known, in the notation of VEP, SnpEff and bcftools csq."""

import re
from collections import defaultdict

import numpy as np
import pysam
import pysam.bcftools

from genostrat.genotypes.builds import GRCH38

VEP_FORMAT = "Allele|Consequence|IMPACT|SYMBOL|Gene|Feature|LoF|gnomADe_AF|MAX_AF"
ANN_FORMAT = (
    "'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | Feature_Type |"
    " Feature_ID | cDNA.pos / cDNA.length | ERRORS / WARNINGS / INFO' "
)
HEADERS = {
    "vep": '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations'
    f' from Ensembl VEP. Format: {VEP_FORMAT}">',
    "vep_number": '##INFO=<ID=vep,Number=.,Type=String,Description="Format:'
    f' {VEP_FORMAT}|ALLELE_NUM">',
    "snpeff": '##INFO=<ID=ANN,Number=.,Type=String,Description="Functional'
    f' annotations: {ANN_FORMAT}">',
}
KEYS = {"vep": "CSQ", "vep_number": "vep", "snpeff": "ANN"}

#: From the most severe to the least.
CONSEQUENCES = [
    "stop_gained",
    "frameshift_variant",
    "missense_variant",
    "inframe_deletion",
    "splice_region_variant",
    "synonymous_variant",
    "intron_variant",
]
GENES = [("BRCA1", "ENSG1"), ("TTN", "ENSG2"), ("", "ENSG3"), ("A-1.2", "")]


def vcf_of(records, *, header="", samples=("a", "b", "c"), contigs=("1", "2")):
    """Compose a VCF; a record is a tab-separated line."""
    lines = ["##fileformat=VCFv4.2", *([header] if header else [])]
    lines.append('##INFO=<ID=DP,Number=1,Type=Integer,Description="x">')
    for contig in contigs:
        lines.append(f"##contig=<ID={contig},length={GRCH38.lengths[contig]}>")
    lines.append('##FORMAT=<ID=GT,Number=1,Type=String,Description="x">')
    lines.append('##ALT=<ID=DEL,Description="x">')
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    return ("\n".join([*lines, "\t".join([fixed, *samples]), *records]) + "\n").encode()


def written_by_vep(ref, alts):
    """Return the alternate alleles as VEP writes them without --minimal."""
    if all(len(alt) == len(ref) for alt in alts):
        return list(alts)
    firsts = {allele[0] for allele in (ref, *alts) if "*" not in allele}
    if len(firsts) > 1:
        return list(alts)
    return [alt if "*" in alt else alt[1:] or "-" for alt in alts]


def random_alleles(rng):
    bases = list("ACGT")
    ref = "".join(rng.choice(bases, rng.integers(1, 5)))
    alts = []
    while len(alts) < rng.integers(1, 4):
        kind = rng.integers(4)
        alt = "".join(rng.choice(bases, rng.integers(1, 4)))
        if kind == 0 and len(ref) > 1:
            alt = ref[: rng.integers(1, len(ref))]
        elif kind == 1:
            alt = ref + alt
        elif kind == 2:
            alt = str(rng.choice([*bases, "*", "<DEL>"], p=[0.2] * 4 + [0.15, 0.05]))
        if alt != ref and alt not in alts:
            alts.append(alt)
    return ref, alts


def random_annotation(rng, kind, allele, number):
    """Return an annotation of an allele: its text, and what it says."""
    terms = list(rng.choice(CONSEQUENCES, rng.integers(1, 3), replace=False))
    symbol, gene = GENES[rng.integers(len(GENES))]
    lof = str(rng.choice(["", "HC", "LC"]))
    frequencies = [
        str(rng.choice(["", "0.25", "1.5e-05", "0.001&0.3", ".", "x"], p=p))
        for p in ([0.5, 0.1, 0.1, 0.1, 0.1, 0.1], [0.4, 0.2, 0.2, 0.1, 0.1, 0])
    ]
    if kind == "snpeff":
        lof, frequencies = None, []
        cells = [allele, "&".join(terms), "x", symbol, gene, "t", "f", "1/2", ""]
    else:
        cells = [allele, "&".join(terms), "x", symbol, gene, "t", lof, *frequencies]
    if kind == "vep_number":
        cells[0] = str(rng.choice(["-", "N", allele]))
        cells.append(str(number))
    values = re.findall(r"(?:^|&)([\d.]+(?:e-\d+)?)(?=&|$)", "&".join(frequencies))
    known = [float(value) for value in values if value != "."]
    term = min(terms, key=CONSEQUENCES.index)
    return "|".join(cells), (symbol or gene, term, lof, max(known, default=None))


def random_file(kind, seed, *, n_records=150):
    """Compose a VCF; return its bytes and what each of its alleles is annotated with.

    The latter is (contig, position, ref, alt) → gene → term and confidence; and the
    frequency of each.
    """
    rng = np.random.default_rng(seed)
    records, told, frequency = [], defaultdict(lambda: defaultdict(list)), {}
    places = sorted(rng.integers(1, 5000, n_records).tolist())
    for contig in ("1", "2"):
        for position in places:
            ref, alts = random_alleles(rng)
            names = written_by_vep(ref, alts) if kind == "vep" else alts
            notes, seen = [], []
            for number, alt in enumerate(alts):
                for _ in range(rng.integers(0, 5)):
                    name = names[number]
                    text, said = random_annotation(rng, kind, name, number + 1)
                    notes.append(text)
                    seen.append((alt, said))
            order = rng.permutation(len(notes))
            value = ",".join(notes[i] for i in order)
            info = f"DP=3;{KEYS[kind]}={value};XX={KEYS[kind]}" if notes else "DP=3"
            calls = "\t".join(
                f"{rng.integers(len(alts) + 1)}/{rng.integers(len(alts) + 1)}"
                for _ in range(3)
            )
            listed = ",".join(alts)
            records.append(
                f"{contig}\t{position}\t.\t{ref}\t{listed}\t.\tPASS\t{info}\tGT\t{calls}"
            )
            # Of a variant that stands twice only the first is stored.
            for alt in alts:
                key = (contig, position, ref, alt)
                if key in frequency or not set(alt) <= set("ACGT"):
                    continue
                frequency[key] = None
                for gene, term, lof, value in (s for a, s in seen if a == alt):
                    told[key][gene].append((term, lof))
                    if value is not None:
                        frequency[key] = max(value, frequency[key] or 0)
    return vcf_of(records, header=HEADERS[kind]), _sum_up(told), frequency


def _sum_up(told):
    result = {}
    for key, genes in told.items():
        result[key] = {}
        for gene, notes in genes.items():
            term = min((term for term, _ in notes), key=CONSEQUENCES.index)
            lofs = {lof for _, lof in notes}
            lof = next((x for x in ("HC", "LC") if x in lofs), "none")
            result[key][gene] = term, "" if None in lofs else lof
    return result


CODONS = [
    a + b + c
    for a in "ACGT"
    for b in "ACGT"
    for c in "ACGT"
    if a + b + c not in ("TAA", "TAG", "TGA")
]
_COMPLEMENT = str.maketrans("ACGT", "TGCA")


def write_bcftools_csq(folder, seed, *, local=False):
    """Annotate random variants of two toy genes, one a strand; return the text."""
    rng = np.random.default_rng(seed)
    genome = list("".join(rng.choice(list("ACGT"), 2100)))
    features = ["##gff-version 3"]
    for strand, shift in (("+", 0), ("-", 1000)):
        coding = "ATG" + "".join(rng.choice(CODONS, 198)) + "TAA"
        first, last, donor, acceptor = coding[:300], coding[300:], "GT", "AG"
        if strand == "-":
            coding = coding[::-1].translate(_COMPLEMENT)
            first, last, donor, acceptor = coding[:300], coding[300:], "CT", "AC"
        genome[shift + 100 : shift + 400] = first
        genome[shift + 500 : shift + 800] = last
        genome[shift + 400 : shift + 402] = donor
        genome[shift + 498 : shift + 500] = acceptor
        features += _features(strand, shift)
    text = "".join(genome)
    (folder / "ref.fa").write_text(f">1\n{text}\n")
    pysam.faidx(str(folder / "ref.fa"))
    (folder / "genes.gff").write_text("\n".join(features) + "\n")
    records, position = [], 60
    while position < 1900:
        ref, alts = _change(rng, text, position)
        share = len(alts) + 1
        calls = "\t".join(
            "|".join(str(rng.integers(share) * (rng.random() < 0.1)) for _ in "12")
            for _ in range(3)
        )
        records.append(
            f"1\t{position}\t.\t{ref}\t{','.join(alts)}\t.\tPASS\tDP=1\tGT\t{calls}"
        )
        position += int(rng.integers(1, 6)) + len(ref) - 1
    (folder / "plain.vcf").write_bytes(vcf_of(records, contigs=("1",)))
    paths = [str(folder / name) for name in ("ref.fa", "genes.gff", "plain.vcf")]
    options = ["--local-csq"] if local else ["-p", "a"]
    return pysam.bcftools.csq("-f", paths[0], "-g", paths[1], *options, paths[2])


def _features(strand, shift):
    name = "TOYP" if strand == "+" else "TOYM"

    def line(kind, start, end, phase, about):
        place = f"1\tx\t{kind}\t{start + shift}\t{end + shift}"
        return f"{place}\t.\t{strand}\t{phase}\t{about}"

    biotype = "biotype=protein_coding"
    parent = f"Parent=transcript:T{name}"
    utr = ["five_prime_UTR", "three_prime_UTR"]
    return [
        line("gene", 51, 850, ".", f"ID=gene:G{name};Name={name};{biotype}"),
        line(
            "mRNA", 51, 850, ".", f"ID=transcript:T{name};Parent=gene:G{name};{biotype}"
        ),
        line(utr[strand == "-"], 51, 100, ".", parent),
        line("exon", 51, 400, ".", parent),
        line("CDS", 101, 400, 0, parent),
        line("exon", 501, 850, ".", parent),
        line("CDS", 501, 800, 0, parent),
        line(utr[strand == "+"], 801, 850, ".", parent),
    ]


def _change(rng, text, position):
    base = text[position - 1]
    others = [b for b in "ACGT" if b != base]
    kind = rng.integers(6)
    if kind < 2:
        return base, [str(rng.choice(others))]
    if kind == 2:
        return base, [str(alt) for alt in rng.permutation(others)[:2]]
    if kind == 3:
        return base, [base + "".join(rng.choice(list("ACGT"), rng.integers(1, 4)))]
    ref = text[position - 1 : position + int(rng.integers(1, 4))]
    return (ref, [base]) if kind == 4 else (ref, [base, ref + "A"])


def expect_bcsq(path):
    """Read BCSQ by htslib: each allele's genes, and their names of consequences."""
    told = {}
    with pysam.VariantFile(str(path)) as stream:
        for record in stream:
            value = ",".join(record.info.get("BCSQ") or ())
            for alt in record.alts:
                own = told.setdefault(
                    ("1", record.pos, record.ref, alt), defaultdict(set)
                )
                for note in value.split(","):
                    cells = note.split("|")
                    if note.startswith("@"):
                        own[""].add("@")
                    elif note and (
                        len(cells) < 7
                        or f"{record.pos}{record.ref}>{alt}" in cells[6].split("+")
                    ):
                        own[cells[1]].add(cells[0])
    return told
