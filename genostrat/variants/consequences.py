"""What the variants of a call set do, by the annotations of the file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.genotypes.consequences import RANKS, TERMS
from genostrat.genotypes.store import Store


def tabulate_consequences(store: Store, table: pd.DataFrame) -> pd.DataFrame:
    """Count variants by their most severe consequence in any gene.

    Parameters
    ----------
    store
        The genotypes, with the annotations.
    table
        ``variants/variants.parquet``: one row a variant, in the order of the store.

    Returns
    -------
    DataFrame
        The table ``variants/consequences.tsv``; without rows where the file has no
        annotations.
    """
    severity = np.full(len(table), len(TERMS), np.int64)
    n_done = 0
    for contig in store.contigs:
        told = contig.annotations
        if told is not None:
            ranks = told["consequence"].map(RANKS).to_numpy(np.int64)
            rows = told["variant"].to_numpy() + n_done
            np.minimum.at(severity, rows, ranks)
        n_done += len(contig.variants)
    n_alleles = (table["n_het"] + 2 * table["n_hom_alt"]).to_numpy(np.int64)
    size = len(TERMS) + 1
    n_variants = np.bincount(severity, minlength=size)
    copies = np.bincount(severity, weights=n_alleles, minlength=size).astype(np.int64)
    counts = pd.DataFrame(
        {
            "consequence": [*TERMS, "not_annotated"],
            "n_variants": n_variants,
            "n_alleles": copies,
        }
    )
    if not n_variants[:-1].any():
        return counts[:0]
    return counts[n_variants > 0].reset_index(drop=True)
