"""Closed sets of words that the config, the code and the tables share."""

from __future__ import annotations

#: Clustering algorithms, by the name that ``strata.algorithm`` gives them.
ALGORITHMS = ("kmeans", "ward", "pam", "spectral")
#: How several layers become one partition: ``strata.fusion``.
FUSIONS = ("joint", "snf", "late")
#: What the cohorts without groups keep of the cohort: the spectrum of its components;
#: the correlations within and between layers and who lacks a layer; or these and the
#: margin of every feature.
NULLS = ("spectrum", "layers", "margins")
#: Layers of a profile that are made of something else than a matrix.
OWN_LAYERS = ("burden", "clinical", "pgx", "scores")
