"""Checking everything a cohort names, before anything is computed.

The sheet, the genotype files and the matrices are looked at together, and all that is
wrong with any of them is said at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from genostrat.config.settings import outcome_columns
from genostrat.errors import (
    GenostratError,
    Problem,
    nearest,
    printable,
    raise_if_any,
)
from genostrat.genotypes.ingest.build_check import REFUSE, check_build
from genostrat.genotypes.ingest.sources import (
    count_unread,
    describe_source,
    gather_build_evidence,
    inspect_source,
)
from genostrat.genotypes.plink.references import Marker
from genostrat.genotypes.vcf.inspection import VcfFile
from genostrat.profile.burden_genes import read_genes
from genostrat.profile.matrices import read_matrix
from genostrat.sheets.clinical import Sheet, numeric_columns, read_sheet
from genostrat.sheets.gene_sets import read_all_gene_sets
from genostrat.sheets.identifiers import describe_mismatch, reconcile
from genostrat.sheets.overrides import no_overrides, read_overrides

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Intake:
    """A cohort's inputs, found to be sound.

    Attributes
    ----------
    sheet
        The clinical sheet.
    overrides
        Decisions about samples that were made by hand.
    genotyped
        Samples of the store: in the sheet and in the genotypes, sorted.
    record
        What later jobs and the report need to know; without identifiers.
    """

    sheet: Sheet
    overrides: pd.DataFrame
    genotyped: list[str] = field(default_factory=list)
    record: dict[str, Any] = field(default_factory=dict)


def check_cohort(
    *,
    samples: Mapping[str, Any],
    genotypes: Mapping[str, Any] | None,
    matrices: Sequence[Mapping[str, Any]],
    treatment: Mapping[str, str] | None,
    outcomes: Sequence[Mapping[str, Any]],
    labels: Sequence[str],
    n_pieces: int,
    markers: Mapping[Marker, str] | None = None,
    gene_sets: Sequence[str] = (),
    burden: Mapping[str, Any] | None = None,
) -> Intake:
    """Check the inputs of a cohort.

    Parameters
    ----------
    samples, genotypes, matrices, treatment, outcomes, labels
        As in the cohort's config.
    n_pieces
        Parts of the genome that will be read in parallel.
    markers
        Known variants, by which the build and the reference alleles of a PLINK
        fileset are judged; see :func:`genostrat.genotypes.builds.load_markers`.
    gene_sets
        As in the cohort's config.
    burden
        The config's ``profile.burden`` where burden is counted, else None.

    Raises
    ------
    GenostratError
        With everything that is wrong.
    """
    problems: list[Problem] = []
    sheet, files = None, None
    try:
        sheet = _read_sheet(samples, treatment, outcomes, labels)
        problems += _check_treatment(sheet, samples, treatment)
    except GenostratError as error:
        problems += error.problems
    if genotypes is not None:
        try:
            files = inspect_source(genotypes)
        except GenostratError as error:
            problems += error.problems
    problems += _check_genes(gene_sets, burden, genotypes, files)
    if sheet is None:
        raise GenostratError(problems)
    ids = list(sheet.frame["sample_id"])
    warnings = list(sheet.warnings)
    overrides = no_overrides()
    try:
        overrides = _read_overrides(samples, ids, genotyped=genotypes is not None)
    except GenostratError as error:
        problems += error.problems
    problems += _check_matrices(matrices, ids, warnings, gene_sets=gene_sets)
    record = {"n_sheet": len(ids), "warnings": warnings}
    intake = Intake(sheet, overrides, record=record)
    if files is not None and genotypes is not None:
        problems += _reconcile_genotypes(intake, files, samples)
        raise_if_any(problems)
        _describe_genotypes(intake, files, genotypes, n_pieces, markers or {})
        _mark_idle_overrides(intake)
    raise_if_any(problems)
    return intake


def _check_genes(
    gene_sets: Sequence[str],
    burden: Mapping[str, Any] | None,
    genotypes: Mapping[str, Any] | None,
    files: Sequence[VcfFile] | None,
) -> Iterator[Problem]:
    """Check the files that say what genes are, and that burden can be counted."""
    try:
        read_all_gene_sets(gene_sets)
    except GenostratError as error:
        yield from error.problems
    if burden is None or genotypes is None:
        return
    if list(burden["features"]) == ["sets"] and not gene_sets:
        yield Problem(
            "profile.burden.features is sets alone, but the cohort names no gene sets",
            fix="add `gene_sets`, or count `genes`",
        )
    if burden["gene_map"]:
        try:
            read_genes(burden["gene_map"], build=genotypes["build"])
        except GenostratError as error:
            yield from error.problems
        return
    for file in files or ():
        if not getattr(file, "annotated", False):
            yield Problem(
                "profile.burden is enabled, but the file says nothing of genes",
                file=file.path,
                found="no annotations of VEP, SnpEff or bcftools csq in its header"
                if genotypes.get("vcf")
                else "a fileset, of which no annotations are read",
                allowed="INFO/CSQ, ANN or BCSQ in a VCF or BCF, or a gene map",
                fix="annotate it, or set profile.burden.gene_map",
            )


def _read_sheet(
    samples: Mapping[str, Any],
    treatment: Mapping[str, str] | None,
    outcomes: Sequence[Mapping[str, Any]],
    labels: Sequence[str],
) -> Sheet:
    expected = [
        *samples["extra_columns"],
        *labels,
        *([treatment["column"]] if treatment else []),
        *outcome_columns({"outcomes": outcomes}),
    ]
    return read_sheet(
        samples["path"],
        columns=samples["columns"],
        expected=list(dict.fromkeys(expected)),
        unknown_columns=samples["unknown_columns"],
        missing_values=samples["missing_values"],
        numeric=numeric_columns(outcomes),
    )


def _read_overrides(
    samples: Mapping[str, Any], ids: Sequence[str], *, genotyped: bool
) -> pd.DataFrame:
    path = samples.get("overrides")
    if path is None:
        return no_overrides()
    if not genotyped:
        raise GenostratError(
            Problem(
                "without genotypes no rule judges samples, so none can be overruled",
                file=path,
                fix="leave patients out of the sheet, and remove samples.overrides",
            )
        )
    return read_overrides(path, samples=ids)


def _mark_idle_overrides(intake: Intake) -> None:
    idle = ~intake.overrides["sample_id"].isin(intake.genotyped)
    if idle.any():
        intake.record["warnings"].append(
            f"{int(idle.sum())} of {len(idle)} decisions by hand are about samples"
            " without genotypes; they have no effect"
        )


def _check_treatment(
    sheet: Sheet, samples: Mapping[str, Any], treatment: Mapping[str, str] | None
) -> Iterator[Problem]:
    if treatment is None:
        return
    column, reference = treatment["column"], treatment["reference"]
    arms = sorted(set(sheet.frame[column]) - {""})
    if reference not in arms:
        close = nearest(reference, arms)
        yield Problem(
            "no patient has the reference treatment",
            file=samples["path"],
            column=column,
            found=", ".join(arms) or "only blanks",
            allowed=reference,
            fix=f"set treatment.reference: {close}"
            if close
            else "correct treatment.reference",
        )
    elif len(arms) < 2:
        yield Problem(
            "all patients have the same treatment, so none can be compared",
            file=samples["path"],
            column=column,
            found=", ".join(arms),
            fix="remove `treatment` from the cohort's config",
        )


def _check_matrices(
    matrices: Sequence[Mapping[str, Any]],
    ids: list[str],
    warnings: list[str],
    *,
    gene_sets: Sequence[str],
) -> Iterator[Problem]:
    features: list[str] = []
    for matrix in matrices:
        try:
            frame = read_matrix(
                matrix["path"],
                name=matrix["name"],
                orientation=matrix["orientation"],
                cohort_ids=ids,
            )
        except GenostratError as error:
            yield from error.problems
            continue
        features += map(str, frame.columns)
        lacking = len(ids) - len(frame)
        if lacking:
            warnings.append(
                f"the matrix {matrix['name']} has no values for {lacking} of"
                f" {len(ids)} patients"
            )
    warnings += _strange_genes(features, gene_sets)


def _strange_genes(features: list[str], gene_sets: Sequence[str]) -> Iterator[str]:
    """Warn where gene sets and matrices have no name in common."""
    try:
        sets = read_all_gene_sets(gene_sets)
    except GenostratError:
        return
    genes = {gene for members in sets.values() for gene in members}
    if genes and features and not genes.intersection(features):
        yield (
            "no member of the gene sets is a feature of a matrix, so none is tested:"
            f" genes are named as {printable(min(genes), 40)} in the sets, and as"
            f" {printable(min(features), 40)} in the matrices"
        )


def _reconcile_genotypes(
    intake: Intake, files: Sequence[VcfFile], samples: Mapping[str, Any]
) -> list[Problem]:
    match = reconcile(list(intake.sheet.frame["sample_id"]), files[0].samples)
    intake.genotyped = match.common
    problems = describe_mismatch(
        match, sheet=samples["path"], other=files[0].path, what="genotypes"
    )
    if samples["unmatched"] == "drop" and match.common:
        intake.record["warnings"] += [
            f"{problem.what}; they are left out" for problem in problems
        ]
        return []
    return problems


def _describe_genotypes(
    intake: Intake,
    files: Sequence[VcfFile],
    genotypes: Mapping[str, Any],
    n_pieces: int,
    markers: Mapping[Marker, str],
) -> None:
    """Check the build and plan the reading."""
    evidence, doubts = gather_build_evidence(files, markers=markers)
    intake.record["warnings"] += [*doubts, *count_unread(files)[1]]
    intake.record["warnings"] += [
        f"{file.path} has no index, so one job reads it whole; for several to share it,"
        " compress it with bgzip and run: bcftools index -t FILE"
        for file in files
        if not file.indexed
    ]
    contradiction = genotypes.get("build_contradiction", REFUSE)
    finding = check_build(
        genotypes["build"],
        evidence,
        files=[file.path for file in files],
        contradiction=contradiction,
    )
    intake.record["warnings"] += finding.warnings
    intake.record |= {
        "n_genotyped": len(intake.genotyped),
        "build_declared": genotypes["build"],
        "build_detected": finding.detected,
        "build_shown_by": finding.shown_by,
        "build_contradiction": contradiction,
    } | describe_source(files, section=genotypes, n_pieces=n_pieces)
