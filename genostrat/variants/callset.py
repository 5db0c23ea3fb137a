"""Everything the variants stage writes, from one pass over the store."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Integers
from genostrat.genotypes.store import Store
from genostrat.genotypes.tallies import Tallies
from genostrat.variants.consequences import tabulate_consequences
from genostrat.variants.counting import count_store
from genostrat.variants.equilibrium import (
    choose_tested,
    find_deviations,
    summarise_equilibrium,
)
from genostrat.variants.groups import tabulate_groups
from genostrat.variants.summary import (
    KEPT,
    bin_spectrum,
    summarise_variants,
    tabulate_counts,
)
from genostrat.variants.tables import (
    count_records,
    tabulate_depths,
    tabulate_frequencies,
    tabulate_heterozygosity,
    tabulate_indel_lengths,
    tabulate_qualities,
    tabulate_samples,
    tabulate_substitutions,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Callset:
    """What the variants stage writes.

    Parameters
    ----------
    variants
        The table ``variants/variants.parquet``.
    summary
        The record ``variants/summary.json``.
    tables
        The tables ``variants/<name>.tsv``, by name.
    """

    variants: pd.DataFrame
    summary: dict[str, Any]
    tables: dict[str, pd.DataFrame]


def summarise_callset(
    store: Store,
    *,
    irregular: Mapping[str, Integers],
    tallies: Mapping[str, Integers],
    sheet: pd.DataFrame,
    sexes: pd.DataFrame,
    ancestry: pd.DataFrame,
    keep: Sequence[str],
    unrelated: Sequence[str],
    n_bins: int,
    threads: int = 1,
) -> Callset:
    """Summarise the variant calls of a cohort.

    Parameters
    ----------
    store
        The genotypes.
    irregular, tallies
        Rows that do not hold their whole record, by contig, and the tallies of those
        records, as the reading of the files wrote them. Where empty, every row of
        the store is taken for a record of its own, and depths are not known.
    sheet, sexes, ancestry
        ``check/samples.tsv``, ``qc/sex.tsv`` and ``qc/ancestry.tsv``.
    keep, unrelated
        Samples that the tables of variants are about, and those of them that the test
        of Hardy-Weinberg proportions takes.
    n_bins
        Bins of the allele frequency spectrum.
    threads
        Blocks of variants counted at once; changes no result.

    Notes
    -----
    Counts by sample, and the tables by frequency, length, quality and depth, are of
    all genotyped samples, before any is excluded: they tell what was called, and equal
    ``bcftools stats -s -`` on the file. The table of variants, its summary and the
    spectrum are over the samples kept.
    """
    groups = {KEPT: np.isin(store.samples, list(keep))}
    tested = choose_tested(
        store.samples, unrelated=unrelated, ancestry=ancestry, sexes=sexes
    )
    counts = count_store(
        store,
        groups=groups | tested.masks,
        groups_on_x=groups | tested.masks_on_x,
        irregular=irregular,
        threads=threads,
    )
    total = counts.tallies
    if tallies:
        total.add(Tallies.from_arrays(tallies))
    table = tabulate_counts(store, counts)
    for name, values in find_deviations(counts, tested).items():
        table[name] = values
    summary = summarise_variants(table) | {
        "hardy_weinberg": summarise_equilibrium(table, tested),
        "calls": {"n_samples": len(store.samples)} | count_records(total),
    }
    log.info("counted %d variants of %d samples", len(table), len(store.samples))
    tables = {
        "spectrum": bin_spectrum(table, n_bins=n_bins),
        "per_sample": tabulate_samples(total, samples=store.samples),
        "by_group": tabulate_groups(total, samples=store.samples, sheet=sheet),
        "substitutions": tabulate_substitutions(total),
        "indel_lengths": tabulate_indel_lengths(total),
        "frequencies": tabulate_frequencies(total),
        "heterozygosity": tabulate_heterozygosity(total),
        "qualities": tabulate_qualities(total),
        "depths": tabulate_depths(total),
        "consequences": tabulate_consequences(store, table),
    }
    return Callset(table, summary, tables)
