"""The table of contents of a cohort's report: what each section reads, and its builder.

The rule that renders the report waits for exactly what stands here, and the page is
built in this order. The Snakefile reads this module at every start, so what draws a
section is imported only when it is drawn.

To add a section, write its builder in :mod:`genostrat.report.sections` and add it to
:data:`SECTIONS`, with the registry names of the tables that it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genostrat.catalogues.outcome_kinds import find_direction

if TYPE_CHECKING:
    from genostrat.report.parts.document import Body
    from genostrat.report.parts.results import Results


@dataclass(frozen=True)
class SectionView:
    """What a builder is given.

    Parameters
    ----------
    results
        The tables that the section names, without identifiers in free text unless
        `show_ids`; any other is refused.
    summary
        The record of :func:`genostrat.report.parts.summary.summarise_cohort`.
    settings
        The cohort's config.
    provenance
        The record of :func:`genostrat.report.record.describe_provenance`.
    grouping
        Column of the sheet that colours the map of ancestry.
    show_ids
        Whether flagged samples and related pairs are named.
    """

    results: Results
    summary: Mapping[str, Any]
    settings: Mapping[str, Any]
    provenance: Mapping[str, Any]
    grouping: str | None
    show_ids: bool

    def setting(self, section: str, key: str) -> Any:
        """Return a setting of the config; None where it has none."""
        return (self.settings.get(section) or {}).get(key)


@dataclass(frozen=True)
class Chapter:
    """A section of the report.

    Parameters
    ----------
    name
        Its anchor in the page.
    title
        Its heading.
    reads
        Names in the registry of what it reads.
    build
        Makes its body; None where there is nothing to say.
    """

    name: str
    title: str
    reads: tuple[str, ...]
    build: Callable[[SectionView], Body | None]


def _inputs(view: SectionView) -> Body:
    from genostrat.report.sections.inputs import build_inputs

    return build_inputs(view.results, view.summary)


def _quality(view: SectionView) -> Body:
    from genostrat.report.sections.quality import build_quality

    return build_quality(
        view.results,
        view.summary,
        settings=view.settings,
        grouping=view.grouping,
        show_ids=view.show_ids,
    )


def _variants(view: SectionView) -> Body:
    from genostrat.report.sections.variants import build_variants

    return build_variants(view.results, view.summary, grouping=view.grouping)


def _populations(view: SectionView) -> Body:
    from genostrat.report.sections.populations import build_populations

    return build_populations(view.results)


def _pharmacogenes(view: SectionView) -> Body:
    from genostrat.report.sections.pgx import build_pharmacogenes

    has_sheets = bool(view.setting("pgx", "patient_sheets"))
    return build_pharmacogenes(view.results, view.summary, has_sheets=has_sheets)


def _profile(view: SectionView) -> Body:
    from genostrat.report.sections.strata import build_profile

    return build_profile(view.results, view.summary)


def _strata(view: SectionView) -> Body:
    from genostrat.report.sections.strata import build_strata

    return build_strata(view.results, view.summary)


def _response(view: SectionView) -> Body:
    from genostrat.report.sections.response import build_response

    reference = view.setting("treatment", "reference")
    return build_response(
        view.results,
        view.summary,
        reference=reference,
        directions={
            outcome["name"]: find_direction(outcome["kind"], outcome.get("better"))
            for outcome in view.settings.get("outcomes") or []
        },
    )


def _truth(view: SectionView) -> Body | None:
    from genostrat.report.sections.response import build_truth

    return build_truth(view.results)


def _methods(view: SectionView) -> Body:
    from genostrat.report.sections.methods import build_methods

    return build_methods(
        view.summary, settings=view.settings, provenance=view.provenance
    )


def _glossary(view: SectionView) -> Body:
    from genostrat.report.sections.methods import build_glossary

    return build_glossary()


#: In the order of the page.
SECTIONS = (
    Chapter(
        "inputs",
        "Inputs and checks",
        ("check/samples.tsv", "check/inputs.json", "genotypes/ingest.json"),
        _inputs,
    ),
    Chapter(
        "quality",
        "Sample quality",
        (
            "check/samples.tsv",
            "check/overrides.tsv",
            "qc/sample_metrics.tsv",
            "qc/mixtures.tsv",
            "qc/sex.tsv",
            "qc/relatedness.tsv",
            "qc/kinship_adjusted.json",
            "qc/relatedness.json",
            "qc/pcs.tsv",
            "qc/ancestry.tsv",
            "qc/ancestry_shares.tsv",
            "qc/reported_ancestry.tsv",
            "qc/labels.json",
            "qc/panel_pcs.tsv",
            "qc/panel_projection.tsv",
            "qc/pedigree.tsv",
            "qc/mendel.tsv",
            "qc/omics_match.tsv",
            "qc/swaps.tsv",
            "qc/outliers.tsv",
            "qc/decisions.tsv",
        ),
        _quality,
    ),
    Chapter(
        "variants",
        "Variants",
        (
            "check/samples.tsv",
            "qc/variants.json",
            "qc/sample_metrics.tsv",
            "variants/spectrum.tsv",
            "variants/per_sample.tsv",
            "variants/by_group.tsv",
            "variants/substitutions.tsv",
            "variants/indel_lengths.tsv",
            "variants/depths.tsv",
        ),
        _variants,
    ),
    Chapter(
        "populations",
        "Populations",
        (
            "qc/sample_metrics.tsv",
            "qc/decisions.tsv",
            "qc/roh.tsv",
            "qc/roh.json",
            "variants/populations.json",
            "variants/fst.tsv",
            "variants/diversity.tsv",
            "variants/ld_decay.tsv",
            "strata/fst.tsv",
        ),
        _populations,
    ),
    Chapter(
        "pharmacogenomics",
        "Pharmacogenomics",
        ("qc/sample_metrics.tsv", "pgx/frequencies.tsv"),
        _pharmacogenes,
    ),
    Chapter("profile", "Molecular profile", (), _profile),
    Chapter(
        "strata",
        "Strata: are there subgroups?",
        (
            "profile/features.parquet",
            "strata/k_selection.tsv",
            "strata/nulls.json",
            "strata/consensus.npz",
            "strata/consensus_cdf.tsv",
            "strata/assignments.tsv",
            "strata/confounders.tsv",
            "strata/characteristics.tsv",
            "strata/enrichment.tsv",
            "strata/gradient.json",
            "strata/gradient.tsv",
            "strata/gradient_features.tsv",
            "strata/replication.tsv",
            "strata/agreement.tsv",
            "strata/label_counts.tsv",
        ),
        _strata,
    ),
    Chapter(
        "response",
        "Treatment response",
        (
            "response/interaction.tsv",
            "response/effects.tsv",
            "response/survival_curves.tsv",
            "response/incidence_curves.tsv",
            "response/net_benefit.tsv",
            "response/balance.tsv",
            "response/treatment.tsv",
            "response/populations.tsv",
            "response/subgroups.tsv",
            "response/pharmacogenes.json",
            "response/pharmacogenes.tsv",
        ),
        _response,
    ),
    Chapter("truth", "Planted truth", ("truth_check.tsv",), _truth),
    Chapter("methods", "Methods and provenance", (), _methods),
    Chapter("glossary", "Glossary", (), _glossary),
)

#: What the summary for machines is made of.
SUMMARISED = (
    "check/samples.tsv",
    "genotypes/ingest.json",
    "qc/variants.json",
    "qc/sample_metrics.tsv",
    "qc/sex.tsv",
    "qc/relatedness.tsv",
    "qc/relatedness.json",
    "qc/pcs.tsv",
    "qc/ancestry.tsv",
    "qc/labels.json",
    "qc/pedigree.tsv",
    "qc/mendel.tsv",
    "qc/swaps.tsv",
    "qc/outliers.tsv",
    "qc/exclusions.tsv",
    "qc/decisions.tsv",
    "qc/flow.json",
    "qc/roh.tsv",
    "qc/roh.json",
    "variants/summary.json",
    "variants/populations.json",
    "variants/fst.tsv",
    "strata/fst.tsv",
    "pgx/knowledge.json",
    "pgx/coverage.tsv",
    "pgx/frequencies.tsv",
    "pgx/guidance.tsv",
    "pgx/medications.tsv",
    "profile/features.tsv",
    "profile/features.parquet",
    "strata/verdict.json",
    "strata/nulls.json",
    "strata/assignments.tsv",
    "strata/confounders.tsv",
    "response/interaction.tsv",
    "response/effects.tsv",
    "response/treatment.tsv",
    "response/populations.tsv",
    "response/subgroup_tests.tsv",
    "response/subgroups.tsv",
    "response/checks.tsv",
    "response/credibility.tsv",
    "response/heterogeneity.json",
    "response/pharmacogenes.json",
    "response/pharmacogenes.tsv",
    "truth_check.tsv",
)


#: What the page of linked views knows of patients.
EXPLORED = (
    "check/samples.tsv",
    "qc/decisions.tsv",
    "qc/pcs.tsv",
    "qc/relatedness.tsv",
    "qc/sample_metrics.tsv",
    "strata/assignments.tsv",
    "strata/consensus.npz",
)


def list_inputs(sections: Iterable[Chapter] = SECTIONS) -> list[str]:
    """Return the registry names of everything that the report is made of."""
    reads = (name for one in sections for name in one.reads)
    return sorted({*SUMMARISED, *EXPLORED, *reads})
