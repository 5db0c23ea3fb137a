import numpy as np
import pandas as pd
import pytest
from unit.report.report_fixture import make_run
from unit.report.report_fixture_quality import HOSTILE

from genostrat.report.figures.variants import (
    plot_calls,
    plot_depths,
    plot_indel_lengths,
    plot_substitutions,
)
from genostrat.report.parts.document import Paragraph, TableView
from genostrat.report.parts.results import Results, read_results
from genostrat.report.render import render_report
from genostrat.report.sections.variants import build_variants


def count_samples(ids, **columns):
    names = "hom_ref hom_alt het ti tv indel singleton hap_ref hap_alt missing"
    frame = pd.DataFrame({"sample_id": ids})
    random = np.random.default_rng(1)
    for name in names.split():
        frame[f"n_{name}"] = random.poisson(80, len(ids))
    return frame.assign(**columns)


def group_table(groups):
    frame = pd.DataFrame({"kind": "centre", "group": groups, "n_samples": 5})
    for name in ("het", "hom_alt", "singleton", "indel", "missing"):
        frame[f"mean_n_{name}"] = 12.5
    return frame.assign(ti_tv=2.1, mean_depth=np.nan)


CHANGES = pd.DataFrame(
    [(ref, alt, 10) for ref in "ACGT" for alt in "ACGT" if ref != alt],
    columns=["ref", "alt", "n_alleles"],
)
LENGTHS = pd.DataFrame({"length": [-60, -3, -1, 1, 60], "n_alleles": [1, 4, 90, 80, 2]})
DEPTHS = pd.DataFrame({"depth": [-1, 3, 30, 501], "n_genotypes": [0, 2, 6, 2]})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("run"), n=60)
    run.table("variants/per_sample.tsv", count_samples(run.ids))
    run.table("variants/by_group.tsv", group_table(["Leeds", HOSTILE]))
    run.table("variants/substitutions.tsv", CHANGES)
    run.table("variants/indel_lengths.tsv", LENGTHS)
    run.table("variants/depths.tsv", DEPTHS)
    return run


def test_page_shows_hostile_groups_as_text(run, tmp_path):
    render_report(
        run.files.values(),
        html=tmp_path / "report.html",
        summary=tmp_path / "summary.json",
        provenance=tmp_path / "provenance.json",
        cohort="toy",
        settings={"seed": 1},
    )
    text = (tmp_path / "report.html").read_text()
    for name in ("substitutions", "indel-lengths", "depths", "calls", "spectrum"):
        assert f"#{name}-" in text, name
    assert HOSTILE not in text
    assert "&lt;script&gt;alert" in text
    assert not any(name in text for name in run.ids)


def test_groups_are_listed_with_what_is_known_of_them(run):
    results = read_results(run.files.values())
    section = build_variants(results, {"variants": None}, grouping=None)
    (view,) = [block for block in section.blocks if isinstance(block, TableView)]
    assert "Depth" not in view.header
    assert [row[1][:8] for row in view.rows] == [HOSTILE[:8], "Leeds"]
    assert view.rows[1] == ["centre", "Leeds", "5", *["12.5"] * 5, "2.10"]


def test_proportions_are_said_for_each_ancestry():
    tests = {
        "AFR": {"n_samples": 25, "n_tested": 4000, "n_below_1e-6": 7},
        "EUR": {"n_samples": 30, "n_tested": 0, "n_below_1e-6": 0},
    }
    results = Results({"check/samples.tsv": pd.DataFrame({"sample_id": ["a"]})})
    summary = {"variants": {"n_variants": 9, "hardy_weinberg": tests}}
    section = build_variants(results, summary, grouping=None)
    (text,) = [block.text for block in section.blocks if isinstance(block, Paragraph)]
    assert "7 of 4,000\u00a0variants in AFR (25\u00a0samples)" in text
    assert "EUR" not in text


def test_changes_of_both_strands_are_one_bar():
    svg = str(plot_substitutions(CHANGES).svg)
    assert "C&gt;T 20" in svg
    assert "120" in svg


def test_lengths_and_depths_are_put_in_words():
    assert (
        "95\u00a0deletions and 82\u00a0insertions"
        in plot_indel_lengths(LENGTHS).caption
    )
    caption = plot_depths(DEPTHS).caption
    assert "Half of the calls have 30 reads or fewer, 20\u00a0%" in caption


@pytest.mark.parametrize("n_samples", [1, 2, 40])
def test_calls_are_drawn_for_any_number_of_samples_and_groups(n_samples):
    ids = [f"s{i}" for i in range(n_samples)]
    table = count_samples(ids, n_het=5, n_indel=0)
    groups = pd.Series([f"$g{i}$<b>" for i in range(n_samples)], index=ids)
    view = plot_calls(table, groups, grouping="batch")
    svg = str(view.svg)
    assert "missing calls" in svg if n_samples > 2 else svg
    assert "<b>" not in svg
    assert ("other" in svg) == (n_samples > 8)
