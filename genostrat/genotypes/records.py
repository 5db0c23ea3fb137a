"""What is taken from records, and what is counted on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from genostrat.arrays import Integers
from genostrat.genotypes.builds import Build, BuildEvidence

#: Canonical contig → int64 (n, 2): first and last base of each interval, 1-based,
#: ascending, none touching another.
Sites = Mapping[str, Integers]

#: A missing genotype in every block and store of this package; never 0.
MISSING = -9

#: No call, and the second place of a haploid one, in ``SiteRecords.alleles``.
NO_CALL, HAPLOID = -9, -1
#: An unphased call, and a phased one that names no set, in ``SiteRecords.phase_set``.
UNPHASED, PHASED = -1, 0
#: Stands for a PS of 0, which would else say that no set is named.
PHASE_SET_ZERO = 2**31 - 1

#: CHARR: Lu 2023 (doi 10.1016/j.ajhg.2023.10.011).
CHARR_MIN_GQ = 20
CHARR_DEPTH = (20, 100)
CHARR_REF_FREQUENCY = (0.1, 0.9)
#: CHARR terms are summed as whole millionths: integer sums do not depend on the order
#: of adding, so the scatter of a file over jobs cannot move the last digit.
CHARR_UNIT = 1_000_000

#: SNVs are counted by how their reads divide, for an estimate of contamination: edges
#: of the reference allele's frequency in the other samples (the last one belongs to
#: its bin), upper edges of the share of reference reads, and edges of depth.
BALANCE_FREQUENCIES = (0.1, 0.3, 0.5, 0.7, 0.9)
BALANCE_SHARES = (0.0, 0.02, 0.05, 0.09, 0.14, 0.2, 0.28, 0.38, 0.62)
BALANCE_DEPTHS = (20, 24, 30, 38, 51, 71, 101)
#: With fewer other samples the frequency of an allele is not known.
BALANCE_MIN_OTHERS = 10


def balance_name(frequency: int, share: int) -> str:
    """Return the name of the count of a bin of frequency and one of reads."""
    return f"balance_{frequency}_{share}"


def depth_name(number: int) -> str:
    """Return the name of the count of a bin of depth."""
    return f"balance_depth_{number}"


#: Sums of the reads of a variant's calls: reference and alternate reads of heterozygous
#: calls with allele depths, how many of these there are; depths of calls, and how many
#: have one.
VARIANT_READS = ("het_ref_reads", "het_alt_reads", "n_het", "depth_sum", "n_depth")
#: Their file in a piece.
READS_FILE = "variant_reads.npz"

#: Stands for values of FILTER beyond those that are counted by name.
OTHER_FILTERS = "(others)"

#: Why records, or alleles of them, are not stored. Position 0 is the telomere (VCF
#: specification, section 1.6.1), which has no base; more alleles than kernels have room
#: for (4,096) are of no variant that can be told apart.
DROP_REASONS = (
    "filter",
    "reference_not_acgt",
    "symbolic_allele",
    "no_genotypes",
    "duplicate_variant",
    "position_zero",
    "too_many_alleles",
)
#: Why a call that a file has is no genotype, as columns of the read metrics.
REFUSED_CALLS = ("n_no_reads", "n_failed_filter", "n_low_depth", "n_low_quality")
#: A call that stands, though its caller says that another genotype is as likely.
UNSURE_CALLS = "n_quality_zero"
CALL_KINDS = ("missing", "hom_ref", "other")


@dataclass
class ReadMetrics:
    """Per-sample sums over the records of a region; arrays of length n_samples."""

    n_samples: int
    sums: dict[str, Integers] = field(default_factory=dict)

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
        *REFUSED_CALLS,
        UNSURE_CALLS,
        *(
            balance_name(frequency, share)
            for frequency in range(len(BALANCE_FREQUENCIES) - 1)
            for share in range(len(BALANCE_SHARES))
        ),
        *(depth_name(number) for number in range(len(BALANCE_DEPTHS) - 1)),
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
    filters: Counter[str] = field(default_factory=Counter)
    genotypes: Counter[str] = field(default_factory=Counter)
    evidence: BuildEvidence = field(default_factory=BuildEvidence)

    def to_record(self) -> dict[str, Any]:
        """Return the counts as plain numbers and mappings, for a piece's JSON."""
        return {
            "n_records": self.n_records,
            "n_stored": self.n_stored,
            "n_multiallelic": self.n_multiallelic,
            "dropped": dict(self.dropped),
            "filters": dict(self.filters),
            "genotypes": dict(self.genotypes),
            "markers": self.evidence.markers,
            "beyond": self.evidence.beyond,
        }


@dataclass(frozen=True)
class ReadOptions:
    """How records are taken; see the config's ``ingest`` section.

    `sites` says where in the genome whole records are kept; None: nowhere.
    `annotations`: whether those in INFO are kept. `min_depth` and
    `min_genotype_quality`: of a call that says its own; 0 asks nothing.
    `genotype_filters`: the values of FORMAT/FT that pass; empty: all.
    """

    filters: frozenset[str]
    half_calls: str
    absent_is_reference: bool
    build: Build
    markers: dict[tuple[str, int, str, str], str]
    keep_phase: bool = False
    sites: Sites | None = None
    annotations: bool = False
    min_depth: int = 0
    min_genotype_quality: int = 0
    genotype_filters: frozenset[str] = frozenset({"PASS", "."})
