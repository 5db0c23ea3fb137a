"""Entries of the qc stage on ancestry."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_SAMPLE = Column("sample_id", "text", "Identifier.")

PANEL_ARRAYS = (
    Column("contig", "text", "Contig of each site."),
    Column("position", "int", "Its position.", low=1),
    Column("ref", "text", "The panel's REF."),
    Column("alt", "text", "The panel's ALT."),
    Column("frequencies", "float", "Of ALT in the panel.", low=0, high=1),
    Column("weights", "float", "Loadings, sites × components."),
    Column("strengths", "float", "Eigenvalues of the components."),
    Column("n_used", "int", "Sites that vary in the panel.", low=0),
    Column(
        "strand_known",
        "int",
        "1: alleles are of the forward strand.",
        low=0,
        high=1,
    ),
)

ANCESTRY: tuple[Table, ...] = (
    Table(
        "qc/pcs.tsv",
        "One row a genotyped sample: ancestry components PC1, PC2, …; blank where there"
        " are too few variants or samples.",
        (
            _SAMPLE,
            Column("PC1", "float", "First component; further ones follow.", blank=True),
            Column("PC<n>", "float", "The further components.", blank=True),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "qc/ancestry.json",
        "How ancestry components were computed.",
        (
            Column("n_sites", "int", "Common, well-called variants.", low=0),
            Column("n_sites_pruned", "int", "Of these, used after pruning.", low=0),
            Column("n_unrelated", "int", "Samples that define the components.", low=0),
            Column(
                "variance_explained", "list", "Share of variance of each component."
            ),
        ),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "qc/ancestry.tsv",
        "One row a genotyped sample: ancestry label from a reference panel.",
        (
            _SAMPLE,
            Column(
                "ancestry", "text", "Label, or unassigned (always without a panel)."
            ),
            Column(
                "probability",
                "float",
                "Probability of the label; else blank.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "n_sites",
                "int",
                "Sites used for labels that the sample has; blank without a panel, or"
                " with too few sites in common with it.",
                low=0,
                unit="variants",
                blank=True,
            ),
            Column(
                "unassigned_because",
                "text",
                "Blank for a sample with a label. no_panel; too_few_sites (in common"
                " with the panel, or called in this sample); between_labels (no label"
                " has a high enough probability); fits_no_label (its place, or its"
                " genotypes, are not those of any label's people).",
                values=words.UNLABELLED,
                blank=True,
            ),
            Column(
                "closest",
                "text",
                "The most probable label, be it assigned or not: not a label.",
                blank=True,
            ),
            Column(
                "misfit",
                "float",
                "How far the genotypes are from what that label's frequencies lead to"
                " expect, in scaled deviations among its people.",
                blank=True,
            ),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "qc/reported_ancestry.tsv",
        "One row a genotyped sample: the ancestry that the sheet reports, held against"
        " its label.",
        (
            _SAMPLE,
            Column(
                "reported",
                "text",
                "Labels of the panel that the sheet's word stands for, as EAS|SAS; the"
                " word itself without a panel. Blank where it stands for none.",
                blank=True,
            ),
            Column("inferred", "text", "The label, or unassigned."),
            Column("probability", "float", "Of the label.", low=0, high=1, blank=True),
            Column(
                "status",
                "text",
                "ok, mismatch, or not_assessed: nothing reported, or no label.",
                values=words.REPORTED_STATUSES,
            ),
            Column(
                "not_assessed_because",
                "text",
                "Why it is not assessed, in words; else blank.",
                blank=True,
            ),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "qc/labels.json",
        "How ancestry was labelled, and what the labels are worth by the panel's own"
        " people.",
        (
            Column(
                "panel",
                "record",
                "Files, people by label and population, regions of the world that"
                " nobody is from; null without one.",
                blank=True,
            ),
            Column("assessable", "bool", "Whether there are enough sites in common."),
            Column("reason", "text", "Why not; null where there are.", blank=True),
            Column(
                "n_by_label",
                "record",
                "Samples by label; absent without a panel.",
                blank=True,
            ),
            Column(
                "n_by_reason", "record", "Samples by why they have none.", blank=True
            ),
            Column(
                "n_with_kin_in_panel",
                "int",
                "Samples with a relative in the panel.",
                low=0,
                blank=True,
            ),
            Column(
                "n_sites_<kind>",
                "int",
                "Sites shared with the panel, flipped, palindromic, common and used.",
                low=0,
            ),
            Column("min_sites", "int", "qc.min_sites_labels.", low=0, blank=True),
            Column(
                "min_probability",
                "float",
                "qc.min_label_probability.",
                low=0,
                high=1,
                blank=True,
            ),
            Column("tail", "float", "qc.label_tail.", low=0, high=1, blank=True),
            Column(
                "leave_one_out",
                "record",
                "The labels that the panel's people get without themselves.",
                blank=True,
            ),
            Column(
                "leave_one_label_out",
                "record",
                "By label, what its people are called by a panel without it.",
                blank=True,
            ),
            Column(
                "share_of_strangers_unassigned",
                "float",
                "Mean over labels of the share of these without a label.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "warnings", "list", "Which people would be mislabelled.", blank=True
            ),
        ),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "qc/ancestry_shares.tsv",
        "One row a genotyped sample and label of the panel: the sample as a mixture of"
        " the labels, by least squares on the panel's frequencies. No rows without a"
        " panel, or with too few sites.",
        (
            _SAMPLE,
            Column("label", "text", "The panel's label."),
            Column(
                "share",
                "float",
                "Share of the genome; together 1.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "low",
                "float",
                "Lower end of the 95 % interval, by bootstrap over blocks of 5 Mb;"
                " blank with fewer than 20 blocks.",
                low=0,
                high=1,
                blank=True,
            ),
            Column("high", "float", "Upper end.", low=0, high=1, blank=True),
            Column(
                "status",
                "text",
                "ok; doubtful (no mixture of the labels explains the genotypes as well"
                " as those of the panel's people: the panel may lack this ancestry);"
                " not_assessed (too few sites).",
                values=words.SHARE_STATUSES,
            ),
            Column(
                "misfit",
                "float",
                "What the mixture leaves unexplained, in scaled deviations among the"
                " panel's people.",
                blank=True,
            ),
            Column(
                "n_sites", "int", "Sites that the sample has.", low=0, unit="variants"
            ),
        ),
        key=("sample_id", "label"),
        needs="genotypes",
    ),
    Table(
        "qc/panel_pcs.tsv",
        "One row a person of the reference panel: components over the sites in common"
        " with the cohort, each person placed without a part in them. No rows without a"
        " panel, or with too few sites.",
        (
            _SAMPLE,
            Column("ancestry", "text", "The panel's label."),
            Column(
                "population",
                "text",
                "The panel's population; may be blank.",
                blank=True,
            ),
            Column("PC1", "float", "First component; further ones follow."),
            Column("PC<n>", "float", "The further components.", blank=False),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "qc/panel_projection.tsv",
        "One row a genotyped sample: its place among the components of"
        " qc/panel_pcs.tsv, without shrinkage; blank for a sample with too few sites."
        " No rows where qc/panel_pcs.tsv has none.",
        (
            _SAMPLE,
            Column("PC1", "float", "First component; further ones follow.", blank=True),
            Column("PC<n>", "float", "The further components.", blank=True),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "qc/panel_space.npz",
        "The components of qc/panel_pcs.tsv as loadings, so that anybody can be placed"
        " among them. Frequencies and loadings are those of the panel's people. Empty"
        " arrays without a panel, or with too few sites.",
        PANEL_ARRAYS,
        access="centre",
        needs="genotypes",
    ),
    Table(
        "qc/panel_places.tsv",
        "One row a genotyped sample: its place among the components of"
        " qc/panel_space.npz as a frozen model tells it, from this sample's genotypes"
        " alone. Relatives of the panel's people lie a little further out than in"
        " qc/panel_projection.tsv. Only where `profile.ancestry_space` asks for it.",
        (
            _SAMPLE,
            Column(
                "n_sites", "int", "Sites that the sample has.", low=0, unit="variants"
            ),
            Column(
                "panel_PC1",
                "float",
                "First component; further ones follow. Blank for a sample with less"
                " than 80 % of the sites.",
                blank=True,
            ),
            Column("panel_PC<n>", "float", "The further components.", blank=True),
        ),
        key=("sample_id",),
        needs="panel_axes",
    ),
)
