"""The command line: which command, with what, and how it ended.

Nothing heavy is imported before a command needs it, so that ``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from genostrat import __version__
from genostrat.door import held, init, panel, proof, release, workflow
from genostrat.errors import GenostratError

_EPILOG = """\
exit codes: 0 done; 1 something is wrong, and was said; 2 the command line was not
understood; 128 + n signal n ended it. How to use it: docs/usage.md.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name.

    Parameters
    ----------
    arguments
        Without the program's name; None for those of the process.

    Returns
    -------
    int
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(words)
    except GenostratError as error:
        print(f"genostrat: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader of our output, such as `head`, closed it. Python would report the
        # closed pipe once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, for help and for documentation."""
    parser = argparse.ArgumentParser(
        prog="genostrat",
        description="Stratified medicine from genotypes, a clinical sheet and omics.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, title="commands"
    )
    for add in (
        init.add_parser,
        *workflow.PARSERS,
        panel.add_parser,
        proof.add_parser,
        release.add_parser,
        held.add_parser,
    ):
        added = add(commands)
        added.formatter_class = argparse.RawDescriptionHelpFormatter
        added.allow_abbrev = False
    return parser


def _run(words: list[str]) -> int:
    parser = make_parser()
    # What follows a command of the workflow is partly for Snakemake, whose options
    # argparse does not know: the command takes that apart itself.
    passed: list[str] = []
    if words and words[0] in workflow.COMMANDS:
        words, passed = words[:1], words[1:]
        if "-h" in passed or "--help" in passed:
            words, passed = [*words, "--help"], []
    options = parser.parse_args(words)
    command: Callable[[argparse.Namespace, list[str]], int] = options.run
    return command(options, passed)
