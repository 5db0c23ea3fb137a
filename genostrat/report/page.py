"""The page of one cohort: header, summary and sections in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from genostrat import __version__
from genostrat.report.contents import SECTIONS, Chapter, SectionView
from genostrat.report.parts.document import Page, Section, Tile, Tiles, Tone
from genostrat.report.parts.results import Results
from genostrat.report.parts.wording import (
    brief_count,
    count_text,
    is_missing,
    label_text,
    p_text,
    percent_text,
    readable,
)
from genostrat.report.words.response import leading_tests
from genostrat.report.words.sentences import summarise_in_words, verdict_badge


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
    return Page(
        cohort=label_text(summary["cohort"], 80),
        facts=_facts(summary),
        tiles=_leading_tiles(summary),
        findings=summarise_in_words(summary),
        verdict=verdict_badge(summary["strata"]),
        sections=[section for section in sections if section is not None],
        statement=summary["research_use"],
    )


def _build_section(chapter: Chapter, view: SectionView) -> Section | None:
    body = chapter.build(replace(view, results=view.results.only(chapter.reads)))
    if body is None:
        return None
    title = body.title or chapter.title
    return Section(chapter.name, title, body.blocks, body.lead, body.empty)


def _facts(summary: Mapping[str, Any]) -> list[tuple[str, str]]:
    samples = summary["samples"]
    facts = [("patients in the sheet", count_text(samples["n_sheet"]))]
    if samples["n_genotyped"] is not None:
        facts.append(("genotyped", count_text(samples["n_genotyped"])))
    if summary["build"]:
        facts.append(("genome build", label_text(summary["build"])))
    facts += [("seed", str(summary["seed"])), ("genostrat", __version__)]
    return facts


def _leading_tiles(summary: Mapping[str, Any]) -> Tiles:
    samples, variants = summary["samples"], summary["variants"] or {}
    tiles = []
    if samples["n_genotyped"] is not None:
        share = percent_text(samples["n_kept"] / max(samples["n_genotyped"], 1))
        note = f"{share} of {count_text(samples['n_genotyped'])} genotyped"
        tiles.append(Tile(count_text(samples["n_kept"]), "samples kept", note))
    else:
        tiles.append(Tile(count_text(samples["n_sheet"]), "patients", "no genotypes"))
    if "n_variants" in variants:
        tiles.append(Tile(brief_count(variants["n_variants"]), "variants"))
    affected = (summary.get("pgx") or {}).get("actionable_on_medication")
    if affected is not None:
        note = "to avoid or dose otherwise for their genes"
        tone: Tone = "warn" if affected["count"] else "plain"
        tiles.append(Tile(count_text(affected["count"]), "take a drug now", note, tone))
    if summary["profile"] is not None:
        layers = listed_layers(summary["profile"])
        features = count_text(summary["profile"]["n_features"])
        tiles.append(Tile(features, "features per patient", layers))
    if summary["strata"] is not None:
        tiles.append(_strata_tile(summary["strata"]))
    if summary["response"] is not None:
        doubtful = (summary["strata"] or {}).get("verdict") == "confounded"
        tiles += [] if doubtful else _response_tiles(summary["response"])
    return Tiles(tiles)


def listed_layers(profile: Mapping[str, Any]) -> str:
    """Name the layers of a profile, or count them where they are many."""
    names = [label_text(layer["layer"], 20) for layer in profile["layers"]]
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} layers"


def _strata_tile(strata: Mapping[str, Any]) -> Tile:
    n = len(strata["sizes"])
    if not n:
        return Tile("none", "subgroups")
    sizes = " / ".join(count_text(size) for size in strata["sizes"].values())
    doubts = {"confounded": "confounded groups", "suggestive": "possible subgroups"}
    return Tile(str(n), doubts.get(strata["verdict"], "subgroups"), sizes)


def _response_tiles(response: Mapping[str, Any]) -> list[Tile]:
    tests = [
        test
        for test in leading_tests(response["tests"])
        if not is_missing(test["p_adjusted"])
    ]
    if not tests:
        return []
    best = min(tests, key=lambda test: float(test["p_adjusted"]))
    label = "treatment × subgroup"
    if best["model"] == "prognostic":
        label = "outcome by subgroup"
    return [Tile(p_text(best["p_adjusted"]), label, readable(best["outcome"]))]
