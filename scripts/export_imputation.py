"""Write what an imputation server takes, and say what it does not."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from genostrat.exports.cleaned import choose_samples, name_variants
from genostrat.exports.imputation import (
    ImputationRules,
    choose_variants,
    describe_imputation,
    write_imputation,
)
from genostrat.genome.sequence import Genome
from genostrat.genotypes.builds import BUILDS
from genostrat.genotypes.store import Store
from genostrat.job import run_job
from genostrat.joblog import warn_of
from genostrat.privacy import make_folder, owner_only
from genostrat.tables import read_arrays, read_json, read_lines, write_json, write_table

log = logging.getLogger("genostrat")


def main(
    *,
    store: str,
    set_aside: str,
    inputs: str,
    families: str,
    fasta: Sequence[str],
    build: str,
    rules: Mapping[str, Any],
    folder: str,
    left_out: str,
    record: str,
    threads: int,
) -> None:
    cohort = Store(Path(store), read_arrays(set_aside))
    rows = [line.split("\t") for line in read_lines(families)]
    samples = choose_samples(cohort, rows, family_of={})
    asked = ImputationRules(**rules)
    with ExitStack() as stack:
        genome = stack.enter_context(Genome(fasta[0], build=build)) if fasta else None
        chosen = choose_variants(
            cohort,
            name_variants(cohort),
            samples,
            rules=asked,
            genome=genome,
            ref_provisional=bool(read_json(inputs)["ref_provisional"]),
            threads=threads,
        )
    with owner_only():
        make_folder(folder)
        written = write_imputation(
            folder, cohort, chosen, samples, rules=asked, build=BUILDS[build]
        )
        summary = describe_imputation(
            chosen, written, samples, rules=asked, build=BUILDS[build]
        )
        write_table(left_out, chosen.left_out, table="exports/imputation_left_out.tsv")
        write_json(record, summary, entry="exports/imputation.json")
    counted = ", ".join(f"{n} {name}" for name, n in chosen.n_by_reason.items())
    log.info("left out for imputation: %s", counted or "nothing")
    unchecked = (
        "REF of the files for imputation was held against no genome: name its sequence"
        " in genotypes.fasta"
    )
    warn_of(
        [chosen.reason or unchecked] if not chosen.n_checked or chosen.reason else []
    )


if __name__ == "__main__":
    with run_job(snakemake):
        main(
            store=snakemake.input.store,
            set_aside=snakemake.input.set_aside,
            inputs=snakemake.input.inputs,
            families=snakemake.input.families,
            fasta=snakemake.input.get("fasta", []),
            build=snakemake.params.build,
            rules=snakemake.params.rules,
            folder=snakemake.output.folder,
            left_out=snakemake.output.left_out,
            record=snakemake.output.record,
            threads=snakemake.threads,
        )
