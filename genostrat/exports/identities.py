"""The same person in two stores: across cohorts, arrays and genomes, and the panel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from genostrat.arrays import Flags, Indices, Integers, Singles
from genostrat.genotypes.store import Store
from genostrat.qc.components.projection import orient
from genostrat.qc.panel.sites import match_variants
from genostrat.qc.relatedness.relationships import name_degree
from genostrat.qc.sites import count_sites
from genostrat.registry.words.exports import (
    DIFFERENT_PERSON,
    FIRST_DEGREE,
    IDENTITIES,
    NOT_ASSESSABLE,
    SAME_PERSON,
)

COLUMNS = [
    "sample_id",
    "source",
    "other_id",
    "same_id",
    "status",
    "kinship",
    "concordance",
    "het_concordance",
    "n_sites",
]
#: Fewest shared sites for an answer: below, first-degree relatives may look like one
#: person, and strangers like relatives.
MIN_SITES = 200
#: Sites that all pairs are compared at, evenly over those shared.
SCREENED_SITES = 2000
#: Lowest minor allele frequency and call rate of a site, in both stores.
MIN_MAF, MIN_CALLED = 0.05, 0.9
#: Kinship from which a pair is looked at closely, and listed: first degree.
MIN_KINSHIP = 0.177
#: Standard error of the kinship of strangers at one site; it falls with the root of
#: their number.
ERROR_OF_ONE, MIN_ERRORS = 0.7, 6.0
#: Samples of the first store compared at once, and genotypes read at once.
AT_ONCE, BLOCK_BYTES = 256, 1 << 24


@dataclass
class CommonSites:
    """Sites that two stores share; each mapping is by contig."""

    own: dict[str, Indices] = field(default_factory=dict)
    other: dict[str, Indices] = field(default_factory=dict)
    flipped: dict[str, Flags] = field(default_factory=dict)
    n_shared: int = 0
    n_palindromic: int = 0

    @property
    def n_used(self) -> int:
        """Sites that pairs are compared at."""
        return sum(map(len, self.own.values()))


def share_common_sites(own: Store, other: Store, *, threads: int = 1) -> CommonSites:
    """Find the common autosomal SNVs of two stores, whatever strand either is on.

    Parameters
    ----------
    own, other
        Genotypes of one build.
    threads
        Blocks of variants worked on at once.

    Notes
    -----
    An array may be on another strand than a genome, and may call the genome's REF its
    ALT. Complementary and exchanged alleles match; A/T and C/G SNVs, of which the
    strand cannot be told, are left out.
    """
    sites = CommonSites()
    for contig in own.autosomes:
        theirs = other.contig(contig.name)
        if theirs is None:
            continue
        pairs = match_variants(contig.variants, theirs.variants, strand_known=False)
        sites.n_shared += len(pairs)
        sites.n_palindromic += int(pairs["palindromic"].sum())
        pairs = pairs[~pairs["palindromic"]]
        mine, yours = (
            pairs["panel"].to_numpy(np.intp),
            pairs["cohort"].to_numpy(np.intp),
        )
        counts = (
            count_sites(contig, threads=threads),
            count_sites(theirs, threads=threads),
        )
        # One of them may have a single sample, which has no frequencies.
        good = (counts[0].minor_frequency[mine] >= MIN_MAF) | (
            counts[1].minor_frequency[yours] >= MIN_MAF
        )
        good &= counts[0].n_called[mine] >= MIN_CALLED * len(own.samples)
        good &= counts[1].n_called[yours] >= MIN_CALLED * len(other.samples)
        pairs = pairs[good]
        sites.own[contig.name] = pairs["panel"].to_numpy(np.intp)
        sites.other[contig.name] = pairs["cohort"].to_numpy(np.intp)
        sites.flipped[contig.name] = pairs["flipped"].to_numpy(bool)
    return sites


def find_identities(
    own: Store, other: Store, *, source: str, threads: int = 1
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """List who of one store is who of another, or a first-degree relative of them.

    Parameters
    ----------
    own, other
        Genotypes of one build.
    source
        What the other is called: the name of a cohort, or ``reference panel``.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    table
        Of ``exports/identities.tsv``: pairs of first degree or closer by KING-robust
        (Manichaikul 2010, doi 10.1093/bioinformatics/btq559), and pairs of one
        identifier whatever their kinship.
    record
        Sites and pairs.

    Notes
    -----
    All pairs are compared at up to 2,000 sites; those that may be close, and those of
    one identifier, at all of them.
    """
    sites = share_common_sites(own, other, threads=threads)
    record: dict[str, Any] = {
        "source": source,
        "n_sites_shared": sites.n_shared,
        "n_sites_palindromic": sites.n_palindromic,
        "n_sites": sites.n_used,
        "n_samples": len(other.samples),
        "assessable": sites.n_used >= MIN_SITES,
        "reason": None,
    }
    pairs = set(_same_names(own.samples, other.samples))
    if sites.n_used >= MIN_SITES:
        pairs |= set(_screen(own, other, sites))
    else:
        record["reason"] = (
            f"{sites.n_used} common variants in both are too few; {MIN_SITES} are"
            " needed"
        )
    table = _compare_closely(own, other, sites, sorted(pairs), source=source)
    for status in IDENTITIES:
        record[f"n_{status}"] = int((table["status"] == status).sum())
    named = table[table["same_id"]]
    record["n_same_id"] = len(named)
    record["n_same_id_differs"] = int((named["status"] != SAME_PERSON).sum())
    return table, record


def list_identities(
    own: Store,
    others: Mapping[str, Store],
    *,
    not_compared: Mapping[str, str],
    threads: int = 1,
) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """Compare a store with several others.

    Parameters
    ----------
    own
        Genotypes of the cohort.
    others
        Name → genotypes, of the same build.
    not_compared
        Name → why it cannot be compared.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    table, records
        ``exports/identities.tsv`` and ``exports/identities.json``.
    """
    found = [
        find_identities(own, other, source=name, threads=threads)
        for name, other in others.items()
    ]
    tables = [table for table, _ in found if len(table)]
    table = pd.concat(tables) if tables else pd.DataFrame(columns=COLUMNS)
    told = [_tell_absence(name, reason) for name, reason in not_compared.items()]
    return table, [*(record for _, record in found), *told]


def _tell_absence(source: str, reason: str) -> dict[str, Any]:
    """Return the record of a store that could not be compared."""
    numbers = ("sites_shared", "sites_palindromic", "sites", "samples", "same_id")
    counted = (*numbers, "same_id_differs", *IDENTITIES)
    record: dict[str, Any] = {f"n_{name}": 0 for name in counted}
    return record | {"source": source, "assessable": False, "reason": reason}


def _same_names(own: Sequence[str], other: Sequence[str]) -> Iterator[tuple[int, int]]:
    places = {name: place for place, name in enumerate(other)}
    for place, name in enumerate(own):
        if name in places:
            yield place, places[name]


def _screen(own: Store, other: Store, sites: CommonSites) -> Iterator[tuple[int, int]]:
    """Yield the pairs that may be of first degree, by some of the sites."""
    picks = _spread(sites, SCREENED_SITES)
    theirs = _split(_read(other, sites.other, picks, sites.flipped))
    mine = _read(own, sites.own, picks, None)
    # At a few sites chance reaches further than the bound.
    slack = MIN_ERRORS / 2 * ERROR_OF_ONE / np.sqrt(max(len(mine), 1))
    with threadpool_limits(1, user_api="blas"):
        for start in range(0, mine.shape[1], AT_ONCE):
            kinship = _kinship_of_all(_split(mine[:, start : start + AT_ONCE]), theirs)
            for one, two in zip(
                *np.nonzero(kinship >= MIN_KINSHIP - slack), strict=True
            ):
                yield int(one) + start, int(two)


def _spread(sites: CommonSites, wanted: int) -> dict[str, Flags]:
    total = sites.n_used
    picked = np.zeros(total, bool)
    picked[np.linspace(0, total - 1, min(total, wanted)).astype(int)] = True
    picks, done = {}, 0
    for name, rows in sites.own.items():
        picks[name] = picked[done : done + len(rows)]
        done += len(rows)
    return picks


def _read(
    store: Store,
    rows: Mapping[str, Indices],
    picks: Mapping[str, Flags],
    flipped: Mapping[str, Flags] | None,
) -> npt.NDArray[np.int8]:
    parts = [np.empty((0, len(store.samples)), np.int8)]
    for name, own in rows.items():
        contig = store.contig(name)
        if contig is None or not picks[name].any():
            continue
        genotypes = contig.read(own[picks[name]])
        if flipped is not None:
            genotypes = orient(genotypes, flipped[name][picks[name]])
        parts.append(genotypes)
    return np.concatenate(parts)


def _split(genotypes: npt.NDArray[np.int8]) -> Singles:
    return np.stack([genotypes == value for value in (0, 1, 2)]).astype(np.float32)


def _kinship_of_all(own: Singles, theirs: Singles) -> Singles:
    """Return KING-robust kinship of every pair; counts below 2²⁴ are exact."""
    opposite = own[0].T @ theirs[2] + own[2].T @ theirs[0]
    both = own[1].T @ theirs[1]
    own_het = own[1].T @ theirs.sum(axis=0)
    their_het = own.sum(axis=0).T @ theirs[1]
    fewest = np.maximum(np.minimum(own_het, their_het), 1)
    one = own_het + their_het - 2 * both
    return (0.5 - (4 * opposite + one) / (4 * fewest)).astype(np.float32)


def _compare_closely(
    own: Store,
    other: Store,
    sites: CommonSites,
    pairs: Sequence[tuple[int, int]],
    *,
    source: str,
) -> pd.DataFrame:
    """Compare some pairs at all sites."""
    left = np.array([one for one, _ in pairs], np.intp)
    right = np.array([two for _, two in pairs], np.intp)
    counts = np.zeros((3, 3, len(pairs)), np.int64)
    if len(pairs):
        for mine, theirs in _read_pairs(own, other, sites):
            counts += _cross(mine[:, left], theirs[:, right])
    rows = [
        _judge_pair(
            counts[:, :, number],
            own.samples[one],
            other.samples[two],
            source=source,
            n_shared=sites.n_used,
        )
        for number, (one, two) in enumerate(pairs)
    ]
    listed = [
        row
        for row in rows
        if row["same_id"] or row["status"] in (SAME_PERSON, FIRST_DEGREE)
    ]
    return pd.DataFrame(listed, columns=COLUMNS)


def _read_pairs(
    own: Store, other: Store, sites: CommonSites
) -> Iterator[tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]]:
    size = max(16, BLOCK_BYTES // max(len(own.samples) + len(other.samples), 1))
    for name, rows in sites.own.items():
        mine, theirs = own.contig(name), other.contig(name)
        if mine is None or theirs is None:
            continue
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            turned = orient(
                theirs.read(sites.other[name][part]), sites.flipped[name][part]
            )
            yield mine.read(rows[part]), turned


def _cross(one: npt.NDArray[np.int8], two: npt.NDArray[np.int8]) -> Integers:
    """Count sites by the genotypes of both: (3, 3, n_pairs)."""
    counts = [
        [((one == a) & (two == b)).sum(axis=0) for b in range(3)] for a in range(3)
    ]
    return np.array(counts, np.int64)


def _judge_pair(
    counts: Integers, one: str, two: str, *, source: str, n_shared: int
) -> dict[str, Any]:
    n_sites = int(counts.sum())
    het_one, het_two = int(counts[1].sum()), int(counts[:, 1].sum())
    fewest = min(het_one, het_two)
    opposite, both = int(counts[0, 2] + counts[2, 0]), int(counts[1, 1])
    kinship = float("nan")
    if fewest:
        kinship = 0.5 - (4 * opposite + het_one + het_two - 2 * both) / (4 * fewest)
    noise = MIN_ERRORS * ERROR_OF_ONE / np.sqrt(max(n_sites, 1))
    # One that is not a number passes no bound.
    if min(n_sites, n_shared) < MIN_SITES or kinship != kinship:
        status = NOT_ASSESSABLE
    elif name_degree(kinship) == "duplicate":
        status = SAME_PERSON
    elif name_degree(kinship) == "first" and kinship >= noise:
        status = FIRST_DEGREE
    else:
        status = DIFFERENT_PERSON
    return {
        "sample_id": one,
        "source": source,
        "other_id": two,
        "same_id": one == two,
        "status": status,
        "kinship": kinship,
        "concordance": float(np.trace(counts) / n_sites) if n_sites else float("nan"),
        # Homozygotes of the common allele agree in strangers, too.
        "het_concordance": both / (het_one + het_two - both)
        if het_one + het_two
        else float("nan"),
        "n_sites": n_sites,
    }
