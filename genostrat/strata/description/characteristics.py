"""What distinguishes the strata, with p-values only where they are valid."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.arrays import AnyIntegers, Flags, Indices, Reals
from genostrat.disclosure.cells import THRESHOLD
from genostrat.disclosure.rests import find_telling
from genostrat.ordering import order_names
from genostrat.profile.covariates import as_numbers, as_text
from genostrat.stats.effects import adjust_bh, standardised_difference
from genostrat.strata.clustering.focus import layers_in_focus
from genostrat.strata.clustering.resamples import kmeans
from genostrat.strata.clustering.rotation import Rotation, rotate

#: Random halvings over which split-sample p-values are combined.
N_SPLITS = 20
#: Patients that a stratum and the rest must each have in a test.
MIN_TESTED = 3
#: Sets of features that are tested at a time, for the sake of memory.
BLOCK = 1000

DEFINED = "defined the strata: effect size only"
SPLIT = (
    "cross-fitted: each half of the patients was assigned, without this feature, to"
    " strata found in the other half"
)
UNUSED = "not used to find the strata"


def describe_features(
    features: pd.DataFrame,
    strata: pd.Series,
    *,
    nearest: pd.Series,
    layers: list[str],
    training: Flags,
    rng: np.random.Generator,
    focus: Flags | None = None,
) -> pd.DataFrame:
    """Compare every feature of the profile between each stratum and the rest.

    Parameters
    ----------
    features
        Patients × features, adjusted and scaled; without sample_id.
    strata
        Stratum of each patient who is described, blank for others.
    nearest
        Likewise with those who are ambiguous: they are not described, but a test in
        which they are wanting would not be valid.
    layers
        Layer of each feature.
    training
        True for the patients that the strata were found in.
    rng
        Source of the halvings.
    focus
        The features that the strata were found in; None for all of them.

    Returns
    -------
    DataFrame
        feature, layer, stratum, effect, ci_low, ci_high, p_value, valid_because.

    Notes
    -----
    Effects are Hedges' g over all patients with a stratum. These features defined
    the strata, so a test in the same patients would always come out significant;
    p-values are from :func:`split_sample_p`.
    """
    held = (strata != "").to_numpy()
    values = features.to_numpy(dtype=float)
    names, labels = number_strata(nearest)
    p_values = split_sample_p(
        values[training],
        labels[training],
        layers=layers_in_focus(layers, focus),
        rng=rng,
    )
    parts = []
    for number, name in enumerate(names):
        inside = (strata[held] == name).to_numpy()
        effect, low, high = standardised_difference(values[held], inside)
        tested = ~np.isnan(p_values[number])
        parts.append(
            pd.DataFrame(
                {
                    "feature": list(features.columns),
                    "layer": layers,
                    "stratum": name,
                    "effect": effect,
                    "ci_low": low,
                    "ci_high": high,
                    "p_value": p_values[number],
                    "valid_because": np.where(tested, SPLIT, DEFINED),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def number_strata(strata: pd.Series) -> tuple[list[str], Indices]:
    """Return the names of the strata in order, and each patient's number or -1."""
    names = order_names(set(strata) - {""})
    numbers = {name: i for i, name in enumerate(names)}
    return names, strata.map(numbers).fillna(-1).to_numpy(dtype=np.intp)


def split_sample_p(
    values: Reals,
    labels: AnyIntegers,
    *,
    layers: list[str],
    rng: np.random.Generator,
    n_splits: int = N_SPLITS,
    tested: Reals | None = None,
    left_out: Sequence[Indices] | None = None,
) -> Reals:
    """Test each feature in patients who were assigned without it.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled. All patients that the strata were
        found in: see the notes.
    labels
        Stratum number 0..k-1 of each patient, -1 for none. They name the groups of a
        half and are not tested.
    layers
        Layer of each feature.
    rng
        Source of the halvings.
    n_splits
        Number of halvings.
    tested
        Patients × tests: what to test instead of each feature.
    left_out
        For each test, the features that patients are assigned without; by default
        each feature is tested and left out alone.

    Returns
    -------
    ndarray
        Strata × tests; NaN where too few patients were assigned to the stratum in
        most halvings.

    Notes
    -----
    Each half is clustered on its own into k groups, named after the strata whose
    centres they are nearest to. A patient of the other half goes to the nearest
    group, and over both halves the feature is compared between a group and the rest
    by :func:`group_p`.

    Splitting alone does not make this valid: a patient's label would still depend on
    the feature that is tested (Gao, Bien & Witten 2022, doi
    10.1080/01621459.2022.2116331). Here the patients are assigned *without* the
    feature, separately for each, so that a feature unrelated to the others is
    tested against labels it had no part in. Halvings are combined by twice the
    median p (Meinshausen, Meier & Bühlmann 2009, doi 10.1198/jasa.2009.tm08647).

    Nor may patients be picked by how clear their stratum is: who is clear depends on
    all features together, so that among the clear ones features hang together that
    are unrelated.
    """
    k = int(labels.max()) + 1
    tested = values if tested is None else tested
    targets = np.stack([values[labels == g].mean(axis=0) for g in range(k)])
    results = np.full((n_splits, k, tested.shape[1]), np.nan)
    for split in range(n_splits):
        first = rng.permutation(len(values)) < len(values) // 2
        halves = [(first, ~first), (~first, first)]
        found = [
            _learn_groups(values[learn], targets, layers=layers, rng=rng)
            for learn, _ in halves
        ]
        models = [model for model in found if model is not None]
        if len(models) < len(halves):
            continue
        for block, chosen in _blocks(left_out):
            assigned = np.empty(tested[:, block].shape, dtype=np.int8)
            for (_, test), (rotation, centres) in zip(halves, models, strict=True):
                assigned[test] = assign_without(
                    values[test], centres, rotation=rotation, left_out=chosen
                )
            results[split][:, block] = group_p(tested[:, block], assigned, k=k)
    enough = np.isfinite(results).sum(axis=0) > n_splits // 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        combined = np.minimum(1, 2 * np.nanmedian(results, axis=0))
    return np.where(enough, combined, np.nan)


def _learn_groups(
    values: Reals, targets: Reals, *, layers: list[str], rng: np.random.Generator
) -> tuple[Rotation, Reals] | None:
    """Cluster half a cohort; return components and centres in the order of targets."""
    k = len(targets)
    rotation = rotate(values, layers=layers)
    own, _, _ = kmeans(rotation.scores, k=k, rng=rng, n_starts=10)
    if len(np.unique(own)) < k:
        return None
    centres = np.stack([values[own == g].mean(axis=0) for g in range(k)])
    return rotation, centres[_match(centres, targets)]


def _blocks(
    left_out: Sequence[Indices] | None,
) -> Iterator[tuple[slice, Sequence[Indices] | None]]:
    if left_out is None:
        yield slice(None), None
        return
    for start in range(0, len(left_out), BLOCK):
        block = slice(start, start + BLOCK)
        yield block, left_out[block]


def _match(centres: Reals, targets: Reals) -> Indices:
    """Find, for each target, the centre that is paired with it."""
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    rows, columns = linear_sum_assignment(cdist(targets, centres, "sqeuclidean"))
    return columns[np.argsort(rows)]


def assign_without(
    values: Reals,
    centres: Reals,
    *,
    rotation: Rotation,
    left_out: Sequence[Indices] | None = None,
) -> NDArray[np.int8]:
    """Assign patients to the nearest centre, once without each of some features.

    Parameters
    ----------
    values
        Patients × features.
    centres
        Groups × features.
    rotation
        Components in which distances are measured.
    left_out
        Sets of features; by default each feature is a set of its own.

    Returns
    -------
    ndarray
        Patients × sets: the group when the features of that set are left out of both
        the patient and the centres.
    """
    scores, anchors = rotation.project(values), rotation.project(centres)
    parts = (values - rotation.centre) * rotation.weights
    centre_parts = (centres - rotation.centre) * rotation.weights
    distances = [
        _distances_without(
            scores - anchor, parts - part, rotation.loadings, left_out=left_out
        )
        for anchor, part in zip(anchors, centre_parts, strict=True)
    ]
    return np.stack(distances).argmin(axis=0).astype(np.int8)


def _distances_without(
    gaps: Reals,
    steps: Reals,
    loadings: Reals,
    *,
    left_out: Sequence[Indices] | None,
) -> Reals:
    """Squared distances to one centre, patients × sets of features left out.

    With S the set, d² = |g - Σ s_j L_j|² over j in S, expanded so that no patient ×
    feature × component array is needed.
    """
    whole = (gaps**2).sum(axis=1)[:, None]
    shared = steps * (gaps @ loadings.T)
    if left_out is None:
        return whole - 2 * shared + steps**2 * (loadings**2).sum(axis=1)
    columns = [
        ((steps[:, chosen] @ loadings[chosen]) ** 2).sum(axis=1)
        - 2 * shared[:, chosen].sum(axis=1)
        for chosen in left_out
    ]
    return whole + np.column_stack(columns)


def group_p(values: Reals, assigned: NDArray[np.int8], *, k: int) -> Reals:
    """Test the difference in means of each group against the rest.

    Parameters
    ----------
    values
        Patients × tests.
    assigned
        Patients × tests: group numbers, which may differ between tests.
    k
        Number of groups.

    Returns
    -------
    ndarray
        Groups × tests; NaN where a group or the rest has fewer than 3 patients.

    Notes
    -----
    The larger p of Welch's and Student's t. Each guards against what misleads the
    other: of a rare value (a carrier in a hundred) a small group may have none, and
    then Welch's error of that group is 0; or it has one, and then Student's
    pooled error is too small. Where groups differ in spread alone, Student's is wrong.
    """
    p_values = np.full((k, values.shape[1]), np.nan)
    for group in range(k):
        inside = assigned == group
        ours, theirs = _moments(values, inside), _moments(values, ~inside)
        n, m = ours[0], theirs[0]
        usable = (n >= MIN_TESTED) & (m >= MIN_TESTED)
        usable &= ours[2] + theirs[2] > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            both = np.maximum(_welch_p(*ours, *theirs), _student_p(*ours, *theirs))
        p_values[group, usable] = both[usable]
    return p_values


def _welch_p(
    n: Reals, mean: Reals, spread: Reals, m: Reals, other: Reals, wide: Reals
) -> Reals:
    from scipy.special import stdtr

    error, other_error = spread / n, wide / m
    total = error + other_error
    freedom = total**2 / (error**2 / (n - 1) + other_error**2 / (m - 1))
    return 2 * stdtr(freedom, -np.abs(mean - other) / np.sqrt(total))


def _student_p(
    n: Reals, mean: Reals, spread: Reals, m: Reals, other: Reals, wide: Reals
) -> Reals:
    from scipy.special import stdtr

    freedom = n + m - 2
    pooled = ((n - 1) * spread + (m - 1) * wide) / freedom
    error = np.sqrt(pooled * (1 / n + 1 / m))
    return 2 * stdtr(freedom, -np.abs(mean - other) / error)


def _moments(values: Reals, chosen: Flags) -> tuple[Reals, ...]:
    """Count, mean and variance of the chosen patients of each test."""
    count = chosen.sum(axis=0)
    safe = np.maximum(count, 1)
    mean = np.where(chosen, values, 0).sum(axis=0) / safe
    squares = np.where(chosen, (values - mean) ** 2, 0).sum(axis=0)
    return count, mean, squares / np.maximum(count - 1, 1)


def describe_sheet(
    sheet: pd.DataFrame, strata: pd.Series, *, exclude: list[str]
) -> pd.DataFrame:
    """Compare the columns of the clinical sheet between each stratum and the rest.

    Parameters
    ----------
    sheet
        One row a patient.
    strata
        Name of each patient's stratum in the same order, blank where there is none.
    exclude
        Columns to leave out: identifiers, outcomes, and what defined the strata.

    Returns
    -------
    DataFrame
        As :func:`describe_features`, with layer ``sheet``. A text column gives one
        feature a level, ``column=level``.

    Notes
    -----
    These columns took no part in finding the strata, so the tests are valid: Welch's
    t for numbers, Fisher's exact test for levels. Effects are in standard
    deviations for both, so that they can be shown on one axis.

    An effect, its interval and its p-value give the numbers behind them back. So levels
    of fewer than ten patients are left out, and the smallest others where all patients
    less the levels that are shown would be fewer than ten; so are columns that fewer
    than ten patients have a value in. In a stratum a shown level may have fewer.
    """
    held = (strata != "").to_numpy()
    columns = [name for name in sheet.columns if name not in exclude]
    rows = [
        row
        for name in columns
        for feature, values in _sheet_features(sheet.loc[held, name], name)
        for row in _compare(feature, values, strata[held].to_numpy())
    ]
    return pd.DataFrame(rows, columns=_SHEET_COLUMNS)


_SHEET_COLUMNS = [
    "feature",
    "layer",
    "stratum",
    "effect",
    "ci_low",
    "ci_high",
    "p_value",
    "valid_because",
]
#: A text column with more levels holds names or free text, not a category.
MAX_LEVELS = 20


def _sheet_features(column: pd.Series, name: str) -> list[tuple[str, Reals]]:
    text = as_text(column)
    numbers = as_numbers(text)
    known = text != ""
    different = text[known].nunique()
    if different < 2 or known.sum() < THRESHOLD:
        return []
    if numbers[known].notna().all() and different > 2:
        return [(name, numbers.to_numpy())]
    if different > MAX_LEVELS:
        return []
    levels = _shown_levels(text[known])
    return [
        (f"{name}={level}", np.where(known, text == level, np.nan).astype(float))
        for level in (levels[1:] if different == 2 else levels)
    ]


def _shown_levels(text: pd.Series) -> list[str]:
    """Return the levels that are large enough and give no small one away, sorted."""
    counts = {str(level): [int(n)] for level, n in text.value_counts().items()}
    large = {level: n for level, n in counts.items() if n[0] >= THRESHOLD}
    telling = find_telling([len(text)], large)
    return sorted(set(large) - telling)


def _compare(feature: str, values: Reals, strata: NDArray) -> list[dict]:
    from scipy.stats import fisher_exact, ttest_ind

    known = np.isfinite(values)
    measured, names = values[known], strata[known]
    rows = []
    for name in order_names(strata):
        inside = names == name
        effect, low, high = standardised_difference(measured[:, None], inside)
        p_value = np.nan
        if np.isfinite(effect[0]) and inside.sum() >= 2 and (~inside).sum() >= 2:
            if set(measured) <= {0.0, 1.0}:
                counts = [
                    [(measured[side] == value).sum() for value in (0, 1)]
                    for side in (inside, ~inside)
                ]
                p_value = float(fisher_exact(counts).pvalue)
            else:
                test = ttest_ind(measured[inside], measured[~inside], equal_var=False)
                p_value = float(test.pvalue)
        rows.append(
            {
                "feature": feature,
                "layer": "sheet",
                "stratum": name,
                "effect": effect[0],
                "ci_low": low[0],
                "ci_high": high[0],
                "p_value": p_value,
                "valid_because": UNUSED,
            }
        )
    return rows


def add_adjusted(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Join tables of characteristics and adjust their p-values together (BH)."""
    tables = [part for part in parts if len(part)]
    joined = pd.concat(tables, ignore_index=True) if tables else parts[0].copy()
    joined["p_adjusted"] = adjust_bh(joined["p_value"].to_numpy(dtype=float))
    return joined
