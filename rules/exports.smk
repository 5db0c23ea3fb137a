# Files for other programs. Only their owner may read them.
rule draw_families:
    input:
        sheet="<results>/{cohort}/check/samples.tsv",
        sex="<results>/{cohort}/qc/sex.tsv",
        pedigree="<results>/{cohort}/qc/pedigree.tsv",
        pairs="<results>/{cohort}/qc/relatedness.tsv",
        keep="<results>/{cohort}/qc/keep.txt",
    output:
        ped="<results>/{cohort}/exports/families.ped",
        links="<results>/{cohort}/exports/family_links.tsv",
        record="<results>/{cohort}/exports/families.json",
    log:
        "<logs>/{cohort}/draw_families.log",
    benchmark:
        "<results>/{cohort}/benchmarks/draw_families.tsv"
    group:
        "exports"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(500),
        runtime=runtime_minutes(5),
    params:
        code=code_digest("draw_families"),
    message:
        "{wildcards.cohort}: drawing families"
    script:
        "../scripts/draw_families.py"


rule export_cleaned:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        inputs="<results>/{cohort}/check/genotypes.json",
        files=files_of_cohort,
        families="<results>/{cohort}/exports/families.ped",
        unrelated="<results>/{cohort}/qc/unrelated.txt",
    output:
        folder=directory("<results>/{cohort}/exports/cleaned"),
        keep_list="<results>/{cohort}/exports/keep.txt",
        remove_list="<results>/{cohort}/exports/remove.txt",
        exclude_list="<results>/{cohort}/exports/exclude.txt",
        prune_in_list="<results>/{cohort}/exports/prune_in.txt",
        prune_out_list="<results>/{cohort}/exports/prune_out.txt",
        record="<results>/{cohort}/exports/cleaned.json",
    log:
        "<logs>/{cohort}/export_cleaned.log",
    benchmark:
        "<results>/{cohort}/benchmarks/export_cleaned.tsv"
    group:
        "exports"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(2000),
        runtime=runtime_minutes(60),
    params:
        build=setting("genotypes.build"),
        formats=setting("exports.formats"),
        contig_names=setting("exports.contig_names"),
        sites=settings(
            "qc",
            min_maf="min_maf",
            max_missing_rate="max_missing_rate",
            window="prune_window_variants",
            step="prune_step_variants",
            max_r2="prune_max_r2",
        ),
        code=code_digest("export_cleaned"),
    message:
        "{wildcards.cohort}: writing the cleaned set"
    script:
        "../scripts/export_cleaned.py"


rule export_imputation:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        inputs="<results>/{cohort}/check/genotypes.json",
        families="<results>/{cohort}/exports/families.ped",
        fasta=sequence_of_cohort,
    output:
        folder=directory("<results>/{cohort}/exports/imputation"),
        left_out="<results>/{cohort}/exports/imputation_left_out.tsv",
        record="<results>/{cohort}/exports/imputation.json",
    log:
        "<logs>/{cohort}/export_imputation.log",
    benchmark:
        "<results>/{cohort}/benchmarks/export_imputation.tsv"
    group:
        "exports"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(2000),
        runtime=runtime_minutes(60),
    params:
        build=setting("genotypes.build"),
        rules=settings(
            "exports",
            leave_out="leave_out",
            max_palindromic_maf="max_palindromic_maf",
            contig_names="contig_names",
        ),
        code=code_digest("export_imputation"),
    message:
        "{wildcards.cohort}: writing files for imputation"
    script:
        "../scripts/export_imputation.py"


# Across the cohorts of this run, and against the reference panel.
rule list_identities:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        others=other_stores_of_cohort,
    output:
        identities="<results>/{cohort}/exports/identities.tsv",
        record="<results>/{cohort}/exports/identities.json",
    log:
        "<logs>/{cohort}/list_identities.log",
    benchmark:
        "<results>/{cohort}/benchmarks/list_identities.tsv"
    group:
        "exports"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(3000),
        runtime=runtime_minutes(60),
    params:
        names=others_of_cohort,
        not_compared=not_compared_of_cohort,
        code=code_digest("list_identities"),
    message:
        "{wildcards.cohort}: looking for the same people elsewhere"
    script:
        "../scripts/list_identities.py"
