"""The section on populations, from tables that the analysis itself wrote."""

import json

import numpy as np
import pandas as pd
import pytest
from genotype_stores import write_store
from unit.report.report_fixture import make_run
from unit.report.report_fixture_quality import HOSTILE

from genostrat.genotypes.builds import AUTOSOMES
from genostrat.qc.homozygosity.table import measure_homozygosity
from genostrat.report.figures.populations import choose_lines, plot_differentiation
from genostrat.report.parts.document import Figures, Notice, Paragraph, TableView
from genostrat.report.parts.results import SHEET, Results, read_results
from genostrat.report.render import render_report
from genostrat.report.sections.populations import build_populations
from genostrat.tables import read_table
from genostrat.variants.populations.describe import Options, describe_populations

ALL = (
    *("variants/populations.json", "variants/fst.tsv", "variants/diversity.tsv"),
    *("variants/ld_decay.tsv", "qc/roh.tsv", "qc/roh.json", "strata/fst.tsv"),
)


def draw_store(folder, ids, *, spacing, seed=1):
    """Draw two populations, neighbours linked; the first person has a run of 30 Mb."""
    rng = np.random.default_rng(seed)
    n, contigs = 30_000_000 // spacing, {}
    half = len(ids) // 2
    for contig in AUTOSOMES:
        positions = np.arange(n) * spacing + 1
        p = rng.uniform(0.2, 0.8, (n, 1))
        shift = np.where(np.arange(2 * len(ids)) < 2 * half, 0.1, -0.1)
        haplotypes = rng.random((n, 2 * len(ids))) < np.clip(p + shift, 0.05, 0.95)
        copied = rng.random(haplotypes.shape) < 0.3
        haplotypes[1:] = np.where(copied[1:], haplotypes[:-1], haplotypes[1:])
        genotypes = haplotypes[:, ::2].astype(np.int8) + haplotypes[:, 1::2]
        contigs[contig] = (positions, genotypes)
    contigs["1"][1][:, 0] = np.where(
        contigs["1"][1][:, 0] == 1, 2, contigs["1"][1][:, 0]
    )
    return write_store(folder, contigs, samples=ids)


def analyse(run, folder, *, spacing, centres, labels=None, ascertained="auto"):
    """Write what the stages would write of a cohort."""
    store = draw_store(folder, run.ids, spacing=spacing)
    sheet = pd.DataFrame({"sample_id": run.ids, "centre": centres})
    ancestry = pd.DataFrame({"sample_id": run.ids, "ancestry": labels or ""})
    found = describe_populations(
        store,
        sheet=sheet,
        ancestry=ancestry,
        unrelated=run.ids,
        options=Options(10, ascertained, 0, 0.05),
    )
    roh = measure_homozygosity(
        store, ancestry=ancestry, unrelated=run.ids, max_missing_rate=0.05, max_mads=6.0
    )
    for name in ("fst", "diversity", "ld_decay"):
        run.table(f"variants/{name}.tsv", getattr(found, name))
    run.record("variants/populations.json", found.record)
    run.table("qc/roh.tsv", roh.samples)
    run.record("qc/roh.json", roh.record)
    return found, roh


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    run = make_run(tmp_path_factory.mktemp("run"), n=80)
    centres = [HOSTILE] * 40 + ["Leeds $x$"] * 35 + ["York"] * 5
    analyse(run, tmp_path_factory.mktemp("s"), spacing=20_000, centres=centres)
    fst = read_table(run.files["variants/fst.tsv"], table="variants/fst.tsv")
    run.table("strata/fst.tsv", fst.drop(columns="kind"))
    return run


def words_of(section):
    return " ".join(
        block.text for block in section.blocks if isinstance(block, (Paragraph, Notice))
    )


def figures_of(section):
    return [
        view.name
        for block in section.blocks
        if isinstance(block, Figures)
        for view in block.views
    ]


def test_page_shows_every_figure_and_hostile_groups_as_text(run, tmp_path):
    out = {name: tmp_path / name for name in ("html", "summary", "provenance")}
    render_report(run.files.values(), **out, cohort="toy", settings={"seed": 1})
    text = out["html"].read_text()
    for name in ("fst-centre", "fst-stratum", "diversity", "ld-decay", "homozygosity"):
        assert f"#{name}-" in text, name
    assert HOSTILE not in text
    assert "&lt;script&gt;alert" in text
    assert not any(name in text for name in run.ids)
    record = json.loads(out["summary"].read_text())["populations"]
    assert record["n_unrelated"] == 80
    assert {pair["kind"] for pair in record["fst"]} == {"centre", "stratum"}
    assert record["homozygosity"]["n_assessed"] == 80
    assert "Hudson" in text
    assert "F_ROH is their share" in text


def test_what_was_found_is_said_with_what_was_not_assessed(run):
    section = build_populations(read_results(run.files.values()))
    text = words_of(section)
    assert "groups of fewer than 10\u00a0samples are not assessed" in text
    assert "Ancestries: not assessed, there are no ancestry labels." in text
    assert "the only pair." in text
    assert "2\u00a0pairs of centres not assessed: York: 5 unrelated people" in text
    assert "Tajima’s D are not assessed: the variants were chosen for being" in text
    assert "set variants.ascertained to false" in text
    assert "1\u00a0sample has a single run of 20 Mb or more" in text
    (table,) = [block for block in section.blocks if isinstance(block, TableView)]
    assert table.header == ("Group", "Samples", "Varying sites", "Heterozygosity")
    assert [row[0][:5] for row in table.rows] == ["every", HOSTILE[:5], "Leeds"]


def test_sequencing_is_told_with_what_is_not_known_of_it(tmp_path):
    run = make_run(tmp_path / "run", n=40)
    found, _ = analyse(
        run,
        tmp_path / "s",
        spacing=60_000,
        centres=["a"] * 20 + ["b"] * 20,
        labels=["AFR"] * 20 + ["EUR"] * 20,
        ascertained=False,
    )
    assert found.record["sites"]["by"] == "config"
    section = build_populations(read_results(run.files.values()))
    text = words_of(section)
    assert "values per base are not assessed" in text
    assert "not assessed: the variants" not in text
    assert "Tajima’s D" in "".join(
        "".join(block.header)
        for block in section.blocks
        if isinstance(block, TableView)
    )
    assert figures_of(section)[:3] == ["fst-ancestry", "fst-centre", "diversity"]


def test_sparse_variants_give_words_and_no_empty_figure(tmp_path):
    run = make_run(tmp_path / "run", n=40)
    analyse(run, tmp_path / "s", spacing=900_000, centres=[""] * 40)
    section = build_populations(read_results(run.files.values()))
    text = words_of(section)
    assert figures_of(section) == []
    assert "Centres: not assessed, the clinical sheet names no centre." in text
    assert "linkage disequilibrium: not assessed, too few pairs" in text
    assert "Not assessable: 40\u00a0samples (long runs would be found in 0 Mb" in text


def test_absent_tables_are_said_to_be_absent():
    people = pd.DataFrame({"sample_id": ["a"]})
    section = build_populations(Results({SHEET: people}))
    assert section.empty
    assert "no genotypes" in section.lead
    metrics = Results({SHEET: people, "qc/sample_metrics.tsv": people})
    assert "not compared" in build_populations(metrics).lead


@pytest.mark.parametrize("missing", ALL)
def test_any_table_may_be_absent(run, missing):
    results = read_results(run.without(missing).values())
    assert not build_populations(results).empty


@pytest.mark.parametrize("n_groups", [2, 6, 7, 30])
def test_pairs_become_a_table_of_colours_where_they_are_many(n_groups):
    rng = np.random.default_rng(n_groups)
    places = rng.normal(size=n_groups)
    rows = [
        (f"g{i}", f"g{j}", abs(places[i] - places[j]) / 10 - 0.001, np.nan)
        for i in range(n_groups)
        for j in range(i + 1, n_groups)
    ]
    table = pd.DataFrame(rows, columns=["group_1", "group_2", "fst", "se"])
    view = plot_differentiation(table, kind="centre")
    assert view.wide == (n_groups > 6)
    largest = table.sort_values("fst").iloc[-1]
    assert f"between {largest['group_1']} and {largest['group_2']}" in str(view.svg)
    assert "95 % intervals" not in view.caption


def test_lines_of_decay_are_of_one_kind_and_not_too_many():
    rows = [("all", "all", 90)]
    rows += [("centre", f"c{i:02}", 30 + i) for i in range(12)]
    decay = pd.DataFrame(rows, columns=["kind", "group", "n_samples"])
    lines = choose_lines(decay)
    assert [name for _, name in lines] == [*(f"c{i:02}" for i in range(5, 12)), "all"]
    labels = decay.assign(kind=["all", *["ancestry"] * 2, *["centre"] * 10])
    assert [kind for kind, _ in choose_lines(labels)] == ["ancestry", "ancestry", "all"]
