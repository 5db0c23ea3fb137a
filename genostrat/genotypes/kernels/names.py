"""Compiled counting of names that are not known beforehand, such as those in FILTER."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from genostrat.arrays import Bytes, Integers
from genostrat.compiled import compiler

kernel = compiler(__name__)

#: Different names that are told apart, and bytes that they may have together.
MOST_NAMES, MOST_BYTES = 64, 8192


class NameCounts(NamedTuple):
    """Names in order of appearance, and how often each was met.

    Name i is ``text[at[i] : at[i] + length[i]]``; ``size`` holds how many there are,
    the bytes they take, and how many were met that had no room.
    """

    text: Bytes
    at: Integers
    length: Integers
    number: Integers
    size: Integers


def make_name_counts() -> NameCounts:
    """Return an empty table."""
    return NameCounts(
        text=np.zeros(MOST_BYTES, np.uint8),
        at=np.zeros(MOST_NAMES, np.int64),
        length=np.zeros(MOST_NAMES, np.int64),
        number=np.zeros(MOST_NAMES, np.int64),
        size=np.zeros(3, np.int64),
    )


def take_names(table: NameCounts) -> tuple[dict[str, int], int]:
    """Return the names with their counts, and how many others there were; empty it."""
    found: dict[str, int] = {}
    for at, length, count in zip(
        *(part[: table.size[0]].tolist() for part in table[1:4]), strict=True
    ):
        name = table.text[at : at + length].tobytes().decode("utf-8", "replace")
        found[name] = found.get(name, 0) + count
    others = int(table.size[2])
    table.size[:] = 0
    return found, others


@kernel
def count_name(buffer, at, end, table):
    """Count the name from `at` to `end`."""
    n_names, used = table.size[0], table.size[1]
    length = end - at
    for i in range(n_names):
        if table.length[i] != length:
            continue
        own, same = table.at[i], True
        for j in range(length):
            if table.text[own + j] != buffer[at + j]:
                same = False
                break
        if same:
            table.number[i] += 1
            return
    if n_names == len(table.at) or used + length > len(table.text):
        table.size[2] += 1
        return
    for j in range(length):
        table.text[used + j] = buffer[at + j]
    table.at[n_names], table.length[n_names], table.number[n_names] = used, length, 1
    table.size[0], table.size[1] = n_names + 1, used + length
