"""The likeliest path through two states, for many people at once, block by block.

In a chain of two states that tend to stay, at each variant either both paths go on in
their own state, or both come from the same one: then everything before is decided, and
nothing but the last such event has to be remembered. So a path needs no matrix of
steps back, whatever the number of variants.
"""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler

kernel = compiler(__name__)

#: What is remembered of each person: the columns of `marks` and `sums`.
#: marks: whether the last decided state is autozygous, the position where the paths
#: parted from it, the position of the variant before, the start of the run.
INSIDE, PARTED, BEFORE, START = range(4)
N_MARKS = 4
#: sums: variants called, heterozygous ones and those expected; up to the last variant,
#: up to where the paths parted, and up to the start of the run.
N_SUMS = 3
#: A run: person, start, end, variants called, heterozygous ones, those expected.
N_FIELDS = 6


@kernel
def follow_block(
    genotypes, people, positions, evidence, expected, logs, settings, state, runs
):
    """Follow the people over variants of one contig, in order.

    Parameters
    ----------
    genotypes
        int8 of shape (n_variants, width); negative is missing.
    people
        Columns of `genotypes` that are followed, length n_people.
    positions
        Of the variants, ascending.
    evidence
        Log-odds of autozygosity by genotype, shape (n_variants, 3).
    expected
        Heterozygotes expected at each variant.
    logs
        Transitions to each variant from the one before, shape (n_variants, 4);
        the first is 1 where a new stretch begins.
    settings
        Log-odds of autozygosity before anything is known, and the shortest length of
        a run that is written, in bases.
    state
        (odds, marks, sums, last): float64 of shape (n_people,), int64 (n_people, 4),
        float64 (n_people, 3, 3), and int64 of length 1, the position of the last
        variant. All are changed.
    runs
        float64 of shape (n, 6), for the runs that end.

    Returns
    -------
    n_variants_done, n_runs
        Fewer variants than there are where `runs` may become full: call again with
        the others.
    """
    odds, marks, sums, last = state
    prior, shortest = settings
    n_runs = 0
    for row in range(len(positions)):
        if n_runs + len(people) > len(runs):
            return row, n_runs
        position = positions[row]
        fresh = logs[row, 0] > 0
        for number in range(len(people)):
            if fresh:
                n_runs = _end_stretch(number, state, shortest, runs, n_runs)
                odds[number] = prior
                _part(number, marks, sums, 0, position, position)
            else:
                n_runs = _step(
                    number, state, position, logs[row], shortest, runs, n_runs
                )
            genotype = genotypes[row, people[number]]
            if genotype >= 0:
                odds[number] += evidence[row, genotype]
                sums[number, 0, 0] += 1
                sums[number, 0, 1] += genotype == 1
                sums[number, 0, 2] += expected[row]
        last[0] = position
    return len(positions), n_runs


@kernel
def finish(settings, state, runs):
    """End the stretch of all people after the last variant; return the runs written.

    `runs` has a row for each person.
    """
    odds, marks, _, _ = state
    n_runs = 0
    for number in range(len(odds)):
        n_runs = _end_stretch(number, state, settings[1], runs, n_runs)
        odds[number] = -np.inf
        marks[number, INSIDE] = 0
    return n_runs


@kernel
def _step(number, state, position, logs, shortest, runs, n_runs):
    """Go from the variant before to this one, and decide what both paths agree on."""
    odds, marks, sums, last = state
    difference = odds[number]
    outside, inside = logs[0], difference + logs[3]
    if difference + logs[2] > outside:
        # Both paths were autozygous at the variant before.
        if marks[number, INSIDE] == 0:
            _start(number, marks, sums)
        outside = difference + logs[2]
        _part(number, marks, sums, 1, position, last[0])
    elif logs[1] > inside:
        # Neither was: a run ended where the paths parted last.
        if marks[number, INSIDE] == 1:
            end = marks[number, BEFORE]
            n_runs = _write(number, marks, sums, 1, end, shortest, runs, n_runs)
        inside = logs[1]
        _part(number, marks, sums, 0, position, last[0])
    odds[number] = inside - outside
    return n_runs


@kernel
def _start(number, marks, sums):
    """Let a run begin where the paths parted."""
    marks[number, START] = marks[number, PARTED]
    for field in range(N_SUMS):
        sums[number, 2, field] = sums[number, 1, field]


@kernel
def _part(number, marks, sums, inside, position, before):
    """Note where the paths part, and the state that both come from."""
    marks[number, INSIDE] = inside
    marks[number, PARTED] = position
    marks[number, BEFORE] = before
    for field in range(N_SUMS):
        sums[number, 1, field] = sums[number, 0, field]


@kernel
def _end_stretch(number, state, shortest, runs, n_runs):
    """Decide the end of a stretch, after which nothing follows."""
    odds, marks, sums, last = state
    if odds[number] > 0:
        if marks[number, INSIDE] == 0:
            _start(number, marks, sums)
        return _write(number, marks, sums, 0, last[0], shortest, runs, n_runs)
    if marks[number, INSIDE] == 1:
        end = marks[number, BEFORE]
        return _write(number, marks, sums, 1, end, shortest, runs, n_runs)
    return n_runs


@kernel
def _write(number, marks, sums, place, end, shortest, runs, n_runs):
    """Write a run that ends at a position; `place` has the sums up to there."""
    if end - marks[number, START] + 1 < shortest:
        return n_runs
    runs[n_runs, 0] = number
    runs[n_runs, 1] = marks[number, START]
    runs[n_runs, 2] = end
    for field in range(N_SUMS):
        runs[n_runs, 3 + field] = sums[number, place, field] - sums[number, 2, field]
    return n_runs + 1
