"""Checking files that only later stages use: scores, sequence, calls of other tools.

They are read here and thrown away, so that a mistake in them stops a run before
genotypes are read and not after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genostrat.config.columns import Origins
from genostrat.config.outcomes import read_treatment
from genostrat.errors import GenostratError, Problem, nearest
from genostrat.genome.sequence import find_sequence_problems
from genostrat.pgx.guidance.sources.loading import load_guidance
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.outside.calls import read_outside_calls
from genostrat.sheets.alterations import read_alterations
from genostrat.sheets.score_files import read_score

if TYPE_CHECKING:
    import pandas as pd

#: Bytes of a score file above which only the job that uses it reads it: some hold
#: millions of variants, and a check should take seconds.
_LARGE = 2**24


def check_scores(
    paths: Sequence[str], *, build: str
) -> tuple[list[Problem], list[str]]:
    """Find polygenic scores that cannot be read, or are called alike.

    Parameters
    ----------
    paths
        The score files.
    build
        Of the cohort.

    Returns
    -------
    problems, doubts
        What is wrong, and what the user should know, in words.
    """
    doubts: list[str] = []
    return list(_find_problems(paths, build, doubts)), doubts


def _find_problems(
    paths: Sequence[str], build: str, doubts: list[str]
) -> Iterator[Problem]:
    names: dict[str, str] = {}
    for path in paths:
        try:
            if Path(path).stat().st_size > _LARGE:
                continue
            score = read_score(path, build=build)
        except GenostratError as error:
            yield from error.problems
            continue
        name = score.name
        doubts += score.doubts
        if name in names:
            yield Problem(
                f"two scores are called {name!r}",
                file=path,
                found=f"the same name as {names[name]}",
                fix="remove one of them from `scores`",
            )
        names[name] = path


def check_studies(
    request: Mapping[str, Any], frame: pd.DataFrame
) -> tuple[list[Problem], list[str]]:
    """Check what matching with studies needs of a cohort.

    Parameters
    ----------
    request
        From :func:`genostrat.config.request.request_check`.
    frame
        The sheet.

    Returns
    -------
    problems, warnings
        Warnings name no patient.
    """
    problems: list[Problem] = []
    warnings: list[str] = []
    if request["alterations"]:
        try:
            _, warnings = read_alterations(
                request["alterations"], samples=set(frame["sample_id"])
            )
        except GenostratError as error:
            problems += error.problems
    if request["studies"] is None:
        return problems, warnings
    columns = request["studies"]
    asked = {
        "age": "age",
        "sex": "sex",
        "medications": "medicines",
        columns["diagnosis"]: "diagnoses",
        columns["performance"]: "performance status",
    }
    lacking = [
        words
        for column, words in asked.items()
        if column not in frame or not (frame[column] != "").any()
    ]
    if lacking:
        warnings.append(
            f"the sheet says nothing of {', '.join(lacking)}: criteria of studies that"
            " ask for it stay undetermined"
        )
    if columns["consent"] not in frame:
        warnings.append(
            f"the sheet has no column {columns['consent']}: no patient stands on a list"
            " of people to contact about a study"
        )
    return problems, warnings


def check_medicines(
    request: Mapping[str, Any], frame: pd.DataFrame
) -> Iterator[Problem]:
    """Find medicines of ``response.medicine_genes`` whose takers nobody could know.

    Takers are known of medicines that guidance names, and of those that an arm is
    called after.

    Parameters
    ----------
    request
        From :func:`genostrat.config.request.request_check`.
    frame
        The sheet.
    """
    asked = request["medicine_genes"]
    if asked is None:
        return
    try:
        known = set(load_guidance(asked["guidance"]).drugs)
    except GenostratError as error:
        yield from error.problems
        return
    treatment = read_treatment(request["treatment"])
    arms = set() if treatment is None else set(frame[treatment.column])
    known |= {str(arm).strip().casefold() for arm in arms} - {""}
    origins = Origins(**request["origins"])
    for index, medicine in enumerate(asked["medicines"]):
        if medicine not in known:
            close = nearest(medicine, sorted(known))
            yield Problem(
                "response.medicine_genes names a medicine that neither guidance nor an"
                " arm names, so nobody would be known to take it",
                **origins.place_in_cohort(("response", "medicine_genes", index)),
                found=medicine,
                allowed=f"generic names of {', '.join(asked['guidance'])}, or an arm",
                fix=f"did you mean {close}?" if close else "correct or remove the pair",
            )


def check_outside_calls(
    request: Mapping[str, Any], samples: Sequence[str]
) -> tuple[list[Problem], list[str]]:
    """Read calls of other tools, and say what is wrong with them and what is left out.

    Parameters
    ----------
    request
        From :func:`genostrat.config.request.request_check`.
    samples
        The genotyped samples.

    Returns
    -------
    problems, warnings
        Warnings name no patient.
    """
    if not request["outside_calls"] or request["genotypes"] is None:
        return [], []
    try:
        knowledge = load_knowledge(
            request["knowledge"], build=request["genotypes"]["build"]
        )
        _, findings = read_outside_calls(
            request["outside_calls"], knowledge=knowledge, samples=samples
        )
    except GenostratError as error:
        return error.problems, []
    return [], list(findings)


def check_sequence(genotypes: Mapping[str, Any]) -> list[Problem]:
    """Find what is wrong with the FASTA file of the build, where there is one.

    Parameters
    ----------
    genotypes
        The section of a cohort's config.
    """
    fasta = genotypes.get("fasta")
    if not fasta:
        return []
    return list(find_sequence_problems(fasta, build=genotypes["build"]))
