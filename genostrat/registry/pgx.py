"""Tables of the pharmacogenomic stage."""

from genostrat.registry.spec import Column, Table

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
            Column("source", "text", "pypgx, or PharmCAT for a directory."),
            Column("version", "text", "Release of the definitions."),
            Column("sha256", "text", "Digest over all files that were read."),
            Column("build", "text", "Genome build of the positions."),
            Column(
                "genes",
                "text",
                "For each gene: numbers of alleles and positions, its reference allele,"
                " how phenotypes are found, and why it is not called or what to know.",
            ),
            Column("findings", "text", "What is odd in the knowledge base, in words."),
            Column("guidance_source", "text", "Where the recommendations are from."),
            Column("guidance_version", "text", "Release of the recommendations."),
        ),
        private=False,
    ),
    Table(
        "pgx/sites.tsv",
        "Stretches of the genome whose records are kept as they stand while the"
        " genotypes are read. Places of indels have 60 bases more on both sides, where"
        " callers may have put the same indel.",
        (
            Column("contig", "text", "Canonical contig name, without chr."),
            Column("start", "int", "First base, 1-based."),
            Column("end", "int", "Last base, inclusive."),
        ),
        key=("contig", "start"),
        private=False,
    ),
    Table(
        "pgx/positions.vcf",
        "A VCF without samples: every position that the knowledge base needs, with the"
        " contig names of the cohort. A variant caller that is made to report these"
        " positions leaves no gene uncalled for want of reference calls.",
        (),
        private=False,
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
            ),
            Column(
                "alternatives",
                "text",
                "Other diplotypes that the genotypes or a missing position allow,"
                " joined by `|`; at most 100, all of them in pgx/alternatives.tsv.",
            ),
            Column(
                "phased",
                "bool",
                "Whether it is known which variants lie on the same chromosome, or it"
                " does not matter.",
            ),
            Column("n_assayed", "int", "Positions of the gene with a genotype."),
            Column("n_required", "int", "Positions that tell its alleles apart."),
            Column(
                "missing_positions",
                "text",
                "Positions without a genotype, as `contig:position`, joined by `,`.",
            ),
            Column(
                "activity_score",
                "float",
                "Sum of both alleles' activity; blank where the gene has none.",
            ),
            Column(
                "phenotype",
                "text",
                "In the words of the knowledge base; of an ambiguous row, that of its"
                " first diplotype. Blank where the knowledge base has none.",
            ),
            Column(
                "status",
                "text",
                "called; ambiguous: another diplotype that the data allow has another"
                " phenotype; not_called.",
            ),
            Column(
                "reason",
                "text",
                "What a reader should know: why the status is not called, what the"
                " phenotype depends on, which positions are missing and why.",
            ),
            Column("allele_1", "text", "First allele of the diplotype."),
            Column("allele_2", "text", "Second allele; blank for a single copy."),
            Column(
                "match",
                "text",
                "exact: both haplotypes are named alleles; combination: variants of"
                " several; partial: with a variant that fits no allele; outside: from"
                " another tool. Blank where not called.",
            ),
            Column(
                "other_phenotypes",
                "text",
                "Other phenotypes that the alternatives would give, joined by `|`;"
                " Indeterminate where one has none, or a variant is in no definition.",
            ),
            Column("n_alternatives", "int", "Number of alternatives in all."),
            Column(
                "explanation",
                "text",
                "Key to pgx/alternatives.tsv; blank where the row says it all.",
            ),
            Column("source", "text", "own, or outside: and the tool's name."),
            _KNOWLEDGE,
        ),
        key=("sample_id", "gene"),
    ),
    Table(
        "pgx/alternatives.tsv",
        "Every alternative of the calls whose list is too long for"
        " pgx/diplotypes.tsv. Samples with the same genotypes share an explanation.",
        (
            _GENE,
            Column("explanation", "text", "As in pgx/diplotypes.tsv."),
            Column("diplotype", "text", "A diplotype that the data allow."),
            Column("phenotype", "text", "Its phenotype; blank where it has none."),
            Column("activity_score", "float", "Its activity score, where it has one."),
            Column(
                "needs",
                "text",
                "Missing positions that would have to carry a variant for it; blank"
                " where the genotypes at hand allow it.",
            ),
            _KNOWLEDGE,
        ),
        key=("gene", "explanation", "diplotype"),
    ),
    Table(
        "pgx/coverage.tsv",
        "How much of each gene the genotypes cover, over the kept samples.",
        (
            _GENE,
            Column("n_required", "int", "Positions that tell its alleles apart."),
            Column("n_assayed", "int", "Of these, positions with a usable record."),
            Column(
                "missing_positions",
                "text",
                "Positions without one, as `contig:position`, joined by `,`.",
            ),
            Column("n_called", "int", "Samples with status called."),
            Column("n_ambiguous", "int", "Samples with status ambiguous."),
            Column("n_not_called", "int", "Samples with status not_called."),
            Column("notes", "text", "What a reader of its calls should know."),
            Column("reason", "text", "Why the gene is not called, where it is not."),
            _KNOWLEDGE,
        ),
        key=("gene",),
        private=False,
    ),
    Table(
        "pgx/guidance.tsv",
        "What the guidelines say of every kept sample and every drug that they speak"
        " of. For research use; not advice on a patient's treatment.",
        (
            _SAMPLE,
            Column("drug", "text", "Generic name."),
            Column("genes", "text", "Gene; for two-gene drugs both, joined by `;`."),
            Column(
                "phenotypes",
                "text",
                "Their phenotypes, in the same order; the possible ones of an ambiguous"
                " gene joined by `|`; blank for a gene that was not called.",
            ),
            Column(
                "recommendation",
                "text",
                "In the words of the source. Where the genes leave more than one answer"
                " open, or the source has none, sentences of our own say so and quote"
                " it. Never blank.",
            ),
            Column(
                "category",
                "text",
                "For sorting, not in place of the recommendation. avoid: not to be"
                " used, or an alternative is the first advice; change_dose; monitor: as"
                " usual, but watched, weighed or adjusted later; standard;"
                " no_guidance: none for these results, or the genes that are not"
                " certain leave different ones open.",
            ),
            Column("source", "text", "Where the recommendation is from."),
            Column("source_version", "text", "Its release."),
            Column(
                "on_medication",
                "bool",
                "Whether the sheet's medications name the drug; blank where the sheet"
                " says nothing.",
            ),
            Column("diplotypes", "text", "Diplotypes of the genes, in the same order."),
            Column("status", "text", "Status of the calls: the least certain of them."),
            Column("url", "text", "The guideline; blank without one."),
            Column(
                "possible_categories",
                "text",
                "Every category that the results leave open, joined by `|`, most"
                " pressing first.",
            ),
            _KNOWLEDGE,
        ),
        key=("sample_id", "drug", "genes"),
    ),
    Table(
        "pgx/medications.tsv",
        "The medicines of the sheet, and which drug of the guidelines each is.",
        (
            Column("medicine", "text", "As in the sheet, without odd characters."),
            Column(
                "matched_drug",
                "text",
                "Generic name; several, joined by `;`, for a combination product. Blank"
                " where not matched.",
            ),
            Column("n_patients", "int", "Kept patients on it; blank below 5."),
            Column(
                "status",
                "text",
                "matched; no_pgx_guidance: known, and no guideline speaks of it;"
                " unknown: not in the table of names, to be looked at by hand.",
            ),
            Column(
                "nearest",
                "text",
                "For an unknown one (of the 200 most frequent), the known name closest"
                " in spelling: a question to the reader, never applied.",
            ),
            Column(
                "note",
                "text",
                "Why a name that was recognised is not applied: it is used on the skin"
                " or in the eye, or the entry says more than that it is taken.",
            ),
        ),
        key=("medicine", "matched_drug"),
    ),
    Table(
        "pgx/frequencies.tsv",
        "How frequent alleles, phenotypes and results to act on are, in all kept"
        " samples and by ancestry, centre and stratum. Alleles and phenotypes are"
        " counted in unrelated samples that have a diplotype, shares of patients in all"
        " kept ones. Groups of fewer than 5 are left out, and so are genes known in"
        " fewer than 5 of a group.",
        (
            Column("gene", "text", "HGNC symbol; blank for drugs."),
            Column(
                "kind",
                "text",
                "allele, phenotype or status; actionable: a recommendation of category"
                " avoid or change_dose; actionable_on_medication: the same of a drug"
                " that the patient takes, where the sheet has medications; too_few: a"
                " group that was left out, without numbers.",
            ),
            Column(
                "value",
                "text",
                "The allele, phenotype, status, or drug that is counted; `any` for"
                " shares over all drugs; phenotype `ambiguous` for calls that leave it"
                " open. Alleles of ambiguous calls are those of the first diplotype."
                " Not listed: drugs without guidance for anybody, and as"
                " actionable_on_medication those that nobody takes.",
            ),
            Column(
                "group",
                "text",
                "all, or a label and its value: ancestry=EUR, centre=Leeds,"
                " stratum=S1.",
            ),
            Column(
                "n", "int", "Samples (chromosomes, for alleles) that could have it."
            ),
            Column("frequency", "float", "Share of n that have it."),
            Column("ci_low", "float", "Lower end of the 95 % Wilson interval."),
            Column("ci_high", "float", "Upper end of the 95 % Wilson interval."),
            Column("count", "int", "Samples (chromosomes, for alleles) that have it."),
            Column(
                "n_ambiguous",
                "int",
                "Of n, those of ambiguous calls; blank for shares of patients.",
            ),
            _KNOWLEDGE,
        ),
        key=("gene", "kind", "value", "group"),
        private=False,
    ),
)
