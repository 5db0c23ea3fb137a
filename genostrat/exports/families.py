"""Who is whose parent, as the sheet says and the genotypes bear out: a pedigree.

A reported link that the genotypes contradict is not written. A parent and a child whom
the sheet does not relate are written where the genotypes tell which of them is the
parent. Nobody is invented: full siblings without a known parent share a family, and
nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pandas as pd

from genostrat.sheets.pedigree import (
    MIN_YEARS_OLDER,
    Pedigree,
    join_groups,
    read_pedigree,
)

COLUMNS = ["child", "parent", "role", "source", "status", "is_written", "reason"]
NOBODY = "0"
_SEX_CODES = {"male": "1", "female": "2"}
#: Role of a parent → the place of its link in a person's pair of parents.
_PLACES = {"father": 0, "mother": 1}
_ROLE_OF_SEX = {"male": "father", "female": "mother"}
#: Relatives who share a family in the file.
_CLOSE = ("duplicate", "first")


@dataclass(frozen=True)
class Families:
    """A pedigree.

    Attributes
    ----------
    rows
        One a kept sample: family, sample, father, mother (0: not known), sex (1, 2 or
        0) and −9 for the phenotype, as PLINK's .fam has them.
    links
        The table ``exports/family_links.tsv``.
    """

    rows: list[tuple[str, ...]]
    links: pd.DataFrame

    @property
    def record(self) -> dict[str, Any]:
        """The record ``exports/families.json``."""
        links = self.links
        counts = links.groupby(["source", "status"]).size() if len(links) else {}
        return {
            "n_samples": len(self.rows),
            "n_families": len({row[0] for row in self.rows}),
            "n_links": len(links),
            "n_links_written": int(links["is_written"].sum()) if len(links) else 0,
            "n_by_status": {
                f"{source} {status}": int(n) for (source, status), n in counts.items()
            },
            "n_without_parents": sum(row[2:4] == (NOBODY,) * 2 for row in self.rows),
        }


@dataclass
class _Evidence:
    """What is known of the samples, looked up by name."""

    kept: list[str]
    pedigree: Pedigree
    sexes: Mapping[str, str]
    ages: Mapping[str, float]
    #: Unordered pair → status and reason of ``qc/pedigree.tsv``.
    judged: Mapping[frozenset[str], tuple[str, str]]
    #: Unordered pair → relationship that was found, where it is close.
    found: Mapping[frozenset[str], str]
    #: Unordered pairs of relatives of any degree that is written.
    related: set[frozenset[str]]
    links: list[dict[str, Any]] = field(default_factory=list)


def draw_families(
    sheet: pd.DataFrame,
    *,
    pedigree: pd.DataFrame,
    pairs: pd.DataFrame,
    sex: pd.DataFrame,
    kept: Collection[str],
) -> Families:
    """Draw the family graph of the samples that were kept.

    Parameters
    ----------
    sheet
        ``check/samples.tsv``.
    pedigree, pairs, sex
        ``qc/pedigree.tsv``, ``qc/relatedness.tsv`` and ``qc/sex.tsv``.
    kept
        ``qc/keep.txt``.

    Notes
    -----
    A link that the sheet reports is written unless `pedigree` calls the pair a
    mismatch or set it aside, or, for a parent without genotypes, calls two of this
    parent's children a mismatch. What could not be assessed is written as reported,
    and says so. A parent and child that the sheet does not know of are told apart by
    years (12 or more), or since both parents of a child are not related: a child of
    either of them, or a parent of both, would make them relatives.
    """
    evidence = _gather(sheet, pedigree, pairs, sex, sorted(kept))
    _list_reported(evidence)
    _list_inferred(evidence)
    _drop_circles(evidence)
    links = pd.DataFrame(evidence.links, columns=COLUMNS)
    return Families(list(_compose_rows(evidence)), links)


def _gather(
    sheet: pd.DataFrame,
    pedigree: pd.DataFrame,
    pairs: pd.DataFrame,
    sex: pd.DataFrame,
    kept: list[str],
) -> _Evidence:
    told = dict(zip(sheet["sample_id"], sheet["sex"], strict=True))
    shown = dict(zip(sex["sample_id"], sex["inferred_sex"], strict=True))
    ages = pd.to_numeric(sheet.get("age", pd.Series(dtype=str)), errors="coerce")
    judged = {
        frozenset((row.sample_1, row.sample_2)): (row.status, row.reason)
        for row in pedigree.itertuples()
        if row.status != "unexpected"
    }
    found = {
        frozenset((row.sample_1, row.sample_2)): row.first_degree_kind
        or row.relationship
        for row in pairs[pairs["relationship"].isin(_CLOSE)].itertuples()
    }
    return _Evidence(
        kept=kept,
        pedigree=read_pedigree(sheet),
        sexes={name: told.get(name) or shown.get(name) or "" for name in kept},
        ages=dict(zip(sheet["sample_id"], ages, strict=False)),
        judged=judged,
        found=found,
        related={
            frozenset(pair)
            for pair in zip(pairs["sample_1"], pairs["sample_2"], strict=True)
        },
    )


def _list_reported(evidence: _Evidence) -> None:
    """Add what the sheet says, each link with what the genotypes make of it."""
    pedigree, kept = evidence.pedigree, set(evidence.kept)
    samples_of = pedigree.samples_of
    doubted = {(d.child, d.role): d for d in pedigree.doubts}
    children: dict[str, list[str]] = {}
    for child in evidence.kept:
        for parent in pedigree.parents.get(pedigree.person_of[child], ()):
            children.setdefault(parent, []).append(child)
    for child in evidence.kept:
        person = pedigree.person_of[child]
        both = pedigree.parents.get(person, ("", ""))
        for role, parent in zip(_PLACES, both, strict=True):
            doubt = doubted.get((person, role))
            if doubt is not None:
                status, reason = "set_aside", doubt.reason
                parent = doubt.parent
            elif not parent:
                continue
            else:
                siblings = [s for s in children[parent] if s != child]
                status, reason = _judge_link(
                    evidence, child, samples_of.get(parent, []), siblings
                )
            own = [s for s in samples_of.get(parent, []) if s in kept]
            evidence.links.append(
                {
                    "child": child,
                    "parent": own[0] if own else parent,
                    "role": role,
                    "source": "reported",
                    "status": status,
                    "is_written": status not in ("mismatch", "set_aside"),
                    "reason": reason,
                }
            )


def _judge_link(
    evidence: _Evidence, child: str, samples: list[str], siblings: list[str]
) -> tuple[str, str]:
    """Return the status of a link, and why, from the pairs that speak of it."""
    pairs = [frozenset((child, sample)) for sample in samples]
    found = [evidence.judged[pair] for pair in pairs if pair in evidence.judged]
    for status in ("mismatch", "ok"):
        for judged, reason in found:
            if judged == status:
                return status, reason
    if found:
        return "not_assessable", found[0][1]
    for sibling in siblings:
        status, reason = evidence.judged.get(frozenset((child, sibling)), ("", ""))
        if status == "mismatch":
            return "mismatch", f"with another child of this parent: {reason}"
    return "not_assessable", "this parent has no genotypes"


def _list_inferred(evidence: _Evidence) -> None:
    """Add parents that the genotypes alone show, where a place is free for them."""
    near: dict[str, list[str]] = {}
    kept = set(evidence.kept)
    for pair, relation in evidence.found.items():
        # The same sample twice is no pair, and a relation that was declared is known.
        if relation == "parent_child" and pair <= kept and pair not in evidence.judged:
            one, two = sorted(pair)
            near.setdefault(one, []).append(two)
            near.setdefault(two, []).append(one)
    taken = {(link["child"], link["role"]) for link in evidence.links}
    for child in sorted(near):
        for parent, reason in _find_parents(evidence, child, sorted(near[child])):
            role = _ROLE_OF_SEX.get(evidence.sexes[parent])
            if role is None or (child, role) in taken:
                continue
            taken.add((child, role))
            evidence.links.append(
                {
                    "child": child,
                    "parent": parent,
                    "role": role,
                    "source": "inferred",
                    "status": "ok",
                    "is_written": True,
                    "reason": reason,
                }
            )


def _find_parents(
    evidence: _Evidence, child: str, near: list[str]
) -> Iterator[tuple[str, str]]:
    """Yield those who are parents of a child, and by what that is told."""
    for parent in near:
        older = evidence.ages.get(parent, float("nan")) - evidence.ages.get(
            child, float("nan")
        )
        if older >= MIN_YEARS_OLDER:
            yield parent, f"parent and child by genotype; {older:.0f} years older"
    for parent in near:
        strangers = [
            other
            for other in near
            if {evidence.sexes[parent], evidence.sexes[other]} == {"male", "female"}
            and _are_strangers(evidence, parent, other)
        ]
        # A third candidate leaves open which two are the parents.
        if len(strangers) == 1 and len(near) == 2:
            yield (
                parent,
                "parent and child by genotype, as the other parent; the two are not"
                " related",
            )


def _are_strangers(evidence: _Evidence, one: str, two: str) -> bool:
    return frozenset((one, two)) not in evidence.related


def _drop_circles(evidence: _Evidence) -> None:
    """Leave out inferred links where they would make somebody their own ancestor."""
    above: dict[str, set[str]] = {}
    for link in evidence.links:
        if link["is_written"]:
            above.setdefault(link["child"], set()).add(link["parent"])
    try:
        TopologicalSorter(above).prepare()
    except CycleError as error:
        circle = set(error.args[1])
        for link in evidence.links:
            if link["source"] == "inferred" and link["child"] in circle:
                link["status"], link["is_written"] = "set_aside", False
                link["reason"] = "with other links it would make a circle"


def _compose_rows(evidence: _Evidence) -> Iterator[tuple[str, ...]]:
    parents = {name: [NOBODY, NOBODY] for name in evidence.kept}
    ties = [(min(pair), max(pair)) for pair in evidence.found]
    for link in evidence.links:
        if link["is_written"]:
            parents[link["child"]][_PLACES[link["role"]]] = link["parent"]
            ties.append((link["child"], link["parent"]))
    group_of = {
        name: number for number, group in enumerate(join_groups(ties)) for name in group
    }
    numbers: dict[Any, int] = {}
    for name in evidence.kept:
        number = numbers.setdefault(group_of.get(name, name), len(numbers) + 1)
        sex = _SEX_CODES.get(evidence.sexes[name], "0")
        yield (f"F{number}", name, *parents[name], sex, "-9")
