"""Entries of the strata stage on clusterings and chance."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

CLUSTERING: tuple[Table, ...] = (
    Table(
        "strata/consensus_cdf.tsv",
        "Cumulative distribution of the consensus over pairs of patients, for each"
        " number of groups.",
        (
            Column("k", "int", "Number of groups.", low=2, unit="groups"),
            Column("consensus", "float", "0 to 1 in steps of 0.02.", low=0, high=1),
            Column(
                "cdf",
                "float",
                "Share of pairs with at most that consensus. Flat between 0.1 and 0.9"
                " where the grouping is repeatable.",
                low=0,
                high=1,
            ),
        ),
        key=("k", "consensus"),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/k_selection.tsv",
        "Every number of groups that was tried, and the evidence for it against"
        " simulated cohorts without groups.",
        (
            Column("k", "int", "Number of groups.", low=2, unit="groups"),
            Column(
                "pac",
                "float",
                "Proportion of ambiguously clustered pairs: pairs of patients together"
                " in more than 10 % and less than 90 % of resamples. 0 is perfectly"
                " repeatable. Over the first 100 resamples, as in the null.",
                low=0,
                high=1,
            ),
            Column(
                "pac_null_mean",
                "float",
                "Its mean in simulated cohorts.",
                low=0,
                high=1,
            ),
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
                low=0,
                high=1,
            ),
            Column(
                "p_adjusted",
                "float",
                "The same adjusted over all k (step-down maximum, Westfall & Young).",
                low=0,
                high=1,
            ),
            Column(
                "sigclust_p",
                "float",
                "p-value of the cluster index (within-group over total sum of squares)"
                " against the same simulated cohorts, adjusted over all k.",
                low=0,
                high=1,
            ),
            Column(
                "prediction_strength",
                "float",
                "How well one half of the cohort predicts the groups of the other"
                " (0 to 1; above 0.8 is strong). Shown, not decisive.",
                low=0,
                high=1,
                blank=True,
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
                low=0,
                high=1,
            ),
            Column(
                "joint_p",
                "float",
                "p-value of both statistics at once: at each k the larger one in"
                " standard deviations of the null, adjusted over all k by the null of"
                " the largest. One of the two tests that supported rests on.",
                low=0,
                high=1,
            ),
            Column(
                "cluster_index",
                "float",
                "Within-group over total sum of squares.",
                low=0,
            ),
            Column(
                "border_share",
                "float",
                "Share of patients within a quarter of the way from a border between"
                " groups to their own centre. The verdict does not rest on it.",
                low=0,
                high=1,
            ),
            Column(
                "border_p",
                "float",
                "Binomial test that this share is below that of patients spread evenly"
                " along a line, times the number of k tried. Shown, not decisive.",
                low=0,
                high=1,
            ),
            Column(
                "smallest_cluster",
                "int",
                "Patients in the smallest group.",
                low=0,
                unit="patients",
            ),
            Column("eligible", "bool", "Whether every group has at least 5 patients."),
            Column(
                "evidence",
                "text",
                "none; partial: joint_p and p_value at most strata.alpha; full:"
                " joint_p is, and valley above 0.",
                values=words.EVIDENCE_GRADES,
            ),
            Column(
                "valley",
                "float",
                "Weakest border between neighbouring groups: log likelihood ratio of"
                " two peaks to one, less what it must exceed; above 0 it speaks for"
                " separate groups, below for one spread cut in two. Blank where a"
                " group has too few patients.",
                blank=True,
            ),
            Column(
                "rank_sum",
                "float",
                "Ranks of this k among those of the best evidence, by rcsi, gap,"
                " valley, prediction_strength and border_share relative to an even"
                " spread, added up: the smallest is the best k. Blank for others.",
                low=0,
                blank=True,
            ),
            Column(
                "tied",
                "bool",
                "Whether it is about as good as the best k: two or more of the five"
                " prefer it.",
            ),
            Column(
                "nested_in",
                "float",
                "The largest smaller k, also with the best evidence, in whose groups"
                " these groups lie, with 95 % of their patients. Blank where there is"
                " none.",
                low=2,
                blank=True,
                unit="groups",
            ),
        ),
        key=("k",),
        access="centre",
        needs="layers",
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
                low=0,
                high=1,
            ),
            Column(
                "labels", "int", "Consensus cluster of each patient, from 0.", low=0
            ),
            Column(
                "order",
                "int",
                "Order of the patients that puts clusters together.",
                low=0,
            ),
        ),
        needs="layers",
    ),
    Table(
        "strata/nulls.json",
        "Summaries of the simulated cohorts without groups, for the report.",
        (
            Column(
                "best_k",
                "int",
                "Best number of groups, supported or not.",
                low=2,
                unit="groups",
            ),
            Column(
                "focus",
                "list",
                "The features that the groups show in, where few that hang together"
                " show them better than all do; empty where all features take part.",
            ),
            Column(
                "n_focus_tried",
                "int",
                "Features that hang together, among which groups were looked for as"
                " well; 0 where there are none, or more than half do.",
                low=0,
            ),
            Column("n_patients", "int", "Patients that were clustered.", low=0),
            Column(
                "n_isolated",
                "int",
                "Patients who are far from everybody, and were set aside: no group of 5"
                " can hold them.",
                low=0,
                unit="patients",
            ),
            Column("n_features", "int", "Features.", low=0),
            Column("n_components", "int", "Principal components kept.", low=0),
            Column(
                "n_discrete",
                "int",
                "Features whose margins simulated cohorts keep: those of few values, of"
                " one value in many patients, and with a long tail beside them.",
                low=0,
            ),
            Column(
                "null",
                "text",
                "What simulated cohorts keep: spectrum (of the cohort's components),"
                " layers (correlations within and between them, and who lacks one), or"
                " margins (also of every feature).",
                values=words.NULLS,
            ),
            Column("null_simulations", "int", "Simulated cohorts allowed for.", low=0),
            Column(
                "null_drawn",
                "int",
                "Simulated cohorts drawn: fewer where the answer was settled earlier.",
                low=0,
            ),
            Column(
                "pac",
                "record",
                "Lists over k: k, observed, null_mean, and null_low and null_high,"
                " between which 95 % of simulated cohorts lie.",
            ),
            Column("cluster_index", "record", "Likewise for the cluster index."),
            Column("algorithm", "text", "strata.algorithm.", values=words.ALGORITHMS),
            Column("fusion", "text", "strata.fusion.", values=words.FUSIONS),
            Column("ks", "list", "Numbers of groups that were tried."),
            Column("resamples", "int", "strata.resamples.", low=1),
            Column(
                "resample_fraction", "float", "strata.resample_fraction.", low=0, high=1
            ),
            Column("seed", "int", "Seed of the random streams."),
            Column("alpha", "float", "Level of the tests.", low=0, high=1),
        ),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/parts/<part>.npz",
        "A share of the resamples and of the simulated cohorts; only where strata.parts"
        " has several made.",
        (
            Column("drawn", "bool", "Resamples × patients: who was drawn."),
            Column("numbers", "int", "Numbers of the simulated cohorts.", low=0),
            Column("pac", "float", "Simulated cohorts × k: their PAC.", low=0, high=1),
            Column("log_index", "float", "The same of the log cluster index."),
            Column("labels_<k>", "int", "Resamples × patients: groups of k."),
            Column(
                "focused_<array>",
                "float",
                "The same in the few features that hang together, if there are such.",
                blank=True,
            ),
        ),
        needs="parts",
        temporary=True,
    ),
)
