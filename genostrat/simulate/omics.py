"""An omics matrix with correlated noise, subgroups and a batch effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Features of one block share a latent factor; this is their correlation.
_BLOCK_SIZE = 10
_BLOCK_CORRELATION = 0.3
_SHARE_SUBGROUP = 0.30
_SHARE_BATCH = 0.40
#: Noise between two measurements of the same person, in SD of a feature.
_REPEAT_NOISE = 0.1


@dataclass(frozen=True)
class Features:
    """What distinguishes the features of a matrix.

    Parameters
    ----------
    names
        Gene-like names.
    centre, scale
        Mean and within-subgroup SD of each feature, in log2 units.
    subgroup_shift
        Shape (features, subgroups), in SD.
    batch_shift
        Shift of the second batch against the first, in SD.
    """

    names: list[str]
    centre: np.ndarray
    scale: np.ndarray
    subgroup_shift: np.ndarray
    batch_shift: np.ndarray


def draw_features(
    rng: np.random.Generator,
    *,
    n_features: int,
    n_subgroups: int,
    subgroup_sd: float,
    batch_sd: float,
) -> Features:
    """Draw the features: which are shifted by subgroup, which by batch.

    Each feature of the 30 % that tell subgroups apart is shifted, up or down, in one
    subgroup; the subgroups take turns.
    """
    centre = rng.uniform(4, 12, n_features)
    scale = rng.uniform(0.5, 1.5, n_features)
    batch_shift = np.zeros(n_features)
    shifted = rng.permutation(n_features)[: round(_SHARE_BATCH * n_features)]
    batch_shift[shifted] = batch_sd * rng.choice([-1.0, 1.0], size=len(shifted))
    subgroup_shift = np.zeros((n_features, max(n_subgroups, 1)))
    if n_subgroups:
        telling = rng.permutation(n_features)[: round(_SHARE_SUBGROUP * n_features)]
        signs = rng.choice([-1.0, 1.0], size=len(telling))
        turns = np.arange(len(telling)) % n_subgroups
        subgroup_shift[telling, turns] = signs * subgroup_sd
    names = [f"GENE{i + 1:03d}" for i in range(n_features)]
    return Features(names, centre, scale, subgroup_shift, batch_shift)


def draw_matrix(
    rng: np.random.Generator,
    features: Features,
    *,
    subgroup: np.ndarray,
    second_batch: np.ndarray,
    same_person: tuple[int, int],
) -> np.ndarray:
    """Draw the measurements, shape (features, patients), in log2 units.

    Parameters
    ----------
    rng
        Random stream.
    features
        What to draw.
    subgroup, second_batch
        Subgroup index and batch of each patient.
    same_person
        Two rows that are one person: equal up to a small measurement noise.
    """
    n_features, n_patients = len(features.names), len(subgroup)
    block = np.arange(n_features) // _BLOCK_SIZE
    factors = rng.normal(size=(block.max() + 1, n_patients))
    noise = np.sqrt(_BLOCK_CORRELATION) * factors[block]
    noise += np.sqrt(1 - _BLOCK_CORRELATION) * rng.normal(size=noise.shape)
    person, again = same_person
    noise[:, again] = noise[:, person] + _REPEAT_NOISE * rng.normal(size=n_features)
    shifts = features.subgroup_shift[:, subgroup]
    shifts = shifts + np.outer(features.batch_shift, second_batch)
    return features.centre[:, None] + features.scale[:, None] * (noise + shifts)
