"""The rule that turns evidence and audit into a verdict."""

from __future__ import annotations

from typing import Any

from genostrat.strata.audit.confounders import Audit
from genostrat.strata.audit.restatement import Restated


def decide_verdict(
    row: dict[str, Any], audit: Audit | None, restated: Restated | None = None
) -> str:
    """Return supported, suggestive, none or confounded.

    Parameters
    ----------
    row
        The row of ``k_selection.tsv`` of the best k.
    audit
        The confounder audit of that partition, if one was possible.
    restated
        The part of the profile that the partition restates, if there is one.

    Notes
    -----
    *supported*: stability or cluster index beyond what Gaussian cohorts without groups
    show, over all k and both statistics, and at the same k groups that are separate
    peaks rather than pieces of a continuum. *suggestive*: the first of the two.
    *confounded*: either, but the strata mirror a confounder by the rule of
    :func:`genostrat.strata.audit.confounders.audit_confounders`. Otherwise *none*: one
    group describes the cohort, or the groups are another name of one column, feature or
    axis (:func:`genostrat.strata.audit.restatement.find_restated`).
    """
    if row["evidence"] == "none":
        return "none"
    if audit is not None and audit.is_confounded:
        return "confounded"
    if restated is not None:
        return "none"
    return "supported" if row["evidence"] == "full" else "suggestive"
