"""The schema of ``strata``."""

from __future__ import annotations

from typing import Any

from genostrat.config.schema.parts import (
    make_choice,
    make_number,
    make_object,
    make_texts,
    make_whole,
)
from genostrat.registry.words.strata import ALGORITHMS, FUSIONS

STRATA: dict[str, Any] = make_object(
    "Finding subgroups of patients.",
    {
        "k_min": make_whole("Smallest number of groups tried.", 2),
        "k_max": make_whole("Largest number of groups tried.", 2, 50),
        "algorithm": make_choice("Clustering algorithm.", list(ALGORITHMS)),
        "fusion": make_choice(
            "How several layers become one partition.", list(FUSIONS)
        ),
        "resamples": make_whole("Resamples for the consensus.", 20, 100_000),
        "resample_fraction": make_number("Share of patients in each.", 0.5, 0.95),
        "null_simulations": make_whole(
            "Data sets without groups to compare.", 20, 100_000
        ),
        "alpha": make_number("Error rate of each null test.", 0.0001, 0.5),
        "min_confidence": make_number(
            "Confidence at which other strata are ruled out; else ambiguous.",
            0.5,
            1,
        ),
        "max_patients": make_whole("Patients used for finding strata.", 20),
        "min_set_members": make_whole(
            "Fewest members in a layer with which a gene set is tested.", 2
        ),
        "max_set_members": make_whole(
            "Most members in a layer with which a gene set is tested.", 2
        ),
        "parts": make_whole("Jobs that share the clustering of a cohort.", 1, 1000),
        "confounders": make_texts("Sheet columns audited as confounders."),
    },
)
