"""The sources of knowledge on pharmacogenes: one object each, as the config names them.

What ``pgx.knowledge`` and ``pgx.guidance`` may say, the files that a run depends on,
and the words of the documentation come from here. What stands in the files is read by
one module a source: :mod:`genostrat.pgx.knowledge.loading` and
:mod:`genostrat.pgx.guidance.sources.loading` have the tables of these. To add a source,
add it to :data:`SOURCES`, and its module to the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Origin:
    """What the config says for a source, and the files that this means.

    Parameters
    ----------
    says
        What the config may say, and what that is: a phrase of its documentation.
    shown
        How the documentation of tables tells it.
    word
        What the config says; blank where it gives a path.
    patterns
        Of the files below a path. The first must be met.
    single
        The file that holds all where it is there; a path may name it too.
    resources
        Files below ``resources``, of a source that comes with genostrat.
    builds
        Genome builds that it serves; none: any.
    """

    says: str
    shown: str
    word: str = ""
    patterns: tuple[str, ...] = ()
    single: str = ""
    resources: tuple[str, ...] = ()
    builds: tuple[str, ...] = ()

    def find_files(self, path: str | Path) -> list[Path]:
        """Return the files at a path that are read, by pattern; none if it has none."""
        folder = Path(path)
        if self.single:
            if folder.is_file():
                return [folder]
            if (folder / self.single).is_file():
                return [folder / self.single]
        found = [sorted(folder.glob(pattern)) for pattern in self.patterns]
        return [file for files in found for file in files] if found and found[0] else []

    def name_files(self, path: str | Path) -> list[Path]:
        """Return these files, or where there are none the one that is missed."""
        found = self.find_files(path)
        if found or self.word:
            return found
        folder = Path(path)
        if not self.single:
            return [folder / self.patterns[0]]
        return [folder / self.single if folder.is_dir() else folder]


@dataclass(frozen=True)
class Source:
    """A source of knowledge on pharmacogenes.

    Parameters
    ----------
    name
        As tables and pages have it.
    definitions
        Where its alleles and phenotypes are from; none if it has none.
    guidance
        Where its advice on medicines is from; none if it has none.
    """

    name: str
    definitions: Origin | None = None
    guidance: Origin | None = None


PYPGX_TABLES = Origin(
    "`pypgx` for the tables of that package",
    "pypgx",
    word="pypgx",
)
PHARMCAT_DEFINITIONS = Origin(
    "a directory of PharmCAT's files (folders `definition` and `phenotype`), for"
    " GRCh38",
    "PharmCAT for a directory",
    patterns=(
        "definition/*_translation.json",
        "definition/exemptions.json",
        "phenotype/*.json",
    ),
    builds=("GRCh38",),
)
PHARMCAT_GUIDELINES = Origin(
    "a path to guidelines in the form of PharmCAT (a folder with one JSON file a"
    " guideline, or `prescribing_guidance.json`)",
    "PharmCAT",
    patterns=("*.json",),
    single="prescribing_guidance.json",
)
GENOSTRAT_TABLES = Origin(
    "`genostrat` (the table that comes with it)",
    "genostrat",
    word="genostrat",
    resources=("pgx_guidelines.tsv", "pgx_guidance.tsv"),
)
PYPGX = Source("pypgx", definitions=PYPGX_TABLES)
GENOSTRAT = Source("genostrat", guidance=GENOSTRAT_TABLES)
PHARMCAT = Source(
    "PharmCAT", definitions=PHARMCAT_DEFINITIONS, guidance=PHARMCAT_GUIDELINES
)
#: All, in the order in which the documentation names them.
SOURCES = (PYPGX, GENOSTRAT, PHARMCAT)
#: What is added to the definitions of any source, below ``resources``.
ADDED = (
    "pgx_structural_genes.tsv",
    "pgx_allele_lists.tsv",
    "pgx_read_in_cis.tsv",
    "pgx_tags.tsv",
    "pgx_panels.tsv",
    "pgx_panel_variants.tsv",
    "pgx_panel_misses.tsv",
)


def find_definitions(value: str | Path) -> tuple[Source, Origin]:
    """Return the source that ``pgx.knowledge`` means, and where it is read from."""
    return _find(value, [(s, s.definitions) for s in SOURCES if s.definitions])


def find_guidance(value: str | Path) -> tuple[Source, Origin]:
    """Return the source that an entry of ``pgx.guidance`` means, and its origin."""
    return _find(value, [(s, s.guidance) for s in SOURCES if s.guidance])


def _find(
    value: str | Path, choices: Iterable[tuple[Source, Origin]]
) -> tuple[Source, Origin]:
    """Find a source by its word, else by the files at a path.

    A path without any source's files is taken for the first source that has files, so
    that what is missed has a name.
    """
    of_paths = []
    for source, origin in choices:
        if origin.word and origin.word == str(value):
            return source, origin
        if not origin.word:
            of_paths.append((source, origin))
    met = [pair for pair in of_paths if pair[1].find_files(value)]
    return (met or of_paths)[0]


def tell_definitions() -> str:
    """Say what ``pgx.knowledge`` may be, in words of the config's documentation."""
    return ", or ".join(s.definitions.says for s in SOURCES if s.definitions)


def tell_guidance() -> str:
    """Say what an entry of ``pgx.guidance`` may be, in the same words."""
    return ", or ".join(s.guidance.says for s in SOURCES if s.guidance)


def show_definitions() -> str:
    """Name the sources of definitions, for the documentation of tables."""
    return ", or ".join(s.definitions.shown for s in SOURCES if s.definitions)


def show_guidance() -> str:
    """Name the sources of guidance, for the documentation of tables."""
    return ", ".join(s.guidance.shown for s in SOURCES if s.guidance)
