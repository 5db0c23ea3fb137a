"""Tables of the strata stage."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.strata_comparison import COMPARISON

_CI = "of the 95 % confidence interval of the effect."

TABLES: tuple[Table, ...] = (
    Table(
        "strata/consensus_cdf.tsv",
        "Cumulative distribution of the consensus over pairs of patients, for each"
        " number of groups.",
        (
            Column("k", "int", "Number of groups."),
            Column("consensus", "float", "0 to 1 in steps of 0.02."),
            Column(
                "cdf",
                "float",
                "Share of pairs with at most that consensus. Flat between 0.1 and 0.9"
                " where the grouping is repeatable.",
            ),
        ),
        key=("k", "consensus"),
        private=False,
    ),
    Table(
        "strata/k_selection.tsv",
        "Every number of groups that was tried, and the evidence for it against"
        " simulated cohorts without groups.",
        (
            Column("k", "int", "Number of groups."),
            Column(
                "pac",
                "float",
                "Proportion of ambiguously clustered pairs: pairs of patients together"
                " in more than 10 % and less than 90 % of resamples. 0 is perfectly"
                " repeatable. Over the first 100 resamples, as in the null.",
            ),
            Column("pac_null_mean", "float", "Its mean in simulated cohorts."),
            Column(
                "rcsi",
                "float",
                "Relative cluster stability index: mean log null PAC minus log PAC."
                " Above 0 is more repeatable than without groups.",
            ),
            Column(
                "p_value",
                "float",
                "Share of simulated cohorts at least as repeatable, (b + 1)/(m + 1).",
            ),
            Column(
                "p_adjusted",
                "float",
                "The same adjusted over all k (step-down maximum, Westfall & Young).",
            ),
            Column(
                "sigclust_p",
                "float",
                "p-value of the cluster index (within-group over total sum of squares)"
                " against the same simulated cohorts, adjusted over all k.",
            ),
            Column(
                "prediction_strength",
                "float",
                "How well one half of the cohort predicts the groups of the other"
                " (0 to 1; above 0.8 is strong). Shown, not decisive.",
            ),
            Column(
                "gap",
                "float",
                "Gap statistic: null mean minus observed log within-group sum of"
                " squares. Shown, not decisive.",
            ),
            Column(
                "sigclust_p_value",
                "float",
                "The same as sigclust_p without adjustment over k.",
            ),
            Column(
                "joint_p",
                "float",
                "p-value of both statistics at once: at each k the larger one in"
                " standard deviations of the null, adjusted over all k by the null of"
                " the largest. One of the two tests that supported rests on.",
            ),
            Column("cluster_index", "float", "Within-group over total sum of squares."),
            Column(
                "border_share",
                "float",
                "Share of patients within a quarter of the way from a border between"
                " groups to their own centre. Where no k has full evidence, the best"
                " one is chosen by it; the verdict does not rest on it.",
            ),
            Column(
                "border_p",
                "float",
                "Binomial test that this share is below that of patients spread evenly"
                " along a line, times the number of k tried. Shown, not decisive.",
            ),
            Column("smallest_cluster", "int", "Patients in the smallest group."),
            Column("eligible", "bool", "Whether every group has at least 5 patients."),
            Column(
                "evidence",
                "text",
                "none; partial: joint_p at most strata.alpha; full: that, and valley"
                " above 0.",
            ),
            Column(
                "valley",
                "float",
                "Weakest border between neighbouring groups: log likelihood ratio of"
                " two peaks to one, less what it must exceed; above 0 it speaks for"
                " separate groups, below for one spread cut in two. Blank where a"
                " group has too few patients.",
            ),
        ),
        key=("k",),
        private=False,
    ),
    Table(
        "strata/consensus.npz",
        "Consensus of the patients that were clustered, at the best k.",
        (
            Column("sample_id", "text", "The patients, in order."),
            Column(
                "matrix",
                "float",
                "Patients × patients: how often two were clustered together when both"
                " were drawn.",
            ),
            Column("labels", "int", "Consensus cluster of each patient, from 0."),
            Column(
                "order", "int", "Order of the patients that puts clusters together."
            ),
        ),
    ),
    Table(
        "strata/nulls.json",
        "Summaries of the simulated cohorts without groups, for the report.",
        (
            Column("best_k", "int", "Best number of groups, supported or not."),
            Column("n_patients", "int", "Patients that were clustered."),
            Column("n_features", "int", "Features."),
            Column("n_components", "int", "Principal components kept."),
            Column(
                "n_discrete",
                "int",
                "Features that are not continuous; with any, simulated cohorts keep"
                " their margins.",
            ),
            Column(
                "null",
                "text",
                "What simulated cohorts keep: spectrum (of the cohort's components),"
                " layers (correlations within and between them, and who lacks one), or"
                " margins (also of every feature).",
            ),
            Column("null_simulations", "int", "Simulated cohorts allowed for."),
            Column(
                "null_drawn",
                "int",
                "Simulated cohorts drawn: fewer where the answer was settled earlier.",
            ),
            Column(
                "pac",
                "float",
                "Lists over k: k, observed, null_mean, and null_low and null_high,"
                " between which 95 % of simulated cohorts lie.",
            ),
            Column("cluster_index", "float", "Likewise for the cluster index."),
        ),
        private=False,
    ),
    Table(
        "strata/verdict.json",
        "Whether there are molecular subgroups, why, and what could have been seen.",
        (
            Column(
                "verdict",
                "text",
                "supported; suggestive; none (one group describes the cohort);"
                " confounded (the groups mirror centre, batch, ancestry, sex, age or"
                " data quality).",
            ),
            Column("k", "int", "Number of strata; 1 when the verdict is none."),
            Column("reasons", "text", "Sentences for a clinician."),
            Column(
                "power",
                "text",
                "Detection rates of two planted groups by separation, the smallest"
                " separation found with 80 %, n, p and a sentence.",
            ),
            Column("seed", "int", "Seed of the random streams."),
            Column("alpha", "float", "Level of the tests."),
            Column("best_k", "int", "Best number of groups, supported or not."),
            Column("evidence", "text", "p-values of the best number of groups."),
            Column("confounding", "text", "Summary of the confounder audit."),
            Column(
                "ari_before_adjustment",
                "float",
                "Agreement (adjusted Rand index) with groups found in the same way"
                " without adjustment for covariates.",
            ),
        ),
        private=False,
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
            ),
            Column(
                "confidence",
                "float",
                "The lowest of: probability under the frozen model; for clustered"
                " patients also under a model fitted without them, and mean consensus"
                " with their stratum. Given that the verdict is right.",
            ),
            Column(
                "status",
                "text",
                "assigned (one stratum in conformal_set; with verdict none: assigned to"
                " the one group, stratum blank); ambiguous (several); outside_model"
                " (unlike 99 % of the clustered patients); excluded (by quality"
                " control, or without a value in any layer).",
            ),
            Column(
                "distance",
                "float",
                "Mahalanobis distance to the nearest centre.",
            ),
            Column(
                "found_in",
                "text",
                "training: clustered; model: assigned by the frozen model (relatives);"
                " blank: excluded.",
            ),
            Column(
                "conformal_set",
                "text",
                "Strata that cannot be ruled out at strata.min_confidence, as S1|S2:"
                " those needed to reach that probability, and those that have"
                " patients as strange as this one. Blank when outside the model,"
                " excluded, or without strata. Given that the verdict is right.",
            ),
        ),
        key=("sample_id",),
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
            Column("kind", "text", "number, category or joint."),
            Column(
                "effect",
                "float",
                "Strength of the association with the strata, 0 to 1.",
            ),
            Column(
                "effect_name",
                "text",
                "Cramer's V (bias-corrected) for a category, eta squared for a number.",
            ),
            Column("p_value", "float", "Permutation p-value."),
            Column("p_adjusted", "float", "Benjamini–Hochberg over the confounders."),
            Column(
                "recoverable_accuracy",
                "float",
                "Out-of-fold balanced accuracy of telling the stratum from this alone;"
                " chance is 1/k.",
            ),
            Column(
                "ari_after_adjustment",
                "float",
                "Adjusted Rand index between the strata and those found after"
                " regressing this out of every feature.",
            ),
            Column(
                "flag",
                "text",
                "blank; associated (p_adjusted at most strata.alpha); recovers_strata"
                " (and pair_accuracy at least 0.5); in the joint row confounded, or"
                " blank.",
            ),
            Column(
                "features_accuracy",
                "float",
                "Out-of-fold balanced accuracy from the features, for comparison.",
            ),
            Column(
                "pair_accuracy",
                "float",
                "How well the two strata that it tells apart best are told apart out"
                " of fold: 0 chance, 1 certainty.",
            ),
        ),
        key=("confounder",),
        private=False,
    ),
    Table(
        "strata/characteristics.tsv",
        "What distinguishes each stratum from the others.",
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
            ),
            Column("ci_low", "float", f"Lower end {_CI}"),
            Column("ci_high", "float", f"Upper end {_CI}"),
            Column(
                "p_value",
                "float",
                "Only where a test is valid; blank otherwise.",
            ),
            Column("p_adjusted", "float", "Benjamini–Hochberg over all rows with one."),
            Column(
                "valid_because",
                "text",
                "Why the p-value is valid, or why there is none.",
            ),
        ),
        key=("layer", "feature", "stratum"),
        private=False,
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
            ),
            Column("stratum", "text", "The stratum that is compared with the rest."),
            Column("n_members", "int", "Genes of the set."),
            Column(
                "n_matched",
                "int",
                "Of these, features of the layer, by the same name to the letter.",
            ),
            Column(
                "effect",
                "float",
                "Hedges' g of the set's score, the mean of its scaled features, stratum"
                " minus the others, over assigned patients. Blank with fewer members"
                " than strata.min_set_members.",
            ),
            Column("ci_low", "float", f"Lower end {_CI}"),
            Column("ci_high", "float", f"Upper end {_CI}"),
            Column("p_value", "float", "Blank where the set is not tested."),
            Column("p_adjusted", "float", "Benjamini–Hochberg over all rows with one."),
            Column(
                "valid_because",
                "text",
                "Why the p-value is valid, or why there is none.",
            ),
        ),
        key=("gene_set", "layer", "stratum"),
        private=False,
    ),
    *COMPARISON,
    Table(
        "strata/model/model.json",
        "With arrays.npz: the frozen model that assigns one new patient. Aggregates"
        " only. Without strata it says so and holds nothing else.",
        (
            Column("schema", "text", "Version of the format."),
            Column("strata", "text", "Names of the strata; empty without strata."),
            Column("sizes", "int", "Training patients of each."),
            Column("confidence", "float", "Level at which a stratum is ruled out."),
            Column("verdict", "text", "Verdict of the cohort it was made in."),
            Column("build", "text", "Genome build of the cohort; blank without."),
            Column("n_training", "int", "Patients that were clustered."),
            Column("version", "text", "Version of genostrat that made it."),
            Column("adjustment", "text", "As profile/adjustment.json."),
            Column(
                "inputs",
                "text",
                "What features are made of: whose ancestry components, columns of the"
                " clinical layer, knowledge base of pharmacogenes.",
            ),
            Column("arrays_sha256", "text", "Checksum of arrays.npz."),
            Column("checksum", "text", "Checksum of this record."),
        ),
        private=False,
    ),
    Table(
        "strata/model/arrays.npz",
        "Arrays of model.json, uncompressed. Further ones have the names of"
        " profile/adjustment.npz after `adjustment_`; of qc/panel_space.npz after"
        " `panel_`, in a model that is adjusted for a panel's components; and of"
        " profile/score_variants.npz after `scores_`, in one with polygenic scores.",
        (
            Column("centre", "float", "Training mean of each feature."),
            Column("weights", "float", "Weight of each feature (its layer's)."),
            Column("loadings", "float", "Features × components."),
            Column("centroids", "float", "Strata × components."),
            Column("precision", "float", "Components × components."),
            Column("limits", "float", "Distance and residual of an outside patient."),
            Column(
                "conformal",
                "float",
                "For each stratum, how improbable it may be without being ruled out.",
            ),
            Column(
                "ceilings",
                "float",
                "For each stratum, the mean confidence of its training patients: a new"
                " patient gets no more.",
            ),
        ),
        private=False,
    ),
)
