"""Words of layers and features."""

SCORE_STATUSES = ("used", "refused")
BURDEN_STATUSES = ("used", "few_carriers", "no_qualifying", "not_asked")
TRANSFORMS = ("none", "log2", "counts", "m_values", "rank")
ENCODINGS = (
    "binary",
    "discrete",
    "sparse",
    "spiked",
    "count",
    "proportion",
    "continuous",
)
FEATURE_STATUSES = (
    "used",
    "constant",
    "duplicate",
    "missing",
    "explained",
    "low_variance",
)
ANCESTRY_SPACES = ("own", "panel", "none")
#: Layers of a profile that are made of something else than a matrix.
OWN_LAYERS = ("burden", "clinical", "pgx", "scores")
