# From the cohort's files to its genotype store.
rule check_inputs:
    input:
        files=files_of_cohort,
        genes=gene_files_of_cohort,
        markers=HOME / "resources/build_markers.tsv",
    output:
        sheet="<results>/{cohort}/check/samples.tsv",
        overrides="<results>/{cohort}/check/overrides.tsv",
        genotyped="<results>/{cohort}/check/genotyped.txt",
        record="<results>/{cohort}/check/inputs.json",
    log:
        "<logs>/{cohort}/check_inputs.log",
    benchmark:
        "<results>/{cohort}/benchmarks/check_inputs.tsv"
    group:
        "intake"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_variants(1000),
        runtime=runtime_minutes(30),
    params:
        cohort=inputs_of_cohort,
        n_pieces=setting("ingest.pieces"),
        code=code_digest("check_inputs"),
    message:
        "{wildcards.cohort}: checking the inputs"
    script:
        "../scripts/check_inputs.py"


rule read_genotypes:
    input:
        files=files_of_cohort,
        record="<results>/{cohort}/check/inputs.json",
        genotyped="<results>/{cohort}/check/genotyped.txt",
        markers=HOME / "resources/build_markers.tsv",
        sites="<results>/{cohort}/pgx/sites.tsv",
    output:
        folder=temp(directory("<results>/{cohort}/genotypes/pieces/{piece}")),
    log:
        "<logs>/{cohort}/read_genotypes.{piece}.log",
    benchmark:
        "<results>/{cohort}/benchmarks/read_genotypes.{piece}.tsv"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb_of_variants(1500),
        runtime=runtime_minutes(120),
    params:
        filters=setting("ingest.filters"),
        half_calls=setting("ingest.half_calls"),
        absent_calls=setting("ingest.absent_calls"),
        keep_phase=setting("ingest.keep_phase"),
        genotype_filters=setting("ingest.genotype_filters"),
        limits=settings(
            "ingest",
            min_depth="min_depth",
            min_genotype_quality="min_genotype_quality",
        ),
        annotations=True,
        code=code_digest("read_genotypes"),
    message:
        "{wildcards.cohort}: reading piece {wildcards.piece} of the genome"
    script:
        "../scripts/read_genotypes.py"


rule gather_genotypes:
    input:
        record="<results>/{cohort}/check/inputs.json",
        genotyped="<results>/{cohort}/check/genotyped.txt",
        sheet="<results>/{cohort}/check/samples.tsv",
        pieces=pieces_of_cohort,
    output:
        store=directory("<results>/{cohort}/genotypes/store"),
        ingest="<results>/{cohort}/genotypes/ingest.json",
        metrics="<results>/{cohort}/genotypes/read_metrics.tsv",
        tallies="<results>/{cohort}/genotypes/tallies.npz",
        irregular="<results>/{cohort}/genotypes/irregular.npz",
        site_records="<results>/{cohort}/genotypes/site_records.npz",
    log:
        "<logs>/{cohort}/gather_genotypes.log",
    benchmark:
        "<results>/{cohort}/benchmarks/gather_genotypes.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(30),
    params:
        absent_calls=setting("ingest.absent_calls"),
        limits=settings(
            "ingest",
            min_depth="min_depth",
            min_genotype_quality="min_genotype_quality",
        ),
        code=code_digest("gather_genotypes"),
    message:
        "{wildcards.cohort}: writing the genotype store"
    script:
        "../scripts/gather_genotypes.py"
