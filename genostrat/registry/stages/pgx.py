"""Tables of the pharmacogenomic stage."""

from genostrat.catalogues.knowledge_sources import show_definitions
from genostrat.registry.entries.guidance import GUIDANCE
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_SAMPLE = Column("sample_id", "text", "Identifier, as in the sheet.")
_GENE = Column("gene", "text", "HGNC symbol.")

_KNOWLEDGE = Column(
    "knowledge",
    "text",
    "Source, version and beginning of the SHA-256 of what the knowledge base was read"
    " from; all of it stands in pgx/knowledge.json.",
)

TABLES = (
    Table(
        "pgx/knowledge.json",
        "The knowledge base that every call and recommendation is from, and what the"
        " checks of it found. The same record for everybody on one build.",
        (
            Column("source", "text", f"{show_definitions()}."),
            Column("version", "text", "Release of the definitions."),
            Column("sha256", "text", "Digest over all files that were read."),
            Column(
                "build",
                "text",
                "Genome build of the positions.",
                values=words.BUILD_NAMES,
            ),
            Column(
                "genes",
                "record",
                "For each gene: numbers of alleles and positions, its reference allele,"
                " how phenotypes are found, and why it is not called or what to know.",
            ),
            Column("findings", "list", "What is odd in the knowledge base, in words."),
            Column("guidance_source", "text", "Where advice on medicines is from."),
            Column("guidance_version", "text", "Dates or releases of these sources."),
            Column(
                "guidance",
                "list",
                "For each source: version, digest, bodies, numbers of medicines and"
                " recommendations, year of the newest and oldest publication, and later"
                " versions that are known and not taken in.",
            ),
        ),
        access="shareable",
        needs="genotypes",
    ),
    Table(
        "pgx/sites.tsv",
        "Stretches of the genome whose records are kept as they stand while the"
        " genotypes are read. Places of indels have 60 bases more on both sides, where"
        " callers may have put the same indel.",
        (
            Column(
                "contig",
                "text",
                "Canonical contig name, without chr.",
                values=words.CONTIGS,
            ),
            Column("start", "int", "First base, 1-based.", low=1),
            Column("end", "int", "Last base, inclusive.", low=1),
        ),
        key=("contig", "start"),
        access="shareable",
        needs="genotypes",
    ),
    Table(
        "pgx/positions.vcf",
        "A VCF without samples: every position that the knowledge base needs, with the"
        " contig names of the cohort. A variant caller that is made to report these"
        " positions leaves no gene uncalled for want of reference calls.",
        (),
        access="shareable",
        needs="genotypes",
    ),
    Table(
        "pgx/diplotypes.tsv",
        "The diplotype and phenotype of every kept sample in every gene. An absent"
        " genotype is not taken for reference: what it could change is listed.",
        (
            _SAMPLE,
            _GENE,
            Column(
                "diplotype",
                "text",
                "Both alleles, joined by `/`; one name for a single copy (G6PD in"
                " males, MT-RNR1). `[*4 + *17]` is a haplotype with the variants of"
                " both. Blank where not called.",
                blank=True,
            ),
            Column(
                "alternatives",
                "text",
                "Other diplotypes that the genotypes or a missing position allow,"
                " joined by `|`; at most 100, all of them in pgx/alternatives.tsv.",
                blank=True,
            ),
            Column(
                "phased",
                "bool",
                "Whether it is known which variants lie on the same chromosome, or it"
                " does not matter.",
            ),
            Column(
                "n_assayed",
                "int",
                "Positions of the gene with a genotype.",
                low=0,
                unit="positions",
            ),
            Column(
                "n_required",
                "int",
                "Positions that tell its alleles apart.",
                low=0,
                unit="positions",
            ),
            Column(
                "missing_positions",
                "text",
                "Positions without a genotype, as `contig:position`, joined by `,`.",
                blank=True,
            ),
            Column(
                "activity_score",
                "float",
                "Sum of both alleles' activity; blank where the gene has none.",
                low=0,
                blank=True,
            ),
            Column(
                "phenotype",
                "text",
                "In the words of the knowledge base; of an ambiguous row, that of its"
                " first diplotype. Blank where the knowledge base has none.",
                blank=True,
            ),
            Column(
                "status",
                "text",
                "called: whatever the missing positions hold, the phenotype is this, or"
                " the diplotype of a gene without phenotypes; ambiguous: something that"
                " the data allow has another; not_called.",
                values=words.CALL_STATUSES,
            ),
            Column(
                "reason",
                "text",
                "What a reader should know: why the status is not called, what the"
                " phenotype depends on, which positions are missing and why.",
                blank=True,
            ),
            Column("allele_1", "text", "First allele of the diplotype.", blank=True),
            Column(
                "allele_2",
                "text",
                "Second allele; blank for a single copy.",
                blank=True,
            ),
            Column(
                "match",
                "text",
                "exact: both haplotypes are named alleles; combination: variants of"
                " several; partial: with a variant that fits no allele; outside: from"
                " another tool. Blank where not called.",
                values=words.CALL_MATCHES,
                blank=True,
            ),
            Column(
                "other_phenotypes",
                "text",
                "Other phenotypes that the alternatives would give, joined by `|`;"
                " Indeterminate where one has none, or a variant is in no definition.",
                blank=True,
            ),
            Column("n_alternatives", "int", "Number of alternatives in all.", low=0),
            Column(
                "explanation",
                "text",
                "Key to pgx/alternatives.tsv; blank where the row says it all.",
                blank=True,
            ),
            Column(
                "source",
                "text",
                "own, outside: and the tool's name, or panel: and the name of a panel"
                " whose result pgx.panels accepts for a call.",
            ),
            Column(
                "deciding_positions",
                "text",
                "Missing positions that the phenotype hangs on, or the call of a gene"
                " without phenotypes, joined by `,`.",
                blank=True,
            ),
            Column(
                "panels",
                "text",
                "Panels of variants (resources/pgx_panels.tsv) all of which were read,"
                " joined by `;`.",
                blank=True,
            ),
            Column(
                "panel_result",
                "text",
                "What each of these found, as that panel's result, and how many"
                " carriers of other alleles it misses; never more than the panel says.",
                blank=True,
            ),
            _KNOWLEDGE,
        ),
        key=("sample_id", "gene"),
        needs="genotypes",
    ),
    Table(
        "pgx/alternatives.tsv",
        "Every alternative of the calls whose list is too long for"
        " pgx/diplotypes.tsv. Samples with the same genotypes share an explanation.",
        (
            _GENE,
            Column("explanation", "text", "As in pgx/diplotypes.tsv."),
            Column("diplotype", "text", "A diplotype that the data allow."),
            Column(
                "phenotype",
                "text",
                "Its phenotype; blank where it has none.",
                blank=True,
            ),
            Column(
                "activity_score",
                "float",
                "Its activity score, where it has one.",
                low=0,
                blank=True,
            ),
            Column(
                "needs",
                "text",
                "Missing positions that would have to carry a variant for it; blank"
                " where the genotypes at hand allow it.",
                blank=True,
            ),
            _KNOWLEDGE,
        ),
        key=("gene", "explanation", "diplotype"),
        needs="genotypes",
    ),
    Table(
        "pgx/coverage.tsv",
        "How much of each gene the genotypes cover, over the kept samples.",
        (
            _GENE,
            Column(
                "n_required",
                "int",
                "Positions that tell its alleles apart.",
                low=0,
                unit="positions",
            ),
            Column(
                "n_assayed",
                "int",
                "Of these, positions with a usable record.",
                low=0,
                unit="positions",
            ),
            Column(
                "missing_positions",
                "text",
                "Positions without one, as `contig:position`, joined by `,`.",
                blank=True,
            ),
            Column(
                "n_called", "int", "Samples with status called.", low=0, unit="samples"
            ),
            Column(
                "n_ambiguous",
                "int",
                "Samples with status ambiguous.",
                low=0,
                unit="samples",
            ),
            Column(
                "n_not_called",
                "int",
                "Samples with status not_called.",
                low=0,
                unit="samples",
            ),
            Column(
                "n_low_depth",
                "int",
                "Genotypes that are missing because they rest on fewer reads than"
                " pgx.min_depth.",
                low=0,
                unit="genotypes",
            ),
            Column(
                "n_low_quality",
                "int",
                "Genotypes that are missing because their quality is below"
                " pgx.min_genotype_quality.",
                low=0,
                unit="genotypes",
            ),
            Column(
                "evidence",
                "text",
                "Which of depth and quality the file gives for genotypes at positions"
                " of pharmacogenes; of those without, nothing can be asked.",
                values=words.READ_EVIDENCE,
            ),
            Column(
                "notes", "text", "What a reader of its calls should know.", blank=True
            ),
            Column(
                "reason",
                "text",
                "Why the gene is not called, where it is not.",
                blank=True,
            ),
            _KNOWLEDGE,
        ),
        key=("gene",),
        access="centre",
        needs="genotypes",
    ),
    *GUIDANCE,
)
