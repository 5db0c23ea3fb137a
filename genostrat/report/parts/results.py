"""Everything a cohort's run has written that the report speaks of.

All but the clinical sheet may be absent; what is absent is ``None`` here and a
sentence in the report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from genostrat.catalogues.quality_rules import OVERRIDE
from genostrat.errors import Problem, raise_if_any
from genostrat.registry import Table, all_tables, locate, table_spec
from genostrat.tables import read_arrays, read_json, read_parquet, read_table

SHEET = "check/samples.tsv"

#: Columns that are read of tables whose others the report does not show.
_READ_OF = {
    "pgx/guidance.tsv": (
        *("sample_id", "drug", "genes", "category", "possible_categories"),
        "on_medication",
    )
}


class Results:
    """The tables of one cohort, by their names in the registry.

    ``results["qc/sex.tsv"]`` is a DataFrame, ``results["qc/flow.json"]`` a dict and
    ``results["strata/consensus.npz"]`` a dict of arrays; None where the run has none.

    Parameters
    ----------
    parts
        What was read, by name.
    reads
        Names that may be asked for; None for every name of the registry. A section
        that asks for a table that it does not name as one of its inputs is refused:
        the rule would not wait for that table.
    """

    def __init__(
        self, parts: Mapping[str, Any], reads: Collection[str] | None = None
    ) -> None:
        self._parts = dict(parts)
        self._reads = frozenset(all_tables() if reads is None else reads)

    def __getitem__(self, name: str) -> Any:
        """Return a part, None where the run has none.

        Raises
        ------
        KeyError
            If the name is none of those that may be asked for.
        """
        if name not in self._reads:
            raise KeyError(f"{name!r} is not named among what is read here")
        return self._parts.get(name)

    def only(self, reads: Collection[str]) -> Results:
        """Return the same results, of which only some may be asked for."""
        return Results(self._parts, reads)

    def having(self, parts: Mapping[str, Any]) -> Results:
        """Return the same results with some parts in place of their own."""
        return Results({**self._parts, **parts}, self._reads)

    def items(self) -> Iterable[tuple[str, Any]]:
        """Return names and parts of all that the run has."""
        return [item for item in self._parts.items() if item[1] is not None]


def read_results(files: Iterable[str | Path]) -> Results:
    """Read what a run has written.

    Parameters
    ----------
    files
        Paths of files that the registry knows, wherever ``results/<cohort>`` lies; the
        clinical sheet must be among them.

    Raises
    ------
    GenostratError
        If a named file does not exist or cannot be read, or the clinical sheet is not
        named.
    """
    given = {_entry_of(path).name: Path(path) for path in files}
    problems = [
        Problem("the report was given a file that does not exist", file=path)
        for path in given.values()
        if not path.is_file()
    ]
    if SHEET not in given:
        problems.append(Problem("the report needs the validated clinical sheet"))
    raise_if_any(problems)
    return Results({name: _read_part(name, path) for name, path in given.items()})


def _entry_of(path: str | Path) -> Table:
    found = locate(path)
    if found is None:
        raise ValueError(f"the registry knows no file {path}")
    return found[1]


def _read_part(name: str, path: Path) -> Any:
    readers: dict[str, Callable[[Path], Any]] = {
        "table": lambda source: read_table(
            source, table=name, columns=_READ_OF.get(name)
        ),
        "record": read_json,
        "arrays": read_arrays,
        "matrix": read_parquet,
    }
    return readers[table_spec(name).format](path)


def without_identifiers(results: Results) -> Results:
    """Blank out sample identifiers in free text that earlier stages wrote.

    Identifier columns stay, because tables are joined by them; the report counts
    them and shows none. Warnings, reasons and notes are shown word for word, so an
    identifier in them is replaced by ``[sample]``. Who decided something by hand is
    blanked out too: that is the name of a person.

    Notes
    -----
    Identifiers of fewer than four characters are only replaced when they hold both a
    letter and a digit: ``12`` or ``a`` in a sentence is a count or a word far more
    often than a patient. Single words, such as a verdict, are left as they are.
    """
    results = _without_deciders(results)
    pattern = _identifier_pattern(results)
    if pattern is None:
        return results
    texts = {"reason", "evidence", "note", "found", "planted", "item", "description"}
    texts |= {"medicine", "nearest", "notes"}
    changed: dict[str, Any] = {}
    for name, value in results.items():
        spec = table_spec(name)
        if spec.format == "record" and spec.access != "shareable":
            changed[name] = _clean(value, pattern)
        elif isinstance(value, pd.DataFrame):
            frame = value.copy()
            for column in texts.intersection(frame.columns):
                frame[column] = [_clean(text, pattern) for text in frame[column]]
            changed[name] = frame
    return results.having(changed)


def _without_deciders(results: Results) -> Results:
    changed: dict[str, pd.DataFrame] = {}
    overrides, decisions = results["check/overrides.tsv"], results["qc/decisions.tsv"]
    if overrides is not None:
        changed["check/overrides.tsv"] = overrides.assign(who="")
    if decisions is not None and "rule" in decisions:
        by_hand = decisions["rule"] == OVERRIDE
        reason = decisions["reason"].mask(by_hand, "decided by hand")
        changed["qc/decisions.tsv"] = decisions.assign(reason=reason)
    return results.having(changed)


#: Columns whose cells name people.
_NAMING = frozenset({"sample_id", "subject_id", "father_id", "mother_id"})


def _identifier_pattern(results: Results) -> re.Pattern[str] | None:
    names: set[str] = set()
    for part in (SHEET, "qc/sample_metrics.tsv", "strata/assignments.tsv"):
        frame = results[part]
        if frame is not None:
            for column in _NAMING.intersection(frame.columns):
                names.update(str(name) for name in frame[column])
    risky = {name for name in names if len(name) >= 4 or _mixes_letters_digits(name)}
    if not risky:
        return None
    # Longest first, so that ID-1 does not eat the head of ID-10.
    choices = "|".join(re.escape(n) for n in sorted(risky, key=lambda n: (-len(n), n)))
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)")


def _mixes_letters_digits(name: str) -> bool:
    return any(c.isalpha() for c in name) and any(c.isdigit() for c in name)


def _clean(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        free_text = any(c.isspace() for c in value)
        return pattern.sub("[sample]", value) if free_text else value
    if isinstance(value, dict):
        return {key: _clean(item, pattern) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, pattern) for item in value]
    return value
