"""Kinship in families of mixed ancestry, and the stretches that relatives share."""

import numpy as np
import pandas as pd
import pytest
from genotype_stores import write_store

from genostrat.qc.adjusted.kinship import adjust_kinship, count_components
from genostrat.qc.adjusted.segments import LARGEST_GAP, measure_segments
from genostrat.qc.components.ancestry import AncestryOptions, compute_pcs
from genostrat.qc.relatedness.kinship import KinshipOptions, find_relatives
from genostrat.qc.relatedness.relationships import choose_unrelated
from genostrat.report.words.kinship import describe_adjustment
from genostrat.sheets.pedigree import read_pedigree

OPTIONS = KinshipOptions(
    min_kinship=0.0442, min_sites=1000, min_maf=0.05, max_missing_rate=0.05
)
ANCESTRY = AncestryOptions(10, 500, 0.05, 0.05, 50, 5, 0.5)
N_CHROMOSOMES, LENGTH = 22, 100_000_000


class Mixture:
    """Two peoples of F_ST 0.12, and families across them."""

    def __init__(self, seed, *, n_sites=6600):
        self.rng = np.random.default_rng(seed)
        ancestral = self.rng.uniform(0.1, 0.9, n_sites)
        shape = 0.88 / 0.12
        self.frequencies = [
            self.rng.beta(shape * ancestral, shape * (1 - ancestral)) for _ in "AB"
        ]
        self.n_each = n_sites // N_CHROMOSOMES
        self.people = {}

    def founder(self, people):
        draws = self.rng.random((2, len(self.frequencies[0])))
        return (draws < self.frequencies[people]).astype(np.int8)

    def gamete(self, parent):
        passed = np.empty(parent.shape[1], np.int8)
        for start in range(0, len(passed), self.n_each):
            cuts = self.rng.choice(self.n_each, self.rng.poisson(1)) + start
            copy, low = self.rng.integers(2), start
            for high in [*np.sort(cuts), start + self.n_each]:
                passed[low:high] = parent[copy, low:high]
                copy, low = 1 - copy, high
        return passed

    def child(self, one, two):
        return np.stack([self.gamete(one), self.gamete(two)])

    def write(self, folder):
        names = sorted(self.people)
        calls = np.stack([self.people[name].sum(axis=0) for name in names], axis=1)
        positions = np.linspace(1, LENGTH, self.n_each).astype(int).tolist()
        contigs = {
            str(number + 1): (positions, calls[number * self.n_each :][: self.n_each])
            for number in range(N_CHROMOSOMES)
        }
        return write_store(folder, contigs, samples=names)


def measure(store):
    sheet = pd.DataFrame({"sample_id": store.samples, "sex": ""})
    pairs, _ = find_relatives(store, options=OPTIONS, pedigree=read_pedigree(sheet))
    unrelated, _ = choose_unrelated(
        store.samples, pairs, min_kinship=0.0884, call_rate={}
    )
    pcs, components = compute_pcs(
        store, unrelated=unrelated, pairs=pairs, options=ANCESTRY
    )
    table, record = adjust_kinship(
        store,
        pairs=pairs,
        pcs=pcs,
        components=components,
        unrelated=unrelated,
        options=OPTIONS,
        ancestry=ANCESTRY,
    )
    return table.set_index(["sample_1", "sample_2"]), record


@pytest.fixture(scope="module")
def families(tmp_path_factory):
    made = Mixture(5)
    for number in range(80):
        made.people[f"a{number:02}"] = made.founder(0)
        made.people[f"b{number:02}"] = made.founder(1)
    second = []
    for number in range(16):
        shared = made.founder(0)
        pair = f"h{number:02}1", f"h{number:02}2"
        made.people[pair[0]] = made.child(shared, made.founder(0))
        made.people[pair[1]] = made.child(shared, made.founder(1))
        second.append(pair)
        old = made.founder(1)
        pair = f"g{number:02}1", f"g{number:02}2"
        made.people[pair[0]] = old
        parent = made.child(old, made.founder(0))
        made.people[pair[1]] = made.child(parent, made.founder(0))
        second.append(pair)
    # of the same mixture and not related at all
    mixed = []
    for number in range(30):
        mixed.append(f"m{number:02}")
        made.people[mixed[-1]] = made.child(made.founder(0), made.founder(1))
    store = made.write(tmp_path_factory.mktemp("families"))
    return measure(store), second, set(mixed)


def test_relatives_of_different_ancestry_keep_their_degree(families):
    (table, record), second, _ = families
    by_king = sum(table["relationship"].get(pair) == "second" for pair in second)
    adjusted = [table["relationship_adjusted"].get(pair, "") for pair in second]
    assert by_king <= 0.6 * len(second), "else there is nothing to correct"
    assert adjusted.count("second") >= 0.85 * len(second)
    assert set(adjusted) <= {"second", "third", "first"}
    mean = np.mean([table["kinship_adjusted"][pair] for pair in second])
    assert mean == pytest.approx(0.125, abs=0.01)
    assert record["assessable"]
    assert record["n_components"] == 1, "families are no ancestry"
    assert record["n_new"] == int(table["kinship"].isna().sum())


def test_people_of_the_same_mixture_are_not_relatives(families):
    (table, _), second, mixed = families
    of_mixed = table[[set(pair) <= mixed for pair in table.index]]
    assert len(of_mixed) > 10, "else KING took none of them for relatives"
    assert (of_mixed["relationship_adjusted"] == "").mean() > 0.95
    strangers = table[~table.index.isin(second)]
    assert (strangers["relationship_adjusted"] != "").sum() <= 2


def test_one_people_is_measured_without_components(tmp_path):
    made = Mixture(3, n_sites=2200)
    for number in range(60):
        made.people[f"a{number:02}"] = made.founder(0)
    made.people["kid"] = made.child(made.people["a00"], made.people["a01"])
    store = made.write(tmp_path)
    table, record = measure(store)
    assert record["n_components"] == 0
    assert table["relationship_adjusted"].to_dict() == {
        ("a00", "kid"): "first",
        ("a01", "kid"): "first",
    }


def test_noise_makes_no_component():
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(200, 5000))
    shares = np.linalg.svd(noise, compute_uv=False) ** 2
    shares /= shares.sum()
    assert count_components(shares[:10], n_samples=200, n_sites=5000) == 0
    noise[:100, :500] += 1
    shares = np.linalg.svd(noise - noise.mean(0), compute_uv=False) ** 2
    shares /= shares.sum()
    assert count_components(shares[:10], n_samples=200, n_sites=5000) == 1


def test_too_little_says_why(tmp_path):
    made = Mixture(3, n_sites=2200)
    for number in range(12):
        made.people[f"a{number:02}"] = made.founder(0)
    table, record = measure(made.write(tmp_path))
    assert table.empty
    (text,) = describe_adjustment(record)
    assert "too few unrelated samples" in text
    assert describe_adjustment(None) == []
    assert describe_adjustment(record | {"assessable": True}) == []
    found = record | {"assessable": True, "n_changed": 1, "n_new": 2}
    (text,) = describe_adjustment(found)
    assert "1\N{NO-BREAK SPACE}listed pair is" in text
    assert "2\N{NO-BREAK SPACE}pairs that KING" in text


def test_stretches_of_a_parent_a_grandparent_and_a_stranger(tmp_path):
    made = Mixture(9, n_sites=2500 * N_CHROMOSOMES)
    old, other, third, stranger = (made.founder(0) for _ in range(4))
    parent = made.child(old, other)
    people = {"old": old, "parent": parent, "kid": made.child(parent, third)}
    made.people = people | {"stranger": stranger}
    calls = made.people["kid"].copy()
    wrong = calls.copy()
    homozygous = np.flatnonzero(calls[0] == calls[1])
    chosen = homozygous[homozygous % 2500 == 1250]  # one error amid a chromosome
    wrong[:, chosen] = 1 - wrong[:, chosen]
    made.people["misread"] = wrong
    store = made.write(tmp_path)
    rows = {c.name: np.arange(made.n_each) for c in store.autosomes}
    names = [("kid", "parent"), ("kid", "old"), ("kid", "stranger"), ("kid", "misread")]
    pairs = pd.DataFrame(names, columns=["sample_1", "sample_2"])
    found = measure_segments(store, pairs, rows=rows)
    whole = N_CHROMOSOMES * LENGTH / 1e6
    near, far, none, same = found["shared_mb"]
    assert near == pytest.approx(whole, rel=1e-3)
    assert found["n_segments"][0] == N_CHROMOSOMES
    assert same == pytest.approx(whole, rel=1e-3), "one error cuts no stretch in two"
    assert 0.25 * whole < far < 0.75 * whole
    assert none == found["n_segments"][2] == 0
    assert found["longest_mb"][1] <= 100
    # Of a gap as wide as a centromere nobody knows, so it is not shared.
    gap = range(1000, 1750)
    gapped = {name: np.delete(own, gap) for name, own in rows.items()}
    seen = measure_segments(store, pairs, rows=gapped)
    hidden = N_CHROMOSOMES * (LENGTH / 1e6 * 751 / 2499 - LARGEST_GAP / 1e6)
    assert seen["shared_mb"][0] == pytest.approx(whole - hidden, rel=1e-3)
    assert seen["longest_mb"][0] == pytest.approx(seen["shared_mb"][0] / N_CHROMOSOMES)
    sparse = {name: own[::3] for name, own in rows.items()}
    assert measure_segments(store, pairs, rows=sparse).isna().all(axis=None)


@pytest.mark.parametrize(
    ("shares", "n_samples", "n"),
    [
        ([1.0, 0.0], 50, 1),  # the first leaves nothing
        ([0.6, 0.4, 0.0], 50, 2),
        ([0.95, 0.05], 3, 1),  # two samples beside one component, then one
        ([1.0], 2, 0),
        ([], 50, 0),
    ],
)
def test_components_are_counted_while_samples_and_variance_are_left(
    shares, n_samples, n
):
    assert count_components(shares, n_samples=n_samples, n_sites=1000) == n
