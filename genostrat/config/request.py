"""What the check of a cohort's inputs is asked: plain data, made of its config.

A job is run again when what it was asked has changed. So this holds what the check
needs and nothing else: changing the number of resamples checks no sheet anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from typing import Any

from genostrat.config.columns import Use, find_uses, has_layers, name_file

_INPUTS = (
    "samples",
    "genotypes",
    "matrices",
    "treatment",
    "outcomes",
    "gene_sets",
    "scores",
    "outside_calls",
    "alterations",
)


def request_check(
    cohort: Mapping[str, Any],
    *,
    of_model: Iterable[Use] | None = None,
    panel_labels: Iterable[str] | None = None,
) -> dict[str, Any]:
    """Return what :func:`genostrat.intake.cohort.check_cohort` is to check.

    Parameters
    ----------
    cohort
        Its inputs and policy, complete.
    of_model
        Columns that a frozen model takes, where new patients are only assigned by it;
        None where the cohort is analysed.
    panel_labels
        Labels of the reference panel, which reported ancestries are held against; None
        without one. The names alone: who has them is no matter of the check.
    """
    uses = find_uses(cohort)
    if of_model is not None:
        # Nothing is computed but strata, so the config's uses are none.
        uses = [*(replace(use, is_needed=False) for use in uses), *of_model]
    return {
        **{name: cohort[name] for name in _INPUTS},
        "uses": [asdict(use) for use in uses],
        "origins": {
            "file": name_file(cohort["file"]),
            "written_in": {k: name_file(f) for k, f in cohort["written_in"].items()},
        },
        "burden": cohort["profile"]["burden"] if counts_burden(cohort) else None,
        "knowledge": cohort["pgx"]["knowledge"],
        "medicine_genes": _asked_of_medicines(cohort),
        "studies": _asked_by_studies(cohort),
        "panel_labels": None if panel_labels is None else list(panel_labels),
        "demand": None if of_model is not None else _demand(cohort),
    }


def _asked_of_medicines(cohort: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the medicines to hold outcomes against, and where they are looked up."""
    named = cohort["response"]["medicine_genes"]
    if not named:
        return None
    return {
        "medicines": [one["medicine"] for one in named],
        "guidance": list(cohort["pgx"]["guidance"]),
    }


def _asked_by_studies(cohort: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the columns that studies ask about; None without studies."""
    studies = cohort["studies"]
    if not (studies["records"] or studies["ctml"]):
        return None
    columns: dict[str, str] = studies["columns"]
    return dict(columns)


def counts_burden(cohort: Mapping[str, Any]) -> bool:
    """Say whether rare variants are counted by gene."""
    enabled: bool = cohort["profile"]["burden"]["enabled"]
    return cohort["genotypes"] is not None and enabled


def _demand(cohort: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a search for strata needs of a cohort; None where none is made."""
    if not has_layers(cohort):
        return None
    is_genotyped = cohort["genotypes"] is not None
    made = {
        "scores": bool(cohort["scores"]),
        "burden": counts_burden(cohort),
        "pgx": is_genotyped and cohort["profile"]["pgx"],
    }
    return {
        "k_min": cohort["strata"]["k_min"],
        "ancestry_pcs": cohort["profile"]["ancestry_pcs"] if is_genotyped else 0,
        "of_genotypes": [layer for layer, is_made in made.items() if is_made],
    }
