# From genotypes to diplotypes, phenotypes and what guidelines say of them.
rule read_knowledge:
    input:
        files=files_of_knowledge,
        guidelines=files_of_guidance,
        record="<results>/{cohort}/check/genotypes.json",
        markers=HOME / "resources/build_markers.tsv",
    output:
        knowledge="<results>/{cohort}/pgx/knowledge.json",
        sites="<results>/{cohort}/pgx/sites.tsv",
        positions="<results>/{cohort}/pgx/positions.vcf",
    log:
        "<logs>/{cohort}/read_knowledge.log",
    benchmark:
        "<results>/{cohort}/benchmarks/read_knowledge.tsv"
    group:
        "intake"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000),
        runtime=runtime_minutes(10),
    params:
        source=setting("pgx.knowledge"),
        build=setting("genotypes.build"),
        genes=setting("pgx.genes"),
        guidance=setting("pgx.guidance"),
        code=code_digest("read_knowledge"),
    message:
        "{wildcards.cohort}: reading the knowledge base of pharmacogenes"
    script:
        "../scripts/read_knowledge.py"


rule call_diplotypes:
    input:
        files=files_of_knowledge,
        outside=outside_calls_of_cohort,
        # Genotypes are kept where the knowledge base of this run wants them.
        knowledge="<results>/{cohort}/pgx/knowledge.json",
        records="<results>/{cohort}/genotypes/site_records.npz",
        decisions="<results>/{cohort}/qc/variant_decisions.tsv",
        genotyped="<results>/{cohort}/check/genotyped.txt",
        keep="<results>/{cohort}/qc/keep.txt",
        sex="<results>/{cohort}/qc/sex.tsv",
    output:
        diplotypes="<results>/{cohort}/pgx/diplotypes.tsv",
        alternatives="<results>/{cohort}/pgx/alternatives.tsv",
        coverage="<results>/{cohort}/pgx/coverage.tsv",
    log:
        "<logs>/{cohort}/call_diplotypes.log",
    benchmark:
        "<results>/{cohort}/benchmarks/call_diplotypes.tsv"
    group:
        "pharmacogenes"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_input_mb=4),
        runtime=runtime_minutes(20),
    params:
        source=setting("pgx.knowledge"),
        build=setting("genotypes.build"),
        genes=setting("pgx.genes"),
        outside=setting("outside_calls"),
        policy=settings(
            "pgx",
            absent="absent",
            force_absent_reference="force_absent_reference",
            max_explanations="max_explanations",
            panels="panels",
            min_depth="min_depth",
            min_genotype_quality="min_genotype_quality",
        ),
        code=code_digest("call_diplotypes"),
    message:
        "{wildcards.cohort}: calling pharmacogenes"
    script:
        "../scripts/call_diplotypes.py"


rule advise_patients:
    input:
        files=files_of_knowledge,
        guidelines=files_of_guidance,
        diplotypes="<results>/{cohort}/pgx/diplotypes.tsv",
        samples="<results>/{cohort}/check/samples.tsv",
        keep="<results>/{cohort}/qc/keep.txt",
        synonyms=HOME / "resources/drug_synonyms.tsv",
        interactions=HOME / "resources/pgx_interactions.tsv",
    output:
        guidance="<results>/{cohort}/pgx/guidance.tsv",
        medications="<results>/{cohort}/pgx/medications.tsv",
    log:
        "<logs>/{cohort}/advise_patients.log",
    benchmark:
        "<results>/{cohort}/benchmarks/advise_patients.tsv"
    group:
        "pharmacogenes"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=10),
        runtime=runtime_minutes(10),
    params:
        source=setting("pgx.knowledge"),
        build=setting("genotypes.build"),
        guidelines=setting("pgx.guidance"),
        code=code_digest("advise_patients"),
    message:
        "{wildcards.cohort}: looking up guidance on medicines"
    script:
        "../scripts/advise_patients.py"


rule summarise_pgx:
    input:
        diplotypes="<results>/{cohort}/pgx/diplotypes.tsv",
        guidance="<results>/{cohort}/pgx/guidance.tsv",
        samples="<results>/{cohort}/check/samples.tsv",
        keep="<results>/{cohort}/qc/keep.txt",
        unrelated="<results>/{cohort}/qc/unrelated.txt",
        ancestry="<results>/{cohort}/qc/ancestry.tsv",
        assignments=branch(has_layers, then="<results>/{cohort}/strata/assignments.tsv"),
    output:
        frequencies="<results>/{cohort}/pgx/frequencies.tsv",
    log:
        "<logs>/{cohort}/summarise_pgx.log",
    benchmark:
        "<results>/{cohort}/benchmarks/summarise_pgx.tsv"
    group:
        "report"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=10),
        runtime=runtime_minutes(10),
    params:
        code=code_digest("summarise_pgx"),
    message:
        "{wildcards.cohort}: counting alleles, phenotypes and results to act on"
    script:
        "../scripts/summarise_pgx.py"
