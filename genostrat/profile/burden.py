"""Rare variants counted by gene and gene set: a layer of the profile."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from genostrat.arrays import Flags, Indices, Integers
from genostrat.errors import GenostratError, Problem
from genostrat.genotypes.store import Contig, Store
from genostrat.profile.burden_genes import annotated_genes, mapped_genes
from genostrat.profile.features import Layer
from genostrat.sheets.gene_map import GeneMap

log = logging.getLogger(__name__)

LAYER = "burden"
BLOCK_VARIANTS = 1024
#: Names of a set's genes without a variant that are written out.
NAMES_SHOWN = 20


@dataclass(frozen=True)
class Rules:
    """What counts, and from how many patients on; the config's ``profile.burden``.

    Attributes
    ----------
    features
        What becomes a feature: ``"genes"``, ``"sets"`` or both.
    classes
        Classes of consequences.
    high_confidence
        Whether a loss of function must be HC of LOFTEE, where the file has it.
    max_af
        Highest frequency of an allele, in the unrelated patients and in the reference
        populations of the annotations.
    min_carriers
        Fewest unrelated patients with a qualifying allele for a feature.
    max_missing
        Highest share of a feature's variants that a patient may have no genotype of.
    """

    features: Collection[str]
    classes: Collection[str]
    high_confidence: bool
    max_af: float
    min_carriers: int
    max_missing: float


@dataclass(frozen=True)
class Burden:
    """What is counted.

    Attributes
    ----------
    values
        ``profile/burden.tsv``: sample_id and one column a feature; NaN where too much
        is missing.
    genes, sets
        ``profile/burden_genes.tsv`` and ``profile/burden_sets.tsv``.
    """

    values: pd.DataFrame
    genes: pd.DataFrame
    sets: pd.DataFrame


@dataclass(frozen=True)
class _Qualifying:
    """Qualifying variants of some contigs; both matrices variants × samples.

    `pairs` has variant (row of the matrices) and gene (number).
    """

    copies: sparse.csr_matrix
    missing: sparse.csr_matrix
    pairs: Integers


def count_burden(
    store: Store,
    *,
    keep: Sequence[str],
    unrelated: Sequence[str],
    rules: Rules,
    gene_sets: Mapping[str, Sequence[str]],
    gene_map: GeneMap | None = None,
) -> Burden:
    """Count the qualifying alleles of every patient by gene and by gene set.

    Parameters
    ----------
    store
        The genotypes.
    keep
        The patients to count in.
    unrelated
        Those of them that frequencies and carriers are counted in.
    rules
        What counts.
    gene_sets
        Name → genes.
    gene_map
        Where genes lie; then every variant there counts whatever it does. None: genes
        and consequences are those of the annotations.

    Raises
    ------
    GenostratError
        If a set is called as a gene is, or no feature is left.

    Notes
    -----
    A variant qualifies for a gene if its most severe consequence there is of a class
    that counts, its alternate allele is not commoner than ``max_af``, and a patient has
    it. The count is of alternate alleles: 2 where homozygous, and where the patient has
    one chromosome only. In a set a variant counts once, however many of its genes it is
    of. A missing genotype counts as no copy, and a patient with too many is missing.
    """
    samples = np.array(store.samples, dtype=str)
    columns = np.flatnonzero(np.isin(samples, list(keep)))
    is_unrelated = np.isin(samples[columns], list(unrelated))
    joined, n_variants = _read_store(
        store, columns, is_unrelated, rules=rules, gene_map=gene_map
    )
    names = list(n_variants)
    of_genes = _incidence(joined, n_genes=len(names))
    of_sets, in_sets = _gather_sets(of_genes, names, gene_sets)
    by_gene = _Counts(joined, of_genes, is_unrelated, rules, kind="genes")
    by_set = _Counts(joined, of_sets, is_unrelated, rules, kind="sets")
    genes = by_gene.describe("gene", names)
    genes.insert(1, "n_variants", list(n_variants.values()))
    sets = pd.concat([by_set.describe("gene_set", list(gene_sets)), in_sets], axis=1)
    _check_names(genes, sets)
    values = pd.concat([by_gene.values(names), by_set.values(list(gene_sets))], axis=1)
    if values.shape[1] == 0:
        raise GenostratError(_nothing_left(genes, rules, int(is_unrelated.sum())))
    values = values[sorted(values.columns)]
    values.insert(0, "sample_id", samples[columns])
    log.info(
        "burden: %d qualifying variants, %d genes and %d gene sets with %d or more"
        " unrelated carriers",
        joined.copies.shape[0],
        int((genes["status"] == "used").sum()),
        int((sets["status"] == "used").sum()),
        rules.min_carriers,
    )
    return Burden(values, genes, sets)


def burden_layer(values: pd.DataFrame, *, ids: Sequence[str]) -> Layer:
    """Return burden as a layer of the profile.

    Parameters
    ----------
    values
        ``profile/burden.tsv``.
    ids
        The patients, in the order wanted; those without genotypes are left out.
    """
    wide = values.set_index("sample_id").apply(pd.to_numeric).astype(float)
    held = set(wide.index)
    wide = wide.loc[[sample for sample in ids if sample in held]]
    wide.index.name = None
    return Layer(LAYER, wide, is_matrix=False)


def _read_store(
    store: Store,
    columns: Indices,
    is_unrelated: Flags,
    *,
    rules: Rules,
    gene_map: GeneMap | None,
) -> tuple[_Qualifying, dict[str, int]]:
    """Return the qualifying variants, and each gene's number of variants.

    Genes are numbered in the order of the latter.
    """
    n_variants: dict[str, int] = {}
    numbers: dict[str, int] = {}
    parts = []
    for contig in store.contigs:
        if gene_map is None:
            offered = annotated_genes(
                contig, classes=rules.classes, high_confidence=rules.high_confidence
            )
        else:
            offered = mapped_genes(contig, gene_map)
        for gene, number in Counter(offered["gene"].tolist()).items():
            n_variants[gene] = n_variants.get(gene, 0) + number
            numbers.setdefault(gene, len(numbers))
        parts.append(
            _find_qualifying(
                contig,
                offered[offered["counts"]],
                columns,
                is_unrelated,
                rules.max_af,
                numbers,
            )
        )
    return _join(parts, n_samples=len(columns)), n_variants


def _find_qualifying(
    contig: Contig,
    offered: pd.DataFrame,
    columns: Indices,
    is_unrelated: Flags,
    max_af: float,
    numbers: Mapping[str, int],
) -> _Qualifying:
    """Choose the rare ones of the variants offered, and read them."""
    rare = offered[~(offered["frequency"].to_numpy() > max_af)]
    rows = np.unique(rare["variant"].to_numpy())
    copies, missing, kept = [], [], []
    for start in range(0, len(rows), BLOCK_VARIANTS):
        part = rows[start : start + BLOCK_VARIANTS]
        block = contig.read(part)[:, columns]
        is_rare = _is_rare(block[:, is_unrelated], max_af)
        chosen = is_rare & (block > 0).any(axis=1)
        kept.append(part[chosen])
        copies.append(sparse.csr_matrix(np.maximum(block[chosen], 0), dtype=np.int64))
        missing.append(sparse.csr_matrix(block[chosen] < 0, dtype=np.int64))
    place = np.concatenate([np.zeros(0, np.int64), *kept])
    pairs = rare[np.isin(rare["variant"].to_numpy(), place)]
    genes = np.array([numbers[gene] for gene in pairs["gene"]], np.int64)
    at = np.searchsorted(place, pairs["variant"].to_numpy())
    shape = (0, len(columns))
    return _Qualifying(
        sparse.vstack([sparse.csr_matrix(shape, dtype=np.int64), *copies], "csr"),
        sparse.vstack([sparse.csr_matrix(shape, dtype=np.int64), *missing], "csr"),
        np.column_stack([at, genes]).astype(np.int64),
    )


def _is_rare(block: npt.NDArray[np.int8], max_af: float) -> Flags:
    """Say which variants are called, and not commoner than `max_af`."""
    n_called = (block >= 0).sum(axis=1)
    n_alt = np.maximum(block, 0).sum(axis=1, dtype=np.int64)
    frequency = np.full(len(block), np.inf)
    np.divide(n_alt, 2 * n_called, out=frequency, where=n_called > 0)
    return frequency <= max_af


def _join(parts: Sequence[_Qualifying], *, n_samples: int) -> _Qualifying:
    empty = sparse.csr_matrix((0, n_samples), dtype=np.int64)
    n_done, pairs = 0, [np.zeros((0, 2), np.int64)]
    for part in parts:
        pairs.append(part.pairs + np.array([n_done, 0]))
        n_done += part.copies.shape[0]
    return _Qualifying(
        sparse.vstack([empty, *(part.copies for part in parts)], "csr"),
        sparse.vstack([empty, *(part.missing for part in parts)], "csr"),
        np.concatenate(pairs),
    )


def _incidence(joined: _Qualifying, *, n_genes: int) -> sparse.csr_matrix:
    """Return which variants are of which genes: variants × genes, 0 or 1."""
    ones = np.ones(len(joined.pairs), np.int64)
    shape = (joined.copies.shape[0], n_genes)
    variant, gene = joined.pairs.T
    return sparse.csr_matrix((ones, (variant, gene)), shape=shape)


def _gather_sets(
    of_genes: sparse.csr_matrix,
    names: Sequence[str],
    gene_sets: Mapping[str, Sequence[str]],
) -> tuple[sparse.csr_matrix, pd.DataFrame]:
    """Return which variants are of which sets, and how many genes were found."""
    numbers = {name: number for number, name in enumerate(names)}
    found = [
        [gene for gene in genes if gene in numbers] for genes in gene_sets.values()
    ]
    lost = [[g for g in genes if g not in numbers] for genes in gene_sets.values()]
    places = [
        (numbers[gene], number) for number, genes in enumerate(found) for gene in genes
    ]
    gene, number = np.array(places, np.int64).reshape(-1, 2).T
    shape = (len(numbers), len(gene_sets))
    members = sparse.csr_matrix(
        (np.ones(len(places), np.int64), (gene, number)), shape=shape
    )
    of_sets = sparse.csr_matrix(((of_genes @ members) > 0).astype(np.int64))
    told = {
        "n_genes": [len(set(genes)) for genes in gene_sets.values()],
        "n_found": [len(genes) for genes in found],
        "not_found": [";".join(sorted(genes)[:NAMES_SHOWN]) for genes in lost],
    }
    return of_sets, pd.DataFrame(told)


class _Counts:
    """Copies and missing genotypes by feature, as features × samples."""

    def __init__(
        self,
        joined: _Qualifying,
        members: sparse.csr_matrix,
        is_unrelated: Flags,
        rules: Rules,
        *,
        kind: str,
    ) -> None:
        turned = sparse.csr_matrix(members.T)
        self._copies = sparse.csr_matrix(turned @ joined.copies)
        self._missing = sparse.csr_matrix(turned @ joined.missing)
        self._n_qualifying = np.asarray(members.sum(axis=0)).ravel()
        carried = self._copies[:, np.flatnonzero(is_unrelated)] > 0
        self._n_carriers = np.asarray(carried.sum(axis=1)).ravel()
        self._status = np.where(
            self._n_qualifying == 0,
            "no_qualifying",
            np.where(self._n_carriers < rules.min_carriers, "few_carriers", "used"),
        )
        if kind not in rules.features:
            self._status = np.where(self._status == "used", "not_asked", self._status)
        self._max_missing = rules.max_missing

    def describe(self, what: str, names: Sequence[str]) -> pd.DataFrame:
        """Return one row a feature."""
        n_calls = self._n_qualifying * self._copies.shape[1]
        n_missing = np.asarray(self._missing.sum(axis=1)).ravel()
        rate = np.full(len(names), np.nan)
        np.divide(n_missing, n_calls, out=rate, where=n_calls > 0)
        return pd.DataFrame(
            {
                what: pd.Series(list(names), dtype=object),
                "n_qualifying": self._n_qualifying,
                "n_carriers": self._n_carriers,
                "missing_rate": rate,
                "status": self._status,
            }
        )

    def values(self, names: Sequence[str]) -> pd.DataFrame:
        """Return samples × features that are used; NaN where too much is missing."""
        used = np.flatnonzero(self._status == "used")
        copies = self._copies[used].toarray().T.astype(float)
        missing = self._missing[used].toarray().T
        copies[missing > self._max_missing * self._n_qualifying[used]] = np.nan
        return pd.DataFrame(copies, columns=[names[place] for place in used.tolist()])


def _check_names(genes: pd.DataFrame, sets: pd.DataFrame) -> None:
    both = sorted(set(genes["gene"]) & set(sets["gene_set"]))
    if both:
        raise GenostratError(
            Problem(
                "a gene set is called as a gene is, so their features would be one",
                found=", ".join(both[:NAMES_SHOWN]),
                fix="rename the set in its file of `gene_sets`",
            )
        )


def _nothing_left(genes: pd.DataFrame, rules: Rules, n_unrelated: int) -> Problem:
    rarest = 1 / (2 * n_unrelated) if n_unrelated else 1.0
    fix = "lower profile.burden.min_carriers, add `gene_sets`, or raise max_af"
    if rarest > rules.max_af:
        fix = (
            f"raise profile.burden.max_af: among {n_unrelated} unrelated patients one"
            f" copy alone is a frequency of {rarest:.3g}"
        )
    return Problem(
        "no gene and no gene set has enough carriers of rare variants",
        found=f"{len(genes)} genes, {int(genes['n_qualifying'].gt(0).sum())} with a"
        f" qualifying variant; at most {int(genes['n_carriers'].max() or 0)} unrelated"
        " carriers"
        if len(genes)
        else "no variant is of a gene",
        allowed=f"{rules.min_carriers} or more unrelated carriers",
        fix=fix,
    )
