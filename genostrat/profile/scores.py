"""Polygenic scores of patients, from weights and the genotype store."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.arrays import Flags
from genostrat.errors import Problem, raise_if_any
from genostrat.genotypes.store import Store
from genostrat.profile.features import Layer
from genostrat.profile.score_sums import REASONS, Scored, score_samples
from genostrat.provenance import file_digest
from genostrat.sheets.score_files import ScoreFile, read_score
from genostrat.tables import FLOAT_FORMAT

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FrozenScore:
    """Which variants of a scoring file a cohort summed, for patients of others.

    Parameters
    ----------
    name
        Of the score.
    sha256
        Of the scoring file.
    used
        Variants that were summed, of those that the file's reader keeps.
    """

    name: str
    sha256: str
    used: Flags


@dataclass(frozen=True)
class ScoredCohort:
    """The polygenic scores of a cohort.

    Attributes
    ----------
    scores
        ``profile/scores.tsv``, of the scores that are not refused.
    matches
        ``profile/score_matches.tsv``, of all.
    frozen
        What other patients need to get the same scores.
    """

    scores: pd.DataFrame
    matches: pd.DataFrame
    frozen: list[FrozenScore] = field(default_factory=list)


def score_cohort(
    files: Sequence[str | Path],
    store: Store,
    *,
    build: str,
    keep: Sequence[str],
    min_match: float,
) -> ScoredCohort:
    """Sum every polygenic score of a cohort.

    Parameters
    ----------
    files
        Scoring files.
    store
        Genotypes.
    build
        Of the genotypes.
    keep
        The patients to give values of.
    min_match
        Share of a score's variants, and of their weight, that must be matched; else it
        is refused.

    Raises
    ------
    GenostratError
        If a file cannot be used, or two are of one name.
    """
    scores = [read_score(path, build=build) for path in files]
    raise_if_any(_repeated_names(files, scores))
    tables, matches, frozen = [], [], []
    for path, score in zip(files, scores, strict=True):
        for doubt in score.doubts:
            log.warning("%s", doubt)
        scored = score_samples(score, store)
        least = min(scored.match_rate, scored.weight_rate)
        is_used = least >= min_match and scored.counts["n_matched"] > 0
        matches.append(_describe_match(score, scored, is_used=is_used, path=path))
        if is_used:
            tables.append(_tabulate(score.name, scored, store, keep=keep))
            frozen.append(FrozenScore(score.name, file_digest(path), scored.used))
        else:
            log.warning(
                "score %s is refused: %d of its %d variants are in the genotypes, with"
                " %.1f %% of its weight",
                score.name,
                scored.counts["n_matched"],
                score.n_variants,
                100 * scored.weight_rate,
            )
    empty = pd.DataFrame(columns=["sample_id", "score", "value", "n_missing"])
    table = pd.concat(tables) if tables else empty
    return ScoredCohort(table, pd.DataFrame(matches), frozen)


def score_patients(
    frozen: Sequence[FrozenScore],
    files: Sequence[str | Path],
    store: Store,
    *,
    build: str,
    keep: Sequence[str],
) -> pd.DataFrame:
    """Sum the scores of a model for patients of another cohort.

    Parameters
    ----------
    frozen
        Scores of the model, and the variants that its cohort summed.
    files
        Scoring files; those that are not a score of the model are left aside.
    store, build, keep
        As in :func:`score_cohort`.

    Returns
    -------
    DataFrame
        As ``profile/scores.tsv``. A score without its file is not in it.

    Raises
    ------
    GenostratError
        If a file is of a score's name but not the file that the model was made with.
    """
    wanted = {score.name: score for score in frozen}
    tables, problems = [], []
    for path in files:
        score = read_score(path, build=build)
        model = wanted.get(score.name)
        if model is None:
            log.info("score %s is not one of the model's", score.name)
            continue
        if file_digest(path) != model.sha256 or len(score.position) != len(model.used):
            problems.append(
                Problem(
                    f"the score {score.name!r} is not from the file that the model was"
                    " made with",
                    file=path,
                    found=f"sha256 {file_digest(path)}",
                    allowed=model.sha256,
                    fix="give the same scoring file",
                )
            )
            continue
        scored = score_samples(score, store, used=model.used)
        tables.append(_tabulate(score.name, scored, store, keep=keep))
    raise_if_any(problems)
    empty = pd.DataFrame(columns=["sample_id", "score", "value", "n_missing"])
    return pd.concat(tables) if tables else empty


def pack_scores(frozen: Sequence[FrozenScore]) -> dict[str, npt.NDArray]:
    """Return the arrays of ``profile/score_variants.npz``."""
    return {
        "name": np.array([score.name for score in frozen], np.str_),
        "sha256": np.array([score.sha256 for score in frozen], np.str_),
        "n_variants": np.array([len(score.used) for score in frozen], np.int64),
        "used": np.packbits(
            np.concatenate([np.zeros(0, bool), *(score.used for score in frozen)])
        ),
    }


def unpack_scores(arrays: Mapping[str, npt.NDArray]) -> list[FrozenScore]:
    """Rebuild from :func:`pack_scores`."""
    stops = np.cumsum(arrays["n_variants"]).astype(int)
    total = int(stops[-1]) if len(stops) else 0
    bits = np.unpackbits(arrays["used"], count=total).astype(bool)
    parts = np.split(bits, stops[:-1]) if len(stops) else []
    return [
        FrozenScore(str(name), str(sha256), used)
        for name, sha256, used in zip(
            arrays["name"], arrays["sha256"], parts, strict=True
        )
    ]


def _tabulate(
    name: str, scored: Scored, store: Store, *, keep: Sequence[str]
) -> pd.DataFrame:
    samples = np.array(store.samples if store.contigs else [], dtype=str)
    is_kept = np.isin(samples, list(keep))
    # What a table keeps, so that a patient is the same before and after writing.
    values = [float(FLOAT_FORMAT % value) for value in scored.values[is_kept]]
    return pd.DataFrame(
        {
            "sample_id": samples[is_kept],
            "score": name,
            "value": np.array(values, float),
            "n_missing": scored.n_missing[is_kept],
        }
    )


def scores_layer(scores: pd.DataFrame, *, ids: Sequence[str]) -> Layer:
    """Return polygenic scores as a layer of the profile.

    Parameters
    ----------
    scores
        ``profile/scores.tsv``.
    ids
        The patients, in the order wanted; those without genotypes are left out.
    """
    wide = scores.pivot(index="sample_id", columns="score", values="value")
    held = set(wide.index)
    wide = wide.loc[[sample for sample in ids if sample in held]]
    wide.index.name, wide.columns.name = None, None
    return Layer("scores", wide.astype(float), is_matrix=False)


def _repeated_names(
    files: Sequence[str | Path], scores: Sequence[ScoreFile]
) -> Iterator[Problem]:
    seen: dict[str, str | Path] = {}
    for path, score in zip(files, scores, strict=True):
        if score.name in seen:
            yield Problem(
                f"two scores are called {score.name!r}",
                file=path,
                found=f"the same name as {seen[score.name]}",
                fix="remove one of them from `scores`",
            )
        seen[score.name] = path


def _describe_match(
    score: ScoreFile, scored: Scored, *, is_used: bool, path: str | Path
) -> dict[str, object]:
    reasons = {f"n_{reason}": scored.counts[reason] for reason in REASONS}
    totals = ("n_variants", "n_matched", "n_flipped", "n_unsupported")
    return {
        "score": score.name,
        "match_rate": scored.match_rate,
        "weight_rate": scored.weight_rate,
        **{name: scored.counts[name] for name in totals},
        **reasons,
        "status": "used" if is_used else "refused",
        "sha256": file_digest(path),
    }
