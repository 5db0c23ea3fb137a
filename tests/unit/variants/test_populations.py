"""Population genetics against scikit-allel, plink2, msprime and brute force."""

import subprocess
from math import comb

import allel
import msprime
import numpy as np
import pandas as pd
import pytest
from genotype_stores import write_store
from hypothesis import given, settings
from hypothesis import strategies as st
from plink_files import needs_plink2

from genostrat.genotypes.kinds import find_biallelic_snvs
from genostrat.genotypes.store import Store, write_contig
from genostrat.tables import read_table, write_table
from genostrat.variants.populations.counting import count_alleles
from genostrat.variants.populations.describe import (
    Options,
    compare_strata,
    describe_populations,
)
from genostrat.variants.populations.diversity import Diversity, tajima_d
from genostrat.variants.populations.groups import ALL, choose_groups
from genostrat.variants.populations.linkage import EDGES, measure_decay
from genostrat.variants.populations.spectrum import Spectrum, harmonic

PER_STRETCH = 40


def draw(rng, n_variants, sizes, *, missing=0.0, f=0.1):
    """Draw genotypes of populations at Balding-Nichols distance f from each other."""
    p = rng.uniform(0.05, 0.95, n_variants)
    blocks = []
    for size in sizes:
        own = rng.beta(p * (1 - f) / f, (1 - p) * (1 - f) / f)
        blocks.append(rng.binomial(2, own[:, None], (n_variants, size)))
    genotypes = np.hstack(blocks).astype(np.int8)
    genotypes[rng.random(genotypes.shape) < missing] = -9
    return genotypes


def spread(n_variants):
    """Return positions of so many variants, PER_STRETCH in each stretch of 5 Mb."""
    places = np.arange(n_variants)
    return places // PER_STRETCH * 5_000_000 + places % PER_STRETCH * 50_000 + 1


def label(samples, sizes, names):
    return pd.Series(np.repeat(names, sizes), index=samples)


def counts_of(genotypes):
    called = genotypes >= 0
    alt = np.where(called, genotypes, 0).sum(axis=1)
    return np.stack([2 * called.sum(axis=1) - alt, alt], axis=1)


def options(**changes):
    return Options(
        **{
            "min_group_samples": 10,
            "ascertained": False,
            "accessible_bases": 0,
            "max_missing_rate": 0.2,
        }
        | changes
    )


def describe(store, labels, *, unrelated=None, kind="centre", **changes):
    sheet = pd.DataFrame({"sample_id": store.samples, "centre": "", "ancestry": ""})
    sheet[kind] = labels.reindex(store.samples).to_numpy()
    return describe_populations(
        store,
        sheet=sheet[["sample_id", "centre"]],
        ancestry=sheet[["sample_id", "ancestry"]],
        unrelated=store.samples if unrelated is None else unrelated,
        options=options(**changes),
    )


@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_fst_and_its_error_are_those_of_scikit_allel(tmp_path, missing):
    rng = np.random.default_rng(1)
    sizes = (30, 14, 22)
    one, two = (draw(rng, n, sizes, missing=missing) for n in (800, 400))
    store = write_store(tmp_path, {"1": (spread(800), one), "3": (spread(400), two)})
    names = label(store.samples, sizes, ["b", "a", "c"])
    found = describe(store, names, max_missing_rate=1.0)
    table = found.fst.set_index(["group_1", "group_2"])
    places = {"b": slice(0, 30), "a": slice(30, 44), "c": slice(44, 66)}
    whole = np.vstack([one, two])
    for (first, second), row in table.iterrows():
        pair = [counts_of(whole[:, places[name]]) for name in (first, second)]
        fst, error, *_ = allel.average_hudson_fst(*pair, blen=PER_STRETCH)
        assert row["fst"] == pytest.approx(fst, rel=1e-12)
        assert row["se"] == pytest.approx(error, rel=1e-9)
        assert row["n_stretches"] == 30
        assert (row["n_1"], row["n_2"]) == tuple(
            len(range(66)[places[n]]) for n in (first, second)
        )
    assert list(table.index) == [("a", "b"), ("a", "c"), ("b", "c")]


@needs_plink2
def test_fst_is_that_of_plink2(tmp_path):
    rng = np.random.default_rng(2)
    sizes = (40, 25)
    genotypes = draw(rng, 1200, sizes, missing=0.03)
    store = write_store(tmp_path / "store", {"1": (spread(1200), genotypes)})
    names = label(store.samples, sizes, ["north", "south"])
    groups = tmp_path / "groups.tsv"
    names.rename_axis("#IID").rename("centre").to_csv(groups, sep="\t")
    command = ["plink2", "--pfile", str(store.folder / "1"), "--pheno", str(groups)]
    command += ["--fst", "centre", "method=hudson", f"blocksize={PER_STRETCH}"]
    out = tmp_path / "out"
    subprocess.run([*command, "--out", str(out)], check=True, capture_output=True)
    theirs = pd.read_csv(f"{out}.fst.summary", sep="\t").iloc[0]
    ours = describe(store, names).fst.iloc[0]
    assert ours["fst"] == pytest.approx(theirs["HUDSON_FST"], rel=2e-5)
    assert ours["se"] == pytest.approx(theirs["SE"], rel=0.02)


def test_fst_finds_the_planted_distance_and_none_where_there_is_none(tmp_path):
    rng = np.random.default_rng(3)
    sizes = (60, 60, 60)
    apart, alike = draw(rng, 4000, sizes[:2], f=0.05), draw(rng, 4000, sizes[:1])
    genotypes = np.hstack([apart, alike])
    genotypes[:, 120:] = rng.permuted(genotypes[:, :120], axis=1)[:, :60]
    store = write_store(tmp_path, {"2": (spread(4000)[:2000], genotypes[:2000])})
    names = label(store.samples, sizes, ["x", "y", "z"])
    fst = describe(store, names).fst.set_index(["group_1", "group_2"])
    assert abs(fst.loc[("x", "y"), "fst"] - 0.05) < 4 * fst.loc[("x", "y"), "se"]
    half = names.iloc[:60].copy()
    half.iloc[::2] = "odd"
    none = describe(store, half, unrelated=store.samples[:60]).fst.iloc[0]
    assert abs(none["fst"]) < 4 * none["se"]


def test_small_groups_relatives_and_the_unassigned_are_left_out_and_said(tmp_path):
    rng = np.random.default_rng(4)
    genotypes = draw(rng, 600, (40,))
    store = write_store(tmp_path, {"1": (spread(600), genotypes)})
    names = label(store.samples, (15, 9, 10, 6), ["a", "b", "unassigned", ""])
    # Two of a's samples are relatives of others.
    unrelated = store.samples[2:]
    found = describe(store, names, unrelated=unrelated, kind="ancestry")
    pair = found.fst.iloc[0]
    assert len(found.fst) == 1
    assert np.isnan(pair["fst"])
    assert pair["reason"] == "b: 9 unrelated people, fewer than 10"
    sizes = found.diversity.set_index(["kind", "group"])["n_samples"]
    assert sizes.to_dict() == {
        ("all", "all"): 38,
        ("ancestry", "a"): 13,
        ("ancestry", "b"): 9,
    }
    assert found.record["groups"]["ancestry"] == {"n": 2, "n_assessed": 1}
    assert found.record["groups"]["centre"] == {"n": 0, "n_assessed": 0}


def test_of_many_groups_the_largest_are_assessed(monkeypatch):
    monkeypatch.setattr("genostrat.variants.populations.groups.MOST_GROUPS", 2)
    samples = [f"s{i}" for i in range(60)]
    names = label(samples, (10, 20, 30), ["a", "b", "c"])
    groups = choose_groups(
        samples, unrelated=samples, labels={"centre": names}, min_samples=5
    )
    assert [(g.name, bool(g.reason)) for g in groups] == [
        *((ALL, False), ("a", True), ("b", False), ("c", False))
    ]


@pytest.mark.parametrize("missing", [0.0, 0.15])
def test_diversity_by_brute_force(tmp_path, missing):
    rng = np.random.default_rng(5)
    genotypes = draw(rng, 500, (25, 12), missing=missing, f=0.3)
    store = write_store(tmp_path, {"5": (spread(500), genotypes)})
    found = describe(
        store,
        label(store.samples, (25, 12), ["a", "b"]),
        max_missing_rate=1.0,
        accessible_bases=1_000_000,
    )
    for name, part in (("a", genotypes[:, :25]), ("b", genotypes[:, 25:])):
        row = found.diversity.set_index("group").loc[name]
        differences, theta, few = 0.0, 0.0, 0.0
        counts = counts_of(part)
        for r, a in counts:
            n = r + a
            differences += 2 * r * a / (n * (n - 1)) if n > 1 else 0
            if r and a:
                theta += 1 / sum(1 / j for j in range(1, n))
                if n >= 20:
                    few += 1 - (comb(r, 20) + comb(a, 20)) / comb(n, 20)
        assert row["pi"] == pytest.approx(differences)
        assert row["theta_w"] == pytest.approx(theta)
        assert row["n_segregating"] == (counts > 0).all(axis=1).sum()
        assert row["n_segregating_rarefied"] == pytest.approx(few)
        assert row["pi_per_base"] == pytest.approx(differences / 1e6)
        if not missing:
            assert row["tajima_d"] == pytest.approx(allel.tajima_d(counts))
    span = spread(500)[-1]
    assert found.diversity["pi_per_kb"].iloc[0] == pytest.approx(
        found.diversity["pi"].iloc[0] / span * 1000
    )


@given(
    counts=st.lists(st.integers(0, 24), min_size=3, max_size=40),
)
@settings(max_examples=60, deadline=None)
def test_tajimas_d_is_that_of_scikit_allel(counts):
    table = np.array([[24 - a, a] for a in counts])
    varies = (table > 0).all(axis=1).sum()
    if varies < 3:
        return
    pi = allel.mean_pairwise_difference(table).sum()
    ours = tajima_d(pi, varies / harmonic(24)[24], varies, n_chromosomes=24)
    assert ours == pytest.approx(allel.tajima_d(table))


def test_rarefying_makes_groups_of_one_population_alike(tmp_path):
    """With more samples more rare variants are seen, so that D falls by itself."""
    # From ten thousand to a million people in a hundred generations.
    growth = np.log(100) / 100
    history = msprime.Demography.isolated_model([1_000_000], growth_rate=[growth])
    history.add_population_parameters_change(
        time=100, initial_size=10_000, growth_rate=0
    )
    genotypes = simulate(history, 340, seed=6)
    store = write_store(tmp_path, {"1": genotypes})
    names = label(store.samples, (300, 40), ["many", "few"])
    rows = describe(store, names).diversity.set_index("group")
    difference = rows["tajima_d"]["many"] - rows["tajima_d"]["few"]
    rarefied = rows["tajima_d_rarefied"]["many"] - rows["tajima_d_rarefied"]["few"]
    assert difference < -0.3
    assert abs(rarefied) < abs(difference) / 3


def simulate(demography, n_samples, *, seed, length=3e6):
    """Return positions and genotypes of people of one population."""
    trees = msprime.sim_ancestry(
        n_samples,
        demography=demography,
        sequence_length=length,
        recombination_rate=1e-8,
        random_seed=seed,
    )
    trees = msprime.sim_mutations(
        trees, rate=1.25e-8, random_seed=seed, model=msprime.BinaryMutationModel()
    )
    haplotypes = trees.genotype_matrix()
    genotypes = haplotypes[:, ::2] + haplotypes[:, 1::2]
    positions = trees.sites_position.astype(int) + 1
    _, first = np.unique(positions, return_index=True)
    return positions[first], genotypes[first]


def spectrum_of(folder, positions, genotypes):
    store = write_store(folder, {"1": (positions, genotypes)})
    groups = choose_groups(
        store.samples, unrelated=store.samples, labels={}, min_samples=5
    )
    spectrum = Spectrum(2 * groups[0].size)
    for block in count_alleles(store, groups, max_missing_rate=0.05):
        spectrum.add(block)
    return spectrum


@pytest.mark.parametrize("n_samples", [10, 60])
def test_sites_that_were_chosen_are_told_from_sequencing(tmp_path, n_samples):
    constant = msprime.Demography.isolated_model([10_000])
    # A twentieth of the people for sixty generations: more than in any of 1000 Genomes.
    founders = msprime.Demography.isolated_model([20_000])
    founders.add_population_parameters_change(time=60, initial_size=1000)
    founders.add_population_parameters_change(time=120, initial_size=20_000)
    for name, history, low, high in (
        ("constant", constant, 0.8, 1.25),
        ("founders", founders, 0.55, 1.1),
    ):
        positions, genotypes = simulate(history, n_samples, seed=7)
        found = spectrum_of(tmp_path / name, positions, genotypes)
        assert low < found.part < high
        assert found.verdict == "unselected"
        frequency = genotypes.mean(axis=1) / 2
        common = np.minimum(frequency, 1 - frequency) > 0.05
        chosen = spectrum_of(
            tmp_path / f"{name}_chosen", positions[common], genotypes[common]
        )
        # Of ten people two copies are 10 %, so a filter of 5 % leaves half of the rare.
        if n_samples > 10:
            assert chosen.verdict == "ascertained"


def test_what_needs_rare_variants_is_not_told_of_chosen_sites(tmp_path):
    rng = np.random.default_rng(8)
    genotypes = draw(rng, 500, (30,))
    store = write_store(tmp_path, {"1": (spread(500), genotypes)})
    nobody = pd.Series("", index=store.samples)
    found = describe(store, nobody, ascertained="auto")
    row = found.diversity.iloc[0]
    assert found.record["sites"]["verdict"] == "ascertained"
    assert row["spectrum_reason"] == "the variants were chosen for being common"
    told = ["pi", "theta_w", "tajima_d", "pi_per_kb", "tajima_d_rarefied"]
    assert row[told].isna().all()
    assert row["heterozygosity"] > 0
    forced = describe(store, nobody, ascertained=False)
    assert (
        forced.record["sites"] | {"reason": "", "by": "config"}
        == forced.record["sites"]
    )
    assert forced.diversity[told].notna().all(axis=None)
    few = describe(
        store,
        nobody,
        unrelated=store.samples[:8],
        min_group_samples=5,
        ascertained="auto",
    )
    assert few.record["sites"]["verdict"] == "not_assessable"
    assert few.diversity[told].isna().all(axis=None)


def test_decay_by_brute_force(tmp_path):
    rng = np.random.default_rng(9)
    n = 120
    base = rng.random((n, 2 * 40)) < rng.uniform(0.2, 0.8, (n, 1))
    for row in range(1, n):
        copied = rng.random(80) < 0.7
        base[row, copied] = base[row - 1, copied]
    genotypes = (base[:, ::2].astype(int) + base[:, 1::2]).astype(np.int8)
    genotypes[rng.random(genotypes.shape) < 0.02] = -9
    positions = np.sort(rng.choice(900_000, n, replace=False)) + 1
    store = write_store(tmp_path, {"7": (positions, genotypes)})
    groups = choose_groups(
        store.samples, unrelated=store.samples, labels={}, min_samples=5
    )
    table = measure_decay(store, groups, max_missing_rate=0.2).set_index(
        "distance_high"
    )
    sums = {high: [] for high in EDGES[1:].tolist()}
    alt = np.where(genotypes < 0, 0, genotypes).sum(axis=1)
    frequency = alt / (2 * (genotypes >= 0).sum(axis=1))
    common = np.minimum(frequency, 1 - frequency) >= 0.05
    for i in range(n):
        for j in range(i + 1, n):
            both = (genotypes[i] >= 0) & (genotypes[j] >= 0)
            high = next(
                e for e in EDGES[1:].tolist() if positions[j] - positions[i] <= e
            )
            if common[i] and common[j]:
                r = np.corrcoef(genotypes[i][both], genotypes[j][both])[0, 1]
                sums[high].append(r**2)
    for high, values in sums.items():
        row = table.loc[high]
        assert row["n_pairs"] == len(values)
        if len(values) >= 50:
            assert row["r2"] == pytest.approx(np.mean(values), rel=1e-5)
            chance = 1 / 39
            adjusted = (np.mean(values) - chance) / (1 - chance)
            assert row["r2_adjusted"] == pytest.approx(adjusted, rel=1e-5)
        else:
            assert np.isnan(row["r2"])


def test_unlinked_variants_and_few_people_show_no_decay(tmp_path):
    rng = np.random.default_rng(10)
    store = write_store(
        tmp_path, {"1": (np.arange(300) * 200_000 + 1, draw(rng, 300, (50,)))}
    )
    groups = choose_groups(
        store.samples,
        unrelated=store.samples,
        labels={"centre": label(store.samples, (20, 30), ["a", "b"])},
        min_samples=10,
    )
    table = measure_decay(store, groups, max_missing_rate=0.05)
    assert table["r2"].isna().all()
    reasons = table.set_index("group")["reason"]
    assert reasons["a"] == "20 unrelated people, fewer than 30"
    assert reasons["b"] == "too few pairs of common variants within 50 kb"


def test_sites_with_several_alternates_and_indels_do_not_count(tmp_path):
    lines = [
        *("1\t10\ta\tA\tG\t.\tPASS", "1\t20\tb\tA\tG\t.\tPASS"),
        *("1\t20\tc\tA\tC\t.\tPASS", "1\t30\td\tAT\tA\t.\tPASS"),
        *("1\t40\te\tA\t.\t.\tPASS", "1\t50\tf\tC\tT\t.\tPASS"),
        *("1\t50\tg\tCA\tC\t.\tPASS", "1\t60\th\tC\tA\t.\tPASS"),
    ]
    write_contig(
        tmp_path,
        "1",
        blocks=[np.ones((8, 3), np.int8)],
        n_variants=8,
        pvar_lines=lines,
        samples=["a", "b", "c"],
        sexes=[""] * 3,
    )
    rows, positions = find_biallelic_snvs(Store(tmp_path).autosomes[0])
    assert rows.tolist() == [0, 7]
    assert positions.tolist() == [10, 60]


@pytest.mark.parametrize("threads", [1, 3])
def test_blocks_and_threads_change_nothing(tmp_path, monkeypatch, threads):
    rng = np.random.default_rng(11)
    sizes = (20, 15)
    genotypes = draw(rng, 700, sizes, missing=0.05)
    store = write_store(tmp_path, {"1": (spread(700), genotypes)})
    names = label(store.samples, sizes, ["a", "b"])
    whole = describe(store, names)
    for module in ("counting", "linkage"):
        monkeypatch.setattr(
            f"genostrat.variants.populations.{module}.BLOCK_BYTES", 35 * 9
        )
    sheet = pd.DataFrame({"sample_id": store.samples, "centre": names.to_numpy()})
    pieces = describe_populations(
        store,
        sheet=sheet,
        ancestry=sheet[["sample_id"]].assign(ancestry=""),
        unrelated=store.samples,
        options=options(),
        threads=threads,
    )
    for name in ("fst", "diversity", "ld_decay"):
        written = [getattr(found, name) for found in (whole, pieces)]
        pd.testing.assert_frame_equal(*written, rtol=1e-12)


@pytest.mark.parametrize("n_samples", [0, 1, 12])
def test_nothing_to_compare_is_said_and_not_zero(tmp_path, n_samples):
    genotypes = np.zeros((60, 12), np.int8)
    store = write_store(tmp_path, {"1": (spread(60), genotypes)})
    found = describe(
        store,
        label(store.samples, (6, 6), ["a", "b"]),
        unrelated=store.samples[:n_samples],
        min_group_samples=5,
        ascertained="auto",
    )
    for name, table in (
        ("fst", found.fst),
        ("diversity", found.diversity),
        ("ld_decay", found.ld_decay),
    ):
        path = tmp_path / f"{name}.tsv"
        write_table(path, table, table=f"variants/{name}.tsv")
        back = read_table(path, table=f"variants/{name}.tsv")
        value = {"fst": "fst", "diversity": "tajima_d", "ld_decay": "r2"}[name]
        assert back[value].isna().all()
        reason = back.get("spectrum_reason", "") if name == "diversity" else ""
        assert ((back["reason"] != "") | (reason != "")).all()


def test_strata_are_compared_by_their_assigned_patients(tmp_path):
    rng = np.random.default_rng(12)
    sizes = (20, 20)
    genotypes = draw(rng, 900, sizes)
    store = write_store(tmp_path, {"1": (spread(900), genotypes)})
    status = np.where(np.arange(40) < 37, "assigned", "ambiguous")
    assignments = pd.DataFrame(
        {
            "sample_id": [*store.samples, "no genotypes"],
            "stratum": [*np.repeat(["S1", "S2"], 20), "S1"],
            "status": [*status, "assigned"],
        }
    )
    found = compare_strata(
        store, assignments=assignments, unrelated=store.samples[1:], options=options()
    )
    row = found.iloc[0]
    assert (row["n_1"], row["n_2"]) == (19, 17)
    pair = [counts_of(genotypes[:, places]) for places in (slice(1, 20), slice(20, 37))]
    assert row["fst"] == pytest.approx(allel.average_hudson_fst(*pair, blen=40)[0])
    one = assignments.assign(stratum="")
    assert not len(
        compare_strata(
            store, assignments=one, unrelated=store.samples, options=options()
        )
    )


def test_groups_too_small_for_the_rarefied_number_of_chromosomes(tmp_path):
    """Where half of a group's genotypes are missing at a site, the site is left out."""
    rng = np.random.default_rng(13)
    genotypes = draw(rng, 300, (12,))
    genotypes[:150, 6:] = -9
    store = write_store(tmp_path, {"1": (spread(300), genotypes)})
    groups = choose_groups(
        store.samples, unrelated=store.samples, labels={}, min_samples=10
    )
    whole = Diversity(groups, n_few=20)
    for block in count_alleles(store, groups, max_missing_rate=0.6):
        whole.add(block)
    row = whole.tabulate(span=1, accessible_bases=None, spectrum_reason="").iloc[0]
    few = counts_of(genotypes[150:])
    expected = sum(
        1 - (comb(r, 20) + comb(a, 20)) / comb(24, 20) for r, a in few if r and a
    )
    assert row["n_segregating_rarefied"] == pytest.approx(expected)
