"""The effect of treatment in all patients, and in pre-specified subgroups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from genostrat.report.figures.response import plot_forest
from genostrat.report.parts.document import (
    Block,
    Figures,
    Heading,
    Paragraph,
    TableView,
    Tone,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.scales import (
    ALL,
    effect_interval,
    effect_text,
    effect_unit,
    scale_name,
)
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    number_text,
    p_text,
    percent_text,
    plain_number,
    readable,
)
from genostrat.report.sections.outcomes.heterogeneity import heterogeneity_blocks
from genostrat.report.words.treatment import (
    adjustment_words,
    contrasts_in_order,
    is_clear,
    sides_of,
)

Row = Mapping[str, Any]
METHODS = {
    "plain": "plain",
    "adjusted": "adjusted",
    "stratified": "stratified",
    "log_rank": "log-rank",
    "restricted_mean": "restricted mean",
    "fine_gray": "Fine–Gray",
    "cumulative_incidence": "cumulative incidence",
    "competing_event": "competing events",
    "win_difference": "chance of a higher level",
    "weighted": "weighted by propensity",
}
_QUESTIONS = {
    "gail_simon": "does treatment help in some and harm in others?",
    "prognostic": "does the outcome differ between levels?",
}


def treatment_blocks(
    results: Results, summary: Mapping[str, Any], *, directions: Mapping[str, int]
) -> list[Block]:
    """Show populations, the effect in all patients, and its tests.

    Parameters
    ----------
    results
        What the run has written.
    summary
        The cohort's record.
    directions
        Outcome → 1 if more of it is better, -1 if less is, 0 where nobody said.
    """
    response = summary["response"]
    blocks: list[Block] = []
    if response.get("populations"):
        blocks.append(_population_view(response))
    if response.get("treatment"):
        blocks.append(_effect_view(response))
        blocks += _hazard_blocks(response)
        blocks += _form_blocks(response)
    blocks += _subgroup_blocks(results, response, directions)
    return blocks + list(heterogeneity_blocks(response.get("heterogeneity")))


def _population_view(response: Row) -> TableView:
    rows = []
    for row in response["populations"]:
        rows.append(
            [
                readable(row["outcome"]),
                _population_words(row),
                _arm_words(row),
                count_text(row["n"]),
                count_text(row["n_known"]),
                count_text(row["n_events"]),
                _level_words(row),
            ]
        )
    header = (
        *("Outcome", "Population", "Arm", "Patients", "Outcome known", "Events"),
        "Median, share or mean",
    )
    return TableView(
        header,
        rows,
        "Every population of the analysis. A median is blank where the curve does not"
        " come down to a half.",
        numeric=(3, 4, 5, 6),
        folded=len(rows) > 12,
    )


def _population_words(row: Row) -> str:
    if row["group"] == ALL:
        return "all patients"
    if row["division"] == "excluded":
        return "left out by quality control"
    group = row["group"]
    if row["division"] == "strata":
        return "in no stratum" if is_missing(group) else label_text(group, 40)
    column = readable(row["division"])
    if is_missing(group):
        return f"{column} not known"
    return f"{column}: {label_text(group, 40)}"


def _arm_words(row: Row) -> str:
    if row["arm"] == ALL:
        return "all"
    return "not known" if is_missing(row["arm"]) else label_text(row["arm"], 40)


def _level_words(row: Row) -> str:
    unit = effect_unit(row)
    if not is_missing(row["median"]):
        low = number_text(row["median_low"], 3)
        high = number_text(row["median_high"], 3)
        return f"{number_text(row['median'], 3)}{unit} ({low} to {high})"
    if is_missing(row["value"]):
        return "–"
    if is_missing(row["n_events"]):
        return f"{number_text(row['value'], 3)}{unit}"
    return percent_text(row["value"])


def _effect_view(response: Row) -> TableView:
    rows, tones = [], list[Tone]()
    for row in _ordered(response, response["treatment"]):
        rows.append(
            [
                readable(row["outcome"]),
                label_text(row["contrast"] or "all arms at once", 60),
                METHODS[row["method"]],
                "–" if is_missing(row["effect"]) else scale_name(row["scale"]),
                _effect_words(row),
                effect_interval(row),
                p_text(row["p_value"], bare=True),
                p_text(row["p_adjusted"], bare=True),
                count_text(row["n"]),
                count_text(row["n_events"]),
                label_text(row.get("note") or "", 200),
            ]
        )
        tones.append("note" if is_clear(row["p_adjusted"]) else "plain")
    header = (
        *("Outcome", "Contrast", "Way", "Scale", "Effect", "95 % interval"),
        *("p", "p\u00a0adjusted", "Patients", "Events", "Note"),
    )
    return TableView(
        header,
        rows,
        "The effect of treatment in all patients, in each way that it was tested."
        f" p-values are, each way by itself, {adjustment_words(response)}.",
        numeric=(4, 5, 6, 7, 8, 9),
        tones=tones,
    )


def _effect_words(row: Row) -> str:
    if is_missing(row["effect"]):
        return "–"
    text = f"{effect_text(row['effect'], row['scale'])}{effect_unit(row)}"
    if is_missing(row["horizon"]):
        return text
    return f"{text} over {plain_number(row['horizon'])}"


def _ordered(response: Row, rows: Sequence[Row]) -> list[Row]:
    """Order rows by outcome, then as the arms are shown, all arms at once first."""
    outcomes = list(dict.fromkeys(row["outcome"] for row in rows))
    places = {
        (outcome, contrast): place
        for outcome in outcomes
        for place, contrast in enumerate(contrasts_in_order(response, outcome), 1)
    }
    ways = list(METHODS)

    def key(row: Row) -> tuple[int, int, int]:
        place = places.get((row["outcome"], row["contrast"]), 0)
        return outcomes.index(row["outcome"]), place, ways.index(row["method"])

    return sorted(rows, key=key)


def _hazard_blocks(response: Row) -> list[Block]:
    rows = [
        [
            readable(row["outcome"]),
            label_text(row["contrast"] or "all arms at once", 60),
            number_text(row["statistic"]),
            p_text(row["p_value"], bare=True),
            "not assessed"
            if is_missing(row["p_value"])
            else "changes with time: read the restricted mean"
            if is_clear(row["p_value"])
            else "no sign of a change",
        ]
        for row in response.get("checks") or []
        if row["check"] == "proportional_hazards"
    ]
    if not rows:
        return []
    return [
        TableView(
            ("Outcome", "Contrast", "Statistic", "p", "Hazard ratio"),
            rows,
            "Whether one hazard ratio holds at all times (score test of proportional"
            " hazards, Kaplan–Meier scale).",
            numeric=(2, 3),
        )
    ]


def _form_blocks(response: Row) -> list[Block]:
    """Show whether the models of levels and of counts have the right form."""
    rows = [
        [
            readable(row["outcome"]),
            label_text(row["contrast"], 60),
            _FORMS[row["check"]],
            number_text(
                row["statistic" if row["check"] == "proportional_odds" else "value"]
            ),
            p_text(row["p_value"], bare=True),
            _form_words(row),
        ]
        for row in response.get("checks") or []
        if row["check"] in _FORMS
    ]
    if not rows:
        return []
    return [
        TableView(
            ("Outcome", "Contrast", "Question", "Figure", "p", "Answer"),
            rows,
            "Whether the models of ordered levels and of counts have the right form.",
            numeric=(3, 4),
        )
    ]


_FORMS = {
    "proportional_odds": "does one odds ratio hold at every level?",
    "dispersion": "do counts vary more than by chance (1)?",
}


def _form_words(row: Row) -> str:
    if row["check"] == "dispersion":
        if is_missing(row["value"]):
            return "not assessed"
        wider = float(row["value"]) > 1
        return "yes: errors allow for it" if wider else "no"
    if is_missing(row["p_value"]):
        return f"not assessed: {label_text(row.get('note') or 'no data', 80)}"
    if is_clear(row["p_value"]):
        return "no: read the chance of a higher level"
    return "no sign against it"


def _subgroup_blocks(
    results: Results, response: Row, directions: Mapping[str, int]
) -> Iterator[Block]:
    tests = response.get("subgroup_tests") or []
    if not tests:
        return
    yield Heading("Pre-specified subgroups")
    yield Paragraph(
        "These columns were named in the config as subgroups, whatever the strata are."
        " The test between levels comes first; an effect within a level is no finding"
        " by itself."
    )
    rows, tones = [], list[Tone]()
    for test in sorted(tests, key=lambda t: (t["outcome"], t["model"] in _QUESTIONS)):
        question = _QUESTIONS.get(
            test["model"], "does the effect of treatment differ between levels?"
        )
        rows.append(
            [
                readable(test["outcome"]),
                readable(test["column"]),
                question,
                number_text(test["statistic"]),
                count_text(test["df"]),
                p_text(test["p_value"], bare=True),
                p_text(test["p_adjusted"], bare=True),
                count_text(test["n"]),
                label_text(
                    "; ".join(filter(None, (test["contrast"], test.get("note")))), 200
                ),
            ]
        )
        tones.append("note" if is_clear(test["p_adjusted"]) else "plain")
    header = (
        *("Outcome", "Subgroup", "Question", "Statistic", "df", "p"),
        *("p\u00a0adjusted", "Patients", "Note"),
    )
    yield TableView(
        header,
        rows,
        "Tests between levels of pre-specified subgroups, adjusted over outcomes and"
        " subgroups (Benjamini–Hochberg), each question by itself.",
        numeric=(3, 4, 5, 6, 7),
        tones=tones,
    )
    views = list(_forests(results, response, directions))
    if views:
        yield Figures(views)


def _forests(
    results: Results, response: Row, directions: Mapping[str, int]
) -> Iterator[Any]:
    """Yield a forest plot of all subgroups an outcome and contrast."""
    table, overall = results["response/subgroups.tsv"], results["response/effects.tsv"]
    if table is None or overall is None or not len(table):
        return
    number = 0
    for outcome in dict.fromkeys(table["outcome"]):
        own = table[table["outcome"] == outcome]
        contrasts = list(contrasts_in_order(response, outcome))
        for contrast in contrasts or list(dict.fromkeys(own["contrast"])):
            number += 1
            part = own[own["contrast"] == contrast]
            labels = [
                f"{readable(column)}: {level}"
                for column, level in zip(part["column"], part["level"], strict=True)
            ]
            whole = overall[
                (overall["outcome"] == outcome)
                & (overall["contrast"] == contrast)
                & (overall["stratum"] == ALL)
            ]
            rows = pd.concat([part.assign(stratum=labels), whole], ignore_index=True)
            yield plot_forest(
                rows,
                outcome=outcome,
                contrast=contrast,
                sides=sides_of(response, outcome, contrast),
                direction=directions.get(outcome, 0),
                number=number,
                name="subgroups",
            )
