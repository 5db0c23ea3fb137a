"""Small frozen models, of two layers and two groups, and new patients for them."""

import hashlib
import json
from dataclasses import dataclass, field

import assign_patients
import numpy as np
import pandas as pd

from genostrat.profile.clinical import clinical_layer, learn_clinical
from genostrat.profile.features import Layer, build_profile
from genostrat.provenance import file_digest
from genostrat.strata.clustering.classifier import settle_labels
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.model.assignment import held_out, widen_limits
from genostrat.strata.model.conformal import calibrate
from genostrat.strata.model.frozen import freeze_model
from genostrat.strata.model.inputs import choose_inputs
from genostrat.tables import read_table, rounded, write_table

N, P, Q = 80, 24, 6


def resign(folder):
    """Give a spoilt model checksums that fit, as somebody who wants harm would."""
    path = folder / "model.json"
    record = json.loads(path.read_text())
    record["arrays_sha256"] = file_digest(folder / "arrays.npz")
    content = {key: value for key, value in record.items() if key != "checksum"}
    text = json.dumps(rounded(content), sort_keys=True, ensure_ascii=True)
    record["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    path.write_text(json.dumps(record))


@dataclass
class Cohort:
    """Patients of a small cohort: sheet, layers, and the group each is of."""

    sheet: pd.DataFrame
    layers: list[Layer]
    truth: np.ndarray
    extra: dict = field(default_factory=dict)

    def of(self, who):
        """Return some of the patients, in the order given."""
        layers = [
            Layer(layer.name, layer.values.iloc[who], layer.transform)
            for layer in self.layers
        ]
        sheet = self.sheet.iloc[who].reset_index(drop=True)
        return Cohort(sheet, layers, self.truth[who])


def draw_cohort(seed=3, n=N):
    """Draw patients of two groups, with holes in both layers."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2
    ids = [f"{seed}-{i:03d}" for i in range(n)]
    sheet = pd.DataFrame(
        {
            "sample_id": ids,
            "age": rng.integers(20, 80, n).astype(str),
            "sex": rng.choice(["male", "female"], n),
            "batch": rng.choice(["1", "2"], n),
            "site": rng.choice(["x", "y", "z"], n),
            "bmi": rng.normal(25, 3, n).round(1).astype(str),
        }
    )
    age = sheet["age"].astype(float).to_numpy()[:, None]
    rna = np.exp(rng.normal(size=(n, P)) + 1.6 * truth[:, None] * (np.arange(P) < 10))
    protein = rng.normal(size=(n, Q)) + 1.5 * truth[:, None] + 0.02 * age
    rna[rng.random(rna.shape) < 0.02] = np.nan
    protein[rng.random(protein.shape) < 0.02] = np.nan
    layers = [
        _layer("rna", rna, ids, transform="log2"),
        _layer("protein", protein, ids),
    ]
    return Cohort(sheet, layers, truth)


def _layer(name, values, ids, *, transform="none"):
    columns = [f"g{i}" for i in range(values.shape[1])]
    return Layer(name, pd.DataFrame(values, index=ids, columns=columns), transform)


def small_model(
    cohort=None, *, covariates=None, adjust_for=("age", "sex", "batch"), **inputs
):
    """Freeze a model of a small cohort."""
    cohort = cohort or draw_cohort()
    ids = set(cohort.sheet["sample_id"])
    kinds = {"site": "category", "bmi": "number"}
    columns = learn_clinical(
        cohort.sheet, columns=list(kinds), training_ids=ids, kinds=kinds
    )
    profile = build_profile(
        [*cohort.layers, clinical_layer(cohort.sheet, columns=columns)],
        cohort.sheet if covariates is None else covariates,
        adjust_for=list(adjust_for),
        training_ids=ids,
        max_features=100,
        max_missing_rate=0.2,
    )
    values = profile.features.iloc[:, 1:].to_numpy()
    layers = list(profile.adjustment.layers)
    rotation = rotate(values, layers=layers)
    classifier, labels = settle_labels(rotation.scores, cohort.truth)
    held = held_out(
        values,
        labels,
        layers=layers,
        n_components=rotation.n_components,
        rng=np.random.default_rng(1),
    )
    own, limits = held.own, held.limits
    limits = widen_limits(limits, values, rotation=rotation, classifier=classifier)
    made_of = {"ancestry_space": "none"} | inputs
    return freeze_model(
        rotation,
        classifier,
        labels,
        adjustment=profile.adjustment,
        limits=limits,
        conformal=calibrate(own, labels, k=int(labels.max()) + 1, confidence=0.8),
        record={
            "verdict": "supported",
            "seed": 1,
            "build": "",
            "n_training": len(ids),
            "version": "0",
        },
        inputs=choose_inputs(
            profile.adjustment,
            clinical=[column.to_record() for column in columns],
            **made_of,
        ),
    )


def write_cohort(folder, cohort):
    """Write a cohort's files as a workflow would have them."""
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "samples.tsv", cohort.sheet, table="check/samples.tsv")
    for layer in cohort.layers:
        frame = layer.values.rename_axis("id")
        frame.to_csv(folder / f"{layer.name}.tsv", sep="\t", float_format="%.17g")
    return folder


def assign_files(model, folder, *, layers=("rna", "protein"), **changes):
    """Run the script; return the table and the record."""
    given = {
        "model": model,
        "samples": folder / "samples.tsv",
        "inputs": folder / "inputs.json",
        "keep": None,
        "store": None,
        "set_aside": None,
        "scores": [],
        "diplotypes": None,
        "knowledge_record": None,
        "matrices": [folder / f"{name}.tsv" for name in layers],
        "assignments": folder / "out/assignments.tsv",
        "summary": folder / "out/summary.json",
        "cohort": "ward",
        "layers": [
            {"name": name, "orientation": "samples_by_features"} for name in layers
        ],
        "knowledge": {},
        "build": None,
        "unknown_ancestry": "refuse",
        "platform": "same",
    }
    assign_patients.main(**given | changes)
    table = read_table(given["assignments"], table="assign/assignments.tsv")
    return table.set_index("sample_id"), json.loads(given["summary"].read_text())
