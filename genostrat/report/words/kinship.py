"""What kinship that allows for ancestry says beside KING's, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genostrat.report.parts.wording import plural


def why_not_assessed(record: Mapping[str, Any]) -> str:
    """Say why kinship could not be assessed.

    Parameters
    ----------
    record
        With ``n_pairs`` of ``qc/relatedness.json``.
    """
    if record.get("n_pairs") == 0:
        return "there is one sample only"
    return "there are too few variants, or they lie in too few parts of the genome"


def describe_adjustment(record: Mapping[str, Any] | None) -> list[str]:
    """Say what allowing for ancestry changes of the relatives.

    Parameters
    ----------
    record
        ``qc/kinship_adjusted.json``; None without genotypes.

    Returns
    -------
    list of str
        Sentences; none where nothing changes.
    """
    if record is None:
        return []
    if not record["assessable"]:
        return [f"Kinship was not adjusted for ancestry: {record['why_not']}."]
    parts = []
    if record["n_changed"]:
        are = "is" if record["n_changed"] == 1 else "are"
        parts.append(
            f"{plural(record['n_changed'], 'listed pair')} {are} of another degree or"
            " none"
        )
    if record["n_new"]:
        are = "is" if record["n_new"] == 1 else "are"
        parts.append(
            f"{plural(record['n_new'], 'pair')} that KING does not list {are} of the"
            " third degree or closer"
        )
    if not parts:
        return []
    return [
        f"Once ancestry is allowed for, {' and '.join(parts)}: see"
        " qc/kinship_adjusted.tsv. Decisions rest on KING's kinship."
    ]
