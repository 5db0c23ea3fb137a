"""Panels of variants that laboratories test, and what they leave out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from genostrat.errors import GenostratError, Problem
from genostrat.home import workflow_home
from genostrat.pgx.definitions import Gene

RESOURCES = workflow_home() / "resources"
PANELS = RESOURCES / "pgx_panels.tsv"
VARIANTS = RESOURCES / "pgx_panel_variants.tsv"
MISSES = RESOURCES / "pgx_panel_misses.tsv"


@dataclass(frozen=True)
class PanelVariant:
    """One variant of a panel.

    Parameters
    ----------
    name
        As the panel calls it.
    rsid
        dbSNP identifier.
    read_by
        Of a variant that may be read in its place; blank for none.
    """

    name: str
    rsid: str
    read_by: str = ""


@dataclass(frozen=True)
class Miss:
    """People of a group without a panel's variants, and those that it misses.

    Parameters
    ----------
    group
        Of the people.
    n_negative
        Those without any variant of the panel.
    n_missed
        Those of them who carry another allele of decreased or no function.
    """

    group: str
    n_negative: int
    n_missed: int


@dataclass(frozen=True)
class Panel:
    """Variants of a gene whose result is accepted as a result of its own.

    Parameters
    ----------
    name
        As the config has it.
    gene
        Symbol.
    title, source
        Whose panel it is, and where it is published.
    variants
        In the source's order.
    misses
        By group of people; empty where that was not counted.
    """

    name: str
    gene: str
    title: str
    source: str
    variants: tuple[PanelVariant, ...]
    misses: tuple[Miss, ...] = ()

    def place(self, gene: Gene) -> tuple[tuple[int, ...], ...] | None:
        """Return, for each variant, the positions that it may be read at.

        None where the gene's definitions lack a variant.
        """
        by_rsid = {
            rs: index for index, p in enumerate(gene.positions) for rs in p.rsids
        }
        places = []
        for variant in self.variants:
            wanted = (variant.rsid, variant.read_by)
            if variant.rsid not in by_rsid:
                return None
            places.append(tuple(by_rsid[rsid] for rsid in wanted if rsid in by_rsid))
        return tuple(places)


def read_panels() -> tuple[Panel, ...]:
    """Return the panels of ``resources/pgx_panels.tsv``."""
    variants: dict[str, list[PanelVariant]] = {}
    for row in _rows(VARIANTS):
        item = PanelVariant(row["variant"], row["rsid"], row["read_by"])
        variants.setdefault(row["panel"], []).append(item)
    misses: dict[str, list[Miss]] = {}
    for row in _rows(MISSES):
        miss = Miss(row["group"], int(row["n_negative"]), int(row["n_missed"]))
        misses.setdefault(row["panel"], []).append(miss)
    return tuple(
        Panel(
            name=row["panel"],
            gene=row["gene"],
            title=row["title"],
            source=row["source"],
            variants=tuple(variants[row["panel"]]),
            misses=tuple(misses.get(row["panel"], ())),
        )
        for row in _rows(PANELS)
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise GenostratError(
            Problem("a resource of genostrat cannot be read", file=path)
        ) from error
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    yield from csv.DictReader(lines, delimiter="\t")
