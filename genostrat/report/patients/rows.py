"""Rows of the tables that sheets are made of: by patient, each different one once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from genostrat.pgx.guidance.categories import (
    ACTIONABLE,
    NO_GUIDANCE,
    judge_category,
    rank_category,
)
from genostrat.pgx.guidance.entries import ANY_INDICATION
from genostrat.report.parts.wording import is_missing, label_text
from genostrat.report.patients.view import NO_EFFECT, NOT_ASSESSED, Verdict

#: Longer than any text of advice, so that no text is cut.
_LONGEST = 100_000
_STRENGTH_WORDS = {
    "strong": "strong recommendation",
    "moderate": "moderate recommendation",
    "optional": "optional recommendation",
    "none": "no grade given",
    "label": "product information",
}


class Row(dict[str, Any]):
    """Cells by column, and what follows from them; not to be changed.

    Patients share their results: a cohort of thousands has few different rows, which
    :class:`RowsBySample` makes once each. So what is worked out of a row is kept
    with it.

    Examples
    --------
    >>> row = Row(category="avoid", possible_categories="avoid|standard",
    ...           status="ambiguous", genes="CYP2C19;CYP2D6")
    >>> row.genes, row.possible
    (('CYP2C19', 'CYP2D6'), ('avoid', 'standard'))
    """

    __hash__ = object.__hash__  # type: ignore[assignment]

    @cached_property
    def genes(self) -> tuple[str, ...]:
        """The genes that the row rests on."""
        return _split(self["genes"], ";")

    @cached_property
    def possible(self) -> tuple[str, ...]:
        """The categories that the results allow; none where the table has none."""
        return _split(self.get("possible_categories"), "|")

    @cached_property
    def rank(self) -> tuple[int, bool, bool]:
        """How pressing the row is, least first.

        Of equally pressing rows, one with a certain change, or assessed, tells more.
        """
        category = str(self["category"])
        is_assessed = self["status"] != "not_called"
        rank = rank_category(category, self.possible, is_assessed=is_assessed)
        return rank, category not in ACTIONABLE, not is_assessed

    @cached_property
    def verdict(self) -> Verdict:
        """What the row asks for."""
        certain = str(self["category"])
        category, is_certain = judge_category(certain, self.possible)
        least = certain if not is_certain and certain in ACTIONABLE else ""
        return Verdict(category, is_certain, "" if least else self._gap(), least)

    def _gap(self) -> str:
        """Say why the row is without a certain answer, beside an ambiguous call."""
        certain, status = str(self["category"]), str(self["status"])
        _, is_certain = judge_category(certain, self.possible)
        if status == "not_called" and not is_certain:
            return NOT_ASSESSED
        if certain != NO_GUIDANCE or status == "ambiguous":
            return ""
        if status == "not_called":
            return NOT_ASSESSED
        may_be_more = len(set(self.possible)) > 1
        phenotypes = _split(self["phenotypes"], ";") or ("",)
        is_open = any(not p or "Indeterminate" in p for p in phenotypes)
        return NO_EFFECT if may_be_more and is_open else ""

    @cached_property
    def is_taken(self) -> bool:
        """Whether the patient takes the drug; not where that is not known."""
        taken = self["on_medication"]
        return not is_missing(taken) and bool(taken)

    @cached_property
    def recommendation(self) -> str:
        """What the body says, whole."""
        return label_text(self["recommendation"], _LONGEST)

    @cached_property
    def by_genotype(self) -> str:
        """What it says by genotype alone; blank where that is the same."""
        return self.text("genotype_recommendation", _LONGEST)

    @cached_property
    def strength(self) -> str:
        """How strongly, in words; blank where the body does not grade."""
        return _STRENGTH_WORDS.get(str(self.get("strength") or ""), "")

    @cached_property
    def indication(self) -> str:
        """What the drug is taken for."""
        return label_text(str(self.get("indication") or ANY_INDICATION), 120)

    @cached_property
    def origin(self) -> tuple[str, ...]:
        """Body, year, reference, address, source, date and later version."""
        return (
            *(self.text(name, 400) for name in ("body", "year", "reference")),
            _safe_url(self["url"]),
            label_text(f"{self['source']} {self['source_version']}", 80),
            self.text("as_of", 20),
            self.text("newer", 400),
        )

    @cached_property
    def interactions(self) -> tuple[str, ...]:
        """Each medicine that changes what a gene's product does, in words."""
        return tuple(filter(None, self.text("interaction", 4000).split("; ")))

    def text(self, name: str, most: int) -> str:
        """Return a cell fit for a page, of so many characters at most."""
        value = self.get(name)
        return "" if is_missing(value) else label_text(value, most)

    def with_cells(self, **cells: Any) -> Row:
        """Return the row with other cells."""
        return Row({**self, **cells})


class RowsBySample:
    """The rows of a table by patient, made when they are asked for.

    Parameters
    ----------
    table
        With the column ``sample_id``, and any others.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        samples = table["sample_id"].astype(str).to_numpy(dtype=object)
        self._places = pd.Series(range(len(table))).groupby(samples).indices
        self._names = [str(name) for name in table.columns if name != "sample_id"]
        self._values: list[np.ndarray] = []
        codes = [self._factorize(table[name]) for name in self._names]
        self._numbers, self._first = _number_rows(codes, len(table))
        self._codes = codes
        self._rows: dict[int, Row] = {}

    def of(self, sample: str) -> list[Row]:
        """Return a patient's rows, without ``sample_id``; a missing value is None."""
        places = self._places.get(sample)
        if places is None:
            return []
        return [self._row(number) for number in self._numbers[places].tolist()]

    def _row(self, number: int) -> Row:
        row = self._rows.get(number)
        if row is None:
            place = self._first[number]
            cells = zip(self._names, self._values, self._codes, strict=True)
            row = Row({name: values[codes[place]] for name, values, codes in cells})
            self._rows[number] = row
        return row

    def _factorize(self, column: pd.Series) -> np.ndarray:
        """Return a number a row; keep the values that they stand for."""
        codes, values = pd.factorize(column, use_na_sentinel=True)
        # What is missing has the code -1: the last one.
        known = np.empty(len(values) + 1, dtype=object)
        known[:-1] = list(values)
        self._values.append(known)
        return codes


def _number_rows(
    columns: Iterable[np.ndarray], n_rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each row's content, and where each is first."""
    numbers = np.zeros(n_rows, dtype=np.int64)
    for codes in columns:
        # Both factors are at most the rows, so their product has room in 64 bits.
        numbers = pd.factorize(numbers * (n_rows + 1) + codes + 1)[0].astype(np.int64)
    _, first = np.unique(numbers, return_index=True)
    return numbers, first


def _split(text: Any, separator: str) -> tuple[str, ...]:
    return () if is_missing(text) else tuple(str(text).split(separator))


def _safe_url(url: Any) -> str:
    # An address is data of the knowledge base: only the web is followed.
    text = "" if is_missing(url) else str(url)
    return text if text.startswith("https://") else ""
