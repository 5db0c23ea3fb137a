"""Relatedness by KING-robust, relationships, and the largest unrelated set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.genotypes.store import Store
from genostrat.qc.sites import choose_common, count_sites

#: Lower bounds of kinship (Manichaikul 2010): 2^-(3/2), 2^-(5/2), 2^-(7/2), 2^-(9/2).
DEGREES = (
    (0.354, "duplicate"),
    (0.177, "first"),
    (0.0884, "second"),
    (0.0442, "third"),
)
#: A parent and a child share an allele everywhere: only genotyping errors give IBS0.
MAX_PARENT_CHILD_IBS0 = 0.005


def estimate_kinship(
    blocks: Iterable[npt.NDArray[np.int8]], *, n_samples: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Estimate the kinship of every pair of samples.

    Parameters
    ----------
    blocks
        Genotypes of autosomal SNVs, int8 (n_variants, n_samples), −9 missing.
    n_samples
        Number of samples.

    Returns
    -------
    kinship, ibs0, n_sites
        Matrices (n_samples, n_samples): kinship (NaN without heterozygous calls), share
        of sites where the two are opposite homozygotes, and sites called in both.

    Notes
    -----
    The between-family estimator of Manichaikul 2010 (doi 10.1093/bioinformatics/btq559,
    equation 11), as plink2 ``--make-king-table`` computes it:
    φ = ½ − (4·N_AA,aa + N_het1,hom2 + N_hom1,het2) / (4·min(N_het1, N_het2)), over
    sites called in both. Counts come from matrix products over 0/1 matrices, exact in
    single precision below 2²⁴ sites.
    """
    shape = (n_samples, n_samples)
    both_het, opposite, het_hom, called = (
        np.zeros(shape, np.float32) for _ in range(4)
    )
    for block in blocks:
        ref, het, alt = ((block == g).astype(np.float32) for g in (0, 1, 2))
        hom = ref + alt
        both_het += het.T @ het
        opposite += ref.T @ alt
        het_hom += het.T @ hom
        seen = het + hom
        called += seen.T @ seen
    ibs0_count = (opposite + opposite.T).astype(float)
    one_het = (het_hom + het_hom.T).astype(float)
    fewest_het = both_het + np.minimum(het_hom, het_hom.T).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        kinship = 0.5 - (4 * ibs0_count + one_het) / (4 * fewest_het)
        ibs0 = ibs0_count / called
    kinship[fewest_het == 0] = np.nan
    return kinship, ibs0, called.astype(np.int64)


def find_relatives(
    store: Store,
    *,
    min_kinship: float,
    min_sites: int,
    min_maf: float,
    max_missing_rate: float,
    parents: Mapping[str, tuple[str, str]],
) -> tuple[pd.DataFrame, int]:
    """List the related pairs of a cohort.

    Parameters
    ----------
    store
        The genotypes.
    min_kinship
        Pairs from this kinship on are listed.
    min_sites
        Fewest sites, in all and in a pair, for an answer.
    min_maf, max_missing_rate
        Which SNVs are used.
    parents
        sample_id → (father_id, mother_id), blank where unknown.

    Returns
    -------
    pairs
        The table ``qc/relatedness.tsv``; empty where there are too few sites.
    n_sites
        Sites used.
    """
    rows = {}
    for contig in store.autosomes:
        counts = count_sites(contig)
        rows[contig.name] = choose_common(
            contig, counts, min_maf=min_maf, max_missing_rate=max_missing_rate
        )
    n_sites = sum(len(chosen) for chosen in rows.values())
    samples = store.samples
    if n_sites < min_sites or len(samples) < 2:
        return _to_pairs(samples, np.empty((0, 2), int), {}, parents), n_sites

    def blocks() -> Iterator[npt.NDArray[np.int8]]:
        for contig in store.autosomes:
            chosen = rows[contig.name]
            for start in range(0, len(chosen), 2048):
                yield contig.read(chosen[start : start + 2048])

    kinship, ibs0, shared = estimate_kinship(blocks(), n_samples=len(samples))
    with np.errstate(invalid="ignore"):
        related = np.triu((kinship >= min_kinship) & (shared >= min_sites), k=1)
    pairs = np.argwhere(related)
    at = tuple(pairs.T)
    values = {"kinship": kinship[at], "ibs0": ibs0[at], "n_sites": shared[at]}
    return _to_pairs(samples, pairs, values, parents), n_sites


def _to_pairs(
    samples: list[str],
    pairs: npt.NDArray[np.intp],
    values: Mapping[str, npt.NDArray[Any]],
    parents: Mapping[str, tuple[str, str]],
) -> pd.DataFrame:
    names = [tuple(sorted((samples[i], samples[j]))) for i, j in pairs]
    frame = pd.DataFrame(
        {
            "sample_1": [first for first, _ in names],
            "sample_2": [second for _, second in names],
            "kinship": values.get("kinship", []),
            "ibs0": values.get("ibs0", []),
            "n_sites": values.get("n_sites", []),
        }
    )
    frame["relationship"] = [name_degree(value) for value in frame["kinship"]]
    frame["expected"] = [expected_relation(a, b, parents) for a, b in names]
    frame["first_degree_kind"] = [
        _name_first_degree(degree, ibs0)
        for degree, ibs0 in zip(frame["relationship"], frame["ibs0"], strict=True)
    ]
    return frame


def name_degree(kinship: float) -> str:
    """Return duplicate, first, second, third, or blank below all of them."""
    return next((name for bound, name in DEGREES if kinship >= bound), "")


def _name_first_degree(degree: str, ibs0: float) -> str:
    if degree != "first":
        return ""
    return "parent_child" if ibs0 < MAX_PARENT_CHILD_IBS0 else "full_siblings"


def expected_relation(
    first: str, second: str, parents: Mapping[str, tuple[str, str]]
) -> str:
    """Return what the sheet's parents say of a pair, or blank."""
    if second in parents.get(first, ()) or first in parents.get(second, ()):
        return "parent_child"
    mine, theirs = parents.get(first, ("", "")), parents.get(second, ("", ""))
    shared = [a for a, b in zip(mine, theirs, strict=True) if a and a == b]
    return ("", "half_siblings", "full_siblings")[len(shared)]


def read_parents(sheet: pd.DataFrame) -> dict[str, tuple[str, str]]:
    """Return sample_id → (father_id, mother_id) from ``check/samples.tsv``."""
    blank = pd.Series("", index=sheet.index)
    fathers = sheet.get("father_id", blank)
    mothers = sheet.get("mother_id", blank)
    return {
        sample: (father, mother)
        for sample, father, mother in zip(
            sheet["sample_id"], fathers, mothers, strict=True
        )
        if father or mother
    }


def choose_unrelated(
    samples: Iterable[str],
    pairs: pd.DataFrame,
    *,
    min_kinship: float,
    call_rate: Mapping[str, float],
) -> tuple[list[str], dict[str, str]]:
    """Choose a large set of samples without relatives in it.

    The sample with most relatives left goes first; among equals the one with the lower
    call rate, then the later identifier. So of a lone pair the better-called one stays.

    Parameters
    ----------
    samples
        To choose from.
    pairs
        ``qc/relatedness.tsv``.
    min_kinship
        From which a pair counts.
    call_rate
        sample_id → call rate.

    Returns
    -------
    unrelated
        The samples that stay, sorted.
    removed
        Each sample that goes → the relative on whose account.
    """
    pool = set(samples)
    near: dict[str, set[str]] = defaultdict(set)
    for row in pairs.itertuples():
        if row.kinship >= min_kinship and {row.sample_1, row.sample_2} <= pool:
            near[row.sample_1].add(row.sample_2)
            near[row.sample_2].add(row.sample_1)
    removed: dict[str, str] = {}
    while any(near.values()):
        worst = max(
            (name for name in near if near[name]),
            key=lambda name: (len(near[name]), -call_rate.get(name, 0.0), name),
        )
        removed[worst] = min(near[worst])
        for relative in near.pop(worst):
            near[relative].discard(worst)
    return sorted(pool - set(removed)), removed
