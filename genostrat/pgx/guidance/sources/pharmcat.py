"""Guidelines in the files of PharmCAT: CPIC, DPWG and FDA, in the words of each.

Two forms are read: a folder with one JSON file a guideline, as releases up to 2024 have
it, and ``prescribing_guidance.json`` of later ones, which holds all in one list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from html import unescape
from math import inf
from pathlib import Path
from typing import Any

from genostrat.catalogues.knowledge_sources import PHARMCAT, PHARMCAT_GUIDELINES
from genostrat.errors import GenostratError, Problem
from genostrat.pgx.guidance.categories import (
    NO_GUIDANCE,
    categorise_guideline,
    provides_for_unknown,
)
from genostrat.pgx.guidance.entries import ANY_INDICATION, Entry, Reference, Topic
from genostrat.pgx.guidance.states import Cell, Condition, canonical_phenotype
from genostrat.pgx.knowledge.files import read_object, take, wrong_value

SINGLE_FILE = PHARMCAT_GUIDELINES.single
#: Rows of lookup keys that are no result: what a number of copies may be.
_NOT_A_RESULT = "xN combinations"
_STRENGTHS = {
    "strong": "strong",
    "moderate": "moderate",
    "optional": "optional",
    "no recommendation": "none",
}
#: Populations in PharmCAT's short forms.
_INDICATIONS = {
    "general": ANY_INDICATION,
    "adults": "adults",
    "pediatrics": "children",
    "CVI ACS PCI": "acute coronary syndrome or PCI",
    "CVI non-ACS non-PCI": "other cardiovascular indications",
    "NVI": "stroke or other neurovascular disease",
    "CBZ naive": "not taken before",
    "CBZ use >3mos": "taken for more than 3 months",
    "CBZ-no alternatives": "no alternative available",
    "OXC naive": "not taken before",
    "OXC use >3 mos": "taken for more than 3 months",
    "PHT naive": "not taken before",
    "PHT use >3mos": "taken for more than 3 months",
    "child >40kg_adult": "adults and children above 40 kg",
}
#: What a text leaves out that harms: (medicine, a word of the text) and the sentence.
_CAUTIONS = {
    ("clopidogrel", "prasugrel"): (
        "Prasugrel is contraindicated after a stroke or TIA."
    ),
}
_SCORE = re.compile(r"(?P<open>≥?)(?P<score>\d+(?:\.\d+)?)(?: \([\w ]+\))?")
_MARK = re.compile(r"(?P<allele>\*[\d:]+) (?P<sign>positive|negative)")
_TAG = re.compile(r"<[^>]{0,400}>")
#: After it, guidelines put what does not depend on the genotype.
_REST = re.compile(r"<h4[^>]*>\s*Other Considerations.*", re.DOTALL | re.IGNORECASE)
#: Longer than any recommendation: a text that is cut would mislead.
_MAX_TEXT = 20_000
#: Copies of an allele that a lookup key may ask for.
_MAX_COPIES = 20


def list_files(value: str | Path) -> list[Path]:
    """Return the files of a source: one file, or every guideline of a folder.

    Raises
    ------
    GenostratError
        If there are none.
    """
    path = Path(value)
    files = PHARMCAT_GUIDELINES.find_files(path)
    if not files:
        raise GenostratError(
            Problem(
                "there are no guidelines to read",
                file=path,
                found="no JSON file" if path.is_dir() else "no such folder",
                allowed=f"a folder of PharmCAT’s guidelines, or {SINGLE_FILE}",
                fix="correct pgx.guidance",
            )
        )
    return files


def read(value: str | Path) -> tuple[list[Topic], str]:
    """Read every topic, and the version of the source.

    Parameters
    ----------
    value
        Path of a folder of guidelines, or of one file.

    Raises
    ------
    GenostratError
        If a file is damaged or of another form.
    """
    topics: list[Topic] = []
    versions = set()
    for file in list_files(value):
        record = read_object(file)
        if "guidelines" in record:
            packages = take(record, "guidelines", list, path=file)
            versions.add(str(record.get("version") or ""))
        else:
            packages = [record]
            versions.add(str(record.get("version") or ""))
        for number, package in enumerate(packages):
            topics += _read_package(package, file, f"guidelines[{number}]")
    version = max(versions, default="") or "of an unknown date"
    return [replace(t, source=PHARMCAT.name, version=version) for t in topics], version


def _read_package(package: Any, file: Path, inside: str) -> list[Topic]:
    guideline = take(package, "guideline", dict, path=file, inside=inside)
    rows = take(package, "recommendations", list, path=file, inside=inside)
    reference = _read_reference(package, guideline, file, inside)
    found: dict[tuple[str, str, tuple[str, ...]], list[Entry]] = {}
    for number, row in enumerate(rows):
        place = f"{inside}.recommendations[{number}]"
        for genes, cells in _read_keys(row, file, place):
            entry = _read_entry(row, cells)
            indication = _INDICATIONS.get(
                str(row.get("population") or "general"), str(row.get("population"))
            )
            for drug in _names(row, file, place):
                mine = _add_caution(entry, drug)
                key = (drug, _clean(indication, 120), genes)
                found.setdefault(key, []).append(mine)
    return [
        Topic(drug, genes, tuple(sorted(entries, key=_order)), reference, indication)
        for (drug, indication, genes), entries in sorted(found.items())
    ]


def _order(entry: Entry) -> int:
    """Return diplotypes first: they are exceptions to what holds for phenotypes."""
    kinds = {condition.kind for cell in entry.cells for condition in cell}
    return 0 if "is" in kinds else 1


def _is_exception(key: Mapping[str, Any]) -> bool:
    """Say whether a key is for some diplotypes of a score that it does not name.

    DPWG has the enzyme measured (“Phenotyping”) for some of those with an activity
    score of 1 of DPYD, and other advice for the rest.
    """
    return any(str(value).endswith("1.0 (Phenotyping)") for value in key.values())


def _read_reference(
    package: Mapping[str, Any], guideline: Mapping[str, Any], file: Path, inside: str
) -> Reference:
    given = package.get("citations")
    cited = [c for c in given if isinstance(c, dict)] if isinstance(given, list) else []
    years = [_whole(c.get("year") or 0, file, f"{inside}.citations") for c in cited]
    year = max(years, default=0)
    newest = cited[years.index(year)] if cited else {}
    url = _clean(guideline.get("url") or package.get("url"), 300)
    body = _clean(guideline.get("source"), 40).split(" ")[0] or "guideline"
    version = _clean(package.get("version"), 40)
    return Reference(
        body=body.split("_")[0],
        year=max(year, 0),
        pmid=_clean(newest.get("pmid"), 20),
        url=url if url.startswith("https://") else "",
        as_of=version[:7] if re.match(r"\d{4}-\d\d", version) else "",
    )


def _whole(value: Any, file: Path, place: str) -> int:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise GenostratError(
            wrong_value(file, place, value, "a whole number")
        ) from None


def _names(row: Mapping[str, Any], file: Path, place: str) -> list[str]:
    drugs = take(row, "relatedChemicals", list, path=file, inside=place)
    return [
        _clean(take(drug, "name", str, path=file, inside=place), 120).casefold()
        for drug in drugs
    ]


def _read_keys(
    row: Any, file: Path, place: str
) -> Iterator[tuple[tuple[str, ...], tuple[Cell, ...]]]:
    """Yield the genes and conditions of each of a row's lookup keys."""
    keys = row.get("lookupKey") if isinstance(row, dict) else None
    for key in keys if isinstance(keys, list) else [keys]:
        if not isinstance(key, dict) or not key:
            raise GenostratError(
                wrong_value(file, f"{place}.lookupKey", key, "genes and their results")
            )
        if _NOT_A_RESULT in key.values() or _is_exception(key):
            continue
        cells = tuple(
            (_read_condition(gene, value, file, f"{place}.lookupKey.{gene}"),)
            for gene, value in sorted(key.items())
        )
        yield tuple(sorted(key)), cells


def _read_condition(gene: str, value: Any, file: Path, place: str) -> Condition:
    if isinstance(value, dict):
        counts = {n: _whole(count, file, place) for n, count in value.items()}
        if not 0 < sum(counts.values()) <= _MAX_COPIES or min(counts.values()) < 0:
            raise GenostratError(wrong_value(file, place, value, "two alleles"))
        names = [name for name, count in counts.items() for _ in range(count)]
        return Condition(gene, "is", tuple(sorted(names)))
    if not isinstance(value, str) or len(value) > 200:
        raise GenostratError(wrong_value(file, place, value, "a result of the gene"))
    if value.casefold() in {"no result", "n/a", "indeterminate"}:
        return Condition(gene, "unknown")
    if match := _SCORE.fullmatch(value):
        score = float(match["score"])
        return Condition(gene, "score", (), score, inf if match["open"] else score)
    if match := _MARK.fullmatch(value):
        kind = "with" if match["sign"] == "positive" else "without"
        return Condition(gene, kind, (match["allele"],))
    return Condition(gene, "phenotype", (canonical_phenotype(gene, value),))


def _read_entry(row: Mapping[str, Any], cells: tuple[Cell, ...]) -> Entry:
    text = row.get("text")
    html = str(text.get("html") or "") if isinstance(text, dict) else ""
    words = _clean(unescape(_TAG.sub(" ", _REST.sub("", html))), _MAX_TEXT)
    graded = row.get("classification")
    term = graded.get("term") or "" if isinstance(graded, dict) else ""
    category = categorise_guideline(
        words,
        dosing=bool(row.get("dosingInformation")),
        alternative=bool(row.get("alternateDrugAvailable")),
        other=bool(row.get("otherPrescribingGuidance")),
    )
    if category == NO_GUIDANCE and not words:
        words = "No recommendation."
    return Entry(
        cells,
        category,
        _STRENGTHS.get(str(term).casefold(), "ungraded"),
        words,
        is_firm=provides_for_unknown(words),
    )


def _add_caution(entry: Entry, drug: str) -> Entry:
    for (medicine, word), sentence in _CAUTIONS.items():
        if drug == medicine and word in entry.text.casefold():
            return replace(entry, text=f"{entry.text} [{sentence}]")
    return entry


def _clean(value: Any, limit: int) -> str:
    """Return text of a third party on one line, without control characters."""
    if value is None:
        return ""
    text = "".join(c if c.isprintable() else " " for c in str(value)[: limit * 4])
    return " ".join(text.split())[:limit]
