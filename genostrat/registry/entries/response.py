"""Entries of the response stage: columns that its tables share, and medicines."""

from genostrat.catalogues.outcome_kinds import describe_no_events
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

NOTE = Column(
    "note",
    "text",
    "What a reader must know: why a value is blank, what the verdict on the strata"
    " limits, which fall-back was used, that data are observational. Often blank.",
    blank=True,
)
UNIT = Column(
    "unit",
    "text",
    "Unit of the effect or, of a share, of its horizon, from the config; blank of"
    " ratios, and where nobody said it.",
    blank=True,
)
CI_LOW = Column("ci_low", "float", "Lower 95 % confidence limit.", blank=True)
CI_HIGH = Column("ci_high", "float", "Upper 95 % confidence limit.", blank=True)
P_VALUE = Column(
    "p_value", "float", "P-value, two-sided, unadjusted.", low=0, high=1, blank=True
)
N_EVENTS = Column(
    "n_events",
    "int",
    f"Events among them; {describe_no_events()}.",
    low=0,
    unit="patients",
    blank=True,
)
OUTCOME = Column("outcome", "text", "Name of the outcome in the config.")

_VERDICT = (
    "`found`: p adjusted is below the level; `not_found`; `not_assessed`: the reason"
    " stands beside it."
)

MEDICINES: tuple[Table, ...] = (
    Table(
        "response/pharmacogenes.json",
        "Whether outcomes of those who take a medicine go with a gene that guidance on"
        " it rests on: one verdict over all medicines, genes and outcomes.",
        (
            Column("verdict", "text", _VERDICT, values=words.HETEROGENEITY_VERDICTS),
            Column("reason", "text", "Why nothing was assessed.", blank=True),
            Column("alpha", "float", "Level of the verdicts.", low=0, high=1),
            Column("n_tested", "int", "Rows of the table with a test.", low=0),
            Column("n_not_assessed", "int", "Rows without one.", low=0),
            Column(
                "n_ancestries",
                "int",
                "Ancestries that patients are compared within; 0: they are not known,"
                " and what goes with ancestry may look like a gene's doing.",
                low=0,
            ),
        ),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/pharmacogenes.tsv",
        "Outcomes of unrelated patients who take a medicine, by what a gene does in"
        " them: an association among takers, within arms and ancestries, not an effect"
        " of the medicine. Empty where the record says why.",
        (
            OUTCOME,
            Column("medicine", "text", "Generic name, as in pgx/guidance.tsv."),
            Column("gene", "text", "HGNC symbol."),
            Column(
                "question",
                "text",
                "`association`: does the outcome of takers go with the gene;"
                " `interaction`: does the effect of treatment change with it, among"
                " takers or, of a medicine that is an arm, everybody in an arm.",
                values=words.GENE_QUESTIONS,
            ),
            Column("verdict", "text", _VERDICT, values=words.HETEROGENEITY_VERDICTS),
            Column(
                "coding",
                "text",
                "One unit of the gene: `activity_score`; `function_step` (from poor on"
                " towards more function); `other_than_usual` (any phenotype but the"
                " normal or most frequent one); `other_alleles` (than the most frequent"
                " one). Blank where no patient has a call.",
                values=words.GENE_CODINGS,
                blank=True,
            ),
            Column(
                "scale",
                "text",
                "Scale of the effect.",
                values=words.TEST_SCALES,
                blank=True,
            ),
            Column(
                "effect",
                "float",
                "By one unit of the gene: of the outcome or, for an interaction, of the"
                " effect of treatment; blank of more than two arms.",
                blank=True,
            ),
            CI_LOW,
            CI_HIGH,
            Column("statistic", "float", "Test statistic.", blank=True),
            Column("df", "int", "Degrees of freedom.", low=1, blank=True),
            P_VALUE,
            Column(
                "p_adjusted",
                "float",
                "Benjamini-Hochberg over medicines, genes, outcomes and questions.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "n_takers",
                "int",
                "Patients who take it; blank from 1 to 4.",
                low=0,
                unit="patients",
                blank=True,
            ),
            Column(
                "n",
                "int",
                "Of those asked about, patients whose gene and outcome are known.",
                low=0,
                unit="patients",
                blank=True,
            ),
            Column(
                "n_other",
                "int",
                "Of these, patients in whom the gene does not do what it does in most;"
                " blank from 1 to 4.",
                low=0,
                unit="patients",
                blank=True,
            ),
            N_EVENTS,
            Column(
                "n_not_called",
                "int",
                "Of those asked about, patients whose gene is ambiguous or not called:"
                " they are left out.",
                low=0,
                unit="patients",
                blank=True,
            ),
            UNIT,
            NOTE,
        ),
        key=("outcome", "medicine", "gene", "question"),
        access="centre",
        needs="outcomes",
    ),
)
