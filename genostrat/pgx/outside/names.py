"""Names of alleles as other tools spell them, copies and hybrids among them.

A name is only ever read as one that it is another way of writing; what is left over is
unknown, and nothing is guessed from how it is spelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from genostrat.pgx.definitions import Effect, Gene
from genostrat.pgx.matching.haplotypes import count_function
from genostrat.pgx.naming import sort_names, split_combination
from genostrat.pgx.phenotypes import find_effect, score_effect

#: What tools write where they have no call, or none for one of the alleles.
BLANKS = frozenset(
    {
        *("", ".", "-", "?", "none", "na", "n/a", "nan", "unknown", "uncallable"),
        *("no_call", "no call", "nocall", "no_reads", "no reads", "no_match"),
        *("no match", "indeterminate", "undetermined", "not called"),
    }
)
#: Copies: ``x2``, ``×2``, ``xN``, ``x≥3``, ``x>=3``, PharmCAT's ``≥3``; and ``x3+``.
_COPIES = re.compile(
    r"(?P<base>.*?[^x×≥>])"
    r"(?:[x×](?P<least>≥|>=)?(?P<copies>\d+|N|n)"
    r"|(?P<bare>≥|>=)(?P<many>\d+))"
)
_AND_MORE = re.compile(r"([x×]\d+)\+(?=\s*(?:\+|$))")
#: PharmVar numbers the suballeles of an allele behind a point; they share its function.
_SUBALLELE = re.compile(r"(?P<base>.*?)\.\d+(?:\.ALDY(?:_\d+)?)?")
_HLA = re.compile(r"\*\d{2,3}(:\d{2,4}){1,3}[NLSCAQGP]?")
#: Names of before 2010 write no colons: ``B*5701``.
_OLD_HLA = re.compile(r"\*(\d\d)(\d\d)(\d\d)?([NLSCAQ]?)")
#: What an allele goes by besides its name: ``c.1905+1G>A (*2A)``.
_ALIAS = re.compile(r"(?P<name>.+?) \((?P<alias>[^()]+)\)")
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
#: Names that an allele had before: G6PD's reference was called the wild type.
_FORMER = {("G6PD", "b (wildtype)"): "B (reference)"}


def list_activities(gene: Gene) -> dict[str, float | None]:
    """Return the activity of every allele that an outside call may name."""
    known = dict(_STRUCTURAL.get(gene.name, {}))
    return known | {allele.name: allele.activity for allele in gene.alleles}


def normalise_diplotype(text: str, *, gene: Gene) -> tuple[str, ...]:
    """Split a diplotype and spell its alleles as the knowledge base does.

    Parameters
    ----------
    text
        ``CYP2D6*4xN/*10``, ``*36+*10/*1``, ``*4.001/*2x≥3``, ``B*57:01/B*15:02``,
        ``(*68 + *4)/*1``, ``[*2 + *9]/*1`` or one allele.
    gene
        Whose prefix is dropped.

    Returns
    -------
    tuple
        In natural order. What the gene has no allele for stays as the tool has it.
    """
    known = _list_known(gene)
    if text in known:
        return (known[text],)
    parts = [part.strip() for part in text.split("/")]
    return tuple(sort_names(_normalise(part, gene, known) for part in parts if part))


def _list_known(gene: Gene) -> dict[str, str]:
    """Return every way to name an allele of a gene → its name.

    Other ways are what stands in brackets behind the name, or before them, where only
    one allele goes by it.
    """
    names = dict.fromkeys(list_activities(gene))
    known = {name: name for name in names}
    others: dict[str, list[str]] = {}
    for name in names:
        match = _ALIAS.fullmatch(name)
        if match:
            others.setdefault(match["name"], []).append(name)
            others.setdefault(match["alias"], []).append(name)
        if gene.inheritance == "mt":
            others.setdefault(name.removeprefix("m."), []).append(name)
    for other, owners in others.items():
        if len(owners) == 1:
            known.setdefault(other, owners[0])
    return known


def _normalise(name: str, gene: Gene, known: Mapping[str, str]) -> str:
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1]
    if name.startswith("[") and name.endswith("]"):
        inside = [_spell(part, gene, known) for part in split_combination(name)]
        return f"[{' + '.join(sort_names(inside))}]"
    for whole in (name, name.removeprefix(gene.name).strip()):
        if whole in known:
            return known[whole]
    # The plus of ``*2x3+`` joins nothing.
    name = _AND_MORE.sub(lambda match: f"x≥{match[1][1:]}", name)
    return "+".join(_spell(part, gene, known) for part in name.split("+"))


def _spell(name: str, gene: Gene, known: Mapping[str, str]) -> str:
    """Spell one component, with its number of copies."""
    name = name.strip()
    if name.casefold() in BLANKS:
        return name
    if gene.name.startswith("HLA-"):
        return _spell_hla(name, gene)
    match = None if name in known else _COPIES.fullmatch(name)
    base, copies = (match["base"], name[match.end("base") :]) if match else (name, "")
    found = _find_name(base.strip(), gene, known)
    if copies[:1] in ("≥", ">"):
        copies = f"x{copies}"
    return found + copies.replace("×", "x").replace(">=", "≥").replace(" ", "")


def _find_name(name: str, gene: Gene, known: Mapping[str, str]) -> str:
    """Return the allele that a name is another way of writing, else the name."""
    bare = name.removeprefix(gene.name).strip()
    if bare and bare[0].isdigit() and any(other.startswith("*") for other in known):
        bare = f"*{bare}"
    tried = [name, bare]
    match = _SUBALLELE.fullmatch(bare)
    if match is not None:
        tried.append(match["base"])
    for text in tried:
        if text in known:
            return known[text]
    same = {known[other] for other in known if other.casefold() == bare.casefold()}
    if len(same) == 1:
        return same.pop()
    return _FORMER.get((gene.name, bare.casefold()), bare)


def _spell_hla(name: str, gene: Gene) -> str:
    """Spell an HLA allele that may have its gene or letter, or lack its colons."""
    letter = gene.name.removeprefix("HLA-")
    bare = name.replace(" ", "").removeprefix("HLA-").removeprefix(letter)
    if bare[:1].isdigit():
        bare = f"*{bare}"
    old = _OLD_HLA.fullmatch(bare)
    if old is not None:
        bare = "*" + ":".join(part for part in old.groups()[:3] if part) + old[4]
    return bare if _HLA.fullmatch(bare) else name


def split_components(name: str, *, gene: Gene) -> list[tuple[str, int, int]]:
    """Split a structural allele into named alleles and their numbers of copies.

    Parameters
    ----------
    name
        ``*4xN``, ``*36x2+*10``, ``*2x≥3``.
    gene
        A name that it has is one component, however it looks.

    Returns
    -------
    list
        For each component its name, and the fewest and most copies it may have.
    """
    known = gene.activities
    components = []
    for part in [name] if name in known else name.split("+"):
        match = None if part in known else _COPIES.fullmatch(part)
        if match is None:
            components.append((part, 1, 1))
            continue
        copies = match["copies"] or match["many"]
        if copies in "Nn":
            components.append((match["base"], _FEW_COPIES, _MANY_COPIES))
            continue
        is_least = match["least"] or match["bare"]
        few = int(copies)
        components.append(
            (match["base"], few, max(few, _MANY_COPIES) if is_least else few)
        )
    return components


def find_unknown(names: Iterable[str], *, gene: Gene) -> list[str]:
    """Return the alleles that a gene does not have.

    Parameters
    ----------
    names
        From :func:`normalise_diplotype`.
    gene
        With its alleles. Alleles of HLA genes are not listed in any knowledge base
        read here, and only their form is checked.
    """
    if gene.name.startswith("HLA-"):
        return [name for name in names if not _HLA.fullmatch(name)]
    known = list_activities(gene)
    found = []
    for name in names:
        if name.startswith("["):
            bases = split_combination(name)
        else:
            bases = [base for base, _, _ in split_components(name, gene=gene)]
        found += [base for base in bases if base not in known]
    return list(dict.fromkeys(found))


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
    if any(name.startswith("[") for name in names):
        return _find_combined(gene, names)
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


def _find_combined(gene: Gene, names: Sequence[str]) -> Effect | None:
    """Return the effect where a copy has the variants of several alleles.

    It is that of the ones that count, if these agree.
    """
    places = {allele.name: index for index, allele in enumerate(gene.alleles)}
    readings: list[list[str]] = []
    for name in names:
        parts = tuple(
            places[part] for part in split_combination(name) if part in places
        )
        if not parts:
            return None
        counted, _ = count_function(gene, parts)
        readings.append([gene.alleles[index].name for index in counted])
    found = [find_outside_effect(gene, chosen) for chosen in product(*readings)]
    return found[0] if len(set(found)) == 1 else None


_SHORT = {
    "pm": "poor metabolizer",
    "im": "intermediate metabolizer",
    "nm": "normal metabolizer",
    "em": "normal metabolizer",
    "extensive metabolizer": "normal metabolizer",
    "rm": "rapid metabolizer",
    "um": "ultrarapid metabolizer",
}


def normalise_phenotype(text: str, *, gene: Gene) -> str:
    """Spell a phenotype as the knowledge base does; as the tool does where it can't.

    Parameters
    ----------
    text
        ``Poor Metaboliser``, ``CYP2D6 Ultrarapid Metabolizers (UM)``, ``PM``.
    gene
        With its phenotypes.
    """
    known = {name.casefold(): name for name in list_phenotypes(gene)}
    words = re.sub(r"\([^()]*\)", " ", text.casefold())
    words = words.replace(gene.name.casefold(), " ").replace("metabolis", "metaboliz")
    words = " ".join(words.split()).replace("metabolizers", "metabolizer")
    return known.get(_SHORT.get(words, words)) or text


def list_phenotypes(gene: Gene) -> list[str]:
    """Return the phenotypes that a gene may have, sorted."""
    found = {effect.phenotype for effect in gene.effects.values()}
    found |= {band.phenotype for band in gene.bands}
    return sorted(found - {""})


def find_scored_phenotype(gene: Gene, score: float) -> str:
    """Return the phenotype of an activity score; blank where there is not one."""
    if gene.method == "score":
        return score_effect(gene, [score]).phenotype
    found = {e.phenotype for e in gene.effects.values() if e.activity_score == score}
    return found.pop() if len(found) == 1 else ""
