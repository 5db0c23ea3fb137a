"""The cohort's results in one record, for machines and for the report's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from genostrat import __version__
from genostrat.catalogues.quality_rules import NAMES, NO_RULE, OVERRIDE
from genostrat.qc.ledger.exclusions import UNASSIGNED
from genostrat.qc.ledger.outliers import find_outliers
from genostrat.report.parts.results import Results
from genostrat.report.parts.strata import (
    ASSOCIATED,
    RECOVERS,
    single_confounders,
    strata_names,
)
from genostrat.report.parts.summary_pgx import summarise_pharmacogenes
from genostrat.report.parts.summary_populations import summarise_populations
from genostrat.report.parts.summary_response import summarise_response
from genostrat.report.parts.wording import is_missing

#: Raised in its first part when a key changes its meaning or goes away.
SCHEMA_VERSION = "1.6.0"
RESEARCH_USE = (
    "For research use only. Not a medical device; no treatment decision may rest on"
    " this report alone."
)
_WORST_LAST = ("kept", "flagged", "excluded")
#: A column with more levels than this does not group samples, it names them.
MOST_GROUPS = 12


def summarise_cohort(
    results: Results,
    *,
    cohort: str,
    seed: int,
    build: str | None,
    grouping: str | None = None,
    absent: str | None = None,
) -> dict[str, Any]:
    """Put a cohort's results in one record.

    Parameters
    ----------
    results
        What the run has written.
    cohort, seed, build
        The cohort's name, the seed of the run, and the declared genome build.
    grouping
        Column of the sheet that colours the map of ancestry.
    absent
        The config's ``pgx.absent``.

    Returns
    -------
    dict
        Counts and aggregates only, no identifiers. A part of the analysis that did
        not run is None.
    """
    parts: dict[str, tuple[str, Callable[[Results], dict[str, Any]]]] = {
        "ingest": ("genotypes/ingest.json", _summarise_ingest),
        "variant_quality": (
            "qc/variants.json",
            lambda r: dict(r["qc/variants.json"] or {}),
        ),
        "relatedness": ("qc/relatedness.tsv", _summarise_relatedness),
        "sex": ("qc/sex.tsv", _summarise_sex),
        "contamination": ("qc/sample_metrics.tsv", _summarise_contamination),
        "pedigree": ("qc/pedigree.tsv", _summarise_pedigree),
        "mendel": ("qc/mendel.tsv", _summarise_mendel),
        "swaps": ("qc/swaps.tsv", _summarise_swaps),
        "outliers": ("qc/outliers.tsv", _summarise_outliers),
        "exclusions": ("qc/exclusions.tsv", _summarise_exclusions),
        "variants": (
            "variants/summary.json",
            lambda r: dict(r["variants/summary.json"] or {}),
        ),
        "populations": ("variants/populations.json", summarise_populations),
        "pgx": (
            "pgx/frequencies.tsv",
            lambda r: summarise_pharmacogenes(r, absent=absent),
        ),
        "profile": ("profile/features.tsv", _summarise_profile),
        "strata": ("strata/verdict.json", _summarise_strata),
        "response": ("response/interaction.tsv", summarise_response),
        "planted_truth": ("truth_check.tsv", _summarise_truth),
    }
    record: dict[str, Any] = {
        "schema": "genostrat/cohort-summary",
        "schema_version": SCHEMA_VERSION,
        "genostrat_version": __version__,
        "research_use": RESEARCH_USE,
        "cohort": cohort,
        "seed": int(seed),
        "build": build,
        "samples": _summarise_samples(results),
        "ancestry": _summarise_ancestry(results, grouping=grouping),
    }
    for name, (source, summarise) in parts.items():
        did_not_run = results[source] is None
        record[name] = None if did_not_run else summarise(results)
    return record


def sample_outcomes(results: Results) -> pd.Series:
    """Return the outcome of quality control by sample_id.

    It is the worst that a rule says, unless there is a decision by hand.
    """
    if results["qc/decisions.tsv"] is None:
        return pd.Series(dtype=str)
    ranks = results["qc/decisions.tsv"]["outcome"].map(_WORST_LAST.index)
    by_hand = results["qc/decisions.tsv"]["rule"] == OVERRIDE
    ranks += len(_WORST_LAST) * by_hand
    worst = ranks.groupby(results["qc/decisions.tsv"]["sample_id"]).max()
    return worst.map(lambda rank: _WORST_LAST[int(rank) % len(_WORST_LAST)])


def rule_table(decisions: pd.DataFrame) -> list[dict[str, Any]]:
    """Count flagged and excluded samples by rule of the ledger, in its order.

    Samples with a decision by hand count as overruled, and under the rule override.
    """
    caught = decisions[decisions["rule"] != NO_RULE]
    by_hand = caught["rule"] == OVERRIDE
    overruled = ~by_hand & caught["sample_id"].isin(caught.loc[by_hand, "sample_id"])
    outcome = caught["outcome"].mask(overruled, "overruled")
    rows: list[dict[str, Any]] = []
    for rule, part in caught.groupby("rule", sort=True):
        limits = [str(t) for t in part["threshold"].unique() if not is_missing(t)]
        counts = outcome[part.index].value_counts()
        rows.append(
            {
                "rule": str(rule),
                "threshold": limits[0] if len(limits) == 1 else None,
                "config_key": str(part["config_key"].iloc[0]),
            }
            | {
                f"n_{name}": int(counts.get(name, 0))
                for name in (*_WORST_LAST, "overruled")
            }
        )
    # Rules that this version does not know come last.
    order = {rule: number for number, rule in enumerate(NAMES)}
    return sorted(rows, key=lambda row: order.get(row["rule"], len(order)))


def rule_threshold(decisions: pd.DataFrame | None, rule: str) -> float | None:
    """Return the limit of the first rule whose name holds `rule`, if it has one."""
    if decisions is None:
        return None
    for row in rule_table(decisions):
        if rule in row["rule"] and row["threshold"] is not None:
            try:
                return float(row["threshold"])
            except ValueError:
                return None
    return None


def _summarise_samples(results: Results) -> dict[str, Any]:
    sheet, decisions = results["check/samples.tsv"], results["qc/decisions.tsv"]
    metrics, ingest = results["qc/sample_metrics.tsv"], results["genotypes/ingest.json"]
    flow = results["qc/flow.json"] or {}
    genotyped = None if metrics is None else len(metrics)
    if genotyped is None and ingest is not None:
        genotyped = ingest.get("n_samples")
    outcomes = sample_outcomes(results)
    excluded = int((outcomes == "excluded").sum())
    total = len(sheet) if genotyped is None else genotyped
    return {
        "n_sheet": len(sheet),
        "columns": _filled_columns(sheet),
        "n_genotyped": genotyped,
        "n_kept": total - excluded,
        "n_flagged": int((outcomes == "flagged").sum()),
        "n_excluded": excluded,
        "rules": [] if decisions is None else rule_table(decisions),
        "overrides": flow.get("overrides"),
        "flow": flow.get("steps", []),
    }


def _filled_columns(samples: pd.DataFrame) -> list[str]:
    """Name the columns of the sheet that hold more than blanks."""
    columns = [name for name in samples.columns if name != "sample_id"]
    return [str(name) for name in columns if samples[name].fillna("").ne("").any()]


def _summarise_ingest(results: Results) -> dict[str, Any]:
    ingest = results["genotypes/ingest.json"] or {}
    keys = (
        *("build_declared", "build_detected", "contigs", "n_samples", "n_records"),
        *("n_stored", "dropped", "chr_prefix", "joint_called", "refused_calls"),
        "warnings",
    )
    return {key: ingest.get(key) for key in keys}


def _summarise_relatedness(results: Results) -> dict[str, Any]:
    """Count pairs by degree; those that only kinship tells, where it was measured."""
    record = results["qc/relatedness.json"] or {}
    levels = ("duplicate", "first", "second", "third")
    pairs = results["qc/relatedness.tsv"]
    # Relatives that a mixture may have invented are none that a reader should count.
    assert pairs is not None
    counts = _counts_of(
        pairs[pairs["doubtful_because"].fillna("") == ""], "relationship", *levels
    )
    is_assessable = bool(record.get("assessable"))
    told = levels if is_assessable else levels[:1]
    return {
        "assessable": is_assessable,
        "n_sites": record.get("n_sites"),
        "n_pairs": record.get("n_pairs"),
        "n_alike": record.get("n_alike", 0),
        **{level: counts[level] if level in told else None for level in levels},
    }


def _summarise_sex(results: Results) -> dict[str, Any]:
    levels = ("ok", "mismatch", "ambiguous", "not_assessable")
    return _counts_of(results["qc/sex.tsv"], "status", *levels)


def _summarise_contamination(results: Results) -> dict[str, Any]:
    assert results["qc/sample_metrics.tsv"] is not None
    values = results["qc/sample_metrics.tsv"]["contamination"].dropna()
    limit = rule_threshold(results["qc/decisions.tsv"], "contamination")
    return {
        "n_assessable": len(values),
        "n_not_assessable": len(results["qc/sample_metrics.tsv"]) - len(values),
        "median": float(values.median()) if len(values) else None,
        "limit": limit,
        "n_above": int((values > limit).sum()) if limit is not None else None,
    }


def _counts_of(table: pd.DataFrame | None, column: str, *levels: str) -> dict[str, int]:
    assert table is not None
    counts = table[column].value_counts()
    return {level: int(counts.get(level, 0)) for level in levels}


def _summarise_pedigree(results: Results) -> dict[str, Any]:
    levels = ("ok", "mismatch", "unexpected", "not_assessable")
    return _counts_of(results["qc/pedigree.tsv"], "status", *levels)


def _summarise_mendel(results: Results) -> dict[str, Any]:
    levels = ("consistent", "inconsistent", "not_assessable")
    return _counts_of(results["qc/mendel.tsv"], "status", *levels)


def _summarise_swaps(results: Results) -> dict[str, Any]:
    return _counts_of(results["qc/swaps.tsv"], "confidence", "likely", "possible")


def _summarise_outliers(results: Results) -> dict[str, Any]:
    scores = results["qc/outliers.tsv"]
    assert scores is not None
    caught = {
        by: find_outliers(scores, by=f"{by}_score")["metric"].value_counts()
        for by in ("naive", "fair")
    }
    adjusted = scores["n_pcs"].dropna()
    return {
        "n_pcs": int(adjusted.max()) if len(adjusted) else 0,
        "metrics": [
            {
                "metric": str(metric),
                "limit": float(part["limit"].iloc[0]),
                "n_judged": int(part["fair_score"].notna().sum()),
                "n_naive": int(caught["naive"].get(metric, 0)),
                "n_fair": int(caught["fair"].get(metric, 0)),
            }
            for metric, part in scores.groupby("metric", sort=True)
        ],
    }


def _summarise_exclusions(results: Results) -> dict[str, Any]:
    assert results["qc/exclusions.tsv"] is not None
    rows = [_plain(row) for row in results["qc/exclusions.tsv"].to_dict("records")]
    groupings = dict.fromkeys(row["grouping"] for row in rows)
    return {
        name: [
            {k: v for k, v in row.items() if k != "grouping"}
            for row in rows
            if row["grouping"] == name
        ]
        for name in groupings
    }


def _summarise_ancestry(
    results: Results, *, grouping: str | None
) -> dict[str, Any] | None:
    pcs, ancestry = results["qc/pcs.tsv"], results["qc/ancestry.tsv"]
    if not has_axes(pcs):
        return None
    labels: dict[str, int] = {}
    if ancestry is not None:
        counts = ancestry["ancestry"].replace("", "unassigned").value_counts()
        labels = {str(name): int(n) for name, n in sorted(counts.items())}
    shares = {}
    for column in dict.fromkeys(c for c in (grouping, "centre", "batch") if c):
        if is_grouping(results["check/samples.tsv"], column):
            shares[column] = _variance_explained(results, column)
    return {
        "n_axes": sum(name.startswith("PC") for name in pcs.columns),
        "labels": labels,
        "panel": results["qc/labels.json"],
        "grouping": grouping
        if is_grouping(results["check/samples.tsv"], grouping)
        else None,
        "variance_of_pc1_pc2_explained_by": shares,
    }


def has_axes(pcs: pd.DataFrame | None) -> bool:
    """Say whether there are two axes of ancestry with values."""
    if pcs is None or not {"PC1", "PC2"} <= set(pcs.columns):
        return False
    return bool(pcs[["PC1", "PC2"]].notna().all(axis=1).any())


def ancestry_labels(results: Results) -> pd.Series | None:
    """Return the ancestry label by sample_id; None where nobody has one."""
    if results["qc/ancestry.tsv"] is None:
        return None
    labels = results["qc/ancestry.tsv"].set_index("sample_id")["ancestry"]
    labels = labels.fillna("").replace("", UNASSIGNED)
    return labels if (labels != UNASSIGNED).any() else None


def groups_of(samples: pd.DataFrame, column: str | None) -> pd.Series:
    """Return the level of a column of the sheet by sample_id; empty without one."""
    if column is None:
        return pd.Series(dtype=str)
    return samples.set_index("sample_id")[column].astype(str)


def is_grouping(samples: pd.DataFrame, column: str | None) -> bool:
    """Say whether a column of the sheet sorts samples into 2 to 12 groups."""
    if column is None or column not in samples:
        return False
    levels = set(samples[column].dropna().astype(str)) - {""}
    return 2 <= len(levels) <= min(MOST_GROUPS, len(samples) - 1)


def _variance_explained(results: Results, column: str) -> float | None:
    assert results["qc/pcs.tsv"] is not None
    axes = [name for name in ("PC1", "PC2") if name in results["qc/pcs.tsv"]]
    table = results["qc/pcs.tsv"].merge(
        results["check/samples.tsv"][["sample_id", column]], on="sample_id"
    )
    table = table[table[column].fillna("") != ""]
    centred = table[axes] - table[axes].mean()
    between = centred.groupby(table[column]).transform("mean")
    total = float((centred**2).to_numpy().sum())
    return float((between**2).to_numpy().sum()) / total if total else None


def _summarise_profile(results: Results) -> dict[str, Any]:
    features = results["profile/features.tsv"]
    assert features is not None
    used = features
    if "status" in features:
        used = features[features["status"] == "used"]
    layers = []
    for layer, part in used.groupby("layer", sort=True):
        listed = features[features["layer"] == layer]
        layers.append(
            {
                "layer": str(layer),
                "n_features": len(part),
                "n_dropped": len(listed) - len(part),
                "encodings": sorted({str(e) for e in part["encoding"]}),
                "n_with_missing": int((part["n_missing"].fillna(0) > 0).sum()),
            }
        )
    values = results["profile/features.parquet"]
    return {
        "n_features": len(used),
        "n_patients": None if values is None else len(values),
        "layers": layers,
    }


def _summarise_strata(results: Results) -> dict[str, Any]:
    verdict = results["strata/verdict.json"] or {}
    record: dict[str, Any] = {
        "verdict": verdict.get("verdict"),
        "k": verdict.get("k"),
        "best_k": verdict.get("best_k"),
        "reasons": list(verdict.get("reasons") or []),
        "power": verdict.get("power"),
        "clustering": _summarise_clustering(results["strata/nulls.json"]),
        "sizes": {},
        "statuses": {},
        "median_confidence": None,
        "confounders_checked": None,
        "confounders_linked": None,
        "confounders_that_recover_strata": None,
    }
    if results["strata/assignments.tsv"] is not None:
        table = results["strata/assignments.tsv"]
        assigned = table[table["status"] == "assigned"]
        record["sizes"] = {
            name: int((assigned["stratum"] == name).sum())
            for name in strata_names(table)
        }
        counts = table["status"].value_counts()
        record["statuses"] = {str(s): int(n) for s, n in sorted(counts.items())}
        sure = assigned["confidence"].dropna()
        if record["sizes"] and len(sure):
            record["median_confidence"] = float(np.median(sure))
    if results["strata/confounders.tsv"] is not None:
        single = single_confounders(results["strata/confounders.tsv"])
        linked = single[single["flag"].isin([ASSOCIATED, RECOVERS])]
        alone = single[single["flag"] == RECOVERS]
        record["confounders_checked"] = single["confounder"].tolist()
        record["confounders_linked"] = linked["confounder"].tolist()
        record["confounders_that_recover_strata"] = alone["confounder"].tolist()
    return record


#: What the clustering recorded of how it was done, for the text on methods.
_HOW = (
    "algorithm",
    "fusion",
    "resamples",
    "resample_fraction",
    "ks",
    "null",
    "null_simulations",
    "null_drawn",
    "alpha",
)


def _summarise_clustering(nulls: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if nulls is None else {key: nulls.get(key) for key in _HOW}


def _summarise_truth(results: Results) -> dict[str, Any]:
    assert results["truth_check.tsv"] is not None
    counts = results["truth_check.tsv"]["verdict"].value_counts()
    rows = [_plain(row) for row in results["truth_check.tsv"].to_dict("records")]
    levels = ("found", "missed", "false_alarm")
    return {level: int(counts.get(level, 0)) for level in levels} | {"items": rows}


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        str(key): None if value is pd.NA or value != value else value
        for key, value in row.items()
    }
