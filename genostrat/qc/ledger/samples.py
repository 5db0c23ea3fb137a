"""Rules of the ledger that look at one sample at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.qc.ledger.outliers import METRICS, find_outliers
from genostrat.qc.ledger.rows import OVERRIDE, Ledger


def judge_metrics(
    ledger: Ledger, metrics: pd.DataFrame, policy: Mapping[str, Any]
) -> None:
    """Judge call rate and contamination by their fixed limits."""
    lowest, highest = policy["min_call_rate"], policy["max_contamination"]
    for row in metrics.itertuples():
        # Without autosomal variants there is no call rate, and nothing to hold against
        # anybody; a sample without one call among variants has the rate 0.
        if row.call_rate < lowest:
            ledger.add(
                row.sample_id,
                "low_call_rate",
                policy["on_low_call_rate"],
                value=row.call_rate,
                threshold=lowest,
                config_key="qc.min_call_rate",
                reason=f"only {row.call_rate:.1%} of autosomal genotypes were called",
            )
        if row.contamination > highest:
            ledger.add(
                row.sample_id,
                "contamination",
                policy["on_contamination"],
                value=row.contamination,
                threshold=highest,
                config_key="qc.max_contamination",
                reason=f"about {row.contamination:.1%} of reads are from another"
                " person",
            )


def judge_sex(ledger: Ledger, sex: pd.DataFrame, policy: Mapping[str, Any]) -> None:
    """Judge the sex of the chromosomes against the sheet's."""
    for row in sex.itertuples():
        if row.status == "mismatch":
            limit = "male_min_x_f" if row.inferred_sex == "male" else "female_max_x_f"
            ledger.add(
                row.sample_id,
                "sex_mismatch",
                policy["on_sex_mismatch"],
                value=row.x_f,
                threshold=policy[limit],
                config_key="qc.on_sex_mismatch",
                reason=f"the sheet says {row.reported_sex}, the chromosomes say"
                f" {row.inferred_sex}: a swapped sample or a slip in the sheet",
            )
        elif row.status == "ambiguous":
            ledger.add(
                row.sample_id,
                "sex_ambiguous",
                policy["on_sex_ambiguous"],
                value=row.x_f,
                threshold=policy["male_min_x_f"],
                config_key="qc.on_sex_ambiguous",
                reason="X and Y disagree or lie between the thresholds: an unusual"
                " number of sex chromosomes, contamination, or too little data",
            )


def judge_trios(
    ledger: Ledger, mendel: pd.DataFrame, policy: Mapping[str, Any]
) -> None:
    """Judge children whose genotypes their parents cannot have given."""
    bad = mendel[mendel["status"] == "inconsistent"]
    # A child may stand in a trio and in duos; the ledger has one row for it.
    bad = bad.sort_values("error_rate", ascending=False, kind="stable")
    for row in bad.drop_duplicates("child").itertuples():
        parents = " and ".join(name for name in (row.father, row.mother) if name)
        ledger.add(
            row.child,
            "mendel",
            policy["on_mendel"],
            value=row.error_rate,
            threshold=policy["max_mendel_error_rate"],
            config_key="qc.max_mendel_error_rate",
            reason=f"{row.error_rate:.2%} of informative variants cannot come from"
            f" {parents}",
        )


def judge_outliers(
    ledger: Ledger, scores: pd.DataFrame, policy: Mapping[str, Any]
) -> None:
    """Judge samples far from others of the same ancestry; see ``qc/outliers.tsv``."""
    metrics = {metric.name: metric for metric in METRICS}
    for row in find_outliers(scores).itertuples():
        metric = metrics[row.metric]
        side = metric.high if row.fair_score > 0 else metric.low
        whom = "others of the same ancestry" if row.n_pcs else "the other samples"
        ledger.add(
            row.sample_id,
            metric.rule,
            policy[f"on_{metric.rule}"],
            value=row.fair_score,
            threshold=row.limit,
            config_key=f"qc.{metric.limit}",
            reason=f"{side} than {whom} ({abs(row.fair_score):.1f} MADs)",
        )


def add_overrides(ledger: Ledger, overrides: pd.DataFrame) -> None:
    """Write the decisions that were made by hand."""
    for row in overrides.itertuples():
        ledger.add(
            row.sample_id,
            OVERRIDE,
            row.decision,
            config_key="samples.overrides",
            reason=f"{row.reason} ({row.who})",
        )
