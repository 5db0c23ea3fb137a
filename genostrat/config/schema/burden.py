"""The schema of ``profile.burden``."""

from __future__ import annotations

from typing import Any

from genostrat.config.schema.parts import (
    PATH,
    make_number,
    make_object,
    make_texts,
    make_whole,
)

#: Classes of what a variant does to a gene, the most severe first.
CONSEQUENCES = [
    "lof",
    "missense",
    "inframe",
    "splice_region",
    "synonymous",
    "utr",
    "other",
]

BURDEN: dict[str, Any] = make_object(
    "Rare variants counted by gene and gene set.",
    {
        "enabled": {
            "type": "boolean",
            "description": "Whether burden is a layer.",
        },
        "features": make_texts(
            "What becomes a feature: `genes`, `sets` of `gene_sets`, or both.",
            items={"type": "string", "enum": ["genes", "sets"]},
            minItems=1,
        ),
        "consequences": make_texts(
            "Classes of consequences that count: `lof`, `missense`,"
            " `inframe`, `splice_region`, `synonymous`, `utr`, `other`.",
            items={"type": "string", "enum": CONSEQUENCES},
            minItems=1,
        ),
        "high_confidence": {
            "type": "boolean",
            "description": "Whether a loss of function counts only with"
            " LOFTEE's high confidence, where annotations have it.",
        },
        "max_af": make_number(
            "Highest frequency of an allele, in the unrelated patients and"
            " in the annotations' populations.",
            0,
            1,
        ),
        "min_carriers": make_whole(
            "Fewest unrelated patients with a qualifying allele for a feature.",
            1,
        ),
        "max_missing_calls": make_number(
            "Share of a feature's variants without a genotype above which"
            " a patient's count is missing.",
            0,
            1,
        ),
        "gene_map": {
            "type": "string",
            "pattern": PATH,
            "description": "Where genes lie, instead of annotations:"
            " `.bed`, or a table with chrom, start, end, gene, counted from"
            " 1; blank: the annotations.",
        },
    },
)
