# Trial records: one portfolio for all cohorts, below results/portfolio/, and who of each
# cohort fits which study.
rule read_studies:
    input:
        records=STUDIES["records"],
        ctml=STUDIES["ctml"],
        champions=[STUDIES["champions"]] if STUDIES["champions"] else [],
        specialties=HOME / "resources/study_specialties.tsv",
    output:
        # It outlives runs: versions of records from earlier readings stand in it.
        store=update("<results>/{cohort}/studies/records.sqlite"),
        reading="<results>/{cohort}/studies/reading.json",
        records="<results>/{cohort}/studies/records.tsv",
        changes="<results>/{cohort}/studies/changes.tsv",
    log:
        "<logs>/{cohort}/read_studies.log",
    benchmark:
        "<results>/{cohort}/benchmarks/read_studies.tsv"
    wildcard_constraints:
        cohort=PORTFOLIO,
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_input_mb=8),
        runtime=runtime_minutes(30),
    params:
        records=STUDIES["records"],
        # A folder's own time does not tell that a file in it was replaced.
        listing=listing_of_studies,
        champions=STUDIES["champions"],
        as_of=STUDIES["as_of"],
        code=code_digest("read_studies"),
    message:
        "reading trial records"
    script:
        "../scripts/read_studies.py"


rule classify_studies:
    input:
        store="<results>/{cohort}/studies/records.sqlite",
        synonyms=HOME / "resources/drug_synonyms.tsv",
    output:
        designs="<results>/{cohort}/studies/designs.tsv",
        criteria="<results>/{cohort}/studies/criteria.tsv",
        ctml="<results>/{cohort}/studies/ctml.json",
    log:
        "<logs>/{cohort}/classify_studies.log",
    benchmark:
        "<results>/{cohort}/benchmarks/classify_studies.tsv"
    wildcard_constraints:
        cohort=PORTFOLIO,
    conda:
        "../envs/genostrat.yaml"
    threads: 2
    resources:
        mem_mb=memory_mb(1500, per_input_mb=12),
        runtime=runtime_minutes(20),
    params:
        match=STUDIES["match"],
        statuses=STUDIES["statuses"],
        code=code_digest("classify_studies"),
    message:
        "recognising stratified designs"
    script:
        "../scripts/classify_studies.py"


rule watch_studies:
    input:
        store="<results>/{cohort}/studies/records.sqlite",
        records="<results>/{cohort}/studies/records.tsv",
        designs="<results>/{cohort}/studies/designs.tsv",
        champions=[STUDIES["champions"]] if STUDIES["champions"] else [],
        specialties=HOME / "resources/study_specialties.tsv",
    output:
        growth="<results>/{cohort}/studies/growth.tsv",
        slips="<results>/{cohort}/studies/slips.tsv",
        feed="<results>/{cohort}/studies/feed.json",
    log:
        "<logs>/{cohort}/watch_studies.log",
    benchmark:
        "<results>/{cohort}/benchmarks/watch_studies.tsv"
    wildcard_constraints:
        cohort=PORTFOLIO,
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_input_mb=12),
        runtime=runtime_minutes(20),
    params:
        champions=STUDIES["champions"],
        code=code_digest("watch_studies"),
    message:
        "watching the portfolio"
    script:
        "../scripts/watch_studies.py"


rule render_portfolio:
    input:
        store="<results>/{cohort}/studies/records.sqlite",
        reading="<results>/{cohort}/studies/reading.json",
        records="<results>/{cohort}/studies/records.tsv",
        changes="<results>/{cohort}/studies/changes.tsv",
        designs="<results>/{cohort}/studies/designs.tsv",
        criteria="<results>/{cohort}/studies/criteria.tsv",
        growth="<results>/{cohort}/studies/growth.tsv",
        slips="<results>/{cohort}/studies/slips.tsv",
    output:
        page="<results>/{cohort}/studies/portfolio.html",
        lay=directory("<results>/{cohort}/studies/lay"),
    log:
        "<logs>/{cohort}/render_portfolio.log",
    benchmark:
        "<results>/{cohort}/benchmarks/render_portfolio.tsv"
    wildcard_constraints:
        cohort=PORTFOLIO,
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1000, per_input_mb=12),
        runtime=runtime_minutes(20),
    params:
        code=code_digest("render_portfolio"),
    message:
        "rendering the portfolio of studies"
    script:
        "../scripts/render_portfolio.py"


# Patients of a cohort against the criteria of studies.
rule match_studies:
    input:
        sheet="<results>/{cohort}/check/samples.tsv",
        store=f"<results>/{PORTFOLIO}/studies/records.sqlite",
        records=f"<results>/{PORTFOLIO}/studies/records.tsv",
        designs=f"<results>/{PORTFOLIO}/studies/designs.tsv",
        synonyms=HOME / "resources/drug_synonyms.tsv",
        ctml=STUDIES["ctml"],
        alterations=alterations_of_cohort,
        diplotypes=branch(has_genotypes, then="<results>/{cohort}/pgx/diplotypes.tsv"),
        assignments=branch(has_layers, then="<results>/{cohort}/strata/assignments.tsv"),
        verdict=branch(has_layers, then="<results>/{cohort}/strata/verdict.json"),
    output:
        matches="<results>/{cohort}/studies/matches.tsv",
        volunteers="<results>/{cohort}/studies/volunteers.tsv",
        counts="<results>/{cohort}/studies/counts.tsv",
    log:
        "<logs>/{cohort}/match_studies.log",
    benchmark:
        "<results>/{cohort}/benchmarks/match_studies.tsv"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500, per_input_mb=12),
        runtime=runtime_minutes(30),
    params:
        alterations=setting("alterations"),
        columns=STUDIES["columns"],
        match=STUDIES["match"],
        statuses=STUDIES["statuses"],
        min_count=STUDIES["min_count"],
        code=code_digest("match_studies"),
    message:
        "{wildcards.cohort}: matching patients with studies"
    script:
        "../scripts/match_studies.py"


rule render_matches:
    input:
        counts="<results>/{cohort}/studies/counts.tsv",
        records=f"<results>/{PORTFOLIO}/studies/records.tsv",
    output:
        page="<results>/{cohort}/studies/matches.html",
    log:
        "<logs>/{cohort}/render_matches.log",
    benchmark:
        "<results>/{cohort}/benchmarks/render_matches.tsv"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(500),
        runtime=runtime_minutes(10),
    params:
        min_count=STUDIES["min_count"],
        code=code_digest("render_matches"),
    message:
        "{wildcards.cohort}: rendering who fits which study"
    script:
        "../scripts/render_matches.py"
