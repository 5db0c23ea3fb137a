"""Entries of the pharmacogenomic stage on what follows from calls."""

from genostrat.catalogues.knowledge_sources import show_guidance
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
        "What bodies advise on every kept sample and every medicine that they speak of:"
        " one row for each body and indication; for each sample the medicines taken"
        " first, and the most pressing of them before the others. For research use; not"
        " advice on a patient's treatment.",
        (
            _SAMPLE,
            Column(
                "priority",
                "int",
                "Place among the sample's rows: medicines taken first, of these what"
                " asks most for action; what is only possible comes after what is"
                " certain, and before what needs no change.",
                low=1,
            ),
            Column("drug", "text", "Generic name."),
            Column("genes", "text", "Genes that the advice rests on, joined by `;`."),
            Column(
                "phenotypes",
                "text",
                "Their phenotypes by genotype, in the same order; the possible ones of"
                " an ambiguous gene joined by `|`; blank for a gene that was not"
                " called.",
                blank=True,
            ),
            Column(
                "recommendation",
                "text",
                "What to do: in genostrat's words for its own table, in those of the"
                " body for files of the user's. Where the genes leave more than one"
                " answer open, sentences of our own say so. Never blank.",
            ),
            Column(
                "category",
                "text",
                "The most pressing of what the genotype and the medicines taken now ask"
                " for; not in place of the recommendation. avoid: not to be used, or an"
                " alternative is the first advice; change_dose; monitor: as usual, but"
                " watched, weighed or adjusted later; standard; no_guidance: not"
                " assessed, none for these results, or the genes that are not certain"
                " leave different ones open (see possible_categories).",
                values=words.GUIDANCE_CATEGORIES,
            ),
            Column(
                "strength",
                "text",
                "strong, moderate, optional or none (CPIC); label: product information"
                " or a regulator; ungraded; blank where it depends on the result.",
                values=words.GUIDANCE_STRENGTHS,
                blank=True,
            ),
            Column(
                "genotype_category",
                "text",
                "The category by genotype alone, without the medicines taken now.",
                values=words.GUIDANCE_CATEGORIES,
            ),
            Column(
                "genotype_recommendation",
                "text",
                "What to do by genotype alone, where medicines taken now make another"
                " recommendation of it; blank where the recommendation says it.",
                blank=True,
            ),
            Column(
                "interaction",
                "text",
                "Medicines taken now that change what a gene's product does or that a"
                " regulator warns of, with strength and source; blank without.",
                blank=True,
            ),
            Column(
                "effective_phenotypes",
                "text",
                "Phenotypes with the medicines taken now, in the order of the genes;"
                " blank without such medicines, or where no rule says what they make"
                " of it.",
                blank=True,
            ),
            Column(
                "possible_categories",
                "text",
                "Every category that the results leave open, joined by `|`, most"
                " pressing first.",
                values=words.GUIDANCE_CATEGORIES,
                joined_by="|",
            ),
            Column(
                "body", "text", "Who advises: CPIC, DPWG, MHRA, NICE, FDA and others."
            ),
            Column(
                "year", "text", "Of the publication; blank where not known.", blank=True
            ),
            Column(
                "indication",
                "text",
                "What it is taken for, or by whom; any where the advice does not"
                " depend on it.",
            ),
            Column(
                "reference", "text", "PMID or DOI, or else the address.", blank=True
            ),
            Column(
                "as_of",
                "text",
                "Month in which its content was established.",
                blank=True,
            ),
            Column(
                "newer",
                "text",
                "A later version that is known and not taken in.",
                blank=True,
            ),
            Column(
                "url", "text", "Where to read it; blank without an address.", blank=True
            ),
            Column("source", "text", f"Where the advice was read: {show_guidance()}."),
            Column("source_version", "text", "Date or release of the source."),
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
            _KNOWLEDGE,
            Column(
                "on_medication",
                "bool",
                "Whether the sheet's medications name the drug; blank where the sheet"
                " says nothing.",
                blank=True,
            ),
        ),
        key=("sample_id", "priority"),
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
