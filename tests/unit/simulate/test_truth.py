import check_truth as script
import numpy as np
import pandas as pd
import pytest
from made_up import write_part, write_plain

from genostrat.seeds import random_generator
from genostrat.simulate.truth import check_truth
from genostrat.tables import read_table

N = 90


@pytest.fixture
def truth():
    ids = [f"TOY-{i:04d}" for i in range(N)]
    return {
        "n_subgroups": 3,
        "duplicates": [ids[0:2]],
        "parent_child": [ids[2:4]],
        "siblings": [ids[4:6]],
        "sex_swapped": ids[6:8],
        "contaminated": ids[8:9],
        "low_call_rate": ids[9:11],
        "ancestry": {s: "ABC"[i % 3] for i, s in enumerate(ids)},
        "batch": {s: f"batch{i // 3 % 2}" for i, s in enumerate(ids)},
        "subgroup": {s: f"subgroup_{i // 30 + 1}" for i, s in enumerate(ids)},
        "responsive_subgroup": "subgroup_2",
        "treatment_outcomes": ["survival", "binary"],
        "pharmacogenes": {s: {"CYP2C19": "*1/*2", "TPMT": "*1/*1"} for s in ids},
        "affected": [
            {
                "sample": ids[20],
                "gene": "CYP2C19",
                "phenotype": "Poor Metabolizer",
                "drug": "clopidogrel",
                "category": "avoid",
            }
        ],
        "unread_gene": "CYP2C19",
        "unread": ids[21:23],
    }


@pytest.fixture
def run(truth):
    """A run that found everything; stratum 7 is the responsive subgroup."""
    ids = list(truth["ancestry"])
    rng = random_generator(1, "truth")
    centres = {"A": (0, 0), "B": (5, 0), "C": (0, 5)}
    scores = np.array([centres[truth["ancestry"][s]] for s in ids])
    scores = scores + rng.normal(size=(N, 2)) * 0.3
    pairs = [*truth["duplicates"], *truth["parent_child"], *truth["siblings"]]
    strata = {"subgroup_1": "9", "subgroup_2": "7", "subgroup_3": "8"}
    decisions = [(truth["contaminated"][0], "contamination")]
    decisions += [(s, "low_call_rate") for s in truth["low_call_rate"]]
    decisions += [(truth["duplicates"][0][0], "duplicate")]
    sex = pd.DataFrame({"sample_id": ids, "status": "ok"})
    sex.loc[sex["sample_id"].isin(truth["sex_swapped"]), "status"] = "mismatch"
    scales = {"os": "hazard_ratio rmst_difference", "resp": "odds_ratio"}
    size = {"hazard_ratio": (0.3, 0.9), "rmst_difference": (9, 1), "odds_ratio": (9, 1)}
    return {
        "relatedness": pd.DataFrame(
            {
                "sample_1": [a for a, _ in pairs],
                "sample_2": [b for _, b in pairs],
                "relationship": ["duplicate", "first", "first"],
            }
        ),
        "sex": sex,
        "decisions": pd.DataFrame(decisions, columns=["sample_id", "rule"]),
        "pcs": pd.DataFrame(
            {"sample_id": ids, "PC1": scores[:, 0], "PC2": scores[:, 1]}
        ),
        "verdict": {"verdict": "supported", "k": 3},
        "assignments": pd.DataFrame(
            {
                "sample_id": ids,
                "stratum": [strata[truth["subgroup"][s]] for s in ids],
                "status": "assigned",
            }
        ),
        "interaction": pd.DataFrame(
            [
                ("os", "cox", 0.01),
                ("os", "gail_simon", 0.9),
                ("resp", "logistic", 0.002),
                ("resp", "prognostic", 0.001),
            ],
            columns=["outcome", "model", "p_adjusted"],
        ),
        "effects": pd.DataFrame(
            [
                (outcome, stratum, scale, size[scale][stratum != "7"])
                for outcome, names in scales.items()
                for scale in names.split()
                for stratum in ("7", "8", "9")
            ]
            + [("os", "all", "hazard_ratio", 0.01)],
            columns=["outcome", "stratum", "scale", "effect"],
        ),
        "diplotypes": pd.DataFrame(
            {
                "sample_id": ids,
                "gene": "CYP2C19",
                "diplotype": "*1/*2",
                "alternatives": "",
                "phenotype": "Poor Metabolizer",
                "status": [
                    "ambiguous" if s in truth["unread"] else "called" for s in ids
                ],
            }
        ),
        "guidance": pd.DataFrame(
            {
                "sample_id": truth["affected"][0]["sample"],
                "drug": ["clopidogrel"],
                "genes": "CYP2C19",
                "category": "avoid",
                "on_medication": True,
            }
        ),
    }


def verdicts(truth, run):
    return check_truth(truth, **run).set_index("item")["verdict"].to_dict()


def changed(truth, run):
    return {k: v for k, v in verdicts(truth, run).items() if v != "found"}


def test_a_perfect_run_finds_everything(truth, run):
    rows = check_truth(truth, **run)
    assert set(rows["verdict"]) == {"found"}
    assert len(rows) == 22
    assert rows["item"].is_unique


def test_no_identifier_leaves(truth, run):
    run["sex"].loc[20:25, "status"] = "mismatch"
    run["relatedness"] = run["relatedness"].iloc[:0]
    text = check_truth(truth, **run).to_csv()
    assert "TOY-" not in text


def test_wrong_degree_is_missed(truth, run):
    run["relatedness"].loc[2, "relationship"] = "second"
    assert changed(truth, run) == {"full siblings": "missed"}


def test_unplanted_relatives_are_false_alarms_unless_contaminated(truth, run):
    ids = list(truth["ancestry"])
    pairs = run["relatedness"]
    pairs.loc[3] = [truth["contaminated"][0], ids[40], "third"]
    pairs.loc[4] = [ids[50], ids[51], ""]
    assert changed(truth, run) == {}
    pairs.loc[5] = [ids[52], ids[53], "third"]
    assert changed(truth, run) == {"other related pairs": "false_alarm"}


@pytest.mark.parametrize(
    ("rule", "item"),
    [("contamination", "contaminated samples"), ("low_call_rate", "low call rates")],
)
def test_samples_missed_and_caught_for_nothing(truth, run, rule, item):
    decisions = run["decisions"]
    row = decisions.index[decisions["rule"] == rule][0]
    decisions.loc[row, "sample_id"] = list(truth["ancestry"])[60]
    expected = {item: "missed", f"other {item}": "false_alarm"}
    assert changed(truth, run) == expected


def test_ambiguous_sex_is_not_a_mismatch(truth, run):
    run["sex"].loc[6, "status"] = "ambiguous"
    assert changed(truth, run) == {"swapped sexes": "missed"}


def test_mixed_or_blank_components_lose_the_ancestries(truth, run):
    scores = run["pcs"]["PC1"].to_numpy()
    run["pcs"]["PC1"] = np.roll(scores, 1)
    assert changed(truth, run) == {"ancestries": "missed"}
    run["pcs"][["PC1", "PC2"]] = np.nan
    assert changed(truth, run) == {"ancestries": "missed"}


@pytest.mark.parametrize(
    "verdict",
    [
        {"verdict": "none", "k": 1},
        {"verdict": "none", "k": None},
        {"verdict": "confounded", "k": 3},
        {"verdict": "supported", "k": 2},
    ],
)
def test_wrong_verdict_misses_the_subgroups(truth, run, verdict):
    run["verdict"] = verdict
    assert changed(truth, run) == {"molecular subgroups": "missed"}


def test_strata_along_batches_are_a_false_alarm(truth, run):
    run["assignments"]["stratum"] = list(truth["batch"].values())
    found = verdicts(truth, run)
    assert found["molecular subgroups"] == "missed"
    assert found["strata along batches"] == "false_alarm"


def test_patients_without_a_stratum_do_not_count(truth, run):
    assignments = run["assignments"]
    assignments.loc[::2, ["stratum", "status"]] = ["7", "ambiguous"]
    assert changed(truth, run) == {}


def test_weak_or_untested_interaction_is_missed(truth, run):
    run["interaction"].loc[0, "p_adjusted"] = 0.06
    run["interaction"].loc[2, "p_adjusted"] = np.nan
    assert changed(truth, run) == {
        "treatment effect differs: survival outcome": "missed",
        "treatment effect differs: binary outcome": "missed",
    }


def test_ratios_are_compared_by_their_logarithm(truth, run):
    effects = run["effects"]
    ratio = (effects["scale"] == "hazard_ratio") & (effects["stratum"] == "8")
    # 2.5 is further from 1 than 0.3 on the plain scale, but not on the log scale.
    effects.loc[ratio, "effect"] = 2.5
    assert changed(truth, run) == {}
    effects.loc[ratio, "effect"] = 5.0
    assert changed(truth, run) == {"treatment works best: survival outcome": "missed"}


def make_null(truth, run):
    truth |= {"n_subgroups": 0, "subgroup": {}, "treatment_outcomes": []}
    truth["responsive_subgroup"] = None
    run["verdict"] = {"verdict": "none", "k": 1}
    run["assignments"][["stratum", "status"]] = ["", "excluded"]
    run["interaction"]["p_adjusted"] = np.nan
    run["effects"] = run["effects"][run["effects"]["stratum"] == "all"]


def test_a_quiet_run_of_the_null_cohort_is_right(truth, run):
    make_null(truth, run)
    assert changed(truth, run) == {}


def test_claims_about_the_null_cohort_are_false_alarms(truth, run):
    make_null(truth, run)
    run["verdict"] = {"verdict": "suggestive", "k": 2}
    run["interaction"].loc[0, "p_adjusted"] = 0.001
    assert changed(truth, run) == {
        "molecular subgroups": "false_alarm",
        "other treatment effects that differ": "false_alarm",
    }


def test_script_reads_the_tables_of_a_run(truth, run, tmp_path):
    tables = {
        "relatedness": "qc/relatedness.tsv",
        "sex": "qc/sex.tsv",
        "decisions": "qc/decisions.tsv",
        "pcs": "qc/pcs.tsv",
        "assignments": "strata/assignments.tsv",
        "interaction": "response/interaction.tsv",
        "effects": "response/effects.tsv",
        "diplotypes": "pgx/diplotypes.tsv",
        "guidance": "pgx/guidance.tsv",
    }
    paths = {}
    for part, table in tables.items():
        paths[part] = tmp_path / table
        write_part(paths[part], run[part], table=table)
    for part, record in (("truth", truth), ("verdict", run["verdict"])):
        paths[part] = tmp_path / f"{part}.json"
        write_plain(paths[part], record)
    script.main(**paths, table=tmp_path / "truth_check.tsv")
    rows = read_table(tmp_path / "truth_check.tsv", table="truth_check.tsv")
    assert (rows["verdict"] == "found").all()
