"""Clinical features that restate an outcome: best response as CR, PR, SD or PD.

Strata formed with such a feature are the outcome under another name, and every test of
the outcome between them is of what was put in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from genostrat.cells import parse_numbers
from genostrat.errors import Problem
from genostrat.sheets.contract.meaning import CATEGORY, MIN_PATIENTS_A_LEVEL
from genostrat.sheets.contract.table import SheetTable
from genostrat.stats.effects import eta_squared

#: Fewest patients with both values known; with fewer, agreement may be chance.
_FEWEST = 20
#: Agreement from which a feature says what the outcome was, and from which it may.
RESTATES, RESEMBLES = 0.999, 0.95


def agreement(
    table: SheetTable, feature: str, *, kind: str, outcome: Sequence[float]
) -> float:
    """Say how well a feature tells an outcome, from 0 to 1.

    Parameters
    ----------
    table, feature
        The column.
    kind
        ``"number"`` or ``"category"``.
    outcome
        A number for every row, NaN where unknown.

    Returns
    -------
    float
        Of an outcome with two values: balanced accuracy of the best guess, by the
        commonest outcome of each level, or by the best cut of a number. Of a number:
        the share of its variance between levels, or the squared correlation of ranks.
        0 where too few patients are known.
    """
    values = np.array(table.cells[feature], dtype=object)
    truth = np.array(outcome, dtype=float)
    known = np.isfinite(truth) & (values != "")
    values, truth = values[known], truth[known]
    if len(truth) < _FEWEST or not _has_spread(truth):
        return 0.0
    is_binary = len(set(truth)) == 2
    if kind == CATEGORY:
        codes = _codes_of_common_levels(values)
        if codes is None:
            return 0.0
        return _of_levels(codes, truth) if is_binary else eta_squared(truth, codes)
    numbers = parse_numbers(values)
    finite = np.isfinite(numbers)
    numbers, truth = numbers[finite], truth[finite]
    if len(set(numbers)) < 2 or not _has_spread(truth):
        return 0.0
    return _of_cuts(numbers, truth) if is_binary else _of_ranks(numbers, truth)


def find_proxies(
    table: SheetTable,
    features: dict[str, str],
    outcomes: dict[str, Sequence[float]],
) -> Iterator[tuple[str, str, float]]:
    """Yield feature, outcome and agreement of the pairs that agree too well.

    Parameters
    ----------
    table
        The sheet.
    features
        Column → its kind.
    outcomes
        What an outcome is called → a number for every row.
    """
    for feature, kind in features.items():
        for name, outcome in outcomes.items():
            found = agreement(table, feature, kind=kind, outcome=outcome)
            if found >= RESEMBLES:
                yield feature, name, found


#: Key of the config → what its columns are, what goes wrong, why one is refused.
_ROLES = {
    "profile.clinical_features": (
        "clinical feature",
        "where strata follow it, a test of that outcome between them says nothing",
        "strata formed with an outcome under another name cannot be tested against it",
    ),
    "response.subgroups": (
        "pre-specified subgroup",
        "a test of that outcome between its levels says nothing",
        "an outcome under another name divides patients by what became of them",
    ),
}
_COVARIATE = (
    "covariate",
    "an effect adjusted for it is no effect on that outcome",
    "an effect from which the outcome was taken away is no effect on it",
)


def describe_proxy(
    table: SheetTable, feature: str, outcome: str, found: float, *, section: str
) -> Problem | str:
    """Return a problem for a column that restates an outcome, else a warning.

    Parameters
    ----------
    table, feature
        The column.
    outcome
        What the outcome is called.
    found
        Their agreement.
    section
        Key of the config that names the column.
    """
    name = table.name(feature)
    role, harm, why = _ROLES.get(section, _COVARIATE)
    if found < RESTATES:
        return (
            f"the {role} {name} tells the {outcome} almost exactly"
            f" (agreement {found:.3f}): {harm}"
        )
    return Problem(
        f"the {role} {name} restates the {outcome}: it tells that outcome in"
        " every patient",
        file=table.path,
        column=name,
        fix=f"remove it from {section}: {why}",
    )


def _has_spread(truth: np.ndarray) -> bool:
    """Say whether two values are common enough for agreement to be no chance."""
    counts = sorted(Counter(truth).values())
    return len(counts) > 2 or (len(counts) == 2 and counts[0] >= MIN_PATIENTS_A_LEVEL)


def _codes_of_common_levels(values: np.ndarray) -> np.ndarray | None:
    """Give levels numbers; None where they are too rare for agreement to mean much."""
    levels, codes = np.unique(values.astype(str), return_inverse=True)
    if len(levels) < 2 or len(values) < MIN_PATIENTS_A_LEVEL * len(levels):
        return None
    return codes


def _of_levels(codes: np.ndarray, truth: np.ndarray) -> float:
    votes: dict[int, Counter[float]] = defaultdict(Counter)
    weight = {value: 1 / n for value, n in Counter(truth).items()}
    for code, value in zip(codes, truth, strict=True):
        votes[code][value] += 1
    # Each level guesses the value that it holds the larger share of.
    best = {
        code: max(seen, key=lambda value: seen[value] * weight[value])
        for code, seen in votes.items()
    }
    guessed = np.array([best[code] for code in codes])
    return float(np.mean([np.mean(guessed[truth == v] == v) for v in weight]))


def _of_cuts(numbers: np.ndarray, truth: np.ndarray) -> float:
    order = np.argsort(numbers, kind="stable")
    numbers, high = numbers[order], truth[order] == truth.max()
    below = np.cumsum(high)[:-1] / high.sum()
    below_low = np.cumsum(~high)[:-1] / (~high).sum()
    cuts = numbers[1:] > numbers[:-1]
    if not cuts.any():
        return 0.0
    accuracy = (below_low + 1 - below)[cuts] / 2
    return float(max(accuracy.max(), 1 - accuracy.min()))


def _of_ranks(numbers: np.ndarray, truth: np.ndarray) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(numbers, truth).statistic ** 2)
