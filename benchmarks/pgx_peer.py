"""Star alleles of one phased VCF by pypgx itself and by this workflow, gene by gene.

    python -m benchmarks.pgx_peer PEER_PYTHON VCF BUILD [--genes TPMT DPYD ...]

PEER_PYTHON is a Python that has pypgx with all its dependencies. pypgx takes absent
positions for the reference, so ours is made to do the same. Prints a Markdown table.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.validation.rows import tally
from benchmarks.validation.star_alleles import call_file, sort_diplotype
from genostrat.pgx.knowledge.loading import load_knowledge

GENES = (
    *("ABCG2", "CYP2B6", "CYP2C19", "CYP2C8", "CYP2C9", "CYP3A4", "CYP3A5", "CYP4F2"),
    *("DPYD", "F5", "IFNL3", "NAT2", "NUDT15", "SLCO1B1", "TPMT", "UGT1A1", "VKORC1"),
)


def call_peer(python, path, build, genes):
    """Return pypgx's calls; genes that it cannot do are left out."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "calls.tsv"
        script = Path(__file__).with_name("pgx_peer_calls.py")
        done = subprocess.run(
            [python, str(script), str(path), build, str(out), *genes],
            env=os.environ | {"PANDAS_FUTURE_INFER_STRING": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(f"pypgx could not be run:\n{done.stderr[-2000:]}")
        return pd.read_csv(out, sep="\t", dtype=str, keep_default_na=False)


def call_ours(path, build, genes):
    """Return our calls of the same genes."""
    knowledge = load_knowledge("pypgx", build=build)
    calls, _ = call_file(path, knowledge, absent="reference", genes=genes)
    return knowledge, calls.diplotypes.astype(str)


def compare(ours, theirs):
    """Return the rows of both, with who agrees."""
    both = ours.merge(theirs, on=["sample_id", "gene"], suffixes=("", "_peer"))
    names = [both[column].map(sort_diplotype) for column in COLUMNS]
    both["agrees"] = names[0] == names[1]
    return both


COLUMNS = ("diplotype", "diplotype_peer")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("python", type=Path)
    parser.add_argument("vcf", type=Path)
    parser.add_argument("build", choices=("GRCh37", "GRCh38"))
    parser.add_argument("--genes", nargs="+", default=list(GENES))
    words = parser.parse_args()
    if not words.python.is_file():
        parser.error(f"there is no Python at {words.python}")
    theirs = call_peer(words.python, words.vcf, words.build, words.genes)
    knowledge, ours = call_ours(words.vcf, words.build, words.genes)
    print("| gene | people | same diplotype | the others | same phenotype |")
    print("|---|---|---|---|---|")
    for name, rows in compare(ours, theirs).groupby("gene"):
        odd = rows[~rows["agrees"]]
        changes = odd["diplotype"].where(odd["diplotype"] != "", "none")
        changes = changes + " (theirs " + odd["diplotype_peer"] + ")"
        has_phenotypes = knowledge.genes[name].method != "none"
        same = (rows["phenotype"] == rows["phenotype_peer"]).sum()
        print(
            f"| {name} | {len(rows)} | {rows['agrees'].sum()} |"
            f" {tally(changes)} | {same if has_phenotypes else 'none given'} |"
        )


if __name__ == "__main__":
    main()
