"""What is said of outcomes by medicine and pharmacogene in one cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.config.outcomes import Outcome
from genostrat.response.analysis import patients_without_strata
from genostrat.response.interaction import adjust_p_values
from genostrat.response.outcomes import join_notes
from genostrat.response.patients import (
    Measured,
    Patients,
    TreatmentArms,
    gather_patients,
)
from genostrat.response.pharmacogenes.associations import (
    FEWEST_SHOWN,
    Question,
    association_row,
    interaction_row,
)
from genostrat.response.pharmacogenes.coding import Coding, code_gene
from genostrat.response.pharmacogenes.takers import Pair, Takers, find_takers

COLUMNS = [
    *("outcome", "medicine", "gene", "question", "verdict", "coding", "scale"),
    *("effect", "ci_low", "ci_high", "statistic", "df", "p_value", "p_adjusted"),
    *("n_takers", "n", "n_other", "n_events", "n_not_called", "unit"),
    "note",
]
ASSOCIATION, INTERACTION = "association", "interaction"
FOUND, NOT_FOUND, NOT_ASSESSED = "found", "not_found", "not_assessed"
#: Level of the verdicts, of p-values adjusted over all pairs and outcomes.
ALPHA = 0.05
_UNASSIGNED = "unassigned"
_CHANGED = "takers whose other medicines change the gene's product count as unknown"


@dataclass(frozen=True)
class Genotyped:
    """The genotyped patients of a cohort.

    Parameters
    ----------
    ids
        Unrelated kept patients, in the order of `patients`.
    patients
        Their arms and outcomes.
    ancestry
        Their labels of ancestry; `unassigned` where there is none.
    diplotypes, guidance
        The columns of :mod:`~genostrat.response.pharmacogenes.takers`.
    """

    ids: np.ndarray
    patients: Patients
    ancestry: np.ndarray
    diplotypes: pd.DataFrame
    guidance: pd.DataFrame


def gather_genotyped(
    sheet: pd.DataFrame,
    *,
    unrelated: Sequence[str],
    ancestry: pd.DataFrame,
    diplotypes: pd.DataFrame,
    guidance: pd.DataFrame,
    outcomes: Sequence[Outcome],
    treatment: TreatmentArms | None,
) -> Genotyped:
    """Gather the patients whose medicines and genes are asked about.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``.
    unrelated
        Kept samples of whom no two are relatives: tests take patients for independent.
    ancestry
        ``qc/ancestry.tsv``.
    diplotypes, guidance
        The columns of :mod:`~genostrat.response.pharmacogenes.takers`.
    outcomes, treatment
        As in the config, and as the check found them.
    """
    assignments, _ = patients_without_strata(sheet, keep=list(unrelated))
    patients = gather_patients(
        sheet, assignments, outcomes=outcomes, treatment=treatment, use_strata=False
    )
    kept = assignments.loc[assignments["status"] != "excluded", "sample_id"]
    ids = np.array(sorted(kept), dtype=object)
    labels = ancestry.set_index("sample_id")["ancestry"].reindex(ids)
    return Genotyped(
        ids,
        patients,
        labels.fillna(_UNASSIGNED).astype(str).to_numpy(dtype=object),
        diplotypes,
        guidance,
    )


def analyse_pharmacogenes(
    cohort: Genotyped,
    *,
    minimum: int,
    randomised: bool = True,
    named: Sequence[Pair] = (),
) -> tuple[dict[str, Any], pd.DataFrame]:
    """Hold every outcome against the genes that guidance on taken medicines rests on.

    Parameters
    ----------
    cohort
        The genotyped patients.
    minimum
        Fewest events in either group; see
        :func:`~genostrat.response.pharmacogenes.associations.association_row`.
    randomised
        Whether treatment was drawn.
    named
        The only pairs to look at; empty: every medicine that somebody takes with every
        gene that guidance on it rests on.

    Returns
    -------
    record, table
        ``response/pharmacogenes.json`` and ``response/pharmacogenes.tsv``.

    Notes
    -----
    Benjamini & Hochberg over all medicines, genes, outcomes and both questions, so that
    where there is nothing the verdict is `found` in 5 %. Takers of a medicine that an
    arm is named after are those in the arm too, and its interaction is asked of
    everybody in an arm.
    """
    takers = find_takers(cohort.guidance)
    arms = [str(arm) for arm in cohort.patients.arms]
    in_arms = [arm.strip().casefold() for arm in arms]
    pairs = list(named) or takers.pairs_of(in_arms)
    codings = {
        gene: code_gene(rows, ids=cohort.ids)
        for gene, rows in cohort.diplotypes.groupby("gene")
        if gene in {pair.gene for pair in pairs}
    }
    rows = [
        row
        for measured in cohort.patients.measured
        for pair in pairs
        for row in _rows_of_pair(
            cohort,
            measured,
            pair,
            takers=takers,
            coding=codings.get(pair.gene),
            minimum=minimum,
            note="" if randomised else "treatment was chosen, and is not weighed",
        )
    ]
    table = _judged(pd.DataFrame(rows, columns=COLUMNS))
    n_ancestries = len(set(cohort.ancestry) - {_UNASSIGNED})
    return _describe(table, takers=takers, n_ancestries=n_ancestries), table


def no_pharmacogenes(reason: str) -> tuple[dict[str, Any], pd.DataFrame]:
    """Return a record and an empty table that say why nothing was asked."""
    table = pd.DataFrame(columns=COLUMNS)
    return _record(table, reason), table


def _rows_of_pair(
    cohort: Genotyped,
    measured: Measured,
    pair: Pair,
    *,
    takers: Takers,
    coding: Coding | None,
    minimum: int,
    note: str,
) -> list[dict[str, Any]]:
    patients = cohort.patients
    of_arm = np.char.lower(np.char.strip(patients.arm.astype(str))) == pair.medicine
    takes = np.isin(cohort.ids, list(takers.takers.get(pair.medicine, ()))) | of_arm
    value = np.full(len(takes), np.nan) if coding is None else coding.values
    # What other medicines have changed, the genotype does not say.
    changed = np.isin(cohort.ids, list(takers.changed.get(pair, ())))
    value = np.where(changed, np.nan, value)
    left_out = _CHANGED if (changed & takes).any() else ""
    questions = [ASSOCIATION, *([INTERACTION] if len(patients.arms) > 1 else [])]
    rows = []
    for question in questions:
        everybody = question == INTERACTION and of_arm.any()
        inside = np.ones(len(takes), dtype=bool) if everybody else takes
        n_takers = int(takes.sum())
        shown = n_takers if n_takers >= FEWEST_SHOWN or not n_takers else None
        row: dict[str, Any] = {
            **{"outcome": measured.outcome.name, "question": question},
            **{"medicine": pair.medicine, "gene": pair.gene},
            **{"coding": "", "n_takers": shown},
        }
        if coding is not None and np.isfinite(coding.values).any():
            row["coding"] = coding.kind
        reason = _why_not(pair, takers, n_takers=n_takers, shown=shown)
        if not reason and not np.isfinite(value[inside]).any():
            reason = "the gene was called in none of them"
        if reason:
            rows.append(row | {"note": reason})
            continue
        asked = Question(
            measured.subset(inside),
            value[inside],
            _alike(cohort, with_arms=question == ASSOCIATION)[inside],
            patients.arm[inside],
            tuple(patients.arms),
        )
        row["n_not_called"] = int((~np.isfinite(value[inside])).sum())
        find = association_row if question == ASSOCIATION else interaction_row
        found = find(asked, minimum=minimum)
        chosen = note if question == INTERACTION else ""
        said = join_notes(found["note"], join_notes(chosen, left_out))
        rows.append(row | found | {"note": said})
    return rows


def _why_not(pair: Pair, takers: Takers, *, n_takers: int, shown: int | None) -> str:
    if not n_takers and pair.medicine not in takers.genes:
        return "no guidance speaks of the medicine"
    if not n_takers:
        said = "nobody takes it" if takers.is_known else "the sheet names no medicines"
        return said
    return "" if shown else f"fewer than {FEWEST_SHOWN} patients take it"


def _alike(cohort: Genotyped, *, with_arms: bool) -> np.ndarray:
    """Return labels of patients of one ancestry and, if wanted, one arm."""
    labels = cohort.ancestry.astype(str)
    if not with_arms or not cohort.patients.arms:
        return labels.astype(object)
    arms = cohort.patients.arm.astype(str)
    pairs = zip(labels, arms, strict=True)
    return np.array([f"{label}, {arm}" for label, arm in pairs], dtype=object)


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    adjusted = table.assign(p_adjusted=np.nan, verdict=NOT_ASSESSED)
    adjusted["p_value"] = adjusted["p_value"].astype(float)
    values = adjusted["p_value"].to_numpy(dtype=float)
    adjusted["p_adjusted"] = adjust_p_values(values)
    known = adjusted["p_adjusted"].notna()
    below = adjusted["p_adjusted"] < ALPHA
    adjusted.loc[known, "verdict"] = np.where(below[known], FOUND, NOT_FOUND)
    return adjusted


def _describe(
    table: pd.DataFrame, *, takers: Takers, n_ancestries: int
) -> dict[str, Any]:
    reason = ""
    if not (table["verdict"] != NOT_ASSESSED).any():
        reason = "no medicine is taken by enough patients whose gene was called"
        if not takers.is_known:
            reason = "the sheet names no medicines that patients take"
        elif not len(table):
            reason = "nobody takes a medicine whose guidance rests on a gene"
    return _record(table, reason) | {"n_ancestries": n_ancestries}


def _record(table: pd.DataFrame, reason: str) -> dict[str, Any]:
    verdicts = set(table["verdict"])
    named = [word for word in (FOUND, NOT_FOUND) if word in verdicts]
    tested = table[table["verdict"] != NOT_ASSESSED]
    return {
        "verdict": named[0] if named else NOT_ASSESSED,
        "reason": reason,
        "alpha": ALPHA,
        "n_tested": len(tested),
        "n_not_assessed": len(table) - len(tested),
        "n_ancestries": 0,
    }
