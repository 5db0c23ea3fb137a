"""Kernels that cluster resamples around medoids.

Every resample is clustered by itself, in a fixed order of operations: neither how
resamples are dealt out nor the number of threads can change a result.
"""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler
from genostrat.strata.clustering.kernels import draw_weighted

kernel = compiler(__name__)

#: A swap must lower the sum of distances by more than this share of it, so that
#: rounding cannot swap two equal medoids for ever.
LEAST_GAIN = 1e-9


@kernel
def place_medoids(apart, members, uniforms, medoids, nearest):
    """Place medoids on members, each far from those before it (k-means++)."""
    count = len(members)
    medoids[0] = min(int(uniforms[0] * count), count - 1)
    for i in range(count):
        nearest[i] = apart[members[i], members[medoids[0]]] ** 2
    for position in range(1, len(medoids)):
        total = 0.0
        for i in range(count):
            total += nearest[i]
        medoids[position] = draw_weighted(nearest, count, total, uniforms[position])
        for i in range(count):
            gap = apart[members[i], members[medoids[position]]] ** 2
            nearest[i] = min(nearest[i], gap)


@kernel
def find_two_nearest(apart, members, medoids, own, first, second):
    """Write each member's nearest medoid, and the distances to the nearest two."""
    for i in range(len(members)):
        first[i], second[i] = np.inf, np.inf
        for position in range(len(medoids)):
            gap = apart[members[i], members[medoids[position]]]
            if gap < first[i]:
                second[i] = first[i]
                first[i], own[i] = gap, position
            elif gap < second[i]:
                second[i] = gap


@kernel
def weigh_swaps(apart, members, candidate, own, first, second, change):
    """Write what the sum of distances changes by if a candidate replaces a medoid.

    `change` holds on entry what the loss of each medoid alone costs.
    """
    shared = 0.0
    for i in range(len(members)):
        gap = apart[members[i], members[candidate]]
        if gap < first[i]:
            shared += gap - first[i]
            change[own[i]] += first[i] - second[i]
        elif gap < second[i]:
            change[own[i]] += gap - second[i]
    for position in range(len(change)):
        change[position] += shared


@kernel
def swap_medoids(apart, members, medoids, own, first, second, max_passes):
    """Replace medoids by other members for as long as the sum of distances falls."""
    count, k = len(members), len(medoids)
    loss, change = np.empty(k), np.empty(k)
    unchanged = 0
    for step in range(max_passes * count):
        candidate = step % count
        if unchanged >= count:
            break
        unchanged += 1
        is_medoid = False
        for position in range(k):
            is_medoid |= medoids[position] == candidate
        if is_medoid:
            continue
        loss[:] = 0
        total = 0.0
        for i in range(count):
            loss[own[i]] += second[i] - first[i]
            total += first[i]
        change[:] = loss
        weigh_swaps(apart, members, candidate, own, first, second, change)
        best = 0
        for position in range(1, k):
            if change[position] < change[best]:
                best = position
        if change[best] < -LEAST_GAIN * total:
            medoids[best] = candidate
            find_two_nearest(apart, members, medoids, own, first, second)
            unchanged = 0


@kernel
def cluster_around_medoids(apart, drawn, uniforms, max_passes, labels):
    """Cluster every resample around medoids.

    Parameters
    ----------
    apart
        Distances, patients × patients.
    drawn
        Resamples × patients, True where a patient takes part.
    uniforms
        Resamples × k, numbers in 0..1 that place the first medoids.
    max_passes
        Most passes over the members of a resample.
    labels
        Filled, resamples × patients: cluster numbers, -1 where not drawn.
    """
    n_patients, k = len(apart), uniforms.shape[1]
    own = np.empty(n_patients, np.int64)
    first, second = np.empty(n_patients), np.empty(n_patients)
    medoids = np.empty(k, np.int64)
    for r in range(len(drawn)):
        members = np.flatnonzero(drawn[r])
        count = len(members)
        place_medoids(apart, members, uniforms[r], medoids, first[:count])
        find_two_nearest(apart, members, medoids, own, first, second)
        swap_medoids(apart, members, medoids, own, first, second, max_passes)
        labels[r] = -1
        for i in range(count):
            labels[r, members[i]] = own[i]
