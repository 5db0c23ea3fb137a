"""Rules of the ledger that look at one sample at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from genostrat.catalogues.quality_rules import (
    CONTAMINATION,
    LOW_CALL_RATE,
    MENDEL,
    MIXTURE,
    NO_PEERS,
    SEX_AMBIGUOUS,
    SEX_MISMATCH,
)
from genostrat.qc.ledger.outliers import METRICS, find_outliers
from genostrat.qc.ledger.rows import Ledger


def judge_metrics(
    ledger: Ledger, metrics: pd.DataFrame, policy: Mapping[str, Any]
) -> None:
    """Judge call rate and contamination by their fixed limits."""
    lowest = LOW_CALL_RATE.threshold(policy)
    highest = CONTAMINATION.threshold(policy)
    for row in metrics.itertuples():
        # Without autosomal variants no call rate is defined, and no sample is judged. A
        # sample without a call among variants has a call rate of 0.
        if row.call_rate < lowest:
            ledger.catch(
                row.sample_id,
                LOW_CALL_RATE,
                policy,
                value=row.call_rate,
                threshold=lowest,
                reason=f"only {row.call_rate:.1%} of autosomal genotypes were called",
            )
        if row.contamination > highest:
            ledger.catch(
                row.sample_id,
                CONTAMINATION,
                policy,
                value=row.contamination,
                threshold=highest,
                reason=f"about {row.contamination:.1%} of reads are from another"
                " person",
            )


def judge_mixtures(
    ledger: Ledger, mixtures: pd.DataFrame, policy: Mapping[str, Any]
) -> None:
    """Judge samples whose genotypes look like those of two people."""
    for row in mixtures[mixtures["status"] == "mixture"].itertuples():
        ledger.catch(
            row.sample_id,
            MIXTURE,
            policy,
            value=row.score,
            reason="more heterozygous genotypes than people of its ancestry have"
            f" ({row.score:.1f} standard errors): DNA of a second person, or parents of"
            " ancestries that few others here share",
        )


def judge_sex(ledger: Ledger, sex: pd.DataFrame, policy: Mapping[str, Any]) -> None:
    """Judge the sex of the chromosomes against the sheet's."""
    for row in sex.itertuples():
        if row.status == "mismatch":
            limit = "male_min_x_f" if row.inferred_sex == "male" else "female_max_x_f"
            ledger.catch(
                row.sample_id,
                SEX_MISMATCH,
                policy,
                value=row.x_f,
                threshold=policy[limit],
                reason=f"the sheet says {row.reported_sex}, the chromosomes say"
                f" {row.inferred_sex}: a swapped sample or a slip in the sheet",
            )
        elif row.status == "ambiguous":
            ledger.catch(
                row.sample_id,
                SEX_AMBIGUOUS,
                policy,
                value=row.x_f,
                threshold=policy["male_min_x_f"],
                reason=_say_karyotype(row.karyotype, row.karyotype_probability),
            )


#: What a sample may be that is neither a usual man nor a usual woman.
_UNUSUAL = {
    "XXY": "Klinefelter syndrome, or a mixture of a man's and a woman's sample",
    "X0": "Turner syndrome, a man whose cells have lost the Y, or a cell line that lost"
    " an X",
}


def _say_karyotype(karyotype: str, probability: float) -> str:
    """Put in words why a sex is ambiguous."""
    if karyotype in _UNUSUAL:
        return (
            f"X and Y fit the karyotype {karyotype} (probability {probability:.2f}):"
            f" {_UNUSUAL[karyotype]}"
        )
    return (
        "X and Y disagree or fit no karyotype well enough: an unusual number of sex"
        " chromosomes, contamination, or too little data"
    )


def judge_trios(
    ledger: Ledger,
    mendel: pd.DataFrame,
    policy: Mapping[str, Any],
    *,
    suspects: Collection[str] = (),
) -> None:
    """Judge children whose genotypes their parents cannot have given.

    `suspects` are samples with foreign DNA, caught by their own rule: a child is not
    blamed for a parent who is one.
    """
    bad = mendel[mendel["status"] == "inconsistent"]
    bad = bad[~(bad["father"].isin(suspects) | bad["mother"].isin(suspects))]
    # A child may stand in a trio and in duos; the ledger has one row for it.
    bad = bad.sort_values("error_rate", ascending=False, kind="stable")
    for row in bad.drop_duplicates("child").itertuples():
        parents = " and ".join(name for name in (row.father, row.mother) if name)
        ledger.catch(
            row.child,
            MENDEL,
            policy,
            value=row.error_rate,
            threshold=MENDEL.threshold(policy),
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
        ledger.catch(
            row.sample_id,
            metric.rule,
            policy,
            value=row.fair_score,
            threshold=row.limit,
            reason=f"{side} than {whom} ({abs(row.fair_score):.1f} MADs)",
        )


def judge_peers(
    ledger: Ledger, scores: pd.DataFrame, policy: Mapping[str, Any]
) -> None:
    """Judge samples that cannot be held against others; see ``qc/outliers.tsv``.

    A score that cannot be computed is no good score: a bad sample that shapes what it
    is compared with has none.
    """
    silent = scores[
        scores["fair_score"].isna() & scores["value"].notna() & (scores["n_pcs"] > 0)
    ]
    judged = scores.groupby("metric")["fair_score"].transform(lambda s: s.notna().any())
    silent = silent[judged.reindex(silent.index)]
    for sample, rows in silent.groupby("sample_id", sort=True):
        ledger.catch(
            sample,
            NO_PEERS,
            policy,
            value=float(rows["naive_score"].abs().max()),
            reason=f"{', '.join(rows['metric'])} cannot be held against others of its"
            " ancestry: it shapes what it would be compared with, as a bad sample does,"
            " or somebody of an ancestry that nobody else here has",
        )


def add_overrides(ledger: Ledger, overrides: pd.DataFrame) -> None:
    """Write the decisions that were made by hand."""
    for row in overrides.itertuples():
        reason = f"{row.reason} ({row.who})"
        ledger.decide_by_hand(row.sample_id, row.decision, reason=reason)
