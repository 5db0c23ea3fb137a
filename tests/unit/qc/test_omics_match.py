"""Omics profiles against genotypes: planted exchanges, noise, and sex genes."""

import numpy as np
import pandas as pd
import pytest

from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.identity.omics_associations import (
    choose_variable,
    find_associations,
    normalise_profile,
)
from genostrat.qc.identity.omics_match import match_omics
from genostrat.qc.identity.omics_sex import infer_profile_sex

N_SAMPLES = 150


def make_store(folder, genotypes):
    n_variants, n_samples = genotypes.shape
    write_contig(
        folder,
        "1",
        blocks=[genotypes.astype(np.int8)],
        n_variants=n_variants,
        pvar_lines=[f"1\t{100 + i}\tv{i}\tA\tG\t.\tPASS" for i in range(n_variants)],
        samples=[f"s{i:03}" for i in range(n_samples)],
        sexes=[""] * n_samples,
    )
    return Store(folder)


def draw_cohort(rng, *, n_variants=600, n_features=110, n_driven=70, r2=0.75):
    p = rng.uniform(0.15, 0.5, n_variants)[:, None]
    genotypes = rng.binomial(2, p, (n_variants, N_SAMPLES)).astype(np.int8)
    drivers = rng.choice(n_variants, n_driven, replace=False)
    counts = genotypes[drivers].T - 2 * p[drivers, 0]
    counts = counts / np.sqrt(2 * p[drivers, 0] * (1 - p[drivers, 0]))
    values = rng.normal(size=(N_SAMPLES, n_features))
    values[:, :n_driven] *= np.sqrt(1 - r2)
    values[:, :n_driven] += np.sqrt(r2) * counts
    # A batch that touches every feature, and units of its own for each.
    values += np.outer(np.arange(N_SAMPLES) % 2, rng.normal(0, 2, n_features))
    values = values * rng.uniform(0.5, 2, n_features) + rng.uniform(2, 9, n_features)
    genotypes[rng.random(genotypes.shape) < 0.02] = -9
    return genotypes, values


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    rng = np.random.default_rng(1)
    genotypes, values = draw_cohort(rng)
    # Two samples are one person, who was measured twice.
    genotypes[:, 3] = genotypes[:, 2]
    values[3] = values[2] + rng.normal(0, 0.1, values.shape[1])
    store = make_store(tmp_path_factory.mktemp("store"), genotypes)
    names = [f"gene{i}" for i in range(values.shape[1])]
    return store, pd.DataFrame(values, index=store.samples, columns=names)


NO_PCS = pd.DataFrame({"sample_id": []})


def match(store, layers, *, min_features=10, threads=1, seed=1, pcs=NO_PCS):
    return match_omics(
        store,
        layers,
        sexes=pd.Series(dtype=str),
        pcs=pcs,
        min_features=min_features,
        max_missing_rate=0.05,
        seed=seed,
        threads=threads,
    )


def test_profiles_fit_their_own_genotypes(cohort):
    store, matrix = cohort
    table, record = match(store, {"rna": matrix})
    assert list(table["sample_id"]) == store.samples
    assert (table["status"] == "ok").mean() > 0.98
    assert not (table["status"] == "mismatch").any()
    assert record["rna"]["n_features_used"] == 110
    assert min(record["rna"]["n_associated"]) >= 50
    # Who is in the cohort twice fits both equally well, and is still right.
    twin = table.set_index("sample_id").loc["s002"]
    assert (twin["best_match"], twin["status"]) == ("s003", "ok")


def test_exchanged_profiles_are_found_with_their_owners(cohort):
    store, matrix = cohort
    owners = dict(zip(store.samples, store.samples, strict=True))
    owners |= {"s010": "s020", "s020": "s010", "s030": "s040", "s050": "s060"}
    swapped = matrix.loc[list(owners.values())].set_axis(list(owners))
    swapped.loc["s050", swapped.columns[::2]] = np.nan
    table = match(store, {"rna": swapped.drop(index=["s070"])})[0]
    table = table.set_index("sample_id")
    wrong = table[table["status"] == "mismatch"]
    assert wrong["best_match"].to_dict() == {
        "s010": "s020",
        "s020": "s010",
        "s030": "s040",
        "s050": "s060",
    }
    assert "s070" not in table.index
    assert table.loc["s050", "n_features"] < table.loc["s010", "n_features"]


def test_noise_is_never_matched(cohort):
    store, matrix = cohort
    noise = matrix.copy()
    noise[:] = np.random.default_rng(2).normal(size=noise.shape)
    noise["constant"] = 1.0
    table, record = match(store, {"noise": noise}, min_features=1)
    assert (table["status"] == "not_assessable").all()
    assert record["noise"]["n_features_used"] == 110
    assert table["reason"].str.contains("are needed").all()


def test_strangers_rarely_score_high(tmp_path):
    rng = np.random.default_rng(3)
    genotypes, values = draw_cohort(rng, n_driven=70, r2=0.6)
    strangers = rng.permutation(N_SAMPLES)
    half = rng.random(N_SAMPLES) < 0.2
    rows = np.where(half, strangers, np.arange(N_SAMPLES))
    store = make_store(tmp_path, genotypes)
    matrix = pd.DataFrame(values[rows], index=store.samples)
    table = match(store, {"rna": matrix})[0]
    wrong = rows != np.arange(N_SAMPLES)
    assert (table["own_score"][wrong] >= 2).mean() <= 0.1
    assert not (table["status"][wrong] == "ok").any()
    assert not (table["status"][~wrong] == "mismatch").any()
    named = table[table["status"] == "mismatch"]
    assert len(named) > 0.5 * wrong.sum()
    owners = [store.samples[rows[store.samples.index(s)]] for s in named["sample_id"]]
    assert named["best_match"].tolist() == owners


def test_results_depend_on_neither_threads_nor_the_order_of_columns(cohort):
    store, matrix = cohort
    table, record = match(store, {"rna": matrix})
    again, _ = match(store, {"rna": matrix}, threads=2)
    pd.testing.assert_frame_equal(table, again)
    turned, other = match(store, {"rna": matrix[matrix.columns[::-1]]})
    assert turned["status"].tolist() == table["status"].tolist()
    assert other["rna"]["n_associated"] == record["rna"]["n_associated"]


def test_ancestry_is_not_taken_for_a_match(tmp_path):
    rng = np.random.default_rng(8)
    group = np.arange(N_SAMPLES) % 2
    p = rng.uniform(0.1, 0.9, (400, 2))
    genotypes = rng.binomial(2, p[:, group]).astype(np.int8)
    # All features differ between the ancestries, and no variant does anything.
    values = rng.normal(size=(N_SAMPLES, 12)) + 3 * group[:, None]
    store = make_store(tmp_path, genotypes)
    layers = {"rna": pd.DataFrame(values, index=store.samples)}
    blind = match(store, layers, min_features=5)[0]
    assert (blind["own_score"] > 0.3).mean() > 0.5
    axis = group - 0.5 + rng.normal(0, 0.02, N_SAMPLES)
    pcs = pd.DataFrame({"sample_id": store.samples, "PC1": axis, "PC2": ""})
    table = match(store, layers, min_features=5, pcs=pcs)[0]
    assert (table["status"] == "not_assessable").all()
    assert (table["n_features"] == 0).mean() > 0.5


def test_too_few_samples_or_no_layers_give_no_answer(cohort):
    store, matrix = cohort
    table, record = match(store, {})
    assert len(table) == 0
    assert record == {}
    table, _ = match(store, {"rna": matrix.head(39)})
    assert (table["status"] == "not_assessable").all()
    assert table["reason"].str.contains("fewer than 40 samples").all()
    table, _ = match(store, {"rna": matrix}, min_features=1000)
    assert (table["status"] == "not_assessable").all()


def test_associations_of_a_part_are_those_of_the_others():
    rng = np.random.default_rng(4)
    genotypes, values = draw_cohort(rng, n_variants=50, n_features=12, n_driven=6)
    profile = normalise_profile(values, np.empty((N_SAMPLES, 0)))
    parts = np.arange(N_SAMPLES) % 3
    found = find_associations(genotypes, profile, parts)
    for part in range(3):
        calls = np.where(genotypes < 0, np.nan, genotypes).astype(float)
        mean = np.nanmean(calls, axis=1, keepdims=True)
        calls = np.where(genotypes < 0, mean, calls)[:, parts != part]
        r = np.corrcoef(calls, profile[parts != part].T)[:50, 50:]
        freedom = (parts != part).sum() - 2
        from scipy.stats import t

        limit = t.isf(0.05 / 2 / r.size, freedom)
        best = np.abs(r).argmax(axis=0)
        strength = np.abs(r).max(axis=0)
        passed = strength * np.sqrt(freedom / (1 - strength**2)) >= limit
        pairs = dict(zip(found[part].features, found[part].variants, strict=True))
        # Linked variants may have been left out, nothing else.
        assert set(pairs) <= set(np.flatnonzero(passed))
        assert len(pairs) >= passed.sum() - 1
        assert all(best[feature] == variant for feature, variant in pairs.items())


def test_features_that_vary_most_are_taken(monkeypatch):
    monkeypatch.setattr("genostrat.qc.identity.omics_associations.MAX_FEATURES", 2)
    values = np.random.default_rng(5).normal(size=(30, 4)) * [1, 3, 0, 2]
    values[:28, 0] = np.nan
    np.testing.assert_array_equal(choose_variable(values), [1, 3])


def sex_matrix(rng, sexes, *, noise=0.3):
    female = np.array(sexes) == "female"
    n = len(sexes)
    return pd.DataFrame(
        {
            "ENSG00000229807.12|XIST": 8.0 * female + rng.normal(0, noise, n),
            "RPS4Y1": 6.0 * ~female + rng.normal(0, noise, n),
            "uty": 4.0 * ~female + rng.normal(0, noise, n),
            "XISTENCE": rng.normal(size=n),
        },
        index=[f"s{i:03}" for i in range(n)],
    )


def test_sex_is_read_from_the_genes_that_show_it():
    rng = np.random.default_rng(6)
    true = ["male", "female"] * 20
    told = pd.Series(true, index=[f"s{i:03}" for i in range(40)])
    told.iloc[[0, 1]] = ["female", "male"]
    told.iloc[2] = ""
    matrix = sex_matrix(rng, true)
    assert infer_profile_sex(matrix, told).tolist() == true
    # XXY has XIST and Y; a value half way says nothing; nothing was measured.
    matrix.loc["s004", matrix.columns[0]] = 8.0
    matrix.iloc[6] = [4.0, 3.0, 2.0, 0.0]
    matrix.iloc[8] = np.nan
    answer = infer_profile_sex(matrix, told)
    assert (answer.iloc[[4, 6, 8]] == "").all()
    assert answer.drop(answer.index[[4, 6, 8]]).tolist() == [
        sex for i, sex in enumerate(true) if i not in (4, 6, 8)
    ]


@pytest.mark.parametrize("columns", [["XISTENCE"], ["RPS4Y1"]])
def test_genes_that_do_not_tell_the_sexes_apart_say_nothing(columns):
    rng = np.random.default_rng(7)
    true = ["male", "female"] * 20
    matrix = sex_matrix(rng, true, noise=8.0)[columns]
    told = pd.Series(true, index=matrix.index)
    assert (infer_profile_sex(matrix, told) == "").all()


def test_a_layer_without_genotyped_samples_is_no_obstacle(cohort):
    store, matrix = cohort
    strangers = matrix.set_axis([f"t{i}" for i in range(N_SAMPLES)])
    table, record = match(store, {"proteins": strangers, "rna": matrix.head(50)})
    assert table["layer"].unique().tolist() == ["rna"]
    assert record["proteins"]["n_samples"] == 0
