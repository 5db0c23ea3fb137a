"""One page for each patient: what to act on, and on what evidence."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shutil import rmtree
from typing import Any, TypeVar

import pandas as pd

from genostrat import __version__
from genostrat.pgx.guidance.medications import SEPARATOR, read_local_names
from genostrat.pgx.guidance.medicine_names import clean_name, cut_name, says_nothing
from genostrat.pgx.knowledge.panels import read_panels
from genostrat.pgx.sites import read_position_names
from genostrat.privacy import create_file, make_folder
from genostrat.registry import table_spec
from genostrat.report.parts.templates import fill_template
from genostrat.report.parts.wording import is_missing, label_text, listing
from genostrat.report.patients.content import (
    Known,
    Setting,
    build_sheet,
    explain_missing,
)
from genostrat.report.patients.index import render_index, render_nobody
from genostrat.report.patients.names import INDEX, file_names
from genostrat.report.patients.rows import Row, RowsBySample
from genostrat.report.patients.stratum import Strata
from genostrat.report.patients.view import STATEMENT, PatientSheet
from genostrat.sheets.contract.consent import CONTACT, gives_consent
from genostrat.tables import read_json, read_lines, read_table

Item = TypeVar("Item")


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
    names
        Drug → the name that it goes by in the country of the sheets.
    rsids
        Position → its dbSNP identifier.
    strata
        What is known of strata; None where they were not looked for.
    n_silent
        Patients who passed quality control and get no sheet, since nothing says that
        they agreed to be contacted.
    """

    samples: pd.DataFrame
    keep: Sequence[str]
    diplotypes: pd.DataFrame
    guidance: pd.DataFrame
    medications: pd.DataFrame
    decisions: pd.DataFrame
    knowledge: Mapping[str, Any]
    names: Mapping[str, str]
    rsids: Mapping[str, str] = field(default_factory=dict)
    strata: Strata | None = None
    n_silent: int = 0


def read_findings(
    *,
    samples: str | Path,
    names: str | Path,
    country: str,
    contact: str = CONTACT,
    keep: str | Path | None = None,
    diplotypes: str | Path | None = None,
    guidance: str | Path | None = None,
    medications: str | Path | None = None,
    decisions: str | Path | None = None,
    knowledge: str | Path | None = None,
    positions: str | Path | None = None,
    verdict: str | Path | None = None,
    assignments: str | Path | None = None,
    tests: str | Path | None = None,
    effects: str | Path | None = None,
) -> Findings:
    """Read the tables of :class:`Findings`; names are those of the country.

    A cohort without genotypes has none of what rests on them, and everybody of its
    sheet is kept; one without a layer has no strata, one without outcomes no effects.
    Where the sheet has the column `contact`, only who gives consent with it is kept.
    """

    def read(path: str | Path | None, name: str) -> pd.DataFrame:
        if path:
            return read_table(path, table=name)
        columns = [column.name for column in table_spec(name).named]
        return pd.DataFrame({column: pd.Series(dtype=object) for column in columns})

    sheet = read_table(samples, table="check/samples.tsv")
    strata = None
    if verdict and assignments:
        strata = Strata(
            read_json(verdict),
            read(assignments, "strata/assignments.tsv"),
            read(tests, "response/interaction.tsv") if tests else None,
            read(effects, "response/effects.tsv") if effects else None,
        )
    kept = read_lines(keep) if keep else [str(s) for s in sheet["sample_id"]]
    agreed = _find_agreed(sheet, contact)
    return Findings(
        samples=sheet,
        keep=[sample for sample in kept if sample in agreed],
        n_silent=len(set(kept) - agreed),
        diplotypes=read(diplotypes, "pgx/diplotypes.tsv"),
        guidance=read(guidance, "pgx/guidance.tsv"),
        medications=read(medications, "pgx/medications.tsv"),
        decisions=read(decisions, "qc/decisions.tsv"),
        knowledge=read_json(knowledge) if knowledge else {},
        names=read_local_names(names, country=country),
        rsids=read_position_names(positions) if positions else {},
        strata=strata,
    )


def _find_agreed(sheet: pd.DataFrame, contact: str) -> set[str]:
    """Return who may be told of findings; everybody where the sheet asks nobody."""
    names = sheet["sample_id"].astype(str)
    if contact not in sheet:
        return set(names)
    return set(names[[gives_consent(str(c)) for c in sheet[contact].fillna("")]])


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
    Where no patient has a result of any gene that guidance rests on, nor a stratum,
    there are no sheets: the list stands alone, and says that and why.

    The folder takes its name when all pages stand in it, so that a run that was
    stopped leaves no half of them behind.
    """
    directory = Path(directory)
    temporary = directory.with_name(f".{directory.name}.part")
    rmtree(temporary, ignore_errors=True)
    make_folder(temporary)
    setting = _setting(findings, cohort=cohort, absent=absent)
    kept = findings.diplotypes["sample_id"].isin(findings.keep)
    calls = findings.diplotypes[kept & findings.diplotypes["gene"].isin(setting.guided)]
    has_genes = not (calls["status"] == "not_called").all()
    has_strata = findings.strata is not None and findings.strata.are_claimed
    if not (findings.keep and (has_genes or has_strata)):
        reasons = explain_missing(_usual_reasons(calls), setting)
        text = render_nobody(
            reasons,
            n_patients=len(findings.keep),
            cohort=cohort,
            has_genotypes=bool(findings.knowledge),
            n_silent=findings.n_silent,
        )
        _write(temporary / INDEX, text)
    else:
        _write_sheets(findings, temporary, replace(setting, has_genes=has_genes))
    rmtree(directory, ignore_errors=True)
    temporary.rename(directory)


def _write_sheets(findings: Findings, folder: Path, setting: Setting) -> None:
    names = file_names(sorted(findings.keep))
    facts = _facts(findings.knowledge)
    origin = _origin_lines(findings.knowledge)
    age = describe_age(findings.guidance, findings.knowledge)
    entries = []
    for sample, sheet in _collect_seldom(_build_all(findings, setting)):
        page = fill_template(
            "patient_sheet.html",
            sheet=sheet,
            facts=facts,
            age=age,
            statement=STATEMENT,
            origin_lines=origin,
        )
        _write(folder / names[sample], page)
        entries.append((names[sample], sheet))
    page = render_index(entries, cohort=setting.cohort, n_silent=findings.n_silent)
    _write(folder / INDEX, page)


def _collect_seldom(items: Iterable[Item]) -> Iterator[Item]:
    """Yield items with what is young collected now and then, and what is old never.

    Rows of all patients live until the end, and looking through them again and again
    for what could be freed takes an eighth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for place, item in enumerate(items, 1):
            yield item
            if place % 200 == 0:
                gc.collect(1)
    finally:
        if was_enabled:
            gc.enable()


def _setting(findings: Findings, *, cohort: str, absent: str) -> Setting:
    return Setting(
        cohort=cohort,
        guided=frozenset(
            gene
            for text in findings.guidance["genes"].unique()
            for gene in text.split(";")
        ),
        is_absent_reference=absent == "reference",
        medicines=_known_medicines(findings.medications),
        names=findings.names,
        rsids=findings.rsids,
        tested=frozenset(
            variant.rsid for panel in read_panels() for variant in panel.variants
        ),
    )


def _usual_reasons(calls: pd.DataFrame) -> list[Row]:
    """Return a row for each gene with the reason that most patients have."""
    if calls.empty:
        return []
    reasons = calls["reason"].astype(object).fillna("")
    usual = reasons.groupby(calls["gene"].astype(str)).agg(
        lambda texts: texts.value_counts().index[0]
    )
    return [Row(gene=gene, reason=reason) for gene, reason in usual.items()]


def _build_all(
    findings: Findings, setting: Setting
) -> Iterable[tuple[str, PatientSheet]]:
    diplotypes = RowsBySample(findings.diplotypes)
    guidance = RowsBySample(findings.guidance)
    flagged = findings.decisions[findings.decisions["outcome"] == "flagged"]
    flags = flagged.groupby("sample_id")["rule"].agg(list).to_dict()
    taken = _medicines_by_sample(findings.samples)
    strata = {} if findings.strata is None else findings.strata.describe_all()
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
                stratum=strata.get(sample),
            ),
        )


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
            nearest="" if is_missing(row.get("nearest")) else str(row["nearest"]),
        )
        for row in table.to_dict("records")
    }


def _facts(knowledge: Mapping[str, Any]) -> list[str]:
    if not knowledge:
        return [f"genostrat {__version__}"]
    return [
        label_text(str(knowledge["build"]), 20),
        label_text(f"{knowledge['source']} {knowledge['version']}", 60),
        f"genostrat {__version__}",
    ]


def describe_age(guidance: pd.DataFrame, knowledge: Mapping[str, Any]) -> list[str]:
    """Say how old the knowledge is that the sheets quote.

    Parameters
    ----------
    guidance
        ``pgx/guidance.tsv``.
    knowledge
        ``pgx/knowledge.json``.

    Returns
    -------
    list of str
        The source and its date, the years of what it quotes, when their content was
        last established, and whether later versions are known.
    """
    if not knowledge:
        return []
    parts = [_name_guidance(knowledge)]
    years = _present(guidance, "year")
    if years:
        parts.append(f"publications of {_range(years)}")
    dates = _present(guidance, "as_of")
    if dates:
        parts.append(f"their content as established {_range(dates)}")
    lines = [f"Guidance: {'; '.join(parts)}."]
    if _present(guidance, "newer"):
        lines.append(
            "Of some a later version is known that is not taken in: it is said beside"
            " what they advise."
        )
    return lines


def _name_guidance(knowledge: Mapping[str, Any]) -> str:
    """Name every source of guidance with its version."""
    return listing(
        label_text(f"{record['source']} {record['version']}", 80)
        for record in knowledge["guidance"]
    )


def _present(table: pd.DataFrame, name: str) -> list[str]:
    if name not in table:
        return []
    values = table[name].dropna().unique()
    return sorted({label_text(v, 20) for v in values if str(v)})


def _range(values: Sequence[str]) -> str:
    first, last = values[0], values[-1]
    return first if first == last else f"{first} to {last}"


def _origin_lines(knowledge: Mapping[str, Any]) -> list[str]:
    if not knowledge:
        return [f"Made by genostrat {__version__}."]
    definitions = f"{knowledge['source']} {knowledge['version']}"
    return [
        f"Allele definitions and phenotypes: {label_text(definitions, 100)}, SHA-256"
        f" {label_text(knowledge['sha256'], 64)}; genome build"
        f" {label_text(knowledge['build'], 20)}. Guidance: {_name_guidance(knowledge)}."
        f" Made by genostrat {__version__}.",
        "Evidence: positions read of those that define the gene’s alleles. Ambiguous:"
        " what was read allows diplotypes with different phenotypes. Possible: some of"
        " what the data allow asks for it. Copy numbers and rearrangements are not"
        " looked for; alleles that the knowledge base does not define cannot be found.",
    ]


def _write(path: Path, text: str) -> None:
    create_file(path).write_text(text, encoding="utf-8", newline="\n")
