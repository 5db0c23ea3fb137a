"""Taking annotations from lines of a VCF, as they are scanned."""

from __future__ import annotations

import numpy as np

from genostrat.arrays import Bytes
from genostrat.genotypes.annotation_header import AnnotationFormat
from genostrat.genotypes.annotations import Captured
from genostrat.genotypes.kernels.annotations import (
    N_COUNTS,
    N_TEXT,
    Room,
    make_fields,
    make_room,
    read_annotations,
)
from genostrat.genotypes.kernels.records import Rows, Scratch


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
        buffer: Bytes,
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
