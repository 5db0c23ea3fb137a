"""A kernel that counts the bits of rows in groups of samples."""

from __future__ import annotations

import numpy as np

from genostrat.compiled import compiler, count_ones

kernel = compiler(__name__)


@kernel
def count_words(words, groups, counts):
    """Count the bits that each row, (n_rows, n_words), shares with each group."""
    for row in range(len(words)):
        for group in range(len(groups)):
            total = np.int64(0)
            for word in range(words.shape[1]):
                total += np.int64(count_ones(words[row, word] & groups[group, word]))
            counts[group, row] = total
