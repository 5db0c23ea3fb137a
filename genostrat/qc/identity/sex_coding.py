"""Whether the sheet codes the sexes the other way round."""

from __future__ import annotations

import pandas as pd

from genostrat.errors import Problem

#: Samples whose sex both the sheet and the genotypes tell; fewer may contradict it all
#: by mistakes of their own.
_FEWEST = 6
#: Share of them that contradict the sheet from which the coding is reversed: swaps and
#: wrong labels reach a half.
_REVERSED = 0.9


def find_reversed_sex(sex: pd.DataFrame, *, sheet: str, column: str) -> Problem | None:
    """Return a problem where nearly every sample contradicts the sheet's sex.

    Parameters
    ----------
    sex
        ``qc/sex.tsv``.
    sheet, column
        The user's sheet, and the name of its column of the sex.
    """
    told = sex[(sex["reported_sex"] != "") & (sex["inferred_sex"] != "")]
    n_against = int((told["reported_sex"] != told["inferred_sex"]).sum())
    if len(told) < _FEWEST or n_against < _REVERSED * len(told):
        return None
    return Problem(
        f"the sheet codes the sexes the other way round: in {n_against} of"
        f" {len(told)} samples the X and Y chromosomes say the opposite",
        file=sheet,
        column=column,
        allowed="male, female, M, F, 1 (male), 2 (female), or blank",
        fix="if the sheet has 1 for female and 2 for male, say so: samples.sex_codes:"
        " {1: female, 2: male}; else correct the column",
    )
