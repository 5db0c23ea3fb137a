"""The parts of a bundle, from the results of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from genostrat.bundle.effects import release_effects, release_survival
from genostrat.bundle.parts import Part
from genostrat.bundle.pharmacogenes import count_phenotypes
from genostrat.bundle.subgroups import count_strata
from genostrat.tables import read_json, read_lines, read_table


@dataclass(frozen=True)
class Results:
    """Paths of what a bundle is made from; None of what a cohort does not have."""

    unrelated: str | None
    ancestry: str | None
    diplotypes: str | None
    assignments: str | None
    verdict: str | None
    effects: str | None
    curves: str | None


def build_parts(
    results: Results,
    *,
    patients: Sequence[str],
    threshold: int,
    genes: Sequence[str] = (),
) -> list[Part]:
    """Build the parts of a bundle.

    Parameters
    ----------
    results
        Of the cohort.
    patients
        Everybody of the sheet.
    threshold
        Smallest count that is shown.
    genes
        As :func:`genostrat.bundle.pharmacogenes.count_phenotypes`.
    """
    parts = []
    if results.unrelated and results.ancestry and results.diplotypes:
        parts.append(
            count_phenotypes(
                read_table(results.diplotypes, table="pgx/diplotypes.tsv"),
                unrelated=read_lines(results.unrelated),
                ancestry=read_table(results.ancestry, table="qc/ancestry.tsv"),
                threshold=threshold,
                genes=genes,
            )
        )
    if results.assignments and results.verdict:
        table = read_table(results.assignments, table="strata/assignments.tsv")
        verdict = read_json(results.verdict)
        parts.append(count_strata(table, verdict, threshold=threshold))
    if results.effects and results.curves:
        effects = read_table(results.effects, table="response/effects.tsv")
        curves = read_table(results.curves, table="response/survival_curves.tsv")
        parts += [
            release_effects(effects, members=patients, threshold=threshold),
            release_survival(curves, members=patients, threshold=threshold),
        ]
    return parts


def list_members(parts: Sequence[Part]) -> pd.DataFrame:
    """Return the table ``bundle_members.tsv``: whom each part is about."""
    rows = [(part.name, person) for part in parts for person in sorted(part.members)]
    return pd.DataFrame(rows, columns=["part", "sample_id"])
