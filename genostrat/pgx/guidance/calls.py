"""The calls of a cohort, as guidance asks for them: few different results a gene."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from genostrat.arrays import Indices
from genostrat.pgx.definitions import Gene
from genostrat.pgx.guidance.answers import Result
from genostrat.pgx.guidance.entries import Topic
from genostrat.pgx.guidance.states import (
    State,
    read_states,
    vkorc1_genotype,
)

if TYPE_CHECKING:
    import pandas as pd


NOT_CALLED = "not_called"
AMBIGUOUS = "ambiguous"
CALLED = "called"
#: Of a topic's genes, the one that says least decides.
STATUSES = (CALLED, AMBIGUOUS, NOT_CALLED)
#: What is read of ``pgx/diplotypes.tsv``.
_STATE_COLUMNS = (
    *("status", "phenotype", "other_phenotypes", "diplotype"),
    *("activity_score", "alternatives"),
)
COLUMNS = ("sample_id", "gene", *_STATE_COLUMNS, "missing_positions")
#: Stands for a diplotype that no guideline names.
_OTHER = ("other",)


@dataclass(frozen=True)
class GeneCalls:
    """One gene's calls.

    Parameters
    ----------
    results
        The different results, without what no guideline asks for.
    codes
        Which of them each patient has.
    raw_states, raw_codes
        The same with every allele's name.
    phenotypes, diplotypes, statuses
        Texts of each raw result.
    missing
        Positions without a genotype of each patient; blank where all were read.
    """

    results: list[Result]
    codes: Indices
    raw_states: list[tuple[State, ...]]
    raw_codes: Indices
    phenotypes: list[str]
    diplotypes: list[str]
    statuses: list[str]
    missing: Sequence[str]


def gather_calls(
    diplotypes: pd.DataFrame,
    *,
    topics: Iterable[Topic],
    genes: Mapping[str, Gene],
    keep: Sequence[str],
) -> dict[str, GeneCalls]:
    """Give the different results of each gene numbers, over the kept patients.

    Parameters
    ----------
    diplotypes
        ``pgx/diplotypes.tsv`` with the columns of :data:`COLUMNS`.
    topics
        Whose genes are gathered.
    genes
        Of the knowledge base, by name.
    keep
        Identifiers of the kept patients; one without a row counts as not called.
    """
    import pandas as pd

    asked = _list_asked(topics)
    order = pd.Index(keep)
    mine = diplotypes[diplotypes["gene"].isin(asked)]
    by_gene = dict(tuple(mine.groupby("gene", observed=True)))
    found = {}
    for name, diplotypes_asked in asked.items():
        if name not in by_gene:
            rows = pd.DataFrame(index=order, columns=list(COLUMNS[2:]))
        else:
            rows = by_gene[name].set_index("sample_id").reindex(order)
        rows = rows.reindex(columns=list(COLUMNS[2:]))
        rows["status"] = rows["status"].fillna(NOT_CALLED)
        found[name] = _read_gene(
            name, _as_text(rows), genes.get(name), asked=diplotypes_asked
        )
    return found


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    """Return every cell as text, blank where it is missing."""
    return rows.astype(object).where(rows.notna(), "").astype(str)


def _list_asked(topics: Iterable[Topic]) -> dict[str, set[tuple[str, ...]]]:
    """Return every gene of the topics, with the diplotypes that conditions name."""
    asked: dict[str, set[tuple[str, ...]]] = {}
    for topic in topics:
        for place, gene in enumerate(topic.genes):
            wanted = asked.setdefault(gene, set())
            for entry in topic.entries:
                for condition in entry.cells[place]:
                    if condition.kind == "is":
                        wanted.add(condition.names)
    return asked


def _read_gene(
    name: str,
    rows: pd.DataFrame,
    gene: Gene | None,
    *,
    asked: Collection[tuple[str, ...]],
) -> GeneCalls:
    import pandas as pd

    numbers, distinct = pd.MultiIndex.from_frame(rows[list(_STATE_COLUMNS)]).factorize()
    raw_states, statuses, phenotypes, diplotypes = [], [], [], []
    reduced: dict[tuple[State, ...], int] = {}
    places = np.empty(len(distinct), dtype=np.intp)
    memory: dict[str, State | None] = {}
    for place, values in enumerate(distinct):
        row = dict(zip(_STATE_COLUMNS, values, strict=True))
        states = read_states(row, gene=gene, memory=memory)
        kept = tuple(dict.fromkeys(_project(name, s, asked=asked) for s in states))
        places[place] = reduced.setdefault(kept, len(reduced))
        raw_states.append(states)
        status = row["status"] if states else NOT_CALLED
        statuses.append(status if status in STATUSES else AMBIGUOUS)
        phenotypes.append("|".join(dict.fromkeys(s.phenotype for s in kept)))
        diplotypes.append(row["diplotype"] if states else "")
    return GeneCalls(
        results=[Result(name, states) for states in reduced],
        codes=places[numbers],
        raw_states=raw_states,
        raw_codes=numbers.astype(np.intp),
        phenotypes=phenotypes,
        diplotypes=diplotypes,
        statuses=statuses,
        missing=rows["missing_positions"].to_numpy(dtype=object),
    )


def _project(name: str, state: State, *, asked: Collection[tuple[str, ...]]) -> State:
    """Return a possibility without the alleles that no guideline asks for."""
    if name.startswith("HLA-"):
        return state
    if name == "VKORC1":
        genotype = vkorc1_genotype(state)
        return State(f"-1639 {genotype}") if genotype else State(state.phenotype)
    if not state.alleles or not asked:
        return replace(state, alleles=())
    return state if state.alleles in asked else replace(state, alleles=_OTHER)
