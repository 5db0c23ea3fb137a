"""The part of the configuration on files for other programs."""

from __future__ import annotations

from typing import Any

from genostrat.config.schema.parts import make_choice, make_number, make_texts
from genostrat.registry.words.exports import CONFIGURED_REASONS, EXPORT_FORMATS

EXPORTS: dict[str, Any] = {
    "formats": make_texts(
        "Forms of the cleaned set: PLINK 2, PLINK 1 and VCF.",
        items={"type": "string", "enum": list(EXPORT_FORMATS)},
        minItems=1,
    ),
    "leave_out": make_texts(
        "Variants left out of the VCFs for imputation: indels; those that do not vary;"
        " A/T and C/G SNVs whose strand their frequency does not tell; all but one of"
        " several with one position and the same alleles.",
        items={"type": "string", "enum": list(CONFIGURED_REASONS)},
    ),
    "max_palindromic_maf": make_number(
        "Minor allele frequency above which an A/T or C/G SNV counts as `palindromic`;"
        " of files that do not say which allele is the genome's each does.",
        0,
        0.5,
    ),
    "contig_names": make_choice(
        "What contigs of VCFs are called: `auto` is 1 on GRCh37 and chr1 on GRCh38, as"
        " imputation servers have it.",
        ["auto", "plain", "chr"],
    ),
}
