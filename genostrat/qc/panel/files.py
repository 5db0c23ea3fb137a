"""A reference panel's files, checked before anything is computed from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.genotypes.ingest.build_check import find_contradiction
from genostrat.genotypes.ingest.sources import (
    describe_source,
    gather_build_evidence,
    inspect_source,
)
from genostrat.genotypes.plink.references import Marker
from genostrat.genotypes.vcf.inspection import VcfFile
from genostrat.sheets.identifiers import list_some, reconcile
from genostrat.sheets.panel import check_panel_sizes, read_panel_labels

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class PanelIntake:
    """A panel's files, found to be sound.

    Attributes
    ----------
    people
        Who has both genotypes and a label, sorted: sample_id, sex (blank), ancestry,
        population.
    record
        What the reading of the genotypes needs to know; as ``check/genotypes.json``.
    """

    people: pd.DataFrame
    record: dict[str, Any]


def check_panel(
    *,
    panel: Mapping[str, Any],
    build: str,
    n_pieces: int,
    markers: Mapping[Marker, str],
) -> PanelIntake:
    """Check a panel's labels and genotype files.

    Parameters
    ----------
    panel
        The section `reference_panel` of a cohort's config.
    build
        The cohort's, which must be the panel's.
    n_pieces
        Parts of the genome that will be read in parallel.
    markers
        Known variants, by which the build of a fileset is judged; see
        :func:`genostrat.genotypes.builds.load_markers`.

    Raises
    ------
    GenostratError
        With everything that is wrong.
    """
    problems: list[Problem] = []
    labels, files = None, None
    try:
        labels = read_panel_labels(panel["labels"], columns=panel.get("columns"))
    except GenostratError as error:
        problems += error.problems
    try:
        files = inspect_source(panel)
    except GenostratError as error:
        problems += error.problems
    if labels is None or files is None:
        raise GenostratError(problems)
    warnings: list[str] = []
    people = _match_people(labels, files[0], panel, warnings)
    problems += check_panel_sizes(people, panel["labels"])
    detected, shown_by = _check_build(files, build, markers, warnings, problems)
    raise_if_any(problems)
    record = {
        "n_genotyped": len(people),
        "build_declared": build,
        "build_detected": detected,
        "build_shown_by": shown_by,
        "warnings": warnings,
    } | describe_source(files, section=panel, n_pieces=n_pieces)
    return PanelIntake(people, record)


def is_strand_known(*records: Mapping[str, Any]) -> bool:
    """Say whether all genotypes are on the genome's forward strand, as far as known.

    Parameters
    ----------
    *records
        Of the inputs of the cohort and of the panel.
    """
    return not any(record.get("ref_provisional") for record in records)


def _match_people(
    labels: pd.DataFrame,
    file: VcfFile,
    panel: Mapping[str, Any],
    warnings: list[str],
) -> pd.DataFrame:
    """Return the people with both genotypes and a label."""
    match = reconcile(list(labels["sample_id"]), file.samples)
    if not match.common:
        raise GenostratError(
            Problem(
                "none of the labelled people is in the panel's genotypes"
                + (f"; {match.hint}" if match.hint else ""),
                file=panel["labels"],
                column="sample_id",
                found=list_some(match.only_sheet),
                allowed=f"the samples of {file.path}",
                fix="give the labels of this panel",
            )
        )
    if match.only_sheet:
        warnings.append(
            f"{len(match.only_sheet)} people with a label have no genotypes in the"
            " panel; they are left out"
        )
    if match.only_other:
        warnings.append(
            f"{len(match.only_other)} people of the panel have no label; they are left"
            " out"
        )
    people = labels.set_index("sample_id").loc[match.common].reset_index()
    people.insert(1, "sex", "")
    return people


def _check_build(
    files: Sequence[VcfFile],
    build: str,
    markers: Mapping[Marker, str],
    warnings: list[str],
    problems: list[Problem],
) -> tuple[str | None, str]:
    """Return the panel's build and what showed it; a wrong one is a problem."""
    evidence, doubts = gather_build_evidence(files, markers=markers)
    warnings += doubts
    detected, shown_by = evidence.verdict()
    if find_contradiction(build, evidence, file=files[0].path) is not None:
        problems.append(
            Problem(
                "the reference panel is on another build than the cohort",
                file=files[0].path,
                found=f"{detected}: {shown_by}",
                allowed=f"{build}, as genotypes.build says",
                fix=f"give the panel on {build}",
            )
        )
    return detected, shown_by
