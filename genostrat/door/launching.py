"""Starting Snakemake, as a user would who knows all of its options."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from genostrat.errors import GenostratError, Problem
from genostrat.home import workflow_home
from genostrat.privacy import keep_private

#: Options by which somebody decides on processors, or on messages, without us.
_PLACES = ("-j", "--jobs", "--executor", "-e")
_LOUDNESS = ("-q", "--quiet", "--verbose", "-p", "--printshellcmds")
_DRY = re.compile(r"--dry-?run|-[a-zA-Z]*n[a-zA-Z]*")


@dataclass
class LaunchRequest:
    """What a command line asks for.

    Attributes
    ----------
    words
        Targets; before a command took them for something else, all bare words.
    cohorts
        Names of cohorts, or paths of their files.
    config
        Settings, KEY=VALUE.
    cores
        Number of processors, ``all``, or None where nobody said.
    directory
        The working directory of the run.
    profiles
        Profiles of Snakemake, by name or path.
    passed
        What Snakemake gets as it is.
    """

    words: list[str] = field(default_factory=list)
    cohorts: list[str] = field(default_factory=list)
    config: list[str] = field(default_factory=list)
    cores: str | None = None
    directory: Path = field(default_factory=Path)
    profiles: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)

    @property
    def is_dry(self) -> bool:
        """Whether nothing is to be done."""
        return any(_DRY.fullmatch(option) for option in self.passed)

    def names(self, key: str) -> bool:
        """Say whether the config sets a key."""
        return any(entry.partition("=")[0] == key for entry in self.config)

    def passes(self, *options: str) -> bool:
        """Say whether one of some options goes to Snakemake."""
        given = {option.partition("=")[0] for option in self.passed}
        return not given.isdisjoint(options)


def make_command(request: LaunchRequest) -> list[str]:
    """Return the command that does what was asked for.

    Raises
    ------
    GenostratError
        If Snakemake is not installed.
    """
    if find_spec("snakemake") is None:
        raise GenostratError(
            Problem(
                "snakemake is not installed in this environment",
                found=sys.executable,
                fix="in a checkout: make env; elsewhere: pip install genostrat",
            )
        )
    home = workflow_home()
    command = [sys.executable, "-m", "snakemake"]
    command += ["--snakefile", str(home / "Snakefile")]
    command += ["--directory", str(request.directory)]
    if request.cores is not None:
        command += ["--cores", request.cores]
    elif not request.profiles and not request.passes(*_PLACES):
        command += ["--cores", str(usable_cores())]
    if request.profiles:
        command += ["--profile", *map(find_profile, request.profiles)]
    if not request.passes("--workflow-profile"):
        # Snakemake itself would take a folder `default` in the working directory.
        command += ["--workflow-profile", str(home / "profiles/default")]
    if request.config:
        command += ["--config", *request.config]
    if not request.passes(*_LOUDNESS):
        # A plan is a table of jobs; a run says what each job is.
        left_out = ("rules",) if request.is_dry else ("reason", "progress")
        command += ["--quiet", "host", *left_out]
    return [*command, *request.passed, "--", *request.words]


def usable_cores() -> int:
    """Return how many processors this process may use, not how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def find_profile(name: str) -> str:
    """Return a profile: one of the user's or, where there is none, a shipped one."""
    shipped = workflow_home() / "profiles" / name
    if "/" in name or Path(name).exists() or not shipped.is_dir():
        return name
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return name if Path(config, "snakemake", name).is_dir() else str(shipped)


def start(command: Sequence[str]) -> int:
    """Run a command to its end and return its exit code.

    Signals reach the command: Ctrl-C by the terminal, others are handed on. Snakemake
    then ends its jobs and its own files, which takes a moment.
    """
    sys.stdout.flush()
    keep_private()
    # A file such as pandas.py in the working directory must not be imported.
    environment = os.environ | {"PYTHONSAFEPATH": "1"}
    process = subprocess.Popen(command, env=environment)
    with _handing_on(process):
        code = process.wait()
    return 128 - code if code < 0 else code


@contextlib.contextmanager
def _handing_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    def hand_on(number: int, _: FrameType | None) -> None:
        process.send_signal(number)

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, hand_on),
        signal.SIGHUP: signal.signal(signal.SIGHUP, hand_on),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
