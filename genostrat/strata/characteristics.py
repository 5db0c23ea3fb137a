"""What distinguishes the strata, with p-values only where they are valid."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.profile.covariates import as_numbers, as_text
from genostrat.stats import adjust_bh, standardised_difference
from genostrat.strata.clustering import kmeans
from genostrat.strata.rotation import Rotation, rotate

Floats = NDArray[np.floating]

#: Random halvings over which split-sample p-values are combined.
N_SPLITS = 20
#: Patients that a stratum and the rest must each have in the tested half.
MIN_TESTED = 3

DEFINED = "defined the strata: effect size only"
SPLIT = (
    "sample split: strata found in one half, patients of the other half assigned"
    " without this feature and tested"
)
UNUSED = "not used to find the strata"


def describe_features(
    features: pd.DataFrame,
    strata: pd.Series,
    *,
    layers: list[str],
    training: NDArray[np.bool_],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Compare every feature of the profile between each stratum and the rest.

    Parameters
    ----------
    features
        Patients × features, adjusted and scaled; without sample_id.
    strata
        Name of each patient's stratum, blank where there is none.
    layers
        Layer of each feature.
    training
        True for the patients that the strata were found in.
    rng
        Source of the halvings.

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
    names = sorted(set(strata[held]))
    labels = strata.map({name: i for i, name in enumerate(names)})
    chosen = held & training
    p_values = split_sample_p(
        values[chosen],
        labels[chosen].to_numpy(dtype=np.intp),
        layers=layers,
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


def split_sample_p(
    values: Floats,
    labels: NDArray[np.integer],
    *,
    layers: list[str],
    rng: np.random.Generator,
    n_splits: int = N_SPLITS,
) -> Floats:
    """Test each feature in patients who were assigned without it.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    labels
        Stratum number 0..k-1 of each patient.
    layers
        Layer of each feature.
    rng
        Source of the halvings.
    n_splits
        Number of halvings.

    Returns
    -------
    ndarray
        Strata × features; NaN where a half held too few patients of the stratum in
        most halvings.

    Notes
    -----
    One half is clustered on its own into k groups, named after the strata whose
    centres they are nearest to. A patient of the other half goes to the nearest
    group, and the feature is compared between a group and the rest by Welch's t.

    Splitting alone does not make this valid: the other half's labels would still
    depend on the feature that is tested (Gao, Bien & Witten 2022, doi
    10.1080/01621459.2022.2116331). Here the patients are assigned *without* the
    feature, separately for each, so that a feature unrelated to the others is
    tested against labels it had no part in. Halvings are combined by twice the
    median p (Meinshausen, Meier & Bühlmann 2009, doi 10.1198/jasa.2009.tm08647).
    """
    k = int(labels.max()) + 1
    results = np.full((n_splits, k, values.shape[1]), np.nan)
    targets = np.stack([values[labels == g].mean(axis=0) for g in range(k)])
    for split in range(n_splits):
        order = rng.permutation(len(values))
        half = len(values) // 2
        learn, test = values[order[:half]], values[order[half:]]
        rotation = rotate(learn, layers=layers)
        own, _, _ = kmeans(rotation.scores, k=k, rng=rng, n_starts=10)
        if len(np.unique(own)) < k:
            continue
        centres = np.stack([learn[own == g].mean(axis=0) for g in range(k)])
        renamed = centres[_match(centres, targets)]
        assigned = assign_without_each(test, renamed, rotation=rotation)
        results[split] = _welch_p(test, assigned, k=k)
    enough = np.isfinite(results).sum(axis=0) > n_splits // 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        combined = np.minimum(1, 2 * np.nanmedian(results, axis=0))
    return np.where(enough, combined, np.nan)


def _match(centres: Floats, targets: Floats) -> NDArray[np.intp]:
    """Find, for each target, the centre that is paired with it."""
    from scipy.optimize import linear_sum_assignment
    from scipy.spatial.distance import cdist

    rows, columns = linear_sum_assignment(cdist(targets, centres, "sqeuclidean"))
    return columns[np.argsort(rows)]


def assign_without_each(
    values: Floats, centres: Floats, *, rotation: Rotation
) -> NDArray[np.int8]:
    """Assign patients to the nearest centre, once without each feature.

    Parameters
    ----------
    values
        Patients × features.
    centres
        Groups × features.
    rotation
        Components in which distances are measured.

    Returns
    -------
    ndarray
        Patients × features: the group when that feature is left out of both the
        patient and the centres.
    """
    scores, anchors = rotation.project(values), rotation.project(centres)
    parts = (values - rotation.centre) * rotation.weights
    centre_parts = (centres - rotation.centre) * rotation.weights
    # d²(without j) = |s - c - (x_j - c_j) L_j|², expanded so that no patient ×
    # feature × component array is needed.
    lengths = (rotation.loadings**2).sum(axis=1)
    distances = []
    for anchor, centre_part in zip(anchors, centre_parts, strict=True):
        gaps = scores - anchor
        steps = parts - centre_part
        distances.append(
            (gaps**2).sum(axis=1)[:, None]
            - 2 * steps * (gaps @ rotation.loadings.T)
            + steps**2 * lengths
        )
    return np.stack(distances).argmin(axis=0).astype(np.int8)


def _welch_p(values: Floats, assigned: NDArray[np.int8], *, k: int) -> Floats:
    """Welch's t of each group against the rest; groups differ between features."""
    from scipy.special import stdtr

    p_values = np.full((k, values.shape[1]), np.nan)
    for group in range(k):
        inside = assigned == group
        count, mean, error = _moments(values, inside)
        other_count, other_mean, other_error = _moments(values, ~inside)
        usable = (count >= MIN_TESTED) & (other_count >= MIN_TESTED)
        total = error + other_error
        usable &= total > 0
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (mean - other_mean) / np.sqrt(total)
            freedom = total**2 / (
                error**2 / (count - 1) + other_error**2 / (other_count - 1)
            )
        p_values[group, usable] = 2 * stdtr(freedom[usable], -np.abs(t[usable]))
    return p_values


def _moments(values: Floats, chosen: NDArray[np.bool_]) -> tuple[Floats, ...]:
    count = chosen.sum(axis=0)
    safe = np.maximum(count, 1)
    mean = np.where(chosen, values, 0).sum(axis=0) / safe
    squares = np.where(chosen, (values - mean) ** 2, 0).sum(axis=0)
    return count, mean, squares / np.maximum(count - 1, 1) / safe


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


def _sheet_features(column: pd.Series, name: str) -> list[tuple[str, Floats]]:
    text = as_text(column)
    numbers = as_numbers(text)
    known = text != ""
    different = text[known].nunique()
    if different < 2:
        return []
    if numbers[known].notna().all() and different > 2:
        return [(name, numbers.to_numpy())]
    if different > MAX_LEVELS:
        return []
    levels = sorted(set(text[known]))
    return [
        (f"{name}={level}", np.where(known, text == level, np.nan).astype(float))
        for level in (levels[1:] if different == 2 else levels)
    ]


def _compare(feature: str, values: Floats, strata: NDArray) -> list[dict]:
    from scipy.stats import fisher_exact, ttest_ind

    known = np.isfinite(values)
    measured, names = values[known], strata[known]
    rows = []
    for name in sorted(set(strata)):
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
