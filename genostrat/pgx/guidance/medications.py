"""Medicines in the clinical sheet, matched to the drugs that guidance is about.

Only names that are known are applied: generic names of the knowledge base, and the
synonyms shipped in ``resources/drug_synonyms.tsv``. A near miss is reported with the
name it may mean, and left to the user.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from genostrat.errors import Problem, nearest, raise_if_any
from genostrat.pgx.guidance.medicine_names import (
    MAX_SHOWN,
    clean_name,
    components_of,
    cut_name,
    is_local,
    is_qualified,
    key_of,
    parts_in_brackets,
    says_nothing,
    spellings_of,
)
from genostrat.sheets.texts import read_text

if TYPE_CHECKING:
    import pandas as pd

SEPARATOR = ";"
KINDS = ("brand", "salt", "alternative name", "combination product", "no guidance")
#: A name in fewer patients' rows than this is listed without their number.
MIN_PATIENTS_SHOWN = 5
#: Suggestions cost a comparison with every known name: only so many are made.
_MAX_SUGGESTIONS = 200

_COLUMNS = ("synonym", "drug", "kind")
_NAME_COLUMNS = ("country", "medicine", "name")
_QUALIFIED_NOTE = "says more than that it is taken"
_LOCAL_NOTE = "applied locally; guidance is for use in the whole body"
_INTERACTS_NOTE = "counted for what it does to other medicines"


@dataclass(frozen=True)
class Names:
    """Known names of medicines.

    Parameters
    ----------
    drugs
        Spelling without spaces and hyphens → generic names of drugs with guidance, and
        of those that change how others work; empty for any other known medicine.
    spelled
        Every name as it is written, for suggestions.
    guided
        Generic names of drugs with guidance.
    """

    drugs: Mapping[str, frozenset[str]]
    spelled: tuple[str, ...]
    guided: frozenset[str]


@dataclass(frozen=True)
class Medications:
    """What patients take.

    Parameters
    ----------
    taken
        Drug with guidance, or that changes how others work → identifiers of the
        patients who take it. None where the sheet has no medications.
    table
        As ``pgx/medications.tsv``: one row a name, without identifiers.
    """

    taken: Mapping[str, frozenset[str]] | None
    table: pd.DataFrame


@dataclass(frozen=True)
class _Match:
    status: str
    drugs: frozenset[str] = frozenset()
    note: str = ""
    is_applied: bool = False


def read_synonyms(path: str | Path) -> list[tuple[str, str, str]]:
    """Read the table of synonyms: (synonym, drug, kind), lower case.

    Raises
    ------
    GenostratError
        With every line that does not have three columns, a known kind, or names.
    """
    problems, rows = [], []
    lines = read_text(path, "the table of names of medicines").split("\n")
    numbered = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if line and not line.startswith("#")
    ]
    if not numbered or tuple(numbered[0][1].split("\t")) != _COLUMNS:
        problems.append(
            Problem(
                "the table of synonyms does not have the columns it should",
                file=path,
                allowed=", ".join(_COLUMNS),
            )
        )
    for number, line in numbered[1:]:
        cells = line.casefold().split("\t")
        if len(cells) == 3 and all(cells) and cells[2] in KINDS:
            rows.append((cells[0], cells[1], cells[2]))
        else:
            problems.append(
                Problem(
                    "this is not a synonym",
                    file=path,
                    line=number,
                    found=line,
                    allowed="synonym, drug and kind (" + ", ".join(KINDS) + ")",
                )
            )
    raise_if_any(problems)
    return rows


def read_local_names(path: str | Path, *, country: str) -> dict[str, str]:
    """Read what medicines are called in a country, where guidance calls them otherwise.

    Parameters
    ----------
    path
        The table: country, medicine as in the guidance, name.
    country
        Two letters. One without rows uses the guidance's names.

    Returns
    -------
    dict
        Medicine in lower case → name.

    Raises
    ------
    GenostratError
        With every line that does not have its three cells.
    """
    problems, names = [], {}
    lines = read_text(path, "the table of names of medicines").split("\n")
    for number, line in enumerate(lines, start=1):
        cells = line.split("\t")
        if not line or line.startswith("#") or tuple(cells) == _NAME_COLUMNS:
            continue
        if len(cells) != len(_NAME_COLUMNS) or not all(cells):
            problems.append(
                Problem(
                    "this is not a name of a medicine",
                    file=path,
                    line=number,
                    found=line,
                    allowed=", ".join(_NAME_COLUMNS),
                )
            )
        elif cells[0] == country:
            names[cells[1].casefold()] = cells[2]
    raise_if_any(problems)
    return names


def gather_names(
    drugs: Iterable[str],
    *,
    synonyms: Iterable[tuple[str, str, str]],
    interacting: Iterable[str] = (),
) -> Names:
    """Index the names of drugs with guidance, and of medicines known to have none.

    Parameters
    ----------
    drugs
        Generic names that there is guidance for.
    interacting
        Generic names of medicines that change how others work.
    synonyms
        As :func:`read_synonyms` returns them. One for a drug that is not among
        `drugs` names a medicine without guidance.
    """
    named = frozenset(drugs)
    guided = {key_of(drug): drug for drug in (*sorted(interacting), *sorted(named))}
    known: dict[str, frozenset[str]] = {}
    spelled = set(guided.values())
    for synonym, drug, _ in synonyms:
        spelled.add(synonym)
        found = guided.get(key_of(drug))
        meant = frozenset() if found is None else frozenset({found})
        for name in (synonym, drug):
            # A generic name is only itself: “codeine” is not all that co-codamol is.
            if name == synonym or key_of(name) not in known:
                known[key_of(name)] = known.get(key_of(name), frozenset()) | meant
    known |= {key: frozenset({drug}) for key, drug in guided.items()}
    return Names(known, tuple(sorted(spelled)), named)


def match_medications(
    sheet: pd.DataFrame, *, keep: Collection[str], names: Names
) -> Medications:
    """Match the column ``medications`` of the clinical sheet.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``: one row a patient. Entries are separated by ``;``.
    keep
        Identifiers of the kept patients; others do not count.
    names
        Known names.
    """
    if "medications" not in sheet:
        return Medications(None, _tabulate({}, patients={}, names=names))
    mine = sheet[sheet["sample_id"].isin(set(keep))]
    matches: dict[str, _Match] = {}
    taken: dict[str, set[str]] = {}
    patients: dict[str, set[str]] = {}
    for sample, cell in zip(mine["sample_id"], mine["medications"], strict=True):
        for name in dict.fromkeys(map(_clean_entry, cell.split(SEPARATOR))):
            if says_nothing(name):
                continue
            if name not in matches:
                matches[name] = _match_name(name, names=names)
            patients.setdefault(name, set()).add(sample)
            if matches[name].is_applied:
                for drug in matches[name].drugs:
                    taken.setdefault(drug, set()).add(sample)
    return Medications(
        {drug: frozenset(samples) for drug, samples in sorted(taken.items())},
        _tabulate(matches, patients=patients, names=names),
    )


@lru_cache(maxsize=65536)
def _clean_entry(entry: str) -> str:
    return clean_name(entry)


def _match_name(name: str, *, names: Names) -> _Match:
    """Match one entry of a cell: whole, without brackets, or part by part."""
    exact = names.drugs.get(key_of(name))
    if exact is None and is_qualified(name):
        return _Match("unknown", note=_QUALIFIED_NOTE)
    found = _look_up(name, names=names)
    outside, inside = parts_in_brackets(name)
    if found is None and inside:
        parts = [_look_up(part, names=names) for part in (outside, *inside)]
        known = [part for part in parts if part is not None]
        # What stands in brackets may be an aside; what stands before it has to be
        # known, or to be a mere form ("tablets (codeine)").
        if known and (parts[0] is not None or not spellings_of(outside)[-1]):
            found = frozenset[str]().union(*known)
    if found is None:
        parts = [_look_up(part, names=names) for part in components_of(outside)]
        known = [part for part in parts if part is not None]
        if parts and len(known) == len(parts):
            found = frozenset[str]().union(*known)
    if found is None:
        return _Match("unknown")
    if found and is_local(name):
        return _Match("no_pgx_guidance", found, _LOCAL_NOTE)
    if found & names.guided:
        return _Match("matched", found, is_applied=True)
    note = _INTERACTS_NOTE if found else ""
    return _Match("no_pgx_guidance", found, note, is_applied=bool(found))


def _look_up(text: str, *, names: Names) -> frozenset[str] | None:
    for spelling in spellings_of(text):
        found = names.drugs.get(key_of(spelling)) if spelling else None
        if found is not None:
            return found
    return None


def _tabulate(
    matches: Mapping[str, _Match], *, patients: Mapping[str, set[str]], names: Names
) -> pd.DataFrame:
    """One row a name as it is shown; spellings that differ in case only are one."""
    import pandas as pd

    samples: dict[str, set[str]] = {}
    shown: dict[str, str] = {}
    for name in sorted(matches):
        key = cut_name(name).casefold()
        shown.setdefault(key, name)
        samples.setdefault(key, set()).update(patients[name])
    counts = Counter({key: len(found) for key, found in samples.items()})
    unknown = [k for k in shown if matches[shown[k]].status == "unknown"]
    unknown.sort(key=lambda key: (-counts[key], key))
    suggested = {
        key: nearest(spellings_of(shown[key])[-1][:MAX_SHOWN], names.spelled) or ""
        for key in unknown[:_MAX_SUGGESTIONS]
    }
    rows = [
        (
            cut_name(name),
            SEPARATOR.join(sorted(matches[name].drugs)),
            counts[key] if counts[key] >= MIN_PATIENTS_SHOWN else None,
            matches[name].status,
            suggested.get(key, ""),
            matches[name].note,
        )
        for key, name in sorted(shown.items())
    ]
    columns = ["medicine", "matched_drug", "n_patients", "status", "nearest", "note"]
    return pd.DataFrame(rows, columns=columns)
