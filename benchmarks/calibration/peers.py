"""What other rules say of the same profiles: whether there are groups, and how many."""

import functools
import time

import numpy as np
from sklearn.metrics import silhouette_score

from benchmarks.calibration.judging import (
    KS,
    agreement,
    profile_of,
    unrelated_of,
)
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.clustering.consensus import (
    ambiguous_share,
    consensus_matrix,
    labels_by_k,
)
from genostrat.strata.clustering.resamples import draw_resamples, kmeans
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.evidence.selection import cut_consensus
from genostrat.strata.settings import ClusteringSettings

#: Reference cohorts of the gap statistic, and uniform samples of the dip test.
GAP_DRAWS, DIP_DRAWS = 20, 2000
#: Mean silhouette below which there is no structure (Kaufman & Rousseeuw 1990).
NO_STRUCTURE = 0.25
#: Each rule's own level: it claims groups from this on. ConsensusClusterPlus' PAC has
#: no answer that there are none.
OWN_LEVEL = {
    "PAC": -np.inf,
    "gap": 0.0,
    "dip": 0.95,
    "silhouette": NO_STRUCTURE,
}


def judge_by_peers(cohort, *, seed, name):
    """Return a score (larger speaks for groups), k and agreement of each rule.

    Notes
    -----
    All see the principal components above the noise edge that the workflow's own
    clustering sees. *PAC*: k-means consensus over 100 resamples, the k of the lowest
    proportion of ambiguous clustering (Senbabaoglu et al. 2014); score minus that PAC.
    *gap*: Tibshirani, Walther & Hastie 2001, uniform in the box of the components; the
    first k with gap(k) >= gap(k + 1) - s(k + 1); score the gap there above that of one
    group, less its error. *dip*: Hartigan & Hartigan 1985 on the first component, score
    1 minus p; two groups, by k-means. *silhouette*: the k of the largest mean.
    """
    started = time.perf_counter()
    profile = profile_of(cohort)
    ids = unrelated_of(cohort)
    settings = ClusteringSettings(ks=KS, seed=seed, cohort=name, resamples=100)
    rng = settings.rng("peers")
    with one_blas_thread():
        values = profile.features.set_index("sample_id").loc[ids].to_numpy(dtype=float)
        scores = rotate(values, layers=list(profile.adjustment.layers)).scores
        groups = {k: kmeans(scores, k=k, rng=rng, n_starts=10) for k in KS}
        found = {
            "PAC": _by_pac(scores, settings, rng),
            "gap": _by_gap(scores, groups, rng),
            "dip": (dip_confidence(scores[:, 0]), 2, groups[2][0]),
            "silhouette": _by_silhouette(scores, groups),
        }
    return {
        "peers": {
            rule: {
                "score": round(float(score), 6),
                "k": int(k),
                "ari": agreement(cohort, ids, labels),
            }
            for rule, (score, k, labels) in found.items()
        },
        "verdict": "",
        "seconds": round(time.perf_counter() - started, 3),
    }


def _by_pac(scores, settings, rng):
    drawn = draw_resamples(
        len(scores),
        n_resamples=settings.resamples,
        fraction=settings.resample_fraction,
        rng=rng,
    )
    best = (np.inf, KS[0], None)
    for k, labels in labels_by_k(scores, drawn, ks=list(KS), rng=rng):
        pac = ambiguous_share(labels, drawn)
        if pac < best[0]:
            cut = cut_consensus(consensus_matrix(labels, drawn), k=k)
            best = (pac, k, cut)
    return -best[0], best[1], best[2]


def _by_silhouette(scores, groups):
    means = {
        k: silhouette_score(scores, labels)
        for k, (labels, _, _) in groups.items()
        if len(np.unique(labels)) > 1
    }
    k = max(means, key=means.get)
    return means[k], k, groups[k][0]


def _by_gap(scores, groups, rng):
    low, high = scores.min(axis=0), scores.max(axis=0)
    ks = [1, *KS]
    observed = np.log([_spread(scores), *(groups[k][2] for k in KS)])
    drawn = []
    for _ in range(GAP_DRAWS):
        uniform = rng.uniform(low, high, size=scores.shape)
        within = [kmeans(uniform, k=k, rng=rng, n_starts=3)[2] for k in KS]
        drawn.append(np.log([_spread(uniform), *within]))
    drawn = np.array(drawn)
    gap = drawn.mean(axis=0) - observed
    error = drawn.std(axis=0) * np.sqrt(1 + 1 / GAP_DRAWS)
    enough = [i for i in range(len(ks) - 1) if gap[i] >= gap[i + 1] - error[i + 1]]
    chosen = enough[0] if enough else len(ks) - 1
    best = chosen if chosen else 1 + int(np.argmax(gap[1:] - error[1:]))
    score = gap[best] - error[best] - gap[0]
    # The rule's own answer is one group where its first k is.
    score = max(score, 1e-9) if chosen else min(score, -1e-9)
    return score, ks[best], groups[ks[best]][0]


def _spread(scores):
    return float(((scores - scores.mean(axis=0)) ** 2).sum())


def dip_confidence(values):
    """Return 1 minus the p-value of the dip test against a uniform distribution."""
    null = _null_dips(len(values))
    return float((null < dip(values)).mean())


@functools.cache
def _null_dips(n):
    rng = np.random.default_rng(n)
    return np.array([dip(rng.random(n)) for _ in range(DIP_DRAWS)])


def dip(values):
    """Return the dip: the largest distance to the nearest unimodal distribution.

    Notes
    -----
    Hartigan & Hartigan 1985, doi 10.1214/aos/1176346577. The modal interval is narrowed
    to where the greatest convex minorant and the least concave majorant of the
    empirical distribution lie furthest apart, for as long as they lie further apart
    there than the distribution lies from them outside.
    """
    x = np.sort(np.asarray(values, dtype=float))
    n = len(x)
    below, above = np.arange(n) / n, np.arange(1, n + 1) / n
    low, high, found = 0, n - 1, 1 / n
    while high > low:
        part = slice(low, high + 1)
        minorant = _hull(x[part], below[part], sign=1)
        majorant = _hull(x[part], above[part], sign=-1)
        apart = majorant - minorant
        widest = int(apart.argmax())
        distance = float(apart[widest])
        touch_low = np.flatnonzero(np.isclose(minorant, below[part], atol=1e-12))
        touch_high = np.flatnonzero(np.isclose(majorant, above[part], atol=1e-12))
        left = touch_low[touch_low <= widest].max(initial=0)
        right = touch_high[touch_high >= widest].min(initial=high - low)
        if distance <= found:
            break
        outside_left = (above[part] - minorant)[: left + 1].max(initial=0)
        outside_right = (majorant - below[part])[right:].max(initial=0)
        found = max(found, outside_left, outside_right)
        new = low + int(left), low + int(right)
        if new == (low, high) or distance <= found:
            break
        low, high = new
    return found / 2


def _hull(x, y, *, sign):
    """Return the convex minorant (sign 1) or concave majorant (-1) at each x."""
    held = []
    for i in range(len(x)):
        while len(held) > 1:
            a, b = held[-2], held[-1]
            turn = (y[b] - y[a]) * (x[i] - x[a]) - (y[i] - y[a]) * (x[b] - x[a])
            if sign * turn < 0:
                break
            held.pop()
        held.append(i)
    return np.interp(x, x[held], y[held])
