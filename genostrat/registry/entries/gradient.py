"""Tables of the strata stage on patients along a continuum."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

GRADIENT: tuple[Table, ...] = (
    Table(
        "strata/gradient.json",
        "Whether patients lie along a gradient: spread further than one cloud of"
        " chance, but not in groups, and mirrored by no confounder.",
        (
            Column("is_gradient", "bool", "Whether they do."),
            Column(
                "n_patients",
                "int",
                "Patients that the axis was found in; 0 where there is none.",
                low=0,
                unit="patients",
            ),
            Column(
                "repeatability",
                "float",
                "Rank correlation of the orders that the axes of two halves of the"
                " cohort give, in the median of 20 halvings. Blank without an axis.",
                low=-1,
                high=1,
                blank=True,
            ),
        ),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/gradient.tsv",
        "The place of every patient along the gradient; without rows where there is"
        " none.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "position",
                "float",
                "Place along the axis, in standard deviations of the clustered patients"
                " from their mean.",
            ),
            Column(
                "rank",
                "float",
                "Share of the clustered patients who lie lower; ties count half.",
                low=0,
                high=1,
            ),
            Column(
                "found_in",
                "text",
                "training: clustered; model: placed along the axis of these.",
                values=words.FOUND_IN,
            ),
        ),
        key=("sample_id",),
        needs="layers",
    ),
    Table(
        "strata/gradient_features.tsv",
        "What marks the ends of the gradient; without rows where there is none.",
        (
            Column("feature", "text", "Feature of the profile."),
            Column("layer", "text", "Its layer."),
            Column(
                "correlation",
                "float",
                "Rank correlation with the position, of which the feature may be a"
                " part.",
                low=-1,
                high=1,
            ),
            Column(
                "end",
                "text",
                "The end at which it is large: high positions or low ones.",
                values=words.GRADIENT_ENDS,
            ),
            Column(
                "p_value",
                "float",
                "Cross-fitted test of the correlation without the feature's own part.",
                low=0,
                high=1,
            ),
            Column(
                "p_adjusted",
                "float",
                "Benjamini–Hochberg over the features.",
                low=0,
                high=1,
            ),
            Column("valid_because", "text", "Why the p-value is valid."),
        ),
        key=("feature",),
        access="centre",
        needs="layers",
    ),
)
