"""From records of a file to the two sequences of each patient at each position."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Indices, Integers
from genostrat.errors import GenostratError, Problem
from genostrat.genotypes.site_records import NOT_GIVEN, SiteRecords
from genostrat.pgx.definitions import Gene, Position
from genostrat.pgx.matching.indels import NEAR, OTHER, KnownBases, Reading, read_record
from genostrat.pgx.matching.lines import (
    ABSENT,
    ASSUMED,
    CONTRADICTORY,
    FILTERED,
    FIRST_OTHER,
    LINKED,
    LOW_DEPTH,
    LOW_QUALITY,
    MISMATCH,
    MISSING,
    NO_CALL,
    SINGLE,
    UNPHASED,
    Line,
    SiteCalls,
    merge_lines,
)
from genostrat.pgx.matching.synonyms import add_synonyms, list_spellings

#: Why a genotype is missing, as a sentence says it; by code.
REASONS = {
    ABSENT: "not in the file",
    ASSUMED: "not in the file and taken for the reference, as pgx.absent asks",
    FILTERED: "failed the file's filters",
    NO_CALL: "not called",
    MISMATCH: "REF mismatch",
    CONTRADICTORY: "records contradict each other",
    LOW_DEPTH: "on fewer reads than pgx.min_depth",
    LOW_QUALITY: "of lower quality than pgx.min_genotype_quality",
}

#: A file is refused where this many positions, and this share of those it has, differ
#: from the build. On the wrong build three in four positions would.
MAX_MISMATCHES, MAX_MISMATCH_SHARE = 5, 0.3


@dataclass(frozen=True)
class GeneAssay:
    """What the file tells of a gene.

    Parameters
    ----------
    alleles
        int8 (n_samples, n_positions, 2): allele numbers of each position;
        :data:`~genostrat.pgx.matching.lines.MISSING`; from
        :data:`~genostrat.pgx.matching.lines.FIRST_OTHER` on sequences that no
        definition names; second :data:`~genostrat.pgx.matching.lines.SINGLE` where a
        call is haploid.
    phase
        int32 (n_samples, n_positions): −1 unphased, else the phase set; below −1 the
        record that exchanges bases of several positions together.
    why
        int8 (n_samples, n_positions): why a genotype is missing.
    others
        For each position, labels of the sequences that no definition names.
    n_mismatches, n_recorded
        Positions where REF contradicts the definition, and those with any record.
    """

    alleles: npt.NDArray[np.int8]
    phase: npt.NDArray[np.int32]
    why: npt.NDArray[np.int8]
    others: tuple[tuple[str, ...], ...]
    n_mismatches: int
    n_recorded: int


@dataclass(frozen=True)
class Shelf:
    """Records of one contig, ready to be looked up by place."""

    rows: Indices
    start: Integers
    end: Integers
    ref: list[str]
    alts: list[tuple[str, ...]]

    def near(self, first: int, last: int) -> Iterable[int]:
        """Return the places in the shelf of records that overlap a stretch."""
        found = np.flatnonzero((self.start <= last) & (self.end >= first))
        return (int(place) for place in found)


@dataclass
class Assay:
    """A cohort's records beside the definitions.

    Parameters
    ----------
    records
        Of the cohort.
    columns
        Which samples of `records` to read, in order.
    shelves
        Records by contig.
    known
        Bases of the build.
    min_depth, min_quality
        Of a genotype that says its own; 0 asks nothing.
    """

    records: SiteRecords
    columns: Indices
    shelves: Mapping[str, Shelf]
    known: KnownBases = field(default_factory=KnownBases)
    min_depth: int = 0
    min_quality: int = 0

    def read_alleles(
        self, row: int
    ) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """Return the alleles of a record, and why calls that it has are not taken.

        Parameters
        ----------
        row
            Of the records.

        Returns
        -------
        alleles
            int8 (n_samples, 2), as the records have them; missing where the call rests
            on too little.
        why
            int8 (n_samples,).
        """
        alleles = self.records.alleles[row][self.columns]
        why = np.full(len(alleles), NO_CALL, np.int8)
        depth = self.records.depth[row][self.columns]
        quality = self.records.quality[row][self.columns]
        why[(quality != NOT_GIVEN) & (quality < self.min_quality)] = LOW_QUALITY
        why[(depth != NOT_GIVEN) & (depth < self.min_depth)] = LOW_DEPTH
        alleles[why != NO_CALL] = MISSING
        return alleles, why


def open_assay(
    records: SiteRecords,
    genes: Iterable[Gene],
    *,
    samples: Sequence[str],
    min_depth: int = 0,
    min_quality: int = 0,
) -> Assay:
    """Put a cohort's records in order for :func:`assay_gene`.

    Parameters
    ----------
    records
        Of the cohort.
    genes
        All of the knowledge base: their REF bases are known bases of the build.
    samples
        Which samples to read, each one of `records`.
    min_depth, min_quality
        Fewest reads and lowest quality of a genotype that says its own.
    """
    place = {sample: column for column, sample in enumerate(records.samples)}
    columns = np.array([place[sample] for sample in samples], np.intp)
    known = KnownBases()
    for gene in genes:
        for position in gene.positions:
            known.add(position.contig, position.position, position.ref)
    shelves = {}
    contigs = np.array(records.contig.tolist(), dtype=str)
    refs = [text.upper() for text in records.ref.tolist()]
    alts = [tuple(text.split(",")) if text else () for text in records.alts.tolist()]
    for contig in np.unique(contigs) if len(contigs) else []:
        rows = np.flatnonzero(contigs == contig)
        shelves[str(contig)] = Shelf(
            rows=rows,
            start=records.position[rows],
            end=records.end[rows],
            ref=[refs[row] for row in rows],
            alts=[alts[row] for row in rows],
        )
        for row in rows:
            known.add(str(contig), int(records.position[row]), refs[row])
    return Assay(
        records=records,
        columns=columns,
        shelves=shelves,
        known=known,
        min_depth=min_depth,
        min_quality=min_quality,
    )


def assay_gene(assay: Assay, gene: Gene, *, is_absent_reference: bool) -> GeneAssay:
    """Read every position of a gene for every sample.

    Parameters
    ----------
    assay
        From :func:`open_assay`.
    gene
        With its positions on the build of the records.
    is_absent_reference
        Whether a position that no record speaks of counts as the build's sequence. A
        position that a record does speak of, without a call, stays missing.
    """
    shape = (len(assay.columns), len(gene.positions))
    alleles = np.full((*shape, 2), MISSING, np.int8)
    phase = np.full(shape, -1, np.int32)
    why = np.zeros(shape, np.int8)
    others: list[tuple[str, ...]] = []
    n_mismatches = n_recorded = 0
    for index, position in enumerate(gene.positions):
        calls, labels, is_recorded, is_mismatch = _read_position(assay, position)
        n_mismatches += is_mismatch
        n_recorded += is_recorded
        if is_absent_reference:
            calls.fill_absent()
        alleles[:, index] = calls.alleles
        phase[:, index] = calls.phase
        why[:, index] = calls.why
        others.append(labels)
    return GeneAssay(alleles, phase, why, tuple(others), n_mismatches, n_recorded)


def _read_position(
    assay: Assay, position: Position
) -> tuple[SiteCalls, tuple[str, ...], bool, bool]:
    labels: list[str] = []
    lines: list[Line] = []
    is_mismatch = is_filtered = False
    for place, row, reading in _readings(assay, position):
        if reading.is_mismatch:
            is_mismatch = True
        elif not reading.is_silent:
            if assay.records.passed[row]:
                lines.append(_line(assay, place, row, reading, position, labels))
            else:
                is_filtered = is_filtered or reading.says_reference
    if len(position.ref) > 1 and not any(line.says_reference for line in lines):
        lines += _base_by_base(assay, position)
    calls = merge_lines(lines, n_samples=len(assay.columns))
    if list_spellings(position):
        add_synonyms(calls, position, lines=_synonym_lines(assay, position))
    if not any(line.says_reference for line in lines):
        code = MISMATCH if is_mismatch else FILTERED if is_filtered else ABSENT
        calls.why[calls.why == ABSENT] = code
    is_recorded = bool(lines) or is_mismatch or is_filtered
    return calls, tuple(labels), is_recorded, is_mismatch and not lines


def _readings(assay: Assay, position: Position) -> Iterable[tuple[int, int, Reading]]:
    """Read each record at or near a position: its place, its row, what it says."""
    shelf = assay.shelves.get(position.contig)
    if shelf is None:
        return
    last = position.position + len(position.ref) - 1
    reach = 0 if all(len(text) == 1 for text in position.sequences) else NEAR
    for place in shelf.near(position.position - reach, last + reach):
        reading = read_record(
            position,
            int(shelf.start[place]),
            int(shelf.end[place]),
            shelf.ref[place],
            shelf.alts[place],
            known=assay.known,
        )
        yield place, int(shelf.rows[place]), reading


def _line(
    assay: Assay,
    place: int,
    row: int,
    reading: Reading,
    position: Position,
    labels: list[str],
) -> Line:
    """Translate a record's allele numbers into those of the position."""
    numbers = []
    for number, label in zip(reading.numbers, reading.labels, strict=True):
        if number == OTHER:
            if label not in labels:
                labels.append(label)
            number = min(FIRST_OTHER + labels.index(label), 127)
        numbers.append(number)
    # Codes below zero (no call, no second copy) stay what they are.
    table = np.array([*range(-9, 0), *numbers], np.int8)
    raw, why = assay.read_alleles(row)
    phase = assay.records.phase_set[row][assay.columns].astype(np.int32)
    if len(assay.shelves[position.contig].ref[place]) > 1:
        # Bases that are exchanged together stand on one chromosome, phased or not.
        phase[phase == UNPHASED] = LINKED - row
    return Line(
        alleles=table[raw.astype(np.intp) + 9],
        phase=phase,
        spelled=frozenset(assay.shelves[position.contig].alts[place]),
        says_reference=reading.says_reference,
        why=why,
    )


def _base_by_base(assay: Assay, position: Position) -> list[Line]:
    """Find the build's sequence in records of single bases without any ALT.

    A file of all sites has a record for each base; an indel would stand beside the
    first of them.
    """
    shelf = assay.shelves.get(position.contig)
    if shelf is None:
        return []
    last = position.position + len(position.ref) - 1
    told = np.ones((len(assay.columns), 2), bool)
    single = np.zeros(len(assay.columns), bool)
    for base in range(position.position, last + 1):
        here = np.zeros_like(told)
        for place in shelf.near(base, base):
            row = int(shelf.rows[place])
            if not shelf.alts[place] and assay.records.passed[row]:
                alleles, _ = assay.read_alleles(row)
                here |= (alleles == 0) | (alleles == SINGLE)
                single |= alleles[:, 1] == SINGLE
        told &= here
    if not told.any():
        return []
    alleles = np.where(told, 0, MISSING).astype(np.int8)
    alleles[single & told[:, 1], 1] = SINGLE
    phase = np.zeros(len(alleles), np.int32)
    return [Line(alleles, phase, frozenset(), says_reference=True)]


def _synonym_lines(
    assay: Assay, position: Position
) -> Mapping[tuple[int, str, str], Line]:
    """Find the records that other ways to write the position's alleles consist of."""
    shelf = assay.shelves.get(position.contig)
    found: dict[tuple[int, str, str], Line] = {}
    if shelf is None:
        return found
    for _, parts in list_spellings(position):
        for start, ref, alt in parts:
            for place in shelf.near(start, start + len(ref) - 1):
                row = int(shelf.rows[place])
                is_same = shelf.start[place] == start and shelf.ref[place] == ref
                alts = shelf.alts[place]
                if not (is_same and alt in alts and assay.records.passed[row]):
                    continue
                numbers = tuple(int(text == alt) for text in ("", *alts))
                reading = Reading(numbers, ("",) * len(numbers))
                found[start, ref, alt] = _line(assay, place, row, reading, position, [])
    return found


def refuse_mismatches(assays: Mapping[str, GeneAssay], *, build: str) -> None:
    """Refuse a cohort whose REF bases are those of another build.

    Raises
    ------
    GenostratError
        If at least :data:`MAX_MISMATCHES` positions, and more than
        :data:`MAX_MISMATCH_SHARE` of those that the file has, contradict the build.
    """
    wrong = sum(assay.n_mismatches for assay in assays.values())
    recorded = sum(assay.n_recorded for assay in assays.values())
    if wrong < MAX_MISMATCHES or wrong <= MAX_MISMATCH_SHARE * recorded:
        return
    genes = sorted(name for name, assay in assays.items() if assay.n_mismatches)
    raise GenostratError(
        Problem(
            f"REF of the genotypes contradicts {build} at {wrong} of {recorded} "
            "pharmacogene positions: the file is on another build",
            found=f"mismatches in {', '.join(genes[:5])}",
            allowed=f"REF bases of {build}",
            fix="set genotypes.build to the build that the file is on",
        )
    )
