"""List samples whose labels look exchanged, with the evidence."""

from genostrat.job import run_job
from genostrat.qc.identity.swaps import detect_swaps
from genostrat.qc.relatedness.relationships import drop_doubtful
from genostrat.tables import read_table, write_table


def main(
    *,
    sheet: str,
    sex: str,
    relatedness: str,
    pedigree: str,
    mendel: str,
    omics: str,
    swaps: str,
) -> None:
    table = detect_swaps(
        read_table(sheet, table="check/samples.tsv"),
        sex=read_table(sex, table="qc/sex.tsv"),
        relatedness=drop_doubtful(read_table(relatedness, table="qc/relatedness.tsv")),
        pedigree=read_table(pedigree, table="qc/pedigree.tsv"),
        mendel=read_table(mendel, table="qc/mendel.tsv"),
        omics=read_table(omics, table="qc/omics_match.tsv"),
    )
    write_table(swaps, table, table="qc/swaps.tsv")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            sheet=snakemake.input.sheet,
            sex=snakemake.input.sex,
            relatedness=snakemake.input.relatedness,
            pedigree=snakemake.input.pedigree,
            mendel=snakemake.input.mendel,
            omics=snakemake.input.omics,
            swaps=snakemake.output.swaps,
        )
