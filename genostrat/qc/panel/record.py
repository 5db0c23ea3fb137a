"""What labels are worth, by how a panel's own people fare: parts of ``labels.json``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Floats, Indices
from genostrat.catalogues.world_regions import cover_regions
from genostrat.qc.panel.labels import Groups

#: Bounds of the classes of probability that are held against the truth.
CLASSES = (0.0, 0.5, 0.9, 0.99, 1.0)
#: Share of strangers without a label below which a reader is warned.
CAUGHT = 0.9


def describe_panel(people: pd.DataFrame, *, n_unrelated: int) -> dict[str, Any]:
    """Describe who is in a panel, and of which regions of the world nobody is.

    Parameters
    ----------
    people
        sample_id, ancestry, population (may be blank).
    n_unrelated
        Of them, those that are learnt from.

    Returns
    -------
    dict
        Numbers of people, by label and population; regions without people, null where
        no population has a name by which its region is known.
    """
    named = people[people["population"] != ""]
    cover = cover_regions(named["population"])
    return {
        "n_samples": len(people),
        "n_unrelated": n_unrelated,
        "n_by_label": people["ancestry"].value_counts().sort_index().to_dict(),
        "n_populations": int(named["population"].nunique()),
        "populations": {
            str(label): own["population"].value_counts().sort_index().to_dict()
            for label, own in named.groupby("ancestry")
        },
        "regions_lacking": cover.lacking if cover.is_known else None,
        "populations_unknown": cover.unknown,
    }


def describe_panel_members(
    chosen: Indices,
    probability: Floats,
    groups: Groups,
) -> dict[str, Any]:
    """Describe the labels that a panel's people get without themselves.

    Parameters
    ----------
    chosen
        Label of each, −1 for none.
    probability
        Of every label: (n_samples, n_labels).
    groups
        Their true labels.

    Returns
    -------
    dict
        leave_one_out: n; accuracy, the share of labels given that are right; the share
        right if everybody had to have a label; the share without one; the same by
        label; and by class of probability, the mean probability and the share right.
    """
    truth = groups.label_of[groups.group_of[groups.known]]
    best = probability.argmax(axis=1)
    by_label = {}
    for number, label in enumerate(groups.labels):
        own = truth == number
        given = chosen[own]
        by_label[label] = {
            "n": int(own.sum()),
            "n_right": int((given == number).sum()),
            "n_wrong": int(((given >= 0) & (given != number)).sum()),
            "n_unassigned": int((given < 0).sum()),
        }
    return {
        "leave_one_out": {
            "n": len(truth),
            "accuracy": _share(chosen[chosen >= 0] == truth[chosen >= 0]),
            "accuracy_if_forced": _share(best == truth),
            "share_unassigned": _share(chosen < 0),
            "by_label": by_label,
            "calibration": _calibration(probability.max(axis=1), best == truth),
        }
    }


def describe_left_out(
    chosen: Indices, because: Sequence[str], labels: Sequence[str]
) -> dict[str, Any]:
    """Describe the labels that people get from a panel without their own label.

    Returns
    -------
    dict
        n, share_unassigned, what they were called, and why they were not.
    """
    called = Counter(labels[number] for number in chosen[chosen >= 0])
    reasons = Counter(reason for reason in because if reason)
    return {
        "n": len(chosen),
        "share_unassigned": _share(chosen < 0),
        "n_called": dict(sorted(called.items())),
        "n_by_reason": dict(sorted(reasons.items())),
    }


def pool_left_out(left_out: Mapping[str, Mapping[str, Any]]) -> float | None:
    """Return the mean, over labels, of their people's share without a label.

    Parameters
    ----------
    left_out
        By label, what :func:`describe_left_out` returned.
    """
    shares = [entry["share_unassigned"] for entry in left_out.values() if entry["n"]]
    return float(np.mean(shares)) if shares else None


def warn_of_strangers(
    left_out: Mapping[str, Mapping[str, Any]], *, n_sites: int
) -> list[str]:
    """Say which people a panel would mislabel if it had none of their own.

    Parameters
    ----------
    left_out
        By label, what :func:`describe_left_out` returned.
    n_sites
        Sites used.
    """
    warnings = []
    for label, entry in left_out.items():
        share = entry["share_unassigned"]
        if entry["n"] and share < CAUGHT:
            called = max(entry["n_called"], key=entry["n_called"].get)
            warnings.append(
                f"if the panel had no {label}, {1 - share:.0%} of them would get"
                f" another label by these {n_sites} sites, most often {called}: people"
                " of an ancestry that the panel lacks may get a wrong label"
            )
    return warnings


def _calibration(probability: Floats, right: Flags) -> list[dict[str, Any]]:
    rows = []
    for low, high in pairwise(CLASSES):
        inside = (probability > low) & (probability <= high)
        if inside.any():
            rows.append(
                {
                    "above": low,
                    "up_to": high,
                    "n": int(inside.sum()),
                    "mean_probability": float(probability[inside].mean()),
                    "share_right": _share(right[inside]),
                }
            )
    return rows


def _share(flags: Flags) -> float | None:
    return float(np.mean(flags)) if len(flags) else None
