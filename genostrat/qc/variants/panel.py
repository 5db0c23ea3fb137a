"""Variants held against a reference panel: their strand, and their frequency."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Flags, Integers
from genostrat.genotypes.blocks import count_variants
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.panel.sites import match_variants
from genostrat.qc.variants.alleles import (
    AGREES,
    NOT_ASSESSED,
    OTHER_STRAND,
    SWAPPED,
    AlleleKinds,
)
from genostrat.qc.variants.counting import (
    GroupedCounts,
    count_by_group,
    judged_contigs,
)
from genostrat.qc.variants.findings import (
    Finding,
    WorstGroup,
    compare_frequencies,
)
from genostrat.qc.variants.groups import group_name, mask_groups


@dataclass(frozen=True)
class PanelCounts:
    """What a panel has at the judged variants of a cohort.

    Parameters
    ----------
    alleles
        Strand and order of the alleles, where the panel has the same ones.
    labels
        Ancestries with enough people in the panel.
    n_alt, n_typed
        Copies of the cohort's alternate allele, and copies typed, of each label and
        judged variant, shape (n_labels, n_judged); 0 where the panel has none.
    """

    alleles: AlleleKinds
    labels: tuple[str, ...]
    n_alt: Integers
    n_typed: Integers


def count_panel(
    store: Store,
    panel: Store,
    people: pd.DataFrame,
    *,
    strand_known: bool,
    threads: int = 1,
) -> PanelCounts:
    """Count the alleles of a panel at the judged variants of a cohort.

    Parameters
    ----------
    store
        The cohort's genotypes.
    panel
        The panel's.
    people
        ``panel/samples.tsv``: sample_id and ancestry.
    strand_known
        Whether the panel's alleles are those of the forward strand. If not, nothing
        is said of the strand of the cohort's.
    threads
        Blocks of variants counted at once.

    Notes
    -----
    Autosomal SNVs at the same position with the same two alleles. Where the alleles are
    the same only on the other strand, that is what is wrong with the variant; an A/T or
    C/G variant looks the same on both, and its frequency alone may tell.
    """
    labels = people.set_index("sample_id")["ancestry"].reindex(panel.samples)
    masks = mask_groups(labels.fillna("").to_numpy(dtype=object), skipped={""})
    nobody = np.zeros(len(panel.samples), bool)
    theirs = count_by_group(
        panel, masks or {"": nobody}, has_two_x=nobody, threads=threads
    )
    starts, done = {}, 0
    for contig in judged_contigs(panel):
        starts[contig.name] = done
        done += count_variants(contig)
    kinds, alt, typed = [], [], []
    for contig in judged_contigs(store):
        own = panel.contig(contig.name) if contig.name != "X" else None
        part = _match(contig, own, strand_known=strand_known)
        rows = part.rows + starts.get(contig.name, 0)
        counted = np.zeros((2, len(masks), len(part.kinds)), np.int64)
        if masks and len(rows):
            n_alt = (theirs.n_het + 2 * theirs.n_hom_alt)[:, rows]
            n_typed = 2 * theirs.n_typed[:, rows]
            counted[0][:, part.places] = np.where(part.turned, n_typed - n_alt, n_alt)
            counted[1][:, part.places] = n_typed
        kinds.append(part.kinds)
        alt.append(counted[0])
        typed.append(counted[1])
    empty = np.zeros((len(masks), 0), np.int64)
    return PanelCounts(
        AlleleKinds(np.concatenate([np.empty(0, object), *kinds])),
        tuple(masks),
        np.concatenate([empty, *alt], axis=1),
        np.concatenate([empty, *typed], axis=1),
    )


@dataclass(frozen=True)
class _Matched:
    """Variants of a contig that a panel has: places in the cohort, rows in the panel.

    `turned` says where the cohort's alternate allele is the panel's reference;
    `kinds` is of all variants of the contig.
    """

    kinds: npt.NDArray[np.object_]
    places: Integers
    rows: Integers
    turned: Flags


def _match(contig: Contig, panel: Contig | None, *, strand_known: bool) -> _Matched:
    kinds = np.full(count_variants(contig), NOT_ASSESSED, object)
    none = np.empty(0, np.int64)
    if panel is None:
        return _Matched(kinds, none, none, none.astype(bool))
    same, either = (
        match_variants(panel.variants, contig.variants, strand_known=known)
        for known in (True, False)
    )
    places = same["cohort"].to_numpy(np.int64)
    turned = same["flipped"].to_numpy(bool)
    # The order of the alleles tells nothing of a variant that is its own complement.
    palindromic = same["palindromic"].to_numpy(bool)
    if not strand_known:
        return _Matched(kinds, places, same["panel"].to_numpy(np.int64), turned)
    kinds[places] = np.where(turned, SWAPPED, AGREES)
    kinds[places[palindromic & turned]] = NOT_ASSESSED
    others = either.loc[~either["cohort"].isin(places), "cohort"].to_numpy(np.int64)
    kinds[others] = OTHER_STRAND
    return _Matched(kinds, places, same["panel"].to_numpy(np.int64), turned)


def find_unlike_panel(
    counts: GroupedCounts, panel: PanelCounts, peoples: Iterable[str], *, least_p: float
) -> Finding:
    """Find variants whose frequency is out of line with the panel's of the same people.

    Parameters
    ----------
    counts
        Of the cohort, with its ancestries among the groups.
    panel
        The panel's.
    peoples
        Ancestries of the cohort that have enough samples.
    least_p
        p-value below which a variant is caught.

    Returns
    -------
    Finding
        Values are p-values; NaN where the panel does not have the variant, or nobody of
        the cohort is of an ancestry of the panel.

    Notes
    -----
    As between batches, :func:`genostrat.qc.variants.findings.compare_frequencies`. A
    people of the cohort that is not quite the panel's inflates χ² of every variant.
    """
    worst = WorstGroup(counts.n_het.shape[1], smallest=True)
    for label in peoples:
        if label not in panel.labels:
            continue
        name = group_name("ancestry", label)
        row, their_row = counts.groups.index(name), panel.labels.index(label)
        compare_frequencies(
            (counts.n_het[row] + 2 * counts.n_hom_alt[row], 2 * counts.n_typed[row]),
            (panel.n_alt[their_row], panel.n_typed[their_row]),
            least_p=least_p,
            worst=worst,
            name=name,
        )
    return worst.finding()
