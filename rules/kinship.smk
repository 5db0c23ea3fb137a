# Who is related to whom, and of which ancestry.
rule find_relatives:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        sheet="<results>/{cohort}/check/samples.tsv",
        metrics="<results>/{cohort}/qc/sample_metrics.tsv",
        mixtures="<results>/{cohort}/qc/mixtures.tsv",
    output:
        pairs="<results>/{cohort}/qc/relatedness.tsv",
        record="<results>/{cohort}/qc/relatedness.json",
    log:
        "<logs>/{cohort}/find_relatives.log",
    benchmark:
        "<results>/{cohort}/benchmarks/find_relatives.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(2000),
        runtime=runtime_minutes(60),
    params:
        options=settings(
            "qc",
            min_kinship="min_kinship_written",
            min_sites="min_sites_kinship",
            min_maf="min_maf",
            max_missing_rate="max_missing_rate",
        ),
        max_contamination=setting("qc.max_contamination"),
        code=code_digest("find_relatives"),
    message:
        "{wildcards.cohort}: finding relatives"
    script:
        "../scripts/find_relatives.py"


rule check_pedigree:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        sheet="<results>/{cohort}/check/samples.tsv",
        sex="<results>/{cohort}/qc/sex.tsv",
        pairs="<results>/{cohort}/qc/relatedness.tsv",
    output:
        pedigree="<results>/{cohort}/qc/pedigree.tsv",
        mendel="<results>/{cohort}/qc/mendel.tsv",
    log:
        "<logs>/{cohort}/check_pedigree.log",
    benchmark:
        "<results>/{cohort}/benchmarks/check_pedigree.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(15),
    params:
        build=setting("genotypes.build"),
        kinship=settings(
            "qc",
            min_kinship="min_kinship_written",
            min_sites="min_sites_kinship",
            min_maf="min_maf",
            max_missing_rate="max_missing_rate",
        ),
        mendel=settings(
            "qc",
            max_error_rate="max_mendel_error_rate",
            min_sites="min_sites_mendel",
        ),
        code=code_digest("check_pedigree"),
    message:
        "{wildcards.cohort}: checking the pedigree"
    script:
        "../scripts/check_pedigree.py"


rule compute_ancestry:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        metrics="<results>/{cohort}/qc/sample_metrics.tsv",
        mixtures="<results>/{cohort}/qc/mixtures.tsv",
        pairs="<results>/{cohort}/qc/relatedness.tsv",
    output:
        pcs="<results>/{cohort}/qc/pcs.tsv",
        record="<results>/{cohort}/qc/ancestry.json",
    log:
        "<logs>/{cohort}/compute_ancestry.log",
    benchmark:
        "<results>/{cohort}/benchmarks/compute_ancestry.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(3000),
        runtime=runtime_minutes(30),
    params:
        core=settings(
            "qc",
            min_call_rate="min_call_rate",
            max_contamination="max_contamination",
            min_kinship="min_kinship_relative",
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
        code=code_digest("compute_ancestry"),
    message:
        "{wildcards.cohort}: computing ancestry components"
    script:
        "../scripts/compute_ancestry.py"


# KING takes relatives of different ancestry for further ones, and people of the same
# recent mixture for relatives.
rule adjust_kinship:
    input:
        store="<results>/{cohort}/genotypes/store",
        set_aside="<results>/{cohort}/qc/variants_set_aside.npz",
        metrics="<results>/{cohort}/qc/sample_metrics.tsv",
        pairs="<results>/{cohort}/qc/relatedness.tsv",
        pcs="<results>/{cohort}/qc/pcs.tsv",
        components="<results>/{cohort}/qc/ancestry.json",
    output:
        adjusted="<results>/{cohort}/qc/kinship_adjusted.tsv",
        record="<results>/{cohort}/qc/kinship_adjusted.json",
    log:
        "<logs>/{cohort}/adjust_kinship.log",
    benchmark:
        "<results>/{cohort}/benchmarks/adjust_kinship.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(3000),
        runtime=runtime_minutes(60),
    params:
        core=settings(
            "qc",
            min_call_rate="min_call_rate",
            max_contamination="max_contamination",
            min_kinship="min_kinship_relative",
        ),
        options=settings(
            "qc",
            min_kinship="min_kinship_written",
            min_sites="min_sites_kinship",
            min_maf="min_maf",
            max_missing_rate="max_missing_rate",
        ),
        ancestry=settings(
            "qc",
            n_pcs="n_pcs",
            min_sites="min_sites_pca",
            min_maf="min_maf",
            max_missing_rate="max_missing_rate",
            window="prune_window_variants",
            step="prune_step_variants",
            max_r2="prune_max_r2",
        ),
        code=code_digest("adjust_kinship"),
    message:
        "{wildcards.cohort}: adjusting kinship for ancestry"
    script:
        "../scripts/adjust_kinship.py"


rule label_ancestry:
    input:
        store="<results>/{cohort}/genotypes/store",
        inputs="<results>/{cohort}/check/genotypes.json",
        panel_store=branch(has_panel, then="<results>/{cohort}/panel/store"),
        panel_inputs=branch(has_panel, then="<results>/{cohort}/panel/inputs.json"),
        people=branch(has_panel, then="<results>/{cohort}/panel/samples.tsv"),
    output:
        ancestry="<results>/{cohort}/qc/ancestry.tsv",
        record="<results>/{cohort}/qc/labels.json",
        panel_pcs="<results>/{cohort}/qc/panel_pcs.tsv",
        projection="<results>/{cohort}/qc/panel_projection.tsv",
        space="<results>/{cohort}/qc/panel_space.npz",
        shares="<results>/{cohort}/qc/ancestry_shares.tsv",
    log:
        "<logs>/{cohort}/label_ancestry.log",
    benchmark:
        "<results>/{cohort}/benchmarks/label_ancestry.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(20),
    params:
        options=settings(
            "qc",
            min_sites="min_sites_labels",
            min_probability="min_label_probability",
            tail="label_tail",
        ),
        sites=settings(
            "qc",
            min_maf="min_maf",
            max_missing_rate="max_missing_rate",
            window="prune_window_variants",
            step="prune_step_variants",
            max_r2="prune_max_r2",
        ),
        seed=setting("seed"),
        code=code_digest("label_ancestry"),
    message:
        "{wildcards.cohort}: labelling ancestry"
    script:
        "../scripts/label_ancestry.py"


# As a frozen model places new patients: only where the profile is adjusted by it.
rule place_patients:
    input:
        store="<results>/{cohort}/genotypes/store",
        inputs="<results>/{cohort}/check/genotypes.json",
        space="<results>/{cohort}/qc/panel_space.npz",
    output:
        places="<results>/{cohort}/qc/panel_places.tsv",
    log:
        "<logs>/{cohort}/place_patients.log",
    benchmark:
        "<results>/{cohort}/benchmarks/place_patients.tsv"
    group:
        "quality"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(10),
    params:
        code=code_digest("place_patients"),
    message:
        "{wildcards.cohort}: placing patients among the panel's components"
    script:
        "../scripts/place_patients.py"
