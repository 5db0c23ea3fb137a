"""Entries of the strata stage on the frozen model."""

from dataclasses import replace

from genostrat.registry.entries.ancestry import PANEL_ARRAYS
from genostrat.registry.entries.frozen import ADJUSTMENT_ARRAYS, SCORE_ARRAYS
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words


def _carried(prefix: str, arrays: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return what a model carries of another file, under longer names."""
    return tuple(
        replace(array, name=f"{prefix}_{array.name}", blank=True) for array in arrays
    )


MODEL: tuple[Table, ...] = (
    Table(
        "strata/model/model.json",
        "With arrays.npz: the frozen model that assigns one new patient. Aggregates"
        " only. Without strata it says so and holds nothing else.",
        (
            Column("schema", "text", "Version of the format."),
            Column("strata", "list", "Names of the strata; empty without strata."),
            Column("sizes", "list", "Training patients of each."),
            Column(
                "confidence",
                "float",
                "Level at which a stratum is ruled out.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "verdict",
                "text",
                "Verdict of the cohort it was made in.",
                values=words.VERDICTS,
            ),
            Column(
                "build",
                "text",
                "Genome build of the cohort; blank without.",
                values=(*words.BUILD_NAMES, ""),
            ),
            Column("n_training", "int", "Patients that were clustered.", low=0),
            Column("version", "text", "Version of genostrat that made it."),
            Column("adjustment", "record", "As profile/adjustment.json.", blank=True),
            Column(
                "inputs",
                "record",
                "What features are made of: whose ancestry components, columns of the"
                " clinical layer, knowledge base of pharmacogenes.",
                blank=True,
            ),
            Column("arrays_sha256", "text", "Checksum of arrays.npz."),
            Column("checksum", "text", "Checksum of this record."),
            Column("seed", "int", "Seed of the random streams."),
        ),
        access="centre",
        needs="layers",
    ),
    Table(
        "strata/model/arrays.npz",
        "Arrays of model.json, uncompressed. Further ones have the names of"
        " profile/adjustment.npz after `adjustment_`; of qc/panel_space.npz after"
        " `panel_`, in a model that is adjusted for a panel's components; and of"
        " profile/score_variants.npz after `scores_`, in one with polygenic scores.",
        (
            Column("centre", "float", "Training mean of each feature.", blank=True),
            Column(
                "weights", "float", "Weight of each feature (its layer's).", blank=True
            ),
            Column("loadings", "float", "Features × components.", blank=True),
            Column("centroids", "float", "Strata × components.", blank=True),
            Column("precision", "float", "Components × components.", blank=True),
            Column(
                "limits",
                "float",
                "Distance and residual of an outside patient.",
                blank=True,
            ),
            Column(
                "conformal",
                "float",
                "For each stratum, how improbable it may be without being ruled out.",
                blank=True,
            ),
            Column(
                "ceilings",
                "float",
                "For each stratum, the mean confidence of its training patients: a new"
                " patient gets no more.",
                low=0,
                high=1,
                blank=True,
            ),
            *_carried("adjustment", ADJUSTMENT_ARRAYS),
            *_carried("panel", PANEL_ARRAYS),
            *_carried("scores", SCORE_ARRAYS),
        ),
        access="centre",
        needs="layers",
    ),
)
