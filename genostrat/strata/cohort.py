"""The patients that strata are looked for in, and what they are held against."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Reals
from genostrat.errors import GenostratError, Problem
from genostrat.strata.clustering.classifier import MIN_PATIENTS_A_STRATUM
from genostrat.strata.clustering.focus import find_focus, layers_in_focus
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.clustering.spaces import Build, Space, space_builder
from genostrat.strata.evidence.nulls import Draw, gaussian_null, layer_null, margin_null
from genostrat.strata.settings import ClusteringSettings

log = logging.getLogger(__name__)


#: Times the median distance from the middle that somebody far from everybody is, and
#: distances between quartiles beyond the upper one.
ISOLATED, FAR_OUT = 3.0, 3.0
#: Standard errors from which a feature's skewness is more than chance.
SKEWED = 3.0
#: Fewer patients than this cannot hold two groups that a model may be made of.
MIN_PATIENTS = 20


@dataclass(frozen=True)
class Prepared:
    """A cohort ready to be clustered.

    Parameters
    ----------
    sample_ids
        The patients to cluster.
    values
        Patients × features.
    layers
        Layer of each feature.
    n_discrete
        How many features keep their margin in cohorts without groups; see
        :class:`Making`.
    space
        What resamples are clustered in.
    null
        What cohorts without groups keep, one of
        :data:`genostrat.registry.words.strata.NULLS`.
    draw
        Source of cohorts without groups.
    settings
        How to cluster and test; numbers of groups that the patients are too few for
        are left out.
    n_isolated
        Patients who are unlike all others, and not among those to cluster.
    n_views
        In how many sets of features groups are looked for.
    focus
        Names of the features that take part; none where all do.
    focused
        The same cohort by the few features that hang together; None where there are
        none, or where it is that cohort itself.
    """

    sample_ids: list[str]
    values: Reals
    layers: list[str]
    n_discrete: int
    space: Space
    null: str
    draw: Draw
    settings: ClusteringSettings
    n_isolated: int = 0
    n_views: int = 1
    focus: tuple[str, ...] = ()
    focused: Prepared | None = None


def layers_of(dictionary: pd.DataFrame, *, features: list[str]) -> list[str]:
    """Return the layer of each feature, from ``profile/features.tsv``."""
    return dictionary.set_index("feature")["layer"].loc[features].tolist()


def origins_of(dictionary: pd.DataFrame, *, features: list[str]) -> list[str]:
    """Return what each feature was made of, from ``profile/features.tsv``."""
    rows = dictionary.set_index("feature")["made_of"].loc[features]
    return [str(name) for name in rows]


@dataclass(frozen=True)
class Making:
    """How features were made, which cohorts without groups must respect.

    Parameters
    ----------
    kept
        True for features whose margin is kept as it is: those with few different
        values, or one value in many patients.
    skewed
        True for features with a long tail, of which the skewness is kept.
    origins
        What each feature was made of; the same for the levels of one column.
    is_plain
        Whether all features may pass for normal ones: none is of `kept`, and no
        skewed one is a count or a proportion.
    """

    kept: Flags
    skewed: Flags
    origins: list[str]
    is_plain: bool

    @classmethod
    def of(
        cls, dictionary: pd.DataFrame, values: Reals, *, features: list[str]
    ) -> Making:
        """Take it out of ``profile/features.tsv`` and the features' values."""
        from scipy.stats import skew

        rows = dictionary.set_index("feature").loc[features]
        bounded = rows["encoding"].isin(["count", "proportion"])
        kept = (~bounded & (rows["encoding"] != "continuous")).to_numpy(dtype=bool)
        error = np.sqrt(6 / len(values))
        skewed = ~kept & (np.abs(skew(values, axis=0)) > SKEWED * error)
        raw = (bounded & (rows["transform"] == "none")).to_numpy(dtype=bool)
        is_plain = not (kept.any() or (raw & skewed).any())
        return cls(kept, skewed, origins_of(dictionary, features=features), is_plain)

    def margins(self, values: Reals) -> Reals:
        """Return the values that a draw gives to the features, patients × features.

        Notes
        -----
        Of skewed features the quantiles of a gamma distribution with their skewness
        (Pearson 1895, type III): it has their long tail, but one peak, so that groups
        that show in a feature's margin are not part of the null.
        """
        margins = np.array(values, dtype=float)
        for column in np.flatnonzero(self.skewed):
            margins[:, column] = skewed_quantiles(margins[:, column])
        return margins


def skewed_quantiles(values: Reals) -> Reals:
    """Return the quantiles of a gamma distribution with the skewness of `values`.

    Parameters
    ----------
    values
        One a patient.

    Returns
    -------
    ndarray
        As many quantiles, ascending, with mean 0 and standard deviation 1.
    """
    from scipy.stats import pearson3, skew

    places = (np.arange(len(values)) + 0.5) / len(values)
    found = pearson3.ppf(places, float(skew(values)))
    return np.asarray((found - found.mean()) / found.std(ddof=1))


def choose_training(
    features: pd.DataFrame,
    *,
    unrelated: set[str] | None,
    settings: ClusteringSettings,
    most: int,
) -> list[str]:
    """Return the patients to cluster: unrelated, and at most so many.

    Raises
    ------
    GenostratError
        If fewer than 20 patients are left.
    """
    ids = features["sample_id"].astype(str)
    held = sorted(ids if unrelated is None else ids[ids.isin(unrelated)])
    if len(held) < MIN_PATIENTS:
        raise GenostratError(
            Problem(
                "too few patients to look for strata in",
                found=f"{len(held)} unrelated patients with a profile",
                allowed=f"at least {MIN_PATIENTS}",
            )
        )
    if len(held) > most:
        rng = settings.rng("training patients")
        held = sorted(rng.choice(held, size=most, replace=False).tolist())
    return [str(sample) for sample in held]


def isolated_patients(values: Reals, *, layers: list[str]) -> Flags:
    """Say who is far from everybody: no group of 5 can hold them.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    layers
        Layer of each feature.

    Notes
    -----
    The distance to the fourth nearest patient (Ramaswamy et al. 2000, doi
    10.1145/335191.335437) with each layer weighted alike. It counts as far beyond the
    upper quartile of its log by three times the distance between the quartiles (Tukey
    1977: "far out"), if it is also three times what the patients' distance from the
    middle is in the median. Few patients who are alike are far from everybody together;
    five or more never are, however far from the others.
    """
    n_patients = len(values)
    if n_patients < 2 * MIN_PATIENTS:
        return np.zeros(n_patients, dtype=bool)
    rotation = rotate(values, layers=layers)
    weighted = (values - rotation.centre) * rotation.weights
    squares = (weighted**2).sum(axis=1)
    apart = squares[:, None] + squares[None, :] - 2 * weighted @ weighted.T
    np.fill_diagonal(apart, np.inf)
    nearest = np.partition(apart, MIN_PATIENTS_A_STRATUM - 2, axis=1)
    distance = np.sqrt(np.maximum(nearest[:, MIN_PATIENTS_A_STRATUM - 2], 0))
    logs = np.log(np.maximum(distance, np.finfo(float).tiny))
    low, high = np.quantile(logs, [0.25, 0.75])
    middle = float(np.median(np.sqrt(squares)))
    far = (logs > high + FAR_OUT * (high - low)) & (distance > ISOLATED * middle)
    enough = n_patients - int(far.sum()) >= MIN_PATIENTS
    return np.asarray(far if enough else np.zeros(n_patients, dtype=bool))


def restrict_ks(settings: ClusteringSettings, *, n_patients: int) -> ClusteringSettings:
    """Leave out numbers of groups that cannot all hold 5 patients.

    Raises
    ------
    GenostratError
        If none is left.
    """
    most = n_patients // MIN_PATIENTS_A_STRATUM
    ks = tuple(k for k in settings.ks if k <= most)
    if not ks:
        raise GenostratError(
            Problem(
                "strata.k_min is too large for this cohort",
                found=f"{min(settings.ks)} groups of {n_patients} unrelated patients",
                allowed=f"at most {most}, so that every group can hold"
                f" {MIN_PATIENTS_A_STRATUM} patients",
                fix=f"set strata.k_min to {most} or less",
            )
        )
    if ks != settings.ks:
        log.warning(
            "%d patients can hold %d groups of %d: larger numbers are not tried",
            n_patients,
            most,
            MIN_PATIENTS_A_STRATUM,
        )
    return replace(settings, ks=ks)


def measured_layers(
    coverage: pd.DataFrame, *, sample_ids: list[str]
) -> dict[str, Flags]:
    """Say which patients each layer measured.

    Parameters
    ----------
    coverage
        ``profile/coverage.tsv``.
    sample_ids
        The patients, in the order of the result.
    """
    held = coverage[coverage["n_measured"].astype(int) > 0]
    return {
        str(layer): np.isin(sample_ids, held.loc[held["layer"] == layer, "sample_id"])
        for layer in sorted(set(coverage["layer"]))
    }


def prepare_cohort(
    features: pd.DataFrame,
    dictionary: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    unrelated: set[str] | None,
    settings: ClusteringSettings,
) -> Prepared:
    """Choose the patients to cluster, and put them and their nulls into one space.

    Parameters
    ----------
    features
        ``profile/features.parquet``.
    dictionary
        ``profile/features.tsv``.
    coverage
        ``profile/coverage.tsv``.
    unrelated
        Patients that may be clustered; None for all.
    settings
        How to cluster and test. More patients than ``max_patients`` are represented
        by a random choice; the others are assigned by the model.

    Raises
    ------
    GenostratError
        Too few patients; see :func:`choose_training` and :func:`restrict_ks`.
    """
    names = [str(name) for name in features.columns[1:]]
    layers = layers_of(dictionary, features=names)
    sample_ids = choose_training(
        features, unrelated=unrelated, settings=settings, most=settings.max_patients
    )
    values = features.set_index("sample_id").loc[sample_ids].to_numpy(dtype=float)
    isolated = isolated_patients(values, layers=layers)
    if isolated.any():
        log.warning(
            "patients who are unlike all others, and are set aside: %d",
            isolated.sum(),
        )
        values = values[~isolated]
        sample_ids = [sample_ids[i] for i in np.flatnonzero(~isolated)]
    settings = restrict_ks(settings, n_patients=len(sample_ids))
    used = set(layers)
    measured = {
        layer: patients
        for layer, patients in measured_layers(coverage, sample_ids=sample_ids).items()
        if layer in used
    }
    making = Making.of(dictionary, values, features=names)
    space, null, draw = _space_and_null(
        values, layers=layers, measured=measured, making=making, settings=settings
    )
    focus = find_focus(values, origins=making.origins)
    # Other ways of fusing look at layers whole.
    if settings.fusion != "joint" and len(measured) > 1:
        focus = None
    n_discrete = 0
    if not making.is_plain:
        n_discrete = int((making.kept | making.skewed).sum())
    log.info(
        "clustering %d of %d patients by %d features of %d layers (%d not continuous),"
        " k of %s, against cohorts that keep the %s",
        len(sample_ids),
        len(features),
        len(layers),
        len(used),
        n_discrete,
        ", ".join(map(str, settings.ks)),
        null,
    )
    whole = Prepared(
        sample_ids,
        values,
        layers,
        n_discrete,
        space,
        null,
        draw,
        settings,
        n_isolated=int(isolated.sum()),
    )
    if focus is None:
        return whole
    log.info("%d features hang together: looking at them alone too", focus.sum())
    own = layers_in_focus(layers, focus)
    space, null, draw = _space_and_null(
        values,
        layers=own,
        measured=measured,
        making=making,
        settings=settings,
        all_layers=layers,
    )
    whole = replace(whole, n_views=2)
    focused = replace(
        whole,
        layers=own,
        space=space,
        null=null,
        draw=draw,
        focus=tuple(names[place] for place in np.flatnonzero(focus)),
    )
    return replace(whole, focused=focused)


def _space_and_null(
    values: Reals,
    *,
    layers: list[str],
    measured: dict[str, Flags],
    making: Making,
    settings: ClusteringSettings,
    all_layers: list[str] | None = None,
) -> tuple[Space, str, Draw]:
    """Return the cohort's space, what its nulls keep, and their source.

    With `all_layers`, `layers` are those in focus: a cohort without groups that does
    not have exactly the observed covariance gets the focus of its own features.
    """
    n_components = rotate(values, layers=layers).n_components
    build = space_builder(
        layers=layers,
        measured=measured,
        fusion=settings.fusion,
        n_components=n_components,
    )
    space = build(values)
    unmeasured = ~np.stack([measured[layer] for layer in all_layers or layers], axis=1)
    if all_layers is not None:
        build = _focusing(all_layers, otherwise=layers, origins=making.origins)
    if not making.is_plain:
        draw = margin_null(
            values,
            margins=making.margins(values),
            kept=making.kept | making.skewed,
            origins=making.origins,
            unmeasured=unmeasured,
            build=build,
        )
        return space, "margins", draw
    if unmeasured.any() or (len(measured) > 1 and settings.fusion != "joint"):
        return space, "layers", layer_null(values, unmeasured=unmeasured, build=build)
    return space, "spectrum", gaussian_null(space.scores)


def _focusing(layers: list[str], *, otherwise: list[str], origins: list[str]) -> Build:
    """Return the function that makes a simulated cohort into the space of its focus.

    Where nothing of it hangs together, it gets the features of the cohort's.
    """

    def build(values: Reals) -> Space:
        focus = find_focus(values, origins=origins)
        own = otherwise if focus is None else layers_in_focus(layers, focus)
        return Space.of(rotate(values, layers=own).scores)

    return build
