"""Who is in a toy cohort: labels that do not lean on one another, and odd samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.simulate.genome import ANCESTRIES
from genostrat.simulate.pharmacogenes import AFFECTED

CENTRES = ("north", "river", "west")
BATCHES = ("batch1", "batch2")
_ANCESTRY_SHARES = (0.40, 0.33, 0.27)
#: Share of each ancestry's patients in each centre: slightly unequal, as in life.
_CENTRE_SHARES = ((0.40, 0.35, 0.25), (0.35, 0.37, 0.28), (0.32, 0.35, 0.33))


@dataclass(frozen=True)
class Roles:
    """Rows of the people with something planted.

    Parameters
    ----------
    duplicate
        A person and the second ID of the same person.
    mother_and_child, siblings
        Pairs of first-degree relatives.
    sex_swapped
        A woman and a man whose sheet says the opposite.
    contaminated
        The sample with another person's reads.
    low_call_rate
        Two samples with about a quarter of sites uncalled.
    no_omics
        A patient without a column in the omics matrix.
    affected
        Patients with a planted diplotype that matters for a medicine they take; as
        many as there are in :data:`genostrat.simulate.pharmacogenes.AFFECTED`.
    unread
        Two patients without reads at positions that a medicine of theirs depends on.
    """

    duplicate: tuple[int, int]
    mother_and_child: tuple[int, int]
    siblings: tuple[int, int]
    sex_swapped: tuple[int, int]
    contaminated: int
    low_call_rate: tuple[int, int]
    no_omics: int
    affected: tuple[int, ...]
    unread: tuple[int, int]


def subgroup_shares(n_subgroups: int) -> tuple[float, ...]:
    """Return the share of patients in each subgroup; one share when there is none."""
    if n_subgroups == 3:
        return (0.35, 0.35, 0.30)
    return (1 / max(n_subgroups, 1),) * max(n_subgroups, 1)


def draw_people(
    rng: np.random.Generator, *, n_samples: int, n_subgroups: int, id_prefix: str
) -> pd.DataFrame:
    """Draw the patients: one row each, balanced so that labels are unrelated.

    Returns
    -------
    pandas.DataFrame
        sample_id, male, ancestry, subgroup (indices from 0), centre, batch, treatment
        and age. Subgroups are balanced within ancestry, centre and sex; batches and
        treatments within subgroups.
    """
    male = balanced_labels(rng, (), shares=(0.5, 0.5), n=n_samples)
    ancestry = balanced_labels(rng, (male,), shares=_ANCESTRY_SHARES)
    centre = np.empty(n_samples, int)
    for label, shares in enumerate(_CENTRE_SHARES):
        inside = ancestry == label
        centre[inside] = balanced_labels(rng, (male[inside],), shares=shares)
    subgroup = balanced_labels(
        rng, (ancestry, centre, male), shares=subgroup_shares(n_subgroups)
    )
    half = (0.5, 0.5)
    batch = balanced_labels(rng, (subgroup, centre, ancestry), shares=half)
    treatment = balanced_labels(rng, (subgroup, batch, centre), shares=half)
    age = np.clip(np.rint(rng.normal(62, 11, n_samples)), 25, 90).astype(int)
    width = max(4, len(str(n_samples)))
    return pd.DataFrame(
        {
            "sample_id": [f"{id_prefix}-{i + 1:0{width}d}" for i in range(n_samples)],
            "male": male == 1,
            "ancestry": ancestry,
            "subgroup": subgroup,
            "centre": np.array(CENTRES)[centre],
            "batch": np.array(BATCHES)[batch],
            "treatment": np.array(["control", "active"])[treatment],
            "age": age,
        }
    )


def balanced_labels(
    rng: np.random.Generator,
    keys: Sequence[np.ndarray],
    *,
    shares: Sequence[float],
    n: int | None = None,
) -> np.ndarray:
    """Assign labels in given shares, evenly within the groups that keys form.

    Parameters
    ----------
    rng
        Random stream.
    keys
        Labels to balance over, most important first; each of shape (n,).
    shares
        Share of each label.
    n
        Number of labels to draw; needed when there are no keys.

    Notes
    -----
    Rows are sorted by the keys, in random order within a group. Each row in turn
    gets the label that is furthest behind its share, as in a permuted-block trial.
    """
    n = len(keys[0]) if n is None else n
    order = np.lexsort([rng.random(n), *reversed(keys)])
    given = np.zeros(len(shares))
    labels = np.empty(n, int)
    for turn, row in enumerate(order, start=1):
        label = int(np.argmax(np.array(shares) * turn - given))
        given[label] += 1
        labels[row] = label
    return labels


def choose_roles(rng: np.random.Generator, people: pd.DataFrame) -> Roles:
    """Choose who is planted as what; nobody has two roles.

    Relatives share an ancestry.
    """
    waiting = rng.permutation(len(people)).tolist()

    def take(wanted: pd.Series | None = None) -> int:
        row = next(r for r in waiting if wanted is None or wanted[r])
        waiting.remove(row)
        return row

    def kin_of(row: int) -> pd.Series:
        return people["ancestry"] == people["ancestry"][row]

    mother = take(~people["male"])
    child = take(kin_of(mother))
    sibling = take()
    other_sibling = take(kin_of(sibling))
    return Roles(
        duplicate=(take(), take()),
        mother_and_child=(mother, child),
        siblings=(sibling, other_sibling),
        sex_swapped=(take(~people["male"]), take(people["male"])),
        contaminated=take(~people["male"]),
        low_call_rate=(take(), take()),
        no_omics=take(),
        affected=tuple(take() for _ in AFFECTED),
        unread=(take(), take()),
    )


def relate_people(people: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """Make rows of the same person equal, and a mother older than her child."""
    people = repeat_person(people, roles)
    mother, child = roles.mother_and_child
    people.loc[child, "age"] = 44
    people.loc[mother, "age"] = 71
    return people


def repeat_person(table: pd.DataFrame, roles: Roles) -> pd.DataFrame:
    """Give the second ID of the duplicate the first one's row."""
    person, again = roles.duplicate
    rows = np.arange(len(table))
    rows[again] = person
    repeated = table.take(rows).reset_index(drop=True)
    return repeated.assign(sample_id=table["sample_id"])


def ancestry_names(people: pd.DataFrame) -> list[str]:
    """Return each patient's ancestry by name."""
    return [ANCESTRIES[label] for label in people["ancestry"]]
