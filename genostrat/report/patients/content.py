"""From the rows of one patient to the parts of their sheet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genostrat.catalogues.quality_rules import rule_words
from genostrat.pgx.guidance.categories import NO_GUIDANCE, STANDARD
from genostrat.report.parts.wording import (
    DASH,
    is_missing,
    label_text,
    listing,
    sentence,
)
from genostrat.report.patients.advice import (
    Prescriber,
    interactions,
    is_by_panel,
    judge,
    sort_drugs,
)
from genostrat.report.patients.rows import Row
from genostrat.report.patients.stratum import StratumView
from genostrat.report.patients.view import (
    GeneRow,
    Medicine,
    NotCalled,
    OpenCall,
    PanelResult,
    PatientSheet,
    Verdict,
)

#: A count within a reason, and the space after it.
_COUNT = re.compile(r"\b\d+ ")
#: How a reason begins to name the positions that the phenotype hangs on.
_DEPENDS = "the phenotype depends on "
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


@dataclass(frozen=True)
class Known:
    """What became of a medicine of the sheet: a row of ``pgx/medications.tsv``."""

    drugs: Sequence[str]
    status: str
    note: str = ""
    nearest: str = ""


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
    names
        Drug → the name that it goes by in the country of the sheets, where that is
        another.
    rsids
        Position → its dbSNP identifier.
    tested
        dbSNP identifiers of the variants that laboratories' panels read.
    has_genes
        Whether any patient has a result of a gene that guidance rests on.
    """

    cohort: str
    guided: frozenset[str]
    is_absent_reference: bool = False
    medicines: Mapping[str, Known] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    rsids: Mapping[str, str] = field(default_factory=dict)
    tested: frozenset[str] = frozenset()
    has_genes: bool = True


def build_sheet(
    sample: str,
    *,
    diplotypes: Sequence[Row],
    guidance: Sequence[Row],
    medicines: Sequence[str] | None,
    flags: Sequence[str],
    setting: Setting,
    stratum: StratumView | None = None,
) -> PatientSheet:
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
    stratum
        The patient's stratum, or why there is none; None where none was looked for.
    """
    prescriber = Prescriber(
        {str(row["gene"]): row for row in diplotypes}, setting.names
    )
    is_assessed = has_result(diplotypes, setting.guided)
    if not is_assessed:
        guidance = [_without_standard(row) for row in guidance]
    taken = [row for row in guidance if row.is_taken]
    others = sort_drugs(row for row in guidance if not row.is_taken)
    usual_now, pressing = _part_taken(taken)
    acted = {
        gene
        for row in guidance
        if row.verdict.asks_for_something and not row.verdict.gap
        for gene in row.genes
    }
    effective = _effective_phenotypes(guidance, diplotypes)
    called = [row for row in diplotypes if row["status"] == "called"]
    guided = [row for row in called if row["gene"] in setting.guided]
    telling = {*acted, *effective}
    shown = [row for row in guided if _is_telling(row) or row["gene"] in telling]
    usual = [row for row in guided if row not in shown]
    further = [row for row in called if row["gene"] not in setting.guided]
    not_sure = [row for row in diplotypes if row["status"] != "called"]
    wanting = [row for row in not_sure if row["gene"] in setting.guided]
    unsure = [row for row in wanting if row["status"] == "ambiguous"]
    rest = [row for row in not_sure if row["gene"] not in setting.guided]
    return PatientSheet(
        sample=label_text(sample, 120),
        cohort=label_text(setting.cohort, 80),
        medicines=_medicines(medicines, setting, prescriber),
        is_assessed=is_assessed,
        cautions=list(_cautions(flags, setting)),
        interactions=interactions(guidance),
        now=prescriber.advise(pressing),
        now_standard=prescriber.standard(usual_now),
        later=prescriber.advise(others["advised"], briefly=True),
        later_standard=prescriber.name_all(others["standard"]),
        unanswered=prescriber.unanswered(others["unanswered"]),
        silent=prescriber.name_all(others["silent"]),
        genes=[_gene_row(row, effective) for row in shown],
        genes_usual=[_in_a_line(row) for row in usual],
        genes_other=[_in_a_line(row) for row in further if not _is_reference(row)],
        genes_reference=[str(row["gene"]) for row in further if _is_reference(row)],
        panels=[_panel_result(row) for row in [*guided, *unsure] if is_by_panel(row)],
        open_calls=[_open_call(row, setting) for row in unsure],
        not_called=_not_called(
            [row for row in wanting if row not in unsure],
            setting.guided - {str(row["gene"]) for row in diplotypes},
        ),
        not_called_other=[_in_a_line(row) for row in rest],
        citations=prescriber.citations,
        stratum=stratum,
        has_genes=setting.has_genes,
        taken=_names_taken(medicines, setting),
    )


def has_result(diplotypes: Iterable[Row], guided: Collection[str]) -> bool:
    """Say whether any gene that guidance rests on was called, surely or not."""
    return any(
        row["status"] != "not_called" and row["gene"] in guided for row in diplotypes
    )


def _without_standard(row: Row) -> Row:
    """Take standard use from advice that rests on nothing; its text stays."""
    if row["category"] != STANDARD:
        return row
    return row.with_cells(category=NO_GUIDANCE)


def _part_taken(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Part the rows of drugs that every body would use as usual from the others."""
    by_drug: dict[str, list[Row]] = {}
    for row in rows:
        by_drug.setdefault(str(row["drug"]), []).append(row)
    usual: list[Row] = []
    pressing: list[Row] = []
    for mine in by_drug.values():
        (usual if judge(mine) == Verdict(STANDARD) else pressing).extend(mine)
    return usual, pressing


def _effective_phenotypes(
    guidance: Iterable[Row], calls: Iterable[Row]
) -> dict[str, str]:
    """Return the phenotypes that medicines taken now make of genes' own."""
    own = {str(row["gene"]): _text(row["phenotype"]) for row in calls}
    found: dict[str, str] = {}
    for row in guidance:
        text = row.get("effective_phenotypes")
        if is_missing(text):
            continue
        pairs = zip(row.genes, str(text).split(";"), strict=False)
        for gene, phenotypes in pairs:
            told = listing(label_text(name, 80) for name in phenotypes.split("|"))
            if told and told != own.get(gene):
                found.setdefault(gene, told)
    return found


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


def _gene_row(row: Row, effective: Mapping[str, str]) -> GeneRow:
    score = row["activity_score"]
    return GeneRow(
        gene=str(row["gene"]),
        diplotype=_text(row["diplotype"]),
        phenotype=_text(row["phenotype"]),
        activity=DASH if is_missing(score) else f"{float(score):g}",
        evidence=_evidence(row),
        tone="note" if _is_unusual(row) and not _is_open(row) else "plain",
        effective=effective.get(str(row["gene"]), ""),
    )


def _evidence(row: Row) -> str:
    source = str(row["source"])
    if source.startswith("outside:"):
        return f"given by {label_text(source.removeprefix('outside:'), 40)}"
    if _is_of_panel(row):
        panel = label_text(source.removeprefix("panel:"), 40)
        return (
            f"panel {panel} only: {row['n_assayed']} of {row['n_required']} positions"
        )
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
    if _is_of_panel(row):
        return f"{text} (by a panel only, see below)"
    return f"{text} (ambiguous)" if row["status"] == "ambiguous" else text


def _is_of_panel(row: Row) -> bool:
    return str(row["source"]).startswith("panel:")


def _panel_result(row: Row) -> PanelResult:
    unread = int(row["n_required"]) - int(row["n_assayed"])
    return PanelResult(
        gene=str(row["gene"]),
        # A panel's name stays as it is written.
        text=label_text(row["panel_result"], 2000).rstrip(".") + ".",
        unread=f"{unread} of {row['n_required']}",
        is_accepted=_is_of_panel(row),
    )


def _open_call(row: Row, setting: Setting) -> OpenCall:
    first = _text(row["diplotype"])
    if not is_missing(row["phenotype"]):
        first += f": {_text(row['phenotype'])}"
    deciding = _deciding(row, setting)
    return OpenCall(
        gene=str(row["gene"]),
        diplotype=first,
        reason=_reason(row, is_brief=bool(deciding)),
        could_be=_could_be(row),
        deciding=deciding,
    )


def _deciding(row: Row, setting: Setting) -> str:
    """Name missing positions that would settle a call, those of panels first."""
    places = [
        setting.rsids.get(place, place)
        for place in _pieces(row["deciding_positions"], ",")
        if place
    ]
    places.sort(key=lambda place: place not in setting.tested)
    return _named(places, total=len(places))


def _reason(row: Row, *, is_brief: bool = False) -> str:
    """Return a row's reason; briefly, without positions that are named beside it."""
    parts = [] if is_missing(row["reason"]) else str(row["reason"]).split("; ")
    if is_brief:
        parts = [part for part in parts if not part.startswith(_DEPENDS)]
    return sentence(label_text("; ".join(parts), 600))


def explain_missing(rows: Sequence[Row], setting: Setting) -> list[NotCalled]:
    """Say why genes that guidance rests on were not called.

    Parameters
    ----------
    rows
        With ``gene`` and ``reason``, one a gene.
    setting
        What is common to the cohort.
    """
    return _not_called(rows, setting.guided - {str(row["gene"]) for row in rows})


def _not_called(rows: Iterable[Row], missing: Collection[str]) -> list[NotCalled]:
    """Put genes together whose reasons differ in numbers only.

    `missing` are genes without a row.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        key = _COUNT.sub("", _reason(row))
        groups.setdefault(key, []).append(row)
    found = [
        NotCalled(
            [str(row["gene"]) for row in group],
            key if len({_reason(row) for row in group}) > 1 else _reason(group[0]),
        )
        for key, group in groups.items()
    ]
    if missing:
        text = "There is no result of them, so nothing is ruled out."
        found.append(NotCalled(sorted(missing), text))
    return found


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
    names: Sequence[str] | None, setting: Setting, prescriber: Prescriber
) -> Sequence[Medicine] | None:
    if names is None:
        return None
    return [_medicine(name, setting, prescriber) for name in names]


def _names_taken(names: Sequence[str] | None, setting: Setting) -> list[str]:
    """Return every name of what a patient takes: the sheet's and the guidance's."""
    found: dict[str, None] = {}
    for name in names or ():
        found[label_text(name, 80)] = None
        known = setting.medicines.get(name.casefold())
        for drug in (d for d in (known.drugs if known else ()) if d):
            found[label_text(drug, 80)] = None
            local = setting.names.get(drug.casefold())
            if local:
                found[label_text(local, 80)] = None
    return list(found)


def _medicine(name: str, setting: Setting, prescriber: Prescriber) -> Medicine:
    shown = label_text(name, 80)
    known = setting.medicines.get(name.casefold(), Known((), "unknown"))
    if known.status == "unknown":
        near = label_text(known.nearest, 60)
        hint = f", perhaps {prescriber.name(near)}" if near else ""
        note = known.note or f"name not recognised{hint}: check by hand"
        return Medicine(shown, note, is_counted=False)
    if known.status == "no_pgx_guidance":
        return Medicine(shown, known.note or "no pharmacogenomic guidance")
    written = name.casefold()
    local = {drug: setting.names.get(drug.casefold(), drug) for drug in known.drugs}
    generic = [
        drug
        for drug, named in local.items()
        if drug.casefold() not in written and named.casefold() not in written
    ]
    return Medicine(shown, listing(prescriber.name(drug) for drug in generic))
