"""Cohorts without groups that look as if they had some, and cohorts with groups.

Every family is a function of a random generator and a size that returns a cohort:
measurements as a hospital would hand them in, the sheet, and who may be clustered. What
varies between cohorts of a family (strength, number of factors, shares) is drawn, so
that a family is a range of cohorts and not one point.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

N_FEATURES = 200
#: Features of cohorts whose groups few of them show, and how many a group moves.
FEW_WIDTH, FEW_MOVED = 100, 8
UNEVEN = (0.7, 0.2, 0.1)
#: Components of ancestry that genotypes would give, and how well they show ancestry.
N_COMPONENTS, SHARPNESS = 3, 8.0
SEPARATIONS = (1.2, 1.5, 2.0)
SHARES = (0.05, 0.2, 0.5)
N_GROUPS = (2, 3, 4, 5)
#: Features of planted cohorts: a panel, and the most variable genes of an array.
WIDTHS = (20, 200)
SMALLEST, LARGEST = 0.1, 0.6


@dataclass(frozen=True)
class Cohort:
    """A simulated cohort.

    Parameters
    ----------
    values
        Patients × features before any transform.
    sheet
        One row a patient: age, sex, batch, centre and components of ancestry, as text.
    transform
        Of the profile.
    adjust_for
        Columns of the sheet that the profile is adjusted for.
    unrelated
        True for patients that may be clustered.
    truth
        Group of each patient; all 0 without groups.
    about
        What was drawn, for the record.
    clinical
        Columns of the sheet that are features, and their kinds.
    n_layers
        In how many layers of one size the features come.
    """

    values: np.ndarray
    sheet: pd.DataFrame
    transform: str = "none"
    adjust_for: tuple[str, ...] = ("age", "sex", "batch", "PC1", "PC2", "PC3")
    unrelated: np.ndarray | None = None
    truth: np.ndarray | None = None
    about: dict = field(default_factory=dict)
    clinical: dict[str, str] = field(default_factory=dict)
    n_layers: int = 1


def draw_sheet(rng, n, *, ancestry=None, batch=None):
    """Return a sheet whose columns have nothing to do with the measurements."""
    components = rng.normal(size=(n, N_COMPONENTS))
    if ancestry is not None:
        places = SHARPNESS * np.eye(ancestry.max() + 1, N_COMPONENTS)
        components += places[ancestry]
    columns = {
        "sample_id": [f"P{i:05d}" for i in range(n)],
        "age": rng.integers(30, 85, n).astype(str),
        "sex": rng.choice(["female", "male"], n),
        "batch": np.char.add(
            "b", (rng.integers(0, 3, n) if batch is None else batch).astype(str)
        ),
        "centre": rng.choice(["east", "north", "west"], n),
    }
    for i in range(N_COMPONENTS):
        columns[f"PC{i + 1}"] = np.char.mod("%.6f", components[:, i])
    return pd.DataFrame(columns)


def draw_loadings(rng, n_factors, n_features, *, share=0.5):
    """Return factors × features: which features a factor moves, and how far."""
    loadings = rng.normal(size=(n_factors, n_features))
    return loadings * (rng.random((n_factors, n_features)) < share)


def independent(rng, n):
    """Return noise, each feature by itself."""
    return Cohort(rng.normal(size=(n, N_FEATURES)), draw_sheet(rng, n))


def correlated(rng, n):
    """Return Gaussian noise in which a few pathways move many features together."""
    n_factors = int(rng.integers(1, 9))
    strength = rng.uniform(0.3, 2.0)
    factors = rng.normal(size=(n, n_factors)) * rng.uniform(0.3, 1, n_factors)
    values = strength * factors @ draw_loadings(rng, n_factors, N_FEATURES)
    values += rng.normal(size=(n, N_FEATURES))
    return Cohort(values, draw_sheet(rng, n), about={"factors": n_factors})


def continuum(rng, n):
    """Return patients spread evenly along one line."""
    strength = rng.uniform(0.3, 2.0)
    along = rng.uniform(-np.sqrt(3), np.sqrt(3), size=(n, 1))
    values = strength * along @ draw_loadings(rng, 1, N_FEATURES)
    values += rng.normal(size=(n, N_FEATURES))
    return Cohort(values, draw_sheet(rng, n), about={"strength": round(strength, 3)})


def curved(rng, n):
    """Return patients spread evenly along an arc, or over a plane."""
    strength = rng.uniform(0.5, 2.0)
    shape = str(rng.choice(["horseshoe", "ring", "square", "disc"]))
    if shape in ("horseshoe", "ring"):
        angle = rng.uniform(0, np.pi * (1.2 if shape == "horseshoe" else 2), n)
        plane = np.column_stack([np.cos(angle), np.sin(angle)])
    elif shape == "square":
        plane = rng.uniform(-1, 1, size=(n, 2))
    else:
        angle, radius = rng.uniform(0, 2 * np.pi, n), np.sqrt(rng.random(n))
        plane = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    values = 1.5 * strength * plane @ draw_loadings(rng, 2, N_FEATURES)
    values += rng.normal(size=(n, N_FEATURES))
    about = {"strength": round(strength, 3), "shape": shape}
    return Cohort(values, draw_sheet(rng, n), about=about)


def skewed(rng, n):
    """Return a severity that few patients have much of."""
    strength = rng.uniform(0.3, 2.0)
    shape = rng.uniform(0.5, 4.0)
    severity = rng.gamma(shape, size=(n, 1)) / np.sqrt(shape)
    values = strength * severity @ np.abs(draw_loadings(rng, 1, N_FEATURES))
    values += rng.normal(size=(n, N_FEATURES))
    return Cohort(values, draw_sheet(rng, n), about={"shape": round(shape, 3)})


def heavy_tailed(rng, n):
    """Return t-distributed noise, by patient or by feature, also along factors."""
    freedom = rng.uniform(2.5, 6.0)
    by_patient = bool(rng.random() < 0.5)
    values = rng.normal(size=(n, N_FEATURES))
    values += rng.normal(size=(n, 3)) @ draw_loadings(rng, 3, N_FEATURES)
    size = (n, 1) if by_patient else (n, N_FEATURES)
    values *= np.sqrt(freedom / rng.chisquare(freedom, size=size))
    about = {"freedom": round(freedom, 3), "by_patient": by_patient}
    return Cohort(values, draw_sheet(rng, n), about=about)


def sparse(rng, n):
    """Return mutations: mostly rare, some correlated through a burden."""
    n_features = int(rng.integers(8, 80))
    frequency = rng.beta(0.8, 6, n_features) + 0.02
    burden = rng.uniform(0, 1.0) * rng.normal(size=(n, 1))
    logit = np.log(frequency / (1 - frequency)) + burden
    carried = rng.random((n, n_features)) < 1 / (1 + np.exp(-logit))
    return Cohort(carried.astype(float), draw_sheet(rng, n))


def draw_levels(rng, n):
    """Return a column of 2 to 5 levels, of which every one has a tenth or more."""
    n_levels = int(rng.integers(2, 6))
    shares = 0.1 + (1 - 0.1 * n_levels) * rng.dirichlet(np.ones(n_levels))
    return np.char.add("L", rng.choice(n_levels, n, p=shares).astype(str))


def draw_numbers(rng, n):
    """Return a numeric column: normal, skewed, a count, a proportion, mostly zero."""
    kind = str(rng.choice(["normal", "skewed", "count", "proportion", "zeros"]))
    if kind == "normal":
        values = rng.normal(50, 10, n)
    elif kind == "skewed":
        values = np.exp(rng.normal(1, rng.uniform(0.3, 1), n))
    elif kind == "count":
        values = rng.negative_binomial(rng.uniform(0.7, 5), 0.1, n).astype(float)
    elif kind == "proportion":
        values = rng.beta(rng.uniform(0.5, 3), rng.uniform(0.5, 3), n)
    else:
        measured = rng.random(n) > rng.uniform(0.1, 0.6)
        values = np.where(measured, rng.gamma(2, 5, n), 0)
    return kind, np.char.mod("%.4g", values)


def clinical(rng, n):
    """Return 1 to 6 columns of levels and 0 to 4 of numbers, each by itself."""
    columns, kinds, drawn = {}, {}, []
    for i in range(int(rng.integers(1, 7))):
        columns[f"category{i}"] = draw_levels(rng, n)
        kinds[f"category{i}"] = "category"
    for i in range(int(rng.integers(0, 5))):
        kind, columns[f"number{i}"] = draw_numbers(rng, n)
        kinds[f"number{i}"] = "number"
        drawn.append(kind)
    sheet = draw_sheet(rng, n).assign(**columns)
    about = {"categories": len(kinds) - len(drawn), "numbers": drawn}
    return Cohort(
        np.empty((n, 0)), sheet, adjust_for=("age", "sex"), about=about, clinical=kinds
    )


def clinical_omics(rng, n):
    """Return the same beside noise that a few pathways may move together."""
    cohort = clinical(rng, n)
    noise = correlated(rng, n) if rng.random() < 0.5 else independent(rng, n)
    return replace(cohort, values=noise.values)


def counts(rng, n):
    """Return sequencing counts of libraries that differ in depth and quality."""
    mean = np.exp(rng.normal(4, 1.5, N_FEATURES))
    depth = np.exp(rng.normal(0, rng.uniform(0.1, 0.6), size=(n, 1)))
    tilt = rng.normal(size=(n, 1)) * rng.uniform(0, 0.5)
    slope = np.exp(tilt * rng.normal(size=N_FEATURES))
    dispersion = rng.gamma(2, 0.15, N_FEATURES) + 0.02
    rate = rng.gamma(1 / dispersion, dispersion, size=(n, N_FEATURES))
    values = rng.poisson(mean * depth * slope * rate).astype(float)
    return Cohort(values, draw_sheet(rng, n), transform="log2")


def _shift(rng, groups, *, share=(0.1, 0.5), size=(0.5, 2.0)):
    """Return features shifted by group, and the size of the shift."""
    n_groups = groups.max() + 1
    chosen = rng.random((n_groups, N_FEATURES)) < rng.uniform(*share)
    strength = rng.uniform(*size)
    means = strength * chosen * rng.choice([-1.0, 1.0], (n_groups, N_FEATURES))
    return means[groups], strength


def ancestry(rng, n):
    """Return features that follow ancestry, which the profile is adjusted for."""
    groups = rng.choice(3, n, p=rng.dirichlet([4, 4, 4]))
    shift, strength = _shift(rng, groups)
    values = shift + rng.normal(size=(n, N_FEATURES))
    sheet = draw_sheet(rng, n, ancestry=groups)
    return Cohort(values, sheet, about={"strength": round(strength, 3)})


def batch(rng, n):
    """Return features that follow the batch, which the profile is adjusted for."""
    groups = rng.integers(0, int(rng.integers(2, 5)), n)
    shift, strength = _shift(rng, groups)
    spread = np.exp(rng.normal(0, 0.1, groups.max() + 1))[groups, None]
    values = shift + spread * rng.normal(size=(n, N_FEATURES))
    sheet = draw_sheet(rng, n, batch=groups)
    return Cohort(values, sheet, about={"strength": round(strength, 3)})


def relatives(rng, n):
    """Return families whose members resemble each other; one of each is clustered."""
    family = np.sort(rng.integers(0, n // 2, n))
    share = rng.uniform(0.3, 0.8)
    values = np.sqrt(share) * rng.normal(size=(n, N_FEATURES))[family]
    values += np.sqrt(1 - share) * rng.normal(size=(n, N_FEATURES))
    first = np.r_[True, family[1:] != family[:-1]]
    return Cohort(values, draw_sheet(rng, n), unrelated=first)


def hidden_relatives(rng, n):
    """Return the same where nobody knows of the families."""
    cohort = relatives(rng, n)
    return Cohort(cohort.values, cohort.sheet)


def ancestry_unadjusted(rng, n):
    """Return strong effects of ancestry in a profile not adjusted for it."""
    groups = rng.choice(3, n, p=rng.dirichlet([8, 8, 8]))
    shift, strength = _shift(rng, groups, share=(0.2, 0.5), size=(1.0, 2.0))
    values = shift + rng.normal(size=(n, N_FEATURES))
    sheet = draw_sheet(rng, n, ancestry=groups)
    about = {"strength": round(strength, 3)}
    return Cohort(values, sheet, adjust_for=("age", "sex", "batch"), about=about)


def batch_unadjusted(rng, n):
    """Return strong effects of the batch in a profile not adjusted for it."""
    groups = rng.integers(0, int(rng.integers(2, 5)), n)
    shift, strength = _shift(rng, groups, share=(0.2, 0.5), size=(1.0, 2.0))
    values = shift + rng.normal(size=(n, N_FEATURES))
    sheet = draw_sheet(rng, n, batch=groups)
    about = {"strength": round(strength, 3)}
    return Cohort(values, sheet, adjust_for=("age", "sex"), about=about)


def batch_missing(rng, n):
    """Return the same where nobody wrote the batch down, but some lack more values."""
    groups = rng.integers(0, 2, n)
    shift, strength = _shift(rng, groups, share=(0.2, 0.5), size=(1.0, 2.0))
    values = shift + rng.normal(size=(n, N_FEATURES))
    rate = np.array([rng.uniform(0.005, 0.03), rng.uniform(0.08, 0.15)])[groups]
    values[rng.random(values.shape) < rate[:, None]] = np.nan
    about = {"strength": round(strength, 3)}
    return Cohort(values, draw_sheet(rng, n), adjust_for=("age", "sex"), about=about)


def modules(rng, n):
    """Return noise in which a few small pathways move 3 to 12 features each."""
    values = rng.normal(size=(n, N_FEATURES))
    sizes = [int(rng.integers(3, 13)) for _ in range(int(rng.integers(1, 6)))]
    order = rng.permutation(N_FEATURES)
    for place, size in enumerate(sizes):
        moved = order[12 * place : 12 * place + size]
        activity = rng.normal(size=(n, 1)) * rng.uniform(0.5, 2.0)
        values[:, moved] += activity * rng.choice([-1.0, 1.0], size)
    return Cohort(values, draw_sheet(rng, n), about={"modules": sizes})


def few_continuum(rng, n):
    """Return patients along a line, an arc or a tail in 3 to 16 of the features."""
    size = int(rng.integers(3, 17))
    strength = rng.uniform(0.8, 2.5)
    shape = str(rng.choice(["even", "tail", "arc"]))
    if shape == "even":
        along = rng.uniform(-np.sqrt(3), np.sqrt(3), size=(n, 1))
    elif shape == "tail":
        along = rng.gamma(rng.uniform(0.7, 4), size=(n, 1))
        along = (along - along.mean()) / along.std()
    else:
        angle = rng.uniform(0, 1.2 * np.pi, n)
        along = 1.5 * np.column_stack([np.cos(angle), np.sin(angle)])
    values = rng.normal(size=(n, N_FEATURES))
    moved = rng.permutation(N_FEATURES)[:size]
    directions = rng.normal(size=(along.shape[1], size))
    directions /= np.maximum(np.abs(directions), 0.3) if along.shape[1] == 1 else 1
    values[:, moved] += strength * along @ directions
    about = {"features": size, "shape": shape, "strength": round(strength, 3)}
    return Cohort(values, draw_sheet(rng, n), about=about)


def few_planted(rng, n):
    """Return 2 or 3 groups, each of which moves 8 of 100 features.

    They are in one of two layers; the other layer is noise.
    """
    n_groups = int(rng.choice([2, 3]))
    separation = float(rng.choice([1.5, 2.0, 2.5]))
    truth = np.repeat(
        np.arange(n_groups), rng.multinomial(n, draw_sizes(rng, n_groups))
    )
    values = rng.normal(size=(n, FEW_WIDTH))
    for group in range(1, n_groups):
        moved = rng.permutation(FEW_WIDTH // 2)[:FEW_MOVED]
        shift = separation * rng.choice([-1.0, 1.0], FEW_MOVED)
        values[np.ix_(truth == group, moved)] += shift
    about = {
        "groups": n_groups,
        "separation": separation,
        "share": FEW_MOVED / FEW_WIDTH,
        "width": FEW_WIDTH,
    }
    adjust_for = Cohort.adjust_for if rng.random() < 0.5 else ()
    about["adjusted"] = len(adjust_for)
    return Cohort(
        values,
        draw_sheet(rng, n),
        adjust_for=adjust_for,
        truth=truth,
        about=about,
        n_layers=2,
    )


def draw_sizes(rng, n_groups):
    """Return shares of groups, none below 10 % or above 60 %."""
    while True:
        shares = rng.dirichlet(np.full(n_groups, 4.0))
        if shares.min() >= SMALLEST and shares.max() <= LARGEST:
            return shares


def planted(rng, n, *, separation=None, width=None):
    """Return groups, each of which moves features of its own.

    One group stands for the patients without anything of note; each of the others
    moves its own share of the features up or down, in noise with or without factors.
    """
    n_groups = int(rng.choice(N_GROUPS))
    separation = separation or float(rng.choice(SEPARATIONS))
    width = width or int(rng.choice(WIDTHS))
    share = float(rng.choice(SHARES))
    truth = np.repeat(
        np.arange(n_groups), rng.multinomial(n, draw_sizes(rng, n_groups))
    )
    values = rng.normal(size=(n, width))
    n_moved = max(1, round(share * width))
    for group in range(1, n_groups):
        moved = rng.permutation(width)[:n_moved]
        shift = separation * rng.choice([-1.0, 1.0], n_moved)
        values[np.ix_(truth == group, moved)] += shift
    about = {
        "groups": n_groups,
        "separation": separation,
        "share": share,
        "width": width,
    }
    return Cohort(values, draw_sheet(rng, n), truth=truth, about=about)


def shapes(rng, n):
    """Return 2 to 6 groups of one size, or three of 70, 20 and 10 %.

    Each group but the first moves a share of 100 features of its own, in noise with or
    without factors.
    """
    equal = [np.full(k, 1 / k) for k in range(2, 7)]
    place = int(rng.integers(len(equal) + 1))
    shares = np.array(UNEVEN) if place == len(equal) else equal[place]
    truth = np.repeat(np.arange(len(shares)), rng.multinomial(n, shares))
    values = rng.normal(size=(n, FEW_WIDTH))
    if rng.random() < 0.5:
        values += rng.normal(size=(n, 2)) @ rng.normal(0, 0.5, size=(2, FEW_WIDTH))
    separation, share = (
        float(rng.choice([1.2, 1.5, 2.0])),
        float(rng.choice([0.1, 0.2])),
    )
    for group in range(1, len(shares)):
        moved = rng.permutation(FEW_WIDTH)[: int(share * FEW_WIDTH)]
        shift = separation * rng.choice([-1.0, 1.0], len(moved))
        values[np.ix_(truth == group, moved)] += shift
    about = {
        "groups": len(shares),
        "shape": "70/20/10" if place == len(equal) else f"{len(shares)} equal",
        "separation": separation,
        "share": share,
        "width": FEW_WIDTH,
    }
    return Cohort(values, draw_sheet(rng, n), truth=truth, about=about)


#: Families without groups: the verdict must not be *supported*.
NULLS = {
    "independent": independent,
    "correlated": correlated,
    "continuum": continuum,
    "curved": curved,
    "skewed": skewed,
    "heavy_tailed": heavy_tailed,
    "sparse": sparse,
    "clinical": clinical,
    "clinical_omics": clinical_omics,
    "counts": counts,
    "ancestry": ancestry,
    "batch": batch,
    "relatives": relatives,
    "modules": modules,
    "few_continuum": few_continuum,
}
#: Families whose groups are those of a confounder: the verdict must be *confounded*.
CONFOUNDED = {
    "ancestry_unadjusted": ancestry_unadjusted,
    "batch_unadjusted": batch_unadjusted,
    "batch_missing": batch_missing,
}
#: Families of people that nobody knows of are groups that do exist: shown, not judged.
HIDDEN = {"hidden_relatives": hidden_relatives}
PLANTED = {"planted": planted}
#: Groups that few features show, in one of two layers.
FEW = {"few_planted": few_planted}
#: Groups by which rules of choosing their number are compared.
SHAPES = {"shapes": shapes}
FAMILIES = NULLS | CONFOUNDED | HIDDEN | PLANTED | FEW | SHAPES
