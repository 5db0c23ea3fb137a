"""Print what each rule of a finished run took: wall time and peak memory.

    python benchmarks/summarise_run.py results/toy results/toy_null

Snakemake writes a file for each job below results/<cohort>/benchmarks/; this adds them
up by rule. Times on a shared machine are rough: compare within one run.
"""

import sys
from pathlib import Path

import pandas as pd


def summarise_run(folder):
    """Return one row a rule: jobs, seconds in all, and the highest peak in MB."""
    rows = []
    for path in sorted((Path(folder) / "benchmarks").glob("*.tsv")):
        job = pd.read_csv(path, sep="\t").iloc[-1]
        rows.append(
            {"rule": path.name.split(".")[0], "s": job["s"], "mb": job["max_rss"]}
        )
    if not rows:
        sys.exit(f"{folder}: no benchmarks; has the cohort been run?")
    table = (
        pd.DataFrame(rows)
        .groupby("rule")
        .agg(jobs=("s", "size"), seconds=("s", "sum"), peak_mb=("mb", "max"))
    )
    return table.sort_values("seconds", ascending=False)


def main():
    for folder in sys.argv[1:] or ["results/toy"]:
        table = summarise_run(folder)
        sys.stdout.write(f"\n{folder}: {table['seconds'].sum():.0f} s of jobs\n")
        sys.stdout.write(table.round(1).to_string() + "\n")


if __name__ == "__main__":
    main()
