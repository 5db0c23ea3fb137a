"""CTML, the form in which MatchMiner's trials are curated: in and out.

A trial has match clauses at its steps, arms and dose levels. Each open one is a way
into the trial. Its leaves become our questions, so that the same three-valued logic
answers them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any as AnyValue

from genostrat.studies.criteria.logic import UNKNOWN, All, Any, Leaf, Node, Not
from genostrat.studies.criteria.parsing import Criterion

_RANGE = re.compile(r"\s*(>=|<=|==|=|>|<)\s*(\d+(?:\.\d+)?)\s*$")
#: Category of a variant → the result that is asked for.
_CATEGORIES = {
    "mutation": "mutated",
    "structural variation": "rearranged",
    "sv": "rearranged",
    "any variation": "altered",
    "signature": "signature",
}
_COPIES = {
    "high amplification": "amplified",
    "gain": "amplified",
    "low level gain": "amplified",
    "heterozygous deletion": "deleted",
    "homozygous deletion": "deleted",
}
_STATUS_GENES = {"HER2_STATUS": "ERBB2", "ER_STATUS": "ESR1", "PR_STATUS": "PGR"}
_DETAILS = (
    "protein_change",
    "wildcard_protein_change",
    "variant_classification",
    "exon",
    "fusion_partner_hugo_symbol",
)
#: Levels of a trial → their key of suspension and of a code.
_LEVELS = {
    "step": ("step_suspended", "step_code"),
    "arm": ("arm_suspended", "arm_code"),
    "dose_level": ("level_suspended", "level_code"),
}


@dataclass(frozen=True)
class MatchClause:
    """A way into a trial.

    Parameters
    ----------
    level
        ``trial``, ``step``, ``arm`` or ``dose_level``.
    code
        Of that level.
    is_open
        Whether the level takes patients: a step only while one of its arms does.
    node
        What must hold.
    """

    level: str
    code: str
    is_open: bool
    node: Node


@dataclass(frozen=True)
class CtmlTrial:
    """A curated trial."""

    study_id: str
    title: str
    is_open: bool
    clauses: tuple[MatchClause, ...]

    @property
    def criteria(self) -> list[Criterion]:
        """Return what must hold of a patient: one of the open ways in."""
        ways = tuple(c.node for c in self.clauses if c.is_open)
        node: Node = Any(ways) if ways else UNKNOWN
        text = "(CTML: " + ", ".join(f"{c.level} {c.code}" for c in self.clauses) + ")"
        return [Criterion(1, "inclusion", node, "whole", text[:300], "ctml", 0, 0)]


def find_trials(value: AnyValue) -> Iterator[Mapping[str, AnyValue]]:
    """Yield the trials of a JSON value: one, or a list."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, Mapping) and "protocol_no" in one:
            yield one


def read_ctml(trial: Mapping[str, AnyValue]) -> CtmlTrial:
    """Return a trial from its CTML.

    Raises
    ------
    ValueError
        If a match clause is none.
    """
    clauses = list(_find_clauses(trial, "trial", is_open=True))
    status = str(trial.get("status") or "").lower()
    summary = trial.get("_summary")
    if isinstance(summary, Mapping):
        listed = summary.get("status") or [{}]
        status = str(listed[0].get("value") or status).lower()
    title = trial.get("short_title") or trial.get("long_title") or ""
    return CtmlTrial(
        study_id=str(trial["protocol_no"]),
        title=str(title),
        is_open=status in ("open to accrual", "open", ""),
        clauses=tuple(clauses),
    )


def _find_clauses(
    value: Mapping[str, AnyValue], level: str, *, is_open: bool
) -> Iterator[MatchClause]:
    suspended, code = _LEVELS.get(level, ("", "protocol_no"))
    if str(value.get(suspended, "n")).strip().lower() == "y":
        is_open = False
    arms = value.get("arm")
    if level == "step" and isinstance(arms, list) and arms:
        is_open &= not all(_is_suspended(arm) for arm in arms)
    if value.get("match"):
        node = read_match(value["match"])
        yield MatchClause(level, str(value.get(code, "")), is_open, node)
    if level == "trial":
        value = value.get("treatment_list") or {}
    for name in _LEVELS:
        for inner in value.get(name) or []:
            # As in MatchMiner, a level is open or closed by what it says itself.
            yield from _find_clauses(inner, name, is_open=True)


def _is_suspended(arm: Mapping[str, AnyValue]) -> bool:
    return str(arm.get("arm_suspended", "n")).strip().lower() == "y"


def read_match(value: AnyValue) -> Node:
    """Return the tree of a match clause; the parts of a list must all hold.

    Raises
    ------
    ValueError
        If it is no clause.
    """
    if isinstance(value, list):
        return _unwrap(All(tuple(read_match(one) for one in value)))
    if not isinstance(value, Mapping):
        raise ValueError(f"a match clause is a mapping, not {type(value).__name__}")
    parts: list[Node] = []
    for key, inner in value.items():
        if key.startswith("and"):
            parts.append(_unwrap(All(tuple(read_match(one) for one in inner))))
        elif key.startswith("or"):
            parts.append(_unwrap(Any(tuple(read_match(one) for one in inner))))
        elif key == "clinical":
            parts.append(_read_clinical(inner))
        elif key == "genomic":
            parts.append(_read_genomic(inner))
        else:
            parts.append(_read_other(key, inner))
    return _unwrap(All(tuple(parts)))


def _unwrap(node: All | Any) -> Node:
    return node.parts[0] if len(node.parts) == 1 else node


def _read_other(kind: str, values: Mapping[str, AnyValue]) -> Node:
    """Return questions of a collection that is not ours: nobody has their answer."""
    leaves = tuple(Leaf(kind, key, str(value)) for key, value in values.items())
    return _unwrap(All(leaves))


def _read_clinical(values: Mapping[str, AnyValue]) -> Node:
    parts: list[Node] = []
    for key, value in values.items():
        name, text = key.upper(), str(value)
        is_not, text = text.startswith("!"), text.removeprefix("!")
        node: Node
        if name == "AGE_NUMERICAL":
            node = _read_range("age", "", text)
        elif name == "TMB_NUMERICAL":
            node = _read_range("clinical", "TMB_NUMERICAL", text)
        elif name == "GENDER":
            node = Leaf("sex", test=text.lower())
        elif name == "ONCOTREE_PRIMARY_DIAGNOSIS":
            node = Leaf("diagnosis", text)
        elif name in _STATUS_GENES:
            node = _read_status(_STATUS_GENES[name], value)
        elif name == "STRATUM":
            node = Leaf("stratum", text)
        elif name == "MEDICINE":
            node = Leaf("medicine", text.lower(), "current")
        else:
            node = Leaf("clinical", name, text)
        parts.append(Not(node) if is_not else node)
    return _unwrap(All(tuple(parts)))


def _read_status(gene: str, value: AnyValue) -> Node:
    text = str(value).strip().lower()
    if text in ("true", "positive"):
        return Leaf("gene", gene, "positive")
    if text in ("false", "negative"):
        return Leaf("gene", gene, "negative")
    return UNKNOWN


def _read_range(kind: str, subject: str, text: str) -> Node:
    match = _RANGE.match(text)
    if match is None:
        return UNKNOWN
    sign, number = match[1], float(match[2])
    if sign in ("=", "=="):
        return Leaf(kind, subject, low=number, high=number)
    if sign.startswith(">"):
        return Leaf(kind, subject, low=number, low_open=sign == ">")
    return Leaf(kind, subject, high=number, high_open=sign == "<")


def _read_genomic(values: Mapping[str, AnyValue]) -> Node:
    low = {key.lower(): str(value) for key, value in values.items()}
    symbol = low.get("hugo_symbol", "")
    if "phenotype" in low:
        return Leaf("phenotype", symbol, low["phenotype"].lower().split()[0])
    category = low.get("variant_category", "")
    is_not, category = category.startswith("!"), category.removeprefix("!").lower()
    extra = [
        _signed(Leaf("genomic", key.upper(), value.removeprefix("!")), value)
        for key, value in sorted(low.items())
        if key.endswith("_signature") or key in ("mmr_status", "ms_status")
    ]
    if low.get("wildtype", "").lower() == "true":
        return _unwrap(All((Leaf("gene", symbol, "wild_type"), *extra)))
    details, denied = [], False
    for key in _DETAILS:
        if key in low and not (key.startswith("fusion") and low[key] == "any_gene"):
            denied |= low[key].startswith("!")
            details.append((key, low[key].removeprefix("!")))
    if not symbol or symbol.lower() == "none":
        if details and details[0][0] == "fusion_partner_hugo_symbol":
            symbol, details = details[0][1], details[1:]
        else:
            return _unwrap(All(tuple(extra))) if extra else UNKNOWN
    test = _CATEGORIES.get(category, "altered" if not category else "")
    if category in ("cnv", "copy number variation"):
        test = _COPIES.get(low.get("cnv_call", "").lower(), "altered")
    if not test:
        return UNKNOWN
    leaf: Node = Leaf("gene", symbol, test, detail=tuple(details))
    return _unwrap(All((Not(leaf) if is_not or denied else leaf, *extra)))


def _signed(leaf: Leaf, text: str) -> Node:
    return Not(leaf) if text.startswith("!") else leaf


_OUT = {
    "mutated": "Mutation",
    "rearranged": "Structural Variation",
    "altered": "Any Variation",
    "amplified": "CNV",
    "deleted": "CNV",
    "positive": "Any Variation",
}


def write_ctml(
    study_id: str, title: str, criteria: Sequence[Criterion], *, is_open: bool
) -> dict[str, AnyValue]:
    """Return a study in CTML, with the criteria that it can say.

    What CTML has no words for, and what was not understood, stands in `curation_todo`
    as text, so that nobody takes the match clause for the whole.
    """
    clauses, rest = [], []
    for one in criteria:
        said = _say(one.node)
        if said is None or one.grasp == "part":
            rest.append(f"{one.side}: {one.text}")
        if said is not None:
            clauses.append(said)
    return {
        "protocol_no": study_id,
        "long_title": title,
        "status": "open to accrual" if is_open else "closed to accrual",
        "treatment_list": {
            "step": [
                {
                    "step_code": "1",
                    "arm": [],
                    "match": [{"and": clauses}] if clauses else [],
                }
            ]
        },
        "curation_todo": rest,
    }


def _say(node: Node, *, is_not: bool = False) -> dict[str, AnyValue] | None:
    """Return a tree in CTML; None where CTML has no words for a part that matters."""
    if isinstance(node, Leaf):
        return _say_leaf(node, is_not=is_not)
    if isinstance(node, Not):
        return _say(node.part, is_not=not is_not)
    parts = [_say(part, is_not=is_not) for part in node.parts]
    is_all = isinstance(node, All) != is_not
    if any(part is None for part in parts):
        # What stands beside a part that cannot be said holds only where all must.
        said = [part for part in parts if part is not None]
        return {"and": said} if is_all and said else None
    return {"and" if is_all else "or": parts}


def _say_leaf(leaf: Leaf, *, is_not: bool) -> dict[str, AnyValue] | None:
    sign = "!" if is_not else ""
    if leaf.kind == "sex":
        return (
            None
            if leaf.test == "all"
            else {"clinical": {"gender": sign + leaf.test.title()}}
        )
    if leaf.kind == "age":
        limits = []
        if leaf.low is not None:
            limits.append((f">{'' if leaf.low_open else '='}", leaf.low))
        if leaf.high is not None:
            limits.append((f"<{'' if leaf.high_open else '='}", leaf.high))
        if is_not:
            turned = {">=": "<", ">": "<=", "<=": ">", "<": ">="}
            limits = [(turned[one], value) for one, value in limits]
        said = [
            {"clinical": {"age_numerical": f"{one}{value:g}"}} for one, value in limits
        ]
        return said[0] if len(said) == 1 else {"or" if is_not else "and": said}
    if leaf.kind == "diagnosis":
        return {"clinical": {"oncotree_primary_diagnosis": sign + leaf.subject}}
    if leaf.kind == "gene" and leaf.test == "wild_type" and not is_not:
        return {"genomic": {"hugo_symbol": leaf.subject, "wildtype": True}}
    if leaf.kind == "gene" and leaf.test in _OUT:
        said_of = {
            "hugo_symbol": leaf.subject,
            "variant_category": sign + _OUT[leaf.test],
        }
        return {"genomic": said_of | dict(leaf.detail)}
    return None
