"""Judge a simulated cohort by the library's own path, and by the rule of M3C."""

import time

import numpy as np
import pandas as pd
from scipy.stats import beta
from sklearn.metrics import adjusted_rand_score

from genostrat.profile.clinical import clinical_layer, learn_clinical
from genostrat.profile.features import Layer, Profile, build_profile
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.audit.table import confounder_names, join_coverage
from genostrat.strata.clustering.classifier import MIN_PATIENTS_A_STRATUM
from genostrat.strata.clustering.consensus import (
    ambiguous_share,
    consensus_matrix,
    labels_by_k,
)
from genostrat.strata.clustering.resamples import draw_resamples
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.cohort import prepare_cohort
from genostrat.strata.evidence.resampling import resample_space
from genostrat.strata.evidence.selection import cut_consensus
from genostrat.strata.evidence.statistics import PAC_FLOOR
from genostrat.strata.evidence.valley import combine_ratios, has_valleys, valley_ratios
from genostrat.strata.handover import cluster_cohort
from genostrat.strata.judgement import AuditedCohort, JudgedProfile, judge_partition
from genostrat.strata.partition import Partition
from genostrat.strata.settings import ClusteringSettings

#: As config/config.yaml has them.
KS, MAX_FEATURES, MAX_MISSING_RATE, MAX_PATIENTS = (2, 3, 4, 5, 6), 1000, 0.2, 2000
AUDITED, N_PCS = ["centre", "batch", "sex", "age"], 3
#: What is kept of the evidence at each k.
KEPT = (
    "p_value",
    "p_adjusted",
    "sigclust_p_value",
    "sigclust_p",
    "joint_p",
    "border_share",
    "border_p",
    "valley",
    "rcsi",
    "smallest_cluster",
)
#: Resamples and cohorts without groups of M3C, its defaults.
M3C_RESAMPLES, M3C_NULLS = 100, 25


def profile_of(cohort) -> Profile:
    """Run the profile stage on a simulated cohort."""
    ids = cohort.sheet["sample_id"].tolist()
    layers = []
    if cohort.values.shape[1]:
        names = [f"f{i}" for i in range(cohort.values.shape[1])]
        values = pd.DataFrame(cohort.values, index=ids, columns=names)
        for number, part in enumerate(np.array_split(names, cohort.n_layers)):
            name = f"omics{number or ''}"
            layers.append(Layer(name, values[list(part)], cohort.transform))
    if cohort.clinical:
        columns = learn_clinical(
            cohort.sheet,
            columns=list(cohort.clinical),
            training_ids=set(unrelated_of(cohort)),
            kinds=cohort.clinical,
        )
        layers.append(clinical_layer(cohort.sheet, columns=columns))
    return build_profile(
        layers,
        cohort.sheet,
        adjust_for=list(cohort.adjust_for),
        training_ids=set(unrelated_of(cohort)),
        max_features=MAX_FEATURES,
        max_missing_rate=MAX_MISSING_RATE,
    )


def unrelated_of(cohort):
    """Return the patients that may be clustered."""
    ids = cohort.sheet["sample_id"].to_numpy()
    return (ids if cohort.unrelated is None else ids[cohort.unrelated]).tolist()


def agreement(cohort, ids, labels):
    """Return the adjusted Rand index with the planted groups, blank without any."""
    if cohort.truth is None:
        return None
    truth = pd.Series(cohort.truth, index=cohort.sheet["sample_id"])
    return round(float(adjusted_rand_score(truth.loc[ids], labels)), 4)


def can_be_supported(prepared, *, settings):
    """Say whether any k has separate peaks that are large enough.

    Without one the verdict cannot be *supported*, whatever cohorts without groups show.
    """
    for view in (prepared, prepared.focused):
        if view is None:
            continue
        resampled = resample_space(view.space, settings=settings)
        for k in settings.ks:
            consensus = consensus_matrix(resampled.labels[k], resampled.drawn)
            labels = cut_consensus(consensus, k=k)
            sizes = np.bincount(labels, minlength=k)
            ratios = valley_ratios(view.space.scores, labels)
            if sizes.min() >= MIN_PATIENTS_A_STRATUM and has_valleys(
                combine_ratios(ratios)
            ):
                return True
    return False


def judge_in_brief(cohort, *, seed, name):
    """Return the verdict, or ``not supported`` as soon as that is certain."""
    started = time.perf_counter()
    profile = profile_of(cohort)
    settings = ClusteringSettings(
        ks=KS, max_patients=MAX_PATIENTS, seed=seed, cohort=name
    )
    with one_blas_thread():
        prepared = prepare_cohort(
            profile.features,
            profile.dictionary[profile.dictionary["status"] == "used"],
            profile.coverage,
            unrelated=set(unrelated_of(cohort)),
            settings=settings,
        )
        if can_be_supported(prepared, settings=settings):
            return judge_by_genostrat(cohort, seed=seed, name=name)
    seconds = round(time.perf_counter() - started, 3)
    return {"verdict": "not supported", "seconds": seconds}


def judge_by_genostrat(cohort, *, seed, name):
    """Return the verdict of the workflow and what led to it."""
    started = time.perf_counter()
    profile = profile_of(cohort)
    used = profile.dictionary[profile.dictionary["status"] == "used"]
    settings = ClusteringSettings(
        ks=KS, max_patients=MAX_PATIENTS, seed=seed, cohort=name
    )
    selection, ids, record = cluster_cohort(
        profile.features,
        used,
        profile.coverage,
        unrelated=set(unrelated_of(cohort)),
        settings=settings,
        threads=1,
    )
    row = selection.table.set_index("k", drop=False).loc[selection.k].to_dict()
    if row["evidence"] == "none":
        verdict = {"verdict": "none", "confounding": {"responsible": []}}
    else:
        verdict = judge_partition(
            Partition(
                selection.table,
                selection.k,
                ids,
                selection.labels,
                selection.consensus,
                focus=tuple(record["focus"]),
            ),
            JudgedProfile(
                profile.features,
                profile.raw,
                list(profile.adjustment.layers),
                profile.adjustment,
                used["made_of"].tolist(),
            ),
            audited_by(cohort, profile),
            settings=settings,
            min_confidence=0.8,
            build=None,
            with_power=False,
        ).verdict
    return {
        "verdict": verdict["verdict"],
        "k": int(selection.k),
        "responsible": verdict["confounding"]["responsible"],
        "ari": agreement(cohort, ids, selection.labels),
        "n_components": record["n_components"],
        "n_nulls": record["null_drawn"],
        "n_focus": len(record["focus"]),
        "n_focus_tried": record["n_focus_tried"],
        "by_k": {
            name: [round(float(value), 6) for value in selection.table[name]]
            for name in KEPT
        },
        "seconds": round(time.perf_counter() - started, 3),
    }


def audited_by(cohort, profile):
    """Return what strata are held against: the sheet, and quality of measurement."""
    table = join_coverage(cohort.sheet, profile.coverage)
    names = [name for name in AUDITED if name in table]
    return AuditedCohort(table, confounder_names(names, n_pcs=N_PCS, table=table))


def judge_by_m3c(cohort, *, seed, name):
    """Return what the rule of M3C says of the same profile.

    Notes
    -----
    John et al. 2020, doi 10.1038/s41598-020-58766-1: k-means consensus on all
    components; cohorts without groups are drawn component by component as
    N(0, eigenvalue); the k of the largest relative cluster stability index is taken,
    and its p-value is the lower tail of a beta distribution with mean and variance
    of the null PAC at that k. One group when it is above 0.05.
    """
    started = time.perf_counter()
    profile = profile_of(cohort)
    ids = unrelated_of(cohort)
    settings = ClusteringSettings(
        ks=KS, seed=seed, cohort=name, resamples=M3C_RESAMPLES
    )
    with one_blas_thread():
        values = profile.features.set_index("sample_id").loc[ids].to_numpy(dtype=float)
        scores = rotate(values, n_components=min(values.shape)).scores
        observed, labels = _consensus(scores, settings, settings.rng("m3c"))
        spread = scores.std(axis=0, ddof=1)
        null = []
        for number in range(M3C_NULLS):
            rng = settings.rng("m3c null", number)
            drawn = rng.standard_normal(scores.shape) * spread
            null.append(_consensus(drawn, settings, rng, cut=False)[0])
    null = np.array(null)
    index = np.log(null + PAC_FLOOR).mean(axis=0) - np.log(observed + PAC_FLOOR)
    best = int(index.argmax())
    mean, variance = null[:, best].mean(), max(null[:, best].var(ddof=1), 1e-12)
    size = max(mean * (1 - mean) / variance - 1, 1e-6)
    p_value = float(beta.cdf(observed[best], mean * size, (1 - mean) * size))
    return {
        "verdict": "supported" if p_value <= settings.alpha else "none",
        "k": KS[best],
        "ari": agreement(cohort, ids, labels[best]),
        "p_value": p_value,
        "rcsi": float(index[best]),
        "seconds": round(time.perf_counter() - started, 3),
    }


def _consensus(scores, settings, rng, *, cut=True):
    drawn = draw_resamples(
        len(scores),
        n_resamples=settings.resamples,
        fraction=settings.resample_fraction,
        rng=rng,
    )
    pac, labels = [], []
    for k, found in labels_by_k(scores, drawn, ks=list(KS), rng=rng):
        pac.append(ambiguous_share(found, drawn))
        if cut:
            labels.append(cut_consensus(consensus_matrix(found, drawn), k=k))
    return np.array(pac), labels


RULES = {
    "genostrat": judge_by_genostrat,
    "brief": judge_in_brief,
    "m3c": judge_by_m3c,
}
