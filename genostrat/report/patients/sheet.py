"""One page for each patient: what to act on, and on what evidence."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Any

import pandas as pd

from genostrat import __version__
from genostrat.pgx.guidance.medications import SEPARATOR
from genostrat.pgx.guidance.medicine_names import clean_name, cut_name, says_nothing
from genostrat.privacy import create_file, make_folder
from genostrat.report.parts.templates import fill_template, read_template
from genostrat.report.parts.wording import is_missing, label_text
from genostrat.report.patients.content import Known, Setting, build_sheet
from genostrat.report.patients.names import INDEX, file_names
from genostrat.report.patients.view import CATEGORIES, Sheet
from genostrat.tables import read_json, read_lines, read_table

STATEMENT = (
    "For research use only. Nothing on this sheet may decide a treatment before an"
    " accredited laboratory has confirmed the result."
)


@dataclass(frozen=True)
class Findings:
    """The tables that patient sheets are made of.

    Parameters
    ----------
    samples
        ``check/samples.tsv``.
    keep
        Identifiers of the patients who get a sheet.
    diplotypes, guidance, medications
        The tables of that name of the pgx stage.
    decisions
        ``qc/decisions.tsv``.
    knowledge
        ``pgx/knowledge.json``.
    """

    samples: pd.DataFrame
    keep: Sequence[str]
    diplotypes: pd.DataFrame
    guidance: pd.DataFrame
    medications: pd.DataFrame
    decisions: pd.DataFrame
    knowledge: Mapping[str, Any]


def read_findings(
    *,
    samples: str | Path,
    keep: str | Path,
    diplotypes: str | Path,
    guidance: str | Path,
    medications: str | Path,
    decisions: str | Path,
    knowledge: str | Path,
) -> Findings:
    """Read the tables of :class:`Findings`."""
    return Findings(
        samples=read_table(samples, table="check/samples.tsv"),
        keep=read_lines(keep),
        diplotypes=read_table(diplotypes, table="pgx/diplotypes.tsv"),
        guidance=read_table(guidance, table="pgx/guidance.tsv"),
        medications=read_table(medications, table="pgx/medications.tsv"),
        decisions=read_table(decisions, table="qc/decisions.tsv"),
        knowledge=read_json(knowledge),
    )


def render_patient_sheets(
    findings: Findings, *, directory: str | Path, cohort: str, absent: str
) -> None:
    """Write a page for each patient and a list of them.

    Parameters
    ----------
    findings
        The tables.
    directory
        Folder to write; what stood there is replaced. Every file is private.
    cohort
        The cohort's name.
    absent
        The config's ``pgx.absent``: ``missing`` or ``reference``.

    Notes
    -----
    The folder takes its name when all pages stand in it, so that a run that was
    stopped leaves no half of them behind.
    """
    directory = Path(directory)
    temporary = directory.with_name(f".{directory.name}.part")
    rmtree(temporary, ignore_errors=True)
    make_folder(temporary)
    names = file_names(sorted(findings.keep))
    facts = _facts(findings.knowledge)
    origin = _origin_lines(findings.knowledge)
    entries = []
    for sample, sheet in _build_all(findings, cohort=cohort, absent=absent):
        page = fill_template(
            "patient_sheet.html",
            sheet=sheet,
            facts=facts,
            statement=STATEMENT,
            origin_lines=origin,
        )
        _write(temporary / names[sample], page)
        entries.append((names[sample], sheet))
    _write(temporary / INDEX, render_index(entries, cohort=cohort))
    rmtree(directory, ignore_errors=True)
    temporary.rename(directory)


def render_index(entries: Iterable[tuple[str, Sheet]], *, cohort: str) -> str:
    """Return the page that lists all sheets, those with most to act on first.

    Parameters
    ----------
    entries
        File name and content of each sheet.
    cohort
        The cohort's name.
    """
    rows = sorted(
        (_index_row(name, sheet) for name, sheet in entries),
        key=lambda row: (row["rank"], row["sample"]),
    )
    script = read_template("patient_index.js")
    digest = hashlib.sha256(script.encode()).digest()
    return fill_template(
        "patient_index.html",
        cohort=label_text(cohort, 80),
        rows=rows,
        statement=STATEMENT,
        categories={name: CATEGORIES[name] for name in _COUNTED},
        script_digest=base64.b64encode(digest).decode(),
    )


_COUNTED = ("avoid", "change_dose", "monitor", "no_guidance")


def _index_row(name: str, sheet: Sheet) -> dict[str, Any]:
    now = {c: _drugs(sheet.now, c) for c in _COUNTED}
    later = sum(len(_drugs(sheet.later, category)) for category in _COUNTED[:2])
    counts = [-len(now[category]) for category in _COUNTED]
    return {
        "file": name,
        "sample": sheet.sample,
        "now": now,
        "later": later,
        "open": len(sheet.open_calls) + sum(len(g.genes) for g in sheet.not_called),
        "cautions": bool(sheet.cautions),
        "rank": (*counts, -later),
    }


def _drugs(advice: Iterable[Any], category: str) -> list[str]:
    return [drug for a in advice if a.category == category for drug in a.drugs]


def _build_all(
    findings: Findings, *, cohort: str, absent: str
) -> Iterable[tuple[str, Sheet]]:
    diplotypes = _RowsBySample(findings.diplotypes)
    guidance = _RowsBySample(findings.guidance)
    flagged = findings.decisions[findings.decisions["outcome"] == "flagged"]
    flags = flagged.groupby("sample_id")["rule"].agg(list).to_dict()
    taken = _medicines_by_sample(findings.samples)
    setting = Setting(
        cohort=cohort,
        guided=frozenset(
            gene
            for text in findings.guidance["genes"].unique()
            for gene in text.split(";")
        ),
        is_absent_reference=absent == "reference",
        medicines=_known_medicines(findings.medications),
    )
    for sample in sorted(findings.keep):
        yield (
            sample,
            build_sheet(
                sample,
                diplotypes=diplotypes.of(sample),
                guidance=guidance.of(sample),
                medicines=None if taken is None else taken.get(sample, []),
                flags=flags.get(sample, []),
                setting=setting,
            ),
        )


class _RowsBySample:
    """The rows of a table by patient, made when they are asked for.

    Cells repeat a great deal, so each column is kept as its different values and a
    number a row; a cohort of thousands has hundreds of thousands of rows.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        samples = table["sample_id"].astype(str).to_numpy(dtype=object)
        self._rows = pd.Series(range(len(table))).groupby(samples).indices
        self._columns = {}
        for name in table.columns:
            codes, values = pd.factorize(table[name], use_na_sentinel=True)
            self._columns[str(name)] = codes, [*values, None]

    def of(self, sample: str) -> list[dict[str, Any]]:
        """Return a patient's rows; a missing value is None."""
        return [
            {
                name: values[codes[row]]
                for name, (codes, values) in self._columns.items()
            }
            for row in self._rows.get(sample, ())
        ]


def _medicines_by_sample(samples: pd.DataFrame) -> dict[str, list[str]] | None:
    if "medications" not in samples:
        return None
    named = zip(samples["sample_id"], samples["medications"], strict=True)
    return {str(sample): _split_medicines(cell) for sample, cell in named}


def _split_medicines(cell: Any) -> list[str]:
    entries = [] if is_missing(cell) else str(cell).split(SEPARATOR)
    names = dict.fromkeys(cut_name(clean_name(entry)) for entry in entries)
    return [name for name in names if not says_nothing(name)]


def _known_medicines(table: pd.DataFrame) -> dict[str, Known]:
    return {
        str(row["medicine"]).casefold(): Known(
            drugs=tuple(str(row["matched_drug"] or "").split(SEPARATOR)),
            status=str(row["status"]),
            note="" if is_missing(row.get("note")) else str(row["note"]),
        )
        for row in table.to_dict("records")
    }


def _facts(knowledge: Mapping[str, Any]) -> list[str]:
    return [
        label_text(str(knowledge["build"]), 20),
        label_text(f"{knowledge['source']} {knowledge['version']}", 60),
        f"genostrat {__version__}",
    ]


def _origin_lines(knowledge: Mapping[str, Any]) -> list[str]:
    definitions = f"{knowledge['source']} {knowledge['version']}"
    guidance = f"{knowledge['guidance_source']} {knowledge['guidance_version']}"
    return [
        f"Allele definitions and phenotypes: {label_text(definitions, 100)}, SHA-256"
        f" {label_text(knowledge['sha256'], 64)}; genome build"
        f" {label_text(knowledge['build'], 20)}. Recommendations:"
        f" {label_text(guidance, 100)}, quoted as they stand there."
        f" Made by genostrat {__version__}.",
        "Evidence: positions read of those that define the gene’s alleles. Ambiguous:"
        " what was read allows diplotypes with different phenotypes. Copy numbers and"
        " rearrangements are not looked for; alleles that the knowledge base does not"
        " define cannot be found.",
    ]


def _write(path: Path, text: str) -> None:
    create_file(path).write_text(text, encoding="utf-8", newline="\n")
