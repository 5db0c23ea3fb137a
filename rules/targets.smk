# What a person asks for by name: `snakemake --cores 2 qc`. The report is the default.
rule report:
    default_target: True
    localrule: True
    input:
        collect("<results>/{cohort}/report/report.html", cohort=COHORTS),


rule check:
    localrule: True
    input:
        collect("<results>/{cohort}/check/inputs.json", cohort=COHORTS),


rule qc:
    localrule: True
    input:
        collect(
            "<results>/{cohort}/qc/decisions.tsv",
            cohort=cohorts_with(has_genotypes),
        ),


rule variants:
    localrule: True
    input:
        collect(
            "<results>/{cohort}/variants/summary.json",
            cohort=cohorts_with(has_genotypes),
        ),


rule strata:
    localrule: True
    input:
        collect(
            "<results>/{cohort}/strata/characteristics.tsv",
            cohort=cohorts_with(has_layers),
        ),


rule response:
    localrule: True
    input:
        collect(
            "<results>/{cohort}/response/interaction.tsv",
            cohort=cohorts_with(has_outcomes),
        ),
