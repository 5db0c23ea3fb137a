"""Mixtures of two people by genotypes alone, in made-up cohorts."""

import numpy as np
import pandas as pd
import pytest
from genotype_stores import write_store

from genostrat.qc.components.ancestry import AncestryOptions
from genostrat.qc.mixtures import MIN_SAMPLES, _scale, find_mixtures, list_suspects
from genostrat.qc.relatedness.relationships import drop_doubtful, mark_doubtful

OPTIONS = AncestryOptions(10, 500, 0.01, 0.05, 100, 20, 0.2)
N_SITES, N_CONTIGS, N_PEOPLE = 6000, 20, 80
#: Where a tenth of 30 reads is another person's, how often a homozygote is called
#: heterozygous for one and for two alleles that differ.
FLIPS = np.array([0.0, 0.06, 0.35])


def draw_people(rng, *, shares=0.0, inbreeding=0.0):
    """Genotypes of people with shares of two ancestries, some of them inbred."""
    one = rng.uniform(0.1, 0.9, N_SITES)
    two = np.clip(one + rng.normal(0, 0.2, N_SITES), 0.02, 0.98)
    shares = np.broadcast_to(shares, N_PEOPLE)
    frequency = one[:, None] * (1 - shares) + two[:, None] * shares
    first, second = (rng.random((2, *frequency.shape)) < frequency).astype(np.int8)
    # Stretches of a fiftieth of the genome that both parents share.
    stretch = np.arange(N_SITES) * 50 // N_SITES
    same = rng.random((50, N_PEOPLE)) < np.broadcast_to(inbreeding, N_PEOPLE)
    return first + np.where(same[stretch], first, second)


def mix(rng, genotypes, hosts, guests):
    """Call hosts again whose reads are a tenth of the guests'."""
    mixed = genotypes.copy()
    for host, guest in zip(hosts, guests, strict=True):
        own, other = genotypes[:, host], genotypes[:, guest]
        flips = (own != 1) & (rng.random(N_SITES) < FLIPS[np.abs(own - other)])
        mixed[flips, host] = 1
    return mixed


def score(folder, genotypes, **metrics):
    per_contig = N_SITES // N_CONTIGS
    positions = 1_000_000 + 200_000 * np.arange(per_contig)
    store = write_store(
        folder,
        {
            str(c + 1): (positions, genotypes[c * per_contig : (c + 1) * per_contig])
            for c in range(N_CONTIGS)
        },
    )
    table = pd.DataFrame(
        {"sample_id": store.samples, "call_rate": 1.0, "contamination": np.nan}
    ).assign(**metrics)
    return find_mixtures(
        store, table, min_call_rate=0.95, max_contamination=0.05, options=OPTIONS
    )


def named(table):
    return set(np.flatnonzero(table["status"] == "mixture"))


@pytest.mark.parametrize(
    ("shares", "inbreeding"),
    [
        (0.0, 0.0),
        (np.arange(N_PEOPLE) % 5 / 4, 0.0),
        (0.0, np.arange(N_PEOPLE) % 3 / 16),
    ],
    ids=["outbred", "admixed", "inbred"],
)
def test_a_tenth_of_foreign_dna_is_found_and_nobody_else(tmp_path, shares, inbreeding):
    rng = np.random.default_rng(3)
    clean = draw_people(rng, shares=shares, inbreeding=inbreeding)
    assert not named(score(tmp_path / "clean", clean))
    hosts, guests = range(0, 16, 2), range(40, 48)
    found = score(tmp_path / "mixed", mix(rng, clean, hosts, guests))
    assert named(found) == set(hosts)
    share = found.loc[list(hosts), "flipped_share"]
    assert share.mean() == pytest.approx(FLIPS[2], abs=0.1)


def test_known_bad_samples_are_judged_and_are_no_measure(tmp_path):
    rng = np.random.default_rng(2)
    genotypes = mix(rng, draw_people(rng), range(8), range(40, 48))
    contamination = np.where(np.arange(N_PEOPLE) < 8, 0.1, 0.0)
    found = score(tmp_path, genotypes, contamination=contamination)
    assert named(found) == set(range(8))


def test_too_little_is_not_assessable(tmp_path):
    rng = np.random.default_rng(3)
    genotypes = draw_people(rng)
    few = score(tmp_path / "people", genotypes[:, :20])
    fixed = np.where(np.arange(N_SITES)[:, None] % 10 == 0, genotypes, 0)
    for found in (few, score(tmp_path / "sites", fixed)):
        assert set(found["status"]) == {"not_assessable"}
        assert found["score"].isna().all()


def test_relatives_that_a_mixture_invents_are_doubtful():
    mixtures = pd.DataFrame({"sample_id": ["A", "B"], "status": ["mixture", "ok"]})
    metrics = pd.DataFrame({"sample_id": ["C", "D"], "contamination": [0.2, np.nan]})
    suspects = list_suspects(mixtures, metrics, max_contamination=0.05)
    pairs = pd.DataFrame(
        [
            ("A", "B", "third", ""),
            ("B", "D", "first", ""),
            ("A", "C", "second", "full_siblings"),
            ("B", "C", "duplicate", ""),
        ],
        columns=["sample_1", "sample_2", "relationship", "expected"],
    )
    marked = mark_doubtful(pairs, suspects)
    assert marked["doubtful_because"].tolist() == [
        "A is a mixture by its genotypes",
        "",
        "A is a mixture by its genotypes; C is contaminated by its reads",
        "",
    ]
    assert drop_doubtful(marked).index.tolist() == [1, 2, 3]
    assert mark_doubtful(pairs[:0], suspects)["doubtful_because"].empty


@pytest.mark.parametrize("n_axes", [1, 2])
def test_a_share_is_held_against_the_nearest_people(n_axes):
    """Of two crowds apart from each other; a first axis beside others is not theirs."""
    rng = np.random.default_rng(3)
    n = 2 * MIN_SAMPLES + 100
    group = np.arange(n) % 2
    share = group + rng.normal(0, 0.01, n)
    share[0] = 0.5
    place = 100.0 * group + rng.normal(size=n)
    axes = np.column_stack([rng.normal(size=n) * 1000, place][2 - n_axes :])
    found = _scale(share, np.full(n, 0.01), axes, np.ones(n, bool))
    assert found[0] > 10
    assert np.abs(found[1:]).max() < 10
    few = np.arange(n) < MIN_SAMPLES - 1
    assert np.isnan(_scale(share, np.full(n, 0.01), axes, few)).all()
