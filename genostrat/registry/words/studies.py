"""Words of trial records and of who fits them."""

from __future__ import annotations

#: Folder of results that no cohort has: those of trial records.
PORTFOLIO = "portfolio"
#: Registers, in the order in which their record of one study is preferred.
REGISTERS = ("ctgov", "ctis", "isrctn", "euctr", "plain", "ctml")
#: Where a study stands; blank where its register does not say.
STATUSES = ("planned", "recruiting", "paused", "closed", "completed", "stopped")
#: What a reading says of a record, against the one before.
CHANGES = ("new", "changed", "closed", "reopened", "gone", "back")
#: Labels of designs.
LABELS = (
    "biomarker_eligibility",
    "enrichment",
    "pharmacogenetic",
    "umbrella",
    "basket",
    "stratified_randomisation",
    "companion_diagnostic",
)
#: How much of a criterion was understood.
GRASPS = ("whole", "part", "none")
SIDES = ("inclusion", "exclusion")
#: What a patient is for a study.
MATCHES = ("eligible", "undetermined", "not")
#: Results of molecular tests that a table of alterations may have.
RESULTS = (
    "mutated",
    "wild_type",
    "amplified",
    "deleted",
    "rearranged",
    "positive",
    "negative",
)
#: What portfolios are counted by.
GROUPINGS = ("all", "label", "specialty", "country", "region", "phase")
#: What slips between two versions of a record.
SLIPS = ("start", "end", "target", "recruitment")
