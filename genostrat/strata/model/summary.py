"""What a summary says of a model and of what new patients have of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from genostrat import __version__
from genostrat.strata.model.assignment import absent_layers
from genostrat.strata.model.frozen import StrataModel

#: Names of absent features that a record gives.
NAMES_SHOWN = 20


def describe_features_of(model: StrataModel, raw: pd.DataFrame) -> dict[str, Any]:
    """Count the features of a model, and those that no new patient has."""
    names = np.array(model.adjustment.features, dtype=object)
    is_absent = np.array([name not in raw for name in names])
    return {
        "n_in_model": len(names),
        "n_absent": int(is_absent.sum()),
        "share_absent": float(model.missing_share(is_absent)),
        "absent_layers": absent_layers(model, is_absent),
        "absent": names[is_absent][:NAMES_SHOWN].tolist(),
    }


def model_record(model: StrataModel) -> dict[str, Any]:
    """Return what ``assign/summary.json`` says of the model."""
    names = ("checksum", "arrays_sha256", "version", "verdict", "build", "n_training")
    return {
        **{name: model.record.get(name) for name in names},
        "strata": list(model.strata),
        "layers": sorted(set(model.adjustment.layers)),
        "covariates": [c.name for c in model.adjustment.covariates],
        "ancestry_space": model.inputs.ancestry_space,
        "assigned_with_version": __version__,
    }
