"""Who is whose parent, and which samples are from one person, as the sheet says it.

What cannot be true at all (somebody among their own ancestors) is a problem of the
sheet. A link that is merely hard to believe (a mother who is male) is set aside, and
everything else goes on without it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from genostrat.errors import Problem, printable
from genostrat.sheets.identifiers import ALLOWED, find_case_twins, is_identifier

if TYPE_CHECKING:
    import pandas as pd

#: Column of the sheet → the parent it names, and the sex of such a parent.
PARENTS = {"father_id": ("father", "male"), "mother_id": ("mother", "female")}
#: A parent fewer years older than the child is not believed.
MIN_YEARS_OLDER = 12
#: What PLINK's files write for a parent that is not known.
NOBODY = "0"

#: Kind of doubt about a link → what the parent is.
DOUBTS = {
    "sex": "of the wrong sex",
    "roles": "a father in one row and a mother in another",
    "age": f"not at least {MIN_YEARS_OLDER} years older than the child",
}
WRONG_SEX = "the sheet says that this {role} is {sex}"
BOTH_ROLES = "the sheet names the same person as a father and as a mother"
YOUNGER = "the sheet says that this {role} is younger than the child"
TOO_YOUNG = (
    f"the sheet says that this {{role}} is less than {MIN_YEARS_OLDER} years older"
    " than the child"
)


@dataclass(frozen=True)
class Doubt:
    """A link between child and parent that is set aside.

    Parameters
    ----------
    child, parent
        Persons.
    role
        father or mother.
    kind
        A key of :data:`DOUBTS`.
    reason
        Why, as a clause without names.
    """

    child: str
    parent: str
    role: str
    kind: str
    reason: str


@dataclass(frozen=True)
class Pedigree:
    """People and their parents.

    A person is named by ``subject_id``, else by ``sample_id``. Parents need not have a
    row of their own.

    Attributes
    ----------
    person_of
        sample_id → person.
    parents
        Person → (father, mother), blank where unknown; only persons with a parent.
    sex
        Person → male or female; only where the sheet says so, and says one thing.
    doubts
        Links that are not in `parents` although the sheet names them.
    n_mixed_sex
        Persons whose samples differ in sex.
    """

    person_of: Mapping[str, str] = field(default_factory=dict)
    parents: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sex: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    n_mixed_sex: int = 0

    @property
    def samples_of(self) -> dict[str, list[str]]:
        """Person → samples, sorted."""
        samples: dict[str, list[str]] = defaultdict(list)
        for sample in sorted(self.person_of):
            samples[self.person_of[sample]].append(sample)
        return dict(samples)

    @property
    def families(self) -> list[list[str]]:
        """Persons joined by parents, each family sorted; nobody without relatives."""
        links = [
            (child, parent)
            for child, both in self.parents.items()
            for parent in both
            if parent
        ]
        return join_groups(links)


def read_pedigree(sheet: pd.DataFrame) -> Pedigree:
    """Read the pedigree from ``check/samples.tsv``.

    Parameters
    ----------
    sheet
        The clinical sheet after its checks; ``subject_id``, ``father_id``,
        ``mother_id``, ``sex`` and ``age`` are used where they are there.
    """
    rows: list[dict[str, str]] = sheet.astype(str).to_dict("records")
    person_of = _name_persons(rows)
    sexes: dict[str, set[str]] = defaultdict(set)
    ages: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        person = person_of[row["sample_id"]]
        sexes[person] |= {row.get("sex", "")} - {""}
        ages[person] += [age for age in [_number(row.get("age", ""))] if age >= 0]
    sex = {person: min(said) for person, said in sexes.items() if len(said) == 1}
    named: dict[tuple[str, str], str] = {}
    for row in rows:
        child = person_of[row["sample_id"]]
        for column in PARENTS:
            parent = row.get(column, "")
            if parent:
                named[child, column] = person_of.get(parent, parent)
    doubts = tuple(_find_doubts(named, sex, ages))
    dropped = {(doubt.child, f"{doubt.role}_id") for doubt in doubts}
    kept = {key: parent for key, parent in named.items() if key not in dropped}
    children = sorted({child for child, _ in kept})
    return Pedigree(
        person_of=person_of,
        parents={
            child: (
                kept.get((child, "father_id"), ""),
                kept.get((child, "mother_id"), ""),
            )
            for child in children
        },
        sex=sex,
        doubts=doubts,
        n_mixed_sex=sum(len(said) > 1 for said in sexes.values()),
    )


def check_pedigree(
    rows: Sequence[tuple[int, Mapping[str, str]]],
    *,
    path: str | Path,
) -> list[Problem]:
    """Return what makes the pedigree of a sheet impossible.

    Parameters
    ----------
    rows
        Line and cells of each row, missing values blank.
    path
        The sheet.
    """
    person_of = _name_persons(row for _, row in rows)
    first: dict[tuple[str, str], tuple[int, str]] = {}
    problems = list(_check_names(rows, path))
    persons = set(person_of.values())
    for line, row in rows:
        problems += _check_row(
            line, row, person_of=person_of, persons=persons, first=first, path=path
        )
    return problems + list(_check_loops(first, path))


def describe_pedigree(pedigree: Pedigree, sheet: pd.DataFrame) -> list[str]:
    """Say in sentences without names what is odd about a pedigree."""
    warnings = []
    for kind, what in DOUBTS.items():
        n = sum(doubt.kind == kind for doubt in pedigree.doubts)
        if n:
            warnings.append(
                f"parents that are {what}: {n}; these links are set aside, and"
                " qc/pedigree.tsv names them"
            )
    if pedigree.n_mixed_sex:
        warnings.append(
            "subjects whose samples differ in sex in the sheet:"
            f" {pedigree.n_mixed_sex}; their sex is taken as not known"
        )
    samples = list(sheet["sample_id"])
    others = {
        name
        for column in ("subject_id", *PARENTS)
        if column in sheet
        for name in sheet[column]
    }
    twins = find_case_twins([*samples, *sorted(others - {""} - set(samples))])
    n_twins = len(twins) - len(find_case_twins(samples))
    if n_twins:
        warnings.append(
            "parents or subjects whose identifier differs from another only in upper"
            f" and lower case: {n_twins}; they are taken for different people"
        )
    return warnings


def blank_nobody(names: Iterable[str], *, known: set[str]) -> list[str]:
    """Blank the ``0`` that PLINK writes for no parent, unless somebody is called so."""
    return ["" if name == NOBODY and name not in known else name for name in names]


def join_groups(links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the groups that links join, each sorted, in order of their first name."""
    near: dict[str, set[str]] = defaultdict(set)
    for one, two in links:
        near[one].add(two)
        near[two].add(one)
    groups, seen = [], set()
    for start in sorted(near):
        if start in seen:
            continue
        group, waiting = {start}, [start]
        while waiting:
            fresh = near[waiting.pop()] - group
            group |= fresh
            waiting += fresh
        seen |= group
        groups.append(sorted(group))
    return groups


def _name_persons(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {
        row["sample_id"]: row.get("subject_id", "") or row["sample_id"] for row in rows
    }


def _find_doubts(
    named: Mapping[tuple[str, str], str],
    sex: Mapping[str, str],
    ages: Mapping[str, list[float]],
) -> Iterator[Doubt]:
    roles = defaultdict(set)
    for (_, column), parent in named.items():
        roles[parent].add(column)
    for (child, column), parent in sorted(named.items()):
        role, wanted = PARENTS[column]
        said = sex.get(parent, "")
        # Ages may be those at different times; the kindest reading counts.
        older = math.inf
        if ages.get(parent) and ages.get(child):
            older = max(ages[parent]) - min(ages[child])
        if said and said != wanted:
            kind, reason = "sex", WRONG_SEX.format(role=role, sex=said)
        elif not said and len(roles[parent]) > 1:
            kind, reason = "roles", BOTH_ROLES
        elif older < 0:
            kind, reason = "age", YOUNGER.format(role=role)
        elif older < MIN_YEARS_OLDER:
            kind, reason = "age", TOO_YOUNG.format(role=role)
        else:
            continue
        yield Doubt(child, parent, role, kind, reason)


def _check_row(
    line: int,
    row: Mapping[str, str],
    *,
    person_of: Mapping[str, str],
    persons: set[str],
    first: dict[tuple[str, str], tuple[int, str]],
    path: str | Path,
) -> Iterator[Problem]:
    """Check the parents of one row; note in `first` where each link stands first."""
    child = person_of[row["sample_id"]]
    resolved = []
    for column, (role, _) in PARENTS.items():
        name = row.get(column, "")
        if not name:
            continue
        parent = person_of.get(name, name)
        resolved.append(parent)
        line_before, before = first.setdefault((child, column), (line, parent))
        complaints = {
            "this names a sample, and is another person's subject_id": (
                parent != name and name in persons,
                "give the subject a name that no sample has",
            ),
            f"a patient cannot be their own {role}": (
                parent == child,
                "correct it, or leave it blank",
            ),
            f"samples of one subject have different {role}s": (
                parent != before,
                f"correct {column} or subject_id here or in line {line_before}",
            ),
            "father and mother are the same person": (
                len(set(resolved)) < len(resolved),
                "correct one of them, or leave it blank",
            ),
        }
        for what, (holds, fix) in complaints.items():
            if holds:
                yield Problem(
                    what, file=path, line=line, column=column, found=name, fix=fix
                )


def _check_names(
    rows: Sequence[tuple[int, Mapping[str, str]]], path: str | Path
) -> Iterator[Problem]:
    for line, row in rows:
        for column in ("subject_id", *PARENTS):
            name = row.get(column, "")
            if name and not is_identifier(name):
                yield Problem(
                    "this is not a sample identifier",
                    file=path,
                    line=line,
                    column=column,
                    found=name,
                    allowed=f"{ALLOWED}; or blank",
                    fix="correct it, or leave it blank",
                )


def _check_loops(
    first: Mapping[tuple[str, str], tuple[int, str]], path: str | Path
) -> Iterator[Problem]:
    """Report each circle of ancestors once, at the first line that is part of it."""
    parents: dict[str, dict[str, str]] = defaultdict(dict)
    for (child, column), (_, parent) in first.items():
        if parent != child:
            parents[child][column] = parent
    done: set[str] = set()
    for start in sorted(parents):
        # A walk over ancestors, children waiting until all of theirs are done.
        path_now: list[str] = []
        waiting = [(start, False)]
        while waiting:
            person, leaving = waiting.pop()
            if leaving:
                path_now.pop()
                done.add(person)
            elif person in path_now:
                circle = path_now[path_now.index(person) :]
                yield _describe_loop(circle, parents, first, path)
                done.update(circle)
            elif person not in done:
                path_now.append(person)
                waiting.append((person, True))
                above = parents.get(person, {})
                waiting += [(parent, False) for parent in above.values()]


def _describe_loop(
    circle: Sequence[str],
    parents: Mapping[str, Mapping[str, str]],
    first: Mapping[tuple[str, str], tuple[int, str]],
    path: str | Path,
) -> Problem:
    steps = [
        (first[child, column][0], column)
        for child, parent in zip(circle, [*circle[1:], circle[0]], strict=True)
        for column, name in parents[child].items()
        if name == parent
    ]
    line, column = min(steps)
    chain = " → ".join(printable(name, 40) for name in [*circle, circle[0]])
    others = sorted({at for at, _ in steps} - {line})
    more = f"; lines {', '.join(map(str, others))} are part of it" if others else ""
    return Problem(
        "somebody is among their own ancestors",
        file=path,
        line=line,
        column=column,
        found=f"{chain} (child → parent)",
        fix=f"correct one of the links{more}",
    )


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan
