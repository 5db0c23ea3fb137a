"""Kernels that hold the genotypes of children against those of their parents."""

from __future__ import annotations

from genostrat.compiled import compiler

kernel = compiler(__name__)

#: What a combination of genotypes is.
SKIPPED, CONSISTENT, ERROR = range(3)
#: A missing genotype within a code.
LOST = 3


@kernel
def sum_balance(row, n_samples):
    """Return the alternate alleles of a variant less the reference ones, halved."""
    balance = 0
    for s in range(n_samples):
        if row[s] >= 0:
            balance += row[s] - 1
    return balance


@kernel
def find_kind(row, balance, family, tables):
    """Return what the genotypes of a family are at one variant.

    `row` is int8, −9 missing; `balance` is of all samples. `family` (int32) holds the
    columns of father, mother and child, and its table; a parent that is not given is
    the child itself. `tables` is uint8 (n_tables, 2, 64), by
    16 · father + 4 · mother + child; the second of two is that of variants whose
    alternate allele is the commoner one among all other samples.
    """
    father, mother, child = row[family[0]], row[family[1]], row[family[2]]
    others = balance
    if father >= 0:
        others -= father - 1
    if mother >= 0 and family[1] != family[0]:
        others -= mother - 1
    if child >= 0 and family[2] != family[0] and family[2] != family[1]:
        others -= child - 1
    code = 16 * (father if father >= 0 else LOST)
    code += 4 * (mother if mother >= 0 else LOST)
    code += child if child >= 0 else LOST
    return tables[family[3], 1 if others > 0 else 0, code]


@kernel
def count_families(block, n_samples, families, tables, counts):
    """Count the informative variants and the errors of families.

    `block` is int8 (n_variants, width), of which `n_samples` columns are samples;
    `families` and `tables` are as :func:`find_kind` has them. `counts`, int64
    (n_families, 2), is added to.
    """
    for v in range(len(block)):
        balance = sum_balance(block[v], n_samples)
        for f in range(len(families)):
            kind = find_kind(block[v], balance, families[f], tables)
            if kind != SKIPPED:
                counts[f, 0] += 1
            if kind == ERROR:
                counts[f, 1] += 1


@kernel
def count_variants(block, n_samples, families, tables, counts):
    """Count the informative families and the errors of variants.

    As :func:`count_families`, with `counts` int64 (n_variants, 2).
    """
    for v in range(len(block)):
        balance = sum_balance(block[v], n_samples)
        for f in range(len(families)):
            kind = find_kind(block[v], balance, families[f], tables)
            if kind != SKIPPED:
                counts[v, 0] += 1
            if kind == ERROR:
                counts[v, 1] += 1
