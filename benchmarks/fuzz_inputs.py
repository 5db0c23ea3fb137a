"""Damage files that people give, and hold their readers to what they promise.

    PYTHONPATH=.:tests:scripts python benchmarks/fuzz_inputs.py --cases 100000 --seed 1

Every reader but that of genotypes, which `fuzz_reading.py` has: config, sheet,
overrides, labels of a panel, gene sets and maps, scores, matrices (text, gzip,
Parquet), calls of other tools (tables, archives), names of medicines, filesets, frozen
models with their digests renewed, and the record of releases. A case is a valid file
with bytes changed, moved, lost or doubled, or a cell exchanged for an odd one. The
reader may refuse it with an error for the user. Any other exception, a warning, more
than ten seconds, and a table of which rows vanished without a word are findings; they
end the run with status 1. `--only N` repeats one case, `--readers sheet,yaml` chooses
some.
"""

import argparse
import contextlib
import gzip
import io
import json
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from model_cases import draw_cohort, resign, small_model
from plink_files import write_bed

from genostrat.bundle.releases import read_releases
from genostrat.config.settings import load_settings
from genostrat.errors import GenostratError
from genostrat.genotypes.plink.filesets import inspect_fileset
from genostrat.pgx.guidance.medications import read_synonyms
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.outside.calls import read_outside_calls
from genostrat.sheets.clinical import Request, read_sheet
from genostrat.sheets.gene_map import read_gene_map
from genostrat.sheets.gene_sets import read_gene_sets
from genostrat.sheets.matrices import read_raw_matrix
from genostrat.sheets.overrides import read_overrides
from genostrat.sheets.panel import read_panel_labels
from genostrat.sheets.score_files import read_score
from genostrat.strata.model.frozen import load_model, save_model

HOME = Path(__file__).resolve().parents[1]
PATIENCE = 10
SAMPLES = [f"s{i:02}" for i in range(30)]
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


def table(columns, n=30):
    """Return a table of text as bytes."""
    rows = ["\t".join(columns)]
    for i in range(n):
        rows.append("\t".join(make(i) for make in columns.values()))
    return ("\n".join(rows) + "\n").encode()


SHEET = table(
    {
        "sample_id": lambda i: SAMPLES[i],
        "sex": lambda i: "male" if i % 2 else "female",
        "age": lambda i: str(30 + i),
        "centre": lambda i: "Leeds" if i % 3 else "Oxford",
        "medications": lambda i: "clopidogrel; aspirin",
    }
)
MATRIX = table(
    {"gene": lambda i: f"G{i}"} | {s: lambda i: f"{i / 7:.4f}" for s in SAMPLES}
)
CONFIG = b"""samples: {path: sheet.tsv, unknown_columns: ignore}
matrices:
  - {name: rna, path: rna.tsv, orientation: features_by_samples}
qc:
  min_call_rate: 0.95
strata: {k_max: 4, resamples: 50}
outcomes:
  - {name: os, kind: survival, time: t, event: e}
"""
SCORE = b"""#pgs_id=PGS000001
#pgs_name=made
#genome_build=GRCh38
chr_name\tchr_position\teffect_allele\tother_allele\teffect_weight
""" + b"".join(b"1\t%d\tA\tG\t0.%d\n" % (1000 + 7 * i, 10 + i) for i in range(40))
GENE_MAP = b"gene\tchrom\tstart\tend\n" + b"".join(
    b"GENE%d\t1\t%d\t%d\n" % (i, 1000 * i + 1, 1000 * i + 500) for i in range(30)
)
CALLS = b"Sample\tGenotype\tFilter\n" + b"".join(
    b"%s\t*1/*4\tPASS\n" % s.encode() for s in SAMPLES
)
RESULTS = b"\tGenotype\tPhenotype\n" + b"".join(
    b"%s\t*1/*4\tx\n" % s.encode() for s in SAMPLES
)
LABELS = b"sample_id\tancestry\tpopulation\n" + b"".join(
    b"%s\t%s\t%s\n" % (s.encode(), *((b"EUR", b"GBR") if i < 15 else (b"AFR", b"YRI")))
    for i, s in enumerate(SAMPLES)
)
OVERRIDES = b"sample_id\tdecision\treason\twho\n" + b"".join(
    b"%s\tkeep\tseen\tAB\n" % s.encode() for s in SAMPLES[:20]
)
SETS = b"".join(b"SET%d\tx\tA%d\tB%d\tC\n" % (i, i, i) for i in range(30))
RELEASES = b"release\tpart\tsample_id\n" + b"".join(
    b"may\tx.tsv\t%s\n" % s.encode() for s in SAMPLES
)


def parquet_bytes():
    frame = pd.DataFrame({"gene": [f"G{i}" for i in range(30)]})
    for sample in SAMPLES:
        frame[sample] = np.arange(30) / 7
    sink = io.BytesIO()
    frame.to_parquet(sink, write_page_checksum=True)
    return sink.getvalue()


def zip_bytes(text):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("metadata.txt", "Gene=CYP2D6\n")
        archive.writestr("data.tsv", text)
    return sink.getvalue()


def done(read, **options):
    """Return a reader of which it is only asked that it reads or refuses."""

    def work(path):
        read(path, **options)

    return work


class Readers:
    """Name → the valid bytes of a file, what it is called, and who reads it.

    A reader returns how many rows it read, or None where that means nothing.
    """

    def __init__(self, folder):
        self.folder = folder
        self.knowledge = load_knowledge("pypgx", build="GRCh38")
        (folder / "sheet.tsv").write_bytes(SHEET)
        (folder / "rna.tsv").write_bytes(MATRIX)
        model = small_model(draw_cohort())
        save_model(folder / "model", model)
        write_bed(
            folder / "set",
            SAMPLES,
            ["1 100 v1 A G", "1 200 v2 T C"],
            np.zeros((2, len(SAMPLES)), int),
        )
        record = next((folder / "model").glob("*.json"))
        arrays = next((folder / "model").glob("*.npz"))
        text = {
            "sheet": (SHEET, "s.tsv", lambda p: len(read_sheet(p, IGNORING).frame)),
            "overrides": (OVERRIDES, "o.tsv", self._read_overrides),
            "labels": (LABELS, "l.tsv", lambda p: len(read_panel_labels(p))),
            "sets": (SETS, "g.gmt", lambda p: len(read_gene_sets(p))),
            "map": (GENE_MAP, "m.tsv", done(read_gene_map)),
            "score": (SCORE, "x.txt", done(read_score, build="GRCh38")),
            "matrix": (MATRIX, "m.tsv", lambda p: len(read_raw_matrix(p).rows)),
            "calls": (CALLS, "c.tsv", self._read_calls),
            "synonyms": (
                synonyms_bytes(),
                "n.tsv",
                done(read_synonyms),
            ),
            "releases": (RELEASES, "r.tsv", done(read_releases)),
            "yaml": (CONFIG, "ward.yaml", self._read_config),
            "bim": ((folder / "set.bim").read_bytes(), "set.bim", self._read_set),
            "fam": ((folder / "set.fam").read_bytes(), "set.fam", self._read_set),
            "model": (record.read_bytes(), f"model/{record.name}", self._read_model),
        }
        binary = {
            "parquet": (parquet_bytes(), "m.parquet", self._read_matrix),
            "gz": (gzip.compress(MATRIX), "m.tsv.gz", self._read_matrix),
            "zip": (zip_bytes(RESULTS), "c.zip", self._read_calls),
            "arrays": (arrays.read_bytes(), f"model/{arrays.name}", self._read_model),
            "bed": ((folder / "set.bed").read_bytes(), "set.bed", self._read_set),
        }
        self.all = text | binary
        self.binary = set(binary)

    def _read_overrides(self, path):
        return len(read_overrides(path, samples=SAMPLES))

    def _read_matrix(self, path):
        read_raw_matrix(path)

    def _read_calls(self, path):
        source = {
            "path": str(path),
            "format": "pypgx" if path.suffix == ".zip" else "cyrius",
        }
        read_outside_calls([source], knowledge=self.knowledge, samples=SAMPLES)

    def _read_config(self, path):
        cohorts = self.folder / "config/cohorts"
        cohorts.mkdir(parents=True, exist_ok=True)
        (cohorts / "ward.yaml").write_bytes(path.read_bytes())
        load_settings({"cohorts": ["ward"]}, home=HOME, directory=self.folder)

    def _read_set(self, path):
        inspect_fileset(path.with_suffix(".bed"))

    def _read_model(self, path):
        with contextlib.suppress(ValueError, AttributeError, KeyError, TypeError):
            resign(path.parent)
        load_model(path.parent)


IGNORING = Request(unknown_columns="ignore")


def synonyms_bytes():
    return (
        (HOME / "resources/drug_synonyms.tsv").read_bytes()[:4000].rsplit(b"\n", 1)[0]
    )


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


def count_rows(data):
    """Return the rows of a table of text: lines that are not blank nor comments."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = [x for x in text.split("\n") if x.strip() and not x.startswith("#")]
    return len(lines) - 1


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


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int)
    parser.add_argument("--readers", default="")
    words = parser.parse_args()
    signal.signal(signal.SIGPROF, stop)
    found, findings = Counter(), []
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        readers = Readers(Path(folder))
        names = sorted(words.readers.split(",") if words.readers else readers.all)
        for name in names:
            valid = readers.all[name][0]
            told = judge(readers, name, valid, show=True)
            assert told == "read", f"{name}: {told}"
        numbers = range(words.cases) if words.only is None else [words.only]
        for number in numbers:
            name = names[number % len(names)]
            rng = np.random.default_rng([words.seed, number])
            valid, file, _ = readers.all[name]
            data = damage(valid, rng, is_text=name not in readers.binary)
            told = judge(readers, name, data)
            (readers.folder / file).write_bytes(valid)
            if file.startswith("model/"):
                resign(readers.folder / "model")
            found[name, told.split(":")[0]] += 1
            if told.startswith("finding"):
                findings.append(number)
                print(json.dumps({"case": number, "reader": name, "said": told}))
                if words.only is not None:
                    print(repr(data[:3000]))
    for name in names:
        counts = {how: found[name, how] for how in ("read", "refused", "finding")}
        print(f"{name:10}", *(f"{how} {n:6}" for how, n in counts.items()))
    seconds = time.monotonic() - started
    print(f"{sum(found.values())} cases, {len(findings)} findings, {seconds:.0f} s")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
