"""Taking a command line apart: what is ours, and what is Snakemake's.

Options of ours are recognised wherever they stand. Words before the first option, after
one of ours, or after ``--`` are targets or cohorts. Everything else goes to Snakemake,
in its order, with the words behind a ``--``: ``snakemake --config a=1 check`` would
take ``check`` for a setting.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from genostrat.door.launching import LaunchRequest
from genostrat.errors import GenostratError, Problem

#: Options of Snakemake that take no value, as far as people use them before a target.
_FLAGS = frozenset(
    {
        *("-n", "--dry-run", "--dryrun", "-p", "--verbose", "-k", "--keep-going"),
        *("-f", "--force", "-F", "--forceall", "-t", "--touch", "--rerun-incomplete"),
        *("--unlock", "--nolock", "--notemp"),
    }
)


def take_apart(arguments: Sequence[str]) -> LaunchRequest:
    """Take the arguments of a command apart.

    Raises
    ------
    GenostratError
        If an option of ours lacks its value, or the value is none.

    Examples
    --------
    >>> request = take_apart(["qc", "--cohort", "ward", "--config", "seed=2", "-n"])
    >>> request.words, request.cohorts, request.config, request.passed
    (['qc'], ['ward'], ['seed=2'], ['-n'])
    """
    request = LaunchRequest()
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            request.words += waiting
            break
        name, is_joined, value = argument.partition("=")
        if not argument.startswith("-"):
            _take_word(request, argument)
        elif name in ("-C", "--config"):
            _take_config(request, [value] if is_joined else [], waiting)
        elif name in _TAKEN:
            if not is_joined and not waiting:
                raise GenostratError(
                    Problem(f"the option {name} lacks its value", fix="add it")
                )
            _TAKEN[name](request, value if is_joined else waiting.pop(0))
        else:
            request.passed.append(argument)
    return request


def _take_word(request: LaunchRequest, word: str) -> None:
    """Take a bare word for ours, unless it may be the value of an option passed on."""
    is_ours = not request.passed or request.passed[-1] in _FLAGS
    (request.words if is_ours else request.passed).append(word)


def _take_config(request: LaunchRequest, values: list[str], waiting: list[str]) -> None:
    """Take KEY=VALUE arguments up to the first argument that is not one."""
    while waiting and "=" in waiting[0] and not waiting[0].startswith("-"):
        values.append(waiting.pop(0))
    wrong = [value for value in values if "=" not in value]
    if wrong or not values:
        raise GenostratError(
            Problem(
                "--config takes settings",
                found=", ".join(wrong) or "none",
                allowed="KEY=VALUE, such as --config seed=2 'qc={min_call_rate: 0.9}'",
            )
        )
    request.config += values


def _take_cohort(request: LaunchRequest, value: str) -> None:
    request.cohorts.append(value)


def _take_cores(request: LaunchRequest, value: str) -> None:
    if value != "all" and not (value.isascii() and value.isdigit() and int(value)):
        raise GenostratError(
            Problem("--cores is no number", found=value, allowed="1 or more, or all")
        )
    request.cores = value


def _take_directory(request: LaunchRequest, value: str) -> None:
    if not Path(value).is_dir():
        raise GenostratError(
            Problem(
                "--directory is not there", file=value, fix=f"make it: mkdir {value}"
            )
        )
    request.directory = Path(value)


def _take_profile(request: LaunchRequest, value: str) -> None:
    request.profiles.append(value)


_TAKEN: dict[str, Callable[[LaunchRequest, str], None]] = {
    "--cohort": _take_cohort,
    "-c": _take_cores,
    "--cores": _take_cores,
    "-d": _take_directory,
    "--directory": _take_directory,
    "--profile": _take_profile,
}
