"""Put the layers of a cohort together into one adjusted, scaled feature table."""

from genostrat.job import run_job
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.profile.burden import burden_layer
from genostrat.profile.clinical import clinical_layer, learn_clinical
from genostrat.profile.cohort import (
    choose_ancestry,
    covariate_names,
    read_cohort,
    read_ids,
)
from genostrat.profile.features import Layer, build_profile
from genostrat.profile.matrices import read_matrix
from genostrat.profile.pharmacogenes import allele_values, pgx_layer
from genostrat.profile.scores import scores_layer
from genostrat.sheets.contract.resolved import kinds_of
from genostrat.tables import (
    read_json,
    read_table,
    write_arrays,
    write_json,
    write_parquet,
    write_table,
)


def main(
    *,
    samples,
    checked,
    keep,
    unrelated,
    pcs,
    places,
    matrices,
    scores,
    burden,
    diplotypes,
    features,
    features_raw,
    dictionary,
    coverage,
    adjustment,
    adjustment_arrays,
    layers,
    clinical_columns,
    knowledge,
    ancestry_pcs,
    ancestry_space,
    max_features,
    max_missing_rate,
) -> None:
    ancestry = choose_ancestry(pcs, places, wanted=ancestry_space, n_pcs=ancestry_pcs)
    columns = read_json(checked)
    adjust_for, kinds = columns["resolved"]["profile.adjust_for"], kinds_of(columns)
    cohort = read_cohort(samples, keep=keep, ancestry=ancestry)
    ids = cohort["sample_id"].tolist()
    training = read_ids(unrelated, default=cohort)
    offered = [
        Layer(
            layer["name"],
            read_matrix(
                path,
                name=layer["name"],
                orientation=layer["orientation"],
                cohort_ids=ids,
            ),
            layer.get("transform", "none"),
        )
        for layer, path in zip(layers, matrices, strict=True)
    ]
    if scores:
        offered.append(
            scores_layer(read_table(scores, table="profile/scores.tsv"), ids=ids)
        )
    if burden:
        offered.append(
            burden_layer(read_table(burden, table="profile/burden.tsv"), ids=ids)
        )
    if diplotypes:
        offered.append(
            pgx_layer(
                read_table(diplotypes, table="pgx/diplotypes.tsv"),
                ids=ids,
                values=allele_values(load_knowledge(**knowledge)),
            )
        )
    clinical = learn_clinical(
        cohort, columns=clinical_columns, training_ids=training, kinds=kinds
    )
    if clinical:
        offered.append(clinical_layer(cohort, columns=clinical))
    profile = build_profile(
        offered,
        cohort,
        adjust_for=covariate_names(adjust_for, ancestry),
        training_ids=training,
        max_features=max_features,
        max_missing_rate=max_missing_rate,
        kinds=kinds,
    )
    record, arrays = profile.adjustment.to_parts()
    write_parquet(features, profile.features, entry="profile/features.parquet")
    write_parquet(features_raw, profile.raw, entry="profile/features_raw.parquet")
    write_table(dictionary, profile.dictionary, table="profile/features.tsv")
    write_table(coverage, profile.coverage, table="profile/coverage.tsv")
    made_of = {
        "ancestry_space": ancestry.space,
        "clinical": [column.to_record() for column in clinical],
    }
    write_json(adjustment, record | made_of, entry="profile/adjustment.json")
    write_arrays(adjustment_arrays, entry="profile/adjustment.npz", **arrays)


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            samples=snakemake.input.samples,
            checked=snakemake.input.checked,
            keep=snakemake.input.get("keep") or None,
            unrelated=snakemake.input.get("unrelated") or None,
            pcs=snakemake.input.get("pcs") or None,
            places=snakemake.input.get("places") or None,
            matrices=list(snakemake.input.get("matrices", [])),
            scores=snakemake.input.get("scores") or None,
            burden=snakemake.input.get("burden") or None,
            diplotypes=snakemake.input.get("diplotypes") or None,
            features=snakemake.output.features,
            features_raw=snakemake.output.features_raw,
            dictionary=snakemake.output.dictionary,
            coverage=snakemake.output.coverage,
            adjustment=snakemake.output.adjustment,
            adjustment_arrays=snakemake.output.adjustment_arrays,
            layers=snakemake.params.layers,
            clinical_columns=snakemake.params.clinical_columns,
            knowledge=snakemake.params.knowledge,
            **snakemake.params.profile,
        )
