"""From the tables of a run to the files of the report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genostrat.report.contents import EXPLORED, SUMMARISED
from genostrat.report.explore.page import write_explore
from genostrat.report.explore.patients import gather_patients
from genostrat.report.figures.catalogue import describe_figure
from genostrat.report.files import without_patients, write_figures, write_tables
from genostrat.report.multiqc import write_multiqc
from genostrat.report.page import build_page
from genostrat.report.parts.document import Page
from genostrat.report.parts.results import (
    SHEET,
    read_results,
    without_identifiers,
)
from genostrat.report.parts.summary import summarise_cohort
from genostrat.report.parts.templates import (
    digest_script,
    fill_template,
    read_template,
)
from genostrat.report.record import describe_provenance
from genostrat.tables import write_json, write_page


def render_report(
    files: Sequence[str | Path],
    *,
    html: str | Path,
    summary: str | Path,
    provenance: str | Path,
    cohort: str,
    settings: Mapping[str, Any],
    inputs: Sequence[str | Path] = (),
    cohort_page: str | Path | None = None,
    figures: str | Path | None = None,
    tables: str | Path | None = None,
    multiqc: str | Path | None = None,
    explore: str | Path | None = None,
) -> None:
    """Write a cohort's report, its summary for machines, and its provenance.

    Parameters
    ----------
    files
        Files of the run: those of :func:`genostrat.report.contents.list_inputs` that
        the cohort has.
    html
        The whole page, with a mark for each patient.
    summary, provenance
        The record for machines, and what made it. All stay at the centre: they have
        small counts.
    cohort
        The cohort's name.
    settings
        The cohort's config with all defaults filled in. ``report.show_ids`` says
        whether flagged samples and related pairs are named; by default they are not.
    inputs
        The cohort's own files, to be recorded with their checksums.
    cohort_page
        The same page without any mark, row or sentence of a single patient.
    figures, tables
        Folders for the figures and tables of the whole page, a file each.
    multiqc
        Folder for what MultiQC shows.
    explore
        The page of linked views, with a mark for each patient.

    Raises
    ------
    GenostratError
        If a file is named that does not exist.
    """
    results = read_results(files)
    options = settings.get("report") or {}
    grouping, show_ids = options.get("colour_by"), bool(options.get("show_ids"))
    if not show_ids:
        results = without_identifiers(results)
    record = summarise_cohort(
        results.only(SUMMARISED),
        cohort=cohort,
        seed=settings["seed"],
        build=(settings.get("genotypes") or {}).get("build"),
        grouping=grouping,
        absent=(settings.get("pgx") or {}).get("absent"),
    )
    record["dates"] = _find_dates(files, inputs, record)
    origin = describe_provenance(inputs, cohort=cohort, parameters=settings)
    page = build_page(
        results,
        record,
        settings=settings,
        provenance=origin,
        grouping=grouping,
        show_ids=show_ids,
    )
    record["answers"] = [asdict(answer) for answer in page.answers]
    record["in_short"] = [asdict(finding) for finding in page.findings]
    written = {name for name, _ in results.items()}
    _write_page(html, page, entry="report/report.html", written=written)
    if cohort_page is not None:
        aggregates = without_patients(page)
        entry = "report/cohort.html"
        _write_page(cohort_page, aggregates, entry=entry, written=written)
    if figures is not None:
        write_figures(page, directory=figures)
    if tables is not None:
        write_tables(page, directory=tables)
    if multiqc is not None:
        read = results.only((*SUMMARISED, "strata/assignments.tsv"))
        write_multiqc(read, record, directory=multiqc)
    if explore is not None:
        read = results.only(EXPLORED)
        patients = gather_patients(read, settings, show_ids=show_ids)
        write_explore(explore, patients, cohort=cohort)
    write_json(summary, record, entry="report/summary.json")
    write_json(provenance, origin, entry="provenance.json")


def _write_page(
    path: str | Path, page: Page, *, entry: str, written: Collection[str]
) -> None:
    def list_sources(name: str) -> list[str]:
        return [one for one in describe_figure(name).sources if one in written]

    text = fill_template(
        "report.html",
        page=page,
        script_digest=digest_script(read_template("tables.js")),
        list_sources=list_sources,
    )
    write_page(path, text, entry=entry)


def _find_dates(
    files: Sequence[str | Path],
    inputs: Sequence[str | Path],
    record: Mapping[str, Any],
) -> dict[str, str | None]:
    """Say of when run, data and knowledge are, to the day.

    The run is as old as the check of its inputs, so that one that was stopped and went
    on another day ends in the same bytes; data are as old as their youngest file.
    """
    checked = [Path(path) for path in files if str(path).endswith(SHEET)]
    known = (record["pgx"] or {}).get("knowledge") or {}
    named = [
        " ".join(filter(None, (known.get(f"{of}source"), known.get(f"{of}version"))))
        for of in ("", "guidance_")
    ]
    return {
        "run": _last_day(checked),
        "data": _last_day([Path(path) for path in inputs]),
        "knowledge": "; ".join(filter(None, named)) or None,
    }


def _last_day(paths: Sequence[Path]) -> str | None:
    """Return the day when the youngest of some files was written; None without any."""
    times = [path.stat().st_mtime for path in paths if path.is_file()]
    if not times:
        return None
    return datetime.fromtimestamp(max(times), UTC).date().isoformat()
