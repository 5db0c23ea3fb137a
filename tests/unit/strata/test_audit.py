from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from genostrat.strata.audit.confounders import (
    associate_pairs,
    audit_confounders,
    best_pair_accuracy,
    encode_confounders,
    kinship_matrix,
    out_of_fold_probabilities,
)
from genostrat.strata.audit.table import (
    confounder_names,
    derived_names,
    read_confounder_table,
)
from genostrat.strata.audit.technical import shared_factors
from genostrat.strata.clustering.folds import stratified_folds
from genostrat.strata.decision import decide_verdict
from genostrat.strata.verdict import give_reasons
from genostrat.tables import write_table

N, P = 120, 40
NAMES = ["centre", "batch", "sex", "age", "PC1"]


@pytest.fixture
def rng():
    return np.random.default_rng(23)


def sheet(rng):
    return pd.DataFrame(
        {
            "centre": rng.choice(["a", "b", "c"], N),
            "batch": rng.choice(["1", "2"], N),
            "sex": rng.choice(["male", "female", ""], N, p=[0.5, 0.4, 0.1]),
            "age": rng.integers(20, 80, N).astype(str),
            "PC1": rng.normal(size=N).astype(str),
        }
    )


def values(rng, *groups):
    data = rng.normal(size=(N, P))
    for group in groups:
        means = np.zeros((int(group.max()) + 1, P))
        for row in means[1:]:
            row[rng.choice(P, 8, replace=False)] = 2.5
        data += means[group]
    return (data - data.mean(axis=0)) / data.std(axis=0, ddof=1)


def audit(data, labels, table, rng):
    return audit_confounders(
        data,
        labels,
        table,
        names=[name for name in NAMES if name in table],
        layers=["x"] * P,
        alpha=0.05,
        rng=rng,
    )


def test_strata_that_are_the_batch_are_confounded(rng):
    table = sheet(rng)
    batch = (table["batch"] == "2").to_numpy().astype(np.intp)
    found = audit(values(rng, batch), batch, table, rng)
    assert found.is_confounded
    assert found.responsible == ["batch"]
    assert found.pair_accuracy == pytest.approx(1)
    assert found.ari_after < 0.2
    row = found.table.set_index("confounder").loc["batch"]
    assert row["effect"] == pytest.approx(1)
    assert row["flag"] == "recovers_strata"


def test_strata_along_ancestry_are_confounded(rng):
    table = sheet(rng)
    along = (table["PC1"].astype(float) > 0).to_numpy().astype(np.intp)
    found = audit(values(rng, along), along, table, rng)
    assert found.is_confounded
    assert found.responsible[0] == "PC1"


def test_a_batch_that_splits_true_subgroups_is_confounded(rng):
    table = sheet(rng)
    batch = (table["batch"] == "2").to_numpy().astype(np.intp)
    true = rng.integers(0, 2, N)
    found = audit(values(rng, batch, true), 2 * true + batch, table, rng)
    assert found.is_confounded
    assert "batch" in found.responsible


def test_true_subgroups_with_mild_imbalance_are_not_confounded(rng):
    table = sheet(rng)
    true = rng.integers(0, 2, N)
    pulled = rng.random(N) < 0.25
    table.loc[pulled, "centre"] = np.where(true[pulled] == 1, "a", "b")
    found = audit(values(rng, true), true, table, rng)
    assert not found.is_confounded
    assert found.ari_after > 0.7
    assert found.features_accuracy > 0.9


def test_unlinked_strata_have_no_flag_and_no_accuracy(rng):
    true = rng.integers(0, 3, N)
    found = audit(values(rng, true), true, sheet(rng), rng)
    assert (found.table["flag"] == "").all()
    assert found.pair_accuracy < 0.5
    assert list(found.table["confounder"][:5]) == NAMES


def test_without_confounders_there_is_nothing_to_blame(rng):
    true = rng.integers(0, 2, N)
    found = audit(values(rng, true), true, pd.DataFrame({"x": ["1"] * N}), rng)
    assert not found.is_confounded
    assert found.table.empty


def test_out_of_fold_predictions_do_not_learn_noise(rng):
    labels = rng.integers(0, 2, N)
    folds = stratified_folds(labels, rng=rng)
    noise = rng.normal(size=(N, 60))
    told = best_pair_accuracy(
        out_of_fold_probabilities(noise, labels, folds=folds), labels
    )
    assert abs(told) < 0.35
    for group in (0, 1):
        counts = np.bincount(folds[labels == group], minlength=5)
        assert np.ptp(counts) <= 1


def test_best_pair_looks_at_two_strata_only():
    labels = np.array([0, 0, 1, 1, 2, 2])
    told = np.array([[0.6, 0.4, 0], [0.6, 0.4, 0], [0.6, 0.4, 0], [0.6, 0.4, 0]])
    told = np.vstack([told, [[0, 0.1, 0.9], [0, 0.1, 0.9]]])
    assert best_pair_accuracy(told, labels) == 1


def test_encoding_keeps_names_that_are_numbers_and_the_unknown():
    table = pd.DataFrame(
        {
            "batch": ["1", "2", "3"] * 4,
            "age": ["30", "", *["40", "50"] * 5],
            "sex": ["male"] * 12,
            "centre": ["a"] * 5 + ["b"] * 5 + ["c", ""],
        }
    )
    got = encode_confounders(table, names=["batch", "age", "sex", "centre"])
    assert got["batch"][0] == "category"
    assert got["age"][0] == "number"
    assert got["age"][1][1] == 40
    assert set(got) == {"batch", "age", "centre"}
    assert set(got["centre"][1]) == {"a", "b", "(rare)", "(unknown)"}
    got = encode_confounders(table, names=["age"], kinds={"age": "category"})
    assert got["age"][0] == "category"


def test_confounder_table_joins_quality_and_keeps_every_patient(tmp_path):
    frame = pd.DataFrame(
        {"sample_id": ["001", "NA", "x"], "sex": "male", "PC1": ["9", "9", "9"]}
    )
    write_table(tmp_path / "samples.tsv", frame, table="check/samples.tsv")
    (tmp_path / "m.tsv").write_text("sample_id\tcall_rate\n001\t0.99\nNA\t0.98\n")
    (tmp_path / "p.tsv").write_text("sample_id\tPC1\tPC2\n001\t0.1\t0.2\n")
    (tmp_path / "a.tsv").write_text("sample_id\tancestry\n001\tEUR\nx\tunassigned\n")
    coverage = pd.DataFrame(
        {
            "sample_id": ["001", "001", "x", "x"],
            "layer": ["mrna", "protein"] * 2,
            "n_measured": [5, 0, 4, 3],
            "n_features": 5,
            "missing_share": [0.125, np.nan, 0.25, 0.4],
            "total": [100.0, np.nan, 200.0, np.nan],
            "zero_share": np.nan,
            "n_detected": np.nan,
            "level": 1.0,
            "spread": 1.0,
        }
    )
    write_table(tmp_path / "c.tsv", coverage, table="profile/coverage.tsv")
    got = read_confounder_table(
        tmp_path / "samples.tsv",
        metrics=tmp_path / "m.tsv",
        pcs=tmp_path / "p.tsv",
        ancestry=tmp_path / "a.tsv",
        coverage=tmp_path / "c.tsv",
        n_pcs=1,
    )
    assert got["sample_id"].tolist() == ["001", "NA", "x"]
    assert got["call_rate"].tolist() == ["0.99", "0.98", ""]
    assert got["PC1"].tolist() == ["0.1", "", ""]
    assert got["ancestry"].tolist() == ["EUR", "", "unassigned"]
    assert "measured:mrna" not in got
    assert got["measured:protein"].tolist() == ["no", "", "yes"]
    names = confounder_names(["sex", "PC1"], n_pcs=1, table=got)
    assert names[:2] == ["sex", "PC1"]
    assert got["missing_share:mrna"].tolist() == ["0.125", "", "0.25"]
    # What all patients have alike, or one alone has, tells nobody apart.
    measures = ["missing_share:mrna", "total:mrna", "measured:protein"]
    assert names[-3:] == measures
    assert derived_names(names) == (["total:mrna"], [])


def test_a_batch_that_only_missing_values_show_confounds(rng):
    batch = rng.integers(0, 2, N)
    share = 0.02 + 0.1 * batch + 0.005 * rng.random(N)
    table = pd.DataFrame({"missing_share:x": share.astype(str)})
    found = audit_confounders(
        values(rng, batch),
        batch,
        table,
        names=["missing_share:x"],
        layers=["x"] * P,
        alpha=0.05,
        rng=rng,
    )
    assert found.is_confounded
    assert found.responsible == ["missing_share:x"]
    said = " ".join(give_reasons("confounded", evidence_row(), found, alpha=0.05))
    assert "the share of missing values of x" in said


def test_what_is_made_of_the_values_is_shown_and_confounds_nothing(rng):
    true = rng.integers(0, 2, N)
    data = values(rng, true)
    level = data[:, :20].mean(axis=1) + 3 * true
    table = pd.DataFrame({"level:x": level.astype(str), "total:x": level.astype(str)})

    def look(**kinds):
        return audit_confounders(
            data,
            true,
            table,
            names=list(table),
            layers=["x"] * P,
            alpha=0.05,
            rng=rng,
            **kinds,
        )

    shown = look(shown=["level:x", "total:x"])
    assert (shown.table["flag"] == "recovers_strata").any()
    assert not shown.is_confounded
    # What the features say of themselves is no confounder that was checked.
    assert np.isnan(shown.pair_accuracy)
    said = " ".join(give_reasons("supported", evidence_row(), shown, alpha=0.05))
    assert "the library size of x" in said
    assert "cause or effect" in said
    alone = replace(shown, table=shown.table[shown.table["confounder"] == "level:x"])
    said = " ".join(give_reasons("supported", evidence_row(), alone, alpha=0.05))
    assert "There was no confounder to check the groups against" in said
    # A library size confounds where no groups are left after adjustment for it.
    assert look(shown=["level:x"], sizes=["total:x"]).is_confounded


def test_what_unrelated_features_share_is_found_in_each_layer(rng):
    true, hidden = rng.integers(0, 2, N), rng.integers(0, 2, N)
    data = rng.normal(size=(N, 60))
    data[:, :20] += 3 * true[:, None]
    data[:, 20:] += 1.5 * hidden[:, None] * rng.choice([-1, 1], 40)
    found = shared_factors(data, true, layers=["a"] * 60)
    assert list(found) == ["shared:a"]
    factor = found["shared:a"].astype(float)
    assert abs(np.corrcoef(factor, hidden)[0, 1]) > 0.9
    assert shared_factors(data[:, :5], true, layers=["b"] * 5).empty


def test_relatives_in_one_stratum_are_seen(rng):
    labels = np.repeat([0, 1], 40)
    ids = [f"{i:02d}" for i in range(80)]
    together = pd.DataFrame(
        {"sample_1": ids[0:24:2], "sample_2": ids[1:24:2], "kinship": 0.05}
    )
    apart = together.assign(sample_2=[ids[-1 - i] for i in range(12)])
    for table, low, high, effect in ((together, 0, 0.01, 1.0), (apart, 0.9, 1, -1.0)):
        pairs = kinship_matrix(table, sample_ids=ids)
        assert (pairs > 0).sum() == 24
        got = associate_pairs(pairs, labels, rng=rng)
        assert low <= got["p_value"] <= high
        assert got["effect"] == pytest.approx(effect, abs=0.1)


def test_kinship_is_a_row_of_the_audit_that_confounds_nothing(rng):
    values, labels = rng.normal(size=(60, 8)), np.repeat([0, 1], 30)
    pairs = np.zeros((60, 60))
    for i in range(0, 30, 2):
        pairs[i, i + 1] = pairs[i + 1, i] = 0.06
    audit = audit_confounders(
        values,
        labels,
        pd.DataFrame({"sex": ["male", "female"] * 30}),
        names=["sex"],
        layers=["a"] * 8,
        alpha=0.05,
        rng=rng,
        pairs=pairs,
    )
    row = audit.table.set_index("confounder").loc["kinship"]
    assert (row["kind"], row["flag"]) == ("pairs", "associated")
    assert not audit.is_confounded


def evidence_row(**changes):
    return {
        "k": 3,
        "pac": 0.01,
        "pac_null_mean": 0.4,
        "p_value": 0.0099,
        "p_adjusted": 0.0099,
        "sigclust_p": 0.0099,
        "sigclust_p_value": 0.0099,
        "joint_p": 0.0099,
        "border_p": 0.0001,
        "border_share": 0.01,
        "valley": 20.0,
        "eligible": True,
        "smallest_cluster": 20,
        "evidence": "full",
    } | changes


def test_verdicts(rng):
    table = sheet(rng)
    batch = (table["batch"] == "2").to_numpy().astype(np.intp)
    mirrored = audit(values(rng, batch), batch, table, rng)
    assert decide_verdict(evidence_row(), None) == "supported"
    assert decide_verdict(evidence_row(), mirrored) == "confounded"
    assert decide_verdict(evidence_row(evidence="partial"), mirrored) == "confounded"
    assert decide_verdict(evidence_row(evidence="partial"), None) == "suggestive"
    assert decide_verdict(evidence_row(evidence="none"), mirrored) == "none"


def test_reasons_follow_the_evidence(rng):
    table = sheet(rng)
    batch = (table["batch"] == "2").to_numpy().astype(np.intp)
    mirrored = audit(values(rng, batch), batch, table, rng)
    said = " ".join(give_reasons("confounded", evidence_row(), mirrored, alpha=0.05))
    assert "batch" in said
    assert "100% of the way" in said
    dull = evidence_row(p_value=0.4, valley=-9.0, eligible=False, smallest_cluster=2)
    said = " ".join(give_reasons("none", dull, None, alpha=0.05))
    assert "no more repeatable than chance" in said
    assert "continuum" in said
    assert "holds 2 patients" in said


def test_reasons_name_numbers_of_groups_that_are_as_good():
    table = pd.DataFrame(
        {
            "k": [2, 3, 4],
            "tied": [False, False, True],
            "nested_in": [np.nan, 2.0, 3.0],
        }
    )
    row = evidence_row(k=3, nested_in=2.0)
    said = " ".join(give_reasons("supported", row, None, alpha=0.05, table=table))
    assert "4 groups are about as good as 3" in said
    assert "The 3 groups lie within 2 broader ones" in said
    assert "divided further, into 4 groups" in said
    worse = table.assign(tied=False)
    said = " ".join(give_reasons("supported", row, None, alpha=0.05, table=worse))
    assert "divided further" not in said
    assert "about as good" not in said
