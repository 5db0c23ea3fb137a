# From genotypes and scoring files to polygenic scores.
rule score_patients:
    input:
        files=scores_of_cohort,
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        keep="<results>/{cohort}/qc/keep.txt",
    output:
        scores="<results>/{cohort}/profile/scores.tsv",
        matches="<results>/{cohort}/profile/score_matches.tsv",
        variants="<results>/{cohort}/profile/score_variants.npz",
    log:
        "<logs>/{cohort}/score_patients.log",
    benchmark:
        "<results>/{cohort}/benchmarks/score_patients.tsv"
    group:
        "profile"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_input_mb=10),
        runtime=runtime_minutes(20),
    params:
        build=build_of_cohort,
        min_match=setting("profile.min_score_match"),
        code=code_digest("score_patients"),
    message:
        "{wildcards.cohort}: summing polygenic scores"
    script:
        "../scripts/score_patients.py"


# Rare variants by gene and gene set; only where burden is a layer.
rule count_burden:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        keep="<results>/{cohort}/qc/keep.txt",
        unrelated="<results>/{cohort}/qc/unrelated.txt",
        gene_sets=gene_sets_of_cohort,
        gene_map=gene_map_of_cohort,
    output:
        burden="<results>/{cohort}/profile/burden.tsv",
        genes="<results>/{cohort}/profile/burden_genes.tsv",
        sets="<results>/{cohort}/profile/burden_sets.tsv",
    log:
        "<logs>/{cohort}/count_burden.log",
    benchmark:
        "<results>/{cohort}/benchmarks/count_burden.tsv"
    group:
        "profile"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(2000, per_input_mb=10),
        runtime=runtime_minutes(20),
    params:
        build=build_of_cohort,
        rules=burden_rules_of_cohort,
        code=code_digest("count_burden"),
    message:
        "{wildcards.cohort}: counting rare variants by gene"
    script:
        "../scripts/count_burden.py"


# One table of features for the patients of a cohort.
rule build_profile:
    input:
        samples="<results>/{cohort}/check/samples.tsv",
        checked="<results>/{cohort}/check/columns/profile.json",
        keep=branch(has_genotypes, then="<results>/{cohort}/qc/keep.txt"),
        unrelated=branch(has_genotypes, then="<results>/{cohort}/qc/unrelated.txt"),
        pcs=branch(has_genotypes, then="<results>/{cohort}/qc/pcs.tsv"),
        places=branch(has_panel_axes, then="<results>/{cohort}/qc/panel_places.tsv"),
        matrices=matrices_of_cohort,
        scores=branch(has_scores, then="<results>/{cohort}/profile/scores.tsv"),
        burden=branch(has_burden, then="<results>/{cohort}/profile/burden.tsv"),
        diplotypes=branch(has_pgx_layer, then="<results>/{cohort}/pgx/diplotypes.tsv"),
        knowledge_files=branch(has_pgx_layer, then=files_of_knowledge),
    output:
        features="<results>/{cohort}/profile/features.parquet",
        features_raw="<results>/{cohort}/profile/features_raw.parquet",
        dictionary="<results>/{cohort}/profile/features.tsv",
        coverage="<results>/{cohort}/profile/coverage.tsv",
        adjustment="<results>/{cohort}/profile/adjustment.json",
        adjustment_arrays="<results>/{cohort}/profile/adjustment.npz",
    log:
        "<logs>/{cohort}/build_profile.log",
    benchmark:
        "<results>/{cohort}/benchmarks/build_profile.tsv"
    group:
        "profile"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=12),
        runtime=runtime_minutes(10),
    params:
        layers=setting("matrices"),
        clinical_columns=setting("profile.clinical_features"),
        knowledge=settings_of_knowledge,
        profile=settings(
            "profile",
            ancestry_pcs="ancestry_pcs",
            ancestry_space="ancestry_space",
            max_features="max_features",
            max_missing_rate="max_missing_rate",
        ),
        code=code_digest("build_profile"),
    message:
        "{wildcards.cohort}: putting the layers together"
    script:
        "../scripts/build_profile.py"
