"""Entries of a reference panel, which becomes a store as a cohort does.

People of a panel are people: their rows are as private as patients'.
"""

from genostrat.registry.entries.genotypes import (
    INGEST,
    INTAKE,
    TALLIES,
    piece_entries,
    store_entries,
)
from genostrat.registry.spec import Column, Table

PANEL: tuple[Table, ...] = (
    Table(
        "panel/samples.tsv",
        "The people of the panel that have both genotypes and a label.",
        (
            Column("sample_id", "text", "Identifier, as in the labels."),
            Column("sex", "text", "Always blank.", blank=True),
            Column("ancestry", "text", "The panel's label."),
            Column("population", "text", "The panel's population.", blank=True),
        ),
        key=("sample_id",),
        needs="panel",
    ),
    Table(
        "panel/genotyped.txt",
        "Their identifiers, one a line, sorted.",
        needs="panel",
    ),
    Table(
        "panel/inputs.json",
        "What the checks of the panel found, and how its genotypes will be read.",
        (Column("warnings", "list", "What is odd but no fault, in words."), *INTAKE),
        access="centre",
        needs="panel",
    ),
    Table(
        "panel/ingest.json",
        "What was read of the panel's genotypes; as genotypes/ingest.json.",
        INGEST,
        access="centre",
        needs="panel",
    ),
    *store_entries("panel/store", what="the panel's store", needs="panel"),
    *piece_entries("panel/pieces", what="the panel's genome", needs="panel"),
    Table(
        "panel/read_metrics.tsv",
        "As genotypes/read_metrics.tsv.",
        (
            Column("sample_id", "text", "Identifier."),
            Column("<sum>", "float", "As there.", low=0),
        ),
        key=("sample_id",),
        needs="panel",
        temporary=True,
    ),
    Table(
        "panel/tallies.npz",
        "As genotypes/tallies.npz.",
        TALLIES,
        needs="panel",
        temporary=True,
    ),
    Table(
        "panel/irregular.npz",
        "As genotypes/irregular.npz.",
        (Column("<contig>", "int", "Rows of this contig's variants.", low=0),),
        access="centre",
        needs="panel",
        temporary=True,
    ),
)
