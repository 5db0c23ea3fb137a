# A share of the resamples, and of the cohorts without groups. One share is done in the
# job that gathers; several are jobs of their own, on as many machines.
rule cluster_part:
    input:
        features="<results>/{cohort}/profile/features.parquet",
        dictionary="<results>/{cohort}/profile/features.tsv",
        coverage="<results>/{cohort}/profile/coverage.tsv",
        unrelated=branch(has_genotypes, then="<results>/{cohort}/qc/unrelated.txt"),
    output:
        arrays=temp("<results>/{cohort}/strata/parts/{part}.npz"),
    log:
        "<logs>/{cohort}/cluster_part.{part}.log",
    benchmark:
        "<results>/{cohort}/benchmarks/cluster_part.{part}.tsv"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500, per_input_mb=20),
        runtime=runtime_minutes(60),
    params:
        parts=setting("strata.parts"),
        clustering=settings_of_clustering,
        seed=setting("seed"),
        code=code_digest("cluster_part"),
    message:
        "{wildcards.cohort}: clustering part {wildcards.part} of the resamples"
    script:
        "../scripts/cluster_part.py"


# Do the patients fall into molecular subgroups?
rule cluster_patients:
    input:
        features="<results>/{cohort}/profile/features.parquet",
        dictionary="<results>/{cohort}/profile/features.tsv",
        coverage="<results>/{cohort}/profile/coverage.tsv",
        unrelated=branch(has_genotypes, then="<results>/{cohort}/qc/unrelated.txt"),
        parts=parts_of_clustering,
    output:
        k_selection="<results>/{cohort}/strata/k_selection.tsv",
        consensus="<results>/{cohort}/strata/consensus.npz",
        consensus_cdf="<results>/{cohort}/strata/consensus_cdf.tsv",
        nulls="<results>/{cohort}/strata/nulls.json",
    log:
        "<logs>/{cohort}/cluster_patients.log",
    benchmark:
        "<results>/{cohort}/benchmarks/cluster_patients.tsv"
    group:
        "strata"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500, per_input_mb=20),
        runtime=runtime_minutes(60),
    params:
        clustering=settings_of_clustering,
        seed=setting("seed"),
        code=code_digest("cluster_patients"),
    message:
        "{wildcards.cohort}: looking for strata, and for strata in chance"
    script:
        "../scripts/cluster_patients.py"


rule judge_strata:
    input:
        samples="<results>/{cohort}/check/samples.tsv",
        checked="<results>/{cohort}/check/columns/strata.json",
        metrics=branch(has_genotypes, then="<results>/{cohort}/qc/sample_metrics.tsv"),
        pcs=branch(has_genotypes, then="<results>/{cohort}/qc/pcs.tsv"),
        ancestry=branch(has_genotypes, then="<results>/{cohort}/qc/ancestry.tsv"),
        relatedness=branch(has_genotypes, then="<results>/{cohort}/qc/relatedness.tsv"),
        coverage="<results>/{cohort}/profile/coverage.tsv",
        features="<results>/{cohort}/profile/features.parquet",
        features_raw="<results>/{cohort}/profile/features_raw.parquet",
        dictionary="<results>/{cohort}/profile/features.tsv",
        adjustment="<results>/{cohort}/profile/adjustment.json",
        adjustment_arrays="<results>/{cohort}/profile/adjustment.npz",
        k_selection="<results>/{cohort}/strata/k_selection.tsv",
        consensus="<results>/{cohort}/strata/consensus.npz",
        nulls="<results>/{cohort}/strata/nulls.json",
        score_variants=branch(
            has_scores, then="<results>/{cohort}/profile/score_variants.npz"
        ),
        panel_space=branch(has_panel_axes, then="<results>/{cohort}/qc/panel_space.npz"),
        knowledge=branch(has_pgx_layer, then="<results>/{cohort}/pgx/knowledge.json"),
    output:
        verdict="<results>/{cohort}/strata/verdict.json",
        assignments="<results>/{cohort}/strata/assignments.tsv",
        confounders="<results>/{cohort}/strata/confounders.tsv",
        model=directory("<results>/{cohort}/strata/model"),
    log:
        "<logs>/{cohort}/judge_strata.log",
    benchmark:
        "<results>/{cohort}/benchmarks/judge_strata.tsv"
    group:
        "strata"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=20),
        runtime=runtime_minutes(30),
    params:
        build=build_of_cohort,
        ancestry_pcs=setting("profile.ancestry_pcs"),
        clustering=settings_of_clustering,
        min_confidence=setting("strata.min_confidence"),
        seed=setting("seed"),
        code=code_digest("judge_strata"),
    message:
        "{wildcards.cohort}: judging the strata"
    script:
        "../scripts/judge_strata.py"


rule describe_strata:
    input:
        samples="<results>/{cohort}/check/samples.tsv",
        features="<results>/{cohort}/profile/features.parquet",
        dictionary="<results>/{cohort}/profile/features.tsv",
        assignments="<results>/{cohort}/strata/assignments.tsv",
        nulls="<results>/{cohort}/strata/nulls.json",
        gene_sets=gene_sets_of_cohort,
    output:
        characteristics="<results>/{cohort}/strata/characteristics.tsv",
        enrichment="<results>/{cohort}/strata/enrichment.tsv",
    log:
        "<logs>/{cohort}/describe_strata.log",
    benchmark:
        "<results>/{cohort}/benchmarks/describe_strata.tsv"
    group:
        "strata"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=20),
        runtime=runtime_minutes(20),
    params:
        exclude=columns_not_described,
        strata=settings(
            "strata",
            min_set_members="min_set_members",
            max_set_members="max_set_members",
        ),
        seed=setting("seed"),
        code=code_digest("describe_strata"),
    message:
        "{wildcards.cohort}: describing the strata"
    script:
        "../scripts/describe_strata.py"


# Where groups are pieces of a continuum: who lies where along it, and what marks its ends?
rule order_patients:
    input:
        features="<results>/{cohort}/profile/features.parquet",
        dictionary="<results>/{cohort}/profile/features.tsv",
        k_selection="<results>/{cohort}/strata/k_selection.tsv",
        consensus="<results>/{cohort}/strata/consensus.npz",
        nulls="<results>/{cohort}/strata/nulls.json",
        verdict="<results>/{cohort}/strata/verdict.json",
    output:
        gradient="<results>/{cohort}/strata/gradient.tsv",
        gradient_features="<results>/{cohort}/strata/gradient_features.tsv",
        record="<results>/{cohort}/strata/gradient.json",
    log:
        "<logs>/{cohort}/order_patients.log",
    benchmark:
        "<results>/{cohort}/benchmarks/order_patients.tsv"
    group:
        "strata"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=20),
        runtime=runtime_minutes(20),
    params:
        seed=setting("seed"),
        code=code_digest("order_patients"),
    message:
        "{wildcards.cohort}: ordering patients along a continuum"
    script:
        "../scripts/order_patients.py"


# Would another algorithm, a layer alone or another fusion have given the same groups,
# and are they labels that were known before?
rule compare_partitions:
    input:
        samples="<results>/{cohort}/check/samples.tsv",
        features="<results>/{cohort}/profile/features.parquet",
        dictionary="<results>/{cohort}/profile/features.tsv",
        coverage="<results>/{cohort}/profile/coverage.tsv",
        k_selection="<results>/{cohort}/strata/k_selection.tsv",
        consensus="<results>/{cohort}/strata/consensus.npz",
        nulls="<results>/{cohort}/strata/nulls.json",
        assignments="<results>/{cohort}/strata/assignments.tsv",
    output:
        partitions="<results>/{cohort}/strata/partitions.tsv",
        agreement="<results>/{cohort}/strata/agreement.tsv",
        label_counts="<results>/{cohort}/strata/label_counts.tsv",
    log:
        "<logs>/{cohort}/compare_partitions.log",
    benchmark:
        "<results>/{cohort}/benchmarks/compare_partitions.tsv"
    group:
        "strata"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=20),
        runtime=runtime_minutes(20),
    params:
        clustering=settings_of_clustering,
        labels=setting("labels"),
        seed=setting("seed"),
        code=code_digest("compare_partitions"),
    message:
        "{wildcards.cohort}: comparing the strata with other choices and with labels"
    script:
        "../scripts/compare_partitions.py"


# Are the strata populations? After the verdict, and only to describe them.
rule compare_strata:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        assignments="<results>/{cohort}/strata/assignments.tsv",
        unrelated="<results>/{cohort}/qc/unrelated.txt",
    output:
        fst="<results>/{cohort}/strata/fst.tsv",
    log:
        "<logs>/{cohort}/compare_strata.log",
    benchmark:
        "<results>/{cohort}/benchmarks/compare_strata.tsv"
    group:
        "strata"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(20),
    params:
        options=settings(
            "variants",
            min_group_samples="min_group_samples",
            ascertained="ascertained",
            accessible_bases="accessible_bases",
        ),
        max_missing_rate=setting("qc.max_missing_rate"),
        code=code_digest("compare_strata"),
    message:
        "{wildcards.cohort}: comparing the genotypes of the strata"
    script:
        "../scripts/compare_strata.py"


rule replicate_strata:
    input:
        features="<results>/{cohort}/profile/features.parquet",
        assignments="<results>/{cohort}/strata/assignments.tsv",
        samples="<results>/{cohort}/check/samples.tsv",
    output:
        replication="<results>/{cohort}/strata/replication.tsv",
    log:
        "<logs>/{cohort}/replicate_strata.log",
    benchmark:
        "<results>/{cohort}/benchmarks/replicate_strata.tsv"
    group:
        "strata"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_input_mb=12),
        runtime=runtime_minutes(20),
    params:
        seed=setting("seed"),
        code=code_digest("replicate_strata"),
    message:
        "{wildcards.cohort}: holding the strata against each centre"
    script:
        "../scripts/replicate_strata.py"
