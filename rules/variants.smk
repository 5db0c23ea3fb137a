# What was called.
rule summarise_variants:
    input:
        store="<results>/{cohort}/genotypes/store",
        irregular="<results>/{cohort}/genotypes/irregular.npz",
        tallies="<results>/{cohort}/genotypes/tallies.npz",
        sheet="<results>/{cohort}/check/samples.tsv",
        sexes="<results>/{cohort}/qc/sex.tsv",
        ancestry="<results>/{cohort}/qc/ancestry.tsv",
        keep="<results>/{cohort}/qc/keep.txt",
        unrelated="<results>/{cohort}/qc/unrelated.txt",
    output:
        variants="<results>/{cohort}/variants/variants.parquet",
        summary="<results>/{cohort}/variants/summary.json",
        spectrum="<results>/{cohort}/variants/spectrum.tsv",
        per_sample="<results>/{cohort}/variants/per_sample.tsv",
        by_group="<results>/{cohort}/variants/by_group.tsv",
        substitutions="<results>/{cohort}/variants/substitutions.tsv",
        indel_lengths="<results>/{cohort}/variants/indel_lengths.tsv",
        frequencies="<results>/{cohort}/variants/frequencies.tsv",
        heterozygosity="<results>/{cohort}/variants/heterozygosity.tsv",
        qualities="<results>/{cohort}/variants/qualities.tsv",
        depths="<results>/{cohort}/variants/depths.tsv",
        consequences="<results>/{cohort}/variants/consequences.tsv",
    log:
        "<logs>/{cohort}/summarise_variants.log",
    benchmark:
        "<results>/{cohort}/benchmarks/summarise_variants.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(20),
    params:
        n_bins=setting("variants.spectrum_bins"),
        code=code_digest("summarise_variants"),
    message:
        "{wildcards.cohort}: summarising variant calls"
    script:
        "../scripts/summarise_variants.py"


# How the people of the cohort's centres and ancestries differ, and how varied they are.
rule describe_populations:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        sheet="<results>/{cohort}/check/samples.tsv",
        ancestry="<results>/{cohort}/qc/ancestry.tsv",
        unrelated="<results>/{cohort}/qc/unrelated.txt",
    output:
        fst="<results>/{cohort}/variants/fst.tsv",
        diversity="<results>/{cohort}/variants/diversity.tsv",
        ld_decay="<results>/{cohort}/variants/ld_decay.tsv",
        record="<results>/{cohort}/variants/populations.json",
    log:
        "<logs>/{cohort}/describe_populations.log",
    benchmark:
        "<results>/{cohort}/benchmarks/describe_populations.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(30),
    params:
        options=settings(
            "variants",
            min_group_samples="min_group_samples",
            ascertained="ascertained",
            accessible_bases="accessible_bases",
        ),
        max_missing_rate=setting("qc.max_missing_rate"),
        code=code_digest("describe_populations"),
    message:
        "{wildcards.cohort}: describing populations"
    script:
        "../scripts/describe_populations.py"
