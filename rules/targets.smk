# What a person asks for by name: `snakemake --cores 2 qc`. The report is the default.
rule report:
    input:
        refusals_of_cohorts,
        collect("<results>/{cohort}/report/report.html", cohort=COHORTS),
        collect(
            "<results>/{cohort}/report/patients",
            cohort=cohorts_with(has_patient_sheets),
        ),
        cohorts_side_by_side,
    localrule: True


rule check:
    input:
        refusals_of_cohorts,
        collect("<results>/{cohort}/check/inputs.json", cohort=COHORTS),
        reading_of_studies,
    localrule: True


rule qc:
    input:
        refusals_of_cohorts,
        collect(
            "<results>/{cohort}/qc/decisions.tsv",
            cohort=cohorts_with(has_genotypes),
        ),
        collect(
            "<results>/{cohort}/qc/roh.tsv",
            cohort=cohorts_with(has_genotypes),
        ),
    localrule: True


rule variants:
    input:
        refusals_of_cohorts,
        collect(
            "<results>/{cohort}/variants/summary.json",
            cohort=cohorts_with(has_genotypes),
        ),
        collect(
            "<results>/{cohort}/variants/populations.json",
            cohort=cohorts_with(has_genotypes),
        ),
    localrule: True


rule pgx:
    input:
        refusals_of_cohorts,
        collect(
            "<results>/{cohort}/pgx/frequencies.tsv",
            cohort=cohorts_with(has_genotypes),
        ),
    localrule: True


rule profile:
    input:
        refusals_of_cohorts,
        collect(
            "<results>/{cohort}/profile/features.parquet",
            cohort=cohorts_with(has_layers),
        ),
    localrule: True


rule strata:
    input:
        refusals_of_cohorts,
        collect(
            "<results>/{cohort}/strata/characteristics.tsv",
            cohort=cohorts_with(has_layers),
        ),
        collect(
            "<results>/{cohort}/strata/agreement.tsv",
            cohort=cohorts_with(has_layers),
        ),
        collect(
            "<results>/{cohort}/strata/gradient.tsv",
            cohort=cohorts_with(has_layers),
        ),
        collect(
            "<results>/{cohort}/strata/replication.tsv",
            cohort=cohorts_with(has_layers),
        ),
        collect(
            "<results>/{cohort}/strata/fst.tsv",
            cohort=cohorts_with(has_strata_of_genotypes),
        ),
    localrule: True


rule studies:
    input:
        refusals_of_cohorts,
        portfolio_of_studies,
        matches_of_cohorts,
    localrule: True


rule exports:
    input:
        refusals_of_cohorts,
        collect(
            "<results>/{cohort}/exports/{record}.json",
            cohort=cohorts_with(has_genotypes),
            record=["cleaned", "imputation", "identities", "families"],
        ),
    localrule: True


rule assign:
    input:
        assignments_of_cohort,
    localrule: True


rule response:
    input:
        refusals_of_cohorts,
        collect(
            "<results>/{cohort}/response/interaction.tsv",
            cohort=cohorts_with(has_outcomes),
        ),
        collect(
            "<results>/{cohort}/response/pharmacogenes.json",
            cohort=cohorts_with(has_outcomes),
        ),
    localrule: True


rule bundle:
    input:
        refusals_of_cohorts,
        collect("<results>/{cohort}/bundle", cohort=COHORTS),
    localrule: True


rule coordinate:
    input:
        coordination,
    localrule: True
