"""The few instructions that kernels are made of, held against plain Python."""

import numba
import numpy as np

from genostrat.compiled import N_MARKED, count_ones, load_word, mark_letter, mark_others


@numba.njit
def masks(address):
    """Return the marks of a letter, of what is no digit, and a word."""
    letters, others = mark_letter(address, 58), mark_others(address)
    return letters, others, load_word(address), count_ones(letters)


def test_marks_are_those_of_plain_python():
    rng = np.random.default_rng(4)
    letters = list(b"0123456789:|/.\xff")
    texts = [bytes(rng.choice(letters, N_MARKED).tolist()) for _ in range(60)]
    texts += [b":" * N_MARKED, b"0" * N_MARKED, b"0" * 31 + b":", b":" + b"0" * 31]
    for text in texts:
        held = np.frombuffer(text, np.uint8).copy()
        marked, others, word, n_set = masks(held.ctypes.data)
        assert int(marked) == sum(1 << i for i, b in enumerate(text) if b == 58)
        digits = b"0123456789"
        assert int(others) == sum(1 << i for i, b in enumerate(text) if b not in digits)
        assert int(word) == int.from_bytes(text[:8], "little")
        assert n_set == text.count(b":")
