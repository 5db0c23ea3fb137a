"""``genostrat panel``: a reference panel of ancestry, from files that there are."""

from __future__ import annotations

import argparse

from genostrat.registry.words.genotypes import BUILD_NAMES

_DESCRIPTION = """\
Put a reference panel together from people of known ancestry: public ones, your own, or
both. GENOTYPES is a VCF or BCF, or a PLINK or PGEN fileset; LABELS a tab-separated file
with sample_id, ancestry and, if known, population. Nothing is downloaded. The panel has
the autosomal SNVs that all have; whoever is in two of them is taken from the first.
"""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add ``genostrat panel``."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "panel",
        help="put a reference panel of ancestry together, from files you have",
        description=_DESCRIPTION,
    )
    parser.add_argument("folder", metavar="FOLDER", help="where to write it")
    parser.add_argument(
        "--people",
        nargs=2,
        metavar=("GENOTYPES", "LABELS"),
        action="append",
        required=True,
        help="a source; may be repeated",
    )
    parser.add_argument(
        "--build", choices=BUILD_NAMES, required=True, help="genome build of all"
    )
    parser.set_defaults(run=panel)
    return parser


def panel(options: argparse.Namespace, _: list[str]) -> int:
    """Write a panel, and say what it holds."""
    from genostrat.api.panels import GENOTYPES, LABELS, build_panel
    from genostrat.privacy import keep_private

    keep_private()
    record = build_panel(options.folder, options.people, build=options.build)
    print(f"{record['n_samples']} people, {record['n_sites']} variants")
    for label, n in record["n_by_label"].items():
        own = ", ".join(record["populations"].get(label, {}))
        print(f"  {label}: {n}" + (f" ({own})" if own else ""))
    if record["n_in_two_sources"]:
        print(f"{record['n_in_two_sources']} were in two sources, and are taken once")
    lacking = record["regions_lacking"]
    if lacking is None:
        print("whom it lacks is not known: no population has a name that is known")
    elif lacking:
        print(f"it has nobody from: {'; '.join(lacking)}")
    print("\nreference_panel:")
    print(f"  pgen: {options.folder}/{GENOTYPES}")
    print(f"  labels: {options.folder}/{LABELS}")
    return 0
