"""Frequencies by group, against counts made by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from genostrat.pgx.frequencies import group_patients, summarise_pgx
from genostrat.stats.effects import wilson_interval
from genostrat.tables import read_table, write_table


def calls(*entries):
    names = ["sample_id", "gene", "allele_1", "allele_2", "phenotype", "status"]
    return pd.DataFrame(entries, columns=names)


def advice(*entries, phenotypes="", diplotypes=None):
    """Make guidance of (sample, drug, category, taken[, status[, possible]])."""
    rows = [
        (*row[:4], *(row[4:] or ("called",)), *([] if len(row) > 5 else [row[2]]))
        for row in entries
    ]
    names = ["sample_id", "drug", "category", "on_medication", "status"]
    table = pd.DataFrame(rows, columns=[*names, "possible_categories"])
    if diplotypes is None:
        diplotypes = table["status"].map(lambda s: "" if s == "not_called" else "*1/*2")
    return table.assign(phenotypes=phenotypes, diplotypes=diplotypes)


def only_all(n):
    return group_patients(
        [f"s{i}" for i in range(n)],
        sheet=pd.DataFrame({"sample_id": []}),
        ancestry=None,
        assignments=None,
    )


def summarise(diplotypes, guidance, *, n, unrelated=None, groups=None):
    keep = [f"s{i}" for i in range(n)]
    table = summarise_pgx(
        diplotypes,
        guidance,
        keep=keep,
        unrelated=keep if unrelated is None else unrelated,
        groups=only_all(n) if groups is None else groups,
    )
    return table.set_index(["gene", "kind", "value", "group"]).sort_index()


NO_ADVICE = advice(("s0", "codamol", "no_guidance", None, "not_called"))


@pytest.mark.parametrize("level", [0.95, 0.9])
def test_wilson_is_what_statsmodels_computes(level):
    count = np.array([0, 1, 3, 50, 99, 100, 7, 0, 1])
    n = np.array([10, 10, 17, 100, 100, 100, 2504, 1, 1])
    low, high = wilson_interval(count, n, level=level)
    expected = proportion_confint(count, n, alpha=1 - level, method="wilson")
    np.testing.assert_allclose(low, expected[0], atol=1e-12)
    np.testing.assert_allclose(high, expected[1], atol=1e-12)
    assert (low[count == 0] == 0).all()
    assert (high[count == n] == 1).all()


def test_wilson_of_nothing_is_blank():
    low, high = wilson_interval([0], [0])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


def test_alleles_are_counted_in_chromosomes_and_single_copies_once():
    table = summarise(
        calls(
            ("s0", "G6PD", "B", "", "Normal", "called"),
            ("s1", "G6PD", "A-", "", "Deficient", "called"),
            ("s2", "G6PD", "B", "A-", "Variable", "called"),
            ("s3", "G6PD", "B", "B", "Normal", "called"),
            ("s4", "G6PD", "B", "B", "Normal", "called"),
            ("s5", "G6PD", "A-", "A-", "Deficient", "ambiguous"),
            ("s6", "G6PD", "", "", "", "not_called"),
        ),
        NO_ADVICE,
        n=7,
    )
    alleles = table.loc[("G6PD", "allele")].droplevel("group")
    assert alleles["n"].tolist() == [10, 10]
    assert alleles["n_ambiguous"].tolist() == [2, 2]
    assert alleles["count"].to_dict() == {"A-": 4, "B": 6}
    assert alleles.loc["A-", "frequency"] == 0.4
    expected = proportion_confint(4, 10, method="wilson")
    assert tuple(alleles.loc["A-", ["ci_low", "ci_high"]]) == pytest.approx(expected)
    phenotypes = table.loc[("G6PD", "phenotype")].droplevel("group")
    assert phenotypes["count"].to_dict() == {
        "Normal": 3,
        "Deficient": 1,
        "Variable": 1,
        "ambiguous": 1,
    }
    assert set(phenotypes["n"]) == {6}
    assert set(phenotypes["n_ambiguous"]) == {1}
    statuses = table.loc[("G6PD", "status")].droplevel("group")
    assert statuses["count"].to_dict() == {"called": 5, "ambiguous": 1, "not_called": 1}
    assert set(statuses["n"]) == {7}


def test_alleles_come_from_unrelated_patients_and_statuses_from_all_kept():
    entries = [(f"s{i}", "G", "*1", "*1", "NM", "called") for i in range(6)]
    entries += [(f"s{i}", "G", "*2", "*2", "PM", "called") for i in (6, 7)]
    entries += [("excluded", "G", "*9", "*9", "XX", "called")]
    unrelated = [f"s{i}" for i in range(6)] + ["s7"]
    table = summarise(calls(*entries), NO_ADVICE, n=8, unrelated=unrelated)
    assert table.loc[("G", "allele", "*2", "all"), "count"] == 2
    assert table.loc[("G", "allele", "*2", "all"), "n"] == 14
    assert table.loc[("G", "phenotype", "PM", "all"), "n"] == 7
    assert table.loc[("G", "status", "called", "all"), "n"] == 8
    assert "*9" not in table.index.get_level_values("value")


def test_genes_without_phenotypes_have_alleles_only():
    entries = [(f"s{i}", "VKORC1", "ref", "ref", "", "called") for i in range(6)]
    entries += [
        (f"s{i}", "G", "*1", "*1", "NM" if i else "", "called") for i in range(6)
    ]
    table = summarise(calls(*entries), NO_ADVICE, n=6)
    assert ("VKORC1", "phenotype") not in {key[:2] for key in table.index}
    assert table.loc[("G", "phenotype", "NM", "all"), "count"] == 5
    assert table.loc[("G", "phenotype", "no phenotype", "all"), "count"] == 1


def grouped(n):
    keep = [f"s{i}" for i in range(n)]
    half = n // 2
    return keep, group_patients(
        keep,
        sheet=pd.DataFrame(
            {
                "sample_id": [*keep, "excluded"],
                "centre": ["Leeds"] * half
                + ["York"] * (n - half - 2)
                + ["Ely", "", "Ely"],
            }
        ),
        ancestry=pd.DataFrame(
            {
                "sample_id": keep,
                "ancestry": ["EUR"] * half + ["unassigned"] * (n - half),
            }
        ),
        assignments=pd.DataFrame(
            {
                "sample_id": keep,
                "stratum": ["S1", "S2"] * half,
                "status": ["assigned"] * (n - 1) + ["ambiguous"],
            }
        ),
    )


def test_groups_are_told_apart_and_small_ones_left_out_with_a_row():
    keep, groups = grouped(20)
    assert groups.names == (
        "all",
        "ancestry=EUR",
        "ancestry=unassigned",
        "centre=Leeds",
        "stratum=S1",
        "stratum=S2",
    )
    # With York, the two of Ely and without a centre would follow from all.
    assert groups.left_out == ("centre=Ely", "centre=York")
    assert groups.members.sum(axis=1).tolist() == [20, 10, 10, 10, 10, 9]
    entries = [
        (s, "G", "*2" if i < 3 else "*1", "*1", "IM" if i < 3 else "NM", "called")
        for i, s in enumerate(keep)
    ]
    table = summarise(calls(*entries), NO_ADVICE, n=20, groups=groups)
    counts = table.loc[("G", "allele", "*2")]
    assert counts["count"].to_dict() == {
        "all": 3,
        "ancestry=EUR": 3,
        "ancestry=unassigned": 0,
        "centre=Leeds": 3,
        "stratum=S1": 2,
        "stratum=S2": 1,
    }
    assert counts.loc["ancestry=unassigned", "n"] == 20
    assert counts.loc["ancestry=unassigned", "ci_low"] == 0
    small = table.loc[("", "too_few", "", "centre=Ely")]
    assert small.isna().all()
    groups_shown = set(
        table.drop(index="too_few", level="kind").index.get_level_values(3)
    )
    assert "centre=Ely" not in groups_shown


def test_a_gene_called_in_few_of_a_group_is_left_out_there():
    keep, groups = grouped(20)
    groups = replace(groups, names=(*groups.names, "centre=York"))
    york = np.arange(20)[None, :] >= 10
    groups = replace(groups, members=np.vstack([groups.members, york]))
    entries = [
        (s, "G", "*1", "*1", "NM", "called" if 6 <= i < 17 else "not_called")
        for i, s in enumerate(keep)
    ]
    table = summarise(calls(*entries), NO_ADVICE, n=20, groups=groups)
    shown = table.loc[("G", "phenotype", "NM")]
    assert "centre=Leeds" not in shown.index, "four of its patients were called"
    assert shown.loc["all", "n"] == 11
    assert "centre=York" not in shown.index, "eleven less its seven are Leeds's four"
    assert "centre=Leeds" not in table.loc[("G", "allele", "*1")].index
    assert table.loc[("G", "status", "called", "centre=Leeds"), "count"] == 4


@pytest.mark.parametrize("seed", range(6))
def test_no_few_patients_follow_by_subtraction(seed):
    """All, less the centres that are shown: never fewer than five, of no gene."""
    rng = np.random.default_rng(seed)
    n = 70
    keep = [f"s{i}" for i in range(n)]
    centres = rng.choice(["A", "B", "C", "D", ""], n, p=[0.5, 0.3, 0.1, 0.05, 0.05])
    groups = group_patients(
        keep,
        sheet=pd.DataFrame({"sample_id": keep, "centre": centres}),
        ancestry=None,
        assignments=None,
    )
    entries = [
        (s, gene, *rng.choice(["*1", "*2"], 2), "NM", status)
        for gene in "GHIJ"
        for s, status in zip(
            keep, rng.choice(["called", "not_called"], n, p=[0.6, 0.4]), strict=True
        )
    ]
    table = summarise(calls(*entries), NO_ADVICE, n=n, groups=groups).reset_index()
    table = table[table["kind"] != "too_few"]
    n_seen = 0
    for (_, kind, _), own in table.groupby(["gene", "kind", "value"]):
        sizes = own.set_index("group")["n"]
        few = 10 if kind == "allele" else 5
        left = sizes["all"] - sizes.filter(like="centre=").sum()
        assert left == 0 or left >= few
        n_seen += len(sizes) > 1
    assert n_seen > 5


def test_without_labels_or_strata_there_are_no_such_groups():
    keep = [f"s{i}" for i in range(6)]
    groups = group_patients(
        keep,
        sheet=pd.DataFrame({"sample_id": keep}),
        ancestry=pd.DataFrame({"sample_id": keep, "ancestry": "unassigned"}),
        assignments=None,
    )
    assert groups.names == ("all",)


def test_a_tiny_cohort_shows_nothing(tmp_path):
    table = summarise_pgx(
        calls(("s0", "G", "*1", "*1", "NM", "called")),
        NO_ADVICE,
        keep=["s0", "s1"],
        unrelated=["s0"],
        groups=only_all(2),
    )
    assert table[["kind", "group"]].values.tolist() == [["too_few", "all"]]
    table["knowledge"] = "as the script adds"
    write_table(tmp_path / "f.tsv", table, table="pgx/frequencies.tsv")
    again = read_table(tmp_path / "f.tsv", table="pgx/frequencies.tsv")
    assert again["n"].isna().all()


def test_shares_of_patients_with_a_result_to_act_on():
    guidance = advice(
        ("s0", "codamol", "avoid", True),
        ("s1", "codamol", "change_dose", False),
        ("s2", "codamol", "monitor", True),
        ("s3", "codamol", "standard", True),
        ("s4", "codamol", "no_guidance", True, "ambiguous", "avoid|standard"),
        ("s5", "codamol", "no_guidance", False, "not_called", "avoid|standard"),
        ("s0", "statamol", "change_dose", False),
        ("s1", "statamol", "standard", False),
        ("s3", "statamol", "avoid", True),
        ("s5", "statamol", "no_guidance", False, "not_called"),
        *((f"s{i}", "warfamol", "no_guidance", True, "not_called") for i in range(7)),
        ("excluded", "codamol", "avoid", True),
    )
    table = summarise(calls(), guidance, n=8)

    def counts(kind):
        rows = table.loc[("", kind)].droplevel("group")
        return {name: (row["count"], row["n"]) for name, row in rows.iterrows()}

    # Five were assessed for codamol and in all; three for statamol, which is too few.
    assert counts("actionable") == {"codamol": (2, 5), "any": (3, 5)}
    assert counts("possibly_actionable") == {"codamol": (3, 5), "any": (4, 5)}
    assert counts("actionable_on_medication") == {"codamol": (1, 5), "any": (2, 5)}
    assert counts("possibly_actionable_on_medication") == {
        "codamol": (2, 5),
        "any": (3, 5),
    }


def test_where_nobody_was_assessed_there_is_no_share():
    entries = [
        (f"s{i}", "codamol", "no_guidance", True, "not_called") for i in range(8)
    ]
    table = summarise(calls(), advice(*entries), n=8)
    row = table.loc[("", "actionable", "any", "all")]
    assert (row["n"], row["count"]) == (0, 0)
    assert row[["frequency", "ci_low", "ci_high"]].isna().all()
    assert "codamol" not in table.index.get_level_values("value")


@pytest.mark.parametrize(
    ("phenotypes", "diplotypes", "is_result"),
    [
        *[("", "", False), (";", ";", False), ("Poor Metabolizer", "", True)],
        *[("", "*57:01/*07:02", True), (";x|y", ";", True)],
    ],
)
def test_advice_for_an_unknown_gene_is_no_result_that_anybody_carries(
    phenotypes, diplotypes, is_result
):
    entries = [(f"s{n}", "mavamol", "change_dose", True) for n in range(6)]
    guidance = advice(*entries, phenotypes=phenotypes, diplotypes=diplotypes)
    table = summarise(calls(), guidance, n=6)
    counts = table[table.index.get_level_values("kind") == "actionable"]["count"]
    assert counts.droplevel("group").get(("", "actionable", "any"), 0) == 6 * is_result


def test_a_gene_that_is_missing_beside_one_that_is_known_leaves_it_possible():
    """Allopurinol: ABCG2 is as usual, HLA-B was not tested."""
    entries = [
        row
        for n in range(6)
        for row in (
            (f"s{n}", "allomol", "standard", True, "called"),
            (f"s{n}", "allomol", "no_guidance", True, "not_called", "avoid|standard"),
        )
    ]
    table = summarise(calls(), advice(*entries), n=6)
    for kind, count in (("actionable", 0), ("possibly_actionable", 6)):
        assert table.loc[("", kind, "allomol", "all")]["count"] == count


def test_without_medications_there_is_no_share_of_those_who_take_them():
    guidance = advice(*((f"s{i}", "codamol", "avoid", None) for i in range(6)))
    table = summarise(calls(), guidance, n=6)
    assert "actionable" in table.index.get_level_values("kind")
    assert "actionable_on_medication" not in table.index.get_level_values("kind")


def test_counts_agree_with_a_plain_computation_on_random_calls():
    rng = np.random.default_rng(7)
    n = 60
    keep, groups = grouped(n)
    entries = [
        (s, gene, *rng.choice(["*1", "*2", "*3"], 2), "P", status)
        for s in keep
        for gene, status in zip(
            ("G1", "G2"),
            rng.choice(["called", "not_called"], 2, p=[0.9, 0.1]),
            strict=True,
        )
    ]
    diplotypes = calls(*entries)
    table = summarise(diplotypes, NO_ADVICE, n=n, groups=groups)
    called = diplotypes[diplotypes["status"] == "called"]
    for name, member in zip(groups.names, groups.members, strict=True):
        inside = called[called["sample_id"].isin(np.array(keep)[member])]
        for gene in ("G1", "G2"):
            mine = inside[inside["gene"] == gene]
            alleles = [*mine["allele_1"], *mine["allele_2"]]
            for allele in ("*1", "*2", "*3"):
                row = table.loc[(gene, "allele", allele, name)]
                assert row["count"] == alleles.count(allele)
                assert row["n"] == len(alleles)


def test_the_table_is_the_same_whatever_the_order_of_rows(tmp_path):
    keep, groups = grouped(20)
    entries = [
        (s, g, "*1", f"*{i % 4}", f"P{i % 3}", "called")
        for i, s in enumerate(keep)
        for g in ("A", "B")
    ]
    texts = []
    for seed in (1, 2):
        table = summarise_pgx(
            calls(*entries).sample(frac=1, random_state=seed),
            advice(*[(s, "codamol", "avoid", True) for s in keep]).sample(
                frac=1, random_state=seed
            ),
            keep=keep,
            unrelated=keep,
            groups=groups,
        )
        path = tmp_path / f"{seed}.tsv"
        table["knowledge"] = "as the script adds"
        write_table(path, table, table="pgx/frequencies.tsv")
        texts.append(path.read_bytes())
    assert texts[0] == texts[1]
    assert b"s1\t" not in texts[0]
