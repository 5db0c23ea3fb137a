"""Closed vocabularies: every word that a column with few answers may hold.

The registry checks what is written against them, and the code that writes takes its
words from here. Descriptions stand elsewhere, so that a better sentence in the
documentation re-runs no cohort.
"""

from __future__ import annotations

AUTOSOMES = tuple(str(number) for number in range(1, 23))
#: Canonical names of contigs, in genome order.
CONTIGS = (*AUTOSOMES, "X", "Y", "MT")
BUILD_NAMES = ("GRCh37", "GRCh38")
SEXES = ("male", "female")

#: What a person can decide about a sample.
HAND_DECISIONS = ("keep", "flag", "exclude")

SEX_STATUSES = ("ok", "mismatch", "ambiguous", "not_assessable")
#: Relatedness by kinship, the closest first.
DEGREES = ("duplicate", "first", "second", "third")
FIRST_DEGREE_KINDS = ("parent_child", "full_siblings")
#: What a pedigree makes of two samples.
EXPECTED_RELATIONS = (
    "same_person",
    "parent_child",
    "full_siblings",
    "half_siblings",
    "grandparent",
    "avuncular",
    "second_degree",
    "third_degree",
    "distant",
    "unrelated",
)
#: What genotypes show of two samples.
FOUND_RELATIONS = (
    "duplicate",
    "parent_child",
    "full_siblings",
    "second",
    "third",
    "unrelated",
)
PEDIGREE_STATUSES = ("ok", "mismatch", "unexpected", "not_assessable")
MENDEL_STATUSES = ("consistent", "inconsistent", "not_assessable")
UNLABELLED = ("no_panel", "too_few_sites", "between_labels", "fits_no_label")
OMICS_STATUSES = ("ok", "mismatch", "not_assessable")
SUSPICIONS = ("likely", "possible")
SWAP_EVIDENCE = ("family", "omics", "replicate", "sex")

SAMPLE_OUTCOMES = ("kept", "flagged", "excluded")
OUTLIER_METRICS = ("f_het", "het_hom_ratio", "ti_tv", "n_singleton")
EXCLUSION_GROUPINGS = ("ancestry", "centre", "ancestry_and_centre")

VARIANT_TYPES = ("snv", "indel", "mnv", "complex", "reference")
SPECTRUM_CLASSES = ("snv", "indel")
BASES = ("A", "C", "G", "T")

CALL_STATUSES = ("called", "ambiguous", "not_called")
CALL_MATCHES = ("exact", "combination", "partial", "outside")
#: What guidance asks for, most pressing first.
GUIDANCE_CATEGORIES = ("avoid", "change_dose", "monitor", "standard", "no_guidance")
MEDICINE_STATUSES = ("matched", "no_pgx_guidance", "unknown")
FREQUENCY_KINDS = (
    "allele",
    "phenotype",
    "status",
    "actionable",
    "actionable_on_medication",
    "too_few",
)

SCORE_STATUSES = ("used", "refused")
BURDEN_STATUSES = ("used", "few_carriers", "no_qualifying", "not_asked")
TRANSFORMS = ("none", "log2", "rank")
ENCODINGS = ("binary", "discrete", "sparse", "continuous")
FEATURE_STATUSES = (
    "used",
    "constant",
    "duplicate",
    "missing",
    "explained",
    "low_variance",
)
ANCESTRY_SPACES = ("own", "panel", "none")

#: What simulated cohorts without groups keep of a cohort.
NULLS = ("spectrum", "layers", "margins")
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

TEST_MODELS = ("cox", "logistic", "linear", "gail_simon", "prognostic")
TEST_SCALES = ("hazard_ratio", "odds_ratio", "mean_difference")
EFFECT_SCALES = (*TEST_SCALES, "rmst_difference", "risk_difference")

TRUTH_VERDICTS = ("found", "missed", "false_alarm")
