"""Whether omics profiles and genotypes under one label are of one person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats, Integers, Singles
from genostrat.genotypes.store import Store
from genostrat.qc.identity.omics_associations import (
    Associations,
    Calls,
    choose_variable,
    find_associations,
    normalise_profile,
    read_search_variants,
)
from genostrat.qc.identity.omics_sex import infer_profile_sex
from genostrat.seeds import random_generator
from genostrat.stats.effects import one_blas_thread

#: Number of parts that the samples are split into; each part is judged by associations
#: that were learnt on the others.
N_PARTS = 5
#: One ancestry component is taken out of profiles for so many samples.
SAMPLES_PER_COVARIATE = 20
#: Rarer variants explain too little in a few hundred samples.
MIN_MAF = 0.05
#: With fewer samples no association passes the bound.
MIN_SAMPLES = 40
#: Chance of calling any sample of a clean cohort a mismatch.
ALPHA = 0.01
#: Scores are logarithms to the base 10 of likelihood ratios.
LN_10 = float(np.log(10))
#: From this score on, genotypes fit better than a stranger's, one to a hundred.
FITS = 2.0
#: Normal scores beyond this are taken for it: one odd feature decides nothing.
LARGEST_SCORE = 3.0

COLUMNS = [
    "sample_id",
    "layer",
    "n_features",
    "own_score",
    "best_match",
    "best_score",
    "status",
    "inferred_sex",
    "reason",
]


def match_omics(
    store: Store,
    layers: Mapping[str, pd.DataFrame],
    *,
    sexes: pd.Series,
    pcs: pd.DataFrame,
    min_features: int,
    max_missing_rate: float,
    seed: int,
    threads: int = 1,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Hold every omics profile against the genotypes of every sample.

    Parameters
    ----------
    store
        The genotypes.
    layers
        By name, samples × features; NaN where nothing was measured.
    sexes
        Sex in the sheet by sample_id; see :func:`infer_profile_sex`.
    pcs
        ``qc/pcs.tsv``.
    min_features
        Fewest associated features for an answer.
    max_missing_rate
        Highest missing rate of a variant that is looked at.
    seed
        For the split into parts.
    threads
        Blocks of variants read at once.

    Returns
    -------
    table
        ``qc/omics_match.tsv``; one row a layer and sample that has both.
    record
        By layer: features and variants looked at, associations found, what an answer
        needs.

    Notes
    -----
    As MixupMapper (Westra 2011, doi 10.1093/bioinformatics/btr323), but without
    positions of genes: any common variant may explain any feature. The score of a
    profile and a genotyped person is log10 of the likelihood of the associated features
    given the person's genotypes over that given a stranger's. A stranger's genotypes
    are drawn from the cohort's, and the variants are unlinked, so a score of t has
    probability 10^−t or less for a stranger, whatever the profile looks like: the limit
    for a match is set for all pairs of the cohort together, or, where the sample's own
    genotypes are ruled out by as much, for all people who could be its owner. A sample
    never judges itself by associations it helped to find: samples are split into five
    parts, and each is judged by what the others show.
    """
    tables, record = [], dict[str, Any]()
    genotypes: Calls | None = None
    n_found = 0
    for name, matrix in layers.items():
        if genotypes is None:
            genotypes, n_found = read_search_variants(
                store,
                min_maf=MIN_MAF,
                max_missing_rate=max_missing_rate,
                threads=threads,
            )
        shared = matrix.loc[matrix.index.isin(store.samples)]
        matcher = _Matcher(
            name,
            shared,
            genotypes,
            store.samples,
            covariates=_covariates(pcs, shared.index),
            min_features=min_features,
        )
        table = matcher.match(seed)
        table["inferred_sex"] = infer_profile_sex(shared, sexes).to_numpy()
        tables.append(table)
        record[name] = matcher.record | {
            "n_variants": len(genotypes),
            "n_variants_unlinked": n_found,
        }
    if not tables:
        return pd.DataFrame(columns=COLUMNS), record
    return pd.concat(tables, ignore_index=True)[COLUMNS], record


def _covariates(pcs: pd.DataFrame, samples: pd.Index) -> Floats:
    """Return the ancestry components of some samples; none where any is not known."""
    numbers = pcs.set_index("sample_id").filter(regex="^PC[0-9]+$")
    known = (
        numbers.reindex(samples).apply(pd.to_numeric, errors="coerce").dropna(axis=1)
    )
    return known.to_numpy(float)[:, : len(samples) // SAMPLES_PER_COVARIATE]


class _Matcher:
    """Holds the profiles of one layer against genotypes.

    Parameters
    ----------
    name
        Of the layer.
    matrix
        Samples with genotypes × features.
    genotypes, people
        Variants × people, and who they are.
    covariates
        Samples × ancestry components.
    min_features
        Fewest associated features for an answer.
    """

    def __init__(
        self,
        name: str,
        matrix: pd.DataFrame,
        genotypes: Calls,
        people: list[str],
        *,
        covariates: Floats,
        min_features: int,
    ) -> None:
        self.name = name
        self.samples = [str(sample) for sample in matrix.index]
        self.people = people
        self._genotypes, self._covariates = genotypes, covariates
        self._min_features = min_features
        position = {person: i for i, person in enumerate(people)}
        self._own = np.array([position[s] for s in self.samples], np.intp)
        values = matrix.to_numpy(float)
        chosen = choose_variable(values)
        self._values = values[:, chosen]
        n_pairs = max(len(self.samples) * len(people), 1)
        #: Score that no stranger reaches in the whole cohort, but with chance ALPHA.
        self.limit = float(np.log10(n_pairs / ALPHA))
        self.limit_alone = float(np.log10(max(len(people), 1) / ALPHA))
        self.record: dict[str, Any] = {
            "n_samples": len(self.samples),
            "n_features": len(matrix.columns),
            "n_features_used": len(chosen),
            "limit": self.limit,
            "n_associated": [],
        }

    def match(self, seed: int) -> pd.DataFrame:
        """Return the layer's rows, without the sex."""
        n_samples = len(self.samples)
        if n_samples < MIN_SAMPLES:
            return self._table(
                why=f"fewer than {MIN_SAMPLES} samples have both genotypes and profile"
            )
        if not len(self._genotypes) or not self._values.shape[1]:
            return self._table(why="there are no common variants or varying features")
        order = random_generator(seed, "omics_match", self.name).permutation(n_samples)
        parts = np.empty(n_samples, np.intp)
        parts[order] = np.arange(n_samples) % N_PARTS
        profile = normalise_profile(self._values, self._covariates)
        own = np.ascontiguousarray(self._genotypes[:, self._own])
        found = find_associations(own, profile, parts)
        scores = np.zeros((n_samples, len(self.people)))
        known = np.isfinite(self._values)
        n_used = np.zeros(n_samples, np.int64)
        expected = np.zeros(n_samples)
        for part, associations in enumerate(found):
            self.record["n_associated"].append(len(associations.features))
            judged = np.flatnonzero(parts == part)
            n_used[judged] = known[np.ix_(judged, associations.features)].sum(axis=1)
            if len(associations.features):
                scores[judged], expected[judged] = _score_part(
                    associations, profile, known, own, self._genotypes, parts != part
                )
        return self._judge(scores, expected, n_used)

    def _judge(
        self,
        scores: Floats,
        expected: Floats,
        n_used: Integers,
    ) -> pd.DataFrame:
        rows = np.arange(len(scores))
        own = scores[rows, self._own].copy()
        others = scores.copy()
        others[rows, self._own] = -np.inf
        best = others.argmax(axis=1)
        best_score = others[rows, best]
        status, reasons = [], []
        for mine, theirs, information, n in zip(
            own, best_score, expected, n_used, strict=True
        ):
            answer, reason = self._say(mine, theirs, information, int(n))
            status.append(answer)
            reasons.append(reason)
        shown = np.isfinite(best_score) & (n_used > 0)
        return self._table(
            n_features=n_used,
            own_score=np.where(n_used > 0, own, np.nan),
            best_match=[
                self.people[b] if s else "" for b, s in zip(best, shown, strict=True)
            ],
            best_score=np.where(shown, best_score, np.nan),
            status=status,
            reason=reasons,
        )

    def _say(
        self, own: float, best: float, information: float, n_features: int
    ) -> tuple[str, str]:
        if n_features < self._min_features:
            return "not_assessable", (
                f"{n_features} features are associated with variants;"
                f" {self._min_features} are needed"
            )
        # Where its own genotypes are ruled out, only its own candidates compete.
        enough = self.limit_alone if own <= -self.limit else self.limit
        if best >= enough and best - own >= self.limit:
            return "mismatch", "another sample's genotypes fit the profile far better"
        if own >= FITS and best - own < FITS:
            return "ok", "its own genotypes fit the profile"
        if own >= FITS:
            return "not_assessable", (
                "its own genotypes fit the profile, but another sample's fit better"
            )
        if information < self.limit:
            return "not_assessable", (
                "the associated features say too little about a person"
            )
        return "not_assessable", (
            "its own genotypes do not fit the profile well, nor do anybody else's"
        )

    def _table(self, *, why: str = "", **columns: Any) -> pd.DataFrame:
        n_samples = len(self.samples)
        default = {
            "sample_id": self.samples,
            "layer": self.name,
            "n_features": np.zeros(n_samples, np.int64),
            "own_score": np.nan,
            "best_match": "",
            "best_score": np.nan,
            "status": "not_assessable",
            "reason": why,
        }
        return pd.DataFrame(default | columns, index=range(n_samples))


def _score_part(
    associations: Associations,
    profile: Singles,
    known: Flags,
    own: Calls,
    genotypes: Calls,
    others: Flags,
) -> tuple[Floats, Floats]:
    """Score profiles of a part: (n_judged, n_people), and what their own should reach.

    For each variant its features are taken together, given the genotype: a normal
    distribution about the mean of the others with that genotype, by regression.
    """
    judged = np.flatnonzero(~others)
    variants, which = np.unique(associations.variants, return_inverse=True)
    n_variants = len(variants)
    logs = np.zeros((n_variants, 3, len(judged)))
    expected = np.zeros(len(judged))
    for feature, at in zip(associations.features, which, strict=True):
        calls = own[variants[at]][others]
        values = profile[others, feature].astype(float)
        use = (calls >= 0) & known[others, feature]
        intercept, slope, spread = _regress(calls[use].astype(float), values[use])
        x = np.clip(profile[judged, feature], -LARGEST_SCORE, LARGEST_SCORE)
        measured = known[judged, feature]
        for count in range(3):
            z = (x - intercept - slope * count) / spread
            logs[at, count] += np.where(measured, -0.5 * z**2, 0.0)
        total = values[use].var()
        expected += np.where(measured, 0.5 * np.log(max(total / spread**2, 1.0)), 0.0)
    candidates = genotypes[variants]
    shares = np.stack([(candidates == count).sum(axis=1) for count in range(3)], axis=1)
    shares = (shares + 1e-3) / (shares + 1e-3).sum(axis=1, keepdims=True)
    highest = logs.max(axis=1, keepdims=True)
    stranger = np.log((shares[:, :, None] * np.exp(logs - highest)).sum(axis=1))
    ratios = logs - highest - stranger[:, None]
    indicator = np.concatenate([candidates == count for count in range(3)])
    table = ratios.transpose(1, 0, 2).reshape(3 * n_variants, len(judged))
    with one_blas_thread():
        scores = table.T @ indicator.astype(float)
    return scores / LN_10, expected / LN_10


def _regress(calls: Floats, values: Floats) -> tuple[float, float, float]:
    """Return intercept, slope and residual standard deviation."""
    centred = calls - calls.mean()
    slope = float(centred @ values / max(centred @ centred, 1e-9))
    intercept = float(values.mean() - slope * calls.mean())
    residual = values - intercept - slope * calls
    return intercept, slope, float(max(residual.std(ddof=2), 1e-3))
