"""Blocks of the report on outcomes by medicine and pharmacogene."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genostrat.report.parts.document import Block, Heading, TableView, Tone
from genostrat.report.parts.results import Results
from genostrat.report.parts.scales import (
    effect_interval,
    effect_text,
    effect_unit,
    scale_name,
)
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    p_text,
    readable,
)
from genostrat.report.words.medicines import conclude, unit_text

_VERDICTS = {"found": "goes with it", "not_found": "no evidence"}
_QUESTIONS = {
    "association": "outcome of takers",
    "interaction": "effect of treatment",
}


def medicine_blocks(results: Results) -> list[Block]:
    """Say whether outcomes of takers go with a gene, and show every test.

    Parameters
    ----------
    results
        What the run has written.
    """
    record = results["response/pharmacogenes.json"]
    table = results["response/pharmacogenes.tsv"]
    if record is None or table is None:
        return []
    rows = table.to_dict("records")
    blocks: list[Block] = [Heading("Medicines taken and pharmacogenes")]
    blocks.append(conclude(record, rows))
    if rows:
        blocks.append(_view(rows))
    return blocks


def _view(rows: list[dict[str, Any]]) -> TableView:
    ordered = sorted(rows, key=lambda row: row["verdict"] == "not_assessed")
    tones: list[Tone] = [
        "note" if row["verdict"] == "found" else "plain" for row in ordered
    ]
    header = (
        *("Medicine", "Gene", "Outcome", "Question", "Verdict", "Effect"),
        *("95\u00a0% interval", "p\u00a0adjusted", "Patients", "Not called", "Note"),
    )
    return TableView(
        header,
        [_cells(row) for row in ordered],
        "Outcomes of unrelated patients who take a medicine, by the genes that guidance"
        " on it rests on, within arms and ancestries. An ambiguous call counts as"
        " unknown, never as normal. p-values are adjusted over medicines, genes,"
        " outcomes and questions (Benjamini–Hochberg).",
        numeric=(5, 6, 7, 8, 9),
        tones=tones,
        folded=len(rows) > 12,
        name="response/pharmacogenes.tsv",
    )


def _cells(row: Mapping[str, Any]) -> list[str]:
    verdict = str(row["verdict"])
    effect = "–"
    if not is_missing(row["effect"]):
        words = f"{scale_name(row['scale'])} {effect_text(row['effect'], row['scale'])}"
        effect = f"{words}{effect_unit(row)} {unit_text(row['coding'])}"
    note = "" if is_missing(row["note"]) else label_text(row["note"], 200)
    return [
        label_text(row["medicine"], 40),
        label_text(row["gene"], 20),
        readable(row["outcome"]),
        _QUESTIONS[row["question"]],
        _VERDICTS.get(verdict, "not assessed"),
        effect,
        "–" if is_missing(row["effect"]) else effect_interval(row),
        p_text(row["p_adjusted"], bare=True),
        count_text(row["n"]),
        count_text(row["n_not_called"]),
        note,
    ]
