# Toy cohorts with planted faults and structure.
rule simulate_cohort:
    output:
        vcf="<resources>/simulated/{cohort}/cohort.vcf.gz",
        index="<resources>/simulated/{cohort}/cohort.vcf.gz.tbi",
        sheet="<resources>/simulated/{cohort}/samples.tsv",
        expression="<resources>/simulated/{cohort}/expression.tsv",
        truth="<resources>/simulated/{cohort}/truth.json",
    log:
        "<logs>/{cohort}/simulate_cohort.log",
    benchmark:
        "<results>/{cohort}/benchmarks/simulate_cohort.tsv"
    group:
        "intake"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000),
        runtime=runtime_minutes(5),
    params:
        n_samples=setting("simulate.n_samples"),
        n_subgroups=setting("simulate.n_subgroups"),
        seed=setting("seed"),
        code=code_digest("simulate_cohort"),
    message:
        "{wildcards.cohort}: making a toy cohort"
    script:
        "../scripts/simulate_cohort.py"


rule check_truth:
    input:
        truth="<resources>/simulated/{cohort}/truth.json",
        relatedness="<results>/{cohort}/qc/relatedness.tsv",
        sex="<results>/{cohort}/qc/sex.tsv",
        decisions="<results>/{cohort}/qc/decisions.tsv",
        pcs="<results>/{cohort}/qc/pcs.tsv",
        assignments="<results>/{cohort}/strata/assignments.tsv",
        verdict="<results>/{cohort}/strata/verdict.json",
        interaction="<results>/{cohort}/response/interaction.tsv",
        effects="<results>/{cohort}/response/effects.tsv",
        diplotypes="<results>/{cohort}/pgx/diplotypes.tsv",
        guidance="<results>/{cohort}/pgx/guidance.tsv",
    output:
        table="<results>/{cohort}/truth_check.tsv",
    log:
        "<logs>/{cohort}/check_truth.log",
    benchmark:
        "<results>/{cohort}/benchmarks/check_truth.tsv"
    group:
        "report"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(500),
        runtime=runtime_minutes(5),
    params:
        code=code_digest("check_truth"),
    message:
        "{wildcards.cohort}: holding the results against what was planted"
    script:
        "../scripts/check_truth.py"
