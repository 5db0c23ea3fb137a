"""The groups of people that population genetics compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Flags
from genostrat.ordering import order_names

#: Kinds of groups, in the order of the tables; strata have a table of their own.
ALL, ANCESTRY, CENTRE, STRATUM = "all", "ancestry", "centre", "stratum"
UNASSIGNED = "unassigned"
#: Number of groups of a kind that are assessed, the largest first: thirty groups have
#: 435 pairs, as many as a reader can use.
MOST_GROUPS = 30


@dataclass(frozen=True)
class Group:
    """Unrelated people with one label.

    Parameters
    ----------
    kind
        What the label is: :data:`ANCESTRY`, :data:`CENTRE`, :data:`STRATUM`, or
        :data:`ALL` for everybody.
    name
        The label.
    members
        Which samples, a mask over the samples of the store.
    reason
        Why the group is not assessed; blank where it is.
    """

    kind: str
    name: str
    members: Flags
    reason: str = ""

    @property
    def size(self) -> int:
        """Number of people."""
        return int(self.members.sum())


def choose_groups(
    samples: Sequence[str],
    *,
    unrelated: Sequence[str],
    labels: Mapping[str, pd.Series],
    min_samples: int,
) -> list[Group]:
    """Sort unrelated samples into groups, and say which groups are large enough.

    Parameters
    ----------
    samples
        Of the store, in its order.
    unrelated
        The samples kept without the close relatives among them.
    labels
        For each kind of group a label by sample_id; a sample with a blank label, or
        the label ``unassigned``, is in no group of that kind.
    min_samples
        Fewest unrelated samples of a group that is assessed.

    Returns
    -------
    list of Group
        Every group that has a sample, first :data:`ALL`, then by kind and name.
    """
    free = np.isin(samples, list(unrelated))
    groups = [_judge(Group(ALL, ALL, free), min_samples)]
    for kind, given in labels.items():
        texts = given.reindex(list(samples)).fillna("").astype(str).to_numpy(object)
        named = free & (texts != "") & (texts != UNASSIGNED)
        own = [
            _judge(Group(kind, name, named & (texts == name)), min_samples)
            for name in order_names(texts[named])
        ]
        groups += _limit(own)
    return groups


def _judge(group: Group, min_samples: int) -> Group:
    if group.size >= min_samples:
        return group
    people = "person" if group.size == 1 else "people"
    reason = f"{group.size} unrelated {people}, fewer than {min_samples}"
    return Group(group.kind, group.name, group.members, reason)


def _limit(groups: list[Group]) -> list[Group]:
    """Leave out the smallest groups where there are more than are assessed."""
    large = [group for group in groups if not group.reason]
    kept = sorted(large, key=lambda group: (-group.size, group.name))[:MOST_GROUPS]
    names = {group.name for group in kept}
    reason = f"not among the {MOST_GROUPS} largest groups"
    return [
        group
        if group.reason or group.name in names
        else Group(group.kind, group.name, group.members, reason)
        for group in groups
    ]
