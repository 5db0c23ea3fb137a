"""What Cox models share: groups with hazards of their own, and ways to take ties."""

from __future__ import annotations

import numpy as np

from genostrat.config.outcomes import BRESLOW, EFRON


def number_groups(baseline: np.ndarray | None, *, n_patients: int) -> np.ndarray:
    """Return each patient's group as a number from 0 on; all 0 without groups.

    Examples
    --------
    >>> number_groups(np.array(["b", "a", "b"]), n_patients=3).tolist()
    [1, 0, 1]
    """
    if baseline is None:
        return np.zeros(n_patients, dtype=int)
    return np.unique(baseline, return_inverse=True)[1].reshape(-1)


def check_ties(ties: str) -> None:
    """Refuse a way to take ties other than Efron's and Breslow's.

    Raises
    ------
    ValueError
        If it is another: a mistake in the code, since :class:`ExactCox` is for it.
    """
    if ties not in (EFRON, BRESLOW):
        raise ValueError(f"no way to take ties here: {ties}")
