"""Words of strata and their audit."""

EVIDENCE_GRADES = ("none", "partial", "full")
VERDICTS = ("supported", "suggestive", "none", "confounded")
ASSIGNMENT_STATUSES = ("assigned", "ambiguous", "outside_model", "excluded")
FOUND_IN = ("training", "model")
CONFOUNDER_KINDS = ("number", "category", "pairs", "joint")
EFFECT_NAMES = (
    "Cramer's V",
    "eta squared",
    "excess of related pairs in one stratum",
)
CONFOUNDER_FLAGS = ("associated", "recovers_strata", "confounded")
PARTITION_KINDS = ("strata", "algorithm", "layer", "fusion", "label")
