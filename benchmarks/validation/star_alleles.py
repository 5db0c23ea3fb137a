"""Calling star alleles of a file without the rest of the workflow."""

import tempfile
from pathlib import Path

import numpy as np

from genostrat.genotypes.builds import BUILDS
from genostrat.genotypes.ingest.gathering import gather_pieces
from genostrat.genotypes.ingest.pieces import read_piece
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.records import ReadOptions
from genostrat.genotypes.site_records import merge_intervals
from genostrat.genotypes.vcf.inspection import inspect_vcfs
from genostrat.pgx.calling import call_diplotypes
from genostrat.pgx.knowledge.loading import choose_genes
from genostrat.pgx.matching.rows import NEVER_ASSUMED, CallPolicy

#: Bases beside a position where an indel may have been put.
MARGIN = 60


def wanted_sites(knowledge):
    """Return the stretches of the genome that a knowledge base speaks of."""
    spans = {}
    for gene in knowledge.genes.values():
        for position in gene.positions:
            last = position.position + len(position.ref) - 1
            span = (max(1, position.position - MARGIN), last + MARGIN)
            spans.setdefault(position.contig, []).append(span)
    return {name: merge_intervals(np.array(own)) for name, own in spans.items()}


def read_records(path, knowledge, folder):
    """Read the records of a VCF that lie at positions of a knowledge base."""
    files = inspect_vcfs([path])
    samples = files[0].samples
    options = ReadOptions(
        filters=frozenset({"PASS", "."}),
        half_calls="missing",
        absent_is_reference=False,
        build=BUILDS[knowledge.build],
        markers={},
        sites=wanted_sites(knowledge),
    )
    (regions,) = plan_pieces(files, n_pieces=1)
    read_piece(
        regions,
        files=[path],
        samples=samples,
        file_samples=[samples],
        options=options,
        folder=folder / "piece",
    )
    gathered = gather_pieces(
        [folder / "piece"],
        samples=samples,
        sexes=[""] * len(samples),
        store=folder / "store",
    )
    return gathered.site_records


def write_sorted(path, folder):
    """Copy a VCF that is plain text of one contig, its records in order."""
    lines = Path(path).read_text().splitlines(keepends=True)
    records = [line for line in lines if not line.startswith("#")]
    records.sort(key=lambda line: int(line.split("\t", 2)[1]))
    head = [line for line in lines if line.startswith("#")]
    copy = Path(folder) / Path(path).name
    copy.write_text("".join(head + records))
    return copy


def call_file(path, knowledge, *, absent="missing", sexes=None, genes=()):
    """Call a VCF; return the tables and the records that they are from.

    With `absent` being ``reference``, it is so for every gene.
    """
    forced = NEVER_ASSUMED if absent == "reference" else ()
    with tempfile.TemporaryDirectory() as folder:
        if Path(path).suffix == ".vcf":
            path = write_sorted(path, folder)
        records = read_records(path, knowledge, Path(folder))
    calls = call_diplotypes(
        records,
        choose_genes(knowledge, genes=genes),
        samples=records.samples,
        sexes=sexes or {},
        policy=CallPolicy(absent=absent, force_absent_reference=forced),
    )
    return calls, records


def told_diplotypes(row, longer=frozenset()):
    """Return every diplotype that a row leaves open, each with its alleles in order."""
    texts = {row["diplotype"], *row["alternatives"].split("|")} | set(longer)
    return {sort_diplotype(text) for text in texts if text}


def sort_diplotype(text):
    """Write a diplotype with its two alleles in the order of their letters."""
    return "/".join(sorted(text.split("/")))
