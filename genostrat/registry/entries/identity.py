"""Entries of the qc stage on who is who: relatives, omics profiles, swaps."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_SAMPLE = Column("sample_id", "text", "Identifier.")

IDENTITY: tuple[Table, ...] = (
    Table(
        "qc/mixtures.tsv",
        "One row a genotyped sample: whether its genotypes look like those of two"
        " people, against people of its ancestry. It needs no reads.",
        (
            _SAMPLE,
            Column(
                "flipped_share",
                "float",
                "Estimated rate at which homozygotes became heterozygotes where another"
                " person has the other allele; about 0 in a clean sample, and not the"
                " share of foreign DNA: with 30 reads, a tenth of it makes 0.3, and a"
                " fifth 1. Blank with too few variants or samples.",
                blank=True,
            ),
            Column(
                "flipped_share_se",
                "float",
                "Its standard error, from a block jackknife over the genome.",
                low=0,
                blank=True,
            ),
            Column(
                "score",
                "float",
                "Its distance from the nearest people, in standard errors.",
                blank=True,
            ),
            Column(
                "status",
                "text",
                "mixture where the score is beyond chance in a cohort of this size.",
                values=words.MIXTURE_STATUSES,
            ),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "qc/relatedness.tsv",
        "One row a related pair of samples. Pairs below qc.min_kinship_written are not"
        " listed, nor those whose kinship cannot be told from chance in a cohort of"
        " this size; qc/relatedness.json counts the latter. Where kinship is not"
        " assessable, only pairs with identical genotypes are listed.",
        (
            Column("sample_1", "text", "The identifier that sorts first."),
            Column("sample_2", "text", "The other identifier."),
            Column(
                "kinship",
                "float",
                "KING-robust kinship; 0.5 for the same person.",
                high=0.5,
            ),
            Column(
                "ibs0",
                "float",
                "Share of shared sites with opposite homozygotes.",
                low=0,
                high=1,
            ),
            Column("n_sites", "int", "Sites called in both.", low=0, unit="variants"),
            Column(
                "relationship",
                "text",
                "duplicate, first, second or third degree.",
                values=words.DEGREES,
                blank=True,
            ),
            Column(
                "expected",
                "text",
                "What subject_id, father_id and mother_id of the sheet say; see"
                " qc/pedigree.tsv. Blank if they do not relate the two.",
                values=words.EXPECTED_RELATIONS,
                blank=True,
            ),
            Column(
                "first_degree_kind",
                "text",
                "For first-degree pairs parent_child or full_siblings, by ibs0.",
                values=words.FIRST_DEGREE_KINDS,
                blank=True,
            ),
            Column(
                "kinship_se",
                "float",
                "Standard error of kinship, from a block jackknife over the genome.",
                low=0,
            ),
            Column(
                "doubtful_because",
                "text",
                "Why the pair may not be related: one of the two holds DNA of somebody"
                " else, which makes relatives of strangers. Blank if nothing says so.",
                blank=True,
            ),
        ),
        key=("sample_1", "sample_2"),
        needs="genotypes",
    ),
    Table(
        "qc/relatedness.json",
        "How relatedness was measured.",
        (
            Column(
                "assessable", "bool", "Whether at least qc.min_sites_kinship were used."
            ),
            Column("n_sites", "int", "Variants used.", low=0),
            Column("n_blocks", "int", "Parts of the genome that have some.", low=0),
            Column("n_pairs", "int", "Pairs of samples looked at.", low=0),
            Column(
                "n_indistinct",
                "int",
                "Pairs of enough kinship that cannot be told from chance.",
                low=0,
            ),
            Column(
                "n_identical",
                "int",
                "Where kinship is not assessable, pairs that are one person for their"
                " identical genotypes.",
                low=0,
            ),
            Column(
                "n_alike",
                "int",
                "Further pairs with identical genotypes, who may be relatives, or whom"
                " these variants do not tell apart.",
                low=0,
            ),
            Column(
                "ibs0_of_strangers",
                "float",
                "Share of variants at which strangers are opposite homozygotes, by the"
                " cohort's frequencies.",
                low=0,
                high=1,
                blank=True,
            ),
        ),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "qc/pedigree.tsv",
        "One row a pair that the sheet makes one person or relatives of up to the third"
        " degree, and one a pair found to be related up to the second degree that the"
        " sheet does not know of. Only pairs with genotypes of both.",
        (
            Column("sample_1", "text", "The identifier that sorts first."),
            Column("sample_2", "text", "The other identifier."),
            Column(
                "expected",
                "text",
                "What the sheet says: same_person (one subject_id), parent_child,"
                " full_siblings, half_siblings (also where a second parent is not"
                " given), grandparent, avuncular, second_degree, third_degree, distant,"
                " or unrelated.",
                values=words.EXPECTED_RELATIONS,
            ),
            Column(
                "expected_kinship",
                "float",
                "Kinship by the pedigree; 0.5 for the same person.",
                low=0,
                high=1,
            ),
            Column(
                "relationship",
                "text",
                "What the genotypes show: duplicate, parent_child, full_siblings,"
                " second, third, unrelated; blank where they cannot say.",
                values=words.FOUND_RELATIONS,
                blank=True,
            ),
            Column(
                "kinship",
                "float",
                "KING-robust kinship; blank without any.",
                high=0.5,
                blank=True,
            ),
            Column(
                "status",
                "text",
                "ok; mismatch (the genotypes contradict the sheet); unexpected (they"
                " are related, and the sheet does not say so); or not_assessable (too"
                " few variants, too uncertain, or a link that the sheet itself"
                " contradicts).",
                values=words.PEDIGREE_STATUSES,
            ),
            Column("reason", "text", "In words."),
            Column(
                "kinship_se", "float", "Standard error of kinship.", low=0, blank=True
            ),
            Column(
                "ibs0",
                "float",
                "Share of shared sites with opposite homozygotes.",
                low=0,
                high=1,
                blank=True,
            ),
            Column("n_sites", "int", "Sites called in both.", low=0, unit="variants"),
        ),
        key=("sample_1", "sample_2"),
        needs="genotypes",
    ),
    Table(
        "qc/mendel.tsv",
        "One row a genotyped child with a genotyped parent in the sheet: genotypes that"
        " the child cannot have from its parents.",
        (
            Column("child", "text", "Sample of the child."),
            Column(
                "father", "text", "Sample of the father; blank without one.", blank=True
            ),
            Column(
                "mother", "text", "Sample of the mother; blank without one.", blank=True
            ),
            Column(
                "n_sites",
                "int",
                "Informative autosomal variants: with both parents, those called in all"
                " three where not all are the same homozygote; with one, those called"
                " in both where one of them has the rarer allele twice.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_errors",
                "int",
                "Mendelian errors among them.",
                low=0,
                unit="variants",
            ),
            Column(
                "error_rate",
                "float",
                "n_errors / n_sites; blank without any.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "status",
                "text",
                "consistent; inconsistent (above qc.max_mendel_error_rate); or"
                " not_assessable (fewer than qc.min_sites_mendel). By the autosomes.",
                values=words.MENDEL_STATUSES,
            ),
            Column(
                "n_sites_x",
                "int",
                "Informative variants of chrX outside the PARs; 0 where the child's sex"
                " is not known.",
                low=0,
                unit="variants",
            ),
            Column("n_errors_x", "int", "Errors among those.", low=0, unit="variants"),
        ),
        key=("child", "father", "mother"),
        needs="genotypes",
    ),
    Table(
        "qc/omics_match.tsv",
        "One row a sample and omics layer that has genotypes and a profile: whether the"
        " two are of one person, by associations between features and variants.",
        (
            _SAMPLE,
            Column("layer", "text", "Name of the omics layer."),
            Column(
                "n_features",
                "int",
                "Features of the profile that are associated with variants in the other"
                " samples.",
                low=0,
                unit="features",
            ),
            Column(
                "own_score",
                "float",
                "log10 of how much likelier the profile is with the sample's own"
                " genotypes than with a stranger's; blank without associations.",
                unit="log10",
                blank=True,
            ),
            Column(
                "best_match", "text", "The other sample that fits best.", blank=True
            ),
            Column("best_score", "float", "Its score.", unit="log10", blank=True),
            Column(
                "status",
                "text",
                "ok (its own genotypes fit), mismatch (best_match fits far better) or"
                " not_assessable.",
                values=words.OMICS_STATUSES,
            ),
            Column(
                "inferred_sex",
                "text",
                "Sex by XIST and genes of the Y chromosome: male, female, or blank.",
                values=words.SEXES,
                blank=True,
            ),
            Column("reason", "text", "In words.", blank=True),
        ),
        key=("layer", "sample_id"),
        needs="genotypes",
    ),
    Table(
        "qc/omics_match.json",
        "How profiles were matched: one record a layer. Empty without layers.",
        (
            Column(
                "<layer>",
                "record",
                "Samples, features and variants compared, and associations found.",
            ),
        ),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "qc/swaps.tsv",
        "One row a suspected swap: labels whose exchange would resolve contradictions"
        " between sex, relatives, replicates and omics profiles, and make none.",
        (
            Column("sample_1", "text", "A sample."),
            Column(
                "sample_2",
                "text",
                "The one it seems exchanged with; blank where that is not known, or"
                " where more than two seem involved.",
                blank=True,
            ),
            Column(
                "confidence",
                "text",
                "likely with two independent lines of evidence, else possible. Sex,"
                " omics profiles, and the relatives or replicates of either sample are"
                " a line each.",
                values=words.SUSPICIONS,
            ),
            Column(
                "n_evidence", "int", "Contradictions that would be resolved.", low=1
            ),
            Column("evidence", "text", "Sentences, separated by semicolons."),
            Column(
                "swapped",
                "text",
                "What seems exchanged: genotypes, an omics layer, or either.",
            ),
            Column(
                "kinds",
                "text",
                "Kinds of evidence: family, omics, replicate, sex.",
                values=words.SWAP_EVIDENCE,
                joined_by=", ",
            ),
            Column(
                "evidence_unnamed", "text", "The same sentences without identifiers."
            ),
        ),
        key=("sample_1", "sample_2"),
        needs="genotypes",
    ),
)
