"""Tables of the strata stage."""

from genostrat.registry.entries.clustering import CLUSTERING
from genostrat.registry.entries.comparison import COMPARISON
from genostrat.registry.entries.gradient import GRADIENT
from genostrat.registry.entries.model import MODEL
from genostrat.registry.entries.populations import STRATA_FST
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_CI = "of the 95 % confidence interval of the effect."

TABLES: tuple[Table, ...] = (
    *CLUSTERING,
    Table(
        "strata/verdict.json",
        "Whether there are molecular subgroups, why, and what could have been seen.",
        (
            Column(
                "verdict",
                "text",
                "supported; suggestive; none (one group describes the cohort, or the"
                " groups are another name of one column, feature or axis);"
                " confounded (the groups mirror centre, batch, ancestry, sex, age or"
                " data quality).",
                values=words.VERDICTS,
            ),
            Column(
                "k",
                "int",
                "Number of strata; 1 when the verdict is none.",
                low=1,
                unit="groups",
            ),
            Column("reasons", "list", "Sentences for a clinician."),
            Column(
                "is_gradient",
                "bool",
                "Whether patients are spread further than chance, but along a continuum"
                " rather than in groups: strata/gradient.tsv then has their places.",
            ),
            Column(
                "power",
                "record",
                "Detection rates of two planted groups by separation, the smallest"
                " separation found with 80 %, n, p and a sentence.",
            ),
            Column("seed", "int", "Seed of the random streams."),
            Column("alpha", "float", "Level of the tests.", low=0, high=1),
            Column(
                "best_k",
                "int",
                "Best number of groups, supported or not.",
                low=2,
                unit="groups",
            ),
            Column("evidence", "record", "p-values of the best number of groups."),
            Column("confounding", "record", "Summary of the confounder audit."),
            Column(
                "restates",
                "record",
                "The column, feature or layer that the groups are another name of:"
                " names, kind (levels, pieces of a number, layer), how well it alone"
                " tells the groups, and how far groups of the other features agree"
                " with them. Empty where there is none.",
            ),
            Column(
                "ari_before_adjustment",
                "float",
                "Agreement (adjusted Rand index) with groups found in the same way"
                " without adjustment for covariates.",
                high=1,
                blank=True,
            ),
            Column("algorithm", "text", "strata.algorithm.", values=words.ALGORITHMS),
            Column("fusion", "text", "strata.fusion.", values=words.FUSIONS),
            Column("resamples", "int", "strata.resamples.", low=1),
            Column("null_simulations", "int", "strata.null_simulations.", low=1),
            Column("confidence", "float", "strata.min_confidence.", low=0, high=1),
            Column("n_patients", "int", "Patients that were clustered.", low=0),
            Column("n_features", "int", "Features.", low=0),
            Column(
                "n_focus",
                "int",
                "Features that the groups show in, where it is few that hang together;"
                " 0 for all of them.",
                low=0,
            ),
            Column("n_components", "int", "Principal components kept.", low=0),
        ),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/assignments.tsv",
        "Every patient of the sheet with a stratum, or the reason why not.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "stratum",
                "text",
                "S1 (largest), S2 …; for an ambiguous patient the most likely one."
                " Blank when excluded, outside the model, or when no strata were"
                " found.",
                blank=True,
            ),
            Column(
                "confidence",
                "float",
                "The lowest of: probability under the frozen model; for clustered"
                " patients also under a model fitted without them, and mean consensus"
                " with their stratum. Given that the verdict is right.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "status",
                "text",
                "assigned (one stratum in conformal_set; with verdict none: assigned to"
                " the one group, stratum blank); ambiguous (several); outside_model"
                " (unlike 99 % of the clustered patients); excluded (by quality"
                " control, or without a value in any layer).",
                values=words.ASSIGNMENT_STATUSES,
            ),
            Column(
                "distance",
                "float",
                "Mahalanobis distance to the nearest centre.",
                low=0,
                blank=True,
            ),
            Column(
                "found_in",
                "text",
                "training: clustered; model: assigned by the frozen model (relatives);"
                " blank: excluded.",
                values=words.FOUND_IN,
                blank=True,
            ),
            Column(
                "conformal_set",
                "text",
                "Strata that cannot be ruled out at strata.min_confidence, as S1|S2:"
                " those needed to reach that probability, and those that have"
                " patients as strange as this one. Blank when outside the model,"
                " excluded, or without strata. Given that the verdict is right.",
                blank=True,
            ),
        ),
        key=("sample_id",),
        needs="layers",
    ),
    Table(
        "strata/confounders.tsv",
        "How far the best partition mirrors what should not matter, whether or not it"
        " is supported; one row a confounder and one for all together.",
        (
            Column(
                "confounder",
                "text",
                "Column; in the last row (associated ones together), or (all together)"
                " when none is associated.",
            ),
            Column(
                "kind",
                "text",
                "number, category or joint.",
                values=words.CONFOUNDER_KINDS,
            ),
            Column(
                "effect",
                "float",
                "Strength of the association with the strata, 0 to 1.",
                blank=True,
            ),
            Column(
                "effect_name",
                "text",
                "Cramer's V (bias-corrected) for a category, eta squared for a number.",
                values=words.EFFECT_NAMES,
                blank=True,
            ),
            Column(
                "p_value", "float", "Permutation p-value.", low=0, high=1, blank=True
            ),
            Column(
                "p_adjusted",
                "float",
                "Benjamini–Hochberg over the confounders.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "recoverable_accuracy",
                "float",
                "Out-of-fold balanced accuracy of telling the stratum from this alone;"
                " chance is 1/k.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "ari_after_adjustment",
                "float",
                "Adjusted Rand index between the strata and those found after"
                " regressing this out of every feature.",
                high=1,
                blank=True,
            ),
            Column(
                "flag",
                "text",
                "blank; associated (p_adjusted at most strata.alpha); recovers_strata"
                " (and pair_accuracy at least 0.5); in the joint row confounded, or"
                " blank.",
                values=words.CONFOUNDER_FLAGS,
                blank=True,
            ),
            Column(
                "features_accuracy",
                "float",
                "Out-of-fold balanced accuracy from the features, for comparison.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "pair_accuracy",
                "float",
                "How well the two strata that it tells apart best are told apart out"
                " of fold: 0 chance, 1 certainty.",
                high=1,
                blank=True,
            ),
        ),
        key=("confounder",),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/characteristics.tsv",
        "What distinguishes each stratum from the others. Levels of fewer than ten"
        " described patients are left out, and what would give them by subtraction.",
        (
            Column(
                "feature",
                "text",
                "Feature of the profile, column of the sheet, or column=level.",
            ),
            Column("layer", "text", "Layer of the feature; sheet for columns of it."),
            Column("stratum", "text", "The stratum that is compared with the rest."),
            Column(
                "effect",
                "float",
                "Hedges' g: difference of means in standard deviations, stratum minus"
                " the others. Features of the profile are adjusted for covariates.",
                unit="standard deviations",
                blank=True,
            ),
            Column(
                "ci_low",
                "float",
                f"Lower end {_CI}",
                unit="standard deviations",
                blank=True,
            ),
            Column(
                "ci_high",
                "float",
                f"Upper end {_CI}",
                unit="standard deviations",
                blank=True,
            ),
            Column(
                "p_value",
                "float",
                "Only where a test is valid; blank otherwise.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "p_adjusted",
                "float",
                "Benjamini–Hochberg over all rows with one.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "valid_because",
                "text",
                "Why the p-value is valid, or why there is none.",
            ),
        ),
        key=("layer", "feature", "stratum"),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/enrichment.tsv",
        "Gene sets of `gene_sets` in which the strata differ; a row a set, a layer that"
        " has members of it, and a stratum.",
        (
            Column("gene_set", "text", "Name of the set."),
            Column(
                "layer",
                "text",
                "Layer whose features make the set's score; blank where none has any.",
                blank=True,
            ),
            Column("stratum", "text", "The stratum that is compared with the rest."),
            Column("n_members", "int", "Genes of the set.", low=0, unit="genes"),
            Column(
                "n_matched",
                "int",
                "Of these, features of the layer, by the same name to the letter.",
                low=0,
                unit="features",
            ),
            Column(
                "effect",
                "float",
                "Hedges' g of the set's score, the mean of its scaled features, stratum"
                " minus the others, over assigned patients. Blank with fewer members"
                " than strata.min_set_members.",
                unit="standard deviations",
                blank=True,
            ),
            Column(
                "ci_low",
                "float",
                f"Lower end {_CI}",
                unit="standard deviations",
                blank=True,
            ),
            Column(
                "ci_high",
                "float",
                f"Upper end {_CI}",
                unit="standard deviations",
                blank=True,
            ),
            Column(
                "p_value",
                "float",
                "Blank where the set is not tested.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "p_adjusted",
                "float",
                "Benjamini–Hochberg over all rows with one.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "valid_because",
                "text",
                "Why the p-value is valid, or why there is none.",
            ),
        ),
        key=("gene_set", "layer", "stratum"),
        access="centre",
        needs="layers",
    ),
    *COMPARISON,
    *GRADIENT,
    STRATA_FST,
    *MODEL,
)
