"""Keys of the section on trial records: one portfolio for all cohorts of a run."""

from __future__ import annotations

from typing import Any

from genostrat.config.schema.parts import PATH as _PATH
from genostrat.config.schema.parts import (
    make_choice,
    make_object,
    make_path,
    make_text,
    make_texts,
    make_whole,
)

_OPTIONAL_PATH = {"type": "string", "pattern": _PATH}

STUDIES: dict[str, Any] = make_object(
    "Trial records, the stratified designs among them, and whom they fit. One portfolio"
    " serves all cohorts, so a cohort's file cannot change it.",
    {
        "records": {
            "type": "array",
            "description": "Files and folders of trial records: JSON of"
            " ClinicalTrials.gov (API v2), its CSV export, databases of ctrdata "
            "(ISRCTN,"
            " CTIS, EUCTR), plain TSV, CSV, JSON and JSON Lines. Empty: no studies.",
            "uniqueItems": True,
            "items": make_path("A file or a folder."),
        },
        "ctml": {
            "type": "array",
            "description": "Files of trials that were curated in CTML, as "
            "MatchMiner's.",
            "uniqueItems": True,
            "items": make_path("A JSON file."),
        },
        "champions": _OPTIONAL_PATH
        | {
            "description": "Tab-separated file of who is told of new studies:"
            " `specialty`, `name`, `contact`. Blank: nobody.",
        },
        "as_of": {
            "type": "string",
            "pattern": r"^(\d{4}-\d{2}-\d{2})?$",
            "description": "The day that the records are of, as YYYY-MM-DD. Blank: the"
            " latest update that a record names.",
        },
        "match": make_choice(
            "Which studies patients are matched with: those of a stratified design, or"
            " all. Closed ones never are.",
            ["stratified", "all"],
        ),
        "min_count": make_whole(
            "Patients below which a count that leaves the centre is suppressed.", 10
        ),
        "statuses": make_texts(
            "Where a study must stand for patients to be matched with it.",
            items={
                "type": "string",
                "enum": ["planned", "recruiting", "paused", "unknown"],
            },
        ),
        "columns": make_object(
            "Columns of the sheet that criteria ask about, beside age, sex and"
            " medications; one that the sheet lacks leaves its criteria undetermined.",
            {
                "diagnosis": make_text("Diagnoses, `;` between them."),
                "performance": make_text("ECOG performance status, 0 to 5."),
                "consent": make_text(
                    "Whether the patient agreed to be contacted about studies: yes or"
                    " no. Blank is no."
                ),
            },
        ),
    },
)
