"""The section of the report on pharmacogenes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from genostrat.pgx.guidance.categories import (
    AVOID,
    CATEGORY_WORDS,
    CHANGE_DOSE,
    MONITOR,
    NO_GUIDANCE,
    STANDARD,
)
from genostrat.report.figures.pgx import (
    has_phenotypes,
    plot_call_status,
    plot_phenotypes,
)
from genostrat.report.parts.document import (
    Block,
    Body,
    Bullets,
    Figures,
    Heading,
    Notice,
    Paragraph,
    TableView,
    Tile,
    Tiles,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.summary_pgx import POSSIBLE
from genostrat.report.parts.wording import (
    DASH,
    NBSP,
    count_text,
    label_text,
    percent_text,
    plural,
    sentence,
)
from genostrat.report.words.pgx import (
    count_more,
    guided_genes,
    n_patients,
    tell_not_assessed,
)

_NO_GENOTYPES = "This cohort has no genotypes, so this part did not run."
#: Rows of the tables of drugs and of medicines that were not recognised.
_MOST_DRUGS = 15
_MOST_MEDICINES = 40
#: Positions named for each gene in the table of what is not read.
_MOST_POSITIONS = 6
_CATEGORIES = {
    AVOID: CATEGORY_WORDS[AVOID],
    CHANGE_DOSE: CATEGORY_WORDS[CHANGE_DOSE],
    POSSIBLE: "Possible: confirm",
    MONITOR: CATEGORY_WORDS[MONITOR],
    STANDARD: CATEGORY_WORDS[STANDARD],
    NO_GUIDANCE: "No answer",
}


def build_pharmacogenes(
    results: Results, summary: Mapping[str, Any], *, has_sheets: bool
) -> Body:
    """Show what pharmacogenes mean for this cohort, and what is not known.

    Parameters
    ----------
    results, summary
        The run and its record.
    has_sheets
        Whether a sheet was written for each patient.
    """
    record = summary["pgx"]
    if record is None:
        ran = results["qc/sample_metrics.tsv"] is not None
        lead = "Pharmacogenes were not called." if ran else _NO_GENOTYPES
        return Body([], lead=lead, empty=True)
    blocks: list[Block] = [*_banner(record), _tiles(record)]
    if record["actionable"] is None:
        blocks.append(Notice(tell_not_assessed(record), "note"))
    blocks += _drugs(record)
    blocks += _phenotypes(results)
    blocks += _calls(record)
    blocks += _medicines(record)
    blocks += _knowledge(record)
    if has_sheets:
        blocks.append(
            Paragraph(
                "What each patient’s results mean for them is in report/patients, one"
                " sheet a patient, with an index; those pages name patients. Where no"
                " patient could be assessed there are none, and the index says why."
            )
        )
    return Body(blocks)


def _banner(record: Mapping[str, Any]) -> list[Block]:
    if record["absent"] != "reference":
        return []
    return [
        Notice(
            "Positions that are not in the genotype file were taken for reference"
            " (pgx.absent: reference). Every normal result of this section may be"
            " normal only because nobody looked; nothing below can be better than that"
            " assumption. Forced calls at pgx/positions.vcf would settle it.",
            "warn",
        )
    ]


def _interval(record: Mapping[str, Any], kind: str) -> str:
    share, more = record[kind], count_more(record, kind)
    low, high = percent_text(share["ci_low"]), percent_text(share["ci_high"])
    counts = f"{count_text(share['count'])} of {count_text(share['n'])} assessed"
    doubt = f"; {count_text(more)} more possible" if more else ""
    return f"{counts}; 95\u00a0% interval {low} to {high}{doubt}"


def _tiles(record: Mapping[str, Any]) -> Tiles:
    tiles = []
    for key, label in (
        ("actionable_on_medication", "take a drug to avoid or to dose otherwise"),
        ("actionable", "have a result that would change a prescription"),
    ):
        share = record[key]
        if share is not None:
            tone = "warn" if key != "actionable" and share["count"] else "plain"
            value = percent_text(share["frequency"])
            told = _interval(record, key)
            tiles.append(Tile(value, label, told, tone))  # type: ignore[arg-type]
    if record["actionable"] is None:
        tiles.append(Tile("not assessable", "results that would change a prescription"))
    genes = guided_genes(record)
    n_cells = sum(n_patients(gene) for gene in genes)
    if n_cells:
        called = sum(gene["n_called"] for gene in genes)
        text = percent_text(called / n_cells) if called else "none"
        tiles.append(
            Tile(text, "of calls are sure", f"{len(genes)} genes with guidance")
        )
    return Tiles(tiles)


def _drugs(record: Mapping[str, Any]) -> list[Block]:
    drugs = record["drugs_taken"]
    if drugs is None:
        return [
            Notice(
                "The clinical sheet has no column of medicines, so nobody’s results"
                " were held against what they take. A column `medications` would"
                " change that.",
                "note",
            )
        ]
    if not drugs:
        return [Paragraph("Nobody takes a drug that the guidelines speak of.")]
    rows = [
        [
            label_text(row["drug"], 60),
            count_text(row["n_taking"]),
            *(count_text(row[f"n_{category}"]) for category in _CATEGORIES),
        ]
        for row in drugs[:_MOST_DRUGS]
    ]
    more = len(drugs) - len(rows)
    rest = f" {plural(more, 'more drug')} not shown." if more > 0 else ""
    return [
        TableView(
            ("Drug", "Patients on it", *_CATEGORIES.values()),
            rows,
            "Patients who take a drug now, by the most that any guideline asks for in"
            " view of their pharmacogenes and of other medicines that they take; drugs"
            " with most to act on first. Possible: a gene was not assessed or not"
            " called surely, and some of what it may be asks for something. No answer:"
            f" no guideline has a text for the result.{rest}",
            numeric=tuple(range(1, 2 + len(_CATEGORIES))),
        )
    ]


def _phenotypes(results: Results) -> list[Block]:
    assert results["pgx/frequencies.tsv"] is not None
    if not has_phenotypes(results["pgx/frequencies.tsv"]):
        return []
    return [Figures([plot_phenotypes(results["pgx/frequencies.tsv"])])]


def _calls(record: Mapping[str, Any]) -> list[Block]:
    genes = guided_genes(record)
    if not genes:
        return []
    blocks: list[Block] = [
        Heading("What could be called"),
        Figures([plot_call_status(genes)]),
    ]
    gaps = [gene for gene in genes if gene["missing_positions"] or gene["reason"]]
    if gaps:
        blocks.append(_gap_view(gaps))
    noted = [gene for gene in genes if gene["notes"]]
    if noted:
        blocks.append(_note_view(noted))
    if any(gene["missing_positions"] for gene in gaps):
        blocks.append(
            Notice(
                "Positions that are not read leave calls ambiguous or missing. Have the"
                " variant caller report every position of pgx/positions.vcf, carried or"
                " not (docs/usage.md shows how with bcftools and GATK), and run again:"
                " only what depends on the genotypes is computed anew.",
                "note",
            )
        )
    return blocks


def _gap_view(genes: list[dict[str, Any]]) -> TableView:
    rows = []
    for gene in genes:
        missing = gene["missing_positions"]
        named = ", ".join(label_text(p, 20) for p in missing[:_MOST_POSITIONS])
        more = len(missing) - _MOST_POSITIONS
        named += f" and {more} more" if more > 0 else ""
        rows.append(
            [
                label_text(gene["gene"], 20),
                f"{gene['n_assayed']}{NBSP}of{NBSP}{gene['n_required']}",
                named or DASH,
                label_text(gene["reason"], 200) or DASH,
            ]
        )
    return TableView(
        ("Gene", "Read", "Positions not read", "Why it is not called"),
        rows,
        "Genes with guidance that positions are missing of, or that cannot be called.",
        folded=len(rows) > 5,
    )


def _note_view(genes: list[dict[str, Any]]) -> TableView:
    rows = [
        [label_text(gene["gene"], 20), label_text(gene["notes"], 600)] for gene in genes
    ]
    return TableView(
        ("Gene", "Note"), rows, "What to know of calls in these genes.", folded=True
    )


def _medicines(record: Mapping[str, Any]) -> list[Block]:
    medicines = record["medicines"]
    if medicines is None or not medicines["not_recognised"]:
        return []
    unknown = medicines["not_recognised"]
    rows = [
        [
            label_text(row["medicine"], 80),
            "fewer than 5" if row["n_patients"] is None else str(row["n_patients"]),
            label_text(row["nearest"], 60) or DASH,
        ]
        for row in unknown[:_MOST_MEDICINES]
    ]
    more = len(unknown) - len(rows)
    rest = f" {more:,} more are in pgx/medications.tsv." if more > 0 else ""
    return [
        Heading("Medicines that were not recognised"),
        TableView(
            ("As in the sheet", "Patients", "Nearest known name"),
            rows,
            "These were held against no guideline. A near name is a suggestion for the"
            f" sheet; it was not applied.{rest}",
            numeric=(1,),
            folded=len(rows) > 8,
        ),
    ]


def _knowledge(record: Mapping[str, Any]) -> list[Block]:
    known = record["knowledge"]
    blocks: list[Block] = [
        Heading("Knowledge base"),
        Paragraph(
            f"Alleles and phenotypes: {label_text(known['source'], 60)}"
            f" {label_text(known['version'], 40)} on {label_text(known['build'], 20)}"
            f" (SHA-256 {label_text(known['sha256'], 64)}). Recommendations:"
            f" {label_text(known['guidance_source'], 60)}"
            f" {label_text(known['guidance_version'], 40)}. Star alleles that copy"
            " numbers or rearrangements define are not looked for in the genotypes."
        ),
    ]
    findings = [sentence(label_text(text, 600)) for text in record["findings"]]
    if findings:
        blocks += [Paragraph("What checking it found:"), Bullets(findings)]
    return blocks
