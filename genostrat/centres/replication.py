"""Whether strata are there at a centre that took no part in finding them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.spatial import KDTree
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from genostrat.arrays import Flags, Floats, Integers
from genostrat.registry.words.centres import (
    NOT,
    NOT_TESTABLE,
    PARTLY,
    REPLICATED,
)
from genostrat.stats.effects import one_blas_thread

#: Fewest patients of a centre, and of a stratum there, that anything is told of.
LEAST_PATIENTS, LEAST_IN_STRATUM = 30, 10
#: Components of the centres that teach, in which another one is looked at.
MOST_COMPONENTS = 10
#: Random centroids, and random clouds, that a centre is held against.
N_NULLS = 199
LEVEL = 0.05
#: The teacher of a centre: all others together, beside each alone.
OTHERS = "all others"
COLUMNS = (
    *("teacher", "centre", "stratum", "n_patients", "n_stratum", "in_group"),
    *("p_turned", "p_one_cloud", "ari_own", "verdict", "reason"),
)
_STARTS = 10
_ONE_STRATUM = (
    f"one of the strata would have fewer than {LEAST_IN_STRATUM} patients of the centre"
    " if it were not centred: other shares, or a shift of all features"
)


@dataclass(frozen=True)
class Taught:
    """Strata as one or several centres have them.

    Attributes
    ----------
    axes
        Features × components.
    centroids
        Strata × components.
    """

    axes: Floats
    centroids: Floats


def replicate(
    values: Floats,
    labels: Sequence[str],
    centres: Sequence[str],
    *,
    rng: np.random.Generator,
    n_nulls: int = N_NULLS,
    in_pairs: bool = True,
) -> pd.DataFrame:
    """Hold every centre against strata that others found without it.

    Parameters
    ----------
    values
        Patients × features, each in standard deviations.
    labels
        Stratum of each patient in the whole cohort: its names are given to what the
        teachers find.
    centres
        Centre of each patient; blank where unknown, and then in no comparison.
    rng
        Source of starts and of what is random.
    n_nulls
        Random centroids and clouds.
    in_pairs
        Whether each centre teaches each other one, beside all others together.

    Returns
    -------
    pandas.DataFrame
        ``strata/replication.tsv``: a row a teacher, centre and stratum. ``in_group`` is
        the share of the stratum's patients whose nearest neighbour is in it too.

    Notes
    -----
    Features are centred in each centre, so that a shift of a laboratory is no stratum.
    The teachers are clustered anew without the centre (k-means, as many groups as the
    cohort has), named after the cohort's strata by the best matching, and the centre's
    patients go to the nearest centroid in the teachers' components. How clearly they
    do, a stratum's mean margin, is held against two nulls: the same centroids turned at
    random within the components (are these the strata that are there?), and one normal
    cloud with the covariance of the centre (are there any?). All strata together are
    tested first, so that looking at several finds none by chance alone; a stratum's
    p-value is the larger of theirs and its own. The in-group proportion (Kapp and
    Tibshirani 2007, doi 10.1093/biostatistics/kxj029) is given beside them, and not
    tested: among ten components it told no groups 3.5 standard deviations apart from
    random ones.

    A stratum is there where both are at most 0.05. Where all are, the strata are
    *replicated*; where some, *partly*; where none, *not replicated*. A centre of fewer
    than 30 patients, or with a stratum of fewer than 10, is *not testable* in it: that
    is no word against it. So is one where nothing is found and whose patients, not
    centred, nearly all go to one stratum: centring would part them in the middle.
    """
    names = sorted(set(labels), key=str)
    where = np.array([str(c) for c in centres], object)
    known = sorted(set(where) - {""})
    centred = _centre(values, where)
    marks = np.array([names.index(label) for label in labels])
    rows: list[dict[str, object]] = []
    with one_blas_thread():
        for centre in known:
            own = where == centre
            others = np.isin(where, known) & ~own
            teachers = [(OTHERS, others)]
            if in_pairs and len(known) > 2:
                teachers += [(one, where == one) for one in known if one != centre]
            for teacher, teaching in teachers:
                rows += [
                    {"teacher": teacher, "centre": centre} | row
                    for row in _examine(
                        values, centred, marks, names, own, teaching, rng, n_nulls
                    )
                ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def weigh_layers(features: pd.DataFrame) -> Floats:
    """Return features with the same weight for every layer, whatever it measured.

    Parameters
    ----------
    features
        Patients × features in standard deviations, named ``layer:feature``.
    """
    layers = pd.Series([str(name).partition(":")[0] for name in features.columns])
    weights = 1 / np.sqrt(layers.map(layers.value_counts()).to_numpy(float))
    weighed: Floats = features.to_numpy(float) * weights
    return weighed


def _centre(values: Floats, where: np.ndarray) -> Floats:
    centred = np.array(values, float)
    for centre in set(where):
        centred[where == centre] -= centred[where == centre].mean(axis=0)
    return centred


def _examine(
    raw: Floats,
    values: Floats,
    marks: Integers,
    names: Sequence[str],
    own: Flags,
    teaching: Flags,
    rng: np.random.Generator,
    n_nulls: int,
) -> list[dict[str, object]]:
    """Return a row a stratum for one teacher and one centre."""
    n, k = int(own.sum()), len(names)
    reason = ""
    if k < 2:
        reason = "the cohort has no strata"
    elif n < LEAST_PATIENTS:
        reason = f"the centre has fewer than {LEAST_PATIENTS} patients"
    elif int(teaching.sum()) < max(LEAST_PATIENTS, k * LEAST_IN_STRATUM):
        reason = "those who teach have too few patients"
    if reason:
        return [_row(name, n, reason=reason) for name in names]
    taught = teach(values[teaching], marks[teaching], k, rng)
    points = values[own] @ taught.axes
    placed = _place(points, taught.centroids)
    # As they stand, against the same teachers: nearly all may be of one stratum.
    there = _place(
        (raw[own] - raw[teaching].mean(axis=0)) @ taught.axes, taught.centroids
    )
    is_of_one = np.bincount(there, minlength=k).min() < LEAST_IN_STRATUM
    alone = _cluster(points, k, rng)
    ari = float(adjusted_rand_score(placed, alone))
    shares = in_group(find_neighbours(points), placed, k)
    margins = measure_margins(points, taught.centroids)
    turned = np.array(
        [
            measure_margins(points, taught.centroids @ _turn(points.shape[1], rng))
            for _ in range(n_nulls)
        ]
    )
    spread = np.atleast_2d(np.cov(points.T))
    clouds = np.array(
        [
            measure_margins(
                rng.multivariate_normal(points.mean(axis=0), spread, n),
                taught.centroids,
            )
            for _ in range(n_nulls)
        ]
    )
    rows = []
    for one, name in enumerate(names):
        size = int((placed == one).sum())
        if size < LEAST_IN_STRATUM:
            few = f"fewer than {LEAST_IN_STRATUM} patients of the centre are in it"
            rows.append(_row(name, n, size=size, ari=ari, reason=few))
            continue
        ps = [
            # Where the strata together are not there, none is by itself.
            max(_p_value(margins[at], null[:, at]) for at in (one, k))
            for null in (turned, clouds)
        ]
        is_there = max(ps) <= LEVEL
        why = "" if is_there else _ONE_STRATUM if is_of_one else _why_not(*ps)
        verdict = NOT_TESTABLE if is_of_one else NOT
        rows.append(
            _row(name, n, size=size, ari=ari, reason=why)
            | {
                "in_group": shares[one],
                "p_turned": ps[0],
                "p_one_cloud": ps[1],
                "verdict": REPLICATED if is_there else verdict,
            }
        )
    return rows


def _row(
    name: str, n: int, *, reason: str, size: int | None = None, ari: float | None = None
) -> dict[str, object]:
    return {
        "stratum": name,
        "n_patients": n,
        "n_stratum": size,
        "in_group": None,
        "p_turned": None,
        "p_one_cloud": None,
        "ari_own": ari,
        "verdict": NOT_TESTABLE,
        "reason": reason,
    }


def _why_not(p_random: float, p_cloud: float) -> str:
    if p_random > LEVEL:
        return "centroids turned elsewhere part the centre's patients as well"
    assert p_cloud > LEVEL
    return "one cloud of patients would be parted as well"


def teach(values: Floats, marks: Integers, k: int, rng: np.random.Generator) -> Taught:
    """Find strata in the patients of other centres, named as the cohort's are.

    Parameters
    ----------
    values
        Patients × features.
    marks
        Number of each patient's stratum in the cohort.
    k
        Strata.
    rng
        Source of starts.
    """
    most = min(MOST_COMPONENTS, *values.shape)
    _, _, turned = np.linalg.svd(values, full_matrices=False)
    axes = turned[:most].T
    points = values @ axes
    found = _cluster(points, k, rng)
    together = np.zeros((k, k))
    np.add.at(together, (found, marks), 1)
    theirs, ours = linear_sum_assignment(-together)
    named = ours[np.argsort(theirs)][found]
    centroids = np.array([points[named == one].mean(axis=0) for one in range(k)])
    return Taught(axes, centroids)


def _cluster(points: Floats, k: int, rng: np.random.Generator) -> Integers:
    seed = int(rng.integers(2**31))
    labels: Integers = KMeans(k, n_init=_STARTS, random_state=seed).fit_predict(points)
    return labels


def _place(points: Floats, centroids: Floats) -> Integers:
    distances = ((points[:, None, :] - centroids[None]) ** 2).sum(axis=2)
    placed: Integers = distances.argmin(axis=1)
    return placed


def find_neighbours(points: Floats) -> Integers:
    """Return the nearest other patient of each.

    Parameters
    ----------
    points
        Patients × components; two at least.
    """
    nearest = KDTree(points).query(points, k=2)[1]
    # Of two patients at one place either may come first.
    itself = nearest[:, 0] == np.arange(len(points))
    return np.where(itself, nearest[:, 1], nearest[:, 0])


def in_group(nearest: Integers, placed: Integers, k: int) -> Floats:
    """Return for each group the share of members whose nearest neighbour is one.

    Parameters
    ----------
    nearest
        From :func:`find_neighbours`.
    placed
        Group of each.
    k
        Groups; one without a member has NaN.

    Examples
    --------
    >>> nearest = find_neighbours(np.array([[0.0], [0.1], [5.0], [5.1], [5.25]]))
    >>> in_group(nearest, np.array([0, 0, 1, 1, 0]), 2).round(2).tolist()
    [0.67, 1.0]
    """
    same = placed[nearest] == placed
    sizes = np.bincount(placed, minlength=k).astype(float)
    sizes[sizes == 0] = np.nan
    shares: Floats = np.bincount(placed, weights=same, minlength=k) / sizes
    return shares


def measure_margins(points: Floats, centroids: Floats) -> Floats:
    """Return for each group how clearly its members are nearer to it than to others.

    Parameters
    ----------
    points
        Patients × components.
    centroids
        Groups × components; two at least.

    Returns
    -------
    numpy.ndarray
        Mean over the members of 1 − d₁ / d₂, d₁ and d₂ the squared distances to the
        nearest and the second nearest centroid: 0 on the border, 1 at the centroid. NaN
        without members. The last one is of everybody.

    Examples
    --------
    >>> points = np.array([[0.0], [2.0], [4.0]])
    >>> measure_margins(points, np.array([[0.0], [4.0]])).tolist()
    [0.5, 1.0, 0.6666666666666666]
    """
    distances = ((points[:, None, :] - centroids[None]) ** 2).sum(axis=2)
    placed = distances.argmin(axis=1)
    first, second = np.partition(distances, 1, axis=1)[:, :2].T
    margin = 1 - first / np.maximum(second, np.finfo(float).tiny)
    k = len(centroids)
    sizes = np.bincount(placed, minlength=k).astype(float)
    sizes[sizes == 0] = np.nan
    means = np.bincount(placed, weights=margin, minlength=k) / sizes
    return np.append(means, margin.mean())


def _turn(size: int, rng: np.random.Generator) -> Floats:
    """Return a random rotation."""
    turned, upper = np.linalg.qr(rng.normal(size=(size, size)))
    rotation: Floats = turned * np.sign(np.diag(upper))
    return rotation


def _p_value(margin: float, null: Floats) -> float:
    """Return the p-value; a null in which the group is empty is no match."""
    known = null[np.isfinite(null)]
    return float((np.sum(known >= margin) + 1) / (len(known) + 1))


def summarise(table: pd.DataFrame) -> dict[str, Any]:
    """Return the verdict for each centre, and for all.

    Parameters
    ----------
    table
        From :func:`replicate`; rows of the teacher :data:`OTHERS` count.
    """
    mine = table[table["teacher"] == OTHERS]
    centres = {}
    for centre, own in mine.groupby("centre", sort=True):
        verdict = join_verdicts(list(own["verdict"]))
        reasons = sorted({str(reason) for reason in own["reason"] if reason})
        centres[str(centre)] = {"verdict": verdict, "reasons": reasons}
    told = [str(one["verdict"]) for one in centres.values()]
    testable = [verdict for verdict in told if verdict != NOT_TESTABLE]
    reasons = []
    if not centres:
        reasons = ["there is no column `centre`, or only one centre"]
    elif len(testable) < 2:
        reasons = [f"{len(testable)} of {len(centres)} centres can be tested"]
    verdict = join_verdicts(testable) if len(testable) >= 2 else NOT_TESTABLE
    return {"verdict": verdict, "reasons": reasons, "centres": centres}


def join_verdicts(verdicts: Sequence[str]) -> str:
    """Return one verdict for several: all, some, none; those not tested say nothing.

    >>> join_verdicts(["replicated", "not testable"])
    'partly'
    >>> join_verdicts(["replicated", "replicated"]), join_verdicts(["not replicated"])
    ('replicated', 'not replicated')
    """
    kinds = set(verdicts)
    if not kinds or kinds == {NOT_TESTABLE}:
        return NOT_TESTABLE
    if kinds == {REPLICATED}:
        return REPLICATED
    if kinds & {REPLICATED, PARTLY}:
        return PARTLY
    return NOT
