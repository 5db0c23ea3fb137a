"""Counting genotypes by group of samples, a bit a call."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def pack_flags(flags: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """Pack flags (n_rows, n_columns) into words, each row padded with zeros."""
    bits = np.packbits(flags, axis=1)
    padded = np.zeros((len(bits), -(-bits.shape[1] // 8) * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return padded.view(np.uint64)


def count_flags_by_group(
    flags: Sequence[npt.NDArray[np.bool_]], groups: npt.NDArray[np.uint64]
) -> npt.NDArray[np.int64]:
    """Count flags of each row in each group: shape (n_flags, n_groups, n_rows)."""
    counts = np.zeros((len(flags), len(groups), len(flags[0])), np.int64)
    for number, flag in enumerate(flags):
        words = pack_flags(flag)
        for group, mask in enumerate(groups):
            counts[number, group] = np.bitwise_count(words & mask).sum(axis=1)
    return counts
