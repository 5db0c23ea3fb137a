"""Ancestry labels: planted people, refitting by hand, and what must stay unassigned."""

import json

import numpy as np
import pandas as pd
import pytest
from panel_cohorts import World, child_of, make_store
from scipy.stats import multivariate_t

from genostrat.qc.panel.fit import count_groups, measure_misfit
from genostrat.qc.panel.kin import find_panel_kin
from genostrat.qc.panel.labelling import label_with_panel, label_without_panel
from genostrat.qc.panel.labels import (
    MIN_GROUP,
    form_groups,
    learn_labels,
    score_samples,
)
from genostrat.qc.panel.learning import LabelOptions, choose_panel_core
from genostrat.qc.panel.record import pool_left_out, warn_of_strangers
from genostrat.qc.panel.sites import SiteRules, match_variants, share_sites
from genostrat.tables import read_table, write_json, write_table

RULES = SiteRules(min_maf=0.01, max_missing_rate=0.05, window=50, step=5, max_r2=0.5)
OPTIONS = LabelOptions(min_sites=300, min_probability=0.9, tail=0.01, sites=RULES)
SIZES = {"N": 60, "E": 60, "S": 60, "M": 60}


@pytest.fixture(scope="module")
def world():
    return World(3)


@pytest.fixture(scope="module")
def panel(world, tmp_path_factory):
    return world.panel(tmp_path_factory.mktemp("panel"), SIZES)


@pytest.fixture(scope="module")
def labelled(world, panel, tmp_path_factory):
    """Label a cohort with a few of everything."""
    rng = world.rng
    autozygous = world.people("S", 2)
    # First cousins' child: a sixteenth of the genome, in stretches, is homozygous.
    for start in (300, 1500):
        part = slice(start, start + 100)
        autozygous[part] = 2 * rng.binomial(1, autozygous[part] / 2)
    half = child_of(rng, world.people("S", 1)[:, 0], world.people("E", 1)[:, 0])
    holes = world.people("N", 1)
    holes[rng.random(3000) < 0.3] = -9
    parts = {
        **{name: world.people(name, 20) for name in SIZES},
        "other": world.people("other", 20),
        "autozygous": autozygous,
        "half": half[:, None],
        "holes": holes,
    }
    names = [
        f"{kind}{i:02}" for kind, part in parts.items() for i in range(part.shape[1])
    ]
    genotypes = np.concatenate(list(parts.values()), axis=1)
    folder = tmp_path_factory.mktemp("cohort")
    store = make_store(folder, genotypes, names=names, swapped=range(0, 3000, 7))
    return store, label_with_panel(
        store, panel[0], people=panel[1], strand_known=True, options=OPTIONS
    )


def test_people_get_the_label_of_their_population_and_others_none(labelled):
    table = labelled[1].ancestry.set_index("sample_id")
    for name in SIZES:
        own = table[table.index.str.startswith(name)]
        assert (own["ancestry"] == name).sum() >= 18, own
        assert set(own["ancestry"]) <= {name, "unassigned"}
    other = table[table.index.str.startswith("other")]
    assert set(other["ancestry"]) == {"unassigned"}
    assert set(other["unassigned_because"]) == {"fits_no_label"}
    assert other["probability"].isna().all()
    assert set(table.loc[["autozygous00", "autozygous01"], "ancestry"]) == {"S"}
    assert table.loc["half00", "ancestry"] == "unassigned"
    assert table.loc["holes00", "unassigned_because"] == "too_few_sites"
    given = table["ancestry"] != "unassigned"
    assert (table.loc[given, "probability"] >= 0.9).all()
    assert (given == (table["unassigned_because"] == "")).all()


def test_the_record_says_what_labels_are_worth(labelled, tmp_path):
    record = labelled[1].record
    write_json(tmp_path / "labels.json", record, entry="qc/labels.json")
    record = json.loads((tmp_path / "labels.json").read_text())
    assert record["panel"]["n_by_label"] == {"E": 60, "M": 60, "N": 60, "S": 60}
    ancestry = labelled[1].ancestry
    assert record["n_by_label"] == ancestry["ancestry"].value_counts().to_dict()
    reasons = ancestry["unassigned_because"].value_counts().to_dict()
    reasons.pop("")
    assert record["n_by_reason"] == reasons
    assert record["n_sites_used"] <= record["n_sites_common"] <= 3000
    assert record["n_sites_flipped"] == len(range(0, 3000, 7))
    left = record["leave_one_out"]
    assert left["accuracy"] > 0.97
    assert left["share_unassigned"] < 0.15
    assert sum(row["n"] for row in left["by_label"].values()) == 240
    assert sum(row["n"] for row in left["calibration"]) == 240
    without = record["leave_one_label_out"]["S"]
    assert without["n"] == 60
    assert without["share_unassigned"] > 0.95
    assert without["n_by_reason"]["fits_no_label"] > 50


def test_tables_follow_the_registry_and_line_up(labelled, panel, tmp_path):
    result = labelled[1]
    for name, frame in (
        ("qc/ancestry.tsv", result.ancestry),
        ("qc/panel_pcs.tsv", result.panel_pcs),
        ("qc/panel_projection.tsv", result.projection),
    ):
        path = tmp_path / name
        write_table(path, frame, table=name)
        assert len(read_table(path, table=name)) == len(frame)
    centres = result.panel_pcs.groupby("ancestry")[["PC1", "PC2"]].mean()
    own = result.projection[result.projection["sample_id"].str.startswith("S")]
    apart = np.linalg.norm(own[["PC1", "PC2"]].mean() - centres.loc["S"])
    scale = np.linalg.norm(centres.loc["S"])
    assert apart < 0.1 * scale, "the cohort is not shrunk towards the middle"
    assert result.projection.set_index("sample_id").loc["holes00"].isna().all()


def test_a_label_does_not_depend_on_who_else_is_in_the_cohort(
    labelled, panel, tmp_path
):
    store, result = labelled
    some = np.flatnonzero([not name.startswith("holes") for name in store.samples])[::9]
    genotypes = store.autosomes[0].read(np.arange(3000))[:, some]
    names = [store.samples[i] for i in some]
    alleles = store.autosomes[0].variants[["ref", "alt"]].to_numpy().tolist()
    alone = make_store(tmp_path, genotypes, names=names, alleles=map(tuple, alleles))
    again = label_with_panel(
        alone, panel[0], people=panel[1], strand_known=True, options=OPTIONS, threads=2
    )
    whole = result.ancestry.set_index("sample_id").loc[names].reset_index()
    assert again.record["n_sites_used"] == result.record["n_sites_used"]
    pd.testing.assert_frame_equal(again.ancestry, whole, rtol=1e-6)


def test_copies_and_children_of_panel_members_are_placed_like_anybody(
    world, panel, tmp_path
):
    store, people, genotypes = panel
    copies = genotypes[:, 60:90]
    children = [
        child_of(world.rng, genotypes[:, i], genotypes[:, i + 1])
        for i in range(60, 90, 2)
    ]
    both = np.column_stack([copies, *children])
    names = [f"c{i:02}" for i in range(45)]
    cohort = make_store(tmp_path, both, names=names)
    result = label_with_panel(
        cohort, store, people=people, strand_known=True, options=OPTIONS
    )
    assert result.record["n_with_kin_in_panel"] == 45
    theirs = result.panel_pcs.set_index("sample_id").iloc[60:90, 2:].to_numpy()
    ours = result.projection.set_index("sample_id").to_numpy()
    spread = theirs.std(axis=0)
    # Components of noise are not told from one another; those that are used are.
    for component in (0, 1):
        error = np.abs(ours[:30, component] - theirs[:, component])
        assert error.max() < 0.25 * spread[component]
    parents = theirs.reshape(15, 2, -1).mean(axis=1)
    assert np.abs((ours[30:] - parents)[:, :2].mean(axis=0)).max() < spread.max()
    assert (result.ancestry["ancestry"] == "E").sum() >= 40


def test_kin_in_the_panel_are_found_with_their_kinship(world, panel, tmp_path):
    store, _, genotypes = panel
    child = child_of(world.rng, genotypes[:, 3], genotypes[:, 4])
    both = np.column_stack([genotypes[:, 7], child, world.people("S", 30)])
    both[::11, 0] = -9
    names = [f"c{i:02}" for i in range(32)]
    cohort = make_store(tmp_path, both, names=names, swapped=range(0, 3000, 3))
    sites = share_sites(
        store, cohort, core=np.ones(240, bool), strand_known=True, rules=RULES
    )
    kin = find_panel_kin(cohort, store, sites)
    pairs = set(zip(kin.cohort.tolist(), kin.panel.tolist(), strict=True))
    assert pairs == {(0, 7), (1, 3), (1, 4)}
    by_pair = dict(
        zip(zip(kin.cohort, kin.panel, strict=True), kin.kinship, strict=True)
    )
    assert by_pair[0, 7] == 0.5
    assert by_pair[1, 3] == pytest.approx(0.25, abs=0.06)


def test_too_few_sites_leave_everybody_unassigned_and_say_so(world, panel, tmp_path):
    genotypes = world.people("N", 5)[:250]
    store = make_store(tmp_path, genotypes, names=list("abcde"))
    result = label_with_panel(
        store, panel[0], people=panel[1], strand_known=True, options=OPTIONS
    )
    assert set(result.ancestry["unassigned_because"]) == {"too_few_sites"}
    assert "too few" in result.record["reason"]
    assert not result.record["assessable"]
    write_table(tmp_path / "p.tsv", result.panel_pcs, table="qc/panel_pcs.tsv")
    assert (tmp_path / "p.tsv").read_text().count("\n") == 1


def test_without_a_panel_nobody_has_a_label(tmp_path):
    result = label_without_panel(["a", "b"])
    write_table(tmp_path / "a.tsv", result.ancestry, table="qc/ancestry.tsv")
    table = read_table(tmp_path / "a.tsv", table="qc/ancestry.tsv")
    assert list(table["ancestry"]) == ["unassigned", "unassigned"]
    assert table["probability"].isna().all()
    assert set(table["unassigned_because"]) == {"no_panel"}


def test_panel_members_are_judged_as_if_the_rest_had_been_learnt_alone():
    rng = np.random.default_rng(6)
    x = np.concatenate([rng.normal(c, 1, (30, 3)) for c in (0, 2, 6)])
    ancestry = np.repeat(["a", "b", "c"], 30)
    core = np.ones(90, bool)
    groups = form_groups(ancestry, [""] * 90, core=core)
    model, scores = learn_labels(x, groups=groups)
    for one in (0, 31, 75):
        rest = core.copy()
        rest[one] = False
        again, _ = learn_labels(x, groups=form_groups(ancestry, [""] * 90, core=rest))
        # The covariance within groups and the power are the whole panel's.
        again = type(again)(
            again.groups,
            again.sizes,
            again.means,
            again.scatters,
            model.common,
            model.power,
        )
        slow = score_samples(x[[one]], model=again)
        np.testing.assert_allclose(slow.probability[0], scores.probability[one])
        np.testing.assert_allclose(slow.closeness[0], scores.closeness[one])


def test_densities_are_those_of_the_predictive_t():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(50, 2)) @ np.array([[2, 0.5], [0, 1]])
    ancestry = np.repeat(["a", "b"], 25)
    x[25:] += 1
    groups = form_groups(ancestry, [""] * 50, core=np.ones(50, bool))
    model, _ = learn_labels(x, groups=groups)
    new = rng.normal(size=(5, 2))
    densities = []
    for g in (0, 1):
        freedom = 25 + 3
        shape = (model.common + model.scatters[g]) * (1 + 1 / 25) / freedom
        density = multivariate_t(model.means[g], shape, df=freedom)
        densities.append(model.power * density.logpdf(new))
    ours = score_samples(new, model=model).probability
    theirs = 1 / (1 + np.exp(densities[1] - densities[0]))
    np.testing.assert_allclose(ours[:, 0], theirs, rtol=1e-9)


def test_probabilities_are_true_on_overlapping_labels():
    rng = np.random.default_rng(8)
    x = np.concatenate([rng.normal(c, 1, (400, 2)) for c in (0, 1.5)])
    groups = form_groups(
        np.repeat(["a", "b"], 400), [""] * 800, core=np.ones(800, bool)
    )
    _, scores = learn_labels(x, groups=groups)
    best, truth = scores.probability.argmax(1), np.repeat([0, 1], 400)
    probability = scores.probability.max(1)
    assert abs(probability.mean() - (best == truth).mean()) < 0.03


def test_a_reader_is_warned_of_strangers_who_would_get_a_label():
    left_out = {
        "A": {"n": 50, "share_unassigned": 0.96, "n_called": {"B": 2}},
        "B": {"n": 50, "share_unassigned": 0.4, "n_called": {"A": 10, "C": 20}},
    }
    (warning,) = warn_of_strangers(left_out, n_sites=400)
    assert "if the panel had no B, 60% of them" in warning
    assert "most often C" in warning
    assert pool_left_out(left_out) == pytest.approx(0.68)


def test_groups_are_populations_of_some_size_and_the_rest_of_a_label():
    ancestry = ["a"] * (MIN_GROUP + 5) + ["b"] * 12
    population = ["x"] * MIN_GROUP + ["y"] * 5 + [""] * 12
    groups = form_groups(ancestry, population, core=np.ones(len(ancestry), bool))
    assert list(zip(groups.names, groups.label_of, strict=True)) == [
        ("", 0),
        ("x", 0),
        ("", 1),
    ]
    rest = groups.without(0)
    assert rest.labels == ["b"]
    assert list(rest.group_of[:25]) == [-1] * 25
    assert list(rest.label_of_sample[25:]) == [0] * 12


def test_misfit_is_its_formula_and_rises_with_drift(world, panel, tmp_path):
    store, people, genotypes = panel
    rows = {"1": np.arange(3000)}
    own = (people["ancestry"] == "N").to_numpy()
    group_of = np.where(own, 0, -1)
    counts = count_groups(store, rows=rows, group_of=group_of, n_groups=1)
    np.testing.assert_array_equal(counts.alleles["1"][:, 0], genotypes[:, own].sum(1))
    members = measure_misfit(
        store, counts, rows=rows, group_of=group_of, are_members=True
    )
    assert np.isnan(members[~own]).all()
    assert members[own].mean() == pytest.approx(0.93, abs=0.07)
    one = int(np.flatnonzero(own)[0])
    g = genotypes[:, one]
    p = (genotypes[:, own].sum(1) - g + 0.5) / (2 * 59 + 1)
    seen, expected = (g - 2 * p) ** 2, 2 * p * (1 - p)
    ratios = np.sort(seen.reshape(100, 30).sum(1) / expected.reshape(100, 30).sum(1))
    assert members[one] == pytest.approx(ratios[:75].mean())
    strangers = make_store(
        tmp_path, world.people("other", 20), names=[f"t{i}" for i in range(20)]
    )
    theirs = measure_misfit(
        strangers, counts, rows=rows, group_of=np.zeros(20, np.intp), threads=2
    )
    assert theirs.min() > members[own].max()


def variants(rows):
    return pd.DataFrame(rows, columns=["position", "ref", "alt"])


def test_variants_match_by_place_and_alleles():
    panel = variants(
        [
            (1, "A", "G"),
            (2, "A", "G"),
            (3, "A", "T"),
            (4, "A", "G"),
            (5, "A", "G"),
            (6, "A", "AT"),
            (7, "A", "C"),
            (7, "A", "G"),
            (8, "C", "T"),
        ]
    )
    cohort = variants(
        [
            (2, "G", "A"),
            (3, "T", "A"),
            (4, "T", "C"),
            (5, "A", "C"),
            (6, "A", "AT"),
            (7, "A", "C"),
            (7, "A", "G"),
            (8, "C", "T"),
            (1, "A", "G"),
        ]
    )
    known = match_variants(panel, cohort, strand_known=True)
    assert known["panel"].tolist() == [0, 1, 2, 8]
    assert known["cohort"].tolist() == [8, 0, 1, 7]
    assert known["flipped"].tolist() == [False, True, True, False]
    unknown = match_variants(panel, cohort, strand_known=False)
    assert unknown["panel"].tolist() == [0, 1, 2, 3, 8]
    assert unknown["palindromic"].tolist() == [False, False, True, False, False]


def test_of_two_close_relatives_in_a_panel_one_makes_components(world, tmp_path):
    people = world.people("N", 30)
    child = child_of(world.rng, people[:, 0], people[:, 1])
    both = np.column_stack([people, child, people[:, 5]])
    store = make_store(tmp_path, both, names=[f"s{i:02}" for i in range(32)])
    core = choose_panel_core(store, RULES)
    assert core.sum() == 30
    assert not core[30]
