"""What do checksums cost? Their share of the processor time of a finished run.

    python -m benchmarks.checksum_cost results/toy --write

Every record of the run is gone through as its job did: what it read is held against
what was recorded of it, and what it wrote is read and recorded again (in a copy). The
processor time of that is divided by that of all jobs, as Snakemake measured them.
"""

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

import pandas as pd

from benchmarks.sections import put_section
from genostrat.integrity import check_inputs, read_records, write_record

HOME = Path(__file__).resolve().parents[1]
PAGE, TITLE = HOME / "docs/robustness.md", "What checksums cost"
#: Turns of which the fastest counts, as other work only makes them slower.
TURNS = 3


def record_again(root, name, record):
    """Write the record of a job anew, from the files that are there."""
    keys = ("rule", "script", "code", "parameters", "software", "environment")
    write_record(
        root,
        name,
        outputs=[root / path for path in record["outputs"]],
        inputs=record["inputs"],
        **{key: record[key] for key in keys},
    )


def time_job(root, name, record):
    """Return seconds of processor for checking what a job read, and recording."""
    started = time.process_time()
    inside = [root / path for path in record["inputs"] if not path.startswith("..")]
    check_inputs(inside, home=root)
    record_again(root, name, record)
    return time.process_time() - started


def measure(folder):
    """Return the seconds of checksums, of all jobs, and the bytes that were hashed."""
    with tempfile.TemporaryDirectory() as work:
        root = Path(work) / folder.parent.name / folder.name
        shutil.copytree(folder, root)
        records = read_records(root)
        sizes = {
            path: known["bytes"]
            for record in records.values()
            for path, known in record["outputs"].items()
        }
        for path, size in sizes.items():
            # Of temporary files that are gone, others of their size are read.
            if not (root / path).exists():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(os.urandom(size))
        for name, record in records.items():
            record_again(root, name, record)
        spent = sum(
            min(time_job(root, name, record) for _ in range(TURNS))
            for name, record in records.items()
        )
        read = [sizes.get(p, 0) for r in records.values() for p in r["inputs"]]
        n_bytes = sum(sizes.values()) + sum(read)
    tables = [pd.read_csv(p, sep="\t") for p in sorted(folder.glob("benchmarks/*.tsv"))]
    jobs = pd.to_numeric(pd.concat(tables)["cpu_time"], errors="coerce").sum()
    return spent, float(jobs), n_bytes


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path, help="results of a cohort")
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.name}")
    words = parser.parse_args()
    spent, jobs, n_bytes = measure(words.folder.resolve())
    text = (
        f"`python -m benchmarks.checksum_cost results/{words.folder.name} --write`:"
        f" {spent:.2f} s of processor for {n_bytes / 1e6:,.0f} MB read and hashed,"
        f" of {jobs:.0f} s"
        f" that all jobs of the cohort took: {100 * spent / jobs:.2f} % of a run."
    )
    print(text)
    if words.write:
        PAGE.write_text(put_section(PAGE.read_text(), TITLE, text))


if __name__ == "__main__":
    main()
