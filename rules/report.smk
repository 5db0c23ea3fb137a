# What people read: the page, the summary for machines, the provenance.
rule render_report:
    input:
        cohort_files=all_files_of_cohort,
        samples="<results>/{cohort}/check/samples.tsv",
        check="<results>/{cohort}/check/inputs.json",
        overrides=branch(has_genotypes, then="<results>/{cohort}/check/overrides.tsv"),
        ingest=branch(has_genotypes, then="<results>/{cohort}/genotypes/ingest.json"),
        sample_metrics=branch(
            has_genotypes, then="<results>/{cohort}/qc/sample_metrics.tsv"
        ),
        sex=branch(has_genotypes, then="<results>/{cohort}/qc/sex.tsv"),
        relatedness=branch(has_genotypes, then="<results>/{cohort}/qc/relatedness.tsv"),
        pcs=branch(has_genotypes, then="<results>/{cohort}/qc/pcs.tsv"),
        ancestry=branch(has_genotypes, then="<results>/{cohort}/qc/ancestry.tsv"),
        labels=branch(has_genotypes, then="<results>/{cohort}/qc/labels.json"),
        panel_pcs=branch(has_genotypes, then="<results>/{cohort}/qc/panel_pcs.tsv"),
        panel_projection=branch(
            has_genotypes, then="<results>/{cohort}/qc/panel_projection.tsv"
        ),
        pedigree=branch(has_genotypes, then="<results>/{cohort}/qc/pedigree.tsv"),
        mendel=branch(has_genotypes, then="<results>/{cohort}/qc/mendel.tsv"),
        omics_match=branch(has_genotypes, then="<results>/{cohort}/qc/omics_match.tsv"),
        swaps=branch(has_genotypes, then="<results>/{cohort}/qc/swaps.tsv"),
        outliers=branch(has_genotypes, then="<results>/{cohort}/qc/outliers.tsv"),
        exclusions=branch(has_genotypes, then="<results>/{cohort}/qc/exclusions.tsv"),
        decisions=branch(has_genotypes, then="<results>/{cohort}/qc/decisions.tsv"),
        flow=branch(has_genotypes, then="<results>/{cohort}/qc/flow.json"),
        variants=branch(has_genotypes, then="<results>/{cohort}/variants/summary.json"),
        spectrum=branch(has_genotypes, then="<results>/{cohort}/variants/spectrum.tsv"),
        per_sample=branch(
            has_genotypes, then="<results>/{cohort}/variants/per_sample.tsv"
        ),
        by_group=branch(has_genotypes, then="<results>/{cohort}/variants/by_group.tsv"),
        substitutions=branch(
            has_genotypes, then="<results>/{cohort}/variants/substitutions.tsv"
        ),
        indel_lengths=branch(
            has_genotypes, then="<results>/{cohort}/variants/indel_lengths.tsv"
        ),
        depths=branch(has_genotypes, then="<results>/{cohort}/variants/depths.tsv"),
        pgx_knowledge=branch(
            has_genotypes, then="<results>/{cohort}/pgx/knowledge.json"
        ),
        pgx_coverage=branch(has_genotypes, then="<results>/{cohort}/pgx/coverage.tsv"),
        pgx_frequencies=branch(
            has_genotypes, then="<results>/{cohort}/pgx/frequencies.tsv"
        ),
        guidance=branch(has_genotypes, then="<results>/{cohort}/pgx/guidance.tsv"),
        medications=branch(has_genotypes, then="<results>/{cohort}/pgx/medications.tsv"),
        features=branch(has_layers, then="<results>/{cohort}/profile/features.tsv"),
        feature_values=branch(
            has_layers, then="<results>/{cohort}/profile/features.parquet"
        ),
        k_selection=branch(has_layers, then="<results>/{cohort}/strata/k_selection.tsv"),
        nulls=branch(has_layers, then="<results>/{cohort}/strata/nulls.json"),
        consensus=branch(has_layers, then="<results>/{cohort}/strata/consensus.npz"),
        verdict=branch(has_layers, then="<results>/{cohort}/strata/verdict.json"),
        assignments=branch(has_layers, then="<results>/{cohort}/strata/assignments.tsv"),
        confounders=branch(has_layers, then="<results>/{cohort}/strata/confounders.tsv"),
        characteristics=branch(
            has_layers, then="<results>/{cohort}/strata/characteristics.tsv"
        ),
        enrichment=branch(has_layers, then="<results>/{cohort}/strata/enrichment.tsv"),
        consensus_cdf=branch(
            has_layers, then="<results>/{cohort}/strata/consensus_cdf.tsv"
        ),
        agreement=branch(has_layers, then="<results>/{cohort}/strata/agreement.tsv"),
        label_counts=branch(
            has_layers, then="<results>/{cohort}/strata/label_counts.tsv"
        ),
        interaction=branch(
            has_outcomes, then="<results>/{cohort}/response/interaction.tsv"
        ),
        effects=branch(has_outcomes, then="<results>/{cohort}/response/effects.tsv"),
        survival_curves=branch(
            has_outcomes, then="<results>/{cohort}/response/survival_curves.tsv"
        ),
        balance=branch(has_outcomes, then="<results>/{cohort}/response/balance.tsv"),
        truth_check=branch(is_simulated, then="<results>/{cohort}/truth_check.tsv"),
    output:
        html="<results>/{cohort}/report/report.html",
        summary="<results>/{cohort}/report/summary.json",
        provenance="<results>/{cohort}/provenance.json",
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
        keep="<results>/{cohort}/qc/keep.txt",
        decisions="<results>/{cohort}/qc/decisions.tsv",
        knowledge="<results>/{cohort}/pgx/knowledge.json",
        diplotypes="<results>/{cohort}/pgx/diplotypes.tsv",
        guidance="<results>/{cohort}/pgx/guidance.tsv",
        medications="<results>/{cohort}/pgx/medications.tsv",
    output:
        directory=directory("<results>/{cohort}/report/patients"),
    log:
        "<logs>/{cohort}/render_patient_sheets.log",
    benchmark:
        "<results>/{cohort}/benchmarks/render_patient_sheets.tsv"
    group:
        "pharmacogenes"
    conda:
        "../envs/genostrat.yaml"
    threads: 1
    resources:
        mem_mb=memory_mb(800, per_input_mb=10),
        runtime=runtime_minutes(20),
    params:
        absent=setting("pgx.absent"),
        code=code_digest("render_patient_sheets"),
    message:
        "{wildcards.cohort}: writing a sheet for each patient"
    script:
        "../scripts/render_patient_sheets.py"
