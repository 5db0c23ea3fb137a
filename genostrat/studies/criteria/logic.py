"""Criteria as trees, evaluated in Kleene's logic: true, false, or unknown.

Unknown and false is false, unknown and true is unknown (Kleene 1952, Introduction to
Metamathematics, §64): nothing becomes eligible by what is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

#: True, false, or unknown.
Answer = bool | None


@dataclass(frozen=True)
class Leaf:
    """One question about a patient.

    Parameters
    ----------
    kind
        ``age``, ``sex``, ``diagnosis``, ``gene``, ``allele``, ``phenotype``,
        ``medicine``, ``performance``, ``pregnancy``, ``stratum``, ``clinical``,
        ``genomic``, or ``unknown``: not understood, which nobody meets or fails.
    subject
        What it is about: a gene, a medicine, a diagnosis.
    test
        What is asked of it.
    low, high
        Limits of a number; None without one.
    low_open, high_open
        Whether the limit itself is outside.
    detail
        More of what is asked, key and value.
    """

    kind: str
    subject: str = ""
    test: str = ""
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    detail: tuple[tuple[str, str], ...] = ()

    def tell(self) -> str:
        """Write the question for people."""
        if self.kind in ("age", "performance", "clinical") and (
            self.low is not None or self.high is not None
        ):
            name = self.subject or self.kind
            return f"{name} {self._tell_range()}"
        words = [self.kind.replace("_", " "), self.subject, self.test]
        more = [f"{key} {value}" for key, value in self.detail]
        return " ".join(word for word in (*words, *more) if word)

    def _tell_range(self) -> str:
        parts = []
        if self.low is not None:
            parts.append(f"{'>' if self.low_open else '≥'} {self.low:g}")
        if self.high is not None:
            parts.append(f"{'<' if self.high_open else '≤'} {self.high:g}")
        return " and ".join(parts)

    def holds_of(self, value: float) -> bool:
        """Say whether a number lies within the limits."""
        if self.low is not None and (
            value < self.low or (self.low_open and value == self.low)
        ):
            return False
        return self.high is None or not (
            value > self.high or (self.high_open and value == self.high)
        )


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Node, ...] = field(default=())


@dataclass(frozen=True)
class Any:
    """At least one part holds."""

    parts: tuple[Node, ...] = field(default=())


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Node


Node = Leaf | All | Any | Not
#: The question that nothing is known of.
UNKNOWN = Leaf("unknown")


def all_of(answers: Iterator[Answer]) -> Answer:
    """Join answers by *and*.

    Examples
    --------
    >>> all_of(iter([True, None])), all_of(iter([None, False])), all_of(iter([]))
    (None, False, True)
    """
    is_unknown = False
    for answer in answers:
        if answer is False:
            return False
        is_unknown |= answer is None
    return None if is_unknown else True


def any_of(answers: Iterator[Answer]) -> Answer:
    """Join answers by *or*.

    Examples
    --------
    >>> any_of(iter([False, None])), any_of(iter([None, True])), any_of(iter([]))
    (None, True, False)
    """
    is_unknown = False
    for answer in answers:
        if answer is True:
            return True
        is_unknown |= answer is None
    return None if is_unknown else False


def negate(answer: Answer) -> Answer:
    """Turn an answer round; what is unknown stays so."""
    return None if answer is None else not answer


def evaluate(node: Node, ask: Callable[[Leaf], Answer]) -> Answer:
    """Return whether a tree holds, asking every leaf that matters.

    Parameters
    ----------
    node
        The tree.
    ask
        What is known of a leaf.
    """
    if isinstance(node, Leaf):
        return None if node.kind == "unknown" else ask(node)
    if isinstance(node, Not):
        return negate(evaluate(node.part, ask))
    answers = (evaluate(part, ask) for part in node.parts)
    return all_of(answers) if isinstance(node, All) else any_of(answers)


def find_deciders(node: Node, ask: Callable[[Leaf], Answer]) -> list[Leaf]:
    """Return the leaves by which a tree has the answer that it has.

    Of a tree that is false, those that make it so; of one that is unknown, those that
    are unknown; of one that is true, those that make it true.
    """
    answer = evaluate(node, ask)
    if isinstance(node, Leaf):
        return [node]
    if isinstance(node, Not):
        return find_deciders(node.part, ask)
    return [
        leaf
        for part in node.parts
        if evaluate(part, ask) is answer
        for leaf in find_deciders(part, ask)
    ]


def list_leaves(node: Node) -> list[Leaf]:
    """Return every leaf of a tree."""
    if isinstance(node, Leaf):
        return [node]
    parts = (node.part,) if isinstance(node, Not) else node.parts
    return [leaf for part in parts for leaf in list_leaves(part)]
