"""Words of tests and effects."""

from genostrat.catalogues.outcome_kinds import KINDS

#: What predicts effects of patients that it has not seen.
RIDGE, CAUSAL_FOREST = "ridge", "causal_forest"
LEARNERS = (RIDGE, CAUSAL_FOREST)
#: Learner → the package beyond the lock that it needs.
PACKAGES_OF_LEARNERS = {CAUSAL_FOREST: "econml"}
#: What to do where it is missing.
GET_LEARNER = f"run: make env-hte, or set response.learner: {RIDGE}"
TEST_MODELS = (*(kind.model for kind in KINDS.values()), "gail_simon", "prognostic")
TEST_SCALES = tuple(kind.scales[0].name for kind in KINDS.values())
EFFECT_SCALES = (
    *TEST_SCALES,
    *(scale.name for kind in KINDS.values() for scale in kind.scales[1:]),
)
EFFECT_METHODS = (
    "plain",
    "adjusted",
    "stratified",
    "log_rank",
    "restricted_mean",
    "fine_gray",
    "cumulative_incidence",
    "competing_event",
    "win_difference",
    "weighted",
)
RESPONSE_CHECKS = (
    "proportional_hazards",
    "proportional_odds",
    "dispersion",
    "e_value",
    "missing_outcome",
    "smallest_interaction",
)
CREDIBILITY_ITEMS = (
    "within_study",
    "direction_a_priori",
    "prior_evidence",
    "chance",
    "chance_adjusted",
    "number_tested",
    "cut_points",
    "direction",
    "overall",
)
CREDIBILITY_STATUSES = ("answered", "open")
TREATMENT_RULES = ("everybody", "by_group")
ADJUSTMENTS = ("holm", "hierarchical")
OUTCOME_ROLES = ("primary", "secondary")
#: What ended follow-up, of outcomes with competing events.
CAUSES = ("event", "competing")
#: Divisions that are no column of the sheet: the strata that were found, and those whom
#: quality control left out.
STRATA, EXCLUDED = "strata", "excluded"
HETEROGENEITY_VERDICTS = ("found", "not_found", "not_assessed")
#: What is asked of a medicine and a gene, and how a gene becomes a number.
GENE_QUESTIONS = ("association", "interaction")
GENE_CODINGS = ("activity_score", "function_step", "other_than_usual", "other_alleles")
