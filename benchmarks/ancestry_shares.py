"""Hold shares of ancestry against mixtures that are planted in people of a panel.

    python -m benchmarks.ancestry_shares --data <folder>

The folder has the subfolder kg3_panel_2504: 2,504 people of the 1000 Genomes Project at
23,770 sites. A quarter of them is kept out of the panel; genomes are mosaics of their
alleles, in tracts of 30 Mb on average, and the truth is the share of sites that came
from each label. Last, people of a label are held against a panel without it.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import genostrat
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.components.pruning import choose_unlinked
from genostrat.qc.panel.fit import count_groups
from genostrat.qc.panel.shares import (
    draw_blocks,
    estimate_shares,
    measure_frequencies,
    tabulate_shares,
)
from genostrat.qc.sites import choose_common, count_sites

TRACT_BASES = 30e6
#: What is planted: the label's share, in the order of the labels' names.
MIXTURES = (
    {"AFR": 1.0},
    {"EUR": 1.0},
    {"AFR": 0.25, "EUR": 0.75},
    {"AFR": 0.8, "EUR": 0.2},
    {"AFR": 0.5, "EAS": 0.25, "EUR": 0.25},
    {"EAS": 0.1, "EUR": 0.9},
    {"EUR": 0.5, "SAS": 0.5},
    {"EUR": 0.97, "SAS": 0.03},
)


class Panel:
    """A panel split in people whom frequencies are taken of, and people to plant."""

    def __init__(self, store, labels, rng):
        self.store, self.rng = store, rng
        self.label_of = np.array([labels[name] for name in store.samples])
        self.names = sorted(set(self.label_of))
        self.is_planted = rng.random(len(store.samples)) < 0.25
        self.rows = {}
        for contig in store.autosomes:
            counts = count_sites(contig, samples=~self.is_planted)
            common = choose_common(contig, counts, min_maf=0.01, max_missing_rate=1)
            self.rows[contig.name] = choose_unlinked(
                contig,
                common,
                window=100,
                step=20,
                max_r2=0.2,
                samples=~self.is_planted,
            )

    def homes(self, names):
        """Return the label that each sample is counted in; −1 for none."""
        return np.array(
            [
                names.index(label) if label in names and not planted else -1
                for label, planted in zip(self.label_of, self.is_planted, strict=True)
            ]
        )

    def frequencies(self, without=None):
        """Measure the labels' frequencies, of all labels or of all but one."""
        names = [name for name in self.names if name != without]
        group_of = self.homes(names)
        counts = count_groups(
            self.store, rows=self.rows, group_of=group_of, n_groups=len(names)
        )
        return measure_frequencies(
            self.store,
            counts,
            rows=self.rows,
            label_of=np.arange(len(names)),
            labels=names,
        )

    def plant(self, folder, shares, n_people):
        """Write mosaics of people who are no part of the panel; return store, truth."""
        names = [f"m{i:03}" for i in range(n_people)]
        truth = np.zeros((n_people, len(self.names)))
        odds = np.array([shares.get(name, 0.0) for name in self.names])
        for contig in self.store.autosomes:
            rows = self.rows[contig.name]
            positions = contig.variants["position"].to_numpy()[rows]
            people = contig.read(rows)
            mosaic = np.zeros((len(rows), n_people), np.int8)
            for person in range(n_people):
                for _ in range(2):
                    alleles, own = self._draw_gamete(people, positions, odds)
                    mosaic[:, person] += alleles
                    truth[person] += own
            lines = [f"{contig.name}\t{p}\t.\tA\tG\t.\t." for p in positions]
            write_contig(
                folder,
                contig.name,
                blocks=[mosaic],
                n_variants=len(rows),
                pvar_lines=lines,
                samples=names,
                sexes=[""] * n_people,
            )
        return Store(folder), truth / truth.sum(axis=1, keepdims=True)

    def _draw_gamete(self, people, positions, odds):
        alleles = np.zeros(len(positions), np.int8)
        own = np.zeros(len(odds))
        start, last = 0.0, float(positions[-1]) if len(positions) else 0.0
        while start <= last:
            stop = start + self.rng.exponential(TRACT_BASES)
            inside = (positions >= start) & (positions < stop)
            label = self.rng.choice(len(odds), p=odds)
            chosen = self.is_planted & (self.label_of == self.names[label])
            found = people[inside, self.rng.choice(np.flatnonzero(chosen))]
            of_het = self.rng.random(len(found)) < 0.5
            alleles[inside] = np.where(found == 1, of_het, found // 2)
            own[label] += inside.sum()
            start = stop
        return alleles, own


def fit_likelihood(genotypes, alleles, n_rounds=300):
    """Return shares by expectation and maximisation, frequencies taken for true."""
    p = np.clip(alleles, 0.002, 0.998)
    shares = np.full((genotypes.shape[1], p.shape[1]), 1 / p.shape[1])
    for _ in range(n_rounds):
        mean = p @ shares.T
        of_alt = (genotypes / mean).T @ p
        of_ref = ((2 - genotypes) / (1 - mean)).T @ (1 - p)
        shares *= (of_alt + of_ref) / (2 * len(p))
    return shares


def measure_mixtures(panel, scratch, *, n_people):
    """Return a row a planted mixture and label: bias, error, coverage, width."""
    frequencies = panel.frequencies()
    draws = draw_blocks(frequencies.n_blocks, seed=1)
    every = {name: np.arange(len(rows)) for name, rows in panel.rows.items()}
    known = estimate_shares(
        panel.store,
        frequencies,
        rows=panel.rows,
        label_of_sample=panel.homes(frequencies.labels),
    )
    table = []
    for number, mixture in enumerate(MIXTURES):
        store, truth = panel.plant(scratch / str(number), mixture, n_people)
        found = estimate_shares(store, frequencies, rows=every, draws=draws)
        status = tabulate_shares(
            store.samples,
            found,
            frequencies.labels,
            of_panel=known,
            enough=np.ones(n_people, bool),
            tail=0.02,
        ).drop_duplicates("sample_id")["status"]
        error = found.shares - truth
        whole = np.concatenate([c.read(every[c.name]) for c in store.autosomes])
        peer = fit_likelihood(whole, frequencies.alleles) - truth
        covered = (found.low <= truth + 1e-9) & (found.high >= truth - 1e-9)
        for label, name in enumerate(frequencies.labels):
            table.append(
                {
                    "planted": " + ".join(f"{q:g} {k}" for k, q in mixture.items()),
                    "label": name,
                    "bias": error[:, label].mean(),
                    "rmse": np.sqrt((error[:, label] ** 2).mean()),
                    "peer_bias": peer[:, label].mean(),
                    "coverage": covered[:, label].mean(),
                    "width": (found.high - found.low)[:, label].mean(),
                    "doubtful": (status == "doubtful").mean(),
                }
            )
    return pd.DataFrame(table)


def measure_strangers(panel):
    """Return, by label, how many of its people a panel without it calls doubtful."""
    table = []
    for number, name in enumerate(panel.names):
        frequencies = panel.frequencies(without=name)
        found = estimate_shares(
            panel.store,
            frequencies,
            rows=panel.rows,
            label_of_sample=panel.homes(frequencies.labels),
        )
        members = panel.label_of != name
        of_panel = found.ratio[members & ~panel.is_planted]
        limit = np.quantile(of_panel, 0.98)
        table.append(
            {
                "label": panel.names[number],
                "strangers_doubtful": (found.ratio[~members] > limit).mean(),
                "members_doubtful": (
                    found.ratio[members & panel.is_planted] > limit
                ).mean(),
            }
        )
    return pd.DataFrame(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--people", type=int, default=40, help="of each mixture")
    options = parser.parse_args()
    folder = options.data / "kg3_panel_2504"
    table = pd.read_csv(folder / "labels.tsv", sep="\t", dtype=str)
    labels = dict(zip(table["sample"], table["superpopulation"], strict=True))
    with tempfile.TemporaryDirectory() as scratch:
        path = folder / "kg3_panel_2504.GRCh37.vcf.gz"
        read = genostrat.read_genotypes(path, f"{scratch}/panel", build="GRCh37")
        panel = Panel(read.store, labels, np.random.default_rng(1))
        rows = sum(map(len, panel.rows.values()))
        print(f"{rows} sites; {options.people} people of each mixture\n")
        found = measure_mixtures(panel, Path(scratch), n_people=options.people)
        print(found.round(3).to_string(index=False))
        planted = found[
            [
                label in mixture.split()
                for label, mixture in zip(found["label"], found["planted"], strict=True)
            ]
        ]
        print(f"\ncoverage of 95 % intervals: {found['coverage'].mean():.3f}")
        print(f"of the labels planted: {planted['coverage'].mean():.3f}")
        print(f"largest bias: {found['bias'].abs().max():.3f}")
        print(f"by maximum likelihood: {found['peer_bias'].abs().max():.3f}\n")
        print(measure_strangers(panel).round(3).to_string(index=False))


if __name__ == "__main__":
    main()
