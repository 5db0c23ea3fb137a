"""The rule that turns evidence and audit into a verdict."""

from __future__ import annotations

from typing import Any

from genostrat.strata.audit.confounders import Audit


def decide_verdict(row: dict[str, Any], audit: Audit | None) -> str:
    """Return supported, suggestive, none or confounded.

    Parameters
    ----------
    row
        The row of ``k_selection.tsv`` of the best k.
    audit
        The confounder audit of that partition, if one was possible.

    Notes
    -----
    *supported*: stability or cluster index beyond what Gaussian cohorts without groups
    show, over all k and both statistics, and at the same k groups that are separate
    peaks rather than pieces of a continuum. *suggestive*: the first of the two.
    *confounded*: either, but the strata mirror a confounder by the rule of
    :func:`genostrat.strata.audit.confounders.audit_confounders`. Otherwise *none*: one
    group describes the cohort.
    """
    if row["evidence"] == "none":
        return "none"
    if audit is not None and audit.is_confounded:
        return "confounded"
    return "supported" if row["evidence"] == "full" else "suggestive"
