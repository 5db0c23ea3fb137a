"""Tables of the qc stage."""

from genostrat.registry.spec import Column, Table

_SAMPLE = Column("sample_id", "text", "Identifier.")

TABLES = (
    Table(
        "qc/sample_metrics.tsv",
        "One row a genotyped sample: metrics over the autosomes.",
        (
            _SAMPLE,
            Column("n_called", "int", "Genotypes called."),
            Column(
                "call_rate", "float", "Share of the stored variants called, 0 to 1."
            ),
            Column("n_hom_ref", "int", "Homozygous reference genotypes."),
            Column("n_het", "int", "Heterozygous genotypes."),
            Column("n_hom_alt", "int", "Homozygous alternate genotypes."),
            Column(
                "f_het",
                "float",
                "Inbreeding coefficient over SNVs, (observed − expected) / (called −"
                " expected) homozygous genotypes; negative: more heterozygous than"
                " expected.",
            ),
            Column("het_hom_ratio", "float", "n_het / n_hom_alt; blank without any."),
            Column("n_singleton", "int", "Variants seen in this sample only, once."),
            Column(
                "ti_tv", "float", "Transitions / transversions among the SNVs carried."
            ),
            Column(
                "mean_dp", "float", "Mean DP of called genotypes; blank without DP."
            ),
            Column(
                "mean_gq", "float", "Mean GQ of called genotypes; blank without GQ."
            ),
            Column(
                "contamination",
                "float",
                "CHARR estimate of the share of reads from another person; blank where"
                " there is no AD and GQ, or too few variants.",
            ),
        ),
        key=("sample_id",),
    ),
    Table(
        "qc/sex.tsv",
        "One row a genotyped sample: sex from the chromosomes and from the sheet.",
        (
            _SAMPLE,
            Column("reported_sex", "text", "Sex in the sheet; may be blank."),
            Column("inferred_sex", "text", "male, female, or blank."),
            Column(
                "x_f",
                "float",
                "Inbreeding coefficient of chrX outside the PARs: near 1"
                " with one X, near 0 with two; blank with too few variants.",
            ),
            Column(
                "y_call_rate",
                "float",
                "Share of chrY variants outside the PARs that"
                " were called; blank with too few.",
            ),
            Column("status", "text", "ok, mismatch, ambiguous or not_assessable."),
            Column(
                "x_haploid_rate",
                "float",
                "Share of chrX calls outside the PARs written with one allele.",
            ),
        ),
        key=("sample_id",),
    ),
    Table(
        "qc/relatedness.tsv",
        "One row a related pair of samples. Pairs below qc.min_kinship_written are not"
        " listed, nor those whose kinship cannot be told from chance in a cohort of"
        " this size; qc/relatedness.json counts the latter.",
        (
            Column("sample_1", "text", "The identifier that sorts first."),
            Column("sample_2", "text", "The other identifier."),
            Column("kinship", "float", "KING-robust kinship; 0.5 for the same person."),
            Column("ibs0", "float", "Share of shared sites with opposite homozygotes."),
            Column("n_sites", "int", "Sites called in both."),
            Column("relationship", "text", "duplicate, first, second or third degree."),
            Column(
                "expected",
                "text",
                "What father_id and mother_id of the sheet say: parent_child,"
                " full_siblings, half_siblings, or blank.",
            ),
            Column(
                "first_degree_kind",
                "text",
                "For first-degree pairs parent_child or full_siblings, by ibs0.",
            ),
            Column(
                "kinship_se",
                "float",
                "Standard error of kinship, from a block jackknife over the genome.",
            ),
        ),
        key=("sample_1", "sample_2"),
    ),
    Table(
        "qc/pcs.tsv",
        "One row a genotyped sample: ancestry components PC1, PC2, …; blank where there"
        " are too few variants or samples.",
        (_SAMPLE, Column("PC1", "float", "First component; further ones follow.")),
        key=("sample_id",),
    ),
    Table(
        "qc/ancestry.tsv",
        "One row a genotyped sample: ancestry label from a reference panel.",
        (
            _SAMPLE,
            Column(
                "ancestry", "text", "Label, or unassigned (always without a panel)."
            ),
            Column("probability", "float", "Probability of the label; else blank."),
        ),
        key=("sample_id",),
    ),
    Table(
        "qc/decisions.tsv",
        "The ledger: one row for each rule that caught a sample, and one with the rule"
        " none for every other sample.",
        (
            _SAMPLE,
            Column(
                "rule",
                "text",
                "low_call_rate, contamination, sex_mismatch, sex_ambiguous,"
                " het_outlier, duplicate, relative, or none.",
            ),
            Column("value", "float", "The value the rule looked at."),
            Column("threshold", "float", "What it was compared with."),
            Column(
                "config_key", "text", "The key that changes the threshold or action."
            ),
            Column("outcome", "text", "kept, flagged or excluded."),
            Column("reason", "text", "In words."),
        ),
        key=("sample_id", "rule"),
    ),
)
