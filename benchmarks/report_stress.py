"""Make the cohorts that pages break at, run them, and take pictures of every page.

``PYTHONPATH=. python -m benchmarks.report_stress FOLDER`` needs the inputs of the toy
cohort (``make demo``) and, for pictures, Chromium and ``make env-browser``. FOLDER gets
three cohorts of one run, and ``pictures/``: each page at the width of a phone and of a
desk, light and dark.

* ``names``: identifiers, arms, batches and features with markup, quotes, right-to-left
  text, signs that join, and labels of 200 characters;
* ``levels``: forty centres, and as many in the batches;
* ``one``: a single patient.

The exit code says whether any page is wider than the screen, asks the network for
something, runs what it was given, or says anything on the console.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pysam

HOME = Path(__file__).resolve().parents[1]
TOY = HOME / "resources/simulated/toy"
WIDTHS = {"phone": 390, "desk": 1300}
#: What may stand in a name: markup, other scripts, marks that combine. What no sheet
#: may hold (spaces in identifiers, unseen signs, formulas) is refused by the check.
HOSTILE = (
    "<img/src=x\tonerror=alert(1)>".replace("/", "\u2215").replace("\t", "&#9;"),
    "&amp;lt;b&gt;",
    "<script>alert(2)<\u2215script>",
    "مريض-رقم",
    "מטופל",
    "患者甲",
    "Zoë-O'Neill",
    "{{7*7}}",
    '"><b>',
    "e\u0301\u0323\u0330",
    "👩",
)
LONG = "a-label-of-two-hundred-characters-without-a-place-to-break-" * 4
CONFIG = """\
samples: {{ path: inputs/{name}/samples.tsv, extra_columns: [ancestry_reported] }}
genotypes: {{ vcf: inputs/{name}/cohort.vcf.gz, build: GRCh38 }}
{layers}
{treatment}
outcomes:
  - {{ name: response, kind: binary, column: responded }}
  - {{ name: overall_survival, kind: survival, time: os_months, event: os_event }}
report: {{ colour_by: centre }}
"""
TREATMENTS = {
    "names": 'treatment: { column: treatment, reference: "<b>usual</b> care" }',
    "levels": "treatment: { column: treatment, reference: control }",
    "one": "",
}
MATRIX = (
    "matrices: [{{ name: expression, path: inputs/{name}/expression.tsv,"
    " orientation: features_by_samples }}]"
)


def _rename(names: list[str]) -> dict[str, str]:
    """Return hostile names, each once."""
    return {
        name: f"{HOSTILE[number % len(HOSTILE)]}-{number}"
        for number, name in enumerate(names)
    }


def _write_names(sheet: pd.DataFrame, folder: Path) -> None:
    new = _rename(list(sheet["sample_id"]))
    sheet["sample_id"] = sheet["sample_id"].map(new)
    sheet["treatment"] = sheet["treatment"].map(
        {"control": "<b>usual</b> care", "active": LONG[:200]}
    )
    sheet["batch"] = sheet["batch"].map(
        {name: HOSTILE[i] for i, name in enumerate(sorted(set(sheet["batch"])))}
    )
    sheet["centre"] = sheet["centre"].map(
        {
            name: f"{LONG[:190]} {i}"
            for i, name in enumerate(sorted(set(sheet["centre"])))
        }
    )
    _write(sheet, folder, new)


def _write_levels(sheet: pd.DataFrame, folder: Path) -> None:
    sheet["centre"] = [f"Centre {n % 40 + 1} of the north" for n in range(len(sheet))]
    sheet["batch"] = [f"plate_{n % 37:02d}" for n in range(len(sheet))]
    _write(sheet, folder, {})


def _write_one(sheet: pd.DataFrame, folder: Path) -> None:
    _write(sheet.head(1).copy(), folder, {})


KINDS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "names": _write_names,
    "levels": _write_levels,
    "one": _write_one,
}


def _write(sheet: pd.DataFrame, folder: Path, new: dict[str, str]) -> None:
    folder.mkdir(parents=True)
    rows = ["\t".join(cells) for cells in [sheet.columns, *sheet.to_numpy()]]
    (folder / "samples.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    matrix = (TOY / "expression.tsv").read_text(encoding="utf-8").split("\n", 1)
    matrix[0] = "\t".join(new.get(name, name) for name in matrix[0].split("\t"))
    if new:
        rows = matrix[1].split("\n")
        rows = [
            f"{HOSTILE[i % len(HOSTILE)]}{row}" if row and i < 60 else row
            for i, row in enumerate(rows)
        ]
        matrix[1] = "\n".join(rows)
    (folder / "expression.tsv").write_text("\n".join(matrix), encoding="utf-8")
    target = folder / "cohort.vcf.gz"
    names = [new.get(name, name) for name in _vcf_names()]
    kept = [i for i, name in enumerate(names) if name in set(sheet["sample_id"])]
    with gzip.open(TOY / "cohort.vcf.gz", "rt", encoding="utf-8") as read:
        plain = folder / "cohort.vcf"
        with plain.open("w", encoding="utf-8") as written:
            for line in read:
                written.write(_rewrite(line, names, kept))
    pysam.tabix_compress(str(plain), str(target), force=True)
    plain.unlink()


def _vcf_names() -> list[str]:
    with gzip.open(TOY / "cohort.vcf.gz", "rt", encoding="utf-8") as stream:
        header = next(line for line in stream if line.startswith("#CHROM"))
    return header.rstrip("\n").split("\t")[9:]


def _rewrite(line: str, names: list[str], kept: list[int]) -> str:
    if line.startswith("##"):
        return line
    cells = line.rstrip("\n").split("\t")
    own = names if line.startswith("#CHROM") else cells[9:]
    return "\t".join([*cells[:9], *(own[i] for i in kept)]) + "\n"


def make_cohorts(folder: Path) -> None:
    """Write the inputs and configs of every cohort into a folder."""
    for name, write in KINDS.items():
        sheet = pd.read_csv(TOY / "samples.tsv", sep="\t", dtype=str).fillna("")
        write(sheet, folder / "inputs" / name)
        config = folder / f"config/cohorts/{name}.yaml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(
            CONFIG.format(
                name=name,
                layers="" if name == "one" else MATRIX.format(name=name),
                treatment=TREATMENTS[name],
            )
        )


def list_pages(results: Path) -> Iterator[Path]:
    """Yield the pages to look at: every kind once a cohort."""
    for cohort in sorted(path for path in results.iterdir() if path.is_dir()):
        yield from sorted((cohort / "report").glob("*.html"))
        patients = cohort / "report/patients"
        sheets = sorted(patients.glob("*.html"))
        yield from [sheet for sheet in sheets if sheet.name == "index.html"]
        yield from [sheet for sheet in sheets if sheet.name != "index.html"][:1]


def take_pictures(results: Path, target: Path) -> list[str]:
    """Open every page; return what is wrong with it."""
    from playwright.sync_api import sync_playwright

    target.mkdir(exist_ok=True)
    wrong: list[str] = []
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox"]
        )
        for path in list_pages(results):
            for (kind, width), scheme in zip(
                WIDTHS.items(), ("dark", "light"), strict=True
            ):
                page = browser.new_page(
                    viewport={"width": width, "height": 900}, color_scheme=scheme
                )
                said: list[str] = []
                asked: list[Any] = []
                page.on("console", lambda m, said=said: said.append(m.text))
                page.on("pageerror", lambda e, said=said: said.append(str(e)))
                page.on("dialog", lambda d, said=said: (said.append("!"), d.dismiss()))
                page.on("request", lambda r, asked=asked: asked.append(r.url))
                page.goto(path.as_uri())
                page.wait_for_load_state("networkidle")
                wide = page.evaluate("document.scrollingElement.scrollWidth")
                name = f"{path.parents[1].name}-{path.stem}"[:60]
                if path.parent.name == "patients":
                    name = f"{path.parents[2].name}-sheet-{path.stem}"[:60]
                if wide > width or said or len(asked) > 1:
                    wrong.append(f"{name} at {width}: {wide} wide; {said}; {asked[1:]}")
                page.screenshot(path=target / f"{name}-{kind}.png", full_page=True)
                page.close()
        browser.close()
    return wrong


def main() -> None:
    """Make, run and look."""
    folder = Path(sys.argv[1]).resolve()
    if not (folder / "results").is_dir():
        make_cohorts(folder)
        command = [sys.executable, "-m", "genostrat", "run", "-d", str(folder)]
        cohorts = [word for name in KINDS for word in ("--cohort", name)]
        subprocess.run([*command, *cohorts, "--cores", "2"], check=True, cwd=HOME)
    wrong = take_pictures(folder / "results", folder / "pictures")
    sys.stdout.write("".join(f"{line}\n" for line in wrong) or "nothing is wrong\n")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
