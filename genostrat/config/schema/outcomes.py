"""The schema of ``outcomes`` and ``treatment``."""

from __future__ import annotations

from typing import Any

from genostrat.catalogues.outcome_kinds import KINDS, describe_keys, describe_kinds
from genostrat.config.outcomes import BRESLOW, EFRON, EXACT, needed_keys
from genostrat.config.schema.parts import (
    COHORT_NAME,
    make_cell,
    make_choice,
    make_object,
    make_text,
    make_texts,
)

_OUTCOME: dict[str, Any] = make_object(
    "An outcome in the sheet.",
    {
        "name": {
            "type": "string",
            "pattern": COHORT_NAME,
            "description": "Name of the outcome in the results.",
        },
        "kind": make_choice(
            describe_kinds(),
            list(KINDS),
        ),
        **{key: make_text(text) for key, text in describe_keys().items()},
        "event_level": make_cell(
            "Cell, or list of cells, that counts as the event; every other value does"
            " not. Without it 0/1, 1/2 (2 is the event), true/false, yes/no and"
            " dead/alive are recognised, and said."
        )
        | {
            "type": ["string", "number", "boolean", "array"],
            "items": make_cell("A cell."),
        },
        "competing_level": make_cell(
            "Cell, or list of cells, of `event` that count as a competing event, which"
            " forestalls the event (kind competing); every other value but"
            " `event_level` is censoring. Without both 0 (censored), 1 (event) and 2"
            " (competing) are recognised."
        )
        | {
            "type": ["string", "number", "boolean", "array"],
            "items": make_cell("A cell."),
        },
        "levels": make_texts(
            "Levels of an ordered scale, the lowest first (kind ordinal). Without it"
            " numbers stand in their own order.",
            items=make_cell("A cell."),
        ),
        "ties": make_choice(
            "How Cox models take events at one time (survival, competing): Efron's way,"
            " as R does, unless `breslow`, as SAS and Stata do, or `exact`: times are"
            " discrete, and of those at risk all sets that could have had the events"
            " are counted. Weighted comparisons, and subdistribution hazards, take"
            " Efron's way then.",
            [EFRON, BRESLOW, EXACT],
        ),
        "better": make_choice(
            "Whether more or less is better: of the time without event (survival, where"
            " it is more), of events (binary, competing, count), of the level or the"
            " measurement. Without it no rule of whom to treat is judged.",
            ["more", "less"],
        ),
        "unit": {
            "type": "string",
            "minLength": 1,
            "maxLength": 24,
            "pattern": r"^[^\x00-\x1f\x7f-\x9f]+$",
            "description": "Unit of the follow-up time, or of a measurement, as the"
            " report shall write it: `days`, `months`, `mg/l`.",
        },
    },
    required=["name", "kind"],
    allOf=needed_keys(),
)

OUTCOMES: dict[str, Any] = {
    "type": "array",
    "description": "Outcomes in the sheet.",
    "items": _OUTCOME,
}

TREATMENT: dict[str, Any] = make_object(
    "The treatment in the sheet.",
    {
        "column": make_text("Column of the treatment."),
        "reference": make_cell("Arm that the others are compared with."),
        "arms": make_texts(
            "All arms, in the order in which they are shown; without it 5 comes"
            " before 10.",
            items=make_cell("An arm."),
        ),
    },
    required=["column", "reference"],
)
