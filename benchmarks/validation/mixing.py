"""Two people's reads mixed, and genotypes called from the mixture."""

from dataclasses import dataclass

import numpy as np

#: Share of reads that show the other allele by mistake.
READ_ERROR = 0.005
MAX_GQ = 99
ALT_SHARES = (READ_ERROR, 0.5, 1 - READ_ERROR)
GENOTYPES = ("0/0", "0/1", "1/1")


@dataclass(frozen=True)
class Reads:
    """Reads of biallelic SNVs: sites (contig, position, ref, alt), counts by person.

    `ref` and `alt` have the shape (n_sites, n_people).
    """

    sites: list
    people: list
    ref: np.ndarray
    alt: np.ndarray


def read_depths(path):
    """Return the reads of the biallelic SNVs of a VCF that passed its filters."""
    import pysam

    sites, ref, alt = [], [], []
    with pysam.VariantFile(str(path)) as file:
        people = list(file.header.samples)
        for record in file:
            alleles = record.alleles
            if len(alleles) != 2 or any(a not in "ACGT" for a in alleles):
                continue
            if "PASS" not in record.filter:
                continue
            depths = [_depths(record.samples[name]) for name in people]
            sites.append((record.contig, record.pos, *alleles))
            ref.append([one for one, _ in depths])
            alt.append([two for _, two in depths])
    return Reads(sites, people, np.array(ref), np.array(alt))


def _depths(call):
    depths = call.get("AD") or (0, 0)
    return tuple(depth or 0 for depth in depths) if len(depths) == 2 else (0, 0)


def mix_reads(host, guest, share, draw):
    """Replace a share of one person's reads by another's.

    Parameters
    ----------
    host, guest
        Reads (n_sites, 2): reference and alternate.
    share
        Of the mixture that comes from the guest.
    draw
        A numpy Generator.

    Returns
    -------
    Reads (n_sites, 2) of the mixture, as deep as the host's own. Reads are drawn
    without replacement; where the guest has too few, the mixture is less deep.
    """
    depth = host.sum(axis=1)
    wanted = draw.binomial(depth, share)
    n_guest = np.minimum(wanted, guest.sum(axis=1))
    mixed = np.zeros_like(host)
    for people, taken in ((host, depth - wanted), (guest, n_guest)):
        alt = draw.hypergeometric(people[:, 1], people[:, 0], taken)
        mixed[:, 1] += alt
        mixed[:, 0] += taken - alt
    return mixed


def call_genotypes(reads):
    """Return genotypes (0, 1, 2; −9 without reads) and their quality, from reads alone.

    The genotype of highest binomial likelihood; its quality is ten times the decimal
    logarithm of its likelihood over that of the second, at most 99.
    """
    likelihoods = np.stack(
        [
            reads[:, 0] * np.log10(1 - share) + reads[:, 1] * np.log10(share)
            for share in ALT_SHARES
        ],
        axis=1,
    )
    ordered = np.sort(likelihoods, axis=1)
    quality = np.minimum(MAX_GQ, np.round(10 * (ordered[:, 2] - ordered[:, 1])))
    genotypes = likelihoods.argmax(axis=1)
    empty = reads.sum(axis=1) == 0
    return np.where(empty, -9, genotypes), quality.astype(int)


def choose_guests(people, families, draw):
    """Give each person somebody of another family, each chosen once.

    Parameters
    ----------
    people
        Names.
    families
        Name → a word for the family.
    draw
        A numpy Generator.
    """
    for _ in range(1000):
        guests = [people[i] for i in draw.permutation(len(people))]
        pairs = list(zip(people, guests, strict=True))
        if all(families[one] != families[two] for one, two in pairs):
            return dict(pairs)
    raise ValueError("no way to give everybody somebody of another family")


def write_vcf(path, sites, columns, *, assembly="GRCh37"):
    """Write reads and genotypes called from them.

    Parameters
    ----------
    columns
        Sample → reads (n_sites, 2).
    """
    contigs = list(dict.fromkeys(site[0] for site in sites))
    lines = [
        "##fileformat=VCFv4.2",
        *(f"##contig=<ID={name},assembly={assembly}>" for name in contigs),
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads by allele">',
        '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(columns),
    ]
    called = {name: call_genotypes(reads) for name, reads in columns.items()}
    for i, (contig, position, ref, alt) in enumerate(sites):
        cells = [
            _cell(reads[i], called[name][0][i], called[name][1][i])
            for name, reads in columns.items()
        ]
        head = (contig, str(position), ".", ref, alt, ".", "PASS", ".", "GT:AD:DP:GQ")
        lines.append("\t".join([*head, *cells]))
    path.write_text("\n".join(lines) + "\n")


def _cell(reads, genotype, quality):
    ref, alt = (int(depth) for depth in reads)
    word = "./." if genotype < 0 else GENOTYPES[genotype]
    return f"{word}:{ref},{alt}:{ref + alt}:{int(quality)}"
