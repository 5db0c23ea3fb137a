"""The decision ledger: every rule that caught a sample, and what became of it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from genostrat.catalogues.quality_rules import CONTAMINATION, NAMES, OVERRIDE
from genostrat.qc.ledger.ancestry import judge_ancestry
from genostrat.qc.ledger.exclusions import tabulate_exclusions
from genostrat.qc.ledger.outliers import find_outliers, score_samples
from genostrat.qc.ledger.pairs import (
    add_confirmed,
    judge_copies,
    judge_pedigree,
    judge_relatives,
    judge_swaps,
)
from genostrat.qc.ledger.rows import Ledger
from genostrat.qc.ledger.samples import (
    add_overrides,
    judge_metrics,
    judge_mixtures,
    judge_outliers,
    judge_peers,
    judge_sex,
    judge_trios,
)
from genostrat.qc.mixtures import list_suspects
from genostrat.qc.relatedness.relationships import choose_unrelated

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LedgerEvidence:
    """The tables that samples are judged by.

    Attributes
    ----------
    sheet, overrides
        ``check/samples.tsv`` and ``check/overrides.tsv``.
    metrics, mixtures, sex, pairs, pcs, ancestry, pedigree, mendel, swaps
        ``qc/sample_metrics.tsv``, ``mixtures.tsv``, ``sex.tsv``, ``relatedness.tsv``,
        ``pcs.tsv``, ``ancestry.tsv``, ``pedigree.tsv``, ``mendel.tsv`` and
        ``swaps.tsv``.
    """

    sheet: pd.DataFrame
    overrides: pd.DataFrame
    metrics: pd.DataFrame
    mixtures: pd.DataFrame
    sex: pd.DataFrame
    pairs: pd.DataFrame
    pcs: pd.DataFrame
    ancestry: pd.DataFrame
    pedigree: pd.DataFrame
    mendel: pd.DataFrame
    swaps: pd.DataFrame


@dataclass(frozen=True)
class Decisions:
    """What was decided about the samples of a cohort.

    Attributes
    ----------
    rows
        The table ``qc/decisions.tsv``.
    outliers, exclusions
        The tables ``qc/outliers.tsv`` and ``qc/exclusions.tsv``.
    keep, unrelated
        Samples not excluded, and those of them without relatives among them; sorted.
    flow
        Steps of the flow figure: label, number left, number excluded by rule, and what
        else is to be said of those left.
    """

    rows: pd.DataFrame
    outliers: pd.DataFrame
    exclusions: pd.DataFrame
    keep: list[str]
    unrelated: list[str]
    flow: dict[str, Any]


def decide_samples(
    evidence: LedgerEvidence, *, policy: Mapping[str, Any], seed: int
) -> Decisions:
    """Judge every sample by every rule.

    Parameters
    ----------
    evidence
        Tables of the stages before.
    policy
        The config's ``qc`` section.
    seed
        Of the run; for the tests of ``qc/exclusions.tsv``.

    Notes
    -----
    The rules look at single samples first, then at copies of what is left, then at
    relatives, so that a bad sample does not drive out its good duplicate. A decision
    by hand wins over every rule, and is known to all of them: of two copies the one
    kept by hand stays. The unrelated set holds one of a family, whatever is decided.
    """
    samples = list(evidence.metrics["sample_id"])
    by_hand = evidence.overrides[evidence.overrides["sample_id"].isin(samples)]
    ledger = Ledger(dict(zip(by_hand["sample_id"], by_hand["decision"], strict=True)))
    add_overrides(ledger, by_hand)
    judge_metrics(ledger, evidence.metrics, policy)
    judge_mixtures(ledger, evidence.mixtures, policy)
    judge_sex(ledger, evidence.sex, policy)
    judge_swaps(ledger, evidence.swaps, policy)
    suspects = list_suspects(
        evidence.mixtures,
        evidence.metrics,
        max_contamination=CONTAMINATION.threshold(policy),
    )
    judge_trios(ledger, evidence.mendel, policy, suspects=suspects)
    judge_pedigree(ledger, evidence.pedigree, policy, suspects=suspects)
    judge_ancestry(ledger, evidence.sheet, evidence.ancestry, policy)
    usable = sorted(set(samples) - set(ledger.excluded()) - set(suspects))
    scores = score_samples(evidence.metrics, evidence.pcs, usable=usable, policy=policy)
    judge_outliers(ledger, scores, policy)
    judge_peers(ledger, scores, policy)
    unrelated = _judge_pairs(ledger, evidence, policy, suspects=suspects)
    excluded = ledger.excluded()
    _log_outcome(excluded, n_samples=len(samples), n_unrelated=len(unrelated))
    caught = {
        by: set(find_outliers(scores, by=f"{by}_score")["sample_id"])
        for by in ("naive", "fair")
    }
    return Decisions(
        rows=ledger.finish(samples),
        outliers=scores,
        exclusions=tabulate_exclusions(
            evidence.ancestry, evidence.sheet, **caught, excluded=excluded, seed=seed
        ),
        keep=sorted(set(samples) - set(excluded)),
        unrelated=unrelated,
        flow=_describe_flow(ledger, evidence, n_unrelated=len(unrelated)),
    )


def _log_outcome(
    excluded: Mapping[str, str], *, n_samples: int, n_unrelated: int
) -> None:
    log.info(
        "kept %d of %d samples, %d of them unrelated",
        n_samples - len(excluded),
        n_samples,
        n_unrelated,
    )
    for rule, n in sorted(Counter(excluded.values()).items()):
        log.info("excluded %d by %s", n, rule)


def _judge_pairs(
    ledger: Ledger,
    evidence: LedgerEvidence,
    policy: Mapping[str, Any],
    *,
    suspects: Collection[str],
) -> list[str]:
    """Judge copies and relatives; return the unrelated set.

    A sample with foreign DNA gives way to every other that is as much: the relatives
    that it invents stay.
    """
    metrics, protected = evidence.metrics, ledger.protected()
    rank = {
        sample: (0.0 if rate != rate else rate)
        + (sample in protected)
        - 2.0 * (sample in suspects)
        for sample, rate in zip(metrics["sample_id"], metrics["call_rate"], strict=True)
    }
    pairs = add_confirmed(evidence.pairs, evidence.pedigree)
    judge_copies(ledger, pairs, rank=rank, policy=policy)
    unrelated, removed = choose_unrelated(
        sorted(set(rank) - set(ledger.excluded())),
        pairs,
        min_kinship=policy["min_kinship_relative"],
        call_rate=rank,
    )
    judge_relatives(ledger, pairs, removed, policy=policy)
    return unrelated


def _describe_flow(
    ledger: Ledger, evidence: LedgerEvidence, *, n_unrelated: int
) -> dict[str, Any]:
    """Count samples from the sheet to the unrelated set, as CONSORT does."""
    n_sheet, n_genotyped = len(evidence.sheet), len(evidence.metrics)
    excluded = ledger.excluded()
    by_rule = Counter(excluded.values())
    n_kept = n_genotyped - len(excluded)
    aside = n_kept - n_unrelated
    flagged = {
        row["sample_id"]
        for row in ledger.rows
        if row["outcome"] == "flagged" and row["sample_id"] not in ledger.overrides
    }
    flagged |= {s for s, decision in ledger.overrides.items() if decision == "flag"}
    notes = {
        "flagged": len(flagged - set(excluded)),
        "kept_by_hand": len(ledger.kept_by_hand()),
    }
    return {
        "steps": [
            {
                "label": "Patients in the sheet",
                "n": n_sheet,
                "excluded": _counted({"no_genotypes": n_sheet - n_genotyped}),
                "notes": [],
            },
            {
                "label": "Samples with genotypes",
                "n": n_genotyped,
                "excluded": _counted({rule: by_rule[rule] for rule in NAMES}),
                "notes": [],
            },
            {
                "label": "Kept",
                "n": n_kept,
                "excluded": _counted({"relative": aside}),
                "notes": _counted(notes),
            },
            {"label": "Unrelated", "n": n_unrelated, "excluded": [], "notes": []},
        ],
        "overrides": {
            decision: sum(d == decision for d in ledger.overrides.values())
            for decision in ("keep", "flag", "exclude")
        }
        | {"against_a_rule": len(_against_rules(ledger))},
    }


def _counted(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"rule": rule, "n": n} for rule, n in counts.items() if n]


def _against_rules(ledger: Ledger) -> set[str]:
    """Return samples about which a person and the rules decided differently."""
    by_rules = {
        row["sample_id"]
        for row in ledger.rows
        if row["outcome"] == "excluded" and row["rule"] != OVERRIDE
    }
    return {
        sample
        for sample, decision in ledger.overrides.items()
        if (decision == "exclude") != (sample in by_rules)
    }
