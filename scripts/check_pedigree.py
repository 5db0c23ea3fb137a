"""Hold the sheet's families against the genotypes."""

from pathlib import Path

from genostrat.genotypes.builds import BUILDS
from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.qc.relatedness.kinship import KinshipOptions
from genostrat.qc.relatedness.mendel import choose_sexes, count_mendel_errors
from genostrat.qc.relatedness.pedigree import check_pedigree
from genostrat.qc.relatedness.relationships import drop_doubtful
from genostrat.sheets.pedigree import read_pedigree
from genostrat.tables import read_arrays, read_table, write_table


def main(
    *,
    store: str,
    set_aside: str,
    sheet: str,
    sex: str,
    pairs: str,
    build: str,
    kinship_options: dict[str, float],
    mendel_options: dict[str, float],
    pedigree: str,
    mendel: str,
    threads: int,
) -> None:
    genotypes = Store(Path(store), read_arrays(set_aside))
    families = read_pedigree(read_table(sheet, table="check/samples.tsv"))
    compared = check_pedigree(
        genotypes,
        drop_doubtful(read_table(pairs, table="qc/relatedness.tsv")),
        pedigree=families,
        options=KinshipOptions(**kinship_options),
        threads=threads,
    )
    errors = count_mendel_errors(
        genotypes,
        families,
        sexes=choose_sexes(read_table(sex, table="qc/sex.tsv")),
        build=BUILDS[build],
        threads=threads,
        **mendel_options,
    )
    write_table(pedigree, compared, table="qc/pedigree.tsv")
    write_table(mendel, errors, table="qc/mendel.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            sheet=snakemake.input.sheet,
            sex=snakemake.input.sex,
            pairs=snakemake.input.pairs,
            build=snakemake.params.build,
            kinship_options=snakemake.params.kinship,
            mendel_options=snakemake.params.mendel,
            pedigree=snakemake.output.pedigree,
            mendel=snakemake.output.mendel,
            threads=snakemake.threads,
        )
