"""Words of tests and effects."""

from genostrat.catalogues.outcome_kinds import KINDS

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
    "weighted",
)
RESPONSE_CHECKS = ("proportional_hazards", "smallest_interaction")
#: Divisions that are no column of the sheet: the strata that were found, and those whom
#: quality control left out.
STRATA, EXCLUDED = "strata", "excluded"
HETEROGENEITY_VERDICTS = ("found", "not_found", "not_assessed")
