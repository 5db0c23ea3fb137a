"""Taking annotations from lines of a VCF, as they are scanned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.genotypes.annotation_header import AnnotationFormat
from genostrat.genotypes.annotation_kernels import (
    N_COUNTS,
    N_TEXT,
    Room,
    make_fields,
    make_room,
    read_annotations,
)
from genostrat.genotypes.record_kernels import Rows, Scratch


@dataclass(frozen=True)
class Captured:
    """Annotations of consecutive rows, as a file has them.

    Attributes
    ----------
    row
        int64, ascending within a record: the row that each annotation is of.
    text
        For each, ``consequence|symbol|gene``, and ``|lof`` where the file has it.
    frequency
        float64, one for each row: highest frequency in a reference population, NaN
        where it is not known.
    counts
        int64 (2,): annotations with another number of subfields than the header says,
        and those whose allele is none of their record. Both are left out.
    """

    row: npt.NDArray[np.int64]
    text: list[bytes]
    frequency: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]

    def without(self, rows: Sequence[int]) -> Captured:
        """Return the same where some rows are left out and the others move up."""
        n_rows = len(self.frequency)
        keep = np.setdiff1d(np.arange(n_rows), rows)
        place = np.full(n_rows, -1, np.int64)
        place[keep] = np.arange(len(keep))
        moved = place[self.row]
        text = [t for t, at in zip(self.text, moved.tolist(), strict=True) if at >= 0]
        return Captured(moved[moved >= 0], text, self.frequency[keep], self.counts)


class AnnotationReader:
    """Reads the annotations of rows from the buffer that they were scanned from.

    Parameters
    ----------
    form
        How the file writes them.
    """

    def __init__(self, form: AnnotationFormat) -> None:
        self._fields = make_fields(form)
        self._room: Room | None = None

    def read(
        self,
        buffer: npt.NDArray[np.uint8],
        rows: Rows,
        n_rows: int,
        scratch: Scratch,
    ) -> Captured:
        """Return the annotations of the first rows, in memory of their own."""
        room = self._room
        if room is None or len(room.frequency) < n_rows:
            size = max(n_rows, 64)
            room = make_room(n_rows=size, n_found=4 * size, n_text=128 * size)
        while True:
            counts = np.zeros(N_COUNTS, np.int64)
            n_found = read_annotations(
                buffer, rows, n_rows, self._fields, scratch, room, counts
            )
            if n_found >= 0:
                break
            room = make_room(
                n_rows=len(room.frequency),
                n_found=2 * len(room.row),
                n_text=2 * len(room.text),
            )
        self._room = room
        bounds = zip(
            room.at[:n_found].tolist(), room.end[:n_found].tolist(), strict=True
        )
        data = room.text[: counts[N_TEXT]].tobytes()
        return Captured(
            room.row[:n_found].copy(),
            [data[at:end] for at, end in bounds],
            room.frequency[:n_rows].copy(),
            counts[:N_TEXT],
        )
