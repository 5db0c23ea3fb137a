"""The part of a made-up run that sample QC writes."""

import numpy as np
import pandas as pd

HOSTILE = "<script>alert('x')</script>"
#: Who decides by hand; a name that no report shows unless asked to.
DECIDER = "Dr A. Grey"


def make_samples(run, rng, centres):
    n = len(run.ids)
    samples = pd.DataFrame(
        {
            "sample_id": run.ids,
            "sex": rng.choice(["male", "female"], n),
            "centre": rng.choice(centres, n),
            "batch": rng.choice(["b1", "b2"], n),
            "age": rng.integers(30, 85, n).astype(str),
            "ancestry_reported": rng.choice(["ancA", "ancB", "ancC"], n),
            "treatment": rng.choice(["control", "active"], n),
            "responded": rng.choice(["0", "1"], n),
        }
    )
    run.table("check/samples.tsv", samples)
    return samples


def make_genotypes(run, rng):
    run.record(
        "genotypes/ingest.json",
        {
            "build_declared": "GRCh38",
            "build_detected": "GRCh38",
            "contigs": dict.fromkeys([*map(str, range(1, 23)), "X", "Y"], 10),
            "n_samples": len(run.ids),
            "n_records": 5012,
            "n_stored": 4987,
            "dropped": {"failed_filter": 71, "spanning_deletion": 6, "duplicate": 0},
            "chr_prefix": True,
            "joint_called": True,
            "warnings": [
                "3 IDs of the sheet differ from the VCF by case only,"
                f" first {run.ids[0]}; they were matched"
            ],
        },
    )


def make_quality(run, rng, samples):
    n = len(run.ids)
    call_rate = np.clip(rng.normal(0.993, 0.002, n), 0, 1)
    f_het = rng.normal(0, 0.02, n)
    contamination = np.abs(rng.normal(0.008, 0.002, n))
    call_rate[:2], f_het[2], contamination[2] = (0.74, 0.77), -0.21, 0.16
    counts = {c: 1000 for c in ("n_called", "n_hom_ref", "n_het", "n_hom_alt")}
    metrics = pd.DataFrame(
        {
            "sample_id": run.ids,
            **counts,
            "call_rate": call_rate,
            "f_het": f_het,
            "het_hom_ratio": 1.6,
            "n_singleton": 3,
            "ti_tv": 2.05,
            "mean_dp": 30.0,
            "mean_gq": 70.0,
            "contamination": contamination,
        }
    )
    run.table("qc/sample_metrics.tsv", metrics)
    run.table("qc/mixtures.tsv", pd.DataFrame({"sample_id": run.ids, "status": "ok"}))
    male = (samples["sex"] == "male").to_numpy()
    genetic = male.copy()
    genetic[3:5] = ~genetic[3:5]
    status = np.where(genetic == male, "ok", "mismatch").astype(object)
    status[5] = "ambiguous"
    x_f = np.where(genetic, 0.97, 0.02) + rng.normal(0, 0.015, n)
    x_f[5] = 0.45
    x_f = np.minimum(x_f, 1)
    run.table(
        "qc/sex.tsv",
        pd.DataFrame(
            {
                "sample_id": run.ids,
                "reported_sex": samples["sex"],
                "inferred_sex": np.where(genetic, "male", "female"),
                "x_f": x_f,
                "y_call_rate": np.minimum(
                    np.where(genetic, 0.985, 0.01) + np.abs(rng.normal(0, 0.006, n)), 1
                ),
                "status": status,
                "karyotype": np.where(genetic, "XY", "XX"),
                "evidence": "x_genotypes,y_genotypes",
            }
        ),
    )
    _make_relatedness(run)
    _make_ancestry(run, rng, samples)
    _make_decisions(run)
    _make_outliers(run, metrics, samples)
    _make_families(run)


def _make_relatedness(run):
    pairs = [
        (6, 7, 0.497, 0.0, "duplicate"),
        (8, 9, 0.251, 0.0004, "first"),
        (10, 11, 0.243, 0.018, "first"),
        (12, 13, 0.121, 0.041, "second"),
    ]
    run.table(
        "qc/relatedness.tsv",
        pd.DataFrame(
            [
                (*sorted((run.ids[a], run.ids[b])), phi, ibs0, 4310, degree, "", "", "")
                for a, b, phi, ibs0, degree in pairs
            ],
            columns=(
                *("sample_1", "sample_2", "kinship", "ibs0", "n_sites"),
                *("relationship", "expected", "first_degree_kind"),
                "doubtful_because",
            ),
        ),
    )

    n = len(run.ids)
    run.record(
        "qc/relatedness.json",
        {
            **{"assessable": True, "n_sites": 4400, "n_blocks": 180},
            **{
                "n_pairs": n * (n - 1) // 2,
                "n_indistinct": 0,
                "n_identical": 0,
                "n_alike": 0,
            },
            "ibs0_of_strangers": 0.07,
        },
    )


def _make_ancestry(run, rng, samples):
    centres = {"ancA": (-0.06, -0.03), "ancB": (0.06, -0.03), "ancC": (0, 0.07)}
    middle = np.array([centres[a] for a in samples["ancestry_reported"]])
    scores = middle + rng.normal(0, 0.008, middle.shape)
    run.table(
        "qc/pcs.tsv",
        pd.DataFrame(
            {
                "sample_id": run.ids,
                "PC1": scores[:, 0],
                "PC2": scores[:, 1],
                "PC3": rng.normal(0, 0.05, len(run.ids)),
            }
        ),
    )


def _make_decisions(run):
    rules = {
        "low_call_rate": (0.95, "qc.min_call_rate", {0: "excluded", 1: "excluded"}),
        "contamination": (0.05, "qc.max_contamination", {2: "excluded"}),
        "duplicate": (0.354, "qc.on_duplicate", {7: "excluded"}),
        "sex_mismatch": (None, "qc.on_sex_mismatch", {3: "flagged", 4: "flagged"}),
        "sex_ambiguous": (0.8, "qc.on_sex_ambiguous", {5: "flagged"}),
        "relative": (0.0884, "qc.min_kinship_relative", {9: "kept", 11: "kept"}),
        "het_outlier": (6, "qc.max_het_mads", {13: "excluded"}),
        "override": (None, "samples.overrides", {13: "kept"}),
        "none": (None, "", dict.fromkeys(range(14, len(run.ids)), "kept")),
    }
    rows = [
        (
            *(run.ids[i], rule, 0.5, threshold, key, outcome),
            f"compared with {run.ids[0]}" + f" ({DECIDER})" * (rule == "override"),
        )
        for rule, (threshold, key, hits) in rules.items()
        for i, outcome in hits.items()
    ]
    names = ("sample_id", "rule", "value", "threshold", "config_key", "outcome")
    run.table("qc/decisions.tsv", pd.DataFrame(rows, columns=[*names, "reason"]))
    by_hand = (run.ids[13], "keep", f"like {run.ids[0]}, {HOSTILE}", DECIDER)
    run.table(
        "check/overrides.tsv",
        pd.DataFrame([by_hand], columns=["sample_id", "decision", "reason", "who"]),
    )
    _make_flow(run)


def _make_flow(run):
    n = len(run.ids)
    left = [("low_call_rate", 2), ("contamination", 1), ("duplicate", 1)]
    excluded = [{"rule": rule, "n": count} for rule, count in left]
    relatives = [{"rule": "relative", "n": 2}]
    notes = [{"rule": "flagged", "n": 3}, {"rule": "kept_by_hand", "n": 1}]
    run.record(
        "qc/flow.json",
        {
            "steps": [
                {"label": "Patients in the sheet", "n": n, "excluded": []},
                {"label": "Samples with genotypes", "n": n, "excluded": excluded},
                {"label": "Kept", "n": n - 4, "excluded": relatives, "notes": notes},
                {"label": "Unrelated", "n": n - 6, "excluded": []},
            ],
            "overrides": {"keep": 1, "flag": 0, "exclude": 0, "against_a_rule": 1},
        },
    )


def _make_outliers(run, metrics, samples):
    """A tenth of the samples are of an ancestry that one cut for all would catch."""
    minority = np.arange(len(run.ids)) % 10 == 4
    score = 10 * metrics["f_het"] + np.where(minority, 8, 0)
    table = pd.DataFrame(
        {
            "sample_id": run.ids,
            "metric": "f_het",
            "value": metrics["f_het"],
            "naive_score": score,
            "fair_score": 10 * metrics["f_het"],
            "n_pcs": 3,
            "limit": 6.0,
        }
    )
    run.table("qc/outliers.tsv", table)
    labels = np.where(minority, "rare", "common")
    run.table(
        "qc/ancestry.tsv", pd.DataFrame({"sample_id": run.ids, "ancestry": labels})
    )
    n = len(run.ids)
    rows = [
        ("ancestry", "common", n - n // 10, 0, 0, 4),
        ("ancestry", "rare", n // 10, n // 10, 0, 0),
    ]
    rows += [
        ("centre", centre, size, 2, 0, 1)
        for centre, size in samples["centre"].value_counts().items()
    ]
    columns = ["grouping", "group", "n", "n_naive", "n_fair", "n_excluded"]
    frame = pd.DataFrame(rows, columns=columns)
    p_values = {"naive": [0.0001, 0.8], "fair": [np.nan] * 2, "excluded": [0.6, 0.02]}
    for name, (by_ancestry, by_centre) in p_values.items():
        frame[f"share_{name}"] = frame[f"n_{name}"] / frame["n"]
        frame[f"p_value_{name}"] = np.where(
            frame["grouping"] == "ancestry", by_ancestry, by_centre
        )
    run.table("qc/exclusions.tsv", frame)


def _make_families(run):
    pairs = [
        (6, 7, "unrelated", 0.0, "duplicate", 0.497, "unexpected"),
        (8, 9, "parent_child", 0.25, "parent_child", 0.251, "ok"),
        (12, 14, "full_siblings", 0.25, "unrelated", 0.002, "mismatch"),
    ]
    run.table(
        "qc/pedigree.tsv",
        pd.DataFrame(
            [
                (*sorted((run.ids[a], run.ids[b])), *rest, f"see {run.ids[0]} too")
                for a, b, *rest in pairs
            ],
            columns=(
                *("sample_1", "sample_2", "expected", "expected_kinship"),
                *("relationship", "kinship", "status", "reason"),
            ),
        ),
    )
    run.table(
        "qc/mendel.tsv",
        pd.DataFrame(
            [(run.ids[9], run.ids[8], "", 900, 1, 1 / 900, "consistent")],
            columns=(
                *("child", "father", "mother", "n_sites", "n_errors"),
                *("error_rate", "status"),
            ),
        ),
    )
    text = f"{run.ids[3]} is reported male, X chromosome female"
    unnamed = ("genotypes", "the first is reported male, X chromosome female")
    run.table(
        "qc/swaps.tsv",
        pd.DataFrame(
            [(*sorted((run.ids[3], run.ids[4])), "possible", 2, text, *unnamed)],
            columns=(
                *("sample_1", "sample_2", "confidence", "n_evidence", "evidence"),
                *("swapped", "evidence_unnamed"),
            ),
        ),
    )
