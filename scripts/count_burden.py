"""Count rare variants of the patients that quality control kept, by gene and set."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.profile.burden import Rules, count_burden
from genostrat.profile.burden_genes import read_genes
from genostrat.qc.kept import read_kept
from genostrat.sheets.gene_sets import read_all_gene_sets
from genostrat.tables import read_arrays, read_lines, write_table


def main(
    *,
    store: str,
    set_aside: str,
    keep: str,
    unrelated: str,
    gene_sets: list[str],
    gene_map: str | None,
    build: str,
    rules: Mapping[str, Any],
    burden: str,
    genes: str,
    sets: str,
) -> None:
    counted = count_burden(
        Store(Path(store), read_arrays(set_aside)),
        keep=read_kept(keep),
        unrelated=read_lines(unrelated),
        rules=Rules(**rules),
        gene_sets=read_all_gene_sets(gene_sets),
        gene_map=read_genes(gene_map, build=build) if gene_map else None,
    )
    write_table(burden, counted.values, table="profile/burden.tsv")
    write_table(genes, counted.genes, table="profile/burden_genes.tsv")
    write_table(sets, counted.sets, table="profile/burden_sets.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            keep=snakemake.input.keep,
            unrelated=snakemake.input.unrelated,
            gene_sets=list(snakemake.input.gene_sets),
            gene_map=next(iter(snakemake.input.gene_map), None),
            build=snakemake.params.build,
            rules=snakemake.params.rules,
            burden=snakemake.output.burden,
            genes=snakemake.output.genes,
            sets=snakemake.output.sets,
        )
