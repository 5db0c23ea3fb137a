"""A shallow tree over patients' covariates that says who gains, for people to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeRegressor

#: Questions from the root to a leaf, and the least share of patients in a leaf.
DEPTH, SHARE_OF_LEAF = 2, 0.1
#: How codes are named (:mod:`genostrat.response.covariates`): of a level of a category
#: column, sign and level; of numbers that are not known, the column and a word.
_LEVEL, _MISSING = "=", " missing"
#: What a rule says of a number, and of a level.
AT_MOST, ABOVE, IS, IS_NOT = "at_most", "above", "is", "is_not"


def grow_tree(design: np.ndarray, effect: np.ndarray) -> DecisionTreeRegressor | None:
    """Grow a tree of depth two that predicts predicted effects.

    Parameters
    ----------
    design, effect
        Patients × columns, and the predicted effect of each patient.

    Returns
    -------
    DecisionTreeRegressor or None
        None where predictions do not differ, or no split leaves enough patients.
    """
    if not len(effect) or not np.ptp(effect) > 1e-12:
        return None
    fewest = max(1, int(np.ceil(SHARE_OF_LEAF * len(effect))))
    tree = DecisionTreeRegressor(
        max_depth=DEPTH, min_samples_leaf=fewest, random_state=0
    ).fit(design, effect)
    return tree if tree.get_n_leaves() > 1 else None


def mark_ends(
    tree: DecisionTreeRegressor | None, inside: np.ndarray, new: np.ndarray
) -> np.ndarray:
    """Say of new patients who falls into the leaf of the least, or greatest, effect.

    Returns
    -------
    numpy.ndarray
        -1 for the leaf whose effect is least, 1 for the greatest, 0 for others; all 0
        without a tree. Leaves are those that patients of `inside` are in.
    """
    if tree is None:
        return np.zeros(len(new), dtype=int)
    effects = tree.predict(inside)
    low, high = effects.min(), effects.max()
    found = tree.predict(new)
    return np.asarray((found == high).astype(int) - (found == low).astype(int))


@dataclass(frozen=True)
class _Rule:
    """A question that was answered on the way to a leaf."""

    column: str
    operator: str
    value: str

    def to_record(self) -> dict[str, str]:
        return {
            "column": self.column,
            "operator": self.operator,
            "value": self.value,
        }


def describe_leaves(
    tree: DecisionTreeRegressor, names: Sequence[str], design: np.ndarray
) -> list[dict[str, Any]]:
    """Return each leaf of a tree: its rules, patients and the mean prediction.

    Parameters
    ----------
    tree
        From :func:`grow_tree`, on columns that were not scaled.
    names
        Of the columns, as :func:`~genostrat.response.covariates.code_covariates` gives
        them.
    design
        Patients × columns.

    Returns
    -------
    list of dict
        ``rules`` (each with ``column``, ``operator``, ``value``), ``n``, ``predicted``;
        the least effect first.

    Examples
    --------
    >>> age = np.repeat([30.0, 60.0], 20)[:, None]
    >>> tree = grow_tree(age, np.repeat([0.1, 0.5], 20))
    >>> for leaf in describe_leaves(tree, ["age"], age):
    ...     print(leaf["n"], round(leaf["predicted"], 3), *leaf["rules"])
    20 0.1 {'column': 'age', 'operator': 'at_most', 'value': '45'}
    20 0.5 {'column': 'age', 'operator': 'above', 'value': '45'}
    """
    places = tree.apply(design)
    leaves = [
        {
            "rules": [rule.to_record() for rule in _simplify(rules)],
            "n": int((places == leaf).sum()),
            "predicted": float(tree.tree_.value[leaf].ravel()[0]),
        }
        for leaf, rules in _walk(tree, names, 0, ())
    ]
    return sorted(leaves, key=lambda leaf: leaf["predicted"])


def _walk(
    tree: DecisionTreeRegressor,
    names: Sequence[str],
    node: int,
    rules: tuple[_Rule, ...],
) -> Iterator[tuple[int, tuple[_Rule, ...]]]:
    inner = tree.tree_
    if inner.children_left[node] < 0:
        yield node, rules
        return
    name = names[inner.feature[node]]
    # Levels may hold the sign (>=50), names of columns hardly.
    column, sign, level = name.partition(_LEVEL)
    known = name.removesuffix(_MISSING)
    if known != name and known in names:
        column, sign, level = known, _LEVEL, _MISSING.strip()
    threshold = f"{inner.threshold[node]:.4g}"
    children = (inner.children_left[node], True), (inner.children_right[node], False)
    for child, below in children:
        if sign:
            rule = _Rule(column, IS_NOT if below else IS, level)
        else:
            rule = _Rule(name, AT_MOST if below else ABOVE, threshold)
        yield from _walk(tree, names, child, (*rules, rule))


def _simplify(rules: Sequence[_Rule]) -> Iterator[_Rule]:
    """Leave out what a later rule of the same column and direction contains.

    A level that is told makes it needless to say which others it is not.
    """
    told = {rule.column for rule in rules if rule.operator == IS}
    for place, rule in enumerate(rules):
        if rule.operator == IS_NOT:
            is_told = rule.column in told
        else:
            later = {(one.column, one.operator) for one in rules[place + 1 :]}
            is_told = (rule.column, rule.operator) in later
        if not is_told:
            yield rule
