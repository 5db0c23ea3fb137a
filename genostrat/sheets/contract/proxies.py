"""Clinical features that restate an outcome: best response as CR, PR, SD or PD.

Strata formed with such a feature are the outcome under another name, and every test of
the outcome between them is of what was put in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from genostrat.arrays import Indices, Reals
from genostrat.cells import parse_numbers
from genostrat.errors import Problem
from genostrat.sheets.contract.meaning import CATEGORY, MIN_PATIENTS_A_LEVEL
from genostrat.sheets.contract.table import SheetTable
from genostrat.stats.effects import eta_squared

#: Fewest patients with both values known; with fewer, agreement may be chance.
_FEWEST = 20
#: As many, and as many of the rarer value, for one of thousands of features.
_FEWEST_CUT, _FEWEST_RARER = 40, 15
#: Correlation of ranks, or of an area under the curve as far from 1/2 to 1, below which
#: no feature of a matrix tells an outcome.
_LIKELY = 0.7
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
    "profile.adjust_for": (
        "covariate of the profile",
        "what of the profile goes with that outcome is nearly all taken away",
        "a profile from which an outcome was taken away cannot be tested against it",
    ),
    "response.propensity_covariates": (
        "covariate of the propensity",
        "what came after the treatment cannot have led to its choice",
        "what came after the treatment cannot have led to its choice",
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


def find_matrix_proxies(
    values: Reals, outcomes: dict[str, Sequence[float]]
) -> Iterator[tuple[int, str, float]]:
    """Yield the place of a feature, outcome and agreement where they agree too well.

    Parameters
    ----------
    values
        Patients × features; NaN where missing.
    outcomes
        What an outcome is called → a number for every patient, NaN where unknown.

    Notes
    -----
    Agreement is that of :func:`agreement` for numbers. Among thousands of features some
    cut few patients right by chance, so an outcome of two values needs 40 patients of
    whom the rarer value has 15: a feature of noise then tells them all with a chance
    below 1 in 10¹⁰.
    """
    for name, outcome in outcomes.items():
        truth = np.array(outcome, dtype=float)
        known = np.isfinite(truth)
        truth, held = truth[known], values[known]
        if len(truth) < _FEWEST or not _has_spread(truth):
            continue
        counts = sorted(Counter(truth).values())
        if len(counts) == 2 and (len(truth) < _FEWEST_CUT or counts[0] < _FEWEST_RARER):
            continue
        for place in _likely_places(held, truth):
            found = _of_feature(held[:, place], truth)
            if found >= RESEMBLES:
                yield int(place), name, found


def _likely_places(values: Reals, truth: Reals) -> Indices:
    """Return the features that are worth a closer look, by ranks.

    A cut that tells 95 % of both values right has an area under the curve of at least
    0.9, however rare a value is; features with missing values get some leeway.
    """
    from scipy.stats import rankdata

    middle = np.array([_median(column) for column in values.T])
    ranks = rankdata(np.where(np.isnan(values), middle, values), axis=0)
    if len(set(truth)) == 2:
        high = truth == truth.max()
        n_high, n_low = high.sum(), (~high).sum()
        area = (ranks[high].sum(axis=0) - n_high * (n_high + 1) / 2) / (n_high * n_low)
        return np.flatnonzero(np.abs(area - 0.5) >= _LIKELY / 2)
    ranks -= ranks.mean(axis=0)
    own = rankdata(truth)
    own -= own.mean()
    lengths = np.linalg.norm(ranks, axis=0) * np.linalg.norm(own)
    correlation = np.abs(own @ ranks) / np.maximum(lengths, 1e-12)
    return np.flatnonzero(correlation >= _LIKELY)


def _median(column: Reals) -> float:
    known = column[np.isfinite(column)]
    return float(np.median(known)) if len(known) else 0.0


def _of_feature(column: Reals, truth: Reals) -> float:
    finite = np.isfinite(column)
    numbers, truth = column[finite], truth[finite]
    if len(truth) < _FEWEST or len(set(numbers)) < 2 or not _has_spread(truth):
        return 0.0
    is_binary = len(set(truth)) == 2
    return _of_cuts(numbers, truth) if is_binary else _of_ranks(numbers, truth)


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
