"""Files with records of every kind at and beside wanted sites, and their truth."""

import re

import numpy as np
import pysam
from oracle import REFUSED, read_options, weigh

from genostrat.genotypes.builds import CONTIGS, GRCH38
from genostrat.genotypes.ingest.gathering import gather_pieces
from genostrat.genotypes.ingest.pieces import read_piece
from genostrat.genotypes.ingest.planning import plan_pieces
from genostrat.genotypes.records import (
    HAPLOID,
    NO_CALL,
    UNPHASED,
)
from genostrat.genotypes.site_records import (
    merge_intervals,
)
from genostrat.genotypes.vcf.inspection import inspect_vcfs

M = NO_CALL
NAMES = ["s3", "s1", "s5", "s2", "s4"]
HEADER = [
    "##fileformat=VCFv4.2",
    '##FILTER=<ID=LowQual,Description="x">',
    '##ALT=<ID=NON_REF,Description="x">',
    '##ALT=<ID=DEL,Description="x">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="x">',
    '##INFO=<ID=XEND,Number=1,Type=Integer,Description="x">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="x">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="x">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="x">',
]
SITES = {
    "1": [(1000, 1000), (1500, 1620), (4000, 4003), (9_000_000, 9_000_100)],
    "2": [(2000, 2100)],
    "X": [(500, 510), (700, 700)],
    "MT": [(1, 100)],
}


def to_sites(bounds):
    return {name: merge_intervals(np.array(own)) for name, own in bounds.items()}


def text_of(records, *, names=NAMES, contigs=("1", "2", "X"), prefix="chr"):
    """Compose a VCF; a record is a line without the prefix of its contig."""
    lines = list(HEADER)
    for contig in contigs:
        lines.append(f"##contig=<ID={prefix}{contig},length={GRCH38.lengths[contig]}>")
    fixed = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
    lines.append("\t".join([fixed, *names]))
    lines += [prefix + "\t".join(record.split()) for record in records]
    return ("\n".join(lines) + "\n").encode()


def read(paths, folder, *, sites=SITES, n_pieces=1, n_threads=1, samples=None):
    """Read VCFs piece by piece as the workflow does; return what was gathered."""
    files = inspect_vcfs(paths)
    samples = sorted(files[0].samples) if samples is None else samples
    folders = []
    for number, regions in enumerate(plan_pieces(files, n_pieces=n_pieces)):
        folders.append(folder / f"piece{number}")
        read_piece(
            regions,
            files=paths,
            samples=samples,
            file_samples=[file.samples for file in files],
            options=read_options(sites=None if sites is None else to_sites(sites)),
            folder=folders[-1],
            n_threads=n_threads,
        )
    return gather_pieces(
        folders, samples=samples, sexes=[""] * len(samples), store=folder / "store"
    )


def rows_of(records):
    """Return records as plain values."""
    return [
        (
            records.contig[n],
            int(records.position[n]),
            int(records.end[n]),
            records.ref[n],
            records.alts[n],
            bool(records.passed[n]),
            list(map(tuple, records.alleles[n].tolist())),
            records.phase_set[n].tolist(),
        )
        for n in range(len(records))
    ]


def expect(plain, samples, *, sites=SITES):
    """Read a VCF by htslib, and choose and convert its records one at a time."""
    found, options = [], read_options()
    with pysam.VariantFile(str(plain)) as stream:
        for record in stream:
            contig = record.contig.removeprefix("chr")
            wanted = sites.get(contig, [])
            if not any(record.pos <= b and a <= record.stop for a, b in wanted):
                continue
            # as text: pysam gives no genotypes where GT is not the first key
            keys, *columns = str(record).rstrip("\n").split("\t")[8:]
            own = dict(zip(stream.header.samples, columns, strict=True))
            calls, sets = [], []
            for name in samples:
                entry = dict(zip(keys.split(":"), own[name].split(":"), strict=False))
                written = entry.get("GT", ".")
                call = [M if a == "." else int(a) for a in re.split("[/|]", written)]
                whole = [None if allele == M else allele for allele in call]
                n_alleles = 1 + len(record.alts or ())
                why = weigh(keys.split(":"), own[name], whole, n_alleles, options)
                if why in REFUSED:
                    written, call = ".", [M]
                if len(call) == 1:
                    call = [call[0], HAPLOID] if call[0] >= 0 else [M, M]
                calls.append(tuple(call) if len(call) == 2 else (M, M))
                named = entry.get("PS", ".")
                phased = len(call) == 2 and "|" in written
                sets.append(int(named.replace(".", "0")) if phased else UNPHASED)
            alts = ",".join(record.alts or ())
            passed = set(record.filter) <= {"PASS"}
            row = (contig, record.pos, record.stop, record.ref, alts, passed)
            found.append((*row, calls, sets))
    order = sorted(range(len(found)), key=lambda n: CONTIGS.index(found[n][0]))
    return [found[n] for n in order]


def random_call(rng, n_alleles, *, ploidy_3):
    kind = rng.integers(12)
    a, b = (str(number) for number in rng.integers(n_alleles, size=2))
    if kind == 0:
        return "."
    if kind == 1:
        return a
    if kind == 2:
        return f"{a}/."
    if kind == 3:
        return f".|{b}"
    if kind == 4:
        return "./." if a == "0" else ".|."
    if kind == 5 and ploidy_3:
        return f"{a}/{b}/{a}"
    return f"{a}{'/' if kind < 8 else '|'}{b}"


def random_record(rng, contig, position, n_samples):
    """Return a record of any kind at a place."""
    kinds = ["snv", "multi", "deletion", "insertion", "dot", "block", "block_dot"]
    kind = rng.choice([*kinds, "symbolic", "star", "no_gt"])
    ref, alt, info = "A", "C", "."
    if kind == "multi":
        alt = "C,G,AT"
    elif kind == "deletion":
        ref, alt = "A" * int(rng.integers(2, 400)), "A"
    elif kind == "insertion":
        alt = "ACGTACGT"
    elif kind in ("dot", "block_dot"):
        alt = "."
    elif kind == "block":
        alt = "<NON_REF>"
    elif kind == "symbolic":
        alt = "<DEL>"
    elif kind == "star":
        alt = "T,*"
    if kind in ("block", "block_dot", "symbolic"):
        reach = position + int(rng.integers(0, 900))
        info = rng.choice([f"END={reach}", f"XEND=9999;END={reach}", "XEND=9999"])
    keys = str(rng.choice(["GT", "GT:PS", "DP:GT:PS", "GT:DP:PS", "GT:PS:DP"]))
    keys = "DP" if kind == "no_gt" else keys
    flag = str(rng.choice(["PASS", ".", "LowQual"], p=[0.6, 0.2, 0.2]))
    n_alleles = 1 if alt == "." else alt.count(",") + 2
    columns = []
    for _ in range(n_samples):
        values = {
            "GT": random_call(rng, n_alleles, ploidy_3=flag == "LowQual"),
            "PS": str(rng.choice([".", "77", "2147483647", str(position)])),
            "DP": str(rng.integers(40)),
        }
        cells = [values[key] for key in keys.split(":")]
        if len(cells) > 1 and rng.random() < 0.3:  # values at the end may be left out
            cells = cells[:-1]
        columns.append(":".join(cells))
    head = f"{contig} {position} . {ref} {alt} 50 {flag} {info} {keys}"
    return f"{head} {' '.join(columns)}"


def random_records(seed, *, n_samples=5):
    rng = np.random.default_rng(seed)
    records = []
    for contig, top in (("1", 4500), ("2", 2600), ("X", 1200)):
        places = np.sort(rng.integers(1, top, size=top // 15))
        records += [random_record(rng, contig, int(p), n_samples) for p in places]
    return records
