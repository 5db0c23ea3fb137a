"""Section of the report on what was read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    Tone,
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

#: Names of ignored columns that are shown.
_COLUMNS_SHOWN = 20


def build_inputs(results: Results, summary: Mapping[str, Any]) -> Body:
    """Say what was read, whether it was understood, and what was left out."""
    samples = results["check/samples.tsv"]
    # Sex is a column of the table in any case, blank where the sheet has none.
    given = [c for c in samples.columns[1:] if not samples[c].map(is_missing).all()]
    columns = listing(label_text(readable(c), 30) for c in given)
    sheet = Paragraph(
        f"The clinical sheet has {plural(len(samples), 'patient')}"
        + (f" and the columns {columns}." if columns else ".")
    )
    ingest = summary["ingest"]
    warnings = _warning_blocks(results)
    checked = results["check/inputs.json"] or {}
    understood = list(_column_blocks(checked.get("columns")))
    understood += _match_blocks(checked.get("matched"))
    if ingest is None:
        blocks: list[Block] = [sheet, *understood]
        blocks.append(Notice("No genotypes were given.", "note"))
        return Body([*blocks, *warnings])
    declared, detected = ingest["build_declared"], ingest["build_detected"]
    tiles = Tiles(
        [
            Tile(count_text(ingest["n_samples"]), "genotyped samples"),
            Tile(brief_count(ingest["n_records"]), "records read"),
            Tile(brief_count(ingest["n_stored"]), "variants stored"),
            _build_tile(declared, detected, n_stored=ingest["n_stored"]),
        ]
    )
    blocks = [sheet, *understood, tiles]
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


def _column_blocks(columns: Mapping[str, Any] | None) -> Iterator[Block]:
    """Say what each column of the sheet was used as, and what was not used."""
    if not columns:
        return
    rows = [
        [
            label_text(used["column"], 40),
            listing(dict.fromkeys(use["role"] for use in used["as"])),
            _holds(used, columns["idle"]),
            count_text(used["n_known"]),
        ]
        for used in columns["used"]
        if used["as"]
    ]
    if rows:
        yield TableView(
            ("Column", "Used as", "Holds", "Known in"),
            rows,
            "Columns of the sheet, and what they are used as.",
            numeric=(3,),
        )
    dropped: dict[str, list[str]] = {}
    for entry in columns["dropped"]:
        dropped.setdefault(entry["column"], []).append(entry["role"])
    if dropped:
        parts = [f"{name} (as {listing(roles)})" for name, roles in dropped.items()]
        yield Notice(
            f"The sheet has no column {listing(parts)}. The shipped configuration names"
            f" {'it' if len(parts) == 1 else 'them'}, so nothing was adjusted for or"
            f" audited by {'it' if len(parts) == 1 else 'them'}.",
            "note",
        )
    if columns["ignored"]:
        names = [label_text(name, 40) for name in columns["ignored"][:_COLUMNS_SHOWN]]
        rest = len(columns["ignored"]) - len(names)
        names += [plural(rest, "other")] if rest else []
        yield Paragraph(f"Columns that nothing names were ignored: {listing(names)}.")


def _holds(used: Mapping[str, Any], idle: Mapping[str, str]) -> str:
    if used["column"] in idle:
        return "says nothing: blank, the same in all, or no level of enough patients"
    if used.get("kind") == "event":
        counted = listing(label_text(level, 20) for level in used["event"]) or "nothing"
        return f"two levels; {counted} is the event"
    if used.get("kind") == "category":
        return plural(used["n_levels"], "level")
    return "numbers" if used.get("kind") == "number" else "text"


def _match_blocks(matched: Sequence[Mapping[str, Any]] | None) -> Iterator[Block]:
    """Say how many patients of the sheet each other input has."""
    if matched:
        yield TableView(
            ("Input", "In both", "In the sheet only", "In the input only"),
            [
                [
                    label_text(match["input"], 60),
                    *(count_text(match[f"n_{side}"]) for side in _SIDES),
                ]
                for match in matched
            ],
            "Patients of the sheet, and samples of each other input, by identifier.",
            numeric=(1, 2, 3),
        )


_SIDES = ("both", "sheet_only", "input_only")


def _build_tile(declared: Any, detected: Any, *, n_stored: int) -> Tile:
    if is_missing(detected):
        note = "declared; the data hold too few marker sites to check it"
        return Tile(label_text(declared or "–"), "genome build", note, "note")
    agrees = str(declared) == str(detected)
    note = "declared and found in the data" if agrees else f"declared: {declared}"
    tone: Tone = "good" if agrees else "warn"
    return Tile(label_text(detected), "genome build", note, tone, n_stored)


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
    if not records:
        return [Notice("There is no record of a check of the inputs.", "note")]
    if not texts:
        text = "Checking and reading the inputs gave no warnings."
        return [Notice(text, "good", len(records))]
    warnings = [sentence(text) for text in dict.fromkeys(texts)]
    return [
        Paragraph("Warnings of checking and reading the inputs:"),
        Bullets(warnings),
    ]
