"""Per-sample metrics: what was called, how heterozygous, how deep, how pure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.genotypes.store import Contig, Store
from genostrat.qc.sites import count_sites, is_snv, is_transition

_NAMES = (
    "n_called",
    "n_hom_ref",
    "n_het",
    "n_hom_alt",
    "n_singleton",
    "n_ti",
    "n_tv",
)


def measure_samples(
    store: Store, read_metrics: pd.DataFrame, *, min_sites_contamination: int
) -> pd.DataFrame:
    """Compute the metrics of every sample over the autosomes.

    Parameters
    ----------
    store
        The genotypes.
    read_metrics
        ``genotypes/read_metrics.tsv``.
    min_sites_contamination
        Fewest eligible SNVs for a contamination estimate.

    Returns
    -------
    DataFrame
        The table ``qc/sample_metrics.tsv``.

    Notes
    -----
    ``f_het`` is the method-of-moments inbreeding coefficient over SNVs,
    F = (O − E) / (N − E), with O observed and E expected homozygous calls and N calls;
    E uses 2p(1−p)·2n/(2n−1) from the cohort's own frequencies, as PLINK's ``--het``.
    ``contamination`` is CHARR (Lu 2023, doi 10.1016/j.ajhg.2023.10.011).
    """
    n_samples = len(store.samples)
    counts = {name: np.zeros(n_samples, np.int64) for name in _NAMES}
    het = {name: np.zeros(n_samples) for name in ("observed", "expected", "n")}
    n_sites = 0
    for contig in store.autosomes:
        n_sites += len(contig.variants)
        _add_contig(contig, counts, het)
    return _to_table(
        store.samples, counts, het, n_sites, read_metrics, min_sites_contamination
    )


def _add_contig(
    contig: Contig,
    counts: dict[str, npt.NDArray[np.int64]],
    het: dict[str, npt.NDArray[np.float64]],
) -> None:
    sites = count_sites(contig)
    snv, transition = is_snv(contig), is_transition(contig)
    frequency = np.nan_to_num(sites.alt_frequency)
    n = np.maximum(2 * sites.n_called, 2)
    expected_het = 2 * frequency * (1 - frequency) * n / (n - 1)
    polymorphic = snv & (frequency > 0) & (frequency < 1)
    single = (sites.n_het == 1) & (sites.n_hom_alt == 0)
    for rows, block in contig.read_blocks():
        is_het, is_alt = block == 1, block == 2
        called = block >= 0
        counts["n_called"] += called.sum(axis=0)
        counts["n_hom_ref"] += (block == 0).sum(axis=0)
        counts["n_het"] += is_het.sum(axis=0)
        counts["n_hom_alt"] += is_alt.sum(axis=0)
        counts["n_singleton"] += is_het[single[rows]].sum(axis=0)
        carried = is_het | is_alt
        counts["n_ti"] += carried[transition[rows]].sum(axis=0)
        counts["n_tv"] += carried[snv[rows] & ~transition[rows]].sum(axis=0)
        use = polymorphic[rows]
        het["observed"] += is_het[use].sum(axis=0)
        het["n"] += called[use].sum(axis=0)
        het["expected"] += expected_het[rows][use] @ called[use]


def _to_table(
    samples: list[str],
    counts: dict[str, npt.NDArray[np.int64]],
    het: dict[str, npt.NDArray[np.float64]],
    n_sites: int,
    read_metrics: pd.DataFrame,
    min_sites_contamination: int,
) -> pd.DataFrame:
    reads = read_metrics.set_index("sample_id").loc[samples]
    enough = np.asarray(reads["charr_n"] >= min_sites_contamination, bool)
    return pd.DataFrame(
        {
            "sample_id": samples,
            "n_called": counts["n_called"],
            "call_rate": _ratio(counts["n_called"], np.full(len(samples), n_sites)),
            "n_hom_ref": counts["n_hom_ref"],
            "n_het": counts["n_het"],
            "n_hom_alt": counts["n_hom_alt"],
            "f_het": 1 - _ratio(het["observed"], het["expected"]),
            "het_hom_ratio": _ratio(counts["n_het"], counts["n_hom_alt"]),
            "n_singleton": counts["n_singleton"],
            "ti_tv": _ratio(counts["n_ti"], counts["n_tv"]),
            "mean_dp": _ratio(reads["dp_sum"], reads["dp_n"]),
            "mean_gq": _ratio(reads["gq_sum"], reads["gq_n"]),
            "contamination": np.where(
                enough, _ratio(reads["charr_sum"], reads["charr_n"]), np.nan
            ),
        }
    )


def _ratio(top: npt.ArrayLike, bottom: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Divide; nothing by nothing is NaN."""
    numerator, denominator = np.asarray(top, float), np.asarray(bottom, float)
    result = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result
