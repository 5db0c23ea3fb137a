"""From a partition to a verdict, assignments and a frozen model."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from genostrat import __version__
from genostrat.arrays import Flags, Indices, Reals
from genostrat.profile.adjustment import Adjustment
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.audit.confounders import (
    Audit,
    audit_confounders,
    empty_audit_table,
    kinship_matrix,
)
from genostrat.strata.audit.restatement import Restated, find_restated
from genostrat.strata.audit.table import derived_names
from genostrat.strata.audit.technical import shared_factors
from genostrat.strata.clustering.classifier import (
    MIN_PATIENTS_A_STRATUM,
    Classifier,
    absorb_small_groups,
    settle_labels,
)
from genostrat.strata.clustering.focus import layers_in_focus
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import LEFT_OUT, Rotation, rotate
from genostrat.strata.decision import decide_verdict
from genostrat.strata.evidence.power import detection_curve
from genostrat.strata.model.assignment import (
    assign_features,
    held_out,
    item_consensus,
    widen_limits,
)
from genostrat.strata.model.conformal import ConformalRule, calibrate, explain_kept
from genostrat.strata.model.frozen import StrataModel, freeze_model
from genostrat.strata.model.inputs import ModelInputs
from genostrat.strata.partition import Partition, values_of
from genostrat.strata.settings import ClusteringSettings
from genostrat.strata.verdict import verdict_record

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judgement:
    """What the stage says about a cohort.

    Parameters
    ----------
    verdict
        ``verdict.json``.
    assignments
        ``assignments.tsv``.
    confounders
        ``confounders.tsv``.
    model
        The frozen model; None when there are no strata.
    model_record
        What the model's record says besides the model.
    """

    verdict: dict[str, Any]
    assignments: pd.DataFrame
    confounders: pd.DataFrame
    model: StrataModel | None
    model_record: dict[str, Any]


@dataclass(frozen=True)
class JudgedProfile:
    """The features that strata were found in.

    Parameters
    ----------
    features, raw
        ``profile/features.parquet`` and ``features_raw.parquet``.
    layers
        Layer of each feature.
    adjustment
        ``profile/adjustment``, to travel with the model.
    origins
        What each feature was made of; None where each is a measurement of its own.
    """

    features: pd.DataFrame
    raw: pd.DataFrame
    layers: list[str]
    adjustment: Adjustment
    origins: list[str] | None = None

    def focused(self, partition: Partition) -> JudgedProfile:
        """Return the profile with the layers blank of features that took no part."""
        focus = partition.among([str(name) for name in self.features.columns[1:]])
        return replace(self, layers=layers_in_focus(self.layers, focus))

    def restated(
        self, strata: SettledStrata, *, settings: ClusteringSettings
    ) -> Restated | None:
        """Find the part of the profile that the strata are another name of."""
        return find_restated(
            strata.values,
            strata.labels,
            origins=self.origins or [str(name) for name in self.features.columns[1:]],
            layers=self.layers,
            rng=settings.rng("restated"),
        )


@dataclass(frozen=True)
class AuditedCohort:
    """What the strata are held against.

    Parameters
    ----------
    table
        One row for every patient of the sheet, with confounders as columns.
    confounders
        Columns of `table` to audit.
    relatedness
        ``qc/relatedness.tsv``; None without genotypes.
    kinds
        Column → ``"number"`` or ``"category"``, as the check of the sheet found it.
    """

    table: pd.DataFrame
    confounders: list[str]
    relatedness: pd.DataFrame | None = None
    kinds: Mapping[str, str] | None = None

    def audit(
        self,
        strata: SettledStrata,
        *,
        sample_ids: list[str],
        layers: list[str],
        whole: list[str],
        settings: ClusteringSettings,
    ) -> Audit | None:
        """Hold the strata of the patients that were clustered against the rest.

        `layers` are blank for features that took no part, `whole` are all of them.
        None where there is one group only: nothing can be associated with it.
        """
        if not strata.labels.any():
            return None
        known = self.table.set_index(self.table["sample_id"].astype(str))
        known = known.loc[sample_ids]
        shared = shared_factors(strata.values, strata.labels, layers=whole)
        names = [*self.confounders, *shared]
        sizes, shown = derived_names(names)
        pairs = None
        if self.relatedness is not None:
            pairs = kinship_matrix(self.relatedness, sample_ids=sample_ids)
        return audit_confounders(
            strata.values,
            strata.labels,
            known.assign(**{name: shared[name].to_numpy() for name in shared}),
            names=names,
            sizes=sizes,
            shown=shown,
            kinds=self.kinds,
            layers=layers,
            alpha=settings.alpha,
            rng=settings.rng("audit"),
            pairs=pairs,
        )


def judge_partition(
    partition: Partition,
    profile: JudgedProfile,
    cohort: AuditedCohort,
    *,
    settings: ClusteringSettings,
    min_confidence: float,
    build: str | None,
    inputs: ModelInputs | None = None,
    with_power: bool = True,
) -> Judgement:
    """Audit a partition, give the verdict and assign every patient.

    Parameters
    ----------
    partition
        From the clustering.
    profile
        The features it was found in.
    cohort
        What it is held against.
    settings
        How the cohort was clustered.
    min_confidence
        Level at which a stratum is ruled out for a patient.
    build
        Genome build of the cohort, if it has genotypes.
    inputs
        What the features are made of, to travel with the model.
    with_power
        Whether to simulate what the cohort could have shown; it changes no verdict.

    Notes
    -----
    The strata of the cohort are the predictions of the frozen model, so the model
    gives every training patient the stratum that is in ``assignments.tsv``. Patients
    that were not clustered (relatives, or beyond ``max_patients``) are assigned by
    the model.
    """
    sample_ids = partition.sample_ids
    whole, profile = profile.layers, profile.focused(partition)
    layers = profile.layers
    with one_blas_thread():
        strata = SettledStrata.settle(
            partition, profile, settings=settings, min_confidence=min_confidence
        )
        audit = cohort.audit(
            strata, sample_ids=sample_ids, layers=layers, whole=whole, settings=settings
        )
        row = partition.table.set_index("k", drop=False).loc[partition.k].to_dict()
        restated = profile.restated(strata, settings=settings)
        verdict = decide_verdict(row, audit, restated)
        power: dict[str, Any] = {}
        if with_power:
            ungrouped = strata.without_groups(verdict)
            curve = detection_curve(ungrouped, layers=whole, settings=settings)
            power = curve.to_record()
        unadjusted = _agreement_with_raw(strata, profile, partition, settings=settings)
        origin = {
            "verdict": verdict,
            "seed": settings.seed,
            "build": build or "",
            "n_training": len(sample_ids),
            "version": __version__,
        }
        model = None
        if verdict != "none":
            model = strata.freeze(profile.adjustment, record=origin, inputs=inputs)
        assignments = assign_cohort(
            cohort.table,
            profile.features,
            model,
            partition=partition,
            strata=strata,
        )
    record = verdict_record(
        verdict,
        partition.table,
        audit,
        restated=restated,
        layers=sorted(set(layers) - {LEFT_OUT}),
        focus=partition.focus,
        best_k=partition.k,
        power=power,
        settings={
            **_used(settings, min_confidence=min_confidence),
            "n_patients": len(sample_ids),
            "n_features": len(layers),
            "n_focus": len(partition.focus),
            "n_components": strata.rotation.n_components,
            "ari_before_adjustment": unadjusted,
        },
    )
    if partition.n_isolated:
        record["reasons"].append(_say_isolated(partition.n_isolated))
    if model is not None:
        record["reasons"] += explain_kept(model.strata, model.sizes, model.conformal)
    _log_judgement(record, assignments)
    confounders = empty_audit_table() if audit is None else audit.table
    return Judgement(record, assignments, confounders, model, origin)


def _say_isolated(n: int) -> str:
    who = "1 patient is" if n == 1 else f"{n} patients are"
    them = "that patient" if n == 1 else "them"
    return f"{who} unlike all others: groups were looked for without {them}."


def _log_judgement(record: dict[str, Any], assignments: pd.DataFrame) -> None:
    log.info("verdict %s, k %s", record["verdict"], record["k"])
    for status, n in assignments["status"].value_counts().sort_index().items():
        log.info("%d patients are %s", n, status)


def _used(settings: ClusteringSettings, *, min_confidence: float) -> dict[str, Any]:
    return {
        "seed": settings.seed,
        "alpha": settings.alpha,
        "algorithm": settings.algorithm,
        "fusion": settings.fusion,
        "resamples": settings.resamples,
        "null_simulations": settings.null_simulations,
        "confidence": min_confidence,
    }


@dataclass(frozen=True)
class SettledStrata:
    """Strata as the frozen model's classifier sees them.

    Parameters
    ----------
    values
        Patients × features, of the patients that were clustered.
    rotation, classifier
        Space and centres of the model.
    labels
        Stratum of each patient, numbered as in the partition.
    certainty
        Upper bound on the confidence of each patient.
    limits
        Distances beyond which a patient is outside the model.
    conformal
        The rule by which strata are ruled out.
    far_out
        Who is unlike all others; this counts where there are no strata.
    fences
        Distances beyond which patients that were not clustered are so.
    """

    values: Reals
    rotation: Rotation
    classifier: Classifier
    labels: Indices
    certainty: Reals
    limits: tuple[float, float]
    conformal: ConformalRule
    far_out: Flags
    fences: tuple[float, float]

    def unlike(self, values: Reals) -> Flags:
        """Say which patients that were not clustered are unlike all others."""
        near, off = self.fences
        scores = self.rotation.project(values)
        nearest = np.sqrt(self.classifier.distances(scores).min(axis=1))
        weighted = (values - self.rotation.centre) * self.rotation.weights
        residual = np.linalg.norm(weighted - scores @ self.rotation.loadings.T, axis=1)
        return (nearest > near) | (residual > off)

    @classmethod
    def settle(
        cls,
        partition: Partition,
        profile: JudgedProfile,
        *,
        settings: ClusteringSettings,
        min_confidence: float,
    ) -> SettledStrata:
        """Fit the classifier to the partition, and measure it on held-out patients."""
        values = values_of(profile.features, partition.sample_ids)
        rotation = rotate(values, layers=profile.layers)
        # A cohort of outliers has groups of one patient: they are no strata.
        groups = absorb_small_groups(rotation.scores, partition.labels)
        classifier, labels = settle_labels(rotation.scores, groups)
        if np.bincount(labels).min() < MIN_PATIENTS_A_STRATUM:
            labels = groups
        held = held_out(
            values,
            labels,
            layers=profile.layers,
            n_components=rotation.n_components,
            rng=settings.rng("held out"),
        )
        limits = widen_limits(
            held.limits, values, rotation=rotation, classifier=classifier
        )
        certainty = np.minimum(item_consensus(partition.consensus, labels), held.own)
        n_strata = int(labels.max()) + 1
        rule = calibrate(certainty, labels, k=n_strata, confidence=min_confidence)
        return cls(
            values,
            rotation,
            classifier,
            labels,
            certainty,
            limits,
            rule,
            held.far_out(),
            held.fences,
        )

    def without_groups(self, verdict: str) -> Reals:
        """Return the values with the means of the strata taken out, if there are any.

        Power is asked of a cohort like this one that has no groups yet.
        """
        if verdict == "none":
            return self.values
        groups = range(int(self.labels.max()) + 1)
        means = [self.values[self.labels == group].mean(axis=0) for group in groups]
        return self.values - np.stack(means)[self.labels]

    def freeze(
        self,
        adjustment: Adjustment,
        *,
        record: dict[str, Any],
        inputs: ModelInputs | None,
    ) -> StrataModel:
        """Return the model that assigns new patients."""
        return freeze_model(
            self.rotation,
            self.classifier,
            self.labels,
            adjustment=adjustment,
            limits=self.limits,
            conformal=self.conformal,
            record=record,
            certainty=self.certainty,
            inputs=inputs,
        )


def _agreement_with_raw(
    strata: SettledStrata,
    profile: JudgedProfile,
    partition: Partition,
    *,
    settings: ClusteringSettings,
) -> float:
    """Return the ARI between the strata and groups of the unadjusted features."""
    from sklearn.metrics import adjusted_rand_score

    values = values_of(profile.raw, partition.sample_ids)
    spread = values.std(axis=0, ddof=1)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    labels, _, _ = kmeans(
        rotate(scaled, layers=profile.layers).scores,
        k=partition.k,
        rng=settings.rng("unadjusted"),
    )
    return float(adjusted_rand_score(strata.labels, labels))


def assign_cohort(
    table: pd.DataFrame,
    features: pd.DataFrame,
    model: StrataModel | None,
    *,
    partition: Partition,
    strata: SettledStrata,
) -> pd.DataFrame:
    """Give every patient of the sheet a status and, if there are strata, a stratum.

    Parameters
    ----------
    table
        One row for every patient of the sheet.
    features
        The profile; patients not in it are ``excluded``.
    model
        The frozen model, or None when one group describes the cohort: then every
        patient of the profile is ``assigned`` with a blank stratum, but for those who
        are unlike all others.
    partition
        Names the training patients.
    strata
        The training patients, with an upper bound on the confidence of each.
    """
    profiled = features["sample_id"].astype(str).tolist()
    training = set(partition.sample_ids)
    if model is None:
        held = pd.DataFrame(
            {"stratum": "", "confidence": np.nan, "status": "assigned"},
            index=range(len(profiled)),
        )
        held = held.assign(distance=np.nan, conformal_set="")
        others = [name for name in profiled if name not in training]
        far = np.concatenate(
            [strata.far_out, strata.unlike(values_of(features, others))]
        )
        known = zip([*partition.sample_ids, *others], far, strict=True)
        unlike = {name for name, is_far in known if is_far}
        held.loc[[name in unlike for name in profiled], "status"] = "outside_model"
    else:
        bound = dict(zip(partition.sample_ids, strata.certainty, strict=True))
        held = assign_features(
            model,
            values_of(features, profiled),
            certainty=np.array([bound.get(sample, np.nan) for sample in profiled]),
        )
    held["sample_id"] = profiled
    held["found_in"] = ["training" if s in training else "model" for s in profiled]
    everyone = table[["sample_id"]].astype(str).merge(held, on="sample_id", how="left")
    left_out = everyone["status"].isna()
    everyone.loc[left_out, ["stratum", "found_in", "conformal_set"]] = ""
    everyone.loc[left_out, "status"] = "excluded"
    order = ["sample_id", "stratum", "confidence", "status", "distance", "found_in"]
    return everyone[[*order, "conformal_set"]]
