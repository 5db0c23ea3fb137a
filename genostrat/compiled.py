"""Compiled functions, kept on disk for as long as their source stays the same.

numba keeps what it compiled beside the date of one source file. A kernel that calls or
copies from another module would stay as it was when only that module changed, so each
module's kernels are kept under a digest of the module and all that it imports. Here are
also the machine instructions that numba does not offer by itself.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import cgutils, errors
from numba.extending import intrinsic

from genostrat.provenance import PACKAGE, module_digest


def compiler(module: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that compiles the functions of a module.

    They release the interpreter's lock, hold no Python object, and are compiled on
    their first call; later processes load what that one left.

    Parameters
    ----------
    module
        ``__name__`` of the module that defines them.
    """
    folder = _find_folder() / module_digest(module.removeprefix("genostrat."))

    def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
        numba.config.CACHE_DIR = str(folder)
        compiled: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
        return compiled

    return compile_function


def _find_folder() -> Path:
    """Return the first folder for compiled code that can be written to."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    candidates = [Path(named)] if named else []
    candidates += [PACKAGE / "__pycache__", Path(home) / "genostrat"]
    for candidate in candidates:
        try:
            candidate.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(candidate, os.W_OK):
            return candidate / "kernels"
    return Path(tempfile.mkdtemp(prefix="genostrat-kernels-"))


#: Bytes that a mask is made of.
N_MARKED = 32


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


def _make_mask(builder: Any, address: Any, test: Any) -> Any:
    """Return a bit for each of 32 bytes, the first the lowest: what a test says."""
    vector = ir.VectorType(ir.IntType(8), N_MARKED)
    letters = builder.load(builder.inttoptr(address, vector.as_pointer()), align=1)
    bits = builder.bitcast(test(letters, vector), ir.IntType(N_MARKED))
    return builder.zext(bits, ir.IntType(64))


def _repeat(letter: int, vector: Any) -> Any:
    return ir.Constant(vector, [letter] * N_MARKED)


@intrinsic
def mark_letter(typingctx: Any, address: Any, letter: Any) -> Any:
    """Return a uint64 with a bit for each of 32 bytes that is a certain letter.

    `letter` is a constant of the calling code. The first byte's bit is the lowest; one
    comparison of 32 bytes at once, and the caller sees to it that they are there.
    """
    del typingctx, address
    if not isinstance(letter, types.IntegerLiteral):
        raise errors.RequireLiteralValue("the letter must be a constant")
    wanted = letter.literal_value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return _make_mask(
            builder,
            arguments[0],
            lambda letters, vector: builder.icmp_unsigned(
                "==", letters, _repeat(wanted, vector)
            ),
        )

    return types.uint64(types.int64, letter), generate


@intrinsic
def mark_others(typingctx: Any, address: Any) -> Any:
    """Return a uint64 with a bit for each of 32 bytes that is no digit.

    As :func:`mark_letter`.
    """
    del typingctx, address

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        del context, signature
        return _make_mask(
            builder,
            arguments[0],
            lambda letters, vector: builder.icmp_unsigned(
                ">", builder.sub(letters, _repeat(48, vector)), _repeat(9, vector)
            ),
        )

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
