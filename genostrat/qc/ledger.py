"""The decision ledger: every rule that caught a sample, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.qc.relationships import choose_unrelated

COLUMNS = [
    "sample_id",
    "rule",
    "value",
    "threshold",
    "config_key",
    "outcome",
    "reason",
]
OUTCOMES = {"keep": "kept", "flag": "flagged", "exclude": "excluded"}
#: The median absolute deviation of a normal distribution, in standard deviations.
MAD_OF_NORMAL = 0.6744897501960817
#: Ancestry components that heterozygosity is adjusted for, and the fewest samples
#: for which a regression on them is better than none.
HET_PCS = 4
HET_MIN_SAMPLES = 30


@dataclass
class Decisions:
    """What was decided about the samples of a cohort.

    Attributes
    ----------
    rows
        The table ``qc/decisions.tsv``.
    keep, unrelated
        Samples not excluded, and those of them without relatives among them; sorted.
    flow
        Steps of the flow figure: label, number left, number excluded by rule.
    """

    rows: pd.DataFrame
    keep: list[str]
    unrelated: list[str]
    flow: dict[str, Any]


@dataclass
class _Ledger:
    rows: list[dict[str, Any]] = field(default_factory=list)
    excluded: dict[str, str] = field(default_factory=dict)

    def add(self, sample: str, rule: str, action: str, **more: Any) -> None:
        outcome = OUTCOMES[action]
        self.rows.append({"sample_id": sample, "rule": rule, "outcome": outcome} | more)
        if outcome == "excluded":
            self.excluded.setdefault(sample, rule)


def decide_samples(
    metrics: pd.DataFrame,
    sex: pd.DataFrame,
    pairs: pd.DataFrame,
    pcs: pd.DataFrame,
    *,
    policy: Mapping[str, Any],
) -> Decisions:
    """Judge every sample by every rule.

    Parameters
    ----------
    metrics, sex, pairs, pcs
        The tables ``qc/sample_metrics.tsv``, ``sex.tsv``, ``relatedness.tsv`` and
        ``pcs.tsv``.
    policy
        The config's ``qc`` section.

    Notes
    -----
    The rules look at single samples first, then at pairs of what is left, so that a bad
    sample does not drive out its good duplicate.
    """
    ledger = _Ledger()
    metrics = metrics.set_index("sample_id")
    call_rate = metrics["call_rate"].to_dict()
    _judge_metrics(ledger, metrics, policy)
    _judge_sex(ledger, sex.set_index("sample_id"), policy)
    _judge_heterozygosity(ledger, metrics["f_het"], pcs, policy)
    _judge_duplicates(ledger, pairs, call_rate, policy)
    keep = sorted(set(metrics.index) - set(ledger.excluded))
    unrelated, removed = choose_unrelated(
        keep,
        pairs,
        min_kinship=policy["min_kinship_relative"],
        call_rate=call_rate,
    )
    _judge_relatives(ledger, pairs, removed, policy)
    if policy["on_relative"] == "exclude":
        keep = sorted(set(keep) - set(removed))
    caught = {row["sample_id"] for row in ledger.rows}
    for sample in metrics.index:
        if sample not in caught:
            ledger.add(sample, "none", "keep", reason="no rule caught this sample")
    rows = pd.DataFrame(ledger.rows).reindex(columns=COLUMNS)
    return Decisions(rows, keep, unrelated, _flow(ledger, metrics, keep, unrelated))


def choose_core_samples(
    metrics: pd.DataFrame,
    pairs: pd.DataFrame,
    *,
    min_call_rate: float,
    max_contamination: float,
    min_kinship: float,
) -> list[str]:
    """Return unrelated samples of good quality, which may define the others' ancestry.

    Whatever the ledger does with bad samples, they must not bend the components.
    """
    bad = (metrics["call_rate"] < min_call_rate) | (
        metrics["contamination"] > max_contamination
    )
    good = metrics.loc[~bad, "sample_id"]
    call_rate = dict(zip(metrics["sample_id"], metrics["call_rate"], strict=True))
    return choose_unrelated(good, pairs, min_kinship=min_kinship, call_rate=call_rate)[
        0
    ]


def _judge_metrics(
    ledger: _Ledger, metrics: pd.DataFrame, policy: Mapping[str, Any]
) -> None:
    for sample, row in metrics.iterrows():
        # Without autosomal variants there is no call rate, and nothing to hold against
        # anybody; a sample without one call among variants has the rate 0.
        call_rate = row["call_rate"]
        if call_rate < policy["min_call_rate"]:
            ledger.add(
                sample,
                "low_call_rate",
                policy["on_low_call_rate"],
                value=call_rate,
                threshold=policy["min_call_rate"],
                config_key="qc.min_call_rate",
                reason=f"only {call_rate:.1%} of autosomal genotypes were called",
            )
        if row["contamination"] > policy["max_contamination"]:
            ledger.add(
                sample,
                "contamination",
                policy["on_contamination"],
                value=row["contamination"],
                threshold=policy["max_contamination"],
                config_key="qc.max_contamination",
                reason=f"about {row['contamination']:.1%} of reads are from another"
                " person (CHARR)",
            )


def _judge_sex(ledger: _Ledger, sex: pd.DataFrame, policy: Mapping[str, Any]) -> None:
    for sample, row in sex.iterrows():
        if row["status"] == "mismatch":
            ledger.add(
                sample,
                "sex_mismatch",
                policy["on_sex_mismatch"],
                value=row["x_f"],
                threshold=policy["male_min_x_f"]
                if row["inferred_sex"] == "male"
                else policy["female_max_x_f"],
                config_key="qc.on_sex_mismatch",
                reason=f"the sheet says {row['reported_sex']}, the chromosomes say"
                f" {row['inferred_sex']}: a swapped sample or a slip in the sheet",
            )
        elif row["status"] == "ambiguous":
            ledger.add(
                sample,
                "sex_ambiguous",
                policy["on_sex_ambiguous"],
                value=row["x_f"],
                threshold=policy["male_min_x_f"],
                config_key="qc.on_sex_ambiguous",
                reason="X and Y disagree or lie between the thresholds: an unusual"
                " number of sex chromosomes, contamination, or too little data",
            )


def _judge_heterozygosity(
    ledger: _Ledger, f_het: pd.Series, pcs: pd.DataFrame, policy: Mapping[str, Any]
) -> None:
    usable = [s for s in f_het.index if s not in ledger.excluded]
    scores = het_scores(f_het, pcs.set_index("sample_id"), usable=usable)
    for sample, score in scores.items():
        if abs(score) > policy["max_het_mads"]:
            side = "fewer" if score > 0 else "more"
            ledger.add(
                sample,
                "het_outlier",
                policy["on_het_outlier"],
                value=score,
                threshold=policy["max_het_mads"],
                config_key="qc.max_het_mads",
                reason=f"{side} heterozygous genotypes than others of the same ancestry"
                f" ({abs(score):.1f} MADs)",
            )


def het_scores(f_het: pd.Series, pcs: pd.DataFrame, *, usable: list[str]) -> pd.Series:
    """Return each sample's heterozygosity, fairly: MADs from samples like itself.

    F is regressed on the first ancestry components over the usable samples; what is
    left is divided by its median absolute deviation (scaled to a standard deviation).
    One cut for all would call a minority ancestry an outlier.
    """
    components = pcs.reindex(f_het.index).iloc[:, :HET_PCS]
    if len(usable) < HET_MIN_SAMPLES or components.isna().to_numpy().any():
        components = components.iloc[:, :0]
    design = np.column_stack([np.ones(len(f_het)), components.to_numpy(float)])
    values = f_het.to_numpy(float)
    fit = f_het.index.isin(usable) & np.isfinite(values)
    if not fit.any():
        return pd.Series(np.nan, index=f_het.index)
    weights = _robust_fit(design[fit], values[fit])
    residual = values - design @ weights
    centre = np.median(residual[fit])
    mad = np.median(np.abs(residual[fit] - centre)) / MAD_OF_NORMAL
    if mad == 0:
        return pd.Series(0.0, index=f_het.index)
    return pd.Series((residual - centre) / mad, index=f_het.index)


def _robust_fit(
    design: npt.NDArray[np.float64], values: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Least squares, once more without the tenth that fits worst."""
    weights = np.asarray(np.linalg.lstsq(design, values, rcond=None)[0])
    error = np.abs(values - design @ weights)
    core = error <= np.quantile(error, 0.9)
    if core.sum() <= design.shape[1]:
        return weights
    return np.asarray(np.linalg.lstsq(design[core], values[core], rcond=None)[0])


def _judge_duplicates(
    ledger: _Ledger,
    pairs: pd.DataFrame,
    call_rate: Mapping[str, float],
    policy: Mapping[str, Any],
) -> None:
    left = [name for name in call_rate if name not in ledger.excluded]
    same = pairs[pairs["relationship"] == "duplicate"]
    _, removed = choose_unrelated(left, same, min_kinship=0.0, call_rate=call_rate)
    kinship = _kinship_of(same)
    for sample, twin in removed.items():
        ledger.add(
            sample,
            "duplicate",
            policy["on_duplicate"],
            value=kinship[frozenset((sample, twin))],
            threshold=0.354,
            config_key="qc.on_duplicate",
            reason=f"the same genotypes as {twin}, which was called better or as well",
        )


def _judge_relatives(
    ledger: _Ledger,
    pairs: pd.DataFrame,
    removed: Mapping[str, str],
    policy: Mapping[str, Any],
) -> None:
    kinship = _kinship_of(pairs)
    for sample, relative in removed.items():
        ledger.add(
            sample,
            "relative",
            policy["on_relative"],
            value=kinship[frozenset((sample, relative))],
            threshold=policy["min_kinship_relative"],
            config_key="qc.min_kinship_relative",
            reason=f"related to {relative}, which stays in the unrelated set",
        )


def _kinship_of(pairs: pd.DataFrame) -> dict[frozenset[str], float]:
    return {
        frozenset((row.sample_1, row.sample_2)): row.kinship
        for row in pairs.itertuples()
    }


def _flow(
    ledger: _Ledger, metrics: pd.DataFrame, keep: list[str], unrelated: list[str]
) -> dict[str, Any]:
    rules: dict[str, int] = {}
    for rule in ledger.excluded.values():
        rules[rule] = rules.get(rule, 0) + 1
    excluded = [{"rule": rule, "n": n} for rule, n in sorted(rules.items())]
    relatives = [{"rule": "relative", "n": len(keep) - len(unrelated)}]
    return {
        "steps": [
            {
                "label": "Samples with genotypes",
                "n": len(metrics),
                "excluded": excluded,
            },
            {"label": "Kept", "n": len(keep), "excluded": relatives},
            {"label": "Unrelated", "n": len(unrelated), "excluded": []},
        ]
    }
