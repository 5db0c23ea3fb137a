"""Sections of the report on the profile and the strata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from genostrat.report.centres.replication import build_replication
from genostrat.report.figures.heat_map import (
    marking_features,
    ordered_patients,
    plot_features,
)
from genostrat.report.figures.strata import (
    plot_consensus,
    plot_consensus_cdf,
    plot_effects,
    plot_k_selection,
    plot_patients,
    strata_colours,
)
from genostrat.report.parts.document import (
    Block,
    Body,
    Bullets,
    Figures,
    TableView,
)
from genostrat.report.parts.results import Results
from genostrat.report.parts.strata import strata_names
from genostrat.report.parts.style import FigureView, labels_of
from genostrat.report.parts.wording import (
    count_text,
    interval_text,
    label_text,
    listing,
    number_text,
    p_text,
    percent_text,
    plural,
    readable,
    sentence,
)
from genostrat.report.sections.evidence.audit import build_audit
from genostrat.report.sections.evidence.comparison import build_comparison
from genostrat.report.sections.evidence.enrichment import build_enrichment
from genostrat.report.sections.evidence.gradient import build_gradient
from genostrat.report.words.sentences import verdict_badge

_NO_LAYERS = (
    "This cohort has no molecular layer that patients could be grouped by, so this"
    " part did not run."
)


def build_profile(results: Results, summary: Mapping[str, Any]) -> Body:
    """Show the layers and features that describe each patient."""
    profile = summary["profile"]
    if profile is None:
        return Body([], lead=_NO_LAYERS, empty=True)
    rows = [
        [
            label_text(layer["layer"]),
            listing(readable(e) for e in layer["encodings"]),
            count_text(layer["n_features"]),
            count_text(layer["n_dropped"]),
            count_text(layer["n_with_missing"]),
        ]
        for layer in profile["layers"]
    ]
    patients = profile["n_patients"]
    of_whom = "" if patients is None else f" of {plural(patients, 'patient')}"
    lead = (
        f"{plural(profile['n_features'], 'feature')}{of_whom} describe the cohort."
        " They were chosen by how much they vary, never by outcome, and freed of the"
        " covariates named under Methods."
    )
    table = TableView(
        ("Layer", "Encoding", "Features used", "Dropped", "With values filled in"),
        rows,
        "Features by layer. Dropped features were constant, repeated, mostly missing,"
        " or varied too little to be among the features kept.",
        numeric=(2, 3, 4),
    )
    return Body([table], lead=lead)


def build_strata(results: Results, summary: Mapping[str, Any]) -> Body:
    """Show the verdict on subgroups with all that it rests on."""
    strata = summary["strata"]
    if strata is None:
        return Body([], lead=_NO_LAYERS, empty=True)
    blocks: list[Block] = []
    badge = verdict_badge(strata)
    if badge is not None:
        blocks.append(badge)
    if strata["reasons"]:
        blocks.append(Bullets([sentence(str(reason)) for reason in strata["reasons"]]))
    selection = results["strata/k_selection.tsv"]
    if selection is not None:
        chosen = int(strata["k"]) if strata["k"] and strata["sizes"] else None
        band = null_band(results["strata/nulls.json"])
        figure = plot_k_selection(selection, band, chosen=chosen)
        blocks += [Figures([figure]), _selection_view(selection)]
    assignments = results["strata/assignments.tsv"]
    names = strata_names(assignments) if assignments is not None else []
    if names:
        blocks.append(_size_view(results, names))
    best = strata["best_k"] or strata["k"]
    figures = _strata_figures(results, names=names, best=int(best) if best else None)
    if figures:
        blocks.append(Figures(figures))
    blocks += build_gradient(results)
    marking = results["strata/characteristics.tsv"]
    if names and marking is not None:
        blocks += _characteristic_views(marking, names=names)
    blocks += build_enrichment(results, names=names)
    blocks += build_replication(results, names=names)
    blocks += build_comparison(
        results, claimed=bool(names), colours=strata_colours(names)
    )
    blocks += build_audit(results, strata, profile=summary["profile"])
    return Body(blocks)


def null_band(nulls: Mapping[str, Any] | None) -> pd.DataFrame:
    """Read where PAC lies in data without groups: columns k, low, high.

    Parameters
    ----------
    nulls
        ``strata/nulls.json``; its ``pac`` record has lists ``k``, ``null_low`` and
        ``null_high``.
    """
    record = (nulls or {}).get("pac") or {}
    if not {"k", "null_low", "null_high"} <= set(record):
        return pd.DataFrame({"k": [], "low": [], "high": []})
    return pd.DataFrame(
        {"k": record["k"], "low": record["null_low"], "high": record["null_high"]}
    )


#: Columns of the table over k: heading, column, how it is written.
_SELECTION_COLUMNS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("k", "k", count_text),
    ("PAC", "pac", number_text),
    ("PAC by chance", "pac_null_mean", number_text),
    ("RCSI", "rcsi", number_text),
    ("p", "p_value", partial(p_text, bare=True)),
    ("p\u00a0adjusted", "p_adjusted", partial(p_text, bare=True)),
    ("SigClust p", "sigclust_p", partial(p_text, bare=True)),
    ("Joint p", "joint_p", partial(p_text, bare=True)),
    ("Valley", "valley", number_text),
    ("Smallest group", "smallest_cluster", count_text),
    ("Prediction strength", "prediction_strength", number_text),
    ("Gap", "gap", number_text),
)


def _selection_view(table: pd.DataFrame) -> TableView:
    columns = [column for column in _SELECTION_COLUMNS if column[1] in table]
    rows = [
        [write(row[name]) for _, name, write in columns]
        for row in table.to_dict("records")
    ]
    return TableView(
        [heading for heading, _, _ in columns],
        rows,
        "All numbers of groups that were tried. The verdict rests on stability and"
        " separation beyond chance (joint p) and on a valley between the groups (above"
        " 0: two peaks rather than one spread cut in two); the rest is shown for"
        " comparison.",
        numeric=tuple(range(len(columns))),
        folded=True,
    )


def _size_view(results: Results, names: list[str]) -> TableView:
    table = results["strata/assignments.tsv"]
    assert table is not None
    assigned = table[table["status"] == "assigned"]
    rows = []
    for name in names:
        part = assigned[assigned["stratum"] == name]
        share = len(part) / max(len(assigned), 1)
        confidence = part["confidence"].median() if len(part) else None
        cells = (percent_text(share), number_text(confidence, 2))
        rows.append([label_text(name), count_text(len(part)), *cells])
    words = {
        "ambiguous": "Ambiguous: between strata",
        "outside_model": "Outside the model: unlike any patient it was made from",
        "excluded": "Excluded before the analysis",
    }
    for status, text in words.items():
        n = int((table["status"] == status).sum())
        if n:
            rows.append([text, count_text(n), "–", "–"])
    return TableView(
        ("Stratum", "Patients", "Share of assigned", "Median confidence"),
        rows,
        "Patients by stratum. Confidence is conditional on the strata being real.",
        numeric=(1, 2, 3),
    )


def _strata_figures(
    results: Results, *, names: list[str], best: int | None
) -> list[FigureView]:
    colours = strata_colours(names)
    figures: list[FigureView] = []
    if (
        results["strata/consensus.npz"] is not None
        and "matrix" in results["strata/consensus.npz"]
    ):
        matrix = results["strata/consensus.npz"]["matrix"]
        groups = _consensus_groups(results)
        if len(groups) == len(matrix):
            figures.append(plot_consensus(matrix, groups, colours=colours))
    distribution, selection = (
        results["strata/consensus_cdf.tsv"],
        results["strata/k_selection.tsv"],
    )
    if best and distribution is not None and selection is not None:
        figures.append(plot_consensus_cdf(distribution, selection, best=best))
    values, assignments = (
        results["profile/features.parquet"],
        results["strata/assignments.tsv"],
    )
    if values is not None and assignments is not None:
        figures.append(plot_patients(values, assignments, colours=colours))
    if results["strata/characteristics.tsv"] is not None and names:
        marking = _molecular(results["strata/characteristics.tsv"])
        if len(marking):
            figures.append(plot_effects(marking, names=names))
        figures += _heat_map(results, marking, colours=colours)
    return figures


def _heat_map(
    results: Results, marking: pd.DataFrame, *, colours: dict[str, str]
) -> list[FigureView]:
    values, assignments = (
        results["profile/features.parquet"],
        results["strata/assignments.tsv"],
    )
    if values is None or assignments is None:
        return []
    names = list(colours)
    features = {str(name) for name in values.columns[1:]}
    rows = marking_features(marking, names=names, known=features)
    patients = ordered_patients(
        assignments, names=names, known=set(values["sample_id"])
    )
    if not rows or patients.empty:
        return []
    return [plot_features(values, patients, rows, colours=colours)]


#: The layer of characteristics that come from the clinical sheet.
_SHEET = "sheet"
_MOST_MARKERS, _MOST_SHEET_ROWS = 10, 100


def _molecular(characteristics: pd.DataFrame) -> pd.DataFrame:
    return characteristics[characteristics["layer"] != _SHEET]


def _characteristic_views(table: pd.DataFrame, *, names: list[str]) -> list[TableView]:
    views = []
    molecular = _molecular(table).dropna(subset=["effect"])
    strongest = [
        part.loc[part["effect"].abs().sort_values(ascending=False, kind="stable").index]
        .head(_MOST_MARKERS)
        .assign(stratum=name)
        for name in names
        for part in [molecular[molecular["stratum"] == name]]
    ]
    if len(molecular):
        views.append(
            _characteristic_view(
                pd.concat(strongest),
                f"The {_MOST_MARKERS} features that mark each stratum most. A p-value"
                " comes from patients who were placed without that feature; where none"
                " stands, a test would have been circular.",
            )
        )
    sheet = table[table["layer"] == _SHEET]
    if len(sheet):
        sheet = sheet.sort_values("p_value", kind="stable").head(_MOST_SHEET_ROWS)
        views.append(
            _characteristic_view(
                sheet,
                "The clinical sheet by stratum. These columns took no part in finding"
                " the strata, so their p-values are valid.",
            )
        )
    return views


def _characteristic_view(table: pd.DataFrame, caption: str) -> TableView:
    rows = [
        [
            label_text(row["stratum"]),
            label_text(row["feature"], 60),
            number_text(row["effect"], 2),
            interval_text(row["ci_low"], row["ci_high"]),
            p_text(row["p_value"], bare=True),
            p_text(row["p_adjusted"], bare=True),
        ]
        for row in table.to_dict("records")
    ]
    header = (
        *("Stratum", "Feature", "Effect against the rest (SD)", "95 % interval"),
        *("p", "p\u00a0adjusted"),
    )
    return TableView(header, rows, caption, numeric=(2, 3, 4, 5), folded=True)


def _consensus_groups(results: Results) -> np.ndarray:
    assert results["strata/consensus.npz"] is not None
    ids = results["strata/consensus.npz"].get("sample_id", np.array([], dtype=str))
    strata: dict[str, Any] = {}
    if results["strata/assignments.tsv"] is not None:
        table = results["strata/assignments.tsv"]
        strata = dict(zip(table["sample_id"], table["stratum"], strict=True))
    return labels_of(ids, strata, absent="")
