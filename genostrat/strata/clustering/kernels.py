"""Kernels that cluster resamples of one cohort, and count who ended together.

Patients are the columns of `points`, so that a distance to one centre is a sum over
rows that the processor takes many patients at a time. Every resample is clustered by
itself, in a fixed order of operations: neither how resamples are dealt out nor the
number of threads can change a result.
"""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler, count_ones

kernel = compiler(__name__)

WORD = 64


@kernel
def fill_distances(points, count, centre, distances):
    """Write the squared distances of the first patients to a centre."""
    for i in range(count):
        distances[i] = 0
    for j in range(len(points)):
        row, middle = points[j], centre[j]
        for i in range(count):
            apart = row[i] - middle
            distances[i] += apart * apart


@kernel
def draw_weighted(weights, count, total, uniform):
    """Return a patient drawn with probability proportional to the weight."""
    if total <= 0:
        # Where all remaining patients are duplicates, all weights are 0, and any
        # patient may be drawn.
        return min(int(uniform * count), count - 1)
    wanted, passed, last = uniform * total, 0.0, 0
    for i in range(count):
        if weights[i] > 0:
            passed += weights[i]
            last = i
            if passed > wanted:
                return i
    return last


@kernel
def place_starts(points, count, uniforms, centres, nearest, trial, best):
    """Place centres on patients by greedy k-means++."""
    first = min(int(uniforms[0, 0] * count), count - 1)
    for j in range(len(points)):
        centres[0, j] = points[j, first]
    fill_distances(points, count, centres[0], nearest)
    for position in range(1, len(centres)):
        total = 0.0
        for i in range(count):
            total += nearest[i]
        lowest = np.inf
        for attempt in range(uniforms.shape[1]):
            chosen = draw_weighted(nearest, count, total, uniforms[position, attempt])
            for j in range(len(points)):
                centres[position, j] = points[j, chosen]
            fill_distances(points, count, centres[position], trial)
            potential = 0.0
            for i in range(count):
                trial[i] = min(trial[i], nearest[i])
                potential += trial[i]
            if potential < lowest:
                lowest, kept = potential, chosen
                for i in range(count):
                    best[i] = trial[i]
        for j in range(len(points)):
            centres[position, j] = points[j, kept]
        for i in range(count):
            nearest[i] = best[i]


@kernel
def find_nearest(points, count, centres, own, nearest, trial):
    """Give each of the first patients the number of the nearest centre."""
    fill_distances(points, count, centres[0], nearest)
    for i in range(count):
        own[i] = 0
    for cluster in range(1, len(centres)):
        fill_distances(points, count, centres[cluster], trial)
        for i in range(count):
            if trial[i] < nearest[i]:
                nearest[i] = trial[i]
                own[i] = cluster


@kernel
def move_centres(points, count, own, previous, sums, sizes, centres):
    """Put centres into the middle of their patients; return how many had moved.

    `sums` and `sizes` are those of `previous`, and only patients that moved change
    them. A cluster without patients keeps its centre.
    """
    moved = 0
    for i in range(count):
        old, new = previous[i], own[i]
        if old == new:
            continue
        moved += 1
        previous[i] = new
        sizes[new] += 1
        for j in range(len(points)):
            sums[new, j] += points[j, i]
        if old >= 0:
            sizes[old] -= 1
            for j in range(len(points)):
                sums[old, j] -= points[j, i]
    if moved > 0:
        for cluster in range(len(centres)):
            if sizes[cluster] > 0:
                for j in range(len(points)):
                    centres[cluster, j] = sums[cluster, j] / sizes[cluster]
    return moved


@kernel
def cluster_drawn(points, drawn, uniforms, max_steps, labels, centres, within):
    """Run k-means on every resample.

    Parameters
    ----------
    points
        Components × patients.
    drawn
        Resamples × patients, True where a patient takes part.
    uniforms
        Resamples × k × trials, numbers in 0..1 that place the starts.
    max_steps
        Most steps of Lloyd's algorithm.
    labels, centres, within
        Filled: resamples × patients, resamples × k × components, and the sum of
        squared distances of those who took part to their centre. Patients that were
        not drawn get the nearest centre too.
    """
    n_components, n_patients = points.shape
    k = centres.shape[1]
    own = np.empty(n_patients, np.int32)
    previous = np.empty(n_patients, np.int32)
    local = np.empty((n_components, n_patients), points.dtype)
    nearest = np.empty(n_patients, points.dtype)
    trial = np.empty(n_patients, points.dtype)
    best = np.empty(n_patients, points.dtype)
    sums = np.empty((k, n_components), np.float64)
    sizes = np.empty(k, np.int64)
    for r in range(len(drawn)):
        count = 0
        for i in range(n_patients):
            if drawn[r, i]:
                for j in range(n_components):
                    local[j, count] = points[j, i]
                previous[count] = -1
                count += 1
        place_starts(local, count, uniforms[r], centres[r], nearest, trial, best)
        sums[:] = 0
        sizes[:] = 0
        for _ in range(max_steps):
            find_nearest(local, count, centres[r], own, nearest, trial)
            if move_centres(local, count, own, previous, sums, sizes, centres[r]) == 0:
                break
        total = 0.0
        for i in range(count):
            total += nearest[i]
        within[r] = total
        find_nearest(points, n_patients, centres[r], own, nearest, trial)
        for i in range(n_patients):
            labels[r, i] = own[i]


@kernel
def pack_labels(labels, drawn, planes):
    """Set the bits of patients: who took part, then the digits of cluster numbers.

    `planes` is uint64 (n_patients, 1 + n_digits, n_words), a bit a resample, all 0.
    """
    n_digits = planes.shape[1] - 1
    for r in range(len(labels)):
        word, shift = r // WORD, np.uint64(r % WORD)
        for i in range(labels.shape[1]):
            if not drawn[r, i]:
                continue
            planes[i, 0, word] |= np.uint64(1) << shift
            for digit in range(n_digits):
                bit = np.uint64((labels[r, i] >> digit) & 1)
                planes[i, 1 + digit, word] |= bit << shift


@kernel
def count_pair(first, second):
    """Return in how many resamples two patients took part, and were together."""
    both, same = 0, 0
    for word in range(first.shape[1]):
        common = first[0, word] & second[0, word]
        differs = np.uint64(0)
        for digit in range(1, len(first)):
            differs |= first[digit, word] ^ second[digit, word]
        both += count_ones(common)
        same += count_ones(common & ~differs)
    return both, same


@kernel
def count_ambiguous(planes, lower, upper):
    """Return how many pairs are together in more than lower % and less than upper %."""
    ambiguous = 0
    for i in range(len(planes)):
        for j in range(i + 1, len(planes)):
            both, same = count_pair(planes[i], planes[j])
            if 100 * same > lower * both and 100 * same < upper * both:
                ambiguous += 1
    return ambiguous


@kernel
def fill_consensus(planes, matrix):
    """Write the share of resamples in which two patients were together.

    `matrix` is float32 (n_patients, n_patients); a pair never drawn together gets 0.
    """
    for i in range(len(planes)):
        matrix[i, i] = 1
        for j in range(i + 1, len(planes)):
            both, same = count_pair(planes[i], planes[j])
            matrix[i, j] = same / both if both > 0 else 0.0
            matrix[j, i] = matrix[i, j]
