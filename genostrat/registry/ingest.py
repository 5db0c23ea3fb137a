"""Tables of the ingest stage."""

from genostrat.registry.spec import Column, Table

TABLES = (
    Table(
        "check/samples.tsv",
        "The clinical sheet after validation: canonical column names, IDs as text,"
        " one row a patient. Every later stage reads this file, never the sheet.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column("sex", "text", "Sex in the sheet: male, female, or blank."),
        ),
        key=("sample_id",),
    ),
    Table(
        "check/overrides.tsv",
        "Decisions by hand from samples.overrides; without rows where there are none.",
        (
            Column("sample_id", "text", "Identifier, as in the sheet."),
            Column("decision", "text", "keep, flag or exclude."),
            Column("reason", "text", "Why, in the words of who decided."),
            Column("who", "text", "Who decided; may name a person."),
        ),
        key=("sample_id",),
    ),
    Table(
        "genotypes/read_metrics.tsv",
        "Per-sample sums gathered while the genotypes were read once.",
        (
            Column("sample_id", "text", "Identifier."),
            Column("dp_sum", "int", "Sum of DP over calls of autosomal records."),
            Column("dp_n", "int", "Number of such calls with a DP."),
            Column("gq_sum", "int", "Sum of GQ over calls of autosomal records."),
            Column("gq_n", "int", "Number of such calls with a GQ."),
            Column(
                "charr_sum",
                "float",
                "Sum over eligible homozygous-alternate SNVs of"
                " RefAD / (p_ref (RefAD + AltAD)).",
            ),
            Column("charr_n", "int", "Number of eligible SNVs in charr_sum."),
            Column("n_haploid_x", "int", "Haploid calls on chrX outside the PARs."),
            Column(
                "n_called_x",
                "int",
                "Calls on chrX outside the PARs; 0 where the source does not tell"
                " haploid from diploid ones.",
            ),
            Column("n_half_call", "int", "Half-calls such as 0/. met while reading."),
            Column(
                "balance_0_0",
                "int",
                "SNVs with 20 to 100 reads whose reference allele has a frequency of"
                " 0.1 to 0.3 in the other samples, and that show no reference read."
                " Further columns balance_F_S count higher frequencies F and shares S"
                " of reference reads, balance_depth_D all of these SNVs by depth;"
                " together they give the contamination.",
            ),
        ),
        key=("sample_id",),
    ),
)
