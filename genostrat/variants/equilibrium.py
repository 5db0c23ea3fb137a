"""Hardy-Weinberg proportions of each variant, within each ancestry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats
from genostrat.genotypes.builds import AUTOSOMES
from genostrat.stats.hardy_weinberg import hwe_exact
from genostrat.variants.counting import StoreCounts

#: Fewer samples than this tell nothing about genotype proportions.
MIN_SAMPLES = 20
#: Below this a variant is counted as out of proportion: a usual bound for a cohort.
LOW_P = 1e-6
UNASSIGNED = "unassigned"
EVERYBODY = "all"


@dataclass(frozen=True)
class Tested:
    """Samples in whom proportions are tested, by ancestry label.

    Parameters
    ----------
    masks
        For each label, which samples of the store.
    masks_on_x
        The same, without those who are not known to have two X chromosomes.
    """

    masks: dict[str, Flags]
    masks_on_x: dict[str, Flags]

    @property
    def columns(self) -> dict[str, str]:
        """Column of ``variants/variants.parquet`` for each group."""
        return {group: f"hwe_p_{group.removeprefix(_PREFIX)}" for group in self.masks}


_PREFIX = "ancestry: "


def choose_tested(
    samples: Sequence[str],
    *,
    unrelated: Sequence[str],
    ancestry: pd.DataFrame,
    sexes: pd.DataFrame,
) -> Tested:
    """Choose the samples in whom Hardy-Weinberg proportions are tested.

    Parameters
    ----------
    samples
        Of the store, in its order.
    unrelated
        The samples kept without the close relatives among them.
    ancestry, sexes
        ``qc/ancestry.tsv`` and ``qc/sex.tsv``.

    Notes
    -----
    Every label with at least :data:`MIN_SAMPLES` unrelated samples makes a group, for
    proportions hold within a population and not in a mixture of them. Where no sample
    has a label, all unrelated samples are one group named ``all``.
    """
    label = ancestry.set_index("sample_id")["ancestry"].reindex(samples)
    labels = label.fillna(UNASSIGNED).to_numpy(dtype=object)
    free = np.isin(samples, list(unrelated))
    female = sexes.set_index("sample_id")["inferred_sex"].reindex(samples) == "female"
    names = sorted(set(labels) - {UNASSIGNED, ""})
    groups = {name: free & (labels == name) for name in names} or {EVERYBODY: free}
    masks = {
        _PREFIX + name: mask
        for name, mask in groups.items()
        if mask.sum() >= MIN_SAMPLES
    }
    on_x = {name: mask & female.to_numpy(bool) for name, mask in masks.items()}
    return Tested(masks, on_x)


def find_deviations(counts: StoreCounts, tested: Tested) -> dict[str, Floats]:
    """Return p-values of the exact test, one array of all variants for each column.

    Notes
    -----
    Wigginton, Cutler and Abecasis 2005 (doi 10.1086/429864), without mid-p. On chrX
    only samples with two X chromosomes count; chrY and the mitochondrion are not
    tested. A row of a multi-allelic site is tested as its allele against all others.
    NaN where the group does not vary, or fewer than :data:`MIN_SAMPLES` were called.
    """
    found = {}
    for group, column in tested.columns.items():
        number = counts.groups.index(group)
        parts = []
        for contig, own in counts.contigs.items():
            n_called, n_het = own.n_called[number], own.n_het[number]
            n_hom_alt = own.n_hom_alt[number]
            values = np.full(len(n_called), np.nan)
            n_alt = n_het + 2 * n_hom_alt
            varies = (n_alt > 0) & (n_alt < 2 * n_called)
            usable = varies & (n_called >= MIN_SAMPLES)
            if contig in (*AUTOSOMES, "X") and usable.any():
                n_hom_ref = n_called - n_het - n_hom_alt
                values[usable] = hwe_exact(
                    n_hom_ref[usable], n_het[usable], n_hom_alt[usable]
                )
            parts.append(values)
        found[column] = np.concatenate(parts)
    return found


def summarise_equilibrium(
    table: pd.DataFrame, tested: Tested
) -> dict[str, dict[str, int]]:
    """Return for each label how many variants are out of proportion.

    Parameters
    ----------
    table
        ``variants/variants.parquet`` with the columns of :func:`find_deviations`.
    tested
        From :func:`choose_tested`.
    """
    summary = {}
    for group, column in tested.columns.items():
        known = table[column].dropna()
        summary[group.removeprefix(_PREFIX)] = {
            "n_samples": int(tested.masks[group].sum()),
            "n_tested": len(known),
            "n_below_1e-6": int((known < LOW_P).sum()),
        }
    return summary
