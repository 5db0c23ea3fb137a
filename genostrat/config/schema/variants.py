"""The part of the configuration on the summary of variant calls."""

from __future__ import annotations

from typing import Any

from genostrat.config.schema.parts import make_whole

VARIANTS: dict[str, Any] = {
    "spectrum_bins": make_whole("Bins of the allele frequency spectrum.", 2, 1000),
    "min_group_samples": make_whole(
        "Fewest unrelated samples of a centre, an ancestry label or a stratum whose"
        " genotypes are compared with others; smaller ones are not assessed.",
        5,
        10_000,
    ),
    "ascertained": {
        "type": ["string", "boolean"],
        "enum": ["auto", True, False],
        "description": "Whether the variants were chosen for being common (an array, a"
        " list of sites, a filter by frequency), so that Watterson's theta and Tajima's"
        " D would mean nothing. `auto`: told by how few rare variants there are.",
    },
    "accessible_bases": make_whole(
        "Autosomal bases in which a variant would have been called, for nucleotide"
        " diversity per base; 0 where that is not known.",
        0,
    ),
}
