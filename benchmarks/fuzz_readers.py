"""Valid files of every kind that people give, and who reads each: for the fuzzer."""

import contextlib
import gzip
import io
import json
import sqlite3
import struct
import zipfile
import zlib

import numpy as np
import pandas as pd
import yaml
from model_cases import draw_cohort, resign, small_model
from plink_files import write_bed, write_pgen

from genostrat.bundle.releases import read_releases
from genostrat.config.settings import load_settings
from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.formats.region_index import read_index
from genostrat.genotypes.ingest.fileset_pieces import FilesetReader
from genostrat.genotypes.plink.filesets import inspect_fileset
from genostrat.genotypes.plink.selection import select_variants
from genostrat.genotypes.records import ReadOptions
from genostrat.home import workflow_home
from genostrat.pgx.guidance.medications import read_local_names, read_synonyms
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.outside.calls import read_outside_calls
from genostrat.sheets.alterations import read_alterations
from genostrat.sheets.clinical import Request, read_sheet
from genostrat.sheets.gene_map import read_gene_map
from genostrat.sheets.gene_sets import read_gene_sets
from genostrat.sheets.matrices import read_raw_matrix
from genostrat.sheets.overrides import read_overrides
from genostrat.sheets.panel import read_panel_labels
from genostrat.sheets.score_files import read_score
from genostrat.strata.model.frozen import load_model, save_model
from genostrat.studies.matching.ctml_files import read_ctml_files
from genostrat.studies.portfolio.specialties import read_champions
from genostrat.studies.records.reading import gather_records

HOME = workflow_home()
SAMPLES = [f"s{i:02}" for i in range(30)]


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
PHARMCAT = b"sample_id\tgene\tdiplotype\tphenotype\n" + b"".join(
    b"%s\tCYP2D6\t*1/*4\tIntermediate Metabolizer\n" % s.encode() for s in SAMPLES
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


def some_calls(n):
    """Return genotypes of `n` variants, rare and common ones, with missing ones."""
    rng = np.random.default_rng(1)
    calls = rng.binomial(2, rng.random(n)[:, None] ** 3, (n, len(SAMPLES)))
    calls[rng.random(calls.shape) < 0.02] = -9
    return calls


ALDY = (
    b"#Sample\tGene\tSolutionID\tMajor\tMinor\tCopy\tAllele\tLocation\tType\n"
    + b"".join(
        b"%s\tCYP2D6\t1\t*1/*4\t1;4\t0\t4\t100\tC>T\n" % s.encode() for s in SAMPLES
    )
)
STELLAR = b"""CYP2D6 Star Allele Calling with StellarPGx

Initially computed CN = 2

Candidate alleles:
['4.v1_10.v1']

Result:
*4/*10

Activity score:
0.25

Metaboliser status:
Intermediate metaboliser
"""
OPTITYPE = (
    b"\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n"
    b"0\tA*02:01\tA*03:01\tB*57:01\tB*08:01\tC*07:01\tC*06:02\t10\t9.9\n"
)
ARCAS = json.dumps(
    {s: {"A": ["A*01:01:01", "A*02:01:01"], "B": ["B*57:01:01"]} for s in SAMPLES},
    indent=1,
).encode()
STARPHASE = json.dumps(
    {
        "gene_details": {
            "CYP2D6": {"diplotypes": [{"diplotype": "*4.001+*36/*1"}]},
            "HLA-B": {"diplotypes": [{"diplotype": "57:01:01:01/08:01:01:01"}]},
        }
    },
    indent=1,
).encode()
ALTERATIONS = b"sample_id\tgene\tresult\tprotein_change\n" + b"".join(
    b"%s\tBRAF\tmutated\tp.V600E\n" % s.encode() for s in SAMPLES
)
CHAMPIONS = b"specialty\tname\tcontact\n" + b"".join(
    b"cancer\tA%d B\ta%d@b.org\n" % (i, i) for i in range(10)
)
NAMES = b"country\tmedicine\tname\n" + b"".join(
    b"AU\tdrug%d\tname%d\n" % (i, i) for i in range(20)
)
RECORD = {
    "study_id": "S1",
    "title": "A trial of gefitinib",
    "status": "recruiting",
    "phase": "2",
    "min_age": "18",
    "criteria": "Inclusion Criteria: BRAF V600E",
    "conditions": "melanoma; lung cancer",
}
RECORDS = table({k: lambda i, v=v: v.replace("S1", f"S{i}") for k, v in RECORD.items()})
RECORDS_CSV = RECORDS.replace(b"\t", b",")
STUDY = {
    "protocolSection": {
        "identificationModule": {
            "nctId": "NCT00000001",
            "briefTitle": "A trial of <b>gefitinib</b> &amp; care",
        },
        "statusModule": {
            "overallStatus": "RECRUITING",
            "startDateStruct": {"date": "2024-01"},
        },
        "designModule": {
            "phases": ["PHASE1", "PHASE2"],
            "enrollmentInfo": {"count": 40, "type": "ESTIMATED"},
        },
        "eligibilityModule": {
            "eligibilityCriteria": "Inclusion Criteria:\n* Age over 18",
            "minimumAge": "18 Years",
            "sex": "FEMALE",
        },
    }
}
TRIAL = {
    "protocol_no": "10-001",
    "status": "open to accrual",
    "treatment_list": {
        "step": [
            {
                "step_code": "1",
                "match": [
                    {
                        "and": [
                            {"genomic": {"hugo_symbol": "BRAF"}},
                            {"clinical": {"age_numerical": ">=18"}},
                        ]
                    }
                ],
                "arm": [{"arm_code": "A", "arm_suspended": "N"}],
            }
        ]
    },
}


def database_bytes():
    """Return a database as ctrdata writes it."""
    trial = {"ctrname": "ISRCTN", "isrctn": "12345678", "participants": {}}
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (_id TEXT, json BLOB)")
        rows = [(str(i), json.dumps(trial)) for i in range(8)]
        connection.executemany("INSERT INTO t VALUES (?, ?)", rows)
        connection.commit()
        return connection.serialize()


def index_bytes():
    """Return a small .tbi: one contig, one bin, four windows, in one BGZF block."""
    name = b"1\0"
    body = b"TBI\x01" + struct.pack("<8i", 1, 2, 1, 2, 0, 35, 0, len(name)) + name
    body += struct.pack("<i", 1) + struct.pack("<Ii", 4681, 1)
    body += struct.pack("<QQ", 1 << 16, 2 << 16)
    body += struct.pack("<i4Q", 4, *[1 << 16] * 4) + struct.pack("<Q", 0)
    return bgzf_block(body) + bgzf_block(b"")


def bgzf_block(data):
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(data) + packer.flush()
    head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x00\xff\x06\x00BC\x02\x00"
    size = struct.pack("<H", len(packed) + 25)
    return head + size + packed + struct.pack("<II", zlib.crc32(data), len(data))


class Readers:
    """Name → the valid bytes of a file, what it is called, and who reads it.

    A reader returns how many rows it read, or None where that means nothing.
    """

    def __init__(self, folder):
        self.folder = folder
        self.knowledge = load_knowledge("pypgx", build="GRCh38")
        (folder / "sheet.tsv").write_bytes(SHEET)
        (folder / "rna.tsv").write_bytes(MATRIX)
        save_model(folder / "model", small_model(draw_cohort()))
        lines = [f"1 {100 * i + 100} v{i} A G" for i in range(40)]
        write_bed(folder / "set", SAMPLES, lines, some_calls(len(lines)))
        write_pgen(folder / "new", SAMPLES, lines, some_calls(len(lines)))
        made = {
            name: (folder / name).read_bytes()
            for name in ("set.bed", "set.bim", "set.fam", "new.pgen", "new.pvar")
        } | {"new.psam": (folder / "new.psam").read_bytes()}
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
            "alterations": (ALTERATIONS, "a.tsv", self._read_alterations),
            "synonyms": (synonyms_bytes(), "n.tsv", done(read_synonyms)),
            "names": (NAMES, "d.tsv", done(read_local_names, country="AU")),
            "releases": (RELEASES, "r.tsv", done(read_releases)),
            "yaml": (CONFIG, "ward.yaml", self._read_config),
            "bim": (made["set.bim"], "set.bim", self._read_bed),
            "fam": (made["set.fam"], "set.fam", self._read_bed),
            "pvar": (made["new.pvar"], "new.pvar", self._read_pgen),
            "psam": (made["new.psam"], "new.psam", self._read_pgen),
            "model": (record.read_bytes(), f"model/{record.name}", self._read_model),
            "cyrius": (CALLS, "c.tsv", self._read_calls("cyrius")),
            "aldy": (ALDY, "c.aldy", self._read_calls("aldy")),
            "stellarpgx": (STELLAR, "s01_2d6.alleles", self._read_calls("stellarpgx")),
            "starphase": (STARPHASE, "s01.json", self._read_calls("starphase")),
            "optitype": (OPTITYPE, "s01_result.tsv", self._read_calls("optitype")),
            "arcashla": (ARCAS, "run.genotypes.json", self._read_calls("arcashla")),
            "pharmcat": (PHARMCAT, "p.tsv", self._read_calls("pharmcat")),
            "pharmcat_csv": (
                PHARMCAT.replace(b"\t", b","),
                "p.csv",
                self._read_calls("pharmcat"),
            ),
            "champions": (CHAMPIONS, "h.tsv", self._read_champions),
            "records": (RECORDS, "records.tsv", self._read_records),
            "records_csv": (RECORDS_CSV, "records.csv", self._read_records),
            "study": (json.dumps(STUDY, indent=1).encode(), "a.json", tell_records),
            "studies": (
                b"\n".join([json.dumps(STUDY).encode()] * 4),
                "a.jsonl",
                tell_records,
            ),
            "ctml": (json.dumps(TRIAL, indent=1).encode(), "t.json", tell_trials),
            "ctml_yaml": (yaml.safe_dump(TRIAL).encode(), "t.yaml", tell_trials),
        }
        binary = {
            "parquet": (parquet_bytes(), "m.parquet", self._read_matrix),
            "gz": (gzip.compress(MATRIX), "m.tsv.gz", self._read_matrix),
            "zip": (zip_bytes(RESULTS), "c.zip", self._read_calls("pypgx")),
            "arrays": (arrays.read_bytes(), f"model/{arrays.name}", self._read_model),
            "bed": (made["set.bed"], "set.bed", self._read_bed),
            "pgen": (made["new.pgen"], "new.pgen", self._read_pgen),
            "index": (index_bytes(), "x.vcf.gz.tbi", done(read_index)),
            "database": (database_bytes(), "x.sqlite", tell_records),
        }
        self.all = text | binary
        self.binary = set(binary)

    def _read_overrides(self, path):
        return len(read_overrides(path, samples=SAMPLES))

    def _read_alterations(self, path):
        results, warned = read_alterations(path, samples=SAMPLES)
        strangers = [text for text in warned if "of nobody in the sheet" in text]
        return len(results) + sum(int(text.split(" ")[0]) for text in strangers)

    def _read_matrix(self, path):
        read_raw_matrix(path)

    def _read_calls(self, form):
        def work(path):
            source = {"path": str(path), "format": form}
            read_outside_calls([source], knowledge=self.knowledge, samples=SAMPLES)

        return work

    def _read_champions(self, path):
        found = read_champions(path, specialties=["cancer"])
        return sum(map(len, found.values()))

    def _read_records(self, path):
        """Every row is a record, or said to be none."""
        records, findings = gather_records([path])
        told = {finding.line for finding in findings if finding.line}
        nameless = sum("without an identifier" in f.what for f in findings)
        textless = sum("without any text" in f.what for f in findings)
        held = [f.what for f in findings if "rows of their own" in f.what]
        swallowed = sum(int(what.split(" ")[4]) for what in held)
        n_rows = count_rows(path.read_bytes()) - swallowed
        n_told = len(records) + len(told) + nameless + textless
        # Of a table without a header, and of one that breaks off, nothing more is read.
        is_over = any("no table from here on" in f.what for f in findings)
        if is_over or 1 in told or n_told >= n_rows:
            return n_rows + swallowed
        return len(records)

    def _read_config(self, path):
        cohorts = self.folder / "config/cohorts"
        cohorts.mkdir(parents=True, exist_ok=True)
        (cohorts / "ward.yaml").write_bytes(path.read_bytes())
        load_settings({"cohorts": ["ward"]}, home=HOME, directory=self.folder)

    def _read_bed(self, path):
        read_genotypes(path.with_suffix(".bed"))

    def _read_pgen(self, path):
        read_genotypes(path.with_suffix(".pgen"))

    def _read_model(self, path):
        with contextlib.suppress(ValueError, AttributeError, KeyError, TypeError):
            resign(path.parent)
        load_model(path.parent)


READING = ReadOptions(
    filters=frozenset(["PASS"]),
    half_calls="missing",
    absent_is_reference=False,
    build=GRCH38,
    markers={},
    keep_phase=True,
)


def read_genotypes(path):
    """Read every genotype of a fileset, as its ingest does."""
    file = inspect_fileset(path)
    for contig in file.contigs:
        reader = FilesetReader(file, samples=file.samples, options=READING)
        selection, _ = select_variants(
            file, contig=contig, start=1, end=2**31 - 1, options=READING
        )
        for _ in reader.read_blocks(selection):
            pass


def tell_records(path):
    """Read records: what cannot be read is told, and nothing may be neither."""
    records, findings = gather_records([path])
    assert records or findings, "neither a record nor a word"


def tell_trials(path):
    trials, findings = read_ctml_files([path])
    assert trials or findings, "neither a trial nor a word"


IGNORING = Request(unknown_columns="ignore")


def synonyms_bytes():
    return (
        (HOME / "resources/drug_synonyms.tsv").read_bytes()[:4000].rsplit(b"\n", 1)[0]
    )


def count_rows(data):
    """Return the rows of a table of text: lines that are not blank nor comments."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = [x for x in text.split("\n") if x.strip() and not x.startswith("#")]
    return len(lines) - 1
