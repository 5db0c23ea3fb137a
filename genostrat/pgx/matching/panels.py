"""What a laboratory's panel says of a patient, as that panel's result.

A panel reads few of a gene's positions. Its result is what the gene is called where
nothing is asked of the others: an allele is known by those of its variants that were
read, and one of which none was read is not looked for. That says less than a call,
which stands whatever the other positions hold, and is told apart from one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from genostrat.arrays import Flags
from genostrat.pgx.definitions import Gene
from genostrat.pgx.knowledge.panels import Miss, Panel
from genostrat.pgx.matching.assay import GeneAssay
from genostrat.pgx.matching.haplotypes import usual_allele
from genostrat.pgx.matching.lines import PRESENT, SINGLE
from genostrat.pgx.matching.rows import Caller, Row, make_caller, make_row
from genostrat.pgx.naming import natural_key

#: A panel's name, whose it is and what it reads, and its result.
_TOLD = re.compile(r"(?:^|; )(\w+) \([^()]+; [^()]+\): (.*?)(?=; \w+ \([^()]+; |$)")
#: How a negative result begins to say whom it misses.
_MISSES = ". Of people"
#: Groups in which fewer people lack a panel's variants say too little of the rest.
_FEW_PEOPLE = 20


@dataclass
class PanelReader:
    """Panels of a gene, and whose result counts as a call.

    Parameters
    ----------
    caller
        Of the gene.
    panels
        Each with the positions that its variants may be read at.
    accepted
        Names of the panels whose result is taken for the gene's.
    callers
        By the positions that were read: callers that ask for no others.
    """

    caller: Caller
    panels: Sequence[tuple[Panel, tuple[tuple[int, ...], ...]]]
    accepted: frozenset[str]
    callers: dict[bytes, Caller] = field(default_factory=dict)

    def add(self, row: Row, number: int, *, sex: int) -> Row:
        """Add what panels say to the row of a patient.

        Parameters
        ----------
        row
            As it was called.
        number
            Of the patient in the assay.
        sex
            Code of :mod:`genostrat.pgx.matching.patterns`.
        """
        is_read = self.caller.assay.why[number] == PRESENT
        found = [
            (panel, [_first_read(choices, is_read) for choices in places])
            for panel, places in self.panels
            if all(is_read[list(choices)].any() for choices in places)
        ]
        if not found or self.caller.gene.not_called_because:
            return row
        told = self._call(number, is_read, sex=sex)
        row = replace(
            row,
            panels=";".join(panel.name for panel, _ in found),
            panel_result="; ".join(
                self._tell(panel, places, told, number) for panel, places in found
            ),
        )
        taken = [panel for panel, _ in found if panel.name in self.accepted]
        if row.status == "called" or told.status != "called" or not taken:
            return row
        return self._accept(row, told, taken[0])

    def _accept(self, row: Row, told: Row, panel: Panel) -> Row:
        """Take a panel's result for the gene's."""
        reason = (
            f"the result of the panel {panel.name} ({panel.source}), accepted by"
            f" pgx.panels: {row.n_required - row.n_assayed} of {row.n_required}"
            " positions were not read, and what they hold is not known"
        )
        return replace(
            told,
            n_assayed=row.n_assayed,
            n_required=row.n_required,
            missing_positions=row.missing_positions,
            deciding_positions=row.deciding_positions,
            panels=row.panels,
            panel_result=row.panel_result,
            reason="; ".join(filter(None, [reason, told.reason])),
            source=f"panel:{panel.name}",
        )

    def _tell(self, panel: Panel, places: Sequence[int], told: Row, number: int) -> str:
        """Word a panel's result, with what the panel cannot see.

        Parameters
        ----------
        panel
            Whose result.
        places
            Where each of its variants was read.
        told
            What all that was read is called.
        number
            Of the patient in the assay.
        """
        gene, usual = self.caller.gene, self.caller.matcher.reference
        names = []
        for variant, place in zip(panel.variants, places, strict=True):
            is_own = variant.rsid in gene.positions[place].rsids
            names.append(
                variant.name if is_own else f"{variant.name} by {variant.read_by}"
            )
        head = f"{panel.name} ({panel.title}; {', '.join(names)})"
        alleles = self.caller.assay.alleles[number][list(places)]
        is_usual = (alleles == usual[list(places), None]) | (alleles == SINGLE)
        if is_usual.all():
            return f"{head}: negative{_tell_misses(panel.misses)}"
        if told.status == "not_called":
            return f"{head}: no result; {told.reason}"
        found = ", ".join(filter(None, [told.diplotype, told.phenotype]))
        if told.status == "ambiguous":
            found += f", or {told.other_phenotypes.replace('|', ' or ')}"
        return f"{head}: {found}"

    def _call(self, number: int, is_read: Flags, *, sex: int) -> Row:
        """Call a patient by what was read alone."""
        assay = _follow_tags(self.caller, _take_row(self.caller.assay, number))
        columns = np.flatnonzero(assay.why[0] == PRESENT).tolist()
        key = is_read.tobytes()
        if key not in self.callers:
            gene = restrict_gene(self.caller.gene, self.caller.matcher.cores, columns)
            self.callers[key] = make_caller(
                gene, assay, policy=self.caller.policy, source=self.caller.source
            )
        caller = self.callers[key]
        caller.assay = _take_columns(assay, columns)
        return make_row(caller, 0, sex=sex)


def _take_row(assay: GeneAssay, number: int) -> GeneAssay:
    return replace(
        assay,
        alleles=assay.alleles[[number]],
        phase=assay.phase[[number]],
        why=assay.why[[number]],
    )


def _take_columns(assay: GeneAssay, columns: Sequence[int]) -> GeneAssay:
    return replace(
        assay,
        alleles=assay.alleles[:, columns],
        phase=assay.phase[:, columns],
        why=assay.why[:, columns],
        others=tuple(assay.others[column] for column in columns),
    )


def _follow_tags(caller: Caller, assay: GeneAssay) -> GeneAssay:
    """Read a tag in the place of the variant it hints at, where that was not read.

    `assay` is of one patient, and changed in place.
    """
    for item in caller.gene.tags:
        (place, number), (tag, tagged) = item.decides, item.tag
        is_read = assay.why[0] == PRESENT
        if is_read[tag] and not is_read[place]:
            carries = assay.alleles[0, tag] == tagged
            usual = caller.matcher.reference[place]
            assay.alleles[0, place] = np.where(carries, number, usual)
            assay.phase[0, place] = assay.phase[0, tag]
            assay.why[0, place] = PRESENT
    return assay


def _first_read(choices: Sequence[int], is_read: Flags) -> int:
    return next(place for place in choices if is_read[place])


def restrict_gene(
    gene: Gene,
    cores: Sequence[frozenset[tuple[int, int]]],
    columns: Sequence[int],
) -> Gene:
    """Return a gene with some of its positions only.

    Parameters
    ----------
    gene
        Its definitions.
    cores
        What sets each of its alleles apart from the usual one.
    columns
        Of the positions that are kept.

    Returns
    -------
    Gene
        Of alleles that the positions do not tell apart the usual one is kept, or else
        the one with the fewest variants. No position is required any more.
    """
    place = {old: new for new, old in enumerate(columns)}
    allowed = gene.allowed[:, list(columns)]
    usual = usual_allele(gene)

    def rank(index: int) -> tuple[object, ...]:
        name = gene.alleles[index].name
        return (name != usual, len(cores[index]), natural_key(name))

    kept: dict[bytes, int] = {}
    for index in sorted(range(len(gene.alleles)), key=rank):
        if not gene.alleles[index].is_structural and (gene.allowed[index] != 0).all():
            kept.setdefault(allowed[index].tobytes(), index)
    rows = sorted(kept.values())
    alleles = [
        replace(
            gene.alleles[row],
            core=frozenset((place[old], n) for old, n in cores[row] if old in place),
        )
        for row in rows
    ]
    return replace(
        gene,
        positions=tuple(gene.positions[column] for column in columns),
        alleles=tuple(alleles),
        allowed=allowed[rows],
        reference=usual,
        required=(),
        tags=(),
    )


def shorten_panels(text: str) -> list[tuple[str, str]]:
    """Take the column `panel_result` apart.

    Parameters
    ----------
    text
        As :class:`PanelReader` words it.

    Returns
    -------
    list of (str, str)
        Each panel's name and its result, without what it reads and whom it misses.
    """
    return [(name, found.partition(_MISSES)[0]) for name, found in _TOLD.findall(text)]


def _tell_misses(misses: Sequence[Miss]) -> str:
    """Say how many people without the panel's variants carry another one."""
    told = [miss for miss in misses if miss.n_negative >= _FEW_PEOPLE]
    if not told:
        return ""
    counted = ", ".join(
        f"{miss.group} {miss.n_missed} of {miss.n_negative}" for miss in told
    )
    return (
        f"{_MISSES} of the 1000 Genomes Project without these variants, so many carry"
        f" another allele of decreased or no function: {counted}"
    )
