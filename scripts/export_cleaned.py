"""Write the cleaned set for other programs, and PLINK's lists of it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from genostrat.exports.cleaned import (
    choose_samples,
    describe_cleaned,
    list_excluded,
    name_variants,
    prune_variants,
    read_source_families,
    write_cleaned,
)
from genostrat.genotypes.builds import BUILDS
from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.privacy import owner_only
from genostrat.qc.panel.sites import SiteRules
from genostrat.tables import read_arrays, read_json, read_lines, write_json, write_lines


def main(
    *,
    store: str,
    set_aside: str,
    inputs: str,
    families: str,
    unrelated: str,
    build: str,
    formats: Sequence[str],
    contig_names: str,
    sites: Mapping[str, float],
    folder: str,
    lists: Mapping[str, str],
    record: str,
    threads: int,
) -> None:
    aside, reading = read_arrays(set_aside), read_json(inputs)
    cohort = Store(Path(store), aside)
    rows = [line.split("\t") for line in read_lines(families)]
    family_of = read_source_families(reading["source"], reading["files"])
    samples = choose_samples(cohort, rows, family_of=family_of)
    variants = name_variants(cohort)
    excluded = list_excluded(store, aside)
    pruned = prune_variants(
        cohort,
        variants,
        unrelated=read_lines(unrelated),
        rules=SiteRules(**sites),
        threads=threads,
    )
    removed = sorted(set(cohort.samples) - set(samples.names))
    is_provisional = bool(reading["ref_provisional"])
    content = {
        "keep": [f"{row.family}\t{row.name}" for row in samples.rows],
        "remove": [f"{family_of.get(name, '0')}\t{name}" for name in removed],
        "exclude": excluded,
        "prune_in": pruned.inside,
        "prune_out": pruned.outside,
    }
    with owner_only():
        write_cleaned(
            folder,
            cohort,
            variants,
            samples,
            formats=formats,
            build=BUILDS[build],
            contig_names=contig_names,
            ref_provisional=is_provisional,
        )
        for name, lines in content.items():
            write_lines(lists[name], lines, entry=f"exports/{name}.txt")
        summary = describe_cleaned(
            variants,
            samples,
            n_removed=len(removed),
            n_excluded=len(excluded),
            pruned=pruned,
            formats=formats,
            ref_provisional=is_provisional,
        )
        write_json(record, summary, entry="exports/cleaned.json")


if __name__ == "__main__":
    with run_job(snakemake):
        names = ("keep", "remove", "exclude", "prune_in", "prune_out")
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            inputs=snakemake.input.inputs,
            families=snakemake.input.families,
            unrelated=snakemake.input.unrelated,
            build=snakemake.params.build,
            formats=snakemake.params.formats,
            contig_names=snakemake.params.contig_names,
            sites=snakemake.params.sites,
            folder=snakemake.output.folder,
            lists={name: snakemake.output[f"{name}_list"] for name in names},
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
