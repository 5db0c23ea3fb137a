"""What the tables of the strata say, for whatever part of the report asks."""

from __future__ import annotations

import pandas as pd

from genostrat.ordering import order_names

#: Short names of :data:`genostrat.registry.words.strata.ALGORITHMS` and of ``FUSIONS``.
ALGORITHM_WORDS = {
    "kmeans": "k-means",
    "ward": "Ward",
    "pam": "medoids",
    "spectral": "spectral",
}
FUSION_WORDS = {"joint": "jointly", "snf": "as networks", "late": "by consensus"}
#: Values of the audit's flag column; the row of all confounders together has its own.
ASSOCIATED, RECOVERS, CONFOUNDED = "associated", "recovers_strata", "confounded"


def single_confounders(confounders: pd.DataFrame) -> pd.DataFrame:
    """Leave out the row that judges all confounders together."""
    return confounders[confounders["kind"] != "joint"]


def strata_names(assignments: pd.DataFrame) -> list[str]:
    """Return the names of the strata in use, S2 before S10."""
    given = assignments["stratum"].dropna().astype(str)
    return order_names(given[given != ""])
