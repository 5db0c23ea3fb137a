"""The commands that start Snakemake: ``check``, ``run`` and ``assign``."""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from genostrat.door.cohorts import find_cohorts, list_cohorts, split_cohort
from genostrat.door.launching import LaunchRequest, make_command, start
from genostrat.door.passing import take_apart
from genostrat.errors import GenostratError, Problem, nearest, printable
from genostrat.home import workflow_home

COMMANDS = ("check", "run", "assign")
_OPTIONS = """\
options:
  --cohort NAME         a cohort: its name, or the path of its file; may be repeated
  -c, --cores N         processors to use (default: all that this process may use)
  -d, --directory DIR   where results go and relative paths start (default: here)
  --profile NAME        a profile of Snakemake; slurm is shipped
  -C, --config KEY=VALUE [KEY=VALUE ...]
                        settings that win over every file
  -n                    show what would be done
Any other option is handed to Snakemake as it is (snakemake --help).
"""


def add_check(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add ``genostrat check``."""
    return _add_command(
        commands,
        "check",
        run=check,
        help="are the inputs of cohorts sound?",
        usage="[COHORT ...]",
        description="Check the inputs of cohorts; nothing is computed.",
    )


def add_run(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add ``genostrat run``."""
    return _add_command(
        commands,
        "run",
        run=run,
        help="run the workflow, to the report or to another target",
        usage="[TARGET ...] [--cohort NAME ...]",
        description=f"Make targets: {', '.join(targets())}, or files. Without one, the"
        " report.",
    )


def add_assign(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add ``genostrat assign``."""
    return _add_command(
        commands,
        "assign",
        run=assign,
        help="give new patients a stratum by a frozen model",
        usage="MODEL COHORT",
        description="MODEL is a folder such as results/ward/strata/model, COHORT the"
        " cohort of the new patients: its name, or the path of its file.",
    )


PARSERS = (add_check, add_run, add_assign)


def _add_command(
    commands: argparse._SubParsersAction,
    name: str,
    *,
    run: Callable[..., int],
    help: str,  # noqa: A002 - as argparse has it
    usage: str,
    description: str,
) -> argparse.ArgumentParser:
    """Add a command whose help has no list of options: those stand in its epilog."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=help,
        usage=f"genostrat {name} {usage} [options]",
        description=description,
        epilog=_OPTIONS,
        add_help=False,
    )
    parser.set_defaults(run=run)
    parser.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    return parser


def targets() -> list[str]:
    """Return what can be asked for by name: the rules that run where Snakemake does."""
    found = []
    for path in sorted((workflow_home() / "rules").glob("*.smk")):
        rules = re.split(r"^rule (\w+):$", path.read_text("utf-8"), flags=re.M)
        pairs = zip(rules[1::2], rules[2::2], strict=True)
        found += [name for name, text in pairs if "\n    localrule: True\n" in text]
    return found


def check(_: argparse.Namespace, arguments: list[str]) -> int:
    """Check the inputs of cohorts."""
    request = take_apart(arguments)
    request.cohorts += request.words
    request.words = ["check"]
    names = _choose_cohorts(request)
    code = start(make_command(request))
    if code == 0 and not request.is_dry:
        print(f"genostrat: the inputs of {', '.join(names) or 'all cohorts'} are sound")
    return code


def run(_: argparse.Namespace, arguments: list[str]) -> int:
    """Run the workflow."""
    request = take_apart(arguments)
    _check_targets(request)
    names = _choose_cohorts(request)
    if not request.is_dry and _was_checked(request, names):
        # Snakemake plans a whole run before its first job; only once the inputs are
        # checked again does it see that most of what was made from them still holds.
        code = start(make_command(replace(request, words=["check"])))
        if code:
            return code
    code = start(make_command(request))
    if code == 0 and not request.is_dry:
        _show_reports(request, names)
    return code


def _was_checked(request: LaunchRequest, names: Sequence[str]) -> bool:
    """Say whether an earlier run checked the inputs of one of some cohorts."""
    results = request.directory / "results"
    checked = (results / name / "check/inputs.json" for name in names)
    found = checked if names else results.glob("*/check/inputs.json")
    return any(path.is_file() for path in found)


def assign(_: argparse.Namespace, arguments: list[str]) -> int:
    """Assign new patients by a frozen model."""
    request = take_apart(arguments)
    words = [*request.words, *request.cohorts]
    if len(words) != 2:
        raise GenostratError(
            Problem(
                "assign takes a model and a cohort",
                found=" ".join(map(printable, words)) or "nothing",
                allowed="genostrat assign MODEL COHORT",
                fix="name both: genostrat assign results/ward/strata/model clinic",
            )
        )
    model, cohort = words
    if not (request.directory / model / "model.json").is_file():
        raise GenostratError(
            Problem(
                "there is no model in this folder",
                file=model,
                found="no file model.json",
                allowed="strata/model of a cohort's results, or a copy of it",
            )
        )
    folder, name = split_cohort(cohort, request.directory)
    # A name such as 1e5 must stay text on its way to a job.
    path = model if "/" in model else f"./{model}"
    request.config += [f"model={json.dumps(path)}", f"cohort={json.dumps(name)}"]
    if folder is not None:
        request.config.append(f"cohort_dir={json.dumps(str(folder))}")
    request.words = ["assign"]
    code = start(make_command(request))
    made = request.directory / "results" / name / "assign/assignments.tsv"
    if code == 0 and not request.is_dry and made.is_file():
        print(f"genostrat: {made}")
    return code


def _choose_cohorts(request: LaunchRequest) -> list[str]:
    """Add the cohorts of a request to its config; return their names, if it has any."""
    if request.cohorts:
        if request.names("cohorts"):
            raise GenostratError(
                Problem(
                    "cohorts are named twice",
                    found=f"{', '.join(request.cohorts)}, and cohorts= under --config",
                    fix="name them once",
                )
            )
        folder, names = find_cohorts(request.cohorts, request.directory)
        if not request.config and not request.passes("--configfile"):
            _check_config(names, folder, request.directory)
        request.config.append(f"cohorts={json.dumps(names)}")
        if folder is not None:
            request.config.append(f"cohort_dir={json.dumps(str(folder))}")
        return names
    decided = request.names("cohorts") or request.passes("--configfile")
    if decided or (request.directory / "config/config.yaml").is_file():
        return []
    known = list_cohorts(request.directory)
    raise GenostratError(
        Problem(
            "no cohort is named, and this folder has no config/config.yaml that names"
            " any",
            allowed=", ".join(known),
            fix=f"name one: genostrat check {known[0]}, genostrat run --cohort"
            f" {known[0]}; or write one: genostrat init",
        )
    )


def _check_config(names: Sequence[str], folder: Path | None, directory: Path) -> None:
    """Say what is wrong with the config before Snakemake starts, which takes longer.

    Snakemake checks it again; what this leaves to it is not lost.
    """
    from genostrat.config.files import find_missing_inputs
    from genostrat.config.settings import load_settings

    said: dict[str, Any] = {"cohorts": list(names)}
    if folder is not None:
        said["cohort_dir"] = str(folder)
    with contextlib.chdir(directory):
        cohorts = load_settings(said, home=workflow_home()).cohorts
        # With several cohorts, missing files of one do not stop the others.
        if len(names) == 1:
            find_missing_inputs(cohorts)


def _check_targets(request: LaunchRequest) -> None:
    """Refuse a word that is neither a target nor a file, before Snakemake starts."""
    rules = [*targets(), "all"]
    cohorts = list_cohorts(request.directory)
    problems = []
    for word in request.words:
        if word in rules or "/" in word:
            continue
        close = nearest(word, rules)
        fix = f"did you mean {close}?" if close else None
        if word in cohorts:
            fix = f"{word} is a cohort: genostrat run --cohort {word}"
        problems.append(
            Problem(
                "there is no such target",
                found=word,
                allowed=f"{', '.join(rules)}, or a file below results/",
                fix=fix,
            )
        )
    if problems:
        raise GenostratError(problems)


def _show_reports(request: LaunchRequest, names: Sequence[str]) -> None:
    """Say where the reports are, where reports were asked for."""
    if not set(request.words) <= {"report", "all"}:
        return
    for name in names:
        for page in ("report/report.html", "report/patients/index.html"):
            path = Path("results", name, page)
            if (request.directory / path).is_file():
                sys.stdout.write(f"genostrat: {request.directory / path}\n")
