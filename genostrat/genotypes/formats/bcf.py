"""The records of a BCF as lines of text, made by htslib."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pysam

from genostrat.errors import GenostratError, Problem, printable
from genostrat.genotypes.formats.texts import (
    PART_BYTES,
    SLACK_BYTES,
    Buffer,
    Load,
    Part,
)


class BcfText:
    """Lines of a BCF; places are numbers of records."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def parts(self, contig: str | None = None, start: int = 1) -> Iterator[Load]:
        """Yield the records of a contig from a position on, or all records.

        Raises
        ------
        GenostratError
            If htslib cannot read on.
        """
        lines: list[bytes] = []
        size, n_before = 0, 0
        for line in self._lines(contig, start):
            lines.append(line)
            size += len(line)
            if size >= PART_BYTES:
                yield partial(_load, lines, n_before)
                n_before += len(lines)
                lines, size = [], 0
        if lines:
            yield partial(_load, lines, n_before)

    def _lines(self, contig: str | None, start: int) -> Iterator[bytes]:
        n_read = 0
        # INFO may hold any byte; it is carried as it is.
        usual = pysam.set_encoding_error_handler("surrogateescape")
        try:
            with pysam.VariantFile(str(self.path)) as stream:
                records = stream if contig is None else stream.fetch(contig, start - 1)
                for record in records:
                    n_read += 1
                    yield str(record).encode("utf-8", "surrogateescape")
        except (OSError, ValueError) as error:
            raise GenostratError(
                Problem(
                    "reading stopped in a damaged BCF",
                    file=self.path,
                    found=f"after {n_read} records: {printable(error)}",
                    fix="copy or make the file again, and index it anew",
                )
            ) from None
        finally:
            pysam.set_encoding_error_handler(usual)


def _load(lines: list[bytes], n_before: int, buffer: Buffer) -> Part:
    buffer.clear(sum(map(len, lines)) + SLACK_BYTES)
    for line in lines:
        buffer.append(line)
    ends = np.cumsum([len(line) for line in lines])

    def locate(at: int) -> str:
        return f"record {n_before + 1 + int(np.searchsorted(ends, at, 'right'))}"

    view = np.frombuffer(buffer.data, np.uint8)[: buffer.used]
    return Part(view, 0, buffer.used, locate)
