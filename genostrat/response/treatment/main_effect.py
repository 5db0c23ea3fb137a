"""The effect of treatment in all patients, with its tests: ``response/treatment.tsv``.

The plain comparison, the log-rank test, the difference of restricted means, and the
effects adjusted for covariates and within the levels that the draw was stratified by
stand beside each other, each with its name; all arms at once come first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from genostrat.catalogues.contrasts import name_contrast
from genostrat.catalogues.outcome_kinds import SCALES
from genostrat.config.outcomes import ALL
from genostrat.response.contrasts import CONFIDENCE, Contrast
from genostrat.response.covariates import code_covariates, scale_columns
from genostrat.response.kinds.models import MODELS
from genostrat.response.likelihoods.nested import Comparison, Estimates, indicators
from genostrat.response.outcomes import OutcomeAnalysis, join_notes
from genostrat.response.treatment.log_rank import check_log_rank

PLAIN, ADJUSTED, STRATIFIED = "plain", "adjusted", "stratified"
LOG_RANK, WEIGHTED = "log_rank", "weighted"
#: Scales beside the first → the way of testing that they are.
_FURTHER = {
    "rmst_difference": "restricted_mean",
    "subdistribution_hazard_ratio": "fine_gray",
    "cumulative_incidence_difference": "cumulative_incidence",
    "competing_hazard_ratio": "competing_event",
    "win_difference": "win_difference",
}
TREATMENT_COLUMNS = [
    "outcome",
    "contrast",
    "method",
    "scale",
    "effect",
    "ci_low",
    "ci_high",
    "standard_error",
    "statistic",
    "df",
    "p_value",
    "p_adjusted",
    "adjustment",
    "n_adjusted",
    "role",
    "n",
    "n_events",
    "horizon",
    "unit",
    "note",
]


@dataclass(frozen=True)
class _Setting:
    """What an effect is given beside, and within."""

    method: str
    common: np.ndarray
    baseline: np.ndarray
    note: str = ""


def treatment_rows(analysis: OutcomeAnalysis) -> list[dict[str, Any]]:
    """Return the rows of one outcome; none in a cohort without a treatment.

    Parameters
    ----------
    analysis
        Of the outcome, by strata or by anything else: all patients are what counts.

    Notes
    -----
    ``p_adjusted`` is left to
    :func:`~genostrat.response.treatment.multiplicity.adjust_over_outcomes`.
    """
    if not analysis.treated:
        return []
    rows = [*_all_arms(analysis)]
    for arm in analysis.patients.arms[1:]:
        rows += _one_arm(analysis, arm)
    return rows


def _settings(analysis: OutcomeAnalysis, mask: np.ndarray) -> Iterator[_Setting]:
    """Yield the ways in which an effect is given, for some of the patients."""
    n, planned = int(mask.sum()), analysis.patients.planned
    nothing, together = np.empty((n, 0)), np.full(n, "")
    yield _Setting(PLAIN, nothing, together)
    frame = analysis.patients.baseline
    if frame is None:
        return
    part = frame[mask].reset_index(drop=True)
    if planned.adjust_for:
        _, values = code_covariates(part[list(planned.adjust_for)])
        said = f"adjusted for {', '.join(planned.adjust_for)}"
        yield _Setting(ADJUSTED, scale_columns(values), together, said)
    if planned.stratify_by:
        levels = part[list(planned.stratify_by)].agg("\t".join, axis=1)
        said = f"within levels of {', '.join(planned.stratify_by)}"
        yield _Setting(STRATIFIED, nothing, levels.to_numpy(dtype=object), said)


def _all_arms(analysis: OutcomeAnalysis) -> Iterator[dict[str, Any]]:
    """Yield tests of all arms at once, where there are more than two."""
    arms = analysis.patients.arms_present
    if len(arms) < 3 or analysis.weighting is not None:
        return
    mask = analysis.known
    added = indicators(analysis.patients.arm[mask], arms)
    for setting in _settings(analysis, mask):
        result = _compare(analysis, mask, setting, added)
        note = join_notes(setting.note, result.note)
        yield _row(analysis, mask, "", setting.method, result=result, note=note)
    yield from _log_rank_rows(analysis, mask, "", arms)


def _one_arm(analysis: OutcomeAnalysis, arm: str) -> Iterator[dict[str, Any]]:
    """Yield the effect of one arm against the reference in all patients."""
    reference = analysis.patients.arms[0]
    contrast = name_contrast(arm, reference)
    own = analysis.patients.arm == arm
    mask = analysis.known & (own | (analysis.patients.arm == reference))
    first, *further = analysis.contrasts[ALL, contrast]
    short = analysis.shortages[ALL, contrast]
    if analysis.weighting is not None:
        note = join_notes(analysis.weighting.label, short)
        yield _row(
            analysis,
            mask,
            contrast,
            WEIGHTED,
            effect=first,
            result=_wald(first),
            note=note,
        )
        return
    added = own[mask][:, None].astype(float)
    for setting in _settings(analysis, mask):
        effect, result = first, Comparison(np.nan, 0, np.nan, "")
        if not short:
            result = _compare(analysis, mask, setting, added)
        if setting.method != PLAIN:
            effect = _nothing(first.scale)
            if not short:
                effect = _estimate(analysis, mask, setting, added, scale=first.scale)
        note = join_notes(setting.note, short, effect.note or result.note)
        yield _row(
            analysis,
            mask,
            contrast,
            setting.method,
            effect=effect,
            result=result,
            note=note,
        )
    if not short:
        yield from _log_rank_rows(analysis, mask, contrast, [reference, arm])
    for effect in further:
        if effect.scale in _FURTHER:
            yield _row(
                analysis,
                mask,
                contrast,
                _FURTHER[effect.scale],
                effect=effect,
                result=_wald(effect),
                note=join_notes(short, effect.note),
            )


def _compare(
    analysis: OutcomeAnalysis, mask: np.ndarray, setting: _Setting, added: np.ndarray
) -> Comparison:
    part = analysis.measured.subset(mask)
    return MODELS[part.outcome.kind].compare_models(
        part, baseline=setting.baseline, common=setting.common, added=added
    )


def _estimate(
    analysis: OutcomeAnalysis,
    mask: np.ndarray,
    setting: _Setting,
    added: np.ndarray,
    *,
    scale: str,
) -> Contrast:
    part = analysis.measured.subset(mask)
    found: Estimates = MODELS[part.outcome.kind].estimate_columns(
        part, baseline=setting.baseline, common=setting.common, added=added
    )
    value, error = float(found.values[0]), float(np.sqrt(found.covariance[0, 0]))
    half = float(special.stdtrit(found.freedom, 0.5 + CONFIDENCE / 2)) * error
    return Contrast(scale, value, error, value - half, value + half, note=found.note)


def _log_rank_rows(
    analysis: OutcomeAnalysis, mask: np.ndarray, contrast: str, arms: Sequence[str]
) -> Iterator[dict[str, Any]]:
    part = analysis.measured.subset(mask)
    if part.time is None:
        return
    result = check_log_rank(
        part.time,
        part.value,
        arm=analysis.patients.arm[mask],
        arms=arms,
        entry=part.entry,
    )
    yield _row(analysis, mask, contrast, LOG_RANK, result=result, note=result.note)


def _wald(effect: Contrast) -> Comparison:
    """Test an effect by its error, against the normal distribution."""
    if not effect.standard_error > 0:
        return Comparison(np.nan, 0, np.nan, "Wald")
    statistic = (effect.estimate / effect.standard_error) ** 2
    return Comparison(statistic, 1, float(special.chdtrc(1, statistic)), "Wald")


def _nothing(scale: str) -> Contrast:
    return Contrast(scale, np.nan, np.nan, np.nan, np.nan)


def _row(
    analysis: OutcomeAnalysis,
    mask: np.ndarray,
    contrast: str,
    method: str,
    *,
    result: Comparison,
    effect: Contrast | None = None,
    note: str = "",
) -> dict[str, Any]:
    part = analysis.measured.subset(mask)
    effect = effect or _nothing(analysis.kind.scales[0].name)
    has_horizon = SCALES[effect.scale].has_horizon
    return {
        "outcome": part.outcome.name,
        "contrast": contrast,
        "method": method,
        "scale": effect.scale,
        "effect": effect.natural(effect.estimate),
        "ci_low": effect.natural(effect.low),
        "ci_high": effect.natural(effect.high),
        "standard_error": effect.standard_error,
        "statistic": result.statistic,
        "df": result.df or None,
        "p_value": result.p_value,
        "p_adjusted": result.p_value,
        "n": len(part.value),
        "n_events": part.n_events,
        "horizon": analysis.horizon if has_horizon else np.nan,
        "unit": analysis.unit_of(effect.scale),
        "note": note,
    }
