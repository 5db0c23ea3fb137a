"""Measure the genotype work against plink2, bcftools, scikit-allel and cyvcf2.

    make bench

Whole processes are timed from outside, start-up included, ours and its peers in turn;
the median of several turns counts. Everything is simulated below --folder but the 1000
Genomes panel, which is used where --panel names it. The result is docs/benchmarks.md.
"""

import argparse
import importlib.metadata
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.sections import renew_page

HOME = Path(__file__).resolve().parent.parent
STEPS = f"{shlex.quote(sys.executable)} {HOME}/benchmarks/steps.py"
THREADS = 2


@dataclass
class Run:
    """What the turns of one command took."""

    wall: list = field(default_factory=list)
    cpu: list = field(default_factory=list)
    peak_mb: float = 0.0


@dataclass
class Comparison:
    """One step: our command, and for each peer its name, command and target ratio."""

    title: str
    ours: str
    peers: dict
    targets: dict = field(default_factory=dict)
    turns: int = 3
    runs: dict = field(default_factory=dict)


def time_command(command, run, log):
    """Run a command; add its wall and CPU seconds and peak memory to a Run."""
    environment = os.environ | {"PYTHONPATH": str(HOME), "OMP_NUM_THREADS": "1"}
    started = time.perf_counter()
    with log.open("ab") as out:
        child = subprocess.Popen(
            shlex.split(command), stdout=out, stderr=out, env=environment
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if status:
        sys.exit(f"failed ({status}): {command}; see {log}")
    run.wall.append(time.perf_counter() - started)
    run.cpu.append(usage.ru_utime + usage.ru_stime)
    run.peak_mb = max(run.peak_mb, usage.ru_maxrss / 1024)


def measure(comparison, log):
    """Time all commands of a comparison in turn; the first turn fills the caches."""
    commands = {"genostrat": comparison.ours} | comparison.peers
    comparison.runs = {name: Run() for name in commands}
    time_command(comparison.ours, Run(), log)
    for _ in range(comparison.turns):
        for name, command in commands.items():
            time_command(command, comparison.runs[name], log)
    print(
        f"  {comparison.title}: "
        + ", ".join(
            f"{name} {statistics.median(run.wall):.2f} s"
            for name, run in comparison.runs.items()
        ),
        flush=True,
    )


def row_of(comparison):
    ours = comparison.runs["genostrat"]
    own = f"{seconds(ours)} | {ours.peak_mb:,.0f}"
    rows = []
    for name in comparison.peers:
        run = comparison.runs[name]
        ratio = statistics.median(ours.wall) / statistics.median(run.wall)
        target = comparison.targets.get(name)
        aim = "" if target is None else f"≤ {target}"
        rows.append(
            f"| {comparison.title} | {own} | {name} | {seconds(run)} |"
            f" {run.peak_mb:,.0f} | **{ratio:.2f}** | {aim} |"
        )
    return "\n".join(rows)


def seconds(run):
    spread = f"{min(run.wall):.2f}–{max(run.wall):.2f}" if len(run.wall) > 1 else "once"
    return f"{statistics.median(run.wall):.2f} ({spread})"


def simulate(path, *options):
    if not Path(f"{path}.tbi").is_file():  # written last
        print(f"simulating {path.name}", flush=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, HOME / "benchmarks/simulate_panel.py", path, *options],
            check=True,
        )
    return path


def plink2(words):
    return f"plink2 --threads {THREADS} --silent {words}"


def compare_cohort(vcf, folder, *, slow_turns, readers_too=False):
    """Every step on one cohort; cyvcf2 and scikit-allel too where it is small."""
    ours, theirs = folder / "genostrat", folder / "plink2"
    folder.mkdir(parents=True, exist_ok=True)
    pgen = f"--pfile {theirs}"
    readers = f"{shlex.quote(sys.executable)} {HOME}/benchmarks/readers.py"
    steps = [
        Comparison(
            "import",
            f"{STEPS} import {vcf} {ours}",
            {"plink2 --make-pgen": plink2(f"--vcf {vcf} --make-pgen --out {theirs}")},
            {"plink2 --make-pgen": 0.6},
            turns=5,
        ),
        Comparison(
            "counts by sample and variant, HWE",
            f"{STEPS} counts {ours}",
            {
                "plink2 --missing --freq --hardy --sample-counts": plink2(
                    f"{pgen} --missing --freq counts --hardy --sample-counts"
                    f" --out {theirs}.counts"
                )
            },
            {"plink2 --missing --freq --hardy --sample-counts": 1.5},
            turns=5,
        ),
        Comparison(
            "KING-robust, all pairs",
            f"{STEPS} king {ours}",
            {
                "plink2 --make-king-table": plink2(
                    f"{pgen} --make-king-table --king-table-filter 0.05"
                    f" --out {theirs}.king"
                )
            },
            {"plink2 --make-king-table": 1.0},
            turns=5,
        ),
        Comparison(
            "PCA, 10 components",
            f"{STEPS} pca {ours}",
            {
                "plink2 --pca approx": plink2(
                    f"{pgen} --pca approx 10 --out {theirs}.pca"
                )
            },
            {"plink2 --pca approx": 0.2},
            turns=slow_turns,
        ),
        Comparison(
            "variant summary",
            f"{STEPS} summary {ours}",
            {"bcftools stats -s -": f"bcftools stats -s - {vcf}"},
            {"bcftools stats -s -": 0.1},
            turns=slow_turns,
        ),
        Comparison(
            "VCF to counts, KING and PCA",
            f"{STEPS} all {vcf} {ours}",
            {
                "plink2, all in one": plink2(
                    f"--vcf {vcf} --make-pgen --missing --freq counts --hardy"
                    " --sample-counts --make-king-table --king-table-filter 0.05"
                    f" --pca approx 10 --out {theirs}.all"
                )
            },
            {"plink2, all in one": 0.4},
            turns=slow_turns,
        ),
    ]
    if readers_too:
        steps.append(
            Comparison(
                "import, all genotypes to memory",
                f"{STEPS} import {vcf} {ours}",
                {
                    "cyvcf2": f"{readers} cyvcf2 {vcf}",
                    "scikit-allel": f"{readers} allel {vcf}",
                },
                turns=slow_turns,
            )
        )
    return steps


def compare_reads(vcf, folder):
    """Read a file with AD, DP, GQ and PL, read metrics included."""
    folder.mkdir(parents=True, exist_ok=True)
    peer = "plink2 --make-pgen (GT only)"
    stats = "bcftools stats -s -"
    return [
        Comparison(
            "import with read metrics",
            f"{STEPS} import {vcf} {folder}/genostrat",
            {peer: plink2(f"--vcf {vcf} --make-pgen --out {folder}/plink2")},
            {peer: 1.0},
        ),
        Comparison(
            "variant summary",
            f"{STEPS} summary {folder}/genostrat",
            {stats: f"bcftools stats -s - {vcf}"},
            {stats: 0.1},
            turns=1,
        ),
    ]


def compare_growth(folder, sizes):
    """Measure at several sizes: ours, and its ratio to plink2."""
    for n_samples, n_variants in sizes:
        name = f"{n_samples}x{n_variants}"
        vcf = simulate(
            folder / f"{name}.vcf.gz",
            *("--samples", str(n_samples), "--variants", str(n_variants)),
        )
        own = folder / name
        rows = {c.title: c for c in compare_cohort(vcf, own, slow_turns=1)}
        steps = (
            "import",
            "counts by sample and variant, HWE",
            "KING-robust, all pairs",
        )
        for title in steps:
            rows[title].turns = 3
            measure(rows[title], folder / "log.txt")
        pca = rows["PCA, 10 components"]
        pca.peers = {}
        measure(pca, folder / "log.txt")
        cells = [f"{n_samples:,}", f"{n_variants:,}"]
        for title in steps:
            own_run, peer = rows[title].runs["genostrat"], list(rows[title].runs)[1]
            ratio = statistics.median(own_run.wall) / statistics.median(
                rows[title].runs[peer].wall
            )
            cells.append(
                f"{statistics.median(own_run.wall):.2f} s, {own_run.peak_mb:,.0f} MB"
                f" ({ratio:.2f})"
            )
        run = pca.runs["genostrat"]
        cells.append(f"{statistics.median(run.wall):.2f} s, {run.peak_mb:,.0f} MB")
        yield "| " + " | ".join(cells) + " |"


HEAD = (
    "| step | genostrat, s (range) | MB | peer | s (range) | MB | ratio | aim |\n"
    "|---|---|---|---|---|---|---|---|"
)


def versions():
    found = [f"Python {platform.python_version()}"]
    for name in ("numpy", "numba", "isal", "pgenlib", "cyvcf2", "scikit-allel"):
        found.append(f"{name} {importlib.metadata.version(name)}")
    for command in (["plink2", "--version"], ["bcftools", "--version"]):
        text = subprocess.run(command, capture_output=True, text=True, check=True)
        found.append(text.stdout.splitlines()[0])
    return ", ".join(found)


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return f"{names[0]}, {len(names)} processors"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=HOME / "results/bench")
    parser.add_argument("--panel", type=Path, help="VCF of the 1000 Genomes panel")
    parser.add_argument("--out", type=Path, default=HOME / "docs/benchmarks.md")
    parser.add_argument("--slow-turns", type=int, default=3)
    parser.add_argument("--samples", type=int, default=2504)
    parser.add_argument("--variants", type=int, default=222_000)
    parser.add_argument("--reads-variants", type=int, default=20_000)
    words = parser.parse_args()
    for tool in ("plink2", "bcftools"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is not installed: nothing to compare with")
    folder = words.folder
    folder.mkdir(parents=True, exist_ok=True)
    size = ("--samples", str(words.samples))
    plain = simulate(folder / "plain.vcf.gz", *size, "--variants", str(words.variants))
    reads = simulate(
        folder / "reads.vcf.gz",
        *size,
        *("--variants", str(words.reads_variants), "--reads"),
    )
    sections = [
        (
            f"Simulated, GT only: {words.samples:,} × {words.variants:,}",
            compare_cohort(plain, folder / "plain", slow_turns=words.slow_turns),
        ),
        (
            f"Simulated, GT:AD:DP:GQ:PL: {words.samples:,} × {words.reads_variants:,}",
            compare_reads(reads, folder / "reads"),
        ),
    ]
    if words.panel:
        sections.append(
            (
                f"1000 Genomes panel ({words.panel.parent.name})",
                compare_cohort(
                    words.panel, folder / "panel", slow_turns=3, readers_too=True
                ),
            )
        )
    text = [INTRODUCTION.format(processor=processor(), versions=versions())]
    for title, comparisons in sections:
        print(title, flush=True)
        for comparison in comparisons:
            measure(comparison, folder / "log.txt")
        text += [f"## {title}\n", HEAD, *map(row_of, comparisons), ""]
    print("growth", flush=True)
    sizes = [(2504, 22_000), (5008, 22_000), (10_000, 22_000), (2504, 88_000)]
    text += [GROWTH, *compare_growth(folder / "growth", sizes), ""]
    before = words.out.read_text(encoding="utf-8") if words.out.is_file() else ""
    page = renew_page(before, "\n".join(text), own=OWN)
    words.out.write_text(page, encoding="utf-8")


#: How titles of the sections that are written here begin; others are kept.
OWN = ("Simulated, ", "1000 Genomes panel", "How cost grows")

INTRODUCTION = """\
# Benchmarks

Written by `make bench`: whole processes, start-up included, on {threads} threads each,
compiled code cached, ours and its peers in turn within one run. Seconds are medians
with the range in brackets; MB is peak resident memory; the ratio is ours to the peer's,
below 1 where ours is faster. "aim" is what the project set out for.

Processor: {processor}. {versions}.
""".replace("{threads}", str(THREADS))

GROWTH = """\
## How cost grows

Simulated, GT only. In brackets the ratio to plink2 on the same file.

| samples | variants | import | counts | KING | PCA |
|---|---|---|---|---|---|"""

if __name__ == "__main__":
    main()
