"""What a variant does to a gene: terms, their classes, and their order.

Terms are those of the Sequence Ontology (http://www.sequenceontology.org) as VEP,
SnpEff and ``bcftools csq`` use them. Within a class they stand in VEP's order.
"""

from __future__ import annotations

#: Class → its terms, the most severe first. What changes the protein's sequence as a
#: whole stands before what adds or takes a few residues: a variant that does either,
#: by transcript, counts as the former.
CLASSES: dict[str, tuple[str, ...]] = {
    "lof": (
        "transcript_ablation",
        "exon_loss_variant",
        "splice_acceptor_variant",
        "splice_donor_variant",
        "stop_gained",
        "frameshift_variant",
    ),
    "missense": (
        "stop_lost",
        "start_lost",
        "initiator_codon_variant",
        "rare_amino_acid_variant",
        "missense_variant",
        "protein_altering_variant",
    ),
    "inframe": (
        "disruptive_inframe_insertion",
        "disruptive_inframe_deletion",
        "inframe_insertion",
        "inframe_deletion",
        "conservative_inframe_insertion",
        "conservative_inframe_deletion",
    ),
    "splice_region": (
        "splice_donor_5th_base_variant",
        "splice_region_variant",
        "splice_donor_region_variant",
        "splice_polypyrimidine_tract_variant",
    ),
    "synonymous": (
        "incomplete_terminal_codon_variant",
        "start_retained_variant",
        "start_retained",
        "stop_retained_variant",
        "synonymous_variant",
    ),
    "utr": (
        "5_prime_UTR_truncation",
        "3_prime_UTR_truncation",
        "5_prime_UTR_premature_start_codon_gain_variant",
        "5_prime_UTR_variant",
        "3_prime_UTR_variant",
    ),
    "other": (
        "coding_sequence_variant",
        "transcript_amplification",
        "feature_elongation",
        "feature_truncation",
        "mature_miRNA_variant",
        "non_coding_transcript_exon_variant",
        "intron_variant",
        "conserved_intron_variant",
        "NMD_transcript_variant",
        "non_coding_transcript_variant",
        "coding_transcript_variant",
        "transcript_variant",
        "gene_variant",
        "structural_interaction_variant",
        "protein_protein_contact",
        "sequence_feature",
        "upstream_gene_variant",
        "downstream_gene_variant",
        "TFBS_ablation",
        "TFBS_amplification",
        "TF_binding_site_variant",
        "regulatory_region_ablation",
        "regulatory_region_amplification",
        "regulatory_region_variant",
        "conserved_intergenic_variant",
        "intragenic_variant",
        "intergenic_region",
        "intergenic_variant",
        "sequence_variant",
        # terms of our own: see `read_terms`
        "after_stop",
        "part_of_compound",
        "unknown",
    ),
}

#: A term that no list here has.
UNKNOWN = "unknown"
#: What ``bcftools csq`` marks by an asterisk: the haplotype has an earlier stop.
AFTER_STOP = "after_stop"
#: A pointer of ``bcftools csq`` to the record that tells a joint change.
PART_OF_COMPOUND = "part_of_compound"

#: Consequence terms that concern no gene, even where an annotation names one.
BETWEEN_GENES = frozenset(
    {"intergenic_region", "intergenic_variant", "conserved_intergenic_variant"}
)

TERMS = tuple(term for terms in CLASSES.values() for term in terms)
CLASS_OF = {term: name for name, terms in CLASSES.items() for term in terms}
RANKS = {term: rank for rank, term in enumerate(TERMS)}

#: Names of ``bcftools csq`` that are not the ontology's term without ``_variant``.
_BCFTOOLS = {
    "5_prime_utr": "5_prime_UTR_variant",
    "3_prime_utr": "3_prime_UTR_variant",
    "inframe_altering": "protein_altering_variant",
    "non_coding": "non_coding_transcript_variant",
    "intergenic": "intergenic_variant",
    "coding_sequence": "coding_sequence_variant",
    "start_retained": "start_retained_variant",
    "stop_retained": "stop_retained_variant",
}


def read_terms(text: str) -> str:
    """Return the most severe term of an annotation.

    Parameters
    ----------
    text
        Terms joined by ``&``, or by ``+`` as older versions of SnpEff do. With an
        asterisk before it, a change lies behind a stop of the same haplotype, and has
        no effect of its own; a text that begins with ``@`` points to another record.
    """
    if text.startswith("@"):
        return PART_OF_COMPOUND
    if text.startswith("*"):
        return AFTER_STOP
    parts = text.replace("+", "&").split("&")
    return min((_read_term(part) for part in parts), key=RANKS.__getitem__)


def _read_term(text: str) -> str:
    term = text.strip()
    for candidate in (term, _BCFTOOLS.get(term), f"{term}_variant"):
        if candidate in RANKS:
            return candidate
    return UNKNOWN
