"""What bodies advise on each drug, from a patient's rows of ``pgx/guidance.tsv``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import Any

from genostrat.pgx.guidance.categories import NO_GUIDANCE, STANDARD
from genostrat.pgx.guidance.entries import ANY_INDICATION
from genostrat.pgx.matching.panels import shorten_panels
from genostrat.report.parts.wording import DASH, is_missing, label_text, listing
from genostrat.report.patients.rows import Row
from genostrat.report.patients.view import (
    STANDARD_TEXT,
    AdviceView,
    Citation,
    GeneResult,
    SheetLine,
    Statement,
    Unanswered,
    Verdict,
)

_RANK = attrgetter("rank")


@dataclass
class Prescriber:
    """Sorts a patient's guidance by drug, and numbers what it cites.

    Parameters
    ----------
    calls
        The patient's rows of ``pgx/diplotypes.tsv`` by gene.
    names
        Drug → the name that stands first.
    """

    calls: Mapping[str, Row]
    names: Mapping[str, str]
    _cited: dict[tuple[str, ...], Citation] = field(default_factory=dict)

    @property
    def citations(self) -> list[Citation]:
        """What has been cited, in order."""
        return list(self._cited.values())

    def name(self, drug: str) -> str:
        """Return a drug's name in this country, with the guidance's beside it."""
        local = self.names.get(drug.casefold())
        return f"{local} ({drug})" if local else drug

    def advise(self, rows: Iterable[Row], *, briefly: bool = False) -> list[AdviceView]:
        """Return advice by drug, most pressing first.

        Parameters
        ----------
        rows
            Of all drugs to be advised on.
        briefly
            Whether lines that ask for nothing are left to a word, and silent ones out.

        Notes
        -----
        Drugs with the same results and lines share one.
        """
        merged: dict[tuple[Any, ...], list[str]] = {}
        by_drug = _group(rows, "drug").items()
        for drug, mine in sorted(by_drug, key=lambda item: (_rank(item[1]), item[0])):
            chosen = [row for row in mine if not (briefly and _is_silent(row))]
            key = (
                judge(mine),
                tuple(self._results(chosen)),
                tuple(self._lines(chosen, briefly=briefly)),
                "; ".join(interactions(chosen)),
            )
            merged.setdefault(key, []).append(self.name(drug))
        return [
            AdviceView(drugs, verdict, genes, lines, interaction)
            for (verdict, genes, lines, interaction), drugs in merged.items()
        ]

    def standard(self, rows: Iterable[Row]) -> list[str]:
        """Return each drug of standard use, with who says so."""
        told = []
        for drug, mine in sorted(_group(rows, "drug").items()):
            labels = [
                self._cite(row).label for row in mine if row["category"] == STANDARD
            ]
            limits = self._limit(mine)
            who = "; ".join(filter(None, [", ".join(dict.fromkeys(labels)), limits]))
            told.append(f"{self.name(drug)} ({who})" if who else self.name(drug))
        return told

    def name_all(self, rows: Iterable[Row]) -> list[str]:
        """Return the names of drugs, sorted; with what their results are limited to."""
        told = []
        for drug, mine in sorted(_group(rows, "drug").items()):
            limits = self._limit(mine)
            told.append(self.name(drug) + (f" ({limits})" if limits else ""))
        return told

    def _limit(self, rows: Iterable[Row]) -> str:
        """Name the panels that a drug's results are from; blank for whole genes."""
        genes = dict.fromkeys(gene for row in rows for gene in row.genes)
        sources = [str(self.calls[g]["source"]) for g in genes if g in self.calls]
        panels = [s.removeprefix("panel:") for s in sources if s.startswith("panel:")]
        return f"by the panel {label_text(listing(panels), 80)} only" if panels else ""

    def unanswered(self, rows: Iterable[Row]) -> list[Unanswered]:
        """Group drugs that nothing certain is said of by what is missing."""
        groups: dict[str, dict[Verdict, list[str]]] = {}
        by_drug = _group(rows, "drug").items()
        for drug, mine in sorted(by_drug, key=lambda item: (_rank(item[1]), item[0])):
            genes = dict.fromkeys(g for row in mine for g in row.genes)
            missing = listing(g for g in genes if self._is_missing(g))
            found = ", ".join(
                f"{gene} {_text(self.calls[gene]['diplotype'])}"
                for gene in genes
                if not self._is_missing(gene)
            )
            reason = missing or f"{found}: effect not known"
            verdict = judge(mine)
            groups.setdefault(reason, {}).setdefault(verdict, []).append(
                self.name(drug)
            )
        return [Unanswered(reason, found) for reason, found in groups.items()]

    def _is_missing(self, gene: str) -> bool:
        row = self.calls.get(gene)
        return row is None or row["status"] == "not_called"

    def _results(self, rows: Sequence[Row]) -> list[GeneResult]:
        found: dict[str, str] = {}
        for row in rows:
            genes = row.genes
            shifted = str(row.get("effective_phenotypes") or "").split(";")
            effective = shifted if len(shifted) == len(genes) else [""] * len(genes)
            for gene, phenotype in zip(genes, effective, strict=True):
                found[gene] = found.get(gene) or phenotype
        return [self._result(gene, effective) for gene, effective in found.items()]

    def _result(self, gene: str, effective: str) -> GeneResult:
        row = self.calls.get(gene)
        words = listing(label_text(p, 80) for p in effective.split("|") if p)
        if self._is_missing(gene):
            return GeneResult(gene, "", "not assessed", effective=words)
        assert row is not None
        phenotype = row.text("phenotype", 200)
        note = "ambiguous" if row["status"] == "ambiguous" else ""
        return GeneResult(
            gene,
            _text(row["diplotype"]),
            phenotype,
            note,
            effective="" if words == phenotype and not note else words,
            panel="; ".join(
                f"{name}: {label_text(found, 200)}"
                for name, found in shorten_panels(str(row["panel_result"] or ""))
            )
            if is_by_panel(row)
            else "",
        )

    def _lines(self, rows: Sequence[Row], *, briefly: bool) -> list[SheetLine]:
        """Return what is said, each text once: its indications and bodies together."""
        said: dict[tuple[Any, ...], list[str]] = {}
        for row in sorted(rows, key=lambda row: row.rank[:2]):
            verdict, text = row.verdict, row.recommendation
            if briefly and verdict == Verdict(STANDARD):
                text = STANDARD_TEXT
            statement = Statement(self._cite(row), row.strength)
            said.setdefault((verdict, text, row.by_genotype, statement), []).append(
                row.indication
            )
        lines: dict[tuple[Any, ...], list[Statement]] = {}
        for (*what, statement), named in said.items():
            indications = () if ANY_INDICATION in named else tuple(named)
            lines.setdefault((indications, *what), []).append(statement)
        return [
            SheetLine(verdict, indications, text, by_genotype, tuple(statements))
            for (indications, verdict, text, by_genotype), statements in lines.items()
        ]

    def _cite(self, row: Row) -> Citation:
        if row.origin not in self._cited:
            self._cited[row.origin] = Citation(len(self._cited) + 1, *row.origin)
        return self._cited[row.origin]


def judge(rows: Sequence[Row]) -> Verdict:
    """Return the most pressing verdict of a drug's rows."""
    return min(rows, key=_RANK).verdict


def sort_drugs(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Sort the drugs that a patient does not take by what a sheet says of them.

    Returns
    -------
    dict
        ``advised`` (a body asks for something, or may, on what was found),
        ``standard``, ``unanswered`` (a gene is missing, and nothing is certain) and
        ``silent`` (no body says anything) → rows.
    """
    found: dict[str, list[Row]] = {
        "advised": [],
        "standard": [],
        "unanswered": [],
        "silent": [],
    }
    for mine in _group(rows, "drug").values():
        found[_kind(mine)] += mine
    return found


def _kind(rows: Sequence[Row]) -> str:
    verdict = judge(rows)
    asked = any(row["category"] not in (NO_GUIDANCE, STANDARD) for row in rows)
    if asked or not (verdict.gap or verdict.is_certain):
        return "advised"
    if verdict.gap:
        return "unanswered"
    return "standard" if verdict.category == STANDARD else "silent"


def is_by_panel(row: Row) -> bool:
    """Say whether a panel's result tells something beside a gene's own, or for it."""
    is_open = row["status"] == "ambiguous" or str(row["source"]).startswith("panel:")
    return is_open and not is_missing(row["panel_result"])


def _group(rows: Iterable[Row], name: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row[name]), []).append(row)
    return groups


def _rank(rows: Sequence[Row]) -> tuple[int, bool]:
    return min(map(_RANK, rows))[:2]


def _is_silent(row: Row) -> bool:
    return row.verdict == Verdict(NO_GUIDANCE)


def interactions(rows: Iterable[Row]) -> list[str]:
    """Return each medicine that changes what a gene's product does, in words."""
    return list(dict.fromkeys(chain.from_iterable(row.interactions for row in rows)))


def _text(value: Any) -> str:
    return DASH if is_missing(value) else label_text(value, 200)
