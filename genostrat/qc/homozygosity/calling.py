"""Runs of homozygosity of every sample, in one pass over the autosomes."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Floats, Indices, Integers
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.kinds import find_biallelic_snvs
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.homozygosity.coverage import find_covered
from genostrat.qc.homozygosity.model import Model
from genostrat.qc.homozygosity.viterbi_kernels import (
    N_FIELDS,
    N_MARKS,
    N_SUMS,
    finish,
    follow_block,
)

#: Genotypes read at once: 8 MB.
BLOCK_BYTES = 1 << 23
#: Lowest frequency of the rarer allele of a variant that is informative: a homozygote
#: of a commoner allele is found in everybody.
MIN_MAF = 0.05
#: Shortest runs counted, in bases: those of 1.5 Mb are longer than linkage
#: disequilibrium makes them (McQuillan 2008, doi 10.1016/j.ajhg.2008.08.007), those of
#: 5 Mb come from ancestors of the last ten generations or so.
SHORT, LONG = 1_500_000, 5_000_000


@dataclass(frozen=True)
class Population:
    """Samples that are held against the same allele frequencies.

    Parameters
    ----------
    name
        An ancestry label, or ``all``.
    judged
        Samples whose runs are called, a mask over the samples of the store.
    founders
        Unrelated samples that the frequencies are of, likewise.
    """

    name: str
    judged: Flags
    founders: Flags


@dataclass
class HomozygosityCalls:
    """What was found in the people of a population.

    Parameters
    ----------
    people
        Their places among the samples of the store.
    contigs
        For each run its contig.
    runs
        One row a run: place in `people`, start, end, variants called in it,
        heterozygous ones, and those expected; shape (n_runs, 6).
    sums
        For each of them informative variants called, heterozygous ones, and those
        expected; shape (n_people, 3).
    n_sites
        Informative variants.
    covered
        By shortest length: for each contig where such a run would be found.
    """

    people: Indices
    contigs: list[str] = field(default_factory=list)
    runs: Floats = field(default_factory=lambda: np.zeros((0, N_FIELDS)))
    sums: Floats = field(default_factory=lambda: np.zeros((0, N_SUMS)))
    n_sites: int = 0
    covered: dict[int, dict[str, Integers]] = field(
        default_factory=lambda: {SHORT: {}, LONG: {}}
    )


def call_runs(
    store: Store,
    populations: Sequence[Population],
    *,
    max_missing_rate: float,
    model: Model | None = None,
    threads: int = 1,
) -> dict[str, HomozygosityCalls]:
    """Call runs of homozygosity in the people of each population.

    Parameters
    ----------
    store
        The genotypes.
    populations
        Of different people.
    max_missing_rate
        Highest share of founders without a genotype at an informative variant.
    model
        Of the states; the default one if None.
    threads
        Contigs worked on at once; changes no result.

    Returns
    -------
    dict
        Name of the population → :class:`HomozygosityCalls`.

    Notes
    -----
    Informative are biallelic SNVs with a minor allele frequency of at least
    :data:`MIN_MAF` among the founders. Runs shorter than :data:`SHORT` are left out.
    Memory does not grow with the variants but for two numbers each of one contig.
    """
    model = model or Model()
    calls = {
        one.name: HomozygosityCalls(
            np.flatnonzero(one.judged), sums=np.zeros((one.judged.sum(), N_SUMS))
        )
        for one in populations
    }

    def work(contig: Contig) -> list[_Follower]:
        return _follow_contig(contig, populations, max_missing_rate, model)

    contigs = store.autosomes
    with ThreadPoolExecutor(max(1, threads)) as executor:
        for contig, followers in zip(contigs, executor.map(work, contigs), strict=True):
            for follower in followers:
                follower.hand_over(calls[follower.population.name], contig.name)
    return calls


def _follow_contig(
    contig: Contig,
    populations: Sequence[Population],
    max_missing_rate: float,
    model: Model,
) -> list[_Follower]:
    followers = [_Follower(one, max_missing_rate, model) for one in populations]
    rows, positions = find_biallelic_snvs(contig)

    def work(at: slice, block: npt.NDArray[np.int8]) -> None:
        for follower in followers:
            follower.add(block, positions[at])

    size = max(1, BLOCK_BYTES // max(1, len(contig.samples)))
    # One after the other: each block goes on from where the one before ended.
    for _ in map_blocks(contig, work, size=size, rows=rows):
        pass
    for follower in followers:
        follower.end()
    return followers


class _Follower:
    """Follows the people of a population along one contig."""

    def __init__(
        self, population: Population, max_missing_rate: float, model: Model
    ) -> None:
        self.population = population
        self._people = np.flatnonzero(population.judged)
        self._founders = np.flatnonzero(population.founders)
        self._fewest = max(1.0, (1 - max_missing_rate) * len(self._founders))
        self._model = model
        n = len(self._people)
        prior = np.log(model.prior / (1 - model.prior))
        self._settings = (float(prior), float(SHORT))
        self._state = (
            np.full(n, -np.inf),
            np.zeros((n, N_MARKS), np.int64),
            np.zeros((n, 3, N_SUMS)),
            np.zeros(1, np.int64),
        )
        self._buffer = np.zeros((max(1000, 4 * n), N_FIELDS))
        self._runs: list[Floats] = []
        self._positions: list[Integers] = []
        self._information: list[Floats] = []
        self._last: int | None = None

    def add(self, block: npt.NDArray[np.int8], positions: Integers) -> None:
        """Follow the people over a block of variants."""
        frequency, n_alleles, good = self._find_informative(block)
        if not good.any():
            return
        where, p = positions[good], frequency[good]
        n = n_alleles[good]
        self._positions.append(where)
        self._information.append(self._model.information(p))
        logs = self._link(where)
        evidence = self._model.evidence(p)
        expected = 2 * p * (1 - p) * n / (n - 1)
        genotypes = block[good]
        done = 0
        while done < len(where):
            n_done, n_runs = follow_block(
                genotypes[done:],
                self._people,
                where[done:],
                evidence[done:],
                expected[done:],
                logs[done:],
                self._settings,
                self._state,
                self._buffer,
            )
            self._runs.append(self._buffer[:n_runs].copy())
            done += n_done

    def _find_informative(
        self, block: npt.NDArray[np.int8]
    ) -> tuple[Floats, Integers, Flags]:
        own = block[:, self._founders]
        called = own >= 0
        n_called = called.sum(axis=1)
        n_alt = np.where(called, own, 0).sum(axis=1, dtype=np.int64)
        frequency = n_alt / np.maximum(2 * n_called, 1)
        minor = np.minimum(frequency, 1 - frequency)
        return frequency, 2 * n_called, (n_called >= self._fewest) & (minor >= MIN_MAF)

    def _link(self, positions: Integers) -> Floats:
        """Return the transitions to each variant; a mark where a stretch begins."""
        first = positions[0] if self._last is None else self._last
        distance = np.diff(positions, prepend=first)
        logs = self._model.transitions(np.maximum(distance, 1))
        logs[distance > self._model.max_gap, 0] = 1
        if self._last is None:
            logs[0, 0] = 1
        self._last = int(positions[-1])
        return logs

    def end(self) -> None:
        """End what is still open after the last variant."""
        n_runs = finish(self._settings, self._state, self._buffer)
        self._runs.append(self._buffer[:n_runs].copy())

    def hand_over(self, calls: HomozygosityCalls, contig: str) -> None:
        """Add what was found to that of other contigs."""
        runs = np.concatenate([np.zeros((0, N_FIELDS)), *self._runs])
        calls.runs = np.concatenate([calls.runs, runs])
        calls.contigs += [contig] * len(runs)
        calls.sums += self._state[2][:, 0]
        where = np.concatenate([np.zeros(0, np.int64), *self._positions])
        information = np.concatenate([np.zeros(0), *self._information])
        calls.n_sites += len(where)
        for length, covered in calls.covered.items():
            covered[contig] = find_covered(
                where, information, length=length, model=self._model
            )
