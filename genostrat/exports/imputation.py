"""Variants as imputation servers want them, and which are left out and why.

Servers take one sorted, bgzipped VCF a chromosome, with the contig names of their
build and REF as in the genome; they refuse, or silently drop, what is left out here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Flags, Floats, Integers
from genostrat.exports.cleaned import Samples, read_variants
from genostrat.genome.sequence import Genome
from genostrat.genotypes.builds import AUTOSOMES, Build
from genostrat.genotypes.store import Store
from genostrat.genotypes.writing.vcf import choose_prefix, write_vcf
from genostrat.qc.components.projection import orient
from genostrat.qc.panel.sites import COMPLEMENT
from genostrat.qc.sites import count_sites
from genostrat.registry.words.exports import (
    DUPLICATE,
    INDEL,
    MONOMORPHIC,
    NO_CALL,
    OTHER_ALLELE,
    OTHER_CONTIG,
    OTHER_REFERENCE,
    PALINDROMIC,
)

#: Contigs that reference panels of imputation have.
CONTIGS = (*AUTOSOMES, "X")
#: Share of SNVs that no genome of the build can have so, above which it is another
#: one; and the fewest SNVs that tell.
MAX_OTHER_REFERENCE, MIN_CHECKED = 0.05, 20
_BASES = frozenset("ACGT")


@dataclass(frozen=True)
class ImputationRules:
    """What is left out, and how contigs are called.

    Parameters
    ----------
    leave_out
        Some of indel, monomorphic, palindromic and duplicate.
    max_palindromic_maf
        Minor allele frequency of an A/T or C/G SNV above which it counts.
    contig_names
        ``auto`` (as servers of the build want them), ``plain`` or ``chr``.
    """

    leave_out: Sequence[str]
    max_palindromic_maf: float
    contig_names: str

    def prefix(self, build: Build) -> str:
        """Return what stands before the name of a contig."""
        return choose_prefix(self.contig_names, build)


@dataclass
class Chosen:
    """What became of every variant.

    Attributes
    ----------
    variants
        As they are written, REF as in the genome.
    is_swapped
        Which of them have REF and ALT exchanged.
    left_out
        contig, position, identifier, ref, alt, reason.
    n_swapped, n_flipped
        Written with REF and ALT exchanged; with the complementary alleles.
    n_checked
        Variants held against a genome.
    reason
        Why nothing is written; blank where something may be.
    """

    variants: pd.DataFrame
    is_swapped: Flags
    left_out: pd.DataFrame
    n_swapped: int = 0
    n_flipped: int = 0
    n_checked: int = 0
    reason: str = ""
    n_by_reason: dict[str, int] = field(default_factory=dict)


def choose_variants(
    store: Store,
    variants: pd.DataFrame,
    samples: Samples,
    *,
    rules: ImputationRules,
    genome: Genome | None,
    ref_provisional: bool,
    threads: int = 1,
) -> Chosen:
    """Decide which variants a server gets.

    Parameters
    ----------
    store
        The genotypes, without the variants that were set aside.
    variants
        From :func:`genostrat.exports.cleaned.name_variants`.
    samples
        Whose genotypes count.
    rules
        What is left out.
    genome
        The sequence of the build; None: REF is taken as the file has it.
    ref_provisional
        Whether the file does not say which allele is the genome's (PLINK 1). Then
        alleles are exchanged, or read from the other strand, where the genome says so;
        without a genome nothing can be written.
    threads
        Blocks of variants worked on at once.

    Notes
    -----
    Of a file that does say, a variant with another REF than the genome's is left out:
    it is a mistake, and which one is not known.
    """
    table = variants.reset_index(drop=True)
    counts = _count_alleles(store, table, samples, threads=threads)
    reason = np.full(len(table), "", object)
    snv = _mark_alleles(table, reason)
    _mark(reason, counts["n_called"] == 0, NO_CALL)
    swapped, flipped = np.zeros((2, len(table)), bool)
    n_checked = 0
    if genome is not None:
        n_checked = int((reason == "").sum())
        swapped, flipped = _orient(table, reason, genome, provisional=ref_provisional)
    refused = ""
    if ref_provisional and genome is None:
        _mark(reason, np.ones(len(table), bool), OTHER_REFERENCE)
        refused = (
            "the genotype files do not say which allele is the genome's: name its"
            " sequence in genotypes.fasta"
        )
    elif n_checked:
        refused = _doubt_genome(reason, snv & ~_are_palindromic(table))
    for name, holds in _find_unwanted(
        table, snv, counts, rules, provisional=ref_provisional
    ).items():
        _mark(reason, holds, name)
    written = _turn(table, swapped, flipped)
    if DUPLICATE in rules.leave_out:
        _mark_duplicates(written, reason, counts["n_called"])
    kept = reason == ""
    left = table[~kept].assign(reason=reason[~kept])
    names, numbers = np.unique(reason[~kept].astype(str), return_counts=True)
    return Chosen(
        variants=written[kept].reset_index(drop=True),
        is_swapped=swapped[kept],
        left_out=left[["contig", "position", "identifier", "ref", "alt", "reason"]],
        n_swapped=int(swapped[kept].sum()),
        n_flipped=int(flipped[kept].sum()),
        n_checked=n_checked,
        reason=refused,
        n_by_reason=dict(zip(names.tolist(), numbers.tolist(), strict=True)),
    )


def write_imputation(
    folder: str | Path,
    store: Store,
    chosen: Chosen,
    samples: Samples,
    *,
    rules: ImputationRules,
    build: Build,
) -> dict[str, int]:
    """Write a VCF a contig, ``<contig>.vcf.gz``; return the number of variants in each.

    Parameters
    ----------
    folder
        Where they go.
    store
        The genotypes, without the variants that were set aside.
    chosen
        From :func:`choose_variants`.
    samples
        Whose genotypes are written.
    rules
        How contigs are called.
    build
        Of the genotypes.
    """
    written = {}
    for contig, own in chosen.variants.groupby("contig", sort=False):
        swapped = chosen.is_swapped[own.index.to_numpy()]
        write_vcf(
            Path(folder) / f"{contig}.vcf.gz",
            _read_oriented(store, own, samples, swapped),
            variants=own,
            samples=samples.names,
            is_male=samples.is_male,
            build=build,
            prefix=rules.prefix(build),
        )
        written[str(contig)] = len(own)
    return written


def describe_imputation(
    chosen: Chosen,
    written: Mapping[str, int],
    samples: Samples,
    *,
    rules: ImputationRules,
    build: Build,
) -> dict[str, Any]:
    """Return the record ``exports/imputation.json``."""
    return {
        "build": build.name,
        "n_samples": len(samples.rows),
        "contig_prefix": rules.prefix(build),
        "n_by_contig": dict(written),
        "n_written": sum(written.values()),
        "n_left_out": len(chosen.left_out),
        "n_by_reason": chosen.n_by_reason,
        "n_checked": chosen.n_checked,
        "n_swapped": chosen.n_swapped,
        "n_flipped": chosen.n_flipped,
        "reason": chosen.reason or None,
    }


def _read_oriented(
    store: Store, variants: pd.DataFrame, samples: Samples, swapped: Flags
) -> Any:
    done = 0
    for block in read_variants(store, variants, samples):
        stop = done + len(block)
        yield orient(block, swapped[done:stop])
        done = stop


def _mark(reason: npt.NDArray[np.object_], holds: Flags, name: str) -> None:
    reason[(reason == "") & holds] = name


def _mark_alleles(table: pd.DataFrame, reason: npt.NDArray[np.object_]) -> Flags:
    """Mark what no server reads; return which variants are SNVs."""
    _mark(reason, ~table["contig"].isin(CONTIGS).to_numpy(), OTHER_CONTIG)
    plain = [
        bool(ref) and bool(alt) and _BASES.issuperset(ref) and _BASES.issuperset(alt)
        for ref, alt in zip(table["ref"], table["alt"], strict=True)
    ]
    # VCF has no base 0: it stands for the telomere.
    unplaced = (table["position"] < 1).to_numpy()
    _mark(reason, ~np.array(plain, bool) | unplaced, OTHER_ALLELE)
    single = (table["ref"].str.len() == 1) & (table["alt"].str.len() == 1)
    snvs: Flags = single.to_numpy(bool)
    return snvs


def _count_alleles(
    store: Store, table: pd.DataFrame, samples: Samples, *, threads: int
) -> dict[str, Any]:
    """Return n_called and the frequency of ALT of each variant, in the samples."""
    chosen = np.zeros(len(store.samples), bool)
    chosen[samples.columns] = True
    n_called: Integers = np.zeros(len(table), np.int64)
    frequency: Floats = np.full(len(table), np.nan)
    for contig in store.contigs:
        own = np.flatnonzero(table["contig"] == contig.name)
        counts = count_sites(contig, samples=chosen, threads=threads)
        n_called[own], frequency[own] = counts.n_called, counts.alt_frequency
    return {"n_called": n_called, "maf": np.minimum(frequency, 1 - frequency)}


def _doubt_genome(reason: npt.NDArray[np.object_], telling: Flags) -> str:
    """Leave out all variants where too many have another REF than the genome."""
    checked = telling & np.isin(reason.astype(str), ("", OTHER_REFERENCE))
    other = checked & (reason == OTHER_REFERENCE)
    if checked.sum() < MIN_CHECKED or other.sum() <= MAX_OTHER_REFERENCE * (
        checked.sum()
    ):
        return ""
    _mark(reason, np.ones(len(reason), bool), OTHER_REFERENCE)
    return (
        f"{other.sum() / checked.sum():.0%} of the SNVs have another reference allele"
        " than genotypes.fasta: one of the two is of another build"
    )


def _are_palindromic(table: pd.DataFrame) -> Flags:
    pairs: Flags = (table["ref"].map(COMPLEMENT) == table["alt"]).to_numpy(bool)
    return pairs


def _find_unwanted(
    table: pd.DataFrame,
    snv: Flags,
    counts: Mapping[str, Any],
    rules: ImputationRules,
    *,
    provisional: bool,
) -> dict[str, Flags]:
    """Return reason → which variants; where strands are not known all palindromes."""
    limit = -1.0 if provisional else rules.max_palindromic_maf
    pairs = _are_palindromic(table)
    found = {
        INDEL: ~snv,
        # A frequency that is not known is no variation.
        MONOMORPHIC: ~(counts["maf"] > 0),
        PALINDROMIC: snv & pairs & ~(counts["maf"] <= limit),
    }
    return {name: holds for name, holds in found.items() if name in rules.leave_out}


def _orient(
    table: pd.DataFrame,
    reason: npt.NDArray[np.object_],
    genome: Genome,
    *,
    provisional: bool,
) -> tuple[Flags, Flags]:
    """Hold REF against the genome; return whose alleles are exchanged, and flipped."""
    swapped, flipped = np.zeros((2, len(table)), bool)
    for contig, own in table[reason == ""].groupby("contig", sort=False):
        rows = own.sort_values("position", kind="stable")
        refs, alts = rows["ref"].tolist(), rows["alt"].tolist()
        stretches = genome.read(str(contig), rows["position"].tolist(), map(len, refs))
        for row, found, ref, alt in zip(rows.index, stretches, refs, alts, strict=True):
            if found == ref:
                continue
            turned = _match_turned(found, ref, alt) if provisional else None
            if turned is None:
                reason[row] = OTHER_REFERENCE
            else:
                swapped[row], flipped[row] = turned
    return swapped, flipped


def _match_turned(found: str, ref: str, alt: str) -> tuple[bool, bool] | None:
    """Say how an SNV's alleles are turned for REF to be the genome's; None if not."""
    if len(ref) != 1 or len(alt) != 1 or COMPLEMENT[ref] == alt:
        return None
    for is_flipped in (False, True):
        one, two = (COMPLEMENT[ref], COMPLEMENT[alt]) if is_flipped else (ref, alt)
        if found in (one, two):
            return found == two, is_flipped
    return None


def _turn(table: pd.DataFrame, swapped: Flags, flipped: Flags) -> pd.DataFrame:
    """Return the variants with their alleles as they are written."""
    ref, alt = table["ref"].to_numpy(object), table["alt"].to_numpy(object)
    ref, alt = np.where(swapped, alt, ref), np.where(swapped, ref, alt)
    for row in np.flatnonzero(flipped):
        ref[row], alt[row] = COMPLEMENT[ref[row]], COMPLEMENT[alt[row]]
    return table.assign(ref=ref, alt=alt)


def _mark_duplicates(
    table: pd.DataFrame, reason: npt.NDArray[np.object_], n_called: Integers
) -> None:
    """Mark all but the best called of variants with one place and the same alleles."""
    left = table[reason == ""]
    pair = [
        "/".join(sorted((ref, alt)))
        for ref, alt in zip(left["ref"], left["alt"], strict=True)
    ]
    ranked = left.assign(pair=pair, n_called=n_called[left.index]).sort_values(
        "n_called", ascending=False, kind="stable"
    )
    twice = ranked.duplicated(["contig", "position", "pair"])
    reason[ranked.index[twice]] = DUPLICATE
