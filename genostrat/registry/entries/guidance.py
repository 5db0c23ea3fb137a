"""Entries of the pharmacogenomic stage on what follows from calls."""

from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_KNOWLEDGE = Column(
    "knowledge",
    "text",
    "Source, version and beginning of the SHA-256 of what the knowledge base was read"
    " from; all of it stands in pgx/knowledge.json.",
)
_SAMPLE = Column("sample_id", "text", "Identifier, as in the sheet.")

GUIDANCE: tuple[Table, ...] = (
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
                blank=True,
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
                values=words.GUIDANCE_CATEGORIES,
            ),
            Column("source", "text", "Where the recommendation is from."),
            Column("source_version", "text", "Its release."),
            Column(
                "on_medication",
                "bool",
                "Whether the sheet's medications name the drug; blank where the sheet"
                " says nothing.",
                blank=True,
            ),
            Column(
                "diplotypes",
                "text",
                "Diplotypes of the genes, in the same order.",
                blank=True,
            ),
            Column(
                "status",
                "text",
                "Status of the calls: the least certain of them.",
                values=words.CALL_STATUSES,
            ),
            Column("url", "text", "The guideline; blank without one.", blank=True),
            Column(
                "possible_categories",
                "text",
                "Every category that the results leave open, joined by `|`, most"
                " pressing first.",
                values=words.GUIDANCE_CATEGORIES,
                joined_by="|",
            ),
            _KNOWLEDGE,
        ),
        key=("sample_id", "drug", "genes"),
        needs="genotypes",
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
                blank=True,
            ),
            Column(
                "n_patients",
                "int",
                "Kept patients on it; blank below 5.",
                low=5,
                unit="patients",
                blank=True,
            ),
            Column(
                "status",
                "text",
                "matched; no_pgx_guidance: known, and no guideline speaks of it;"
                " unknown: not in the table of names, to be looked at by hand.",
                values=words.MEDICINE_STATUSES,
            ),
            Column(
                "nearest",
                "text",
                "For an unknown one (of the 200 most frequent), the known name closest"
                " in spelling: a question to the reader, never applied.",
                blank=True,
            ),
            Column(
                "note",
                "text",
                "Why a name that was recognised is not applied: it is used on the skin"
                " or in the eye, or the entry says more than that it is taken.",
                blank=True,
            ),
        ),
        key=("medicine", "matched_drug"),
        needs="genotypes",
    ),
    Table(
        "pgx/frequencies.tsv",
        "How frequent alleles, phenotypes and results to act on are, in all kept"
        " samples and by ancestry, centre and stratum. Alleles and phenotypes are"
        " counted in unrelated samples that have a diplotype, results to act on in"
        " those who were assessed, statuses in all kept ones. Groups of fewer than 5"
        " are left out, and so is what is known in fewer than 5 of a group.",
        (
            Column("gene", "text", "HGNC symbol; blank for drugs.", blank=True),
            Column(
                "kind",
                "text",
                "allele, phenotype or status; actionable: a recommendation of category"
                " avoid or change_dose; possibly_actionable: that, or one that cannot"
                " be ruled out; actionable_on_medication and"
                " possibly_actionable_on_medication: the same of a drug that the"
                " patient takes, where the sheet has medications; too_few: a group that"
                " was left out, without numbers.",
                values=words.FREQUENCY_KINDS,
            ),
            Column(
                "value",
                "text",
                "The allele, phenotype, status, or drug that is counted; `any` for"
                " shares over all drugs; phenotype `ambiguous` for calls that leave it"
                " open. Alleles of ambiguous calls are those of the first diplotype."
                " Not listed: drugs that fewer than 5 were assessed for, and as taken"
                " those that nobody takes.",
                blank=True,
            ),
            Column(
                "group",
                "text",
                "all, or a label and its value: ancestry=EUR, centre=Leeds,"
                " stratum=S1.",
            ),
            Column(
                "n",
                "int",
                "Samples (chromosomes, for alleles) that could have it; 0 over any drug"
                " where nobody was assessed.",
                low=0,
                unit="samples or chromosomes",
                blank=True,
            ),
            Column(
                "frequency",
                "float",
                "Share of n that have it.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "ci_low",
                "float",
                "Lower end of the 95 % Wilson interval.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "ci_high",
                "float",
                "Upper end of the 95 % Wilson interval.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "count",
                "int",
                "Samples (chromosomes, for alleles) that have it.",
                low=0,
                unit="samples or chromosomes",
                blank=True,
            ),
            Column(
                "n_ambiguous",
                "int",
                "Of n, those of ambiguous calls; blank for shares of patients.",
                low=0,
                unit="samples or chromosomes",
                blank=True,
            ),
            _KNOWLEDGE,
        ),
        key=("gene", "kind", "value", "group"),
        access="centre",
        needs="genotypes",
    ),
)
