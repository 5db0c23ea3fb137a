"""Kernels that fit densities of one and of two peaks to positions on a line."""

from __future__ import annotations

import math

import numpy as np

from genostrat.compiled import compiler

kernel = compiler(__name__)

#: Below every density that can be told from 0.
TINY = 1e-300
ROOT_2, ROOT_2_PI = math.sqrt(2), math.sqrt(2 * math.pi)
#: Steps of all fits with one peak, and further ones of the most likely ones.
FIRST_STEPS, MORE_STEPS, N_FOLLOWED = 8, 30, 5
#: Smallest share of the patients in either of two peaks, and variance of a peak.
LEAST_SHARE, LEAST_VARIANCE = 0.02, 1e-4


@kernel
def fit_two_peaks(positions, second, max_steps):
    """Return the log likelihood of two normal peaks of one width.

    Parameters
    ----------
    positions
        One a patient.
    second
        1 for patients of the second group, who start in the second peak, else 0.
    max_steps
        Most steps of the expectation-maximisation.
    """
    n = len(positions)
    share, left, right, variance = 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        share += second[i]
        right += second[i] * positions[i]
        left += (1 - second[i]) * positions[i]
    right, left, share = right / share, left / (n - share), share / n
    for i in range(n):
        variance += (positions[i] - (right if second[i] else left)) ** 2
    variance = max(variance / n, LEAST_VARIANCE)
    weight = np.empty(n)
    best = -np.inf
    for _ in range(max_steps):
        likelihood, total, sum_right, sum_left = 0.0, 0.0, 0.0, 0.0
        height = 1 / (ROOT_2_PI * math.sqrt(variance))
        for i in range(n):
            x = positions[i]
            first = (1 - share) * math.exp(-((x - left) ** 2) / (2 * variance))
            other = share * math.exp(-((x - right) ** 2) / (2 * variance))
            density = first + other + TINY
            likelihood += math.log(height * density)
            weight[i] = other / density
            total += weight[i]
            sum_right += weight[i] * x
            sum_left += (1 - weight[i]) * x
        gained = likelihood - best
        best = max(best, likelihood)
        if gained < 1e-3:
            break
        right, left = sum_right / max(total, TINY), sum_left / max(n - total, TINY)
        share = min(max(total / n, LEAST_SHARE), 1 - LEAST_SHARE)
        variance = 0.0
        for i in range(n):
            variance += weight[i] * (positions[i] - right) ** 2
            variance += (1 - weight[i]) * (positions[i] - left) ** 2
        variance = max(variance / n, LEAST_VARIANCE)
    return best


@kernel
def fill_slabs(positions, mode, blur, reaches, slabs):
    """Write the densities that one peak is made of, components × patients.

    A component is a slab from the mode to the right or to the left, as far as one of
    `reaches`, or all at the mode; each blurred by a normal of width `blur`.
    """
    n_reaches = len(reaches)
    for i in range(len(positions)):
        z = (positions[i] - mode) / blur
        at_mode = 0.5 * math.erfc(-z / ROOT_2)
        slabs[2 * n_reaches, i] = math.exp(-z * z / 2) / (blur * ROOT_2_PI)
        for j in range(n_reaches):
            reach = reaches[j] / blur
            right = 0.5 * math.erfc(-(z - reach) / ROOT_2)
            left = 0.5 * math.erfc(-(z + reach) / ROOT_2)
            slabs[j, i] = max(at_mode - right, 0.0) / reaches[j]
            slabs[n_reaches + j, i] = max(left - at_mode, 0.0) / reaches[j]


@kernel
def improve_weights(slabs, turned, weights, steps):
    """Take steps of expectation-maximisation; return the log likelihood after them.

    `turned` is `slabs` with rows and columns exchanged, so that either sum runs over
    neighbours in memory.
    """
    n_slabs, n = slabs.shape
    density, gain = np.empty(n), np.empty(n_slabs)
    likelihood = 0.0
    for step in range(steps + 1):
        density[:] = TINY
        for j in range(n_slabs):
            weight, row = weights[j], slabs[j]
            for i in range(n):
                density[i] += weight * row[i]
        if step == steps:
            for i in range(n):
                likelihood += math.log(density[i])
            break
        gain[:] = 0
        for i in range(n):
            inverse, row = 1 / density[i], turned[i]
            for j in range(n_slabs):
                gain[j] += row[j] * inverse
        for j in range(n_slabs):
            weights[j] *= gain[j] / n
    return likelihood


@kernel
def fill_both(positions, mode, blur, reaches, slabs, turned):
    """Fill the slabs, and the same with rows and columns exchanged."""
    fill_slabs(positions, mode, blur, reaches, slabs)
    for i in range(turned.shape[0]):
        for j in range(turned.shape[1]):
            turned[i, j] = slabs[j, i]


@kernel
def fit_one_peak(positions, modes, blurs, reaches):
    """Return the log likelihood of the best density with one peak.

    It is blurred by a normal of one of `blurs`, peaks at one of `modes` before that,
    and falls off on both sides in any way.
    """
    n, n_slabs = len(positions), 2 * len(reaches) + 1
    n_fits = len(modes) * len(blurs)
    slabs, turned = np.empty((n_slabs, n)), np.empty((n, n_slabs))
    weights = np.full((n_fits, n_slabs), 1.0 / n_slabs)
    found = np.empty(n_fits)
    for fit in range(n_fits):
        mode, blur = modes[fit // len(blurs)], blurs[fit % len(blurs)]
        fill_both(positions, mode, blur, reaches, slabs, turned)
        found[fit] = improve_weights(slabs, turned, weights[fit], FIRST_STEPS)
    best = -np.inf
    for fit in np.argsort(-found)[:N_FOLLOWED]:
        mode, blur = modes[fit // len(blurs)], blurs[fit % len(blurs)]
        fill_both(positions, mode, blur, reaches, slabs, turned)
        best = max(best, improve_weights(slabs, turned, weights[fit], MORE_STEPS))
    return best
