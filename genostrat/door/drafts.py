"""The text of a new cohort's config and sheet."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from genostrat.config.schema.keys import COHORT_NAME
from genostrat.door.cohorts import FOLDER, SUFFIX
from genostrat.door.sources import FoundInputs, FoundMatrix
from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.privacy import FILE_MODES

#: Columns of the starter sheet. Sex is not taken from a .fam or .psam: it may have been
#: imputed from the genotypes, which it is meant to be held against.
COLUMNS = ("sample_id", "sex", "age", "centre", "batch", "treatment", "medications")

_HEAD = """\
# Cohort {name}, begun by `genostrat init`. Every key, with its default, is listed in
# config/README.md; what is not here is as in config/config.yaml. Then:
#   genostrat check {name}
#   genostrat run --cohort {name}
"""
_TAIL = """
# Columns of the sheet that have another name there, and columns of your own:
#   samples:
#     columns: {{sex: gender}}
#     extra_columns: [stage]

# What was given, and what became of the patients:
# treatment: {{column: treatment, reference: control}}
# outcomes:
#   - {{name: response, kind: binary, column: responded}}
#   - {{name: overall_survival, kind: survival, time: os_months, event: os_event}}

# Known classes to compare strata with, and a column that colours the report:
# labels: [diagnosis]
# report: {{colour_by: centre}}
"""
_SHEET_HEAD = """\
# One row a patient; tabs between cells, blank where not known. Lines that start with #
# are comments. sex: male or female; age: years; centre, batch: where and in which run
# the sample was made; medications: what is taken now, separated by ;. Columns that you
# do not need can go, all but sample_id.
"""


def write_drafts(name: str, found: FoundInputs, *, sheet: str | None) -> Iterator[str]:
    """Write a cohort's config and, unless there is one, its sheet.

    Parameters
    ----------
    name
        Of the cohort.
    found
        What its files hold.
    sheet
        Path of the sheet: one that is there is only named; None for one beside.

    Yields
    ------
    str
        Lines on what was written and what comes next.

    Raises
    ------
    GenostratError
        If the name cannot be used, or a file is there already; nothing is written then.
    """
    raise_if_any(_check_name(name))
    config = Path(FOLDER, f"{name}{SUFFIX}")
    table = Path(sheet or f"{name}_samples.tsv")
    texts = {
        config: (render_config(name, found, sheet=str(table)), FILE_MODES["centre"])
    }
    if not (sheet and table.is_file()):
        texts[table] = (render_sheet(found), FILE_MODES["patient"])
    raise_if_any(
        Problem(
            "this file is there already, and is not overwritten",
            file=path,
            fix="choose another name, or remove it",
        )
        for path in texts
        if os.path.lexists(path)
    )
    written: list[Path] = []
    try:
        for path, (text, mode) in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_new(path, text, mode)
            written.append(path)
    except OSError as error:
        for path in written:
            path.unlink()
        raise GenostratError(
            Problem("this file cannot be written", file=path, found=error.strerror)
        ) from None
    yield from _describe(name, found, config, table, is_new=table in texts)


def _check_name(name: str) -> list[Problem]:
    if re.fullmatch(COHORT_NAME, name) and name.isprintable():
        return []
    return [
        Problem(
            "a cohort cannot have this name",
            found=name,
            allowed="1 to 64 letters, digits, _ and -; a letter or digit first",
            fix="the name stands first: genostrat init ward data/ward.vcf.gz",
        )
    ]


def _write_new(path: Path, text: str, mode: int) -> None:
    """Write a file that is not there yet; never follow a link."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
        stream.write(text)


def render_config(name: str, found: FoundInputs, *, sheet: str) -> str:
    """Return the text of ``config/cohorts/<name>.yaml``."""
    lines = [_HEAD.format(name=name), "samples:\n", f"  path: {quote(sheet)}\n"]
    if found.kind:
        paths = [quote(path) for path in found.genotypes]
        value = paths[0] if len(paths) == 1 else f"[{', '.join(paths)}]"
        lines += ["\ngenotypes:\n", f"  {found.kind}: {value}\n"]
        lines += [
            f"  build: {found.build}  # {found.because}\n"
            if found.build
            else "  build:  # GRCh37 or GRCh38: the files do not tell, so say which\n"
        ]
    if found.matrices:
        lines.append("\nmatrices:\n")
        for title, matrix in name_matrices(found.matrices).items():
            lines += [
                f"  - name: {title}\n",
                f"    path: {quote(matrix.path)}\n",
                f"    orientation: {matrix.orientation}  # {matrix.because}\n",
                "    # transform: counts   # of raw counts; log2 of TPM, m_values of"
                " methylation, rank\n",
            ]
    return "".join([*lines, _TAIL.format()])


def name_matrices(matrices: list[FoundMatrix]) -> dict[str, FoundMatrix]:
    """Name each matrix after its file, as a config allows it."""
    named: dict[str, FoundMatrix] = {}
    for matrix in matrices:
        stem = Path(matrix.path).name.split(".")[0]
        title = re.sub(r"[^A-Za-z0-9_-]+", "_", stem).strip("_-")[:50] or "matrix"
        number = 2
        unique = title
        while unique in named:
            unique, number = f"{title}_{number}", number + 1
        named[unique] = matrix
    return named


def render_sheet(found: FoundInputs) -> str:
    """Return the text of the starter sheet."""
    # Identifiers hold no tab and no end of line, and a quote in a sheet is a character.
    blanks = "\t" * (len(COLUMNS) - 1)
    rows = ["\t".join(COLUMNS), *(f"{sample}{blanks}" for sample in found.samples)]
    return _SHEET_HEAD + "".join(f"{row}\n" for row in rows)


def quote(text: str) -> str:
    """Return text as YAML that reads as the same text, whatever it looks like.

    Examples
    --------
    >>> print(quote("data/ward.vcf.gz"), quote("1e5"), quote("a: [b] #c"))
    data/ward.vcf.gz "1e5" "a: [b] #c"
    """
    if (
        re.fullmatch(r"[A-Za-z_/][A-Za-z0-9_./-]*", text)
        and yaml.safe_load(text) == text
    ):
        return text
    dumped: str = yaml.safe_dump(
        text, default_style='"', allow_unicode=True, width=10**9
    )
    return dumped.rstrip("\n")


def _describe(
    name: str, found: FoundInputs, config: Path, table: Path, *, is_new: bool
) -> Iterator[str]:
    n = len(found.samples)
    what = f"{n:,} sample{'' if n == 1 else 's'}"
    if found.kind:
        build = f"{found.build} ({found.because})" if found.build else "build not known"
        what += f" with genotypes, {build}"
    else:
        what += ", no genotypes"
    yield f"{config}: {what}"
    for title, matrix in name_matrices(found.matrices).items():
        yield f"    matrix {title}: {matrix.orientation}, {matrix.because}"
    yield f"{table}: " + (
        "one row a sample, to be filled in" if is_new else "your sheet, as it is"
    )
    if found.kind and not found.build:
        yield f"    the files do not tell their build: set genotypes.build in {config}"
    yield f"then: genostrat check {name}"
