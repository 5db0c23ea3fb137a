# Whether a stratum changes what a treatment does.
rule test_response:
    input:
        samples="<results>/{cohort}/check/samples.tsv",
        checked="<results>/{cohort}/check/columns/response.json",
        keep=branch(has_genotypes, then="<results>/{cohort}/qc/keep.txt"),
        assignments=branch(has_layers, then="<results>/{cohort}/strata/assignments.tsv"),
        verdict=branch(has_layers, then="<results>/{cohort}/strata/verdict.json"),
    output:
        interaction="<results>/{cohort}/response/interaction.tsv",
        effects="<results>/{cohort}/response/effects.tsv",
        survival_curves="<results>/{cohort}/response/survival_curves.tsv",
        incidence_curves="<results>/{cohort}/response/incidence_curves.tsv",
        balance="<results>/{cohort}/response/balance.tsv",
        main_effect="<results>/{cohort}/response/treatment.tsv",
        populations="<results>/{cohort}/response/populations.tsv",
        subgroup_tests="<results>/{cohort}/response/subgroup_tests.tsv",
        subgroups="<results>/{cohort}/response/subgroups.tsv",
        credibility="<results>/{cohort}/response/credibility.tsv",
        net_benefit="<results>/{cohort}/response/net_benefit.tsv",
        checks="<results>/{cohort}/response/checks.tsv",
        heterogeneity="<results>/{cohort}/response/heterogeneity.json",
    log:
        "<logs>/{cohort}/test_response.log",
    benchmark:
        "<results>/{cohort}/benchmarks/test_response.tsv"
    group:
        "report"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000),
        runtime=runtime_minutes(20),
    params:
        treatment=setting("treatment"),
        outcomes=setting("outcomes"),
        min_events_per_cell=setting("response.min_events_per_cell"),
        primary=setting("response.primary"),
        multiplicity=setting("response.multiplicity"),
        randomised=setting("response.randomised"),
        learner=setting("response.learner"),
        seed=setting("seed"),
        code=code_digest("test_response"),
    message:
        "{wildcards.cohort}: testing treatment response by stratum"
    script:
        "../scripts/test_response.py"


# Whether outcomes of those who take a medicine go with what their genes do to it.
rule associate_pharmacogenes:
    input:
        samples="<results>/{cohort}/check/samples.tsv",
        checked="<results>/{cohort}/check/columns/response.json",
        unrelated=branch(has_genotypes, then="<results>/{cohort}/qc/unrelated.txt"),
        ancestry=branch(has_genotypes, then="<results>/{cohort}/qc/ancestry.tsv"),
        diplotypes=branch(has_genotypes, then="<results>/{cohort}/pgx/diplotypes.tsv"),
        guidance=branch(has_genotypes, then="<results>/{cohort}/pgx/guidance.tsv"),
    output:
        record="<results>/{cohort}/response/pharmacogenes.json",
        associations="<results>/{cohort}/response/pharmacogenes.tsv",
    log:
        "<logs>/{cohort}/associate_pharmacogenes.log",
    benchmark:
        "<results>/{cohort}/benchmarks/associate_pharmacogenes.tsv"
    group:
        "report"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_input_mb=8),
        runtime=runtime_minutes(10),
    params:
        treatment=setting("treatment"),
        outcomes=setting("outcomes"),
        asked=setting("response.pharmacogenes"),
        named=setting("response.medicine_genes"),
        min_events_per_cell=setting("response.min_events_per_cell"),
        randomised=setting("response.randomised"),
        code=code_digest("associate_pharmacogenes"),
    message:
        "{wildcards.cohort}: holding outcomes against genes of medicines taken"
    script:
        "../scripts/associate_pharmacogenes.py"
