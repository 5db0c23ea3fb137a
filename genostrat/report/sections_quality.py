"""Sections of the report on inputs and samples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from genostrat.report.document import (
    Block,
    Bullets,
    Figures,
    Flow,
    FlowStep,
    Notice,
    Paragraph,
    Section,
    TableView,
    Tile,
    Tiles,
    Tone,
)
from genostrat.report.figures_qc import (
    plot_ancestry,
    plot_call_rate,
    plot_contamination,
    plot_relatedness,
    plot_sex,
)
from genostrat.report.results import Results
from genostrat.report.sentences import rule_words
from genostrat.report.style import FigureView
from genostrat.report.summary import (
    has_axes,
    is_grouping,
    rule_threshold,
    sample_outcomes,
)
from genostrat.report.wording import (
    brief_count,
    count_text,
    is_missing,
    label_text,
    listing,
    number_text,
    plain_number,
    plural,
    readable,
    sentence,
)

_NO_GENOTYPES = "This cohort has no genotypes, so this part did not run."
#: Rows of a table that names samples, when the reader asked for names.
_MOST_ROWS = 200


def build_inputs(results: Results, summary: Mapping[str, Any]) -> Section:
    """Say what was read, whether it was understood, and what was left out."""
    name, title = "inputs", "Inputs and checks"
    samples = results.samples
    columns = listing(label_text(readable(c), 30) for c in samples.columns[1:])
    sheet = Paragraph(
        f"The clinical sheet has {plural(len(samples), 'patient')}"
        + (f" and the columns {columns}." if columns else ".")
    )
    ingest = summary["ingest"]
    warnings = _warning_blocks(results)
    if ingest is None:
        blocks: list[Block] = [sheet, Notice("No genotypes were given.", "note")]
        return Section(name, title, [*blocks, *warnings])
    declared, detected = ingest["build_declared"], ingest["build_detected"]
    tiles = Tiles(
        [
            Tile(count_text(ingest["n_samples"]), "genotyped samples"),
            Tile(brief_count(ingest["n_records"]), "records read"),
            Tile(brief_count(ingest["n_stored"]), "variants stored"),
            _build_tile(declared, detected),
        ]
    )
    blocks = [sheet, tiles]
    dropped = _as_counts(ingest["dropped"])
    if dropped:
        rows = [[readable(reason), count_text(n)] for reason, n in dropped.items()]
        blocks.append(
            TableView(
                ("Reason", "Records"),
                rows,
                "Records and calls that were left out while reading.",
                numeric=(1,),
            )
        )
    return Section(name, title, [*blocks, *_ingest_notes(ingest), *warnings])


def _build_tile(declared: Any, detected: Any) -> Tile:
    if is_missing(detected):
        note = "declared; the data hold too few marker sites to check it"
        return Tile(label_text(declared or "–"), "genome build", note, "note")
    agrees = str(declared) == str(detected)
    note = "declared and found in the data" if agrees else f"declared: {declared}"
    return Tile(
        label_text(detected), "genome build", note, "good" if agrees else "warn"
    )


def _as_counts(record: Any) -> dict[str, int]:
    if not isinstance(record, dict):
        return {}
    return {str(k): int(v) for k, v in record.items() if isinstance(v, int) and v}


def _ingest_notes(ingest: Mapping[str, Any]) -> list[Block]:
    blocks: list[Block] = []
    contigs = ingest["contigs"]
    if contigs:
        names = [label_text(contig, 20) for contig in contigs][:30]
        blocks.append(Paragraph(f"Contigs with variants: {', '.join(names)}."))
    if ingest["joint_called"] is False:
        blocks.append(
            Notice(
                "The genotypes look like a merge of single-sample calls: sites that are"
                " absent in a sample cannot be told from reference.",
                "warn",
            )
        )
    return blocks


def _warning_blocks(results: Results) -> list[Block]:
    # The warnings of the check are repeated by the reading of genotypes.
    records = [record for record in (results.check, results.ingest) if record]
    texts = [str(text) for record in records for text in record.get("warnings") or []]
    if not texts:
        return [Notice("Checking and reading the inputs gave no warnings.", "good")]
    warnings = [sentence(text) for text in dict.fromkeys(texts)]
    return [
        Paragraph("Warnings of checking and reading the inputs:"),
        Bullets(warnings),
    ]


def build_quality(
    results: Results,
    summary: Mapping[str, Any],
    *,
    grouping: str | None,
    show_ids: bool,
) -> Section:
    """Show who was kept and why, and the figures the rules look at."""
    name, title = "quality", "Sample quality"
    if results.sample_metrics is None:
        return Section(name, title, [], lead=_NO_GENOTYPES, empty=True)
    blocks: list[Block] = []
    steps = summary["samples"]["flow"]
    if steps:
        blocks.append(Flow([_flow_step(step) for step in steps]))
    if results.decisions is not None:
        blocks.append(_rule_view(summary["samples"]["rules"]))
    blocks.append(Figures(_quality_figures(results, grouping=grouping)))
    blocks += _absent_checks(results)
    if show_ids:
        blocks += _named_samples(results)
    elif results.decisions is not None:
        blocks.append(
            Paragraph(
                "This report names no samples. Every decision, with its sample, value"
                " and threshold, is in qc/decisions.tsv, related pairs are in"
                " qc/relatedness.tsv; an exclusion can be undone in the config."
            )
        )
    return Section(name, title, blocks)


def _flow_step(step: Mapping[str, Any]) -> FlowStep:
    excluded = [
        f"{_capital(rule_words(str(item['rule'])))}: {count_text(item['n'])}"
        for item in step.get("excluded") or []
        if item.get("n")
    ]
    return FlowStep(_capital(readable(step["label"])), count_text(step["n"]), excluded)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _rule_view(rules: list[dict[str, Any]]) -> TableView:
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
            ]
        )
        hit: Tone = "note" if row["n_flagged"] else "plain"
        tones.append("warn" if row["n_excluded"] else hit)
    return TableView(
        ("Rule", "Threshold", "Key in the config", "Noted", "Flagged", "Excluded"),
        rows,
        "Rules of sample quality, and how many samples each one noted (and kept without"
        " more), flagged (kept, to be looked at) or excluded.",
        numeric=(1, 3, 4, 5),
        tones=tones,
    )


def _limit_text(limit: str) -> str:
    try:
        return plain_number(float(limit))
    except ValueError:
        return label_text(limit, 40)


def _quality_figures(results: Results, *, grouping: str | None) -> list[FigureView]:
    metrics, decisions = results.sample_metrics, results.decisions
    assert metrics is not None
    figures = [
        plot_call_rate(
            metrics,
            sample_outcomes(results),
            threshold=rule_threshold(decisions, "call_rate"),
        )
    ]
    if metrics["contamination"].notna().any():
        limit = rule_threshold(decisions, "contamination")
        figures.append(plot_contamination(metrics["contamination"], threshold=limit))
    if results.sex is not None and results.sex["x_f"].notna().any():
        figures.append(plot_sex(results.sex))
    if results.relatedness is not None and len(results.relatedness):
        figures.append(plot_relatedness(results.relatedness))
    if has_axes(results):
        column = grouping if is_grouping(results.samples, grouping) else None
        groups = pd.Series(dtype=str)
        if column is not None:
            groups = results.samples.set_index("sample_id")[column].astype(str)
        figures.append(plot_ancestry(results.pcs, groups, grouping=column))
    return figures


def _absent_checks(results: Results) -> list[Block]:
    metrics, texts = results.sample_metrics, []
    assert metrics is not None
    if metrics["contamination"].isna().all():
        texts.append(
            "Contamination could not be assessed: it needs read depths of both alleles"
            " (FORMAT/AD), which these genotypes do not carry."
        )
    if results.sex is None or results.sex["x_f"].isna().all():
        texts.append(
            "Sex could not be checked: there are too few variants on the X chromosome."
        )
    if results.relatedness is None:
        texts.append("Relatedness was not assessed.")
    elif not len(results.relatedness):
        texts.append("No related pair of samples was found.")
    if not has_axes(results):
        texts.append(
            "Ancestry was not assessed: there are too few variants or samples."
        )
    return [Notice(text, "note") for text in texts]


def _named_samples(results: Results) -> list[Block]:
    blocks: list[Block] = []
    if results.decisions is not None:
        table = results.decisions
        table = table[table["outcome"] != "kept"]
        columns = ("sample_id", "rule", "value", "threshold", "outcome", "reason")
        blocks.append(_plain_view(table, columns, "Samples flagged or excluded."))
    if results.relatedness is not None and len(results.relatedness):
        columns = (
            "sample_1",
            "sample_2",
            "kinship",
            "ibs0",
            "relationship",
            "expected",
        )
        blocks.append(_plain_view(results.relatedness, columns, "Related pairs."))
    return blocks


def _plain_view(table: pd.DataFrame, columns: tuple[str, ...], what: str) -> TableView:
    rows = [
        ["–" if is_missing(v) else label_text(_rounded(v), 200) for v in row]
        for row in table[list(columns)].head(_MOST_ROWS).itertuples(index=False)
    ]
    more = len(table) - len(rows)
    rest = f" {more:,} more rows are in the table on disk." if more > 0 else ""
    header = [readable(name) for name in columns]
    return TableView(header, rows, what + rest, folded=True)


def _rounded(value: Any) -> Any:
    return number_text(value, 4) if isinstance(value, float) else value
