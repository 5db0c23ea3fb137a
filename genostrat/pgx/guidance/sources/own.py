"""The guidance that comes with genostrat: ``resources/pgx_guidance.tsv``.

Facts in words of our own, each row with the publication that it is from, which stands
in ``resources/pgx_guidelines.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import inf
from pathlib import Path

from genostrat.catalogues.knowledge_sources import GENOSTRAT, GENOSTRAT_TABLES
from genostrat.errors import Problem, nearest, raise_if_any
from genostrat.home import workflow_home
from genostrat.pgx.guidance.categories import CATEGORIES
from genostrat.pgx.guidance.entries import STRENGTHS, Entry, Reference, Topic
from genostrat.pgx.guidance.states import Cell, Condition, canonical_phenotype
from genostrat.pgx.knowledge.files import read_text

FOLDER = workflow_home() / "resources"
GUIDELINES, ADVICE = GENOSTRAT_TABLES.resources
#: Columns of both tables.
_GUIDELINE_COLUMNS = (
    *("guideline", "body", "year", "pmid", "doi", "url", "as_of", "newer"),
)
_ADVICE_COLUMNS = (
    *("guideline", "medicines", "genes", "results"),
    *("indication", "category", "strength", "stands", "advice"),
)
#: Guidelines whose advice is computed as well.
_COMPUTED = {"CPIC warfarin": "warfarin"}
_AS_OF = re.compile(r"^# Guidance as of (\d{4}-\d{2}-\d{2})\.$", re.MULTILINE)
_RANGE = re.compile(r"score (?P<low>\d+(?:\.\d+)?)(?P<open>-)?(?P<high>\d+(?:\.\d+)?)?")
_ALLELE = re.compile(r"(with|without) (\*\d{1,3}:\d{2,3})")
_DIPLOTYPE = re.compile(r"is (\S+)/(\S+)")
_ALLOWED = (
    "a phenotype, “score LOW-HIGH”, “with *57:01”, “without *57:01”, “is *1/*3”,"
    " “unknown” or “any”, joined by |"
)

Row = tuple[int, dict[str, str]]


def list_files(value: str | Path = GENOSTRAT.name) -> list[Path]:
    """Return the files of the source."""
    return [FOLDER / GUIDELINES, FOLDER / ADVICE]


def read(value: str | Path = GENOSTRAT.name) -> tuple[list[Topic], str]:
    """Read every topic, and the date that the tables are of."""
    return read_own_guidance(FOLDER)


def read_own_guidance(folder: Path = FOLDER) -> tuple[list[Topic], str]:
    """Read every topic, and the date that the tables are of.

    Raises
    ------
    GenostratError
        With everything that is wrong in both tables.
    """
    problems: list[Problem] = []
    publications = folder / GUIDELINES
    references = {
        row["guideline"]: _read_reference(row)
        for _, row in _read_rows(publications, _GUIDELINE_COLUMNS, problems)
    }
    found = _AS_OF.search(read_text(publications))
    if found is None:
        problems.append(
            Problem(
                "the table does not say what date it is of",
                file=publications,
                allowed="# Guidance as of 2026-11-30.",
            )
        )
    topics: dict[tuple, list[Entry]] = {}
    guidelines: dict[tuple, str] = {}
    path = folder / ADVICE
    for line, row in _read_rows(path, _ADVICE_COLUMNS, problems):
        problems += _check_row(row, path=path, line=line, known=references)
        cells = _read_cells(row, path=path, line=line, problems=problems)
        if cells is None or row["guideline"] not in references:
            continue
        genes = tuple(row["genes"].split(";"))
        for drug in row["medicines"].split(";"):
            body = references[row["guideline"]].body
            key = (drug, body, row["indication"], genes)
            topics.setdefault(key, []).append(_make_entry(row, cells, drug=drug))
            guidelines[key] = row["guideline"]
    raise_if_any(problems)
    date = found[1] if found else ""
    return [
        Topic(
            drug,
            genes,
            tuple(entries),
            references[guidelines[key]],
            indication,
            source=GENOSTRAT.name,
            version=date,
            computes=_COMPUTED.get(guidelines[key], ""),
        )
        for key, entries in sorted(topics.items())
        for drug, _, indication, genes in [key]
    ], date


def _read_rows(
    path: Path, columns: tuple[str, ...], problems: list[Problem]
) -> list[Row]:
    """Read a table of the source: each row with its line number."""
    rows: list[Row] = []
    header: list[str] | None = None
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if header is None:
            header = cells
            if tuple(header) != columns:
                problems.append(
                    Problem(
                        "the table does not have the columns it should",
                        file=path,
                        line=number,
                        found=", ".join(header),
                        allowed=", ".join(columns),
                    )
                )
                return []
        elif len(cells) != len(columns):
            problems.append(
                Problem(
                    "a row has another number of cells than the header",
                    file=path,
                    line=number,
                    found=str(len(cells)),
                    allowed=str(len(columns)),
                )
            )
        else:
            rows.append((number, dict(zip(columns, cells, strict=True))))
    return rows


def _read_reference(row: Mapping[str, str]) -> Reference:
    return Reference(
        body=row["body"],
        year=int(row["year"]) if row["year"].isdecimal() else 0,
        pmid=row["pmid"],
        doi=row["doi"],
        url=row["url"] if row["url"].startswith("https://") else "",
        as_of=row["as_of"],
        newer=row["newer"],
    )


def _check_row(
    row: Mapping[str, str], *, path: Path, line: int, known: Mapping[str, Reference]
) -> list[Problem]:
    problems = []
    for column, allowed in (
        ("guideline", sorted(known)),
        ("category", CATEGORIES),
        ("strength", STRENGTHS),
        ("stands", ("yes", "")),
    ):
        if row[column] not in allowed:
            close = nearest(row[column], allowed)
            problems.append(
                Problem(
                    f"this is no {column}",
                    file=path,
                    line=line,
                    column=column,
                    found=row[column],
                    allowed=f"{close}?" if close else ", ".join(allowed),
                )
            )
    for column in ("medicines", "genes", "indication", "advice"):
        text = row[column]
        if not text.strip() or not text.isprintable():
            problems.append(
                Problem(
                    "a cell is blank or holds what cannot be printed",
                    file=path,
                    line=line,
                    column=column,
                )
            )
    return problems


def _read_cells(
    row: Mapping[str, str], *, path: Path, line: int, problems: list[Problem]
) -> tuple[Cell, ...] | None:
    genes, results = row["genes"].split(";"), row["results"].split(";")
    cells = [
        tuple(read_condition(gene, text) for text in cell.split("|"))
        for gene, cell in zip(genes, results, strict=False)
    ]
    if len(genes) != len(results) or any(None in cell for cell in cells):
        problems.append(
            Problem(
                "this is not a result of each gene",
                file=path,
                line=line,
                column="results",
                found=row["results"],
                allowed=_ALLOWED,
            )
        )
        return None
    return tuple(tuple(c for c in cell if c is not None) for cell in cells)


def read_condition(gene: str, text: str) -> Condition | None:
    """Read one condition on a gene; None where it is none.

    Examples
    --------
    >>> read_condition("CYP2D6", "score 2.5-").low
    2.5
    >>> read_condition("HLA-B", "with *57:01").names
    ('*57:01',)
    """
    if text in ("any", "unknown"):
        return Condition(gene, text)
    if match := _RANGE.fullmatch(text):
        low = float(match["low"])
        high = float(match["high"]) if match["high"] else inf if match["open"] else low
        return Condition(gene, "score", (), low, high)
    if match := _ALLELE.fullmatch(text):
        return Condition(gene, match[1], (match[2],))
    if match := _DIPLOTYPE.fullmatch(text):
        return Condition(gene, "is", tuple(sorted((match[1], match[2]))))
    words = text.split(" ")[0]
    if not text or words in ("score", "with", "without", "is"):
        return None
    return Condition(gene, "phenotype", (canonical_phenotype(gene, text),))


def _make_entry(row: Mapping[str, str], cells: tuple[Cell, ...], *, drug: str) -> Entry:
    return Entry(
        cells,
        row["category"],
        row["strength"],
        row["advice"].replace("{drug}", drug),
        is_firm=row["stands"] == "yes",
    )
