# genostrat: stratified medicine from genotypes, a clinical sheet and omics.
#
# Cohorts come from `cohorts` in config/config.yaml and from their own files in
# config/cohorts/. Results of a cohort stand below results/<cohort>/; docs/outputs.md
# says what each file holds.
from snakemake.utils import min_version

min_version("9.27")


include: "rules/common.smk"
include: "rules/beyond_cohort.smk"
include: "rules/targets.smk"
include: "rules/simulate.smk"
include: "rules/ingest.smk"
include: "rules/panel.smk"
include: "rules/qc.smk"
include: "rules/kinship.smk"
include: "rules/variants.smk"
include: "rules/pgx.smk"
include: "rules/profile.smk"
include: "rules/strata.smk"
include: "rules/assign.smk"
include: "rules/response.smk"
include: "rules/studies.smk"
include: "rules/report.smk"
include: "rules/bundle.smk"
include: "rules/centres.smk"
include: "rules/exports.smk"
include: "rules/verify.smk"


onstart:
    stop_if_refused()


# Snakemake takes the default target from this file only.
rule all:
    default_target: True
    input:
        rules.report.input,
    localrule: True
