"""From the tables of a run to the files of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from genostrat.report.contents import SUMMARISED
from genostrat.report.page import build_page
from genostrat.report.parts.results import read_results, without_identifiers
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
    origin = describe_provenance(inputs, cohort=cohort, parameters=settings)
    page = build_page(
        results,
        record,
        settings=settings,
        provenance=origin,
        grouping=grouping,
        show_ids=show_ids,
    )
    record["in_short"] = [asdict(finding) for finding in page.findings]
    text = fill_template("report.html", page=page)
    write_page(html, text, entry="report/report.html")
    write_json(summary, record, entry="report/summary.json")
    write_json(provenance, origin, entry="provenance.json")
