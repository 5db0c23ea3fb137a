"""Tables of the ingest stage."""

from genostrat.registry.entries.genotypes import (
    INGEST,
    INTAKE,
    PIECES,
    SITE_RECORDS,
    STORE,
    TALLIES,
    VARIANT_READS,
)
from genostrat.registry.entries.panel import PANEL
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words


def _columns_of(stage: str) -> Table:
    return Table(
        f"check/columns/{stage}.json",
        f"Of the columns of check/inputs.json, what the stage {stage} works with; a"
        " change of another stage's columns leaves it alone.",
        (
            Column("resolved", "record", "Key of the config → columns of the sheet."),
            Column("kinds", "record", "Column → number or category, of these columns."),
            Column(
                "treatment",
                "record",
                "Reference and patients of each arm; null without arms, and of a stage"
                " that compares none.",
                blank=True,
            ),
            Column("idle", "list", "Those of these columns that say nothing."),
        ),
        access="centre",
    )


TABLES = (
    Table(
        "check/samples.tsv",
        "The clinical sheet after validation: canonical column names, IDs as text,"
        " one row a patient. Every later stage reads this file, never the sheet.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "sex",
                "text",
                "Sex in the sheet: male, female, or blank.",
                values=words.SEXES,
                blank=True,
            ),
            Column(
                "<column>",
                "text",
                "Every other column of the sheet that is known or named in the config,"
                " by its canonical name.",
                blank=True,
            ),
        ),
        key=("sample_id",),
    ),
    Table(
        "check/overrides.tsv",
        "Decisions by hand from samples.overrides; without rows where there are none.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column(
                "decision",
                "text",
                "keep, flag or exclude.",
                values=words.HAND_DECISIONS,
            ),
            Column("reason", "text", "Why, in the words of who decided."),
            Column("who", "text", "Who decided; may name a person."),
        ),
        key=("sample_id",),
    ),
    Table(
        "check/refused.txt",
        "Never written: the rule that would make it fails with the reason why a cohort"
        " cannot be run, so that other cohorts go on.",
    ),
    Table(
        "check/genotyped.txt",
        "The samples of the store, one a line, sorted: in the sheet and in the"
        " genotypes. Empty without genotypes.",
    ),
    Table(
        "check/inputs.json",
        "What the checks of the inputs found, and how the genotypes will be read."
        " Without genotypes only the first four keys.",
        (
            Column("n_sheet", "int", "Patients of the sheet.", low=0),
            Column("warnings", "list", "What is odd but no fault, in words."),
            Column(
                "columns",
                "record",
                "What each column of the sheet is used as and holds (`used`), which"
                " nothing names (`ignored`), which shipped defaults it lacks"
                " (`dropped`), which say nothing (`idle`), how events and arms are"
                " coded, and the names that later stages work with (`resolved`).",
            ),
            Column(
                "matched",
                "list",
                "For each other input how many samples it shares with the sheet.",
            ),
            *INTAKE,
        ),
        access="centre",
    ),
    Table(
        "check/genotypes.json",
        "How the genotypes will be read: of check/inputs.json what does not depend on"
        " the sheet, so that a change of the columns that the config names reads no"
        " genotypes again. Without genotypes only the first key.",
        (
            Column("warnings", "list", "What is odd about the files, in words."),
            *INTAKE,
        ),
        access="centre",
    ),
    *(_columns_of(stage) for stage in ("profile", "strata", "response")),
    Table(
        "genotypes/read_metrics.tsv",
        "Per-sample sums gathered while the genotypes were read once.",
        (
            Column("sample_id", "text", "Identifier."),
            Column(
                "dp_sum",
                "int",
                "Sum of DP over calls of autosomal records; of AD where a record has no"
                " DP.",
                low=0,
                unit="reads",
            ),
            Column("dp_n", "int", "Number of such calls.", low=0, unit="calls"),
            Column(
                "gq_sum", "int", "Sum of GQ over calls of autosomal records.", low=0
            ),
            Column(
                "gq_n", "int", "Number of such calls with a GQ.", low=0, unit="calls"
            ),
            Column(
                "charr_sum",
                "float",
                "Sum over eligible homozygous-alternate SNVs of"
                " RefAD / (p_ref (RefAD + AltAD)).",
                low=0,
            ),
            Column(
                "charr_n",
                "int",
                "Number of eligible SNVs in charr_sum.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_haploid_x",
                "int",
                "Haploid calls on chrX outside the PARs.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_called_x",
                "int",
                "Calls on chrX outside the PARs; 0 where the source does not tell"
                " haploid from diploid ones.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_half_call",
                "int",
                "Half-calls such as 0/. met while reading.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_no_reads",
                "int",
                "Calls that rest on no read, in records with an accepted FILTER: DP and"
                " GQ 0, AD all 0, PL all 0, MIN_DP 0, or DP 0 with quality and"
                " likelihoods left blank. They are missing.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_failed_filter",
                "int",
                "Calls whose FORMAT/FT is not among ingest.genotype_filters; missing.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_low_depth",
                "int",
                "Calls below ingest.min_depth; missing.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_low_quality",
                "int",
                "Calls below ingest.min_genotype_quality; missing.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_quality_zero",
                "int",
                "Calls that stand, though a GQ of 0 says that another genotype is as"
                " likely.",
                low=0,
                unit="calls",
            ),
            Column(
                "x_dp_sum",
                "int",
                "Sum of DP, or of AD, of chrX outside the PARs; x_dp_n counts these. So"
                " y_dp_sum and y_dp_n of chrY, where a sample without a depth counts"
                " with 0.",
                low=0,
                unit="reads",
            ),
            Column("x_dp_n", "int", "See x_dp_sum.", low=0),
            Column("y_dp_sum", "int", "See x_dp_sum.", low=0, unit="reads"),
            Column("y_dp_n", "int", "See x_dp_sum.", low=0),
            Column(
                "lrr_sum",
                "int",
                "Sum of the log R ratios of an array (FORMAT/LRR) over autosomal"
                " records, in millionths; lrr_n counts these. So x_lrr_sum, x_lrr_n,"
                " y_lrr_sum and y_lrr_n of chrX and chrY outside the PARs.",
            ),
            Column("lrr_n", "int", "See lrr_sum.", low=0),
            Column("<chromosome>_lrr_sum", "int", "See lrr_sum."),
            Column("<chromosome>_lrr_n", "int", "See lrr_sum.", low=0),
            Column(
                "balance_0_0",
                "int",
                "SNVs with 20 to 100 reads whose reference allele has a frequency of"
                " 0.1 to 0.3 in the other samples, and that show no reference read."
                " Further columns balance_F_S count higher frequencies F and shares S"
                " of reference reads, balance_depth_D all of these SNVs by depth;"
                " together they give the contamination.",
                low=0,
                unit="variants",
            ),
            Column(
                "balance_<bin>",
                "int",
                "The same of other frequencies and shares, and by depth.",
                low=0,
                unit="variants",
            ),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "genotypes/ingest.json",
        "What was read of the genotypes and what was left out.",
        INGEST,
        access="centre",
        needs="genotypes",
    ),
    Table(
        "genotypes/tallies.npz",
        "Counts of the records that the store does not tell whole, such as those with"
        " several alternate alleles. Empty where the source has no records.",
        TALLIES,
        needs="genotypes",
    ),
    Table(
        "genotypes/irregular.npz",
        "The rows of the store that come from these records. Empty likewise.",
        (Column("<contig>", "int", "Rows of this contig's variants.", low=0),),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "genotypes/variant_reads.npz",
        "Sums of the reads of each variant with one alternate allele, on autosomes. No"
        " contig of which the source has no reads.",
        VARIANT_READS,
        needs="genotypes",
    ),
    Table(
        "genotypes/site_records.npz",
        "Records at the sites of pgx/sites.tsv as the input has them: genotypes of all"
        " samples, with phase. Not in a run without sites.",
        SITE_RECORDS,
        needs="genotypes",
    ),
    *STORE,
    *PIECES,
    *PANEL,
)
