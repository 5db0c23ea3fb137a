"""Phenotypes of pharmacogenes by ancestry, for a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from genostrat.bundle.parts import Part
from genostrat.disclosure.cells import link_cells, protect, show
from genostrat.disclosure.membership import MOST_AUC, count_allowed, count_needed

FILE = "pgx_phenotypes.tsv"
COLUMNS = ("gene", "group", "phenotype", "count", "n")
EVERYBODY = "all"
NOT_LABELLED = "unassigned"
#: A patient whose call leaves the phenotype open, or who has none.
OPEN = "not known"


def count_phenotypes(
    diplotypes: pd.DataFrame,
    *,
    unrelated: Sequence[str],
    ancestry: pd.DataFrame | None,
    threshold: int,
    genes: Sequence[str] = (),
) -> Part:
    """Count the phenotypes of every gene, by ancestry where it is labelled.

    Parameters
    ----------
    diplotypes
        ``pgx/diplotypes.tsv``.
    unrelated
        Patients who are kept and unrelated.
    ancestry
        ``qc/ancestry.tsv``; None without labels.
    threshold
        Smallest count that is shown.
    genes
        Genes to release, the first first; none for all, those with the fewest
        phenotypes first.

    Notes
    -----
    Who knows a person's genotypes can tell from the counts of many genes whether the
    person is among those counted, as from the means of many features
    (:mod:`genostrat.disclosure.membership`). A gene of k phenotypes has k − 1 free
    counts; of more genes than the patients allow, the later ones are left out, and
    groups by ancestry are counted only where the smallest of them allows all genes.
    """
    people = sorted(set(unrelated))
    known, n_unknown = _known_phenotypes(diplotypes, people)
    order = genes or sorted(known, key=lambda gene: (_count_free(known[gene]), gene))
    asked = [gene for gene in order if gene in known]
    kept = _choose(asked, known, n_people=len(people))
    groups = _group(people, ancestry, threshold)
    n_free = sum(_count_free(known[gene]) for gene in kept)
    # Of a group below the threshold every count is withheld.
    sizes = (int(mask.sum()) for mask in groups.values())
    smallest = min((size for size in sizes if size >= threshold), default=0)
    left_out = []
    if len(asked) < len(order):
        n = len(order) - len(asked)
        left_out.append(f"{n} genes of bundle.genes of which no phenotype is known")
    if len(groups) > 1 and n_free > count_allowed(smallest):
        groups = {EVERYBODY: np.ones(len(people), bool)}
        left_out.append(
            f"counts by ancestry: the smallest group has {_at_most(smallest)} patients,"
            f" and {n_free} free counts need {count_needed(n_free)}"
        )
    rows = _count_genes({gene: known[gene] for gene in kept}, groups, threshold)
    if n_unknown:
        left_out.append(f"{n_unknown} genes of which no phenotype is known")
    if len(kept) < len(asked):
        needed = count_needed(sum(_count_free(known[gene]) for gene in asked))
        left_out.append(
            f"{len(asked) - len(kept)} genes: the counts of all would tell who is among"
            f" those counted, unless they are {needed}; bundle.genes chooses"
        )
    return Part(
        FILE,
        pd.DataFrame(sorted(rows), columns=list(COLUMNS)),
        frozenset(people),
        "Unrelated patients with each phenotype of each pharmacogene, by ancestry where"
        " that is labelled.",
        f"Counts below {threshold}, zeros among them, are withheld, others rounded to"
        " 5, and no small one can be worked out from sums. There are so few counts that"
        " the best attack by somebody with a person's genotypes tells a member from"
        f" another with an area under the curve of {MOST_AUC} at most.",
        tuple(left_out),
    )


def _at_most(count: int) -> str:
    """Say a size without telling it: the next multiple of ten."""
    return f"at most {-(-count // 10) * 10}"


def _known_phenotypes(
    diplotypes: pd.DataFrame, people: list[str]
) -> tuple[dict[str, pd.Series], int]:
    """Return gene → phenotype of everybody, and how many genes have none."""
    known: dict[str, pd.Series] = {}
    n_unknown = 0
    for gene, own in diplotypes.groupby("gene", observed=True, sort=True):
        called = own[own["status"] == "called"].set_index("sample_id")["phenotype"]
        phenotypes = called.astype(str).reindex(people).fillna("").replace("", OPEN)
        if (phenotypes == OPEN).all():
            n_unknown += 1
        else:
            known[str(gene)] = phenotypes
    return known, n_unknown


def _count_free(phenotypes: pd.Series) -> int:
    """Return how many counts of a gene can vary, given the number of people."""
    return int(phenotypes.nunique()) - 1


def _choose(
    order: Sequence[str], known: dict[str, pd.Series], *, n_people: int
) -> list[str]:
    """Return the genes that the number of people allows, the first ones first."""
    kept, left = [], count_allowed(n_people) if n_people else 0
    for gene in order:
        n_free = _count_free(known[gene])
        if n_free <= left:
            kept.append(gene)
            left -= n_free
    return kept


def _group(
    people: list[str], ancestry: pd.DataFrame | None, threshold: int
) -> dict[str, np.ndarray]:
    """Return group → who is in it; one group where no two are large enough."""
    whole = {EVERYBODY: np.ones(len(people), bool)}
    if ancestry is None or ancestry.empty:
        return whole
    labels = ancestry.set_index("sample_id")["ancestry"].astype(str).reindex(people)
    values = labels.fillna(NOT_LABELLED).replace("", NOT_LABELLED).to_numpy()
    groups = {str(value): values == value for value in sorted(set(values))}
    large = [value for value, mask in groups.items() if mask.sum() >= threshold]
    return groups if len(large) > 1 else whole


def _count_genes(
    known: Mapping[str, pd.Series], groups: Mapping[str, np.ndarray], threshold: int
) -> list[tuple[str, str, str, str, str]]:
    """Count all genes together: what one tells of a group, others are held to."""
    values = {gene: sorted(set(own)) for gene, own in known.items()}
    tables = [
        np.array(
            [[int((own[m] == v).sum()) for v in values[gene]] for m in groups.values()]
        )
        for gene, own in known.items()
    ]
    if not tables:
        return []
    cells, places = link_cells(tables)
    protected = protect(cells, threshold=threshold)

    def say(place: np.integer) -> str:
        return show(protected, int(place), threshold=threshold)

    names = [*groups, EVERYBODY]
    return [
        (gene, group, value, say(place), say(row[-1]))
        for gene, own in zip(known, places, strict=True)
        for group, row in zip(names, own, strict=False)
        for value, place in zip(values[gene], row[:-1], strict=True)
    ]
