"""Diplotypes as numbers: a layer with one feature for each pharmacogene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from genostrat.pgx.definitions import Knowledge
from genostrat.profile.features import Layer

LAYER = "pgx"

#: What an allele counts for by the word of its function. The numbers are an order,
#: not a measurement: half a step between classes, and 1 for the normal allele, as in
#: the activity scores of CYP2D6 (Caudle 2020, doi 10.1111/cts.12692).
FUNCTION_VALUES = {
    "No Function": 0.0,
    "Severely Decreased Function": 0.25,
    "Decreased Function": 0.5,
    "Normal Function": 1.0,
    "Increased Function": 1.5,
    "Class I (Deficient with CNSHA)": 0.0,
    "Class II (Deficient)": 0.0,
    "Class III (Deficient)": 0.5,
    "Class IV (Normal)": 1.0,
}


def allele_values(knowledge: Knowledge) -> dict[str, dict[str, float]]:
    """Return what each allele counts for, by gene; unknown functions are left out."""
    return {
        name: {
            allele.name: FUNCTION_VALUES[allele.function]
            for allele in gene.alleles
            if allele.function in FUNCTION_VALUES
        }
        for name, gene in knowledge.genes.items()
    }


def pgx_layer(
    diplotypes: pd.DataFrame,
    *,
    ids: Sequence[str],
    values: Mapping[str, Mapping[str, float]],
) -> Layer:
    """Turn called diplotypes into a layer of numbers.

    Parameters
    ----------
    diplotypes
        ``pgx/diplotypes.tsv``.
    ids
        Patients of the profile.
    values
        What each allele counts for, by gene; see :func:`allele_values`.

    Returns
    -------
    Layer
        Patients × genes. A gene that is ambiguous or not called in a patient is
        missing there, and so is one with an allele of unknown function. A gene
        without any value is left out.

    Notes
    -----
    The value is the activity score where the knowledge base gives one, else the sum
    of both alleles' values. Where only one copy of the gene is there (chrX in males,
    the mitochondrial genome) that copy counts twice, so that sexes compare.
    """
    called = diplotypes[
        (diplotypes["status"] == "called") & diplotypes["sample_id"].isin(set(ids))
    ]
    first = _values_of(called["gene"], called["allele_1"], values)
    single = called["allele_2"].fillna("") == ""
    second = _values_of(called["gene"], called["allele_2"], values)
    total = first + np.where(single, first, second)
    score = called["activity_score"].to_numpy(float, na_value=np.nan)
    table = pd.DataFrame(
        {
            "sample_id": called["sample_id"].to_numpy(object),
            "gene": called["gene"].to_numpy(object),
            "value": np.where(np.isnan(score), total, score),
        }
    )
    wide = table.dropna().pivot(index="sample_id", columns="gene", values="value")
    wide = wide.reindex(sorted(ids)).sort_index(axis=1)
    wide.index.name = wide.columns.name = None
    return Layer(LAYER, wide.astype(float), is_matrix=False)


def _values_of(
    genes: pd.Series, alleles: pd.Series, values: Mapping[str, Mapping[str, float]]
) -> np.ndarray:
    pairs = zip(genes, alleles, strict=True)
    return np.array([values.get(g, {}).get(a, np.nan) for g, a in pairs], dtype=float)
