"""What several centres say together: effects and pharmacogene phenotypes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from genostrat.bundle.effects import EFFECTS_FILE, EVERYBODY
from genostrat.bundle.pharmacogenes import FILE as PHENOTYPES_FILE
from genostrat.bundle.pharmacogenes import OPEN
from genostrat.bundle.subgroups import FILE as STRATA_FILE
from genostrat.centres.bundles import Bundle
from genostrat.disclosure.cells import ROUNDED_TO
from genostrat.stats.meta_analysis import LEAST_STUDIES, pool_effects

#: The row of all centres together: no cohort can be called so.
POOLED = "all centres"
#: Stands for a count of which no upper bound is known.
_UNBOUNDED = 10**9
EFFECT_COLUMNS = (
    *("outcome", "contrast", "scale", "centre", "estimate", "standard_error"),
    *("ci_low", "ci_high", "n_arm", "n_reference", "n_centres", "p_value", "tau"),
    *("i_squared", "q_p_value", "prediction_low", "prediction_high", "note"),
)
PHENOTYPE_COLUMNS = (
    *("gene", "group", "phenotype", "n_centres", "n_known", "n_with"),
    *("frequency", "frequency_low", "frequency_high", "ci_low", "ci_high"),
)
STRATA_COLUMNS = ("centre", "verdict", "k", "stratum", "n")
_Z = 1.959963984540054


def tabulate_effects(bundles: Sequence[Bundle]) -> pd.DataFrame:
    """Return ``coordinate/effects.tsv``: every centre's effects, and pooled ones.

    Parameters
    ----------
    bundles
        Of the centres.

    Notes
    -----
    Effects in everybody are pooled, of one outcome, contrast and scale; of strata none
    are, since the stratum S1 of one centre is not that of another. Ratios are
    logarithms. A centre that withheld an effect is missing from it, and named.
    """
    shown = [bundle for bundle in bundles if EFFECTS_FILE in bundle.tables]
    tables = [
        bundle.tables[EFFECTS_FILE].assign(centre=bundle.centre) for bundle in shown
    ]
    rows: list[dict[str, object]] = []
    every = pd.concat(tables) if tables else pd.DataFrame(columns=["stratum"])
    every = every[every["stratum"] == EVERYBODY]
    if every.empty:
        return pd.DataFrame(columns=list(EFFECT_COLUMNS))
    for key, own in every.groupby(["outcome", "contrast", "scale"], sort=True):
        about = dict(zip(("outcome", "contrast", "scale"), key, strict=True))
        own = own.sort_values("centre")
        rows += [about | row for row in _each_centre(own)]
        absent = sorted({b.centre for b in bundles} - set(own["centre"]))
        rows.append(about | _pool(own, absent))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _each_centre(own: pd.DataFrame) -> Iterator[dict[str, object]]:
    for row in own.to_dict("records"):
        reach = _Z * row["standard_error"]
        yield {
            "centre": row["centre"],
            "estimate": row["estimate"],
            "standard_error": row["standard_error"],
            "ci_low": row["estimate"] - reach,
            "ci_high": row["estimate"] + reach,
            "n_arm": row["n_arm"],
            "n_reference": row["n_reference"],
            "n_centres": 1,
            "note": "",
        }


def _pool(own: pd.DataFrame, absent: Sequence[str]) -> dict[str, object]:
    pooled = pool_effects(own["estimate"], own["standard_error"])
    notes = []
    if pooled.n_studies < LEAST_STUDIES:
        notes.append("not pooled: one centre shows it")
    if absent:
        notes.append(f"not shown by {', '.join(absent)}")
    return {
        "centre": POOLED,
        "estimate": pooled.estimate,
        "standard_error": pooled.standard_error,
        "ci_low": pooled.low,
        "ci_high": pooled.high,
        "n_arm": own["n_arm"].sum(),
        "n_reference": own["n_reference"].sum(),
        "n_centres": pooled.n_studies,
        "p_value": pooled.p_value,
        "tau": pooled.tau,
        "i_squared": pooled.i_squared,
        "q_p_value": pooled.q_p_value,
        "prediction_low": pooled.prediction_low,
        "prediction_high": pooled.prediction_high,
        "note": "; ".join(notes),
    }


def tabulate_phenotypes(bundles: Sequence[Bundle]) -> pd.DataFrame:
    """Return ``coordinate/phenotypes.tsv``: frequencies in all centres together.

    Parameters
    ----------
    bundles
        Of the centres.

    Notes
    -----
    The frequency of a phenotype is among patients of whom one is known. Counts are
    rounded and small ones withheld, so that a frequency is known between two bounds
    alone (``frequency_low``, ``frequency_high``); ``frequency`` is their middle where
    every count is shown, and missing otherwise. The interval allows for chance as well:
    it is Wilson's at either bound. A centre that does not list a phenotype of a gene
    that it lists had nobody with it.
    """
    shown = [b.tables[PHENOTYPES_FILE] for b in bundles if PHENOTYPES_FILE in b.tables]
    thresholds = [b.threshold for b in bundles if PHENOTYPES_FILE in b.tables]
    if not any(len(table) for table in shown):
        return pd.DataFrame(columns=list(PHENOTYPE_COLUMNS))
    cells: dict[tuple[str, str], list[dict[str, tuple[int, int]]]] = {}
    totals: dict[tuple[str, str], list[tuple[int, int]]] = {}
    hidden: set[tuple[str, str, str]] = set()
    for table, threshold in zip(shown, thresholds, strict=True):
        for (gene, group), own in table.groupby(["gene", "group"], sort=True):
            key = str(gene), str(group)
            n = _bounds(str(own["n"].iloc[0]), threshold)
            counts = {}
            for phenotype, count in zip(own["phenotype"], own["count"], strict=True):
                low, high = _bounds(str(count), threshold)
                counts[str(phenotype)] = low, min(high, n[1])
                if not str(count).isdigit():
                    hidden.add((*key, str(phenotype)))
            cells.setdefault(key, []).append(counts)
            totals.setdefault(key, []).append(n)
    rows = []
    for key in sorted(cells):
        names = sorted({name for counts in cells[key] for name in counts} - {OPEN})
        for name in names:
            row = _frequency(name, cells[key], totals[key])
            is_shown = (*key, name) not in hidden
            rows.append(
                dict(zip(("gene", "group", "phenotype"), (*key, name), strict=True))
                | row
                | {"frequency": row["frequency"] if is_shown else math.nan}
            )
    return pd.DataFrame(rows, columns=list(PHENOTYPE_COLUMNS))


def _bounds(cell: str, threshold: int) -> tuple[int, int]:
    """Return the least and greatest count that a cell may stand for."""
    if cell.startswith("<"):
        return 0, threshold - 1
    if cell == "withheld":
        return threshold, _UNBOUNDED
    slack = ROUNDED_TO // 2
    return max(int(cell) - slack, threshold), int(cell) + slack


def _frequency(
    name: str,
    counts: Sequence[dict[str, tuple[int, int]]],
    totals: Sequence[tuple[int, int]],
) -> dict[str, object]:
    with_low = with_high = others_low = others_high = 0
    for own, (n_low, n_high) in zip(counts, totals, strict=True):
        low, high = own.get(name, (0, 0))
        open_low, open_high = own.get(OPEN, (0, 0))
        rest = [bounds for key, bounds in own.items() if key not in (name, OPEN)]
        rest_low, rest_high = sum(b[0] for b in rest), sum(b[1] for b in rest)
        # The counts add up to the group, which narrows what was withheld.
        low = max(low, n_low - open_high - rest_high)
        high = min(high, n_high - open_low - rest_low)
        with_low, with_high = with_low + low, with_high + max(high, low)
        others_low += max(rest_low, n_low - open_high - high)
        others_high += min(rest_high, n_high - open_low - low)
    least, most = with_low + others_high, with_high + others_low
    is_open = max(least, most) >= _UNBOUNDED
    p_low = with_low / least if least else math.nan
    p_high = with_high / most if most else math.nan
    return {
        "n_centres": len(counts),
        "n_known": None if is_open else round((least + most) / 2),
        "n_with": None if is_open else round((with_low + with_high) / 2),
        "frequency": math.nan if is_open else (p_low + p_high) / 2,
        "frequency_low": p_low,
        "frequency_high": p_high,
        "ci_low": _wilson(p_low, least, -1),
        "ci_high": _wilson(p_high, most, 1),
    }


def _wilson(p: float, n: int, sign: int) -> float:
    if not n:
        return math.nan
    middle = p + _Z**2 / (2 * n)
    reach = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n))
    return min(1.0, max(0.0, (middle + sign * reach) / (1 + _Z**2 / n)))


def tabulate_strata(bundles: Sequence[Bundle]) -> pd.DataFrame:
    """Return ``coordinate/strata.tsv``: the strata that each centre found."""
    tables = [
        bundle.tables[STRATA_FILE].assign(centre=bundle.centre)
        for bundle in bundles
        if STRATA_FILE in bundle.tables
    ]
    if not tables:
        return pd.DataFrame(columns=list(STRATA_COLUMNS))
    return pd.concat(tables, ignore_index=True)[list(STRATA_COLUMNS)]
