import numpy as np
import pandas as pd
import pytest
from unit.report.report_fixture import make_run

from genostrat.report.figures.evidence.enrichment import (
    dot_areas,
    order_sets,
    plot_enrichment,
)
from genostrat.report.figures.strata import strata_colours
from genostrat.report.parts.results import Results, read_results
from genostrat.report.sections.evidence.enrichment import (
    best_of,
    build_enrichment,
    pick_sets,
)

NAMES = ["S1", "S2", "S3"]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    files = make_run(tmp_path_factory.mktemp("run")).files
    return read_results(files.values())["strata/enrichment.tsv"]


def results_of(table):
    return Results({"strata/enrichment.tsv": table})


def test_nothing_is_shown_without_sets_or_strata(table):
    assert build_enrichment(results_of(None), names=NAMES) == []
    assert build_enrichment(results_of(table.iloc[:0]), names=NAMES) == []
    assert build_enrichment(results_of(table), names=[]) == []


def test_sets_that_match_nothing_are_said_to_be_named_otherwise(table):
    untested = table.assign(p_value=np.nan, p_adjusted=np.nan, n_matched=2)
    blocks = build_enrichment(results_of(untested), names=NAMES)
    assert [block.kind for block in blocks] == ["heading", "paragraph"]
    assert "None of 4\u00a0gene sets could be tested" in blocks[1].text
    assert "at most 2\u00a0members" in blocks[1].text


def test_sets_are_counted_once_and_the_untested_left_out(table):
    heading, about, figures, view = build_enrichment(results_of(table), names=NAMES)
    assert heading.text == "Gene sets"
    assert "4\u00a0gene sets; 3 could be tested" in about.text
    assert "of which 2 differ" in about.text
    assert "too few" not in str(figures.views[0].svg)
    assert [row[0] for row in view.rows] == ["S1"] * 3 + ["S2"] * 3 + ["S3"] * 3
    assert view.rows[0][3] == "12 of 20"


def test_names_of_sets_cannot_become_markup(table):
    view = build_enrichment(results_of(table), names=NAMES)[2].views[0]
    assert "<b>" not in str(view.svg)
    assert "&lt;b&gt;SET&lt;/b&gt; of $genes$" in str(view.svg)


def test_the_best_sets_have_the_smallest_p_and_then_the_largest_effect(table):
    tested = table[table["p_value"].notna()].copy()
    tested["p_value"] = 0.5
    best = best_of(tested, "S2")
    assert best["effect"].abs().is_monotonic_decreasing
    chosen = pick_sets(tested, names=NAMES, most=1)
    assert len(chosen) == 1


def test_sets_stand_by_the_stratum_they_mark_from_high_to_low():
    table = pd.DataFrame(
        [
            *[("a", "rna", s, e) for s, e in zip(NAMES, (0.1, 2.0, 0.1), strict=True)],
            *[("b", "rna", s, e) for s, e in zip(NAMES, (1.0, 0.5, 0.1), strict=True)],
            *[("c", "rna", s, e) for s, e in zip(NAMES, (-3.0, 2, 1), strict=True)],
        ],
        columns=["gene_set", "layer", "stratum", "effect"],
    )
    assert order_sets(table, NAMES) == [("b", "rna"), ("c", "rna"), ("a", "rna")]


def test_dots_grow_as_p_falls_and_are_smallest_without_one():
    areas = dot_areas(np.array([np.nan, 1.0, 0.05, 0.001, 1e-5, 1e-80, 0.0]))
    assert areas[0] == areas[1]
    assert (np.diff(areas[1:5]) > 0).all()
    assert areas[4] == areas[5] == areas[6]


def test_of_two_strata_one_panel_says_it_all(table):
    two = table[table["stratum"] != "S3"].dropna(subset=["p_value"])
    view = plot_enrichment(two, names=NAMES[:2], colours=strata_colours(NAMES[:2]))
    assert "S1 against the rest" in str(view.svg)
    assert "S2 against the rest" not in str(view.svg)
    assert "mirror image" in view.caption
