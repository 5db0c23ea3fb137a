"""Summaries of the variant calls of a cohort."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.genotypes.builds import AUTOSOMES
from genostrat.genotypes.store import Contig, Store
from genostrat.qc.sites import (
    TRANSITIONS,
    SiteCounts,
    classify_variants,
    count_sites,
)


def tabulate_variants(store: Store, *, keep: list[str]) -> pd.DataFrame:
    """Return one row for each variant of the store, over the samples kept.

    Returns
    -------
    DataFrame
        The table ``variants/variants.parquet``.
    """
    chosen = np.isin(store.samples, keep)
    return pd.concat(
        [
            _tabulate_contig(contig, count_sites(contig, samples=chosen), chosen)
            for contig in store.contigs
        ],
        ignore_index=True,
    )


def _tabulate_contig(
    contig: Contig, counts: SiteCounts, chosen: npt.NDArray[np.bool_]
) -> pd.DataFrame:
    variants = contig.variants
    n_samples = int(chosen.sum())
    return pd.DataFrame(
        {
            "contig": variants["contig"],
            "position": variants["position"],
            "identifier": variants["identifier"],
            "ref": variants["ref"],
            "alt": variants["alt"],
            "type": classify_variants(variants),
            "n_called": counts.n_called,
            "n_het": counts.n_het,
            "n_hom_alt": counts.n_hom_alt,
            "missing_rate": 1 - counts.n_called / n_samples if n_samples else np.nan,
            "alt_frequency": counts.alt_frequency,
            "indel_length": variants["alt"].str.len() - variants["ref"].str.len(),
        }
    )


def summarise_variants(table: pd.DataFrame) -> dict[str, Any]:
    """Return the numbers of ``variants/summary.json`` from the per-variant table."""
    kinds = table["type"].value_counts()
    snvs = table[table["type"] == "snv"]
    transitions = sum(
        pair in TRANSITIONS for pair in zip(snvs["ref"], snvs["alt"], strict=True)
    )
    transversions = len(snvs) - transitions
    carried = table["n_het"] + table["n_hom_alt"]
    sites = table.duplicated(["contig", "position"], keep=False)
    return {
        "n_variants": len(table),
        "n_snv": int(kinds.get("snv", 0)),
        "n_indel": int(kinds.get("indel", 0)),
        "n_mnv": int(kinds.get("mnv", 0)),
        "n_reference_only": int(kinds.get("reference", 0)),
        "n_from_multiallelic_sites": int(sites.sum()),
        "n_insertion": int((table["indel_length"] > 0).sum()),
        "n_deletion": int((table["indel_length"] < 0).sum()),
        "ti": int(transitions),
        "tv": int(transversions),
        "ti_tv": transitions / transversions if transversions else None,
        "n_singleton": int(((table["n_het"] == 1) & (table["n_hom_alt"] == 0)).sum()),
        "n_not_seen": int((carried == 0).sum()),
        "mean_missing_rate": float(table["missing_rate"].mean()),
        "n_by_contig": {
            str(name): len(rows) for name, rows in table.groupby("contig", sort=False)
        },
    }


def bin_spectrum(table: pd.DataFrame, *, n_bins: int) -> pd.DataFrame:
    """Return the allele frequency spectrum of autosomal variants that were seen.

    Parameters
    ----------
    table
        From :func:`tabulate_variants`.
    n_bins
        Equal bins of the alternate allele frequency over (0, 1].

    Returns
    -------
    DataFrame
        The table ``variants/spectrum.tsv``: counts by alternate allele frequency
        (unfolded) and by minor allele frequency (folded; zero above one half).
    """
    edges = np.linspace(0, 1, n_bins + 1)
    seen = table["contig"].isin(AUTOSOMES) & (table["alt_frequency"] > 0)
    rows = []
    for kind in ("snv", "indel"):
        frequency = table.loc[
            seen & (table["type"] == kind), "alt_frequency"
        ].to_numpy()
        unfolded = np.histogram(frequency, bins=edges)[0]
        folded = np.histogram(np.minimum(frequency, 1 - frequency), bins=edges)[0]
        rows.append(
            pd.DataFrame(
                {
                    "class": kind,
                    "af_bin_low": edges[:-1],
                    "af_bin_high": edges[1:],
                    "n_unfolded": unfolded,
                    "n_folded": folded,
                }
            )
        )
    return pd.concat(rows, ignore_index=True)
