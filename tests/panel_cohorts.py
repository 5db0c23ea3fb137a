"""Small panels and cohorts of known ancestry, as genotype stores."""

import numpy as np
import pandas as pd

from genostrat.genotypes.store import Store, write_contig


def drift(rng, base, share):
    """Return frequencies after a drift of F from others (Balding and Nichols 1995)."""
    scale = (1 - share) / share
    return np.clip(rng.beta(base * scale, (1 - base) * scale), 0.01, 0.99)


def draw(rng, frequency, n_samples):
    """Draw unrelated people: int8 (n_variants, n_samples)."""
    shape = (len(frequency), n_samples)
    return rng.binomial(2, frequency[:, None], shape).astype(np.int8)


def child_of(rng, mother, father):
    return (rng.binomial(1, mother / 2) + rng.binomial(1, father / 2)).astype(np.int8)


def make_store(folder, genotypes, *, names, swapped=(), step=1000, alleles=None):
    """Write a store of one contig; `swapped` are rows with REF and ALT exchanged."""
    n_variants = len(genotypes)
    genotypes = genotypes.astype(np.int8).copy()
    alleles = [("A", "G")] * n_variants if alleles is None else list(alleles)
    for row in swapped:
        genotypes[row] = np.where(genotypes[row] >= 0, 2 - genotypes[row], -9)
        alleles[row] = alleles[row][::-1]
    write_contig(
        folder,
        "1",
        blocks=[genotypes],
        n_variants=n_variants,
        pvar_lines=[
            f"1\t{(i + 1) * step}\tv{i}\t{ref}\t{alt}\t.\tPASS"
            for i, (ref, alt) in enumerate(alleles)
        ],
        samples=list(names),
        sexes=[""] * len(names),
    )
    return Store(folder)


class World:
    """Three populations, one mixed of two of them, and one that is in no panel."""

    def __init__(self, seed, *, n_variants=3000):
        self.rng = np.random.default_rng(seed)
        base = self.rng.uniform(0.15, 0.85, n_variants)
        self.frequency = {name: drift(self.rng, base, 0.1) for name in ("N", "E", "S")}
        self.frequency["other"] = drift(self.rng, base, 0.1)

    def people(self, population, n_samples):
        """Draw people of a population; of M, each with a share of N and the rest E."""
        if population != "M":
            return draw(self.rng, self.frequency[population], n_samples)
        shares = self.rng.uniform(0.2, 0.8, n_samples)
        mixed = np.outer(self.frequency["N"], shares)
        mixed += np.outer(self.frequency["E"], 1 - shares)
        return self.rng.binomial(2, mixed).astype(np.int8)

    def panel(self, folder, sizes):
        """Write a panel; return its store, its people and its genotypes."""
        parts = {name: self.people(name, size) for name, size in sizes.items()}
        genotypes = np.concatenate(list(parts.values()), axis=1)
        ancestry = [name for name, size in sizes.items() for _ in range(size)]
        names = [f"r{i:03}" for i in range(len(ancestry))]
        people = pd.DataFrame({"sample_id": names, "ancestry": ancestry})
        people["population"] = ""
        return make_store(folder, genotypes, names=names), people, genotypes
