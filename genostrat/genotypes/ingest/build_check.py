"""Whether the data are on the assembly that the config declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.genotypes.builds import BUILDS, NEITHER, BuildEvidence

#: What `genotypes.build_contradiction` may say.
REFUSE, WARN = "refuse", "warn"


@dataclass(frozen=True)
class BuildFinding:
    """The assembly that the data are on, or None, what showed it, and doubts."""

    detected: str | None
    shown_by: str
    warnings: list[str] = field(default_factory=list)


def check_build(
    declared: str,
    evidence: BuildEvidence,
    *,
    files: Sequence[str | Path],
    contradiction: str = REFUSE,
) -> BuildFinding:
    """Hold the declared build against what the data say.

    Parameters
    ----------
    declared
        The config's ``genotypes.build``.
    evidence
        Gathered from the files.
    files
        For messages.
    contradiction
        The config's ``genotypes.build_contradiction``: ``refuse``, or ``warn``.

    Raises
    ------
    GenostratError
        If the data are on another assembly, unless that is only to be warned of.
    """
    detected, shown_by = evidence.verdict()
    problem = find_contradiction(declared, evidence, file=files[0])
    if problem is not None and contradiction != WARN:
        raise GenostratError(problem)
    warnings = []
    if problem is not None:
        warnings.append(
            f"{problem.what} ({problem.found}); they are read as {declared} all the"
            " same, since genotypes.build_contradiction is warn"
        )
    elif detected is None and evidence.n_lengths >= len(BUILDS):
        warnings.append(
            f"the {evidence.n_lengths} contig lengths in the header are of no known"
            f" assembly, so they do not tell whether the data are on {declared}"
        )
    return BuildFinding(detected, shown_by, warnings)


def find_contradiction(
    declared: str, evidence: BuildEvidence, *, file: str | Path
) -> Problem | None:
    """Return the problem of data on another assembly than declared; None without."""
    detected, shown_by = evidence.verdict()
    if detected is None or detected == declared:
        return None
    override = "; if only the header is wrong, set genotypes.build_contradiction: warn"
    if detected in BUILDS:
        fix = (
            f"set genotypes.build: {detected} if the data are right (for a reference"
            " panel: give it on the cohort's build); do not lift over genotypes by"
            " changing the header"
        )
    elif detected == NEITHER:
        fix = f"check which assembly the genotypes were called on{override}"
    else:
        fix = (
            f"call the variants on {declared}, or lift them over (bcftools +liftover,"
            f" Picard LiftoverVcf, CrossMap); a new header alone does not{override}"
        )
    return Problem(
        f"the cohort's config says {declared}, but the data are on {detected}",
        file=file,
        found=f"{detected}: {shown_by}",
        allowed=declared,
        fix=fix,
    )
