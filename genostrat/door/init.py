"""``genostrat init``: a cohort's config and sheet, from the files there are."""

from __future__ import annotations

import argparse

from genostrat.genome.assembly_names import assembly_of_text
from genostrat.registry.words.genotypes import BUILD_NAMES

_DESCRIPTION = """\
Write config/cohorts/NAME.yaml, commented, and a sheet with the identifiers of the
samples, to be filled in. FILE is any of
  a VCF or BCF (several: one for each chromosome),
  a PLINK or PGEN fileset (its .bed or .pgen, or its path without a suffix),
  a matrix (.tsv, .txt or .parquet; .gz allowed), with names in row and column one.
Nothing that is there is overwritten.
"""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add ``genostrat init``."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "init",
        help="write the config and the sheet of a new cohort, from its files",
        description=_DESCRIPTION,
    )
    parser.add_argument("name", metavar="NAME", help="name of the cohort")
    parser.add_argument("files", metavar="FILE", nargs="+", help="what there is")
    parser.add_argument(
        "--build",
        type=_as_build,
        choices=BUILD_NAMES,
        help="genome build, where the files do not tell it",
    )
    parser.add_argument(
        "--orientation",
        choices=("features_by_samples", "samples_by_features"),
        help="what the rows and columns of matrices are, where they do not tell it",
    )
    parser.add_argument(
        "--sheet",
        metavar="FILE",
        help="the sheet: one that you have, or where to write it (NAME_samples.tsv)",
    )
    parser.set_defaults(run=init)
    return parser


def _as_build(text: str) -> str:
    """Return a build by the name that it has here: ``hg19`` is GRCh37."""
    named = assembly_of_text(text)
    return named if named in BUILD_NAMES else text


def init(options: argparse.Namespace, _: list[str]) -> int:
    """Write the files of a new cohort."""
    from genostrat.door.drafts import write_drafts
    from genostrat.door.sources import inspect_files
    from genostrat.privacy import keep_private

    keep_private()
    found = inspect_files(
        options.files, build=options.build, orientation=options.orientation
    )
    for line in write_drafts(options.name, found, sheet=options.sheet):
        print(line)
    return 0
