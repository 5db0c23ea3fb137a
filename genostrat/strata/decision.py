"""The rule that turns evidence and audit into a verdict."""

from __future__ import annotations

from typing import Any

from genostrat.strata.audit.confounders import Audit
from genostrat.strata.audit.restatement import Restated
from genostrat.strata.evidence.valley import has_valleys


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


def is_gradient(
    verdict: str,
    row: dict[str, Any],
    audit: Audit | None,
    restated: Restated | None,
    *,
    alpha: float,
) -> bool:
    """Say whether patients are spread further than chance, but not in groups.

    Parameters
    ----------
    verdict
        From :func:`decide_verdict`.
    row, audit, restated
        As there.
    alpha
        Level of the tests.

    Notes
    -----
    One cloud of chance is out (both tests together, over all numbers of groups), a
    continuum is not (no valley), the groups that were tried are large enough to be more
    than outliers, and neither a confounder nor one column, feature or axis tells them.
    """
    confounded = audit is not None and audit.is_confounded
    return bool(
        verdict in ("suggestive", "none")
        and not confounded
        and restated is None
        and row["eligible"]
        and row["joint_p"] <= alpha
        and not has_valleys(row["valley"])
    )
