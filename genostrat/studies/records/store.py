"""The store of records: an embedded database that keeps every version of each.

Every reading is a snapshot. A record is written again only when it says something else,
so that the history of dates, plans and status stands there, and the next reading can
say what is new, what changed, and what closed.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.privacy import FILE_MODES, create_file, make_folder
from genostrat.studies.records.record import StudyRecord, record_from_json

#: Where a study takes patients, or will.
OPEN = frozenset({"planned", "recruiting", "paused"})
ENDED = frozenset({"closed", "completed", "stopped"})
_FORM = 1
_TABLES = """
CREATE TABLE snapshot (
    number INTEGER PRIMARY KEY, as_of TEXT NOT NULL, n INTEGER NOT NULL);
CREATE TABLE version (
    register TEXT NOT NULL, study_id TEXT NOT NULL, snapshot INTEGER NOT NULL,
    digest TEXT NOT NULL, status TEXT NOT NULL, record BLOB NOT NULL,
    PRIMARY KEY (register, study_id, snapshot)) WITHOUT ROWID;
CREATE TABLE seen (
    register TEXT NOT NULL, study_id TEXT NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, version INTEGER NOT NULL, digest TEXT NOT NULL,
    status TEXT NOT NULL, PRIMARY KEY (register, study_id)) WITHOUT ROWID;
CREATE TABLE change (
    snapshot INTEGER NOT NULL, register TEXT NOT NULL, study_id TEXT NOT NULL,
    what TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL);
"""


@dataclass(frozen=True)
class Change:
    """What the last snapshot says of a record.

    Parameters
    ----------
    what
        One of the words for it.
    before, after
        The status in the snapshot before, and in this one; blank where there is none.
    """

    register: str
    study_id: str
    what: str
    before: str
    after: str


class RecordStore:
    """An open store.

    Parameters
    ----------
    connection
        To its database, from :func:`open_store`.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @property
    def n_snapshots(self) -> int:
        """How often records were read that differed from those before."""
        return int(self._db.execute("SELECT count(*) FROM snapshot").fetchone()[0])

    @property
    def as_of(self) -> str:
        """Return the day that the last snapshot is of; blank where there is none."""
        row = self._db.execute(
            "SELECT as_of FROM snapshot ORDER BY number DESC LIMIT 1"
        ).fetchone()
        return str(row[0]) if row else ""

    def add_snapshot(self, records: Iterable[StudyRecord], *, as_of: str = "") -> int:
        """Take a reading into the store, and return the number of its snapshot.

        A reading that says what the last one said is the last one.

        Parameters
        ----------
        records
            Of one reading, an identifier of a register once.
        as_of
            The day that it is of. Blank: the latest update that a record names.
        """
        before = {
            (register, study_id): (last, digest, status, version)
            for register, study_id, last, digest, status, version in self._db.execute(
                "SELECT register, study_id, last, digest, status, version FROM seen"
            )
        }
        newest = self.n_snapshots
        number, latest, now = newest + 1, "", {}
        written = []
        for record in records:
            key = (record.register, record.study_id)
            digest = record.digest()
            now[key] = (digest, record.status)
            latest = max(latest, record.updated or record.first_posted)
            if key not in before or before[key][1] != digest:
                packed = zlib.compress(record.to_json().encode(), 1)
                written.append((*key, number, digest, record.status, packed))
        last = {k: v for k, v in before.items() if v[0] == newest}
        if newest and {k: v[1] for k, v in last.items()} == {
            k: v[0] for k, v in now.items()
        }:
            return newest
        self._write(number, as_of or latest, before, last, now, written)
        return number

    def _write(
        self,
        number: int,
        as_of: str,
        before: Mapping[tuple[str, str], tuple[int, str, str, int]],
        last: Mapping[tuple[str, str], tuple[int, str, str, int]],
        now: Mapping[tuple[str, str], tuple[str, str]],
        written: list[tuple[str, str, int, str, str, bytes]],
    ) -> None:
        with self._db:
            self._db.execute(
                "INSERT INTO snapshot VALUES (?, ?, ?)", (number, as_of, len(now))
            )
            self._db.executemany(
                "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?)", written
            )
            new_versions = {(row[0], row[1]) for row in written}
            for key, (digest, status) in sorted(now.items()):
                known = before.get(key)
                version = (
                    number if key in new_versions else known[3] if known else number
                )
                self._db.execute(
                    "INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (register, study_id) DO UPDATE SET last = ?,"
                    " version = ?, digest = ?, status = ?",
                    (
                        *key,
                        number,
                        number,
                        version,
                        digest,
                        status,
                        number,
                        version,
                        digest,
                        status,
                    ),
                )
                what = _name_change(known, key in last, digest, status)
                if what:
                    was = known[2] if known else ""
                    self._note(number, key, what, was, status)
            for key in sorted(last.keys() - now.keys()):
                self._note(number, key, "gone", last[key][2], "")

    def _note(
        self, number: int, key: tuple[str, str], what: str, before: str, after: str
    ) -> None:
        self._db.execute(
            "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)",
            (number, *key, what, before, after),
        )

    def read_current(self) -> Iterator[StudyRecord]:
        """Yield the records of the last snapshot, by register and identifier."""
        for (packed,) in self._db.execute(
            "SELECT v.record FROM seen s JOIN version v ON v.register = s.register"
            " AND v.study_id = s.study_id AND v.snapshot = s.version WHERE s.last ="
            " (SELECT max(number) FROM snapshot) ORDER BY s.register, s.study_id"
        ):
            yield record_from_json(zlib.decompress(packed).decode())

    def read_changes(self) -> list[Change]:
        """Return what the last snapshot says against the one before."""
        rows = self._db.execute(
            "SELECT register, study_id, what, before, after FROM change WHERE snapshot "
            "="
            " (SELECT max(number) FROM snapshot) ORDER BY register, study_id, what"
        )
        return [Change(*row) for row in rows]

    def count_versions(self) -> dict[tuple[str, str], int]:
        """Return how many versions each record has."""
        rows = self._db.execute(
            "SELECT register, study_id, count(*) FROM version GROUP BY 1, 2"
        )
        return {(register, study_id): n for register, study_id, n in rows}

    def read_versions(
        self, register: str, study_id: str
    ) -> list[tuple[int, str, StudyRecord]]:
        """Return every version with its reading and its day, oldest first."""
        rows = self._db.execute(
            "SELECT v.snapshot, p.as_of, v.record FROM version v JOIN snapshot p ON"
            " p.number = v.snapshot WHERE register = ? AND study_id = ? ORDER BY "
            "v.snapshot",
            (register, study_id),
        )
        return [
            (number, as_of, record_from_json(zlib.decompress(packed).decode()))
            for number, as_of, packed in rows
        ]


def _name_change(
    known: tuple[int, str, str, int] | None, was_there: bool, digest: str, status: str
) -> str:
    """Say what a record did since the last snapshot; blank where it did nothing."""
    if known is None:
        return "new"
    if known[2] in OPEN and status in ENDED:
        return "closed"
    if known[2] in ENDED and status in OPEN:
        return "reopened"
    if not was_there:
        return "back"
    return "changed" if known[1] != digest else ""


@contextmanager
def open_store(path: str | Path, *, create: bool = False) -> Iterator[RecordStore]:
    """Open a store.

    Parameters
    ----------
    path
        Of its file.
    create
        Whether it is made where there is none, and may be written.

    Raises
    ------
    GenostratError
        If the file is no store, or one of another version of genostrat.
    """
    path = Path(path)
    is_new = create and not (path.is_file() and path.stat().st_size)
    if is_new:
        make_folder(path.parent)
        create_file(path)
        path.chmod(FILE_MODES["shareable"])
    mode = "rw" if create else "ro"
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)
        ) as connection:
            if is_new:
                connection.executescript(f"PRAGMA user_version = {_FORM};{_TABLES}")
            form = connection.execute("PRAGMA user_version").fetchone()[0]
            tables = connection.execute(
                "SELECT count(*) FROM sqlite_master WHERE name IN ('snapshot', "
                "'version')"
            ).fetchone()[0]
            if form != _FORM or tables != 2:
                raise _no_store(
                    path, f"version {form} of a store, {tables} of 2 tables"
                )
            yield RecordStore(connection)
    except sqlite3.Error as error:
        raise _no_store(path, str(error)) from None


def _no_store(path: Path, found: str) -> GenostratError:
    return GenostratError(
        Problem(
            "the store of trial records cannot be used",
            file=path,
            found=found,
            fix="restore it from a copy, or move it away: a new one begins with what is"
            " read next, and knows nothing of earlier versions",
        )
    )
