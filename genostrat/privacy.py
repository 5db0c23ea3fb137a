"""What keeps patients' rows where they belong."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

#: Who a file is for. *shareable*: it says nothing of any patient, or has passed a
#: disclosure check. *centre*: aggregates that stay, since small groups may stand in
#: them. *patient*: rows, pages or names of people.
Access = Literal["shareable", "centre", "patient"]

#: Mode of a file by its class; a stricter umask of the user's makes it stricter.
FILE_MODES: dict[Access, int] = {
    "shareable": 0o644,
    "centre": 0o640,
    "patient": 0o640,
}
#: A folder of results: nobody outside the group sees even the names of its files.
FOLDER_MODE = 0o750
#: Bits that no file and no folder has before its class says otherwise.
UMASK = 0o027

#: A cell that starts so is run as a formula by spreadsheet programs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def starts_formula(text: str) -> bool:
    """Say whether a spreadsheet program would run this text as a formula."""
    return text.startswith(FORMULA_STARTS)


def keep_private() -> None:
    """Let nothing that this process creates from now on be readable by others.

    It holds also for what libraries and tools create, from the first byte on; a umask
    that is stricter stays as it is.
    """
    os.umask(os.umask(UMASK) | UMASK)


@contextmanager
def owner_only() -> Iterator[None]:
    """Let only the owner read what is created within: files that are made to travel.

    Whoever copies a file of genotypes elsewhere copies its mode, and not the folder
    that protected it.
    """
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def close_to_others(paths: Iterable[str | Path]) -> None:
    """Take from others what they may do with files, and with the folders of these.

    For files that were there before :func:`keep_private` was called.
    """
    for path in map(Path, paths):
        for one in (path, path.parent):
            one.chmod(one.stat().st_mode & ~UMASK & 0o777)


def make_folder(path: str | Path) -> Path:
    """Make a folder, and those above it, that only the owner and the group may enter.

    Folders that are there are left as they are.
    """
    path = Path(path)
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    return path


def create_file(path: str | Path) -> Path:
    """Create an empty file that only the owner and the group may read.

    For files that a library opens by name and writes: it keeps the mode that it finds.
    An older file of this name is removed first, with whatever mode it had.
    """
    path = Path(path)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, FILE_MODES["patient"]))
    return path
