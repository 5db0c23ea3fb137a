"""Runs of homozygosity by sample: how much of a genome they are, and what they say."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Floats, Integers
from genostrat.genotypes.store import Store
from genostrat.qc.homozygosity.calling import (
    LONG,
    MIN_MAF,
    SHORT,
    HomozygosityCalls,
    Population,
    call_runs,
)
from genostrat.qc.homozygosity.coverage import overlap
from genostrat.qc.homozygosity.model import Model
from genostrat.stats.effects import MAD_OF_NORMAL

log = logging.getLogger(__name__)


EVERYBODY, UNASSIGNED = "all", "unassigned"
#: Fewer unrelated samples of a label give no allele frequencies of their own.
MIN_FOUNDERS = 20
#: Fewest megabases in which a run can be found for a share of the genome to be stated:
#: chromosome 1 has 249.
MIN_COVERED = 250
#: A sample with a lower share of the informative variants called may have runs that
#: are not seen, and the variants called between may be too few to see their ends.
MIN_CALLED = 0.8
#: Consanguinity is told from this F_ROH of long runs on, which children of second
#: cousins have on average, and from this many runs on: one may be there by chance.
CONSANGUINEOUS, MIN_RUNS = 1 / 64, 3
#: Megabases of a run that is conspicuous alone: two copies of one parent's chromosome
#: (uniparental disomy), a deletion, or a cell line. Runs within a chromosome of people
#: with uniparental disomy have 24 Mb on average, those of others 4 (Hoppman 2018, doi
#: 10.1038/gim.2018.24).
SINGLE = 20
#: Homozygosity outside the runs is conspicuous beyond this difference from the median
#: of the people held against the same frequencies, and beyond the limit in MADs.
MIN_EXCESS = 0.03
#: The median and MAD of fewer people say little.
MIN_PEERS = 10

COLUMNS = [
    *("sample_id", "frequencies", "n_sites", "covered_mb", "n_runs", "longest_mb"),
    *("f_roh", "covered_long_mb", "n_long_runs", "f_roh_long", "f_sites"),
    *("f_outside", "reading", "reason"),
]
RUN_COLUMNS = ["sample_id", "contig", "start", "end", "length_mb", "n_sites", "n_het"]


@dataclass(frozen=True)
class Homozygosity:
    """What the run of this stage writes.

    Parameters
    ----------
    samples
        The table ``qc/roh.tsv``.
    runs
        The table ``qc/roh_runs.tsv``.
    record
        The record ``qc/roh.json``.
    """

    samples: pd.DataFrame
    runs: pd.DataFrame
    record: dict[str, Any]


def measure_homozygosity(
    store: Store,
    *,
    ancestry: pd.DataFrame,
    unrelated: Sequence[str],
    max_missing_rate: float,
    max_mads: float,
    threads: int = 1,
) -> Homozygosity:
    """Find the runs of homozygosity of every sample, and the share that they are.

    Parameters
    ----------
    store
        The genotypes.
    ancestry
        ``qc/ancestry.tsv``.
    unrelated
        Samples that allele frequencies are taken from.
    max_missing_rate
        Highest missing rate of an informative variant among them.
    max_mads
        How far homozygosity outside the runs may be from that of others, in MADs.
    threads
        Contigs worked on at once; changes no result.

    Notes
    -----
    Each sample is held against the allele frequencies of its ancestry label, or, where
    that has fewer than :data:`MIN_FOUNDERS` unrelated samples, of all of them.

    F_ROH is the share of runs in that part of the autosomes in which such a run would
    be found (McQuillan 2008, doi 10.1016/j.ajhg.2008.08.007): where the variants are
    too few or too far apart for that it is not assessable, never 0. F outside the runs
    is 1 − O/E, with O observed and E expected heterozygotes at the informative
    variants outside: consanguinity makes runs and leaves it as it is; lost alleles,
    or frequencies that are not those of the sample's ancestors, raise it everywhere.
    """
    model = Model()
    populations = choose_populations(
        store.samples, ancestry=ancestry, unrelated=unrelated
    )
    calls = call_runs(
        store,
        populations,
        max_missing_rate=max_missing_rate,
        model=model,
        threads=threads,
    )
    parts, runs, left = [], [pd.DataFrame(columns=RUN_COLUMNS)], set(store.samples)
    for population in populations:
        own = calls[population.name]
        names = [store.samples[place] for place in own.people]
        parts.append(_tabulate(own, names, name=population.name, max_mads=max_mads))
        runs.append(_tabulate_runs(own, names))
        left -= set(names)
    parts.append(_tabulate_unknown([name for name in store.samples if name in left]))
    table = pd.concat(parts, ignore_index=True)
    record = _describe(table, populations, calls, model=model)
    for one in record["populations"]:
        log.info(
            "%d samples by frequencies of %d: %d SNVs, runs would be found in %.0f Mb,"
            " long ones in %.0f Mb",
            *(one["n_samples"], one["n_founders"], one["n_sites"]),
            *(one["covered_mb"], one["covered_long_mb"]),
        )
    log.info("%d of %d samples assessable", record["n_assessed"], len(table))
    return Homozygosity(table, pd.concat(runs, ignore_index=True), record)


def choose_populations(
    samples: Sequence[str], *, ancestry: pd.DataFrame, unrelated: Sequence[str]
) -> list[Population]:
    """Say whose allele frequencies each sample is held against.

    Returns
    -------
    list of Population
        Of labels with enough unrelated samples, by name; then, of all others,
        :data:`EVERYBODY`, whose founders are all unrelated samples. Nobody is in it
        where these are too few, and then there is none.
    """
    labels = ancestry.set_index("sample_id")["ancestry"].reindex(list(samples))
    texts = labels.fillna("").to_numpy(dtype=object)
    free = np.isin(samples, list(unrelated))
    left = np.ones(len(samples), bool)
    chosen = []
    for name in sorted(set(texts) - {"", UNASSIGNED}):
        own = texts == name
        if (own & free).sum() >= MIN_FOUNDERS:
            chosen.append(Population(str(name), own, own & free))
            left &= ~own
    if left.any() and free.sum() >= MIN_FOUNDERS:
        chosen.append(Population(_free_name(chosen), left, free))
    return chosen


def _free_name(chosen: Sequence[Population]) -> str:
    """Return a name for everybody that is no label's."""
    name = EVERYBODY
    while any(population.name == name for population in chosen):
        name += "_samples"
    return name


def _tabulate_unknown(names: Sequence[str]) -> pd.DataFrame:
    """Return the rows of people that there are no allele frequencies for."""
    table = pd.DataFrame(index=range(len(names)), columns=COLUMNS, dtype=float)
    table["sample_id"] = np.array(names, dtype=object)
    table["frequencies"], table["reading"] = "", "not_assessable"
    table["reason"] = (
        f"fewer than {MIN_FOUNDERS} unrelated samples to take allele frequencies from"
    )
    return table


def _tabulate(
    calls: HomozygosityCalls, names: Sequence[str], *, name: str, max_mads: float
) -> pd.DataFrame:
    """Return the rows of ``qc/roh.tsv`` of the people of a population."""
    n_called, n_het, expected = calls.sums.T
    table = pd.DataFrame({"sample_id": list(names), "frequencies": name})
    table["n_sites"] = n_called.astype(np.int64)
    short, long = (_share(calls, length=length) for length in (SHORT, LONG))
    many = n_called >= max(1, MIN_CALLED * calls.n_sites)
    for part, columns in (
        (short, ("covered_mb", "n_runs", "f_roh")),
        (long, ("covered_long_mb", "n_long_runs", "f_roh_long")),
    ):
        told = many & part.is_enough
        table[columns[0]] = part.covered
        table[columns[1]] = pd.Series(part.n_runs).where(told)
        table[columns[2]] = np.where(told, part.share, np.nan)
    told = many & long.is_enough
    longest = short.longest if short.is_enough else long.longest
    table["longest_mb"] = np.where(told, longest, np.nan)
    table["f_sites"] = 1 - _divide(n_het, expected)
    inside = np.zeros((len(names), 2))
    np.add.at(inside, calls.runs[:, 0].astype(np.intp), calls.runs[:, 4:6])
    outside = 1 - _divide(n_het - inside[:, 0], expected - inside[:, 1])
    table["f_outside"] = np.where(told, outside, np.nan)
    table["reading"] = _read(table, max_mads=max_mads)
    sparse = (
        f"long runs would be found in {long.covered:.0f} Mb, less than {MIN_COVERED}"
    )
    reason = np.where(many, sparse, f"fewer than {MIN_CALLED:.0%} of variants called")
    table["reason"] = np.where(told, "", reason)
    return table[COLUMNS]


@dataclass(frozen=True)
class _Share:
    """Runs of some length and more.

    Parameters
    ----------
    covered
        Megabases in which they would be found.
    n_runs, share, longest
        By person: their number, their share of that, and the longest in Mb (0 for
        none).
    """

    covered: float
    n_runs: Integers
    share: Floats
    longest: Floats

    @property
    def is_enough(self) -> bool:
        """Whether that many megabases stand for a genome."""
        return self.covered >= MIN_COVERED


def _share(calls: HomozygosityCalls, *, length: int) -> _Share:
    n_people = len(calls.people)
    covered = calls.covered[length]
    total = sum(int((own[:, 1] - own[:, 0] + 1).sum()) for own in covered.values())
    lengths = calls.runs[:, 2] - calls.runs[:, 1] + 1
    counted, contigs = lengths >= length, np.array(calls.contigs, dtype=object)
    bases, longest = np.zeros(n_people), np.zeros(n_people)
    n_runs = np.zeros(n_people, np.int64)
    for contig, own in covered.items():
        chosen = calls.runs[counted & (contigs == contig)]
        people = chosen[:, 0].astype(np.intp)
        np.add.at(bases, people, overlap(chosen[:, 1], chosen[:, 2], own))
    people = calls.runs[counted, 0].astype(np.intp)
    np.add.at(n_runs, people, 1)
    np.maximum.at(longest, people, lengths[counted] / 1e6)
    return _Share(total / 1e6, n_runs, bases / max(total, 1), longest)


def _divide(top: Floats, bottom: Floats) -> Floats:
    result = np.full(len(top), np.nan)
    np.divide(top, bottom, out=result, where=bottom > 0)
    return result


def _read(table: pd.DataFrame, *, max_mads: float) -> npt.NDArray[np.object_]:
    """Say in a word what the homozygosity of each person looks like."""
    outside = table["f_outside"].to_numpy(float)
    known = np.isfinite(outside)
    excess, limit = np.zeros(len(table)), np.inf
    if known.sum() >= MIN_PEERS:
        excess = outside - np.median(outside[known])
        spread = float(np.median(np.abs(excess[known]))) / MAD_OF_NORMAL
        limit = max(MIN_EXCESS, max_mads * spread)
    n_long = table["n_long_runs"].fillna(0).to_numpy(float)
    several = (n_long >= MIN_RUNS) & (table["f_roh_long"] >= CONSANGUINEOUS)
    single = ~several & (table["longest_mb"] >= SINGLE)
    diffuse = excess > limit
    readings = np.full(len(table), "not_assessable", object)
    readings[known] = "usual"
    readings[known & (excess < -limit)] = "heterozygous"
    readings[known & diffuse] = "diffuse"
    readings[known & single] = "single_long_run"
    readings[known & several] = "long_runs"
    readings[known & several & diffuse] = "long_runs_and_diffuse"
    return readings


def _tabulate_runs(calls: HomozygosityCalls, names: Sequence[str]) -> pd.DataFrame:
    """Return the runs of the lengths that are assessed."""
    shortest = np.inf
    for length in (LONG, SHORT):
        if _share(calls, length=length).is_enough:
            shortest = length
    counted = calls.runs[:, 2] - calls.runs[:, 1] + 1 >= shortest
    people = calls.runs[counted, 0].astype(np.intp)
    start, end, n_sites, n_het = calls.runs[counted, 1:5].astype(np.int64).T
    return pd.DataFrame(
        {
            "sample_id": np.array(names, dtype=object)[people],
            "contig": np.array(calls.contigs, dtype=object)[counted],
            "start": start,
            "end": end,
            "length_mb": (end - start + 1) / 1e6,
            "n_sites": n_sites,
            "n_het": n_het,
        },
        columns=RUN_COLUMNS,
    )


def _describe(
    table: pd.DataFrame,
    populations: Sequence[Population],
    calls: dict[str, HomozygosityCalls],
    *,
    model: Model,
) -> dict[str, Any]:
    """Return what the runs rest on: the record ``qc/roh.json``."""
    readings = table["reading"].value_counts()
    return {
        "model": asdict(model) | {"min_maf": MIN_MAF},
        "shortest_mb": {"runs": SHORT / 1e6, "long_runs": LONG / 1e6},
        "min_covered_mb": MIN_COVERED,
        "n_assessed": int(table["f_roh_long"].notna().sum()),
        "n_assessed_short": int(table["f_roh"].notna().sum()),
        "readings": {str(name): int(n) for name, n in sorted(readings.items())},
        "populations": [
            {
                "frequencies": one.name,
                "n_samples": int(one.judged.sum()),
                "n_founders": int(one.founders.sum()),
                "n_sites": calls[one.name].n_sites,
                "covered_mb": _share(calls[one.name], length=SHORT).covered,
                "covered_long_mb": _share(calls[one.name], length=LONG).covered,
            }
            for one in populations
        ],
    }
