"""Words of files for other programs."""

EXPORT_FORMATS = ("pgen", "bed", "vcf")
#: Why a variant is not in the VCFs for imputation: what the config may leave out.
INDEL, MONOMORPHIC, PALINDROMIC, DUPLICATE = (
    "indel",
    "monomorphic",
    "palindromic",
    "duplicate",
)
CONFIGURED_REASONS = (INDEL, MONOMORPHIC, PALINDROMIC, DUPLICATE)
#: What is left out whatever the config says: a server cannot read it.
OTHER_CONTIG, OTHER_ALLELE, NO_CALL, OTHER_REFERENCE = (
    "other_contig",
    "other_allele",
    "no_call",
    "other_reference",
)
REASONS = (
    OTHER_CONTIG,
    OTHER_ALLELE,
    NO_CALL,
    OTHER_REFERENCE,
    *CONFIGURED_REASONS,
)
#: What two samples of different stores are to each other.
SAME_PERSON, FIRST_DEGREE, DIFFERENT_PERSON, NOT_ASSESSABLE = (
    "same_person",
    "first_degree",
    "different_person",
    "not_assessable",
)
IDENTITIES = (SAME_PERSON, FIRST_DEGREE, DIFFERENT_PERSON, NOT_ASSESSABLE)
#: A link of the family graph: who says it, and what the genotypes make of it.
LINK_SOURCES = ("reported", "inferred")
LINK_STATUSES = ("ok", "mismatch", "not_assessable", "set_aside")
PARENT_ROLES = ("father", "mother")
