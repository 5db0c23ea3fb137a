"""Arrays of a profile that its frozen model carries along."""

from genostrat.registry.spec import Column

ADJUSTMENT_ARRAYS = (
    Column("middles", "float", "Training midmean after the transform."),
    Column("coefficients", "float", "Encoded covariates × features."),
    Column("filled", "float", "What a missing value is after adjustment."),
    Column("centre", "float", "Training mean after adjustment."),
    Column("scale", "float", "Training standard deviation after adjustment.", low=0),
    Column("covariate_means", "float", "Training mean of each covariate."),
    Column(
        "reference",
        "float",
        "Of layers of counts, the geometric mean that size factors are measured by; 0"
        " for features that are no reference. Only where the transform of a layer is"
        " counts.",
        low=0,
        blank=True,
    ),
)

SCORE_ARRAYS = (
    Column("name", "text", "Name of each score that is used."),
    Column("sha256", "text", "Of its scoring file."),
    Column("n_variants", "int", "Variants of the file that can be used.", low=0),
    Column("used", "int", "One bit each, score after score: summed or not.", low=0),
)
