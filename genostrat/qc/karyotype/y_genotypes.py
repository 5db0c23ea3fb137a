"""What the genotypes of chrY say of a Y chromosome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genostrat.arrays import Bytes, Flags, Floats
from genostrat.genotypes.builds import Build
from genostrat.genotypes.store import Store
from genostrat.qc.karyotype.x_genotypes import outside_par

#: More variants, evenly taken, would tell nothing more.
MOST_SITES = 20_000
#: Fewest samples of a group whose call rate a variant is judged by.
MIN_GROUP = 3
#: A variant that fewer of those with a Y have called is dead.
DEAD = 0.2
#: A variant called in those without a Y more often than so times the rate of those
#: with one tells the two apart no more.
SAME_RATE = 0.5
#: A variant with alternate alleles in a larger share of those without a Y is noise.
NOISE = 0.05
#: Call rates from which, before anything else is known, a sample may have a Y, and
#: below which it may not.
MAYBE_PRESENT, MAYBE_ABSENT = 0.5, 0.2


@dataclass(frozen=True)
class YCalls:
    """Homozygous or haploid calls of chrY: 0 reference, 2 alternate, −9 none.

    A heterozygous call has no place on a Y: it is no call.
    """

    block: Bytes

    @property
    def called(self) -> Flags:
        """Whether each variant is called in each sample."""
        return np.asarray(self.block >= 0)


@dataclass(frozen=True)
class YCounts:
    """Calls of each sample at the variants that tell; arrays of length n_samples.

    Attributes
    ----------
    n_live
        Variants whose calls show a Y: not dead, not called in women as in men.
    called
        Calls among these.
    n_alt_sites, alt
        Variants where an alternate allele shows a Y, and alternate calls there.
    all_called
        Share of calls among the variants of `n_alt_sites`.
    """

    n_live: int
    called: Floats
    n_alt_sites: int
    alt: Floats
    all_called: Floats

    @property
    def rate(self) -> Floats:
        """Share of the live variants that are called; NaN if there are none."""
        if not self.n_live:
            return np.full(len(self.called), np.nan)
        return np.asarray(self.called / self.n_live)


def read_y(store: Store, *, build: Build, hemizygous_as_het: Flags) -> YCalls:
    """Read the calls of chrY outside the pseudo-autosomal regions.

    Parameters
    ----------
    store, build
        The genotypes, and where those regions are.
    hemizygous_as_het
        Samples whose only copy is written 0/1 where it is alternate.
    """
    contig = store.contig("Y")
    if contig is None:
        return YCalls(np.zeros((0, len(store.samples)), np.int8))
    rows = np.flatnonzero(outside_par(contig, build))
    if len(rows) > MOST_SITES:
        rows = rows[np.linspace(0, len(rows) - 1, MOST_SITES).astype(int)]
    block = np.array(contig.read(rows), np.int8)
    return YCalls(
        np.where(block == 1, np.where(hemizygous_as_het, 2, -9), block).astype(np.int8)
    )


def guess_groups(calls: YCalls) -> tuple[Flags, Flags]:
    """Return who may have a Y and who may not, by calls alone."""
    called = calls.called
    alive = called.any(axis=1)
    if not alive.any():
        nobody = np.zeros(called.shape[1], bool)
        return nobody, nobody
    rate = called[alive].mean(axis=0)
    return rate >= MAYBE_PRESENT, rate < MAYBE_ABSENT


def count_y(calls: YCalls, *, present: Flags, absent: Flags) -> YCounts:
    """Count the calls at variants that tell samples with a Y from those without.

    Parameters
    ----------
    calls
        From :func:`read_y`.
    present, absent
        Samples that have a Y, and that have none, as far as is known so far.

    Notes
    -----
    A variant that is called in nobody with a Y says nothing of those in whom it is not
    called; nor does one that is called in people without a Y as often. Its alternate
    alleles may still tell, where those without a Y have none: callers that write 0/0
    in women make no alternate allele.
    """
    called, alt = calls.called, calls.block == 2
    alive = called.any(axis=1)
    with_y = _share(called, present)
    without = _share(called, absent)
    live = alive.copy()
    if with_y is not None:
        live &= with_y >= DEAD
    if with_y is not None and without is not None:
        live &= without <= SAME_RATE * with_y
    telling = alive.copy()
    noise = _share(alt, absent)
    if noise is not None:
        telling &= noise <= NOISE
    n_telling = int(telling.sum())
    return YCounts(
        n_live=int(live.sum()),
        called=called[live].sum(axis=0).astype(float),
        n_alt_sites=n_telling,
        alt=alt[telling].sum(axis=0).astype(float),
        all_called=called[telling].sum(axis=0) / max(n_telling, 1),
    )


def _share(flags: Flags, group: Flags) -> Floats | None:
    if group.sum() < MIN_GROUP:
        return None
    return np.asarray(flags[:, group].mean(axis=1))
