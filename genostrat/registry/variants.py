"""Tables of the variants stage."""

from genostrat.registry.spec import Column, Table

_AS_BCFTOOLS = (
    " Of all genotyped samples, before any is excluded; equal to {part} of"
    " `bcftools stats -s -`."
)


def _as_bcftools(text: str, part: str) -> str:
    return text + _AS_BCFTOOLS.format(part=part)


_FREQUENCY = Column(
    "allele_frequency",
    "float",
    "Lower end of the bin, as bcftools names it. There are as many bins as samples, at"
    " least 100. Alleles with one copy are in the bin at 0.",
)

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
        "One row a variant of the store, counted over the samples kept. Columns"
        " `hwe_p_<ancestry>` follow, one for each ancestry label with at least 20"
        " unrelated samples (`hwe_p_all` without labels): p-values of the exact test of"
        " Hardy-Weinberg proportions, on chrX in females only.",
        (
            Column("contig", "text", "Canonical contig name, without chr."),
            Column("position", "int", "1-based position."),
            Column("identifier", "text", "ID of the VCF, or contig:position:ref:alt."),
            Column("ref", "text", "Reference allele."),
            Column("alt", "text", "Alternate allele; `.` where the file has none."),
            Column(
                "type",
                "text",
                "snv, indel, mnv, complex or reference, once bases that both alleles"
                " begin or end with are left aside.",
            ),
            Column("n_called", "int", "Genotypes called."),
            Column("n_het", "int", "Heterozygous genotypes."),
            Column("n_hom_alt", "int", "Homozygous (or haploid) alternate genotypes."),
            Column("missing_rate", "float", "Share of samples without a genotype."),
            Column("alt_frequency", "float", "Alternate allele frequency."),
            Column("indel_length", "int", "Length of alt minus length of ref."),
        ),
        key=("contig", "position", "ref", "alt"),
    ),
    Table(
        "variants/summary.json",
        "The numbers of the call set.",
        (
            Column("n_variants", "int", "Rows of variants.parquet."),
            Column("n_snv", "int", "Of these, SNVs; n_indel and the like likewise."),
            Column("ti_tv", "float", "Transitions / transversions among these SNVs."),
            Column("n_singleton", "int", "Variants with one copy in the samples kept."),
            Column("n_not_seen", "int", "Variants that no sample kept has."),
            Column("mean_missing_rate", "float", "Mean of missing_rate."),
            Column(
                "hardy_weinberg",
                "text",
                "For each ancestry label: n_samples, n_tested and `n_below_1e-6`.",
            ),
            Column(
                "calls",
                "text",
                "Records of the files, over all genotyped samples: n_records, n_no_alt,"
                " n_snv, n_mnv, n_indel, n_other, n_multiallelic, n_multiallelic_snv;"
                " alleles: n_ti, n_tv, ti_tv, the same of first alternate alleles, and"
                " those with one copy (`…_once`). Equal to SN, TSTV and SiS of"
                " `bcftools stats -s -`.",
            ),
        ),
        private=False,
    ),
    Table(
        "variants/per_sample.tsv",
        _as_bcftools("One row a genotyped sample.", "PSC and PSI"),
        (
            Column("sample_id", "text", "Identifier."),
            Column(
                "n_hom_ref", "int", "Homozygous reference calls, of every kind of site."
            ),
            Column("n_hom_alt", "int", "Homozygous alternate calls of SNVs."),
            Column("n_het", "int", "Heterozygous calls with an SNV allele."),
            Column("n_ti", "int", "Calls with a transition; of 1/2, the first counts."),
            Column("n_tv", "int", "Calls with a transversion, likewise."),
            Column("n_indel", "int", "Calls with an indel allele."),
            Column(
                "n_singleton",
                "int",
                "Records at which no other diploid sample has an alternate allele.",
            ),
            Column("n_hap_ref", "int", "Haploid reference calls."),
            Column("n_hap_alt", "int", "Haploid alternate calls."),
            Column("n_missing", "int", "Calls with any allele missing."),
            Column("n_insertion_het", "int", "Heterozygous calls with an insertion."),
            Column(
                "n_deletion_het",
                "int",
                "Heterozygous calls with a deletion. A call with both counts in both.",
            ),
            Column("n_insertion_hom", "int", "Homozygous insertions."),
            Column("n_deletion_hom", "int", "Homozygous deletions."),
            Column(
                "mean_depth",
                "float",
                "Mean depth over all records with a depth of the sample, called or"
                " not; blank without any.",
            ),
        ),
        key=("sample_id",),
    ),
    Table(
        "variants/by_group.tsv",
        "Call counts by centre and batch, over all genotyped samples. A centre or batch"
        " that stands apart was handled otherwise. Groups may be of one person.",
        (
            Column("kind", "text", "centre or batch."),
            Column("group", "text", "Its name in the clinical sheet."),
            Column("n_samples", "int", "Genotyped samples of the group."),
            Column("mean_n_het", "float", "Mean of n_het of per_sample.tsv."),
            Column("mean_n_hom_alt", "float", "Mean of n_hom_alt."),
            Column("mean_n_singleton", "float", "Mean of n_singleton."),
            Column("mean_n_indel", "float", "Mean of n_indel."),
            Column("mean_n_missing", "float", "Mean of n_missing."),
            Column("ti_tv", "float", "Transitions / transversions of all its calls."),
            Column("mean_depth", "float", "Mean depth of all its calls; may be blank."),
        ),
        key=("kind", "group"),
    ),
    Table(
        "variants/substitutions.tsv",
        _as_bcftools("SNV alleles by the bases they change.", "ST"),
        (
            Column("ref", "text", "Base of the reference."),
            Column("alt", "text", "Base of the allele."),
            Column("n_alleles", "int", "Alleles of this kind."),
        ),
        key=("ref", "alt"),
        private=False,
    ),
    Table(
        "variants/indel_lengths.tsv",
        _as_bcftools("Indel alleles by length.", "IDD"),
        (
            Column(
                "length",
                "int",
                "Bases gained, or lost where negative; 60 stands for 60 and more.",
            ),
            Column("n_alleles", "int", "Alleles of this length."),
            Column(
                "n_genotypes", "int", "Heterozygous calls with reads of both alleles."
            ),
            Column(
                "mean_read_share",
                "float",
                "Mean share of reads with the allele in these calls; blank without"
                " FORMAT/AD.",
            ),
        ),
        key=("length",),
        private=False,
    ),
    Table(
        "variants/frequencies.tsv",
        _as_bcftools("Alternate alleles by frequency.", "AF"),
        (
            _FREQUENCY,
            Column("n_snv", "int", "SNV alleles."),
            Column("n_ti", "int", "Transitions among them."),
            Column("n_tv", "int", "Transversions among them."),
            Column("n_indel", "int", "Indel alleles."),
        ),
        key=("allele_frequency",),
        private=False,
    ),
    Table(
        "variants/heterozygosity.tsv",
        _as_bcftools("Quartiles of the share of heterozygous calls.", "HWE"),
        (
            _FREQUENCY,
            Column("n_records", "int", "Records by their first alternate allele."),
            Column("het_share_q25", "float", "Lower quartile, in steps of 0.01."),
            Column("het_share_median", "float", "Median."),
            Column("het_share_q75", "float", "Upper quartile."),
        ),
        key=("allele_frequency",),
        private=False,
    ),
    Table(
        "variants/qualities.tsv",
        _as_bcftools("Records by QUAL.", "QUAL"),
        (
            Column(
                "quality",
                "float",
                "Lower end of the bin: tenths up to 10,000, five digits above; blank"
                " where QUAL is absent.",
            ),
            Column("n_snv", "int", "Records whose first alternate allele is an SNV."),
            Column("n_ti", "int", "Transitions among them."),
            Column("n_tv", "int", "Transversions among them."),
            Column("n_indel", "int", "Records with an indel."),
        ),
        key=("quality",),
        private=False,
    ),
    Table(
        "variants/depths.tsv",
        _as_bcftools("Calls and records by depth.", "DP"),
        (
            Column(
                "depth", "int", "Reads; 501 stands for more than 500, −1 for below 0."
            ),
            Column("n_genotypes", "int", "Samples at a record with this FORMAT/DP."),
            Column("n_sites", "int", "Records with this INFO/DP."),
        ),
        key=("depth",),
        private=False,
    ),
    Table(
        "variants/consequences.tsv",
        "Variants by their most severe consequence in any gene, by the annotations of"
        " VEP, SnpEff or bcftools csq in the file; without rows where it has none.",
        (
            Column(
                "consequence",
                "text",
                "Term of the Sequence Ontology. after_stop and part_of_compound are of"
                " bcftools csq: behind a stop of the same haplotype; told at another"
                " record. unknown: a term that is not known here. not_annotated.",
            ),
            Column("n_variants", "int", "Variants of the store."),
            Column("n_alleles", "int", "Alternate alleles in the samples kept."),
        ),
        key=("consequence",),
        private=False,
    ),
)
