"""``genostrat verify``: whether results still hold against what made them."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add ``genostrat verify``."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "verify",
        help="do results still hold against their checksums and what made them?",
        description="Hold results against their checksums, inputs, code and knowledge.",
    )
    parser.add_argument(
        "folders",
        metavar="RESULTS",
        nargs="+",
        help="results/COHORT, or the name of a cohort whose results are here",
    )
    parser.set_defaults(run=verify)
    return parser


def verify(options: argparse.Namespace, _: list[str]) -> int:
    """Verify folders; print what does not hold."""
    from genostrat.verify import main

    return main([_find_folder(name) for name in options.folders])


def _find_folder(name: str) -> str:
    """Return a folder of results: named by its path, or by its cohort."""
    folder = Path("results", name)
    return str(folder) if not Path(name).is_dir() and folder.is_dir() else name
