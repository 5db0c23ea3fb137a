"""The page of what several centres say together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from genostrat.centres.pooling import POOLED
from genostrat.report.parts.scales import effect_text, is_ratio, no_effect, scale_name
from genostrat.report.parts.style import (
    BLUE,
    FULL,
    INK,
    MUTED,
    FigureView,
    finish,
    new_figure,
    styled,
)
from genostrat.report.parts.wording import (
    count_text,
    interval_text,
    is_missing,
    label_text,
    listing,
    p_text,
    percent_text,
    plural,
    readable,
)
from genostrat.report.studies.page import Part, fill_page

STATEMENT = (
    "For research. Made of bundles alone: counts are rounded, small ones withheld, and"
    " estimates rounded by the centres. Patients who are at two centres count twice,"
    " and nobody here can know of them."
)
#: Phenotypes that the page lists; all stand in the table.
MOST_ROWS = 1000
#: Centres of a forest plot; more make it unreadable, and all stand in the table.
MOST_CENTRES = 40
#: Share of the variation from which centres are said to differ.
_MUCH = 0.5


def render_coordination(
    bundles: Sequence[Mapping[str, Any]],
    *,
    effects: pd.DataFrame,
    phenotypes: pd.DataFrame,
    strata: pd.DataFrame,
) -> str:
    """Return the page.

    Parameters
    ----------
    bundles
        ``coordinate/bundles.json``.
    effects, phenotypes, strata
        The tables of these names in ``coordinate/``.
    """
    builds = sorted({bundle["build"] for bundle in bundles if bundle["build"]})
    facts = [
        ("centres", str(len(bundles))),
        ("build", ", ".join(builds) or "no genotypes"),
        ("pooled effects", str(int((effects["centre"] == POOLED).sum()))),
    ]
    sections = [
        *_describe_effects(effects),
        _list_strata(strata),
        _list_phenotypes(phenotypes),
        _list_bundles(bundles),
    ]
    return fill_page(
        "Several centres, one answer",
        facts=facts,
        sections=sections,
        statement=STATEMENT,
        brand="centres",
    )


def _describe_effects(effects: pd.DataFrame) -> Iterator[Part]:
    keys = ["outcome", "contrast", "scale"]
    if effects.empty:
        text = "No centre shows an effect of treatment: nothing is pooled."
        yield Part("Effects of treatment: not assessed", [text])
    groups = effects.groupby(keys, sort=True, observed=True)
    for number, ((outcome, contrast, scale), own) in enumerate(groups, 1):
        pooled = own[own["centre"] == POOLED].iloc[0].to_dict()
        each = own[own["centre"] != POOLED]
        title = f"{readable(str(outcome))}: {label_text(contrast, 60)}"
        few = len(each) <= MOST_CENTRES
        figure = plot_centres(each, pooled, scale=str(scale), number=number)
        yield Part(
            f"{title} ({scale_name(str(scale)).lower()})",
            list(_say_effect(pooled, str(scale))),
            figure=figure if few else None,
            columns=("Centre", "Effect", "95 % interval", "Patients, arm : reference"),
            rows=[
                *(_effect_row(row, str(scale)) for row in each.to_dict("records")),
                _effect_row(pooled, str(scale)),
            ],
            numeric=("Effect", "95 % interval", "Patients, arm : reference"),
        )


def _say_effect(pooled: Mapping[str, Any], scale: str) -> Iterator[str]:
    n = int(pooled["n_centres"])
    if is_missing(pooled["estimate"]):
        yield "Not pooled: one centre alone shows this effect."
    else:
        yield (
            f"On average of {plural(n, 'centre')} {_effect(pooled['estimate'], scale)}"
            f" (95 % interval {_interval(pooled, scale)}; {p_text(pooled['p_value'])})."
        )
        yield _say_spread(pooled, scale)
    if pooled["note"]:
        yield f"What limits it: {pooled['note']}."


def _say_spread(pooled: Mapping[str, Any], scale: str) -> str:
    share = pooled["i_squared"]
    said = (
        f"I² is {percent_text(share)}"
        f" (test of one effect in all centres: {p_text(pooled['q_p_value'])})."
    )
    n = int(pooled["n_centres"])
    if is_missing(pooled["prediction_low"]):
        return (
            f"{said} Two centres cannot tell where a third one's effect would lie: not"
            " assessed."
        )
    low, high = pooled["prediction_low"], pooled["prediction_high"]
    said += (
        f" The effect at another centre is expected between {_effect(low, scale)} and"
        f" {_effect(high, scale)}."
    )
    if share < _MUCH and n < 10:
        said += (
            f" With {n} centres a low I² is no proof that they agree: it is found by"
            " chance often."
        )
    return said


def _effect(value: float, scale: str) -> str:
    return effect_text(math.exp(value) if is_ratio(scale) else value, scale)


def _interval(row: Mapping[str, Any], scale: str) -> str:
    if is_missing(row["ci_low"]):
        return ""
    ends = [row["ci_low"], row["ci_high"]]
    low, high = (math.exp(end) if is_ratio(scale) else end for end in ends)
    return interval_text(low, high)


def _effect_row(row: Mapping[str, Any], scale: str) -> tuple[str, ...]:
    missing = is_missing(row["estimate"])
    return (
        str(row["centre"]),
        "not pooled" if missing else _effect(row["estimate"], scale),
        _interval(row, scale),
        f"{count_text(row['n_arm'])} : {count_text(row['n_reference'])}",
    )


@styled
def plot_centres(
    each: pd.DataFrame, pooled: Mapping[str, Any], *, scale: str, number: int
) -> FigureView:
    """Plot the effect at each centre, and what is expected on average and elsewhere.

    Parameters
    ----------
    each
        Rows of ``coordinate/effects.tsv`` of the centres.
    pooled
        The row of all centres.
    scale
        Of the effect.
    number
        Makes the figure's name unique on the page.
    """
    rows = [*each.to_dict("records"), dict(pooled)]
    figure = new_figure(FULL, 1.2 + 0.34 * len(rows))
    axes = figure.subplots()
    neutral = no_effect(scale)
    axes.axvline(
        math.log(neutral) if is_ratio(scale) else neutral, color="#7B8794", lw=1
    )
    if not is_missing(pooled["prediction_low"]):
        span = [pooled["prediction_low"], pooled["prediction_high"]]
        axes.plot(span, [len(rows) - 1] * 2, color=MUTED, lw=6, alpha=0.35)
    for place, row in enumerate(rows):
        if is_missing(row["estimate"]):
            continue
        overall = row["centre"] == POOLED
        colour = INK if overall else BLUE
        axes.plot([row["ci_low"], row["ci_high"]], [place] * 2, color=colour, lw=1.8)
        marker = "D" if overall else "s"
        axes.plot(row["estimate"], place, marker, color=colour, ms=7)
    axes.set_yticks(range(len(rows)), [label_text(row["centre"], 24) for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    if is_ratio(scale):
        axes.xaxis.set_major_formatter(lambda x, _: effect_text(math.exp(x), scale))
    axes.set_xlabel(scale_name(scale))
    axes.grid(axis="y", visible=False)
    return finish(
        figure,
        name=f"centres-{number}",
        wide=True,
        alt=f"Effect at {listing([str(row['centre']) for row in rows[:-1]])}, and in"
        " all centres together.",
        caption="Lines are 95 % intervals, the diamond is the average over centres; the"
        " grey bar is where the effect of another centre is expected.",
    )


def _list_strata(strata: pd.DataFrame) -> Part:
    return Part(
        "Strata by centre",
        [
            "Each centre found its strata alone: S1 of one need not be S1 of another,"
            " so their numbers are not added up and their effects not pooled. Whether"
            " they are the same strata is not assessed here: a bundle holds no"
            " centroids, since means of features tell who is in them."
        ],
        columns=("Centre", "Verdict", "Stratum", "Patients"),
        rows=list(
            zip(
                strata["centre"],
                strata["verdict"],
                strata["stratum"],
                strata["n"],
                strict=True,
            )
        ),
        numeric=("Patients",),
        absent="No centre looked for strata, or shows them.",
    )


def _list_phenotypes(table: pd.DataFrame) -> Part:
    rows = [
        (
            row["gene"],
            row["group"],
            row["phenotype"],
            int(row["n_centres"]),
            "withheld"
            if is_missing(row["n_known"])
            else f"about {row['n_known']:,.0f}",
            _share(row),
            f"{percent_text(row['ci_low'], 1)} to {percent_text(row['ci_high'], 1)}",
        )
        for row in table.head(MOST_ROWS).to_dict("records")
    ]
    more = len(table) - len(rows)
    return Part(
        "Pharmacogene phenotypes",
        [
            "Of patients of whom a phenotype is known. The interval allows for"
            " rounding, withheld counts and chance.",
            *([f"{more} further rows stand in the table."] if more > 0 else []),
        ],
        columns=(
            *("Gene", "Group", "Phenotype", "Centres", "Known"),
            *("Frequency", "Interval"),
        ),
        rows=rows,
        numeric=("Centres", "Known", "Frequency", "Interval"),
        absent="No centre shows phenotypes.",
    )


def _share(row: Mapping[str, Any]) -> str:
    if not is_missing(row["frequency"]):
        return percent_text(row["frequency"], 1)
    low, high = row["frequency_low"], row["frequency_high"]
    return f"{percent_text(low, 1)} to {percent_text(high, 1)}: a count is withheld"


def _list_bundles(bundles: Sequence[Mapping[str, Any]]) -> Part:
    return Part(
        "Bundles",
        [
            "A digest proves that nothing was changed on the way only once it is"
            " compared with what the centre says over another channel."
        ],
        columns=(
            "Centre",
            "Made by genostrat",
            "Smallest count",
            "Agreement",
            "SHA-256",
        ),
        rows=[
            (
                bundle["centre"],
                bundle["version"],
                bundle["threshold"],
                bundle["consent"],
                bundle["digest"][:16],
            )
            for bundle in bundles
        ],
        numeric=("Smallest count",),
    )
