"""Stretches that relatives share, planted by descent from real haplotypes."""

import itertools
import shutil

import numpy as np
import pandas as pd
import pysam

from benchmarks.validation import cohorts
from benchmarks.validation.rows import Check, Row
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.adjusted.segments import LEAST_BASES, measure_segments, skip_gaps
from genostrat.seeds import random_generator

ARRAY = "kg1_array_255"
FILE = f"{ARRAY}/{ARRAY}.GRCh37.vcf.gz"
SEED, N_PAIRS, MIN_MAF = 1, 25, 0.05
#: Crossovers a base: a centimorgan is about a megabase.
RATE = 1e-8
#: Genotypes that are another one by mistake.
ERROR = 0.001
PEOPLES = ("GBR", "FIN", "CHS")
KINDS = ("parent and child", "siblings", "half-siblings", "cousins", "second cousins")


class Haplotypes:
    """Phased haplotypes of real people; those of descent are their mosaics.

    A person is, by contig, two rows of founder haplotypes' numbers, one a site.
    """

    def __init__(self, bench, draw):
        self.draw = draw
        labels = cohorts.kg_labels(bench, ARRAY).set_index("sample_id")
        said = pysam.set_verbosity(0)
        calls, places = {}, {}
        with pysam.VariantFile(str(bench.data / FILE)) as file:
            self.peoples = labels.loc[list(file.header.samples), "population"]
            for record in file:
                calls.setdefault(record.chrom, []).append(
                    [call["GT"] for call in record.samples.values()]
                )
                places.setdefault(record.chrom, []).append(record.pos)
        pysam.set_verbosity(said)
        self.alleles = {c: np.array(v, np.int8) for c, v in calls.items()}
        self.places = {c: np.array(v) for c, v in places.items()}
        self.measured = {c: skip_gaps(at) for c, at in self.places.items()}

    def founders(self, people, n):
        """Return different persons of a people."""
        pool = np.flatnonzero(self.peoples.to_numpy() == people)
        chosen = self.draw.choice(pool, size=n, replace=False)
        return [
            {
                contig: np.repeat([[2 * one], [2 * one + 1]], len(at), axis=1)
                for contig, at in self.places.items()
            }
            for one in chosen
        ]

    def gamete(self, parent):
        """Return what a parent passes on."""
        passed = {}
        for contig, both in parent.items():
            at = self.places[contig]
            n_cuts = self.draw.poisson(RATE * (at[-1] - at[0]))
            cuts = np.sort(self.draw.integers(at[0], at[-1], n_cuts))
            copy = (self.draw.integers(2) + np.searchsorted(cuts, at)) % 2
            passed[contig] = np.where(copy == 0, both[0], both[1])
        return passed

    def child(self, one, two):
        """Return a child of two."""
        first, second = self.gamete(one), self.gamete(two)
        return {contig: np.stack([first[contig], second[contig]]) for contig in first}

    def pair(self, kind, people):
        """Return two people of a kind of relationship, all others founders."""
        a, b, c, d, e, f = self.founders(people, 6)
        if kind == "parent and child":
            return a, self.child(a, b)
        if kind == "half-siblings":
            return self.child(a, b), self.child(a, c)
        one, two = self.child(a, b), self.child(a, b)
        if kind == "siblings":
            return one, two
        one, two = self.child(one, c), self.child(two, d)
        if kind == "cousins":
            return one, two
        return self.child(one, e), self.child(two, f)

    def calls(self, person, contig):
        """Return the genotypes of a person, with a few mistakes."""
        rows = np.arange(len(self.places[contig]))
        drawn = [self.alleles[contig][rows, h // 2, h % 2] for h in person[contig]]
        found = drawn[0] + drawn[1]
        wrong = self.draw.random(len(found)) < ERROR
        found[wrong] = self.draw.integers(0, 3, int(wrong.sum()))
        return found.astype(np.int8)

    def shared(self, one, two):
        """Return the megabases that two people share by descent, by contig's stretch.

        Counted are stretches of :data:`LEAST_BASES` at least, without gaps in the
        array, as ours are.
        """
        total = 0
        for contig, at in self.measured.items():
            same = np.zeros(len(at), bool)
            for mine, theirs in itertools.product(one[contig], two[contig]):
                same |= mine == theirs
            edges = np.flatnonzero(np.diff(np.concatenate([[0], same, [0]])))
            lengths = at[edges[1::2] - 1] - at[edges[::2]]
            total += lengths[lengths >= LEAST_BASES].sum()
        return total / 1e6


def drop_genes(source):
    """Return people, and a table of pairs with what they share."""
    people, rows = [], []
    for kind in KINDS:
        for number in range(N_PAIRS):
            both = source.pair(kind, PEOPLES[number % 3])
            names = [f"s{len(people) + i:04}" for i in range(2)]
            people += both
            rows.append((*names, kind, source.shared(*both)))
    for number in range(4 * N_PAIRS):
        own = PEOPLES[number % 3]
        other = "CHS" if own != "CHS" else "GBR"
        kinds = {
            f"strangers of {own}": source.founders(own, 2),
            "strangers of two continents": source.founders(own, 1)
            + source.founders(other, 1),
        }
        for kind, both in kinds.items():
            names = [f"s{len(people) + i:04}" for i in range(2)]
            people += both
            rows.append((*names, kind, 0.0))
    return people, pd.DataFrame(rows, columns=["sample_1", "sample_2", "kind", "true"])


def write_store(source, people, folder):
    """Write the people's genotypes; return the store and its common variants."""
    shutil.rmtree(folder, ignore_errors=True)
    names = [f"s{i:04}" for i in range(len(people))]
    common = {}
    for contig, at in source.places.items():
        calls = np.stack([source.calls(one, contig) for one in people], axis=1)
        write_contig(
            folder,
            contig,
            blocks=[calls],
            n_variants=len(at),
            pvar_lines=[f"{contig}\t{pos}\tv\tA\tG\t.\tPASS" for pos in at],
            samples=names,
            sexes=[""] * len(names),
        )
        frequency = source.alleles[contig].mean(axis=(1, 2))
        common[contig] = np.flatnonzero(np.minimum(frequency, 1 - frequency) >= MIN_MAF)
    return Store(folder), common


def check_segments(bench):
    """Yield a row for each kind of relationship."""
    source = Haplotypes(bench, random_generator(SEED, "segments"))
    people, pairs = drop_genes(source)
    store, common = write_store(source, people, bench.scratch("segments"))
    pairs = pd.concat([pairs, measure_segments(store, pairs, rows=common)], axis=1)
    length = sum(int(at[-1] - at[0]) for at in source.measured.values()) / 1e6
    n_sites = sum(map(len, common.values()))
    rows = []
    for kind, own in pairs.groupby("kind", sort=False):
        error = own["shared_mb"] - own["true"]
        n_found = int((own["n_segments"] > 0).sum())
        rows.append(
            Row(
                "segments_" + kind.replace(" ", "_").replace("-", "_"),
                f"{ARRAY}: {len(own)} pairs of {kind} by descent from its haplotypes;"
                f" {n_sites:,} common SNVs over {length:.0f} Mb",
                f"{own['true'].mean():.0f} Mb shared on average, in stretches of"
                f" {LEAST_BASES / 1e6:g} Mb or more",
                f"{own['shared_mb'].mean():.0f} Mb; {n_found} of {len(own)} pairs have"
                " a stretch",
                f"{error.mean():+.1f} Mb on average, {error.min():+.1f} to"
                f" {error.max():+.1f}",
            )
        )
    return rows


CHECKS = [Check("segments", (ARRAY,), check_segments)]
