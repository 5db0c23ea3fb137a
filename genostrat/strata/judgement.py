"""From a partition to a verdict, assignments and a frozen model."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat import __version__
from genostrat.profile.adjustment import Adjustment
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.audit.confounders import audit_confounders, kinship_matrix
from genostrat.strata.clustering.classifier import MIN_PATIENTS_A_STRATUM, settle_labels
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import rotate
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

Floats = NDArray[np.floating]


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


def judge_partition(
    partition: Partition,
    features: pd.DataFrame,
    raw: pd.DataFrame,
    table: pd.DataFrame,
    *,
    layers: list[str],
    adjustment: Adjustment,
    confounders: list[str],
    settings: ClusteringSettings,
    confidence: float,
    build: str | None,
    relatedness: pd.DataFrame | None = None,
    inputs: ModelInputs | None = None,
    with_power: bool = True,
) -> Judgement:
    """Audit a partition, give the verdict and assign every patient.

    Parameters
    ----------
    partition
        From the clustering.
    features, raw
        ``profile/features.parquet`` and ``features_raw.parquet``.
    table
        One row for every patient of the sheet, with confounders as columns.
    layers
        Layer of each feature.
    adjustment
        ``profile/adjustment``, to travel with the model.
    confounders
        Columns of `table` to audit; absent ones are left out.
    settings
        How the cohort was clustered.
    confidence
        Level at which a stratum is ruled out for a patient.
    build
        Genome build of the cohort, if it has genotypes.
    relatedness
        ``qc/relatedness.tsv``; None without genotypes.
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
    with one_blas_thread():
        found = _Found.build(
            partition,
            features,
            layers=layers,
            settings=settings,
            confidence=confidence,
        )
        known = table.set_index(table["sample_id"].astype(str))
        audit = audit_confounders(
            found.values,
            found.labels,
            known.loc[partition.sample_ids],
            names=confounders,
            layers=layers,
            alpha=settings.alpha,
            rng=settings.rng("audit"),
            pairs=None
            if relatedness is None
            else kinship_matrix(relatedness, sample_ids=partition.sample_ids),
        )
        row = partition.table.set_index("k", drop=False).loc[partition.k].to_dict()
        verdict = decide_verdict(row, audit)
        left = found.without_strata(verdict)
        power = (
            detection_curve(left, layers=layers, settings=settings).to_record()
            if with_power
            else {}
        )
        unadjusted = _agreement_with_raw(
            found, raw, partition, layers=layers, settings=settings
        )
        about = {
            "verdict": verdict,
            "seed": settings.seed,
            "build": build or "",
            "n_training": len(partition.sample_ids),
            "version": __version__,
        }
        model = (
            None
            if verdict == "none"
            else found.freeze(adjustment, record=about, inputs=inputs)
        )
        assignments = assign_cohort(
            table,
            features,
            model,
            partition=partition,
            certainty=found.certainty,
        )
    record = verdict_record(
        verdict,
        partition.table,
        audit,
        best_k=partition.k,
        power=power,
        settings={
            **_used(settings, confidence=confidence),
            "n_patients": len(partition.sample_ids),
            "n_features": len(layers),
            "n_components": found.rotation.n_components,
            "ari_before_adjustment": unadjusted,
        },
    )
    if model is not None:
        record["reasons"] += explain_kept(model.strata, model.sizes, model.conformal)
    counts = assignments["status"].value_counts().sort_index()
    log.info("verdict %s, k %s", record["verdict"], record["k"])
    for status, n in counts.items():
        log.info("%d patients are %s", n, status)
    return Judgement(record, assignments, audit.table, model, about)


def _used(settings: ClusteringSettings, *, confidence: float) -> dict[str, Any]:
    return {
        "seed": settings.seed,
        "alpha": settings.alpha,
        "algorithm": settings.algorithm,
        "fusion": settings.fusion,
        "resamples": settings.resamples,
        "null_simulations": settings.null_simulations,
        "confidence": confidence,
    }


@dataclass(frozen=True)
class _Found:
    """Strata as the classifier sees them; numbered as in the partition."""

    values: Floats
    rotation: Any
    classifier: Any
    labels: NDArray[np.intp]
    certainty: Floats
    limits: tuple[float, float]
    conformal: ConformalRule

    @classmethod
    def build(
        cls,
        partition: Partition,
        features: pd.DataFrame,
        *,
        layers: list[str],
        settings: ClusteringSettings,
        confidence: float,
    ) -> _Found:
        values = values_of(features, partition.sample_ids)
        rotation = rotate(values, layers=layers)
        classifier, labels = settle_labels(rotation.scores, partition.labels)
        if np.bincount(labels).min() < MIN_PATIENTS_A_STRATUM:
            labels = partition.labels
        own, limits = held_out(
            values,
            labels,
            layers=layers,
            n_components=rotation.n_components,
            rng=settings.rng("held out"),
        )
        limits = widen_limits(limits, values, rotation=rotation, classifier=classifier)
        certainty = np.minimum(item_consensus(partition.consensus, labels), own)
        rule = calibrate(
            certainty, labels, k=int(labels.max()) + 1, confidence=confidence
        )
        return cls(values, rotation, classifier, labels, certainty, limits, rule)

    def without_strata(self, verdict: str) -> Floats:
        if verdict == "none":
            return self.values
        means = np.stack(
            [
                self.values[self.labels == group].mean(axis=0)
                for group in range(int(self.labels.max()) + 1)
            ]
        )
        return self.values - means[self.labels]

    def freeze(
        self,
        adjustment: Adjustment,
        *,
        record: dict[str, Any],
        inputs: ModelInputs | None = None,
    ) -> StrataModel:
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
    found: _Found,
    raw: pd.DataFrame,
    partition: Partition,
    *,
    layers: list[str],
    settings: ClusteringSettings,
) -> float:
    from sklearn.metrics import adjusted_rand_score

    values = values_of(raw, partition.sample_ids)
    spread = values.std(axis=0, ddof=1)
    scaled = (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1)
    labels, _, _ = kmeans(
        rotate(scaled, layers=layers).scores,
        k=partition.k,
        rng=settings.rng("unadjusted"),
    )
    return float(adjusted_rand_score(found.labels, labels))


def assign_cohort(
    table: pd.DataFrame,
    features: pd.DataFrame,
    model: StrataModel | None,
    *,
    partition: Partition,
    certainty: Floats,
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
        patient of the profile is ``assigned`` with a blank stratum.
    partition
        Names the training patients.
    certainty
        Upper bound on the confidence of each training patient.
    """
    profiled = features["sample_id"].astype(str).tolist()
    training = set(partition.sample_ids)
    if model is None:
        held = pd.DataFrame(
            {"stratum": "", "confidence": np.nan, "status": "assigned"},
            index=range(len(profiled)),
        )
        held = held.assign(distance=np.nan, conformal_set="")
    else:
        bound = dict(zip(partition.sample_ids, certainty, strict=True))
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
