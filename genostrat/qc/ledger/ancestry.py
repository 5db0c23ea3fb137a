"""The rule of the ledger on people whose ancestry is not the one that was reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.catalogues.quality_rules import ANCESTRY_MISMATCH
from genostrat.qc.ledger.rows import Ledger
from genostrat.qc.panel.reported import compare_reported
from genostrat.registry.words.qc import ANCESTRY_DIFFERS
from genostrat.sheets.ancestry import SEPARATOR


def judge_ancestry(
    ledger: Ledger,
    sheet: pd.DataFrame,
    ancestry: pd.DataFrame,
    policy: Mapping[str, Any],
) -> None:
    """Judge samples of which the sheet reports another ancestry than they have."""
    found = compare_reported(sheet, ancestry)
    for row in found[found["status"] == ANCESTRY_DIFFERS].itertuples():
        told = str(row.reported).replace(SEPARATOR, " or ")
        ledger.catch(
            row.sample_id,
            ANCESTRY_MISMATCH,
            policy,
            value=row.probability,
            threshold=policy["min_label_probability"],
            reason=f"the sheet says {told}, the genotypes say {row.inferred}: a swapped"
            " sample, a slip in the sheet, or another notion of ancestry",
        )
