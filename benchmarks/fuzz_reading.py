"""Damage genotype files at random, and hold the reader to what it promises of them.

    PYTHONPATH=.:tests python benchmarks/fuzz_reading.py --cases 10000 --seed 1

A case is a valid file with some bytes changed, moved, lost or doubled: in its text
before it is compressed, or in the compressed bytes. The reader may refuse it with an
error for the user, or must make of it what htslib's full parse makes of it. Any other
exception, a crash of the interpreter, a hang, a differing store, and a reading of
records that htslib refuses are findings, and end the run with status 1. `--only N`
repeats one case and says all of it, `--keep FOLDER` leaves the files of findings there.

Cases run in a process of their own, a batch at a time, so that a crash is seen.
"""

import argparse
import gzip
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import traceback
import zlib
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import hostile_vcf
import numpy as np
import pysam
import vcf_routes
from oracle import canonical, is_sequence, read_with_pysam
from oracle_comparison import differences, read_with_genostrat
from vcf_files import simple_records

from genostrat.errors import GenostratError

HOME = Path(__file__).resolve().parents[1]
BATCH = 250
#: Seconds after which a case is taken to hang.
PATIENCE = 60
GOOD = ("same", "refused", "overlooked", "not judged")

BASES = ("gt", "full", "calls", "another_format", "odd_contigs", "sex", "many_alleles")
KINDS = ("gentle", "gentle", "text", "text", "bytes", "inside")
TEXT_ROUTES = ("tbi", "stream", "plain", "gzip", "bcf-stream")
BYTE_ROUTES = ("tbi", "csi", "stream", "gzip", "bcf", "bcf-stream")
ODD_BYTES = b"\t\n\r :;,./|\\-+0123456789ACGTN.<>*\"'#\0\x7f\xff"
ODD_WORDS = [
    *("", ".", "0", "1", "./.", "0/2", "1/", "/1", "0//1", "0/1/1", "-1", "+1", "1.5"),
    *("99999999999", "1e5", "nan", "inf", "0x10", "A,", ",A", "<X>", "*", "a b", "|"),
    *("GT", "DP:GT", "GT:GT", "PASS", "LowQual", ":::", "0:", ":0", "#", "##x"),
    *("chr1", "1", "X", "10", "0/1\t0/1", "0/1\n"),
]


@cache
def base_text(name):
    """Return the bytes of a small valid VCF."""
    rng = np.random.default_rng(BASES.index(name))
    if name == "gt":
        lines = [
            line
            for contig in ("1", "2", "X")
            for line in simple_records(12, 7, rng, contig=contig, step=9_000_000)
        ]
        return hostile_vcf.compose(lines, n_samples=7, contigs=("1", "2", "X"))
    if name == "full":
        lines = hostile_vcf.full_records(14, 5, rng)
        return hostile_vcf.compose(lines, n_samples=5)
    whole = {
        "calls": "calls_of_every_kind",
        "another_format": "another_format_in_every_record",
        "odd_contigs": "contigs_in_odd_order_with_unknown_between",
        "sex": "x_y_mt_and_par",
        "many_alleles": "ten_and_more_alleles",
    }
    return hostile_vcf.WHOLE[whole[name]]()


def damage_bytes(data, rng):
    """Change, lose, add, double or move a few bytes somewhere."""
    if not data:  # an earlier damage took all
        return rng.bytes(4)
    at = int(rng.integers(len(data)))
    size = int(rng.integers(1, 20))
    what = rng.integers(7)
    if what == 0:
        return vcf_routes.flip(data, at, bit=1 << int(rng.integers(8)))
    if what == 1:
        return data[:at] + bytes([int(rng.choice(list(ODD_BYTES)))]) + data[at + 1 :]
    if what == 2:
        return data[:at] + data[at + size :]
    if what == 3:
        return data[:at] + rng.bytes(size) + data[at:]
    if what == 4:
        return data[:at] + data[at : at + size] + data[at:]
    if what == 5:
        to = int(rng.integers(len(data)))
        return data[:to] + data[at : at + size] + data[to + size :]
    return data[:at]


def damage_text(data, rng):
    """Change a VCF's text: its bytes, or its fields and lines as such."""
    if rng.random() < 0.4:
        head = data.rfind(b"\n", 0, data.index(b"\nchr")) if rng.random() < 0.8 else 0
        return data[:head] + damage_bytes(data[head:], rng)
    lines = data.split(b"\n")
    first = next(i for i, line in enumerate(lines) if line.startswith(b"chr"))
    at, to = rng.integers(first, len(lines), 2)
    what = rng.integers(9)
    if what == 0:
        lines.insert(to, lines[at])
    elif what == 1:
        lines[at], lines[to] = lines[to], lines[at]
    elif what == 2:
        del lines[at]
    elif what == 3:
        lines.insert(at, rng.bytes(int(rng.integers(30))).replace(b"\n", b""))
    else:
        lines[at] = damage_fields(lines[at], rng, what=what)
    return b"\n".join(lines)


def change_gently(data, rng):
    """Put a byte in place of one of its kind, so that most files stay right."""
    kinds = (b"0123456789", b"0123", b"/|", b"ACGT", b"ACGTacgt", b".0", b":.")
    start = data.index(b"\nchr")
    while True:
        at = int(rng.integers(start, len(data)))
        fitting = [kind for kind in kinds if data[at] in kind]
        if fitting:
            kind = fitting[int(rng.integers(len(fitting)))]
            new = kind[int(rng.integers(len(kind)))]
            return data[:at] + bytes([new]) + data[at + 1 :]


def damage_fields(line, rng, *, what):
    """Swap, double, lose or replace a field of a line, or a part of a field."""
    fields = line.split(b"\t")
    at, to = rng.integers(len(fields), size=2)
    word = str(rng.choice(ODD_WORDS)).encode()
    if what == 4:
        fields[at], fields[to] = fields[to], fields[at]
    elif what == 5:
        fields.insert(to, fields[at])
    elif what == 6:
        del fields[at]
    elif what == 7:
        fields[at] = word
    else:
        parts = fields[at].split(b":")
        parts[int(rng.integers(len(parts)))] = word
        fields[at] = b":".join(parts)
    return b"\t".join(fields)


def make_case(seed, number, folder):
    """Write the file of a case; return its path, pieces to read in, and description."""
    rng = np.random.default_rng([seed, number])
    base = str(rng.choice(BASES))
    times = int(rng.choice([1, 1, 1, 2, 4]))
    data = base_text(base)
    layout = {"block": int(rng.choice([100, 300, 5000, 65280]))}
    kind = str(rng.choice(KINDS))
    if kind == "gentle":
        route = str(rng.choice(TEXT_ROUTES))
        for _ in range(times):
            data = change_gently(data, rng)
        path = write_damaged(route, data, folder, layout)
    elif kind == "text":
        route = str(rng.choice(TEXT_ROUTES[:4]))
        for _ in range(times):
            data = damage_text(data, rng) if b"\nchr" in data else data
        path = write_damaged(route, data, folder, layout)
    elif kind == "bytes":
        route = str(rng.choice(BYTE_ROUTES))
        path = vcf_routes.write_route(route, data, folder, **layout)
        rewrite(path, [damage_bytes] * times, rng)
    else:
        route = "bcf-stream"
        path = vcf_routes.write_route(route, data, folder)
        with pysam.BGZFile(str(path)) as stream:
            inside = stream.read()
        for _ in range(times):
            inside = damage_bytes(inside, rng)
        path.write_bytes(vcf_routes.bgzf(inside, **layout))
    n_pieces = int(rng.choice([1, 3]))
    return path, n_pieces, f"{kind} {route} {base} x{times} in {n_pieces}"


def write_damaged(route, data, folder, layout):
    """Write damaged text along a route; without its index where none can be made."""
    try:
        return vcf_routes.write_route(route, data, folder, **layout)
    except (OSError, pysam.SamtoolsError):
        return folder / ("a.bcf" if route.startswith("bcf") else "a.vcf.gz")


def rewrite(path, damages, rng):
    """Damage the bytes of a file, and keep its index newer than it."""
    data = path.read_bytes()
    for damage in damages:
        data = damage(data, rng) if data else data
    path.write_bytes(data)
    for suffix in (".tbi", ".csi"):
        if Path(f"{path}{suffix}").is_file():
            os.utime(f"{path}{suffix}")


def judge_case(path, folder, *, n_pieces):
    """Read a file both ways; return what came of it and what there is to say."""
    try:
        ours = read_with_genostrat([path], folder / "out", n_pieces=n_pieces)
    except GenostratError as error:
        return "refused", str(error)
    except BaseException:
        return "exception", traceback.format_exc()
    try:
        theirs = read_with_pysam([path])
    except UnicodeDecodeError as error:
        return "not judged", f"pysam cannot say what htslib read: {error}"
    except Exception as error:
        return judge_unread(path, folder, ours, error)
    found = differences(ours, theirs)
    if not found:
        return "same", ""
    try:
        read_with_genostrat([path], folder / "again", n_pieces=n_pieces, judge=True)
    except GenostratError as error:
        return "refused", str(error)
    return "differs", "\n".join(found)


def judge_unread(path, folder, ours, error):
    """Judge a reading of what htslib refuses.

    That is no fault where htslib stumbles over records from which nothing is taken, be
    it for their contig, their filter, their alleles or for want of GT, or over fields
    that are not looked at, and the store is the same without those.
    """
    refused = "htslib refuses it", f"htslib refuses it: {error!r}"
    if path.suffix == ".bcf":
        return refused
    raw = path.read_bytes()
    text = salvage(raw) if raw[:2] == b"\x1f\x8b" else raw
    lines = [line + b"\n" for line in text.split(b"\n") if line]
    n_head = next(i for i, line in enumerate([*lines, b""]) if line[:1] != b"#")
    head, kept, part = b"".join(lines[:n_head]), [], folder / "part.vcf"
    for line in lines[n_head:]:
        versions = (line, without_unread(line))
        parsed = next((one for one in versions if is_parsed(head + one, part)), None)
        if parsed is not None:
            kept.append(parsed)
        elif is_used(line):
            return refused
    part.write_bytes(head + b"".join(kept))
    theirs = read_with_pysam([part])
    if ours.store == {} == theirs.store:
        return "overlooked", refused[1]
    same = differences(replace(ours, counts=theirs.counts), theirs) == []
    return ("overlooked" if same else "htslib refuses it"), refused[1]


def salvage(raw):
    """Return the text of every whole block; a line is broken where one is damaged.

    Through an index nothing is read of a block that only has contigs of no use.
    """
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error):
        pass
    texts, at = [], 0
    while at >= 0:
        unpacked = zlib.decompressobj(31)
        try:
            text = unpacked.decompress(raw[at:])
        except zlib.error:
            text = b""
        if unpacked.eof:
            texts.append(text)
            at = len(raw) - len(unpacked.unused_data)
            at = at if at < len(raw) else -1
        else:
            texts.append(b"\n")
            at = raw.find(b"\x1f\x8b\x08\x04", at + 1)
    return b"".join(texts)


def without_unread(line):
    """Return a record without its INFO and the FORMAT fields that are not looked at."""
    fields = line.decode("latin-1").rstrip("\r\n").split("\t")
    if len(fields) < 10:
        return line
    wanted = {"GT"}
    if canonical(fields[0]) not in ("X", "Y", "MT"):
        wanted |= {"DP", "GQ"} | (
            {"AD"} if len(fields[3]) == len(fields[4]) == 1 else set()
        )
    keys = fields[8].split(":")
    kept = []
    for cell in fields[8:]:
        pairs = zip(keys, cell.split(":"), strict=False)
        used = [(key, word) for key, word in pairs if key in wanted]
        # Of the reads, those of the reference and of the one alternate allele.
        words = [",".join(w.split(",")[: 2 if k == "AD" else None]) for k, w in used]
        kept.append(":".join(words) if len(cell.split(":")) <= len(keys) else cell)
    return "\t".join([*fields[:7], ".", *kept]).encode("latin-1") + b"\n"


def is_parsed(text, path):
    """Say whether htslib parses a VCF."""
    path.write_bytes(text)
    try:
        read_with_pysam([path])
    except Exception:
        return False
    return True


def is_used(line):
    """Say whether genotypes would be taken from a record, by its text alone."""
    fields = line.decode("latin-1").rstrip("\r\n").split("\t")
    if len(fields) < 10 or canonical(fields[0]) is None:
        return canonical(fields[0]) is not None
    passed = {*fields[6].split(";")} <= {"PASS", "."}
    alts = fields[4].split(",")
    some = alts == ["."] or any(is_sequence(allele) for allele in alts)
    return passed and is_sequence(fields[3]) and some and "GT" in fields[8].split(":")


def work(seed, numbers):
    """Run cases one by one, and say of each that it begins and how it ends."""
    pysam.set_verbosity(0)
    for number in numbers:
        say({"case": number})
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path, n_pieces, what = make_case(seed, number, folder)
            say({"case": number, "what": what})
            outcome, detail = judge_case(path, folder, n_pieces=n_pieces)
        say({"case": number, "what": what, "outcome": outcome, "detail": detail})


def say(record):
    sys.stdout.write(json.dumps(record) + "\n")
    sys.stdout.flush()


class Worker:
    """A process that works through a batch of cases, and may crash or hang."""

    def __init__(self, seed, start, stop):
        words = ["--seed", str(seed), "--work", str(start), str(stop)]
        paths = [str(HOME), str(HOME / "tests")]
        self.process = subprocess.Popen(
            [sys.executable, __file__, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        with self.process.stdout as stream:
            for line in stream:
                self.lines.put(line)
        self.lines.put(None)

    def records(self):
        """Yield what the process says; end with how it ended if that was not well."""
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE)
            except queue.Empty:
                self.process.kill()
                self.process.wait()
                yield {"outcome": "hang", "detail": f"nothing for {PATIENCE} s"}
                return
            if line is None:
                break
            yield json.loads(line)
        if self.process.wait():
            detail = f"the process ended with {self.process.returncode}"
            yield {"outcome": "crash", "detail": detail}


def run_cases(cases, *, seed, tell=lambda record: None):
    """Run cases 0 to `cases` and return a record of each, in order."""
    done, start = [], 0
    while start < cases:
        stop = min(start + BATCH, cases)
        last = {"case": start}
        for record in Worker(seed, start, stop).records():
            last = last | record
            if "outcome" in record:
                done.append(last)
                tell(last)
                last = {"case": last["case"] + 1}
        start = last["case"]
    return done


def findings_of(records):
    return [record for record in records if record["outcome"] not in GOOD]


def report(records, *, seed, keep):
    """Print a summary of all cases, and each finding."""
    table = Counter(
        (" ".join(record.get("what", "?").split()[:2]), record["outcome"])
        for record in records
    )
    for (what, outcome), count in sorted(table.items()):
        sys.stdout.write(f"{what:20} {outcome:12} {count}\n")
    found = findings_of(records)
    for record in found:
        text = record["detail"].strip()
        sys.stdout.write(f"\ncase {record['case']}, {record.get('what')}: ")
        sys.stdout.write(f"{record['outcome']}\n{text[-1500:]}\n")
        if keep:
            folder = Path(keep) / f"{seed}_{record['case']}"
            folder.mkdir(parents=True, exist_ok=True)
            make_case(seed, record["case"], folder)
    sys.stdout.write(f"\n{len(records)} cases, {len(found)} findings\n")
    return bool(found)


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="folder for the files of findings")
    parser.add_argument("--only", type=int, help="repeat one case, in this process")
    parser.add_argument("--work", type=int, nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.work:
        work(arguments.seed, range(*arguments.work))
    elif arguments.only is not None:
        work(arguments.seed, [arguments.only])
    else:
        records = run_cases(arguments.cases, seed=arguments.seed, tell=tell_progress)
        sys.exit(report(records, seed=arguments.seed, keep=arguments.keep))


def tell_progress(record):
    if record["outcome"] not in GOOD or (record["case"] + 1) % 500 == 0:
        sys.stderr.write(f"{record['case']}: {record['outcome']}\n")


if __name__ == "__main__":
    main()
