"""Criteria of many studies against many patients: Kleene's logic on arrays.

An answer is 0 for no, 1 for unknown, 2 for yes, so that *and* is the minimum, *or* the
maximum, and *not* turns the scale round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from genostrat.arrays import AnyIntegers
from genostrat.studies.criteria.logic import All, Leaf, Node, Not, find_deciders
from genostrat.studies.criteria.parsing import Criterion
from genostrat.studies.matching.patients import Patient

NO, UNKNOWN, YES = 0, 1, 2
#: What a patient is for a study, by the number of the answer.
STATUSES = ("not", "undetermined", "eligible")


@dataclass(frozen=True)
class StudyMatch:
    """A study against all patients, in their order.

    Parameters
    ----------
    status
        `NO`, `UNKNOWN` or `YES` of each patient.
    decider
        Index of the criterion that decides: the first that is not met, else the first
        that is unknown; -1 where all are met.
    n_unknown
        How many criteria are unknown.
    """

    status: AnyIntegers
    decider: AnyIntegers
    n_unknown: AnyIntegers


class Matcher:
    """Patients, and the answers that they have given.

    Parameters
    ----------
    patients
        In the order of all arrays.
    """

    def __init__(self, patients: Sequence[Patient]) -> None:
        self.patients = patients
        self._answers: dict[Leaf, AnyIntegers] = {}

    def match(self, criteria: Sequence[Criterion]) -> StudyMatch:
        """Hold all patients against the criteria of one study.

        Parameters
        ----------
        criteria
            In order. Without any, nothing is known.
        """
        n = len(self.patients)
        if not criteria:
            unknown = np.ones(n, dtype=np.int8)
            return StudyMatch(unknown, np.full(n, -1), np.zeros(n, dtype=int))
        answers = np.stack([self.evaluate(one.node) for one in criteria])
        status = answers.min(axis=0)
        decider = np.where(
            status == YES, -1, np.argmax(answers == status[np.newaxis], axis=0)
        )
        return StudyMatch(status, decider, (answers == UNKNOWN).sum(axis=0))

    def evaluate(self, node: Node) -> AnyIntegers:
        """Return the answers of all patients to a tree."""
        if isinstance(node, Leaf):
            return self._ask(node)
        if isinstance(node, Not):
            return (YES - self.evaluate(node.part)).astype(np.int8)
        parts = [self.evaluate(part) for part in node.parts]
        if not parts:
            value = YES if isinstance(node, All) else NO
            return np.full(len(self.patients), value, dtype=np.int8)
        joined = np.stack(parts)
        return joined.min(axis=0) if isinstance(node, All) else joined.max(axis=0)

    def _ask(self, leaf: Leaf) -> AnyIntegers:
        if leaf not in self._answers:
            codes = {False: NO, None: UNKNOWN, True: YES}
            if leaf.kind == "unknown":
                answers = np.full(len(self.patients), UNKNOWN, dtype=np.int8)
            else:
                answers = np.array(
                    [codes[patient.answer(leaf)] for patient in self.patients],
                    dtype=np.int8,
                )
            self._answers[leaf] = answers
        return self._answers[leaf]


def name_question(criterion: Criterion, patient: Patient) -> str:
    """Return the question of a criterion that decides for a patient, for people."""
    leaves = find_deciders(criterion.node, patient.answer)
    told = dict.fromkeys(leaf.tell() for leaf in leaves if leaf.kind != "unknown")
    if not told:
        return "not understood"
    negated = "not " if criterion.side == "exclusion" else ""
    return negated + ", ".join(told)
