"""The lines of a VCF, in parts that threads can load side by side.

A part owns the lines that begin in it: it skips the line that began before it, and
reads on past its end until its last line is whole. How a file is cut therefore changes
nothing of what is read.
"""

from __future__ import annotations

import bisect
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from isal import igzip, igzip_lib

from genostrat.arrays import Bytes
from genostrat.errors import GenostratError, Problem, printable
from genostrat.genotypes.formats.bgzf import Block, BlockFile, is_bgzf

#: Inflated bytes of a part: enough to make starting one cheap (a quarter of this takes
#: half as long again), few enough that memory stays small.
PART_BYTES = 16_000_000
_EXTENSION_BYTES = 200_000
_GZIP_ERRORS = (EOFError, OSError, zlib.error)
#: Kernels may look so far past the last newline.
SLACK_BYTES = 64
#: Room beyond a part's own bytes, for the end of its last line.
_ROOM_BYTES = 300_000


class Buffer:
    """Memory for one part, used again for the next: fresh pages are dear."""

    def __init__(self) -> None:
        self._take(bytearray())
        self.used = 0

    def clear(self, n_bytes: int) -> None:
        """Empty the buffer, and make room for so many bytes."""
        self.used = 0
        if len(self.data) < n_bytes:
            self._take(bytearray(n_bytes))

    def append(self, text: bytes) -> None:
        """Add bytes to the end."""
        end = self.used + len(text)
        if end + SLACK_BYTES > len(self.data):
            self._take(self.data[: self.used] + bytearray(end + SLACK_BYTES))
        self._view[self.used : end] = text
        self.used = end

    def _take(self, data: bytearray) -> None:
        self.data = data
        self._view = memoryview(data)  # a bytearray would copy what it is given twice


@dataclass(frozen=True)
class Part:
    """A loaded part of a file.

    Attributes
    ----------
    buffer
        uint8, a view into the memory that it was loaded into; whole lines from `begin`
        to `end`, the last ended by a newline.
    begin, end
        Where the lines of this part begin and end.
    locate
        Tells where in the file a place of the buffer is.
    """

    buffer: Bytes
    begin: int
    end: int
    locate: Callable[[int], str]


#: Loads a part into a buffer.
Load = Callable[[Buffer], Part]


def open_text(path: str | Path) -> BgzfText | PlainText | GzipText:
    """Open a VCF by what its first bytes are: BGZF, plain text, or gzip."""
    with Path(path).open("rb") as stream:
        head = stream.read(4096)
    if is_bgzf(head):
        return BgzfText(path)
    return GzipText(path) if head[:2] == b"\x1f\x8b" else PlainText(path)


class BgzfText:
    """Lines of a BGZF file; places are virtual offsets."""

    def __init__(self, path: str | Path) -> None:
        self.blocks = BlockFile(path)

    def close(self) -> None:
        """Close the file."""
        self.blocks.close()

    def pieces(self) -> Iterator[bytes]:
        """Yield the text from the beginning."""
        return (self.blocks.inflate(block) for block in self.blocks.walk())

    def find_records(self) -> int:
        """Return the virtual offset of the first line that is not of the header."""
        finder = _HeaderEnd()
        for block in self.blocks.walk():
            at = finder.feed(self.blocks.inflate(block))
            if at is not None:
                return block.offset << 16 | at
        return self.blocks.n_bytes << 16

    def parts(self, start: int, stop: int | None = None) -> Iterator[Load]:
        """Yield parts of the file from one virtual offset to another.

        Parameters
        ----------
        start, stop
            Begin of a line, and end of one; without `stop` to the end of the file.
        """
        own: list[Block] = []
        size, first = 0, start & 0xFFFF
        begin: int | None = first
        for block in self.blocks.walk(start >> 16):
            if stop is not None and block.offset == stop >> 16:
                own.append(block)
                last = size + (stop & 0xFFFF)
                yield partial(self._load, own, begin, None, last)
                return
            if size >= PART_BYTES:
                yield partial(self._load, own, begin, block.offset, None)
                own, size, begin = [], 0, None
            own.append(block)
            size += block.size
        if own:
            yield partial(self._load, own, begin, None, None)

    def _load(
        self,
        own: list[Block],
        begin: int | None,
        after: int | None,
        end: int | None,
        buffer: Buffer,
    ) -> Part:
        buffer.clear(sum(block.size for block in own) + _ROOM_BYTES)
        offsets, starts = [], []
        for block in own:
            offsets.append(block.offset)
            starts.append(buffer.used)
            buffer.append(self.blocks.inflate(block))
        n_own = buffer.used
        if after is not None:
            for block in self.blocks.walk(after, read_bytes=_EXTENSION_BYTES):
                text = self.blocks.inflate(block)
                offsets.append(block.offset)
                starts.append(buffer.used)
                buffer.append(text)
                if b"\n" in text:
                    break

        def locate(at: int) -> str:
            number = bisect.bisect_right(starts, at) - 1
            return f"virtual offset {offsets[number] << 16 | at - starts[number]}"

        return _own_lines(buffer, n_own, begin, end, locate)


class PlainText:
    """Lines of a file that is not compressed; places are file offsets."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._descriptor = os.open(self.path, os.O_RDONLY)
        self.n_bytes = os.fstat(self._descriptor).st_size

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def find_records(self) -> int:
        """Return the offset of the first line that is not of the header.

        Raises
        ------
        GenostratError
            If the file does not end with a newline. Nothing else would tell that its
            last genotype was cut from ``0/1`` to ``0``.
        """
        if os.pread(self._descriptor, 1, self.n_bytes - 1) != b"\n":
            raise GenostratError(
                Problem(
                    "this file ends in the middle of a line, so it was cut short",
                    file=self.path,
                    found=f"{self.n_bytes} bytes, the last of which is no newline",
                    fix="copy or make the file again; if it is whole, end its last"
                    " line: echo >> FILE",
                )
            )
        finder = _HeaderEnd()
        offset = 0
        for piece in self.pieces():
            at = finder.feed(piece)
            if at is not None:
                return offset + at
            offset += len(piece)
        return self.n_bytes

    def pieces(self) -> Iterator[bytes]:
        """Yield the text from the beginning."""
        return (
            os.pread(self._descriptor, _EXTENSION_BYTES, offset)
            for offset in range(0, self.n_bytes, _EXTENSION_BYTES)
        )

    def parts(self, start: int, stop: int | None = None) -> Iterator[Load]:
        """Yield parts of the file from one offset to another."""
        stop = self.n_bytes if stop is None else stop
        for offset in range(start, stop, PART_BYTES):
            yield partial(self._load, offset, offset == start, stop)

    def _load(self, offset: int, is_first: bool, stop: int, buffer: Buffer) -> Part:
        size = min(PART_BYTES, stop - offset)
        buffer.clear(size + _ROOM_BYTES)
        buffer.append(os.pread(self._descriptor, size, offset))
        n_own = buffer.used
        place = offset + n_own
        while place < stop:
            more = os.pread(
                self._descriptor, min(_EXTENSION_BYTES, stop - place), place
            )
            buffer.append(more)
            place += len(more)
            if not more or b"\n" in more:
                break
        begin = 0 if is_first else None
        end = None if offset + n_own < stop else n_own
        return _own_lines(
            buffer, n_own, begin, end, lambda at: f"file offset {offset + at}"
        )


class GzipText:
    """Lines of a gzip file without blocks; places are offsets of the inflated text."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def close(self) -> None:
        """Close nothing: every pass opens the file for itself."""

    def find_records(self) -> int:
        """Return the inflated offset of the first line that is not of the header."""
        finder, offset = _HeaderEnd(), 0
        for text in self.pieces():
            at = finder.feed(text)
            if at is not None:
                return offset + at
            offset += len(text)
        return offset

    def parts(self, start: int, stop: int | None = None) -> Iterator[Load]:
        """Yield parts of the inflated text from an offset to the end."""
        del stop
        offset, rest = 0, b""
        for text in self.pieces():
            begin = max(start - offset, 0)
            offset += len(text)
            text = rest + text[begin:]
            cut = text.rfind(b"\n") + 1
            rest = text[cut:]
            if cut:
                yield partial(self._load, text[:cut], offset - len(text))
        if rest:
            yield partial(self._load, rest, offset - len(rest))

    def _load(self, text: bytes, offset: int, buffer: Buffer) -> Part:
        buffer.clear(len(text) + _ROOM_BYTES)
        buffer.append(text)
        return _own_lines(
            buffer,
            len(text),
            0,
            len(text),
            lambda at: f"inflated offset {offset + at}",
        )

    def pieces(self) -> Iterator[bytes]:
        """Yield the text from the beginning.

        Raises
        ------
        GenostratError
            Where the file is damaged or cut short.
        """
        try:
            with igzip.open(self.path, "rb") as stream:
                while text := stream.read(PART_BYTES):
                    yield text
        except (*_GZIP_ERRORS, igzip_lib.IsalError) as error:  # type: ignore[misc]
            raise GenostratError(
                Problem(
                    "this gzip file is damaged or cut short",
                    file=self.path,
                    found=printable(error),
                    fix="copy or make the file again; check it with: gzip -t FILE",
                )
            ) from None


def read_header_text(path: str | Path) -> bytes:
    """Return the lines of a VCF that begin with ``#``, before any other."""
    text = open_text(path)
    try:
        finder, header = _HeaderEnd(), b""
        for piece in text.pieces():
            at = finder.feed(piece)
            header += piece if at is None else piece[:at]
            if at is not None:
                break
        return header
    finally:
        text.close()


class _HeaderEnd:
    """Finds where the header ends in texts that come one after the other."""

    def __init__(self) -> None:
        self._in_line = False

    def feed(self, text: bytes) -> int | None:
        """Return the place of the first record in this text, if it is there."""
        at = 0
        while at < len(text):
            if not self._in_line and text[at] != ord("#"):
                return at
            newline = text.find(b"\n", at)
            self._in_line = newline < 0
            if newline < 0:
                return None
            at = newline + 1
        return None


def _own_lines(
    buffer: Buffer,
    n_own: int,
    begin: int | None,
    end: int | None,
    locate: Callable[[int], str],
) -> Part:
    """Find the lines that a part owns.

    `n_own` bytes of the buffer are the part's own; what follows lets it end its last
    line. Without `begin`, the part's first line began before it. Without `end`, the
    line that begins just after its own bytes is still its own (so that the part after
    it may always skip one).
    """
    if end is None:
        newline = buffer.data.find(b"\n", n_own, buffer.used)
        end = newline + 1 if newline >= 0 else buffer.used
    if begin is None:
        newline = buffer.data.find(b"\n", 0, n_own)
        begin = newline + 1 if newline >= 0 else end
    begin = min(begin, end)
    if begin < end and buffer.data[end - 1] != ord("\n"):
        buffer.used = end
        buffer.append(b"\n")
        end += 1
    view = np.frombuffer(buffer.data, np.uint8)[: buffer.used]
    return Part(view, begin, end, locate)
