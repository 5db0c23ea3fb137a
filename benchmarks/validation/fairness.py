"""Outliers in cohorts in which one ancestry is a minority."""

import pandas as pd

from benchmarks.validation import cohorts
from benchmarks.validation.rows import Check, Row
from genostrat.seeds import random_generator

PANEL = "kg3_panel_2504"
SEED = 1
MAJORITY, MINORITIES, N_MINORITY = "EUR", ("AFR", "AMR"), 56


def choose_people(labels, minority):
    """Return everybody of the majority and some of the minority, drawn."""
    some = sorted(labels.loc[labels["ancestry"] == minority, "sample_id"])
    draw = random_generator(SEED, "minority", minority)
    chosen = set(draw.choice(some, size=N_MINORITY, replace=False).tolist())
    wanted = labels["sample_id"].isin(chosen) | (labels["ancestry"] == MAJORITY)
    return labels[wanted]


def check_minorities(bench):
    labels = cohorts.kg_labels(bench, PANEL)
    rows = [
        _row_of(bench, f"minority_{name.lower()}", choose_people(labels, name))
        for name in MINORITIES
    ]
    return [*rows, _row_of(bench, "minority_all", labels)]


def _row_of(bench, name, people):
    # The label stands in as the centre, so that the table counts by it without a panel.
    sheet = people.drop(columns="population").rename(columns={"ancestry": "centre"})
    run = bench.run(
        name,
        sheet=sheet,
        genotypes=cohorts.vcf(bench, f"{PANEL}/{PANEL}.GRCh37.vcf.gz"),
    )
    table = run.table("qc/exclusions.tsv").set_index("group")
    table = table[table["grouping"] == "centre"]
    sizes = " and ".join(f"{n} {group}" for group, n in table["n"].items())

    def count(column):
        found = [f"{n} {group}" for group, n in table[column].items() if n]
        return ", ".join(found) or "nobody"

    def test(column):
        p_value = table[column].iloc[0]
        return "nobody, so nothing to test" if pd.isna(p_value) else f"{p_value:.2g}"

    return Row(
        name,
        f"{PANEL}: {sizes}",
        "nobody is known to be a bad sample; any ancestry is as good as the others",
        f"fair scores: {count('n_fair')}; one cut for all would call"
        f" {count('n_naive')}",
        f"p of unequal shares: fair {test('p_value_fair')}, one cut"
        f" {test('p_value_naive')}",
    )


CHECKS = [Check("minorities", (PANEL,), check_minorities)]
