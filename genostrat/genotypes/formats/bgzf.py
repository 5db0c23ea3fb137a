"""BGZF: gzip in blocks that can be found, inflated and checked one by one.

See the SAM specification, section 4.1. A *virtual offset* is the file offset of a block
times 65,536, plus an offset in the inflated block.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from isal import igzip_lib, isal_zlib

from genostrat.errors import GenostratError, Problem

#: The empty block that ends every whole BGZF file (SAM specification, section 4.1.2).
BGZF_END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
_USUAL_HEAD = b"\x1f\x8b\x08\x04"
_USUAL_EXTRA = b"\x06\x00BC\x02\x00"
#: What a block begins with, and ends with: checksum and inflated size.
_USUAL, _END = struct.Struct("<4s6x6sH"), struct.Struct("<II")
_READ_BYTES = 4_000_000
_MAX_BLOCK = 65_536


class Block(NamedTuple):
    """A block as it stands in the file.

    Attributes
    ----------
    offset
        Where it begins in the file.
    deflated
        Its deflated data.
    size
        Bytes when inflated.
    checksum
        CRC-32 of the inflated bytes.
    """

    offset: int
    deflated: memoryview
    size: int
    checksum: int


def is_bgzf(head: bytes) -> bool:
    """Say whether a file that begins with `head` (18 bytes or more) is BGZF."""
    return head[:4] == _USUAL_HEAD and _block_size(memoryview(head), 0) is not None


class BlockFile:
    """A BGZF file whose blocks are read without moving a file position.

    Threads may use one object side by side.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._descriptor = os.open(self.path, os.O_RDONLY)
        self.n_bytes = os.fstat(self._descriptor).st_size

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)

    def __enter__(self) -> BlockFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def walk(self, start: int = 0, *, read_bytes: int = _READ_BYTES) -> Iterator[Block]:
        """Yield the blocks that begin at file offset `start` or after it.

        Raises
        ------
        GenostratError
            Where no block begins, or one is cut short.
        """
        offset = start
        while offset < self.n_bytes:
            data = os.pread(self._descriptor, read_bytes, offset)
            view = memoryview(data)
            at = 0
            while at < len(data):
                size = _block_size(view, at)
                if size is None and len(data) - at >= _MAX_BLOCK:
                    raise GenostratError(self._no_block(offset + at))
                if size is None or at + size > len(data):
                    break
                checksum, inflated = _END.unpack_from(view, at + size - _END.size)
                if inflated > _MAX_BLOCK:
                    found = f"{inflated} inflated bytes in one block"
                    raise GenostratError(self._damaged(offset + at, found))
                yield Block(
                    offset + at,
                    view[at + _head_size(view, at) : at + size - _END.size],
                    inflated,
                    checksum,
                )
                at += size
            if at == 0:
                raise GenostratError(self._no_block(offset))
            offset += at

    def inflate(self, block: Block) -> bytes:
        """Inflate a block and hold it against its checksum and size.

        Raises
        ------
        GenostratError
            If it is damaged.
        """
        try:
            text: bytes = isal_zlib.decompress(block.deflated, -15, max(block.size, 1))
        except (igzip_lib.IsalError, ValueError) as error:  # type: ignore[misc]
            raise GenostratError(self._damaged(block.offset, str(error))) from None
        if len(text) != block.size:
            found = f"{len(text)} bytes where its end says {block.size}"
            raise GenostratError(self._damaged(block.offset, found))
        if isal_zlib.crc32(text) != block.checksum:
            raise GenostratError(self._damaged(block.offset, "a wrong checksum"))
        return text

    def _damaged(self, offset: int, found: str) -> Problem:
        return Problem(
            "a compressed block is damaged",
            file=self.path,
            found=f"at file offset {offset} (virtual offset {offset << 16}): {found}",
            fix="copy or make the file again; check it with: bgzip -t FILE",
        )

    def _no_block(self, offset: int) -> Problem:
        return Problem(
            "a compressed block is cut short, or its head is damaged",
            file=self.path,
            found=f"no whole BGZF block at file offset {offset} (virtual offset"
            f" {offset << 16}) of {self.n_bytes} bytes",
            fix="copy or make the file again; check it with: bgzip -t FILE",
        )


def _head_size(data: memoryview, at: int) -> int:
    return 12 + int.from_bytes(data[at + 10 : at + 12], "little")


def _block_size(data: memoryview, at: int) -> int | None:
    """Return the size of the block at `at`; None where none can be seen."""
    if len(data) - at >= _USUAL.size:
        head, extra, last = _USUAL.unpack_from(data, at)
        if head == _USUAL_HEAD and extra == _USUAL_EXTRA:
            return last + 1 if last >= 25 else None
    if data[at : at + 4] != _USUAL_HEAD:
        return None
    end = at + _head_size(data, at)
    place = at + 12
    while place + 4 <= min(end, len(data)):
        length = int.from_bytes(data[place + 2 : place + 4], "little")
        if data[place : place + 2] == b"BC" and length == 2:
            size = int.from_bytes(data[place + 4 : place + 6], "little") + 1
            return size if size >= end - at + 8 else None
        place += 4 + length
    return None
