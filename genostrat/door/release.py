"""``genostrat release``: record who a bundle that leaves is about."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add ``genostrat release``."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "release",
        help="record that a bundle leaves, so that later ones are held against it",
        description="Record who a cohort's bundle is about, under a name such as a"
        " date. Later bundles that differ by a few patients are then refused.",
    )
    parser.add_argument("cohort", metavar="COHORT", help="name of the cohort")
    parser.add_argument("name", metavar="RELEASE", help="name of the release")
    parser.add_argument(
        "--releases",
        metavar="FOLDER",
        default="releases",
        help="the config's bundle.releases (default: releases)",
    )
    parser.set_defaults(run=release)
    return parser


def release(options: argparse.Namespace, _: list[str]) -> int:
    """Record the release of a cohort's bundle."""
    from genostrat.bundle.releases import record_release
    from genostrat.errors import GenostratError, Problem
    from genostrat.sheets.identifiers import ALLOWED, is_identifier
    from genostrat.tables import read_table

    for what, text in (("cohort", options.cohort), ("release", options.name)):
        if not is_identifier(text) or "/" in text:
            problem = Problem(
                f"this cannot be the name of a {what}", found=text, allowed=ALLOWED
            )
            raise GenostratError(problem)
    members = Path("results", options.cohort, "bundle_members.tsv")
    if not members.is_file():
        raise GenostratError(
            Problem(
                "there is no bundle of this cohort",
                file=members,
                fix="snakemake --cores 2 bundle",
            )
        )
    table = read_table(members, table="bundle_members.tsv")
    parts = {str(part): list(own["sample_id"]) for part, own in table.groupby("part")}
    path = Path(options.releases, f"{options.cohort}.tsv")
    n = record_release(path, options.name, parts)
    print(f"{options.name}: recorded that it is about {n} patients, in {path}")
    return 0
