"""Reading a region of a VCF or BCF through htslib into blocks of genotypes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cyvcf2
import numpy as np
import numpy.typing as npt

from genostrat.errors import GenostratError, Problem, printable
from genostrat.genotypes.builds import BUILDS, Build, BuildEvidence, in_par

#: A missing genotype in every block and store of this package; never 0.
MISSING = -9
BLOCK_VARIANTS = 2048
ACGT = frozenset("ACGT")

#: CHARR: Lu 2023 (doi 10.1016/j.ajhg.2023.10.011).
CHARR_MIN_GQ = 20
CHARR_DEPTH = (20, 100)
CHARR_REF_FREQUENCY = (0.1, 0.9)
#: CHARR terms are summed as whole millionths: integer sums do not depend on the order
#: of adding, so the scatter of a file over jobs cannot move the last digit.
CHARR_UNIT = 1_000_000


@dataclass(frozen=True)
class Variant:
    """A bi-allelic variant of the store."""

    contig: str
    position: int
    identifier: str
    ref: str
    alt: str
    quality: str
    filters: str


@dataclass
class ReadMetrics:
    """Per-sample sums over the records of a region; arrays of length n_samples."""

    n_samples: int
    sums: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)

    NAMES = (
        "dp_sum",
        "dp_n",
        "gq_sum",
        "gq_n",
        "charr_sum",
        "charr_n",
        "n_haploid_x",
        "n_called_x",
        "n_half_call",
    )

    def __post_init__(self) -> None:
        for name in self.NAMES:
            self.sums.setdefault(name, np.zeros(self.n_samples, np.int64))


@dataclass
class RegionCounts:
    """What became of the records of a region."""

    n_records: int = 0
    n_stored: int = 0
    n_multiallelic: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    genotypes: Counter[str] = field(default_factory=Counter)
    evidence: BuildEvidence = field(default_factory=BuildEvidence)

    def to_record(self) -> dict[str, Any]:
        """Return the counts as plain numbers and mappings, for a piece's JSON."""
        return {
            "n_records": self.n_records,
            "n_stored": self.n_stored,
            "n_multiallelic": self.n_multiallelic,
            "dropped": dict(self.dropped),
            "genotypes": dict(self.genotypes),
            "markers": self.evidence.markers,
            "beyond": self.evidence.beyond,
        }


@dataclass(frozen=True)
class ReadOptions:
    """How records are taken; see the config's ``ingest`` section."""

    filters: frozenset[str]
    half_calls: str
    absent_is_reference: bool
    build: Build
    markers: dict[tuple[str, int, str, str], str]


class RegionReader:
    """Read one region of one file.

    Parameters
    ----------
    path
        VCF or BCF with an index.
    order
        For each sample of the store, its position in the file.
    options
        How records are taken.

    Attributes
    ----------
    counts, metrics
        Filled while the blocks are read.
    """

    def __init__(
        self, path: str | Path, *, order: npt.NDArray[np.intp], options: ReadOptions
    ) -> None:
        self.path = Path(path)
        self.order = order
        self.options = options
        self.counts = RegionCounts()
        self.metrics = ReadMetrics(len(order))

    def read_blocks(
        self, contig_in_file: str, contig: str, start: int, end: int
    ) -> Iterator[tuple[list[Variant], npt.NDArray[np.int8]]]:
        """Yield variants and genotypes of the records that start in a region.

        Parameters
        ----------
        contig_in_file, contig
            The contig as the file spells it, and its canonical name.
        start, end
            1-based, both included. A record that only overlaps `start` belongs to the
            region before.

        Yields
        ------
        variants
            Up to about :data:`BLOCK_VARIANTS` of them.
        genotypes
            int8, shape (n_variants, n_samples): alternate alleles 0, 1, 2, or
            :data:`MISSING`. Haploid calls are 0 or 2, as PLINK stores them.
        """
        variants: list[Variant] = []
        rows: list[npt.NDArray[np.int8]] = []
        last: tuple[int, str, str] = (0, "", "")
        region = f"{contig_in_file}:{start}-{end}"
        for record in self._records(region):
            if not start <= record.POS <= end:
                continue
            self.counts.n_records += 1
            reason = self._reason_to_drop(record)
            if reason:
                self.counts.dropped[reason] += 1
                continue
            for variant, row in self._split(record, contig):
                key = (variant.position, variant.ref, variant.alt)
                if key == last:
                    self.counts.dropped["duplicate_variant"] += 1
                    continue
                last = key
                variants.append(variant)
                rows.append(row)
            if len(variants) >= BLOCK_VARIANTS:
                self.counts.n_stored += len(variants)
                yield variants, np.stack(rows)
                variants, rows = [], []
        if variants:
            self.counts.n_stored += len(variants)
            yield variants, np.stack(rows)

    def _records(self, region: str) -> Iterator[cyvcf2.Variant]:
        previous = 0
        try:
            stream = cyvcf2.VCF(str(self.path))
            for record in stream(region):
                previous = record.POS
                yield record
        except GenostratError:
            raise
        except Exception as error:
            # cyvcf2 raises bare exceptions from C, for damage of every kind.
            raise GenostratError(
                Problem(
                    f"reading stopped in {region} after position {previous}",
                    file=self.path,
                    found=printable(error),
                    fix="the file or its index is damaged: make both again",
                )
            ) from None

    def _reason_to_drop(self, record: cyvcf2.Variant) -> str | None:
        filters = record.FILTERS or ["."]
        if self.options.filters and not self.options.filters.issuperset(filters):
            return "filter"
        if not ACGT.issuperset(record.REF.upper()):
            return "reference_not_acgt"
        if record.ALT and not any(_is_sequence(alt) for alt in record.ALT):
            return "symbolic_allele"
        return None

    def _split(
        self, record: cyvcf2.Variant, contig: str
    ) -> Iterator[tuple[Variant, npt.NDArray[np.int8]]]:
        calls = self._calls(record)
        if calls is None:
            self.counts.dropped["no_genotypes"] += 1
            return
        first, second, haploid = calls
        alts = record.ALT or ["."]
        self.counts.n_multiallelic += len(alts) > 1
        deleted = [i for i, alt in enumerate(alts, 1) if alt == "*"]
        half = (first < 0) != (second < 0)
        if self.options.half_calls == "reference":
            first, second = (
                np.where(half, np.maximum(first, 0), first),
                np.where(half, np.maximum(second, 0), second),
            )
        if self.options.absent_is_reference:
            absent_call = (first < 0) & (second < 0)
            first = np.where(absent_call, 0, first)
            second = np.where(absent_call, 0, second)
        # A haplotype on which the position is deleted (*) has no allele to count.
        missing = (first < 0) | (second < 0)
        missing |= np.isin(first, deleted) | np.isin(second, deleted)
        self._count_calls(record, contig, first, second, haploid, missing, half)
        for index, alt in enumerate(alts, 1):
            if alt != "." and not _is_sequence(alt):
                if alt != "*":
                    self.counts.dropped["symbolic_allele"] += 1
                continue
            row = (first == index).astype(np.int8) + (second == index)
            row[missing] = MISSING
            variant = Variant(
                contig,
                record.POS,
                record.ID or f"{contig}:{record.POS}:{record.REF}:{alt}",
                record.REF.upper(),
                alt.upper(),
                "." if record.QUAL is None else f"{record.QUAL:.6g}",
                ";".join(record.FILTERS or ["."]),
            )
            self._gather_evidence(variant)
            yield variant, row

    def _calls(
        self, record: cyvcf2.Variant
    ) -> (
        tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], npt.NDArray[np.bool_]]
        | None
    ):
        """Return both alleles of every sample (haploid: the same twice), −1 missing."""
        if "GT" not in record.FORMAT:
            return None
        raw = record.genotype.array()[self.order, :-1]
        if raw.shape[1] > 2 and (raw[:, 2:] != -2).any():
            raise GenostratError(
                Problem(
                    f"a genotype with {raw.shape[1]} alleles at"
                    f" {record.CHROM}:{record.POS}",
                    file=self.path,
                    allowed="haploid and diploid genotypes",
                    fix="remove the record, or call it as diploid",
                )
            )
        first = raw[:, 0]
        second = raw[:, 1] if raw.shape[1] > 1 else np.full_like(first, -2)
        haploid = (second == -2) & (first >= 0)
        second = np.where(second == -2, first, second)
        return first, second, haploid

    def _gather_evidence(self, variant: Variant) -> None:
        key = (variant.contig, variant.position, variant.ref, variant.alt)
        marked = self.options.markers.get(key)
        if marked:
            self.counts.evidence.markers[marked] += 1
        for name, build in BUILDS.items():
            if variant.position > build.lengths[variant.contig]:
                self.counts.evidence.beyond[name] += 1

    def _count_calls(
        self,
        record: cyvcf2.Variant,
        contig: str,
        first: npt.NDArray[np.int16],
        second: npt.NDArray[np.int16],
        haploid: npt.NDArray[np.bool_],
        missing: npt.NDArray[np.bool_],
        half: npt.NDArray[np.bool_],
    ) -> None:
        sums = self.metrics.sums
        sums["n_half_call"] += half
        if contig == "X" and not in_par("X", record.POS, self.options.build):
            sums["n_called_x"] += ~missing
            sums["n_haploid_x"] += haploid & ~missing
        if contig in ("X", "Y", "MT"):
            return
        hom_ref = ~missing & (first == 0) & (second == 0)
        self.counts.genotypes["missing"] += int(missing.sum())
        self.counts.genotypes["hom_ref"] += int(hom_ref.sum())
        self.counts.genotypes["other"] += int((~missing & ~hom_ref).sum())
        quality = self._add_depth_and_quality(record, missing)
        if quality is not None and _is_snv(record):
            self._add_charr(record, first, second, missing, quality)

    def _add_depth_and_quality(
        self, record: cyvcf2.Variant, missing: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int64] | None:
        """Add DP and GQ to the sums; return GQ, which CHARR asks for."""
        values = None
        for key, name in (("DP", "dp"), ("GQ", "gq")):
            table = self._format(record, key)
            values = None if table is None else table[:, 0]
            if values is not None:
                usable = ~missing & (values >= 0)
                self.metrics.sums[f"{name}_sum"] += np.where(usable, values, 0)
                self.metrics.sums[f"{name}_n"] += usable
        return values

    def _format(self, record: cyvcf2.Variant, key: str) -> npt.NDArray[np.int64] | None:
        if key not in record.FORMAT:
            return None
        try:
            values = record.format(key)
        except (KeyError, ValueError):
            return None
        if values is None or values.dtype.kind not in "if":
            return None
        # Missing numbers come as the smallest integer, or as NaN: both become negative.
        if values.dtype.kind == "f":
            values = np.nan_to_num(values, nan=-1.0)
        return values[self.order].astype(np.int64)

    def _add_charr(
        self,
        record: cyvcf2.Variant,
        first: npt.NDArray[np.int16],
        second: npt.NDArray[np.int16],
        missing: npt.NDArray[np.bool_],
        quality: npt.NDArray[np.int64],
    ) -> None:
        n_called = int((~missing).sum())
        if not n_called:
            return
        n_alt = int((first[~missing] == 1).sum() + (second[~missing] == 1).sum())
        ref_frequency = 1 - n_alt / (2 * n_called)
        low, high = CHARR_REF_FREQUENCY
        if not low <= ref_frequency <= high:
            return
        reads = self._format(record, "AD")
        if reads is None or reads.shape[1] < 2:
            return
        depth = reads[:, 0] + reads[:, 1]
        eligible = (
            ~missing
            & (first == 1)
            & (second == 1)
            & (quality >= CHARR_MIN_GQ)
            & (reads[:, :2] >= 0).all(axis=1)
            & (depth >= CHARR_DEPTH[0])
            & (depth <= CHARR_DEPTH[1])
        )
        term = reads[eligible, 0] / (ref_frequency * depth[eligible])
        sums = self.metrics.sums
        sums["charr_sum"][eligible] += np.rint(term * CHARR_UNIT).astype(np.int64)
        sums["charr_n"] += eligible


def _is_sequence(allele: str) -> bool:
    return ACGT.issuperset(allele.upper())


def _is_snv(record: cyvcf2.Variant) -> bool:
    return len(record.REF) == 1 and len(record.ALT) == 1 and len(record.ALT[0]) == 1
