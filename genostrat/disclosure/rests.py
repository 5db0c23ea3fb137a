"""What a whole and some of its parts leave: a group as well, by subtraction."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from genostrat.disclosure.cells import THRESHOLD

Name = TypeVar("Name", bound=Hashable)


def find_telling(
    whole: Sequence[int],
    parts: Mapping[Name, Sequence[int]],
    *,
    threshold: int = THRESHOLD,
) -> set[Name]:
    """Return the parts that must be withheld beside a whole, for the sake of the rest.

    Parameters
    ----------
    whole
        Counts of everybody, each of which must be large enough where something is told
        of a group: its patients, say, and those of them with an event.
    parts
        The same counts of the parts that would be told; they share nobody.
    threshold
        Smallest count of a group of which something may be told.

    Returns
    -------
    set
        The smallest parts, as many as it takes until the rest is nobody at all, or
        large enough in every count. A part that is withheld for its own size is in the
        rest: what is told of the whole and of the others would tell it.

    Examples
    --------
    >>> sorted(find_telling([97], {"S1": [50], "S2": [40]}))
    ['S2']
    >>> find_telling([90], {"S1": [50], "S2": [40]})
    set()
    """
    order = sorted(parts, key=lambda name: (-sum(parts[name]), str(name)))
    told = list(order)
    while told:
        shown = np.sum([parts[name] for name in told], axis=0)
        rest = np.asarray(whole) - shown
        if not rest.any() or (rest >= threshold).all():
            break
        told.pop()
    return set(order) - set(told)
