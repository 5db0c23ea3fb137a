"""Sections of the report on outcomes, and on the planted truth of simulations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from genostrat.registry.words.response import CAUSES
from genostrat.report.figures.response import (
    plot_forest,
    plot_incidence,
    plot_net_benefit,
    plot_survival,
)
from genostrat.report.parts.document import (
    Block,
    Body,
    Figures,
    Heading,
    Notice,
    Paragraph,
    TableView,
    Tone,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.scales import (
    ALL,
    effect_interval,
    effect_text,
    is_share,
    scale_name,
)
from genostrat.report.parts.style import FigureView
from genostrat.report.parts.wording import (
    count_text,
    is_missing,
    label_text,
    number_text,
    p_text,
    percent_text,
    readable,
    sentence,
)
from genostrat.report.sections.treatment import treatment_blocks
from genostrat.report.words.response import GAIL_SIMON, PROGNOSTIC
from genostrat.report.words.treatment import arms_in_order, contrasts_in_order

_NO_OUTCOMES = (
    "No outcomes are configured for this cohort, so treatment response was not"
    " analysed."
)
_QUESTIONS = {
    GAIL_SIMON: "does treatment help in some strata and harm in others?",
    PROGNOSTIC: "does the outcome differ between strata?",
}


def build_response(
    results: Results, summary: Mapping[str, Any], *, reference: str | None
) -> Body:
    """Show whether a stratum changes what treatment does, and by how much."""
    title = ""
    if results["response/interaction.tsv"] is not None and not _has_treatment(results):
        title = "Outcomes by stratum"
    if results["response/interaction.tsv"] is None or summary["response"] is None:
        return Body([], lead=_NO_OUTCOMES, empty=True, title=title)
    blocks: list[Block] = treatment_blocks(results, summary)
    blocks += credibility_blocks(results, summary["response"])
    if blocks and summary["strata"] is not None:
        blocks.append(Heading("Strata"))
    if not len(results["response/interaction.tsv"]):
        blocks.append(
            Notice("No outcome could be tested; see the effects below.", "note")
        )
    else:
        blocks.append(_test_view(summary["response"]["tests"]))
    if results["response/effects.tsv"] is not None and len(
        results["response/effects.tsv"]
    ):
        blocks += _effect_blocks(results, summary, reference=reference)
    blocks += _balance_blocks(results)
    if _has_treatment(results):
        blocks.append(
            Paragraph(
                "The order of reading is: first the test of whether strata differ; only"
                " if they do, the effects within them. Strata were formed without any"
                " outcome, so these tests are not circular."
            )
        )
    return Body(blocks, title=title)


def _has_treatment(results: Results) -> bool:
    models = (
        set(results["response/interaction.tsv"]["model"])
        if results["response/interaction.tsv"] is not None
        else ()
    )
    return bool(set(models) - {GAIL_SIMON, PROGNOSTIC})


def _test_view(tests: list[dict[str, Any]]) -> TableView:
    rows, tones = [], list[Tone]()
    asked = list(_QUESTIONS)
    outcomes = list(dict.fromkeys(test["outcome"] for test in tests))
    for test in sorted(
        tests, key=lambda t: (outcomes.index(t["outcome"]), t["model"] in asked)
    ):
        p = test["p_adjusted"]
        rows.append(
            [
                readable(test["outcome"]),
                _QUESTIONS.get(
                    test["model"], "does the effect of treatment differ between strata?"
                ),
                number_text(test["statistic"]),
                count_text(test["df"]),
                p_text(test["p_value"], bare=True),
                p_text(p, bare=True),
                count_text(test["n"]),
                count_text(test["n_events"]),
                label_text(test.get("note") or "", 300),
            ]
        )
        tones.append("note" if not is_missing(p) and p < 0.05 else "plain")
    header = (
        *("Outcome", "Question", "Statistic", "df", "p", "p\u00a0adjusted"),
        *("Patients", "Events", "Note"),
    )
    return TableView(
        header,
        rows,
        "Tests between strata. p-values are adjusted over outcomes"
        " (Benjamini–Hochberg), each question by itself.",
        numeric=(2, 3, 4, 5, 6, 7),
        tones=tones,
    )


def _effect_blocks(
    results: Results, summary: Mapping[str, Any], *, reference: str | None
) -> list[Block]:
    effects = results["response/effects.tsv"]
    assert effects is not None
    blocks: list[Block] = []
    number = 0
    for outcome in dict.fromkeys(effects["outcome"]):
        of_outcome = effects[effects["outcome"] == outcome]
        views = []
        ordered = list(contrasts_in_order(summary["response"], outcome))
        for contrast in ordered or dict.fromkeys(of_outcome["contrast"]):
            number += 1
            part = of_outcome[of_outcome["contrast"] == contrast]
            views.append(
                plot_forest(
                    part, outcome=outcome, contrast=str(contrast), number=number
                )
            )
        curves = _curves_of(results, outcome)
        if len(curves):
            arms = arms_in_order(summary["response"], outcome)
            arms = arms or _arms(curves, reference=reference)
            views.append(
                plot_survival(
                    curves,
                    outcome=outcome,
                    arms=arms,
                    number=number,
                    unit=_unit_of(summary["response"], outcome),
                )
            )
        views += _incidence_views(results, summary, outcome, reference, number)
        blocks.append(Figures(views))
    blocks.append(_effect_view(summary["response"]["effects"]))
    return blocks


def _incidence_views(
    results: Results,
    summary: Mapping[str, Any],
    outcome: str,
    reference: str | None,
    number: int,
) -> list[FigureView]:
    """Plot the incidence of the event and of what competes with it, side by side."""
    table = results["response/incidence_curves.tsv"]
    if table is None:
        return []
    own = table[table["outcome"] == outcome]
    arms = arms_in_order(summary["response"], outcome)
    return [
        plot_incidence(
            own[own["cause"] == cause],
            outcome=outcome,
            cause=cause,
            arms=arms or _arms(own, reference=reference),
            number=number,
            unit=_unit_of(summary["response"], outcome),
        )
        for cause in CAUSES
        if (own["cause"] == cause).any()
    ]


def _curves_of(results: Results, outcome: str) -> pd.DataFrame:
    curves = results["response/survival_curves.tsv"]
    if curves is None:
        return pd.DataFrame()
    return curves[curves["outcome"] == outcome]


def _unit_of(response: Mapping[str, Any], outcome: str) -> str:
    """Return the unit of an outcome's times; blank where nobody said it."""
    rows = response.get("populations") or []
    units = {row["unit"] for row in rows if row["outcome"] == outcome}
    return next((str(unit) for unit in sorted(filter(None, units))), "")


def _arms(curves: pd.DataFrame, *, reference: str | None) -> list[str]:
    arms = sorted(set(curves["arm"].astype(str)) - {ALL, ""})
    return sorted(arms, key=lambda arm: (arm != reference, arm))


def _effect_view(effects: list[dict[str, Any]]) -> TableView:
    rows = []
    for effect in effects:
        stratum = effect["stratum"]
        rows.append(
            [
                readable(effect["outcome"]),
                "all patients" if stratum == ALL else label_text(stratum),
                label_text(effect["contrast"], 60),
                scale_name(effect["scale"]),
                effect_text(effect["effect"], effect["scale"]),
                effect_interval(effect),
                _levels(effect),
                count_text(effect["n"]),
                count_text(effect["n_events"]),
                label_text(effect.get("note") or "", 200),
            ]
        )
    header = (
        *("Outcome", "Stratum", "Contrast", "Scale", "Effect", "95 % interval"),
        *("In each arm", "Patients", "Events", "Note"),
    )
    return TableView(
        header,
        rows,
        "Effects in each stratum, relative and absolute.",
        numeric=(4, 5, 6, 7, 8),
        folded=True,
    )


def _levels(effect: Mapping[str, Any]) -> str:
    values = [effect.get("arm_value"), effect.get("reference_value")]
    if any(is_missing(value) for value in values):
        return "–"
    if is_share(effect["scale"]):
        return " vs ".join(percent_text(value) for value in values)
    return " vs ".join(number_text(value, 3) for value in values)


#: Standardised differences within these limits count as balanced (Austin 2011).
_BALANCED = 0.1


def _balance_blocks(results: Results) -> list[Block]:
    """Show whether weighting made the arms of an observational cohort alike."""
    table = results["response/balance.tsv"]
    if table is None or not len(table):
        return []
    if table["overlap"].isna().all():
        return [_baseline_view(table)]
    rows, tones = [], list[Tone]()
    for row in table.to_dict("records"):
        after = row["smd_after"]
        rows.append(
            [
                "all patients" if row["stratum"] == ALL else label_text(row["stratum"]),
                label_text(row["contrast"], 60),
                readable(row["covariate"]),
                number_text(row["smd_before"], 2),
                number_text(after, 2),
                percent_text(row["overlap"]),
            ]
        )
        uneven = is_missing(after) or abs(after) > _BALANCED
        tones.append("warn" if uneven else "plain")
    n_uneven = tones.count("warn")
    balanced = f"{n_uneven} of {len(rows)} comparisons stay outside ±{_BALANCED}"
    notice = Notice(
        "Treatment was chosen, not drawn by lot. Effects are weighted by the propensity"
        " of treatment, which cannot mend what the covariates do not show."
        f" After weighting, {balanced}.",
        "warn" if n_uneven else "note",
    )
    header = ("Stratum", "Contrast", "Covariate", "Before", "After", "Overlap")
    view = TableView(
        header,
        rows,
        "Standardised mean differences between arms before and after weighting, and the"
        " share of patients whose propensity occurs in both arms.",
        numeric=(3, 4, 5),
        tones=tones,
        folded=True,
    )
    return [notice, view]


#: Standard errors beyond which a difference is more than 95 % of draws leave.
_DRAWN = 1.96


def _baseline_view(table: pd.DataFrame) -> TableView:
    """Show how alike the draw left the arms."""
    rows, tones = [], list[Tone]()
    for row in table.to_dict("records"):
        error = sum(1 / row[f"n_effective_{side}"] for side in ("arm", "reference"))
        usual = abs(row["smd_before"]) <= _DRAWN * error**0.5
        rows.append(
            [
                label_text(row["contrast"], 60),
                readable(row["covariate"]),
                number_text(row["smd_before"], 2),
                count_text(row["n"]),
            ]
        )
        tones.append("plain" if usual else "note")
    n_unusual = tones.count("note")
    return TableView(
        ("Contrast", "Covariate", "Standardised difference", "Patients"),
        rows,
        "How alike the draw left the arms in what was known before treatment:"
        f" {n_unusual} of {len(rows)} differences are larger than 95 % of draws leave.",
        numeric=(2, 3),
        tones=tones,
        folded=True,
    )


_CREDIBILITY = {
    "within_study": "Were groups compared within the study?",
    "direction_a_priori": "Was the direction laid down before?",
    "prior_evidence": "Is there support from elsewhere?",
    "chance": "Does chance explain it?",
    "chance_adjusted": "Does it stand once adjusted?",
    "number_tested": "How many divisions were tested?",
    "cut_points": "Were cut points laid down before?",
    "direction": "Does the effect turn round?",
    "overall": "Overall",
}


def credibility_blocks(
    results: Results, response: Mapping[str, Any]
) -> Iterator[Block]:
    """Show a sheet for each claimed difference, and decision curves.

    Parameters
    ----------
    results
        What the run has written.
    response
        The part of the record on response.
    """
    rows = response.get("credibility") or []
    if rows:
        yield Heading("Credibility of differences between groups")
        yield Paragraph(
            "The items are those of ICEMAN. What numbers can answer is answered; the"
            " open items need a person, and so does the judgement over all of them."
        )
        yield _sheet_view(rows)
    curves = results["response/net_benefit.tsv"]
    if curves is None or not len(curves):
        return
    yield Heading("What treating by group is worth")
    views = []
    keys = ["division", "outcome", "contrast"]
    for number, (key, part) in enumerate(curves.groupby(keys, sort=False), 1):
        division, outcome, contrast = map(str, key)
        views.append(
            plot_net_benefit(
                part,
                outcome=outcome,
                contrast=contrast,
                division="strata" if division == "strata" else readable(division),
                number=number,
            )
        )
    yield Figures(views)


def _sheet_view(rows: Sequence[Mapping[str, Any]]) -> TableView:
    body, tones = [], list[Tone]()
    for row in rows:
        division = row["division"]
        value = "" if is_missing(row["value"]) else f" ({number_text(row['value'])})"
        body.append(
            [
                readable(row["outcome"]),
                division if division == "strata" else readable(division),
                _CREDIBILITY[row["item"]],
                f"{label_text(row['answer'], 160)}{value}",
                "open" if row["status"] == "open" else "answered",
            ]
        )
        tones.append("note" if row["status"] == "open" else "plain")
    return TableView(
        ("Outcome", "Groups", "Item", "Answer or question", "Status"),
        body,
        "Credibility of each difference in effect with p below 0.05 before adjustment.",
        tones=tones,
        folded=len(body) > 20,
    )


_TRUTH_TONES: dict[str, Tone] = {
    "found": "good",
    "missed": "warn",
    "false_alarm": "warn",
}


def build_truth(results: Results) -> Body | None:
    """Compare what was planted in a simulated cohort with what was found.

    Returns
    -------
    Body or None
        None for a real cohort: there is nothing to say.
    """
    if results["truth_check.tsv"] is None:
        return None
    table = results["truth_check.tsv"]
    rows = [
        [
            readable(row["item"]),
            label_text(row["planted"], 120),
            label_text(row["found"], 120),
            readable(row["verdict"]),
        ]
        for row in table.to_dict("records")
    ]
    tones = [_TRUTH_TONES.get(str(v), "plain") for v in table["verdict"]]
    found = int((table["verdict"] == "found").sum())
    lead = (
        f"This cohort was simulated. Of {len(table)} things that were planted or must"
        f" stay absent, {found} came out as they should."
    )
    view = TableView(
        ("Item", "Planted", "Found", "Verdict"),
        rows,
        sentence("what was planted against what the run found"),
        tones=tones,
    )
    return Body([view], lead=lead)
