"""Contamination of real exomes, by mixing the reads of two people."""

import numpy as np
import pandas as pd
import pysam
import pytest
from oracle_comparison import read_with_genostrat

from benchmarks.real_data import DATA
from genostrat.qc.contamination import estimate_contamination

EXOMES = DATA / "ceu_exome22_22/ceu_exome22_22.GRCh37.vcf.gz"
ERROR = 0.01
#: Who gets reads of whom; unrelated people.
PAIRS = {0: 5, 3: 9, 7: 15, 12: 1, 18: 4, 20: 10}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not EXOMES.is_file(), reason=f"no real cohorts at {DATA}"),
]


def read_exomes():
    """Return the header, records, reads (2, sites, samples) and calls of all SNVs."""
    records, reads, calls = [], [], []
    with pysam.VariantFile(str(EXOMES)) as source:
        for record in source:
            if len(record.alts or ()) != 1 or len(record.ref + record.alts[0]) != 2:
                continue
            if "PASS" not in record.filter and len(record.filter):
                continue
            people = record.samples.values()
            depths = [p.get("AD") or (None, None) for p in people]
            reads.append(
                [[d[k] if d[k] is not None else -1 for d in depths] for k in (0, 1)]
            )
            calls.append([-9 if None in p["GT"] else sum(p["GT"]) for p in people])
            records.append((record.contig, record.pos, record.ref, record.alts[0]))
        return (
            list(source.header.samples),
            records,
            np.array(reads).swapaxes(0, 1),
            np.array(calls),
        )


def mix(rng, reads, calls, share):
    """Replace a share of some people's reads by those of others, and call anew."""
    reads, calls = reads.copy(), calls.copy()
    for own, other in PAIRS.items():
        known = (reads[0, :, own] >= 0) & (reads[:, :, other].sum(axis=0) > 0)
        mine = reads[:, known, own]
        foreign = rng.binomial(mine.sum(axis=0), share)
        kept = rng.hypergeometric(mine[0], mine[1], mine.sum(axis=0) - foreign)
        theirs = reads[0, known, other] / reads[:, known, other].sum(axis=0)
        ref = kept + rng.binomial(foreign, theirs)
        reads[:, known, own] = ref, mine.sum(axis=0) - ref
        calls[known, own] = call(*reads[:, known, own])
    return reads, calls


def call(ref, alt):
    shares = np.array([ERROR, 0.5, 1 - ERROR])[:, None]
    return (ref * np.log(1 - shares) + alt * np.log(shares)).argmax(axis=0)


def write_reads(path, samples, records, reads, calls):
    texts = {0: "0/0", 1: "0/1", 2: "1/1", -9: "./."}
    head = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
    lines = [
        "##fileformat=VCFv4.2",
        "##contig=<ID=22,length=51304566>",
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="">',
        '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="">',
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="">',
        "\t".join(head + samples),
    ]
    for site, (contig, position, ref, alt) in enumerate(records):
        cells = [
            f"{texts[code]}:" + (f"{r},{a}" if r >= 0 else ".") + ":60"
            for code, (r, a) in zip(calls[site], reads[:, site].T, strict=True)
        ]
        fixed = [contig, str(position), ".", ref, alt, ".", "PASS", ".", "GT:AD:GQ"]
        lines.append("\t".join(fixed + cells))
    path.write_text("\n".join(lines) + "\n")


def measure(folder, samples, records, reads, calls):
    """Return the estimate and CHARR of each sample, through the reader."""
    path = folder / "mixed.vcf"
    write_reads(path, samples, records, reads, calls)
    found = read_with_genostrat([path], folder / "pieces", samples=samples).metrics
    charr = np.array(found["charr_sum"]) / 1e6 / np.maximum(found["charr_n"], 1)
    return estimate_contamination(pd.DataFrame(found), min_sites=20), charr


def test_clean_exomes_have_next_to_none(tmp_path):
    samples, records, reads, calls = read_exomes()
    found, charr = measure(tmp_path, samples, records, reads, calls)
    assert np.isfinite(found).all()
    assert found.max() < 0.02
    assert np.median(found) < 0.003
    assert np.isfinite(charr).all()


@pytest.mark.parametrize("share", [0.01, 0.02, 0.05, 0.1, 0.25])
def test_reads_of_another_person_are_measured(tmp_path, share):
    samples, records, reads, calls = read_exomes()
    rng = np.random.default_rng(int(1000 * share))
    mixed = mix(rng, reads, calls, share)
    found, charr = measure(tmp_path, samples, records, *mixed)
    print(share, found[list(PAIRS)].round(3), charr[list(PAIRS)].round(3))
    # Some eighty sites of one chromosome: each is vague, their mean is not.
    assert abs(found[list(PAIRS)].mean() - share) < max(0.006, 0.15 * share)
    others = [i for i in range(len(samples)) if i not in PAIRS]
    assert np.nanmax(found[others]) < 0.025
