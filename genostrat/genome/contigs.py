"""How a contig is called: the one reading of its name, for every kind of file.

VCF, PLINK, score files, gene maps and pharmacogene tables write the same chromosome as
``1``, ``chr1``, ``CHR01``, ``NC_000001.11``, ``CM000663.2`` or ``GRCh38#0#chr1``, and X
as ``23``. Stores and tables have the canonical name.
"""

from __future__ import annotations

import re

from genostrat.genome.assembly_names import assembly_of_text
from genostrat.registry.words.genotypes import AUTOSOMES, CONTIGS

#: Other names of a contig without its prefix: PLINK's codes among them.
_OTHER_NAMES = {"M": "MT", "23": "X", "24": "Y", "26": "MT"}
#: PLINK's names of the pseudo-autosomal regions of X, where they stand apart from it.
PSEUDO_AUTOSOMAL_CODES = ("25", "XY", "PAR1", "PAR2")

#: Accessions of RefSeq and GenBank; the number after the dot tells the assembly.
_REFSEQ = re.compile(r"NC_0000([0-2][0-9])\.([0-9]+)")
_GENBANK = re.compile(r"CM000([0-9]{3})\.([0-9]+)")
_GENBANK_FIRST = 662
_CHM13_REFSEQ = re.compile(r"NC_0609([0-9]{2})\.[0-9]+")
_MITOCHONDRIA = ("NC_012920.1", "J01415.2")
_BY_NUMBER = (*AUTOSOMES, "X", "Y")
#: RefSeq versions of chromosomes 1 to 22, X and Y (NCBI assembly reports).
_REFSEQ_VERSIONS = {
    "GRCh37": "10 11 11 11 9 11 13 10 11 10 9 11 10 8 9 9 10 9 9 10 8 10 10 9",
    "GRCh38": "11 12 12 12 10 12 14 11 12 11 10 12 11 9 10 10 11 10 10 11 9 11 11 10",
}
_VERSIONS = {
    (number, int(version)): build
    for build, versions in _REFSEQ_VERSIONS.items()
    for number, version in enumerate(versions.split(), 1)
}
#: Assembly, haplotype and contig, as pangenome tools write them (PanSN).
_PAN_NAME = re.compile(r"([^#]+)#(?:[0-9]+#)?([^#]+)")


def canonical_contig(name: str) -> str | None:
    """Return the canonical name of a primary contig, or None for any other.

    ``chr7``, ``CHR07`` and ``NC_000007.13`` are ``7``; ``chrM`` and ``26`` are ``MT``;
    ``23``, and PLINK's codes of the pseudo-autosomal regions, are ``X``. What a name
    says of its assembly is not looked at: see :func:`assembly_of_contig`.

    >>> canonical_contig("chr01"), canonical_contig("NC_000023.11")
    ('1', 'X')
    >>> canonical_contig("chr1_KI270706v1_random") is None
    True
    """
    _, own = split_pan_name(name)
    by_accession = _read_accession(own)
    if by_accession is not None:
        return by_accession[0]
    bare = own[3:] if has_prefix(own) else own
    bare = bare.upper()
    if bare.isascii() and bare.isdigit() and len(bare) == 2:
        bare = bare.lstrip("0")
    if bare in PSEUDO_AUTOSOMAL_CODES:
        return "X"
    bare = _OTHER_NAMES.get(bare, bare)
    return bare if bare in CONTIGS else None


def contig_in_vcf(name: str) -> str | None:
    """Return the canonical contig that the records of a VCF's contig are stored as.

    None also for PLINK's codes of the pseudo-autosomal regions: their records would
    stand beside those of X, out of order.
    """
    return None if is_pseudo_autosomal_code(name) else canonical_contig(name)


def canonical_or_same(name: str) -> str:
    """Return the canonical name of a primary contig, and any other name as it is."""
    return canonical_contig(name) or name


def has_prefix(name: str) -> bool:
    """Say whether a contig is named with ``chr``."""
    return split_pan_name(name)[1][:3].lower() == "chr"


def is_pseudo_autosomal_code(name: str) -> bool:
    """Say whether a name is PLINK's for a part of X that stands apart from it."""
    bare = name[3:] if has_prefix(name) else name
    return bare.upper() in PSEUDO_AUTOSOMAL_CODES


def split_pan_name(name: str) -> tuple[str, str]:
    """Return the assembly that a name begins with, or blank, and the contig's own name.

    What stands before it must be a known assembly: the genome of a person is none.

    >>> split_pan_name("GRCh38#0#chr1"), split_pan_name("chr1")
    (('GRCh38', 'chr1'), ('', 'chr1'))
    """
    found = _PAN_NAME.fullmatch(name)
    if found is None or assembly_of_text(found[1]) is None:
        return "", name
    return found[1], found[2]


def accession_build(name: str) -> str | None:
    """Return the assembly that an accession is of.

    That is ``GRCh37``, ``GRCh38``, ``T2T-CHM13``, or ``another version`` of a human
    chromosome; None for a name that is no accession of a nuclear chromosome.
    """
    found = _read_accession(split_pan_name(name)[1])
    return found[1] if found else None


def _read_accession(name: str) -> tuple[str, str | None] | None:
    """Return the canonical contig of an accession, and the assembly that it is of."""
    if name in _MITOCHONDRIA:
        return "MT", None
    for pattern, first in ((_REFSEQ, 0), (_GENBANK, _GENBANK_FIRST)):
        found = pattern.fullmatch(name)
        if not found or not 1 <= int(found[1]) - first <= len(_BY_NUMBER):
            continue
        number, version = int(found[1]) - first, int(found[2])
        if pattern is _REFSEQ:
            build = _VERSIONS.get((number, version), "another version")
        else:
            build = {1: "GRCh37", 2: "GRCh38"}.get(version, "another version")
        return _BY_NUMBER[number - 1], build
    found = _CHM13_REFSEQ.fullmatch(name)
    if found and 25 <= int(found[1]) <= 48:
        return _BY_NUMBER[int(found[1]) - 25], "T2T-CHM13"
    return None
