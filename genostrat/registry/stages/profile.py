"""Tables of the profile stage."""

from genostrat.registry.entries.frozen import ADJUSTMENT_ARRAYS, SCORE_ARRAYS
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

TABLES: tuple[Table, ...] = (
    Table(
        "profile/scores.tsv",
        "Polygenic scores of the patients that quality control kept, as they are"
        " summed: neither scaled nor adjusted for ancestry. Only of a cohort with"
        " `scores`.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column("score", "text", "Name of the score, as profile/score_matches.tsv."),
            Column(
                "value",
                "float",
                "Sum over the matched variants of what the copies of the effect allele"
                " weigh; a missing genotype counts as what the scoring file's frequency"
                " leads to expect, or as the patient's own mean. Blank where a tenth"
                " of the weight has no genotype.",
                blank=True,
            ),
            Column(
                "n_missing",
                "int",
                "Matched variants without a genotype.",
                low=0,
                unit="variants",
            ),
        ),
        key=("sample_id", "score"),
        needs="scores",
    ),
    Table(
        "profile/score_matches.tsv",
        "How much of each polygenic score the genotypes have.",
        (
            Column("score", "text", "The catalogue's identifier, or the file's name."),
            Column(
                "n_variants",
                "int",
                "Variants that the score lists.",
                low=1,
                unit="variants",
            ),
            Column(
                "n_matched",
                "int",
                "Of these, found with both alleles.",
                low=0,
                unit="variants",
            ),
            Column("match_rate", "float", "n_matched / n_variants.", low=0, high=1),
            Column(
                "weight_rate",
                "float",
                "Share of the weight of all variants that was matched; a variant weighs"
                " as much as it can add.",
                low=0,
                high=1,
            ),
            Column(
                "n_flipped",
                "int",
                "Matched on the other strand.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_absent", "int", "No variant at the position.", low=0, unit="variants"
            ),
            Column(
                "n_other_alleles",
                "int",
                "Variants there have other alleles.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_palindromic",
                "int",
                "A/T and C/G: their strand cannot be told.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_several",
                "int",
                "Several variants fit, the other allele not given.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_repeated",
                "int",
                "Matched by an earlier line of the score.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_unsupported",
                "int",
                "Haplotypes, diplotypes, interactions, HLA alleles and what else is no"
                " sequence, lines without a position.",
                low=0,
                unit="lines",
            ),
            Column(
                "status",
                "text",
                "used, or refused: below profile.min_score_match.",
                values=words.SCORE_STATUSES,
            ),
            Column("sha256", "text", "Of the scoring file."),
        ),
        key=("score",),
        access="centre",
        needs="scores",
    ),
    Table(
        "profile/coverage.tsv",
        "How much of each layer each patient has. A layer of which a patient has"
        " nothing counts as its midmeans; whether the strata follow that is audited.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column("layer", "text", "Name of the layer."),
            Column(
                "n_measured",
                "int",
                "Features in use that have a value.",
                low=0,
                unit="features",
            ),
            Column(
                "n_features",
                "int",
                "Features of the layer in use.",
                low=0,
                unit="features",
            ),
            Column(
                "missing_share",
                "float",
                "Share of all features offered of which the patient has no value.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "total",
                "float",
                "Library size: sum of the values, of a matrix of counts.",
                low=0,
                blank=True,
            ),
            Column(
                "zero_share",
                "float",
                "Share of the values that are 0, of a matrix of values from 0 on.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "n_detected",
                "float",
                "Features above 0, likewise.",
                low=0,
                blank=True,
                unit="features",
            ),
            Column("level", "float", "Median of a matrix's values.", blank=True),
            Column(
                "spread",
                "float",
                "Distance between their quartiles.",
                low=0,
                blank=True,
            ),
        ),
        key=("sample_id", "layer"),
        needs="layers",
    ),
    Table(
        "profile/burden.tsv",
        "Rare variants of the patients that quality control kept: how many alternate"
        " alleles that qualify under profile.burden. One further column a gene or gene"
        " set, named as in burden_genes.tsv and burden_sets.tsv; blank where too many"
        " of its variants have no genotype. Only where profile.burden is enabled.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "<gene>",
                "float",
                "Qualifying alternate alleles of a gene or gene set.",
                low=0,
                blank=True,
                unit="alleles",
            ),
        ),
        key=("sample_id",),
        needs="burden",
    ),
    Table(
        "profile/burden_genes.tsv",
        "Every gene that a variant of the store is of, and what it has of burden."
        " Carriers may be few.",
        (
            Column("gene", "text", "Symbol, or identifier where it has none."),
            Column(
                "n_variants",
                "int",
                "Variants of the store that are of it.",
                low=1,
                unit="variants",
            ),
            Column(
                "n_qualifying",
                "int",
                "Of these, with a consequence that counts, rare, and carried by a"
                " patient kept.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_carriers",
                "int",
                "Unrelated patients with one or more qualifying alleles.",
                low=0,
                unit="patients",
            ),
            Column(
                "missing_rate",
                "float",
                "Share of missing genotypes of the qualifying variants, over the"
                " patients kept; blank without any.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "status",
                "text",
                "used: a feature; few_carriers: below profile.burden.min_carriers, it"
                " counts in its sets only; no_qualifying; not_asked: genes are not in"
                " profile.burden.features.",
                values=words.BURDEN_STATUSES,
            ),
        ),
        key=("gene",),
        access="centre",
        needs="burden",
    ),
    Table(
        "profile/burden_sets.tsv",
        "Every gene set of `gene_sets`, and what it has of burden.",
        (
            Column("gene_set", "text", "Its name in the GMT file."),
            Column(
                "n_qualifying",
                "int",
                "Qualifying variants, each counted once.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_carriers", "int", "As in burden_genes.tsv.", low=0, unit="patients"
            ),
            Column(
                "missing_rate",
                "float",
                "As in burden_genes.tsv.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "status",
                "text",
                "As in burden_genes.tsv.",
                values=words.BURDEN_STATUSES,
            ),
            Column("n_genes", "int", "Genes that it lists.", low=0, unit="genes"),
            Column(
                "n_found",
                "int",
                "Of these, with a variant in the store.",
                low=0,
                unit="genes",
            ),
            Column(
                "not_found",
                "text",
                "The first 20 of the others by name. A gene without variants is not"
                " found; many may mean other names or identifiers.",
                blank=True,
            ),
        ),
        key=("gene_set",),
        access="centre",
        needs="burden",
    ),
    Table(
        "profile/score_variants.npz",
        "Which variants of the scoring files were summed, for the frozen model: a"
        " patient of another cohort is scored over the same ones. No frequencies.",
        SCORE_ARRAYS,
        access="centre",
        needs="scores",
    ),
    Table(
        "profile/features.parquet",
        "The features that the strata are found in, patients × features: transformed,"
        " adjusted for covariates, in standard deviations of the unrelated patients."
        " One further column a feature, named as in profile/features.tsv.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "<layer>:<feature>",
                "float",
                "Value of a feature.",
            ),
        ),
        key=("sample_id",),
        needs="layers",
    ),
    Table(
        "profile/features_raw.parquet",
        "The same patients and features after transform and imputation only: not"
        " adjusted for covariates, not scaled. Used to see what adjustment changed.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "<layer>:<feature>",
                "float",
                "Value of a feature.",
            ),
        ),
        key=("sample_id",),
        needs="layers",
    ),
    Table(
        "profile/features.tsv",
        "Every feature that was offered to the profile, and what became of it.",
        (
            Column("feature", "text", "Name: the layer, a colon, the feature's name."),
            Column("layer", "text", "The layer it belongs to."),
            Column(
                "encoding",
                "text",
                "What its values look like: binary (two different values), discrete (up"
                " to ten), sparse (one value in more than half of the patients), spiked"
                " (one value in a fifth or more), count (whole numbers from 0 on),"
                " proportion (from 0 to 1) or continuous. With any but continuous"
                " ones, chance is simulated with the margins of these features kept;"
                " of counts and proportions that are not transformed, with their"
                " skewness.",
                values=words.ENCODINGS,
            ),
            Column(
                "n_missing",
                "int",
                "Unrelated patients of this layer in whom it was missing. In used"
                " features these got the median of the others.",
                low=0,
                unit="patients",
            ),
            Column(
                "transform",
                "text",
                "none; log2: log2(x + 1); counts: the same after division by the"
                " patient's size factor (median of ratios); m_values: log2(x / (1 - x))"
                " of methylation beta values; rank: normal scores of the ranks of a"
                " patient's features within that patient.",
                values=words.TRANSFORMS,
            ),
            Column(
                "status",
                "text",
                "used; constant; duplicate (equal to an earlier feature in every"
                " patient); missing (over profile.max_missing_rate); explained (no"
                " spread left after adjustment); low_variance (not among the"
                " profile.max_features that vary most).",
                values=words.FEATURE_STATUSES,
            ),
            Column(
                "n_patients",
                "int",
                "Unrelated patients whom this layer measured: those that midmeans,"
                " coefficients and scales were learnt from.",
                low=0,
                unit="patients",
            ),
            Column("source_name", "text", "Its name in the matrix it came from."),
            Column(
                "made_of",
                "text",
                "<layer>:<what it was made of>; features of one column of the sheet"
                " have the same. Cohorts without groups draw them together.",
            ),
        ),
        key=("feature",),
        access="centre",
        needs="layers",
    ),
    Table(
        "profile/adjustment.json",
        "With adjustment.npz: the frozen coefficients that turn the raw values of one"
        " new patient into features. Aggregates only.",
        (
            Column("features", "list", "Names of the features, in order."),
            Column("layers", "list", "Layer of each feature."),
            Column("transforms", "record", "Transform of each layer."),
            Column("covariates", "list", "Covariates: name, kind and levels."),
            Column("encoded_covariates", "list", "Rows of the coefficients, in order."),
            Column(
                "ancestry_space",
                "text",
                "Whose ancestry components were adjusted for: own, panel or none.",
                values=words.ANCESTRY_SPACES,
            ),
            Column(
                "clinical",
                "list",
                "Columns of the clinical layer: name, kind, and levels of at least 5"
                " patients.",
            ),
        ),
        access="centre",
        needs="layers",
    ),
    Table(
        "profile/adjustment.npz",
        "Arrays of adjustment.json: midmeans, coefficients, centre and scale of each"
        " feature, and the training means of the covariates.",
        ADJUSTMENT_ARRAYS,
        access="centre",
        needs="layers",
    ),
)
