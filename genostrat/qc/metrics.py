"""Per-sample metrics: what was called, how heterozygous, how deep, how pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Floats
from genostrat.genotypes.store import Store
from genostrat.qc.contamination import estimate_contamination
from genostrat.qc.sites import count_genotypes

_NAMES = (
    "n_called",
    "n_hom_ref",
    "n_het",
    "n_hom_alt",
    "n_singleton",
    "n_ti",
    "n_tv",
    "snv_het",
    "snv_het_expected",
)


def measure_samples(
    store: Store,
    read_metrics: pd.DataFrame,
    *,
    min_sites_contamination: int,
    threads: int = 1,
) -> pd.DataFrame:
    """Compute the metrics of every sample over the autosomes.

    Parameters
    ----------
    store
        The genotypes.
    read_metrics
        ``genotypes/read_metrics.tsv``.
    min_sites_contamination
        Fewest homozygous alternate SNVs for an estimate of contamination.
    threads
        Blocks of variants counted at once.

    Returns
    -------
    DataFrame
        The table ``qc/sample_metrics.tsv``.

    Notes
    -----
    ``f_het`` is the method-of-moments inbreeding coefficient over SNVs,
    F = (O − E) / (N − E), with O observed and E expected homozygous calls and N calls;
    E uses 2p(1−p)·2n/(2n−1) from the cohort's own frequencies, as PLINK's ``--het``.
    ``contamination`` is the estimate of :func:`estimate_contamination`, ``charr`` that
    of Lu 2023 (doi 10.1016/j.ajhg.2023.10.011).
    """
    parts = [count_genotypes(contig, threads=threads) for contig in store.autosomes]
    n_sites = sum(len(sites.n_called) for sites, _ in parts)
    totals = {
        name: sum(
            (getattr(people, name) for _, people in parts),
            np.zeros(len(store.samples)),
        )
        for name in _NAMES
    }
    return _to_table(
        store.samples, totals, n_sites, read_metrics, min_sites_contamination
    )


def _to_table(
    samples: list[str],
    counts: dict[str, Floats],
    n_sites: int,
    read_metrics: pd.DataFrame,
    min_sites_contamination: int,
) -> pd.DataFrame:
    reads = read_metrics.set_index("sample_id").loc[samples]
    enough = np.asarray(reads["charr_n"] >= min_sites_contamination, bool)
    return pd.DataFrame(
        {
            "sample_id": samples,
            "n_called": counts["n_called"].astype(np.int64),
            "call_rate": _ratio(counts["n_called"], np.full(len(samples), n_sites)),
            "n_hom_ref": counts["n_hom_ref"].astype(np.int64),
            "n_het": counts["n_het"].astype(np.int64),
            "n_hom_alt": counts["n_hom_alt"].astype(np.int64),
            "f_het": 1 - _ratio(counts["snv_het"], counts["snv_het_expected"]),
            "het_hom_ratio": _ratio(counts["n_het"], counts["n_hom_alt"]),
            "n_singleton": counts["n_singleton"].astype(np.int64),
            "ti_tv": _ratio(counts["n_ti"], counts["n_tv"]),
            "mean_dp": _ratio(reads["dp_sum"], reads["dp_n"]),
            "mean_gq": _ratio(reads["gq_sum"], reads["gq_n"]),
            "contamination": estimate_contamination(
                reads, min_sites=min_sites_contamination
            ),
            "charr": np.where(
                enough, _ratio(reads["charr_sum"], reads["charr_n"]), np.nan
            ),
        }
    )


def _ratio(top: npt.ArrayLike, bottom: npt.ArrayLike) -> Floats:
    """Divide; nothing by nothing is NaN."""
    numerator, denominator = np.asarray(top, float), np.asarray(bottom, float)
    result = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
