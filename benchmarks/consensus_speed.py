"""Measure consensus clustering against ConsensusClusterPlus, and the whole strata step.

    python -m benchmarks.consensus_speed

Whole processes are timed from outside, start-up included; patients are simulated, three
groups of them. The section "Consensus clustering" of docs/benchmarks.md is the result.
The peer takes a quarter of an hour: --peer-resamples shortens it (its time after the
start is then multiplied, and the page says so), --no-peer leaves it out, and --resume
takes what a run before this one has measured of the same.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.compare import HOME, Run, processor, seconds, time_command
from benchmarks.consensus_plus import peer_command, peer_version, why_not
from benchmarks.sections import put_section

START = "Rscript -e library(ConsensusClusterPlus)"
TITLE = "Consensus clustering"
STEPS = f"{shlex.quote(sys.executable)} {HOME}/benchmarks/consensus_steps.py"
KS = (2, 8)
N_FEATURES = 1000
RESAMPLES = 1000
#: Step → our algorithm, the peer's method, and the ratio that was set out for.
PAIRS = {
    "k-means": ("kmeans", "km", 1 / 20),
    "Ward": ("ward", "hc, Ward", 1 / 5),
}
#: Patients → what was set out for the whole step.
WHOLE = {500: "< 300 s", 5000: "< 4,096 MB"}


@dataclass(frozen=True)
class Timer:
    """Times commands, or takes what was measured before.

    Parameters
    ----------
    folder
        Where measurements and the log are kept.
    resume
        Whether a measurement of the same command counts.
    """

    folder: Path
    resume: bool

    def measure(self, name, command, *, turns=1, warm=False):
        """Return the Run of a command; with `warm`, the first turn doesn't count."""
        kept = self.folder / f"{name}.json"
        if self.resume and kept.is_file():
            record = json.loads(kept.read_text())
            if record.pop("command") == command and record.pop("turns") == turns:
                return Run(**record)
        log = self.folder / "log.txt"
        if warm:
            time_command(command, Run(), log)
        run = Run()
        for _ in range(turns):
            time_command(command, run, log)
        record = asdict(run) | {"command": command, "turns": turns}
        kept.write_text(json.dumps(record))
        print(f"{name}: {seconds(run)} s, {run.peak_mb:,.0f} MB", flush=True)
        return run


def matrix_of(folder, n_patients):
    """Simulate patients in a process of its own, so that this one stays small."""
    path = folder / f"patients_{n_patients}.bin"
    if not path.is_file():
        words = ["simulate", str(path), str(n_patients), str(N_FEATURES)]
        subprocess.run(shlex.split(STEPS) + words, check=True, env=environment())
    return path


def environment():
    return os.environ | {"PYTHONPATH": str(HOME)}


def lengthen(run, start, factor):
    """Return the Run that so many times the resamples would take, started once."""
    wall, cpu = (
        [min(began) + factor * (s - min(began)) for s in own]
        for own, began in ((run.wall, start.wall), (run.cpu, start.cpu))
    )
    return Run(wall, cpu, run.peak_mb)


def busy(run):
    """Return median and range of the seconds of processor time."""
    return seconds(Run(run.cpu))


def compare_pair(timer, title, *, patients, turns, peer_resamples):
    """Return a row: ours beside the peer, or ours alone without `peer_resamples`."""
    algorithm, method, aim = PAIRS[title]
    matrix = matrix_of(timer.folder, patients)
    ours = timer.measure(
        f"ours_{algorithm}",
        f"{STEPS} consensus {matrix} {patients} {KS[0]} {KS[1]} {algorithm}"
        f" {RESAMPLES}",
        turns=turns,
        warm=True,
    )
    step = f"consensus of {RESAMPLES:,} resamples, {title}"
    cells = f"| {step} | {busy(ours)} | {ours.peak_mb:,.0f} |"
    if not peer_resamples:
        return f"{cells} not run | | | | ≤ {aim:.2f} |"
    command = peer_command(
        matrix,
        (patients, N_FEATURES),
        timer.folder,
        method=method,
        max_k=KS[1],
        resamples=peer_resamples,
    )
    peer = timer.measure(f"peer_{algorithm}", shlex.join(command))
    if peer_resamples != RESAMPLES:
        start = timer.measure("peer_start", START)
        peer = lengthen(peer, start, RESAMPLES / peer_resamples)
    ratio = statistics.median(ours.cpu) / statistics.median(peer.cpu)
    name = f"ConsensusClusterPlus, {method}"
    if peer_resamples != RESAMPLES:
        name += f" ({peer_resamples:,} resamples, × {RESAMPLES / peer_resamples:g})"
    return (
        f"{cells} {name} | {busy(peer)} | {peer.peak_mb:,.0f} | **{ratio:.3f}** |"
        f" ≤ {aim:.2f} |"
    )


def measure_whole(timer, patients, *, threads):
    """Return a row: the step with its simulated cohorts."""
    matrix = matrix_of(timer.folder, patients)
    run = timer.measure(
        f"strata_{patients}",
        f"{STEPS} strata {matrix} {patients} {KS[0]} {KS[1]} {threads}",
    )
    return (
        f"| {patients:,} | {seconds(run)} | {statistics.median(run.cpu):.0f} |"
        f" {run.peak_mb:,.0f} | {WHOLE.get(patients, '')} |"
    )


def versions():
    names = ("numpy", "numba", "scipy", "scikit-learn")
    ours = [f"{name} {importlib.metadata.version(name)}" for name in names]
    return ", ".join([f"Python {platform.python_version()}", *ours, peer_version()])


INTRODUCTION = """\
Written by `python -m benchmarks.consensus_speed`: {patients} × {features:,} features,
simulated with three groups, 2 to 8 groups tried, resamples of 80 %, start-up
included. Consensus is that of `genostrat.strata.clustering.consensus`, on the
components that the workflow clusters (finding them is in the time), matrices included;
the peer clusters the features, as it is used. Both on one thread, and seconds are those
of the processor, which other work on the machine changes little.

Processor: {processor}. {versions}.
"""

HEAD = """\
| step | genostrat, s (range) | MB | peer | s (range) | MB | ratio | aim |
|---|---|---|---|---|---|---|---|"""

WHOLE_HEAD = """\
The whole step (`cluster_patients`: 200 resamples, two tests against up to 100 simulated
cohorts without groups, gaps between groups) on {threads} threads:

| patients | s | s of processor | MB | aim |
|---|---|---|---|---|"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, default=HOME / "results/bench/consensus")
    parser.add_argument("--out", type=Path, default=HOME / "docs/benchmarks.md")
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--whole", type=int, nargs="*", default=list(WHOLE))
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--threads", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--peer-resamples", type=int, default=RESAMPLES)
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--resume", action="store_true")
    words = parser.parse_args()
    words.folder.mkdir(parents=True, exist_ok=True)
    timer = Timer(words.folder.resolve(), words.resume)
    asked = 0 if words.no_peer or why_not() else words.peer_resamples
    lines = [
        INTRODUCTION.format(
            patients=words.patients,
            features=N_FEATURES,
            processor=processor(),
            versions=versions().rstrip(", "),
        ),
        HEAD,
    ]
    for title in PAIRS:
        lines.append(
            compare_pair(
                timer,
                title,
                patients=words.patients,
                turns=words.turns,
                peer_resamples=asked,
            )
        )
    lines += ["", WHOLE_HEAD.format(threads=words.threads)]
    lines += [measure_whole(timer, n, threads=words.threads) for n in words.whole]
    page = words.out.read_text() if words.out.is_file() else "# Benchmarks\n"
    text = "\n".join(lines)
    words.out.write_text(put_section(page, TITLE, text, before="Reading the figures"))


if __name__ == "__main__":
    main()
