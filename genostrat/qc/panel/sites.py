"""Variants that a cohort and a reference panel have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from genostrat.arrays import Flags, Indices
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.components.pruning import choose_unlinked
from genostrat.qc.sites import count_sites

if TYPE_CHECKING:
    import pandas as pd


COMPLEMENT = {"A": "T", "C": "G", "G": "C", "T": "A"}


@dataclass(frozen=True)
class SiteRules:
    """Which shared variants are used; see the config's ``qc``."""

    min_maf: float
    max_missing_rate: float
    window: int
    step: int
    max_r2: float


@dataclass
class SharedSites:
    """Variants that two stores share; each mapping is by contig.

    Attributes
    ----------
    panel, cohort
        Rows in either store, ascending, one for one.
    flipped
        Where the cohort's ALT is the panel's REF.
    n_shared
        SNVs in common, before any was left out.
    n_flipped
        Of these, with REF and ALT exchanged.
    n_palindromic
        Of these, left out since their strand is not known.
    n_common
        Common and well called in both, before pruning.
    """

    panel: dict[str, Indices] = field(default_factory=dict)
    cohort: dict[str, Indices] = field(default_factory=dict)
    flipped: dict[str, Flags] = field(default_factory=dict)
    n_shared: int = 0
    n_flipped: int = 0
    n_palindromic: int = 0
    n_common: int = 0

    @property
    def n_used(self) -> int:
        """Variants left."""
        return sum(len(rows) for rows in self.panel.values())


def share_sites(
    panel: Store,
    cohort: Store,
    *,
    core: Flags,
    strand_known: bool,
    rules: SiteRules,
    threads: int = 1,
) -> SharedSites:
    """Choose variants by which a cohort can be held against a panel.

    Parameters
    ----------
    panel, cohort
        The two stores, of one build.
    core
        Panel samples that frequencies and linkage are taken over.
    strand_known
        Whether the alleles of both are those of the genome's forward strand. If not,
        A/T and C/G SNVs are left out, and complementary alleles match.
    rules
        Which variants are used.
    threads
        Blocks of variants worked on at once.

    Notes
    -----
    Autosomal SNVs at the same position with the same two alleles, either way round;
    positions with several such pairs are left out. Of these, the ones called well in
    both and common in the panel, pruned for linkage on the panel
    (:func:`genostrat.qc.components.pruning.choose_unlinked`). The cohort's frequencies
    play no part, so that a label does not depend on who else is in the cohort.
    """
    sites = SharedSites()
    for contig in panel.autosomes:
        empty = np.empty(0, np.intp)
        sites.panel[contig.name] = sites.cohort[contig.name] = empty
        sites.flipped[contig.name] = np.empty(0, bool)
        own = cohort.contig(contig.name)
        if own is None:
            continue
        pairs = match_variants(contig.variants, own.variants, strand_known=strand_known)
        sites.n_shared += len(pairs)
        sites.n_flipped += int(pairs["flipped"].sum())
        if not strand_known:
            sites.n_palindromic += int(pairs["palindromic"].sum())
            pairs = pairs[~pairs["palindromic"]]
        pairs = _keep_common(pairs, contig, own, core, rules, threads=threads)
        sites.n_common += len(pairs)
        kept = choose_unlinked(
            contig,
            pairs["panel"].to_numpy(np.intp),
            window=rules.window,
            step=rules.step,
            max_r2=rules.max_r2,
            samples=core,
            threads=threads,
        )
        pairs = pairs[pairs["panel"].isin(kept)]
        sites.panel[contig.name] = pairs["panel"].to_numpy(np.intp)
        sites.cohort[contig.name] = pairs["cohort"].to_numpy(np.intp)
        sites.flipped[contig.name] = pairs["flipped"].to_numpy(bool)
    return sites


def match_variants(
    panel: pd.DataFrame, cohort: pd.DataFrame, *, strand_known: bool
) -> pd.DataFrame:
    """Find the SNVs that two tables of variants of one contig share.

    Parameters
    ----------
    panel, cohort
        Variants with position, ref and alt; their row numbers are the store's.
    strand_known
        If not, complementary alleles match, too.

    Returns
    -------
    DataFrame
        panel, cohort (row numbers, ascending), flipped, palindromic.
    """
    import pandas as pd

    left, right = _list_snvs(panel, "panel"), _list_snvs(cohort, "cohort")
    pairs = left.merge(right, on="position", suffixes=("", "_cohort"))
    same = (pairs["ref"] == pairs["ref_cohort"]) & (pairs["alt"] == pairs["alt_cohort"])
    turned = (pairs["ref"] == pairs["alt_cohort"]) & (
        pairs["alt"] == pairs["ref_cohort"]
    )
    if not strand_known:
        ref = pairs["ref_cohort"].map(COMPLEMENT)
        alt = pairs["alt_cohort"].map(COMPLEMENT)
        same |= (pairs["ref"] == ref) & (pairs["alt"] == alt)
        turned |= ((pairs["ref"] == alt) & (pairs["alt"] == ref)) & ~same
    pairs["flipped"] = turned & ~same
    pairs["palindromic"] = pairs["ref"].map(COMPLEMENT) == pairs["alt"]
    pairs = pairs[same | turned]
    pairs = pairs[~pairs["position"].duplicated(keep=False)]
    pairs = pairs.sort_values("position", kind="stable", ignore_index=True)
    return pd.DataFrame(pairs[["panel", "cohort", "flipped", "palindromic"]])


def _list_snvs(variants: pd.DataFrame, name: str) -> pd.DataFrame:
    letters = list(COMPLEMENT)
    snvs = variants[variants["ref"].isin(letters) & variants["alt"].isin(letters)]
    table = snvs[["position", "ref", "alt"]].copy()
    table[name] = snvs.index.to_numpy()
    return table


def _keep_common(
    pairs: pd.DataFrame,
    panel: Contig,
    cohort: Contig,
    core: Flags,
    rules: SiteRules,
    *,
    threads: int,
) -> pd.DataFrame:
    theirs = count_sites(panel, samples=core, threads=threads)
    own = count_sites(cohort, threads=threads)
    rows, own_rows = pairs["panel"].to_numpy(), pairs["cohort"].to_numpy()
    share = 1 - rules.max_missing_rate
    with np.errstate(invalid="ignore"):
        kept = (
            (theirs.minor_frequency[rows] >= max(rules.min_maf, 1e-9))
            & (theirs.n_called[rows] >= share * core.sum())
            & (own.n_called[own_rows] >= share * len(cohort.samples))
        )
    return pairs[kept]
