"""Tables of new patients, assigned by a frozen model."""

from genostrat.registry.spec import Column, Table

TABLES: tuple[Table, ...] = (
    Table(
        "assign/assignments.tsv",
        "The stratum that a frozen model gives each patient of another cohort: target"
        " `assign`. A patient gets the same answer alone and in a batch.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "stratum",
                "text",
                "Nearest stratum of the model; blank where status is outside_model or"
                " excluded.",
            ),
            Column(
                "confidence",
                "float",
                "Probability of the stratum, 0 to 1, if one of the strata is right, at"
                " most the mean confidence of the stratum's training patients; blank"
                " without a stratum.",
            ),
            Column(
                "status",
                "text",
                "assigned; ambiguous (several strata cannot be ruled out);"
                " outside_model (unlike the training patients); excluded (too little"
                " measured, ancestry unknown, or by quality control).",
            ),
            Column("distance", "float", "Mahalanobis distance to the nearest centre."),
            Column(
                "conformal_set",
                "text",
                "Strata that cannot be ruled out at the model's level, as S1|S2; blank"
                " without a stratum.",
            ),
            Column(
                "reason",
                "text",
                "Why there is no sure stratum, what would mend it, and what was counted"
                " as the average training patient.",
            ),
            Column(
                "missing_share", "float", "Share of the model that was not measured."
            ),
        ),
        key=("sample_id",),
    ),
    Table(
        "assign/summary.json",
        "How the patients were assigned, in numbers. Private, since a cohort may be one"
        " patient.",
        (
            Column("cohort", "text", "Name of the cohort."),
            Column(
                "model",
                "text",
                "Checksums, version, verdict of its cohort, build, strata, layers,"
                " covariates, whose ancestry components.",
            ),
            Column("n_patients", "int", "Patients of the sheet."),
            Column("n_by_status", "int", "Of each status."),
            Column("min_confidence", "float", "Confidence of an assigned patient."),
            Column("features", "text", "Numbers of features in the model and absent."),
            Column(
                "covariates_unknown",
                "int",
                "Patients in whom a covariate of the model is unknown.",
            ),
            Column("unknown_ancestry", "text", "assign.unknown_ancestry."),
            Column("sentences", "text", "What to know before reading the strata."),
            Column("python", "text", "Version of the interpreter."),
            Column("platform", "text", "Where it ran."),
            Column("libraries", "text", "Versions of libraries."),
        ),
    ),
)
