"""Variants whose calls rest on odd reads: of one allele mostly, or few."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from genostrat.arrays import Flags, Floats, Integers
from genostrat.genotypes.blocks import count_variants
from genostrat.genotypes.records import VARIANT_READS
from genostrat.genotypes.store import Store
from genostrat.qc.variants.counting import judged_contigs
from genostrat.qc.variants.findings import Finding
from genostrat.qc.variants.groups import EVERYBODY, MIN_SAMPLES

#: Fewer heterozygotes, or fewer reads of theirs, say nothing of the balance of alleles:
#: a deviation of 0.25 in 50 reads is more than three standard errors.
MIN_HETS, MIN_READS = 5, 50

Sums = Mapping[str, Integers]


def find_odd_balance(store: Store, reads: Sums, *, most: float) -> Finding:
    """Find variants whose heterozygotes have mostly reads of one allele.

    Parameters
    ----------
    store
        The genotypes.
    reads
        ``genotypes/variant_reads.npz``.
    most
        Distance of the share of alternate reads from a half above which a variant is
        caught.

    Returns
    -------
    Finding
        Values are shares of alternate reads among all reads of heterozygous calls; NaN
        with fewer than :data:`MIN_HETS` of these or :data:`MIN_READS` reads.

    Notes
    -----
    A heterozygote has each allele on half of its reads, a little less of an alternate
    one, whose reads map worse. What lies far from a half in many people together is an
    artefact or a paralogue's difference, not chance.
    """
    ref, alt, n_het, *_ = _join(store, reads).T
    total = ref + alt
    shares = np.full(len(total), np.nan)
    enough = (n_het >= MIN_HETS) & (total >= MIN_READS)
    np.divide(alt, total, out=shares, where=enough)
    return _everybody(shares, np.abs(shares - 0.5) > most)


def find_low_depth(store: Store, reads: Sums, *, least: float) -> Finding:
    """Find variants whose calls have few reads on average.

    Parameters
    ----------
    store, reads
        As :func:`find_odd_balance`.
    least
        Mean depth below which a variant is caught.

    Returns
    -------
    Finding
        Values are mean depths; NaN with fewer than
        :data:`genostrat.qc.variants.groups.MIN_SAMPLES` calls that have one.
    """
    *_, depth, n_calls = _join(store, reads).T
    means = np.full(len(depth), np.nan)
    np.divide(depth, n_calls, out=means, where=n_calls >= MIN_SAMPLES)
    return _everybody(means, means < least)


def _join(store: Store, reads: Sums) -> Integers:
    """Return the sums of all judged variants, (n_variants, 5); 0 where not known."""
    width = len(VARIANT_READS)
    parts = [
        reads[contig.name]
        if contig.name in reads
        else np.zeros((count_variants(contig), width), np.int64)
        for contig in judged_contigs(store)
    ]
    return np.concatenate([np.zeros((0, width), np.int64), *parts])


def _everybody(values: Floats, caught: Flags) -> Finding:
    return Finding(values, caught, np.full(len(values), EVERYBODY, object))
