"""Tables of new patients, assigned by a frozen model."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

TABLES: tuple[Table, ...] = (
    Table(
        "assign/assignments.tsv",
        "The stratum that a frozen model gives each patient of another cohort: target"
        " `assign`. A patient of the training platform gets the same answer alone and"
        " in a batch.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "stratum",
                "text",
                "Nearest stratum of the model; blank where status is outside_model or"
                " excluded.",
                blank=True,
            ),
            Column(
                "confidence",
                "float",
                "Probability of the stratum, 0 to 1, if one of the strata is right, at"
                " most the mean confidence of the stratum's training patients; blank"
                " without a stratum.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "status",
                "text",
                "assigned; ambiguous (several strata cannot be ruled out);"
                " outside_model (unlike the training patients); excluded (too little"
                " measured, ancestry unknown, or by quality control).",
                values=words.ASSIGNMENT_STATUSES,
            ),
            Column(
                "distance",
                "float",
                "Mahalanobis distance to the nearest centre.",
                low=0,
                blank=True,
            ),
            Column(
                "conformal_set",
                "text",
                "Strata that cannot be ruled out at the model's level, as S1|S2; blank"
                " without a stratum.",
                blank=True,
            ),
            Column(
                "reason",
                "text",
                "Why there is no sure stratum, what would mend it, and what was counted"
                " as the average training patient.",
                blank=True,
            ),
            Column(
                "missing_share",
                "float",
                "Share of the model that was not measured.",
                low=0,
                high=1,
            ),
        ),
        key=("sample_id",),
        needs="model",
    ),
    Table(
        "assign/summary.json",
        "How the patients were assigned, in numbers. Private, since a cohort may be one"
        " patient.",
        (
            Column("cohort", "text", "Name of the cohort."),
            Column(
                "model",
                "record",
                "Checksums, version, verdict of its cohort, build, strata, layers,"
                " covariates, whose ancestry components.",
            ),
            Column("n_patients", "int", "Patients of the sheet.", low=0),
            Column("n_by_status", "record", "Of each status."),
            Column(
                "min_confidence",
                "float",
                "Confidence of an assigned patient.",
                low=0,
                high=1,
            ),
            Column(
                "features", "record", "Numbers of features in the model and absent."
            ),
            Column(
                "covariates_unknown",
                "record",
                "Patients in whom a covariate of the model is unknown.",
            ),
            Column("unknown_ancestry", "text", "assign.unknown_ancestry."),
            Column(
                "mapping",
                "record",
                "With assign.platform other: features mapped (n_mapped), share of the"
                " patients whom another way of mapping gives the same stratum"
                " (agreement), and their spread along the strata relative to the"
                " training cohort's (spread). Empty otherwise.",
            ),
            Column("sentences", "list", "What to know before reading the strata."),
            Column("python", "text", "Version of the interpreter."),
            Column("platform", "text", "Where it ran."),
            Column("libraries", "record", "Versions of libraries."),
        ),
        needs="model",
    ),
)
