"""``genostrat held``: what still holds people who have withdrawn."""

from __future__ import annotations

import argparse
from collections import defaultdict
from pathlib import Path


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add ``genostrat held``."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "held",
        help="which results and releases still hold people who have withdrawn?",
        description="List every result, and every recorded release, that still holds"
        " somebody of a list of opt-outs. It names files, and nobody.",
    )
    parser.add_argument(
        "opt_out", metavar="LIST", help="the cohorts' samples.opt_out: sample_id, date"
    )
    parser.add_argument(
        "--results",
        metavar="FOLDER",
        default="results",
        help="where results of cohorts stand (default: results)",
    )
    parser.add_argument(
        "--releases",
        metavar="FOLDER",
        default="releases",
        help="the config's bundle.releases (default: releases)",
    )
    parser.set_defaults(run=list_held)
    return parser


def list_held(options: argparse.Namespace, _: list[str]) -> int:
    """Print what still holds them; 1 where something does."""
    from genostrat.bundle.releases import read_releases
    from genostrat.centres.holdings import (
        NAMES,
        REASONS,
        RELEASED,
        Holding,
        find_holdings,
    )
    from genostrat.errors import GenostratError, Problem, counted
    from genostrat.sheets.opt_outs import read_opt_outs

    names = read_opt_outs(options.opt_out)
    results = Path(options.results)
    if not results.is_dir():
        raise GenostratError(Problem("there are no results", file=results))
    folders = sorted(path for path in results.iterdir() if path.is_dir())
    records = sorted(Path(options.releases).glob("*.tsv"))
    by_job: dict[tuple[str, str], list[Holding]] = defaultdict(list)
    for one in find_holdings(
        folders, names, releases={path: read_releases(path) for path in records}
    ):
        by_job[one.reason, one.job].append(one)
    if not by_job:
        print(f"no result and no release holds any of the {len(names)} listed")
        return 0
    for (reason, job), held in by_job.items():
        if reason == RELEASED:
            print(
                f"{held[0].path}: the release {job} {REASONS[RELEASED]}; ask its"
                " recipients to delete it, and give them a new one"
            )
            continue
        print(f"{job or 'nobody knows what wrote this'}: {REASONS[reason]}")
        for one in held:
            print(f"  {one.path}")
    n_named = sum(len(held) for (reason, _), held in by_job.items() if reason == NAMES)
    total = sum(map(len, by_job.values()))
    print(
        f"{counted(total, 'file')},"
        f" {n_named} of them by name. Run the cohorts again with samples.opt_out, and"
        " delete what no run makes anew"
    )
    return 1
