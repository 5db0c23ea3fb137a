"""What a registry entry says about a file and its columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "int", "float", "bool"]


@dataclass(frozen=True)
class Column:
    """A column of a table, or a key of a JSON record.

    Parameters
    ----------
    name
        As it stands in the file.
    kind
        What it holds. Missing values are blank whatever the kind.
    description
        For ``docs/outputs.md``: meaning, unit, range, when it is blank.
    """

    name: str
    kind: Kind
    description: str


@dataclass(frozen=True)
class Table:
    """A file that a stage writes, below ``results/<cohort>/``.

    Parameters
    ----------
    name
        Path below the cohort's folder.
    description
        One or two sentences.
    columns
        The columns that are always there, in order. More may follow them.
    key
        The columns that identify a row; rows are sorted by them.
    private
        Whether it holds patients' rows (written with mode 0640).
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    private: bool = True
