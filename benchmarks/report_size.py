"""Measure how large a report is, and how long it takes, for many patients.

``PYTHONPATH=. python benchmarks/report_size.py results/toy 12`` repeats every patient
of a finished run twelve times under new identifiers, renders page and patient sheets,
and prints seconds of processor and bytes.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genostrat.home import workflow_home
from genostrat.registry import table_spec
from genostrat.report.contents import list_inputs
from genostrat.report.patients.sheet import read_findings, render_patient_sheets
from genostrat.report.render import render_report
from genostrat.tables import (
    read_arrays,
    read_json,
    read_parquet,
    read_table,
    write_arrays,
    write_table,
)

#: Tables with a row a patient, beside those that the report itself reads.
_OF_SHEETS = ("pgx/diplotypes.tsv",)
#: Tables that say nothing of more patients: names and records.
_NAMES = ("sample_id", "sample_1", "sample_2")


def repeat_run(folder: Path, target: Path, n_times: int) -> dict[str, Path]:
    """Write the tables of a run with every patient `n_times`; return their paths."""
    found = {}
    for name in (*list_inputs(), *_OF_SHEETS):
        if not (folder / name).is_file():
            continue
        found[name] = target / name
        found[name].parent.mkdir(parents=True, exist_ok=True)
        form = table_spec(name).format
        if form == "table":
            table = _repeat(read_table(folder / name, table=name), n_times)
            write_table(found[name], table, table=name)
        elif form == "matrix":
            _repeat(read_parquet(folder / name), n_times).to_parquet(found[name])
        elif form == "arrays":
            arrays = read_arrays(folder / name)
            names = pd.DataFrame({"sample_id": arrays["sample_id"]})
            arrays["sample_id"] = _repeat(names, n_times)["sample_id"].to_numpy(str)
            arrays["matrix"] = np.tile(arrays["matrix"], (n_times, n_times))
            write_arrays(found[name], entry=name, **arrays)
        else:
            found[name].write_bytes((folder / name).read_bytes())
    return found


def _repeat(table: pd.DataFrame, n_times: int) -> pd.DataFrame:
    names = [name for name in _NAMES if name in table]
    if not names:
        return table
    parts = []
    for number in range(n_times):
        part = table.copy()
        for name in names:
            part[name] = part[name].astype(str) + f"-{number}"
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _measure(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print one line for the page and one for the sheets."""
    folder, n_times = Path(sys.argv[1]), int(sys.argv[2])
    settings = read_json(folder / "provenance.json")["parameters"]
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        files = repeat_run(folder, root / "run", n_times)
        pages = {name: root / f"{name}.html" for name in ("report", "cohort")}
        seconds = _measure(
            lambda: render_report(
                list(files.values()),
                html=pages["report"],
                cohort_page=pages["cohort"],
                figures=root / "figures",
                tables=root / "tables",
                summary=root / "summary.json",
                provenance=root / "provenance.json",
                cohort="repeated",
                settings=settings,
            )
        )
        n = len(read_table(files["check/samples.tsv"], table="check/samples.tsv"))
        sizes = ", ".join(
            f"{name}.html {path.stat().st_size / 1e6:.2f} MB"
            for name, path in pages.items()
        )
        sys.stdout.write(f"{n} patients: {seconds:.1f} s of processor; {sizes}\n")
        keep = (folder / "qc/keep.txt").read_text().split()
        kept = root / "keep.txt"
        kept.write_text(
            "".join(f"{name}-{i}\n" for i in range(n_times) for name in keep)
        )
        found = read_findings(
            samples=files["check/samples.tsv"],
            names=workflow_home() / "resources/pgx_medicine_names.tsv",
            country="GB",
            keep=kept,
            diplotypes=files["pgx/diplotypes.tsv"],
            guidance=files["pgx/guidance.tsv"],
            medications=files["pgx/medications.tsv"],
            decisions=files["qc/decisions.tsv"],
            knowledge=files["pgx/knowledge.json"],
            positions=folder / "pgx/positions.vcf",
            verdict=files["strata/verdict.json"],
            assignments=files["strata/assignments.tsv"],
        )
        sheets = root / "patients"
        seconds = _measure(
            lambda: render_patient_sheets(
                found, directory=sheets, cohort="repeated", absent="missing"
            )
        )
        total = sum(path.stat().st_size for path in sheets.iterdir()) / 1e6
        n = len(found.keep)
        sys.stdout.write(
            f"{n} sheets: {seconds:.1f} s of processor"
            f" ({1000 * seconds / n:.1f} ms each), {total:.0f} MB\n"
        )


if __name__ == "__main__":
    main()
