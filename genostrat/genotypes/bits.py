"""Machine instructions that numba does not offer by itself."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def load_word(typingctx: Any, address: Any) -> Any:
    """Return the eight bytes at an address (int64), as a little-endian uint64.

    The caller sees to it that they are there. An address costs nothing to hand on,
    where an array is counted in and out by every function that takes it.
    """
    del typingctx, address

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        word = builder.inttoptr(arguments[0], ir.IntType(64).as_pointer())
        return builder.load(word, align=1)

    return types.uint64(types.int64), generate


@intrinsic
def count_ones(typingctx: Any, word: Any) -> Any:
    """Return how many bits of a uint64 are set, as int64.

    LLVM makes one vector instruction of it where the processor has one, and a few
    shuffles elsewhere.
    """
    del typingctx, word

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.ctpop(arguments[0])

    return types.int64(types.uint64), generate


@intrinsic
def first_one(typingctx: Any, word: Any) -> Any:
    """Return the number of the lowest set bit of a uint64, as int64.

    The caller sees to it that there is one.
    """
    del typingctx, word

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return builder.cttz(arguments[0], cgutils.true_bit)

    return types.int64(types.uint64), generate
