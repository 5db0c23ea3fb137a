"""Patients, calls and effects that bundles are made of in tests."""

import pandas as pd

from genostrat.bundle.pharmacogenes import count_phenotypes

PEOPLE = [f"PATIENT-{i:04}" for i in range(300)]


def diplotypes(phenotypes, *, status="called", gene="CYP2C19"):
    return pd.DataFrame(
        {
            "sample_id": PEOPLE[: len(phenotypes)],
            "gene": gene,
            "phenotype": phenotypes,
            "status": status,
        }
    )


def count(phenotypes, ancestry=None, **options):
    people = PEOPLE[: len(phenotypes)]
    if ancestry is not None:
        ancestry = pd.DataFrame({"sample_id": people, "ancestry": ancestry})
    return count_phenotypes(
        diplotypes(phenotypes, **options),
        unrelated=people,
        ancestry=ancestry,
        threshold=10,
    )


def effects_of(rows):
    names = ["outcome", "stratum", "contrast", "scale", "effect", "standard_error"]
    names += ["n_arm", "n_reference", "n_events_arm", "n_events_reference"]
    table = pd.DataFrame(rows, columns=names)
    return table.astype({name: "Int64" for name in names[6:]})
