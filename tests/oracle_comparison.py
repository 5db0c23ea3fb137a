"""What the readers under test make of files, held against the plain reading."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from oracle import COUNTS, TALLIES, Reading, read_options, read_with_pysam

from genostrat.errors import GenostratError
from genostrat.genotypes.ingest.calls import (
    build_store,
)
from genostrat.genotypes.ingest.gathering import (
    gather_pieces,
)
from genostrat.genotypes.ingest.pieces import (
    read_piece,
)
from genostrat.genotypes.ingest.planning import (
    plan_pieces,
)
from genostrat.genotypes.records import (
    ReadMetrics,
)
from genostrat.genotypes.store import Store
from genostrat.genotypes.vcf.inspection import count_records, inspect_vcfs


def read_with_genostrat(
    paths, folder, *, n_pieces=1, samples=None, options=None, judge=False
):
    """Read files as the workflow does, piece by piece, and return what the store holds.

    The store itself stays in ``folder/store``. With `judge`, it is also asked,
    as in the workflow, whether as many records were read as the index counts; and with
    `judge` as ``refuse``, whether they look merged.
    """
    folder = Path(folder)
    files = inspect_vcfs(paths)
    samples = sorted(files[0].samples) if samples is None else samples
    folders = []
    for number, regions in enumerate(plan_pieces(files, n_pieces=n_pieces)):
        folders.append(folder / f"piece{number}")
        read_piece(
            regions,
            files=[str(path) for path in paths],
            samples=samples,
            file_samples=[file.samples for file in files],
            options=options or read_options(),
            folder=folders[-1],
        )
    if judge:
        absent = "reference" if judge is True else judge
        _judge(folders, files, samples, folder / "judged", absent)
    gathered = gather_pieces(
        folders, samples=samples, sexes=[""] * len(samples), store=folder / "store"
    )
    return _collect(folder / "store", gathered, samples)


def _judge(folders, files, samples, store, absent_calls):
    intake = {
        "files": [str(file.path) for file in files],
        "records": count_records(files),
        "build_declared": "GRCh38",
        "build_detected": "GRCh38",
        "build_shown_by": "",
        "chr_prefix": True,
        "formats": sorted(files[0].formats),
        "warnings": [],
    }
    build_store(
        folders,
        intake=intake,
        samples=samples,
        sheet=pd.DataFrame({"sample_id": samples, "sex": ""}),
        absent_calls=absent_calls,
        store=store,
    )


def _collect(store, gathered, samples):
    counts, metrics = gathered.counts, gathered.metrics
    reading = Reading(counts=counts)
    reading.reads = {c: list(map(tuple, r.tolist())) for c, r in gathered.reads.items()}
    for contig in Store(store).contigs if counts["n_stored"] else []:
        assert contig.samples == list(samples)
        columns = [list(contig.variants[name]) for name in contig.variants.columns[1:]]
        calls = contig.read(np.arange(len(contig.variants))).tolist()
        rows = zip(*columns, map(tuple, calls), strict=True)
        reading.store[contig.name] = list(rows)
    for name in ReadMetrics.NAMES:
        unit = 1_000_000 if name == "charr_sum" else 1
        reading.metrics[name] = [round(value * unit) for value in metrics[name]]
    reading.store = dict(reading.store)
    return reading


def differences(ours, theirs, *, limit=5):
    """List in words where two readings differ; `theirs` is the oracle's."""
    found = []
    for name in COUNTS:
        if ours.counts[name] != theirs.counts[name]:
            found.append(f"{name}: {ours.counts[name]}, not {theirs.counts[name]}")
    for name in TALLIES:
        one, two = (
            {k: v for k, v in r.counts[name].items() if v} for r in (ours, theirs)
        )
        if one != two:
            found.append(f"{name}: {one}, not {two}")
    for name, values in theirs.metrics.items():
        if list(ours.metrics[name]) != values:
            found.append(f"{name}: {ours.metrics[name][:10]}, not {values[:10]}")
    for contig in sorted(ours.store.keys() | theirs.store.keys()):
        one, two = ours.store.get(contig, []), theirs.store.get(contig, [])
        if len(one) != len(two):
            found.append(f"contig {contig}: {len(one)} variants, not {len(two)}")
        rows = zip(one, two, strict=False)
        wrong = [f"{contig}: {a}, not {b}" for a, b in rows if not same_variant(a, b)]
        found += wrong[:limit]
    for contig in sorted(ours.reads.keys() | theirs.reads.keys()):
        one, two = ours.reads.get(contig, []), theirs.reads.get(contig, [])
        if one != two:
            wrong = [f"{a}, not {b}" for a, b in zip(one, two, strict=False) if a != b]
            found.append(f"reads of {contig}: {wrong[:limit]}")
    return found


def same_variant(one, two):
    """Compare two rows of a store; the first has its quality as text."""
    same = one[:4] == two[:4] and one[5:] == two[5:]
    return same and same_quality(one[4], two[4])


def same_quality(text, value):
    """Compare a quality's text with the single-precision number htslib made of it.

    From a BCF the text is written with six digits, so the last may be off.
    """
    if value is None or text == ".":
        return value is None and text == "."
    return bool(np.isclose(float(text), value, rtol=6e-6, atol=0, equal_nan=True))


def parse_text(data, **options):
    """Return htslib's reading of a VCF's bytes, as plain text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "truth.vcf"
        path.write_bytes(data)
        return read_with_pysam([path], **options)


def refusal(paths, folder, **options):
    """Return what is said of files that must not be read."""
    with pytest.raises(GenostratError) as caught:
        read_with_genostrat(paths, folder, judge=True, **options)
    return str(caught.value)
