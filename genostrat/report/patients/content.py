"""From the rows of one patient to the parts of their sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genostrat.quality_rules import rule_words
from genostrat.report.parts.wording import (
    DASH,
    is_missing,
    label_text,
    listing,
    sentence,
)
from genostrat.report.patients.view import (
    CATEGORIES,
    Advice,
    GeneResult,
    GeneRow,
    Medicine,
    NotCalled,
    OpenCall,
    Sheet,
    Unanswered,
)

Row = Mapping[str, Any]

#: A count within a reason, and the space after it.
_COUNT = re.compile(r"\b\d+ ")
#: Diplotypes named before the rest is counted.
_MOST_NAMED = 4
#: Phenotypes of most people, at which nothing is done for most drugs.
_USUAL = frozenset(
    {
        "Favorable Response",
        "G6PD Normal",
        "Normal Function",
        "Normal Metabolizer",
        "Normal Risk of Aminoglycoside-Induced Hearing Loss",
        "Uncertain Susceptibility",
    }
)
#: Diplotypes that need no telling for a gene without guidance.
_REFERENCE = frozenset({"*1", "*1/*1", "Reference", "Reference/Reference"})
_SEVERITY = {name: rank for rank, name in enumerate(CATEGORIES)}


@dataclass(frozen=True)
class Known:
    """What became of a medicine of the sheet: a row of ``pgx/medications.tsv``."""

    drugs: Sequence[str]
    status: str
    note: str = ""


@dataclass(frozen=True)
class Setting:
    """What is the same on every sheet of a cohort.

    Parameters
    ----------
    cohort
        Its name.
    guided
        Genes that guidance of some drug rests on.
    is_absent_reference
        Whether a position without a record was taken for reference.
    medicines
        What became of each medicine of the sheet, by its name in lower case.
    """

    cohort: str
    guided: frozenset[str]
    is_absent_reference: bool = False
    medicines: Mapping[str, Known] = field(default_factory=dict)


def build_sheet(
    sample: str,
    *,
    diplotypes: Sequence[Row],
    guidance: Sequence[Row],
    medicines: Sequence[str] | None,
    flags: Sequence[str],
    setting: Setting,
) -> Sheet:
    """Put one patient's results in the order in which they matter.

    Parameters
    ----------
    sample
        The patient's identifier.
    diplotypes, guidance
        The patient's rows of ``pgx/diplotypes.tsv`` and ``pgx/guidance.tsv``.
    medicines
        Names as in the clinical sheet, cleaned; None where it has no such column.
    flags
        Rules of quality control that flagged the sample.
    setting
        What is common to the cohort.
    """
    calls = {str(row["gene"]): row for row in diplotypes}
    taken = [row for row in guidance if _is_taken(row)]
    others = [row for row in guidance if not _is_taken(row)]
    acted = {
        gene
        for row in guidance
        if row["category"] in ("avoid", "change_dose", "monitor")
        for gene in _split(row["genes"])
    }
    called = [row for row in diplotypes if row["status"] == "called"]
    guided = [row for row in called if row["gene"] in setting.guided]
    shown = [row for row in guided if _is_telling(row) or row["gene"] in acted]
    usual = [row for row in guided if row not in shown]
    further = [row for row in called if row["gene"] not in setting.guided]
    not_sure = [row for row in diplotypes if row["status"] != "called"]
    wanting = [row for row in not_sure if row["gene"] in setting.guided]
    unsure = [row for row in wanting if row["status"] == "ambiguous"]
    rest = [row for row in not_sure if row["gene"] not in setting.guided]
    return Sheet(
        sample=label_text(sample, 120),
        cohort=label_text(setting.cohort, 80),
        medicines=_medicines(medicines, setting),
        cautions=list(_cautions(flags, setting)),
        now=_advice(_by_severity(taken, without="standard"), calls),
        now_standard=_standard(taken),
        later=_advice(
            [
                row
                for row in _by_severity(others, without="standard")
                if row["category"] != "no_guidance"
            ],
            calls,
        ),
        later_standard=_standard(others),
        unanswered=_unanswered(others, calls),
        genes=[_gene_row(row) for row in shown],
        genes_usual=[_in_a_line(row) for row in usual],
        genes_other=[_in_a_line(row) for row in further if not _is_reference(row)],
        genes_reference=[str(row["gene"]) for row in further if _is_reference(row)],
        open_calls=[_open_call(row) for row in unsure],
        not_called=_not_called(row for row in wanting if row not in unsure),
        not_called_other=[_in_a_line(row) for row in rest],
    )


def _is_taken(row: Row) -> bool:
    taken = row["on_medication"]
    return not is_missing(taken) and bool(taken)


def _split(text: Any) -> list[str]:
    return [] if is_missing(text) else str(text).split(";")


def _by_severity(rows: Iterable[Row], *, without: str) -> list[Row]:
    chosen = [row for row in rows if row["category"] != without]
    return sorted(chosen, key=lambda r: (_SEVERITY[r["category"]], str(r["drug"])))


def _standard(rows: Iterable[Row]) -> list[str]:
    return sorted(str(row["drug"]) for row in rows if row["category"] == "standard")


def _advice(rows: Sequence[Row], calls: Mapping[str, Row]) -> list[Advice]:
    """Make advice of rows; drugs with the same text of the same genes share one."""
    merged: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        key = (str(row["category"]), str(row["genes"]), str(row["recommendation"]))
        merged.setdefault(key, []).append(row)
    return [
        Advice(
            drugs=[str(row["drug"]) for row in group],
            category=category,
            genes=[_result(gene, calls) for gene in _split(genes)],
            text=text,
            source=label_text(f"{group[0]['source']} {group[0]['source_version']}", 80),
            url=_safe_url(group[0]["url"]),
        )
        for (category, genes, text), group in merged.items()
    ]


def _safe_url(url: Any) -> str:
    # An address is data of the knowledge base: only the web is followed.
    text = "" if is_missing(url) else str(url)
    return text if text.startswith("https://") else ""


def _result(gene: str, calls: Mapping[str, Row]) -> GeneResult:
    row = calls.get(gene)
    if row is None or row["status"] == "not_called":
        return GeneResult(gene, "", "not called")
    note = "ambiguous" if row["status"] == "ambiguous" else ""
    return GeneResult(gene, _text(row["diplotype"]), _text(row["phenotype"]), note)


def _text(value: Any) -> str:
    return DASH if is_missing(value) else label_text(value, 200)


def _is_unusual(row: Row) -> bool:
    return not is_missing(row["phenotype"]) and str(row["phenotype"]) not in _USUAL


def _is_reference(row: Row) -> bool:
    return str(row["diplotype"]) in _REFERENCE


def _is_open(row: Row) -> bool:
    return "Indeterminate" in str(row["phenotype"])


def _is_telling(row: Row) -> bool:
    """Say whether a result is not what most people have."""
    if is_missing(row["phenotype"]):
        return not _is_reference(row)
    return _is_unusual(row)


def _gene_row(row: Row) -> GeneRow:
    score = row["activity_score"]
    return GeneRow(
        gene=str(row["gene"]),
        diplotype=_text(row["diplotype"]),
        phenotype=_text(row["phenotype"]),
        activity=DASH if is_missing(score) else f"{float(score):g}",
        evidence=_evidence(row),
        tone="note" if _is_unusual(row) and not _is_open(row) else "plain",
    )


def _evidence(row: Row) -> str:
    source = str(row["source"])
    if source.startswith("outside:"):
        return f"given by {label_text(source.removeprefix('outside:'), 40)}"
    parts = [f"{row['n_assayed']} of {row['n_required']} positions"]
    if row["match"] in ("combination", "partial"):
        parts.append(f"{row['match']} match")
    parts.append("phased" if row["phased"] else "unphased")
    return ", ".join(parts)


def _in_a_line(row: Row) -> str:
    diplotype = row["diplotype"]
    if is_missing(diplotype):
        return str(row["gene"])
    text = f"{row['gene']} {label_text(diplotype, 60)}"
    return f"{text} (ambiguous)" if row["status"] == "ambiguous" else text


def _open_call(row: Row) -> OpenCall:
    first = _text(row["diplotype"])
    if not is_missing(row["phenotype"]):
        first += f": {_text(row['phenotype'])}"
    return OpenCall(str(row["gene"]), first, _reason(row), _could_be(row))


def _reason(row: Row) -> str:
    text = "" if is_missing(row["reason"]) else label_text(row["reason"], 600)
    return sentence(text)


def _not_called(rows: Iterable[Row]) -> list[NotCalled]:
    """Put genes together whose reasons differ in numbers only."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        key = _COUNT.sub("", _reason(row))
        groups.setdefault(key, []).append(row)
    return [
        NotCalled(
            [str(row["gene"]) for row in group],
            key if len({_reason(row) for row in group}) > 1 else _reason(group[0]),
        )
        for key, group in groups.items()
    ]


def _could_be(row: Row) -> str:
    """Say what else the call could be: other phenotypes, and some diplotypes."""
    first = row["diplotype"]
    others = [d for d in _pieces(row["alternatives"], "|") if d != first]
    total = row["n_alternatives"]
    known = len(others) if is_missing(total) else max(int(total), len(others))
    phenotypes = listing(_pieces(row["other_phenotypes"], "|"))
    diplotypes = _named(others, total=known)
    return f"{phenotypes} ({diplotypes})" if phenotypes and diplotypes else diplotypes


def _pieces(text: Any, separator: str) -> list[str]:
    return [] if is_missing(text) else str(text).split(separator)


def _named(names: Sequence[str], *, total: int) -> str:
    shown = [label_text(name, 60) for name in names[:_MOST_NAMED]]
    more = total - len(shown)
    if more > 0:
        return f"{', '.join(shown)} and {more:,} more"
    return ", ".join(shown)


def _unanswered(rows: Iterable[Row], calls: Mapping[str, Row]) -> list[Unanswered]:
    groups: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda r: str(r["drug"])):
        if row["category"] == "no_guidance":
            reason, name = _why_unanswered(row, calls)
            groups.setdefault(reason, []).append(name)
    return [Unanswered(reason, drugs) for reason, drugs in sorted(groups.items())]


def _why_unanswered(row: Row, calls: Mapping[str, Row]) -> tuple[str, str]:
    drug = str(row["drug"])
    genes = {gene: calls.get(gene) for gene in _split(row["genes"])}
    absent = [g for g, c in genes.items() if c is None or c["status"] == "not_called"]
    unsure = [g for g, c in genes.items() if c and c["status"] == "ambiguous"]
    if absent:
        return f"{listing(absent)} not called", drug
    if unsure:
        return f"{listing(unsure)} not called surely", drug
    names = ", ".join(f"{g} {_text(c['diplotype'])}" for g, c in genes.items() if c)
    return "the source has no text for the result", f"{drug} ({names})"


def _cautions(flags: Sequence[str], setting: Setting) -> Iterable[str]:
    if setting.is_absent_reference:
        yield (
            "Positions that are not in the genotype file were taken for reference"
            " (pgx.absent: reference). A result may be normal only because nobody"
            " looked."
        )
    if flags:
        named = listing(rule_words(flag) for flag in flags)
        yield (
            f"Quality control flagged this sample: {named}. Make sure that it is this"
            " patient's before acting."
        )


def _medicines(
    names: Sequence[str] | None, setting: Setting
) -> Sequence[Medicine] | None:
    if names is None:
        return None
    return [Medicine(label_text(n, 80), _medicine_note(n, setting)) for n in names]


def _medicine_note(name: str, setting: Setting) -> str:
    known = setting.medicines.get(name.casefold(), Known((), "unknown"))
    if known.status == "unknown":
        return known.note or "name not recognised: check by hand"
    if known.status == "no_pgx_guidance":
        return known.note or "no pharmacogenomic guidance"
    generic = [drug for drug in known.drugs if drug.casefold() not in name.casefold()]
    return listing(generic)
