"""Hold every omics profile against the genotypes of every sample."""

from pathlib import Path
from typing import Any

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.profile.matrices import read_matrix
from genostrat.profile.transforms import transform_values
from genostrat.qc.identity.omics_match import match_omics
from genostrat.tables import read_arrays, read_table, write_json, write_table


def main(
    *,
    store: str,
    set_aside: str,
    sheet: str,
    pcs: str,
    matrices: list[str],
    layers: list[dict[str, str]],
    options: dict[str, Any],
    seed: int,
    matches: str,
    record: str,
    threads: int,
) -> None:
    patients = read_table(sheet, table="check/samples.tsv")
    profiles = {}
    for layer, path in zip(layers, matrices, strict=True):
        values = read_matrix(
            path,
            name=layer["name"],
            orientation=layer["orientation"],
            cohort_ids=patients["sample_id"].tolist(),
        )
        transform = layer.get("transform", "none")
        values[:] = transform_values(values.to_numpy(), transform=transform)
        profiles[layer["name"]] = values
    table, summary = match_omics(
        Store(Path(store), read_arrays(set_aside)),
        profiles,
        sexes=patients.set_index("sample_id")["sex"],
        pcs=read_table(pcs, table="qc/pcs.tsv"),
        seed=seed,
        threads=threads,
        **options,
    )
    write_table(matches, table, table="qc/omics_match.tsv")
    write_json(record, summary, entry="qc/omics_match.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            sheet=snakemake.input.sheet,
            pcs=snakemake.input.pcs,
            matrices=list(snakemake.input.get("matrices", [])),
            layers=snakemake.params.layers,
            options=snakemake.params.options,
            seed=snakemake.params.seed,
            matches=snakemake.output.matches,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
