"""Tables of the variants stage."""

from genostrat.registry.spec import Column, Table

TABLES = (
    Table(
        "variants/spectrum.tsv",
        "Allele frequency spectrum of autosomal variants over the samples kept.",
        (
            Column("class", "text", "snv or indel."),
            Column("af_bin_low", "float", "Lower end of the bin."),
            Column("af_bin_high", "float", "Upper end of the bin."),
            Column("n_unfolded", "int", "Variants by alternate allele frequency."),
            Column("n_folded", "int", "Variants by minor allele frequency."),
        ),
        key=("class", "af_bin_low"),
        private=False,
    ),
    Table(
        "variants/variants.parquet",
        "One row a variant of the store, counted over the samples kept.",
        (
            Column("contig", "text", "Canonical contig name, without chr."),
            Column("position", "int", "1-based position."),
            Column("identifier", "text", "ID of the VCF, or contig:position:ref:alt."),
            Column("ref", "text", "Reference allele."),
            Column("alt", "text", "Alternate allele; `.` where the file has none."),
            Column("type", "text", "snv, indel, mnv or reference."),
            Column("n_called", "int", "Genotypes called."),
            Column("n_het", "int", "Heterozygous genotypes."),
            Column("n_hom_alt", "int", "Homozygous (or haploid) alternate genotypes."),
            Column("missing_rate", "float", "Share of samples without a genotype."),
            Column("alt_frequency", "float", "Alternate allele frequency."),
            Column("indel_length", "int", "Length of alt minus length of ref."),
        ),
        key=("contig", "position", "ref", "alt"),
    ),
)
