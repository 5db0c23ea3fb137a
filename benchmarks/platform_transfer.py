"""Place patients by a model of another platform, with and without mapping.

    python -m benchmarks.platform_transfer --data <folder> [--repeats 10]

The model is of the 150 training patients of `tcga_brca_mixomics` (mRNA and microRNA),
the patients are its 70 test patients, on the same platform and on made-up others: every
feature is stretched, shifted and bent by an increasing function of its own, and gets
noise of a fifth of its spread. Then the same with the 35 test patients of one subtype
alone, where mapping takes for granted what is not so.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from genostrat.api.subgroups import assign_matrix, judge_matrix
from genostrat.seeds import random_generator

FOLDER, LAYERS, NOISE = "tcga_brca_mixomics", ("mrna", "mirna"), 0.2


def read(path):
    """Return patients × features."""
    return pd.read_csv(path, sep="\t", index_col=0)


def other_platform(values, rng):
    """Return the same patients on a made-up platform."""
    spread = values.std()
    scaled = (values - values.mean()) / spread
    noisy = scaled + NOISE * rng.normal(size=values.shape)
    bend = rng.uniform(0.2, 1.0, values.shape[1])
    bent = np.sinh(bend * noisy) / bend
    return bent * rng.uniform(0.3, 3.0, values.shape[1]) + rng.normal(
        0, 5, values.shape[1]
    )


def describe(table, truth, of_stratum):
    """Return agreement and counts of one assignment, in words."""
    status = table["status"].value_counts()
    held = table["stratum"].fillna("") != ""
    sure = table["status"] == "assigned"
    right = (table["stratum"].map(of_stratum).to_numpy() == truth) & sure.to_numpy()
    ari = (
        adjusted_rand_score(truth[held], table["stratum"][held]) if held.sum() else 0.0
    )
    return {
        "ARI": ari,
        "assigned": int(status.get("assigned", 0)),
        "ambiguous": int(status.get("ambiguous", 0)),
        "outside": int(status.get("outside_model", 0)),
        "right of assigned": int(right.sum()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--repeats", type=int, default=10)
    words = parser.parse_args()
    folder = words.data / FOLDER
    train = {name: read(folder / f"train_{name}.tsv") for name in LAYERS}
    test = {name: read(folder / f"test_{name}.tsv") for name in LAYERS}
    known = read(folder / "train_subtype.tsv").iloc[:, 0]
    truth = read(folder / "test_subtype.tsv").iloc[:, 0].loc[test["mrna"].index]
    found = judge_matrix(train)
    print(f"model: {found.verdict}, {found.k} strata")
    if found.model is None:
        return
    own = found.assignments.set_index("sample_id")["stratum"]
    of_stratum = pd.crosstab(own, known.loc[own.index]).idxmax(axis=1)
    only = truth.index[truth == truth.value_counts().index[0]]
    rows = []
    for repeat in range(words.repeats):
        rng = random_generator(1, "platform", repeat)
        made = {name: other_platform(values, rng) for name, values in test.items()}
        for patients, label in ((truth.index, "all"), (only, "one subtype")):
            for kind, values, platform in (
                ("same platform, as it is", test, "same"),
                ("same platform, mapped", test, "other"),
                ("other platform, as it is", made, "same"),
                ("other platform, mapped", made, "other"),
            ):
                if values is test and repeat:
                    continue
                part = {name: one.loc[patients] for name, one in values.items()}
                table = assign_matrix(found.model, part, platform=platform)
                table = table.set_index("sample_id").loc[patients]
                given = truth.loc[patients].to_numpy()
                rows.append(
                    {
                        "patients": label,
                        "values": kind,
                        **describe(table, given, of_stratum),
                    }
                )
    table = pd.DataFrame(rows).groupby(["patients", "values"], sort=False).mean()
    print("| patients | values |", " | ".join(table.columns), "|")
    print("|---|---|" + "--:|" * table.shape[1])
    for (patients, kind), row in table.iterrows():
        print(f"| {patients} | {kind} |", " | ".join(f"{x:.2f}" for x in row), "|")


if __name__ == "__main__":
    main()
