"""Names of alleles as other tools spell them, copies and hybrids among them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from genostrat.errors import Problem, nearest
from genostrat.pgx.definitions import Effect, Gene
from genostrat.pgx.naming import sort_names
from genostrat.pgx.phenotypes import find_effect, score_effect

_COPIES = re.compile(r"(?P<base>.*?)[x×](?P<copies>\d+|N|n)(?P<sign>\+?)")
_HLA = re.compile(r"\*?\d{1,3}(:\d{2,4}){0,3}[NLSCAQ]?")
#: An unknown number of copies is at least two. What five would do, more do as well.
_FEW_COPIES, _MANY_COPIES = 2, 5
#: Deletions and hybrids, with their activity by CPIC (Caudle 2020, doi
#: 10.1111/cts.12692), for knowledge bases that define alleles by variants only.
_STRUCTURAL: Mapping[str, Mapping[str, float | None]] = {
    "CYP2D6": {
        "*5": 0.0,
        "*13": 0.0,
        "*36": 0.0,
        "*61": None,
        "*63": None,
        "*68": 0.0,
    }
}


def list_activities(gene: Gene) -> dict[str, float | None]:
    """Return the activity of every allele that an outside call may name."""
    known = dict(_STRUCTURAL.get(gene.name, {}))
    return known | {allele.name: allele.activity for allele in gene.alleles}


def normalise_diplotype(text: str, *, gene: Gene) -> tuple[str, ...]:
    """Split a diplotype and spell its alleles as the knowledge base does.

    Parameters
    ----------
    text
        ``CYP2D6*4xN/*10``, ``*36+*10/*1``, ``HLA-B*57:01/HLA-B*15:02`` or one allele.
    gene
        Whose prefix is dropped.
    """
    known = {allele.name for allele in gene.alleles}
    if text in known:
        return (text,)
    return tuple(sort_names(_normalise(part, gene, known) for part in _split(text)))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("/") if part.strip()]


def _normalise(name: str, gene: Gene, known: set[str]) -> str:
    if name in known:
        return name
    parts = []
    for part in name.replace(" ", "").split("+"):
        bare = part.removeprefix(gene.name)
        if bare and bare[0].isdigit() and any(other[0] == "*" for other in known):
            bare = f"*{bare}"
        is_hla = gene.name.startswith("HLA-")
        parts.append(f"*{bare.lstrip('*')}" if is_hla else bare.replace("×", "x"))
    joined = "+".join(parts)
    if name.removeprefix(gene.name) in known:
        return name.removeprefix(gene.name)
    return joined


def split_components(name: str, *, gene: Gene) -> list[tuple[str, int, int]]:
    """Split a structural allele into named alleles and their numbers of copies.

    Parameters
    ----------
    name
        ``*4xN``, ``*36x2+*10``.
    gene
        A name that it has is one component, however it looks.

    Returns
    -------
    list
        For each component its name, and the fewest and most copies it may have.
    """
    known = {allele.name for allele in gene.alleles}
    components = []
    for part in [name] if name in known else name.split("+"):
        match = None if part in known else _COPIES.fullmatch(part)
        if match is None:
            components.append((part, 1, 1))
        elif match["copies"] in "Nn":
            components.append((match["base"], _FEW_COPIES, _MANY_COPIES))
        else:
            few = int(match["copies"])
            many = max(few, _MANY_COPIES) if match["sign"] else few
            components.append((match["base"], few, many))
    return components


def check_alleles(
    names: Sequence[str], *, gene: Gene, file: Path, line: int
) -> list[Problem]:
    """Return a problem for each allele that the knowledge base does not know.

    Parameters
    ----------
    names
        From :func:`normalise_diplotype`.
    gene
        With its alleles. Alleles of HLA genes are not listed in any knowledge base
        read here, and only their form is checked.
    file, line
        Where they stand.
    """
    if gene.name.startswith("HLA-"):
        known: set[str] = set()
        unknown = [name for name in names if not _HLA.fullmatch(name)]
        allowed = "*57:01"
    else:
        known = set(list_activities(gene))
        unknown = [
            base
            for name in names
            for base, _, _ in split_components(name, gene=gene)
            if base not in known
        ]
        allowed = f"alleles of {gene.name}"
    problems = []
    if not 1 <= len(names) <= 2:
        problems.append(
            Problem(
                "a diplotype has one or two alleles",
                file=file,
                line=line,
                column="diplotype",
                found="/".join(names),
                allowed="*1/*4",
            )
        )
    for name in dict.fromkeys(unknown):
        close = nearest(name, known)
        problems.append(
            Problem(
                f"an outside call names an allele of {gene.name} that the knowledge"
                " base does not know",
                file=file,
                line=line,
                column="diplotype",
                found=name,
                allowed=f"{close}?" if close else allowed,
                fix="correct the name, or use a knowledge base that has the allele",
            )
        )
    return problems


def find_outside_effect(gene: Gene, names: Sequence[str]) -> Effect | None:
    """Return the effect of a diplotype that may have copies and hybrids.

    Parameters
    ----------
    gene
        With its activity values.
    names
        Of one or two alleles.

    Notes
    -----
    The activity of a structural allele is the sum over its components of activity
    times copies (Caudle 2020, doi 10.1111/cts.12692). Where the number of copies is
    not known, the effect is that of two copies if that of five is the same, else none.
    """
    found = find_effect(gene, names)
    if found is not None or gene.method != "score":
        return found
    activity = list_activities(gene)
    few: list[float | None] = []
    many: list[float | None] = []
    for name in names:
        for base, fewest, most in split_components(name, gene=gene):
            value = activity.get(base)
            few.append(None if value is None else value * fewest)
            many.append(None if value is None else value * most)
    low, high = score_effect(gene, few), score_effect(gene, many)
    if low.phenotype != high.phenotype:
        return None
    return low if low == high else Effect(low.phenotype)
