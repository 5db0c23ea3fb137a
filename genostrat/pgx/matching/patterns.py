"""Genotypes of many patients as the few patterns that they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Indices, Integers
from genostrat.pgx.matching.assay import GeneAssay
from genostrat.pgx.matching.diplotypes import Pattern
from genostrat.pgx.matching.lines import MISSING, SINGLE, UNPHASED

#: Sexes by code.
UNKNOWN, FEMALE, MALE = 0, 1, 2


@dataclass(frozen=True)
class Copies:
    """How many copies of a gene a patient has, and what speaks against it.

    Parameters
    ----------
    n_copies
        1 or 2.
    is_certain
        False where sex is not known and no genotype tells.
    clashes
        Positions that show two sequences in a patient with one copy.
    is_haploid
        Whether a call outside X and MT names one allele only.
    """

    n_copies: int
    is_certain: bool = True
    clashes: tuple[int, ...] = ()
    is_haploid: bool = False


@dataclass(frozen=True)
class Shared:
    """Rows of genotypes that at least one patient has.

    Parameters
    ----------
    rows
        For each of them, a patient who has it.
    code
        int64 (n_samples,): which of them each patient has.
    """

    rows: Indices
    code: Integers


def share_rows(assay: GeneAssay, sexes: npt.NDArray[np.int8]) -> Shared:
    """Find which patients have equal genotypes, phase, gaps and sex.

    Parameters
    ----------
    assay
        Of the gene.
    sexes
        int8 (n_samples,): codes of this module; zeros where sex does not matter.
    """
    n_samples = len(assay.alleles)
    is_het = assay.alleles[:, :, 0] != assay.alleles[:, :, 1]
    phase = np.where(is_het, assay.phase, 0).astype("<i4")
    table = np.concatenate(
        [
            assay.alleles.reshape(n_samples, 2 * phase.shape[1]).view(np.uint8),
            np.ascontiguousarray(phase)
            .view(np.uint8)
            .reshape(n_samples, 4 * phase.shape[1]),
            assay.why.view(np.uint8),
            sexes[:, None].view(np.uint8),
        ],
        axis=1,
    )
    table = np.ascontiguousarray(table)
    whole = table.view(np.dtype((np.void, table.shape[1]))).ravel()
    _, rows, code = np.unique(whole, return_index=True, return_inverse=True)
    return Shared(rows=rows, code=code.ravel())


def count_copies(assay: GeneAssay, row: int, *, inheritance: str, sex: int) -> Copies:
    """Say how many copies of a gene a patient has.

    Parameters
    ----------
    assay
        Of the gene.
    row
        Of the patient.
    inheritance
        As :class:`~genostrat.pgx.definitions.Gene` has it.
    sex
        Code of this module.

    Notes
    -----
    Calls that name one allele only say more than the sex of a sheet: they make a
    patient hemizygous. Where sex is not known, two sequences at one position show two
    copies; without any, one and two copies look the same.
    """
    first, second = assay.alleles[row, :, 0], assay.alleles[row, :, 1]
    is_single = (second == SINGLE) & (first != MISSING)
    is_double = (first != MISSING) & (second != MISSING) & (second != SINGLE)
    differs = is_double & (first != second)
    clashes = tuple(np.flatnonzero(differs).tolist())
    if inheritance == "diploid":
        return Copies(2, is_haploid=bool(is_single.any()))
    if inheritance == "mt":
        return Copies(1, clashes=clashes)
    if sex == MALE:
        return Copies(1, clashes=clashes)
    if is_single.any() and not is_double.any():
        return Copies(1)
    if sex == FEMALE or clashes:
        return Copies(2, is_haploid=bool(is_single.any()))
    return Copies(2, is_certain=False)


def make_pattern(assay: GeneAssay, row: int, *, n_copies: int) -> Pattern:
    """Return a patient's genotypes in the one way in which equal ones are written.

    Parameters
    ----------
    assay
        Of the gene.
    row
        Of the patient.
    n_copies
        Copies that the patient has.
    """
    first = assay.alleles[row, :, 0].copy()
    second = assay.alleles[row, :, 1].copy()
    if n_copies == 1:
        first = np.where(first == MISSING, np.maximum(second, MISSING), first)
        first[first == SINGLE] = MISSING
        group = np.zeros(len(first), np.int64)
        return Pattern(first, np.full_like(first, SINGLE), group, 1)
    second[second == SINGLE] = MISSING
    group = np.zeros(len(first), np.int64)
    numbers: dict[tuple[bool, int], int] = {}
    for place in np.flatnonzero(first != second).tolist():
        phase = int(assay.phase[row, place])
        # An unphased position is a group of its own.
        is_alone = phase == UNPHASED
        key = (is_alone, place if is_alone else phase)
        if key not in numbers:
            numbers[key] = len(numbers) + 1
            is_turned = first[place] > second[place]
            mine = place if is_alone else assay.phase[row] == phase
            if is_turned:
                first[mine], second[mine] = second[mine], first[mine]
        group[place] = numbers[key]
    has_phase = any(not is_alone and phase >= 0 for is_alone, phase in numbers)
    return Pattern(first, second, group, 2, has_phase=has_phase)
