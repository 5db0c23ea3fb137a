"""Place patients among the components of the reference panel, each on their own."""

from pathlib import Path

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.panel.files import is_strand_known
from genostrat.qc.panel.space import PanelSpace, no_places, place_samples
from genostrat.tables import read_arrays, read_json, write_table


def main(*, store: str, inputs: str, space: str, places: str) -> None:
    frozen = PanelSpace.from_arrays(read_arrays(space))
    table = (
        no_places()
        if frozen is None
        else place_samples(
            Store(Path(store)),
            frozen,
            strand_known=is_strand_known(read_json(inputs)),
        )
    )
    write_table(places, table, table="qc/panel_places.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            inputs=snakemake.input.inputs,
            space=snakemake.input.space,
            places=snakemake.output.places,
        )
