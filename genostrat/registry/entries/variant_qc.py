"""Entries of the decided variants."""

from genostrat.catalogues.quality_rules import OUTCOMES, VARIANT_RULES
from genostrat.registry.spec import Column, Table

VARIANT_QC = (
    Table(
        "qc/variant_decisions.tsv",
        "The ledger of variants: one row for each rule that caught a variant; others"
        " have no row.",
        (
            Column("contig", "text", "Contig."),
            Column("position", "int", "Position, 1-based.", low=0),
            Column("identifier", "text", "ID of the record."),
            Column("ref", "text", "REF."),
            Column("alt", "text", "ALT.", blank=True),
            Column(
                "rule",
                "text",
                "The rule.",
                values=tuple(rule.name for rule in VARIANT_RULES),
            ),
            Column(
                "value",
                "float",
                "What the rule looked at: call rate; excess of the group's missing"
                " rate; p of its frequency; p of its heterozygotes; p of"
                " Hardy-Weinberg proportions; share of families with a Mendelian"
                " error; share of alternate reads of heterozygotes; mean depth. Blank"
                " for rules of alleles.",
                blank=True,
            ),
            Column("threshold", "float", "What it was compared with.", blank=True),
            Column("config_key", "text", "The key that changes the threshold."),
            Column(
                "outcome",
                "text",
                "kept, flagged or excluded, as the rule has it. A variant that one rule"
                " excludes is excluded.",
                values=tuple(OUTCOMES.values()),
            ),
            Column(
                "group",
                "text",
                "The batch, centre, arm or ancestry that shows it most, as `batch"
                " plate3`; all: everybody; of rules of alleles, what the alleles are.",
            ),
        ),
        key=("contig", "position", "identifier", "ref", "alt", "rule"),
        needs="genotypes",
        access="centre",
    ),
    Table(
        "qc/variants_set_aside.npz",
        "For each contig the rows of genotypes/store that are excluded, ascending, from"
        " 0. Sample QC, kinship, ancestry, profile and strata do not read them.",
        (Column("<contig>", "int", "Rows.", low=0),),
        needs="genotypes",
        access="centre",
    ),
    Table(
        "qc/variants.json",
        "What variant QC compared, and how many variants each rule caught.",
        (
            Column("n_variants", "int", "Variants of the store.", low=0),
            Column(
                "n_judged", "int", "Of autosomes and chrX, which are judged.", low=0
            ),
            Column("n_excluded", "int", "Excluded by some rule.", low=0),
            Column("n_flagged", "int", "Flagged, and not excluded.", low=0),
            Column(
                "not_assessed",
                "text",
                "Why no variant was judged; or null.",
                blank=True,
            ),
            Column("n_samples", "int", "Genotyped samples.", low=0),
            Column(
                "n_samples_counted",
                "int",
                "Samples that variants were judged by: those with enough calls.",
                low=0,
            ),
            Column("n_rounds", "int", "Rounds until nothing changed.", low=0),
            Column("n_on_x", "int", "Judged variants of chrX.", low=0),
            Column(
                "n_with_two_x",
                "int",
                "Samples that counted and are known to have two X chromosomes; in fewer"
                " than 20 frequencies and proportions on chrX are not tested.",
                low=0,
            ),
            Column("compared", "record", "Column of the sheet → groups compared."),
            Column("not_compared", "record", "Column → why it was not."),
            Column(
                "proportions_within",
                "list",
                "Ancestries in which proportions were tested; without any, everybody.",
            ),
            Column(
                "inflation",
                "record",
                "Group → how much its frequencies differ from the others' as a rule,"
                " 1 for chance.",
            ),
            Column(
                "n_families",
                "int",
                "Families whose genotypes fit what the sheet says; Mendelian errors"
                " are counted in them.",
                low=0,
            ),
            Column(
                "alleles",
                "record",
                "What alleles were held against (sequence, panel) → what they are →"
                " variants.",
            ),
            Column(
                "n_with_reads",
                "int",
                "Variants whose reads could be judged, by balance or depth.",
                low=0,
            ),
            Column(
                "rules",
                "list",
                "For each rule: outcome, threshold, n_caught, and by_group: how many"
                " each group showed most.",
            ),
        ),
        needs="genotypes",
        access="centre",
    ),
)
