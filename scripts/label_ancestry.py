"""Label the ancestry of a cohort's samples by a reference panel, if there is one."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.panel.files import is_strand_known
from genostrat.qc.panel.labelling import label_with_panel, label_without_panel
from genostrat.qc.panel.learning import LabelOptions
from genostrat.qc.panel.sites import SiteRules
from genostrat.qc.panel.space import no_space
from genostrat.tables import (
    read_json,
    read_table,
    write_arrays,
    write_json,
    write_table,
)


def main(
    *,
    store: str,
    inputs: str,
    panel_store: str | None,
    panel_inputs: str | None,
    people: str | None,
    options: dict[str, float],
    sites: dict[str, float],
    ancestry: str,
    record: str,
    panel_pcs: str,
    projection: str,
    space: str,
    shares: str,
    seed: int,
    threads: int,
) -> None:
    cohort = Store(Path(store))
    if panel_store is None:
        labelled = label_without_panel(cohort.samples)
    else:
        reading = read_json(panel_inputs)
        labelled = label_with_panel(
            cohort,
            Store(Path(panel_store)),
            people=read_table(people, table="panel/samples.tsv"),
            strand_known=is_strand_known(read_json(inputs), reading),
            options=LabelOptions(**options, sites=SiteRules(**sites)),
            seed=seed,
            threads=threads,
        )
        labelled.record["panel"]["files"] = reading["files"]
    write_table(ancestry, labelled.ancestry, table="qc/ancestry.tsv")
    write_json(record, labelled.record, entry="qc/labels.json")
    write_table(panel_pcs, labelled.panel_pcs, table="qc/panel_pcs.tsv")
    write_table(projection, labelled.projection, table="qc/panel_projection.tsv")
    write_table(shares, labelled.shares, table="qc/ancestry_shares.tsv")
    frozen = labelled.space
    arrays = no_space() if frozen is None else frozen.to_arrays()
    write_arrays(space, entry="qc/panel_space.npz", **arrays)


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            inputs=snakemake.input.inputs,
            panel_store=snakemake.input.get("panel_store") or None,
            panel_inputs=snakemake.input.get("panel_inputs") or None,
            people=snakemake.input.get("people") or None,
            options=snakemake.params.options,
            sites=snakemake.params.sites,
            ancestry=snakemake.output.ancestry,
            record=snakemake.output.record,
            panel_pcs=snakemake.output.panel_pcs,
            projection=snakemake.output.projection,
            space=snakemake.output.space,
            shares=snakemake.output.shares,
            seed=snakemake.params.seed,
            threads=snakemake.threads,
        )
