"""Ancestry labels with a probability, learnt from where a panel's members lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import fdtrc, gammaln, logsumexp

from genostrat.arrays import Flags, Floats, Indices, Integers

#: Fewest members of a population for it to have a centre of its own within its label.
MIN_GROUP = 20
#: Powers tried when probabilities are calibrated; never above 1, which is the model's.
POWERS = np.geomspace(0.05, 1.0, 40)


@dataclass(frozen=True)
class Groups:
    """The panel's people by label, and within a label by population.

    Parameters
    ----------
    labels
        Names, sorted.
    names
        Of each group: its population, or blank for all others of a label.
    label_of
        Label of each group.
    group_of
        Group of each panel sample; −1 for one that is not to be learnt from.
    """

    labels: list[str]
    names: list[str]
    label_of: Indices
    group_of: Indices

    @property
    def known(self) -> Flags:
        """Which samples are learnt from."""
        return self.group_of >= 0

    @property
    def label_of_sample(self) -> Indices:
        """Label of each sample; −1 for one that is not to be learnt from."""
        return np.where(self.known, self.label_of[self.group_of], -1)

    def outside(self, label: int) -> Indices:
        """Return the groups that are not of a label."""
        return np.flatnonzero(self.label_of != label)

    def without(self, label: int) -> Groups:
        """Return the groups without the panel's people of one label."""
        stays = self.outside(label)
        number = np.full(len(self.label_of) + 1, -1, np.intp)
        number[stays] = np.arange(len(stays))
        label_of = self.label_of[stays]
        return Groups(
            [name for i, name in enumerate(self.labels) if i != label],
            [self.names[group] for group in stays],
            label_of - (label_of > label),
            number[self.group_of],
        )


def form_groups(
    ancestry: Sequence[str],
    population: Sequence[str],
    *,
    core: Flags,
) -> Groups:
    """Sort the panel's people into groups.

    Parameters
    ----------
    ancestry, population
        Of each panel sample; population may be blank.
    core
        Which of them are learnt from.

    Notes
    -----
    A label of several populations is no single cloud. A population of at least 20
    people is a group of its own; all others of a label together are one.
    """
    pairs = list(zip(ancestry, population, strict=True))
    sizes: dict[tuple[str, str], int] = {}
    for pair, used in zip(pairs, core, strict=True):
        sizes[pair] = sizes.get(pair, 0) + bool(used)
    own = {pair for pair, size in sizes.items() if size >= MIN_GROUP}
    cells = [pair if pair in own else (pair[0], "") for pair in pairs]
    used_cells = sorted({c for c, used in zip(cells, core, strict=True) if used})
    labels = sorted({label for label, _ in used_cells})
    number = {cell: i for i, cell in enumerate(used_cells)}
    group_of = [number[c] if used else -1 for c, used in zip(cells, core, strict=True)]
    return Groups(
        labels,
        [name for _, name in used_cells],
        np.array([labels.index(label) for label, _ in used_cells], np.intp),
        np.array(group_of, np.intp),
    )


@dataclass(frozen=True)
class LabelModel:
    """Where each group lies among the components.

    Parameters
    ----------
    groups
        Of the panel.
    sizes, means, scatters
        Of each group: people, (n_groups, n_pcs), and sums of squares and products
        about the mean, (n_groups, n_pcs, n_pcs).
    common
        Covariance within groups, over all of them: (n_pcs, n_pcs).
    power
        That densities are raised to before they become probabilities.
    """

    groups: Groups
    sizes: Integers
    means: Floats
    scatters: Floats
    common: Floats
    power: float = 1.0


@dataclass(frozen=True)
class Scores:
    """How samples stand to the labels; each is (n_samples, n_labels).

    Parameters
    ----------
    probability
        Of each label, if all were equally common and there were no others.
    closeness
        Share of a group's people who would lie further out than the sample, for the
        label's group that it is closest to.
    group
        That group.
    """

    probability: Floats
    closeness: Floats
    group: Indices


def learn_labels(coordinates: Floats, *, groups: Groups) -> tuple[LabelModel, Scores]:
    """Learn where labels lie, and judge every panel member by the others.

    Parameters
    ----------
    coordinates
        Of the panel's samples: (n_samples, n_pcs).
    groups
        Which of them have which label.

    Returns
    -------
    model
        What :func:`score_samples` needs.
    scores
        Of the samples that are learnt from, in their order.

    Notes
    -----
    A group's people are taken for normally distributed. Its mean and covariance are
    not known but estimated, so that a new member follows a t distribution (the
    posterior predictive one, with the covariance within all groups as prior knowledge
    worth n_pcs + 2 people), and a small group is a vague one. A label's density is that
    of its groups, weighted by their sizes.

    A panel member is judged with its own part in its group's mean and covariance taken
    off. Densities are raised to the power between 0 and 1 that makes the members'
    probabilities true (smallest logarithmic loss): neighbouring variants are not quite
    independent, so that a bare model is too sure of itself.
    """
    known = groups.known
    x, group = coordinates[known], groups.group_of[known]
    n_groups, n_pcs = len(groups.label_of), x.shape[1]
    sizes = np.bincount(group, minlength=n_groups)
    means = np.stack([x[group == g].mean(axis=0) for g in range(n_groups)])
    centred = x - means[group]
    scatters = np.stack(
        [centred[group == g].T @ centred[group == g] for g in range(n_groups)]
    )
    common = scatters.sum(axis=0) / max(len(x) - n_groups, 1)
    common += np.eye(n_pcs) * max(1e-9 * np.trace(common), 1e-12)
    model = LabelModel(groups, sizes, means, scatters, common)
    density, closeness = _stand(x, model, group)
    truth = groups.label_of[group]
    power = _calibrate(_join(density, model), truth)
    model = LabelModel(groups, sizes, means, scatters, common, power)
    return model, _score(density, closeness, model)


def score_samples(coordinates: Floats, *, model: LabelModel) -> Scores:
    """Hold new samples against the labels.

    Parameters
    ----------
    coordinates
        In the panel's space, without shrinkage: (n_samples, n_pcs).
    model
        From :func:`learn_labels`.
    """
    density, closeness = _stand(coordinates, model, None)
    return _score(density, closeness, model)


def _stand(x: Floats, model: LabelModel, own: Indices | None) -> tuple[Floats, Floats]:
    """Return log density and closeness to every group: (n_samples, n_groups).

    `own` is the group that each sample is part of, whose own part is to be taken off.
    """
    density, closeness = np.empty((2, len(x), len(model.sizes)))
    for g, size in enumerate(model.sizes):
        values = _predict(x, size, model.means[g], model.scatters[g], model.common)
        density[:, g], closeness[:, g] = values
        if own is None:
            continue
        inside = np.flatnonzero(own == g)
        if size < 2:
            density[inside, g], closeness[inside, g] = -np.inf, 0
            continue
        off = x[inside] - model.means[g]
        means = model.means[g] - off / (size - 1)
        parts = off[:, :, None] * off[:, None, :] * size / (size - 1)
        values = _predict(
            x[inside], size - 1, means, model.scatters[g] - parts, model.common
        )
        density[inside, g], closeness[inside, g] = values
    return density, closeness


def _predict(
    x: Floats, size: int, mean: Floats, scatter: Floats, common: Floats
) -> tuple[Floats, Floats]:
    """Return log density and upper tail of a group's predictive t distribution."""
    n_pcs = x.shape[1]
    freedom = size + 3.0
    scale = (common + scatter) * (1 + 1 / size) / freedom
    off = x - mean
    turned = np.linalg.solve(scale, off[..., None])[..., 0]
    distance = np.maximum((off * turned).sum(axis=-1), 0)
    density = (
        gammaln((freedom + n_pcs) / 2)
        - gammaln(freedom / 2)
        - (n_pcs * np.log(freedom * np.pi) + np.linalg.slogdet(scale)[1]) / 2
        - (freedom + n_pcs) / 2 * np.log1p(distance / freedom)
    )
    return density, np.asarray(fdtrc(n_pcs, freedom, distance / n_pcs), float)


def _join(density: Floats, model: LabelModel) -> Floats:
    """Return the log density of each label: (n_samples, n_labels)."""
    joined = []
    for label in range(len(model.groups.labels)):
        own = model.groups.label_of == label
        shares = np.log(model.sizes[own] / model.sizes[own].sum())
        joined.append(logsumexp(density[:, own] + shares, axis=1))
    return np.column_stack(joined)


def _calibrate(joined: Floats, truth: Indices) -> float:
    def loss(power: float) -> float:
        logs = _to_log_probability(power * joined)
        return float(-np.maximum(logs[np.arange(len(truth)), truth], -50).mean())

    return float(min(POWERS[::-1], key=loss))


def _to_log_probability(logs: Floats) -> Floats:
    floored = np.maximum(logs, -1e300)
    return np.asarray(floored - logsumexp(floored, axis=1, keepdims=True), float)


def _score(density: Floats, closeness: Floats, model: LabelModel) -> Scores:
    probability = np.exp(_to_log_probability(model.power * _join(density, model)))
    nearest, group = [], []
    for label in range(len(model.groups.labels)):
        own = np.flatnonzero(model.groups.label_of == label)
        best = density[:, own].argmax(axis=1)
        group.append(own[best])
        nearest.append(closeness[:, own].max(axis=1))
    return Scores(probability, np.column_stack(nearest), np.column_stack(group))
