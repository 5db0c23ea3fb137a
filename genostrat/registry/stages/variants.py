"""Tables of the variants stage."""

from genostrat.registry.entries.populations import POPULATIONS
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

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
    low=0,
    high=1,
)

TABLES = (
    Table(
        "variants/spectrum.tsv",
        "Allele frequency spectrum of autosomal variants over the samples kept.",
        (
            Column("class", "text", "snv or indel.", values=words.SPECTRUM_CLASSES),
            Column("af_bin_low", "float", "Lower end of the bin.", low=0, high=1),
            Column("af_bin_high", "float", "Upper end of the bin.", low=0, high=1),
            Column(
                "n_unfolded",
                "int",
                "Variants by alternate allele frequency.",
                low=0,
                unit="variants",
            ),
            Column(
                "n_folded",
                "int",
                "Variants by minor allele frequency.",
                low=0,
                unit="variants",
            ),
        ),
        key=("class", "af_bin_low"),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/variants.parquet",
        "One row a variant of the store, counted over the samples kept. Columns"
        " `hwe_p_<ancestry>` follow, one for each ancestry label with at least 20"
        " unrelated samples (`hwe_p_all` without labels): p-values of the exact test of"
        " Hardy-Weinberg proportions, on chrX in females only.",
        (
            Column("contig", "text", "Canonical contig name, without chr."),
            Column("position", "int", "1-based position.", low=1),
            Column("identifier", "text", "ID of the VCF, or contig:position:ref:alt."),
            Column("ref", "text", "Reference allele."),
            Column("alt", "text", "Alternate allele; `.` where the file has none."),
            Column(
                "type",
                "text",
                "snv, indel, mnv, complex or reference, once bases that both alleles"
                " begin or end with are left aside.",
            ),
            Column("n_called", "int", "Genotypes called.", low=0, unit="samples"),
            Column("n_het", "int", "Heterozygous genotypes.", low=0, unit="samples"),
            Column(
                "n_hom_alt",
                "int",
                "Homozygous (or haploid) alternate genotypes.",
                low=0,
                unit="samples",
            ),
            Column(
                "missing_rate",
                "float",
                "Share of samples without a genotype.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "alt_frequency",
                "float",
                "Alternate allele frequency.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "indel_length",
                "int",
                "Length of alt minus length of ref.",
                unit="bases",
            ),
            Column(
                "hwe_p_<ancestry>",
                "float",
                "p-value of the exact test of Hardy-Weinberg proportions in the"
                " unrelated samples of this label.",
                low=0,
                high=1,
                blank=True,
            ),
        ),
        key=("contig", "position", "ref", "alt"),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/summary.json",
        "The numbers of the call set.",
        (
            Column("n_variants", "int", "Rows of variants.parquet.", low=0),
            Column(
                "n_snv", "int", "Of these, SNVs; n_indel and the like likewise.", low=0
            ),
            Column(
                "ti_tv",
                "float",
                "Transitions / transversions among these SNVs.",
                low=0,
                blank=True,
            ),
            Column(
                "n_singleton",
                "int",
                "Variants with one copy in the samples kept.",
                low=0,
            ),
            Column("n_not_seen", "int", "Variants that no sample kept has.", low=0),
            Column(
                "mean_missing_rate",
                "float",
                "Mean of missing_rate.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "hardy_weinberg",
                "record",
                "For each ancestry label: n_samples, n_tested and `n_below_1e-6`.",
            ),
            Column(
                "calls",
                "record",
                "Records of the files, over all genotyped samples: n_records, n_no_alt,"
                " n_snv, n_mnv, n_indel, n_other, n_multiallelic, n_multiallelic_snv;"
                " alleles: n_ti, n_tv, ti_tv, the same of first alternate alleles, and"
                " those with one copy (`…_once`). Equal to SN, TSTV and SiS of"
                " `bcftools stats -s -`.",
            ),
            Column("n_<kind>", "int", "Variants of each other kind.", low=0),
            Column("ti", "int", "Transitions among the SNVs.", low=0),
            Column("tv", "int", "Transversions among them.", low=0),
            Column("n_by_contig", "record", "Variants of each contig."),
        ),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/per_sample.tsv",
        _as_bcftools("One row a genotyped sample.", "PSC and PSI"),
        (
            Column("sample_id", "text", "Identifier."),
            Column(
                "n_hom_ref",
                "int",
                "Homozygous reference calls, of every kind of site.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_hom_alt",
                "int",
                "Homozygous alternate calls of SNVs.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_het",
                "int",
                "Heterozygous calls with an SNV allele.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_ti",
                "int",
                "Calls with a transition; of 1/2, the first counts.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_tv",
                "int",
                "Calls with a transversion, likewise.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_indel", "int", "Calls with an indel allele.", low=0, unit="calls"
            ),
            Column(
                "n_singleton",
                "int",
                "Records at which no other diploid sample has an alternate allele.",
                low=0,
                unit="records",
            ),
            Column("n_hap_ref", "int", "Haploid reference calls.", low=0, unit="calls"),
            Column("n_hap_alt", "int", "Haploid alternate calls.", low=0, unit="calls"),
            Column(
                "n_missing",
                "int",
                "Calls with any allele missing.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_insertion_het",
                "int",
                "Heterozygous calls with an insertion.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_deletion_het",
                "int",
                "Heterozygous calls with a deletion. A call with both counts in both.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_insertion_hom", "int", "Homozygous insertions.", low=0, unit="calls"
            ),
            Column(
                "n_deletion_hom", "int", "Homozygous deletions.", low=0, unit="calls"
            ),
            Column(
                "mean_depth",
                "float",
                "Mean depth over all records with a depth of the sample, called or"
                " not; blank without any.",
                low=0,
                unit="reads",
                blank=True,
            ),
        ),
        key=("sample_id",),
        needs="genotypes",
    ),
    Table(
        "variants/by_group.tsv",
        "Call counts by centre and batch, over all genotyped samples. A centre or batch"
        " that stands apart was handled otherwise. Groups may be of one person.",
        (
            Column("kind", "text", "centre or batch.", values=("centre", "batch")),
            Column("group", "text", "Its name in the clinical sheet."),
            Column(
                "n_samples",
                "int",
                "Genotyped samples of the group.",
                low=1,
                unit="samples",
            ),
            Column(
                "mean_n_het",
                "float",
                "Mean of n_het of per_sample.tsv.",
                low=0,
                unit="calls",
            ),
            Column(
                "mean_n_hom_alt", "float", "Mean of n_hom_alt.", low=0, unit="calls"
            ),
            Column(
                "mean_n_singleton",
                "float",
                "Mean of n_singleton.",
                low=0,
                unit="records",
            ),
            Column("mean_n_indel", "float", "Mean of n_indel.", low=0, unit="calls"),
            Column(
                "mean_n_missing", "float", "Mean of n_missing.", low=0, unit="calls"
            ),
            Column(
                "ti_tv",
                "float",
                "Transitions / transversions of all its calls.",
                low=0,
                blank=True,
            ),
            Column(
                "mean_depth",
                "float",
                "Mean depth of all its calls; may be blank.",
                low=0,
                unit="reads",
                blank=True,
            ),
        ),
        key=("kind", "group"),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/substitutions.tsv",
        _as_bcftools("SNV alleles by the bases they change.", "ST"),
        (
            Column("ref", "text", "Base of the reference.", values=words.BASES),
            Column("alt", "text", "Base of the allele.", values=words.BASES),
            Column("n_alleles", "int", "Alleles of this kind.", low=0, unit="alleles"),
        ),
        key=("ref", "alt"),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/indel_lengths.tsv",
        _as_bcftools("Indel alleles by length.", "IDD"),
        (
            Column(
                "length",
                "int",
                "Bases gained, or lost where negative; 60 stands for 60 and more.",
                low=-60,
                high=60,
                unit="bases",
            ),
            Column(
                "n_alleles", "int", "Alleles of this length.", low=1, unit="alleles"
            ),
            Column(
                "n_genotypes",
                "int",
                "Heterozygous calls with reads of both alleles.",
                low=0,
                unit="calls",
            ),
            Column(
                "mean_read_share",
                "float",
                "Mean share of reads with the allele in these calls; blank without"
                " FORMAT/AD.",
                low=0,
                high=1,
                blank=True,
            ),
        ),
        key=("length",),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/frequencies.tsv",
        _as_bcftools("Alternate alleles by frequency.", "AF"),
        (
            _FREQUENCY,
            Column("n_snv", "int", "SNV alleles.", low=0, unit="alleles"),
            Column("n_ti", "int", "Transitions among them.", low=0, unit="alleles"),
            Column("n_tv", "int", "Transversions among them.", low=0, unit="alleles"),
            Column("n_indel", "int", "Indel alleles.", low=0, unit="alleles"),
        ),
        key=("allele_frequency",),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/heterozygosity.tsv",
        _as_bcftools("Quartiles of the share of heterozygous calls.", "HWE"),
        (
            _FREQUENCY,
            Column(
                "n_records",
                "int",
                "Records by their first alternate allele.",
                low=1,
                unit="records",
            ),
            Column(
                "het_share_q25",
                "float",
                "Lower quartile, in steps of 0.01.",
                low=0,
                high=1,
            ),
            Column("het_share_median", "float", "Median.", low=0, high=1),
            Column("het_share_q75", "float", "Upper quartile.", low=0, high=1),
        ),
        key=("allele_frequency",),
        access="centre",
        needs="genotypes",
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
                blank=True,
            ),
            Column(
                "n_snv",
                "int",
                "Records whose first alternate allele is an SNV.",
                low=0,
                unit="records",
            ),
            Column("n_ti", "int", "Transitions among them.", low=0, unit="records"),
            Column("n_tv", "int", "Transversions among them.", low=0, unit="records"),
            Column("n_indel", "int", "Records with an indel.", low=0, unit="records"),
        ),
        key=("quality",),
        access="centre",
        needs="genotypes",
    ),
    Table(
        "variants/depths.tsv",
        _as_bcftools("Calls and records by depth.", "DP"),
        (
            Column(
                "depth",
                "int",
                "Reads; 501 stands for more than 500, −1 for below 0.",
                low=-1,
                high=501,
                unit="reads",
            ),
            Column(
                "n_genotypes",
                "int",
                "Samples at a record with this FORMAT/DP.",
                low=0,
                unit="calls",
            ),
            Column(
                "n_sites", "int", "Records with this INFO/DP.", low=0, unit="records"
            ),
        ),
        key=("depth",),
        access="centre",
        needs="genotypes",
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
            Column(
                "n_variants", "int", "Variants of the store.", low=1, unit="variants"
            ),
            Column(
                "n_alleles",
                "int",
                "Alternate alleles in the samples kept.",
                low=0,
                unit="alleles",
            ),
        ),
        key=("consequence",),
        access="centre",
        needs="genotypes",
    ),
    *POPULATIONS,
)
