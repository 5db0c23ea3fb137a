# What may leave the centre. Earlier releases are read when it is asked for: the record of
# them is the centre's, and no file of a run.
rule build_bundle:
    input:
        sheet="<results>/{cohort}/check/samples.tsv",
        unrelated=branch(has_genotypes, then="<results>/{cohort}/qc/unrelated.txt"),
        ancestry=branch(has_genotypes, then="<results>/{cohort}/qc/ancestry.tsv"),
        diplotypes=branch(has_genotypes, then="<results>/{cohort}/pgx/diplotypes.tsv"),
        assignments=branch(has_layers, then="<results>/{cohort}/strata/assignments.tsv"),
        verdict=branch(has_layers, then="<results>/{cohort}/strata/verdict.json"),
        effects=branch(has_outcomes, then="<results>/{cohort}/response/effects.tsv"),
        curves=branch(
            has_outcomes, then="<results>/{cohort}/response/survival_curves.tsv"
        ),
        earlier=releases_of_cohort,
    output:
        bundle=directory("<results>/{cohort}/bundle"),
        members="<results>/{cohort}/bundle_members.tsv",
    log:
        "<logs>/{cohort}/build_bundle.log",
    benchmark:
        "<results>/{cohort}/benchmarks/build_bundle.tsv"
    group:
        "report"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000),
        runtime=runtime_minutes(20),
    params:
        build=build_of_cohort,
        threshold=setting("bundle.threshold"),
        genes=setting("bundle.genes"),
        releases=path_of_releases,
        code=code_digest("build_bundle"),
    message:
        "{wildcards.cohort}: building what may leave the centre"
    script:
        "../scripts/build_bundle.py"
