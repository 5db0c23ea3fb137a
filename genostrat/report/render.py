"""From the tables of a run to the files of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genostrat.report.contents import SUMMARISED
from genostrat.report.page import build_page
from genostrat.report.parts.results import (
    SHEET,
    read_results,
    without_identifiers,
)
from genostrat.report.parts.summary import summarise_cohort
from genostrat.report.parts.templates import fill_template
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
) -> None:
    """Write a cohort's report, its summary for machines, and its provenance.

    Parameters
    ----------
    files
        Files of the run: those of :func:`genostrat.report.contents.list_inputs` that
        the cohort has.
    html, summary, provenance
        Where to write. The page is private (it has a point for each patient), and
        so is the summary (it has small counts).
    cohort
        The cohort's name.
    settings
        The cohort's config with all defaults filled in. ``report.show_ids`` says
        whether flagged samples and related pairs are named; by default they are not.
    inputs
        The cohort's own files, to be recorded with their checksums.

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
    text = fill_template("report.html", page=page)
    write_page(html, text, entry="report/report.html")
    write_json(summary, record, entry="report/summary.json")
    write_json(provenance, origin, entry="provenance.json")


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
