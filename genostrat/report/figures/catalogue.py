"""What each figure is drawn from, and whether it has a mark for every patient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Drawn:
    """What a figure shows.

    Parameters
    ----------
    sources
        Names in the registry of the tables that it is drawn from.
    of_patients
        Whether a mark in it stands for one patient, or one pair: such a figure is left
        out of the page that has aggregates only.
    """

    sources: tuple[str, ...]
    of_patients: bool = False


#: By the figure's name, or what precedes its number or kind.
FIGURES = {
    "agreement": Drawn(("strata/agreement.tsv",)),
    "ancestry": Drawn(("qc/pcs.tsv",), of_patients=True),
    "ancestry-panel": Drawn(
        ("qc/panel_projection.tsv", "qc/panel_pcs.tsv"), of_patients=True
    ),
    "call-rate": Drawn(
        ("qc/sample_metrics.tsv", "qc/outliers.tsv", "qc/decisions.tsv"),
        of_patients=True,
    ),
    "calls": Drawn(("variants/per_sample.tsv",), of_patients=True),
    "centres": Drawn(("coordinate/effects.tsv",)),
    "replication": Drawn(("strata/replication.tsv",)),
    "confounders": Drawn(("strata/confounders.tsv",)),
    "consensus": Drawn(
        ("strata/consensus.npz", "strata/assignments.tsv"), of_patients=True
    ),
    "consensus-cdf": Drawn(("strata/consensus_cdf.tsv", "strata/k_selection.tsv")),
    "contamination": Drawn(("qc/sample_metrics.tsv",), of_patients=True),
    "depths": Drawn(("variants/depths.tsv",)),
    "diversity": Drawn(("variants/diversity.tsv",)),
    "effects": Drawn(("strata/characteristics.tsv",)),
    "enrichment": Drawn(("strata/enrichment.tsv",)),
    "families": Drawn(("qc/pedigree.tsv", "qc/mendel.tsv"), of_patients=True),
    "features": Drawn(
        ("profile/features.parquet", "strata/assignments.tsv"), of_patients=True
    ),
    "flow": Drawn(("strata/label_counts.tsv",)),
    "forest": Drawn(("response/effects.tsv",)),
    "subgroups": Drawn(("response/subgroups.tsv", "response/subgroup_tests.tsv")),
    "gradient": Drawn(
        ("profile/features.parquet", "strata/gradient.tsv"), of_patients=True
    ),
    "fst": Drawn(("variants/fst.tsv",)),
    "fst-stratum": Drawn(("strata/fst.tsv",)),
    "homozygosity": Drawn(("qc/roh.tsv",), of_patients=True),
    "incidence-competing": Drawn(("response/incidence_curves.tsv",)),
    "incidence-event": Drawn(("response/incidence_curves.tsv",)),
    "indel-lengths": Drawn(("variants/indel_lengths.tsv",)),
    "k-selection": Drawn(("strata/k_selection.tsv", "strata/nulls.json")),
    "ld-decay": Drawn(("variants/ld_decay.tsv",)),
    "net-benefit": Drawn(("response/net_benefit.tsv",)),
    "patients": Drawn(
        ("profile/features.parquet", "strata/assignments.tsv"), of_patients=True
    ),
    "pgx-calls": Drawn(("pgx/coverage.tsv",)),
    "pgx-phenotypes": Drawn(("pgx/frequencies.tsv",)),
    "power": Drawn(("strata/verdict.json",)),
    "relatedness": Drawn(("qc/relatedness.tsv", "qc/pedigree.tsv"), of_patients=True),
    "sex": Drawn(("qc/sex.tsv",), of_patients=True),
    "spectrum": Drawn(("variants/spectrum.tsv",)),
    "substitutions": Drawn(("variants/substitutions.tsv",)),
    "survival": Drawn(("response/survival_curves.tsv",)),
}
#: Of a figure that nobody entered, the worst is assumed.
_UNKNOWN = Drawn((), of_patients=True)


def describe_figure(name: str) -> Drawn:
    """Return what a figure shows, by its name on the page.

    Examples
    --------
    >>> describe_figure("forest-2").sources
    ('response/effects.tsv',)
    >>> describe_figure("fst-centre").sources
    ('variants/fst.tsv',)
    """
    if name in FIGURES:
        return FIGURES[name]
    return FIGURES.get(name.rsplit("-", 1)[0], _UNKNOWN)
