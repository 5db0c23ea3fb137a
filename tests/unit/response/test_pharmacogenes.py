"""Outcomes by medicine and pharmacogene: planted, absent and silent."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from genostrat.config.outcomes import Outcome
from genostrat.response.patients import Measured, Patients
from genostrat.response.pharmacogenes.associations import pool_rare
from genostrat.response.pharmacogenes.coding import code_gene
from genostrat.response.pharmacogenes.permutation import (
    check_trend,
    residuals_in_group,
)
from genostrat.response.pharmacogenes.record import (
    Genotyped,
    analyse_pharmacogenes,
    no_pharmacogenes,
)
from genostrat.response.pharmacogenes.takers import Pair, find_takers
from genostrat.seeds import random_generator

N = 160
WORDS = np.array(
    ["Poor Metabolizer", "Intermediate Metabolizer", "Normal Metabolizer"], object
)
OUTCOMES = {
    "dose": Outcome("dose", "continuous", ("dose",), unit="mg"),
    "bleeding": Outcome("bleeding", "binary", ("bleeding",)),
    "stroke": Outcome("stroke", "survival", ("time", "stroke")),
    "falls": Outcome("falls", "count", ("falls",)),
}


def draw_outcome(rng, name, signal):
    n = len(signal)
    known, time = np.ones(n, dtype=bool), None
    if name == "dose":
        value = 5 + signal + rng.normal(size=n)
    elif name == "bleeding":
        value = (rng.random(n) < 1 / (1 + np.exp(0.6 - signal))).astype(float)
    elif name == "falls":
        value = rng.poisson(1.2 * np.exp(signal)).astype(float)
    else:
        event, censored = rng.exponential(np.exp(-signal)), rng.uniform(0.5, 3, n)
        time, value = np.minimum(event, censored), (event <= censored).astype(float)
    return Measured(OUTCOMES[name], value, time, known)


def draw_cohort(
    rng, *, names=("dose",), slope=0.0, gain=0.0, takers=N, arms=("old", "new")
):
    """Draw patients of whom the first take warfarin, with or without an effect."""
    ids = np.array([f"P{i:03}" for i in range(N)], dtype=object)
    place = rng.choice(3, N, p=[0.2, 0.35, 0.45])
    second = rng.choice(2, N)
    treated = rng.random(N) < 0.5
    signal = slope * (place - 1.0) + gain * treated * (place - 1.0)
    calls = pd.DataFrame(
        {
            "sample_id": np.tile(ids, 2),
            "gene": np.repeat(["CYP2C9", "VKORC1"], N),
            "phenotype": np.concatenate([WORDS[place], [""] * N]),
            "activity_score": np.nan,
            "status": "called",
            "allele_1": np.concatenate([["*1"] * N, np.array(["G", "A"])[second]]),
            "allele_2": np.concatenate([["*1"] * N, ["G"] * N]),
        }
    )
    guidance = pd.DataFrame(
        {
            "sample_id": np.tile(ids, 2),
            "drug": np.repeat(["warfarin", "codeine"], N),
            "genes": np.repeat(["CYP2C9;VKORC1", "CYP2D6"], N),
            "on_medication": np.concatenate([np.arange(N) < takers, [False] * N]),
            "effective_phenotypes": "",
        }
    )
    arm = np.where(treated, "new", "old").astype(object)
    patients = Patients(
        stratum=np.full(N, "all", dtype=object),
        arm=arm if arms else np.full(N, "", dtype=object),
        reference=arms[0] if arms else None,
        measured=tuple(draw_outcome(rng, name, signal) for name in names),
        covariates=pd.DataFrame(index=range(N)),
        arms=arms,
    )
    ancestry = np.where(rng.random(N) < 0.3, "AFR", "EUR").astype(object)
    return Genotyped(ids, patients, ancestry, calls, guidance)


def analyse(cohort, **settings):
    return analyse_pharmacogenes(cohort, minimum=5, **settings)


def row_of(table, gene, question="association"):
    chosen = table[(table["gene"] == gene) & (table["question"] == question)]
    assert len(chosen) == 1
    return chosen.iloc[0]


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_a_gene_was_planted_to_do_is_recovered(name):
    rng = random_generator(1, "planted", name)
    record, table = analyse(draw_cohort(rng, names=(name,), slope=0.9))
    found = row_of(table, "CYP2C9")
    assert record["verdict"] == found["verdict"] == "found"
    assert found["coding"] == "function_step"
    estimate = found["effect"] if name == "dose" else np.log(found["effect"])
    limits = found[["ci_low", "ci_high"]].to_numpy(dtype=float)
    low, high = limits if name == "dose" else np.log(limits)
    assert estimate == pytest.approx(0.9, abs=0.35)
    assert 0 < low < 0.9 < high
    other = row_of(table, "VKORC1")
    assert (other["coding"], other["verdict"]) == ("other_alleles", "not_found")


def test_what_other_medicines_changed_is_not_taken_from_the_genotype():
    rng = random_generator(11, "changed")
    cohort = draw_cohort(rng, slope=0.9)
    _, plain = analyse(cohort)
    changed = (cohort.guidance["drug"] == "warfarin") & (np.arange(2 * N) < 30)
    cohort.guidance.loc[changed, "effective_phenotypes"] = "Poor Metabolizer;"
    _, table = analyse(cohort)
    before, after = row_of(plain, "CYP2C9"), row_of(table, "CYP2C9")
    assert after["n_not_called"] == before["n_not_called"] + 30
    assert after["n_takers"] == before["n_takers"]
    assert "change the gene's product count as unknown" in after["note"]
    assert "change the gene's product" not in before["note"]
    # The other gene of the same advice stays as it is.
    other = row_of(table, "VKORC1")
    assert other["n_not_called"] == row_of(plain, "VKORC1")["n_not_called"]
    assert "change the gene's product" not in other["note"]


def test_an_arm_is_asked_about_without_guidance_where_somebody_names_it():
    rng = random_generator(12, "arm")
    cohort = draw_cohort(rng, arms=("old", "new"))
    _, table = analyse(cohort, named=[Pair("new", "CYP2C9"), Pair("none", "CYP2C9")])
    asked = table[table["medicine"] == "new"]
    assert (asked["verdict"] != "not_assessed").any()
    rest = table[table["medicine"] == "none"]
    assert (rest["note"] == "no guidance speaks of the medicine").all()


def test_a_gene_that_changes_what_treatment_does_is_an_interaction():
    rng = random_generator(2, "interaction")
    _, table = analyse(draw_cohort(rng, gain=1.2))
    found = row_of(table, "CYP2C9", "interaction")
    assert found["verdict"] == "found"
    assert found["ci_low"] < 1.2 < found["ci_high"]
    assert row_of(table, "VKORC1", "interaction")["verdict"] == "not_found"
    _, alone = analyse(draw_cohort(rng, arms=()))
    assert set(alone["question"]) == {"association"}
    _, chosen = analyse(draw_cohort(rng, gain=1.2), randomised=False)
    assert "not weighed" in row_of(chosen, "CYP2C9", "interaction")["note"]


def test_a_medicine_that_is_an_arm_has_everybody_in_an_arm_for_its_interaction():
    rng = random_generator(3, "arm")
    cohort = draw_cohort(rng, gain=1.2, takers=0)
    named = np.where(cohort.patients.arm == "new", "Warfarin", "old").astype(object)
    object.__setattr__(cohort.patients, "arm", named)
    object.__setattr__(cohort.patients, "arms", ("old", "Warfarin"))
    _, table = analyse(cohort)
    assert row_of(table, "CYP2C9", "interaction")["n"] == N
    assert row_of(table, "CYP2C9")["n"] == (named == "Warfarin").sum()
    assert row_of(table, "CYP2C9", "interaction")["verdict"] == "found"


@pytest.mark.parametrize("name", OUTCOMES)
def test_nothing_is_claimed_more_often_than_the_level(name):
    rng = random_generator(4, "null", name)
    small = [analyse(draw_cohort(rng, names=(name,), takers=60)) for _ in range(200)]
    claimed = np.mean([record["verdict"] == "found" for record, _ in small])
    error = 1.64 * np.sqrt(0.05 * 0.95 / 200)
    assert claimed <= 0.05 + error
    p = [row_of(table, "CYP2C9")["p_value"] for _, table in small]
    assert np.mean(np.array(p) < 0.05) <= 0.05 + error
    assert stats.kstest(p, "uniform").pvalue > 0.001


def test_where_nothing_is_known_nothing_is_assessed_and_the_reason_is_said():
    rng = random_generator(5, "silent")
    for takers, reason in (
        (0, "nobody takes it"),
        (3, "fewer than 5"),
        (12, "too few"),
    ):
        record, table = analyse(draw_cohort(rng, takers=takers), named=PAIRS)
        assert record["verdict"] == "not_assessed"
        assert record["reason"]
        assert set(table["verdict"]) == {"not_assessed"}
        assert table["note"].str.contains(reason).all()
        assert table["p_value"].isna().all()
    untold = draw_cohort(rng)
    untold.guidance["on_medication"] = pd.NA
    record, table = analyse(untold)
    assert record["reason"] == "the sheet names no medicines that patients take"
    assert table.empty
    record, table = no_pharmacogenes("the cohort has no genotypes")
    assert (record["verdict"], record["n_tested"], len(table)) == ("not_assessed", 0, 0)


def test_the_test_of_a_trend_is_known_tests_where_these_exist():
    rng = random_generator(9, "trend")
    value, groups = rng.choice(2, 60).astype(float), np.full(60, "a", dtype=object)
    dose = draw_outcome(rng, "dose", np.zeros(60))
    test = check_trend(dose, value, groups=groups)
    r = np.corrcoef(dose.value, value)[0, 1]
    assert test.statistic == pytest.approx(59 * r**2)
    stroke = draw_outcome(rng, "stroke", np.zeros(60))
    # Of one group against another the sum is observed less expected of the log-rank.
    residual = residuals_in_group(stroke)
    assert residual.sum() == pytest.approx(0.0, abs=1e-12)
    survival = pytest.importorskip("statsmodels.duration.survfunc")
    known = survival.survdiff(stroke.time, stroke.value, value)[0]
    assert check_trend(stroke, value, groups=groups).statistic == pytest.approx(
        known, rel=0.1
    )
    levels = replace(dose, outcome=Outcome("o", "ordinal", ("o",)))
    ranks = stats.spearmanr(dose.value, value).statistic
    test = check_trend(levels, value, groups=groups)
    assert test.statistic == pytest.approx(59 * ranks**2)
    assert np.isnan(check_trend(dose, np.ones(60), groups=groups).p_value)
    late = replace(stroke, entry=np.zeros(60))
    np.testing.assert_allclose(residuals_in_group(late), residual)


def test_permutations_have_the_variance_that_is_said():
    rng = random_generator(10, "permuted")
    stroke = draw_outcome(rng, "stroke", np.zeros(40))
    groups = np.repeat(np.array(["a", "b"], object), [15, 25])
    value = rng.choice(3, 40).astype(float)
    statistics = []
    for _ in range(2000):
        for group in ("a", "b"):
            mask = groups == group
            value[mask] = rng.permutation(value[mask])
        statistics.append(check_trend(stroke, value, groups=groups).statistic)
    assert np.mean(statistics) == pytest.approx(1.0, abs=0.1)


PAIRS = [Pair("warfarin", "CYP2C9"), Pair("warfarin", "VKORC1")]


def test_a_named_pair_that_nobody_can_answer_says_why():
    rng = random_generator(6, "named")
    asked = [Pair("warfarin", "CYP2C9"), Pair("aspirin", "X"), Pair("warfarin", "X")]
    record, table = analyse(draw_cohort(rng), named=asked)
    notes = dict(zip(table["medicine"] + table["gene"], table["note"], strict=True))
    assert notes["aspirinX"] == "no guidance speaks of the medicine"
    assert notes["warfarinX"] == "the gene was called in none of them"
    assert "codeine" not in set(table["medicine"])
    assert (record["n_tested"], record["n_not_assessed"]) == (2, 4)


def test_an_ambiguous_call_is_unknown_and_never_normal():
    rng = random_generator(7, "ambiguous")
    cohort = draw_cohort(rng, slope=0.9)
    cohort.diplotypes.loc[:99, "status"] = "ambiguous"
    cohort.diplotypes.loc[100, "phenotype"] = "Indeterminate"
    _, table = analyse(cohort)
    row = row_of(table, "CYP2C9")
    assert (row["n"], row["n_not_called"]) == (N - 101, 101)
    cohort.diplotypes.loc[: N - 1, "status"] = "ambiguous"
    row = row_of(analyse(cohort)[1], "CYP2C9")
    assert row["verdict"] == "not_assessed"
    assert row["coding"] == ""


def code(phenotypes, *, scores=None, alleles=("*1", "*1")):
    ids = np.array([f"P{i}" for i in range(len(phenotypes))], dtype=object)
    calls = pd.DataFrame(
        {
            **{"sample_id": ids, "phenotype": phenotypes, "status": "called"},
            "activity_score": np.nan if scores is None else scores,
            **{"allele_1": alleles[0], "allele_2": alleles[1]},
        }
    )
    coding = code_gene(calls, ids=ids)
    return coding.kind, coding.values.tolist()


def test_genes_become_numbers_by_what_is_known_of_them():
    words = ["Poor Metabolizer", "Likely Poor Metabolizer", "Normal Metabolizer"]
    assert code(words) == ("function_step", [0.0, 0.0, 2.0])
    assert code(words, scores=[0.0, 0.5, 2.0]) == ("activity_score", [0.0, 0.5, 2.0])
    # Of one without a score nobody is lost: the order of phenotypes is taken.
    assert code(words, scores=[0.0, np.nan, 2.0])[0] == "function_step"
    kind, values = code(["Deficient", "Normal", "Normal", "Variable"])
    assert (kind, values) == ("other_than_usual", [1.0, 0.0, 0.0, 1.0])
    assert code(["Unfavorable Response"] + ["Favorable Response"] * 2)[1] == [1, 0, 0]
    first, second = ["A", "G", "G"], ["A", "G", ""]
    assert code([""] * 3, alleles=(first, second)) == ("other_alleles", [2, 0, 0])


def test_relatives_of_names_do_not_make_takers():
    table = pd.DataFrame(
        {
            "sample_id": ["a", "b", "c"],
            "drug": ["warfarin"] * 3,
            "genes": ["CYP2C9;VKORC1", "CYP2C9", "VKORC1"],
            "on_medication": pd.array([True, False, pd.NA], dtype="boolean"),
            "effective_phenotypes": "",
        }
    )
    found = find_takers(table)
    assert found.takers["warfarin"] == {"a"}
    assert found.is_known
    assert [pair.gene for pair in found.pairs_of([])] == ["CYP2C9", "VKORC1"]


def test_ancestry_is_compared_within_and_not_across():
    rng = random_generator(8, "ancestry")
    cohort = draw_cohort(rng)
    [measured] = cohort.patients.measured
    # A gene and a dose that both go with ancestry, and not with each other.
    african = cohort.ancestry == "AFR"
    place = np.where(african, rng.choice(3, N, p=[0.7, 0.2, 0.1]), 2)
    cohort.diplotypes.loc[: N - 1, "phenotype"] = WORDS[place]
    measured.value[:] = 5 - 3.0 * african + rng.normal(size=N)
    assert row_of(analyse(cohort)[1], "CYP2C9")["verdict"] == "not_found"
    blind = Genotyped(
        cohort.ids,
        cohort.patients,
        np.full(N, "unassigned", object),
        cohort.diplotypes,
        cohort.guidance,
    )
    record, table = analyse(blind)
    assert row_of(table, "CYP2C9")["verdict"] == "found"
    assert record["n_ancestries"] == 0


def test_rare_labels_are_one_group():
    labels = np.array(["a"] * 6 + ["b"] * 4 + ["c"], dtype=object)
    assert pool_rare(labels).tolist() == ["a"] * 6 + ["others"] * 5
