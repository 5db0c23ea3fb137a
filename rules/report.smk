# What people read: the page, the summary for machines, the provenance.
rule render_report:
    input:
        cohort_files=all_files_of_cohort,
        tables=tables_of_report,
    output:
        html="<results>/{cohort}/report/report.html",
        cohort_page=report(
            "<results>/{cohort}/report/cohort.html",
            caption="captions/cohort.rst",
            category="{cohort}",
            labels={"result": "Report, aggregates only"},
        ),
        explore="<results>/{cohort}/report/explore.html",
        figures=directory("<results>/{cohort}/report/figures"),
        tables=directory("<results>/{cohort}/report/tables"),
        multiqc=directory("<results>/{cohort}/report/multiqc"),
        summary=report(
            "<results>/{cohort}/report/summary.json",
            caption="captions/summary.rst",
            category="{cohort}",
            labels={"result": "Summary for machines"},
        ),
        provenance=report(
            "<results>/{cohort}/provenance.json",
            caption="captions/provenance.rst",
            category="{cohort}",
            labels={"result": "Provenance"},
        ),
    log:
        "<logs>/{cohort}/render_report.log",
    benchmark:
        "<results>/{cohort}/benchmarks/render_report.tsv"
    group:
        "report"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(1500),
        runtime=runtime_minutes(10),
    params:
        settings=settings_of_cohort,
        code=code_digest("render_report"),
    message:
        "{wildcards.cohort}: rendering the report"
    script:
        "../scripts/render_report.py"


rule render_patient_sheets:
    input:
        samples="<results>/{cohort}/check/samples.tsv",
        keep=branch(has_genotypes, then="<results>/{cohort}/qc/keep.txt"),
        decisions=branch(has_genotypes, then="<results>/{cohort}/qc/decisions.tsv"),
        knowledge=branch(has_genotypes, then="<results>/{cohort}/pgx/knowledge.json"),
        positions=branch(has_genotypes, then="<results>/{cohort}/pgx/positions.vcf"),
        diplotypes=branch(has_genotypes, then="<results>/{cohort}/pgx/diplotypes.tsv"),
        guidance=branch(has_genotypes, then="<results>/{cohort}/pgx/guidance.tsv"),
        medications=branch(has_genotypes, then="<results>/{cohort}/pgx/medications.tsv"),
        verdict=branch(has_layers, then="<results>/{cohort}/strata/verdict.json"),
        assignments=branch(has_layers, then="<results>/{cohort}/strata/assignments.tsv"),
        tests=branch(has_outcomes, then="<results>/{cohort}/response/interaction.tsv"),
        effects=branch(has_outcomes, then="<results>/{cohort}/response/effects.tsv"),
        names=HOME / "resources/pgx_medicine_names.tsv",
    output:
        directory=directory("<results>/{cohort}/report/patients"),
    log:
        "<logs>/{cohort}/render_patient_sheets.log",
    benchmark:
        "<results>/{cohort}/benchmarks/render_patient_sheets.tsv"
    group:
        "report"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(800, per_input_mb=10),
        runtime=runtime_minutes(20),
    params:
        absent=setting("pgx.absent"),
        country=setting("pgx.country"),
        contact=STUDIES["columns"]["consent"],
        code=code_digest("render_patient_sheets"),
    message:
        "{wildcards.cohort}: writing a sheet for each patient"
    script:
        "../scripts/render_patient_sheets.py"


# All cohorts of a run, below results/cohorts/: made of their summaries alone.
rule render_cohorts:
    input:
        summaries=collect("<results>/{name}/report/summary.json", name=COHORTS),
    output:
        page=report(
            "<results>/{cohort}/report/cohorts.html",
            caption="captions/cohorts.rst",
            category="{cohort}",
            labels={"result": "All cohorts side by side"},
        ),
    log:
        "<logs>/{cohort}/render_cohorts.log",
    benchmark:
        "<results>/{cohort}/benchmarks/render_cohorts.tsv"
    wildcard_constraints:
        cohort=SIDE_BY_SIDE,
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(800),
        runtime=runtime_minutes(10),
    params:
        left_out=sorted(REFUSED),
        code=code_digest("render_cohorts"),
    message:
        "setting the cohorts side by side"
    script:
        "../scripts/render_cohorts.py"
