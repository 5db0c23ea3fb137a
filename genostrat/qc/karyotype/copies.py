"""Copies of X and Y by the depth of reads, or by the intensity of an array."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats
from genostrat.genotypes.records import INTENSITY_UNIT
from genostrat.stats.effects import MAD_OF_NORMAL

#: Fewest samples of a group whose median scales the others.
MIN_GROUP = 5
#: Relative spread of copies where no group tells it: capture and mapping differ.
UNSCALED_X, UNSCALED_Y = 0.12, 0.25
#: Bounds of the spread that groups tell.
LEAST_SPREAD, MOST_SPREAD = 0.04, 0.2
#: Spread of a Y that is not there: reads that were misplaced.
SPREAD_OF_NONE = 0.06
#: Fall of the log R ratio from two X to one below which an array tells no copies.
LEAST_FALL = 0.1


@dataclass(frozen=True)
class Copies:
    """Copies of a chromosome; arrays of length n_samples, NaN where not measured.

    `spread` is the standard deviation of one copy, relative to it.
    """

    values: Floats
    spread: float


@dataclass(frozen=True)
class Dosage:
    """Copies of X and Y, and what they were measured by: depth, intensity or blank."""

    x: Copies
    y: Copies
    source: str


def measure_copies(
    read_metrics: pd.DataFrame,
    *,
    two_x: Flags,
    one_x: Flags,
    with_y: Flags,
    without_y: Flags,
    min_sites_x: int,
    min_sites_y: int,
) -> Dosage:
    """Measure the copies of X and Y of every sample.

    Parameters
    ----------
    read_metrics
        ``genotypes/read_metrics.tsv``, in the order of the samples.
    two_x, one_x, with_y, without_y
        Groups told by genotypes, which the measures are scaled by.
    min_sites_x, min_sites_y
        Fewest records with a depth or an intensity.

    Notes
    -----
    Depth: mean DP of chrX and chrY over that of the autosomes. A Y where nothing was
    read has depth 0. Capture and mapping make the chromosomes' depths differ; so one
    copy is what groups of known copies have, and without such groups half of the
    autosomes' depth with a wide spread. Intensity: the log R ratio falls with the
    logarithm of copies, but less than by theory (arrays compress it), so its scale is
    the fall between two X and one in the cohort; without both groups it tells nothing.
    """
    sums = {
        name: pd.to_numeric(read_metrics[name]).to_numpy(float)
        for name in read_metrics.columns
        if name.startswith(("dp_", "x_", "y_", "lrr_"))
    }
    depth = _mean(sums, "dp", 1)
    x, y = _mean(sums, "x_dp", min_sites_x), _mean(sums, "y_dp", min_sites_y)
    with np.errstate(invalid="ignore", divide="ignore"):
        x, y = (np.where(depth > 0, part / depth, np.nan) for part in (x, y))
    if np.isfinite(x).any() or np.isfinite(y).any():
        return Dosage(
            _scale_x(x, two_x, one_x), _scale_y(y, with_y, without_y), "depth"
        )
    base = _mean(sums, "lrr", 1) / INTENSITY_UNIT
    x = _mean(sums, "x_lrr", min_sites_x) / INTENSITY_UNIT - base
    y = _mean(sums, "y_lrr", min_sites_y) / INTENSITY_UNIT - base
    high, low = _median(x, two_x), _median(x, one_x)
    if not high - low >= LEAST_FALL:
        nothing = Copies(np.full(len(x), np.nan), UNSCALED_X)
        return Dosage(nothing, nothing, "")
    x = 2 ** (1 + (x - high) / (high - low))
    y = 2 ** ((y - _median(y, with_y)) / (high - low))
    return Dosage(
        Copies(x, _spread(x, two_x, UNSCALED_X)),
        Copies(y, _spread(y, with_y, UNSCALED_Y)),
        "intensity",
    )


def _mean(sums: dict[str, Floats], name: str, least: int) -> Floats:
    total, number = sums[f"{name}_sum"], sums[f"{name}_n"]
    result = np.full(len(total), np.nan)
    np.divide(total, number, out=result, where=number >= max(least, 1))
    return result


def _scale_x(ratio: Floats, two_x: Flags, one_x: Flags) -> Copies:
    """Scale so that two X are 2, or else so that one is 1."""
    high, low = _median(ratio, two_x), _median(ratio, one_x)
    if np.isfinite(high):
        return Copies(2 * ratio / high, _spread(ratio, two_x, UNSCALED_X))
    if np.isfinite(low):
        return Copies(ratio / low, _spread(ratio, one_x, UNSCALED_X))
    return Copies(2 * ratio, UNSCALED_X)


def _scale_y(ratio: Floats, with_y: Flags, without_y: Flags) -> Copies:
    """Scale so that one Y is 1, and misplaced reads in people without one are 0."""
    ground = _median(ratio, without_y)
    ground = ground if np.isfinite(ground) else 0.0
    one = _median(ratio, with_y)
    if not one > 2 * ground:
        return Copies(2 * ratio, UNSCALED_Y)
    copies = np.maximum((ratio - ground) / (one - ground), 0)
    return Copies(copies, _spread(copies, with_y, UNSCALED_Y))


def _median(values: Floats, group: Flags) -> float:
    known = values[group & np.isfinite(values)]
    return float(np.median(known)) if len(known) >= MIN_GROUP else float("nan")


def _spread(values: Floats, group: Flags, unscaled: float) -> float:
    """Return the relative spread within a group of equal copies."""
    middle = _median(values, group)
    if not middle > 0:
        return unscaled
    distance = np.abs(values[group & np.isfinite(values)] / middle - 1)
    spread = float(np.median(distance)) / MAD_OF_NORMAL
    return min(max(spread, LEAST_SPREAD), MOST_SPREAD)
