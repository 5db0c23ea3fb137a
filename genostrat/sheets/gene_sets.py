"""Gene sets in GMT files, read and checked.

One set a line, tabs between: its name, a description, then its genes, as MSigDB and
Enrichr write them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from genostrat.errors import GenostratError, Problem, raise_if_any
from genostrat.privacy import starts_formula
from genostrat.sheets.rows import split_cells
from genostrat.sheets.texts import MAX_TEXT, read_text

_WHAT = "the file of gene sets"
_FORM = "a name, a description and one or more genes, tabs between"
MAX_NAME = 200
#: Number of faults of one kind that are shown.
SHOWN = 5


def read_gene_sets(path: str | Path) -> dict[str, list[str]]:
    """Read the gene sets of a GMT file.

    Parameters
    ----------
    path
        Text in UTF-8, ``.gz`` allowed; blank lines and lines starting ``#`` are passed
        over.

    Returns
    -------
    dict
        Name of a set → its genes in the order of the file, each once.

    Raises
    ------
    GenostratError
        With every line that is no set, set without genes, name that stands twice, and
        gene that can be none.
    """
    path = Path(path)
    sets: dict[str, list[str]] = {}
    first_line: dict[str, int] = {}
    problems: list[Problem] = []
    lines = read_text(path, _WHAT, limit=MAX_TEXT).split("\n")
    for line, text in enumerate(lines, 1):
        if not text.strip() or text.startswith("#"):
            continue
        name, *rest = split_cells(text)
        genes = [gene for gene in rest[1:] if gene]
        problems += _check_set(path, line, name, rest, genes)
        if name in first_line:
            problems.append(
                Problem(
                    "this gene set stands twice",
                    file=path,
                    line=line,
                    column=1,
                    found=name,
                    fix=f"give it a name of its own; the first is line"
                    f" {first_line[name]}",
                )
            )
        first_line.setdefault(name, line)
        sets[name] = list(dict.fromkeys(genes))
    if not sets:
        problems.append(Problem(f"{_WHAT} has no sets", file=path, allowed=_FORM))
    raise_if_any(problems)
    return sets


def read_all_gene_sets(paths: Sequence[str | Path]) -> dict[str, list[str]]:
    """Read several GMT files as one.

    Raises
    ------
    GenostratError
        With the faults of every file, and names that stand in two of them.
    """
    sets: dict[str, list[str]] = {}
    origin: dict[str, str | Path] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            own = read_gene_sets(path)
        except GenostratError as error:
            problems += error.problems
            continue
        problems += [
            Problem(
                f"two gene sets are called {name!r}",
                file=path,
                found=f"the same name as in {origin[name]}",
                fix="rename one of them",
            )
            for name in own
            if name in sets
        ]
        sets |= own
        origin |= dict.fromkeys(own, path)
    raise_if_any(problems)
    return sets


def _check_set(
    path: Path, line: int, name: str, rest: list[str], genes: list[str]
) -> Iterator[Problem]:
    sound = 0 < len(name) <= MAX_NAME and name.isprintable()
    if not sound or starts_formula(name):
        yield Problem(
            "this cannot be the name of a gene set",
            file=path,
            line=line,
            column=1,
            found=name,
            allowed=f"1 to {MAX_NAME} printable characters, none of = + - @ first",
        )
    if len(rest) < 2 or not genes:
        yield Problem(
            "this gene set has no genes",
            file=path,
            line=line,
            found=f"{len(rest) + 1} columns",
            allowed=_FORM,
            fix="check that tabs separate the columns, or remove the line",
        )
    cells = ((column, gene) for column, gene in enumerate(rest[1:], 3) if gene)
    odd = [(column, gene) for column, gene in cells if not is_gene_name(gene)]
    for column, gene in odd[:SHOWN]:
        yield Problem(
            "this cannot be a gene",
            file=path,
            line=line,
            column=column,
            found=gene,
            allowed="up to 64 printable characters without spaces, quotes and commas",
            fix="write gene symbols alone, without weights",
        )


def is_gene_name(text: str) -> bool:
    """Say whether a text can be a gene's symbol or identifier."""
    fine = 0 < len(text) <= 64 and text.isprintable()
    return fine and not set(text) & set(" \"',;")
