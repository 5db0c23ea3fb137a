"""What a reference panel teaches: how labels lie, and how far out each reaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats, Indices
from genostrat.genotypes.store import Store
from genostrat.qc.components.krylov import Components, compute_components
from genostrat.qc.components.projection import correct_shrinkage
from genostrat.qc.panel.fit import PanelCounts, count_groups, measure_misfit
from genostrat.qc.panel.labels import (
    Groups,
    LabelModel,
    Scores,
    learn_labels,
    score_samples,
)
from genostrat.qc.panel.sites import SharedSites, SiteRules
from genostrat.qc.relatedness.king import find_pairs
from genostrat.qc.relatedness.relationships import choose_unrelated
from genostrat.qc.sites import choose_common, count_sites
from genostrat.stats.effects import MAD_OF_NORMAL

FITS_NO_LABEL = "fits_no_label"
BETWEEN_LABELS = "between_labels"
#: Components that labels are told by.
N_COMPONENTS = 10
#: Of two people of the panel with this kinship or more, one helps to make components.
PANEL_KINSHIP = 0.177
PANEL_KINSHIP_SITES = 500


@dataclass(frozen=True)
class LabelOptions:
    """What a label takes; see the config's ``qc``."""

    min_sites: int
    min_probability: float
    tail: float
    sites: SiteRules


@dataclass(frozen=True)
class Limits:
    """How far out a label reaches: (n_labels).

    Parameters
    ----------
    closeness
        Lowest closeness among the components.
    misfit
        Highest misfit of genotypes.
    """

    closeness: Floats
    misfit: Floats


@dataclass(frozen=True)
class Learnt:
    """A panel, ready to label others.

    Parameters
    ----------
    components
        Of the people that are learnt from.
    core
        Who they are.
    coordinates
        Of all the panel's people.
    model
        Where labels lie.
    counts
        Alleles of each group.
    scores, chosen
        Of the people learnt from: how they stand to the labels without themselves, and
        the label each gets so; −1 for none.
    usual
        Median and scaled median deviation of each group's misfit: (2, n_groups).
    limits
        How far out each label reaches.
    """

    components: Components
    core: Flags
    coordinates: Floats
    model: LabelModel
    counts: PanelCounts
    scores: Scores
    chosen: Indices
    usual: Floats
    limits: Limits


@dataclass(frozen=True)
class Homes:
    """What is known of a panel's groups before their place is.

    Parameters
    ----------
    counts
        Alleles of each group.
    misfit
        Of each panel sample with its own group, itself taken off; NaN for a sample
        that is not learnt from.
    """

    counts: PanelCounts
    misfit: Floats


def measure_homes(
    panel: Store, sites: SharedSites, groups: Groups, *, threads: int = 1
) -> Homes:
    """Count a panel's groups, and measure how its people fit their own.

    Parameters
    ----------
    panel
        Their genotypes.
    sites
        The sites used.
    groups
        Who is learnt from, by label and population.
    threads
        Blocks of variants worked on at once.
    """
    counts = count_groups(
        panel,
        rows=sites.panel,
        group_of=groups.group_of,
        n_groups=len(groups.label_of),
        threads=threads,
    )
    misfit = measure_misfit(
        panel,
        counts,
        rows=sites.panel,
        group_of=groups.group_of,
        are_members=True,
        threads=threads,
    )
    return Homes(counts, misfit)


def learn_panel(
    panel: Store,
    sites: SharedSites,
    groups: Groups,
    *,
    homes: Homes,
    options: LabelOptions,
    threads: int = 1,
) -> Learnt:
    """Learn from a panel's people, or from some of them, where labels lie.

    Parameters
    ----------
    panel
        Their genotypes.
    sites
        The sites used.
    groups
        Who is learnt from, by label and population.
    homes
        Of these groups.
    options
        What a label takes.
    threads
        Blocks of variants worked on at once.
    """
    core = groups.known
    n_pcs = min(N_COMPONENTS, int(core.sum()) - 1, sites.n_used)
    components = compute_components(
        panel, n_pcs=n_pcs, core=core, rows=sites.panel, threads=threads
    )
    coordinates = components.coordinates.copy()
    coordinates[~core] = correct_shrinkage(
        coordinates[~core],
        strengths=components.strengths,
        norms=components.norms[~core],
    )
    model, scores = learn_labels(coordinates, groups=groups)
    best = scores.probability.argmax(axis=1)
    rank = np.arange(len(best))
    # Held against the group of its best label that it is closest to, as new samples.
    usual, misfit = _measure_members(
        panel, sites, groups, homes, scores.group[rank, best], threads=threads
    )
    limits = _set_limits(
        scores.closeness[rank, best],
        misfit,
        best=best,
        truth=groups.label_of[groups.group_of[core]],
        n_labels=len(groups.labels),
        tail=options.tail,
    )
    chosen, _ = choose_labels(
        scores, misfit, limits=limits, min_probability=options.min_probability
    )
    return Learnt(
        components,
        core,
        coordinates,
        model,
        homes.counts,
        scores,
        chosen,
        usual,
        limits,
    )


def _measure_members(
    panel: Store,
    sites: SharedSites,
    groups: Groups,
    homes: Homes,
    closest: Indices,
    *,
    threads: int,
) -> tuple[Floats, Floats]:
    """Return the usual misfit of each group, and the members' against `closest`."""
    own = groups.group_of[groups.known]
    at_home = homes.misfit[groups.known]
    usual = np.ones((2, len(groups.label_of)))
    for group in range(len(groups.label_of)):
        values = at_home[own == group]
        centre = np.median(values)
        spread = np.median(np.abs(values - centre)) / MAD_OF_NORMAL
        usual[:, group] = centre, max(spread, 1e-6)
    elsewhere = np.full(len(groups.group_of), -1, np.intp)
    elsewhere[groups.known] = np.where(closest == own, -1, closest)
    abroad = measure_misfit(
        panel, homes.counts, rows=sites.panel, group_of=elsewhere, threads=threads
    )[groups.known]
    misfit = np.where(closest == own, at_home, abroad)
    return usual, (misfit - usual[0, closest]) / usual[1, closest]


def _set_limits(
    closeness: Floats,
    misfit: Floats,
    *,
    best: Indices,
    truth: Indices,
    n_labels: int,
    tail: float,
) -> Limits:
    lowest, highest = np.zeros(n_labels), np.full(n_labels, np.inf)
    for label in range(n_labels):
        own = (truth == label) & (best == label)
        if own.any():
            lowest[label] = np.quantile(closeness[own], tail)
            highest[label] = np.quantile(misfit[own], 1 - tail)
    return Limits(lowest, highest)


def choose_labels(
    scores: Scores, misfit: Floats, *, limits: Limits, min_probability: float
) -> tuple[Indices, list[str]]:
    """Give each sample its label, or say why it has none.

    Parameters
    ----------
    scores
        How the samples stand to the labels.
    misfit
        Of each sample's genotypes with the group of its best label that it is closest
        to, in scaled deviations from that group's people.
    limits
        How far out each label reaches.
    min_probability
        Lowest probability of a label.

    Returns
    -------
    chosen
        Number of the label; −1 for none.
    because
        Blank, or why there is none.
    """
    best = scores.probability.argmax(axis=1)
    rank = np.arange(len(best))
    inside = scores.closeness[rank, best] >= limits.closeness[best]
    inside &= ~(misfit > limits.misfit[best])
    sure = scores.probability[rank, best] >= min_probability
    because = np.where(
        inside, np.where(sure, "", BETWEEN_LABELS), FITS_NO_LABEL
    ).tolist()
    return np.where(inside & sure, best, -1), because


@dataclass(frozen=True)
class Judged:
    """How samples stand to a panel.

    Parameters
    ----------
    scores
        Probability of each label, and closeness to it.
    best
        The most probable label.
    misfit
        Of their genotypes with the group of that label that they are closest to, in
        scaled deviations from its people.
    chosen, because
        As :func:`choose_labels` returns them.
    """

    scores: Scores
    best: Indices
    misfit: Floats
    chosen: Indices
    because: list[str]


def judge_samples(
    store: Store,
    coordinates: Floats,
    *,
    learnt: Learnt,
    rows: Mapping[str, Indices],
    flipped: Mapping[str, Flags] | None = None,
    samples: Flags | None = None,
    options: LabelOptions,
    threads: int = 1,
) -> Judged:
    """Hold samples against what a panel has taught.

    Parameters
    ----------
    store
        Their genotypes.
    coordinates
        Of these samples among the panel's components, without shrinkage.
    learnt
        The panel.
    rows, flipped
        The panel's sites in the store, as
        :func:`genostrat.qc.panel.fit.measure_misfit` takes them.
    samples
        Which samples of the store they are, a mask; all of them if None.
    options
        What a label takes.
    threads
        Blocks of variants worked on at once.
    """
    scores = score_samples(coordinates, model=learnt.model)
    best = scores.probability.argmax(axis=1)
    closest = scores.group[np.arange(len(best)), best]
    held = np.ones(len(store.samples), bool) if samples is None else samples
    group_of = np.full(len(held), -1, np.intp)
    group_of[held] = closest
    misfit = measure_misfit(
        store,
        learnt.counts,
        rows=rows,
        flipped=flipped,
        group_of=group_of,
        threads=threads,
    )[held]
    misfit = (misfit - learnt.usual[0, closest]) / learnt.usual[1, closest]
    chosen, because = choose_labels(
        scores,
        misfit,
        limits=learnt.limits,
        min_probability=options.min_probability,
    )
    return Judged(scores, best, misfit, chosen, because)


def choose_panel_core(panel: Store, rules: SiteRules, *, threads: int = 1) -> Flags:
    """Say which people of a panel help to make the components: no two close relatives.

    Parameters
    ----------
    panel
        The panel's genotypes.
    rules
        Which of its variants kinship is estimated over: common, well called ones.
    threads
        Blocks of variants, or tiles of pairs, worked on at once.

    Notes
    -----
    First-degree relatives and copies by KING-robust. In a panel with fewer than 500
    such variants nobody is taken for a relative.
    """
    rows = {
        contig.name: choose_common(
            contig,
            count_sites(contig, threads=threads),
            min_maf=rules.min_maf,
            max_missing_rate=rules.max_missing_rate,
        )
        for contig in panel.autosomes
    }
    found = find_pairs(
        panel,
        min_kinship=PANEL_KINSHIP,
        min_sites=PANEL_KINSHIP_SITES,
        rows=rows,
        threads=threads,
    )
    samples = panel.samples
    pairs = pd.DataFrame(
        {
            "sample_1": [samples[i] for i, _ in found.samples],
            "sample_2": [samples[j] for _, j in found.samples],
            "kinship": found.kinship,
        }
    )
    unrelated, _ = choose_unrelated(
        samples, pairs, min_kinship=PANEL_KINSHIP, call_rate={}
    )
    return np.isin(samples, unrelated)
