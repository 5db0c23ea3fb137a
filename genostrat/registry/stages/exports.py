"""Files for other programs. All are of people, and only their owner may read them."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words
from genostrat.registry.words import exports as export_words

_SET = "exports/cleaned/cleaned"
_CLEANED = "the cleaned set: samples that are kept, variants that are not set aside"
_LIST = "FID and IID, a tab between, as PLINK reads them; FID is that of the cohort's"
_LIST += " own fileset, else 0."

TABLES: tuple[Table, ...] = (
    Table(
        f"{_SET}.pgen",
        f"Hard calls of {_CLEANED}. By exports.formats, as the next ones.",
        needs="genotypes",
    ),
    Table(
        f"{_SET}.pvar",
        "Its variants. Pseudo-autosomal regions of X are PAR1 and PAR2. A name that is"
        " missing, or stands twice, is replaced by contig:position:ref:alt.",
        needs="genotypes",
    ),
    Table(
        f"{_SET}.psam",
        "Its samples: FID, IID, parents who are samples themselves, sex (the sheet's;"
        " where that is blank, the chromosomes').",
        needs="genotypes",
    ),
    Table(f"{_SET}.bed", "The same as PLINK 1 has it.", needs="genotypes"),
    Table(
        f"{_SET}.bim",
        "Its variants: A1 is ALT, A2 is REF; pseudo-autosomal regions of X are XY.",
        needs="genotypes",
    ),
    Table(f"{_SET}.fam", "Its samples, as in .psam.", needs="genotypes"),
    Table(
        f"{_SET}.vcf.gz",
        "The same as VCF, GT alone: one allele on X outside of the pseudo-autosomal"
        " regions in men, on Y and on MT.",
        needs="genotypes",
    ),
    Table(f"{_SET}.vcf.gz.tbi", "The tabix index of this VCF.", needs="genotypes"),
    Table("exports/keep.txt", f"The samples that are kept: {_LIST}", needs="genotypes"),
    Table(
        "exports/remove.txt",
        f"The genotyped samples that are not kept: {_LIST}",
        needs="genotypes",
    ),
    Table(
        "exports/exclude.txt",
        "The variants that variant QC set aside, by the names of the cohort's own"
        " files; contig:position:ref:alt where a name is missing or stands twice, as"
        " plink2 --set-missing-var-ids '@:#:$r:$a' names them.",
        needs="genotypes",
    ),
    Table(
        "exports/prune_in.txt",
        "Common autosomal variants of the cleaned set that are not linked, by the"
        " thresholds of qc.",
        needs="genotypes",
    ),
    Table(
        "exports/prune_out.txt",
        "Common autosomal variants that were left out as linked to one of these.",
        needs="genotypes",
    ),
    Table(
        "exports/cleaned.json",
        "What is in the cleaned set.",
        (
            Column("formats", "list", "exports.formats."),
            Column("n_samples", "int", "Samples.", low=0),
            Column("n_removed", "int", "Genotyped samples not in it.", low=0),
            Column("n_variants", "int", "Variants.", low=0),
            Column("n_renamed", "int", "Of these, given a name of their own.", low=0),
            Column("n_excluded", "int", "Variants that were set aside.", low=0),
            Column("n_pruned_<way>", "int", "Lines of prune_<way>.txt.", low=0),
            Column(
                "ref_provisional",
                "bool",
                "Whether REF may be the alternate allele of the genome.",
            ),
            Column("phase", "text", "Whether phase is written."),
        ),
        needs="genotypes",
    ),
    Table(
        "exports/imputation/<contig>.vcf.gz",
        "One chromosome for an imputation server: sorted, GT alone, contigs called as"
        " the server of the build has them.",
        needs="genotypes",
    ),
    Table(
        "exports/imputation/<contig>.vcf.gz.tbi",
        "The tabix index of this VCF.",
        needs="genotypes",
    ),
    Table(
        "exports/imputation_left_out.tsv",
        "The variants of the cleaned set that are in none of these files.",
        (
            Column("contig", "text", "Contig.", values=words.CONTIGS),
            Column("position", "int", "Position.", low=0),
            Column("identifier", "text", "Name in the cleaned set."),
            Column("ref", "text", "REF."),
            Column("alt", "text", "ALT."),
            Column(
                "reason",
                "text",
                "other_contig (none of 1-22 and X); other_allele (not of A, C, G and"
                " T, or without a position); no_call; other_reference (REF is not the"
                " genome's); or, by exports.leave_out, indel, monomorphic, palindromic,"
                " duplicate. The first that holds.",
                values=export_words.REASONS,
            ),
        ),
        key=("contig", "position", "identifier"),
        needs="genotypes",
    ),
    Table(
        "exports/imputation.json",
        "What the VCFs for imputation hold, and what they lack.",
        (
            Column("build", "text", "Genome build.", values=words.BUILD_NAMES),
            Column("n_samples", "int", "Samples.", low=0),
            Column("contig_prefix", "text", "Before contig names.", blank=True),
            Column("n_by_contig", "record", "Variants of each file."),
            Column("n_written", "int", "Variants of all files.", low=0),
            Column("n_left_out", "int", "Variants in none of them.", low=0),
            Column("n_by_reason", "record", "Of these, by reason."),
            Column(
                "n_checked",
                "int",
                "Variants whose REF was held against genotypes.fasta; 0: none was.",
                low=0,
            ),
            Column("n_swapped", "int", "Written with REF and ALT exchanged.", low=0),
            Column("n_flipped", "int", "Written with the other strand's.", low=0),
            Column("reason", "text", "Why nothing is written; else null.", blank=True),
        ),
        needs="genotypes",
    ),
    Table(
        "exports/identities.tsv",
        "One row a pair of samples, one of this cohort and one of another cohort of the"
        " run or of the reference panel, that are one person or first-degree relatives,"
        " or have one identifier.",
        (
            Column("sample_id", "text", "Identifier in this cohort."),
            Column("source", "text", "The other cohort, or reference panel."),
            Column("other_id", "text", "Identifier there."),
            Column("same_id", "bool", "Whether the identifiers are the same."),
            Column(
                "status",
                "text",
                "same_person (or identical twins); first_degree; different_person, or"
                " not_assessable, for pairs of one identifier.",
                values=export_words.IDENTITIES,
            ),
            Column("kinship", "float", "KING-robust.", high=0.5, blank=True),
            Column(
                "concordance",
                "float",
                "Share of shared sites with one genotype in both.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "het_concordance",
                "float",
                "Of the sites heterozygous in either, the share so in both.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "n_sites", "int", "Common SNVs called in both.", low=0, unit="variants"
            ),
        ),
        key=("sample_id", "source", "other_id"),
        needs="genotypes",
    ),
    Table(
        "exports/identities.json",
        "One record a store that the cohort was compared with, and one for each that it"
        " could not be compared with.",
        (
            Column("source", "text", "The other cohort, or reference panel."),
            Column("assessable", "bool", "Whether there are enough sites."),
            Column("reason", "text", "Why not; else null.", blank=True),
            Column("n_samples", "int", "Samples of the other.", low=0),
            Column(
                "n_sites_<kind>",
                "int",
                "SNVs in common; palindromic ones among them, which are left out.",
                low=0,
            ),
            Column("n_sites", "int", "Common ones, which were compared.", low=0),
            Column("n_same_id", "int", "Pairs of one identifier.", low=0),
            Column(
                "n_same_id_differs",
                "int",
                "Of these, not shown to be one person.",
                low=0,
            ),
            *(
                Column(f"n_{status}", "int", f"Pairs that are {status}.", low=0)
                for status in export_words.IDENTITIES
            ),
        ),
        needs="genotypes",
    ),
    Table(
        "exports/families.ped",
        "The family graph, one line a kept sample, without a header: family, sample,"
        " father, mother (0: not known), sex (1, 2, 0), −9; tabs between.",
        needs="genotypes",
    ),
    Table(
        "exports/family_links.tsv",
        "One row a link of a kept sample to a parent, that the sheet reports or the"
        " genotypes show.",
        (
            Column("child", "text", "Identifier."),
            Column("parent", "text", "Identifier; it may have no genotypes."),
            Column(
                "role", "text", "father or mother.", values=export_words.PARENT_ROLES
            ),
            Column(
                "source",
                "text",
                "reported (by the sheet) or inferred (by the genotypes alone).",
                values=export_words.LINK_SOURCES,
            ),
            Column(
                "status",
                "text",
                "ok (the genotypes bear it out); not_assessable; mismatch; set_aside"
                " (the sheet contradicts itself).",
                values=export_words.LINK_STATUSES,
            ),
            Column("is_written", "bool", "Whether exports/families.ped has it."),
            Column("reason", "text", "Why, in words."),
        ),
        key=("child", "role", "source"),
        needs="genotypes",
    ),
    Table(
        "exports/families.json",
        "Families and links in numbers.",
        (
            Column("n_samples", "int", "Kept samples.", low=0),
            Column("n_families", "int", "Families, single people among them.", low=0),
            Column("n_links", "int", "Links of exports/family_links.tsv.", low=0),
            Column("n_links_written", "int", "Of these, written.", low=0),
            Column("n_by_status", "record", "Links by source and status."),
            Column("n_without_parents", "int", "Samples without a parent.", low=0),
        ),
        needs="genotypes",
    ),
)
