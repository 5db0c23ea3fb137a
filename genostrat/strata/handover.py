"""Reading and writing what the steps of the stage hand to each other."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from genostrat.arrays import Reals
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.cohort import Prepared, prepare_cohort
from genostrat.strata.evidence.choice import prefers_narrow
from genostrat.strata.evidence.resampling import (
    ResamplingPart,
    deal_out,
    join_resampled,
    resample_space,
)
from genostrat.strata.evidence.selection import Selection, select_strata
from genostrat.strata.evidence.statistics import (
    Statistics,
    gather_nulls,
    measure_draws,
    observe,
    simulate_nulls,
)
from genostrat.strata.partition import Partition
from genostrat.strata.settings import ClusteringSettings
from genostrat.tables import read_arrays, read_json, read_table

log = logging.getLogger(__name__)


#: Quantiles between which 95 % of simulated cohorts lie.
LOWER, UPPER = 0.025, 0.975


def cluster_part(
    prepared: Prepared, *, part: int = 0, parts: int = 1, threads: int = 1
) -> ResamplingPart:
    """Do one of several jobs' share of clustering and simulating.

    Parameters
    ----------
    prepared
        The cohort.
    part, parts
        Which share, from 0, of how many. A single job stops simulating as soon as
        more would change nothing; several can't know that of each other.
    threads
        Simulated cohorts computed at the same time; changes no result.
    """
    settings = prepared.settings
    focused = None
    if prepared.focused is not None:
        focused = cluster_part(
            prepared.focused, part=part, parts=parts, threads=threads
        )
    with one_blas_thread():
        resampled = resample_space(
            prepared.space, settings=settings, part=part, parts=parts
        )
        if parts == 1:
            observed = observe(prepared.space, settings=settings)
            null = simulate_nulls(
                prepared.draw,
                settings=settings,
                observed=observed,
                threads=threads,
                n_patients=len(prepared.sample_ids),
                n_views=prepared.n_views,
            )
            rows = [
                Statistics(pac, log_index)
                for pac, log_index in zip(null.pac, null.log_index, strict=True)
            ]
            numbers = list(range(len(rows)))
            return ResamplingPart(resampled, numbers, rows, focused, observed)
        numbers = deal_out(settings.null_simulations, part=part, parts=parts)
        drawn = measure_draws(
            prepared.draw, numbers, settings=settings, threads=threads
        )
    return ResamplingPart(resampled, numbers, drawn, focused)


def gather_parts(
    prepared: Prepared, parts: list[ResamplingPart]
) -> tuple[Selection, dict[str, Any]]:
    """Put the jobs' shares together and weigh every number of strata.

    Returns
    -------
    Selection
        Partition and evidence.
    dict
        The record for ``nulls.json``.
    """
    selection, best = _weigh(prepared, parts), prepared
    if prepared.focused is not None:
        own = [part.focused for part in parts if part.focused is not None]
        narrow = _weigh(prepared.focused, own)
        if prefers_narrow(selection.table, narrow.table):
            selection, best = narrow, prepared.focused
    narrowed = 0 if prepared.focused is None else len(prepared.focused.focus)
    return selection, {**_describe(selection, best), "n_focus_tried": narrowed}


def _weigh(prepared: Prepared, parts: list[ResamplingPart]) -> Selection:
    """Weigh every number of strata in one set of features."""
    settings = prepared.settings
    known = {
        number: statistics
        for part in parts
        for number, statistics in zip(part.numbers, part.null, strict=True)
    }

    def measured(numbers: list[int]) -> list[Statistics]:
        missing = [number for number in numbers if number not in known]
        drawn = measure_draws(prepared.draw, missing, settings=settings)
        known.update(zip(missing, drawn, strict=True))
        return [known[number] for number in numbers]

    with one_blas_thread():
        observed = parts[0].observed or observe(prepared.space, settings=settings)
        null = gather_nulls(
            measured,
            observed,
            settings=settings,
            n_patients=len(prepared.sample_ids),
            n_views=prepared.n_views,
        )
        return select_strata(
            prepared.space.scores,
            join_resampled(
                [part.resampled for part in parts],
                ks=list(settings.ks),
                n_patients=len(prepared.sample_ids),
            ),
            observed=observed,
            null=null,
            settings=settings,
            n_views=prepared.n_views,
        )


def _describe(selection: Selection, prepared: Prepared) -> dict[str, Any]:
    settings = prepared.settings
    log.info(
        "best k %d, after %d of %d simulated cohorts",
        selection.k,
        len(selection.null.pac),
        settings.null_simulations,
    )
    return {
        "best_k": selection.k,
        "focus": list(prepared.focus),
        "n_patients": len(prepared.sample_ids),
        "n_isolated": prepared.n_isolated,
        "n_features": len(prepared.layers),
        "n_components": prepared.space.scores.shape[1],
        "n_discrete": prepared.n_discrete,
        "null": prepared.null,
        "null_simulations": settings.null_simulations,
        "null_drawn": len(selection.null.pac),
        "algorithm": settings.algorithm,
        "fusion": settings.fusion,
        "resamples": settings.resamples,
        "resample_fraction": settings.resample_fraction,
        "ks": list(settings.ks),
        "seed": settings.seed,
        "alpha": settings.alpha,
        **_summaries(selection, settings.ks),
    }


def cluster_cohort(
    features: pd.DataFrame,
    dictionary: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    unrelated: set[str] | None,
    settings: ClusteringSettings,
    threads: int,
) -> tuple[Selection, list[str], dict[str, Any]]:
    """Cluster the unrelated patients of a profile in one go.

    Parameters are those of :func:`genostrat.strata.cohort.prepare_cohort` and
    :func:`cluster_part`.

    Returns
    -------
    Selection
        Partition and evidence.
    list of str
        The patients that were clustered.
    dict
        The record for ``nulls.json``.
    """
    with one_blas_thread():
        prepared = prepare_cohort(
            features,
            dictionary,
            coverage,
            unrelated=unrelated,
            settings=settings,
        )
    part = cluster_part(prepared, threads=threads)
    selection, record = gather_parts(prepared, [part])
    return selection, prepared.sample_ids, record


def _summaries(selection: Selection, ks: tuple[int, ...]) -> dict[str, Any]:
    observed, null = selection.observed, selection.null
    return {
        "pac": _by_k(ks, observed.pac, null.pac),
        "cluster_index": _by_k(ks, np.exp(observed.log_index), np.exp(null.log_index)),
    }


def _by_k(ks: tuple[int, ...], observed: Reals, null: Reals) -> dict[str, Any]:
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
    arrays, record = read_arrays(consensus), read_json(nulls)
    return Partition(
        table=read_table(k_selection, table="strata/k_selection.tsv"),
        k=int(record["best_k"]),
        sample_ids=[str(sample) for sample in arrays["sample_id"]],
        labels=arrays["labels"].astype(np.intp),
        consensus=arrays["matrix"],
        n_isolated=int(record["n_isolated"]),
        focus=tuple(record["focus"]),
    )
