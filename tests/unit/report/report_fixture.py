"""A made-up run of a cohort, as far as the report reads it."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from made_up import write_part, write_record
from unit.report.report_fixture_pgx import make_medicines, make_pharmacogenes
from unit.report.report_fixture_quality import (
    make_genotypes,
    make_quality,
    make_samples,
)

from genostrat.seeds import random_generator
from genostrat.tables import write_arrays, write_parquet

N_FEATURES = 60


@dataclass
class Run:
    """A folder with the tables of one run.

    Parameters
    ----------
    folder
        ``results/<cohort>``.
    ids
        Sample identifiers, in the order of the sheet.
    files
        The path of each part, by its name in the registry.
    """

    folder: Path
    ids: list[str]
    files: dict[str, Path] = field(default_factory=dict)

    def table(self, part, frame):
        self.files[part] = self.folder / part
        write_part(self.files[part], frame, table=part)

    def record(self, part, value):
        self.files[part] = self.folder / part
        write_record(self.files[part], value, entry=part)

    def without(self, *parts):
        return {name: path for name, path in self.files.items() if name not in parts}


def make_run(folder, *, n=200, verdict="supported", ids=None, centres=None):
    """Write every table of a plausible cohort with three planted subgroups."""
    rng = random_generator(1, "report", n, verdict)
    ids = ids or [f"TOY-{i:04d}" for i in range(1, n + 1)]
    run = Run(Path(folder), list(ids))
    strata = rng.choice(["S1", "S2", "S3"], n, p=[0.36, 0.34, 0.3])
    samples = make_samples(run, rng, centres or ["Leeds", "Oxford", "York"])
    make_genotypes(run, rng)
    make_quality(run, rng, samples)
    _make_variants(run)
    make_pharmacogenes(run, rng, samples)
    _make_profile(run, rng, strata)
    _make_strata(run, rng, strata, verdict)
    _make_response(run, rng, verdict)
    run.table(
        "truth_check.tsv",
        pd.DataFrame(
            [
                ("subgroups", "3 subgroups", "3 subgroups, ARI 0.97", "found"),
                ("swapped sex", "2 samples", "2 samples", "found"),
                ("duplicate pair", "1 pair", "1 pair", "found"),
                ("batch effect", "not a subgroup", "ARI 0.01 with batch", "found"),
                ("contaminated sample", "1 sample", "0 samples", "missed"),
            ],
            columns=["item", "planted", "found", "verdict"],
        ),
    )
    return run


def _make_variants(run):
    run.record(
        "variants/summary.json",
        {
            "n_variants": 4987,
            "n_snv": 4871,
            "n_indel": 116,
            "n_from_multiallelic_sites": 41,
            "n_singleton": 12,
            "ti_tv": 2.062,
            "mean_missing_rate": 0.0071,
        },
    )
    low = np.arange(0, 1, 0.05)
    snv = 400 * np.exp(-4 * low) + 25
    rows = [
        (kind, b, b + 0.05, int(v * f), int(v * f * 1.2) if b < 0.5 else 0)
        for kind, f in (("snv", 1), ("indel", 0.03))
        for b, v in zip(low, snv, strict=True)
    ]
    columns = ("class", "af_bin_low", "af_bin_high", "n_unfolded", "n_folded")
    run.table("variants/spectrum.tsv", pd.DataFrame(rows, columns=columns))


def _make_profile(run, rng, strata):
    kept = [i for i in range(len(run.ids)) if i not in (0, 1, 2, 7)]
    names = [f"expression:GENE{i:03d}" for i in range(1, N_FEATURES + 1)]
    values = rng.normal(0, 1, (len(kept), N_FEATURES))
    values += rng.normal(0, 1, (len(kept), 1)) * rng.normal(0, 0.4, N_FEATURES)
    for j, name in enumerate(["S1", "S2", "S3"]):
        values[strata[kept] == name, 8 * j : 8 * (j + 1)] += 2 * (-1) ** j
    frame = pd.DataFrame(values, columns=names)
    frame.insert(0, "sample_id", [run.ids[i] for i in kept])
    run.files["profile/features.parquet"] = run.folder / "profile/features.parquet"
    write_parquet(
        run.files["profile/features.parquet"], frame, entry="profile/features.parquet"
    )
    dropped = [f"expression:FLAT{i}" for i in range(4)]
    run.table(
        "profile/features.tsv",
        pd.DataFrame(
            {
                "feature": names + dropped,
                "layer": "expression",
                "encoding": "continuous",
                "n_missing": [2] + [0] * (N_FEATURES + 3),
                "transform": "log2",
                "status": ["used"] * N_FEATURES + ["constant"] * 4,
                "n_patients": len(kept),
                "source_name": [n.split(":")[1] for n in names + dropped],
            }
        ),
    )


def _make_strata(run, rng, strata, verdict):
    found = verdict != "none"
    statuses = np.array(["assigned"] * len(run.ids), dtype=object)
    statuses[[0, 1, 2, 7]] = "excluded"
    if found:
        statuses[-12:-1] = "ambiguous"
        statuses[-1] = "outside_model"
    shown = np.where((statuses == "assigned") & found, strata, "")
    confidence = np.where(shown == "", np.nan, rng.beta(12, 1.5, len(run.ids)))
    run.table(
        "strata/assignments.tsv",
        pd.DataFrame(
            {
                "sample_id": run.ids,
                "stratum": shown,
                "confidence": confidence,
                "status": statuses,
            }
        ),
    )
    k = np.arange(2, 7)
    null_mean = np.array([0.31, 0.34, 0.36, 0.37, 0.37])
    pac = null_mean + rng.normal(0, 0.01, 5)
    p = np.array([0.4, 0.5, 0.6, 0.7, 0.8])
    if found:
        pac[:3], p[:3] = (0.21, 0.06, 0.19), (0.02, 0.0099, 0.03)
    run.table(
        "strata/k_selection.tsv",
        pd.DataFrame(
            {
                "k": k,
                "pac": pac,
                "pac_null_mean": null_mean,
                "rcsi": np.log(null_mean / pac),
                "p_value": p,
                "p_adjusted": np.minimum(p * 3, 1),
                "sigclust_p": [0.0099 if found else 0.61] + [0.8] * 4,
                "prediction_strength": [0.9, 0.93, 0.6, 0.5, 0.4],
                "gap": [0.3, 0.6, 0.58, 0.57, 0.55],
            }
        ),
    )
    _make_distribution(run, pac)
    _make_verdict(run, verdict)
    _make_audit(run, verdict)
    _make_comparison(run, strata, found=found)
    if found:
        _make_characteristics(run, rng)
        _make_enrichment(run)
    kept = np.flatnonzero(statuses != "excluded")
    same = strata[kept][:, None] == strata[kept][None, :]
    noise = rng.normal(0, 0.05, same.shape)
    matrix = np.clip(np.where(same & found, 0.95, 0.06 if found else 0.4) + noise, 0, 1)
    run.files["strata/consensus.npz"] = run.folder / "strata/consensus.npz"
    write_arrays(
        run.files["strata/consensus.npz"],
        entry="strata/consensus.npz",
        labels=np.zeros(len(kept), int),
        order=np.arange(len(kept)),
        matrix=np.maximum(matrix, matrix.T),
        sample_id=np.array([run.ids[i] for i in kept]),
    )


def _make_distribution(run, pac):
    """Write a consensus that rises by the PAC between 0.1 and 0.9."""
    grid = np.round(np.arange(0, 1.0001, 0.02), 2)
    frames = []
    for k, share in enumerate(pac, start=2):
        knots = [0.6, 0.65, 0.65 + share, 1.0]
        cdf = np.interp(grid, [0, 0.1, 0.9, 1], np.minimum(knots, 1))
        frames.append(pd.DataFrame({"k": k, "consensus": grid, "cdf": cdf}))
    run.table("strata/consensus_cdf.tsv", pd.concat(frames, ignore_index=True))


def _make_comparison(run, strata, *, found):
    others = [
        *(("algorithm", name) for name in ("kmeans", "pam", "spectral", "ward")),
        ("label", "diagnosis"),
    ]
    names = [("strata", "strata"), *((kind, f"{kind}:{n}") for kind, n in others)]
    rows = [
        (
            *(name, other, kind, other_kind, len(run.ids) - 5, 3, 3),
            *((0.9, 0.88) if found else (0.2, 0.25)),
        )
        for i, (kind, name) in enumerate(names)
        for other_kind, other in names[i + 1 :]
    ]
    columns = (
        *("partition_1", "partition_2", "kind_1", "kind_2"),
        *("n", "k_1", "k_2", "ari", "ami"),
    )
    run.table("strata/agreement.tsv", pd.DataFrame(rows, columns=columns))
    names = {"S1": "carcinoma", "S2": "adenoma", "S3": "carcinoma"}
    levels = pd.Series(strata).map(names).rename("level")
    counts = levels.groupby([levels, pd.Series(strata, name="stratum")]).size()
    run.table(
        "strata/label_counts.tsv",
        counts.rename("n").reset_index().assign(label="diagnosis"),
    )


def _make_verdict(run, verdict):
    reasons = {
        "supported": "Both tests reject that there are no groups (p = 0.03 twice)",
        "suggestive": "Only one of the two tests rejects that there are no groups",
        "none": "Neither test rejects that there are no groups (p = 1.0, p = 0.61)",
        "confounded": "The strata can be recovered from the batch alone (91 %)",
    }
    rates = [0.1, 0.75, 1.0, 1.0]
    run.record(
        "strata/verdict.json",
        {
            "verdict": verdict,
            "k": 1 if verdict == "none" else 3,
            "best_k": 3,
            "reasons": [reasons[verdict]],
            "power": {
                "separations_sd": [1.0, 1.5, 2.0, 2.5],
                "detection_rate": rates,
                "smallest_detectable_sd": 2.0,
                "n": 194,
                "p": N_FEATURES,
            },
            "seed": 1,
        },
    )


def _make_audit(run, verdict):
    confounded = verdict == "confounded"
    batch = "recovers_strata" if confounded else ""
    rows = [
        ("batch", "category", 0.88 if confounded else 0.03, "Cramer's V", batch),
        ("centre", "category", 0.05, "Cramer's V", ""),
        ("sex", "category", 0.0, "Cramer's V", ""),
        ("age", "number", 0.06, "eta squared", "associated" if confounded else ""),
        ("PC1", "number", 0.02, "eta squared", ""),
        ("call_rate", "number", 0.004, "eta squared", ""),
        ("(all together)", "joint", np.nan, "", "confounded" if confounded else ""),
    ]
    table = pd.DataFrame(
        rows, columns=("confounder", "kind", "effect", "effect_name", "flag")
    )
    linked = table["flag"] != ""
    table["p_value"] = np.where(linked, 0.001, 0.3)
    table["p_adjusted"] = np.where(linked, 0.006, 0.6)
    table.loc[table["kind"] == "joint", ["p_value", "p_adjusted"]] = np.nan
    table["recoverable_accuracy"] = np.where(linked, 0.91, 0.35)
    table["ari_after_adjustment"] = np.where(linked, 0.05, 0.96)
    run.table("strata/confounders.tsv", table.assign(features_accuracy=0.97))


def _make_characteristics(run, rng):
    rows = []
    for i in range(1, N_FEATURES + 1):
        for j, stratum in enumerate(["S1", "S2", "S3"]):
            planted = 8 * j < i <= 8 * (j + 1)
            effect = (2 * (-1) ** j if planted else 0) + rng.normal(0, 0.12)
            limits = (effect - 0.3, effect + 0.3)
            because = "defined the strata: effect size only"
            rows.append(
                (
                    *(f"expression:GENE{i:03d}", "expression", stratum, effect),
                    *limits,
                    *(np.nan, np.nan, because),
                )
            )
    rows += [
        ("age", "sheet", s, 0.1, -0.2, 0.4, 0.51, 0.7, "not used to find the strata")
        for s in ("S1", "S2", "S3")
    ]
    columns = (
        *("feature", "layer", "stratum", "effect", "ci_low", "ci_high"),
        *("p_value", "p_adjusted", "valid_because"),
    )
    run.table("strata/characteristics.tsv", pd.DataFrame(rows, columns=columns))


def _make_enrichment(run):
    because = "cross-fitted"
    rows = [
        (
            f"{name} {i}",
            "expression",
            stratum,
            20,
            12,
            effect,
            effect - 0.3,
            effect + 0.3,
        )
        + ((p, min(1.0, 3 * p), because) if p else (np.nan, np.nan, "not tested"))
        for i, (name, size, p) in enumerate(
            [
                ("<b>SET</b> of $genes$", 1.4, 1e-6),
                ("HALLMARK_SOMETHING_WITH_QUITE_A_LONG_NAME_OF_ITS_OWN", 0.7, 0.004),
                ("calm", 0.1, 0.7),
                ("too few", 0.2, None),
            ]
        )
        for stratum, effect in (("S1", size), ("S2", -size), ("S3", 0.1))
    ]
    columns = (
        *("gene_set", "layer", "stratum", "n_members", "n_matched", "effect"),
        *("ci_low", "ci_high", "p_value", "p_adjusted", "valid_because"),
    )
    run.table("strata/enrichment.tsv", pd.DataFrame(rows, columns=columns))


def _make_response(run, rng, verdict):
    found = verdict != "none"
    strata = ["all", "S1", "S2", "S3"] if found else ["all"]
    note = "" if found else "no subgroups were found, so no subgroup analysis"
    tests = []
    for outcome, model, scale, p in (
        ("os", "cox", "hazard_ratio", 0.0004),
        ("responded", "logistic", "odds_ratio", 0.012),
    ):
        for name, value in ((model, p), ("gail_simon", 0.5), ("prognostic", 0.3)):
            if not found and name != model:
                continue
            value = value if found else np.nan
            contrast = "active vs control" if name == "gail_simon" else ""
            method = "likelihood ratio" if found else ""
            numbers = (12.4, 2, value, value, 190, 88)
            tests.append((outcome, name, scale, *numbers, contrast, method, note))
    columns = (
        *("outcome", "model", "scale", "statistic", "df", "p_value", "p_adjusted"),
        *("n", "n_events", "contrast", "method", "note"),
    )
    run.table("response/interaction.tsv", pd.DataFrame(tests, columns=columns))
    _make_effects(run, strata, note)
    _make_treatment(run)
    _make_curves(run, strata)
    make_medicines(run)


def _make_effects(run, strata, note):
    sizes = {
        "hazard_ratio": {"all": 0.71, "S1": 1.08, "S2": 0.29, "S3": 0.94},
        "rmst_difference": {"all": 3.6, "S1": -0.8, "S2": 11.2, "S3": 0.5},
        "odds_ratio": {"all": 2.1, "S1": 1.2, "S2": 12.0, "S3": np.nan},
        "risk_difference": {"all": 0.16, "S1": 0.03, "S2": 0.55, "S3": np.nan},
    }
    rows = []
    for scale, effects in sizes.items():
        outcome = "os" if scale in ("hazard_ratio", "rmst_difference") else "responded"
        ratio = scale.endswith("ratio")
        spread = {"rmst_difference": 4.0, "risk_difference": 0.14}.get(scale)
        for stratum in strata:
            e = effects[stratum]
            limits = (e / 1.7, e * 1.7) if ratio else (e - spread, e + spread)
            too_few = "too few events (3 of at least 5)" if np.isnan(e) else note
            n = 190 if stratum == "all" else 63
            levels = (np.nan, np.nan) if ratio else (0.75, 0.75 - e)
            horizon = 40.0 if scale == "rmst_difference" else np.nan
            rows.append(
                (
                    *(outcome, stratum, "active vs control", scale, e, *limits),
                    *(n, n // 2, 0.2, *levels, n // 2, n - n // 2, 20, 24),
                    *(horizon, "months" if scale == "rmst_difference" else "", too_few),
                )
            )
    columns = (
        *("outcome", "stratum", "contrast", "scale", "effect", "ci_low", "ci_high"),
        *("n", "n_events", "standard_error", "arm_value", "reference_value"),
        *("n_arm", "n_reference", "n_events_arm", "n_events_reference"),
        *("horizon", "unit", "note"),
    )
    run.table("response/effects.tsv", pd.DataFrame(rows, columns=columns))


def _make_treatment(run):
    """Make the effect in all patients, and one pre-specified subgroup."""
    contrast = "active vs control"
    shared = {"outcome": "os", "contrast": contrast, "n": 190, "n_events": 88}
    ratio = {"scale": "hazard_ratio", "effect": 0.71, "ci_low": 0.5, "ci_high": 1.02}
    test = {"statistic": 3.4, "df": 1, "p_value": 0.065, "p_adjusted": 0.065}
    error = {"standard_error": 0.18, "note": ""}
    methods = [{"method": name} | ratio for name in ("plain", "adjusted", "stratified")]
    methods.append(
        {"method": "restricted_mean", "scale": "rmst_difference", "effect": 3.6}
        | {"ci_low": -0.4, "ci_high": 7.6, "horizon": 40.0, "unit": "months"}
    )
    rows = [shared | test | error | one for one in methods]
    run.table("response/treatment.tsv", pd.DataFrame(rows))
    groups = [("", "all"), ("stage", "I"), ("stage", "<b>II</b>"), ("stage", "")]
    people = [
        {"outcome": "os", "division": division, "group": group, "arm": arm}
        | {"position": place, "n": n, "n_known": n, "n_events": n // 2}
        | {"median": 14.0, "median_low": 11.0, "median_high": np.nan}
        | {"value": np.nan, "unit": "months"}
        for division, group in groups
        for place, (arm, n) in enumerate(
            [("all", 190), ("control", 96), ("active", 94)]
        )
    ]
    run.table("response/populations.tsv", pd.DataFrame(people))
    _make_subgroups(run, shared, ratio, test)


def _make_subgroups(run, shared, ratio, test):
    """Make the tables of a subgroup whose test finds nothing."""
    column = {"column": "stage", "note": ""}
    tests = [
        shared
        | test
        | column
        | {"model": model, "scale": "hazard_ratio"}
        | {"method": "likelihood ratio", "contrast": about}
        for model, about in (("cox", ""), ("gail_simon", shared["contrast"]))
    ]
    run.table("response/subgroup_tests.tsv", pd.DataFrame(tests))
    counts = {"n_arm": 40, "n_reference": 40, "n_events_arm": 20}
    levels = [
        shared
        | ratio
        | column
        | counts
        | {"level": level, "n_events_reference": 22}
        | {"standard_error": 0.2, "arm_value": np.nan, "reference_value": np.nan}
        | {"horizon": np.nan, "unit": ""}
        for level in ("I", "<b>II</b>")
    ]
    run.table("response/subgroups.tsv", pd.DataFrame(levels))
    checks = [
        shared
        | {"check": "proportional_hazards", "division": "", "statistic": 4.1}
        | {"df": 1, "p_value": 0.043, "value": np.nan, "note": ""},
        shared
        | {"check": "smallest_interaction", "division": "stage"}
        | {"statistic": np.nan, "df": None, "p_value": np.nan, "value": 2.1}
        | {"note": ""},
    ]
    run.table("response/checks.tsv", pd.DataFrame(checks))
    run.record(
        "response/heterogeneity.json",
        {"verdict": "not_assessed", "reason": "response.modifiers names no column"}
        | {"modifiers": [], "seed": 1, "alpha": 0.05, "judged": []},
    )


def _make_curves(run, strata):
    time = np.arange(0, 51.0)
    rates = {"control": 0.035, "active": 0.022, "all": 0.028}
    frames = []
    for stratum in strata:
        for arm, rate in rates.items():
            slower = 0.3 if stratum == "S2" and arm == "active" else 1.0
            survival = np.exp(-rate * slower * time)
            frames.append(
                pd.DataFrame(
                    {
                        "outcome": "os",
                        "stratum": stratum,
                        "arm": arm,
                        "time": time,
                        "survival": survival,
                        "ci_low": np.clip(survival - 0.1, 0, 1),
                        "ci_high": np.clip(survival + 0.1, 0, 1),
                        "n_at_risk": (33 * survival).astype(int),
                        "is_tick": time % 10 == 0,
                    }
                )
            )
    run.table("response/survival_curves.tsv", pd.concat(frames, ignore_index=True))
