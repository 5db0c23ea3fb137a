"""Kernels that follow pairs of samples along a chromosome."""

from __future__ import annotations

from genostrat.compiled import compiler

kernel = compiler(__name__)

#: Rows of the state of each pair: where the stretch began, its sites, sites since the
#: last opposite homozygote, where one was passed over in the stretch (0 if nowhere),
#: and where the last shared site lies.
START, SITES, SINCE, PASSED, LAST = range(5)


@kernel
def end_stretch(pair, stop, state, limits, totals):
    """Count the stretch that ends at a position, if it is one."""
    least_bases, least_sites = limits[0], limits[1]
    length = stop - state[START, pair]
    if length >= least_bases and state[SITES, pair] >= least_sites:
        megabases = length / 1e6
        totals[0, pair] += 1
        totals[1, pair] += megabases
        totals[2, pair] = max(totals[2, pair], megabases)


@kernel
def take_block(block, positions, columns, state, limits, totals):
    """Follow all pairs over a block of variants.

    `block` is int8 (n_variants, width), −9 missing; `columns` int32 (2, n_pairs);
    `state` int64 (5, n_pairs) and `totals` float64 (3, n_pairs: number, megabases,
    longest) are added to.
    """
    sites_a_error = limits[2]
    for p in range(columns.shape[1]):
        one, two = columns[0, p], columns[1, p]
        for v in range(len(block)):
            first, second = block[v, one], block[v, two]
            if first < 0 or second < 0:
                continue
            if first + second == 2 and first != second:
                if state[SINCE, p] >= sites_a_error:
                    state[PASSED, p] = positions[v]
                else:
                    passed = state[PASSED, p]
                    stop = passed if passed > 0 else state[LAST, p]
                    end_stretch(p, stop, state, limits, totals)
                    state[START, p] = positions[v]
                    state[SITES, p] = 0
                    state[PASSED, p] = 0
                state[SINCE, p] = 0
            else:
                state[SITES, p] += 1
                state[SINCE, p] += 1
                if state[SINCE, p] >= sites_a_error:
                    state[PASSED, p] = 0
                state[LAST, p] = positions[v]


@kernel
def close_stretches(stop, state, limits, totals):
    """Count the stretches that reach the end of a chromosome."""
    for p in range(state.shape[1]):
        end_stretch(p, stop, state, limits, totals)
