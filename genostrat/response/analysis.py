"""The analysis of one cohort: from patients to the stage's tables."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.config.outcomes import ALL
from genostrat.registry.words.response import STRATA
from genostrat.response.checks.balance import baseline_balance
from genostrat.response.checks.confounding import confounding_rows
from genostrat.response.checks.credibility import (
    CREDIBILITY_COLUMNS,
    credibility_rows,
)
from genostrat.response.checks.missing import missing_rows
from genostrat.response.checks.rows import (
    CHECK_COLUMNS,
    detectable_rows,
    form_rows,
    hazard_rows,
)
from genostrat.response.curves import curve_table, incidence_table
from genostrat.response.heterogeneity.net_benefit import (
    NET_BENEFIT_COLUMNS,
    net_benefit_rows,
)
from genostrat.response.interaction import adjust_p_values
from genostrat.response.observational import DRAWS, weigh_patients
from genostrat.response.outcomes import (
    EFFECT_COLUMNS,
    INTERACTION_COLUMNS,
    OutcomeAnalysis,
)
from genostrat.response.patients import Patients
from genostrat.response.propensity import BALANCE_COLUMNS
from genostrat.response.treatment.main_effect import TREATMENT_COLUMNS, treatment_rows
from genostrat.response.treatment.multiplicity import (
    Multiplicity,
    adjust_over_outcomes,
)
from genostrat.response.treatment.populations import (
    POPULATION_COLUMNS,
    population_rows,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ResponseTables:
    """The tables of the stage, named as their files."""

    interaction: pd.DataFrame
    effects: pd.DataFrame
    survival_curves: pd.DataFrame
    incidence_curves: pd.DataFrame
    balance: pd.DataFrame
    treatment: pd.DataFrame
    populations: pd.DataFrame
    subgroup_tests: pd.DataFrame
    subgroups: pd.DataFrame
    checks: pd.DataFrame
    credibility: pd.DataFrame
    net_benefit: pd.DataFrame


def subgroup_note(
    verdict: Mapping[str, Any], *, assignments: pd.DataFrame
) -> tuple[bool, str]:
    """Decide from the strata's verdict whether subgroups are analysed.

    Parameters
    ----------
    verdict
        ``strata/verdict.json``.
    assignments
        ``strata/assignments.tsv``; patients with status `assigned` count.

    Returns
    -------
    use_strata, note
        Whether, and the sentence that must stand beside every result.
    """
    name = str(verdict.get("verdict", ""))
    assigned = assignments.loc[assignments["status"] == "assigned", "stratum"]
    if name == "none" or assigned.nunique() < 2:
        reason = "no subgroups were found" if name == "none" else "there is one stratum"
        return False, f"{reason}, so no subgroup analysis"
    notes = {
        "confounded": "the strata are confounded: a difference between them may come"
        " from what they mirror",
        "suggestive": "the strata are suggestive only, not established",
    }
    return True, notes.get(name, "")


def patients_without_strata(
    samples: pd.DataFrame, *, keep: list[str] | None
) -> tuple[pd.DataFrame, str]:
    """Return assignments and note for a cohort in which no strata were looked for.

    Parameters
    ----------
    samples
        ``check/samples.tsv``.
    keep
        The samples that QC kept; None where there was no QC.

    Returns
    -------
    assignments, note
        As ``strata/assignments.tsv`` without strata, and the sentence that must stand
        beside every result.
    """
    ids = samples["sample_id"]
    kept = ids.isin(ids if keep is None else keep)
    assignments = pd.DataFrame(
        {
            "sample_id": ids,
            "stratum": "",
            "confidence": np.nan,
            "status": np.where(kept, "assigned", "excluded"),
        }
    )
    return assignments, "the cohort has no molecular layer, so no subgroup analysis"


def analyse_response(
    patients: Patients,
    *,
    min_events_per_cell: int,
    seed: int,
    randomised: bool = True,
    note: str = "",
    draws: int = DRAWS,
    plan: Multiplicity | None = None,
) -> ResponseTables:
    """Test and describe how treatment effects, or outcomes, differ between strata.

    Parameters
    ----------
    patients
        From :func:`~genostrat.response.patients.gather_patients`.
    min_events_per_cell
        Fewest events in either group for an effect to be shown.
    seed
        Of the bootstrap, which only observational data need.
    randomised
        Whether treatment was allocated at random; if not, effects are weighted.
    note
        A sentence for every row, from :func:`subgroup_note`.
    draws
        Bootstrap draws.
    plan
        How p-values of the treatment's effect are adjusted over outcomes; none: over
        arms alone.
    """
    weighting, balance = None, pd.DataFrame(columns=BALANCE_COLUMNS)
    if patients.reference is not None and not randomised:
        weighting, balance = weigh_patients(patients, seed=seed, draws=draws)
    elif randomised:
        balance = baseline_balance(patients)
    analyses = [
        OutcomeAnalysis(
            patients,
            measured,
            minimum=min_events_per_cell,
            weighting=weighting,
            note=note,
        )
        for measured in patients.measured
    ]
    for measured in patients.measured:
        known = int(measured.known.sum())
        log.info("outcome %s: known of %d patients", measured.outcome.name, known)
    subgroups = _analyse_subgroups(
        patients,
        minimum=min_events_per_cell,
        randomised=randomised,
        seed=seed,
        draws=draws,
    )
    tests = [row for analysis in analyses for row in analysis.tests()]
    effects = [row for analysis in analyses for row in analysis.effects()]
    weights = None if weighting is None else weighting.weights
    interaction = _adjusted(pd.DataFrame(tests, columns=INTERACTION_COLUMNS))
    subgroup_tests = _adjusted(
        _framed(
            (
                [{**row, "column": column} for row in one.tests()]
                for column, one in subgroups
            ),
            SUBGROUP_TEST_COLUMNS,
        )
    )
    sheets = credibility_rows(interaction, subgroup_tests, randomised=randomised)
    return ResponseTables(
        interaction=interaction,
        effects=pd.DataFrame(effects, columns=EFFECT_COLUMNS),
        survival_curves=curve_table(patients, weights=weights),
        incidence_curves=incidence_table(patients, weights=weights),
        balance=balance,
        treatment=_framed(
            [adjust_over_outcomes([treatment_rows(one) for one in analyses], plan)],
            TREATMENT_COLUMNS,
        ),
        populations=_framed(_all_populations(analyses, subgroups), POPULATION_COLUMNS),
        subgroup_tests=subgroup_tests,
        subgroups=_framed(
            (_subgroup_effects(column, one) for column, one in subgroups),
            SUBGROUP_COLUMNS,
        ),
        checks=_framed(_all_checks(analyses, subgroups), CHECK_COLUMNS),
        credibility=_framed([sheets], CREDIBILITY_COLUMNS),
        net_benefit=_framed(
            _all_benefits(analyses, subgroups, seed=seed), NET_BENEFIT_COLUMNS
        ),
    )


SUBGROUP_TEST_COLUMNS = ["column", *INTERACTION_COLUMNS]
SUBGROUP_COLUMNS = [
    "column",
    *("level" if name == "stratum" else name for name in EFFECT_COLUMNS),
]
_Subgroups = list[tuple[str, OutcomeAnalysis]]


def _framed(
    parts: Iterable[Iterable[dict[str, Any]]], columns: list[str]
) -> pd.DataFrame:
    rows = [row for part in parts for row in part]
    return pd.DataFrame(rows, columns=columns)


def _analyse_subgroups(
    patients: Patients, *, minimum: int, randomised: bool, seed: int, draws: int
) -> _Subgroups:
    """Analyse each outcome by each pre-specified subgroup.

    Of a treatment that was chosen, patients are weighed anew within its levels.
    """
    analyses = []
    for column in patients.planned.subgroups:
        divided = patients.divided_by(patients.column(column))
        weighting = None
        if patients.reference is not None and not randomised:
            weighting, _ = weigh_patients(divided, seed=seed, draws=draws)
        alone = len(divided.strata) < 2
        note = f"{column} is the same in every patient" if alone else ""
        analyses += [
            (
                column,
                OutcomeAnalysis(
                    divided,
                    measured,
                    minimum=minimum,
                    weighting=weighting,
                    note=note,
                    division=f"level of {column}",
                ),
            )
            for measured in patients.measured
        ]
    return analyses


def _subgroup_effects(
    column: str, analysis: OutcomeAnalysis
) -> Iterator[dict[str, Any]]:
    """Yield the effects within levels; those in all patients stand elsewhere."""
    for row in analysis.effects():
        level = row.pop("stratum")
        if level != ALL:
            yield {"column": column, "level": level, **row}


def _all_populations(
    analyses: Iterable[OutcomeAnalysis], subgroups: _Subgroups
) -> Iterator[Iterable[dict[str, Any]]]:
    for one in analyses:
        yield population_rows(one, division=STRATA)
    for column, one in subgroups:
        yield population_rows(one, division=column, only_parts=True)


def _all_checks(
    analyses: Iterable[OutcomeAnalysis], subgroups: _Subgroups
) -> Iterator[Iterable[dict[str, Any]]]:
    for one in analyses:
        yield hazard_rows(one)
        yield form_rows(one)
        yield confounding_rows(one)
        yield missing_rows(one)
        yield detectable_rows(one, division=STRATA)
    for column, one in subgroups:
        yield detectable_rows(one, division=column)


def _all_benefits(
    analyses: Iterable[OutcomeAnalysis], subgroups: _Subgroups, *, seed: int
) -> Iterator[Iterable[dict[str, Any]]]:
    for one in analyses:
        yield net_benefit_rows(one, division=STRATA, seed=seed)
    for column, one in subgroups:
        yield net_benefit_rows(one, division=column, seed=seed)


def _adjusted(tests: pd.DataFrame) -> pd.DataFrame:
    """Adjust over outcomes, each question by itself."""
    question = tests["model"].where(
        tests["model"].isin(["gail_simon", "prognostic"]), "interaction"
    )
    adjusted = tests.assign(p_adjusted=np.nan)
    for rows in question.groupby(question).groups.values():
        values = tests.loc[rows, "p_value"].to_numpy(dtype=float)
        adjusted.loc[rows, "p_adjusted"] = adjust_p_values(values)
    return adjusted
