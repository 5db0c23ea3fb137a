"""Guidance for every patient and drug: the table ``pgx/guidance.tsv``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.guidance.advice import advise_on
from genostrat.pgx.guidance.answers import Result
from genostrat.pgx.guidance.drugs import Drug, gather_drugs

if TYPE_CHECKING:
    import pandas as pd

NOT_CALLED = "not_called"
AMBIGUOUS = "ambiguous"
CALLED = "called"
#: Of a drug's genes, the one that says least decides.
_STATUSES = (CALLED, AMBIGUOUS, NOT_CALLED)

_COLUMNS = ("status", "phenotype", "other_phenotypes", "diplotype")
#: What is read of ``pgx/diplotypes.tsv``.
COLUMNS = ("sample_id", "gene", *_COLUMNS)


@dataclass(frozen=True)
class _Results:
    """One gene's different results, and which patient has which."""

    distinct: list[Result]
    statuses: list[str]
    codes: npt.NDArray[np.intp]


def advise_patients(
    diplotypes: pd.DataFrame,
    *,
    knowledge: Knowledge,
    keep: Sequence[str],
    taken: Mapping[str, Collection[str]] | None,
) -> pd.DataFrame:
    """Look up what is advised, for each kept patient and each drug.

    Parameters
    ----------
    diplotypes
        ``pgx/diplotypes.tsv``.
    knowledge
        The recommendations and guidelines.
    keep
        Identifiers of the kept patients. One without a row for a gene counts as not
        called there.
    taken
        Drug → identifiers of the patients who take it; None where the sheet has no
        medications.

    Returns
    -------
    DataFrame
        As ``pgx/guidance.tsv``: kept patients × drugs.

    Notes
    -----
    Advice is sought once for each different combination of results that a drug
    depends on, and handed to the patients who have it.
    """
    import pandas as pd

    samples = np.array(keep, dtype=object)
    drugs = gather_drugs(knowledge)
    wanted = {gene for drug in drugs for gene in drug.genes}
    results = _gather_results(diplotypes, genes=wanted, keep=keep)
    frames = [_advise_cohort(drug, results) for drug in drugs]
    columns: dict[str, npt.NDArray] = {"sample_id": np.tile(samples, len(drugs))}
    columns["drug"] = np.repeat(
        np.array([drug.name for drug in drugs], dtype=object), len(samples)
    )
    for name in ("genes", "phenotypes", "recommendation", "category"):
        columns[name] = _stack(frames, name)
    columns["source"] = np.full(len(columns["drug"]), knowledge.guidance_source, object)
    columns["source_version"] = np.full(
        len(columns["drug"]), knowledge.guidance_version, object
    )
    columns["knowledge"] = np.full(len(columns["drug"]), knowledge.label, object)
    columns["on_medication"] = _stack_taken(samples, drugs=drugs, taken=taken)
    for name in ("diplotypes", "status", "url", "possible_categories"):
        columns[name] = _stack(frames, name)
    # The same few texts stand in many rows: categories keep one copy of each.
    flags = columns.pop("on_medication")
    texts = {name: pd.Categorical(values) for name, values in columns.items()}
    return pd.DataFrame({**texts, "on_medication": flags})


def _advise_cohort(
    drug: Drug, results: Mapping[str, _Results]
) -> dict[str, npt.NDArray]:
    """Return a drug's columns, one value a patient."""
    genes = [results[gene] for gene in drug.genes]
    # Texts need phenotypes alone; a guideline without texts tells diplotypes as well.
    if drug.texts:
        genes = [_without_diplotypes(gene) for gene in genes]
    patterns, inverse = _combine(genes)
    rows = []
    for pattern in patterns:
        mine = [g.distinct[code] for g, code in zip(genes, pattern, strict=True)]
        statuses = [g.statuses[code] for g, code in zip(genes, pattern, strict=True)]
        advice = advise_on(drug, mine)
        rows.append(
            (
                ";".join("|".join(result.phenotypes) for result in mine),
                advice.recommendation,
                advice.category,
                max(statuses, key=_STATUSES.index),
                "|".join(advice.possible),
            )
        )
    names = ("phenotypes", "recommendation", "category", "status")
    columns = {
        name: np.array(values, dtype=object)[inverse]
        for name, values in zip(
            (*names, "possible_categories"), zip(*rows, strict=True), strict=True
        )
    }
    columns["genes"] = np.full(len(inverse), ";".join(drug.genes), dtype=object)
    columns["url"] = np.full(len(inverse), drug.url, dtype=object)
    columns["diplotypes"] = _join_diplotypes([results[gene] for gene in drug.genes])
    return columns


def _gather_results(
    diplotypes: pd.DataFrame, *, genes: Collection[str], keep: Sequence[str]
) -> dict[str, _Results]:
    """Give the different results of each gene numbers, over the kept patients."""
    import pandas as pd

    order = pd.Index(keep)
    mine = diplotypes[diplotypes["gene"].isin(genes)]
    by_gene = dict(tuple(mine.groupby("gene", observed=True)))
    found = {}
    for gene in genes:
        if gene not in by_gene:
            codes = np.zeros(len(order), dtype=np.intp)
            found[gene] = _Results([Result(gene, ())], [NOT_CALLED], codes)
            continue
        rows = by_gene[gene].set_index("sample_id")[list(_COLUMNS)].reindex(order)
        rows["status"] = rows["status"].fillna(NOT_CALLED)
        numbers, distinct = pd.MultiIndex.from_frame(rows.fillna("")).factorize()
        found[gene] = _Results(
            [_read_result(gene, *row) for row in distinct],
            [row[0] if row[0] in _STATUSES else NOT_CALLED for row in distinct],
            numbers.astype(np.intp),
        )
    return found


def _read_result(
    gene: str, status: str, phenotype: str, others: str, diplotype: str
) -> Result:
    if status == CALLED:
        return Result(gene, (phenotype,), diplotype)
    if status == AMBIGUOUS:
        # Where no other phenotype is named, what else it could be is not known.
        possible = [phenotype, *others.split("|")]
        return Result(gene, tuple(dict.fromkeys(possible)), diplotype)
    return Result(gene, ())


def _without_diplotypes(results: _Results) -> _Results:
    """Merge results that differ in the diplotype only, if it is never told."""
    keys: dict[tuple, int] = {}
    distinct: list[Result] = []
    statuses: list[str] = []
    renumbered = np.empty(len(results.distinct), dtype=np.intp)
    for old, (result, status) in enumerate(
        zip(results.distinct, results.statuses, strict=True)
    ):
        # A diplotype without a phenotype is named, so that a reader can look it up.
        told = result.diplotype if "" in result.phenotypes else ""
        key = (result.phenotypes, status, told)
        if key not in keys:
            keys[key] = len(distinct)
            distinct.append(Result(result.gene, result.phenotypes, told))
            statuses.append(status)
        renumbered[old] = keys[key]
    return _Results(distinct, statuses, renumbered[results.codes])


def _combine(genes: Sequence[_Results]) -> tuple[npt.NDArray, npt.NDArray]:
    """Return the different combinations of results, and the number of each patient's.

    Returns
    -------
    patterns
        Combinations × genes: numbers of the genes' results.
    inverse
        One number of a combination a patient.
    """
    shape = tuple(len(gene.distinct) for gene in genes)
    flat = np.ravel_multi_index([gene.codes for gene in genes], shape)
    found, inverse = np.unique(flat, return_inverse=True)
    return np.stack(np.unravel_index(found, shape), axis=1), inverse


def _join_diplotypes(genes: Sequence[_Results]) -> npt.NDArray:
    columns = [
        np.array([result.diplotype for result in gene.distinct], dtype=object)
        for gene in genes
    ]
    if len(genes) == 1:
        return columns[0][genes[0].codes]
    each = [
        values[gene.codes].tolist() for values, gene in zip(columns, genes, strict=True)
    ]
    return np.array(
        [";".join(names) for names in zip(*each, strict=True)], dtype=object
    )


def _stack(frames: Sequence[Mapping[str, npt.NDArray]], name: str) -> npt.NDArray:
    if not frames:
        return np.empty(0, dtype=object)
    return np.concatenate([frame[name] for frame in frames])


def _stack_taken(
    samples: npt.NDArray,
    *,
    drugs: Sequence[Drug],
    taken: Mapping[str, Collection[str]] | None,
) -> npt.NDArray:
    n = len(samples) * len(drugs)
    if taken is None:
        return np.full(n, None, dtype=object)
    flags = [
        np.isin(samples.astype(str), list(taken.get(drug.name, ()))) for drug in drugs
    ]
    return np.concatenate(flags).astype(object) if flags else np.empty(0, object)
