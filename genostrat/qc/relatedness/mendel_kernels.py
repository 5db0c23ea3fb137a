"""Kernel that holds the genotypes of children against those of their parents."""

from __future__ import annotations

from genostrat.compiled import compiler

kernel = compiler(__name__)

#: What a combination of genotypes is.
SKIPPED, CONSISTENT, ERROR = range(3)
#: A missing genotype within a code.
LOST = 3


@kernel
def count_families(block, n_samples, families, tables, counts):
    """Count the informative variants and the errors of families.

    `block` is int8 (n_variants, width), −9 missing, of which `n_samples` columns are
    samples. A row of `families` (int32) holds the columns of father, mother and child,
    and its table; a parent that is not given is the child itself. `tables` is uint8
    (n_tables, 2, 64), by 16 · father + 4 · mother + child; the second of two is that of
    variants whose alternate allele is the commoner one among all other samples.
    `counts`, int64 (n_families, 2), is added to.
    """
    for v in range(len(block)):
        row = block[v]
        balance = 0
        for s in range(n_samples):
            if row[s] >= 0:
                balance += row[s] - 1
        for f in range(len(families)):
            father = row[families[f, 0]]
            mother = row[families[f, 1]]
            child = row[families[f, 2]]
            others = balance
            if father >= 0:
                others -= father - 1
            if mother >= 0 and families[f, 1] != families[f, 0]:
                others -= mother - 1
            if (
                child >= 0
                and families[f, 2] != families[f, 0]
                and families[f, 2] != families[f, 1]
            ):
                others -= child - 1
            code = 16 * (father if father >= 0 else LOST)
            code += 4 * (mother if mother >= 0 else LOST)
            code += child if child >= 0 else LOST
            kind = tables[families[f, 3], 1 if others > 0 else 0, code]
            if kind != SKIPPED:
                counts[f, 0] += 1
            if kind == ERROR:
                counts[f, 1] += 1
