"""Summaries of the variants of a cohort, over the samples kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genostrat.genotypes.builds import AUTOSOMES
from genostrat.genotypes.store import Store
from genostrat.variants.counting import StoreCounts, count_store

#: The group of samples that the tables of variants are about.
KEPT = "kept"
_TRANSITIONS = ("AG", "GA", "CT", "TC")


def tabulate_variants(store: Store, *, keep: list[str]) -> pd.DataFrame:
    """Return one row for each variant of the store, over the samples kept.

    Returns
    -------
    DataFrame
        The table ``variants/variants.parquet``.
    """
    groups = {KEPT: np.isin(store.samples, keep)}
    return tabulate_counts(store, count_store(store, groups=groups))


def tabulate_counts(store: Store, counts: StoreCounts) -> pd.DataFrame:
    """Return one row for each variant of the store, over the group :data:`KEPT`.

    Parameters
    ----------
    store
        The genotypes.
    counts
        From :func:`genostrat.variants.counting.count_store`.

    Returns
    -------
    DataFrame
        The table ``variants/variants.parquet``.
    """
    kept = counts.groups.index(KEPT)
    n_samples = counts.sizes[kept]
    tables = []
    for contig in store.contigs:
        own, variants = counts.contigs[contig.name], contig.variants
        n_called, n_het = own.n_called[kept], own.n_het[kept]
        n_hom_alt = own.n_hom_alt[kept]
        with np.errstate(invalid="ignore"):
            frequency = (n_het + 2 * n_hom_alt) / (2 * n_called)
        tables.append(
            variants[["contig", "position", "identifier", "ref", "alt"]].assign(
                type=own.alleles.names.to_numpy(),
                n_called=n_called,
                n_het=n_het,
                n_hom_alt=n_hom_alt,
                missing_rate=1 - n_called / n_samples if n_samples else np.nan,
                alt_frequency=frequency,
                indel_length=own.alleles.n_alt - own.alleles.n_ref,
            )
        )
    return pd.concat(tables or [_no_variants()], ignore_index=True)


def _no_variants() -> pd.DataFrame:
    """Return the table of a store that has no variant."""
    texts = ("contig", "identifier", "ref", "alt", "type")
    counts = ("position", "n_called", "n_het", "n_hom_alt", "indel_length")
    kinds: dict[str, Any] = dict.fromkeys(texts, str) | dict.fromkeys(counts, np.int64)
    kinds |= dict.fromkeys(("missing_rate", "alt_frequency"), float)
    order = ["contig", "position", "identifier", "ref", "alt", "type", "n_called"]
    order += ["n_het", "n_hom_alt", "missing_rate", "alt_frequency", "indel_length"]
    return pd.DataFrame({name: pd.Series(dtype=kinds[name]) for name in order})


def summarise_variants(table: pd.DataFrame) -> dict[str, Any]:
    """Return the numbers of ``variants/summary.json`` from the per-variant table."""
    kinds = table["type"].value_counts()
    transitions, transversions = _count_changes(table[table["type"] == "snv"])
    carried = table["n_het"] + table["n_hom_alt"]
    sites = table.duplicated(["contig", "position"], keep=False)
    return {
        "n_variants": len(table),
        "n_snv": int(kinds.get("snv", 0)),
        "n_indel": int(kinds.get("indel", 0)),
        "n_mnv": int(kinds.get("mnv", 0)),
        "n_complex": int(kinds.get("complex", 0)),
        "n_reference_only": int(kinds.get("reference", 0)),
        "n_from_multiallelic_sites": int(sites.sum()),
        "n_insertion": int((table["indel_length"] > 0).sum()),
        "n_deletion": int((table["indel_length"] < 0).sum()),
        "ti": transitions,
        "tv": transversions,
        "ti_tv": transitions / transversions if transversions else None,
        "n_singleton": int(((table["n_het"] == 1) & (table["n_hom_alt"] == 0)).sum()),
        "n_not_seen": int((carried == 0).sum()),
        "mean_missing_rate": float(table["missing_rate"].mean()),
        "n_by_contig": {
            str(name): int(n)
            for name, n in table["contig"].value_counts(sort=False).items()
        },
    }


def _count_changes(snvs: pd.DataFrame) -> tuple[int, int]:
    """Count transitions and transversions."""
    changes = snvs["ref"] + snvs["alt"]
    # An SNV may be written with bases around it, which are the same in both alleles.
    padded = snvs[changes.str.len() > 2]
    n_padded = sum(
        "".join(pair) in _TRANSITIONS
        for alleles in zip(padded["ref"], padded["alt"], strict=True)
        for pair in zip(*alleles, strict=True)
    )
    transitions = int(changes.isin(_TRANSITIONS).sum()) + n_padded
    return transitions, len(snvs) - transitions


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
