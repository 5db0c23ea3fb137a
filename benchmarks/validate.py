"""Run the workflow on real cohorts and hold what it says against what is known of them.

    make validate DATA=<folder>

The folder has one subfolder for each data set, as the page names them. Each row is a
data set, its known answer, ours, and the difference, all computed here; why they differ
is said in benchmarks/validation/notes.md. A data set that is not there is a row that
says so. Sheets, configs and results stand below --folder, and what is there and up to
date is not computed again; --only repeats single checks or topics, such as strata, and
the page keeps the rows that the others had.
"""

import argparse
import importlib.metadata
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.sections import section_of
from benchmarks.validation import (
    ancestry,
    components,
    contamination,
    exchanges,
    exports,
    fairness,
    fillings,
    foreign_dna,
    karyotypes,
    pedigrees,
    pgx,
    plates,
    populations,
    refusals,
    relatedness,
    sexes,
    strata,
)
from benchmarks.validation.rows import (
    HEAD,
    read_notes,
    read_rows,
    row_not_run,
    write_row,
    write_rows,
)
from benchmarks.validation.workbench import HOME, Workbench

TOPICS = (
    ("Relatives", relatedness),
    ("Sex", sexes),
    ("Karyotypes", karyotypes),
    ("Pedigrees and Mendel errors", pedigrees),
    ("Ancestry components", components),
    ("Ancestry labels", ancestry),
    ("Outliers where one ancestry is a minority", fairness),
    ("Contamination", contamination),
    ("Foreign DNA by genotypes alone", foreign_dna),
    ("Bad plates", plates),
    ("Populations and homozygosity", populations),
    ("Swaps", exchanges),
    ("Files for other programs", exports),
    ("Pharmacogenes", pgx),
    ("Missing positions of pharmacogenes", fillings),
    ("Strata", strata),
    ("What must not be answered", refusals),
)

INTRODUCTION = """\
# Validation on real data

Written by `make validate DATA=<folder>`: the workflow's target `qc` on real cohorts,
with the default configuration unless a row says otherwise, against what is known of
them; pharmacogenes are called by the same code without the rest of the workflow, with
absent genotypes of 1000 Genomes files taken for the reference; strata are those of the
target `strata`. The figures are computed by that command; the last column is written by
hand in `benchmarks/validation/notes.md`. The data are public and not part of the
repository; `not run` marks what was not there.

{versions}.
"""


def versions():
    found = [f"Python {platform.python_version()}"]
    for name in ("snakemake", "numpy", "pandas", "scipy", "scikit-learn", "pgenlib"):
        found.append(f"{name} {importlib.metadata.version(name)}")
    for tool in ("plink2", "bcftools"):
        if shutil.which(tool):
            text = subprocess.run(
                [tool, "--version"], capture_output=True, text=True, check=True
            )
            found.append(text.stdout.splitlines()[0])
    return ", ".join(found)


def said_versions(page):
    """Return the versions that a page names, or blank."""
    found = re.search(r"^(Python .+)\.$", page, flags=re.M)
    return found[1] if found else ""


def run_check(check, bench):
    """Return the rows of a check, and whether it could be carried through."""
    reason = bench.missing(check)
    if reason:
        return [row_not_run(check, reason)], True
    started = time.perf_counter()
    try:
        rows = check.run(bench)
    except Exception as error:  # one data set must not take the others with it
        print(f"{check.name}: failed\n{error}", file=sys.stderr, flush=True)
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        return [row_not_run(check, f"failed: {first}")], False
    print(f"{check.name}: {time.perf_counter() - started:.0f} s", flush=True)
    return rows, True


def write_table(module, rows, notes):
    """Return a topic's section: what it says of its columns, and a row a comparison."""
    said = [module.introduction(), ""] if hasattr(module, "introduction") else []
    head = getattr(module, "HEAD", HEAD)
    return "\n".join([*said, head, *(write_row(row, notes) for row in rows)])


def write_page(sections, notes, *, said=""):
    """Return the page: an introduction, and a section for each topic.

    `said` are the versions of a page that sections were kept of.
    """
    lines = [INTRODUCTION.format(versions=said or versions())]
    for title, text in sections:
        lines += [f"## {title}", "", text, ""]
    if "_reading" in notes:
        lines += ["## Reading the figures", "", notes["_reading"], ""]
    return "\n".join(lines).rstrip() + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--folder", type=Path, default=HOME / "results/validation")
    parser.add_argument("--out", type=Path, default=HOME / "docs/validation.md")
    parser.add_argument(
        "--only", nargs="+", metavar="CHECK", help="names of checks or modules"
    )
    parser.add_argument("--cores", type=int, default=min(2, os.cpu_count() or 1))
    words = parser.parse_args()
    if not words.data.is_dir():
        sys.exit(f"there is no folder {words.data}")
    bench = Workbench(words.data.resolve(), words.folder.resolve(), words.cores)
    bench.folder.mkdir(parents=True, exist_ok=True)
    notes, sections, sound, said = read_notes(), [], True, ""
    before = words.out.read_text() if words.out.is_file() else ""
    for title, module in TOPICS:
        rows = []
        own = module.__name__.rpartition(".")[2]
        for check in module.CHECKS:
            kept = bench.folder / f"rows/{check.name}.json"
            if not words.only or {check.name, own} & set(words.only):
                found, fine = run_check(check, bench)
                write_rows(kept, found)
                sound &= fine
            rows += read_rows(kept)
        table = write_table(module, rows, notes)
        if not rows:  # nothing of it was ever run here: the page keeps what it says
            table = section_of(before, title) or table
            said = said_versions(before)
        sections.append((title, table))
    words.out.write_text(write_page(sections, notes, said=said))
    sys.exit(0 if sound else 1)


if __name__ == "__main__":
    main()
