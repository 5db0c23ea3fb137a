"""Bad plates planted into genotypes of real people, and plates with nothing wrong."""

import numpy as np
import pandas as pd
import pysam

from benchmarks.validation import cohorts
from benchmarks.validation.rows import Check, Row, tally
from genostrat.genotypes.builds import AUTOSOMES
from genostrat.seeds import random_generator

PANEL = "kg3_panel_2504"
SEED, N_PLATES, PLATE = 1, 4, 100
#: Variants of which a plate is bad, as far as it is.
N_MISSING, N_FLIPPED, N_DROPPED = 600, 150, 300
#: Samples that are poor themselves, all on one plate, and the calls that they lack.
N_POOR, POOR = 20, 0.3
WORDS = ("./.", "0/0", "0/1", "1/1")
#: Where the minor allele is so common that exchanging the alleles changes little.
MOST_MAF = 0.4


class People:
    """Genotypes of some people of the panel, and the plates that they lie on."""

    def __init__(self, bench, draw, *, by_ancestry):
        labels = cohorts.kg_labels(bench, PANEL).set_index("sample_id")
        path = str(bench.data / f"{PANEL}/{PANEL}.GRCh37.vcf.gz")
        with pysam.VariantFile(path) as file:
            names = np.array(file.header.samples)
            ancestry = labels.loc[names, "ancestry"].to_numpy()
            chosen = self._choose(ancestry, draw, by_ancestry)
            rows, self.sites = [], []
            for record in file:
                if record.chrom in AUTOSOMES and len(record.alleles) == 2:
                    calls = [sum(c["GT"]) for c in record.samples.values()]
                    rows.append(np.array(calls, np.int8)[chosen])
                    self.sites.append((record.chrom, record.pos, *record.alleles))
        self.genotypes = np.array(rows)
        self.names = names[chosen]
        self.plates = np.repeat([f"plate{i + 1}" for i in range(N_PLATES)], PLATE)
        frequency = self.genotypes.mean(axis=1) / 2
        self.maf = np.minimum(frequency, 1 - frequency)

    @staticmethod
    def _choose(ancestry, draw, by_ancestry):
        if not by_ancestry:  # as a centre's patients come: two peoples on every plate
            pool = np.flatnonzero(np.isin(ancestry, ["EUR", "SAS"]))
            return draw.choice(pool, size=N_PLATES * PLATE, replace=False)
        parts = [
            draw.choice(np.flatnonzero(ancestry == people), size=PLATE, replace=False)
            for people in ("EUR", "SAS", "AFR", "EAS")
        ]
        return np.concatenate(parts)

    def on(self, plate):
        """Return the columns of a plate."""
        return np.flatnonzero(self.plates == plate)

    def sheet(self):
        """Return the samples and their plates."""
        return pd.DataFrame({"sample_id": self.names, "batch": self.plates})


def lose(people, draw, *, share):
    """Lose calls of some variants on plate3; return calls and the variants."""
    calls = people.genotypes.copy()
    bad = draw.choice(len(calls), size=N_MISSING, replace=False)
    block = calls[np.ix_(bad, people.on("plate3"))]
    block[draw.random(block.shape) < share] = -1
    calls[np.ix_(bad, people.on("plate3"))] = block
    return calls, bad


def flip(people, draw):
    """Exchange the alleles of some variants on plate4."""
    calls = people.genotypes.copy()
    pool = np.flatnonzero(people.maf < MOST_MAF)
    bad = draw.choice(pool, size=N_FLIPPED, replace=False)
    at = np.ix_(bad, people.on("plate4"))
    calls[at] = 2 - calls[at]
    return calls, bad


def drop_alleles(people, draw):
    """Call every heterozygote of some common variants on plate2 homozygous."""
    calls = people.genotypes.copy()
    pool = np.flatnonzero(people.maf > 0.2)
    bad = draw.choice(pool, size=N_DROPPED, replace=False)
    at = np.ix_(bad, people.on("plate2"))
    block = calls[at]
    dropped = 2 * draw.integers(0, 2, block.shape)
    calls[at] = np.where(block == 1, dropped, block)
    return calls, bad


def impoverish(people, draw):
    """Take calls from samples of plate2, at whatever variant."""
    calls = people.genotypes.copy()
    poor = people.on("plate2")[:N_POOR]
    block = calls[:, poor]
    block[draw.random(block.shape) < POOR] = -1
    calls[:, poor] = block
    return calls, poor


def write_calls(people, calls, path):
    """Write a VCF without anything but genotypes."""
    contigs = dict.fromkeys(site[0] for site in people.sites)
    lines = [
        "##fileformat=VCFv4.2",
        *(f"##contig=<ID={contig},assembly=GRCh37>" for contig in contigs),
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
        + "\t".join(people.names),
    ]
    words = np.array(WORDS)[calls + 1]
    for (contig, position, ref, alt), row in zip(people.sites, words, strict=True):
        head = f"{contig}\t{position}\t.\t{ref}\t{alt}\t.\tPASS\t.\tGT\t"
        lines.append(head + "\t".join(row))
    path.write_text("\n".join(lines) + "\n")


def judge(bench, name, people, calls):
    """Run sample and variant QC; return its outcome and which variants it set aside."""
    path = bench.scratch(f"{name}.vcf")
    write_calls(people, calls, path)
    run = bench.run(
        name,
        sheet=people.sheet(),
        genotypes={"vcf": str(path), "build": "GRCh37"},
    )
    decisions = run.table("qc/variant_decisions.tsv")
    out = decisions[decisions["outcome"] == "excluded"]
    sites = set(zip(out["contig"].astype(str), out["position"], strict=True))
    aside = np.array([(contig, pos) in sites for contig, pos, *_ in people.sites])
    return run, decisions, aside


def row_of(name, known, people, judged, planted):
    """Say how many planted variants and how many others were set aside, and who went.

    `planted` are rows of variants.
    """
    run, decisions, aside = judged
    is_bad = np.isin(np.arange(len(aside)), planted)
    found = decisions[decisions["outcome"] == "excluded"]
    rules = tally(found["rule"]) if len(found) else "no rule"
    lost = set(people.names) - set(run.lines("qc/keep.txt"))
    ours = f"set aside by {rules}"
    if is_bad.any():
        ours = f"{int(aside[is_bad].sum())} of {int(is_bad.sum())} found, {ours}"
    return Row(
        name,
        f"{PANEL}: {len(people.names)} people on {N_PLATES} plates,"
        f" {len(aside):,} variants",
        known,
        ours,
        f"{int(aside[~is_bad].sum())} of {int((~is_bad).sum()):,} sound variants set"
        f" aside; {len(lost)} of {len(people.names)} people excluded",
    )


def check_plates(bench):
    """Yield a row for each fault, and for plates that have none."""
    people = People(bench, random_generator(SEED, "plates"), by_ancestry=False)
    rows = []

    def add(name, known, plant, **options):
        calls, bad = plant(people, random_generator(SEED, name), **options)
        rows.append(row_of(name, known, people, judge(bench, name, people, calls), bad))

    calls = people.genotypes
    judged = judge(bench, "plates_sound", people, calls)
    rows.append(row_of("plates_sound", "nothing is wrong", people, judged, []))
    for percent in (10, 30, 70):
        known = f"{N_MISSING} variants lack {percent} % of plate3"
        add(f"plates_missing_{percent}", known, lose, share=percent / 100)
    known = f"{N_FLIPPED} variants of MAF below {MOST_MAF:g} exchanged on plate4"
    add("plates_flipped", known, flip)
    known = f"{N_DROPPED} variants of MAF above 0.2 lost every heterozygote on plate2"
    add("plates_dropped", known, drop_alleles)
    rows.append(row_of_poor(bench, people))
    peoples = People(bench, random_generator(SEED, "peoples"), by_ancestry=True)
    judged = judge(bench, "plates_peoples", peoples, peoples.genotypes)
    known = "nothing is wrong: each plate has another continent's people"
    rows.append(row_of("plates_peoples", known, peoples, judged, []))
    return rows


def row_of_poor(bench, people):
    """Say whether samples that are poor go, and take no variant with them."""
    name = "plates_poor"
    calls, poor = impoverish(people, random_generator(SEED, name))
    judged = judge(bench, name, people, calls)
    known = f"{N_POOR} samples of plate2 lack {100 * POOR:g} % of their calls"
    row = row_of(name, known, people, judged, [])
    gone = set(people.names) - set(judged[0].lines("qc/keep.txt"))
    bad = set(people.names[poor])
    return Row(
        name,
        row.data,
        known,
        f"{len(gone & bad)} of {len(bad)} excluded; variants {row.ours}",
        row.difference.replace(
            f"{len(gone)} of {len(people.names)} people excluded",
            f"{len(gone - bad)} of {len(people.names) - len(bad)} sound people"
            " excluded",
        ),
    )


CHECKS = [Check("plates", (PANEL,), check_plates)]
