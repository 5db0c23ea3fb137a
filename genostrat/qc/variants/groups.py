"""The groups of samples whose variants are held against one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from genostrat.arrays import Flags

#: Fewer samples than this say nothing of a variant.
MIN_SAMPLES = 20
EVERYBODY = "all"
UNASSIGNED = "unassigned"


@dataclass(frozen=True)
class Groups:
    """Samples by batch, centre and arm, and by ancestry.

    Parameters
    ----------
    compared
        Column of the sheet → group → samples, of columns with at least two groups.
    peoples
        Ancestry label → samples; empty without labels.
    left_out
        Column → why its groups are not compared.
    """

    compared: dict[str, dict[str, Flags]]
    peoples: dict[str, Flags] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def masks(self, counted: Flags) -> dict[str, Flags]:
        """Return every group by its name, of the samples that count."""
        named = {EVERYBODY: counted}
        for column, groups in self.compared.items():
            named |= {
                group_name(column, value): mask & counted
                for value, mask in groups.items()
            }
        named |= {
            group_name("ancestry", label): mask & counted
            for label, mask in self.peoples.items()
        }
        return named


def group_name(column: str, value: str) -> str:
    """Return how the ledger names a group."""
    return f"{column} {value}"


def find_groups(
    samples: Sequence[str],
    sheet: pd.DataFrame,
    *,
    columns: Sequence[str],
    ancestry: pd.DataFrame | None = None,
) -> Groups:
    """Find the groups of a cohort.

    Parameters
    ----------
    samples
        Of the store, in its order.
    sheet
        ``check/samples.tsv``.
    columns
        Columns whose values make groups: batch, centre, the arm. Those that the sheet
        lacks are passed over.
    ancestry
        ``qc/ancestry.tsv``; without labels nobody's people is known.

    Notes
    -----
    A group has at least :data:`MIN_SAMPLES` samples. A column is compared where two
    groups have.
    """
    rows = sheet.set_index("sample_id").reindex(samples)
    compared, left_out = {}, {}
    for column in dict.fromkeys(columns):
        if column not in rows:
            continue
        masks = mask_groups(
            rows[column].fillna("").to_numpy(dtype=object), skipped={""}
        )
        if len(masks) >= 2:
            compared[column] = masks
        else:
            left_out[column] = f"fewer than two groups of {MIN_SAMPLES} samples"
    peoples = {}
    if ancestry is not None and len(ancestry):
        labels = ancestry.set_index("sample_id")["ancestry"].reindex(samples)
        texts = labels.fillna("").to_numpy(dtype=object)
        peoples = mask_groups(texts, skipped={"", UNASSIGNED})
    return Groups(compared, peoples, left_out)


def mask_groups(values: np.ndarray, *, skipped: set[str]) -> dict[str, Flags]:
    """Return value → samples that have it, of values of enough samples."""
    masks = {value: values == value for value in sorted(set(values) - skipped)}
    return {v: mask for v, mask in masks.items() if mask.sum() >= MIN_SAMPLES}


def restrict(groups: Groups, counted: Flags) -> Groups:
    """Return the groups that stay large enough when some samples do not count."""

    def large(masks: Mapping[str, Flags]) -> dict:
        return {v: m for v, m in masks.items() if (m & counted).sum() >= MIN_SAMPLES}

    kept = {column: large(masks) for column, masks in groups.compared.items()}
    return Groups(
        {column: masks for column, masks in kept.items() if len(masks) >= 2},
        large(groups.peoples),
        groups.left_out,
    )
