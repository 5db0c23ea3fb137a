"""The page of one cohort: header, summary and sections in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genostrat import __version__
from genostrat.report.contents import SECTIONS, Chapter, SectionView
from genostrat.report.files import name_tables
from genostrat.report.parts.document import Page, Section
from genostrat.report.parts.results import Results
from genostrat.report.parts.wording import count_text, label_text
from genostrat.report.words.answers import answer_questions
from genostrat.report.words.sentences import summarise_in_words


def build_page(
    results: Results,
    summary: dict[str, Any],
    *,
    settings: Mapping[str, Any],
    provenance: Mapping[str, Any],
    grouping: str | None,
    show_ids: bool,
) -> Page:
    """Put the parts of a cohort's report in order.

    Parameters
    ----------
    results
        What the run has written, without identifiers in free text unless `show_ids`.
    summary
        The record of :func:`genostrat.report.parts.summary.summarise_cohort`.
    settings
        The cohort's config.
    provenance
        The record of :func:`genostrat.report.record.describe_provenance`.
    grouping
        Column of the sheet that colours the map of ancestry.
    show_ids
        Whether flagged samples and related pairs are named.
    """
    view = SectionView(results, summary, settings, provenance, grouping, show_ids)
    sections = [_build_section(chapter, view) for chapter in SECTIONS]
    findings = summarise_in_words(summary)
    return Page(
        cohort=label_text(summary["cohort"], 80),
        facts=_facts(summary),
        answers=answer_questions(summary, findings),
        findings=findings,
        sections=[section for section in sections if section is not None],
        statement=summary["research_use"],
    )


def _build_section(chapter: Chapter, view: SectionView) -> Section | None:
    body = chapter.build(replace(view, results=view.results.only(chapter.reads)))
    if body is None:
        return None
    title = body.title or chapter.title
    section = Section(chapter.name, title, body.blocks, body.lead, body.empty)
    return name_tables(section)


def _facts(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    samples = summary["samples"]
    facts = [("patients in the sheet", count_text(samples["n_sheet"]))]
    if samples["n_genotyped"] is not None:
        facts.append(("genotyped", count_text(samples["n_genotyped"])))
    if summary["build"]:
        facts.append(("genome build", label_text(summary["build"])))
    dates = summary.get("dates") or {}
    for name, text in (
        ("run", "checked"),
        ("data", "data of"),
        ("knowledge", "knowledge"),
    ):
        if dates.get(name):
            facts.append((text, label_text(dates[name], 60)))
    facts += [("seed", str(summary["seed"])), ("genostrat", __version__)]
    return facts
