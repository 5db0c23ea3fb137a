"""The schema of ``response``."""

from __future__ import annotations

from typing import Any

from genostrat.config.schema.parts import (
    make_choice,
    make_object,
    make_text,
    make_texts,
    make_whole,
)
from genostrat.registry.words.response import LEARNERS

RESPONSE: dict[str, Any] = {
    "min_events_per_cell": make_whole("Fewest events for an effect.", 1),
    "primary": {
        "type": ["string", "null"],
        "description": "Name of the primary outcome, laid down before outcomes"
        " were seen; null: none.",
    },
    "multiplicity": make_choice(
        "How p-values of the treatment's effect are adjusted over several"
        " outcomes. `holm`: over all outcomes and arms. `hierarchical`: an"
        " outcome counts only after those before it, the primary one first,"
        " the others in the order of the config. `none`: over arms alone.",
        ["holm", "hierarchical", "none"],
    ),
    "randomised": {
        "type": "boolean",
        "description": "false: effects are weighted by propensity.",
    },
    "propensity_covariates": make_texts("Columns the propensity is fitted on."),
    "subgroups": make_texts(
        "Sheet columns of subgroups laid down before outcomes were seen: each"
        " is tested and shown as strata are, and named as pre-specified."
    ),
    "adjust_for": make_texts(
        "Sheet columns, known before treatment, that the effect of treatment"
        " is given adjusted for, beside the plain one."
    ),
    "modifiers": make_texts(
        "Sheet columns, known before treatment, by which the effect of a drawn"
        " treatment may differ: one verdict over many splits of the patients."
        " Without any, heterogeneity beyond subgroups is not assessed."
    ),
    "learner": make_choice(
        "What predicts the effects by those columns. `ridge`: a regression an arm."
        " `causal_forest`: forests of EconML, which `make env-hte` installs; over fewer"
        " splits, since they take long.",
        list(LEARNERS),
    ),
    "pharmacogenes": make_choice(
        "Whether outcomes of those who take a medicine (column `medications`)"
        " are held against the genes that guidance on it rests on. `auto`:"
        " where genotypes and outcomes are there. `none`: not.",
        ["auto", "none"],
    ),
    "medicine_genes": {
        "type": "array",
        "description": "The only medicines and genes to hold outcomes against."
        " Empty: every medicine that somebody takes.",
        "items": make_object(
            "A medicine and a gene.",
            {
                "medicine": {
                    "type": "string",
                    "pattern": "^[a-z][a-z0-9 ,()/+-]*$",
                    "description": "Generic name in small letters.",
                },
                "gene": make_text("HGNC symbol."),
            },
            required=["medicine", "gene"],
        ),
    },
    "stratify_by": make_texts(
        "Sheet columns within whose levels the effect of treatment is given"
        " too, as those the draw was stratified by."
    ),
}
