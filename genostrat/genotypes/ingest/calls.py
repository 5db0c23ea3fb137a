"""The genotype store of a cohort, and what only all its records together tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.genotypes.builds import BUILDS, BuildEvidence
from genostrat.genotypes.ingest.build_check import REFUSE, check_build
from genostrat.genotypes.ingest.doubts import (
    count_filters,
    count_refused,
    doubt_annotations,
    doubt_calls,
    doubt_drops,
    list_drops,
)
from genostrat.genotypes.ingest.gathering import Gathered, gather_pieces
from genostrat.genotypes.ingest.merges import describe_merge, looks_merged

if TYPE_CHECKING:
    import pandas as pd


def build_store(
    folders: Sequence[str | Path],
    *,
    intake: dict[str, Any],
    samples: list[str],
    sheet: pd.DataFrame,
    absent_calls: str,
    store: str | Path,
    limits: Mapping[str, int] | None = None,
) -> tuple[dict[str, Any], Gathered]:
    """Gather the pieces of a cohort, and judge what only all records together tell.

    Parameters
    ----------
    folders
        Of all pieces, in order.
    intake
        What the checking of the inputs found (``check/genotypes.json``).
    samples
        Of the store, in its order.
    sheet
        ``check/samples.tsv``.
    absent_calls
        The config's ``ingest.absent_calls``.
    store
        Folder to write.
    limits
        ``min_depth`` and ``min_genotype_quality``, where calls were held against them.

    Returns
    -------
    summary
        The record ``genotypes/ingest.json``.
    gathered
        What the pieces make besides the store.

    Raises
    ------
    GenostratError
        If records are missing that the index counts, no record was left in the store
        or at a wanted site, the variants are on another build than declared, or the
        files look like a merge of single-sample files.
    """
    sex = sheet.set_index("sample_id")["sex"]
    gathered = gather_pieces(
        folders, samples=samples, sexes=list(sex.loc[samples]), store=store
    )
    counts = gathered.counts
    files = intake["files"]
    raise_if_any(_find_short_reads(files, intake["records"], counts))
    n_at_sites = len(gathered.site_records or ())
    if not counts["n_stored"] and not n_at_sites:
        raise GenostratError(_nothing_stored(files[0], counts))
    evidence = BuildEvidence(
        markers=dict.fromkeys(BUILDS, 0) | counts["markers"],
        beyond=dict.fromkeys(BUILDS, 0) | counts["beyond"],
    )
    finding = check_build(
        intake["build_declared"],
        evidence,
        files=files,
        contradiction=intake.get("build_contradiction", REFUSE),
    )
    detected, shown_by = finding.detected, finding.shown_by
    if detected is None:
        detected, shown_by = intake["build_detected"], intake["build_shown_by"]
    merged = looks_merged(counts["genotypes"], n_samples=len(samples))
    if merged and absent_calls == "refuse":
        raise GenostratError(describe_merge(files[0], counts["genotypes"]))
    warnings = [*intake["warnings"], *finding.warnings]
    if not counts["n_stored"]:
        warnings.append(
            f"none of the {counts['n_records']} records could be stored as a variant"
            f" ({_list_drops(counts)}): only what is read at wanted sites can be used"
        )
    if detected is None:
        warnings.append(
            "nothing in the data tells whether they are on"
            f" {intake['build_declared']}, as the config says"
        )
    if absent_calls == "reference":
        warnings.append(
            "ingest.absent_calls is reference: every missing genotype was taken for"
            " homozygous reference, by the user's choice"
        )
    refused = count_refused(gathered.sums)
    warnings += doubt_calls(
        refused, n_samples=len(samples), limits=limits or {}, formats=intake["formats"]
    )
    if counts["n_stored"]:
        warnings += doubt_drops(counts)
    warnings += doubt_annotations(gathered.annotations)
    return {
        "build_declared": intake["build_declared"],
        "build_detected": detected,
        "build_shown_by": shown_by,
        "chr_prefix": intake["chr_prefix"],
        "joint_called": not merged,
        "contigs": counts["contigs"],
        "n_samples": len(samples),
        "n_records": counts["n_records"],
        "n_stored": counts["n_stored"],
        "n_multiallelic": counts["n_multiallelic"],
        "n_at_sites": n_at_sites,
        "annotations": gathered.annotations,
        "dropped": dict(sorted((counts["dropped"] | intake.get("unread", {})).items())),
        "filters": count_filters(counts),
        "refused_calls": refused,
        "autosomal_genotypes": dict(sorted(counts["genotypes"].items())),
        "formats": intake["formats"],
        "warnings": warnings,
    }, gathered


def _find_short_reads(
    files: Sequence[str], expected: dict[str, int], counts: dict[str, Any]
) -> Iterator[Problem]:
    """Hold the records that were read against those that the indexes count.

    htslib's iterators end at a damaged block as they end at the end of a region, so
    only the count tells a short read from a whole one.
    """
    for contig, n_expected in expected.items():
        n_read = counts["records_by_contig"][contig]
        if n_read != n_expected:
            yield Problem(
                f"contig {contig} could not be read whole",
                file=", ".join(files),
                found=f"{n_read} records",
                allowed=f"{n_expected} records, as the index counts",
                fix="the file is damaged, or the index is of another file: check with"
                " `bgzip -t FILE`, make the file again, and index it anew",
            )


def _nothing_stored(file: str, counts: dict[str, Any]) -> Problem:
    return Problem(
        "no variant is left to work with",
        file=file,
        found=f"{counts['n_records']} records; dropped: {_list_drops(counts)}",
        allowed="at least one variant with FILTER as in ingest.filters, ACGT alleles,"
        " and GT",
        fix="add the file's own FILTER values to ingest.filters, or set it to [] for"
        " all"
        if counts["dropped"]["filter"]
        else "check that this is the file you mean",
    )


def _list_drops(counts: dict[str, Any]) -> str:
    return list_drops(counts) or "none"
