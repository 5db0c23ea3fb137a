"""Where people stand in a drawing of their family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

#: Sweeps over the generations that settle where people stand.
SWEEPS = 30

Parents = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class FamilyLayout:
    """Places of a family's people.

    Parameters
    ----------
    places
        Person → (x, generation); x from 0 on, neighbours at least 1 apart, generation 0
        at the top.
    """

    places: dict[str, tuple[float, int]]

    @property
    def width(self) -> float:
        """Of the row that reaches furthest."""
        return max(x for x, _ in self.places.values())

    @property
    def n_generations(self) -> int:
        """Rows of people."""
        return 1 + max(row for _, row in self.places.values())

    @property
    def in_order(self) -> list[str]:
        """People from the top row to the lowest, from left to right."""
        return sorted(self.places, key=lambda p: (self.places[p][1], self.places[p]))


def lay_out_family(people: list[str], parents: Parents) -> FamilyLayout:
    """Place the people of a family.

    Parameters
    ----------
    people
        Persons, sorted.
    parents
        Person → (father, mother), blank where unknown.

    Notes
    -----
    Parents stand above their children and couples in one row, where that can be.
    Within a row people stand in the order in which a walk from the founders to their
    partners and children meets them; then each strives to stand over or under the
    middle of their relatives, without overtaking a neighbour.
    """
    inside = set(people)
    above = {
        person: [p for p in parents.get(person, ()) if p in inside] for person in people
    }
    rows = _find_rows(people, above)
    order = _order_rows(people, above, rows)
    x = {person: float(i) for row in order for i, person in enumerate(row)}
    below: dict[str, list[str]] = defaultdict(list)
    for child, both in above.items():
        for parent in both:
            below[parent].append(child)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        for row in order if downwards else reversed(order):
            _settle(row, x, _wishes(row, x, above, below, downwards=downwards))
    left = min(x.values())
    return FamilyLayout({p: (round(x[p] - left, 3), rows[p]) for p in people})


def _find_rows(people: list[str], above: Mapping[str, list[str]]) -> dict[str, int]:
    """Return the generation of everybody; couples share one where that can be."""
    rows = dict.fromkeys(people, 0)
    couples = sorted({tuple(sorted(both)) for both in above.values() if len(both) == 2})
    # A person who has children with a descendant cannot be in the same row as them.
    for turn in range(2 * len(people) + 2):
        before = dict(rows)
        for child in people:
            rows[child] = max([rows[child], *(rows[p] + 1 for p in above[child])])
        if turn < len(people):
            for one, two in couples:
                rows[one] = rows[two] = max(rows[one], rows[two])
        if rows == before:
            break
    # What impossible couples pushed down comes up again.
    used = sorted(set(rows.values()))
    return {person: used.index(row) for person, row in rows.items()}


def _order_rows(
    people: list[str], above: Mapping[str, list[str]], rows: Mapping[str, int]
) -> list[list[str]]:
    order: list[list[str]] = [[] for _ in range(max(rows.values()) + 1)]
    partners: dict[str, list[str]] = defaultdict(list)
    children: dict[str, list[str]] = defaultdict(list)
    for child in people:
        for parent in above[child]:
            children[parent].append(child)
            others = [p for p in above[child] if p != parent]
            partners[parent] += [p for p in others if p not in partners[parent]]
    seen: set[str] = set()
    founders = [p for p in people if not above[p]]
    # The top row starts, so that those who married in come to stand by their partners.
    waiting = sorted(founders, key=lambda p: (rows[p], p), reverse=True)
    while waiting:
        person = waiting.pop()
        if person in seen:
            continue
        # A partner from outside the family is placed next to the family member; of
        # several partners the first is placed on the other side.
        free = [p for p in partners[person] if p not in seen and not above[p]]
        first = free[:1] if len(free) > 1 else []
        beside = [*first, person, *free[len(first) :]]
        for one in beside:
            seen.add(one)
            order[rows[one]].append(one)
        below = sorted(
            {child for one in beside for child in children[one]},
            key=lambda child: (above[child], child),
        )
        waiting += reversed(below)
    return order


def _wishes(
    row: list[str],
    x: Mapping[str, float],
    above: Mapping[str, list[str]],
    below: Mapping[str, list[str]],
    *,
    downwards: bool,
) -> list[float]:
    """Return where each person of a row would like to stand."""
    wishes = []
    for person in row:
        if downwards:
            siblings = [p for p in row if above[p] and above[p] == above[person]]
            if above[person]:
                middle = float(np.mean([x[p] for p in above[person]]))
                shift = x[person] - float(np.mean([x[p] for p in siblings]))
                wishes.append(middle + shift)
            else:
                wishes.append(x[person])
        elif below[person]:
            wishes.append(float(np.mean([x[p] for p in below[person]])))
        else:
            wishes.append(x[person])
    return wishes


def _settle(row: list[str], x: dict[str, float], wishes: list[float]) -> None:
    """Move a row as near to its wishes as neighbours at least 1 apart can be.

    Least squares under the order: isotonic regression of the wishes less the places,
    by pooling adjacent violators.
    """
    blocks: list[tuple[float, int]] = []
    for place, wish in enumerate(wishes):
        blocks.append((wish - place, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (low, n), (high, m) = blocks[-2:]
            blocks[-2:] = [((low * n + high * m) / (n + m), n + m)]
    level = [value for value, n in blocks for _ in range(n)]
    for place, person in enumerate(row):
        x[person] = level[place] + place
