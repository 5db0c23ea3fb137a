"""Gene sets in which the strata differ, with p-values only where they are valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from genostrat.arrays import AnyIntegers, Flags, Indices, Reals
from genostrat.stats.effects import adjust_bh, one_blas_thread, standardised_difference
from genostrat.strata.clustering.focus import layers_in_focus
from genostrat.strata.description.characteristics import number_strata, split_sample_p

#: Layers whose features are no genes, or no measure of what a gene does.
NOT_GENES = frozenset({"clinical", "pgx", "scores"})
#: The layer that has features of sets, counted over genes that have features too.
_BURDEN = "burden"
#: Largest share of the features that patients may be assigned without.
MAX_SHARE = 0.5

SPLIT = (
    "cross-fitted: each half of the patients was assigned, without any member of this"
    " set, to strata found in the other half"
)

COLUMNS = [
    "gene_set",
    "layer",
    "stratum",
    "n_members",
    "n_matched",
    "effect",
    "ci_low",
    "ci_high",
    "p_value",
    "p_adjusted",
    "valid_because",
]


@dataclass(frozen=True)
class MatchedSet:
    """A gene set, as one layer of the profile has it.

    Parameters
    ----------
    name, layer
        Of the set, and of the features that its score is made of; the layer is blank
        where the profile has no member of the set.
    n_members
        Genes of the set.
    members
        Columns of the profile: features of `layer` that are members.
    related
        Columns of all layers that are members or are made of them.
    """

    name: str
    layer: str
    n_members: int
    members: Indices
    related: Indices

    def obstacle(self, *, n_features: int, sizes: tuple[int, int]) -> str:
        """Say why the set is not tested; blank where it is."""
        least, most = sizes
        if not len(self.related):
            return "not tested: no member in the profile"
        if len(self.members) < least:
            return f"not tested: fewer than {least} members in the layer"
        if len(self.members) > most:
            return f"not tested: more than {most} members in the layer"
        if len(self.related) > MAX_SHARE * n_features:
            return "not tested: its members are most of the profile"
        return ""


def match_sets(
    gene_sets: Mapping[str, Sequence[str]],
    features: Sequence[str],
    *,
    layers: Sequence[str],
) -> list[MatchedSet]:
    """Find the members of gene sets among the features of each layer.

    Parameters
    ----------
    gene_sets
        Name of a set → its genes.
    features
        Names of the profile's features, ``<layer>:<gene>``.
    layers
        Layer of each feature.

    Returns
    -------
    list of MatchedSet
        One a set and a layer that has members of it; one for a set without any.
        Names must be equal to the letter.
    """
    places: dict[str, dict[str, int]] = {}
    for column, (feature, layer) in enumerate(zip(features, layers, strict=True)):
        gene = feature.removeprefix(f"{layer}:")
        if layer not in NOT_GENES:
            places.setdefault(layer, {})[gene] = column
    of_sets = [
        column for name, column in places.get(_BURDEN, {}).items() if name in gene_sets
    ]
    matched = []
    for name in sorted(gene_sets):
        genes = sorted(set(gene_sets[name]))
        columns_of = {
            layer: [own[gene] for gene in genes if gene in own]
            for layer, own in sorted(places.items())
        }
        found = {layer: columns for layer, columns in columns_of.items() if columns}
        everywhere = sorted({c for columns in found.values() for c in columns})
        # A burden of any set may count the same genes.
        hidden = of_sets if everywhere else []
        related = np.array(sorted({*everywhere, *hidden}), dtype=np.intp)
        matched += [
            MatchedSet(name, layer, len(genes), np.array(columns, np.intp), related)
            for layer, columns in (found or {"": []}).items()
        ]
    return matched


def score_sets(values: Reals, sets: Sequence[MatchedSet]) -> Reals:
    """Return patients × sets: the mean of the scaled features of each set."""
    if not sets:
        return np.empty((len(values), 0))
    return np.column_stack([values[:, one.members].mean(axis=1) for one in sets])


def enrich_strata(
    features: pd.DataFrame,
    assignments: pd.DataFrame,
    *,
    layers: Sequence[str],
    gene_sets: Mapping[str, Sequence[str]],
    sizes: tuple[int, int],
    rng: np.random.Generator,
    focus: Flags | None = None,
) -> pd.DataFrame:
    """Compare the score of every gene set between each stratum and the rest.

    Parameters
    ----------
    features
        ``profile/features.parquet``.
    assignments
        ``strata/assignments.tsv``.
    layers
        Layer of each feature.
    gene_sets
        Name of a set → its genes.
    sizes
        Fewest and most members in a layer with which a set is tested.
    rng
        Source of the halvings.
    focus
        The features that the strata were found in; None for all of them.

    Returns
    -------
    DataFrame
        ``strata/enrichment.tsv``; without rows when there are no strata.

    Notes
    -----
    A patient's score is the mean of the set's scaled features, signs as they are.
    Effects are Hedges' g over all patients whose status is ``assigned``. Members of the
    set may have defined the strata, and members hang together, so a p-value is from
    :func:`genostrat.strata.description.characteristics.split_sample_p` with patients
    assigned without any member of the set in any layer: it asks whether the set differs
    between groups that the *other* features show. The question is self-contained
    (Goeman & Bühlmann 2007, doi 10.1093/bioinformatics/btm051): the set against no
    difference, and not against other sets.
    """
    matched = match_sets(gene_sets, list(features.columns[1:]), layers=layers)
    ids = features["sample_id"].astype(str)
    known = assignments.set_index("sample_id").reindex(ids)
    names, labels = number_strata(known["stratum"].fillna(""))
    if len(names) < 2 or not matched:
        return pd.DataFrame(columns=COLUMNS)
    training = (known["found_in"] == "training").to_numpy()
    described = (known["status"] == "assigned").to_numpy()
    values = features.drop(columns="sample_id").to_numpy(dtype=float)
    with one_blas_thread():
        p_values = _test_sets(
            values[training],
            labels[training],
            matched,
            layers=layers_in_focus(layers, focus),
            sizes=sizes,
            rng=rng,
        )
    rows = [
        row
        for number, name in enumerate(names)
        for row in _rows(
            name,
            values[described],
            labels[described] == number,
            matched,
            p_values[number],
            sizes=sizes,
        )
    ]
    table = pd.DataFrame(rows)
    table["p_adjusted"] = adjust_bh(table["p_value"].to_numpy(dtype=float))
    return table[COLUMNS]


def _test_sets(
    values: Reals,
    labels: AnyIntegers,
    matched: Sequence[MatchedSet],
    *,
    layers: list[str],
    sizes: tuple[int, int],
    rng: np.random.Generator,
) -> Reals:
    """Return strata × sets; NaN where a set is not tested."""
    p_values = np.full((int(labels.max()) + 1, len(matched)), np.nan)
    chosen = [
        number
        for number, one in enumerate(matched)
        if not one.obstacle(n_features=values.shape[1], sizes=sizes)
    ]
    if chosen:
        sets = [matched[number] for number in chosen]
        p_values[:, chosen] = split_sample_p(
            values,
            labels,
            layers=layers,
            rng=rng,
            tested=score_sets(values, sets),
            left_out=[one.related for one in sets],
        )
    return p_values


def _rows(
    stratum: str,
    values: Reals,
    inside: Flags,
    matched: Sequence[MatchedSet],
    p_values: Reals,
    *,
    sizes: tuple[int, int],
) -> Iterator[dict]:
    shown = [n for n, one in enumerate(matched) if len(one.members) >= sizes[0]]
    effects = np.full((3, len(matched)), np.nan)
    effects[:, shown] = standardised_difference(
        score_sets(values, [matched[n] for n in shown]), inside
    )
    for number, one in enumerate(matched):
        why = one.obstacle(n_features=values.shape[1], sizes=sizes)
        if not why and np.isnan(p_values[number]):
            why = "not tested: too few patients of the stratum"
        effect, low, high = effects[:, number]
        yield {
            "gene_set": one.name,
            "layer": one.layer,
            "stratum": stratum,
            "n_members": one.n_members,
            "n_matched": len(one.members),
            "effect": effect,
            "ci_low": low,
            "ci_high": high,
            "p_value": p_values[number],
            "valid_because": why or SPLIT,
        }
