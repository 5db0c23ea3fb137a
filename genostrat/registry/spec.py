"""What a registry entry says about a file and its columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from genostrat.privacy import Access

#: What a cell holds. A record (keys and values) and a list occur in JSON only.
Kind = Literal["text", "int", "float", "bool", "record", "list"]

#: When a file is made: always, or only for a cohort that has something, in the words
#: of ``rules/common.smk`` (``has_genotypes`` and so on).
Needs = Literal[
    "always",
    "genotypes",
    "panel",
    "panel_axes",
    "scores",
    "burden",
    "layers",
    "strata_of_genotypes",
    "parts",
    "outcomes",
    "patient_sheets",
    "studies",
    "bundles",
    "several_cohorts",
    "model",
    "simulated",
]

#: What files are, by the last part of their names.
FORMATS = {
    ".tsv": "table",
    ".parquet": "matrix",
    ".json": "record",
    ".npz": "arrays",
    ".sqlite": "database",
    ".txt": "lines",
    ".md": "page",
    ".html": "page",
    ".svg": "figure",
    ".pdf": "figure",
    ".log": "log",
    ".vcf": "VCF",
    ".vcf.gz": "VCF",
    ".vcf.gz.tbi": "index",
    ".pgen": "genotypes",
    ".pvar": "variants",
    ".psam": "samples",
    ".bed": "packed genotypes",
    ".bim": "variants",
    ".fam": "samples",
    ".ped": "pedigree",
    ".phase": "packed phases",
}


@dataclass(frozen=True)
class Column:
    """A column of a table, a key of a JSON record, or an array of an NPZ.

    Parameters
    ----------
    name
        As it stands in the file. A part in angle brackets stands for anything:
        ``PC<n>``; such a column may occur any number of times, also never.
    kind
        What it holds.
    description
        For ``docs/outputs.md``: what it means.
    unit
        Of numbers: ``reads``, ``bases``, ``log10``.
    values
        All that a text may be: a closed vocabulary. Empty where any text may stand.
    joined_by
        What stands between several of the `values` in one cell.
    low, high
        Smallest and largest number that may stand there, both included.
    infinite
        Whether ±inf may stand there.
    blank
        Whether it may be missing: an empty cell, null in JSON, an absent array.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    values: tuple[str, ...] = ()
    joined_by: str = ""
    low: float | None = None
    high: float | None = None
    infinite: bool = False
    blank: bool = False

    def __post_init__(self) -> None:
        if self.values and self.kind != "text":
            raise ValueError(f"{self.name}: only text has a vocabulary")
        if self.kind not in ("int", "float") and (self.unit or self.infinite):
            raise ValueError(f"{self.name}: only numbers have a unit")
        if self.kind not in get_args(Kind):
            raise ValueError(f"{self.name}: {self.kind!r} is no kind")

    @property
    def is_pattern(self) -> bool:
        """Whether the name stands for any number of columns."""
        return "<" in self.name

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What names of columns this entry is for."""
        return _pattern_of(self.name, ".+")


@dataclass(frozen=True)
class Table:
    """A file that a rule writes.

    Parameters
    ----------
    name
        Path below ``results/<cohort>/``; of the few files that stand elsewhere, the
        path from the folder of the run. A part in angle brackets stands for anything:
        ``genotypes/store/<contig>.pgen``.
    description
        One or two sentences.
    columns
        The columns, keys or arrays that it has, in order. Those whose names are
        patterns follow the others.
    key
        The columns that identify a row; rows are sorted by them.
    access
        Who may read it: its class, from which its mode follows.
    needs
        What a cohort must have for it to be made.
    temporary
        Whether the rules delete it once it has been read.
    """

    name: str
    description: str
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    access: Access = "patient"
    needs: Needs = "always"
    temporary: bool = False

    @property
    def suffix(self) -> str:
        """The end of its name, from the first dot that is part of no placeholder."""
        return "".join(re.findall(r"\.[a-z0-9]+", re.sub(r"<\w+>", "", self.name)))

    @property
    def format(self) -> str:
        """What kind of file it is."""
        known = (FORMATS[end] for end in FORMATS if self.suffix.endswith(end))
        return next(known, "file")

    @property
    def is_outside(self) -> bool:
        """Whether its name begins in the folder of the run, not of a cohort."""
        return self.name.startswith(("logs/", "resources/"))

    @property
    def named(self) -> tuple[Column, ...]:
        """The columns whose names are no patterns."""
        return tuple(column for column in self.columns if not column.is_pattern)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What paths this entry is for, from the folder that its name begins in."""
        return _pattern_of(self.name, "[^/]+")

    def column_of(self, name: str) -> Column | None:
        """Return what is said of a column; None where nothing is."""
        if name in self._by_name:
            return self._by_name[name]
        fits = (c for c in self.columns if c.is_pattern and c.pattern.fullmatch(name))
        return next(fits, None)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}


def _pattern_of(name: str, anything: str) -> re.Pattern[str]:
    parts = re.split(r"<\w+>", name)
    return re.compile(anything.join(re.escape(part) for part in parts), re.S)
