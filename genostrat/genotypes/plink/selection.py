"""Which variants of a fileset are stored, and how they are written down."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from genostrat.arrays import Flags, Integers
from genostrat.genotypes.builds import count_beyond
from genostrat.genotypes.plink.filesets import Fileset
from genostrat.genotypes.records import ReadOptions, RegionCounts

_ACGT = "^[ACGT]+$"
_ACGT_OR_NONE = r"^([ACGT]+|\.)$"


@dataclass
class VariantSelection:
    """The alternate alleles to read from a region of a fileset.

    Attributes
    ----------
    rows
        Row in the fileset of the variant of each, by position.
    alleles
        Number of the alternate allele within its variant, 1-based.
    split
        Whether the variant has several alternate alleles.
    is_new
        Whether no row before it is of the same variant of the fileset.
    stored
        False where the same variant stands before it.
    irregular
        Whether the variant has several alternate alleles, or none.
    deleted
        Row → numbers of the alleles that are ``*``.
    lines
        The stored ones as lines of a .pvar, without line ends (Arrow strings).
    """

    rows: Integers
    alleles: Integers
    split: Flags
    is_new: Flags
    stored: Flags
    irregular: Flags
    deleted: dict[int, list[int]]
    lines: Any


def select_variants(
    file: Fileset, *, contig: str, start: int, end: int, options: ReadOptions
) -> tuple[VariantSelection, RegionCounts]:
    """Decide which variants of a region are stored, by the rules for a VCF.

    Where a fileset has no FILTER column nothing was filtered, and nothing is dropped
    for it.

    Parameters
    ----------
    file
        The fileset.
    contig
        Canonical name.
    start, end
        1-based, both included.
    options
        How records are taken.

    Returns
    -------
    selection
        What to read.
    counts
        Of records, drops and evidence; those of genotypes are left to the reading.
    """
    rows = rows_between(file, contig, start, end)
    counts = RegionCounts(n_records=len(rows))
    text = {name: column.take(rows) for name, column in file.variants.text.items()}
    text["REF"] = pc.ascii_upper(text["REF"])
    # PLINK 1 writes 0 for an allele that no sample has.
    alts = pc.ascii_upper(text["ALT"])
    text["ALT"] = pc.if_else(pc.equal(alts, "0"), ".", alts)
    single, several = _judge(text, file, options, counts)
    index, alleles, deleted = _split_alleles(text, single, several, counts)
    positions = file.variants.positions[rows[index]]
    chosen = {name: column.take(index) for name, column in text.items()}
    chosen["ALT"] = _pick_alleles(chosen["ALT"], several[index], alleles)
    stored = _find_first(positions, chosen)
    _count_drops(counts, "duplicate_variant", ~stored)
    _gather_evidence(contig, positions, chosen, stored, file, options, counts)
    counts.n_stored = int(stored.sum())
    selection = VariantSelection(
        rows=rows[index],
        alleles=alleles,
        split=several[index],
        is_new=np.diff(index, prepend=-1) != 0,
        stored=stored,
        irregular=several[index] | pc.equal(chosen["ALT"], ".").to_numpy(False),
        deleted={int(rows[at]): numbers for at, numbers in deleted.items()},
        lines=_pvar_lines(contig, positions, chosen).filter(pa.array(stored)),
    )
    return selection, counts


def rows_between(file: Fileset, contig: str, start: int, end: int) -> Integers:
    """Return the rows of a fileset in a region, by position."""
    rows = file.rows[contig]
    positions = file.variants.positions[rows]
    low = np.searchsorted(positions, start, side="left")
    return rows[low : np.searchsorted(positions, end, side="right")]


def _matches(column: Any, pattern: str) -> Flags:
    return pc.match_substring_regex(column, pattern).to_numpy(zero_copy_only=False)


def _judge(
    text: Mapping[str, Any], file: Fileset, options: ReadOptions, counts: RegionCounts
) -> tuple[Flags, Flags]:
    """Tell usable variants with one alternate allele from those with several."""
    left = np.ones(len(text["REF"]), bool)
    if options.filters and "FILTER" in text:
        coded = text["FILTER"].dictionary_encode()
        passes = [
            options.filters.issuperset(value.split(";"))
            for value in coded.dictionary.to_pylist()
        ]
        left = np.array(passes, bool)[coded.indices.to_numpy()]
        failed = pc.value_counts(text["FILTER"].filter(pa.array(~left)))
        counts.filters.update(
            {str(item["values"]): item["counts"] for item in failed.to_pylist()}
        )
    _count_drops(counts, "filter", ~left)
    good = left & _matches(text["REF"], _ACGT)
    _count_drops(counts, "reference_not_acgt", left & ~good)
    single = good & _matches(text["ALT"], _ACGT_OR_NONE)
    several = good & _matches(text["ALT"], ",") & (file.kind == "pgen")
    _count_drops(counts, "symbolic_allele", good & ~single & ~several)
    return single, several


def _count_drops(counts: RegionCounts, reason: str, dropped: Flags) -> None:
    if dropped.any():
        counts.dropped[reason] += int(dropped.sum())


def _split_alleles(
    text: Mapping[str, Any],
    single: Flags,
    several: Flags,
    counts: RegionCounts,
) -> tuple[Integers, Integers, dict[int, list[int]]]:
    """Return variant and allele number of all alleles to read, and deletions."""
    index, alleles = [], []
    deleted: dict[int, list[int]] = {}
    for at in np.flatnonzero(several).tolist():
        names = text["ALT"][at].as_py().split(",")
        kept = [n for n, name in enumerate(names, 1) if name and set("ACGT") >= {*name}]
        stars = [n for n, name in enumerate(names, 1) if name == "*"]
        n_symbolic = len(names) - len(kept) - len(stars)
        if not kept:
            counts.dropped["symbolic_allele"] += 1
            continue
        counts.n_multiallelic += 1
        if n_symbolic:
            counts.dropped["symbolic_allele"] += n_symbolic
        if stars:
            deleted[at] = stars
        index += [at] * len(kept)
        alleles += kept
    alone = np.flatnonzero(single)
    all_index = np.concatenate([alone, np.array(index, np.int64)])
    numbers = np.concatenate([np.ones_like(alone), np.array(alleles, np.int64)])
    order = np.argsort(all_index, kind="stable")
    return all_index[order], numbers[order], deleted


def _pick_alleles(alts: Any, split: Flags, alleles: Integers) -> Any:
    """Replace each list of alternate alleles by the one allele of its row."""
    if not split.any():
        return alts
    names = alts.to_pylist()
    for at in np.flatnonzero(split).tolist():
        names[at] = names[at].split(",")[alleles[at] - 1]
    return pa.array(names, pa.large_string())


def _find_first(positions: npt.NDArray[np.int32], text: Mapping[str, Any]) -> Flags:
    """Say for each row whether no row before it is the same variant."""
    first = np.ones(len(positions), bool)
    same = np.append(False, np.diff(positions) == 0)[: len(positions)]
    shared = same | np.append(same[1:], False)[: len(positions)]
    seen: set[tuple[int, str, str]] = set()
    for at in np.flatnonzero(shared).tolist():
        key = (int(positions[at]), text["REF"][at].as_py(), text["ALT"][at].as_py())
        first[at] = key not in seen
        seen.add(key)
    return first


def _gather_evidence(
    contig: str,
    positions: npt.NDArray[np.int32],
    text: Mapping[str, Any],
    stored: Flags,
    file: Fileset,
    options: ReadOptions,
    counts: RegionCounts,
) -> None:
    evidence, markers = counts.evidence, options.markers
    for name, n_beyond in count_beyond(contig, positions[stored]).items():
        evidence.beyond[name] += n_beyond
    known = [place for where, place, *_ in markers if where == contig]
    for at in np.flatnonzero(np.isin(positions, known) & stored).tolist():
        place = int(positions[at])
        ref, alt = text["REF"][at].as_py(), text["ALT"][at].as_py()
        marked = markers.get((contig, place, ref, alt))
        if not marked and file.ref_provisional:
            # Where REF is only the commoner allele, a marker may stand either way.
            marked = markers.get((contig, place, alt, ref))
        if marked:
            evidence.markers[marked] += 1


def _pvar_lines(
    contig: str, positions: npt.NDArray[np.int32], text: Mapping[str, Any]
) -> Any:
    places = pa.array(positions).cast(pa.large_string())
    alleles = text["REF"], text["ALT"]
    names = pc.if_else(
        pc.equal(text["ID"], "."),
        pc.binary_join_element_wise(_large(contig), places, *alleles, _large(":")),
        text["ID"],
    )
    quality = _format_quality(text["QUAL"]) if "QUAL" in text else _large(".")
    filters = text.get("FILTER", _large("."))
    fields = (_large(contig), places, names, *alleles, quality, filters)
    return pc.binary_join_element_wise(*fields, _large("\t"))


def _large(value: str) -> Any:
    return pa.scalar(value, pa.large_string())


def _format_quality(column: Any) -> Any:
    coded = column.dictionary_encode()
    texts = [_quality(value) for value in coded.dictionary.to_pylist()]
    return pa.array(texts, pa.large_string()).take(coded.indices)


def _quality(text: str) -> str:
    """Return a quality as a store writes it; what is no number is missing."""
    try:
        value = float(text)
    except ValueError:
        return "."
    return f"{value:.6g}" if math.isfinite(value) else "."
