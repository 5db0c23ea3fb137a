"""What markers and their results are called in criteria: symbols, and few words."""

from __future__ import annotations

import re

from genostrat.studies.designs.markers import Mention

_RESULTS = (
    ("neg", "negative"),
    ("wild", "wild_type"),
    ("wt", "wild_type"),
    ("pos", "positive"),
    ("(+", "positive"),
    ("+", "positive"),
    ("amplif", "amplified"),
    ("re", "rearranged"),
    ("transloc", "rearranged"),
    ("fusion", "rearranged"),
    ("over", "positive"),
    ("express", "positive"),
    ("delet", "deleted"),
    ("loss", "deleted"),
    ("mutat", "mutated"),
    ("mutant", "mutated"),
    ("carrier", "mutated"),
    ("t790", "mutated"),
    ("v600", "mutated"),
    ("exon", "mutated"),
    ("alter", "altered"),
    ("aberr", "altered"),
    ("deficien", "deficient"),
    ("instab", "positive"),
    ("high", "positive"),
    ("low", "negative"),
    ("unmeth", "negative"),
    ("methylat", "positive"),
    ("self", "positive"),
    ("intact", "negative"),
    ("dysreg", "altered"),
)


def name_result(mention: Mention) -> str:
    """Return the result of a mention in one of few words."""
    return next(
        (word for start, word in _RESULTS if mention.result.startswith(start)),
        "altered",
    )


_GENES = {
    "her2": "ERBB2",
    "her2neu": "ERBB2",
    "her2/neu": "ERBB2",
    "erbb2": "ERBB2",
    "cerbb2": "ERBB2",
    "estrogenreceptor": "ESR1",
    "oestrogenreceptor": "ESR1",
    "er": "ESR1",
    "progesteronereceptor": "PGR",
    "pr": "PGR",
    "hormonereceptor": "HR",
    "hr": "HR",
    "hormonalreceptors": "HR",
    "epidermalgrowthfactorreceptor": "EGFR",
    "pdl1": "CD274",
    "programmeddeathligand1": "CD274",
    "cmet": "MET",
    "ckit": "KIT",
    "ras": "RAS",
    "bcrabl": "BCR-ABL1",
    "bcrabl1": "BCR-ABL1",
    "philadelphia": "BCR-ABL1",
    "triplenegative": "TNBC",
    "tnbc": "TNBC",
    "msi": "MSI",
    "msih": "MSI",
    "microsatellite": "MSI",
    "p53": "TP53",
    "l858r": "EGFR",
    "t790m": "EGFR",
    "v600e": "BRAF",
    "f508del": "CFTR",
    "g551d": "CFTR",
    "brafv600e": "BRAF",
    "brafv600": "BRAF",
    "brafv600k": "BRAF",
    "dmmr": "MSI",
}


def name_gene(marker: str) -> str:
    """Return the symbol that a marker is known by.

    Examples
    --------
    >>> name_gene("HER-2/neu"), name_gene("k-ras"), name_gene("estrogen receptor")
    ('ERBB2', 'KRAS', 'ESR1')
    """
    inside = re.search(r"\(([A-Za-z0-9/-]{2,9})\)", marker)
    core = inside[1] if inside else marker
    key = re.sub(r"[^a-z0-9]", "", core.lower())
    if key.startswith("humanepidermal"):
        key = "her2"
    if key in (
        "brca12",
        "brca1and2",
        "brca1orbrca2",
        "brca1brca2",
        "gbrca",
        "brca1or2",
        "brca",
    ):
        return "BRCA"
    return _GENES.get(
        key, re.sub(r"[^A-Z0-9-]", "", core.upper()).replace("-", "") or core
    )
