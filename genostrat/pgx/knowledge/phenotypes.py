"""Phenotypes of PharmCAT's files, and of pypgx's tables where these have none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from genostrat.errors import GenostratError, Problem
from genostrat.pgx.definitions import Effect, Gene
from genostrat.pgx.knowledge.files import MAX_NAME, read_object, take, wrong_value
from genostrat.pgx.knowledge.genes import phenotype_key


@dataclass(frozen=True)
class Phenotypes:
    """One gene's functions, activities and diplotypes, as a file gives them."""

    functions: Mapping[str, str]
    activities: Mapping[str, float]
    diplotypes: Mapping[tuple[str, ...], Effect]


def read_phenotypes(files: Iterable[Path]) -> dict[str, Phenotypes]:
    """Read ``phenotype/*.json``, by gene.

    Raises
    ------
    GenostratError
        If a file is damaged or a gene has two.
    """
    found: dict[str, Phenotypes] = {}
    for path in files:
        record = read_object(path)
        gene = take(record, "gene", str, path=path)
        if gene in found:
            raise GenostratError(
                Problem("a gene has two files of phenotypes", file=path, found=gene)
            )
        found[gene] = _read_gene(record, path)
    return found


def _read_gene(record: Mapping[str, Any], path: Path) -> Phenotypes:
    functions, activities = {}, {}
    for index, item in enumerate(take(record, "namedAlleles", list, path=path)):
        inside = f"namedAlleles[{index}]"
        name = take(item, "name", str, path=path, inside=inside)
        functions[name] = _text(item.get("functionValue"), path, inside)
        activity = _number(item.get("activityValue"), path, inside)
        if activity is not None:
            activities[name] = activity
    diplotypes: dict[tuple[str, ...], Effect] = {}
    for index, item in enumerate(take(record, "diplotypes", list, path=path)):
        inside = f"diplotypes[{index}]"
        counts = take(item, "diplotypekey", dict, path=path, inside=inside)
        if not all(type(n) is int and 1 <= n <= 2 for n in counts.values()):
            raise GenostratError(
                wrong_value(path, f"{inside}.diplotypekey", counts, "counts of 1 or 2")
            )
        names = sorted(name for name, n in counts.items() for _ in range(n))
        if not 1 <= len(names) <= 2:
            raise GenostratError(
                wrong_value(
                    path, f"{inside}.diplotypekey", counts, "one or two alleles"
                )
            )
        phenotype = item.get("phenotype") or item.get("generesult")
        diplotypes[tuple(names)] = Effect(
            _text(phenotype, path, inside),
            _number(item.get("activityScore"), path, inside),
        )
    return Phenotypes(functions, activities, diplotypes)


def _text(value: Any, path: Path, place: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > MAX_NAME or not value.isprintable():
        raise GenostratError(wrong_value(path, place, value, "one line of text"))
    return "" if value.casefold() == "n/a" else value


def _number(value: Any, path: Path, place: str) -> float | None:
    if value is None or str(value).casefold() in ("n/a", ""):
        return None
    try:
        # CPIC writes "≥3.25" for copies beyond two, which genotypes do not show.
        number = float(str(value).lstrip("≥"))
    except ValueError:
        number = math.nan
    if not 0 <= number <= 100:
        raise GenostratError(wrong_value(path, place, value, "a number from 0 to 100"))
    return number


def add_phenotypes(
    genes: Mapping[str, Gene],
    phenotypes: Mapping[str, Phenotypes],
    *,
    pypgx: Mapping[str, Gene],
) -> tuple[dict[str, Gene], list[str]]:
    """Give each gene its phenotypes, from pypgx's tables where there are none.

    Returns
    -------
    genes
        With functions, activities, effects and method.
    findings
        Which genes have pypgx's phenotypes or none, and which have no definition.
    """
    findings = [
        f"{name}: there are phenotypes but no definition; the gene is left out"
        for name in sorted(set(phenotypes) - set(genes))
    ]
    result = {}
    for name, gene in genes.items():
        if name in phenotypes:
            result[name] = _own(gene, phenotypes[name])
        elif name in pypgx:
            result[name], found = _borrowed(gene, pypgx[name])
            findings.append(found)
        else:
            result[name] = gene
            findings.append(f"{name}: there is no file of phenotypes")
    return result, findings


def _own(gene: Gene, phenotypes: Phenotypes) -> Gene:
    alleles = tuple(
        replace(
            allele,
            function=phenotypes.functions.get(allele.name, ""),
            activity=phenotypes.activities.get(allele.name),
        )
        for allele in gene.alleles
    )
    effects = {
        phenotype_key(names, inheritance=gene.inheritance): effect
        for names, effect in sorted(phenotypes.diplotypes.items())
    }
    method = "diplotype" if effects else "none"
    return replace(gene, alleles=alleles, effects=effects, method=method)


def _borrowed(gene: Gene, theirs: Gene) -> tuple[Gene, str]:
    """Return a gene with pypgx's effects of the alleles that both know by name."""
    known = {allele.name: allele for allele in theirs.alleles}
    own = {allele.name for allele in gene.alleles}
    alleles = tuple(
        replace(
            allele,
            function=known[allele.name].function,
            activity=known[allele.name].activity,
        )
        if allele.name in known
        else allele
        for allele in gene.alleles
    )
    effects = {key: item for key, item in theirs.effects.items() if set(key) <= own}
    has_any = bool(effects) or (theirs.method == "score" and bool(own & set(known)))
    if theirs.method == "none" or not has_any:
        return (
            replace(gene, alleles=alleles),
            f"{gene.name}: there is no file of phenotypes, and pypgx has none either",
        )
    gene = replace(
        gene, alleles=alleles, method=theirs.method, effects=effects, bands=theirs.bands
    )
    return gene, (
        f"{gene.name}: there is no file of phenotypes; pypgx's are used for the"
        f" {len(own & set(known))} of {len(own)} alleles that it knows by name"
    )
