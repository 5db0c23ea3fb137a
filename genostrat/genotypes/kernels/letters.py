"""Compiled steps on the letters of a buffer."""

from __future__ import annotations

from genostrat.compiled import compiler
from genostrat.genotypes.characters import CASELESS, LOWER_A, LOWER_Z, ZERO, A, C, G, T

kernel = compiler(__name__)


@kernel
def upper(letter):
    """Return an ASCII letter in upper case."""
    return letter - 32 if LOWER_A <= letter <= LOWER_Z else letter


@kernel
def is_acgt(buffer, at, length):
    """Say whether an allele is a sequence of A, C, G and T, in either case."""
    if length == 0:
        return False
    for i in range(at, at + length):
        letter = buffer[i] & CASELESS
        if letter != A and letter != C and letter != G and letter != T:
            return False
    return True


@kernel
def put_bytes(text, used, buffer, at, length, to_upper):
    """Copy bytes to the end of the text; return its new end."""
    for i in range(length):
        letter = buffer[at + i]
        text[used + i] = upper(letter) if to_upper else letter
    return used + length


@kernel
def put_number(text, used, number):
    """Write a whole number ≥ 0 to the end of the text; return its new end."""
    n_digits, rest = 1, number // 10
    while rest > 0:
        n_digits += 1
        rest //= 10
    for i in range(n_digits - 1, -1, -1):
        text[used + i] = ZERO + number % 10
        number //= 10
    return used + n_digits
