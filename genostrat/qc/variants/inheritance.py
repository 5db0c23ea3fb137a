"""Variants at which children have genotypes that their parents cannot have given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from genostrat.arrays import Flags, Integers
from genostrat.genotypes.blocks import count_variants, map_blocks
from genostrat.genotypes.builds import Build
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.relatedness.mendel import (
    Family,
    Rows,
    count_mendel_errors,
    find_families,
    make_tables,
    rows_of_autosomes,
    rows_of_x,
    rows_outside_par,
)
from genostrat.qc.variants.counting import BLOCK_ROWS, judged_contigs
from genostrat.qc.variants.findings import CHANCE, Finding
from genostrat.sheets.pedigree import Pedigree

#: Where next to no variant shows an error, so many still are expected of a good one.
LEAST_ERROR_RATE = 1e-3


@dataclass(frozen=True)
class Families:
    """The families of a sheet, and what makes one of them believed.

    Parameters
    ----------
    pedigree
        Who is whose parent.
    sexes
        sample_id → male, female or blank.
    build
        Where the pseudo-autosomal regions are.
    max_error_rate, min_sites
        A family with a higher share of errors, or with fewer informative variants,
        speaks of no variant: its links may be wrong.
    """

    pedigree: Pedigree
    sexes: Mapping[str, str]
    build: Build
    max_error_rate: float
    min_sites: int


def find_mendel_errors(
    store: Store, families: Families, counted: Flags, *, most: float, threads: int = 1
) -> tuple[Finding, int]:
    """Find variants with Mendelian errors in too many families.

    Parameters
    ----------
    store
        The genotypes.
    families
        The sheet's.
    counted
        Samples that count, in the store's order; a family without one of its own is
        left out.
    most
        Share of the informative families with an error above which a variant is caught.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    finding
        Values are shares of informative families with an error, NaN where none is
        informative.
    n_families
        Families that were believed.

    Notes
    -----
    What is informative and what an error is
    :func:`genostrat.qc.relatedness.mendel.count_mendel_errors` says. One error is
    chance, or a new mutation: errors count where the binomial with the rate of all
    variants together makes so many less likely than
    :data:`genostrat.qc.variants.findings.CHANCE`.
    """
    believed = _believe(store, families, counted, threads)
    counts = np.zeros((2, sum(map(count_variants, judged_contigs(store)))), np.int64)
    if believed:
        parts = [
            _count_contig(contig, believed, families, threads)
            for contig in judged_contigs(store)
        ]
        counts = np.concatenate(parts).T
    n_informative, n_errors = counts
    rates = np.full(len(n_errors), np.nan)
    np.divide(n_errors, n_informative, out=rates, where=n_informative > 0)
    usual = max(n_errors.sum() / max(n_informative.sum(), 1), LEAST_ERROR_RATE)
    caught = rates > most
    looked = np.flatnonzero(caught)
    p = stats.binom.sf(n_errors[looked] - 1, n_informative[looked], usual)
    caught[looked[~(p < CHANCE)]] = False
    names: npt.NDArray[np.object_] = np.full(len(rates), "families", object)
    return Finding(rates, caught, names), len(believed)


def _believe(
    store: Store, families: Families, counted: Flags, threads: int
) -> list[Family]:
    """Return the families whose genotypes fit, as a whole, what the sheet says."""
    chosen = {s for s, counts in zip(store.samples, counted, strict=True) if counts}
    found = [
        _restrict(family, chosen)
        for family in find_families(families.pedigree, store.samples)
        if family.child in chosen
    ]
    found = [family for family in found if family.father or family.mother]
    if not found:
        return []
    table = count_mendel_errors(
        store,
        families.pedigree,
        sexes=families.sexes,
        build=families.build,
        max_error_rate=families.max_error_rate,
        min_sites=families.min_sites,
        threads=threads,
    )
    fit = set(table.loc[table["status"] == "consistent", "child"])
    return [family for family in found if family.child in fit]


def _restrict(family: Family, chosen: set[str]) -> Family:
    parents = (family.father, family.mother)
    father, mother = (parent if parent in chosen else "" for parent in parents)
    return replace(family, father=father, mother=mother)


def _count_contig(
    contig: Contig, believed: list[Family], families: Families, threads: int
) -> Integers:
    """Return informative families and errors of every variant, (n_variants, 2)."""
    counts = np.zeros((count_variants(contig), 2), np.int64)
    everywhere = rows_of_autosomes(believed, contig.samples)
    if contig.name != "X":
        _add_counts(contig, everywhere, None, counts, threads)
        return counts
    outside = rows_outside_par(contig, families.build)
    inside = np.setdiff1d(np.arange(len(counts)), outside)
    by_sex = rows_of_x(believed, contig.samples, families.sexes)
    _add_counts(contig, by_sex, outside, counts, threads)
    _add_counts(contig, everywhere, inside, counts, threads)
    return counts


def _add_counts(
    contig: Contig,
    rows: Rows,
    used: Integers | None,
    counts: Integers,
    threads: int,
) -> None:
    # Loading a compiler takes longer than most jobs; without families none is needed.
    from genostrat.qc.relatedness import mendel_kernels

    tables, n_samples = make_tables(), len(contig.samples)
    places = np.arange(len(counts)) if used is None else used

    def work(at: slice, block: npt.NDArray[np.int8]) -> None:
        part = np.zeros((len(block), 2), np.int64)
        mendel_kernels.count_variants(block, n_samples, rows, tables, part)
        counts[places[at]] += part

    for _ in map_blocks(contig, work, size=BLOCK_ROWS, rows=used, threads=threads):
        pass
