"""Matches, lists of volunteers and counts of a cohort, as rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from genostrat.studies.criteria.parsing import Criterion
from genostrat.studies.matching.counts import (
    ALL_CENTRES,
    estimate_share,
    protect_counts,
)
from genostrat.studies.matching.evaluation import (
    NO,
    STATUSES,
    UNKNOWN,
    YES,
    Matcher,
    StudyMatch,
    name_question,
)
from genostrat.studies.matching.patients import Patient, list_centres
from genostrat.studies.records.cells import make_cell

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class MatchedStudy:
    """A study that patients are held against."""

    study_id: str
    register: str
    title: str
    criteria: Sequence[Criterion]


def match_studies(
    studies: Iterable[MatchedStudy], patients: Sequence[Patient], *, least: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Hold all patients against all studies.

    Parameters
    ----------
    studies
        In order.
    patients
        In order.
    least
        Count below which one that leaves the centre is suppressed.

    Returns
    -------
    matches, volunteers, counts
        Of all patients; of those alone who agreed to be contacted and may fit; without
        patients.
    """
    import pandas as pd

    matcher = Matcher(patients)
    matches, counts = [], []
    for study in studies:
        match = matcher.match(study.criteria)
        matches.append(_tabulate(study, match, patients))
        counts += _count(study, match, patients, least)
    columns = [
        "sample_id",
        "study_id",
        "register",
        "status",
        "criterion",
        "side",
        "question",
        "text",
        "n_unknown",
    ]
    table = pd.concat(matches) if matches else pd.DataFrame(columns=columns)
    consenting = {patient.sample_id for patient in patients if patient.consents}
    fits = (table["status"] != STATUSES[NO]) & table["sample_id"].isin(consenting)
    volunteers = table.loc[
        fits, ["study_id", "register", "sample_id", "status", "n_unknown"]
    ]
    names = [
        "study_id",
        "register",
        "centre",
        "n_patients",
        "n_eligible",
        "n_undetermined",
        "n_not",
        "suppressed",
        "share_eligible",
        "share_low",
        "share_high",
        "to_screen",
        "to_screen_low",
        "to_screen_high",
    ]
    return table, volunteers, pd.DataFrame(counts, columns=names)


def _tabulate(
    study: MatchedStudy, match: StudyMatch, patients: Sequence[Patient]
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for n, patient in enumerate(patients):
        decider = int(match.decider[n])
        side = question = text = ""
        number = None
        if decider >= 0:
            one = study.criteria[decider]
            number, side = one.number, one.side
            question, text = make_cell(name_question(one, patient)), make_cell(one.text)
        status = STATUSES[int(match.status[n])]
        rows.append(
            (
                patient.sample_id,
                study.study_id,
                study.register,
                status,
                number,
                side,
                question,
                text,
                int(match.n_unknown[n]),
            )
        )
    return pd.DataFrame(
        rows,
        columns=[
            "sample_id",
            "study_id",
            "register",
            "status",
            "criterion",
            "side",
            "question",
            "text",
            "n_unknown",
        ],
    )


def _count(
    study: MatchedStudy,
    match: StudyMatch,
    patients: Sequence[Patient],
    least: int,
) -> list[tuple[object, ...]]:
    """Return the counts of a study that may leave, one row a centre and one for all."""
    centres = list_centres(patients)
    where = np.array([centres.index(patient.centre) for patient in patients], dtype=int)
    shared = np.array([patient.shares for patient in patients], dtype=bool)
    counts = np.zeros((len(centres), 3), dtype=np.int64)
    for column, status in enumerate((YES, UNKNOWN, NO)):
        np.add.at(counts[:, column], where[shared & (match.status == status)], 1)
    safe = protect_counts(
        counts, centres=[c or "not given" for c in centres], least=least
    )
    sizes = [*counts.sum(axis=1).tolist(), int(counts.sum())]
    rows = []
    for i, centre in enumerate(safe.centres):
        size = sizes[-1] if centre == ALL_CENTRES else sizes[i]
        n_known = size - size % 5 if size >= least else None
        values = [
            None if safe.hidden[i, j] else int(safe.counts[i, j]) for j in range(3)
        ]
        share: list[float | None] = [None] * 6
        # From rounded counts alone: a share with many digits would give them away.
        if values[0] and n_known:
            middle, low, high = estimate_share(min(values[0], n_known), n_known)
            share = [middle, low, high, 1 / middle, 1 / high, 1 / low if low else None]
        rows.append(
            (
                study.study_id,
                study.register,
                centre,
                n_known,
                *values,
                bool(safe.hidden[i].any()),
                *share,
            )
        )
    return rows
