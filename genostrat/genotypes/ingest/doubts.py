"""What is doubtful about genotypes that were read, in words for the user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from genostrat.errors import printable
from genostrat.genotypes.records import REFUSED_CALLS, UNSURE_CALLS, ReadMetrics

#: Smallest share of records left out that is warned of.
MUCH = 0.25
#: Values of FILTER that a message names.
SHOWN = 8

#: Why calls are no genotypes, by the column that counts them.
_WHY = {
    "n_no_reads": "rest on no read (DP and GQ 0, AD all 0, PL all 0, MIN_DP 0, or DP 0"
    " with quality and likelihoods left blank)",
    "n_failed_filter": "fail a filter of their own (FORMAT/FT is not among"
    " ingest.genotype_filters)",
    "n_low_depth": "have fewer reads than ingest.min_depth",
    "n_low_quality": "have a lower quality than ingest.min_genotype_quality",
}
#: FORMAT keys of which one at least must be there for a limit to say anything.
_LIMITED_BY = {
    "min_depth": ("DP", "MIN_DP", "AD"),
    "min_genotype_quality": ("GQ", "RGQ"),
}


def count_refused(metrics: ReadMetrics) -> dict[str, dict[str, int]]:
    """Count the calls that are no genotypes, and the samples that have any, by why."""
    counted = {}
    for name in (*REFUSED_CALLS, UNSURE_CALLS):
        by_sample = metrics.sums[name]
        counted[name.removeprefix("n_")] = {
            "calls": int(by_sample.sum()),
            "samples": int(np.count_nonzero(by_sample)),
        }
    return counted


def doubt_calls(
    refused: Mapping[str, Mapping[str, int]],
    *,
    n_samples: int,
    limits: Mapping[str, int],
    formats: Sequence[str],
) -> Iterator[str]:
    """Say which calls were taken for missing, and which limits have nothing to limit.

    Parameters
    ----------
    refused
        As :func:`count_refused` returns it.
    n_samples
        Of the store.
    limits
        ``min_depth`` and ``min_genotype_quality`` of the config.
    formats
        FORMAT keys that all files declare.
    """
    for name, why in _WHY.items():
        found = refused[name.removeprefix("n_")]
        if found["calls"]:
            yield (
                f"{found['calls']} calls in {found['samples']} of {n_samples} samples"
                f" {why}; they are missing, not taken for what their GT says"
            )
    found = refused[UNSURE_CALLS.removeprefix("n_")]
    if found["calls"]:
        yield (
            f"{found['calls']} calls in {found['samples']} of {n_samples} samples have"
            " a quality (GQ) of 0, which says that another genotype is as likely; they"
            " are used all the same, unless ingest.min_genotype_quality is 1 or more"
        )
    for name, keys in _LIMITED_BY.items():
        if limits.get(name) and not set(keys).intersection(formats):
            yield (
                f"ingest.{name} is {limits[name]}, but no call says its own: the files"
                f" declare none of {', '.join(keys)}, so it excludes nothing"
            )


def count_filters(counts: Mapping[str, Any]) -> dict[str, int]:
    """Count the records left out for FILTER by each of its values, the commonest first.

    A record with several values counts for each.
    """
    named: Counter[str] = Counter()
    for text, number in counts["filters"].items():
        for name in text.split(";"):
            named[name] += number
    return dict(sorted(named.items(), key=lambda item: (-item[1], item[0])))


def list_drops(counts: Mapping[str, Any]) -> str:
    """Return what was left out while reading, by why; blank where nothing was."""
    parts = []
    for reason, number in sorted(counts["dropped"].items()):
        if number:
            listed = ", ".join(
                f"{printable(name, 60)} {n}"
                for name, n in list(count_filters(counts).items())[:SHOWN]
            )
            own = f" ({listed})" if reason == "filter" and listed else ""
            parts.append(f"{number} {reason}{own}")
    return ", ".join(parts)


def doubt_drops(counts: Mapping[str, Any]) -> Iterator[str]:
    """Say so where much of what stands in the files was left out."""
    n_dropped = sum(counts["dropped"].values())
    n_records = counts["n_records"]
    if n_dropped > MUCH * n_records:
        yield (
            f"{n_dropped} records or alleles are left out, of {n_records} records:"
            f" {list_drops(counts)}"
        )


def doubt_annotations(told: Mapping[str, Any] | None) -> Iterator[str]:
    """Say what of the annotations could not be used."""
    if told is None:
        return
    if told["n_malformed"]:
        yield (
            f"{told['n_malformed']} annotations have another number of subfields than"
            " the header says; they are left out"
        )
    if told["n_unmatched"]:
        yield (
            f"{told['n_unmatched']} annotations are of no allele of their record; they"
            " are left out: annotate after splitting and normalising, not before"
        )
    if told["n_unnamed"]:
        yield (
            f"{told['n_unnamed']} annotations of records with several ALT alleles do"
            " not say which one they are about, since the header names neither Allele"
            " nor ALLELE_NUM among the subfields; they are left out: annotate with both"
            " (vep --fields Allele,…, or --allele_number), or split the records first"
            " (bcftools norm -m-)"
        )
    if told["unknown_terms"]:
        yield (
            f"{told['unknown_terms']} consequences are none of the Sequence Ontology's"
            " that are known here; they count as the least severe"
        )
