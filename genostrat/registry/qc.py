"""Tables of the qc stage."""

from genostrat.quality_rules import NO_RULE, OVERRIDE, RULES
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
                "Share of reads from another person, by likelihood over the balance of"
                " alleles at heterozygous and homozygous alternate SNVs; blank where"
                " there is no AD, or too few variants or samples.",
            ),
            Column(
                "charr",
                "float",
                "CHARR, the published estimate of the same: somewhat too high in clean"
                " samples (sequencing errors), far too low beyond 10 %; blank where"
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
                "What subject_id, father_id and mother_id of the sheet say; see"
                " qc/pedigree.tsv. Blank if they do not relate the two.",
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
            ),
            Column(
                "expected_kinship",
                "float",
                "Kinship by the pedigree; 0.5 for the same person.",
            ),
            Column(
                "relationship",
                "text",
                "What the genotypes show: duplicate, parent_child, full_siblings,"
                " second, third, unrelated; blank where they cannot say.",
            ),
            Column("kinship", "float", "KING-robust kinship; blank without any."),
            Column(
                "status",
                "text",
                "ok; mismatch (the genotypes contradict the sheet); unexpected (they"
                " are related, and the sheet does not say so); or not_assessable (too"
                " few variants, too uncertain, or a link that the sheet itself"
                " contradicts).",
            ),
            Column("reason", "text", "In words."),
            Column("kinship_se", "float", "Standard error of kinship."),
            Column("ibs0", "float", "Share of shared sites with opposite homozygotes."),
            Column("n_sites", "int", "Sites called in both."),
        ),
        key=("sample_1", "sample_2"),
    ),
    Table(
        "qc/mendel.tsv",
        "One row a genotyped child with a genotyped parent in the sheet: genotypes that"
        " the child cannot have from its parents.",
        (
            Column("child", "text", "Sample of the child."),
            Column("father", "text", "Sample of the father; blank without one."),
            Column("mother", "text", "Sample of the mother; blank without one."),
            Column(
                "n_sites",
                "int",
                "Informative autosomal variants: with both parents, those called in all"
                " three where not all are the same homozygote; with one, those called"
                " in both where one of them has the rarer allele twice.",
            ),
            Column("n_errors", "int", "Mendelian errors among them."),
            Column("error_rate", "float", "n_errors / n_sites; blank without any."),
            Column(
                "status",
                "text",
                "consistent; inconsistent (above qc.max_mendel_error_rate); or"
                " not_assessable (fewer than qc.min_sites_mendel). By the autosomes.",
            ),
            Column(
                "n_sites_x",
                "int",
                "Informative variants of chrX outside the PARs; 0 where the child's sex"
                " is not known.",
            ),
            Column("n_errors_x", "int", "Errors among those."),
        ),
        key=("child", "father", "mother"),
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
            Column(
                "n_sites",
                "int",
                "Sites used for labels that the sample has; blank without a panel, or"
                " with too few sites in common with it.",
            ),
            Column(
                "unassigned_because",
                "text",
                "Blank for a sample with a label. no_panel; too_few_sites (in common"
                " with the panel, or called in this sample); between_labels (no label"
                " has a high enough probability); fits_no_label (its place, or its"
                " genotypes, are not those of any label's people).",
            ),
            Column(
                "closest",
                "text",
                "The most probable label, be it assigned or not: not a label.",
            ),
            Column(
                "misfit",
                "float",
                "How far the genotypes are from what that label's frequencies lead to"
                " expect, in scaled deviations among its people.",
            ),
        ),
        key=("sample_id",),
    ),
    Table(
        "qc/panel_pcs.tsv",
        "One row a person of the reference panel: components over the sites in common"
        " with the cohort, each person placed without a part in them. No rows without a"
        " panel, or with too few sites.",
        (
            _SAMPLE,
            Column("ancestry", "text", "The panel's label."),
            Column("population", "text", "The panel's population; may be blank."),
            Column("PC1", "float", "First component; further ones follow."),
        ),
        key=("sample_id",),
    ),
    Table(
        "qc/panel_projection.tsv",
        "One row a genotyped sample: its place among the components of"
        " qc/panel_pcs.tsv, without shrinkage; blank for a sample with too few sites."
        " No rows where qc/panel_pcs.tsv has none.",
        (
            _SAMPLE,
            Column("PC1", "float", "First component; further ones follow."),
        ),
        key=("sample_id",),
    ),
    Table(
        "qc/panel_space.npz",
        "The components of qc/panel_pcs.tsv as loadings, so that anybody can be placed"
        " among them. Frequencies and loadings are those of the panel's people. Empty"
        " arrays without a panel, or with too few sites.",
        (
            Column("contig", "text", "Contig of each site."),
            Column("position", "int", "Its position."),
            Column("ref", "text", "The panel's REF."),
            Column("alt", "text", "The panel's ALT."),
            Column("frequencies", "float", "Of ALT in the panel."),
            Column("weights", "float", "Loadings, sites × components."),
            Column("strengths", "float", "Eigenvalues of the components."),
            Column("n_used", "int", "Sites that vary in the panel."),
            Column("strand_known", "int", "1: alleles are of the forward strand."),
        ),
        private=False,
    ),
    Table(
        "qc/panel_places.tsv",
        "One row a genotyped sample: its place among the components of"
        " qc/panel_space.npz as a frozen model tells it, from this sample's genotypes"
        " alone. Relatives of the panel's people lie a little further out than in"
        " qc/panel_projection.tsv. Only where `profile.ancestry_space` asks for it.",
        (
            _SAMPLE,
            Column("n_sites", "int", "Sites that the sample has."),
            Column(
                "panel_PC1",
                "float",
                "First component; further ones follow. Blank for a sample with less"
                " than 80 % of the sites.",
            ),
        ),
        key=("sample_id",),
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
            ),
            Column(
                "own_score",
                "float",
                "log10 of how much likelier the profile is with the sample's own"
                " genotypes than with a stranger's; blank without associations.",
            ),
            Column("best_match", "text", "The other sample that fits best."),
            Column("best_score", "float", "Its score."),
            Column(
                "status",
                "text",
                "ok (its own genotypes fit), mismatch (best_match fits far better) or"
                " not_assessable.",
            ),
            Column(
                "inferred_sex",
                "text",
                "Sex by XIST and genes of the Y chromosome: male, female, or blank.",
            ),
            Column("reason", "text", "In words."),
        ),
        key=("layer", "sample_id"),
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
            ),
            Column(
                "confidence",
                "text",
                "likely with two independent lines of evidence, else possible. Sex,"
                " omics profiles, and the relatives or replicates of either sample are"
                " a line each.",
            ),
            Column("n_evidence", "int", "Contradictions that would be resolved."),
            Column("evidence", "text", "Sentences, separated by semicolons."),
            Column(
                "swapped",
                "text",
                "What seems exchanged: genotypes, an omics layer, or either.",
            ),
            Column(
                "kinds", "text", "Kinds of evidence: family, omics, replicate, sex."
            ),
            Column(
                "evidence_unnamed", "text", "The same sentences without identifiers."
            ),
        ),
        key=("sample_1", "sample_2"),
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
                f"{', '.join(rule.name for rule in RULES)}, {OVERRIDE} (a decision by"
                f" hand), or {NO_RULE}.",
            ),
            Column("value", "float", "The value the rule looked at."),
            Column("threshold", "float", "What it was compared with."),
            Column(
                "config_key", "text", "The key that changes the threshold or action."
            ),
            Column(
                "outcome",
                "text",
                "kept, flagged or excluded, as the rule has it. Where a sample has a"
                " row with the rule override, that row counts and no other.",
            ),
            Column(
                "reason",
                "text",
                "In words; of an override also who decided, which may name a person.",
            ),
        ),
        key=("sample_id", "rule"),
    ),
    Table(
        "qc/outliers.tsv",
        "One row a genotyped sample and metric: how far it lies from the others, with"
        " and without regard to ancestry.",
        (
            _SAMPLE,
            Column("metric", "text", "f_het, het_hom_ratio, ti_tv or n_singleton."),
            Column("value", "float", "The metric, as in qc/sample_metrics.tsv."),
            Column(
                "naive_score",
                "float",
                "Distance from the cohort's median in scaled MADs (n_singleton: of its"
                " logarithm); blank with fewer than 10 samples, or without spread.",
            ),
            Column(
                "fair_score",
                "float",
                "The same of what ancestry components leave unexplained; also blank for"
                " a sample without others of like ancestry.",
            ),
            Column(
                "n_pcs",
                "int",
                "Components adjusted for; 0 where there are too few samples or"
                " variants, and the scores are equal.",
            ),
            Column("limit", "float", "The largest score that is no outlier, in MADs."),
        ),
        key=("sample_id", "metric"),
    ),
    Table(
        "qc/exclusions.tsv",
        "Whom the rules catch: one row a group of genotyped samples. There is no"
        " grouping by ancestry without a reference panel, nor by centre without that"
        " column in the sheet.",
        (
            Column("grouping", "text", "ancestry, centre or ancestry_and_centre."),
            Column("group", "text", "The label, the centre, or both."),
            Column("n", "int", "Genotyped samples of the group."),
            Column(
                "n_naive",
                "int",
                "Samples beyond the limits of outliers if there were one cut for all.",
            ),
            Column(
                "n_fair",
                "int",
                "Samples beyond them by the scores adjusted for ancestry, which are"
                " those that the rules of outliers go by.",
            ),
            Column("share_naive", "float", "n_naive / n."),
            Column("share_fair", "float", "n_fair / n."),
            Column(
                "p_value_naive",
                "float",
                "Whether the groups of this grouping differ in share_naive: exact test"
                " of Fisher, Freeman and Halton by 9,999 random tables; the same in"
                " each row; blank where nothing can be compared.",
            ),
            Column("p_value_fair", "float", "The same for share_fair."),
            Column("n_excluded", "int", "Samples excluded, by any rule or by hand."),
            Column("share_excluded", "float", "n_excluded / n."),
            Column("p_value_excluded", "float", "The same test for share_excluded."),
        ),
        key=("grouping", "group"),
    ),
)
