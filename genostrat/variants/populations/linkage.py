"""How linkage disequilibrium decays with distance, in groups of people."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import allel
import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.kinds import find_biallelic_snvs, read_positions
from genostrat.genotypes.store import Contig, Store
from genostrat.variants.populations.counting import BLOCK_BYTES
from genostrat.variants.populations.groups import Group

#: Ends of the classes of distance, in bases.
EDGES = np.array(
    [
        *(0, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000),
        *(100_000, 200_000, 500_000, 1_000_000),
    ]
)
N_CLASSES = len(EDGES) - 1
#: Pairs of variants are taken from windows of this length.
WINDOW = int(EDGES[-1])
#: Variants of a window: its first ones, all of them, for short distances; and a sample
#: of the others for long distances.
MOST_VARIANTS, MOST_DENSE = 240, 80
#: Pairs looked at in all windows together, about; more change no digit of a mean.
ENOUGH_PAIRS = 400_000
#: People of a group whose genotypes are correlated.
MOST_PEOPLE = 300
#: With fewer people chance alone gives an r² above 1/30.
MIN_PEOPLE = 30
#: Lowest frequency of the rarer allele: r² of rarer ones is bounded far below 1.
MIN_MAF = 0.05
#: Fewer pairs than this give no mean.
MIN_PAIRS = 50
#: Fewer classes of distance with a mean than this show no decay, and nor do classes
#: that all begin at :data:`NEAR` bases or beyond, where little is left to decay.
MIN_CLASSES, NEAR = 3, 50_000

COLUMNS = [
    *("kind", "group", "n_samples", "distance_low", "distance_high"),
    *("n_pairs", "r2", "r2_adjusted", "reason"),
]


def measure_decay(
    store: Store, groups: Sequence[Group], *, max_missing_rate: float, threads: int = 1
) -> pd.DataFrame:
    """Return the mean r² of pairs of variants by distance, in each group.

    Parameters
    ----------
    store
        The genotypes.
    groups
        The first is of everybody who is in any of the groups.
    max_missing_rate
        Highest share of missing genotypes of a variant, over the first group.
    threads
        Blocks of variants read at once.

    Returns
    -------
    DataFrame
        The table ``variants/ld_decay.tsv``.

    Notes
    -----
    r is the correlation of genotypes (Rogers and Huff 2009, doi
    10.1534/genetics.108.093153), which needs no phase; variants with a minor allele
    frequency of at least :data:`MIN_MAF` in the group. Chance gives unlinked variants
    an r² of 1/(n − 1) in n people: ``r2_adjusted`` is (r² − 1/(n − 1)) / (1 − 1/(n −
    1)), so that groups of different size can be compared.

    Windows are taken all over the genome until there are enough pairs. Nothing is
    drawn at random.
    """
    judged = [_judge(group) for group in groups]
    chosen = [i for i, group in enumerate(judged) if not group.reason]
    people = {
        i: _spread(np.flatnonzero(judged[i].members), MOST_PEOPLE) for i in chosen
    }
    sums = np.zeros((2, len(groups), N_CLASSES))
    windows = _read_windows(
        store, groups[0].members, max_missing_rate=max_missing_rate, threads=threads
    )
    for block, positions in windows if chosen else ():
        for number in chosen:
            sums[:, number] += _sum_pairs(block[:, people[number]], positions)
    rows = []
    for number, group in enumerate(judged):
        rows += _to_rows(group, sums[:, number], n_people=len(people.get(number, ())))
    return pd.DataFrame(rows, columns=COLUMNS)


def _judge(group: Group) -> Group:
    if group.reason or group.size >= MIN_PEOPLE:
        return group
    reason = f"{group.size} unrelated people, fewer than {MIN_PEOPLE}"
    return Group(group.kind, group.name, group.members, reason)


def _spread(places: Indices, most: int) -> Indices:
    """Return at most so many of some places, evenly."""
    if len(places) <= most:
        return places
    return places[np.linspace(0, len(places) - 1, most).round().astype(np.intp)]


def _read_windows(
    store: Store,
    everybody: Flags,
    *,
    max_missing_rate: float,
    threads: int,
) -> Iterator[tuple[npt.NDArray[np.int8], Integers]]:
    """Yield the genotypes of all samples at common variants of windows, and positions.

    Each contig gives its share of the pairs, from windows all over it.
    """
    numbers = {
        contig.name: np.unique(read_positions(contig) // WINDOW)
        for contig in store.autosomes
    }
    n_windows = sum(map(len, numbers.values()))
    for contig in store.autosomes:
        own = numbers[contig.name]
        wanted, n_pairs = ENOUGH_PAIRS * len(own) / n_windows, 0
        rows, positions = find_biallelic_snvs(contig)
        for number in own[_scatter(len(own))]:
            edges = np.searchsorted(positions, [number * WINDOW, (number + 1) * WINDOW])
            inside = slice(*edges.tolist())
            common = _choose_common(
                contig,
                rows[inside],
                everybody,
                max_missing_rate=max_missing_rate,
                threads=threads,
            )
            if len(common) < 2:
                continue
            yield contig.read(rows[inside][common]), positions[inside][common]
            n_pairs += len(common) * (len(common) - 1) // 2
            if n_pairs >= wanted:
                break


def _scatter(n: int) -> Indices:
    """Return 0 to n − 1 in an order that is all over the range from its beginning."""
    golden = (np.sqrt(5) - 1) / 2
    return np.argsort((np.arange(n) * golden) % 1, kind="stable")


def _choose_common(
    contig: Contig,
    rows: Indices,
    everybody: Flags,
    *,
    max_missing_rate: float,
    threads: int,
) -> Indices:
    """Return the places of the common variants of a window that are looked at."""
    n_people = int(everybody.sum())

    def work(at: slice, block: npt.NDArray[np.int8]) -> Flags:
        del at
        own = block[:, :n_people]
        n_called = (own >= 0).sum(axis=1)
        n_alt = np.where(own > 0, own, 0).sum(axis=1, dtype=np.int64)
        minor = np.minimum(n_alt, 2 * n_called - n_alt)
        enough = n_called >= max(1, (1 - max_missing_rate) * n_people)
        good: Flags = enough & (minor >= 2 * MIN_MAF * n_called)
        return good

    size = max(1, BLOCK_BYTES // max(1, n_people))
    parts = map_blocks(
        contig, work, size=size, rows=rows, samples=everybody, threads=threads
    )
    common = np.flatnonzero(np.concatenate([np.zeros(0, bool), *parts]))
    if len(common) <= MOST_VARIANTS:
        return common
    rest = _spread(common[MOST_DENSE:], MOST_VARIANTS - MOST_DENSE)
    return np.r_[common[:MOST_DENSE], rest]


def _sum_pairs(genotypes: npt.NDArray[np.int8], positions: Integers) -> Floats:
    """Return the number of pairs and the sum of their r²: shape (2, N_CLASSES)."""
    known = genotypes >= 0
    n_called = known.sum(axis=1)
    n_alt = np.where(known, genotypes, 0).sum(axis=1, dtype=np.int64)
    minor = np.minimum(n_alt, 2 * n_called - n_alt)
    common = (n_called >= MIN_PEOPLE) & (minor >= 2 * MIN_MAF * n_called)
    sums = np.zeros((2, N_CLASSES))
    if common.sum() < 2:
        return sums
    where = positions[common]
    # An array also where there is one pair, for which allel returns a number.
    r = np.atleast_1d(allel.rogers_huff_r(genotypes[common])).astype(float)
    first, second = np.triu_indices(len(where), k=1)
    classes = np.searchsorted(EDGES, where[second] - where[first], side="left") - 1
    # Genotypes that are all heterozygous among the called ones have no correlation.
    usable = np.isfinite(r)
    sums[0] = np.bincount(classes[usable], minlength=N_CLASSES)
    sums[1] = np.bincount(classes[usable], r[usable] ** 2, minlength=N_CLASSES)
    return sums


def _to_rows(group: Group, sums: Floats, *, n_people: int) -> list[dict[str, object]]:
    head: dict[str, object] = {
        "kind": group.kind,
        "group": group.name,
        "n_samples": group.size,
        "reason": group.reason,
    }
    n_pairs, total = sums
    told = n_pairs >= MIN_PAIRS
    near = told & (EDGES[:-1] < NEAR)
    if not group.reason and (told.sum() < MIN_CLASSES or not near.any()):
        head["reason"] = f"too few pairs of common variants within {NEAR // 1000} kb"
    # One row says why a group has none, so that it is not just absent.
    if head["reason"]:
        return [head | {"distance_low": 0, "distance_high": WINDOW}]
    chance = 1 / (n_people - 1)
    rows = []
    for place, (low, high) in enumerate(itertools.pairwise(EDGES)):
        mean = total[place] / n_pairs[place] if told[place] else np.nan
        rows.append(
            head
            | {
                "distance_low": int(low),
                "distance_high": int(high),
                "n_pairs": int(n_pairs[place]),
                "r2": mean,
                "r2_adjusted": (mean - chance) / (1 - chance),
            }
        )
    return rows
