"""Measure PCA and KING against plink2 with each linear algebra that it can load.

    python -m benchmarks.blas_speed

plink2's PCA is matrix products, so its time is that of the BLAS it finds: Debian's
package takes the reference BLAS unless libopenblas0 is installed. Every library found
is named and tried, each on one thread and on all; seconds are of the processor, which
other work on the machine moves less than the clock. The section "PCA and the linear
algebra beneath" of docs/benchmarks.md is the result.
"""

import argparse
import re
import shlex
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks.compare import (
    HOME,
    STEPS,
    THREADS,
    Run,
    plink2,
    processor,
    simulate,
    time_command,
    versions,
)
from benchmarks.sections import put_section

TITLE = "PCA and the linear algebra beneath"
NAMES = {"blas": "reference BLAS", "openblas": "OpenBLAS", "mkl": "MKL"}


def find_blas():
    """Return name → folder of each BLAS there is, and the name of plink2's own."""
    # Debian's is a script that chooses among programs beside it.
    program = Path(shutil.which("plink2")).resolve()
    programs = [program, *sorted(program.parent.glob("plink2-*"))]
    linked = None
    for path in programs:
        done = subprocess.run(["ldd", path], capture_output=True, text=True)
        found = re.search(r"libblas\.so\.3 => (\S+)", done.stdout)
        linked = linked or (found and Path(found[1]).resolve())
    if linked is None:
        sys.exit("plink2 links no libblas.so.3, so its linear algebra cannot be named")
    folders = {name_of(path): path for path in linked.parents[1].glob("*/libblas.so.3")}
    return {name: path.parent for name, path in folders.items()}, name_of(linked)


def name_of(path):
    """Return what a library is called, by the folder it lies in."""
    folder = path.resolve().parent.name.split("-")[0]
    return NAMES.get(folder, folder)


def with_blas(folder, n_threads, command):
    """Return a command with a BLAS of its own."""
    words = [f"LD_LIBRARY_PATH={folder}"]
    words += [f"{n}_NUM_THREADS={n_threads}" for n in ("OMP", "OPENBLAS", "MKL")]
    return f"env {shlex.join(words)} {command}"


def compare(vcf, folder, *, turns):
    """Yield rows of a table: ours, then plink2 with each BLAS, in processor seconds."""
    ours, theirs, log = folder / "genostrat", folder / "plink2", folder / "log.txt"
    time_command(f"{STEPS} import {vcf} {ours}", Run(), log)
    time_command(plink2(f"--vcf {vcf} --make-pgen --out {theirs}"), Run(), log)
    libraries, default = find_blas()
    pca = plink2(f"--pfile {theirs} --pca approx 10 --out {theirs}.pca")
    commands = {"genostrat": f"{STEPS} pca {ours}"}
    for name, place in libraries.items():
        for n_threads in sorted({1, THREADS}):
            said = f"plink2, {name}, {n_threads} of its threads"
            said += ", as installed" if name == default else ""
            commands[said] = with_blas(place, n_threads, pca)
    runs = {name: Run() for name in commands}
    time_command(commands["genostrat"], Run(), log)
    for _ in range(turns):
        for name, command in commands.items():
            time_command(command, runs[name], log)
            print(f"{name}: {runs[name].cpu[-1]:.1f} s", flush=True)
    own = statistics.median(runs["genostrat"].cpu)
    for name, run in runs.items():
        spread = f"{min(run.cpu):.1f}–{max(run.cpu):.1f}"
        median = statistics.median(run.cpu)
        yield (
            f"| {name} | {median:.1f} ({spread}) | {statistics.median(run.wall):.1f} |"
            f" {run.peak_mb:,.0f} | {own / median:.2f} |"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=HOME / "results/bench")
    parser.add_argument("--samples", type=int, default=2504)
    parser.add_argument("--variants", type=int, default=222_000)
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HOME / "docs/benchmarks.md")
    words = parser.parse_args()
    if shutil.which("plink2") is None:
        sys.exit("plink2 is not installed: nothing to compare with")
    words.folder.mkdir(parents=True, exist_ok=True)
    size = ("--samples", str(words.samples), "--variants", str(words.variants))
    vcf = simulate(words.folder / f"blas_{words.samples}.vcf.gz", *size)
    rows = compare(vcf, words.folder, turns=words.turns)
    text = [
        f"`python -m benchmarks.blas_speed`, on {processor()}: {versions()}. The first"
        f" 10 components of {words.samples:,} × {words.variants:,} simulated genotypes,"
        f" median of {words.turns} turn{'s' if words.turns > 1 else ''}.",
        "",
        "| program | processor s (range) | wall s | MB | genostrat's processor time |",
        "|---|---|---|---|---|",
        *rows,
        "",
        "plink2's PCA multiplies matrices with the BLAS that the system gives it, and"
        " spends what that takes; ours is written for genotypes and links none. A"
        " comparison that does not say which BLAS it was says little.",
    ]
    page = words.out.read_text()
    words.out.write_text(
        put_section(page, TITLE, "\n".join(text), before="Reading the figures")
    )


if __name__ == "__main__":
    main()
