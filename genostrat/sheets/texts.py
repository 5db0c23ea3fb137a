"""Opening files that people give: regular, whole, of bounded size, of known encoding.

Every reader of tables that people write goes through here, so that a damaged archive,
a pipe in the place of a file, or an archive that inflates without end is one message
wherever it is met.
"""

from __future__ import annotations

import codecs
import gzip
import io
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from genostrat.errors import GenostratError, Problem

#: Largest text that is held whole, once inflated.
MAX_TEXT = 2**30
#: Largest text that is read line by line, once inflated: 20,000 features of 50,000
#: patients are a third of it.
MAX_TABLE = 2**34
#: Longest line: a million cells of 250 characters.
MAX_LINE = 2**28

_GZIP = b"\x1f\x8b"
_PAGE = (
    "a web page (HTML), perhaps of a login or an error",
    "download the file itself, and look at what came: head -c 200 FILE",
)
#: First bytes of what lies where a file of any kind should → what it is, and the cure.
STAND_INS = {
    b"version https://git-lfs": (
        "a pointer of Git LFS: the file itself was not fetched",
        "fetch it: git lfs pull",
    ),
    b"../.git/annex/objects": (
        "a pointer of git-annex: the file itself was not fetched",
        "fetch it: git annex get FILE",
    ),
    b"/annex/objects/": (
        "a pointer of git-annex: the file itself was not fetched",
        "fetch it: git annex get FILE",
    ),
    b"<!DOCTYPE": _PAGE,
    b"<!doctype": _PAGE,
    b"<html": _PAGE,
    b"<HTML": _PAGE,
    b"<?xml": ("an XML document", "download the file itself"),
    b"%PDF": ("a PDF document", "give the data that it was made of"),
}
#: Bytes that tell any of them.
START_BYTES = 64
#: First bytes of files that are no text → what they are and how to make text of them.
_OTHER_KINDS = {
    b"PK\x03\x04": (
        "a zip archive, such as an Excel workbook (.xlsx)",
        "save the sheet as tab-separated text, UTF-8; not as .xlsx",
    ),
    b"\xd0\xcf\x11\xe0": (
        "an old Excel workbook (.xls)",
        "save the sheet as tab-separated text, UTF-8; not as .xls",
    ),
    b"PAR1": ("a Parquet file", "name it with the suffix .parquet"),
    b"BZh": ("a bzip2 archive", "unpack it: bunzip2 FILE"),
    b"\xfd7zXZ\x00": ("an xz archive", "unpack it: unxz FILE"),
    b"\x28\xb5\x2f\xfd": ("a zstd archive", "unpack it: unzstd FILE"),
    **STAND_INS,
}
_MARKS = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@contextmanager
def reading(path: str | Path, what: str, *, is_text: bool = True) -> Iterator[None]:
    """Turn whatever a decoder says of a damaged file into one message.

    Decoders of archives and of Parquet raise errors of a dozen classes at bytes that
    they do not understand, and new ones with every version; so none is listed here.
    Only calls of such decoders belong inside.

    Parameters
    ----------
    path
        The file, for the message.
    what
        What it is, such as ``"the sheet"``.
    is_text
        Whether bytes that are no UTF-8 are text of another encoding, or damage.

    Raises
    ------
    GenostratError
        That the file cannot be read, or is damaged.
    """
    try:
        yield
    except GenostratError:
        raise
    except UnicodeDecodeError as error:
        wrong = _not_utf8(path, what, error.start) if is_text else None
        raise GenostratError(wrong or _damaged(path, what, error)) from None
    except OSError as error:
        if error.errno is None:
            raise GenostratError(_damaged(path, what, error)) from None
        raise GenostratError(
            Problem(f"{what} cannot be read", file=path, found=error.strerror)
        ) from None
    except Exception as error:
        raise GenostratError(_damaged(path, what, error)) from None


def check_regular(path: str | Path, what: str) -> None:
    """Refuse what is no regular file: a folder, a pipe, a device.

    Raises
    ------
    GenostratError
        With what it is.
    """
    with reading(path, what):
        mode = Path(path).stat().st_mode
    if not stat.S_ISREG(mode):
        found = "a folder" if stat.S_ISDIR(mode) else "a pipe, socket or device"
        raise GenostratError(
            Problem(
                f"{what} is not a regular file",
                file=path,
                found=found,
                fix="give the path of a file on disk",
            )
        )


@contextmanager
def open_inflated(path: str | Path, what: str) -> Iterator[IO[bytes]]:
    """Open a file as bytes; gzip, by its first bytes and not its name, is inflated.

    The bytes are those of UTF-8: UTF-16 with a byte order mark, as spreadsheet programs
    write it, is turned into UTF-8, and the mark of UTF-8 is passed over.

    Raises
    ------
    GenostratError
        If it is no regular file, cannot be read, is damaged, or is no text.
    """
    check_regular(path, what)
    with reading(path, what), Path(path).open("rb") as raw:
        stream: IO[bytes] = raw
        if raw.read(2) == _GZIP:
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw))
        raw.seek(0)
        start = stream.read(START_BYTES)
        stream.seek(0)
        _refuse_other_kinds(path, what, start)
        encoding = _MARKS.get(start[:2])
        if encoding is not None:
            text = io.TextIOWrapper(stream, encoding=encoding, newline="")
            stream = cast("IO[bytes]", _Recoded(text))
        elif start.startswith(codecs.BOM_UTF8):
            stream.read(len(codecs.BOM_UTF8))
        yield stream


class _Recoded:
    """A text stream as bytes of UTF-8, for what reads lines or everything."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text

    def read(self, size: int = -1) -> bytes:
        return self._text.read(size).encode("utf-8")

    def readline(self, size: int = -1) -> bytes:
        return self._text.readline(size).encode("utf-8")


def read_text(path: str | Path, what: str, *, limit: int = MAX_TEXT) -> str:
    """Return the whole text of a file that people write.

    Parameters
    ----------
    path
        Text in UTF-8, or in UTF-16 with a byte order mark; gzip is inflated.
    what
        What the file is, for messages.
    limit
        Bytes, once inflated; a limit keeps a small archive from filling the memory.

    Returns
    -------
    str
        With every end of line as one line feed.

    Raises
    ------
    GenostratError
        If it is no such text, or cannot be read.
    """
    with open_inflated(path, what) as stream:
        data = stream.read(limit + 1)
        if len(data) > limit:
            raise GenostratError(_too_large(path, what, limit))
        text = data.decode("utf-8")
    if "\0" in text:
        raise GenostratError(_has_nul(path, what))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_lines(
    path: str | Path, what: str, *, limit: int = MAX_TABLE, longest: int = MAX_LINE
) -> Iterator[bytes]:
    """Yield the lines of a table too large to be held whole, without their ends.

    Parameters
    ----------
    path
        As :func:`read_text`.
    what
        What the file is, for messages.
    limit, longest
        Bytes of all lines, and of one, once inflated.

    Raises
    ------
    GenostratError
        If it cannot be read, is damaged, or is larger than the limits.
    """
    size = number = 0
    with open_inflated(path, what) as stream:
        while line := stream.readline(longest + 1):
            size, number = size + len(line), number + 1
            if len(line) > longest:
                raise GenostratError(
                    Problem(
                        f"a line of {what} is longer than {longest} bytes",
                        file=path,
                        line=number,
                        fix="check that the file is a table with line feeds",
                    )
                )
            if size > limit:
                raise GenostratError(_too_large(path, what, limit))
            if b"\0" in line:
                raise GenostratError(_has_nul(path, what))
            yield line.rstrip(b"\r\n")


def _refuse_other_kinds(path: str | Path, what: str, start: bytes) -> None:
    for magic, (found, fix) in _OTHER_KINDS.items():
        if start.startswith(magic):
            raise GenostratError(
                Problem(f"{what} is not text", file=path, found=found, fix=fix)
            )


def _damaged(path: str | Path, what: str, error: Exception) -> Problem:
    said = str(error).splitlines()
    return Problem(
        f"{what} cannot be read: the file is damaged or cut short",
        file=path,
        found=f"{type(error).__name__}: {said[0]}" if said else type(error).__name__,
        fix="copy or download it again; for .gz, `gzip -t FILE` tests it",
    )


def _not_utf8(path: str | Path, what: str, position: int) -> Problem:
    return Problem(
        f"{what} is not UTF-8 text (byte {position})",
        file=path,
        fix="save it as tab-separated text, UTF-8; not as .xlsx. From another"
        " encoding: iconv -f LATIN1 -t UTF-8 FILE > NEW",
    )


def _too_large(path: str | Path, what: str, limit: int) -> Problem:
    return Problem(
        f"{what} holds more than {limit} bytes",
        file=path,
        fix="check that it is the right file; archives count by what they inflate to",
    )


def _has_nul(path: str | Path, what: str) -> Problem:
    return Problem(
        f"{what} holds NUL bytes: it is not a text file, or is UTF-16 without a mark",
        file=path,
        fix="save it as UTF-8: iconv -f UTF-16LE -t UTF-8 FILE > NEW",
    )
