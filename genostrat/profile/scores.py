"""Polygenic scores of patients, from weights and the genotype store."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from genostrat.errors import Problem, raise_if_any
from genostrat.genotypes.store import Contig, Store
from genostrat.profile.features import Layer
from genostrat.provenance import file_digest
from genostrat.sheets.score_files import ScoreFile, read_score

log = logging.getLogger(__name__)

COMPLEMENT = str.maketrans("ACGT", "TGCA")
BLOCK_VARIANTS = 1024

#: Why a variant of a score is not used, in the order of the tests.
REASONS = ("absent", "other_alleles", "palindromic", "several", "repeated")


@dataclass(frozen=True)
class Match:
    """Where a score's variants are in a contig of the store.

    Attributes
    ----------
    rows
        Of the store, ascending.
    items
        Variant of the score for each row.
    is_alt
        Whether the effect allele is the store's ALT; else it is REF.
    """

    rows: npt.NDArray[np.intp]
    items: npt.NDArray[np.intp]
    is_alt: npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scored:
    """One score in a cohort.

    Attributes
    ----------
    values
        Sum over the matched variants, one for each sample of the store.
    n_missing
        Matched variants without a genotype, one for each sample.
    counts
        n_variants, n_matched, n_flipped, n_unsupported, and one of each of
        :data:`REASONS`.
    """

    values: npt.NDArray[np.float64]
    n_missing: npt.NDArray[np.int64]
    counts: dict[str, int]

    @property
    def match_rate(self) -> float:
        """Share of the score's variants that were matched."""
        total = self.counts["n_variants"]
        return self.counts["n_matched"] / total if total else 0.0


def score_cohort(
    files: Sequence[str | Path],
    store: Store,
    *,
    build: str,
    keep: Sequence[str],
    min_match: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:
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
        Share of a score's variants that must be matched; else it is refused.

    Returns
    -------
    scores
        ``profile/scores.tsv``, of the scores that are not refused.
    matches
        ``profile/score_matches.tsv``, of all.

    Raises
    ------
    GenostratError
        If a file cannot be used, or two are of one name.
    """
    scores = [read_score(path, build=build) for path in files]
    raise_if_any(_repeated_names(files, scores))
    samples = np.array(store.samples if store.contigs else [], dtype=str)
    is_kept = np.isin(samples, list(keep))
    tables, matches = [], []
    for path, score in zip(files, scores, strict=True):
        scored = score_samples(score, store)
        is_used = scored.match_rate >= min_match and scored.counts["n_matched"] > 0
        matches.append(_describe_match(score, scored, is_used=is_used, path=path))
        if is_used:
            columns = {
                "sample_id": samples[is_kept],
                "score": score.name,
                "value": scored.values[is_kept],
                "n_missing": scored.n_missing[is_kept],
            }
            tables.append(pd.DataFrame(columns))
        else:
            log.warning(
                "score %s is refused: %d of its %d variants are in the genotypes",
                score.name,
                scored.counts["n_matched"],
                score.n_variants,
            )
    empty = pd.DataFrame(columns=["sample_id", "score", "value", "n_missing"])
    return pd.concat(tables) if tables else empty, pd.DataFrame(matches)


def scores_layer(scores: pd.DataFrame, *, ids: Sequence[str]) -> Layer:
    """Return polygenic scores as a layer of the profile.

    Parameters
    ----------
    scores
        ``profile/scores.tsv``.
    ids
        The patients, in the order wanted; those without genotypes are left out.
    """
    wide = scores.pivot_table(index="sample_id", columns="score", values="value")
    held = set(wide.index)
    wide = wide.loc[[sample for sample in ids if sample in held]]
    wide.index.name, wide.columns.name = None, None
    return Layer("scores", wide.astype(float))


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
        **{name: scored.counts[name] for name in totals},
        **reasons,
        "status": "used" if is_used else "refused",
        "sha256": file_digest(path),
    }


def score_samples(score: ScoreFile, store: Store) -> Scored:
    """Add up a polygenic score for every sample of a store.

    Parameters
    ----------
    score
        The weights, on the store's build.
    store
        Genotypes.

    Returns
    -------
    Scored

    Notes
    -----
    score = Σ w(copies of the effect allele). A missing genotype counts as the mean of
    w over the samples that have one. Variants match by position and both alleles; SNVs
    whose alleles are those of the other strand are turned round, and A/T and C/G SNVs,
    whose strand cannot be told, are left out (as the PGS Catalog Calculator does by
    default, Lambert 2024, doi 10.1101/2024.05.29.24307783).
    """
    n_samples = len(store.samples) if store.contigs else 0
    values = np.zeros(n_samples)
    n_missing = np.zeros(n_samples, np.int64)
    counts: Counter[str] = Counter(dict.fromkeys(("n_matched", "n_flipped"), 0))
    counts.update(dict.fromkeys(REASONS, 0))
    for name in dict.fromkeys(score.contig.tolist()):
        items = np.flatnonzero(score.contig == name)
        contig = store.contig(name)
        if contig is None:
            counts["absent"] += len(items)
            continue
        match = match_variants(score, items, contig.variants, counts=counts)
        _add_up(score, contig, match, values, n_missing)
    totals = {
        "n_variants": score.n_variants,
        "n_unsupported": score.n_unsupported,
        **counts,
    }
    return Scored(values, n_missing, totals)


def match_variants(
    score: ScoreFile,
    items: npt.NDArray[np.intp],
    variants: pd.DataFrame,
    *,
    counts: Counter[str],
) -> Match:
    """Find a score's variants of one contig in the store's.

    Parameters
    ----------
    score
        The weights.
    items
        Its variants on this contig.
    variants
        The store's: position, ref, alt, sorted by position.
    counts
        Added to: n_matched, n_flipped, and the reasons of the others.
    """
    positions = variants["position"].to_numpy()
    wanted = score.position[items]
    first = np.searchsorted(positions, wanted, "left").tolist()
    stop = np.searchsorted(positions, wanted, "right").tolist()
    near = np.unique(
        np.concatenate([np.arange(a, b) for a, b in zip(first, stop, strict=True)])
        if len(items)
        else np.zeros(0, np.intp)
    ).astype(np.intp)
    alleles = dict(
        zip(
            near.tolist(),
            zip(variants["ref"].iloc[near], variants["alt"].iloc[near], strict=True),
            strict=True,
        )
    )
    found: dict[int, tuple[int, bool]] = {}
    for item, a, b in zip(items.tolist(), first, stop, strict=True):
        here = {row: alleles[row] for row in range(a, b)}
        effect, other = str(score.effect[item]), str(score.other[item])
        outcome = _match_one(effect, other, here)
        if isinstance(outcome, str):
            counts[outcome] += 1
            continue
        row, is_alt, is_flipped = outcome
        if row in found:
            counts["repeated"] += 1
            continue
        found[row] = (item, is_alt)
        counts["n_matched"] += 1
        counts["n_flipped"] += is_flipped
    rows = np.array(sorted(found), np.intp)
    chosen = [found[row] for row in rows.tolist()]
    return Match(
        rows,
        np.array([item for item, _ in chosen], np.intp),
        np.array([is_alt for _, is_alt in chosen], bool),
    )


def _match_one(
    effect: str, other: str, here: dict[int, tuple[str, str]]
) -> tuple[int, bool, bool] | str:
    """Return (row, effect is ALT, strand was turned), or why there is none."""
    if not here:
        return "absent"
    for is_flipped in (False, True):
        if is_flipped and (len(effect) > 1 or len(other) > 1):
            break
        mine = effect.translate(COMPLEMENT) if is_flipped else effect
        rest = other.translate(COMPLEMENT) if is_flipped else other
        fits = [
            (row, mine == alt)
            for row, (ref, alt) in here.items()
            if {mine, rest} == {ref, alt} or (not rest and mine in (ref, alt))
        ]
        if len(fits) > 1:
            return "several"
        if fits:
            row, is_alt = fits[0]
            ref, alt = here[row]
            if len(ref) == 1 and ref.translate(COMPLEMENT) == alt:
                return "palindromic"
            return row, is_alt, is_flipped
    return "other_alleles"


def _add_up(
    score: ScoreFile,
    contig: Contig,
    match: Match,
    values: npt.NDArray[np.float64],
    n_missing: npt.NDArray[np.int64],
) -> None:
    for start in range(0, len(match.rows), BLOCK_VARIANTS):
        part = slice(start, start + BLOCK_VARIANTS)
        genotypes = contig.read(match.rows[part])
        # Columns of the table: 0, 1 and 2 copies of ALT, and a missing genotype.
        weights = score.weights[match.items[part]]
        weights = np.where(match.is_alt[part, None], weights, weights[:, ::-1])
        is_missing = genotypes < 0
        codes = np.where(is_missing, 3, genotypes)
        table = np.column_stack([weights, np.zeros(len(weights))])
        added = np.take_along_axis(table, codes, axis=1)
        n_called = (~is_missing).sum(axis=1)
        mean = np.divide(
            added.sum(axis=1), n_called, out=np.zeros(len(weights)), where=n_called > 0
        )
        added += is_missing * mean[:, None]
        values += added.sum(axis=0)
        n_missing += is_missing.sum(axis=0)
