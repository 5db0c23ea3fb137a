"""Words of sample QC."""

from genostrat.catalogues.quality_rules import OUTCOMES

#: What a person can decide about a sample.
HAND_DECISIONS = tuple(OUTCOMES)
#: What a sample is called that no label of the reference panel fits.
UNASSIGNED = "unassigned"
#: Reported ancestry, held against the label.
ANCESTRY_AGREES, ANCESTRY_DIFFERS, ANCESTRY_NOT_ASSESSED = (
    "ok",
    "mismatch",
    "not_assessed",
)
REPORTED_STATUSES = (ANCESTRY_AGREES, ANCESTRY_DIFFERS, ANCESTRY_NOT_ASSESSED)
#: Shares of ancestry: whether a mixture of the panel's labels explains the genotypes.
SHARES_OK, SHARES_DOUBTFUL, SHARES_NOT_ASSESSED = ("ok", "doubtful", "not_assessed")
SHARE_STATUSES = (SHARES_OK, SHARES_DOUBTFUL, SHARES_NOT_ASSESSED)
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
SAMPLE_OUTCOMES = tuple(OUTCOMES.values())
OUTLIER_METRICS = ("f_het", "het_hom_ratio", "ti_tv", "n_singleton")
EXCLUSION_GROUPINGS = ("ancestry", "centre", "ancestry_and_centre")
#: What the homozygosity of a sample looks like.
HOMOZYGOSITY_READINGS = (
    "usual",
    "long_runs",
    "single_long_run",
    "diffuse",
    "long_runs_and_diffuse",
    "heterozygous",
    "not_assessable",
)
