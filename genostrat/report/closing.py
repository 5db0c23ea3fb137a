"""The last lines of a demo: what was found, and where to look.

``python -m genostrat.report.closing results/toy results/toy_null``
"""

from __future__ import annotations

import sys
from pathlib import Path

from genostrat.registry.words.report import SIDE_BY_SIDE
from genostrat.tables import read_json, read_table


def describe_run(folder: Path) -> str:
    """Say in a few lines what a finished cohort's report holds, and where it is."""
    verdict = read_json(folder / "strata/verdict.json")
    truth = read_table(folder / "truth_check.tsv", table="truth_check.tsv")
    n_found = int((truth["verdict"] == "found").sum())
    subgroups = {
        "none": "no subgroups",
        "supported": f"{verdict['k']} subgroups supported",
        "suggestive": f"{verdict['k']} subgroups suggested",
        "confounded": f"{verdict['k']} groups, confounded",
    }[verdict["verdict"]]
    sheets = folder / "report/patients/index.html"
    more = f"\n    open {sheets}" if sheets.is_file() else ""
    return (
        f"{folder.name}: {subgroups}; {n_found} of {len(truth)} planted facts found.\n"
        f"    open {folder / 'report/report.html'}{more}"
    )


def main() -> None:
    """Print a paragraph for each folder named on the command line."""
    sys.stdout.write("\n")
    folders = [Path(name) for name in sys.argv[1:]]
    for folder in folders:
        sys.stdout.write(f"{describe_run(folder)}\n")
    together = folders[0].parent / SIDE_BY_SIDE / "report/cohorts.html"
    if together.is_file():
        sys.stdout.write(f"side by side:\n    open {together}\n")


if __name__ == "__main__":
    main()
