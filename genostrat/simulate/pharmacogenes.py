"""Real pharmacogene variants that a toy cohort carries, as haplotypes.

Positions, alleles and what defines a star allele are facts from the allele
definitions of CPIC and PharmVar on GRCh38 (as tabled by PyPGx 0.27 and PharmCAT).
Frequencies are round figures of the size seen in gnomAD for people of European,
African and East Asian descent; they give each toy ancestry its own mix.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PharmacoVariant:
    """A variant at its GRCh38 position."""

    rsid: str
    contig: str
    position: int
    ref: str
    alt: str


@dataclass(frozen=True)
class Haplotype:
    """A star allele: the variants on it and its frequency in each ancestry."""

    gene: str
    name: str
    rsids: tuple[str, ...]
    frequencies: tuple[float, float, float]


@dataclass(frozen=True)
class Affected:
    """A patient planted in each toy cohort: a diplotype that matters for a medicine.

    Parameters
    ----------
    gene, haplotypes
        What the patient carries.
    phenotype
        What CPIC calls it.
    medicines
        What the sheet says the patient takes.
    drug, category
        The medicine that is affected, by its generic name, and what is to be done.
    """

    gene: str
    haplotypes: tuple[str, str]
    phenotype: str
    medicines: str
    drug: str
    category: str


#: Clopidogrel: Lee 2022 (PMID 35034351). Capecitabine: Amstutz 2018 (PMID 29152729).
AFFECTED = (
    Affected(
        "CYP2C19",
        ("*2", "*2"),
        "Poor Metabolizer",
        "Plavix 75 mg tablets; amlodipine",
        "clopidogrel",
        "avoid",
    ),
    Affected(
        "DPYD",
        ("Reference", "c.1905+1G>A (*2A)"),
        "Intermediate Metabolizer",
        "capecitabine 500 mg; Trial product GX-17",
        "capecitabine",
        "change_dose",
    ),
)
#: Positions without reads in two patients, the alleles that they carry there, and the
#: medicines that they take.
UNREAD_GENE = "CYP2C19"
UNREAD_RSIDS = ("rs12769205", "rs4244285")
UNREAD_HAPLOTYPES = ("*1", "*1")
UNREAD_MEDICINES = "clopidogrel; metformin"

VARIANTS = (
    PharmacoVariant("rs67376798", "chr1", 97082391, "T", "A"),
    PharmacoVariant("rs3918290", "chr1", 97450058, "C", "T"),
    PharmacoVariant("rs55886062", "chr1", 97515787, "A", "C"),
    PharmacoVariant("rs56038477", "chr1", 97573863, "C", "T"),
    PharmacoVariant("rs75017182", "chr1", 97579893, "G", "C"),
    PharmacoVariant("rs115232898", "chr1", 97699474, "T", "C"),
    PharmacoVariant("rs1801265", "chr1", 97883329, "A", "G"),
    PharmacoVariant("rs6025", "chr1", 169549811, "C", "T"),
    PharmacoVariant("rs887829", "chr2", 233759924, "C", "T"),
    PharmacoVariant("rs34983651", "chr2", 233760233, "C", "CAT"),
    PharmacoVariant("rs4148323", "chr2", 233760498, "G", "A"),
    PharmacoVariant("rs2231142", "chr4", 88131171, "G", "T"),
    PharmacoVariant("rs1142345", "chr6", 18130687, "T", "C"),
    PharmacoVariant("rs1800460", "chr6", 18138997, "C", "T"),
    PharmacoVariant("rs1800462", "chr6", 18143724, "C", "G"),
    PharmacoVariant("rs41303343", "chr7", 99652770, "T", "TA"),
    PharmacoVariant("rs10264272", "chr7", 99665212, "C", "T"),
    PharmacoVariant("rs776746", "chr7", 99672916, "T", "C"),
    PharmacoVariant("rs35599367", "chr7", 99768693, "G", "A"),
    PharmacoVariant("rs12248560", "chr10", 94761900, "C", "T"),
    PharmacoVariant("rs12769205", "chr10", 94775367, "A", "G"),
    PharmacoVariant("rs4986893", "chr10", 94780653, "G", "A"),
    PharmacoVariant("rs4244285", "chr10", 94781859, "G", "A"),
    PharmacoVariant("rs3758581", "chr10", 94842866, "A", "G"),
    PharmacoVariant("rs1799853", "chr10", 94942290, "C", "T"),
    PharmacoVariant("rs7900194", "chr10", 94942309, "G", "A"),
    PharmacoVariant("rs9332131", "chr10", 94949281, "GA", "G"),
    PharmacoVariant("rs28371685", "chr10", 94981224, "C", "T"),
    PharmacoVariant("rs1057910", "chr10", 94981296, "A", "C"),
    PharmacoVariant("rs28371686", "chr10", 94981301, "C", "G"),
    PharmacoVariant("rs2306283", "chr12", 21176804, "A", "G"),
    PharmacoVariant("rs4149056", "chr12", 21178615, "T", "C"),
    PharmacoVariant("rs116855232", "chr13", 48045719, "C", "T"),
    PharmacoVariant("rs9923231", "chr16", 31096368, "C", "T"),
    PharmacoVariant("rs2108622", "chr19", 15879621, "C", "T"),
    PharmacoVariant("rs3093105", "chr19", 15897578, "A", "C"),
    PharmacoVariant("rs12979860", "chr19", 39248147, "C", "T"),
    PharmacoVariant("rs3745274", "chr19", 41006936, "G", "T"),
    PharmacoVariant("rs2279343", "chr19", 41009358, "A", "G"),
    PharmacoVariant("rs28399499", "chr19", 41012316, "T", "C"),
)

#: Haplotypes other than each gene's filler, which takes the rest of the frequency.
HAPLOTYPES = (
    Haplotype("DPYD", "c.2846A>T", ("rs67376798",), (0.005, 0.001, 0.0)),
    Haplotype("DPYD", "c.1905+1G>A (*2A)", ("rs3918290",), (0.01, 0.001, 0.0)),
    Haplotype("DPYD", "c.1679T>G (*13)", ("rs55886062",), (0.001, 0.0, 0.0)),
    Haplotype(
        "DPYD",
        "c.1129-5923C>G, c.1236G>A (HapB3)",
        ("rs56038477", "rs75017182"),
        (0.025, 0.003, 0.0),
    ),
    Haplotype("DPYD", "c.557A>G", ("rs115232898",), (0.0, 0.02, 0.0)),
    Haplotype("DPYD", "c.85T>C (*9A)", ("rs1801265",), (0.22, 0.38, 0.08)),
    Haplotype("F5", "Leiden", ("rs6025",), (0.025, 0.002, 0.0)),
    Haplotype("UGT1A1", "*80+*28", ("rs887829", "rs34983651"), (0.31, 0.39, 0.13)),
    Haplotype("UGT1A1", "*6", ("rs4148323",), (0.005, 0.002, 0.15)),
    Haplotype("ABCG2", "rs2231142", ("rs2231142",), (0.10, 0.03, 0.31)),
    Haplotype("TPMT", "*2", ("rs1800462",), (0.005, 0.0, 0.0)),
    Haplotype("TPMT", "*3A", ("rs1800460", "rs1142345"), (0.035, 0.003, 0.0)),
    Haplotype("TPMT", "*3B", ("rs1800460",), (0.001, 0.0, 0.0)),
    Haplotype("TPMT", "*3C", ("rs1142345",), (0.004, 0.05, 0.02)),
    Haplotype("CYP3A5", "*3", ("rs776746",), (0.93, 0.25, 0.72)),
    Haplotype("CYP3A5", "*6", ("rs10264272",), (0.001, 0.15, 0.0)),
    Haplotype("CYP3A5", "*7", ("rs41303343",), (0.0, 0.10, 0.0)),
    Haplotype("CYP3A4", "*22", ("rs35599367",), (0.05, 0.002, 0.0)),
    Haplotype("CYP2C19", "*38", (), (0.02, 0.02, 0.01)),
    Haplotype(
        "CYP2C19",
        "*2",
        ("rs12769205", "rs4244285", "rs3758581"),
        (0.15, 0.17, 0.29),
    ),
    Haplotype("CYP2C19", "*3", ("rs4986893", "rs3758581"), (0.001, 0.002, 0.08)),
    Haplotype("CYP2C19", "*17", ("rs12248560", "rs3758581"), (0.22, 0.22, 0.015)),
    Haplotype("CYP2C9", "*2", ("rs1799853",), (0.13, 0.01, 0.0)),
    Haplotype("CYP2C9", "*3", ("rs1057910",), (0.07, 0.005, 0.04)),
    Haplotype("CYP2C9", "*5", ("rs28371686",), (0.0, 0.013, 0.0)),
    Haplotype("CYP2C9", "*6", ("rs9332131",), (0.0, 0.008, 0.0)),
    Haplotype("CYP2C9", "*8", ("rs7900194",), (0.002, 0.06, 0.0)),
    Haplotype("CYP2C9", "*11", ("rs28371685",), (0.002, 0.025, 0.0)),
    Haplotype("SLCO1B1", "*5", ("rs4149056",), (0.02, 0.0, 0.005)),
    Haplotype("SLCO1B1", "*15", ("rs2306283", "rs4149056"), (0.15, 0.02, 0.12)),
    Haplotype("SLCO1B1", "*37", ("rs2306283",), (0.25, 0.73, 0.63)),
    Haplotype("NUDT15", "*3", ("rs116855232",), (0.002, 0.001, 0.07)),
    Haplotype("VKORC1", "rs9923231", ("rs9923231",), (0.39, 0.06, 0.90)),
    Haplotype("CYP4F2", "*3", ("rs2108622",), (0.29, 0.07, 0.21)),
    Haplotype("CYP4F2", "*2", ("rs3093105",), (0.10, 0.10, 0.01)),
    Haplotype("IFNL3", "rs12979860", ("rs12979860",), (0.31, 0.67, 0.08)),
    Haplotype("CYP2B6", "*6", ("rs3745274", "rs2279343"), (0.23, 0.31, 0.19)),
    Haplotype("CYP2B6", "*9", ("rs3745274",), (0.02, 0.05, 0.01)),
    Haplotype("CYP2B6", "*4", ("rs2279343",), (0.04, 0.02, 0.06)),
    Haplotype("CYP2B6", "*18", ("rs28399499",), (0.0, 0.06, 0.0)),
)

#: The allele that takes the rest of a gene's frequency, where it is not a plain *1.
#: On GRCh38 the reference base at rs3758581 defines CYP2C19*38, so *1 carries it.
FILLERS = {
    "ABCG2": ("Reference", ()),
    "CYP2C19": ("*1", ("rs3758581",)),
    "DPYD": ("Reference", ()),
    "F5": ("Reference", ()),
    "IFNL3": ("Reference", ()),
    "VKORC1": ("Reference", ()),
}


def gene_haplotypes() -> dict[str, tuple[Haplotype, ...]]:
    """Return each gene's haplotypes with its filler; frequencies sum to one."""
    genes: dict[str, list[Haplotype]] = {}
    for haplotype in HAPLOTYPES:
        genes.setdefault(haplotype.gene, []).append(haplotype)
    for gene, haplotypes in genes.items():
        name, rsids = FILLERS.get(gene, ("*1", ()))
        first, second, third = (
            1 - sum(h.frequencies[k] for h in haplotypes) for k in range(3)
        )
        haplotypes.append(Haplotype(gene, name, rsids, (first, second, third)))
    return {gene: tuple(haplotypes) for gene, haplotypes in genes.items()}
