"""Judge variants and samples in turn, until neither changes the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from genostrat.arrays import Flags
from genostrat.catalogues.quality_rules import (
    ALLELE_BALANCE,
    DISPROPORTION,
    EXCHANGED_ALLELES,
    FOREIGN_ALLELES,
    LOW_DEPTH,
    LOW_VARIANT_CALL_RATE,
    MENDEL_ERRORS,
    UNEVEN_FREQUENCY,
    UNEVEN_HETEROZYGOSITY,
    UNEVEN_MISSINGNESS,
    UNLIKE_PANEL,
    Rule,
)
from genostrat.genome.sequence import Genome
from genostrat.genotypes.store import Store
from genostrat.qc.variants.alleles import (
    NOT_ASSESSED,
    OTHER_STRAND,
    AlleleKinds,
    compare_with_sequence,
)
from genostrat.qc.variants.counting import (
    GroupedCounts,
    count_by_group,
    sample_call_rates,
)
from genostrat.qc.variants.findings import (
    Finding,
    find_disproportions,
    find_low_call_rates,
    find_uneven_frequencies,
    find_uneven_heterozygosity,
    find_uneven_missingness,
)
from genostrat.qc.variants.groups import EVERYBODY, MIN_SAMPLES, Groups, restrict
from genostrat.qc.variants.inheritance import Families, find_mendel_errors
from genostrat.qc.variants.panel import PanelCounts, find_unlike_panel
from genostrat.qc.variants.reads import Sums, find_low_depth, find_odd_balance

#: Rounds after which what is left is taken; two are usual, and three rare.
MAX_ROUNDS = 10


@dataclass(frozen=True)
class Yardsticks:
    """What variants are held against, besides one another; None where there is none.

    Parameters
    ----------
    families
        The families of the sheet.
    genome
        The sequence of the build.
    panel
        What the reference panel has at the judged variants.
    reads
        ``genotypes/variant_reads.npz``; no contig where the source has no reads.
    strand_known
        Whether the source says which alleles are the forward strand's. An array that
        does not has half of its variants on the other one, which is no fault of theirs.
    """

    families: Families | None = None
    genome: Genome | None = None
    panel: PanelCounts | None = None
    reads: Sums = field(default_factory=dict)
    strand_known: bool = True


@dataclass(frozen=True)
class Judgement:
    """What the rules found.

    Parameters
    ----------
    findings
        Rule → what it found of every variant of the autosomes and chrX.
    counts, groups
        Genotypes by group, of the samples that counted, and these groups.
    counted
        Samples that counted, in the store's order.
    inflation
        Group → how much its frequencies differ from others' as a rule.
    n_rounds
        Rounds until nothing changed.
    n_with_two_x
        Samples that counted in whom chrX was tested: known to have two.
    n_families
        Families that were believed; their Mendelian errors count.
    alleles
        ``sequence`` or ``panel`` → kind of alleles → variants, of those compared.
    """

    findings: dict[Rule, Finding]
    counts: GroupedCounts
    groups: Groups
    counted: Flags
    inflation: dict[str, float]
    n_rounds: int
    n_with_two_x: int
    n_families: int = 0
    alleles: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def n_with_reads(self) -> int:
        """Variants whose reads could be judged, by balance or depth."""
        known = [
            ~np.isnan(self.findings[rule].values)
            for rule in (ALLELE_BALANCE, LOW_DEPTH)
            if rule in self.findings
        ]
        return int(np.logical_or.reduce(known).sum()) if known else 0

    def excluded(self, policy: Mapping[str, Any]) -> Flags:
        """Say which variants some rule excludes."""
        found = np.zeros(self.counts.n_het.shape[1], bool)
        for rule, finding in self.findings.items():
            if rule.outcome(policy) == "excluded":
                found |= finding.caught
        return found


def judge_variants(
    store: Store,
    groups: Groups,
    *,
    policy: Mapping[str, Any],
    min_sample_call_rate: float,
    has_two_x: Flags,
    yardsticks: Yardsticks | None = None,
    threads: int = 1,
) -> Judgement | None:
    """Judge the variants of a store.

    Parameters
    ----------
    store
        The genotypes, nothing set aside.
    groups
        From :func:`genostrat.qc.variants.groups.find_groups`.
    policy
        The config's section ``variant_qc``.
    min_sample_call_rate
        Call rate below which a sample does not count; the config's
        ``qc.min_call_rate``.
    has_two_x
        Samples with two X chromosomes.
    yardsticks
        What else they are held against.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    Judgement or None
        None where fewer than :data:`MIN_SAMPLES` samples count: they say nothing.

    Notes
    -----
    A poor sample makes every variant look bad, and a bad variant every sample, so they
    are judged in turn (Anderson 2010, doi 10.1038/nprot.2010.116). Variants that one
    group alone lacks come first, and those that even the better-called half of the
    samples lacks: no poor sample makes these, and they would cost a whole batch, or
    everybody. Samples are then measured on what is left, those below the limit do not
    count, and all variants are judged anew by the others, until nothing changes.
    """
    counted = np.ones(len(store.samples), bool)
    n_round = 0
    while True:
        n_round += 1
        if counted.sum() < MIN_SAMPLES:
            return None
        own = restrict(groups, counted)
        counts = count_by_group(
            store, own.masks(counted), has_two_x=has_two_x, threads=threads
        )
        lacking = _judge_missingness(counts, own, policy)
        left_out = lacking[UNEVEN_MISSINGNESS].caught.copy()
        before = counted
        if counts.n_missing.any() or n_round > 1:
            if n_round > 1:
                left_out |= lacking[LOW_VARIANT_CALL_RATE].caught
            else:
                left_out |= _find_gross_failures(store, left_out, policy, threads)
            rates = sample_call_rates(store, left_out, threads=threads)
            counted = ~(rates < min_sample_call_rate)
        if (counted == before).all() or n_round == MAX_ROUNDS:
            break
    proportions, inflation = _judge_proportions(counts, own, policy)
    against = yardsticks or Yardsticks()
    inherited, n_families = _judge_inheritance(store, against, before, policy, threads)
    compared = _compare_alleles(store, against)
    findings = lacking | proportions | inherited
    findings |= _judge_alleles(compared, strand_known=against.strand_known)
    if against.panel is not None:
        findings[UNLIKE_PANEL] = find_unlike_panel(
            counts, against.panel, own.peoples, least_p=UNLIKE_PANEL.threshold(policy)
        )
    if against.reads:
        findings[ALLELE_BALANCE] = find_odd_balance(
            store, against.reads, most=ALLELE_BALANCE.threshold(policy)
        )
        findings[LOW_DEPTH] = find_low_depth(
            store, against.reads, least=LOW_DEPTH.threshold(policy)
        )
    return Judgement(
        findings,
        counts,
        own,
        before,
        inflation,
        n_round,
        int((has_two_x & before).sum()),
        n_families,
        {what: kinds.count() for what, kinds in compared.items()},
    )


def _find_gross_failures(
    store: Store, left_out: Flags, policy: Mapping[str, Any], threads: int
) -> Flags:
    """Find variants that even the better-called half of the samples lacks.

    No poor sample is among these, so none condemns a variant; and variants that fail
    everywhere cost no sample its place.
    """
    rates = sample_call_rates(store, left_out, threads=threads)
    n_better = max(MIN_SAMPLES, -(-len(rates) // 2))
    better = np.zeros(len(rates), bool)
    better[np.argsort(-rates, kind="stable")[:n_better]] = True
    counts = count_by_group(
        store,
        {EVERYBODY: better},
        has_two_x=np.zeros(len(rates), bool),
        threads=threads,
    )
    least = LOW_VARIANT_CALL_RATE.threshold(policy)
    return find_low_call_rates(counts, least=least).caught


def _judge_inheritance(
    store: Store,
    against: Yardsticks,
    counted: Flags,
    policy: Mapping[str, Any],
    threads: int,
) -> tuple[dict[Rule, Finding], int]:
    if against.families is None:
        return {}, 0
    finding, n_families = find_mendel_errors(
        store,
        against.families,
        counted,
        most=MENDEL_ERRORS.threshold(policy),
        threads=threads,
    )
    return ({MENDEL_ERRORS: finding}, n_families) if n_families else ({}, 0)


def _compare_alleles(store: Store, against: Yardsticks) -> dict[str, AlleleKinds]:
    compared = {}
    if against.genome is not None:
        compared["sequence"] = compare_with_sequence(store, against.genome)
    if against.panel is not None:
        compared["panel"] = against.panel.alleles
    return compared


def _judge_alleles(
    compared: Mapping[str, AlleleKinds], *, strand_known: bool
) -> dict[Rule, Finding]:
    """Catch variants by their alleles; what the sequence says goes before the panel."""
    if not compared:
        return {}
    first, *others = compared.values()
    kinds = first.kinds.copy()
    for other in others:
        silent = (kinds == NOT_ASSESSED) & (other.kinds == OTHER_STRAND)
        kinds[silent] = OTHER_STRAND
    told = AlleleKinds(kinds)
    nothing = np.full(len(kinds), np.nan)
    elsewhere = kinds == OTHER_STRAND
    foreign, exchanged = told.foreign, told.exchanged
    if not strand_known:
        foreign, exchanged = foreign & ~elsewhere, exchanged | elsewhere
    found = {FOREIGN_ALLELES: Finding(nothing, foreign, kinds)}
    if "sequence" in compared or not strand_known:
        found[EXCHANGED_ALLELES] = Finding(nothing, exchanged, kinds)
    return found


def _judge_missingness(
    counts: GroupedCounts, groups: Groups, policy: Mapping[str, Any]
) -> dict[Rule, Finding]:
    return {
        LOW_VARIANT_CALL_RATE: find_low_call_rates(
            counts, least=LOW_VARIANT_CALL_RATE.threshold(policy)
        ),
        UNEVEN_MISSINGNESS: find_uneven_missingness(
            counts, groups, most=UNEVEN_MISSINGNESS.threshold(policy)
        ),
    }


def _judge_proportions(
    counts: GroupedCounts, groups: Groups, policy: Mapping[str, Any]
) -> tuple[dict[Rule, Finding], dict[str, float]]:
    uneven, inflation = find_uneven_frequencies(
        counts, groups, least_p=UNEVEN_FREQUENCY.threshold(policy)
    )
    proportions = find_disproportions(
        counts, groups, least_p=DISPROPORTION.threshold(policy)
    )
    heterozygosity = find_uneven_heterozygosity(
        counts,
        groups,
        least_p=UNEVEN_HETEROZYGOSITY.threshold(policy),
        inflation=inflation,
    )
    found = {UNEVEN_FREQUENCY: uneven, UNEVEN_HETEROZYGOSITY: heterozygosity}
    return found | {DISPROPORTION: proportions}, inflation
