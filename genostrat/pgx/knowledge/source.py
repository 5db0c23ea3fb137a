"""What the module of a source of definitions offers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from genostrat.pgx.definitions import Gene


class GeneDefinitions(NamedTuple):
    """What a source defines on one build.

    Parameters
    ----------
    genes
        By name, sorted.
    version
        Of the source.
    findings
        What is odd in it, in sentences.
    """

    genes: dict[str, Gene]
    version: str
    findings: Sequence[str]


class DefinitionReader(Protocol):
    """A module that reads the alleles and phenotypes of one source.

    `value` is what ``pgx.knowledge`` says: the source's word, or a path.
    """

    def list_files(self, value: str | Path) -> list[Path]:
        """Return every file that the definitions are read from."""

    def read(self, value: str | Path, *, build: str) -> GeneDefinitions:
        """Return the definitions on a build that the source serves."""
