"""Words of tests and effects."""

TEST_MODELS = ("cox", "logistic", "linear", "gail_simon", "prognostic")
TEST_SCALES = ("hazard_ratio", "odds_ratio", "mean_difference")
EFFECT_SCALES = (*TEST_SCALES, "rmst_difference", "risk_difference")
