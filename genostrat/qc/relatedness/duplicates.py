"""Samples with the same genotypes everywhere, where kinship cannot be measured."""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.blocks import count_variants, map_blocks
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.relatedness.pairs import block_size

#: Sites in different windows of so many bases say nearly independent things of two
#: strangers.
WINDOW_BASES = 1_000_000
#: Identical genotypes are no chance if fewer pairs of strangers than this are expected
#: to have them in the whole cohort,
MOST_STRANGERS = 0.01
#: and full siblings, who share whole stretches of the genome, with less than this
#: probability.
MOST_SIBLINGS = 0.1
#: Crossovers a base, in each of the four meioses that make two siblings.
CROSSOVERS = 4 * 1e-8
#: Share of the sites that a sample must be called at to be compared.
LEAST_CALLED = 0.5
MISSING = -9


@dataclass(frozen=True)
class IdenticalPairs:
    """Pairs of samples whose genotypes are the same, missing ones included.

    Parameters
    ----------
    samples
        Places of both in the store, shape (n_pairs, 2), sorted: pairs that are one
        person.
    n_sites
        Sites that are called in both.
    n_alike
        Further pairs, who may be relatives, or people whom these sites do not tell
        apart.
    """

    samples: Indices
    n_sites: Integers
    n_alike: int


def find_identical(store: Store, *, threads: int = 1) -> IdenticalPairs:
    """Find the pairs whose genotypes are identical at all autosomal variants.

    Parameters
    ----------
    store
        The genotypes.
    threads
        Blocks of variants worked on at once.

    Notes
    -----
    Two strangers have the same genotype at a site of allele frequency p with
    probability p⁴ + 4p²q² + q⁴; each window counts by the site called in both where
    that is least. Two full siblings have all alleles of a contig in common if no
    crossover parts them: with probability ¼ exp(−4·L), L its length in Morgans between
    the first and the last site, at one centimorgan a million bases. So a gene or two
    never show a duplicate, and a chromosome does. Samples with fewer than half of the
    calls are not compared.
    """
    digests = [blake2b(digest_size=16) for _ in store.samples]
    parts = [
        _read(contig, digests, threads=threads)
        for contig in store.autosomes
        if count_variants(contig)
    ]
    n_called = sum((p.called.sum(axis=0) for p in parts), np.zeros(len(digests), int))
    n_sites = sum(len(part.positions) for part in parts)
    groups: dict[bytes, list[int]] = {}
    for place, digest in enumerate(digests):
        if n_called[place] and n_called[place] >= LEAST_CALLED * n_sites:
            groups.setdefault(digest.digest(), []).append(place)
    n_pairs = len(digests) * (len(digests) - 1) // 2
    pairs = [
        pair
        for group in groups.values()
        if len(group) > 1 and _is_no_chance(parts, group[0], n_pairs=n_pairs)
        for pair in combinations(group, 2)
    ]
    found = np.array(sorted(pairs), np.intp).reshape(-1, 2)
    n_all = sum(len(group) * (len(group) - 1) // 2 for group in groups.values())
    return IdenticalPairs(found, n_called[found[:, 0]], n_all - len(found))


@dataclass(frozen=True)
class _Evidence:
    """What the sites of a contig say of two people with the same genotypes.

    Parameters
    ----------
    positions
        Of the sites.
    alike
        How likely two strangers are the same there; NaN where nobody is called.
    called
        Whether a sample is called, shape (n_sites, n_samples).
    """

    positions: Integers
    alike: Floats
    called: Flags


def _read(contig: Contig, digests: list[blake2b], *, threads: int) -> _Evidence:
    """Feed the digests with the genotypes of a contig, and weigh its sites."""
    n_samples = len(digests)

    def work(_: slice, block: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
        return np.ascontiguousarray(block[:, :n_samples].T)

    alike, called = [], []
    size = block_size(n_samples)
    for block in map_blocks(contig, work, size=size, threads=threads):
        for digest, genotypes in zip(digests, block, strict=True):
            digest.update(genotypes.tobytes())
        known = block != MISSING
        with np.errstate(invalid="ignore"):
            p = np.where(known, block, 0).sum(axis=0) / (2 * known.sum(axis=0))
        alike.append(match_of_strangers(p))
        called.append(known.T)
    positions = contig.variants["position"].to_numpy()
    return _Evidence(positions, np.concatenate(alike), np.concatenate(called))


def match_of_strangers(frequency: Floats) -> Floats:
    """Return how likely two strangers have the same genotype, by allele frequency.

    Examples
    --------
    >>> match_of_strangers(np.array([0.0, 0.5])).tolist()
    [1.0, 0.375]
    """
    p, q = frequency, 1 - frequency
    return np.asarray(p**4 + 4 * p**2 * q**2 + q**4)


def _is_no_chance(parts: list[_Evidence], sample: int, *, n_pairs: int) -> bool:
    """Say whether neither strangers nor siblings would be so alike."""
    strangers, siblings = float(n_pairs), 1.0
    for part in parts:
        usable = part.called[:, sample] & np.isfinite(part.alike)
        if not usable.any():
            continue
        positions = part.positions[usable]
        windows = positions // WINDOW_BASES
        best = np.ones(int(windows.max()) + 1)
        np.minimum.at(best, windows, part.alike[usable])
        strangers *= float(best.prod())
        length = float(positions.max() - positions.min())
        siblings *= 0.25 * math.exp(-CROSSOVERS * length)
    return strangers < MOST_STRANGERS and siblings < MOST_SIBLINGS
