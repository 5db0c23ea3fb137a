"""Entries of the ingest stage on the genotype store and the pieces it is made of."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

#: What the reading of genotypes needs to know of their files.
INTAKE = (
    Column("n_genotyped", "int", "Samples of check/genotyped.txt.", low=0, blank=True),
    Column(
        "build_declared",
        "text",
        "Genome build in the config.",
        values=words.BUILD_NAMES,
        blank=True,
    ),
    Column(
        "build_detected",
        "text",
        "Assembly that the header or known variants show; null where nothing does. It"
        " is the declared one, unless genotypes.build_contradiction is warn.",
        blank=True,
    ),
    Column("build_shown_by", "text", "By what, in words.", blank=True),
    Column(
        "build_contradiction",
        "text",
        "What happens where they differ.",
        values=("refuse", "warn"),
        blank=True,
    ),
    Column(
        "source", "text", "Kind of files.", values=("vcf", "plink", "pgen"), blank=True
    ),
    Column(
        "ref_provisional",
        "bool",
        "Whether a fileset does not say which allele is the reference.",
        blank=True,
    ),
    Column("files", "list", "Paths, as the config has them.", blank=True),
    Column(
        "chr_prefix", "bool", "Whether contigs are called chr1 and so on.", blank=True
    ),
    Column("records", "record", "Records by contig, where an index tells.", blank=True),
    Column(
        "unread",
        "record",
        "Records that are not read: other_contig, those on none of chromosomes 1-22, X,"
        " Y and MT; pseudo_autosomal_code, those on what PLINK calls parts of X.",
        blank=True,
    ),
    Column("formats", "list", "FORMAT fields that all files have.", blank=True),
    Column("pieces", "list", "The regions of each part of the genome.", blank=True),
)

INGEST = (
    Column(
        "build_declared",
        "text",
        "Genome build in the config.",
        values=words.BUILD_NAMES,
    ),
    Column(
        "build_detected",
        "text",
        "Assembly of the data, as in check/inputs.json; null where nothing tells.",
        blank=True,
    ),
    Column("build_shown_by", "text", "By what, in words.", blank=True),
    Column("chr_prefix", "bool", "Whether contigs are called chr1 and so on."),
    Column(
        "joint_called",
        "bool",
        "False where the genotypes look like a merge of single-sample files.",
    ),
    Column("contigs", "record", "Variants stored, by contig."),
    Column("n_samples", "int", "Samples of the store.", low=0),
    Column("n_records", "int", "Records read.", low=0),
    Column("n_stored", "int", "Variants stored: one an alternate allele.", low=0),
    Column("n_multiallelic", "int", "Records with several alternate alleles.", low=0),
    Column("n_at_sites", "int", "Records of site_records.npz.", low=0),
    Column(
        "annotations",
        "record",
        "n_annotated, n_malformed, n_unmatched, n_unnamed, unknown_terms; null where"
        " the file has no annotations.",
        blank=True,
    ),
    Column(
        "dropped",
        "record",
        "Records and alleles left out, by reason; those of other_contig and"
        " pseudo_autosomal_code are not among the records read.",
    ),
    Column(
        "filters",
        "record",
        "Records left out for FILTER, by its values; one with several counts for each.",
    ),
    Column(
        "refused_calls",
        "record",
        "Calls that are no genotype, and the samples that have any, by why: no_reads,"
        " failed_filter, low_depth, low_quality; and those of quality_zero, which"
        " stand.",
    ),
    Column("autosomal_genotypes", "record", "Calls: missing, hom_ref, other."),
    Column("formats", "list", "FORMAT fields that all files have."),
    Column("warnings", "list", "What is odd but no fault, in words."),
)

#: Arrays of ``genostrat.genotypes.records.VARIANT_READS``.
VARIANT_READS = (
    Column(
        "<contig>",
        "int",
        "Variants × five sums: reference and alternate reads of heterozygous calls, how"
        " many of these have allele depths, depths of calls, how many have one.",
        low=0,
    ),
)
#: Arrays of :class:`genostrat.genotypes.tallies.Tallies`; absent from filesets.
TALLIES = (
    Column(
        "samples", "int", "Counts × samples, as in per_sample.tsv.", low=0, blank=True
    ),
    Column("records", "int", "Records by kind.", low=0, blank=True),
    Column("substitutions", "int", "SNV alleles by bases.", low=0, blank=True),
    Column("frequencies", "int", "Kinds × bins of frequency.", low=0, blank=True),
    Column("lengths", "int", "Indels by length.", low=0, blank=True),
    Column("depths", "int", "Calls and records by depth.", low=0, blank=True),
    Column(
        "qualities_at", "int", "Bins of QUAL that are not empty.", low=0, blank=True
    ),
    Column("qualities_n", "int", "Records in each.", low=0, blank=True),
    Column(
        "het_shares_at", "int", "Bins of heterozygosity likewise.", low=0, blank=True
    ),
    Column("het_shares_n", "int", "Records in each.", low=0, blank=True),
)

_JOINED = "bytes of all texts, one after the other"
SITE_RECORDS = (
    Column("samples", "int", f"Identifiers: {_JOINED}.", low=0),
    Column("samples_length", "int", "Bytes of each.", low=0),
    Column("contig", "int", f"Contig of each record: {_JOINED}.", low=0),
    Column("contig_length", "int", "Bytes of each.", low=0),
    Column("position", "int", "POS.", low=1),
    Column("end", "int", "Last base of the reference that it speaks of.", low=0),
    Column("ref", "int", f"REF: {_JOINED}.", low=0),
    Column("ref_length", "int", "Bytes of each.", low=0),
    Column("alts", "int", f"ALT: {_JOINED}.", low=0),
    Column("alts_length", "int", "Bytes of each.", low=0),
    Column("passed", "bool", "Whether FILTER is one that is kept."),
    Column(
        "alleles",
        "int",
        "Records × samples × 2: number of the allele; −9 no call, −1 second place of a"
        " haploid call.",
        low=-9,
    ),
    Column(
        "phase_set",
        "int",
        "Records × samples: −1 unphased, 0 phased, else the phase set.",
    ),
    Column(
        "depth",
        "int",
        "Records × samples: MIN_DP, else DP, else the sum of AD, at most 254; 255 where"
        " a call gives none. Not there where none does.",
        low=0,
        high=255,
        blank=True,
    ),
    Column(
        "quality",
        "int",
        "Records × samples: GQ, else RGQ, at most 254; 255 where a call gives none. Not"
        " there where none does.",
        low=0,
        high=255,
        blank=True,
    ),
)

_ANNOTATIONS = (
    Column("variant", "int", "Row of the contig's variants.", low=0),
    Column("gene", "text", "Symbol; blank between genes."),
    Column("gene_id", "text", "Identifier; may be blank."),
    Column("consequence", "text", "The most severe term of the Sequence Ontology."),
    Column(
        "lof",
        "text",
        "What LOFTEE says: HC, LC, OS; `none` where its column is blank, blank where"
        " there is no such column.",
    ),
    Column(
        "frequency",
        "float",
        "Highest in a reference population.",
        low=0,
        high=1,
        blank=True,
    ),
)


def store_entries(folder: str, *, what: str, needs: str) -> tuple[Table, ...]:
    """Return the entries of a genotype store."""
    more: dict = {"needs": needs}
    return (
        Table(
            f"{folder}/<contig>.pgen",
            f"Genotypes of one contig of {what}, as plink2 reads them: one row an"
            " alternate allele.",
            **more,
        ),
        Table(
            f"{folder}/<contig>.pvar",
            "Its variants, in the same order: CHROM, POS, ID, REF, ALT, QUAL, FILTER.",
            access="centre",
            **more,
        ),
        Table(f"{folder}/<contig>.psam", "Its samples with their sex.", **more),
        Table(
            f"{folder}/<contig>.annotations.parquet",
            "What the file says of these variants: one row a variant and gene. Only"
            " where it says something.",
            _ANNOTATIONS,
            access="centre",
            **more,
        ),
    )


def piece_entries(folder: str, *, what: str, needs: str) -> tuple[Table, ...]:
    """Return the entries of a piece of the genome, while it is being read."""
    more: dict = {"needs": needs, "temporary": True}
    return (
        Table(
            f"{folder}/<piece>/piece.json",
            f"The regions of a piece of {what}, and counts of what was read. One record"
            " a region.",
            (
                Column("region", "record", "File, contig, first and last base."),
                Column("counts", "record", "Records, drops by reason, calls, markers."),
            ),
            access="centre",
            **more,
        ),
        Table(
            f"{folder}/<piece>/<region>.bed",
            "Genotypes of a region, two bits each.",
            **more,
        ),
        Table(
            f"{folder}/<piece>/<region>.phase",
            "Phases of a region, two bits each; only where phase is kept.",
            **more,
        ),
        Table(
            f"{folder}/<piece>/<region>.pvar",
            "Variants of a region, without a header.",
            access="centre",
            **more,
        ),
        Table(
            f"{folder}/<piece>/metrics.npz",
            "What was read of every sample, as genotypes/read_metrics.tsv has it.",
            (Column("<sum>", "int", "One number a sample.", low=0),),
            **more,
        ),
        Table(
            f"{folder}/<piece>/tallies.npz",
            "As genotypes/tallies.npz; not of filesets.",
            TALLIES,
            **more,
        ),
        Table(
            f"{folder}/<piece>/irregular.npz",
            "As genotypes/irregular.npz, by number of the region.",
            (Column("<region>", "int", "Rows of the region.", low=0),),
            access="centre",
            **more,
        ),
        Table(
            f"{folder}/<piece>/variant_reads.npz",
            "As genotypes/variant_reads.npz, by number of the region; not in a piece"
            " without reads.",
            VARIANT_READS,
            **more,
        ),
        Table(
            f"{folder}/<piece>/annotations.npz",
            "Annotations of the piece's variants, as the file has them.",
            (
                Column("counts", "int", "Annotations left out, by reason.", low=0),
                Column("text", "int", f"Distinct annotations: {_JOINED}.", low=0),
                Column("text_length", "int", "Bytes of each.", low=0),
                Column("row_<region>", "int", "Row of each annotation.", low=0),
                Column("code_<region>", "int", "Number of its text.", low=0),
                Column("frequency_<region>", "float", "Frequency of each row."),
            ),
            access="centre",
            **more,
        ),
        Table(
            f"{folder}/<piece>/site_records.npz",
            "As genotypes/site_records.npz.",
            SITE_RECORDS,
            **more,
        ),
    )


STORE = (
    *store_entries("genotypes/store", what="the genotype store", needs="genotypes"),
    Table(
        "genotypes/store/samples.psam",
        "The samples of a store without any variant; only there.",
        needs="genotypes",
    ),
)
PIECES = piece_entries("genotypes/pieces", what="the genome", needs="genotypes")
