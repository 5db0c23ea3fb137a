# What was called.
rule summarise_variants:
    input:
        store="<results>/{cohort}/genotypes/store",
        keep="<results>/{cohort}/qc/keep.txt",
    output:
        variants="<results>/{cohort}/variants/variants.parquet",
        summary="<results>/{cohort}/variants/summary.json",
        spectrum="<results>/{cohort}/variants/spectrum.tsv",
    log:
        "<logs>/{cohort}/summarise_variants.log",
    benchmark:
        "<results>/{cohort}/benchmarks/summarise_variants.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(20),
    params:
        n_bins=setting("variants.spectrum_bins"),
        code=code_digest("variants.summary"),
    message:
        "{wildcards.cohort}: summarising variant calls"
    script:
        "../scripts/summarise_variants.py"
