"""Give the patients of a cohort a stratum by a frozen model."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.profile.clinical import clinical_layer
from genostrat.profile.cohort import read_cohort
from genostrat.profile.features import Layer
from genostrat.profile.matrices import read_matrix
from genostrat.profile.pharmacogenes import allele_values, pgx_layer
from genostrat.profile.scores import score_patients, scores_layer
from genostrat.provenance import environment
from genostrat.qc.panel.files import is_strand_known
from genostrat.qc.panel.space import place_samples
from genostrat.strata.model.frozen import load_model
from genostrat.strata.model.new_patients import (
    assign_new_patients,
    check_knowledge,
)
from genostrat.strata.model.summary import model_record
from genostrat.tables import (
    read_arrays,
    read_json,
    read_lines,
    read_table,
    write_json,
    write_table,
)


def main(
    *,
    model,
    samples,
    inputs,
    keep,
    store,
    set_aside,
    scores,
    diplotypes,
    knowledge_record,
    matrices,
    assignments,
    summary,
    cohort,
    layers,
    knowledge,
    build,
    unknown_ancestry,
    platform,
) -> None:
    frozen = load_model(model)
    sheet = read_cohort(samples)
    ids = sheet["sample_id"].tolist()
    kept = read_lines(keep) if keep else ids
    offered = [
        Layer(
            layer["name"],
            read_matrix(
                path,
                name=layer["name"],
                orientation=layer["orientation"],
                cohort_ids=ids,
            ),
        )
        for layer, path in zip(layers, matrices, strict=True)
    ]
    if scores:
        table = score_patients(
            frozen.inputs.scores,
            scores,
            Store(Path(store), read_arrays(set_aside)),
            build=build,
            keep=kept,
        )
        offered.append(scores_layer(table, ids=ids))
    if diplotypes:
        check_knowledge(frozen, read_json(knowledge_record))
        offered.append(
            pgx_layer(
                read_table(diplotypes, table="pgx/diplotypes.tsv"),
                ids=ids,
                values=allele_values(load_knowledge(**knowledge)),
            )
        )
    if frozen.inputs.clinical:
        offered.append(clinical_layer(sheet, columns=list(frozen.inputs.clinical)))
    places = None
    if store and frozen.inputs.panel is not None:
        places = place_samples(
            Store(Path(store)),
            frozen.inputs.panel,
            strand_known=is_strand_known(read_json(inputs)),
        )
    table, record = assign_new_patients(
        frozen,
        sheet,
        offered,
        keep=set(kept) if keep else None,
        places=places,
        build=build if store else None,
        unknown_ancestry=unknown_ancestry,
        platform=platform,
    )
    about = {"cohort": cohort, "model": model_record(frozen), **record}
    write_table(assignments, table, table="assign/assignments.tsv")
    write_json(summary, {**about, **environment()}, entry="assign/summary.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            model=snakemake.params.model,
            samples=snakemake.input.samples,
            inputs=snakemake.input.inputs,
            keep=snakemake.input.get("keep") or None,
            store=snakemake.input.get("store") or None,
            set_aside=snakemake.input.get("set_aside") or None,
            scores=list(snakemake.input.get("scores", [])),
            diplotypes=snakemake.input.get("diplotypes") or None,
            knowledge_record=snakemake.input.get("knowledge") or None,
            matrices=list(snakemake.input.get("matrices", [])),
            assignments=snakemake.output.assignments,
            summary=snakemake.output.summary,
            cohort=snakemake.wildcards.cohort,
            layers=snakemake.params.layers,
            knowledge=snakemake.params.knowledge,
            build=snakemake.params.build,
            unknown_ancestry=snakemake.params.unknown_ancestry,
            platform=snakemake.params.platform,
        )
