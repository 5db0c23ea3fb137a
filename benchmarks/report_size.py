"""Measure how large a report is, and how long it takes, for many patients.

``python -m benchmarks.report_size results/toy 13 51 --write`` repeats every patient of
a finished run so many times under new identifiers, renders page and patient sheets,
opens the pages in Chromium where that and Playwright are installed, and writes the
section of ``docs/benchmarks.md``.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.sections import put_section
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

HOME = Path(__file__).resolve().parents[1]
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


def _render(
    folder: Path, root: Path, n_times: int
) -> tuple[dict[str, Path], dict[str, float]]:
    """Render every page of a repeated run; return them, and seconds of processor."""
    settings = read_json(folder / "provenance.json")["parameters"]
    files = repeat_run(folder, root / "run", n_times)
    pages = {name: root / f"{name}.html" for name in ("report", "cohort", "explore")}
    seconds = {
        "report": _measure(
            lambda: render_report(
                list(files.values()),
                html=pages["report"],
                cohort_page=pages["cohort"],
                explore=pages["explore"],
                figures=root / "figures",
                tables=root / "tables",
                summary=root / "summary.json",
                provenance=root / "provenance.json",
                cohort="repeated",
                settings=settings,
            )
        )
    }
    keep = (folder / "qc/keep.txt").read_text().split()
    kept = root / "keep.txt"
    kept.write_text("".join(f"{name}-{i}\n" for i in range(n_times) for name in keep))
    start, began = time.process_time(), time.perf_counter()
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
        verdict=files.get("strata/verdict.json"),
        assignments=files.get("strata/assignments.tsv"),
    )
    seconds["read"] = time.process_time() - start
    sheets = root / "patients"
    seconds["sheets"] = _measure(
        lambda: render_patient_sheets(
            found, directory=sheets, cohort="repeated", absent="missing"
        )
    )
    pages["index of sheets"] = sheets / "index.html"
    seconds["passed"] = time.perf_counter() - began
    each = {name: seconds[name] / len(found.keep) for name in ("sheets", "read")}
    return pages, seconds | {"each": each["sheets"], "each_read": each["read"]}


def time_pages(pages: dict[str, Path]) -> dict[str, float]:
    """Return seconds until a page is whole and has sorted a table, by its name.

    The median of three; none without Chromium and Playwright.
    """
    program = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return {}
    if program is None:
        return {}
    found: dict[str, float] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"]
        )
        for name, path in pages.items():
            times = []
            for _ in range(3):
                page = browser.new_page(viewport={"width": 1300, "height": 900})
                start = time.perf_counter()
                page.goto(path.as_uri())
                button = page.locator("thead button").first
                if button.count():
                    button.evaluate("button => button.click()")
                times.append(time.perf_counter() - start)
                page.close()
            found[name] = statistics.median(times)
        browser.close()
    return found


_AIMS = {"report": "2 MB; 2 s at 2,500 patients, 3 s at 10,000", "cohort": "2 MB"}


def describe(folder: Path, counts: list[int]) -> str:
    """Measure every count of repeats; return the section."""
    lines = [
        "`python -m benchmarks.report_size results/toy"
        f" {' '.join(map(str, counts))} --write`: every patient of the toy cohort so"
        " many times, under new identifiers. Opened is until the page is whole in"
        " Chromium and has sorted its first table.",
        "",
        "| patients | page | MB | opened, s | aim |",
        "|---:|---|---:|---:|---|",
    ]
    after = []
    for n_times in counts:
        with tempfile.TemporaryDirectory() as place:
            pages, seconds = _render(folder, Path(place), n_times)
            opened = time_pages(pages)
            table = read_table(
                Path(place) / "run/check/samples.tsv", table="check/samples.tsv"
            )
            n = f"{len(table):,}"
            lines += [
                f"| {n} | {name} | {path.stat().st_size / 1e6:.2f} |"
                f" {f'{opened[name]:.2f}' if name in opened else '–'} |"
                f" {_AIMS.get(name, '')} |"
                for name, path in pages.items()
            ]
        after.append(
            f"Of {n} patients, all pages, figures and tables take"
            f" {seconds['report']:.0f} s of processor; a patient's sheet takes"
            f" {1000 * seconds['each']:.1f} ms and reading what it rests on"
            f" {1000 * seconds['each_read']:.1f} ms, so that 10,000 take"
            f" {10_000 * (seconds['each'] + seconds['each_read']):.0f} s of processor."
            f" The job (reading and writing) took {seconds['passed']:.0f} s (aim for"
            " 10,000: 60 s)."
        )
    return "\n".join([*lines, "", *after])


def main() -> None:
    """Print the section, and write it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("counts", type=int, nargs="+")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    text = describe(options.folder, options.counts)
    sys.stdout.write(f"{text}\n")
    if options.write:
        page = HOME / "docs/benchmarks.md"
        page.write_text(
            put_section(
                page.read_text(encoding="utf-8"),
                "The report of many patients",
                text,
                before="Reading the figures",
            ),
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
