"""Section of the report on samples: who was kept, why, and what the rules look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.catalogues.quality_rules import rule_words
from genostrat.report.figures.families import has_families, plot_families
from genostrat.report.figures.qc import plot_relatedness
from genostrat.report.figures.samples import (
    plot_call_rate,
    plot_contamination,
    plot_sex,
)
from genostrat.report.parts.document import (
    Block,
    Body,
    Figures,
    Flow,
    FlowStep,
    Heading,
    Notice,
    Paragraph,
    TableView,
    Tone,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.summary import (
    ancestry_labels,
    has_axes,
    rule_threshold,
    sample_outcomes,
)
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    number_text,
    plain_number,
    plural,
    readable,
)
from genostrat.report.sections.ancestry import (
    build_labels,
    build_reported,
    build_shares,
    draw_ancestry,
)
from genostrat.report.sections.fairness import build_fairness, build_overrides
from genostrat.report.sections.swaps import build_swaps
from genostrat.report.words.kinship import describe_adjustment, why_not_assessed

_NO_GENOTYPES = "This cohort has no genotypes, so this part did not run."
#: Rows of a table that names samples, when the reader asked for names.
_MOST_ROWS = 200


def build_quality(
    results: Results,
    summary: Mapping[str, Any],
    *,
    settings: Mapping[str, Any],
    grouping: str | None,
    show_ids: bool,
) -> Body:
    """Show who was kept and why, and the figures the rules look at.

    Parameters
    ----------
    results, summary
        The cohort's tables and its record.
    settings
        The cohort's config, for the thresholds that figures show.
    grouping
        Column of the sheet that colours the map of ancestry.
    show_ids
        Whether flagged samples and related pairs are named.
    """
    if results["qc/sample_metrics.tsv"] is None:
        return Body([], lead=_NO_GENOTYPES, empty=True)
    blocks: list[Block] = []
    steps = summary["samples"]["flow"]
    if steps:
        blocks.append(Flow([_flow_step(step) for step in steps]))
    if results["qc/decisions.tsv"] is not None:
        rules = summary["samples"]["rules"]
        nothing = Notice("No rule caught a sample; what could not be judged is below.")
        blocks.append(_rule_view(rules) if rules else nothing)
    blocks += build_overrides(results, show_ids=show_ids)
    if results["qc/swaps.tsv"] is not None:
        blocks.append(Heading("Swapped samples"))
        blocks += build_swaps(
            results["qc/swaps.tsv"], results["qc/omics_match.tsv"], show_ids=show_ids
        )
    blocks += build_fairness(summary)
    blocks.append(Heading("What the rules look at"))
    limits = settings.get("qc") or {}
    figures = _quality_figures(results, grouping=grouping, limits=limits)
    blocks.append(Figures(figures))
    blocks += _family_figures(results, show_ids=show_ids)
    blocks += _absent_checks(results)
    blocks += build_labels(results["qc/labels.json"])
    blocks += build_shares(results["qc/ancestry_shares.tsv"])
    blocks += build_reported(results["qc/reported_ancestry.tsv"])
    if show_ids:
        blocks += _named_samples(results)
    elif results["qc/decisions.tsv"] is not None:
        blocks.append(
            Paragraph(
                "This report names no samples. Every decision, with its sample, value"
                " and threshold, is in qc/decisions.tsv, related pairs are in"
                " qc/relatedness.tsv. A rule is changed in the config; a decision about"
                " one sample goes into the file samples.overrides, with its reason and"
                " who takes it."
            )
        )
    return Body(blocks)


def _flow_step(step: Mapping[str, Any]) -> FlowStep:
    leaving = [item for item in step.get("excluded") or [] if item.get("n")]
    notes = [item for item in step.get("notes") or [] if item.get("n")]
    total = count_text(sum(item["n"] for item in leaving))
    rules = {item["rule"] for item in leaving}
    left = ""
    if leaving:
        what = {("relative",): "Set aside", ("no_genotypes",): "Not genotyped"}
        left = f"{what.get(tuple(rules), 'Excluded')} (n = {total})"
    return FlowStep(
        _capital(readable(step["label"])),
        count_text(step["n"]),
        notes=[f"{_NOTES[item['rule']]}: {count_text(item['n'])}" for item in notes],
        left=left,
        excluded=[
            f"{_capital(_leaving_words(item['rule']))}: {count_text(item['n'])}"
            for item in leaving
        ],
    )


_NOTES = {"flagged": "flagged", "kept_by_hand": "kept by hand against a rule"}


def _leaving_words(rule: str) -> str:
    words = {
        "override": "excluded by hand",
        "relative": "relatives of samples that stay",
        "no_genotypes": "in the sheet, without genotypes",
    }
    return words.get(rule) or rule_words(str(rule))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rule_view(rules: list[dict[str, Any]]) -> TableView:
    # A decision by hand has a table of its own.
    rows, tones = [], list[Tone]()
    for row in rules:
        limit = row["threshold"]
        rows.append(
            [
                _capital(rule_words(row["rule"])),
                "–" if limit is None else _limit_text(limit),
                label_text(row["config_key"], 60) or "–",
                count_text(row["n_kept"]),
                count_text(row["n_flagged"]),
                count_text(row["n_excluded"]),
                count_text(row["n_overruled"]),
            ]
        )
        hit: Tone = "note" if row["n_flagged"] else "plain"
        tones.append("warn" if row["n_excluded"] else hit)
    return TableView(
        (
            *("Rule", "Threshold", "Key in the config"),
            *("Noted", "Flagged", "Excluded", "Overruled"),
        ),
        rows,
        "Rules of sample quality, and how many samples each one noted (and kept without"
        " more), flagged (kept, to be looked at) or excluded; overruled are those about"
        " which a person decided. A sample counts under every rule that caught it; in"
        " the chart above, under the first that excluded it.",
        numeric=(1, 3, 4, 5, 6),
        tones=tones,
    )


def _limit_text(limit: str) -> str:
    try:
        return plain_number(float(limit))
    except ValueError:
        return label_text(limit, 40)


def _quality_figures(
    results: Results, *, grouping: str | None, limits: Mapping[str, Any]
) -> list[FigureView]:
    metrics, decisions = results["qc/sample_metrics.tsv"], results["qc/decisions.tsv"]
    assert metrics is not None
    # A relative is no bad sample, and needs no mark in a figure of bad samples.
    judged = None if decisions is None else decisions[decisions["rule"] != "relative"]
    labels = ancestry_labels(results)
    several = labels is not None and labels.nunique() > 1
    figures = [
        plot_call_rate(
            metrics,
            sample_outcomes(results.having({"qc/decisions.tsv": judged})),
            threshold=limits.get(
                "min_call_rate", rule_threshold(decisions, "call_rate")
            ),
            outliers=results["qc/outliers.tsv"],
            labels=labels if several else None,
        )
    ]
    if metrics["contamination"].notna().any():
        limit = rule_threshold(decisions, "contamination")
        limit = limits.get("max_contamination", limit)
        figures.append(plot_contamination(metrics, threshold=limit))
    if results["qc/sex.tsv"] is not None and results["qc/sex.tsv"]["x_f"].notna().any():
        figures.append(plot_sex(results["qc/sex.tsv"], limits=limits))
    if results["qc/relatedness.tsv"] is not None and len(results["qc/relatedness.tsv"]):
        figures.append(
            plot_relatedness(
                results["qc/relatedness.tsv"], pedigree=results["qc/pedigree.tsv"]
            )
        )
    return figures + draw_ancestry(results, grouping=grouping)


def _family_figures(results: Results, *, show_ids: bool) -> list[Block]:
    pedigree, metrics = results["qc/pedigree.tsv"], results["qc/sample_metrics.tsv"]
    if pedigree is None or not has_families(results["check/samples.tsv"], pedigree):
        return []
    assert metrics is not None
    view = plot_families(
        results["check/samples.tsv"],
        pedigree,
        results["qc/mendel.tsv"],
        genotyped=metrics["sample_id"],
        show_ids=show_ids,
    )
    return [Heading("Families"), Figures([view])]


def _absent_checks(results: Results) -> list[Block]:
    metrics, texts = results["qc/sample_metrics.tsv"], []
    assert metrics is not None
    if metrics["contamination"].isna().all():
        texts.append(
            "Contamination could not be assessed: it needs read depths of both alleles"
            " (FORMAT/AD), and more than ten samples whose allele frequencies say what"
            " another person's reads would be."
        )
    texts += _unchecked_sexes(results["qc/sex.tsv"])
    if results["qc/relatedness.tsv"] is None:
        texts.append("Relatedness was not assessed.")
    elif not (record := results["qc/relatedness.json"] or {}).get("assessable"):
        texts.append(
            f"Relatedness could not be assessed: {why_not_assessed(record)}. Only pairs"
            " with identical genotypes everywhere are found."
        )
    elif not len(results["qc/relatedness.tsv"]):
        texts.append("No related pair of samples was found.")
    else:
        doubtful = results["qc/relatedness.tsv"]["doubtful_because"].fillna("") != ""
        if n_doubtful := int(doubtful.sum()):
            texts.append(
                f"{plural(n_doubtful, 'pair')} of relatives may be none: one of the two"
                " samples holds DNA of somebody else."
            )
    texts += describe_adjustment(results["qc/kinship_adjusted.json"])
    texts += _unassessed_mixtures(results["qc/mixtures.tsv"])
    if not has_axes(results["qc/pcs.tsv"]):
        texts.append(
            "Ancestry was not assessed: there are too few variants or samples."
        )
    return [Notice(text, "note") for text in texts]


def _unassessed_mixtures(mixtures: pd.DataFrame | None) -> list[str]:
    """Say whether nobody's genotypes were held against a mixture's."""
    if mixtures is not None and (mixtures["status"] != "not_assessable").any():
        return []
    return [
        "Whether a sample holds the DNA of two people could not be told by genotypes:"
        " there are too few variants or samples."
    ]


def _unchecked_sexes(sex: pd.DataFrame | None) -> list[str]:
    """Say whose sex nothing tells, or nothing but how their calls were written."""
    if sex is None or (sex["status"] == "not_assessable").all():
        return [
            "Sex could not be checked: there are too few variants on the X and Y"
            " chromosomes, and too few reads."
        ]
    texts = []
    if n_silent := int((sex["status"] == "not_assessable").sum()):
        texts.append(f"The sex of {plural(n_silent, 'sample')} could not be checked.")
    if n_written := int((sex["evidence"] == "ploidy_coding").sum()):
        texts.append(
            f"The sex of {plural(n_written, 'sample')} rests on the X chromosome having"
            " been written with one allele alone. A caller or a sheet decided that, so"
            " that it confirms nothing; calls of the Y chromosome, or depths, would."
        )
    return texts


def _named_samples(results: Results) -> list[Block]:
    blocks: list[Block] = []
    if results["qc/decisions.tsv"] is not None:
        table = results["qc/decisions.tsv"]
        table = table[table["outcome"] != "kept"]
        columns = ("sample_id", "rule", "value", "threshold", "outcome", "reason")
        blocks.append(_plain_view(table, columns, "Samples flagged or excluded."))
    if results["qc/relatedness.tsv"] is not None and len(results["qc/relatedness.tsv"]):
        told = ("kinship", "ibs0", "relationship", "expected", "doubtful_because")
        pairs = results["qc/relatedness.tsv"]
        blocks.append(
            _plain_view(pairs, ("sample_1", "sample_2", *told), "Related pairs.")
        )
    return blocks


def _plain_view(table: pd.DataFrame, columns: tuple[str, ...], what: str) -> TableView:
    rows = [
        ["–" if is_missing(v) else label_text(_rounded(v), 200) for v in row]
        for row in table[list(columns)].head(_MOST_ROWS).itertuples(index=False)
    ]
    more = len(table) - len(rows)
    rest = f" {more:,} more rows are in the table on disk." if more > 0 else ""
    header = [readable(name) for name in columns]
    return TableView(header, rows, what + rest, folded=True, of_patients=True)


def _rounded(value: Any) -> Any:
    return number_text(value, 4) if isinstance(value, float) else value
