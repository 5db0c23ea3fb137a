"""What a VCF's header says of the annotations in INFO."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pysam

#: Whose annotations they are: how an allele is written follows from it.
VEP, SNPEFF, BCFTOOLS = 0, 1, 2

#: INFO keys that hold annotations; of several in a file the first of these is read.
KEYS = ("CSQ", "vep", "ANN", "BCSQ")

#: Subfields that give the frequency of an allele in a reference population.
FREQUENCIES = ("MAX_AF", "gnomADe_AF", "gnomADg_AF", "gnomAD_AF", "AF")

#: Annotations that are not read, and how to get some that are.
_UNREAD = {
    "EFF": "the old form of SnpEff; annotate again without -formatEff or -classic",
    "SNPEFF_EFFECT": "what GATK kept of SnpEff; annotate again with SnpEff or VEP",
    "CSQT": "the form of Nirvana and Illumina; annotate again with VEP",
    "Func.refGene": "the form of ANNOVAR; annotate again with VEP or SnpEff",
    "FUNCOTATION": "the form of GATK Funcotator; annotate again with VEP or SnpEff",
}
_NO_FORM = (
    "its Description does not name its subfields with Consequence (VEP: 'Format:"
    " Allele|Consequence|…') or Allele and Annotation (SnpEff); the tool writes it so"
)

_BCSQ = (
    "Consequence",
    "gene",
    "transcript",
    "biotype",
    "strand",
    "amino_acid_change",
    "dna_change",
)


@dataclass(frozen=True)
class AnnotationFormat:
    """How a file writes its annotations.

    Attributes
    ----------
    key
        Of INFO.
    tool
        :data:`VEP`, :data:`SNPEFF` or :data:`BCFTOOLS`.
    subfields
        Their names, in order.
    """

    key: str
    tool: int
    subfields: tuple[str, ...]

    def find(self, *names: str) -> int:
        """Return the number of the first subfield of these names, or −1."""
        places = (self.subfields.index(n) for n in names if n in self.subfields)
        return next(places, -1)


def find_format(header: pysam.VariantHeader) -> AnnotationFormat | None:
    """Find the annotations that a header declares.

    Returns
    -------
    AnnotationFormat or None
        None where no key is one of annotations, or none says how it is written.

    Notes
    -----
    VEP may leave out ``Allele`` (``--fields``): with one ALT there is no doubt which
    allele is meant, with several ``ALLELE_NUM`` says so.
    VEP writes ``Format: Allele|Consequence|…``, SnpEff ``'Allele | Annotation | …'``;
    either may use the key of the other (``--vcf_info_field ANN``), so the names tell.
    The order of BCSQ is fixed.
    """
    for key in KEYS:
        if key not in header.info:
            continue
        if key == "BCSQ":
            return AnnotationFormat(key, BCFTOOLS, _BCSQ)
        listed = re.search(
            r"[^\s'\":|]+(?:\s*\|[^'\"|]*)+", header.info[key].description or ""
        )
        names = [name.strip() for name in listed.group().split("|")] if listed else []
        if "Consequence" in names:
            return AnnotationFormat(key, VEP, tuple(names))
        if "Allele" in names and "Annotation" in names:
            return AnnotationFormat(key, SNPEFF, tuple(names))
    return None


def find_unread_annotations(header: pysam.VariantHeader) -> tuple[str, ...]:
    """Say of each kind of annotations that a header declares why it is not read.

    Empty where those that are read are declared: what stands beside them says the same.
    """
    if find_format(header) is not None:
        return ()
    return tuple(
        f"INFO/{key}: {_UNREAD.get(key, _NO_FORM)}"
        for key in (*KEYS, *_UNREAD)
        if key in header.info
    )
