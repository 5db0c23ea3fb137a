"""Which of several diplotypes unphased genotypes are read as, and on whose word."""

from __future__ import annotations

import csv

from genostrat.home import resource

RESOURCE = resource("pgx_read_in_cis.tsv")

Diplotype = tuple[str, str]


def read_conventions() -> dict[str, dict[tuple[Diplotype, Diplotype], str]]:
    """Return what ``resources/pgx_read_in_cis.tsv`` says, by gene.

    Returns
    -------
    dict
        Gene → (the diplotype that is called, the one set aside), each a pair of sorted
        names → why, with its citation.
    """
    text = RESOURCE.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    found: dict[str, dict[tuple[Diplotype, Diplotype], str]] = {}
    for row in csv.DictReader(lines, delimiter="\t"):
        pair = _parse(row["called"]), _parse(row["set_aside"])
        why = f"{row['reason']} ({row['citation']})"
        found.setdefault(row["gene"], {})[pair] = why
    return found


def _parse(diplotype: str) -> Diplotype:
    first, second = sorted(diplotype.split("/"))
    return first, second
