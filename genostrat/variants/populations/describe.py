"""Everything that population genetics writes of a cohort."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from genostrat.genotypes.store import Store
from genostrat.variants.populations.counting import (
    STRETCH,
    STRETCHES_PER_CONTIG,
    count_alleles,
)
from genostrat.variants.populations.differentiation import Differentiation
from genostrat.variants.populations.diversity import Diversity
from genostrat.variants.populations.groups import (
    ANCESTRY,
    CENTRE,
    STRATUM,
    Group,
    choose_groups,
)
from genostrat.variants.populations.linkage import measure_decay
from genostrat.variants.populations.spectrum import Spectrum

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Options:
    """How groups are compared; the config's ``variants``.

    Parameters
    ----------
    min_group_samples
        Fewest unrelated samples of a group.
    ascertained
        Whether variants were chosen for being common (an array, a panel of sites, a
        filter by frequency); ``auto`` asks the allele frequency spectrum.
    accessible_bases
        Autosomal bases in which a variant would have been called; 0 if not known.
    max_missing_rate
        Highest missing rate of a variant.
    """

    min_group_samples: int
    ascertained: Literal["auto"] | bool
    accessible_bases: int
    max_missing_rate: float


@dataclass(frozen=True)
class Populations:
    """What is written.

    Parameters
    ----------
    fst, diversity, ld_decay
        The tables of these names in ``variants/``.
    record
        The record ``variants/populations.json``.
    """

    fst: pd.DataFrame
    diversity: pd.DataFrame
    ld_decay: pd.DataFrame
    record: dict[str, Any]


def describe_populations(
    store: Store,
    *,
    sheet: pd.DataFrame,
    ancestry: pd.DataFrame,
    unrelated: Sequence[str],
    options: Options,
    threads: int = 1,
) -> Populations:
    """Compare the genotypes of a cohort's centres and ancestry labels.

    Parameters
    ----------
    store
        The genotypes.
    sheet, ancestry
        ``check/samples.tsv`` and ``qc/ancestry.tsv``.
    unrelated
        The samples kept without the close relatives among them; nobody else counts.
    options
        How groups are compared.
    threads
        Blocks of variants worked on at once; changes no result.

    Notes
    -----
    All is of autosomal SNVs with one alternate allele. Two passes over the store; what
    is kept of it is a few numbers for each stretch of 5 Mb and each pair of groups.
    """
    labels = {ANCESTRY: ancestry.set_index("sample_id")["ancestry"]}
    if "centre" in sheet:
        labels[CENTRE] = sheet.set_index("sample_id")["centre"]
    groups = choose_groups(
        store.samples,
        unrelated=unrelated,
        labels=labels,
        min_samples=options.min_group_samples,
    )
    between = Differentiation(groups)
    within = Diversity(groups, n_few=2 * options.min_group_samples)
    spectrum = Spectrum(2 * groups[0].size)
    n_sites, ends = 0, _Ends()
    for block in count_alleles(
        store, groups, max_missing_rate=options.max_missing_rate, threads=threads
    ):
        between.add(block)
        within.add(block)
        spectrum.add(block)
        ends.add(block.stretches, block.positions)
        n_sites += len(block.positions)
    chosen = _judge_sites(spectrum, options)
    log.info(
        "%d SNVs of %d unrelated samples in %d groups, %d of them assessed; variants %s"
        " (by %s)",
        n_sites,
        groups[0].size,
        len(groups) - 1,
        sum(not group.reason for group in groups[1:]),
        chosen["verdict"],
        chosen["by"],
    )
    record = {
        "n_unrelated": groups[0].size,
        "n_sites": n_sites,
        "max_missing_rate": options.max_missing_rate,
        "min_group_samples": options.min_group_samples,
        "stretch_mb": STRETCH / 1e6,
        "span_mb": ends.span / 1e6,
        "accessible_bases": options.accessible_bases or None,
        "sites": chosen,
        "groups": _count_groups(groups),
    }
    return Populations(
        between.tabulate(),
        within.tabulate(
            span=ends.span,
            accessible_bases=options.accessible_bases or None,
            spectrum_reason=chosen["reason"],
        ),
        measure_decay(
            store, groups, max_missing_rate=options.max_missing_rate, threads=threads
        ),
        record,
    )


def compare_strata(
    store: Store,
    *,
    assignments: pd.DataFrame,
    unrelated: Sequence[str],
    options: Options,
    threads: int = 1,
) -> pd.DataFrame:
    """Return F_ST between strata: the table ``strata/fst.tsv``.

    Parameters
    ----------
    assignments
        ``strata/assignments.tsv``; patients who are not assigned to one stratum are
        left out.

    Notes
    -----
    It describes strata that were found already, and tests nothing: where they were
    found in features that follow ancestry, F_ST says how much of it is in them.
    """
    assigned = assignments[assignments["status"] == "assigned"]
    groups = choose_groups(
        store.samples,
        unrelated=unrelated,
        labels={STRATUM: assigned.set_index("sample_id")["stratum"]},
        min_samples=options.min_group_samples,
    )
    between = Differentiation(groups)
    for block in count_alleles(
        store, groups, max_missing_rate=options.max_missing_rate, threads=threads
    ):
        between.add(block)
    table = between.tabulate().drop(columns="kind")
    log.info(
        "%d strata, %d of %d pairs assessed",
        len(groups) - 1,
        table["fst"].notna().sum(),
        len(table),
    )
    return table


class _Ends:
    """The first and last variant of each contig."""

    def __init__(self) -> None:
        self._ends: dict[int, tuple[int, int]] = {}

    def add(self, stretches: np.ndarray, positions: np.ndarray) -> None:
        """Add consecutive variants of one contig."""
        if len(positions):
            contig = int(stretches[0]) // STRETCHES_PER_CONTIG
            first, _ = self._ends.get(contig, (int(positions[0]), 0))
            self._ends[contig] = (first, int(positions[-1]))

    @property
    def span(self) -> int:
        """Bases from the first to the last variant, over all contigs."""
        return sum(last - first + 1 for first, last in self._ends.values())


def _judge_sites(spectrum: Spectrum, options: Options) -> dict[str, Any]:
    """Say whether the variants were chosen, who says so, and what that rules out."""
    verdict = spectrum.verdict
    by = "spectrum"
    if options.ascertained != "auto":
        verdict = "ascertained" if options.ascertained else "unselected"
        by = "config"
    reasons = {
        "unselected": "",
        "ascertained": "the variants were chosen for being common",
        "not_assessable": "too few variants or samples to tell whether the variants"
        " were chosen for being common",
    }
    return {
        "verdict": verdict,
        "by": by,
        "n_segregating": spectrum.n_segregating,
        "n_rare": spectrum.n_rare,
        "n_rare_expected": spectrum.n_rare_expected,
        "rare_part": spectrum.part,
        "reason": reasons[verdict],
    }


def _count_groups(groups: Sequence[Group]) -> dict[str, dict[str, int]]:
    """Count the groups of each kind, and those assessed."""
    counts: dict[str, dict[str, int]] = {
        kind: {"n": 0, "n_assessed": 0} for kind in (ANCESTRY, CENTRE)
    }
    for group in groups[1:]:
        counts[group.kind]["n"] += 1
        counts[group.kind]["n_assessed"] += not group.reason
    return counts
