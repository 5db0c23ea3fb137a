"""Checking everything a cohort names, before anything is computed.

The sheet, the genotype files and the matrices are looked at together, and all that is
wrong with any of them is said at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from genostrat.cells import parse_numbers
from genostrat.config.columns import Origins, Use
from genostrat.config.outcomes import read_outcomes, read_treatment
from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.genotypes.ingest.build_check import REFUSE, check_build
from genostrat.genotypes.ingest.sources import (
    count_unread,
    describe_source,
    gather_build_evidence,
    inspect_source,
)
from genostrat.genotypes.plink.references import Marker
from genostrat.genotypes.vcf.inspection import VcfFile
from genostrat.intake.matrices import (
    MatrixCheck,
    check_matrices,
    find_leaks,
    strange_genes,
)
from genostrat.intake.others import (
    check_medicines,
    check_outside_calls,
    check_scores,
    check_sequence,
    check_studies,
)
from genostrat.intake.shortages import Demand, find_shortages
from genostrat.profile.burden_genes import read_genes
from genostrat.sheets.clinical import Request, Sheet, read_sheet
from genostrat.sheets.gene_sets import read_all_gene_sets
from genostrat.sheets.identifiers import (
    describe_left_out,
    describe_mismatch,
    reconcile,
)
from genostrat.sheets.opt_outs import find_unrecognised, read_opt_outs
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
        What was found, for users and the report; without identifiers.
    reading
        How the genotypes will be read: what the jobs that read them need to know, and
        nothing that is about the sheet. Without warnings alone, where there are none.
    """

    sheet: Sheet
    overrides: pd.DataFrame
    genotyped: list[str] = field(default_factory=list)
    record: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=lambda: {"warnings": []})


def check_cohort(
    request: Mapping[str, Any],
    *,
    n_pieces: int,
    markers: Mapping[Marker, str] | None = None,
) -> Intake:
    """Check the inputs of a cohort.

    Parameters
    ----------
    request
        From :func:`genostrat.config.request.request_check`.
    n_pieces
        Parts of the genome that will be read in parallel.
    markers
        Known variants, by which the build and the reference alleles of a PLINK
        fileset are judged; see :func:`genostrat.genotypes.builds.load_markers`.

    Raises
    ------
    GenostratError
        With everything that is wrong.
    """
    samples, genotypes = request["samples"], request["genotypes"]
    problems: list[Problem] = []
    sheet, files = None, None
    opted_out: dict[str, str] = {}
    try:
        # Without the list nobody knows whose cells may be read.
        opted_out = read_opt_outs(samples["opt_out"]) if samples["opt_out"] else {}
        sheet = _read_sheet(request, frozenset(opted_out))
    except GenostratError as error:
        problems += error.problems
    if genotypes is not None:
        try:
            files = inspect_source(genotypes)
        except GenostratError as error:
            problems += error.problems
        problems += check_sequence(genotypes)
    gene_sets = request["gene_sets"]
    problems += _check_genes(gene_sets, request["burden"], genotypes, files)
    if sheet is None:
        raise GenostratError(problems)
    ids = list(sheet.frame["sample_id"])
    gone = sheet.left_out.names
    overrides = no_overrides()
    try:
        overrides = _read_overrides(
            samples, ids, gone=gone, genotyped=genotypes is not None
        )
    except GenostratError as error:
        problems += error.problems
    found = check_matrices(
        request["matrices"],
        ids,
        sheet=samples["path"],
        unmatched=samples["unmatched"],
        outcomes=_told(request, sheet),
        left_out=gone,
    )
    if opted_out:
        here = {*ids, *sheet.left_out.seen, *found.samples}
        here |= set(files[0].samples) if files else set()
        problems += find_unrecognised(opted_out, here, path=samples["opt_out"])
    problems += [*found.problems, *find_leaks(found.features, _not_features(request))]
    record: dict[str, Any] = {
        "n_sheet": len(ids),
        "warnings": [
            *sheet.warnings,
            *found.warnings,
            *strange_genes(found.features.values(), gene_sets),
        ],
        "columns": sheet.columns,
        "matched": found.matched,
    }
    problems += check_medicines(request, sheet.frame)
    wrong, said = check_studies(request, sheet.frame)
    problems += wrong
    record["warnings"] += said
    intake = Intake(sheet, overrides, record=record)
    if files is not None and genotypes is not None:
        problems += _reconcile_genotypes(intake, files, samples, gone=gone)
        problems += _find_lost_arms(intake, samples, request["treatment"])
        wrong, said = check_scores(request["scores"], build=genotypes["build"])
        problems += wrong
        intake.record["warnings"] += said
        wrong, said = check_outside_calls(request, intake.genotyped)
        problems += wrong
        intake.record["warnings"] += said
    problems += _find_shortages(intake, found, request)
    raise_if_any(problems)
    if files is not None and genotypes is not None:
        _describe_genotypes(intake, files, genotypes, n_pieces, markers or {})
        _mark_idle_overrides(intake)
    return intake


def _not_features(request: Mapping[str, Any]) -> dict[str, str]:
    """Return column → what it is, of those that strata must not be formed with."""
    columns = {
        column: f"outcome {outcome.name}"
        for outcome in read_outcomes(request["outcomes"])
        for column in outcome.all_columns
    }
    treatment = read_treatment(request["treatment"])
    return columns | ({treatment.column: "treatment"} if treatment else {})


def _told(request: Mapping[str, Any], sheet: Sheet) -> dict[str, list[float]]:
    """Return what outcomes are called → a number for every patient of the sheet."""
    return {
        f"outcome {outcome.name}": list(parse_numbers(list(sheet.frame[column])))
        for outcome in read_outcomes(request["outcomes"])
        for column in outcome.all_columns
        if column in sheet.frame
    }


def _find_shortages(
    intake: Intake, found: MatrixCheck, request: Mapping[str, Any]
) -> Iterator[Problem]:
    if request["demand"] is None or len(found.measured) < len(request["matrices"]):
        return
    demand = Demand(**request["demand"])
    frame, columns = intake.sheet.frame, intake.sheet.columns
    measured = dict(found.measured)
    clinical = columns["resolved"]["profile.clinical_features"]
    if clinical:
        known = (frame[clinical] != "").any(axis=1)
        measured["clinical"] = list(frame.loc[known, "sample_id"])
        if set(clinical) <= set(columns["idle"]):
            yield Problem(
                "no column of profile.clinical_features differs between patients enough"
                " to be a feature",
                file=request["samples"]["path"],
                found="; ".join(columns["idle"][name] for name in clinical),
                fix="name other columns, or remove profile.clinical_features",
            )
    measured |= {layer: intake.genotyped for layer in demand.of_genotypes}
    cells = frame.set_index("sample_id")
    covariates = {
        name: (columns["kinds"][name], cells[name].to_dict())
        for name in columns["resolved"]["profile.adjust_for"]
        if name in columns["kinds"] and name not in columns["idle"]
    }
    yield from find_shortages(measured, covariates, demand)


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
                found=_describe_annotations(file, is_vcf=bool(genotypes.get("vcf"))),
                allowed="INFO/CSQ, ANN or BCSQ in a VCF or BCF, or a gene map",
                fix="annotate it, or set profile.burden.gene_map",
            )


def _describe_annotations(file: VcfFile, *, is_vcf: bool) -> str:
    if not is_vcf:
        return "a fileset, of which no annotations are read"
    unread = "; ".join(file.unread_annotations)
    return unread or "no annotations of VEP, SnpEff or bcftools csq in its header"


def _read_sheet(request: Mapping[str, Any], opted_out: frozenset[str]) -> Sheet:
    samples = request["samples"]
    asked = Request(
        columns=samples["columns"],
        uses=[Use(**use) for use in request["uses"]],
        outcomes=read_outcomes(request["outcomes"]),
        treatment=read_treatment(request["treatment"]),
        unknown_columns=samples["unknown_columns"],
        missing_values=samples["missing_values"],
        sex_codes=samples["sex_codes"],
        ancestry_labels=samples["ancestry_labels"],
        panel_labels=request["panel_labels"],
        origins=Origins(**request["origins"]),
        opted_out=opted_out,
    )
    return read_sheet(samples["path"], asked)


def _read_overrides(
    samples: Mapping[str, Any],
    ids: Sequence[str],
    *,
    gone: frozenset[str],
    genotyped: bool,
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
    table = read_overrides(path, samples=[*ids, *gone])
    return table[~table["sample_id"].isin(gone)].reset_index(drop=True)


def _mark_idle_overrides(intake: Intake) -> None:
    idle = ~intake.overrides["sample_id"].isin(intake.genotyped)
    if idle.any():
        intake.record["warnings"].append(
            f"{int(idle.sum())} of {len(idle)} decisions by hand are about samples"
            " without genotypes; they have no effect"
        )


def _reconcile_genotypes(
    intake: Intake,
    files: Sequence[VcfFile],
    samples: Mapping[str, Any],
    *,
    gone: frozenset[str],
) -> list[Problem]:
    others = [name for name in files[0].samples if name not in gone]
    match = reconcile(list(intake.sheet.frame["sample_id"]), others)
    intake.genotyped = match.common
    intake.record["matched"].append(
        {
            "input": "genotypes",
            "file": str(files[0].path),
            "n_both": len(match.common),
            "n_sheet_only": len(match.only_sheet),
            "n_input_only": len(match.only_other),
        }
    )
    if samples["unmatched"] == "drop" and match.common:
        intake.record["warnings"] += describe_left_out(match, what="genotypes")
        return []
    return describe_mismatch(
        match, sheet=samples["path"], other=files[0].path, what="genotypes"
    )


def _find_lost_arms(
    intake: Intake, samples: Mapping[str, Any], treatment: Mapping[str, Any] | None
) -> Iterator[Problem]:
    """Find arms of which nobody has genotypes: quality control keeps none of them."""
    treated, frame = read_treatment(treatment), intake.sheet.frame
    if treated is None or samples["unmatched"] != "drop":
        return
    there = frame["sample_id"].isin(intake.genotyped)
    kept = set(frame.loc[there, treated.column])
    for arm in sorted(set(frame[treated.column]) - kept - {""}):
        yield Problem(
            "nobody in this arm has genotypes, so it would be empty",
            file=samples["path"],
            column=treated.column,
            found=arm,
            fix="correct the identifiers, or leave these patients out of the sheet",
        )


def _describe_genotypes(
    intake: Intake,
    files: Sequence[VcfFile],
    genotypes: Mapping[str, Any],
    n_pieces: int,
    markers: Mapping[Marker, str],
) -> None:
    """Check the build and plan the reading."""
    evidence, doubts = gather_build_evidence(files, markers=markers)
    warnings = [*doubts, *count_unread(files)[1]]
    warnings += [
        f"{file.path} has no index, so one job reads it whole; for several to share it,"
        " compress it with bgzip and run: bcftools index -t FILE"
        for file in files
        if not file.indexed
    ]
    warnings += [
        f"{file.path} has annotations that are not read, so no variant has a"
        f" consequence: {text}"
        for file in files
        for text in file.unread_annotations
    ]
    contradiction = genotypes.get("build_contradiction", REFUSE)
    finding = check_build(
        genotypes["build"],
        evidence,
        files=[file.path for file in files],
        contradiction=contradiction,
    )
    plan = {
        "n_genotyped": len(intake.genotyped),
        "build_declared": genotypes["build"],
        "build_detected": finding.detected,
        "build_shown_by": finding.shown_by,
        "build_contradiction": contradiction,
    } | describe_source(files, section=genotypes, n_pieces=n_pieces)
    warnings += finding.warnings
    intake.record["warnings"] += warnings
    intake.record |= plan
    intake.reading = plan | {"warnings": warnings}
