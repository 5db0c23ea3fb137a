"""Words of strata and their audit."""

#: Clustering algorithms, by the name that ``strata.algorithm`` gives them.
ALGORITHMS = ("kmeans", "ward", "pam", "spectral")
#: How several layers become one partition: ``strata.fusion``.
FUSIONS = ("joint", "snf", "late")
#: What the cohorts without groups keep of the cohort: the spectrum of its components;
#: the correlations within and between layers and who lacks a layer; or these and the
#: margin of every feature.
NULLS = ("spectrum", "layers", "margins")
EVIDENCE_GRADES = ("none", "partial", "full")
VERDICTS = ("supported", "suggestive", "none", "confounded")
ASSIGNMENT_STATUSES = ("assigned", "ambiguous", "outside_model", "excluded")
FOUND_IN = ("training", "model")
GRADIENT_ENDS = ("high", "low")
CONFOUNDER_KINDS = ("number", "category", "pairs", "joint")
EFFECT_NAMES = (
    "Cramer's V",
    "eta squared",
    "excess of related pairs in one stratum",
)
CONFOUNDER_FLAGS = ("associated", "recovers_strata", "confounded")
PARTITION_KINDS = ("strata", "algorithm", "layer", "fusion", "label")
