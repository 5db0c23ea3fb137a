"""Sex from an omics profile: XIST, and genes of the Y chromosome."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Floats

#: Made from the silenced X chromosome: on in women.
XIST = frozenset({"XIST", "ENSG00000229807"})
#: Genes of the male-specific part of Y that most tissues make.
Y_GENES = frozenset(
    {
        *("RPS4Y1", "DDX3Y", "KDM5D", "UTY", "EIF1AY", "USP9Y"),
        *("ENSG00000129824", "ENSG00000067048", "ENSG00000012817"),
        *("ENSG00000183878", "ENSG00000198692", "ENSG00000114374"),
    }
)
#: The sexes' medians must lie so many median absolute deviations apart.
MIN_SEPARATION = 6.0
#: Fewest samples of each sex that show what its values are.
MIN_PER_SEX = 5
#: A value in the middle part of the way between the medians says nothing.
UNDECIDED = 0.3


def infer_profile_sex(matrix: pd.DataFrame, sexes: pd.Series) -> pd.Series:
    """Tell the sex of every profile, where the layer holds genes that show it.

    Parameters
    ----------
    matrix
        Samples × features; NaN where nothing was measured. Features are known by gene
        symbol or Ensembl identifier, also as part of a longer name.
    sexes
        male, female or blank by sample_id: what most labels say. They only serve to
        learn the two levels, so some may be wrong.

    Returns
    -------
    Series
        male, female or blank by sample_id. Blank where the layer has no such gene, the
        sexes do not differ in it, the value lies between them, or XIST and the genes of
        Y disagree.
    """
    told = sexes.reindex(matrix.index).fillna("").to_numpy(str)
    said = [
        _decide(_level(matrix, genes), told, high=high)
        for genes, high in ((XIST, "female"), (Y_GENES, "male"))
    ]
    known = [answer for answer in said if answer is not None]
    result = np.full(len(matrix), "", dtype="<U6")
    if known:
        first = known[0]
        agree = np.all([answer == first for answer in known], axis=0)
        result[agree] = first[agree]
    return pd.Series(result, index=matrix.index)


def _level(matrix: pd.DataFrame, genes: frozenset[str]) -> Floats | None:
    """Return the mean level of some genes, each in its own spread; None without any."""
    chosen = [
        position
        for position, name in enumerate(matrix.columns)
        if genes.intersection(re.split(r"[^A-Z0-9]+", str(name).upper()))
    ]
    values = matrix.iloc[:, chosen].to_numpy(float)
    measured = np.isfinite(values)
    spread = np.array(
        [
            np.std(v[m]) if m.any() else 0.0
            for v, m in zip(values.T, measured.T, strict=True)
        ]
    )
    values, measured = values[:, spread > 0], measured[:, spread > 0]
    if not values.shape[1]:
        return None
    filled = np.where(measured, values, 0.0)
    number = np.maximum(measured.sum(axis=0), 1)
    centred = np.where(measured, values - filled.sum(axis=0) / number, 0.0)
    scaled = centred / spread[spread > 0]
    count = measured.sum(axis=1)
    return np.where(count > 0, scaled.sum(axis=1) / np.maximum(count, 1), np.nan)


def _decide(
    level: Floats | None, told: npt.NDArray[np.str_], *, high: str
) -> npt.NDArray[np.str_] | None:
    """Return male, female or blank by sample; None where the sexes do not differ."""
    if level is None:
        return None
    low = "male" if high == "female" else "female"
    centres, spreads = {}, {}
    for sex in (high, low):
        own = level[(told == sex) & np.isfinite(level)]
        if len(own) < MIN_PER_SEX:
            return None
        centres[sex] = float(np.median(own))
        spreads[sex] = float(np.median(np.abs(own - centres[sex])))
    gap = centres[high] - centres[low]
    if gap <= 0 or gap < MIN_SEPARATION * max(spreads.values()):
        return None
    place = (level - centres[low]) / gap
    answer = np.full(len(level), "", dtype="<U6")
    answer[place > 0.5 + UNDECIDED / 2] = high
    answer[place < 0.5 - UNDECIDED / 2] = low
    return answer
