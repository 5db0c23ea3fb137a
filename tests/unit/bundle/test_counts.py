"""Counts of a bundle: what is told of genes and strata, and what attackers get."""

import numpy as np
import pandas as pd
import pytest
from bundle_cases import PEOPLE, count, diplotypes

from genostrat.bundle.pharmacogenes import count_phenotypes
from genostrat.bundle.subgroups import count_strata
from genostrat.disclosure.membership import most_features


def test_phenotypes_are_counted_by_ancestry_without_small_groups():
    rng = np.random.default_rng(3)
    phenotypes = rng.choice(["Poor", "Normal", "Rapid"], 300, p=[0.03, 0.6, 0.37])
    labels = np.array(["EUR"] * 200 + ["AFR"] * 97 + ["EAS"] * 3)
    part = count(phenotypes, labels)
    table = part.table.set_index(["group", "phenotype"])["count"]
    assert set(part.table["group"]) == {"EUR", "AFR", "EAS", "all"}
    assert (table["EAS"] == "<10").all()
    numbers = pd.to_numeric(part.table["count"], errors="coerce").dropna()
    assert len(numbers)
    assert (numbers >= 10).all()
    assert (numbers % 5 == 0).all()
    true = (phenotypes[labels == "EUR"] == "Normal").sum()
    assert abs(int(table["EUR", "Normal"]) - true) <= 2


def many_genes(n_people, n_genes=12, seed=5):
    rng = np.random.default_rng(seed)
    names = ["Poor", "Intermediate", "Normal"]
    drawn = {
        f"GENE{i:02}": rng.choice(names, n_people, p=[0.2, 0.3, 0.5])
        for i in range(n_genes)
    }
    return pd.concat([diplotypes(v, gene=g) for g, v in drawn.items()])


@pytest.mark.parametrize(
    ("n", "n_genes"), [(25, 0), (41, 0), (81, 1), (120, 1), (200, 3), (300, 4)]
)
def test_no_more_genes_are_counted_than_hide_who_is_among_them(n, n_genes):
    part = count_phenotypes(
        many_genes(n), unrelated=PEOPLE[:n], ancestry=None, threshold=10
    )
    assert part.table["gene"].nunique() == n_genes
    # Two free counts a gene, and 0.0316 of them a patient.
    assert 2 * n_genes <= most_features(n) < 2 * (n_genes + 1)
    own = many_genes(n, n_genes=n_genes) if n_genes else diplotypes([])
    whole = count_phenotypes(own, unrelated=PEOPLE[:n], ancestry=None, threshold=10)
    assert whole.left_out == (), "all were counted"
    assert f"{12 - n_genes} genes: the counts of all" in " ".join(part.left_out)


def test_who_releases_chooses_the_genes():
    options = {"unrelated": PEOPLE[:200], "ancestry": None, "threshold": 10}
    wanted = ["GENE07", "NONE", "GENE02", "GENE05", "GENE01"]
    part = count_phenotypes(many_genes(200), genes=wanted, **options)
    assert sorted(set(part.table["gene"])) == ["GENE02", "GENE05", "GENE07"]
    assert "1 genes of bundle.genes of which no" in " ".join(part.left_out)


def test_groups_too_small_for_all_genes_are_not_counted_apart():
    labels = pd.DataFrame(
        {"sample_id": PEOPLE[:200], "ancestry": ["EUR"] * 120 + ["AFR"] * 80}
    )
    options = {"unrelated": PEOPLE[:200], "ancestry": labels, "threshold": 10}
    part = count_phenotypes(many_genes(200), **options)
    assert set(part.table["group"]) == {"all"}
    assert "counts by ancestry" in " ".join(part.left_out)
    part = count_phenotypes(many_genes(200, n_genes=1), **options)
    assert set(part.table["group"]) == {"all", "EUR", "AFR"}


def test_sizes_of_strata_are_told_where_enough_share_them():
    for n, is_told in ((60, False), (90, True)):
        table = pd.DataFrame(
            {
                "sample_id": PEOPLE[:n],
                "stratum": ["S1", "S2", ""] * (n // 3),
                "status": ["assigned", "assigned", "ambiguous"] * (n // 3),
            }
        )
        part = count_strata(table, {"verdict": "supported", "k": 2}, threshold=10)
        assert ("withheld" not in set(part.table["n"])) == is_told
        assert (len(part.left_out) == 1) == is_told


def test_a_gene_nobody_was_called_in_has_no_row():
    part = count(["Normal"] * 100, status="not_called")
    assert part.table.empty
    assert "1 genes" in part.left_out[0]


def test_the_phenotypes_of_a_planted_patient_are_not_recovered():
    """With and without her, released apart: no table differs but by rounding."""
    rng = np.random.default_rng(8)
    recovered = 0
    for _ in range(40):
        phenotypes = list(rng.choice(["Poor", "Normal"], 250, p=[0.1, 0.9]))
        alone = count([*phenotypes, "Ultrarapid"]).table
        shown = alone[alone["phenotype"] == "Ultrarapid"]["count"].item()
        recovered += shown != "<10"
    assert recovered == 0


def test_putting_genes_together_tells_no_small_count():
    """Each gene's sums narrow the number of patients, which all genes share.

    Shown are 215 of everybody, which is 213 to 217; 90 and 130 of C, which is 216 at
    least; and 70 and 135 of B, beside which 216 leave 7 to 9 to the small count.
    """
    genes = {
        "A": ["Normal"] * 213 + ["Poor"] * 2 + ["Rapid"],
        "B": ["Normal"] * 72 + ["Poor"] * 7 + ["Rapid"] * 137,
        "C": ["Normal"] * 88 + ["Poor"] * 128,
    }
    n = 216
    part = count_phenotypes(
        pd.concat([diplotypes(v, gene=g) for g, v in genes.items()]),
        unrelated=PEOPLE[:n],
        ancestry=None,
        threshold=10,
    )
    assert part.table["gene"].nunique() == 3
    low, high = 213, 217
    for _ in range(3):
        for _, own in part.table.groupby("gene"):
            bounds = [bounds_of(text) for text in own["count"]]
            low = max(low, sum(b[0] for b in bounds))
            high = min(high, sum(b[1] for b in bounds))
    assert low <= n <= high
    for _, own in part.table.groupby("gene"):
        bounds = [bounds_of(text) for text in own["count"]]
        for place, text in enumerate(own["count"]):
            if text == "<10":
                others = [b for i, b in enumerate(bounds) if i != place]
                least = max(0, low - sum(b[1] for b in others))
                most = min(9, high - sum(b[0] for b in others))
                assert most - least >= 4, (own, low, high)


def bounds_of(text):
    """Return the least and the most that a shown count can be."""
    if text in ("<10", "withheld"):
        return (0, 9) if text == "<10" else (10, 300)
    return max(10, int(text) - 2), int(text) + 2


def test_strata_are_counted_and_the_model_is_not_there():
    table = pd.DataFrame(
        {
            "sample_id": PEOPLE[:100],
            "stratum": ["S1"] * 60 + ["S2"] * 33 + [""] * 7,
            "status": ["assigned"] * 93 + ["outside_model"] * 7,
        }
    )
    part = count_strata(table, {"verdict": "supported", "k": 2}, threshold=10)
    shown = part.table.set_index("stratum")["n"].to_dict()
    assert shown["not placed"] == "<10"
    assert shown["S1"] == "60"
    assert any("model" in text for text in part.left_out)
