"""From a record to its criteria: trees with places, and what was not understood."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from genostrat.studies.criteria.grammar import Piece, find_pieces
from genostrat.studies.criteria.logic import UNKNOWN, All, Any, Leaf, Node, Not
from genostrat.studies.criteria.splitting import Clause, Side, split_criteria
from genostrat.studies.criteria.titles import find_title_groups
from genostrat.studies.records.language import is_english
from genostrat.studies.records.record import StudyRecord

#: How much of a criterion was understood.
Grasp = Literal["whole", "part", "none"]
#: Words that ask nothing by themselves beside a question that is understood.
_FILLERS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "by",
        "can",
        "for",
        "from",
        "given",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "his",
        "if",
        "in",
        "inclusive",
        "into",
        "is",
        "it",
        "its",
        "least",
        "may",
        "men",
        "must",
        "no",
        "of",
        "on",
        "one",
        "only",
        "or",
        "over",
        "patient",
        "patients",
        "participant",
        "participants",
        "subject",
        "subjects",
        "person",
        "persons",
        "people",
        "individual",
        "individuals",
        "women",
        "woman",
        "man",
        "female",
        "male",
        "adult",
        "adults",
        "age",
        "aged",
        "ages",
        "years",
        "year",
        "old",
        "older",
        "younger",
        "time",
        "signing",
        "signed",
        "informed",
        "consent",
        "screening",
        "enrolment",
        "enrollment",
        "entry",
        "study",
        "trial",
        "registration",
        "day",
        "date",
        "inclusion",
        "baseline",
        "visit",
        "randomisation",
        "randomization",
        "than",
        "that",
        "the",
        "their",
        "there",
        "this",
        "to",
        "total",
        "up",
        "volunteer",
        "volunteers",
        "who",
        "whose",
        "will",
        "with",
        "within",
        "status",
        "performance",
        "score",
        "scale",
        "ecog",
        "who's",
        "who",
        "eastern",
        "cooperative",
        "oncology",
        "group",
        "karnofsky",
        "zubrod",
        "gender",
        "sex",
        "any",
        "both",
        "either",
        "eligible",
        "between",
        "known",
        "documented",
        "confirmed",
        "histologically",
        "cytologically",
        "tumor",
        "tumour",
        "tumors",
        "tumours",
        "expressing",
        "metastatic",
        "must",
        "be",
        "tested",
        "local",
        "central",
        "laboratory",
        "disease",
        "currently",
        "taking",
        "use",
        "using",
        "treatment",
        "receiving",
        "current",
        "concomitant",
        "medication",
        "medications",
        "therapy",
        "between",
        "inclusion",
        "criteria",
        "first",
        "dose",
        "ic",
        "icf",
    ]
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+|\d+(?:\.\d+)?")
_OR = re.compile(r"(?i)\bor\b|/")
_AND = re.compile(r"(?i)\band\b|,|;|&")
#: A criterion that is no condition on a patient's facts where it is negated inside.
_NEGATED = re.compile(
    r"(?i)\b(?:no|not|without|absence of|negative for|free of|lack(?:s|ing)?|non|never"
    r"|other than|except)\b"
)
_EXEMPTS = re.compile(
    r"(?i)\b(?:unless|except|other than|are (?:allowed|eligible|permitted)|is "
    r"(?:allowed|permitted)|if (?!the|known)|may be)\b"
)


@dataclass(frozen=True)
class Criterion:
    """One criterion of a study.

    Parameters
    ----------
    number
        From 1, in the order of the text; those of the register's own fields first.
    side
        Whether patients must meet it, or must not.
    node
        What must hold of a patient: of an exclusion its opposite.
    grasp
        How much of it was understood.
    text
        As it is written, spaces evened.
    field, start, end
        Where it stands in the record.
    """

    number: int
    side: Side
    node: Node
    grasp: Grasp
    text: str
    field: str
    start: int
    end: int


def parse_record(
    record: StudyRecord, *, medicines: Mapping[str, str]
) -> list[Criterion]:
    """Return the criteria of a record.

    A record without criteria, or in another language, has one that is unknown, so that
    nobody is eligible by silence.

    Parameters
    ----------
    record
        The record.
    medicines
        Name in lower case → generic name.
    """
    found = [_of_field(one, n) for n, one in enumerate(_structured(record), 1)]
    found += _of_title(record, len(found) + 1)
    field = "eligibility" if record.eligibility or not record.text else "text"
    text, before = getattr(record, field), len(found)
    if text and is_english(text):
        # A text in one piece says other things before its first list.
        for clause in split_criteria(text, from_head=field == "text"):
            found.append(
                parse_clause(clause, len(found) + 1, field=field, medicines=medicines)
            )
    if len(found) == before:
        why = "no eligibility criteria"
        if text and not is_english(text):
            why = "criteria in another language"
        found.append(
            Criterion(
                len(found) + 1, "inclusion", UNKNOWN, "none", f"({why})", field, 0, 0
            )
        )
    found += _of_conditions(record, len(found) + 1)
    return found


def _structured(record: StudyRecord) -> list[tuple[Leaf, str]]:
    """Return what a register asks in fields of their own."""
    leaves = []
    if record.min_age is not None or record.max_age is not None:
        high = record.max_age
        is_whole = high is not None and high == int(high)
        leaf = Leaf(
            "age",
            low=record.min_age,
            high=high + 1 if high is not None and is_whole else high,
            high_open=is_whole,
        )
        leaves.append((leaf, "age"))
    if record.sex in ("female", "male"):
        leaves.append((Leaf("sex", test=record.sex), "sex"))
    return leaves


def _of_field(one: tuple[Leaf, str], number: int) -> Criterion:
    leaf, field = one
    return Criterion(
        number, "inclusion", leaf, "whole", f"(register: {leaf.tell()})", field, 0, 0
    )


def _of_title(record: StudyRecord, number: int) -> list[Criterion]:
    """Return whom the title names, where no field of the register says it."""
    said = {leaf.kind for leaf, _ in _structured(record)}
    title = record.shown_title
    place = "title" if record.title else "official_title"
    offset = 0
    if not (record.title or record.official_title):
        place, offset = "text", record.text.find(title)
    groups = [g for g in find_title_groups(title) if g.leaf.kind not in said]
    return [
        Criterion(
            n,
            "inclusion",
            group.leaf,
            "whole",
            title[group.start : group.end],
            place,
            offset + group.start,
            offset + group.end,
        )
        for n, group in enumerate(groups, number)
    ]


def _of_conditions(record: StudyRecord, number: int) -> list[Criterion]:
    """Return the diagnosis that a register names: one of its conditions.

    Where it names none, what patients must have is unknown.
    """
    if not record.conditions:
        text = "(register: no condition is named)"
        return [
            Criterion(number, "inclusion", UNKNOWN, "none", text, "conditions", 0, 0)
        ]
    leaves = tuple(Leaf("diagnosis", name) for name in record.conditions)
    text = "(register: condition " + " or ".join(record.conditions) + ")"
    node: Node = Any(leaves) if len(leaves) > 1 else leaves[0]
    return [
        Criterion(number, "inclusion", node, "whole", text[:300], "conditions", 0, 0)
    ]


def parse_clause(
    clause: Clause, number: int, *, field: str, medicines: Mapping[str, str]
) -> Criterion:
    """Return one criterion from its words.

    What is left over after all that is understood is taken away is a question of its
    own, which is unknown: a criterion is met only if all of it is.

    Examples
    --------
    >>> from genostrat.studies.criteria.splitting import split_criteria
    >>> (clause,) = split_criteria("Age at least 18 years and able to climb stairs")
    >>> one = parse_clause(clause, 1, field="eligibility", medicines={})
    >>> one.grasp, [leaf.tell() for leaf in one.node.parts]
    ('part', ['age ≥ 18', 'unknown'])
    """
    pieces = find_pieces(clause.text, medicines=medicines)
    pieces = [p for p in pieces if not _is_denied(clause.text, p)]
    rest = _left_over(clause.text, pieces)
    is_or = bool(_OR.search(_between(clause.text, pieces)))
    node: Node = UNKNOWN
    grasp: Grasp = "none"
    if pieces:
        node, grasp = _join(pieces, rest=rest, is_or=is_or, side=clause.side)
    if _EXEMPTS.search(clause.text) and pieces:
        # An exemption turns what was understood into something that may not hold.
        node, grasp = UNKNOWN, "none"
    if clause.side == "exclusion":
        node = Not(node)
    return Criterion(
        number,
        clause.side,
        node,
        grasp,
        clause.text[:300],
        field,
        clause.start,
        clause.end,
    )


def _join(
    pieces: list[Piece], *, rest: bool, is_or: bool, side: Side
) -> tuple[Node, Grasp]:
    """Join the questions of a criterion.

    Several questions that *or* joins need one that holds. In an exclusion each of a
    list excludes by itself, but a list joined by *and* excludes only as a whole.
    """
    leaves: tuple[Node, ...] = tuple(piece.leaf for piece in pieces)
    if rest:
        leaves = (*leaves, UNKNOWN)
    if len(leaves) == 1:
        return leaves[0], "whole"
    ages = [leaf for leaf in leaves if isinstance(leaf, Leaf) and leaf.kind == "age"]
    joins_any = is_or and len(ages) < 2
    node: Node = Any(leaves) if joins_any else All(leaves)
    return node, "part" if rest else "whole"


def _between(text: str, pieces: list[Piece]) -> str:
    """Return the words between the first and the last question, and behind it."""
    if not pieces:
        return ""
    kept, low = [], 0
    for piece in pieces:
        kept.append(text[low : piece.start])
        low = piece.end
    return " ".join([*kept, text[low:]])


def _left_over(text: str, pieces: list[Piece]) -> bool:
    """Say whether words are left that ask for something."""
    bare = _between(text, pieces) if pieces else text
    words = [word.lower() for word in _WORD.findall(bare)]
    return any(word not in _FILLERS for word in words)


def _is_denied(text: str, piece: Piece) -> bool:
    """Say whether a question is turned round, or waived, by the words around it.

    Such a question is not understood: "no EGFR mutation", "HER2 not required".
    """
    before = text[max(0, piece.start - 35) : piece.start]
    before = re.split(r"[,;.]|\bbut\b", before)[-1]
    after = text[piece.end : piece.end + 40]
    if piece.leaf.kind in ("age", "performance", "sex", "pregnancy"):
        return bool(re.search(r"(?i)\b(?:not|except|unless)\b", before[-14:]))
    return bool(
        _NEGATED.search(before) or re.match(r"(?i)\W*(?:\w+ ){0,3}not\b", after)
    )
