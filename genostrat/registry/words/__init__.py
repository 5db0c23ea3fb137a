"""Closed vocabularies: every word that a column with few answers may hold.

The registry checks what is written against them, and the code that writes takes its
words from here. There is a module a stage, so that a new word re-runs the rules of
its stage alone; descriptions stand elsewhere and re-run nothing.
"""

from genostrat.registry.words.genotypes import (
    AUTOSOMES,
    BUILD_NAMES,
    CONTIGS,
    SEXES,
)
from genostrat.registry.words.pgx import (
    CALL_MATCHES,
    CALL_STATUSES,
    FREQUENCY_KINDS,
    GUIDANCE_CATEGORIES,
    MEDICINE_STATUSES,
)
from genostrat.registry.words.profile import (
    ANCESTRY_SPACES,
    BURDEN_STATUSES,
    ENCODINGS,
    FEATURE_STATUSES,
    SCORE_STATUSES,
    TRANSFORMS,
)
from genostrat.registry.words.qc import (
    DEGREES,
    EXCLUSION_GROUPINGS,
    EXPECTED_RELATIONS,
    FIRST_DEGREE_KINDS,
    FOUND_RELATIONS,
    HAND_DECISIONS,
    MENDEL_STATUSES,
    OMICS_STATUSES,
    OUTLIER_METRICS,
    PEDIGREE_STATUSES,
    SAMPLE_OUTCOMES,
    SEX_STATUSES,
    SUSPICIONS,
    SWAP_EVIDENCE,
    UNLABELLED,
)
from genostrat.registry.words.response import (
    EFFECT_SCALES,
    TEST_MODELS,
    TEST_SCALES,
)
from genostrat.registry.words.simulate import (
    TRUTH_VERDICTS,
)
from genostrat.registry.words.strata import (
    ASSIGNMENT_STATUSES,
    CONFOUNDER_FLAGS,
    CONFOUNDER_KINDS,
    EFFECT_NAMES,
    EVIDENCE_GRADES,
    FOUND_IN,
    NULLS,
    PARTITION_KINDS,
    VERDICTS,
)
from genostrat.registry.words.variants import (
    BASES,
    SPECTRUM_CLASSES,
    VARIANT_TYPES,
)

__all__ = [
    "ANCESTRY_SPACES",
    "ASSIGNMENT_STATUSES",
    "AUTOSOMES",
    "BASES",
    "BUILD_NAMES",
    "BURDEN_STATUSES",
    "CALL_MATCHES",
    "CALL_STATUSES",
    "CONFOUNDER_FLAGS",
    "CONFOUNDER_KINDS",
    "CONTIGS",
    "DEGREES",
    "EFFECT_NAMES",
    "EFFECT_SCALES",
    "ENCODINGS",
    "EVIDENCE_GRADES",
    "EXCLUSION_GROUPINGS",
    "EXPECTED_RELATIONS",
    "FEATURE_STATUSES",
    "FIRST_DEGREE_KINDS",
    "FOUND_IN",
    "FOUND_RELATIONS",
    "FREQUENCY_KINDS",
    "GUIDANCE_CATEGORIES",
    "HAND_DECISIONS",
    "MEDICINE_STATUSES",
    "MENDEL_STATUSES",
    "NULLS",
    "OMICS_STATUSES",
    "OUTLIER_METRICS",
    "PARTITION_KINDS",
    "PEDIGREE_STATUSES",
    "SAMPLE_OUTCOMES",
    "SCORE_STATUSES",
    "SEXES",
    "SEX_STATUSES",
    "SPECTRUM_CLASSES",
    "SUSPICIONS",
    "SWAP_EVIDENCE",
    "TEST_MODELS",
    "TEST_SCALES",
    "TRANSFORMS",
    "TRUTH_VERDICTS",
    "UNLABELLED",
    "VARIANT_TYPES",
    "VERDICTS",
]
