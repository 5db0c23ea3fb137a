# A cohort whose config or files are wrong fails by itself, and stops no other cohort where
# Snakemake is told to keep going.
rule refuse_cohort:
    output:
        refusal="<results>/{cohort}/check/refused.txt",
    log:
        "<logs>/{cohort}/refuse_cohort.log",
    benchmark:
        "<results>/{cohort}/benchmarks/refuse_cohort.tsv"
    wildcard_constraints:
        cohort="|".join(REFUSED) or "-",
    priority: 100
    localrule: True
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=500,
        runtime=5,
    params:
        reason=reason_of_refusal,
        code=code_digest("refuse_cohort"),
    message:
        "{wildcards.cohort}: left out, since it cannot be run"
    script:
        "../scripts/refuse_cohort.py"


# From the cohort's files to its genotype store.
rule check_inputs:
    input:
        files=files_of_cohort,
        genes=gene_files_of_cohort,
        later=later_files_of_cohort,
        fasta=sequence_of_cohort,
        knowledge=files_of_knowledge_to_check,
        markers=HOME / "resources/build_markers.tsv",
    output:
        sheet="<results>/{cohort}/check/samples.tsv",
        overrides="<results>/{cohort}/check/overrides.tsv",
        genotyped="<results>/{cohort}/check/genotyped.txt",
        record="<results>/{cohort}/check/inputs.json",
        reading="<results>/{cohort}/check/genotypes.json",
        profile="<results>/{cohort}/check/columns/profile.json",
        strata="<results>/{cohort}/check/columns/strata.json",
        response="<results>/{cohort}/check/columns/response.json",
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
        request=request_of_cohort,
        n_pieces=setting("ingest.pieces"),
        code=code_digest("check_inputs"),
    message:
        "{wildcards.cohort}: checking the inputs"
    script:
        "../scripts/check_inputs.py"


rule read_genotypes:
    input:
        files=files_of_cohort,
        record="<results>/{cohort}/check/genotypes.json",
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
        record="<results>/{cohort}/check/genotypes.json",
        genotyped="<results>/{cohort}/check/genotyped.txt",
        sheet="<results>/{cohort}/check/samples.tsv",
        pieces=pieces_of_cohort,
    output:
        store=directory("<results>/{cohort}/genotypes/store"),
        ingest="<results>/{cohort}/genotypes/ingest.json",
        metrics="<results>/{cohort}/genotypes/read_metrics.tsv",
        tallies="<results>/{cohort}/genotypes/tallies.npz",
        irregular="<results>/{cohort}/genotypes/irregular.npz",
        reads="<results>/{cohort}/genotypes/variant_reads.npz",
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
