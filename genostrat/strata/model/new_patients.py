"""Giving new patients a stratum by a frozen model, or the reason why there is none."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Flags
from genostrat.config.columns import Use
from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.profile.covariates import Covariate, as_numbers, as_text
from genostrat.profile.features import Layer
from genostrat.qc.panel.space import PREFIX
from genostrat.strata.model.assignment import (
    MAX_MISSING_SHARE,
    absent_layers,
    assign_patients,
    describe_absence,
)
from genostrat.strata.model.conformal import SEPARATOR
from genostrat.strata.model.frozen import StrataModel, load_model
from genostrat.strata.model.inputs import CLINICAL, PHARMACOGENES, SCORES
from genostrat.strata.model.platform import assign_across, describe_mapping
from genostrat.strata.model.summary import describe_features_of

log = logging.getLogger(__name__)

#: What a verdict on the strata means for a patient who is given one.
VERDICTS = {
    "supported": "The strata were supported in the cohort of the model.",
    "suggestive": "The strata are only suggestive: there were signs of groups in the"
    " cohort of the model, but incomplete evidence. A stratum is a hypothesis.",
    "confounded": "The strata mirror what should not matter (centre, batch, ancestry,"
    " sex, age or data quality) in the cohort of the model: they are no finding, and a"
    " patient's stratum may say where a sample was made.",
}
#: Share of patients outside the model that is no chance.
MOST_OUTSIDE = 0.25
#: Covariates whose levels another cohort may have by the same names.
LOCAL = frozenset({"batch", "centre"})


@dataclass(frozen=True)
class Plan:
    """What of a cohort's inputs a model takes.

    Parameters
    ----------
    folder
        Of the model.
    matrices
        The cohort's matrices that are layers of the model, as in its config.
    scores, pharmacogenes, panel
        Whether polygenic scores, pharmacogenes, or places among the components of a
        reference panel are needed.
    uses
        Columns of the sheet that the model takes where they are there.
    """

    folder: str
    matrices: tuple[Mapping[str, Any], ...]
    scores: bool
    pharmacogenes: bool
    panel: bool
    uses: tuple[Use, ...] = ()

    @property
    def genotypes(self) -> bool:
        """Whether genotypes are needed."""
        return self.scores or self.pharmacogenes or self.panel


def plan_assignment(folder: str | Path, cohort: Mapping[str, Any]) -> Plan:
    """Hold a cohort's config against a model, before anything is computed.

    Parameters
    ----------
    folder
        Of the model.
    cohort
        The cohort's inputs and policy.

    Raises
    ------
    GenostratError
        If the model cannot be used, or the cohort does not have what it takes: another
        build, layers that are lacking or transformed differently, or ancestry
        components that mean nothing outside the model's own cohort.
    """
    model = load_model(folder)
    layers = set(model.adjustment.layers)
    held = cohort["genotypes"] is not None
    matrices = [matrix for matrix in cohort["matrices"] if matrix["name"] in layers]
    panel = held and model.inputs.ancestry_space == "panel"
    scores = held and SCORES in layers and bool(cohort["scores"])
    genes = held and PHARMACOGENES in layers
    there = {str(matrix["name"]) for matrix in matrices} | {CLINICAL}
    there |= ({SCORES} if scores else set()) | ({PHARMACOGENES} if genes else set())
    problems = _find_transforms(model, matrices, file=cohort["file"])
    is_absent = np.array([layer not in there for layer in model.adjustment.layers])
    problems += describe_absence(model, is_absent, file=cohort["file"])
    uses = tuple(_uses_of(model))
    plan = Plan(str(folder), tuple(matrices), scores, genes, panel, uses)
    problems += _find_other_build(model, plan, cohort)
    problems += check_ancestry(model, cohort["assign"]["unknown_ancestry"], held=held)
    raise_if_any(problems)
    return plan


def _uses_of(model: StrataModel) -> Iterator[Use]:
    """Yield the columns of a sheet that a model takes; nobody wrote their names."""
    roles = {c.name: "covariate of the model" for c in model.adjustment.covariates}
    roles |= {c.name: "clinical feature of the model" for c in model.inputs.clinical}
    for name in roles.keys() - set(_components(model)):
        yield Use(("model",), name, roles[name], "measure", is_default=True)


def _find_transforms(
    model: StrataModel, matrices: Sequence[Mapping[str, Any]], *, file: str
) -> list[Problem]:
    known = model.adjustment.transforms
    return [
        Problem(
            f"the matrix {matrix['name']!r} has another transform than in training",
            file=file,
            found=f"transform: {matrix['transform']}",
            allowed=f"transform: {known[matrix['name']]}",
            fix="give the values as in training, before that transform, and say so",
        )
        for matrix in matrices
        if matrix["transform"] != known[matrix["name"]]
    ]


def _find_other_build(
    model: StrataModel, plan: Plan, cohort: Mapping[str, Any]
) -> list[Problem]:
    trained = model.record["build"]
    if not plan.genotypes or cohort["genotypes"]["build"] == trained:
        return []
    return [
        Problem(
            "the patients' genome build is not the model's",
            file=cohort["file"],
            found=cohort["genotypes"]["build"],
            allowed=trained,
            fix="lift the genotypes over, or make a model on this build",
        )
    ]


def check_ancestry(model: StrataModel, unknown: str, *, held: bool) -> list[Problem]:
    """Say if new patients cannot be placed among a model's ancestry components.

    Parameters
    ----------
    model
        The frozen model.
    unknown
        ``assign.unknown_ancestry``.
    held
        Whether the new patients have genotypes.
    """
    space = model.inputs.ancestry_space
    if unknown == "mean" or space == "none" or (space == "panel" and held):
        return []
    why = (
        "the model is adjusted for ancestry components of its own training cohort,"
        " among which no new patient can be placed"
        if space == "own"
        else "the model is adjusted for ancestry components, and the cohort has no"
        " genotypes to place patients by"
    )
    first = (
        "make the model anew with a `reference_panel` (profile.ancestry_space: panel)"
        if space == "own"
        else "add `genotypes` to the cohort"
    )
    return [
        Problem(
            why,
            found=f"ancestry_space: {space}",
            fix=f"{first}; or set assign.unknown_ancestry: mean, which counts everybody"
            " as the average training patient and says so in every row",
        )
    ]


def check_knowledge(model: StrataModel, knowledge: Mapping[str, Any]) -> None:
    """Refuse pharmacogenes that were read with another knowledge base.

    Raises
    ------
    GenostratError
        If functions of alleles may have other values than in training.
    """
    trained = model.inputs.knowledge or {}
    if knowledge["sha256"] == trained.get("sha256"):
        return
    raise GenostratError(
        Problem(
            "pharmacogenes are of another knowledge base than the model's",
            found=f"{knowledge['source']} {knowledge['version']}",
            allowed=f"{trained.get('source')} {trained.get('version')}",
            fix="set pgx.knowledge to the model's, or make the model anew",
        )
    )


def assign_new_patients(
    model: StrataModel,
    sheet: pd.DataFrame,
    layers: Sequence[Layer],
    *,
    keep: set[str] | None,
    places: pd.DataFrame | None,
    build: str | None,
    unknown_ancestry: str,
    platform: str = "same",
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Assign the patients of a sheet, each on their own if on the same platform.

    Parameters
    ----------
    model
        The frozen model.
    sheet
        The patients with their covariates: ``check/samples.tsv``.
    layers
        What was measured, before any transform.
    keep
        Patients that quality control kept; None where the model takes no genotypes.
    places
        sample_id and components of the model's panel; None where it has none.
    build
        Genome build, where genotypes are used.
    unknown_ancestry
        ``"refuse"`` or ``"mean"``.
    platform
        ``"same"``, or ``"other"``: matrices are mapped to the training cohort's scale
        by :func:`genostrat.strata.model.platform.assign_across`.

    Returns
    -------
    assignments
        ``assign/assignments.tsv``.
    summary
        What ``assign/summary.json`` says of the patients.

    Raises
    ------
    GenostratError
        As :func:`genostrat.strata.model.assignment.assign_patients`.
    """
    ids = sheet["sample_id"].astype(str)
    covariates = _with_places(model, sheet, places)
    raw = _named_as_in(model, ids, layers)
    mapping: dict[str, Any] = {}
    if platform == "same":
        frame = assign_patients(model, raw, covariates, build=build)
    else:
        frame, mapping = assign_across(model, raw, covariates)
    unknown = _unknown_covariates(model.adjustment.covariates, covariates)
    frame["reason"] = _reasons(model, frame, raw, unknown)
    if unknown_ancestry == "refuse":
        unplaced = [unknown[name] for name in _components(model)]
        _exclude(
            frame, np.any([np.zeros(len(ids), bool), *unplaced], axis=0), _UNPLACED
        )
    if keep is not None:
        _exclude(frame, ~ids.isin(keep).to_numpy(), _NOT_KEPT)
    frame.loc[frame["stratum"] == "", "confidence"] = np.nan
    summary = {
        "n_patients": len(frame),
        "n_by_status": frame["status"].value_counts().sort_index().to_dict(),
        "min_confidence": model.conformal.confidence,
        "features": describe_features_of(model, raw),
        "covariates_unknown": {name: int(who.sum()) for name, who in unknown.items()},
        "unknown_ancestry": unknown_ancestry,
        "mapping": mapping,
        "sentences": [
            *_sentences(model, frame, unknown, covariates),
            *describe_mapping(mapping),
        ],
    }
    for sentence in summary["sentences"]:
        log.info("%s", sentence)
    order = ["sample_id", "stratum", "confidence", "status", "distance"]
    return frame[[*order, "conformal_set", "reason", "missing_share"]], summary


_NOT_KEPT = (
    "not among the genotyped patients that quality control kept: qc/decisions.tsv says"
    " why"
)
_UNPLACED = (
    "ancestry unknown: fewer than 80 % of the panel's sites are called; genotype them,"
    " or set assign.unknown_ancestry: mean"
)


def _exclude(frame: pd.DataFrame, who: Flags, reason: str) -> None:
    said = ["stratum", "status", "conformal_set", "reason"]
    frame.loc[who, said] = ["", "excluded", "", reason]
    frame.loc[who, ["confidence", "distance"]] = np.nan


def _with_places(
    model: StrataModel, sheet: pd.DataFrame, places: pd.DataFrame | None
) -> pd.DataFrame:
    """Return covariates with the components of the model's panel, or with none."""
    # What the sheet calls PC1 is not what the model was adjusted for.
    names = [name for name in _components(model) if name in sheet]
    sheet = sheet.drop(columns=names)
    if places is None:
        return sheet
    return sheet.merge(places.drop(columns="n_sites"), on="sample_id", how="left")


def _components(model: StrataModel) -> list[str]:
    """Return the covariates that are ancestry components."""
    prefix = {"own": "PC", "panel": PREFIX}.get(model.inputs.ancestry_space)
    if prefix is None:
        return []
    names = [covariate.name for covariate in model.adjustment.covariates]
    return [name for name in names if name.removeprefix(prefix).isdigit()]


def _named_as_in(
    model: StrataModel, ids: pd.Series, layers: Sequence[Layer]
) -> pd.DataFrame:
    """Return sample_id and the model's features, as far as they are there."""
    wanted = set(model.adjustment.features)
    parts = [pd.DataFrame({"sample_id": ids.to_numpy()})]
    for layer in layers:
        values = layer.values.reindex(ids.to_numpy()).reset_index(drop=True)
        values.columns = [f"{layer.name}:{name}" for name in values.columns]
        if layer.name == PHARMACOGENES:
            # A gene without a call in any new patient has no column yet: it gets one of
            # missing values, and is not taken for a gene that the inputs lack.
            own = [n for n in wanted if n.startswith(f"{PHARMACOGENES}:")]
            values = values.reindex(columns=sorted(own))
        parts.append(values[[name for name in values.columns if name in wanted]])
    return pd.concat(parts, axis=1)


def _unknown_covariates(
    covariates: Sequence[Covariate], table: pd.DataFrame
) -> dict[str, Flags]:
    """Say for each covariate in whom it is not known, or of a level never seen."""
    unknown = {}
    for covariate in covariates:
        if covariate.name not in table:
            unknown[covariate.name] = np.ones(len(table), bool)
            continue
        text = as_text(table[covariate.name])
        known = (
            as_numbers(text).notna()
            if covariate.kind == "number"
            else text.isin(covariate.levels)
        )
        unknown[covariate.name] = ~known.to_numpy(dtype=bool)
    return unknown


def _reasons(
    model: StrataModel,
    frame: pd.DataFrame,
    raw: pd.DataFrame,
    unknown: Mapping[str, Flags],
) -> list[str]:
    """Say of each patient what stands against a stratum, and what would mend it."""
    names = list(model.adjustment.features)
    is_missing = raw.reindex(columns=names).isna().to_numpy()
    reasons = []
    for number, row in enumerate(frame.itertuples()):
        parts = []
        if row.status == "excluded":
            parts.append(_say_missing(model, is_missing[number], row.missing_share))
        elif row.status == "outside_model":
            parts.append(_say_outside(model, row.distance > model.distance_limit))
        elif row.status == "ambiguous":
            parts.append(_say_ambiguous(model, row.stratum, row.conformal_set))
        lacking = [name for name, who in unknown.items() if who[number]]
        if lacking and row.status != "excluded":
            parts.append(
                f"{', '.join(lacking)} unknown: counted as the average training patient"
            )
        reasons.append("; ".join(parts))
    return reasons


def _say_missing(model: StrataModel, is_missing: Flags, share: float) -> str:
    layers = absent_layers(model, is_missing)
    whole = f" (nothing of layer {', '.join(layers)})" if layers else ""
    return (
        f"{share:.0%} of the model not measured{whole}, at most"
        f" {MAX_MISSING_SHARE:.0%}: measure it, or use a model without it"
    )


def _say_ambiguous(model: StrataModel, stratum: str, left: str) -> str:
    level = model.conformal.confidence
    if model.ceilings[model.strata.index(stratum)] < level:
        return (
            f"training patients of {stratum} were themselves less sure than {level:g}"
            " on average; nothing to mend"
        )
    either = " nor ".join(left.split(SEPARATOR))
    return f"neither {either} can be ruled out at {level:g}; nothing to mend"


def _say_outside(model: StrataModel, is_far: bool) -> str:
    where = (
        "further from every stratum than training patients are"
        if is_far
        else "a profile with a part that training patients do not have"
    )
    what = "units, normalisation, tissue"
    if _components(model):
        what += ", and whether training patients were of this ancestry"
    return f"{where}: check {what}; if they are right, the patient is of no stratum"


def _sentences(
    model: StrataModel,
    frame: pd.DataFrame,
    unknown: Mapping[str, Flags],
    covariates: pd.DataFrame,
) -> list[str]:
    """Say what somebody who reads the strata must know."""
    level = model.conformal.confidence
    verdict = str(model.record["verdict"])
    said = [VERDICTS.get(verdict, f"Verdict of the model's cohort: {verdict}.")]
    outside = (frame["status"] == "outside_model").mean()
    if outside > MOST_OUTSIDE:
        said.append(
            f"{outside:.0%} of the patients are outside the model, where about 1 %"
            " would be expected: the values are likely in other units or normalised"
            " differently, or these patients are of a kind that training had none of."
        )
    vague = [
        name
        for name, ceiling in zip(model.strata, model.ceilings, strict=True)
        if ceiling < level
    ]
    if vague:
        said.append(
            f"Nobody is assigned to {', '.join(vague)}: its training patients were less"
            f" sure than {level:g} on average, the least for an assignment."
        )
    components = _components(model)
    if any(unknown[name].any() for name in components):
        said.append(
            "Ancestry of some or all patients is unknown: they count as the average"
            " training patient, or are excluded."
        )
    return said + _say_shared_names(model, covariates)


def _say_shared_names(model: StrataModel, covariates: pd.DataFrame) -> list[str]:
    """Warn of batches and centres that may be others by the same name."""
    said = []
    for covariate in model.adjustment.covariates:
        if covariate.name not in LOCAL or covariate.name not in covariates:
            continue
        found = set(as_text(covariates[covariate.name]))
        shared = sorted(found.intersection(covariate.levels))
        if shared:
            said.append(
                f"{covariate.name} {', '.join(shared)}: taken for the training cohort's"
                f" {covariate.name} of the same name. If it is another, leave it blank."
            )
    return said
