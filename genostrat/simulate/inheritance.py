"""Haplotypes of founders, and their passing on to children."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from genostrat.simulate.genome import Sites
from genostrat.simulate.pharmacogenes import HAPLOTYPES, gene_haplotypes

#: An allele that is not there: the second copy of a haploid site.
ABSENT = -1


@dataclass(frozen=True)
class Person:
    """The genome of one person.

    Parameters
    ----------
    alleles
        Shape (2, sites): 0 is the reference, -1 no copy there (the second copy of
        chrX outside the PARs in males and of chrY, both copies of chrY in females).
    stars
        The star alleles on the first and the second haplotype, by gene.
    """

    alleles: np.ndarray
    stars: dict[str, list[str]]


def pharmacogene_rows(sites: Sites) -> dict[str, int]:
    """Return the row of one site of each pharmacogene, to read its block from."""
    rows = {rsid: row for row, rsid in enumerate(sites.table["rsid"]) if rsid != "."}
    return {h.gene: rows[h.rsids[0]] for h in HAPLOTYPES if h.rsids}


def draw_founders(
    rng: np.random.Generator, sites: Sites, *, ancestry: np.ndarray, male: np.ndarray
) -> list[Person]:
    """Draw two haplotypes for each founder.

    Parameters
    ----------
    rng
        Random stream.
    sites
        Sites with the allele frequencies of each ancestry.
    ancestry
        Index of each founder's ancestry.
    male
        Whether each founder is male.

    Returns
    -------
    list
        One person a founder, in the order given.
    """
    frequencies = sites.frequencies[:, ancestry, :]
    uniform = rng.random((2, len(sites.table), len(ancestry)))
    first, second = frequencies[..., 0], frequencies[..., 1]
    alleles = (uniform < first).astype(np.int8)
    alleles[(uniform >= first) & (uniform < first + second)] = 2
    stars = _set_pharmacogenes(rng, sites, alleles, ancestry)
    _set_spanning(sites, alleles)
    alleles[1][np.ix_(sites.region("x"), male)] = ABSENT
    alleles[0][np.ix_(sites.region("y"), ~male)] = ABSENT
    alleles[1, sites.region("y")] = ABSENT
    return [
        Person(alleles[:, :, founder], stars[founder])
        for founder in range(len(ancestry))
    ]


def _set_pharmacogenes(
    rng: np.random.Generator, sites: Sites, alleles: np.ndarray, ancestry: np.ndarray
) -> list[dict[str, list[str]]]:
    rows = {rsid: row for row, rsid in enumerate(sites.table["rsid"]) if rsid != "."}
    n_founders = len(ancestry)
    stars: list[dict[str, list[str]]] = [{} for _ in range(n_founders)]
    for gene, haplotypes in gene_haplotypes().items():
        limits = np.cumsum([h.frequencies for h in haplotypes], axis=0)[:-1]
        for copy, draws in enumerate(rng.random((2, n_founders))):
            for founder, draw in enumerate(draws):
                chosen = int((draw >= limits[:, ancestry[founder]]).sum())
                stars[founder].setdefault(gene, []).append(haplotypes[chosen].name)
                for rsid in haplotypes[chosen].rsids:
                    alleles[copy, rows[rsid], founder] = 1
    return stars


def with_haplotypes(
    person: Person, sites: Sites, *, gene: str, names: tuple[str, str]
) -> Person:
    """Return a person who carries these haplotypes of a gene instead of their own."""
    rows = {rsid: row for row, rsid in enumerate(sites.table["rsid"]) if rsid != "."}
    haplotypes = {h.name: h for h in gene_haplotypes()[gene]}
    alleles = person.alleles.copy()
    for haplotype in haplotypes.values():
        alleles[:, [rows[rsid] for rsid in haplotype.rsids]] = 0
    for copy, name in enumerate(names):
        alleles[copy, [rows[rsid] for rsid in haplotypes[name].rsids]] = 1
    return Person(alleles, person.stars | {gene: list(names)})


def _set_spanning(sites: Sites, alleles: np.ndarray) -> None:
    """Give ``*`` to every haplotype that carries the deletion just upstream."""
    for row in np.flatnonzero(sites.table["alt"].str.endswith(",*")):
        alleles[:, row][alleles[:, row - 1] == 1] = 2


def cross(
    rng: np.random.Generator,
    sites: Sites,
    *,
    mother: Person,
    father: Person,
    son: bool,
) -> Person:
    """Pass one gamete of each parent on to a child.

    Sites of one block stay together; blocks assort independently.
    """
    block = sites.table["block"].to_numpy()
    copies = rng.integers(0, 2, size=(2, block.max() + 1))[:, block]
    columns = np.arange(len(block))
    alleles = np.stack(
        [mother.alleles[copies[0], columns], father.alleles[copies[1], columns]]
    )
    on_x, on_y = sites.region("x"), sites.region("y")
    alleles[1, on_x] = ABSENT if son else father.alleles[0, on_x]
    alleles[0, on_y] = father.alleles[0, on_y] if son else ABSENT
    alleles[1, on_y] = ABSENT
    rows = pharmacogene_rows(sites)
    stars = {
        gene: [
            mother.stars[gene][copies[0, rows[gene]]],
            father.stars[gene][copies[1, rows[gene]]],
        ]
        for gene in mother.stars
    }
    return Person(alleles, stars)
