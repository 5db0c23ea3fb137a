"""What the ledger judges: a sound cohort, and one with faults of every kind."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from genostrat.qc.ledger.decisions import LedgerEvidence, decide_samples
from genostrat.qc.relatedness.relationships import name_degree
from genostrat.registry import table_spec

DEFAULTS = Path(__file__).resolve().parents[1] / "config/config.yaml"
POLICY = yaml.safe_load(DEFAULTS.read_text())["qc"]
N = 60


def frame(table, *rows, **columns):
    names = [column.name for column in table_spec(table).columns]
    if rows:
        return pd.DataFrame(rows).reindex(columns=names)
    return pd.DataFrame(columns or {name: [] for name in names}).reindex(columns=names)


def related(*pairs):
    rows = [
        {
            **{"sample_1": a, "sample_2": b, "kinship": k, "expected": ""},
            "relationship": name_degree(k),
        }
        for a, b, k in pairs
    ]
    return frame("qc/relatedness.tsv", *rows)


def make_evidence(n=N):
    """A cohort in which no rule has anything to say."""
    rng = np.random.default_rng(11)
    names = [f"s{i:03}" for i in range(n)]
    metrics = frame(
        "qc/sample_metrics.tsv",
        sample_id=names,
        call_rate=0.99,
        f_het=rng.normal(0, 0.01, n),
        het_hom_ratio=rng.normal(1.6, 0.05, n),
        ti_tv=rng.normal(2.05, 0.01, n),
        n_singleton=rng.poisson(900, n),
        contamination=np.nan,
    )
    female = {"reported_sex": "female", "inferred_sex": "female"}
    sex = frame("qc/sex.tsv", sample_id=names, status="ok", x_f=0.0, **female)
    pcs = pd.DataFrame(rng.normal(size=(n, 4)), columns=["PC1", "PC2", "PC3", "PC4"])
    pcs.insert(0, "sample_id", names)
    return LedgerEvidence(
        sheet=pd.DataFrame({"sample_id": [*names, "nogeno"], "centre": "York"}),
        overrides=frame("check/overrides.tsv"),
        metrics=metrics,
        mixtures=frame("qc/mixtures.tsv", sample_id=names, status="ok"),
        sex=sex,
        pairs=related(),
        pcs=pcs,
        ancestry=frame("qc/ancestry.tsv", sample_id=names, ancestry="unassigned"),
        pedigree=frame("qc/pedigree.tsv"),
        mendel=frame("qc/mendel.tsv"),
        swaps=frame("qc/swaps.tsv"),
    )


def decide(evidence, **policy):
    return decide_samples(evidence, policy=POLICY | policy, seed=1)


def by_rule(result):
    return result.rows.set_index(["sample_id", "rule"])


def override(*rows):
    columns = ("sample_id", "decision", "reason", "who")
    return pd.DataFrame(rows, columns=columns)


def make_bad_evidence():
    """One sample for each rule, in the order of the rules; and what they should be."""
    good = make_evidence()
    metrics, sex = good.metrics.copy(), good.sex.copy()
    metrics.loc[0, "call_rate"] = 0.5
    metrics.loc[1, "contamination"] = 0.2
    sex.loc[2, ["status", "reported_sex"]] = ["mismatch", "male"]
    sex.loc[3, "status"] = "ambiguous"
    swaps = frame(
        "qc/swaps.tsv",
        *(
            {
                **{"sample_1": a, "sample_2": b, "confidence": c, "n_evidence": 2},
                "evidence": "this; that",
            }
            for a, b, c in (("s004", "s005", "likely"), ("s006", "", "possible"))
        ),
    )
    mendel = frame(
        "qc/mendel.tsv",
        {
            **{"child": "s007", "father": "s020", "mother": "", "error_rate": 0.2},
            "status": "inconsistent",
        },
    )
    pedigree = frame(
        "qc/pedigree.tsv",
        {
            **{"sample_1": "s008", "sample_2": "s009", "expected": "parent_child"},
            **{"relationship": "unrelated", "status": "mismatch"},
        },
        {
            **{"sample_1": "s014", "sample_2": "s015", "expected": "same_person"},
            **{"relationship": "duplicate", "status": "ok"},
        },
    )
    metrics.loc[10, "f_het"] = -0.5
    metrics.loc[11, "het_hom_ratio"] = 5.0
    metrics.loc[12, "ti_tv"] = 1.0
    metrics.loc[13, "n_singleton"] = 90_000
    metrics.loc[[15, 17], "call_rate"] = 0.98
    pairs = related(
        ("s014", "s015", 0.49), ("s016", "s017", 0.5), ("s018", "s019", 0.25)
    )
    pairs.loc[0, "expected"] = "same_person"
    # Reported EUR: one is AFR, one has no label, and one may be either of two.
    sheet, ancestry = good.sheet.copy(), good.ancestry.copy()
    sheet["reported_ancestry"] = ""
    sheet.loc[20:22, "reported_ancestry"] = ["EUR", "EUR", "AFR|EUR"]
    ancestry.loc[[20, 22], "ancestry"] = "AFR"
    mixtures = good.mixtures.copy()
    mixtures.loc[21, ["status", "score"]] = ["mixture", 5.0]
    # Nobody is like a sample that makes a component of its own.
    pcs = good.pcs.copy()
    pcs.loc[22, "PC1"] = 500.0
    evidence = replace(
        good,
        metrics=metrics,
        mixtures=mixtures,
        pcs=pcs,
        sex=sex,
        swaps=swaps,
        mendel=mendel,
        pedigree=pedigree,
        pairs=pairs,
        sheet=sheet,
        ancestry=ancestry,
    )
    return evidence, {
        "low_call_rate": ["s000"],
        "contamination": ["s001"],
        "mixture": ["s021"],
        "sex_mismatch": ["s002"],
        "sex_ambiguous": ["s003"],
        "swap": ["s004", "s005"],
        "possible_swap": ["s006"],
        "mendel": ["s007"],
        "pedigree_mismatch": ["s008", "s009"],
        "ancestry_mismatch": ["s020"],
        "het_outlier": ["s010"],
        "het_hom_ratio_outlier": ["s011"],
        "ti_tv_outlier": ["s012"],
        "n_singleton_outlier": ["s013"],
        "no_peers": ["s022"],
        "replicate": ["s015"],
        "duplicate": ["s017"],
        "relative": ["s019"],
    }
