"""A small store with a variant of each kind, for tests of what is exported."""

import numpy as np

from genostrat.genotypes.store import Store, write_contig

#: One of each place: autosome, both pseudo-autosomal regions, X proper, Y and MT.
SITES = [
    ("1", 100, "rs1", "A", "G"),
    ("1", 200, ".", "C", "T"),
    ("1", 300, "rs3", "C", "CTT"),
    ("1", 300, "rs3", "C", "T"),
    ("1", 400, "two words", "A", "T"),
    ("2", 50, "rs5", "C", "G"),
    ("X", 70_000, "par1", "A", "C"),
    ("X", 3_000_000, "x1", "A", "C"),
    ("X", 3_000_100, "x2", "G", "T"),
    ("X", 155_000_000, "par2", "A", "C"),
    ("Y", 3_000_000, "y1", "A", "C"),
    ("MT", 10, "m1", "A", "C"),
]
NAMES = ["a", "b", "c", "d", "e"]
#: Sexes of a, b and so on: male, female, not known.
SEX = ["1", "2", "1", "0", "2"]
CALLS = np.array(
    [
        [0, 1, 2, -9, 1],
        [1, 1, -9, 0, 2],
        [0, 0, 1, 0, 0],
        [2, 1, 0, 0, -9],
        [1, 0, 2, 1, 1],
        [0, 0, 0, 1, 0],
        [1, 0, 2, 1, -9],
        [2, 1, 0, 1, 0],
        [1, 2, -9, 0, 0],
        [0, 1, 1, 0, 0],
        [2, -9, 0, -9, -9],
        [0, 2, 0, -9, 0],
    ],
    np.int8,
)
KEPT = [0, 1, 2, 4]
PED = [
    ("F1", "a", "0", "0", "1", "-9"),
    ("F2", "b", "a", "gone", "2", "-9"),
    ("F3", "c", "0", "0", "1", "-9"),
    ("F4", "e", "0", "0", "2", "-9"),
]


def write_mixed_store(folder):
    for contig in dict.fromkeys(site[0] for site in SITES):
        rows = [i for i, site in enumerate(SITES) if site[0] == contig]
        lines = ["\t".join(map(str, (*SITES[i], ".", "PASS"))) for i in rows]
        write_contig(
            folder,
            contig,
            blocks=[CALLS[rows]],
            n_variants=len(rows),
            pvar_lines=lines,
            samples=NAMES,
            sexes=[""] * 5,
        )
    return Store(folder)
