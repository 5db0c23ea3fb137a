"""Sex from the X and Y chromosomes, held against the clinical sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats
from genostrat.genotypes.builds import Build, in_par
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.sites import choose_common, count_sites


@dataclass(frozen=True)
class SexThresholds:
    """When the X or the Y chromosome speaks for a sex; see the config's ``qc``."""

    male_min_x_f: float
    female_max_x_f: float
    absent_y_call_rate: float
    present_y_call_rate: float
    min_sites_x: int
    min_sites_y: int
    min_maf_x: float
    max_missing_rate: float


#: Share of haploid chrX calls above which a sample was called with one X, and below
#: which with two.
HAPLOID_CODED = 0.9
DIPLOID_CODED = 0.1


def infer_sex(
    store: Store,
    reported: pd.Series,
    read_metrics: pd.DataFrame,
    *,
    build: Build,
    thresholds: SexThresholds,
) -> pd.DataFrame:
    """Infer the sex of every sample and compare it with the sheet.

    Parameters
    ----------
    store
        The genotypes.
    reported
        Sex in the sheet (male, female or blank), indexed by sample_id.
    read_metrics
        ``genotypes/read_metrics.tsv``: how many chrX calls were haploid.
    build
        Where the pseudo-autosomal regions are.
    thresholds
        When a chromosome speaks for a sex.

    Returns
    -------
    DataFrame
        The table ``qc/sex.tsv``. X and Y that contradict each other, or a value between
        the thresholds, are *ambiguous* (Klinefelter, Turner, mosaic loss of Y,
        contamination); too few sites of both are *not_assessable*.

    Notes
    -----
    ``x_f`` is 1 − observed/expected heterozygous calls over common SNVs of chrX outside
    the pseudo-autosomal regions: near 1 with one X, near 0 with two. Rare variants are
    left out, since they are homozygous reference in nearly everybody. Where the caller
    wrote one allele for males, F is 1 by construction; a sample that it wrote with two
    and that is homozygous all the same is *ambiguous* (a lost X, or a wrong label).
    """
    samples = store.samples
    x_f, n_x = _measure_x(store.contig("X"), len(samples), build, thresholds)
    y_rate, n_y = _measure_y(store.contig("Y"), len(samples), build)
    if n_x < thresholds.min_sites_x:
        x_f = np.full(len(samples), np.nan)
    if n_y < thresholds.min_sites_y:
        y_rate = np.full(len(samples), np.nan)
    haploid = _haploid_rate(read_metrics, samples)
    # The number of alleles shows which ploidy the caller assumed only if some samples
    # were called with one X and others with two.
    coded = bool((haploid >= HAPLOID_CODED).any() and (haploid <= DIPLOID_CODED).any())
    inferred = [
        _judge(x, y, two_x=coded and bool(h <= DIPLOID_CODED), thresholds=thresholds)
        for x, y, h in zip(x_f, y_rate, haploid, strict=True)
    ]
    told = reported.reindex(samples).fillna("")
    return pd.DataFrame(
        {
            "sample_id": samples,
            "reported_sex": told.to_numpy(),
            "inferred_sex": [s if s in ("male", "female") else "" for s in inferred],
            "x_f": x_f,
            "y_call_rate": y_rate,
            "status": [_compare(i, r) for i, r in zip(inferred, told, strict=True)],
            "x_haploid_rate": haploid,
        }
    )


def _outside_par(contig: Contig, build: Build) -> Flags:
    positions = contig.variants["position"]
    return np.array([not in_par(contig.name, p, build) for p in positions], bool)


def _measure_x(
    contig: Contig | None, n_samples: int, build: Build, thresholds: SexThresholds
) -> tuple[Floats, int]:
    if contig is None:
        return np.full(n_samples, np.nan), 0
    sites = count_sites(contig)
    rows = choose_common(
        contig,
        sites,
        min_maf=thresholds.min_maf_x,
        max_missing_rate=thresholds.max_missing_rate,
    )
    rows = rows[_outside_par(contig, build)[rows]]
    block = contig.read(rows)
    frequency = sites.alt_frequency[rows]
    expected = (2 * frequency * (1 - frequency)) @ (block >= 0)
    observed = (block == 1).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(expected > 0, 1 - observed / expected, np.nan), len(rows)


def _measure_y(
    contig: Contig | None, n_samples: int, build: Build
) -> tuple[Floats, int]:
    if contig is None:
        return np.full(n_samples, np.nan), 0
    rows = np.flatnonzero(_outside_par(contig, build))
    if not len(rows):
        return np.full(n_samples, np.nan), 0
    return (contig.read(rows) >= 0).mean(axis=0), len(rows)


def _haploid_rate(read_metrics: pd.DataFrame, samples: list[str]) -> Floats:
    reads = read_metrics.set_index("sample_id").loc[samples]
    called = reads["n_called_x"].to_numpy(float)
    rate = np.full(len(samples), np.nan)
    np.divide(reads["n_haploid_x"].to_numpy(float), called, out=rate, where=called > 0)
    return rate


def _judge(x_f: float, y_rate: float, *, two_x: bool, thresholds: SexThresholds) -> str:
    """Return male, female, ambiguous, or blank where neither chromosome can say."""
    says = set()
    if not np.isnan(x_f):
        if x_f >= thresholds.male_min_x_f:
            if two_x:
                return "ambiguous"
            says.add("male")
        elif x_f <= thresholds.female_max_x_f:
            says.add("female")
        else:
            return "ambiguous"
    if not np.isnan(y_rate):
        if y_rate >= thresholds.present_y_call_rate:
            says.add("male")
        elif y_rate < thresholds.absent_y_call_rate:
            says.add("female")
        else:
            return "ambiguous"
    if len(says) == 2:
        return "ambiguous"
    return says.pop() if says else ""


def _compare(inferred: str, reported: str) -> str:
    if not inferred:
        return "not_assessable"
    if inferred == "ambiguous":
        return "ambiguous"
    return "mismatch" if reported and reported != inferred else "ok"
