"""What a gene does in each patient, as one number to hold outcomes against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

#: Codings, as tables name them.
ACTIVITY, FUNCTION, OTHER, COPIES = (
    "activity_score",
    "function_step",
    "other_than_usual",
    "other_alleles",
)
#: Phenotypes that have an order, from the least function on; a likely one counts as
#: what it likely is.
_ORDERS = (
    (
        *("Poor Metabolizer", "Intermediate Metabolizer", "Normal Metabolizer"),
        *("Rapid Metabolizer", "Ultrarapid Metabolizer"),
    ),
    ("Poor Function", "Decreased Function", "Normal Function", "Increased Function"),
)
_LIKELY = "Likely "
_UNKNOWN = frozenset({"", "Indeterminate"})


@dataclass(frozen=True)
class Coding:
    """One number a patient for one gene.

    Parameters
    ----------
    kind
        ``activity_score``; ``function_step``: the place of the phenotype among those in
        order, each a step towards more function; ``other_than_usual``: 1 for any
        phenotype but the normal one or, where none is called so, the most frequent;
        ``other_alleles``: alleles, of a gene without phenotypes, other than the most
        frequent.
    values
        One a patient; missing where the gene is not called, or only with doubt.
    """

    kind: str
    values: np.ndarray


def code_gene(calls: pd.DataFrame, *, ids: np.ndarray) -> Coding:
    """Code what one gene does in patients.

    Parameters
    ----------
    calls
        Rows of ``pgx/diplotypes.tsv`` of one gene.
    ids
        Patients, whom alone the coding is chosen by; no outcome has a part in it.

    Returns
    -------
    Coding
        Ambiguous calls and indeterminate phenotypes are missing: they are not known, so
        they are not normal. Activity scores are taken where all have one.

    Examples
    --------
    >>> calls = pd.DataFrame(
    ...     {
    ...         "sample_id": ["a", "b", "c"],
    ...         "phenotype": ["Poor Metabolizer", "Normal Metabolizer"] + ["" * 1],
    ...         "activity_score": [np.nan] * 3,
    ...         "status": ["called", "called", "not_called"],
    ...         "allele_1": ["*2", "*1", ""],
    ...         "allele_2": ["*2", "*1", ""],
    ...     }
    ... )
    >>> coding = code_gene(calls, ids=np.array(["a", "b", "c"]))
    >>> coding.kind, coding.values.tolist()
    ('function_step', [0.0, 2.0, nan])
    """
    rows = calls[calls["status"] == "called"].set_index("sample_id").reindex(ids)
    phenotype = rows["phenotype"].fillna("").astype(str).to_numpy(dtype=object)
    called = rows["status"].notna().to_numpy()
    if not any(phenotype[called]):
        return Coding(COPIES, _count_others(rows, called))
    known = called & ~np.isin(phenotype, list(_UNKNOWN))
    score = rows["activity_score"].to_numpy(dtype=float, na_value=np.nan)
    if known.any() and np.isfinite(score[known]).all():
        return Coding(ACTIVITY, np.where(known, score, np.nan))
    plain = np.array([str(name).removeprefix(_LIKELY) for name in phenotype], object)
    for order in _ORDERS:
        if set(plain[known]) <= set(order):
            places = {name: float(place) for place, name in enumerate(order)}
            values = [places.get(name, np.nan) for name in plain]
            return Coding(FUNCTION, np.where(known, values, np.nan))
    names, counts = np.unique(plain[known].astype(str), return_counts=True)
    normal = [name for name in names if name.startswith("Normal")]
    usual = normal[0] if normal else names[np.argmax(counts)]
    return Coding(OTHER, np.where(known, (plain != usual).astype(float), np.nan))


def _count_others(rows: pd.DataFrame, called: np.ndarray) -> np.ndarray:
    """Count alleles that are not the most frequent one."""
    pairs = rows[["allele_1", "allele_2"]].fillna("").astype(str).to_numpy(dtype=object)
    names, counts = np.unique(pairs[called].astype(str).ravel(), return_counts=True)
    counts = np.where(names == "", 0, counts)
    if not counts.any():
        return np.full(len(rows), np.nan)
    usual = names[np.argmax(counts)]
    others = ((pairs != usual) & (pairs != "")).sum(axis=1).astype(float)
    return np.where(called & (pairs != "").any(axis=1), others, np.nan)
