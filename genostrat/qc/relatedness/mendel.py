"""Genotypes that a child cannot have from its parents."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Bytes, Integers
from genostrat.genotypes.blocks import map_blocks
from genostrat.genotypes.builds import Build, in_par
from genostrat.genotypes.store import Contig, Store
from genostrat.sheets.pedigree import Pedigree

#: Genotypes read at once.
BLOCK_BYTES = 1 << 22
SKIPPED, CONSISTENT, ERROR = range(3)
LOST = 3
#: Alternate alleles that a parent of each genotype can pass on.
GAMETES = {0: (0,), 1: (0, 1), 2: (1,)}

#: Order of a family's genotypes in a code.
PLACES = ("father", "mother", "child")

Rows = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Family:
    """A child and the parents whose genotypes are there; a parent may be blank."""

    child: str
    father: str
    mother: str


@dataclass(frozen=True)
class Kind:
    """Whose genotypes of a family are compared, and which have one copy only."""

    members: tuple[str, ...] = ()
    one_copy: tuple[str, ...] = ()


NOTHING = Kind()
#: For each row of the tables, the family members whose genotypes it judges.
KINDS = (
    NOTHING,
    Kind(("father", "mother", "child")),
    Kind(("father", "child")),
    Kind(("mother", "child")),
    Kind(("mother", "child"), one_copy=("child",)),
    Kind(("father", "mother", "child"), one_copy=("father",)),
    Kind(("father", "child"), one_copy=("father",)),
)


def find_families(pedigree: Pedigree, samples: list[str]) -> list[Family]:
    """Return every genotyped child with at least one genotyped parent.

    A person with several samples stands in every one of them as a child, and in the
    first one, by identifier, as a parent.
    """
    chosen = set(samples)
    own = {
        person: [sample for sample in all_of if sample in chosen]
        for person, all_of in pedigree.samples_of.items()
    }
    families = []
    for person, parents in sorted(pedigree.parents.items()):
        father, mother = ((own.get(p) or [""])[0] for p in parents)
        if father or mother:
            families += [Family(child, father, mother) for child in own.get(person, ())]
    return families


def choose_sexes(sex: pd.DataFrame) -> dict[str, str]:
    """Return sample_id → sex from ``qc/sex.tsv``: as inferred, else as reported."""
    chosen = sex["inferred_sex"].where(sex["inferred_sex"] != "", sex["reported_sex"])
    return dict(zip(sex["sample_id"], chosen, strict=True))


def count_mendel_errors(
    store: Store,
    pedigree: Pedigree,
    *,
    sexes: Mapping[str, str],
    build: Build,
    max_error_rate: float,
    min_sites: int,
    threads: int = 1,
) -> pd.DataFrame:
    """Count the Mendelian errors of every trio and duo.

    Parameters
    ----------
    store
        The genotypes.
    pedigree
        Who is whose parent.
    sexes
        sample_id → male or female; chrX needs the child's.
    build
        Where the pseudo-autosomal regions are.
    max_error_rate
        Above it a family is inconsistent.
    min_sites
        Fewest informative sites for a judgement.
    threads
        Blocks of variants worked on at once.

    Returns
    -------
    DataFrame
        The table ``qc/mendel.tsv``; no rows without families.

    Notes
    -----
    A trio is informative where all three are called and not all are the same
    homozygote. With one parent only opposite homozygotes are errors; such a pair is
    informative where at least one of the two has the rarer allele twice, the rarer one
    among all other samples: elsewhere strangers would make no error either. Errors of
    trios on autosomes are those of ``bcftools +mendelian``. On chrX outside the
    pseudo-autosomal regions a son is held against his mother, a daughter against both;
    a heterozygous man is skipped.
    """
    families = find_families(pedigree, store.samples)
    autosomal, on_x = np.zeros((2, len(families), 2), np.int64)
    if families:
        rows = rows_of_autosomes(families, store.samples)
        for contig in store.autosomes:
            autosomal += _count(contig, rows, threads=threads)
        x = store.contig("X")
        if x is not None:
            rows = rows_of_x(families, store.samples, sexes)
            on_x = _count(x, rows, outside=build, threads=threads)
    n_sites, n_errors = autosomal.T
    rates = np.full(len(families), np.nan)
    np.divide(n_errors, n_sites, out=rates, where=n_sites > 0)
    status = np.where(rates > max_error_rate, "inconsistent", "consistent")
    return pd.DataFrame(
        {
            "child": [family.child for family in families],
            "father": [family.father for family in families],
            "mother": [family.mother for family in families],
            "n_sites": n_sites,
            "n_errors": n_errors,
            "error_rate": rates,
            "status": np.where(n_sites < min_sites, "not_assessable", status),
            "n_sites_x": on_x[:, 0],
            "n_errors_x": on_x[:, 1],
        }
    )


def make_tables() -> Bytes:
    """Return what every combination of genotypes is, for each of :data:`KINDS`.

    Returns
    -------
    array
        Shape (n_kinds, 2, 64); see
        :func:`genostrat.qc.relatedness.mendel_kernels.count_families`.
    """
    tables = np.empty((len(KINDS), 2, 64), np.uint8)
    for number, kind in enumerate(KINDS):
        for common_alt, rare in enumerate((2, 0)):
            codes = itertools.product(range(4), repeat=3)
            tables[number, common_alt] = [
                _judge(kind, dict(zip(PLACES, code, strict=True)), rare)
                for code in codes
            ]
    return tables


def _judge(kind: Kind, genotypes: Mapping[str, int], rare: int) -> int:
    """Judge genotypes; `rare` is the homozygote of the rarer allele."""
    used = [genotypes[who] for who in kind.members]
    if not used or LOST in used or 1 in [genotypes[who] for who in kind.one_copy]:
        return SKIPPED
    if len(used) == 2:
        if rare not in used:
            return SKIPPED
        return ERROR if set(used) == {0, 2} else CONSISTENT
    if set(used) in ({0}, {2}):
        return SKIPPED
    father, mother, child = used
    possible = {one + two for one in GAMETES[father] for two in GAMETES[mother]}
    return CONSISTENT if child in possible else ERROR


def _choose_kind(family: Family) -> Kind:
    members = [who for who in PLACES if getattr(family, who)]
    return Kind(tuple(members))


def _choose_kind_x(family: Family, sex: str) -> Kind:
    if sex == "male":
        son = Kind(("mother", "child"), one_copy=("child",))
        return son if family.mother else NOTHING
    if sex != "female":
        return NOTHING
    members = _choose_kind(family).members
    return Kind(members, one_copy=("father",) if family.father else ())


def rows_of_autosomes(families: list[Family], samples: list[str]) -> Rows:
    """Return the columns and the table of each family on autosomes, (n, 4)."""
    return _to_rows(families, samples, [_choose_kind(f) for f in families])


def rows_of_x(
    families: list[Family], samples: list[str], sexes: Mapping[str, str]
) -> Rows:
    """Return the same outside the pseudo-autosomal regions of chrX, by child's sex."""
    kinds = [_choose_kind_x(f, sexes.get(f.child, "")) for f in families]
    return _to_rows(families, samples, kinds)


def rows_outside_par(contig: Contig, build: Build) -> Integers:
    """Return the rows of a contig outside the pseudo-autosomal regions."""
    positions = contig.variants["position"]
    return np.flatnonzero([not in_par(contig.name, p, build) for p in positions])


def _to_rows(families: list[Family], samples: list[str], kinds: list[Kind]) -> Rows:
    """Return the columns of father, mother and child, and the table, of each family."""
    column = {sample: number for number, sample in enumerate(samples)}
    rows = [
        [*(column[getattr(family, who) or family.child] for who in PLACES), number]
        for family, number in zip(families, map(KINDS.index, kinds), strict=True)
    ]
    return np.array(rows, np.int32)


def _count(
    contig: Contig, rows: Rows, *, outside: Build | None = None, threads: int
) -> Integers:
    """Count informative sites and errors, outside pseudo-autosomal regions if told."""
    # Loading a compiler takes longer than most of the workflow's jobs; a cohort without
    # families does not need it.
    from genostrat.qc.relatedness.mendel_kernels import count_families

    tables, n_samples = make_tables(), len(contig.samples)
    used = None if outside is None else rows_outside_par(contig, outside)

    def work(_: slice, block: npt.NDArray[np.int8]) -> Integers:
        counts = np.zeros((len(rows), 2), np.int64)
        count_families(block, n_samples, rows, tables, counts)
        return counts

    total = np.zeros((len(rows), 2), np.int64)
    size = max(64, BLOCK_BYTES // max(n_samples, 1))
    for counts in map_blocks(contig, work, size=size, rows=used, threads=threads):
        total += counts
    return total
