"""Subgroups: whether a matrix holds any, and which one is a new patient's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from genostrat.api.defaults import section
from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.profile.features import Layer, build_profile
from genostrat.strata.audit.table import confounder_names, join_coverage
from genostrat.strata.handover import cluster_cohort
from genostrat.strata.judgement import AuditedCohort, JudgedProfile, judge_partition
from genostrat.strata.model.new_patients import assign_new_patients, check_ancestry
from genostrat.strata.partition import Partition
from genostrat.strata.settings import ClusteringSettings

if TYPE_CHECKING:
    from genostrat.strata.model.frozen import StrataModel

#: Name of the layer where one matrix is given without a name.
LAYER = "matrix"

Matrices: TypeAlias = pd.DataFrame | Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Subgroups:
    """What was found in a matrix.

    Attributes
    ----------
    verdict
        ``supported``, ``suggestive``, ``confounded`` or ``none``.
    k
        Number of subgroups; 1 where there are none.
    reasons
        Sentences that say why.
    assignments
        One row a patient; the columns of ``strata/assignments.tsv``.
    confounders
        What the subgroups were held against; the columns of
        ``strata/confounders.tsv``.
    evidence
        The evidence at each number of subgroups, as in ``strata/k_selection.tsv``.
    model
        What assigns new patients, without anybody's data; None without subgroups.
    record
        All of ``strata/verdict.json``.
    """

    verdict: str
    k: int
    reasons: list[str]
    assignments: pd.DataFrame = field(repr=False)
    confounders: pd.DataFrame = field(repr=False)
    evidence: pd.DataFrame = field(repr=False)
    model: StrataModel | None = field(repr=False)
    record: dict[str, Any] = field(repr=False)


def judge_matrix(
    matrix: Matrices,
    *,
    covariates: pd.DataFrame | None = None,
    adjust_for: Sequence[str] = (),
    confounders: Sequence[str] = (),
    transform: str = "none",
    seed: int = 1,
    settings: Mapping[str, Any] | None = None,
    threads: int = 1,
) -> Subgroups:
    """Say whether the patients of a matrix fall into subgroups.

    Parameters
    ----------
    matrix
        Patients × features, indexed by patient; NaN where nothing was measured. A
        mapping of names to matrices is several layers.
    covariates
        One row a patient, indexed as the matrix; columns that `adjust_for` and
        `confounders` name.
    adjust_for
        Columns regressed out of every feature.
    confounders
        Columns that the subgroups are held against: a partition that one of them
        explains is *confounded*.
    transform
        ``none``, ``log2`` or ``rank``, of the values.
    seed
        Every random draw derives from it.
    settings
        Keys of the config's section ``strata`` with other values than the defaults.
    threads
        Changes no result.

    Raises
    ------
    GenostratError
        Too few patients, patients without covariates, columns that are not there, or
        no usable feature.

    Notes
    -----
    As in the workflow: consensus clustering at each number of subgroups, held against
    cohorts of the same structure without groups; see ``docs/methods.md``.

    Examples
    --------
    Thirty patients of each of two groups, and noise:

    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> names = [f"P{n:02}" for n in range(60)]
    >>> noise = pd.DataFrame(rng.normal(size=(60, 30)), index=names)
    >>> shifted = noise.add(np.repeat([0.0, 1.5], 30), axis=0)
    >>> quick = {"k_max": 3, "resamples": 50, "null_simulations": 40}
    >>> judge_matrix(noise, settings=quick).verdict
    'none'
    >>> found = judge_matrix(shifted, settings=quick)
    >>> found.verdict, found.k
    ('supported', 2)

    The same groups are no finding where they are two batches:

    >>> batch = pd.DataFrame({"batch": np.repeat(["B1", "B2"], 30)}, index=names)
    >>> judge_matrix(
    ...     shifted, covariates=batch, confounders=["batch"], settings=quick
    ... ).verdict
    'confounded'
    """
    strata = section("strata", settings)
    profile_section = section("profile")
    layers = _make_layers(matrix, transform)
    cohort = _make_cohort(layers, covariates, wanted=[*adjust_for, *confounders])
    profile = build_profile(
        layers,
        cohort,
        adjust_for=list(adjust_for),
        training_ids=set(cohort["sample_id"]),
        max_features=profile_section["max_features"],
        max_missing_rate=profile_section["max_missing_rate"],
    )
    how = ClusteringSettings.from_config(strata, seed=seed, cohort=LAYER)
    used = profile.dictionary[profile.dictionary["status"] == "used"]
    selection, sample_ids, record = cluster_cohort(
        profile.features,
        used,
        profile.coverage,
        unrelated=None,
        settings=how,
        threads=threads,
    )
    judged = judge_partition(
        Partition(
            selection.table,
            selection.k,
            sample_ids,
            selection.labels,
            selection.consensus,
            n_isolated=record["n_isolated"],
            focus=tuple(record["focus"]),
        ),
        JudgedProfile(
            profile.features,
            profile.raw,
            list(profile.adjustment.layers),
            profile.adjustment,
            used["made_of"].tolist(),
        ),
        _audit_by(cohort, profile.coverage, confounders),
        settings=how,
        min_confidence=strata["min_confidence"],
        build=None,
    )
    return Subgroups(
        verdict=judged.verdict["verdict"],
        k=judged.verdict["k"],
        reasons=judged.verdict["reasons"],
        assignments=judged.assignments,
        confounders=judged.confounders,
        evidence=selection.table,
        model=judged.model,
        record=judged.verdict,
    )


def assign_matrix(
    model: StrataModel,
    matrix: Matrices,
    *,
    covariates: pd.DataFrame | None = None,
    platform: str = "same",
) -> pd.DataFrame:
    """Give new patients a subgroup by a frozen model, each on their own.

    Parameters
    ----------
    model
        Of :func:`judge_matrix`, or read by :func:`load_model`.
    matrix
        Patients × features, as in training: the same features, units and layers, before
        any transform.
    covariates
        One row a patient, where the model is adjusted for something. A covariate that
        is not known counts as that of the average training patient.
    platform
        ``"other"`` where they were measured on another platform than the training
        cohort: features are brought to its scale by the patients' own ranks.

    Returns
    -------
    DataFrame
        One row a patient, in the order of the matrix; the columns of
        ``assign/assignments.tsv``. Somebody who is unlike the training patients is
        ``outside_model``, and without a subgroup.

    Raises
    ------
    GenostratError
        If the patients lack too much of what the model is made of, or it is adjusted
        for ancestry, which only the workflow can place patients by.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> names = [f"P{n:02}" for n in range(60)]
    >>> values = rng.normal(size=(60, 30)) + np.repeat([[0.0], [1.5]], 30, axis=0)
    >>> known = pd.DataFrame(values, index=names)
    >>> quick = {"k_max": 3, "resamples": 50, "null_simulations": 40}
    >>> model = judge_matrix(known, settings=quick).model
    >>> new = pd.DataFrame(rng.normal(size=(2, 30)) + [[1.5], [9.0]], index=["A", "B"])
    >>> assign_matrix(model, new)["status"].tolist()
    ['assigned', 'outside_model']
    """
    raise_if_any(check_ancestry(model, "refuse", held=False))
    (name, *_) = dict.fromkeys(model.adjustment.layers)
    layers = _make_layers(matrix, "none", name=name)
    wanted = [covariate.name for covariate in model.adjustment.covariates]
    known = None if covariates is None else covariates.columns
    cohort = _make_cohort(
        layers,
        covariates,
        wanted=[column for column in wanted if known is not None and column in known],
    )
    table, _ = assign_new_patients(
        model,
        cohort,
        layers,
        keep=None,
        places=None,
        build=None,
        unknown_ancestry="refuse",
        platform=platform,
    )
    given = dict.fromkeys(name for layer in layers for name in layer.values.index)
    order = table.set_index("sample_id").loc[list(given)]
    return order.reset_index()


def _audit_by(
    cohort: pd.DataFrame, coverage: pd.DataFrame, confounders: Sequence[str]
) -> AuditedCohort:
    """Return what subgroups are held against: also how patients were measured."""
    table = join_coverage(cohort, coverage)
    return AuditedCohort(
        table, confounder_names(list(confounders), n_pcs=0, table=table)
    )


def _make_layers(matrix: Matrices, transform: str, *, name: str = LAYER) -> list[Layer]:
    named = {name: matrix} if isinstance(matrix, pd.DataFrame) else dict(matrix)
    layers, problems = [], []
    for title, values in named.items():
        frame = values.rename(index=str, columns=str)
        for side, names in (("patient", frame.index), ("feature", frame.columns)):
            if names.has_duplicates:
                problems.append(
                    Problem(
                        f"a {side} stands twice in the matrix {title!r}",
                        found=f"{int(names.duplicated().sum())} repeated names",
                        fix="keep one of each",
                    )
                )
        layers.append(Layer(title, frame.astype(float), transform))
    raise_if_any(problems)
    return layers


def _make_cohort(
    layers: Sequence[Layer], covariates: pd.DataFrame | None, *, wanted: Sequence[str]
) -> pd.DataFrame:
    """Return one row a patient: sample_id and the covariates, as text."""
    patients = sorted({name for layer in layers for name in layer.values.index})
    cohort = pd.DataFrame({"sample_id": patients}, dtype=str)
    if covariates is None:
        covariates = pd.DataFrame(index=patients)
    table = covariates.rename(index=str)
    absent = [name for name in wanted if name not in table]
    unknown = sorted(set(patients) - set(table.index))
    if absent or unknown or table.index.has_duplicates:
        raise GenostratError(
            Problem(
                "the covariates do not fit the matrix",
                found=f"no column {', '.join(map(repr, absent))}"
                if absent
                else f"{len(unknown)} patients without a row"
                if unknown
                else "patients with several rows",
                allowed="one row for each patient, and every column that is named",
            )
        )
    text = table.loc[patients, list(dict.fromkeys(wanted))].astype(object)
    text = text.where(text.notna(), "").astype(str).reset_index(drop=True)
    return pd.concat([cohort, text], axis=1)
