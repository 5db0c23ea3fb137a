"""Checking files that only later stages use: scores, and calls of other tools.

They are read here and thrown away, so that a mistake in them stops a run before
genotypes are read and not after.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from genostrat.errors import GenostratError, Problem
from genostrat.genome.assemblies import match_lengths
from genostrat.pgx.knowledge.loading import load_knowledge
from genostrat.pgx.outside.calls import read_outside_calls
from genostrat.sheets.score_files import read_score

#: Bytes of a score file above which only the job that uses it reads it: some hold
#: millions of variants, and a check should take seconds.
_LARGE = 2**24


def check_genome(path: str, *, build: str) -> list[Problem]:
    """Find a genome that is of another build than the cohort, by its index.

    Parameters
    ----------
    path
        The FASTA; blank for none.
    build
        Of the cohort.
    """
    if not path:
        return []
    index = Path(f"{path}.fai")
    cells = [line.split("\t") for line in index.read_text("utf-8").splitlines()]
    lengths = [(row[0], int(row[1])) for row in cells if row[1:2] and row[1].isdigit()]
    matches = match_lengths(lengths)
    if matches[build]:
        return []
    other = max(matches, key=lambda name: matches[name])
    return [
        Problem(
            f"this genome has no contig of the length that it has in {build}",
            file=index,
            found=f"contigs of {other}" if matches[other] else "no known contig",
            allowed=f"the sequence of {build}, with chromosomes called 1 or chr1",
            fix="name the genome of genotypes.build in exports.genome",
        )
    ]


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
