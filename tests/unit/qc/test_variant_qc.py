"""Variant QC: planted faults by plate, poor samples, mixtures, and what is left."""

import numpy as np
import pandas as pd
import pytest
from genotype_stores import write_store

from genostrat.catalogues.quality_rules import (
    DISPROPORTION,
    LOW_VARIANT_CALL_RATE,
    UNEVEN_FREQUENCY,
    UNEVEN_HETEROZYGOSITY,
    UNEVEN_MISSINGNESS,
    VARIANT_RULES,
)
from genostrat.genotypes.blocks import count_variants, map_blocks
from genostrat.genotypes.kinds import find_biallelic_snvs, read_kinds, read_positions
from genostrat.genotypes.store import Store
from genostrat.qc.variants.counting import (
    GroupedCounts,
    count_by_group,
    sample_call_rates,
)
from genostrat.qc.variants.findings import find_uneven_heterozygosity
from genostrat.qc.variants.groups import MIN_SAMPLES, Groups, find_groups
from genostrat.qc.variants.judging import judge_variants
from genostrat.qc.variants.ledger import write_ledger
from genostrat.report.words.variant_quality import (
    describe_comparisons,
    describe_variant_quality,
    rows_of_rules,
)

POLICY = {
    "min_call_rate": 0.9,
    "max_missing_difference": 0.1,
    "min_frequency_p": 1e-8,
    "min_proportion_p": 1e-8,
    "max_mendel_error_rate": 0.1,
    "min_panel_p": 1e-8,
    "max_balance_deviation": 0.25,
    "min_mean_depth": 5,
} | {rule.action_key: "exclude" for rule in VARIANT_RULES}


def draw(rng, n_variants, n_samples, *, low=0.05, high=0.5):
    frequencies = rng.uniform(low, high, n_variants)
    return rng.binomial(2, frequencies[:, None], (n_variants, n_samples))


def sheet_of(n, **columns):
    samples = [f"s{i:04}" for i in range(n)]
    return pd.DataFrame({"sample_id": samples, "sex": "female"} | columns)


def judge(store, sheet, *, ancestry=None, columns=("batch", "centre"), **options):
    groups = find_groups(store.samples, sheet, columns=columns, ancestry=ancestry)
    settings = {"policy": POLICY, "min_sample_call_rate": 0.95} | options
    two = np.ones(len(store.samples), bool)
    judgement = judge_variants(store, groups, has_two_x=two, **settings)
    return judgement, write_ledger(store, judgement, groups, settings["policy"])


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_what_one_plate_lacks_is_set_aside_and_costs_nobody(tmp_path, rng):
    calls = draw(rng, 1000, 400)
    plates = np.repeat(["p1", "p2", "p3", "p4"], 100)
    lost = rng.random((120, 100)) < 0.7
    block = calls[:120, plates == "p3"]
    block[lost] = -9
    calls[:120, plates == "p3"] = block
    store = write_store(tmp_path, {"1": (range(1, 1001), calls)})
    judgement, ledger = judge(store, sheet_of(400, batch=plates))
    assert judgement.counted.all()
    found = judgement.findings[UNEVEN_MISSINGNESS]
    assert found.caught.tolist() == [True] * 120 + [False] * 880
    assert set(found.groups[:120]) == {"batch p3"}
    left = Store(tmp_path, ledger.set_aside)
    assert count_variants(left.contigs[0]) == 880
    assert sample_call_rates(left, np.zeros(880, bool)).min() == 1
    assert ledger.record["n_excluded"] == 120


def test_poor_samples_condemn_no_variant(tmp_path, rng):
    calls = draw(rng, 800, 100)
    poor = calls[:, :20]
    poor[rng.random(poor.shape) < 0.6] = -9
    plates = np.repeat(["p1", "p2"], 50)
    store = write_store(tmp_path, {"1": (range(1, 801), calls)})
    judgement, ledger = judge(store, sheet_of(100, batch=plates))
    # A fifth of the samples lacks six in ten: every variant has a call rate of 0.88.
    assert judgement.counted.tolist() == [False] * 20 + [True] * 80
    assert ledger.record["n_excluded"] == 0
    assert judgement.n_rounds == 2


def test_variants_that_fail_everywhere_cost_no_sample(tmp_path, rng):
    calls = draw(rng, 600, 100)
    calls[:200][rng.random((200, 100)) < 0.35] = -9
    poor = calls[:, :8]
    poor[rng.random(poor.shape) < 0.3] = -9
    store = write_store(tmp_path, {"1": (range(1, 601), calls)})
    # A third of the variants leaves nobody with 95 % of his calls.
    assert sample_call_rates(store, np.zeros(600, bool)).max() < 0.95
    judgement, ledger = judge(store, sheet_of(100))
    assert judgement.counted.tolist() == [False] * 8 + [True] * 92
    caught = judgement.findings[LOW_VARIANT_CALL_RATE].caught
    assert caught.tolist() == [True] * 200 + [False] * 400
    assert ledger.record["n_excluded"] == 200


def test_both_faults_at_once_reach_the_fixed_point(tmp_path, rng):
    calls = draw(rng, 1000, 400)
    plates = np.repeat(["p1", "p2", "p3", "p4"], 100)
    lost = np.zeros(calls.shape, bool)
    lost[:150, plates == "p3"] = rng.random((150, 100)) < 0.8
    lost[:, :30] |= rng.random((1000, 30)) < 0.5
    lost[150:170] |= rng.random((20, 400)) < 0.2
    calls[lost] = -9
    store = write_store(tmp_path, {"1": (range(1, 1001), calls)})
    judgement, _ = judge(store, sheet_of(400, batch=plates))
    assert judgement.counted.tolist() == [False] * 30 + [True] * 370
    excluded = judgement.excluded(POLICY)
    assert excluded[:170].all()
    assert not excluded[170:].any()


def test_flipped_alleles_of_one_plate_are_named(tmp_path, rng):
    calls = draw(rng, 1500, 400, high=0.35)
    plates = np.repeat(["p1", "p2", "p3", "p4"], 100)
    calls[:60, plates == "p4"] = 2 - calls[:60, plates == "p4"]
    store = write_store(tmp_path, {"1": (range(1, 1501), calls)})
    judgement, ledger = judge(store, sheet_of(400, batch=plates))
    found = judgement.findings[UNEVEN_FREQUENCY]
    assert found.caught[:60].mean() > 0.9
    assert not found.caught[60:].any()
    assert set(found.groups[found.caught]) == {"batch p4"}
    proportions = judgement.findings[DISPROPORTION].caught
    assert proportions[:60].mean() > 0.3, "where the alleles differ enough in number"
    assert not proportions[60:].any()
    rows = ledger.rows
    assert set(rows["config_key"]) >= {"variant_qc.min_frequency_p"}
    assert rows["position"].is_monotonic_increasing


def test_a_plate_that_lost_its_heterozygotes_is_named(tmp_path, rng):
    """The frequency stays, no call is missing, and three of four plates are sound."""
    calls = draw(rng, 1500, 400)
    frequency = calls.mean(axis=1) / 2
    common = np.flatnonzero(np.minimum(frequency, 1 - frequency) > 0.2)[:100]
    plates = np.repeat(["p1", "p2", "p3", "p4"], 100)
    at = np.ix_(common, plates == "p2")
    calls[at] = np.where(calls[at] == 1, 2 * rng.integers(0, 2, (100, 100)), calls[at])
    store = write_store(tmp_path, {"1": (range(1, 1501), calls)})
    judgement, ledger = judge(store, sheet_of(400, batch=plates))
    found = judgement.findings[UNEVEN_HETEROZYGOSITY]
    others = np.setdiff1d(np.arange(1500), common)
    assert found.caught[common].mean() > 0.95
    assert not found.caught[others].any()
    assert set(found.groups[found.caught]) == {"batch p2"}
    rows = ledger.rows[ledger.rows["rule"] == "uneven_heterozygosity"]
    assert set(rows["config_key"]) == {"variant_qc.min_proportion_p"}
    assert set(rows["outcome"]) == {"excluded"}


def count_two_plates(own, others):
    """Return the counts of a variant on two plates, after twenty sound ones."""
    sound = np.repeat([[[255, 55, 5]], [[1770, 390, 29]]], 20, axis=1)
    parts = np.concatenate([sound, np.array([[own], [others]])], axis=1)
    all_three = np.concatenate([parts.sum(axis=0, keepdims=True), parts])
    return GroupedCounts(
        ("all", "batch p1", "batch p2"),
        np.array([2504, 315, 2189]),
        np.zeros(all_three.shape[:2], int),
        all_three.sum(axis=2),
        all_three[:, :, 1],
        all_three[:, :, 2],
    )


@pytest.mark.parametrize(
    ("own", "caught"),
    [([289, 17, 9], False), ([300, 1, 14], True)],
    ids=["two peoples are mixed", "heterozygotes are lost"],
)
def test_few_homozygotes_of_a_rare_allele_are_no_fault(own, caught):
    """The first is one of two that a normal law caught in 2.9 million comparisons."""
    plates = {name: np.ones(1, bool) for name in ("p1", "p2")}
    found = find_uneven_heterozygosity(
        count_two_plates(own, [1974, 203, 12]),
        Groups({"batch": plates}),
        least_p=1e-8,
        inflation={},
    )
    assert found.caught.tolist() == [False] * 20 + [caught]
    assert found.groups[20] == "batch p1"


def test_a_plate_that_calls_everybody_heterozygous_is_named(tmp_path, rng):
    calls = draw(rng, 1500, 400, high=0.5)
    plates = np.repeat(["p1", "p2", "p3", "p4"], 100)
    calls[:50, plates == "p1"] = 1
    store = write_store(tmp_path, {"1": (range(1, 1501), calls)})
    judgement, _ = judge(store, sheet_of(400, batch=plates))
    found = judgement.findings[UNEVEN_HETEROZYGOSITY]
    assert found.caught[:50].all()
    assert not found.caught[50:].any()


@pytest.mark.parametrize("own", [1, 2], ids=["one people", "two peoples"])
def test_a_centre_of_mixed_peoples_cost_no_variant(tmp_path, rng, own):
    """Peoples of an F_ST of 0.2: what is mixed lacks heterozygotes, and is sound."""
    ancestral = rng.uniform(0.1, 0.9, 2000)
    north, south = (rng.beta(4 * ancestral, 4 * (1 - ancestral)) for _ in range(2))
    mixed = [rng.binomial(2, p[:, None], (2000, 100)) for p in (north, south)]
    others = [north, south][:own]
    calls = np.hstack(
        [*mixed, *(rng.binomial(2, p[:, None], (2000, 200 // own)) for p in others)]
    )
    centres = np.repeat(["mixed", "other"], 200)
    store = write_store(tmp_path, {"1": (range(1, 2001), calls)})
    judgement, _ = judge(store, sheet_of(400, centre=centres))
    assert not judgement.findings[UNEVEN_HETEROZYGOSITY].caught.any()


def test_centres_of_two_peoples_cost_no_variant(tmp_path, rng):
    ancestral = rng.uniform(0.1, 0.9, 2000)
    ours, theirs = 9 * ancestral, 9 * (1 - ancestral)  # an F_ST of 0.1
    peoples = [rng.beta(ours, theirs)[:, None] for _ in range(2)]
    calls = np.hstack([rng.binomial(2, p, (2000, 150)) for p in peoples])
    centres = np.repeat(["north", "south"], 150)
    store = write_store(tmp_path, {"1": (range(1, 2001), calls)})
    judgement, ledger = judge(store, sheet_of(300, centre=centres))
    assert judgement.inflation["centre north"] > 10
    assert ledger.record["n_excluded"] == 0
    # A mixture has too few heterozygotes; only too many are looked for.
    assert not judgement.findings[DISPROPORTION].caught.any()
    labels = pd.DataFrame({"sample_id": store.samples, "ancestry": centres})
    judgement, ledger = judge(store, sheet_of(300, centre=centres), ancestry=labels)
    assert ledger.record["proportions_within"] == ["north", "south"]
    assert ledger.record["n_excluded"] == 0


def test_heterozygotes_everywhere_are_out_of_proportion_in_any_mixture(tmp_path, rng):
    calls = draw(rng, 500, 100)
    calls[:10] = 1
    store = write_store(tmp_path, {"1": (range(1, 501), calls)})
    judgement, _ = judge(store, sheet_of(100))
    caught = judgement.findings[DISPROPORTION].caught
    assert caught.tolist() == [True] * 10 + [False] * 490


def test_chance_excludes_nothing(tmp_path, rng):
    n_excluded = 0
    for number in range(5):
        calls = draw(rng, 1000, 200)
        calls[rng.random(calls.shape) < 0.01] = -9
        plates = np.array([f"p{i % 5}" for i in range(200)])
        folder = tmp_path / str(number)
        store = write_store(folder, {"1": (range(1, 1001), calls)})
        judgement, _ = judge(store, sheet_of(200, batch=plates))
        n_excluded += int(judgement.excluded(POLICY).sum())
    assert n_excluded == 0


def test_few_samples_judge_no_variant(tmp_path, rng):
    n = MIN_SAMPLES - 1
    calls = draw(rng, 100, n)
    calls[:50, : n // 2] = -9
    store = write_store(tmp_path, {"1": (range(1, 101), calls)})
    judgement, ledger = judge(store, sheet_of(n))
    assert judgement is None
    assert not ledger.set_aside
    assert "fewer than 20 samples" in ledger.record["not_assessed"]
    assert "not judged" in describe_variant_quality(ledger.record).text


def test_actions_are_obeyed_and_limits_are_not_beyond_themselves(tmp_path, rng):
    calls = draw(rng, 200, 100)
    calls[0, :10] = -9  # a call rate of exactly 0.9
    calls[1, :11] = -9
    store = write_store(tmp_path, {"1": (range(1, 201), calls)})
    judgement, ledger = judge(store, sheet_of(100))
    caught = judgement.findings[LOW_VARIANT_CALL_RATE].caught
    assert np.flatnonzero(caught).tolist() == [1]
    assert ledger.set_aside["1"].tolist() == [1]
    policy = POLICY | {"on_low_call_rate": "flag"}
    _, ledger = judge(store, sheet_of(100), policy=policy)
    assert not ledger.set_aside
    assert (ledger.record["n_excluded"], ledger.record["n_flagged"]) == (0, 1)
    assert ledger.rows["outcome"].tolist() == ["flagged"]


def test_x_is_tested_in_women_and_missing_in_all(tmp_path, rng):
    calls = draw(rng, 300, 120)
    men = np.arange(120) % 2 == 1
    calls[:, men] = 2 * (calls[:, men] > 0)
    calls[0, men] = -9
    two = {"1": (range(1, 301), draw(rng, 300, 120)), "X": (range(1, 301), calls)}
    store = write_store(tmp_path, two)
    groups = find_groups(store.samples, sheet_of(120), columns=[])
    judgement = judge_variants(
        store, groups, policy=POLICY, min_sample_call_rate=0.95, has_two_x=~men
    )
    assert not judgement.findings[DISPROPORTION].caught.any()
    low = np.flatnonzero(judgement.findings[LOW_VARIANT_CALL_RATE].caught)
    assert low.tolist() == [300]
    record = write_ledger(store, judgement, groups, POLICY).record
    assert (record["n_on_x"], record["n_with_two_x"]) == (300, 60)
    assert "on chrX were not tested" not in describe_comparisons(record)
    few = np.arange(120) < MIN_SAMPLES - 1
    judgement = judge_variants(
        store, groups, policy=POLICY, min_sample_call_rate=0.95, has_two_x=few
    )
    record = write_ledger(store, judgement, groups, POLICY).record
    assert "on chrX were not tested" in describe_comparisons(record)


@pytest.mark.parametrize("threads", [1, 2])
def test_counts_are_those_of_counting_by_hand(tmp_path, rng, threads):
    calls = draw(rng, 700, 90)
    calls[rng.random(calls.shape) < 0.05] = -9
    store = write_store(tmp_path, {"1": (range(1, 701), calls)})
    masks = {"all": np.ones(90, bool), "batch a": np.arange(90) < 37}
    two = np.ones(90, bool)
    counts = count_by_group(store, masks, has_two_x=two, threads=threads)
    for row, mask in enumerate(masks.values()):
        own = calls[:, mask]
        assert (counts.n_missing[row] == (own < 0).sum(axis=1)).all()
        assert (counts.n_typed[row] == (own >= 0).sum(axis=1)).all()
        assert (counts.n_het[row] == (own == 1).sum(axis=1)).all()
        assert (counts.n_hom_alt[row] == (own == 2).sum(axis=1)).all()
    left_out = rng.random(700) < 0.3
    rates = sample_call_rates(store, left_out, threads=threads)
    assert rates == pytest.approx((calls[~left_out] >= 0).mean(axis=0))


def test_a_store_without_some_variants_is_the_store_of_the_others(tmp_path, rng):
    calls = draw(rng, 500, 40).astype(np.int8)
    positions = np.arange(1, 501)
    aside = np.flatnonzero(rng.random(500) < 0.4)
    left = np.setdiff1d(np.arange(500), aside)
    whole = write_store(
        tmp_path / "a", {"1": (positions, calls), "2": (positions, calls)}
    )
    everything = np.arange(500)
    less = Store(whole.folder, {"1": aside, "2": everything})
    assert [contig.name for contig in less.contigs] == ["1"]
    assert less.samples == whole.samples
    own = less.contig("1")
    assert count_variants(own) == len(left)
    assert (read_positions(own) == positions[left]).all()
    assert (read_kinds(own) == read_kinds(whole.contig("1"))[left]).all()
    assert own.variants["identifier"].tolist() == [f"v{i}" for i in left]
    rows = np.array([0, 5, len(left) - 1])
    assert (own.read(rows) == calls[left[rows]]).all()
    blocks = [block.copy() for _, block in own.read_blocks(64)]
    assert (np.vstack(blocks) == calls[left]).all()
    for chosen in (None, rows):
        parts = map_blocks(own, lambda _, b: b[:, :40].copy(), size=7, rows=chosen)
        wanted = calls[left] if chosen is None else calls[left[rows]]
        assert (np.vstack(list(parts)) == wanted).all()
    nobody = Store(whole.folder, {"1": everything, "2": everything})
    assert nobody.contigs == []
    assert nobody.samples == whole.samples


def test_what_is_left_of_a_site_with_several_alternates_is_no_biallelic_snv(tmp_path):
    calls = np.ones((4, 6), np.int8)
    store = write_store(tmp_path, {"1": ([10, 20, 20, 30], calls)})
    less = Store(tmp_path, {"1": np.array([1])})
    rows, positions = find_biallelic_snvs(less.contig("1"))
    assert positions.tolist() == [10, 30]
    assert rows.tolist() == [0, 2]
    assert find_biallelic_snvs(store.contig("1"))[1].tolist() == [10, 30]


def test_the_report_names_the_plate(tmp_path, rng):
    calls = draw(rng, 600, 200)
    plates = np.repeat(["p1", "<p2>"], 100)
    calls[:50, plates == "<p2>"] = -9
    store = write_store(tmp_path, {"1": (range(1, 601), calls)})
    _, ledger = judge(store, sheet_of(200, batch=plates, centre="one"))
    found = describe_variant_quality(ledger.record)
    assert "50 of 600\u00a0variants were set aside" in found.text
    assert "50 in batch <p2>" in found.text
    assert found.tone == "warn"
    said = describe_comparisons(ledger.record)
    assert "Not by centre" in said
    assert "not judged" not in said
    more = ledger.record | {"n_variants": 607}
    assert "7\u00a0variants of chrY and the mitochondrion were not judged" in (
        describe_comparisons(more)
    )
    rows = rows_of_rules(ledger.record)
    assert [
        "missing in one batch, centre or arm",
        "batch <p2>",
        "excluded",
        "50",
    ] in rows
