"""How the strata agree with what other choices give, and with labels known before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from genostrat.arrays import AnyIntegers, Flags, Reals
from genostrat.profile.covariates import as_text
from genostrat.registry.words.strata import ALGORITHMS, FUSIONS
from genostrat.stats.effects import one_blas_thread
from genostrat.strata.clustering.classifier import MIN_PATIENTS_A_STRATUM
from genostrat.strata.clustering.consensus import consensus_matrix
from genostrat.strata.clustering.rotation import rotate
from genostrat.strata.clustering.spaces import Space, space_builder
from genostrat.strata.evidence.resampling import resample_space
from genostrat.strata.evidence.selection import cut_consensus
from genostrat.strata.evidence.statistics import TEST_RESAMPLES
from genostrat.strata.settings import ClusteringSettings

#: Kinds of partitions, in the order in which they are compared.
STRATA, ALGORITHM, LAYER, FUSION, LABEL = (
    "strata",
    "algorithm",
    "layer",
    "fusion",
    "label",
)
#: Digits of an index that do not depend on the order of summation.
_DIGITS = 9

_AGREEMENT = [
    *("partition_1", "partition_2", "kind_1", "kind_2"),
    *("n", "k_1", "k_2", "ari", "ami"),
]
_COUNTS = ["label", "level", "stratum", "n"]


@dataclass(frozen=True)
class Grouping:
    """One way to divide patients.

    Parameters
    ----------
    name
        ``strata``, or kind and choice: ``algorithm:ward``, ``label:PAM50``.
    kind
        strata, algorithm, layer, fusion or label.
    groups
        Name of the group by ``sample_id``; patients without one are not in it.
    """

    name: str
    kind: str
    groups: pd.Series


def strata_grouping(
    assignments: pd.DataFrame, *, sample_ids: list[str], labels: AnyIntegers
) -> Grouping:
    """Return the strata as patients were assigned to them.

    Parameters
    ----------
    assignments
        ``strata/assignments.tsv``. Every patient with a stratum counts, ambiguous
        ones too: without those that are hard to place, any other choice would seem
        to agree.
    sample_ids, labels
        The patients that were clustered and the best partition that was tried. It
        stands in where no strata were found; its groups are called C1, C2 ….
    """
    stratum = as_text(assignments["stratum"])
    groups = pd.Series(
        stratum.to_numpy(), index=assignments["sample_id"].astype(str).to_numpy()
    )
    groups = groups[groups != ""]
    if groups.empty:
        groups = _name_groups(labels, sample_ids)
    return Grouping(STRATA, STRATA, groups)


def label_groupings(sheet: pd.DataFrame, *, labels: list[str]) -> list[Grouping]:
    """Return the labels of the sheet."""
    ids = sheet["sample_id"].astype(str)
    return [
        Grouping(f"{LABEL}:{name}", LABEL, text[text != ""])
        for name in labels
        for text in [pd.Series(as_text(sheet[name]).to_numpy(), index=ids)]
    ]


def other_groupings(
    values: Reals,
    *,
    sample_ids: list[str],
    layers: list[str],
    measured: dict[str, Flags],
    k: int,
    settings: ClusteringSettings,
) -> list[Grouping]:
    """Group the clustered patients as other choices would have grouped them.

    Parameters
    ----------
    values
        Patients × features.
    sample_ids
        The patients, sorted.
    layers
        Layer of each feature.
    measured
        For each layer, True for the patients that it measured.
    k
        Number of groups, that of the best partition.
    settings
        How the cohort was clustered.

    Returns
    -------
    list of Grouping
        One a clustering algorithm; with several layers also one a layer, among the
        patients that it measured, and one for each other way of fusing layers. A
        layer that measured fewer than 5 patients a group, or in which they are all
        alike, is left out.

    Notes
    -----
    Each is a consensus over resamples of its own, the same for every choice. So the
    chosen algorithm comes once more, on other resamples: how far it agrees with the
    strata is what no other choice can be asked to exceed.
    """
    anew = replace(
        settings,
        ks=(k,),
        resamples=min(settings.resamples, TEST_RESAMPLES),
        cohort=f"{settings.cohort}/comparison",
    )
    ids = np.array(sample_ids, dtype=object)
    found = []
    with one_blas_thread():
        for kind, name, taking_part, space, choice in _choices(
            values, layers=layers, measured=measured, settings=anew
        ):
            resampled = resample_space(space, settings=choice)
            consensus = consensus_matrix(resampled.labels[k], resampled.drawn)
            groups = _name_groups(
                cut_consensus(consensus, k=k), ids[taking_part].tolist()
            )
            found.append(Grouping(f"{kind}:{name}", kind, groups))
    return found


def _choices(
    values: Reals,
    *,
    layers: list[str],
    measured: dict[str, Flags],
    settings: ClusteringSettings,
) -> Iterator[tuple[str, str, Flags, Space, ClusteringSettings]]:
    """Yield kind, name, the patients that take part, space and settings."""
    everyone = np.ones(len(values), dtype=bool)

    def fused(fusion: str) -> Space:
        build = space_builder(layers=layers, measured=measured, fusion=fusion)
        return build(values)

    space = fused(settings.fusion)
    for algorithm in ALGORITHMS:
        choice = replace(settings, algorithm=algorithm)
        yield ALGORITHM, algorithm, everyone, space, choice
    if len(measured) < 2:
        return
    names = np.array(layers)
    fewest = MIN_PATIENTS_A_STRATUM * settings.ks[0]
    for layer, taking_part in sorted(measured.items()):
        part = values[taking_part][:, names == layer]
        if len(part) >= fewest and np.ptp(part, axis=0).max() > 0:
            yield LAYER, layer, taking_part, Space.of(rotate(part).scores), settings
    for fusion in FUSIONS:
        if fusion != settings.fusion:
            yield FUSION, fusion, everyone, fused(fusion), settings


def _name_groups(labels: AnyIntegers, sample_ids: list[str]) -> pd.Series:
    """Name groups C1 (largest), C2 …; of equal ones the first patient's is first."""
    numbers, first, sizes = np.unique(labels, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    names = {int(numbers[at]): f"C{rank + 1}" for rank, at in enumerate(order)}
    return pd.Series([names[int(number)] for number in labels], index=sample_ids)


def compare_groupings(groupings: list[Grouping]) -> pd.DataFrame:
    """Compare every two groupings by two indices of agreement.

    Returns
    -------
    DataFrame
        ``strata/agreement.tsv``: the one given first is partition_1. Over the n
        patients that have a group in both; blank with fewer than two.

    Notes
    -----
    Adjusted Rand index (Hubert & Arabie 1985, doi 10.1007/BF01908075) and adjusted
    mutual information (Vinh, Epps & Bailey 2010): 1 for identity, 0 for what
    chance gives. Both leave the names of groups out of account.
    """
    rows = [
        _compare(one, other)
        for number, one in enumerate(groupings)
        for other in groupings[number + 1 :]
    ]
    return pd.DataFrame(rows, columns=_AGREEMENT)


def _compare(one: Grouping, other: Grouping) -> dict[str, object]:
    from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

    both = one.groups.index.intersection(other.groups.index)
    codes = [
        np.unique(grouping.groups.loc[both].to_numpy(str), return_inverse=True)
        for grouping in (one, other)
    ]
    (names, first), (other_names, second) = codes
    enough = len(both) >= 2
    ari = adjusted_rand_score(first, second) if enough else np.nan
    ami = adjusted_mutual_info_score(first, second) if enough else np.nan
    return {
        "partition_1": one.name,
        "partition_2": other.name,
        "kind_1": one.kind,
        "kind_2": other.kind,
        "n": len(both),
        "k_1": len(names),
        "k_2": len(other_names),
        "ari": round(float(ari), _DIGITS) + 0.0,
        "ami": round(float(ami), _DIGITS) + 0.0,
    }


def tabulate_groupings(
    groupings: list[Grouping], *, sample_ids: list[str]
) -> pd.DataFrame:
    """Return ``strata/partitions.tsv``: a row a patient, a column a grouping."""
    table = pd.DataFrame({"sample_id": sample_ids})
    for grouping in groupings:
        known = grouping.groups.reindex(sample_ids)
        table[grouping.name] = known.fillna("").to_numpy()
    return table


def count_labels(strata: Grouping, labels: list[Grouping]) -> pd.DataFrame:
    """Count patients by level of each label and stratum.

    Returns
    -------
    DataFrame
        ``strata/label_counts.tsv``: label, level, stratum, n; only combinations that
        occur.
    """
    rows = []
    for label in labels:
        both = label.groups.index.intersection(strata.groups.index)
        pairs = pd.DataFrame(
            {"level": label.groups.loc[both], "stratum": strata.groups.loc[both]}
        )
        counts = pairs.groupby(["level", "stratum"]).size()
        name = label.name.removeprefix(f"{LABEL}:")
        rows += [(name, *pair, int(n)) for pair, n in counts.items()]
    return pd.DataFrame(rows, columns=_COUNTS)
