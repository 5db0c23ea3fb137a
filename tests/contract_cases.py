"""Sheets and configs by which what the check asks is tried, from a sound one on."""

import numpy as np
from intake_cases import check, complaint, write_table

N = 60
BASE = {
    "samples": {"path": "sheet.tsv"},
    "treatment": {"column": "arm", "reference": "B"},
    "outcomes": [{"name": "os", "kind": "survival", "time": "time", "event": "event"}],
}


def make_columns():
    """Return the columns of a sound sheet: two arms, and survival."""
    rng = np.random.default_rng(5)
    return {
        "sample_id": [f"P{i:03}" for i in range(N)],
        "sex": rng.choice(["M", "F"], N).tolist(),
        "age": rng.integers(30, 80, N).astype(str).tolist(),
        "arm": [("B", "A")[i % 2] for i in range(N)],
        "time": rng.exponential(10, N).round(2).astype(str).tolist(),
        "event": rng.integers(0, 2, N).astype(str).tolist(),
    }


def with_columns(columns, *, first=None, **more):
    """Replace or add columns; `first` puts cells into the first rows of some."""
    table = {**columns, **more}
    for name, cells in (first or {}).items():
        table[name] = [*cells, *table[name][len(cells) :]]
    return {name: cells for name, cells in table.items() if cells is not None}


def checked(folder, columns, config=BASE, **options):
    """Write a sheet and check it."""
    write_table(folder / "sheet.tsv", columns)
    return check(folder, config, **options)


def refused(folder, columns, config=BASE, **options):
    """Write a sheet that is refused; return its problems."""
    write_table(folder / "sheet.tsv", columns)
    return complaint(folder, config, **options)


def survival(**more):
    """Return the outcome of the base config, with keys changed."""
    return {"outcomes": [BASE["outcomes"][0] | more]}


def outcome(kind, column, **more):
    """Return one outcome instead of survival."""
    own = {"name": "out", "kind": kind, "column": column, **more}
    return {"outcomes": [own]}
