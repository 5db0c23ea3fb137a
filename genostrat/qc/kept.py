"""The samples that quality control kept, for whoever needs at least one."""

from __future__ import annotations

from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.tables import read_lines, read_table


def read_kept(path: str | Path) -> list[str]:
    """Read the samples that were kept.

    Parameters
    ----------
    path
        ``qc/keep.txt``; ``qc/decisions.tsv`` beside it says why the others were not.

    Raises
    ------
    GenostratError
        If nobody was: nothing can be computed of a cohort without samples.
    """
    kept = read_lines(path)
    if kept:
        return kept
    decisions = Path(path).with_name("decisions.tsv")
    raise GenostratError(
        Problem(
            "quality control left no sample of this cohort, so there is nothing to"
            " compute",
            file=decisions,
            found=_count_rules(decisions),
            fix="look at what the rules found; each row names the config key that"
            " undoes its decision (keep, flag or exclude)",
        )
    )


def _count_rules(decisions: Path) -> str | None:
    """Count samples by the rule, and its config key, that excluded them."""
    if not decisions.is_file():
        return None
    rows = read_table(decisions, table="qc/decisions.tsv")
    excluded = rows[rows["outcome"] == "excluded"]
    counts = excluded.groupby(["rule", "config_key"])["sample_id"].nunique()
    return "; ".join(
        f"excluded by {rule} ({key}): {n}"
        for (rule, key), n in counts.sort_values(ascending=False).items()
    )
