"""What the features themselves say of how a patient was measured."""

from __future__ import annotations

import numpy as np
import pandas as pd

from genostrat.arrays import AnyIntegers, Reals

#: Begins the name of the factor that features of a layer share.
SHARED = "shared:"
#: Fewer features than this share no factor that tells how they were measured.
MIN_FEATURES = 20


def shared_factors(
    values: Reals, labels: AnyIntegers, *, layers: list[str]
) -> pd.DataFrame:
    """Return what features that the strata hardly differ in share, layer by layer.

    Parameters
    ----------
    values
        Patients × features, adjusted and scaled.
    labels
        Stratum number of each patient.
    layers
        Layer of each feature.

    Returns
    -------
    DataFrame
        A row a patient; a column ``shared:<layer>`` for each layer of 20 features or
        more, as text.

    Notes
    -----
    The first principal component of the half of a layer's features of which least
    variance lies between strata. A batch that nobody wrote down moves many features
    that have nothing to do with each other; where strata follow it even in features
    that did not define them, they may be the batch. Widespread biology does the same,
    so this is shown and named, and confounds no verdict by itself.
    """
    names = np.array(layers, dtype=object)
    found = {}
    for layer in sorted(set(layers)):
        part = values[:, names == layer]
        if part.shape[1] < MIN_FEATURES:
            continue
        groups = np.unique(labels)
        means = np.stack([part[labels == group].mean(axis=0) for group in groups])
        sizes = np.array([(labels == group).sum() for group in groups])
        between = sizes @ (means - part.mean(axis=0)) ** 2
        total = ((part - part.mean(axis=0)) ** 2).sum(axis=0)
        order = np.argsort(between / np.maximum(total, 1e-12), kind="stable")
        half = part[:, np.sort(order[: part.shape[1] // 2])]
        left, singular, _ = np.linalg.svd(half - half.mean(axis=0), full_matrices=False)
        found[SHARED + layer] = np.char.mod("%.9g", left[:, 0] * singular[0])
    return pd.DataFrame(found, index=range(len(values)))
