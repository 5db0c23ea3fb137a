"""Damage files that people give, and hold their readers to what they promise.

    PYTHONPATH=.:tests:scripts python benchmarks/fuzz_inputs.py --cases 100000 --seed 1

Every reader but that of VCF and BCF, which `fuzz_reading.py` has: config, sheet,
overrides, labels of a panel, gene sets and maps, scores, matrices (text, gzip,
Parquet), calls of other tools (tables, JSON, archives), names of medicines, PLINK
filesets to their last genotype, indexes, frozen models with their digests renewed,
the record of releases, and trial records. A case is a valid file
with bytes changed, moved, lost or doubled, or a cell exchanged for an odd one. The
reader may refuse it with an error for the user. Any other exception, a warning, more
than ten seconds, a crash, more than 6 GB, and a table of which rows vanished without a
word are findings; they end the run with status 1. `--only N` repeats one case,
`--readers sheet,yaml` chooses some, and `--write` puts the counts into
`docs/robustness.md`.
"""

import argparse
import json
import os
import resource
import select
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
from model_cases import resign

from benchmarks.fuzz_readers import HOME, Readers, count_rows
from benchmarks.sections import put_section
from genostrat.errors import GenostratError

PATIENCE = 10
#: Seconds after which a process that says nothing is ended, and bytes it may take.
HANGS, ROOM = 120, 6 * 2**30
#: Cases that one process works on.
BATCH = 1000
PAGE, TITLE = HOME / "docs/robustness.md", "Damaged files"
ODD_BYTES = b"\t\n\r :;,./|\\-+0123456789ACGTN.<>*\"'#\0\x7f\xff{}[]&!%@`"
ODD_CELLS = [
    *(
        "",
        " ",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "1e999",
        "1_0",
        "0x1",
        "٣",
        "1,5",
        '"',
        "'",
    ),
    *("=1+1", "+1", "-", "@x", "\x1b[31m", "NA", "null", "true", "a" * 5000, "..", "/"),
    *("0" * 400, "é", "e\u0301", "‮x", "s01", "{}", "[]", "!!x", "&a", "*a", "%", "`"),
]


def damage(data, rng, *, is_text):
    """Return damaged bytes, and whether lines may have gone."""
    data = bytearray(data)
    for _ in range(1 + int(rng.geometric(0.5))):
        kind = rng.integers(7 if is_text else 5)
        at = int(rng.integers(len(data) + 1)) if data else 0
        if kind == 0 and data:
            data[at % len(data)] = rng.choice(list(ODD_BYTES))
        elif kind == 1 and data:
            data[at % len(data)] ^= 1 << int(rng.integers(8))
        elif kind == 2:
            data = data[: max(1, at)]
        elif kind == 3:
            width = int(rng.integers(1, 40))
            data[at:at] = data[at : at + width]
        elif kind == 4:
            width = int(rng.integers(1, 40))
            del data[at : at + width]
        else:
            lines = bytes(data).split(b"\n")
            row = int(rng.integers(len(lines)))
            cells = lines[row].split(b"\t")
            odd = str(rng.choice(ODD_CELLS)).encode()
            cells[int(rng.integers(len(cells)))] = odd
            lines[row] = b"\t".join(cells)
            data = bytearray(b"\n".join(lines))
    return bytes(data)


def judge(readers, name, data, *, show=False):
    """Return what became of a case: refused, read, or a finding in words."""
    _, file, read = readers.all[name]
    path = readers.folder / file
    path.write_bytes(data)
    # Of the processor, so that a busy machine makes no finding.
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            n_rows = read(path)
    except GenostratError as error:
        return f"refused: {error}" if show else "refused"
    except Exception:
        return "finding: " + traceback.format_exc()[-1500:]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if n_rows is not None:
        expected = count_rows(data) + (name == "sets")
        if n_rows != expected:
            return f"finding: {n_rows} rows read of {expected}"
    return "read"


def stop(*_):
    raise TimeoutError(f"more than {PATIENCE} s")


def work(readers, names, numbers, *, seed, sink):
    """Judge cases, and write a line of JSON about each."""
    signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    for number in numbers:
        name = names[number % len(names)]
        data = make_case(readers, name, seed, number)
        valid, file, _ = readers.all[name]
        told = judge(readers, name, data)
        (readers.folder / file).write_bytes(valid)
        if file.startswith("model/"):
            resign(readers.folder / "model")
        sink.write(json.dumps({"case": number, "reader": name, "said": told}) + "\n")
        sink.flush()


def make_case(readers, name, seed, number):
    """Return the damaged bytes of a case."""
    rng = np.random.default_rng([seed, number])
    return damage(readers.all[name][0], rng, is_text=name not in readers.binary)


def run_apart(readers, names, numbers, *, seed):
    """Judge cases in a process of its own; yield what is said of each.

    A case at which the process ended, or said nothing for long, is a finding, and the
    last that is yielded.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        try:
            with os.fdopen(writing, "w") as sink:
                work(readers, names, numbers, seed=seed, sink=sink)
        finally:
            os._exit(0)
    os.close(writing)
    n_done, rest = 0, b""
    while True:
        ready, _, _ = select.select([reading], [], [], HANGS)
        data = os.read(reading, 2**20) if ready else b""
        if not ready:
            os.kill(child, signal.SIGKILL)
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            n_done += 1
            yield json.loads(line)
        if not data:
            break
    os.close(reading)
    _, status = os.waitpid(child, 0)
    if n_done < len(numbers):
        number = numbers[n_done]
        how = f"finding: the process ended (status {status}) or hung"
        yield {"case": number, "reader": names[number % len(names)], "said": how}


def run_cases(readers, names, n_cases, *, seed):
    """Yield what is said of every case."""
    start = 0
    while start < n_cases:
        numbers = range(start, min(start + BATCH, n_cases))
        for said in run_apart(readers, names, numbers, seed=seed):
            start = said["case"] + 1
            yield said


def tabulate(found, names):
    """Return the counts as a table of Markdown."""
    lines = ["| reader | read | refused | findings |", "|---|---:|---:|---:|"]
    for name in names:
        counts = [found[name, how] for how in ("read", "refused", "finding")]
        lines.append(f"| {name} | " + " | ".join(f"{n:,}" for n in counts) + " |")
    return "\n".join(lines)


def repeat(readers, names, number, *, seed):
    """Judge one case and say everything of it."""
    name = names[number % len(names)]
    data = make_case(readers, name, seed, number)
    signal.signal(signal.SIGPROF, stop)
    print(name, repr(data[:3000]), judge(readers, name, data, show=True), sep="\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    parser.add_argument("--readers", default="")
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.name}")
    words = parser.parse_args()
    found, n_findings, started = Counter(), 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        readers = Readers(Path(folder))
        names = sorted(words.readers.split(",") if words.readers else readers.all)
        if words.only is not None:
            repeat(readers, names, words.only, seed=words.seed)
            return
        for said in run_cases(readers, names, words.cases, seed=words.seed):
            how = said["said"].split(":")[0]
            found[said["reader"], how] += 1
            if how == "finding":
                n_findings += 1
                print(json.dumps(said), flush=True)
    table = tabulate(found, names)
    seconds = time.monotonic() - started
    print(table)
    print(f"{sum(found.values())} cases, {n_findings} findings, {seconds:.0f} s")
    if words.write:
        text = (
            f"`python benchmarks/fuzz_inputs.py --cases {words.cases} --seed"
            f" {words.seed} --write`: {sum(found.values()):,} damaged files,"
            f" {n_findings} findings. Refused is a message for the user, and read means"
            " that what was left was whole: no traceback, no crash, no row that"
            f" vanished.\n\n{table}"
        )
        PAGE.write_text(put_section(PAGE.read_text(), TITLE, text))
    sys.exit(bool(n_findings))


if __name__ == "__main__":
    main()
