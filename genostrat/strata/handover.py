"""Reading and writing what the steps of the stage hand to each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.errors import GenostratError, Problem
from genostrat.stats import one_blas_thread
from genostrat.strata.evidence import Settings
from genostrat.strata.judgement import Partition
from genostrat.strata.nulls import margin_null
from genostrat.strata.rotation import rotate
from genostrat.strata.selection import Selection, select_strata
from genostrat.tables import read_arrays, read_json, read_table

Floats = NDArray[np.floating]

#: Fewer patients than this cannot hold two groups that a model may be made of.
MIN_PATIENTS = 20
#: Quantiles between which 95 % of simulated cohorts lie.
LOWER, UPPER = 0.025, 0.975


def layers_of(dictionary: pd.DataFrame, *, features: list[str]) -> list[str]:
    """Return the layer of each feature, from ``profile/features.tsv``."""
    return dictionary.set_index("feature")["layer"].loc[features].tolist()


def is_discrete(dictionary: pd.DataFrame, *, features: list[str]) -> NDArray[np.bool_]:
    """Say which features have few different values, or mostly one."""
    encoding = dictionary.set_index("feature")["encoding"].loc[features]
    return (encoding != "continuous").to_numpy(dtype=bool)


def choose_training(
    features: pd.DataFrame, *, unrelated: set[str] | None, settings: Settings, most: int
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


def cluster_cohort(
    features: pd.DataFrame,
    dictionary: pd.DataFrame,
    *,
    unrelated: set[str] | None,
    settings: Settings,
    max_patients: int,
    threads: int,
) -> tuple[Selection, list[str], dict[str, Any]]:
    """Cluster the unrelated patients of a profile.

    Parameters
    ----------
    features
        ``profile/features.parquet``.
    dictionary
        ``profile/features.tsv``.
    unrelated
        Patients that may be clustered; None for all.
    settings
        How to cluster and test.
    max_patients
        More patients than this are represented by a random choice; the others are
        assigned by the model.
    threads
        Simulated cohorts computed at the same time; changes no result.

    Returns
    -------
    Selection
        Partition and evidence.
    list of str
        The patients that were clustered.
    dict
        The record for ``nulls.json``.
    """
    names = [str(name) for name in features.columns[1:]]
    layers = layers_of(dictionary, features=names)
    sample_ids = choose_training(
        features, unrelated=unrelated, settings=settings, most=max_patients
    )
    with one_blas_thread():
        values = features.set_index("sample_id").loc[sample_ids].to_numpy(dtype=float)
        rotation = rotate(values, layers=layers)
        discrete = is_discrete(dictionary, features=names)
        draw = (
            margin_null(
                values,
                discrete=discrete,
                layers=layers,
                n_components=rotation.n_components,
            )
            if discrete.any()
            else None
        )
        selection = select_strata(
            rotation.scores, settings=settings, draw=draw, threads=threads
        )
    record = {
        "best_k": selection.k,
        "n_patients": len(sample_ids),
        "n_features": len(names),
        "n_components": rotation.n_components,
        "n_discrete": int(discrete.sum()),
        "null_simulations": settings.null_simulations,
        "null_drawn": len(selection.null.pac),
        "algorithm": settings.algorithm,
        "resamples": settings.resamples,
        "seed": settings.seed,
        "alpha": settings.alpha,
        **_summaries(selection, settings.ks),
    }
    return selection, sample_ids, record


def _summaries(selection: Selection, ks: tuple[int, ...]) -> dict[str, Any]:
    observed, null = selection.observed, selection.null
    return {
        "pac": _by_k(ks, observed.pac, null.pac),
        "cluster_index": _by_k(ks, np.exp(observed.log_index), np.exp(null.log_index)),
    }


def _by_k(ks: tuple[int, ...], observed: Floats, null: Floats) -> dict[str, Any]:
    return {
        "k": list(ks),
        "observed": observed,
        "null_mean": null.mean(axis=0),
        "null_low": np.quantile(null, LOWER, axis=0),
        "null_high": np.quantile(null, UPPER, axis=0),
    }


def consensus_arrays(
    selection: Selection, sample_ids: list[str]
) -> dict[str, NDArray[Any]]:
    """Return the arrays of ``consensus.npz``."""
    within = np.empty(len(sample_ids))
    for group in np.unique(selection.labels):
        members = selection.labels == group
        within[members] = selection.consensus[np.ix_(members, members)].mean(axis=1)
    return {
        "sample_id": np.array(sample_ids, dtype=np.str_),
        "matrix": selection.consensus.astype(np.float32),
        "labels": selection.labels.astype(np.int64),
        "order": np.lexsort((-within, selection.labels)),
    }


def read_partition(
    k_selection: str | Path, consensus: str | Path, nulls: str | Path
) -> Partition:
    """Read what the clustering step wrote."""
    arrays = read_arrays(consensus)
    return Partition(
        table=read_table(k_selection, table="strata/k_selection.tsv"),
        k=int(read_json(nulls)["best_k"]),
        sample_ids=[str(sample) for sample in arrays["sample_id"]],
        labels=arrays["labels"].astype(np.intp),
        consensus=arrays["matrix"],
    )
