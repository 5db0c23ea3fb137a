"""Ancestry labels of a cohort, from a reference panel that it is laid into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats
from genostrat.genotypes.store import Store
from genostrat.qc.components.projection import (
    correct_shrinkage,
    measure_loadings,
    project_samples,
)
from genostrat.qc.panel.kin import find_panel_kin, take_off_kin
from genostrat.qc.panel.labels import Groups, form_groups
from genostrat.qc.panel.learning import (
    Homes,
    LabelOptions,
    Learnt,
    choose_panel_core,
    judge_samples,
    learn_panel,
    measure_homes,
)
from genostrat.qc.panel.record import (
    describe_left_out,
    describe_panel,
    describe_panel_members,
    pool_left_out,
    warn_of_strangers,
)
from genostrat.qc.panel.shares import (
    draw_blocks,
    estimate_shares,
    measure_frequencies,
    no_shares,
    tabulate_shares,
)
from genostrat.qc.panel.sites import SharedSites, share_sites
from genostrat.qc.panel.space import MIN_CALLED, PanelSpace, freeze_space
from genostrat.registry.words.qc import UNASSIGNED

#: Why a sample has no label; blank for one that has.
NO_PANEL = "no_panel"
TOO_FEW_SITES = "too_few_sites"


@dataclass
class Labelled:
    """What a panel says about a cohort.

    Attributes
    ----------
    ancestry
        The table ``qc/ancestry.tsv``.
    record
        The record ``qc/labels.json``.
    panel_pcs, projection
        The tables ``qc/panel_pcs.tsv`` and ``qc/panel_projection.tsv``; without rows
        where the panel says nothing.
    shares
        The table ``qc/ancestry_shares.tsv``.
    space
        The panel's components, to place others among; None where it says nothing.
    """

    ancestry: pd.DataFrame
    record: dict[str, Any]
    panel_pcs: pd.DataFrame
    projection: pd.DataFrame
    shares: pd.DataFrame = field(default_factory=no_shares)
    space: PanelSpace | None = None


def label_without_panel(samples: Sequence[str]) -> Labelled:
    """Return a result without labels: components alone do not name an ancestry."""
    return Labelled(
        _tabulate(samples, n_sites=None, because=NO_PANEL),
        {"panel": None, "assessable": False, "reason": "there is no reference panel"},
        *_no_coordinates(),
    )


def label_with_panel(
    cohort: Store,
    panel: Store,
    *,
    people: pd.DataFrame,
    strand_known: bool,
    options: LabelOptions,
    seed: int = 0,
    threads: int = 1,
) -> Labelled:
    """Label a cohort's samples, or say why one has no label.

    Parameters
    ----------
    cohort, panel
        The genotypes, of one build.
    people
        The panel's people: sample_id, ancestry, and population (may be blank).
    strand_known
        Whether the alleles of both are those of the genome's forward strand.
    options
        What a label takes.
    seed
        Of the run; for the intervals of shares.
    threads
        Blocks of variants worked on at once.

    Notes
    -----
    The panel's components over the sites that both have
    (:func:`genostrat.qc.panel.sites.share_sites`), the cohort placed among them without
    shrinkage (:func:`genostrat.qc.components.projection.correct_shrinkage`), copies and
    close relatives of the panel's people without their part in the components
    (:func:`genostrat.qc.panel.kin.find_panel_kin`). A label is given where its
    probability (:func:`genostrat.qc.panel.labels.learn_labels`) is high enough *and*
    the sample lies among the label's people *and* its genotypes are those to be
    expected of them (:func:`genostrat.qc.panel.fit.measure_misfit`), each no further
    out than all but a share `tail` of the panel's own people lie, judged without
    themselves.
    """
    people = people.set_index("sample_id").loc[panel.samples].reset_index()
    core = choose_panel_core(panel, options.sites, threads=threads)
    sites = share_sites(
        panel,
        cohort,
        core=core,
        strand_known=strand_known,
        rules=options.sites,
        threads=threads,
    )
    record = _describe_panel(people, core, sites, options)
    if sites.n_used < options.min_sites:
        record["reason"] = (
            f"{sites.n_used} sites in common with the panel are too few; labels take"
            f" {options.min_sites}"
        )
        return Labelled(
            _tabulate(cohort.samples, n_sites=None, because=TOO_FEW_SITES),
            record | {"n_by_label": {UNASSIGNED: len(cohort.samples)}},
            *_no_coordinates(),
        )
    groups = form_groups(people["ancestry"], people["population"], core=core)
    homes = measure_homes(panel, sites, groups, threads=threads)
    learnt = learn_panel(
        panel, sites, groups, homes=homes, options=options, threads=threads
    )
    record |= describe_panel_members(learnt.chosen, learnt.scores.probability, groups)
    record["leave_one_label_out"] = {
        label: _leave_label_out(
            panel, sites, groups, number, homes=homes, options=options, threads=threads
        )
        for number, label in enumerate(groups.labels)
        if len(groups.labels) > 2
    }
    record["share_of_strangers_unassigned"] = pool_left_out(
        record["leave_one_label_out"]
    )
    record["warnings"] = warn_of_strangers(
        record["leave_one_label_out"], n_sites=sites.n_used
    )
    ancestry, coordinates, n_kin, space = _label_cohort(
        cohort,
        panel,
        sites,
        learnt,
        options,
        strand_known=strand_known,
        threads=threads,
    )
    record["n_with_kin_in_panel"] = n_kin
    record["n_by_label"] = ancestry["ancestry"].value_counts().sort_index().to_dict()
    record["n_by_reason"] = (
        ancestry.loc[ancestry["unassigned_because"] != "", "unassigned_because"]
        .value_counts()
        .sort_index()
        .to_dict()
    )
    known = people[["sample_id", "ancestry", "population"]]
    return Labelled(
        ancestry,
        record,
        pd.concat([known, _name_axes(learnt.coordinates)], axis=1),
        pd.concat([ancestry[["sample_id"]], _name_axes(coordinates)], axis=1),
        _measure_shares(
            cohort, panel, sites, groups, homes, options, seed=seed, threads=threads
        ),
        space,
    )


def _measure_shares(
    cohort: Store,
    panel: Store,
    sites: SharedSites,
    groups: Groups,
    homes: Homes,
    options: LabelOptions,
    *,
    seed: int,
    threads: int,
) -> pd.DataFrame:
    """Return each sample's shares of the labels."""
    frequencies = measure_frequencies(
        panel,
        homes.counts,
        rows=sites.panel,
        label_of=groups.label_of,
        labels=groups.labels,
    )
    of_panel = estimate_shares(
        panel,
        frequencies,
        rows=sites.panel,
        label_of_sample=groups.label_of_sample,
        threads=threads,
    )
    found = estimate_shares(
        cohort,
        frequencies,
        rows=sites.cohort,
        flipped=sites.flipped,
        draws=draw_blocks(frequencies.n_blocks, seed=seed),
        threads=threads,
    )
    return tabulate_shares(
        cohort.samples,
        found,
        groups.labels,
        of_panel=of_panel,
        enough=found.called >= max(options.min_sites, MIN_CALLED * sites.n_used),
        tail=options.tail,
    )


def _leave_label_out(
    panel: Store,
    sites: SharedSites,
    groups: Groups,
    label: int,
    *,
    homes: Homes,
    options: LabelOptions,
    threads: int,
) -> dict[str, Any]:
    """Label a label's people by a panel that has none of them."""
    rest = groups.without(label)
    left = Homes(homes.counts.select(groups.outside(label)), homes.misfit)
    learnt = learn_panel(
        panel, sites, rest, homes=left, options=options, threads=threads
    )
    away = groups.label_of_sample == label
    judged = judge_samples(
        panel,
        learnt.coordinates[away],
        learnt=learnt,
        rows=sites.panel,
        samples=away,
        options=options,
        threads=threads,
    )
    return describe_left_out(judged.chosen, judged.because, rest.labels)


def _label_cohort(
    cohort: Store,
    panel: Store,
    sites: SharedSites,
    learnt: Learnt,
    options: LabelOptions,
    *,
    strand_known: bool,
    threads: int,
) -> tuple[pd.DataFrame, Floats, int, PanelSpace]:
    """Return labels, coordinates, how many have kin in the panel, and its space."""
    loadings = measure_loadings(
        panel, learnt.components, core=learnt.core, rows=sites.panel, threads=threads
    )
    placed = project_samples(
        cohort, loadings, rows=sites.cohort, flipped=sites.flipped, threads=threads
    )
    kin = find_panel_kin(cohort, panel, sites)
    coordinates = correct_shrinkage(
        take_off_kin(
            placed.coordinates, kin, components=learnt.components, core=learnt.core
        ),
        strengths=learnt.components.strengths,
        norms=placed.norms,
    )
    judged = judge_samples(
        cohort,
        coordinates,
        learnt=learnt,
        rows=sites.cohort,
        flipped=sites.flipped,
        options=options,
        threads=threads,
    )
    few = placed.called < max(options.min_sites, MIN_CALLED * sites.n_used)
    labels = np.array([*learnt.model.groups.labels, UNASSIGNED], object)
    chosen = np.where(few, -1, judged.chosen)
    probability = judged.scores.probability.max(axis=1)
    coordinates[few] = np.nan
    table = _tabulate(
        cohort.samples,
        n_sites=placed.called,
        because=np.where(few, TOO_FEW_SITES, judged.because),
        ancestry=labels[chosen],
        probability=np.where(chosen < 0, np.nan, probability),
        closest=np.where(few, "", labels[judged.best]),
        misfit=np.where(few, np.nan, judged.misfit),
    )
    space = freeze_space(
        panel, sites, loadings, learnt.components, strand_known=strand_known
    )
    return table, coordinates, len(set(kin.cohort)), space


def _describe_panel(
    people: pd.DataFrame, core: Flags, sites: SharedSites, options: LabelOptions
) -> dict[str, Any]:
    return {
        "panel": describe_panel(people, n_unrelated=int(core.sum())),
        "assessable": sites.n_used >= options.min_sites,
        "reason": None,
        "n_sites_shared": sites.n_shared,
        "n_sites_flipped": sites.n_flipped,
        "n_sites_palindromic": sites.n_palindromic,
        "n_sites_common": sites.n_common,
        "n_sites_used": sites.n_used,
        "min_sites": options.min_sites,
        "min_probability": options.min_probability,
        "tail": options.tail,
    }


def _tabulate(
    samples: Sequence[str], *, n_sites: Any, because: Any, **columns: Any
) -> pd.DataFrame:
    empty = {"ancestry": UNASSIGNED, "probability": np.nan, "closest": ""}
    table = pd.DataFrame({"sample_id": list(samples)})
    for name, value in (empty | columns).items():
        table[name] = value
    table["n_sites"] = pd.array([None] * len(table), "Int64")
    if n_sites is not None:
        table["n_sites"] = n_sites
    table["unassigned_because"] = because
    if "misfit" not in table:
        table["misfit"] = np.nan
    return table


def _name_axes(coordinates: Floats) -> pd.DataFrame:
    names = [f"PC{number + 1}" for number in range(coordinates.shape[1])]
    return pd.DataFrame(coordinates, columns=names)


def _no_coordinates() -> tuple[pd.DataFrame, pd.DataFrame]:
    known = pd.DataFrame(columns=["sample_id", "ancestry", "population", "PC1"])
    return known, known[["sample_id", "PC1"]].copy()
