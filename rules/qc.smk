# Which variants can be trusted, and why; samples are measured on these.
rule decide_variants:
    input:
        store="<results>/{cohort}/genotypes/store",
        reads="<results>/{cohort}/genotypes/variant_reads.npz",
        read_metrics="<results>/{cohort}/genotypes/read_metrics.tsv",
        inputs="<results>/{cohort}/check/genotypes.json",
        sheet="<results>/{cohort}/check/samples.tsv",
        ancestry="<results>/{cohort}/qc/ancestry.tsv",
        fasta=sequence_of_cohort,
        panel_store=branch(has_panel, then="<results>/{cohort}/panel/store"),
        panel_inputs=branch(has_panel, then="<results>/{cohort}/panel/inputs.json"),
        people=branch(has_panel, then="<results>/{cohort}/panel/samples.tsv"),
    output:
        decisions="<results>/{cohort}/qc/variant_decisions.tsv",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        record="<results>/{cohort}/qc/variants.json",
    log:
        "<logs>/{cohort}/decide_variants.log",
    benchmark:
        "<results>/{cohort}/benchmarks/decide_variants.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(20),
    params:
        policy=setting("variant_qc"),
        columns=columns_of_variant_groups,
        min_sample_call_rate=setting("qc.min_call_rate"),
        sex_thresholds=settings_of_sex,
        family_limits=settings(
            "qc",
            max_error_rate="max_mendel_error_rate",
            min_sites="min_sites_mendel",
        ),
        build=setting("genotypes.build"),
        code=code_digest("decide_variants"),
    message:
        "{wildcards.cohort}: deciding which variants to keep"
    script:
        "../scripts/decide_variants.py"


# Which samples can be trusted, and why.
rule measure_samples:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        read_metrics="<results>/{cohort}/genotypes/read_metrics.tsv",
        sheet="<results>/{cohort}/check/samples.tsv",
    output:
        metrics="<results>/{cohort}/qc/sample_metrics.tsv",
        sex="<results>/{cohort}/qc/sex.tsv",
    log:
        "<logs>/{cohort}/measure_samples.log",
    benchmark:
        "<results>/{cohort}/benchmarks/measure_samples.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000),
        runtime=runtime_minutes(20),
    params:
        build=setting("genotypes.build"),
        thresholds=settings_of_sex,
        min_sites_contamination=setting("qc.min_sites_contamination"),
        code=code_digest("measure_samples"),
    message:
        "{wildcards.cohort}: measuring every sample"
    script:
        "../scripts/measure_samples.py"


# Mixtures invent relatives and bend components, so that they are told before these.
rule find_mixtures:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        metrics="<results>/{cohort}/qc/sample_metrics.tsv",
    output:
        mixtures="<results>/{cohort}/qc/mixtures.tsv",
    log:
        "<logs>/{cohort}/find_mixtures.log",
    benchmark:
        "<results>/{cohort}/benchmarks/find_mixtures.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(2000),
        runtime=runtime_minutes(30),
    params:
        core=settings(
            "qc",
            min_call_rate="min_call_rate",
            max_contamination="max_contamination",
        ),
        options=settings(
            "qc",
            n_pcs="n_pcs",
            min_sites="min_sites_pca",
            min_maf="min_maf",
            max_missing_rate="max_missing_rate",
            window="prune_window_variants",
            step="prune_step_variants",
            max_r2="prune_max_r2",
        ),
        code=code_digest("find_mixtures"),
    message:
        "{wildcards.cohort}: looking for mixtures of two people"
    script:
        "../scripts/find_mixtures.py"


rule match_omics:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        sheet="<results>/{cohort}/check/samples.tsv",
        pcs="<results>/{cohort}/qc/pcs.tsv",
        matrices=matrices_of_cohort,
    output:
        matches="<results>/{cohort}/qc/omics_match.tsv",
        record="<results>/{cohort}/qc/omics_match.json",
    log:
        "<logs>/{cohort}/match_omics.log",
    benchmark:
        "<results>/{cohort}/benchmarks/match_omics.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(2000, per_input_mb=12),
        runtime=runtime_minutes(20),
    params:
        layers=setting("matrices"),
        options=settings(
            "qc",
            min_features="min_features_match",
            max_missing_rate="max_missing_rate",
        ),
        seed=setting("seed"),
        code=code_digest("match_omics"),
    message:
        "{wildcards.cohort}: matching omics profiles with genotypes"
    script:
        "../scripts/match_omics.py"


rule detect_swaps:
    input:
        sheet="<results>/{cohort}/check/samples.tsv",
        sex="<results>/{cohort}/qc/sex.tsv",
        relatedness="<results>/{cohort}/qc/relatedness.tsv",
        pedigree="<results>/{cohort}/qc/pedigree.tsv",
        mendel="<results>/{cohort}/qc/mendel.tsv",
        omics="<results>/{cohort}/qc/omics_match.tsv",
    output:
        swaps="<results>/{cohort}/qc/swaps.tsv",
    log:
        "<logs>/{cohort}/detect_swaps.log",
    benchmark:
        "<results>/{cohort}/benchmarks/detect_swaps.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(500),
        runtime=runtime_minutes(5),
    params:
        code=code_digest("detect_swaps"),
    message:
        "{wildcards.cohort}: looking for swapped samples"
    script:
        "../scripts/detect_swaps.py"


rule decide_samples:
    input:
        sheet="<results>/{cohort}/check/samples.tsv",
        overrides="<results>/{cohort}/check/overrides.tsv",
        metrics="<results>/{cohort}/qc/sample_metrics.tsv",
        mixtures="<results>/{cohort}/qc/mixtures.tsv",
        sex="<results>/{cohort}/qc/sex.tsv",
        pairs="<results>/{cohort}/qc/relatedness.tsv",
        pcs="<results>/{cohort}/qc/pcs.tsv",
        ancestry="<results>/{cohort}/qc/ancestry.tsv",
        pedigree="<results>/{cohort}/qc/pedigree.tsv",
        mendel="<results>/{cohort}/qc/mendel.tsv",
        swaps="<results>/{cohort}/qc/swaps.tsv",
    output:
        decisions="<results>/{cohort}/qc/decisions.tsv",
        outliers="<results>/{cohort}/qc/outliers.tsv",
        exclusions="<results>/{cohort}/qc/exclusions.tsv",
        keep="<results>/{cohort}/qc/keep.txt",
        unrelated="<results>/{cohort}/qc/unrelated.txt",
        flow="<results>/{cohort}/qc/flow.json",
        reported="<results>/{cohort}/qc/reported_ancestry.tsv",
    log:
        "<logs>/{cohort}/decide_samples.log",
    benchmark:
        "<results>/{cohort}/benchmarks/decide_samples.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(500),
        runtime=runtime_minutes(5),
    params:
        policy=setting("qc"),
        user_sheet=settings("samples", path="path", columns="columns"),
        seed=setting("seed"),
        code=code_digest("decide_samples"),
    message:
        "{wildcards.cohort}: deciding which samples to keep"
    script:
        "../scripts/decide_samples.py"


# Consanguinity, told from bad data: after the decisions, which it takes no part in.
rule measure_homozygosity:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        ancestry="<results>/{cohort}/qc/ancestry.tsv",
        unrelated="<results>/{cohort}/qc/unrelated.txt",
    output:
        samples="<results>/{cohort}/qc/roh.tsv",
        runs="<results>/{cohort}/qc/roh_runs.tsv",
        record="<results>/{cohort}/qc/roh.json",
    log:
        "<logs>/{cohort}/measure_homozygosity.log",
    benchmark:
        "<results>/{cohort}/benchmarks/measure_homozygosity.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(20),
    params:
        max_missing_rate=setting("qc.max_missing_rate"),
        max_mads=setting("qc.max_het_mads"),
        code=code_digest("measure_homozygosity"),
    message:
        "{wildcards.cohort}: looking for runs of homozygosity"
    script:
        "../scripts/measure_homozygosity.py"
