"""Guidance for every patient and medicine: the table ``pgx/guidance.tsv``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from genostrat.arrays import Flags, Indices
from genostrat.pgx.definitions import Gene, Knowledge
from genostrat.pgx.guidance.advice import advise_on
from genostrat.pgx.guidance.answers import Advice, Result
from genostrat.pgx.guidance.calls import STATUSES, GeneCalls, gather_calls
from genostrat.pgx.guidance.categories import (
    CATEGORIES,
    rank_category,
    sort_categories,
)
from genostrat.pgx.guidance.columns import Columns
from genostrat.pgx.guidance.entries import Guidance, Topic
from genostrat.pgx.guidance.phenoconversion import (
    COUNTED_ELSEWHERE,
    DrugEffect,
    DrugPair,
    Interactions,
    shift_states,
)
from genostrat.pgx.guidance.states import Cell, State, match_cell
from genostrat.pgx.guidance.warfarin import (
    FURTHER_ALLELES,
    Clinical,
    advise_warfarin,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cohort:
    """What is known of the patients beside their calls.

    Parameters
    ----------
    keep
        Identifiers of the kept patients.
    taken
        Medicine → identifiers of the patients who take it; None where the sheet has
        no medicines.
    interactions
        Medicines that change what an enzyme does.
    clinical
        For each kept patient, what a dose may depend on; None where the sheet has
        nothing of it.
    """

    keep: Sequence[str]
    taken: Mapping[str, Collection[str]] | None
    interactions: Interactions
    clinical: Sequence[Clinical] | None = None


def advise_patients(
    diplotypes: pd.DataFrame,
    *,
    guidance: Guidance,
    knowledge: Knowledge,
    cohort: Cohort,
) -> pd.DataFrame:
    """Look up what is advised, for each kept patient and each topic.

    Parameters
    ----------
    diplotypes
        ``pgx/diplotypes.tsv``, with the columns of
        :data:`genostrat.pgx.guidance.calls.COLUMNS`.
    guidance
        What bodies advise.
    knowledge
        With the effects of alleles.
    cohort
        The kept patients. One without a row for a gene counts as not called there.

    Returns
    -------
    DataFrame
        As ``pgx/guidance.tsv``: for each kept patient the medicines taken first, those
        with most to act on before the others.

    Notes
    -----
    Advice is sought once for each different combination of results that a topic
    depends on, and handed to the patients who have it.
    """
    advisor = _Advisor(diplotypes, guidance, knowledge, cohort)
    columns = Columns(len(cohort.keep))
    for topic in guidance.topics:
        advisor.advise(topic, columns)
    return columns.to_table(cohort.keep, label=knowledge.label)


class _Advisor:
    """Seeks advice for a cohort, topic by topic."""

    def __init__(
        self,
        diplotypes: pd.DataFrame,
        guidance: Guidance,
        knowledge: Knowledge,
        cohort: Cohort,
    ) -> None:
        self.cohort = cohort
        self.knowledge = knowledge
        self.number = {sample: n for n, sample in enumerate(cohort.keep)}
        self.calls = gather_calls(
            diplotypes,
            topics=guidance.topics,
            genes=knowledge.genes,
            keep=cohort.keep,
        )
        # Drugs by the bodies that say something of them: a pair is told once, beside
        # what the same body says, and beside everything where it says nothing else.
        self.told = {(t.drug, t.reference.body) for t in guidance.topics}
        self._shifted: dict[tuple[str, str], tuple[list[Result], Indices]] = {}

    def advise(self, topic: Topic, columns: Columns) -> None:
        """Add a topic's rows, one a patient, to the columns."""
        if topic.computes == "warfarin":
            advice, inverse = self._advise_warfarin(topic)
        else:
            advice, inverse = self._look_up(topic)
        n = len(self.cohort.keep)
        calls = [self.calls[gene] for gene in topic.genes]
        columns.add("drug", [topic.drug])
        columns.add("genes", [";".join(topic.genes)])
        columns.add("phenotypes", *_join(calls, "phenotypes", n))
        for name in (
            *("recommendation", "category", "strength"),
            *("genotype_category", "genotype_recommendation"),
        ):
            columns.add(name, [getattr(item, name) for item in advice], inverse)
        columns.add("interaction", [item.interaction for item in advice], inverse)
        columns.add("effective_phenotypes", *self._effective(topic))
        columns.add("possible_categories", _join_possible(advice), inverse)
        reference = topic.reference
        columns.add("body", [reference.body])
        columns.add("year", [str(reference.year or "")])
        columns.add("indication", [topic.indication])
        columns.add("reference", [reference.citation])
        columns.add("as_of", [reference.as_of])
        columns.add("newer", [reference.newer])
        columns.add("url", [reference.url])
        columns.add("source", [topic.source])
        columns.add("source_version", [topic.version])
        columns.add("diplotypes", *_join(calls, "diplotypes", n))
        statuses, worst = _worst_status(calls, n)
        columns.add("status", statuses, worst)
        # A row for what was not assessed, and one for what was.
        ranks = np.array(
            [
                [
                    rank_category(a.category, a.possible, is_assessed=known)
                    for a in advice
                ]
                for known in (False, True)
            ],
            dtype=np.int8,
        )
        is_known = np.array([name != "not_called" for name in statuses])[worst]
        columns.ranks.append(ranks[is_known.astype(np.intp), inverse])
        columns.taken.append(self._taken(topic.drug))

    def _taken(self, drug: str) -> Flags | None:
        if self.cohort.taken is None:
            return None
        flags = np.zeros(len(self.cohort.keep), dtype=bool)
        found = self.cohort.taken.get(drug, ())
        flags[[self.number[s] for s in found if s in self.number]] = True
        return flags

    def _look_up(self, topic: Topic) -> tuple[list[Advice], Indices]:
        genes = [self._results(gene, topic.drug) for gene in topic.genes]
        reduced = [
            _reduce(topic, place, results) for place, (results, _) in enumerate(genes)
        ]
        pairs, pair_codes = self._pairs(topic)
        axes: list[tuple[Sequence[Any], Indices]] = [
            (kept, codes[own])
            for (kept, codes), (_, own) in zip(reduced, genes, strict=True)
        ]
        axes.append((pairs, pair_codes))
        patterns, inverse = _combine(axes)
        advice = []
        for pattern in patterns:
            *chosen, pair = pattern
            results = [
                kept[code] for (kept, _), code in zip(reduced, chosen, strict=True)
            ]
            advice.append(_with_pairs(advise_on(topic, results), pairs[pair], topic))
        return advice, inverse

    def _results(self, gene: str, drug: str) -> tuple[list[Result], Indices]:
        """Return a gene's different results, with what medicines taken now do to it."""
        known = self.cohort.interactions.effects.get(gene, ())
        is_own = any(effect.medicine == drug for effect in known)
        key = (gene, drug if is_own or drug in COUNTED_ELSEWHERE else "")
        if key not in self._shifted:
            self._shifted[key] = self._shift(gene, drug, known)
        return self._shifted[key]

    def _shift(
        self, gene: str, drug: str, known: Sequence[DrugEffect]
    ) -> tuple[list[Result], Indices]:
        calls = self.calls[gene]
        acting, effect_codes = self._effects(gene, drug, known)
        results: list[Result] = []
        patterns, inverse = _combine(
            [(calls.results, calls.codes), (acting, effect_codes)]
        )
        for code, effect in patterns:
            result = calls.results[code]
            shift = shift_states(gene, result.states, acting[effect], drug=drug)
            results.append(Result(gene, result.states, shift))
        return results, inverse

    def _effects(
        self, gene: str, drug: str, known: Sequence[DrugEffect]
    ) -> tuple[list[tuple[DrugEffect, ...]], Indices]:
        """Return the different sets of effects on a gene, and each patient's."""
        medicines: dict[int, set[str]] = {}
        for effect in known:
            for sample in (self.cohort.taken or {}).get(effect.medicine, ()):
                if sample in self.number:
                    medicines.setdefault(self.number[sample], set()).add(
                        effect.medicine
                    )
        distinct: dict[tuple[DrugEffect, ...], int] = {(): 0}
        codes = np.zeros(len(self.cohort.keep), dtype=np.intp)
        for patient, taken in sorted(medicines.items()):
            acting = self.cohort.interactions.acting_on(gene, taken, drug=drug)
            codes[patient] = distinct.setdefault(acting, len(distinct))
        return list(distinct), codes

    def _pairs(self, topic: Topic) -> tuple[list[tuple[DrugPair, ...]], Indices]:
        """Return the different sets of pairs that are advised on, by patient."""
        distinct: dict[tuple[DrugPair, ...], int] = {(): 0}
        codes = np.zeros(len(self.cohort.keep), dtype=np.intp)
        taken = self.cohort.taken or {}
        told = [
            pair
            for pair in self.cohort.interactions.pairs.get(topic.drug, ())
            if topic.reference.body == pair.body
            or (topic.drug, pair.body) not in self.told
        ]
        both = set(taken.get(topic.drug, ())) if told else set()
        for sample in sorted(both & self.number.keys()):
            found = tuple(p for p in told if sample in taken.get(p.medicine, ()))
            codes[self.number[sample]] = distinct.setdefault(found, len(distinct))
        return list(distinct), codes

    def _effective(self, topic: Topic) -> tuple[list[str], Indices]:
        genes = [self._results(gene, topic.drug) for gene in topic.genes]
        labelled = []
        for results, codes in genes:
            mine = [_effective_text(result) for result in results]
            distinct = list(dict.fromkeys(mine))
            places = np.array([distinct.index(text) for text in mine], dtype=np.intp)
            labelled.append((distinct, places[codes]))
        patterns, inverse = _combine(labelled)
        joined = []
        for pattern in patterns:
            found = [
                distinct[code]
                for (distinct, _), code in zip(labelled, pattern, strict=True)
            ]
            joined.append(";".join(found) if any(found) else "")
        return joined, inverse

    def _advise_warfarin(self, topic: Topic) -> tuple[list[Advice], Indices]:
        calls = [self.calls[gene] for gene in topic.genes]
        cyp2c9 = self.calls["CYP2C9"]
        read = _are_read(cyp2c9, self.knowledge.genes.get("CYP2C9"))
        clinical = self.cohort.clinical or [Clinical()] * len(self.cohort.keep)
        advice: dict[tuple[Any, ...], int] = {}
        found: list[Advice] = []
        codes = np.zeros(len(self.cohort.keep), dtype=np.intp)
        medicines = self._counted_medicines()
        for patient in range(len(codes)):
            taken = medicines.get(patient, frozenset())
            raw = tuple(int(c.raw_codes[patient]) for c in calls)
            key = (raw, clinical[patient], taken, bool(read[patient]))
            if key not in advice:
                advice[key] = len(found)
                found.append(
                    advise_warfarin(
                        [
                            Result(gene, call.raw_states[code])
                            for gene, call, code in zip(
                                topic.genes, calls, raw, strict=True
                            )
                        ],
                        clinical=clinical[patient],
                        taken=taken,
                        are_further_read=bool(read[patient]),
                    )
                )
            codes[patient] = advice[key]
        return found, codes

    def _counted_medicines(self) -> dict[int, frozenset[str]]:
        found: dict[int, set[str]] = {}
        for medicine in ("amiodarone", "carbamazepine", "phenytoin", "rifampicin"):
            for sample in (self.cohort.taken or {}).get(medicine, ()):
                if sample in self.number:
                    found.setdefault(self.number[sample], set()).add(medicine)
        return {patient: frozenset(names) for patient, names in found.items()}


def _with_pairs(advice: Advice, pairs: Sequence[DrugPair], topic: Topic) -> Advice:
    """Put what a regulator says of two medicines together before the advice."""
    if not pairs:
        return advice
    worst = min(
        [advice.category, *(pair.category for pair in pairs)],
        key=CATEGORIES.index,
    )
    possible = sort_categories((*advice.possible, *(p.category for p in pairs)))
    # An effect on the topic's gene has named its medicine already.
    causes = [p.words for p in pairs if f"{p.medicine} (" not in advice.interaction]
    other = advice.genotype_recommendation or advice.recommendation
    is_own = topic.reference.body in {pair.body for pair in pairs}
    return replace(
        advice,
        category=worst,
        strength=advice.strength if worst == advice.category else "label",
        recommendation=" ".join(dict.fromkeys(pair.advice for pair in pairs)),
        possible=tuple(possible),
        interaction="; ".join(filter(None, [advice.interaction, *causes])),
        genotype_recommendation="" if is_own else other,
    )


def _reduce(
    topic: Topic, place: int, results: Sequence[Result]
) -> tuple[list[Result], Indices]:
    """Keep one of each kind of result that the topic does not tell apart."""
    cells = list(dict.fromkeys(entry.cells[place] for entry in topic.entries))
    kinds: dict[Any, int] = {}
    kept: list[Result] = []
    codes = np.empty(len(results), dtype=np.intp)
    for number, result in enumerate(results):
        kind = (
            _describe(cells, result.states),
            _describe(cells, result.effective),
            result.shift and (result.shift.cause, result.shift.is_shift),
        )
        if kind not in kinds:
            kinds[kind] = len(kept)
            kept.append(result)
        codes[number] = kinds[kind]
    return kept, codes


def _describe(cells: Sequence[Cell], states: Iterable[State]) -> tuple[Any, ...]:
    """Return what a topic sees of possibilities: which conditions they meet, named."""
    return tuple(
        dict.fromkeys(
            (state.phenotype, state.score, tuple(match_cell(c, state) for c in cells))
            for state in states
        )
    )


def _combine(
    axes: Sequence[tuple[Sequence[Any], Indices]],
) -> tuple[Indices, Indices]:
    """Return the different combinations of numbers, and that of each patient.

    Parameters
    ----------
    axes
        For each, its different values and the number of each patient's.

    Returns
    -------
    patterns
        Combinations × axes.
    inverse
        One number of a combination a patient.
    """
    shape = tuple(max(len(values), 1) for values, _ in axes)
    flat = np.ravel_multi_index(tuple(codes for _, codes in axes), shape)
    found, inverse = np.unique(flat, return_inverse=True)
    return np.stack(np.unravel_index(found, shape), axis=1), inverse.astype(np.intp)


def _join(calls: Sequence[GeneCalls], what: str, n: int) -> tuple[list[str], Indices]:
    """Return the genes' texts joined, and the number of each patient's."""
    axes = []
    for call in calls:
        texts = getattr(call, what)
        distinct = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        places = np.array([distinct[text] for text in texts], dtype=np.intp)
        axes.append((list(distinct), places[call.raw_codes]))
    if not n:
        return [], np.empty(0, np.intp)
    patterns, inverse = _combine(axes)
    joined = [
        ";".join(values[code] for (values, _), code in zip(axes, pattern, strict=True))
        for pattern in patterns
    ]
    return joined, inverse


def _worst_status(calls: Sequence[GeneCalls], n: int) -> tuple[list[str], Indices]:
    worst = np.zeros(n, dtype=np.intp)
    for call in calls:
        ranks = np.array([STATUSES.index(name) for name in call.statuses], np.intp)
        worst = np.maximum(worst, ranks[call.raw_codes])
    return list(STATUSES), worst


def _join_possible(advice: Sequence[Advice]) -> list[str]:
    return ["|".join(item.possible) for item in advice]


def _effective_text(result: Result) -> str:
    if result.shift is None or not result.shift.is_shift:
        return ""
    return "|".join(dict.fromkeys(state.phenotype for state in result.effective))


def _are_read(calls: GeneCalls, gene: Gene | None) -> Flags:
    """Say of each patient whether the positions of the further alleles were read."""
    places = set()
    if gene is not None:
        places = {
            gene.positions[index].name
            for allele in gene.alleles
            if allele.name in FURTHER_ALLELES
            for index, _ in allele.core
        }
    known = {
        text: bool(places) and not places & set(text.split(","))
        for text in set(calls.missing)
    }
    typed = np.array([known[text] for text in calls.missing], dtype=bool)
    called = np.array([bool(states) for states in calls.raw_states], dtype=bool)
    return typed & called[calls.raw_codes]
