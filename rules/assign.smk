# New patients and a frozen model: --config model=<folder> cohort=<name>.
rule assign_patients:
    input:
        model=files_of_model,
        samples="<results>/{cohort}/check/samples.tsv",
        inputs="<results>/{cohort}/check/inputs.json",
        keep=branch(model_takes_genotypes, then="<results>/{cohort}/qc/keep.txt"),
        store=branch(model_takes_genotypes, then="<results>/{cohort}/genotypes/store"),
        set_aside=branch(
            model_takes_genotypes,
            then="<results>/{cohort}/qc/variants_set_aside.npz",
        ),
        scores=branch(model_takes_scores, then=scores_of_cohort),
        diplotypes=branch(
            model_takes_pharmacogenes, then="<results>/{cohort}/pgx/diplotypes.tsv"
        ),
        knowledge=branch(
            model_takes_pharmacogenes, then="<results>/{cohort}/pgx/knowledge.json"
        ),
        knowledge_files=branch(model_takes_pharmacogenes, then=files_of_knowledge),
        matrices=matrices_of_model,
    output:
        assignments="<results>/{cohort}/assign/assignments.tsv",
        summary="<results>/{cohort}/assign/summary.json",
    log:
        "<logs>/{cohort}/assign_patients.log",
    benchmark:
        "<results>/{cohort}/benchmarks/assign_patients.tsv"
    group:
        "strata"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=12),
        runtime=runtime_minutes(10),
    params:
        model=folder_of_model,
        layers=layers_of_model,
        knowledge=settings_of_knowledge,
        build=build_of_cohort,
        unknown_ancestry=setting("assign.unknown_ancestry"),
        platform=setting("assign.platform"),
        code=code_digest("assign_patients"),
    message:
        "{wildcards.cohort}: giving new patients a stratum by a frozen model"
    script:
        "../scripts/assign_patients.py"
