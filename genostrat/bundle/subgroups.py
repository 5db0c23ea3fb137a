"""Strata and their sizes, for a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from genostrat.bundle.parts import Part
from genostrat.disclosure.cells import make_cells, protect, show
from genostrat.disclosure.membership import count_allowed, count_needed

FILE = "strata.tsv"
COLUMNS = ("stratum", "n", "verdict", "k")
UNPLACED = "not placed"


def count_strata(
    assignments: pd.DataFrame, verdict: Mapping[str, Any], *, threshold: int
) -> Part:
    """Count the patients of each stratum.

    Parameters
    ----------
    assignments
        ``strata/assignments.tsv``.
    verdict
        ``strata/verdict.json``.
    threshold
        Smallest count that is shown.
    """
    placed = assignments["status"] == "assigned"
    names = assignments["stratum"].astype(str).where(placed, UNPLACED)
    labels = [*sorted(set(names) - {UNPLACED}), UNPLACED]
    counts = np.array([[int((names == label).sum()) for label in labels]])
    protected = protect(make_cells(counts, is_total_public=True), threshold=threshold)
    is_told = len(labels) - 1 <= count_allowed(len(assignments))
    left_out = [
        "the frozen model of the strata: its means tell who was in the cohort"
        " unless its independent features are fewer than one in thirty patients"
    ]
    if not is_told:
        needed = count_needed(len(labels) - 1)
        left_out.append(f"sizes of strata, which fewer than {needed} patients share")
    rows = [
        (
            label,
            show(protected, place, threshold=threshold) if is_told else "withheld",
            verdict["verdict"],
            verdict["k"],
        )
        for place, label in enumerate([*labels, "all"])
    ]
    return Part(
        FILE,
        pd.DataFrame(rows, columns=list(COLUMNS)),
        frozenset(assignments["sample_id"].astype(str)),
        "Patients of each stratum, and the verdict on the strata.",
        f"Counts below {threshold} are withheld and others rounded to 5.",
        tuple(left_out),
    )
