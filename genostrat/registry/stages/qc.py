"""Tables of the qc stage."""

from genostrat.catalogues.quality_rules import NO_RULE, OVERRIDE, RULES
from genostrat.registry.entries.ancestry import ANCESTRY
from genostrat.registry.entries.homozygosity import HOMOZYGOSITY
from genostrat.registry.entries.identity import IDENTITY
from genostrat.registry.entries.kinship import KINSHIP
from genostrat.registry.entries.variant_qc import VARIANT_QC
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_SAMPLE = Column("sample_id", "text", "Identifier.")

TABLES = (
    *VARIANT_QC,
    Table(
        "qc/sample_metrics.tsv",
        "One row a genotyped sample: metrics over the autosomes.",
        (
            _SAMPLE,
            Column("n_called", "int", "Genotypes called.", low=0, unit="genotypes"),
            Column(
                "call_rate",
                "float",
                "Share of the stored variants called, 0 to 1.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "n_hom_ref",
                "int",
                "Homozygous reference genotypes.",
                low=0,
                unit="genotypes",
            ),
            Column("n_het", "int", "Heterozygous genotypes.", low=0, unit="genotypes"),
            Column(
                "n_hom_alt",
                "int",
                "Homozygous alternate genotypes.",
                low=0,
                unit="genotypes",
            ),
            Column(
                "f_het",
                "float",
                "Inbreeding coefficient over SNVs, (observed − expected) / (called −"
                " expected) homozygous genotypes; negative: more heterozygous than"
                " expected.",
                high=1,
                blank=True,
            ),
            Column(
                "het_hom_ratio",
                "float",
                "n_het / n_hom_alt; blank without any.",
                low=0,
                blank=True,
            ),
            Column(
                "n_singleton",
                "int",
                "Variants seen in this sample only, once.",
                low=0,
                unit="variants",
            ),
            Column(
                "ti_tv",
                "float",
                "Transitions / transversions among the SNVs carried.",
                low=0,
                blank=True,
            ),
            Column(
                "mean_dp",
                "float",
                "Mean DP of called genotypes; blank without DP.",
                low=0,
                unit="reads",
                blank=True,
            ),
            Column(
                "mean_gq",
                "float",
                "Mean GQ of called genotypes; blank without GQ.",
                low=0,
                blank=True,
            ),
            Column(
                "contamination",
                "float",
                "Share of reads from another person, by likelihood over the balance of"
                " alleles at heterozygous and homozygous alternate SNVs; blank where"
                " there is no AD, or too few variants or samples.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "charr",
                "float",
                "CHARR, the published estimate of the same: somewhat too high in clean"
                " samples (sequencing errors), far too low beyond 10 %; blank where"
                " there is no AD and GQ, or too few variants.",
                low=0,
                blank=True,
            ),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "qc/sex.tsv",
        "One row a genotyped sample: sex from the chromosomes and from the sheet.",
        (
            _SAMPLE,
            Column(
                "reported_sex",
                "text",
                "Sex in the sheet; may be blank.",
                values=words.SEXES,
                blank=True,
            ),
            Column(
                "inferred_sex",
                "text",
                "male, female, or blank.",
                values=words.SEXES,
                blank=True,
            ),
            Column(
                "x_f",
                "float",
                "Inbreeding coefficient of chrX outside the PARs: near 1"
                " with one X, near 0 with two; blank with too few variants.",
                high=1,
                blank=True,
            ),
            Column(
                "y_call_rate",
                "float",
                "Share of the chrY variants outside the PARs that were called, of"
                " those that tell: not called in nobody, nor in women as in men. Blank"
                " with too few.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "status",
                "text",
                "ok, mismatch, ambiguous or not_assessable.",
                values=words.SEX_STATUSES,
            ),
            Column(
                "x_haploid_rate",
                "float",
                "Share of chrX calls outside the PARs written with one allele.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "karyotype",
                "text",
                "Sex chromosomes; X0/XY where part of the cells have lost the Y,"
                " undetermined where none is likely enough. Without depth or intensity"
                " XXX and XYY cannot be told from XX and XY.",
                values=words.TOLD_KARYOTYPES,
            ),
            Column(
                "karyotype_probability",
                "float",
                "Probability of the likeliest karyotype; blank where nothing was"
                " measured.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "x_copies",
                "float",
                "Copies of chrX by depth of reads, or by intensity; blank without.",
                low=0,
                blank=True,
            ),
            Column("y_copies", "float", "The same of chrY.", low=0, blank=True),
            Column(
                "y_alt_rate",
                "float",
                "Share of chrY variants with an alternate allele; blank with too few.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "evidence",
                "text",
                "What the karyotype rests on. The ploidy of calls is a statement of the"
                " caller or a sheet, which the others outweigh.",
                values=words.SEX_EVIDENCE,
                joined_by=",",
                blank=True,
            ),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    *IDENTITY,
    *KINSHIP,
    *ANCESTRY,
    Table(
        "qc/decisions.tsv",
        "The ledger: one row for each rule that caught a sample, and one with the rule"
        " none for every other sample.",
        (
            _SAMPLE,
            Column(
                "rule",
                "text",
                f"{OVERRIDE}: a decision by hand. {NO_RULE}: no rule caught the"
                " sample.",
                values=(OVERRIDE, *(rule.name for rule in RULES), NO_RULE),
            ),
            Column("value", "float", "The value the rule looked at.", blank=True),
            Column("threshold", "float", "What it was compared with.", blank=True),
            Column(
                "config_key",
                "text",
                "The key that changes the threshold or action.",
                blank=True,
            ),
            Column(
                "outcome",
                "text",
                "kept, flagged or excluded, as the rule has it. Where a sample has a"
                " row with the rule override, that row counts and no other.",
                values=words.SAMPLE_OUTCOMES,
            ),
            Column(
                "reason",
                "text",
                "In words; of an override also who decided, which may name a person.",
            ),
        ),
        key=("sample_id", "rule"),
        needs="genotypes",
    ),
    Table(
        "qc/outliers.tsv",
        "One row a genotyped sample and metric: how far it lies from the others, with"
        " and without regard to ancestry.",
        (
            _SAMPLE,
            Column(
                "metric",
                "text",
                "f_het, het_hom_ratio, ti_tv or n_singleton.",
                values=words.OUTLIER_METRICS,
            ),
            Column(
                "value", "float", "The metric, as in qc/sample_metrics.tsv.", blank=True
            ),
            Column(
                "naive_score",
                "float",
                "Distance from the cohort's median in scaled MADs (n_singleton: of its"
                " logarithm); blank with fewer than 10 samples, or without spread.",
                unit="MADs",
                blank=True,
            ),
            Column(
                "fair_score",
                "float",
                "The same of what ancestry components leave unexplained; also blank for"
                " a sample without others of like ancestry.",
                unit="MADs",
                blank=True,
            ),
            Column(
                "n_pcs",
                "int",
                "Components adjusted for; 0 where there are too few samples or"
                " variants, and the scores are equal.",
                low=0,
                unit="components",
            ),
            Column(
                "limit",
                "float",
                "The largest score that is no outlier, in MADs.",
                low=0,
                unit="MADs",
            ),
        ),
        key=("sample_id", "metric"),
        needs="genotypes",
    ),
    Table(
        "qc/exclusions.tsv",
        "Whom the rules catch: one row a group of genotyped samples. There is no"
        " grouping by ancestry without a reference panel, nor by centre without that"
        " column in the sheet.",
        (
            Column(
                "grouping",
                "text",
                "ancestry, centre or ancestry_and_centre.",
                values=words.EXCLUSION_GROUPINGS,
            ),
            Column("group", "text", "The label, the centre, or both."),
            Column(
                "n", "int", "Genotyped samples of the group.", low=1, unit="samples"
            ),
            Column(
                "n_naive",
                "int",
                "Samples beyond the limits of outliers if there were one cut for all.",
                low=0,
                unit="samples",
            ),
            Column(
                "n_fair",
                "int",
                "Samples beyond them by the scores adjusted for ancestry, which are"
                " those that the rules of outliers go by.",
                low=0,
                unit="samples",
            ),
            Column("share_naive", "float", "n_naive / n.", low=0, high=1),
            Column("share_fair", "float", "n_fair / n.", low=0, high=1),
            Column(
                "p_value_naive",
                "float",
                "Whether the groups of this grouping differ in share_naive: exact test"
                " of Fisher, Freeman and Halton by 9,999 random tables; the same in"
                " each row; blank where nothing can be compared.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "p_value_fair",
                "float",
                "The same for share_fair.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "n_excluded",
                "int",
                "Samples excluded, by any rule or by hand.",
                low=0,
                unit="samples",
            ),
            Column("share_excluded", "float", "n_excluded / n.", low=0, high=1),
            Column(
                "p_value_excluded",
                "float",
                "The same test for share_excluded.",
                low=0,
                high=1,
                blank=True,
            ),
        ),
        key=("grouping", "group"),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "qc/keep.txt",
        "The samples that are not excluded, one a line, sorted.",
        needs="genotypes",
    ),
    Table(
        "qc/unrelated.txt",
        "The largest set of them without relatives, one a line, sorted.",
        needs="genotypes",
    ),
    Table(
        "qc/flow.json",
        "How many samples each step left, for the chart.",
        (
            Column("steps", "list", "label, n, and n excluded by rule, step by step."),
            Column("overrides", "record", "Decisions by hand, and against what."),
        ),
        access="centre",
        needs="genotypes",
    ),
    *HOMOZYGOSITY,
)
