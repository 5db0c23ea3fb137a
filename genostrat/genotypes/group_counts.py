"""Counting genotypes by group of samples, a bit a call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from genostrat.arrays import Flags, Integers, Words
from genostrat.genotypes.group_kernels import count_words


def pack_flags(flags: Flags) -> Words:
    """Pack flags (n_rows, n_columns) into words, each row padded with zeros."""
    bits = np.packbits(flags, axis=1)
    padded = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64)


def count_flags_by_group(flags: Sequence[Flags], groups: Words) -> Integers:
    """Count flags of each row in each group: shape (n_flags, n_groups, n_rows)."""
    counts = np.empty((len(flags), len(groups), len(flags[0])), np.int64)
    for number, flag in enumerate(flags):
        count_words(pack_flags(flag), groups, counts[number])
    return counts
