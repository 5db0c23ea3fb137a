"""Sections of the report on outcomes, and on the planted truth of simulations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from genostrat.report.figures.response import (
    plot_net_benefit,
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
)
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
from genostrat.report.sections.outcomes.effects import effect_blocks
from genostrat.report.sections.outcomes.medicines import medicine_blocks
from genostrat.report.sections.outcomes.treatment import treatment_blocks
from genostrat.report.words.response import GAIL_SIMON, PROGNOSTIC

_NO_OUTCOMES = (
    "No outcomes are configured for this cohort, so treatment response was not"
    " analysed."
)
_QUESTIONS = {
    GAIL_SIMON: "does treatment help in some strata and harm in others?",
    PROGNOSTIC: "does the outcome differ between strata?",
}


def build_response(
    results: Results,
    summary: Mapping[str, Any],
    *,
    reference: str | None,
    directions: Mapping[str, int],
) -> Body:
    """Show whether a stratum changes what treatment does, and by how much.

    Parameters
    ----------
    results
        What the run has written.
    summary
        The cohort's record.
    reference
        The arm that others are compared with; None without a treatment.
    directions
        Outcome → 1 if more of it is better, -1 if less is, 0 where nobody said.
    """
    title = ""
    if results["response/interaction.tsv"] is not None and not _has_treatment(results):
        title = "Outcomes by stratum"
    if results["response/interaction.tsv"] is None or summary["response"] is None:
        return Body([], lead=_NO_OUTCOMES, empty=True, title=title)
    blocks: list[Block] = treatment_blocks(results, summary, directions=directions)
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
        blocks += effect_blocks(
            results, summary, reference=reference, directions=directions
        )
    blocks += _balance_blocks(results)
    blocks += medicine_blocks(results)
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
