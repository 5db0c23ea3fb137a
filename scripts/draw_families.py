"""Draw the family graph of the samples that are kept, as a pedigree file."""

from genostrat.exports.families import draw_families
from genostrat.job import run_job
from genostrat.privacy import owner_only
from genostrat.qc.kept import read_kept
from genostrat.tables import read_table, write_json, write_lines, write_table


def main(
    *,
    sheet: str,
    sex: str,
    pedigree: str,
    pairs: str,
    keep: str,
    ped: str,
    links: str,
    record: str,
) -> None:
    families = draw_families(
        read_table(sheet, table="check/samples.tsv"),
        pedigree=read_table(pedigree, table="qc/pedigree.tsv"),
        pairs=read_table(pairs, table="qc/relatedness.tsv"),
        sex=read_table(sex, table="qc/sex.tsv"),
        kept=read_kept(keep),
    )
    with owner_only():
        write_lines(ped, map("\t".join, families.rows), entry="exports/families.ped")
        write_table(links, families.links, table="exports/family_links.tsv")
        write_json(record, families.record, entry="exports/families.json")


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            sheet=snakemake.input.sheet,
            sex=snakemake.input.sex,
            pedigree=snakemake.input.pedigree,
            pairs=snakemake.input.pairs,
            keep=snakemake.input.keep,
            ped=snakemake.output.ped,
            links=snakemake.output.links,
            record=snakemake.output.record,
        )
