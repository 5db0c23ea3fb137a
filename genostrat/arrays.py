"""Types of arrays, by what their elements are; shapes are said where they are used."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Of either precision.
Reals = NDArray[np.floating]
Integers = NDArray[np.int64]
#: Places in another array.
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
#: Bits of many samples, packed.
Words = NDArray[np.uint64]
#: Of single precision, where memory counts.
Singles = NDArray[np.float32]
#: Of any width and sign.
AnyIntegers = NDArray[np.integer]
