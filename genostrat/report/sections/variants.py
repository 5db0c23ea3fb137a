"""The section of the report on variants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.report.figures.variants import (
    plot_calls,
    plot_depths,
    plot_indel_lengths,
    plot_spectrum,
    plot_substitutions,
)
from genostrat.report.parts.document import (
    Block,
    Body,
    Figures,
    Notice,
    Paragraph,
    TableView,
    Tile,
    Tiles,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.summary import groups_of, is_grouping
from genostrat.report.parts.wording import (
    brief_count,
    count_text,
    label_text,
    listing,
    number_text,
    percent_text,
    plural,
    readable,
)
from genostrat.report.words.variant_quality import (
    describe_comparisons,
    describe_variant_quality,
    rows_of_rules,
)

_NO_GENOTYPES = "This cohort has no genotypes, so this part did not run."
#: Rows of the table of groups.
_MOST_GROUPS = 60


def build_variants(
    results: Results, summary: Mapping[str, Any], *, grouping: str | None
) -> Body:
    """Show how many variants there are, of which kinds and frequencies, in whom."""
    counts = summary["variants"]
    if counts is None and results["variants/spectrum.tsv"] is None:
        ran = results["qc/sample_metrics.tsv"] is not None
        lead = "Variants were not summarised." if ran else _NO_GENOTYPES
        return Body([], lead=lead, empty=True)
    blocks = _quality(results["qc/variants.json"])
    if counts:
        blocks.append(_variant_tiles(counts))
        blocks += _proportions(counts.get("hardy_weinberg") or {})
    figures = _variant_figures(results)
    if figures:
        blocks.append(Figures(figures))
    if results["variants/per_sample.tsv"] is not None and len(
        results["variants/per_sample.tsv"]
    ):
        blocks += _calls_of_samples(results, grouping=grouping)
    return Body(blocks)


def _quality(record: Mapping[str, Any] | None) -> list[Block]:
    """Show which variants were set aside, by rule and group."""
    if record is None:
        return []
    found = describe_variant_quality(record)
    if record["not_assessed"]:
        return [Notice(found.text, "note")] if found else []
    said = found.text if found else "No variant was set aside."
    blocks: list[Block] = [Paragraph(f"{said} {describe_comparisons(record)}")]
    if found:
        blocks.append(
            TableView(
                ("rule", "where", "outcome", "variants"),
                rows_of_rules(record),
                "Variants that a rule caught, by the group that shows it most; every"
                " one is in qc/variant_decisions.tsv. What follows describes all"
                " variants that were called, these included; samples, ancestry,"
                " profile and strata rest on the others.",
                numeric=(3,),
            )
        )
    return blocks


_VARIANT_TILES = {
    "n_variants": ("variants", ""),
    "n_snv": ("SNVs", ""),
    "n_indel": ("indels", ""),
    "n_from_multiallelic_sites": (
        "multi-allelic",
        "from sites with several alternate alleles",
    ),
    "n_singleton": ("singletons", "one copy in the cohort"),
    "ti_tv": ("Ti/Tv", "near 2.0–2.1 genome-wide, near 3 in exomes"),
}


def _variant_tiles(counts: Mapping[str, Any]) -> Tiles:
    tiles = []
    for key, (label, note) in _VARIANT_TILES.items():
        if key == "n_variants" and "mean_missing_rate" in counts:
            missing = percent_text(counts["mean_missing_rate"], 1)
            note = f"{missing} of genotypes missing"
        if key in counts:
            write = number_text if key == "ti_tv" else brief_count
            tiles.append(Tile(write(counts[key]), label, note))
    return Tiles(tiles)


def _proportions(tests: Mapping[str, Any]) -> list[Block]:
    """Say how many variants are out of Hardy-Weinberg proportions."""
    parts = []
    for name, test in tests.items():
        whom = "everybody" if name == "all" else label_text(name)
        if test["n_tested"]:
            parts.append(
                f"{count_text(test['n_below_1e-6'])} of"
                f" {plural(test['n_tested'], 'variant')} in {whom}"
                f" ({plural(test['n_samples'], 'sample')})"
            )
    if not parts:
        return []
    return [
        Paragraph(
            "Genotypes far from Hardy-Weinberg proportions (exact test in unrelated"
            " samples, p below 10⁻⁶):"
            f" {listing(parts)}. A few are natural; many point to calling artefacts,"
            " or to a group that mixes ancestries."
        )
    ]


def _variant_figures(results: Results) -> list[FigureView]:
    figures = []
    if results["variants/spectrum.tsv"] is not None and len(
        results["variants/spectrum.tsv"]
    ):
        figures.append(plot_spectrum(results["variants/spectrum.tsv"]))
    changes, lengths = (
        results["variants/substitutions.tsv"],
        results["variants/indel_lengths.tsv"],
    )
    if changes is not None and changes["n_alleles"].sum():
        figures.append(plot_substitutions(changes))
    if lengths is not None and len(lengths):
        figures.append(plot_indel_lengths(lengths))
    depths = results["variants/depths.tsv"]
    if depths is not None and depths["n_genotypes"].sum():
        figures.append(plot_depths(depths))
    return figures


def _calls_of_samples(results: Results, *, grouping: str | None) -> list[Block]:
    assert results["variants/per_sample.tsv"] is not None
    column = next(
        (
            c
            for c in ("batch", "centre", grouping)
            if is_grouping(results["check/samples.tsv"], c)
        ),
        None,
    )
    groups = groups_of(results["check/samples.tsv"], column)
    blocks: list[Block] = [
        Figures(
            [plot_calls(results["variants/per_sample.tsv"], groups, grouping=column)]
        )
    ]
    if results["variants/by_group.tsv"] is not None and len(
        results["variants/by_group.tsv"]
    ):
        blocks.append(_group_view(results["variants/by_group.tsv"]))
    blocks.append(
        Paragraph(
            "Counts of each sample are in variants/per_sample.tsv. They are of all"
            " genotyped samples, before any was excluded."
        )
    )
    return blocks


_GROUP_COLUMNS = {
    "mean_n_het": "Het. SNVs",
    "mean_n_hom_alt": "Hom. alt. SNVs",
    "mean_n_indel": "Indels",
    "mean_n_singleton": "Singletons",
    "mean_n_missing": "Missing",
    "ti_tv": "Ti/Tv",
    "mean_depth": "Depth",
}


def _group_view(groups: pd.DataFrame) -> TableView:
    known = {c: t for c, t in _GROUP_COLUMNS.items() if groups[c].notna().any()}
    rows = [
        [
            readable(row["kind"]),
            label_text(row["group"]),
            count_text(row["n_samples"]),
            *(number_text(row[c], 3) for c in known),
        ]
        for _, row in groups.head(_MOST_GROUPS).iterrows()
    ]
    more = len(groups) - len(rows)
    rest = f" {more:,} more are in variants/by_group.tsv." if more > 0 else ""
    return TableView(
        ("Kind", "Group", "Samples", *known.values()),
        rows,
        f"Mean number of calls of a sample, by centre and batch.{rest}",
        numeric=tuple(range(2, 3 + len(known))),
    )
