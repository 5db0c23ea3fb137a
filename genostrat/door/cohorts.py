"""Cohorts as a command line names them: by name, or by the path of their file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from genostrat.errors import GenostratError, Problem, printable
from genostrat.home import workflow_home

SUFFIX = ".yaml"
FOLDER = "config/cohorts"


def list_cohorts(directory: Path) -> list[str]:
    """Return the cohorts that can be named: those of the user first."""
    folders = (directory / FOLDER, workflow_home() / FOLDER)
    names = [p.stem for f in folders for p in sorted(f.glob(f"*{SUFFIX}"))]
    return list(dict.fromkeys(names))


def split_cohort(text: str, directory: Path) -> tuple[Path | None, str]:
    """Return the folder and the name of a cohort; no folder where it is named alone.

    Raises
    ------
    GenostratError
        If it is a path and there is no such file.
    """
    path = Path(text)
    if "/" not in text and path.suffix != SUFFIX:
        return None, text
    if path.suffix != SUFFIX or not path.is_file():
        raise GenostratError(
            Problem(
                "there is no such cohort file",
                file=text,
                allowed=f"the path of a file that ends in {SUFFIX}, or the name of a"
                f" cohort: {', '.join(map(printable, list_cohorts(directory)))}",
            )
        )
    return path.parent.absolute(), path.stem


def find_cohorts(
    texts: Sequence[str], directory: Path
) -> tuple[Path | None, list[str]]:
    """Return the one folder that cohorts lie in, if paths say so, and their names.

    Raises
    ------
    GenostratError
        If a file is not there, or files lie in several folders.
    """
    found = [split_cohort(text, directory) for text in texts]
    folders = list(dict.fromkeys(folder for folder, _ in found))
    if len(folders) > 1:
        raise GenostratError(
            Problem(
                "cohorts of one run lie in one folder",
                found=", ".join(map(printable, texts)),
                fix="give paths below one folder, or start a run for each folder",
            )
        )
    return folders[0], list(dict.fromkeys(name for _, name in found))
