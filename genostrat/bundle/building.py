"""The parts of a bundle, from the results of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from genostrat.bundle.effects import release_effects, release_survival
from genostrat.bundle.parts import Part
from genostrat.bundle.pharmacogenes import count_phenotypes
from genostrat.bundle.subgroups import count_strata
from genostrat.sheets.contract.consent import SHARING, gives_consent
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


def find_sharers(sheet: pd.DataFrame) -> frozenset[str]:
    """Return the patients whose data may stand in what leaves.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``. Where it has a column ``sharing_consent``, those of whom
        it says yes; without the column everybody, and the centre answers for it.
    """
    names = sheet["sample_id"].astype(str)
    if SHARING not in sheet:
        return frozenset(names)
    agreed = [gives_consent(str(cell)) for cell in sheet[SHARING].fillna("")]
    return frozenset(names[agreed])


def describe_consent(sheet: pd.DataFrame) -> str:
    """Say whom a bundle is about, as a sentence."""
    if SHARING not in sheet:
        return (
            f"The sheet has no column {SHARING}: that everybody agreed to sharing is"
            " for the centre to answer for."
        )
    return f"Only patients of whom the sheet's column {SHARING} says yes stand in it."


def build_parts(
    results: Results,
    *,
    patients: Sequence[str],
    sharers: frozenset[str],
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
    sharers
        Those of them who may stand in it: counts are of them alone, and estimates that
        others went into are withheld.
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
                unrelated=[p for p in read_lines(results.unrelated) if p in sharers],
                ancestry=read_table(results.ancestry, table="qc/ancestry.tsv"),
                threshold=threshold,
                genes=genes,
            )
        )
    if results.assignments and results.verdict:
        table = read_table(results.assignments, table="strata/assignments.tsv")
        table = table[table["sample_id"].isin(sharers)]
        verdict = read_json(results.verdict)
        parts.append(count_strata(table, verdict, threshold=threshold))
    if results.effects and results.curves:
        effects = read_table(results.effects, table="response/effects.tsv")
        curves = read_table(results.curves, table="response/survival_curves.tsv")
        n_silent = len(set(patients) - sharers)
        members = () if n_silent else patients
        if n_silent:
            effects, curves = effects[:0], curves[:0]
        estimates = [
            release_effects(effects, members=members, threshold=threshold),
            release_survival(curves, members=members, threshold=threshold),
        ]
        parts += [_withhold(part) for part in estimates] if n_silent else estimates
    return parts


def _withhold(part: Part) -> Part:
    """Say of a part of estimates why it is empty."""
    reason = (
        "everything: patients who did not agree to sharing went into it; a cohort of"
        f" those who did, with a sheet where {SHARING} says yes of all, has it"
    )
    return replace(part, left_out=(reason,))


def list_members(parts: Sequence[Part]) -> pd.DataFrame:
    """Return the table ``bundle_members.tsv``: whom each part is about."""
    rows = [(part.name, person) for part in parts for person in sorted(part.members)]
    return pd.DataFrame(rows, columns=["part", "sample_id"])
