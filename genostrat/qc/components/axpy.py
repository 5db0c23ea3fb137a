"""Rows of a matrix added to one another, as vector instructions."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

#: Values in a row: two cache lines.
WIDTH = 16


@intrinsic
def add_scaled(
    typingctx: Any, target: Any, i: Any, source: Any, j: Any, weight: Any
) -> Any:
    """Add `weight` times row j of `source` to row i of `target`.

    Both are float64 of shape (…, 16), contiguous; rows are not checked. The compiler
    cannot know that the two do not overlap, and would go value by value.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row = ir.VectorType(ir.DoubleType(), WIDTH)

        def point(array: int) -> Any:
            kind, value = signature.args[array], arguments[array]
            data = context.make_array(kind)(context, builder, value).data
            width = ir.Constant(arguments[array + 1].type, WIDTH)
            offset = builder.mul(arguments[array + 1], width)
            return builder.bitcast(builder.gep(data, [offset]), row.as_pointer())

        to, at = point(0), point(2)
        empty = ir.Constant(row, ir.Undefined)
        first = ir.Constant(ir.IntType(32), 0)
        single = builder.insert_element(empty, arguments[4], first)
        lanes = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
        factor = builder.shuffle_vector(single, empty, lanes)
        old, new = builder.load(to, align=8), builder.load(at, align=8)
        builder.store(builder.fadd(old, builder.fmul(factor, new)), to, align=8)
        return context.get_dummy_value()

    index = types.int64
    return types.void(target, index, source, index, types.float64), generate
