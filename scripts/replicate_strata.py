"""Say whether the strata are there at centres that took no part in finding them."""

from genostrat.centres.replication import replicate, weigh_layers
from genostrat.job import run_job
from genostrat.seeds import random_generator
from genostrat.tables import read_parquet, read_table, write_table


def main(
    *, features: str, assignments: str, samples: str, seed: int, replication: str
) -> None:
    profile = read_parquet(features)
    sheet = read_table(samples, table="check/samples.tsv").set_index("sample_id")
    strata = read_table(assignments, table="strata/assignments.tsv")
    placed = strata[strata["stratum"] != ""].set_index("sample_id")["stratum"]
    profile = profile[profile["sample_id"].isin(placed.index)]
    people = profile["sample_id"].astype(str)
    centres = sheet["centre"] if "centre" in sheet else sheet["sex"].map(lambda _: "")
    table = replicate(
        weigh_layers(profile.drop(columns="sample_id")),
        list(placed.reindex(people)),
        list(centres.reindex(people)),
        rng=random_generator(seed, "replicate_strata"),
    )
    write_table(replication, table, table="strata/replication.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            features=snakemake.input.features,
            assignments=snakemake.input.assignments,
            samples=snakemake.input.samples,
            seed=snakemake.params.seed,
            replication=snakemake.output.replication,
        )
