"""What a schema cannot say: values and names of the config that exclude each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from genostrat.config.columns import Origins, Use, find_uses, look_up
from genostrat.config.outcomes import idle_keys, read_outcomes
from genostrat.config.source import dotted
from genostrat.errors import Problem
from genostrat.registry.words.centres import COORDINATED
from genostrat.registry.words.profile import OWN_LAYERS
from genostrat.registry.words.report import SIDE_BY_SIDE
from genostrat.registry.words.response import (
    EXCLUDED,
    GET_LEARNER,
    PACKAGES_OF_LEARNERS,
    STRATA,
)
from genostrat.registry.words.studies import PORTFOLIO

#: Pairs of limits of which the first must not lie above the second.
_ORDERED = (
    (("strata", "k_min"), ("strata", "k_max")),
    (("strata", "min_set_members"), ("strata", "max_set_members")),
    (("qc", "female_max_x_f"), ("qc", "male_min_x_f")),
    (("qc", "absent_y_call_rate"), ("qc", "present_y_call_rate")),
    (("qc", "min_kinship_written"), ("qc", "min_kinship_relative")),
)
#: Uses that an outcome must not have, and why.
_NO_OUTCOME: dict[tuple[str, ...], str] = {
    ("profile", "clinical_features"): "strata formed with an outcome cannot be tested"
    " against that outcome",
    ("profile", "adjust_for"): "a profile from which an outcome was taken away cannot"
    " be tested against that outcome",
    ("strata", "confounders"): "strata that go with an outcome would be called"
    " confounded by it",
    ("response", "subgroups"): "subgroups formed by an outcome cannot be tested"
    " against it",
    ("response", "adjust_for"): "an effect from which an outcome was taken away is"
    " no effect on it",
    ("response", "modifiers"): "an effect predicted from its outcome is no prediction",
    ("response", "stratify_by"): "an effect within levels of an outcome is no effect on"
    " it",
    ("response", "propensity_covariates"): "what came after the treatment cannot have"
    " led to its choice",
}
#: Columns that the workflow computes from genotypes: a sheet column of the same name
#: would stand twice in joined tables.
_COMPUTED = re.compile(
    r"(?:panel_)?PC[0-9]+|ancestry|call_rate|mean_dp|contamination|measured:.*"
)


def find_conflicts(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    """Find values and names of a cohort's config that exclude each other.

    Parameters
    ----------
    cohort
        Its inputs and policy, complete.
    origins
        Where its names were written.
    """
    uses = find_uses(cohort)
    yield from _unordered_limits(cohort, origins)
    yield from _taken_name(cohort)
    yield from _taken_layers(cohort, origins)
    yield from _shared_names(cohort, origins)
    yield from _wrong_uses(uses, origins)
    yield from _shared_columns(cohort, uses, origins)
    yield from _idle_keys(cohort, origins)
    yield from _wrong_plan(cohort, origins)
    yield from _computed_names(cohort, uses, origins)
    yield from _no_covariates(cohort, origins)
    yield from _reserved_subgroups(uses, origins)
    yield from _wrong_pairs(cohort, origins)
    yield from _missing_learner(cohort, origins)


def _missing_learner(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    """Find a learner that is chosen for modifiers, and not installed."""
    key = ("response", "learner")
    learner = look_up(cohort, key)
    needed = PACKAGES_OF_LEARNERS.get(learner)
    if not look_up(cohort, ("response", "modifiers")) or needed is None:
        return
    if find_spec(needed) is None:
        yield Problem(
            f"{dotted(key)} needs the package {needed}, which is not installed",
            **origins.place_in_cohort(key),
            found=learner,
            fix=GET_LEARNER,
        )


def _unordered_limits(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    for low, high in _ORDERED:
        below, above = look_up(cohort, low), look_up(cohort, high)
        if below > above:
            yield Problem(
                f"{dotted(high)} is smaller than {dotted(low)}",
                **origins.place_in_cohort(high),
                found=str(above),
                allowed=f"{below} or more",
            )


def _taken_name(cohort: Mapping[str, Any]) -> Iterator[Problem]:
    """Find a cohort that is called as a folder of other results is."""
    file = str(cohort["file"])
    taken = {
        PORTFOLIO: "trial records",
        COORDINATED: "all centres together",
        SIDE_BY_SIDE: "all cohorts side by side",
    }
    name = Path(file).stem
    if name in taken:
        yield Problem(
            f"a cohort cannot be called {name}: its results would stand where those of"
            f" {taken[name]} do",
            file=file,
            fix="rename the file",
        )


def _taken_layers(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    for index, matrix in enumerate(cohort["matrices"]):
        if matrix["name"] in OWN_LAYERS:
            yield Problem(
                f"a matrix has the name of a layer that the workflow makes:"
                f" {matrix['name']}",
                **origins.place_in_cohort(("matrices", index, "name")),
                allowed=f"any name but {', '.join(OWN_LAYERS)}",
                fix="rename it",
            )


def _shared_names(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    names = cohort["samples"]["columns"]
    for name, count in Counter(names.values()).items():
        if count > 1:
            ours = [ours for ours, theirs in names.items() if theirs == name]
            yield Problem(
                f"samples.columns gives one column to {' and '.join(ours)}",
                **origins.place_in_cohort(("samples", "columns", ours[-1])),
                found=name,
                fix="keep one of them, or copy the column in the sheet",
            )


def _wrong_uses(uses: Sequence[Use], origins: Origins) -> Iterator[Problem]:
    """Find outcomes and the treatment among what strata are made of or held against."""
    outcomes = {use.column for use in uses if use.key[0] == "outcomes"}
    treatment = {use.column for use in uses if use.key[0] == "treatment"}
    for use in uses:
        why = _NO_OUTCOME.get(tuple(str(part) for part in use.key[:2]))
        if why is None:
            continue
        if use.column in outcomes:
            yield Problem(
                f"{use.section} uses an outcome",
                **origins.place(use.key),
                found=use.column,
                fix=f"remove it: {why}",
            )
        elif use.column in treatment and use.key[0] != "strata":
            yield Problem(
                f"{use.section} uses the treatment",
                **origins.place(use.key),
                found=use.column,
                fix="remove it: the treatment is what is compared",
            )


def _shared_columns(
    cohort: Mapping[str, Any], uses: Sequence[Use], origins: Origins
) -> Iterator[Problem]:
    """Find a column that is time and event, treatment and outcome, or two codings."""
    treatment = {use.column for use in uses if use.key[0] == "treatment"}
    codings: dict[str, tuple[str, tuple[object, ...]]] = {}
    for index, outcome in enumerate(read_outcomes(cohort["outcomes"])):
        key, last, _ = outcome.needs[-1]
        place = origins.place(("outcomes", index, key))
        if len(set(outcome.all_columns)) < len(outcome.all_columns):
            names = " and ".join(key for key, _, _ in outcome.needs)
            yield Problem(
                f"{names} of the outcome {outcome.name!r} are one column",
                **place,
                found=outcome.last,
                fix="name a column for each of them",
            )
        for column in treatment.intersection(outcome.all_columns):
            yield Problem(
                f"the outcome {outcome.name!r} is the column of the treatment",
                **place,
                found=column,
                fix="name the column of the outcome",
            )
        first = codings.setdefault(last, (outcome.name, outcome.coding))
        if first[1] != outcome.coding:
            yield Problem(
                f"the outcomes {first[0]!r} and {outcome.name!r} read one column with"
                " two meanings of its levels",
                **place,
                found=last,
                fix="copy the column under another name for one of them",
            )


def _idle_keys(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    """Find keys that the kind of an outcome does not read: they would do nothing."""
    for index, record in enumerate(cohort["outcomes"]):
        for key, kinds in idle_keys(record):
            yield Problem(
                f"the outcome {record['name']!r} is {record['kind']}, which does not"
                f" read {key}",
                **origins.place_in_cohort(("outcomes", index, key)),
                found=f"{key}: {record[key]}",
                allowed=f"{key} for {' and '.join(kinds)}",
                fix="remove it, or correct the kind",
            )


def _wrong_plan(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    """Find a primary outcome that is none."""
    names = [record["name"] for record in cohort["outcomes"]]
    primary = cohort["response"]["primary"]
    if primary and primary not in names:
        yield Problem(
            "response.primary names no outcome",
            **origins.place_in_cohort(("response", "primary")),
            found=primary,
            allowed=", ".join(names) or "nothing: there are no outcomes",
            fix="name one of them, or add the outcome",
        )


def _computed_names(
    cohort: Mapping[str, Any], uses: Sequence[Use], origins: Origins
) -> Iterator[Problem]:
    if cohort["genotypes"] is None:
        return
    for use in uses:
        if use.holds == "measure" and _COMPUTED.fullmatch(use.column):
            yield Problem(
                f"{use.section} names a column that the workflow computes from the"
                " genotypes, and which of the two is meant cannot be told",
                **origins.place(use.key),
                found=use.column,
                fix="what is computed is audited and adjusted for without being named;"
                " for the sheet's own, rename it, as samples.columns:"
                f" {{{use.column}_reported: {use.column}}}",
            )


def _no_covariates(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    response = cohort["response"]
    is_weighed = cohort["treatment"] and not response["randomised"]
    if is_weighed and not response["propensity_covariates"]:
        yield Problem(
            "the treatment was not randomised, and no covariate is named to weigh"
            " patients by",
            **origins.place(("response", "propensity_covariates")),
            found="response.propensity_covariates: []",
            fix="name the sheet columns that led to the choice of treatment",
        )


def _reserved_subgroups(uses: Sequence[Use], origins: Origins) -> Iterator[Problem]:
    """Find a subgroup that has a name which results give to something else."""
    for use in uses:
        if use.section == "response.subgroups" and use.column in {STRATA, EXCLUDED}:
            yield Problem(
                "a subgroup has a name that results give to something else",
                **origins.place(use.key),
                found=use.column,
                fix=f"rename it, as samples.columns: {{{use.column}_planned:"
                f" {use.column}}}",
            )


def _wrong_pairs(cohort: Mapping[str, Any], origins: Origins) -> Iterator[Problem]:
    """Find medicines and genes that cannot be held against an outcome."""
    response, called = cohort["response"], cohort["pgx"]["genes"]
    pairs = [(one["medicine"], one["gene"]) for one in response["medicine_genes"]]
    reasons = {
        "the cohort has no genotypes": cohort["genotypes"] is None,
        "the cohort has no outcomes": not cohort["outcomes"],
        "response.pharmacogenes is none": response["pharmacogenes"] == "none",
    }
    for reason in (reason for reason, holds in reasons.items() if holds and pairs):
        yield Problem(
            f"response.medicine_genes asks for what cannot be told: {reason}",
            **origins.place_in_cohort(("response", "medicine_genes")),
            fix="remove the pairs, or give what they need",
        )
    for index, (medicine, gene) in enumerate(pairs):
        place = origins.place_in_cohort(("response", "medicine_genes", index))
        if (medicine, gene) in pairs[:index]:
            yield Problem(
                "response.medicine_genes names a pair twice",
                **place,
                found=f"{medicine}, {gene}",
                fix="remove one of them",
            )
        if called and gene not in called:
            yield Problem(
                "response.medicine_genes names a gene that is not called",
                **place,
                found=gene,
                allowed=", ".join(called),
                fix="add it to pgx.genes, or remove the pair",
            )
