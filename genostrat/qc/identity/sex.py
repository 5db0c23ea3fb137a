"""Sex and karyotype from X and Y, held against the clinical sheet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Floats
from genostrat.genotypes.builds import Build
from genostrat.genotypes.store import Store
from genostrat.qc.karyotype.copies import Dosage, measure_copies
from genostrat.qc.karyotype.model import (
    N_X,
    N_Y,
    Tails,
    combine,
    weigh_copies,
    weigh_writing,
    weigh_x,
    weigh_y,
)
from genostrat.qc.karyotype.x_genotypes import XGenotypes, measure_x
from genostrat.qc.karyotype.y_genotypes import (
    YCalls,
    YCounts,
    count_y,
    guess_groups,
    read_y,
)
from genostrat.registry.words.qc import KARYOTYPES, SEX_EVIDENCE


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
    min_karyotype_probability: float

    @property
    def tails(self) -> Tails:
        """Those that the model of the karyotype takes."""
        return Tails(
            self.male_min_x_f,
            self.female_max_x_f,
            self.absent_y_call_rate,
            self.present_y_call_rate,
        )


#: Rounds of telling samples with a Y from those without, and what tells them.
ROUNDS = 3
#: Probability from which a sample shows others what is usual.
SURE = 0.95
UNDETERMINED = "undetermined"
#: Karyotypes of a usual man or woman; a mosaic loss of the Y is a man's.
_FEMALE = np.isin(KARYOTYPES, ("XX", "XXX"))
_MALE = np.isin(KARYOTYPES, ("XY", "XYY", "X0/XY"))


def infer_sex(
    store: Store,
    reported: pd.Series,
    read_metrics: pd.DataFrame,
    *,
    build: Build,
    thresholds: SexThresholds,
) -> pd.DataFrame:
    """Infer karyotype and sex of every sample, and compare the sex with the sheet.

    Parameters
    ----------
    store
        The genotypes.
    reported
        Sex in the sheet (male, female or blank), indexed by sample_id.
    read_metrics
        ``genotypes/read_metrics.tsv``: how many chrX calls were haploid, and depths and
        intensities of X and Y.
    build
        Where the pseudo-autosomal regions are.
    thresholds
        When a chromosome speaks for a sex.

    Returns
    -------
    DataFrame
        The table ``qc/sex.tsv``. A sample that is likely neither a usual man nor a
        usual woman, or of which it is not sure enough, is *ambiguous* (Klinefelter,
        Turner, loss of Y, contamination); too few sites of both are *not_assessable*.

    Notes
    -----
    The probability of a karyotype is by Bayes' rule, over the heterozygotes of chrX
    (:func:`~genostrat.qc.karyotype.model.weigh_x`), the calls and alternate alleles of
    chrY (:func:`~genostrat.qc.karyotype.model.weigh_y`), copies by depth or intensity
    where there are any (:func:`~genostrat.qc.karyotype.copies.measure_copies`), and how
    ploidy was written. The latter is a statement of the caller or of a sheet: it says
    little where genotypes speak. Which variants of chrY tell, and what depth one copy
    has, is learnt from the samples in rounds. The sheet's sex has no part in it.
    """
    samples = store.samples
    x = measure_x(
        store,
        read_metrics,
        build=build,
        min_sites=thresholds.min_sites_x,
        min_maf=thresholds.min_maf_x,
        max_missing_rate=thresholds.max_missing_rate,
    )
    calls = read_y(store, build=build, hemizygous_as_het=x.hemizygous_as_het)
    reads = read_metrics.set_index("sample_id").loc[samples]
    chances, counts, dosage = _iterate(x, calls, reads, thresholds)
    evidence = _list_evidence(x, counts, dosage)
    silent = ~evidence.to_numpy().any(axis=1)
    sure = thresholds.min_karyotype_probability
    best = chances.argmax(axis=0)
    named = (chances.max(axis=0) >= sure) & ~silent
    inferred = np.select(
        [
            silent,
            chances[_FEMALE].sum(axis=0) >= sure,
            chances[_MALE].sum(axis=0) >= sure,
        ],
        ["", "female", "male"],
        "ambiguous",
    )
    told = reported.reindex(samples).fillna("")
    return pd.DataFrame(
        {
            "sample_id": samples,
            "reported_sex": told.to_numpy(),
            "inferred_sex": [s if s in ("male", "female") else "" for s in inferred],
            "x_f": x.f,
            "y_call_rate": counts.rate,
            "status": [_compare(i, r) for i, r in zip(inferred, told, strict=True)],
            "x_haploid_rate": x.haploid_rate,
            "karyotype": np.where(named, np.array(KARYOTYPES)[best], UNDETERMINED),
            "karyotype_probability": np.where(silent, np.nan, chances.max(axis=0)),
            "x_copies": dosage.x.values,
            "y_copies": dosage.y.values,
            "y_alt_rate": _alt_rate(counts),
            "evidence": evidence[list(SEX_EVIDENCE)].apply(
                lambda row: ",".join(row.index[row]), axis=1
            ),
        }
    )


def _iterate(
    x: XGenotypes, calls: YCalls, reads: pd.DataFrame, thresholds: SexThresholds
) -> tuple[Floats, YCounts, Dosage]:
    """Tell karyotypes, and by them what tells them, in rounds."""
    of_x = weigh_x(x, tails=thresholds.tails)
    rest = weigh_writing(x)
    chances = combine(of_x, np.zeros((3, len(x.f))), rest)
    one, two = chances[N_X == 1].sum(axis=0), chances[N_X > 1].sum(axis=0)
    present, absent = one >= SURE, two >= SURE
    if not (present | absent).any():
        present, absent = guess_groups(calls)
    likely_two = two >= SURE
    for _ in range(ROUNDS):
        counts = _enough(count_y(calls, present=present, absent=absent), thresholds)
        of_y = weigh_y(
            counts, present=present, likely_two=likely_two, tails=thresholds.tails
        )
        told = combine(of_x, of_y, rest)
        # A scale is told by genotypes, or it would confirm itself; only where these
        # are silent by the copies that a usual scale gives.
        if (told.max(axis=0) >= SURE).any():
            chances = told
        dosage = measure_copies(
            reads,
            two_x=chances[N_X == 2].sum(axis=0) >= SURE,
            one_x=chances[N_X == 1].sum(axis=0) >= SURE,
            with_y=chances[N_Y == 1].sum(axis=0) >= SURE,
            without_y=chances[N_Y == 0].sum(axis=0) >= SURE,
            min_sites_x=thresholds.min_sites_x,
            min_sites_y=thresholds.min_sites_y,
        )
        chances = combine(of_x, of_y, rest + weigh_copies(dosage))
        present = chances[~(N_Y == 0)].sum(axis=0) >= SURE
        absent = chances[N_Y == 0].sum(axis=0) >= SURE
        likely_two = chances[N_X > 1].sum(axis=0) >= SURE
    return chances, counts, dosage


def _enough(counts: YCounts, thresholds: SexThresholds) -> YCounts:
    """Leave out what rests on too few variants."""
    nothing = np.zeros(len(counts.called))
    least = thresholds.min_sites_y
    live, telling = counts.n_live >= least, counts.n_alt_sites >= least
    return YCounts(
        n_live=counts.n_live if live else 0,
        called=counts.called if live else nothing,
        n_alt_sites=counts.n_alt_sites if telling else 0,
        alt=counts.alt if telling else nothing,
        all_called=counts.all_called if telling else nothing,
    )


def _alt_rate(counts: YCounts) -> Floats:
    if not counts.n_alt_sites:
        return np.full(len(counts.alt), np.nan)
    return np.asarray(counts.alt / counts.n_alt_sites)


def _list_evidence(x: XGenotypes, counts: YCounts, dosage: Dosage) -> pd.DataFrame:
    """Say of each sample which of ``SEX_EVIDENCE`` there is."""
    measured = np.isfinite(dosage.x.values) | np.isfinite(dosage.y.values)
    return pd.DataFrame(
        {
            "x_genotypes": (x.expected > 0) & ~x.hidden,
            "y_genotypes": bool(counts.n_live or counts.n_alt_sites),
            "depth": measured & (dosage.source == "depth"),
            "intensity": measured & (dosage.source == "intensity"),
            "ploidy_coding": x.written_one | x.written_two,
        }
    )


def _compare(inferred: str, reported: str) -> str:
    if not inferred:
        return "not_assessable"
    if inferred == "ambiguous":
        return "ambiguous"
    return "mismatch" if reported and reported != inferred else "ok"
