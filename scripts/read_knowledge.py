"""Read and check the knowledge base, and say which sites it needs."""

from collections.abc import Sequence

from genostrat.job import run_job
from genostrat.pgx.knowledge.loading import choose_genes, load_knowledge
from genostrat.pgx.sites import describe_knowledge, list_sites, write_positions
from genostrat.tables import read_json, write_json, write_table


def main(
    *,
    source: str,
    build: str,
    genes: Sequence[str],
    record: str,
    knowledge: str,
    sites: str,
    positions: str,
) -> None:
    known = choose_genes(load_knowledge(source, build=build), genes=genes)
    write_json(knowledge, describe_knowledge(known), entry="pgx/knowledge.json")
    write_table(sites, list_sites(known), table="pgx/sites.tsv")
    has_prefix = bool(read_json(record).get("chr_prefix"))
    write_positions(positions, known, has_prefix=has_prefix)


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            source=snakemake.params.source,
            build=snakemake.params.build,
            genes=snakemake.params.genes,
            record=snakemake.input.record,
            knowledge=snakemake.output.knowledge,
            sites=snakemake.output.sites,
            positions=snakemake.output.positions,
        )
