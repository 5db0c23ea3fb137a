"""What the clinical sheet says of families, held against kinship of the genotypes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import pdtrc, stdtrit

from genostrat.genotypes.store import Store
from genostrat.qc.relatedness.expectation import Expectation, Expectations
from genostrat.qc.relatedness.king import measure_pairs
from genostrat.qc.relatedness.kinship import (
    MIN_BLOCKS,
    KinshipOptions,
    KinshipSites,
    choose_sites,
)
from genostrat.qc.relatedness.relationships import (
    MAX_PARENT_CHILD_SHARE,
    name_degree,
    name_first_degree,
)
from genostrat.sheets.pedigree import Pedigree

COLUMNS = [
    "sample_1",
    "sample_2",
    "expected",
    "expected_kinship",
    "relationship",
    "kinship",
    "status",
    "reason",
    "kinship_se",
    "ibs0",
    "n_sites",
]
#: Fewest sites called in both for a declared pair.
MIN_SITES = 100
#: Two samples of a person, and a parent and a child, share as much in every part of the
#: genome; other relatives may share nothing over a whole arm of a chromosome.
EVEN = ("same_person", "parent_child")
MIN_BLOCKS_EVEN = 5
#: Chance that the true kinship lies beyond either end of the interval.
TAIL = 0.005
#: Lowest kinship of a duplicate, and highest one of people who are not related.
DUPLICATE, UNRELATED = 0.354, 0.0221
#: Relatives of one degree share more or less by the chance of inheritance, and KING
#: gives less where the parents come from different populations.
SLACK = 0.02
#: Chance of so many opposite homozygotes, from which they rule out one person, or
#: parent and child.
IBS0_P_VALUE = 0.001
#: Opposite homozygotes that a relation should give for their lack to speak against it.
EXPECTED_IBS0_SITES = 20
#: Where the heterozygosity of one is below this share of the other's, the two are of
#: different ancestry, and KING gives them less kinship than they have.
MIN_HET_SHARE = 0.9
#: Degrees of relatedness that are reported where the sheet does not list the pair.
SURPRISING = ("duplicate", "first", "second")

CHILD_OF_PARENT = Expectation("parent_child", 0.25)

WORDS = {
    "same_person": "one person",
    "duplicate": "one person, or identical twins",
    "parent_child": "parent and child",
    "full_siblings": "full siblings",
    "half_siblings": "half-siblings",
    "grandparent": "grandparent and grandchild",
    "avuncular": "aunt or uncle and nephew or niece",
    "first": "first-degree relatives",
    "second": "second-degree relatives",
    "second_degree": "second-degree relatives",
    "third": "third-degree relatives",
    "third_degree": "third-degree relatives",
    "distant": "distant relatives",
    "unrelated": "not closely related",
}


@dataclass(frozen=True)
class MeasuredPair:
    """What the genotypes say of one pair.

    Parameters
    ----------
    kinship, error
        With its standard error; NaN where there are no heterozygous calls.
    ibs0
        Share of sites with opposite homozygotes.
    n_sites
        Sites called in both.
    het_share
        Heterozygosity of the one that has less of it, by that of the other.
    """

    kinship: float
    error: float
    ibs0: float
    n_sites: int
    het_share: float


def check_pedigree(
    store: Store,
    pairs: pd.DataFrame,
    *,
    pedigree: Pedigree,
    options: KinshipOptions,
    threads: int = 1,
) -> pd.DataFrame:
    """Compare declared with found relatives.

    Parameters
    ----------
    store
        The genotypes.
    pairs
        ``qc/relatedness.tsv``.
    pedigree
        What the sheet says.
    options
        Which variants count for kinship.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    DataFrame
        The table ``qc/pedigree.tsv``: every pair of samples that the sheet makes one
        person or relatives of up to the third degree, every link that was set aside,
        and every pair of up to the second degree that the sheet does not know of.

    Notes
    -----
    Each declared pair is measured, whether or not the search listed it. It is a
    mismatch if the 99 % interval of its kinship (t distribution, standard error from
    a block jackknife over the genome) lies outside the band of the expected degree; ok
    if it reaches into the band and excludes unrelated people, or if opposite
    homozygotes do; and not assessable if none of this holds. Bands are φ/√2 − 0.02 to
    φ·√2 + 0.02 around the expected φ. A parent and a child, or two samples of a person,
    who are opposite homozygotes at significantly more than a tenth of the sites where
    strangers would be are a mismatch; so are siblings who are at no more than that. In
    people of different ancestry (heterozygosity less than 0.9 of the other's) KING
    gives too little: too low a kinship is no mismatch then.
    """
    expected = Expectations(pedigree)
    aside = _find_set_aside(pedigree, store.samples)
    declared = sorted({*expected.close_pairs(store.samples), *aside})
    rows = []
    if declared:
        sites = choose_sites(store, options, threads=threads)
        measured = _measure(store, sites, declared, threads=threads)
        for pair, values in zip(declared, measured, strict=True):
            if pair in aside:
                judged = _judge(CHILD_OF_PARENT, values, sites)
                judged = _set_aside(judged, reason=aside[pair])
            else:
                judged = _judge(expected.of(*pair), values, sites)
            rows.append(_to_row(pair, judged, values))
    known = set(declared)
    rows += [row for row in _find_unexpected(pairs, expected, known)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _find_set_aside(
    pedigree: Pedigree, samples: list[str]
) -> dict[tuple[str, str], str]:
    """Return the pairs of samples whose declared link is not believed, and why."""
    chosen, own = set(samples), pedigree.samples_of
    found = {}
    for doubt in pedigree.doubts:
        for child in own.get(doubt.child, ()):
            for parent in own.get(doubt.parent, ()):
                if {child, parent} <= chosen:
                    found[min(child, parent), max(child, parent)] = doubt.reason
    return found


def _measure(
    store: Store,
    sites: KinshipSites,
    pairs: list[tuple[str, str]],
    *,
    threads: int,
) -> Iterator[MeasuredPair]:
    column = {sample: number for number, sample in enumerate(store.samples)}
    places = np.array([[column[one], column[two]] for one, two in pairs], np.intp)
    found, errors = measure_pairs(
        store, sites.rows, places, sites.blocks, threads=threads
    )
    het = np.sort(sites.heterozygosity[places], axis=1)
    with np.errstate(invalid="ignore"):
        shares = het[:, 0] / het[:, 1]
    columns = found.kinship, errors, found.ibs0, found.n_sites, shares
    for kinship, error, ibs0, n_sites, share in zip(*columns, strict=True):
        yield MeasuredPair(
            float(kinship), float(error), float(ibs0), int(n_sites), float(share)
        )


@dataclass(frozen=True)
class _Judgement:
    expected: Expectation
    relationship: str
    status: str
    reason: str


def _judge(
    expected: Expectation, measured: MeasuredPair, sites: KinshipSites
) -> _Judgement:
    min_blocks = MIN_BLOCKS_EVEN if expected.relation in EVEN else MIN_BLOCKS
    if measured.n_sites < MIN_SITES or sites.n_blocks < min_blocks:
        reason = (
            f"{measured.n_sites} variants called in both, in {sites.n_blocks} parts of"
            f" the genome, are too few: at least {MIN_SITES} in {min_blocks} are needed"
        )
        return _Judgement(expected, "", "not_assessable", reason)
    if not np.isfinite(measured.kinship + measured.error):
        reason = "a sample has no heterozygous call among the variants used"
        return _Judgement(expected, "", "not_assessable", reason)
    status, finding = _compare(expected, measured, sites)
    words = (
        f"the sheet makes them {WORDS[expected.relation]} (kinship"
        f" {expected.kinship:.3f}); the genotypes show kinship {measured.kinship:.3f}"
    )
    relationship = "" if status == "not_assessable" else _name(measured, sites)
    return _Judgement(expected, relationship, status, words + finding)


def _compare(
    expected: Expectation, measured: MeasuredPair, sites: KinshipSites
) -> tuple[str, str]:
    """Return the status of a pair, and the end of the sentence that explains it."""
    kinship = measured.kinship
    reach = float(stdtrit(sites.n_blocks - 1, 1 - TAIL)) * measured.error
    low, high = _band(expected)
    too_low, too_high = kinship + reach < low, kinship - reach > high
    no_strangers = _lack_ibs0(measured, sites, share=1.0)
    contradiction = _contradict_kind(expected, measured, sites)
    if (
        too_low
        and not contradiction
        and expected.relation != "same_person"
        and measured.het_share < MIN_HET_SHARE
    ):
        finding = ", which comes out too low in people of different ancestry"
        return "ok" if no_strangers else "not_assessable", finding
    if too_low or too_high:
        return "mismatch", f": {WORDS[_name(measured, sites)]}"
    if contradiction:
        return "mismatch", f", but {contradiction}"
    if kinship - reach <= UNRELATED and not no_strangers:
        return (
            "not_assessable",
            f", give or take {reach:.3f}, which strangers may have too",
        )
    return "ok", ""


def _name(measured: MeasuredPair, sites: KinshipSites) -> str:
    degree = name_degree(measured.kinship)
    kind = name_first_degree(
        degree, measured.ibs0, of_strangers=sites.ibs0_of_strangers
    )
    return kind or degree or "unrelated"


def _band(expected: Expectation) -> tuple[float, float]:
    """Return the lowest and the highest kinship that fits."""
    if expected.relation == "same_person":
        return DUPLICATE, 1.0
    low = expected.kinship / np.sqrt(2) - SLACK
    high = expected.kinship * np.sqrt(2) + SLACK
    return low, max(high, DUPLICATE + SLACK) if expected.at_least else high


def _contradict_kind(
    expected: Expectation, measured: MeasuredPair, sites: KinshipSites
) -> str:
    """Say why opposite homozygotes rule out the expected relation, if they do."""
    n_ibs0 = round(measured.ibs0 * measured.n_sites)
    limit = MAX_PARENT_CHILD_SHARE * sites.ibs0_of_strangers * measured.n_sites
    if expected.relation in EVEN:
        if n_ibs0 and pdtrc(n_ibs0 - 1, limit) < IBS0_P_VALUE:
            return f"opposite homozygotes at {n_ibs0} variants, which rule it out"
    # Siblings have a quarter of the opposite homozygotes of strangers.
    elif (
        expected.relation == "full_siblings"
        and measured.kinship < DUPLICATE
        and _lack_ibs0(measured, sites, share=0.25)
    ):
        return f"opposite homozygotes at {n_ibs0} variants: parent and child"
    return ""


def _lack_ibs0(measured: MeasuredPair, sites: KinshipSites, *, share: float) -> bool:
    """Say whether opposite homozygotes are as few as in parent and child.

    False where those with such a share of what strangers have could be so few, too.
    """
    of_strangers = sites.ibs0_of_strangers
    few = measured.ibs0 <= MAX_PARENT_CHILD_SHARE * of_strangers
    return few and share * of_strangers * measured.n_sites >= EXPECTED_IBS0_SITES


def _set_aside(judged: _Judgement, *, reason: str) -> _Judgement:
    """Turn the judgement of a link that the sheet itself contradicts."""
    shown = WORDS.get(judged.relationship, "nothing clear")
    return _Judgement(
        CHILD_OF_PARENT,
        judged.relationship,
        "not_assessable",
        f"set aside: {reason}; the genotypes show {shown}",
    )


def _to_row(
    pair: tuple[str, str], judged: _Judgement, measured: MeasuredPair
) -> dict[str, Any]:
    return {
        "sample_1": pair[0],
        "sample_2": pair[1],
        "expected": judged.expected.relation,
        "expected_kinship": judged.expected.kinship,
        "relationship": judged.relationship,
        "kinship": measured.kinship,
        "status": judged.status,
        "reason": judged.reason,
        "kinship_se": measured.error,
        "ibs0": measured.ibs0,
        "n_sites": measured.n_sites,
    }


def _find_unexpected(
    pairs: pd.DataFrame, expected: Expectations, known: set[tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    close = pairs[pairs["relationship"].isin(SURPRISING)]
    for row in close.to_dict("records"):
        pair = row["sample_1"], row["sample_2"]
        if pair in known:
            continue
        expectation = expected.of(*pair)
        found = row["first_degree_kind"] or row["relationship"]
        told = (
            "the sheet does not relate them"
            if expectation.kinship == 0
            else f"the sheet makes them {WORDS[expectation.relation]}"
        )
        yield {
            **{name: row[name] for name in COLUMNS if name in row},
            "expected": expectation.relation,
            "expected_kinship": expectation.kinship,
            "relationship": found,
            "status": "unexpected",
            "reason": f"the genotypes show {WORDS[found]} (kinship"
            f" {row['kinship']:.3f}); {told}",
        }
