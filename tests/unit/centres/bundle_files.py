"""Bundles as centres make them, for tests."""

import hashlib
import json

import numpy as np
import pandas as pd

from genostrat.bundle.effects import release_effects
from genostrat.bundle.pharmacogenes import count_phenotypes
from genostrat.bundle.subgroups import count_strata
from genostrat.bundle.writing import write_bundle

NAMES = ["outcome", "stratum", "contrast", "scale", "effect", "standard_error"]
NAMES += ["n_arm", "n_reference", "n_events_arm", "n_events_reference"]
SHARES = {"Normal": 0.6, "Intermediate": 0.34, "Poor": 0.06}


def make_effects(effect=0.7, error=0.15, *, n=200, scale="hazard_ratio"):
    row = ("os", "all", "b vs a", scale, effect, error, n, n, n // 2, n // 2)
    return pd.DataFrame([row], columns=NAMES)


def make_bundle(
    folder, cohort, *, n=300, seed=0, build="GRCh38", effects=None, phenotypes=None
):
    """Write a bundle; return its folder."""
    rng = np.random.default_rng(seed)
    people = [f"{cohort}-{i:04}" for i in range(n)]
    if phenotypes is None:
        phenotypes = rng.choice(list(SHARES), n, p=list(SHARES.values()))
    calls = pd.DataFrame(
        {
            "sample_id": people,
            "gene": "CYP2C19",
            "phenotype": phenotypes,
            "status": "called",
        }
    )
    strata = pd.DataFrame(
        {
            "sample_id": people,
            "stratum": rng.choice(["S1", "S2"], n),
            "status": "assigned",
        }
    )
    shown = make_effects() if effects is None else effects
    parts = [
        count_phenotypes(calls, unrelated=people, ancestry=None, threshold=10),
        count_strata(strata, {"verdict": "supported", "k": 2}, threshold=10),
        release_effects(shown, members=people, threshold=10),
    ]
    write_bundle(
        folder,
        parts,
        cohort=cohort,
        build=build,
        threshold=10,
        consent="Asked of all.",
    )
    return folder


def change_manifest(folder, **changes):
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(manifest))


def change_table(folder, name, old, new):
    """Change a table, and forge the digest that the manifest has of it."""
    path = folder / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    manifest = json.loads((folder / "manifest.json").read_text())
    for file in manifest["files"]:
        if file["name"] == name:
            file["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
            file["n_rows"] = len(path.read_text().splitlines()) - 1
    (folder / "manifest.json").write_text(json.dumps(manifest))
