"""How much of a gene the genotypes cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from genostrat.genotypes.site_records import NOT_GIVEN, SiteRecords
from genostrat.pgx.definitions import Gene
from genostrat.pgx.matching.assay import GeneAssay
from genostrat.pgx.matching.lines import LOW_DEPTH, LOW_QUALITY, PRESENT
from genostrat.pgx.matching.rows import say_nothing_assayed


def describe_evidence(records: SiteRecords) -> str:
    """Say what a file tells of the reads that its genotypes rest on."""
    has_depth = bool((records.depth != NOT_GIVEN).any())
    has_quality = bool((records.quality != NOT_GIVEN).any())
    if has_depth and has_quality:
        return "both"
    return "depth" if has_depth else "quality" if has_quality else "neither"


def cover_gene(
    gene: Gene,
    assay: GeneAssay,
    states: Sequence[str],
    *,
    notes: Sequence[str],
    evidence: str,
) -> dict[str, Any]:
    """Return a gene's row of the coverage table.

    Parameters
    ----------
    gene, assay
        Definitions and genotypes.
    states
        Status of every patient.
    notes
        What a reader of the calls should know.
    evidence
        From :func:`describe_evidence`.
    """
    n_required = len(gene.positions)
    is_assayed = (assay.why == PRESENT).any(axis=0)
    missing = [gene.positions[place].name for place in np.flatnonzero(~is_assayed)]
    n_called = sum(state == "called" for state in states)
    reason = gene.not_called_because
    if not reason and n_required and not is_assayed.any():
        reason = say_nothing_assayed(n_required)
    return {
        "gene": gene.name,
        "n_required": n_required,
        "n_assayed": int(is_assayed.sum()),
        "missing_positions": ",".join(missing),
        "n_called": n_called,
        "n_ambiguous": sum(state == "ambiguous" for state in states),
        "n_not_called": sum(state == "not_called" for state in states),
        "n_low_depth": int((assay.why == LOW_DEPTH).sum()),
        "n_low_quality": int((assay.why == LOW_QUALITY).sum()),
        "evidence": evidence,
        "notes": "; ".join(note.rstrip(".") for note in notes),
        "reason": "" if n_called == len(states) and states else reason,
    }
