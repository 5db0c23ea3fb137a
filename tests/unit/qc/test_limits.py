"""Where quality control turns its word: at the limit itself, not beside it."""

import numpy as np
import pandas as pd
import pytest

from genostrat.qc.homozygosity.table import (
    CONSANGUINEOUS,
    MIN_PEERS,
    MIN_RUNS,
    SINGLE,
    _read,
)
from genostrat.qc.identity.sex_coding import find_reversed_sex
from genostrat.qc.identity.suspicion import Suspicion
from genostrat.qc.karyotype.copies import _mean, _median
from genostrat.qc.ledger.outliers import MIN_SAMPLES, _fit_robustly, _in_mads, _leverage
from genostrat.qc.ledger.pairs import _are_copies
from genostrat.qc.panel.labels import form_groups
from genostrat.qc.panel.record import warn_of_strangers
from genostrat.qc.relatedness.relationships import (
    DEGREES,
    MAX_PARENT_CHILD_SHARE,
    name_degree,
    name_first_degree,
)
from genostrat.qc.variants.alleles import tell_alleles


@pytest.mark.parametrize(
    ("n", "n_against", "is_reversed"), [(6, 6, 1), (5, 5, 0), (60, 30, 0)]
)
def test_reversed_sexes_are_told_from_six_samples_on(n, n_against, is_reversed):
    sex = pd.DataFrame({"reported_sex": ["male"] * n, "inferred_sex": ["male"] * n})
    sex.loc[: n_against - 1, "inferred_sex"] = "female"
    unknown = pd.DataFrame({"reported_sex": [""] * 50, "inferred_sex": ["male"] * 50})
    table = pd.concat([sex, unknown], ignore_index=True)
    found = find_reversed_sex(table, sheet="s.tsv", column="sex")
    assert (found is not None) == bool(is_reversed)


def test_degrees_begin_at_their_bounds():
    assert [name for _, name in DEGREES] == ["duplicate", "first", "second", "third"]
    for bound, name in DEGREES:
        assert name_degree(bound) == name
        assert name_degree(np.nextafter(bound, 0)) != name
    # Powers of a half between the expected values: 2^-1.5, 2^-2.5 and so on.
    assert [bound for bound, _ in DEGREES] == pytest.approx(
        [2**-1.5, 2**-2.5, 2**-3.5, 2**-4.5], abs=1e-3
    )
    assert name_degree(0.0) == name_degree(-0.2) == ""
    most = MAX_PARENT_CHILD_SHARE * 0.1
    assert name_first_degree("first", most, of_strangers=0.1) == "parent_child"
    more = np.nextafter(most, 1)
    assert name_first_degree("first", more, of_strangers=0.1) == "full_siblings"
    assert name_first_degree("second", 0.0, of_strangers=0.1) == ""


def test_copies_are_beyond_first_degree_relatives_error_allowed_for():
    pairs = pd.DataFrame(
        {
            "kinship": ["0.5", "0.36", "0.36", "0.2", "0.5"],
            "kinship_se": ["", "0.001", "0.2", "", "0.01"],
            "expected": ["", "", "", "same_person", "sibling"],
        }
    )
    assert _are_copies(pairs).tolist() == [True, True, False, True, True]


def test_a_swap_is_likely_by_two_lines():
    one, two = ("sex", "a"), ("family", "b")
    assert (
        Suspicion(("genotypes",), ("A", "B"), {}, frozenset({one})).confidence
        == "possible"
    )
    both = Suspicion(("genotypes",), ("A", "B"), {}, frozenset({one, two}))
    assert both.confidence == "likely"
    assert both.kinds == ["family", "sex"]


@pytest.mark.parametrize(
    ("ref", "alt", "stretch", "told"),
    [
        ("AT", "A", "ATTT", "as the genome"),
        ("A", "AT", "ATTT", "as the genome"),
        ("G", "AT", "ATTT", "exchanged"),
        ("a", "g", "A", "as the genome"),
        ("N", "G", "A", ""),
        ("A", "<DEL>", "C", "not the genome's"),
        ("AT", "A", "A", ""),
        ("T", "<DEL>", "A", "of the other strand"),
        ("C", "T", "A", "of the other strand"),
    ],
)
def test_what_alleles_are_given_the_genome(ref, alt, stretch, told):
    assert tell_alleles(ref, alt, stretch) == told


def test_means_are_of_enough_sites_and_medians_of_enough_samples():
    sums = {"x_sum": np.array([30.0, 30, 0]), "x_n": np.array([10.0, 9, 0])}
    assert _mean(sums, "x", 10)[0] == 3
    assert np.isnan(_mean(sums, "x", 10)[1:]).all()
    assert np.isnan(_mean(sums, "x", 0)[2]), "of no site there is no mean"
    values = np.arange(40.0)
    group = np.zeros(40, bool)
    fewest = None
    for n in range(1, 41):
        group[:n] = True
        if np.isfinite(_median(values, group)):
            fewest = n
            break
    assert fewest is not None
    assert _median(values, group) == (fewest - 1) / 2
    values[0] = np.nan
    assert np.isnan(_median(values, group))


@pytest.mark.parametrize(
    ("n", "is_told"), [(MIN_SAMPLES, True), (MIN_SAMPLES - 1, False)]
)
def test_outliers_are_told_among_enough_samples(n, is_told):
    values = np.r_[np.arange(float(n)), 1000.0]
    fit = np.arange(n + 1) < n
    scores = _in_mads(values, fit)
    assert np.isfinite(scores).all() == is_told
    if is_told:
        middle = np.median(values[:n])
        mad = np.median(np.abs(values[:n] - middle)) / 0.6744897501960817
        assert scores == pytest.approx((values - middle) / mad)
    assert np.isnan(_in_mads(np.ones(n + 1), fit)).all(), "all alike have no spread"


def test_a_robust_line_is_the_line_and_leverage_that_of_the_hat_matrix():
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(60), rng.normal(size=60)])
    values = design @ np.array([2.0, -3.0]) + 0.01 * rng.normal(size=60)
    values[:6] += 50
    assert _fit_robustly(design, values) == pytest.approx([2, -3], abs=0.05)
    assert not np.allclose(np.linalg.lstsq(design, values)[0], [2, -3], atol=0.5)
    hat = design @ np.linalg.inv(design.T @ design) @ design.T
    assert _leverage(design, design) == pytest.approx(np.diag(hat))


def test_a_population_of_twenty_learners_is_a_group_of_its_own():
    for n, names in ((20, ["", "GBR"]), (19, [""])):
        ancestry = np.array(["EUR"] * 60)
        population = np.array(["GBR"] * n + ["FIN"] * 5 + ["TSI"] * (55 - n))
        population[25:] = "IBS"
        core = np.ones(60, bool)
        core[30:] = False
        groups = form_groups(ancestry, population, core=core)
        assert groups.labels == ["EUR"]
        assert groups.names == names
        assert (groups.group_of >= 0).tolist() == core.tolist()


@pytest.mark.parametrize(
    ("share", "n", "is_said"), [(0.0, 9, 1), (1.0, 9, 0), (0.0, 0, 0)]
)
def test_people_whom_a_panel_would_mislabel_are_said(share, n, is_said):
    entry = {"n": n, "share_unassigned": share, "n_called": {"AFR": 2, "EAS": 7}}
    said = warn_of_strangers({"SAS": entry}, n_sites=500)
    assert len(said) == is_said
    if said:
        assert "if the panel had no SAS, 100% of them" in said[0]
        assert "most often EAS" in said[0]


def homozygosity(n=40, **changes):
    rng = np.random.default_rng(2)
    table = pd.DataFrame(
        {
            "f_outside": rng.normal(0, 0.001, n),
            "n_long_runs": 0,
            "f_roh_long": 0.0,
            "longest_mb": 1.0,
        }
    )
    for name, value in changes.items():
        table.loc[0, name] = value
    return _read(table, max_mads=6)[0]


def test_homozygosity_is_read_at_its_limits():
    assert homozygosity() == "usual"
    assert homozygosity(f_outside=0.5) == "diffuse"
    assert homozygosity(f_outside=-0.5) == "heterozygous"
    assert homozygosity(f_outside=np.nan) == "not_assessable"
    assert homozygosity(longest_mb=SINGLE) == "single_long_run"
    assert homozygosity(longest_mb=np.nextafter(SINGLE, 0)) == "usual"
    several = {"n_long_runs": MIN_RUNS, "f_roh_long": CONSANGUINEOUS}
    assert homozygosity(**several) == "long_runs"
    assert homozygosity(**several, longest_mb=SINGLE) == "long_runs"
    assert homozygosity(**several, f_outside=0.5) == "long_runs_and_diffuse"
    assert homozygosity(**several | {"n_long_runs": MIN_RUNS - 1}) == "usual"
    less = np.nextafter(CONSANGUINEOUS, 0)
    assert homozygosity(**several | {"f_roh_long": less}) == "usual"
    assert homozygosity(n=MIN_PEERS, f_outside=0.5) == "diffuse"
    assert homozygosity(n=MIN_PEERS - 1, f_outside=0.5) == "usual"
