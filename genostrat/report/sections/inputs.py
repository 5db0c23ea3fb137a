"""Section of the report on what was read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genostrat.report.parts.document import (
    Block,
    Body,
    Bullets,
    Notice,
    Paragraph,
    TableView,
    Tile,
    Tiles,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.wording import (
    brief_count,
    count_text,
    is_missing,
    label_text,
    listing,
    plural,
    readable,
    sentence,
)


def build_inputs(results: Results, summary: Mapping[str, Any]) -> Body:
    """Say what was read, whether it was understood, and what was left out."""
    samples = results["check/samples.tsv"]
    columns = listing(label_text(readable(c), 30) for c in samples.columns[1:])
    sheet = Paragraph(
        f"The clinical sheet has {plural(len(samples), 'patient')}"
        + (f" and the columns {columns}." if columns else ".")
    )
    ingest = summary["ingest"]
    warnings = _warning_blocks(results)
    if ingest is None:
        blocks: list[Block] = [sheet, Notice("No genotypes were given.", "note")]
        return Body([*blocks, *warnings])
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
    return Body([*blocks, *_ingest_notes(ingest), *warnings])


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
    records = [
        record
        for record in (results["check/inputs.json"], results["genotypes/ingest.json"])
        if record
    ]
    texts = [str(text) for record in records for text in record.get("warnings") or []]
    if not texts:
        return [Notice("Checking and reading the inputs gave no warnings.", "good")]
    warnings = [sentence(text) for text in dict.fromkeys(texts)]
    return [
        Paragraph("Warnings of checking and reading the inputs:"),
        Bullets(warnings),
    ]
