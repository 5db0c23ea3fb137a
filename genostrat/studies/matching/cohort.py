"""The patients of a cohort, as far as criteria ask about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from genostrat.cells import parse_number
from genostrat.sheets.alterations import TestResult
from genostrat.sheets.contract.consent import SHARING, gives_consent
from genostrat.studies.criteria.medicines import read_medicines
from genostrat.studies.matching.patients import OTHERS, Alteration, Patient

if TYPE_CHECKING:
    import pandas as pd

#: The one verdict on strata by which a patient has a stratum here.
SUPPORTED = "supported"
#: Statuses of rows that stand.
_CALLED, _ASSIGNED = "called", "assigned"


def build_patients(
    sheet: pd.DataFrame,
    *,
    columns: Mapping[str, str],
    names: Mapping[str, str],
    results: Sequence[TestResult] = (),
    diplotypes: pd.DataFrame | None = None,
    assignments: pd.DataFrame | None = None,
    verdict: str = "",
) -> list[Patient]:
    """Return what is known of the patients of a sheet, in its order.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``.
    columns
        What criteria ask about → column of the sheet.
    names
        Names of medicines → generic names.
    results
        Of molecular tests.
    diplotypes
        ``pgx/diplotypes.tsv``; only calls that stand count.
    assignments, verdict
        Of strata; without a supported verdict nobody has one.
    """
    calls = _gather_calls(diplotypes)
    strata = _gather_strata(assignments) if verdict == SUPPORTED else {}
    tests: dict[str, dict[str, list[Alteration]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for one in results:
        detail = {"protein_change": one.protein_change} if one.protein_change else {}
        found = Alteration(one.gene, one.result, detail)
        tests[one.sample_id][one.gene].append(found)
    patients = []
    for row in sheet.to_dict("records"):
        name = str(row["sample_id"])
        own = tests.get(name, {})
        phenotypes, alleles = calls.get(name, ({}, {}))
        patients.append(
            Patient(
                sample_id=name,
                age=_number(row.get("age", "")),
                sex=str(row.get("sex", "")),
                centre=str(row.get("centre", "")),
                diagnosis=str(row.get(columns["diagnosis"], "")),
                ecog=_number(row.get(columns["performance"], "")),
                medicines=read_medicines(str(row.get("medications", "")), names),
                alterations={g: tuple(v) for g, v in own.items() if g != OTHERS},
                tests_all=OTHERS in own,
                phenotypes=phenotypes,
                diplotypes=alleles,
                stratum=strata.get(name),
                # A sheet without the column asks nobody: the centre answers for it.
                shares=SHARING not in row or gives_consent(str(row[SHARING] or "")),
                consents=gives_consent(str(row.get(columns["consent"], ""))),
            )
        )
    return patients


def _number(cell: object) -> float | None:
    value = parse_number(str(cell))
    return None if value != value else value


Calls = dict[str, tuple[dict[str, str], dict[str, frozenset[str]]]]


def _gather_calls(diplotypes: pd.DataFrame | None) -> Calls:
    found: Calls = {}
    if diplotypes is None:
        return found
    called = diplotypes[diplotypes["status"] == _CALLED]
    for row in called.to_dict("records"):
        phenotypes, alleles = found.setdefault(str(row["sample_id"]), ({}, {}))
        if row["phenotype"]:
            phenotypes[str(row["gene"])] = str(row["phenotype"])
        if row["diplotype"]:
            alleles[str(row["gene"])] = frozenset(str(row["diplotype"]).split("/"))
    return found


def _gather_strata(assignments: pd.DataFrame | None) -> dict[str, str]:
    if assignments is None:
        return {}
    there = assignments[assignments["status"] == _ASSIGNED]
    return {
        str(sample): str(stratum)
        for sample, stratum in zip(there["sample_id"], there["stratum"], strict=True)
        if stratum
    }
