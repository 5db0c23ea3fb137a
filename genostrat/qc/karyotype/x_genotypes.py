"""What the genotypes of chrX say of the number of X chromosomes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats, Indices
from genostrat.genotypes.builds import Build, in_par
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.sites import choose_common, count_genotypes, count_sites, is_snv

#: With fewer samples their own frequencies say little of what is expected.
MIN_SAMPLES_FREQUENCY = 10
#: Share of haploid chrX calls from which a sample was written with one X, and up to
#: which with two. Between them heterozygotes keep two alleles and the rest have one.
HAPLOID_WRITTEN = 0.3
DIPLOID_WRITTEN = 0.1
#: A one-X sample whose alternate alleles are written 0/1 has no homozygous ones; of a
#: sample with two X a third of the genotypes with an alternate allele are.
MAX_SHARE_HOM_ALT = 0.02
MIN_ALT_GENOTYPES = 20
#: Observed over expected heterozygotes of a sample that can only have two X.
SURELY_TWO = 0.4


@dataclass(frozen=True)
class XGenotypes:
    """Heterozygosity of chrX; arrays of length n_samples.

    Attributes
    ----------
    f
        1 − observed / expected; NaN where it cannot be told.
    observed, expected
        Heterozygous calls outside the pseudo-autosomal regions; 0 expected where
        nothing can be told.
    haploid_rate
        Share of calls written with one allele; NaN without calls.
    hemizygous_as_het
        Whether the sample's only copy is written 0/1 where it is alternate.
    hidden
        Whether the writing leaves no heterozygous call to be seen, so that `f` is 1
        by construction.
    written_two, written_one
        What the ploidy of the calls states, where samples differ in it.
    """

    f: Floats
    observed: Floats
    expected: Floats
    haploid_rate: Floats
    hemizygous_as_het: Flags
    hidden: Flags
    written_one: Flags
    written_two: Flags


def outside_par(contig: Contig, build: Build) -> Flags:
    """Say which variants of a contig lie outside the pseudo-autosomal regions."""
    positions = contig.variants["position"]
    return np.array([not in_par(contig.name, p, build) for p in positions], bool)


def measure_x(
    store: Store,
    read_metrics: pd.DataFrame,
    *,
    build: Build,
    min_sites: int,
    min_maf: float,
    max_missing_rate: float,
) -> XGenotypes:
    """Measure the heterozygosity of chrX and how its ploidy is written.

    Parameters
    ----------
    store, read_metrics
        The genotypes, and ``genotypes/read_metrics.tsv``.
    build
        Where the pseudo-autosomal regions are.
    min_sites
        Fewest variants for an answer.
    min_maf, max_missing_rate
        Which variants count.

    Notes
    -----
    Heterozygotes are expected by the cohort's frequencies, over common SNVs: rare ones
    are homozygous reference in nearly everybody. Of fewer than ten samples frequencies
    cannot be told; there a sample is held against its own autosomes, by the share of
    heterozygotes among genotypes with an alternate allele.
    """
    n = len(store.samples)
    haploid = _haploid_rate(read_metrics, store.samples)
    counts = None
    contig = store.contig("X")
    if contig is not None and n >= MIN_SAMPLES_FREQUENCY:
        counts = _count_by_frequency(
            contig, build, min_sites, min_maf, max_missing_rate
        )
    elif contig is not None:
        counts = _count_by_autosomes(store, contig, build, min_sites)
    if counts is None:
        counts = np.zeros((3, n))
    het, hom_alt, expected = counts
    as_het = (het + hom_alt >= MIN_ALT_GENOTYPES) & (
        hom_alt <= MAX_SHARE_HOM_ALT * (het + hom_alt)
    )
    observed = np.where(as_het, 0.0, het)
    share = np.full(n, np.nan)
    np.divide(observed, expected, out=share, where=expected > 0)
    one, two = haploid >= HAPLOID_WRITTEN, haploid <= DIPLOID_WRITTEN
    differ = bool(one.any() and two.any())
    # Where heterozygotes show in samples written with one X, the writing hides none.
    shows = bool((one & (share >= SURELY_TWO)).any())
    told = expected > 0
    return XGenotypes(
        f=1 - share,
        observed=observed,
        expected=expected,
        haploid_rate=haploid,
        hemizygous_as_het=as_het & told,
        hidden=one & (observed == 0) & (not shows),
        written_one=one & differ & told,
        written_two=two & differ & told,
    )


def _haploid_rate(read_metrics: pd.DataFrame, samples: list[str]) -> Floats:
    reads = read_metrics.set_index("sample_id").loc[samples]
    called = reads["n_called_x"].to_numpy(float)
    rate = np.full(len(samples), np.nan)
    np.divide(reads["n_haploid_x"].to_numpy(float), called, out=rate, where=called > 0)
    return rate


def _count_by_frequency(
    contig: Contig,
    build: Build,
    min_sites: int,
    min_maf: float,
    max_missing_rate: float,
) -> Floats | None:
    """Return heterozygous, homozygous alternate and expected calls, or None."""
    sites = count_sites(contig)
    rows = choose_common(
        contig, sites, min_maf=min_maf, max_missing_rate=max_missing_rate
    )
    rows = rows[outside_par(contig, build)[rows]]
    if len(rows) < min_sites:
        return None
    block = contig.read(rows)
    frequency = sites.alt_frequency[rows]
    expected = (2 * frequency * (1 - frequency)) @ (block >= 0)
    return np.stack([(block == 1).sum(axis=0), (block == 2).sum(axis=0), expected])


def _count_by_autosomes(
    store: Store, contig: Contig, build: Build, min_sites: int
) -> Floats | None:
    """Return the same of few samples, each held against its own autosomes."""
    people = [count_genotypes(autosome)[1] for autosome in store.autosomes]
    if not people:
        return None
    het = np.sum([p.snv_het for p in people], axis=0)
    both = np.sum([p.n_ti + p.n_tv for p in people], axis=0)
    share = np.zeros(len(store.samples))
    np.divide(het, both, out=share, where=both >= min_sites)
    rows: Indices = np.flatnonzero(outside_par(contig, build) & is_snv(contig))
    block = contig.read(rows)
    own_het, own_hom = (block == 1).sum(axis=0), (block == 2).sum(axis=0)
    enough = own_het + own_hom >= min_sites
    expected = np.where(enough, (own_het + own_hom) * share, 0.0)
    return np.stack([own_het, own_hom, expected]).astype(float)
