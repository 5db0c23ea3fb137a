# A reference panel becomes a store as a cohort does; only where one is configured.
rule check_panel:
    input:
        files=files_of_panel,
        markers=HOME / "resources/build_markers.tsv",
    output:
        sheet="<results>/{cohort}/panel/samples.tsv",
        genotyped="<results>/{cohort}/panel/genotyped.txt",
        record="<results>/{cohort}/panel/inputs.json",
    log:
        "<logs>/{cohort}/check_panel.log",
    benchmark:
        "<results>/{cohort}/benchmarks/check_panel.tsv"
    group:
        "intake"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb_of_variants(1000),
        runtime=runtime_minutes(30),
    params:
        panel=setting("reference_panel"),
        build=setting("genotypes.build"),
        n_pieces=setting("ingest.pieces"),
        code=code_digest("check_panel"),
    message:
        "{wildcards.cohort}: checking the reference panel"
    script:
        "../scripts/check_panel.py"


# The cohort may be known to be a merge of single-sample files; a panel may not be one.
use rule read_genotypes as read_panel with:
    input:
        files=files_of_panel,
        record="<results>/{cohort}/panel/inputs.json",
        genotyped="<results>/{cohort}/panel/genotyped.txt",
        markers=HOME / "resources/build_markers.tsv",
    output:
        folder=temp(directory("<results>/{cohort}/panel/pieces/{piece}")),
    log:
        "<logs>/{cohort}/read_panel.{piece}.log",
    benchmark:
        "<results>/{cohort}/benchmarks/read_panel.{piece}.tsv"
    params:
        filters=setting("ingest.filters"),
        half_calls="missing",
        absent_calls="refuse",
        keep_phase=False,
        genotype_filters=setting("ingest.genotype_filters"),
        limits=settings(
            "ingest",
            min_depth="min_depth",
            min_genotype_quality="min_genotype_quality",
        ),
        annotations=False,
        code=code_digest("read_genotypes"),
    message:
        "{wildcards.cohort}: reading piece {wildcards.piece} of the reference panel"


use rule gather_genotypes as gather_panel with:
    input:
        record="<results>/{cohort}/panel/inputs.json",
        genotyped="<results>/{cohort}/panel/genotyped.txt",
        sheet="<results>/{cohort}/panel/samples.tsv",
        pieces=panel_pieces_of_cohort,
    output:
        store=directory("<results>/{cohort}/panel/store"),
        ingest="<results>/{cohort}/panel/ingest.json",
        metrics=temp("<results>/{cohort}/panel/read_metrics.tsv"),
        tallies=temp("<results>/{cohort}/panel/tallies.npz"),
        irregular=temp("<results>/{cohort}/panel/irregular.npz"),
    log:
        "<logs>/{cohort}/gather_panel.log",
    benchmark:
        "<results>/{cohort}/benchmarks/gather_panel.tsv"
    params:
        absent_calls="refuse",
        limits=settings(
            "ingest",
            min_depth="min_depth",
            min_genotype_quality="min_genotype_quality",
        ),
        code=code_digest("gather_genotypes"),
    message:
        "{wildcards.cohort}: writing the reference panel's store"
