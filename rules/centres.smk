# What several centres say together, below results/centres/: made of their bundles alone.
rule coordinate_bundles:
    input:
        manifests=manifests_of_bundles,
    output:
        record="<results>/{cohort}/coordinate/bundles.json",
        effects="<results>/{cohort}/coordinate/effects.tsv",
        phenotypes="<results>/{cohort}/coordinate/phenotypes.tsv",
        strata="<results>/{cohort}/coordinate/strata.tsv",
    log:
        "<logs>/{cohort}/coordinate_bundles.log",
    benchmark:
        "<results>/{cohort}/benchmarks/coordinate_bundles.tsv"
    wildcard_constraints:
        cohort=COORDINATED,
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000),
        runtime=runtime_minutes(10),
    params:
        folders=BUNDLES,
        # The manifest names the digest of every file; a file beside it does not.
        listing=listing_of_bundles,
        code=code_digest("coordinate_bundles"),
    message:
        "checking and pooling the bundles of {COORDINATED}"
    script:
        "../scripts/coordinate_bundles.py"


rule render_coordination:
    input:
        record="<results>/{cohort}/coordinate/bundles.json",
        effects="<results>/{cohort}/coordinate/effects.tsv",
        phenotypes="<results>/{cohort}/coordinate/phenotypes.tsv",
        strata="<results>/{cohort}/coordinate/strata.tsv",
    output:
        page="<results>/{cohort}/coordinate/page.html",
    log:
        "<logs>/{cohort}/render_coordination.log",
    benchmark:
        "<results>/{cohort}/benchmarks/render_coordination.tsv"
    wildcard_constraints:
        cohort=COORDINATED,
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(800),
        runtime=runtime_minutes(10),
    params:
        code=code_digest("render_coordination"),
    message:
        "rendering what the centres say together"
    script:
        "../scripts/render_coordination.py"
