"""Rules of the ledger that look at pairs of samples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.catalogues.quality_rules import (
    DUPLICATE,
    PEDIGREE_MISMATCH,
    POSSIBLE_SWAP,
    RELATIVE,
    REPLICATE,
    SWAP,
    Rule,
)
from genostrat.qc.ledger.rows import Ledger
from genostrat.qc.relatedness.relationships import (
    DEGREES,
    choose_unrelated,
    name_degree,
)

#: What the sheet expects of two samples that it declares to be of one person.
SAME_PERSON = "same_person"
_DUPLICATE_KINSHIP = DEGREES[0][0]
#: Standard errors by which an undeclared copy must lie beyond the bound.
ERRORS_ALLOWED = 2


def judge_swaps(ledger: Ledger, swaps: pd.DataFrame, policy: Mapping[str, Any]) -> None:
    """Judge samples that look exchanged, likely and possible swaps apart."""
    rules = {"likely": SWAP, "possible": POSSIBLE_SWAP}
    found: dict[tuple[str, Rule], list[tuple[str, Any]]] = defaultdict(list)
    for row in swaps.itertuples():
        for sample, other in (
            (row.sample_1, row.sample_2),
            (row.sample_2, row.sample_1),
        ):
            if sample:
                found[sample, rules[row.confidence]].append((other, row))
    for (sample, rule), hits in sorted(
        found.items(), key=lambda item: (item[0][0], item[0][1].name)
    ):
        other, row = max(hits, key=lambda hit: hit[1].n_evidence)
        what = f"swapped with {other}" if other else "a sample of somebody else"
        more = f"; {len(hits) - 1} more candidates" if len(hits) > 1 else ""
        ledger.catch(
            sample,
            rule,
            policy,
            value=row.n_evidence,
            reason=f"looks like {what}{more}: {row.evidence}",
        )


def judge_pedigree(
    ledger: Ledger,
    pedigree: pd.DataFrame,
    policy: Mapping[str, Any],
    *,
    suspects: Mapping[str, str] | None = None,
) -> None:
    """Judge samples whose relatives in the sheet are not so in their genotypes.

    Relatives that the sheet does not know are no fault of a sample. Of two of which one
    is a suspect, holding DNA of somebody else, the other is not blamed.
    """
    bad = suspects or {}
    found: dict[str, list[Any]] = defaultdict(list)
    for row in pedigree[pedigree["status"] == "mismatch"].itertuples():
        for one, two in (
            (row.sample_1, row.sample_2),
            (row.sample_2, row.sample_1),
        ):
            if one in bad or two not in bad:
                found[one].append((two, row))
    for sample, hits in sorted(found.items()):
        other, row = hits[0]
        more = f", and {len(hits) - 1} more such pairs" if len(hits) > 1 else ""
        # A wrong sample contradicts the expectation of each of its relatives, who are
        # caught too: the count shows which sample has most contradictions.
        ledger.catch(
            sample,
            PEDIGREE_MISMATCH,
            policy,
            value=len(hits),
            reason=f"the sheet says {_words(row.expected)} with {other}, the genotypes"
            f" say {_words(row.relationship) or 'unrelated'}{more}",
        )


def _words(name: str) -> str:
    return name.replace("_", " ")


def add_confirmed(pairs: pd.DataFrame, pedigree: pd.DataFrame) -> pd.DataFrame:
    """Return the related pairs, with those that the sheet declares and genotypes fit.

    Few variants may not tell one pair among all pairs from chance, and yet confirm one
    that is declared.

    Parameters
    ----------
    pairs, pedigree
        ``qc/relatedness.tsv`` and ``qc/pedigree.tsv``.
    """
    listed = kinship_of(pairs)
    is_new = [
        frozenset(pair) not in listed
        for pair in zip(pedigree["sample_1"], pedigree["sample_2"], strict=True)
    ]
    found = pedigree[(pedigree["status"] == "ok") & pd.Series(is_new, pedigree.index)]
    if found.empty:
        return pairs
    is_same = found["expected"] == SAME_PERSON
    degree = found["kinship"].astype(float).map(name_degree)
    found = found.assign(relationship=degree.mask(is_same, DEGREES[0][1]))
    return pd.concat([pairs, found.reindex(columns=pairs.columns)], ignore_index=True)


def judge_copies(
    ledger: Ledger,
    pairs: pd.DataFrame,
    *,
    rank: Mapping[str, float],
    policy: Mapping[str, Any],
) -> None:
    """Judge samples with the genotypes of another; the better-called one stays.

    Parameters
    ----------
    pairs
        Related pairs. One that the sheet declares to be one person is a replicate, any
        other a duplicate, unless its kinship may as well be that of close relatives.
    rank
        sample_id → the higher, the rather it stays.
    """
    left = sorted(set(rank) - set(ledger.excluded()))
    declared = _declared_replicates(pairs)
    same = pairs[(pairs["relationship"] == "duplicate") & _are_copies(pairs)]
    stays, removed = choose_unrelated(left, same, min_kinship=0.0, call_rate=rank)
    kinship = kinship_of(same)
    twins = _neighbours(kinship)
    for sample, on_account_of in removed.items():
        staying = sorted(twins[sample] & set(stays))
        # Of a declared and an undeclared copy the declared one explains the removal.
        other = max(
            staying or [on_account_of],
            key=lambda twin: (frozenset((sample, twin)) in declared, rank[twin], twin),
        )
        pair = frozenset((sample, other))
        rule = REPLICATE if pair in declared else DUPLICATE
        known = ", of the same person as the sheet says" if pair in declared else ""
        why = (
            "kept by hand"
            if other in ledger.protected()
            else "called better or as well"
        )
        ledger.catch(
            sample,
            rule,
            policy,
            value=kinship[pair],
            threshold=_DUPLICATE_KINSHIP,
            reason=f"the same genotypes as {other}{known}, which was {why}",
        )


def judge_relatives(
    ledger: Ledger,
    pairs: pd.DataFrame,
    removed: Mapping[str, str],
    *,
    policy: Mapping[str, Any],
) -> None:
    """Write who is left out of the unrelated set, and on whose account."""
    kinship = kinship_of(pairs)
    for sample, relative in removed.items():
        ledger.catch(
            sample,
            RELATIVE,
            policy,
            value=kinship[frozenset((sample, relative))],
            threshold=RELATIVE.threshold(policy),
            reason=f"related to {relative}, so that only one of a family is in the"
            " unrelated set",
        )


def kinship_of(pairs: pd.DataFrame) -> dict[frozenset[str], float]:
    """Return the kinship of each pair of samples."""
    return {
        frozenset((row.sample_1, row.sample_2)): row.kinship
        for row in pairs.itertuples()
    }


def _are_copies(pairs: pd.DataFrame) -> pd.Series:
    """Say whose kinship is beyond that of first-degree relatives, error allowed for."""
    error = pd.to_numeric(pairs["kinship_se"]).fillna(0.0)
    lowest = pd.to_numeric(pairs["kinship"]) - ERRORS_ALLOWED * error
    return (lowest >= _DUPLICATE_KINSHIP) | (pairs["expected"] == SAME_PERSON)


def _declared_replicates(table: pd.DataFrame) -> set[frozenset[str]]:
    declared = table[table["expected"] == SAME_PERSON]
    return {
        frozenset(pair)
        for pair in zip(declared["sample_1"], declared["sample_2"], strict=True)
    }


def _neighbours(kinship: Mapping[frozenset[str], float]) -> dict[str, set[str]]:
    near: dict[str, set[str]] = defaultdict(set)
    for pair in kinship:
        for sample in pair:
            near[sample] |= pair - {sample}
    return near
