"""Give the verdict on a partition, assign every patient and freeze the model."""

from genostrat.job import run_job
from genostrat.profile.adjustment import Adjustment
from genostrat.profile.scores import unpack_scores
from genostrat.qc.panel.space import PanelSpace
from genostrat.sheets.contract.resolved import kinds_of
from genostrat.strata.audit.table import confounder_names, read_confounder_table
from genostrat.strata.cohort import layers_of, origins_of
from genostrat.strata.handover import read_partition
from genostrat.strata.judgement import AuditedCohort, JudgedProfile, judge_partition
from genostrat.strata.model.frozen import save_model, save_no_model
from genostrat.strata.model.inputs import choose_inputs
from genostrat.strata.settings import ClusteringSettings
from genostrat.tables import (
    read_arrays,
    read_json,
    read_parquet,
    read_table,
    write_json,
    write_table,
)


def main(
    *,
    samples,
    checked,
    metrics,
    pcs,
    ancestry,
    relatedness,
    coverage,
    features,
    features_raw,
    dictionary,
    adjustment,
    adjustment_arrays,
    k_selection,
    consensus,
    nulls,
    score_variants,
    panel_space,
    knowledge,
    verdict,
    assignments,
    confounders,
    model,
    cohort,
    build,
    ancestry_pcs,
    clustering,
    min_confidence,
    seed,
) -> None:
    columns = read_json(checked)
    audited = columns["resolved"]["strata.confounders"]
    made_of = read_json(adjustment)
    frozen = Adjustment.from_parts(made_of, read_arrays(adjustment_arrays))
    table = read_confounder_table(
        samples,
        metrics=metrics,
        pcs=pcs,
        ancestry=ancestry,
        coverage=coverage,
        n_pcs=ancestry_pcs,
    )
    offered = read_table(dictionary, table="profile/features.tsv")
    names = list(frozen.features)
    related = None
    if relatedness:
        related = read_table(relatedness, table="qc/relatedness.tsv")
    judgement = judge_partition(
        read_partition(k_selection, consensus, nulls),
        JudgedProfile(
            read_parquet(features),
            read_parquet(features_raw),
            layers_of(offered, features=names),
            frozen,
            origins_of(offered, features=names),
        ),
        AuditedCohort(
            table,
            confounder_names(audited, n_pcs=ancestry_pcs, table=table),
            related,
            kinds_of(columns),
        ),
        settings=ClusteringSettings.from_config(clustering, seed=seed, cohort=cohort),
        min_confidence=min_confidence,
        build=build,
        inputs=choose_inputs(
            frozen,
            ancestry_space=made_of["ancestry_space"],
            clinical=made_of["clinical"],
            scores=unpack_scores(read_arrays(score_variants)) if score_variants else [],
            knowledge=read_json(knowledge) if knowledge else None,
            panel=PanelSpace.from_arrays(read_arrays(panel_space))
            if panel_space
            else None,
        ),
    )
    write_json(verdict, judgement.verdict, entry="strata/verdict.json")
    write_table(assignments, judgement.assignments, table="strata/assignments.tsv")
    write_table(confounders, judgement.confounders, table="strata/confounders.tsv")
    if judgement.model is None:
        save_no_model(model, record=judgement.model_record)
    else:
        save_model(model, judgement.model)


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            samples=snakemake.input.samples,
            checked=snakemake.input.checked,
            metrics=snakemake.input.get("metrics") or None,
            pcs=snakemake.input.get("pcs") or None,
            ancestry=snakemake.input.get("ancestry") or None,
            relatedness=snakemake.input.get("relatedness") or None,
            coverage=snakemake.input.coverage,
            features=snakemake.input.features,
            features_raw=snakemake.input.features_raw,
            dictionary=snakemake.input.dictionary,
            adjustment=snakemake.input.adjustment,
            adjustment_arrays=snakemake.input.adjustment_arrays,
            k_selection=snakemake.input.k_selection,
            consensus=snakemake.input.consensus,
            nulls=snakemake.input.nulls,
            score_variants=snakemake.input.get("score_variants") or None,
            panel_space=snakemake.input.get("panel_space") or None,
            knowledge=snakemake.input.get("knowledge") or None,
            verdict=snakemake.output.verdict,
            assignments=snakemake.output.assignments,
            confounders=snakemake.output.confounders,
            model=snakemake.output.model,
            cohort=snakemake.wildcards.cohort,
            build=snakemake.params.build,
            ancestry_pcs=snakemake.params.ancestry_pcs,
            seed=snakemake.params.seed,
            clustering=snakemake.params.clustering,
            min_confidence=snakemake.params.min_confidence,
        )
