"""Tables of the response stage."""

from genostrat.catalogues.outcome_kinds import (
    describe_no_events,
    describe_scales,
    list_models,
    list_test_scales,
)
from genostrat.registry.entries.response import (
    CI_HIGH,
    CI_LOW,
    N_EVENTS,
    NOTE,
    OUTCOME,
    P_VALUE,
    UNIT,
)
from genostrat.registry.spec import Column, Table
from genostrat.registry.words import every as words

_STRATUM = Column("stratum", "text", "Stratum, or `all` for every patient together.")
_CONTRAST_WORDS = (
    "Which groups are compared: `<arm> vs <reference>`, or `stratum vs rest` in a"
    " cohort without a treatment column."
)

TEST_COLUMNS = (
    Column(
        "model",
        "text",
        f"{list_models('`')}: interaction of treatment and stratum."
        " `gail_simon`: qualitative interaction (benefit in some strata, harm"
        " in others). `prognostic`: difference in the outcome itself, within"
        " arms where there are any.",
        values=words.TEST_MODELS,
    ),
    Column(
        "scale",
        "text",
        f"Scale on which effects are compared: {list_test_scales()}.",
        values=words.TEST_SCALES,
    ),
    Column(
        "statistic",
        "float",
        "Test statistic; blank if not estimable.",
        blank=True,
    ),
    Column(
        "df",
        "int",
        "Degrees of freedom: (strata - 1)(arms - 1) for an interaction, less"
        " those that no patients or events inform; strata - 1 otherwise.",
        low=1,
        blank=True,
    ),
    P_VALUE,
    Column(
        "p_adjusted",
        "float",
        "Benjamini-Hochberg over outcomes and arms, each of the three questions"
        " (interaction, qualitative, prognostic) by itself.",
        low=0,
        high=1,
        blank=True,
    ),
    Column(
        "n",
        "int",
        "Patients with a known outcome and, if any, arm.",
        low=0,
        unit="patients",
    ),
    N_EVENTS,
    Column(
        "contrast",
        "text",
        "For `gail_simon`, `<arm> vs <reference>`; blank where all arms enter.",
        blank=True,
    ),
    Column("method", "text", "How the p-value was found.", blank=True),
)
EFFECT_COLUMNS = (
    Column("contrast", "text", _CONTRAST_WORDS),
    Column(
        "scale",
        "text",
        f"{describe_scales()}.",
        values=words.EFFECT_SCALES,
    ),
    Column(
        "effect",
        "float",
        "Arm against reference. Blank below the minimum of events.",
        blank=True,
    ),
    CI_LOW,
    CI_HIGH,
    Column("n", "int", "Patients in the two groups.", low=0, unit="patients"),
    N_EVENTS,
    Column(
        "standard_error",
        "float",
        "Of the logarithm of a ratio, or of the difference.",
        low=0,
        blank=True,
    ),
    Column(
        "arm_value",
        "float",
        "Risk, restricted mean survival time, cumulative incidence, rate or mean in the"
        " arm; blank for ratios.",
        blank=True,
    ),
    Column("reference_value", "float", "The same in the reference.", blank=True),
    Column("n_arm", "int", "Patients in the arm.", low=0, unit="patients"),
    Column(
        "n_reference",
        "int",
        "Patients in the reference.",
        low=0,
        unit="patients",
    ),
    Column(
        "n_events_arm",
        "int",
        f"Events in the arm; {describe_no_events()}.",
        low=0,
        unit="patients",
        blank=True,
    ),
    Column(
        "n_events_reference",
        "int",
        f"Events in the reference; {describe_no_events()}.",
        low=0,
        unit="patients",
        blank=True,
    ),
    Column(
        "horizon",
        "float",
        "For rmst_difference the time up to which survival is averaged, for"
        " cumulative_incidence_difference that at which it is read, in the unit of the"
        " sheet; one for all strata and arms of an outcome.",
        low=0,
        blank=True,
    ),
    UNIT,
)
_ARM = Column("arm", "text", "Arm of the treatment, or `all`.")
_TIME = Column("time", "float", "Time, in the unit of the sheet.", low=0)
#: How every curve over time ends its rows.
_CURVE = (
    Column("ci_high", "float", "Upper 95 % limit.", low=0, high=1, blank=True),
    Column(
        "n_at_risk",
        "int",
        "Patients still followed; never weighted.",
        low=0,
        unit="patients",
    ),
    Column("is_tick", "bool", "Whether the time is a labelled tick (about six)."),
)

TABLES: tuple[Table, ...] = (
    Table(
        "response/interaction.tsv",
        "Tests between strata, made before any stratum is looked at by itself: whether"
        " the treatment effect differs, whether it differs in direction, and whether"
        " the outcome differs. Only patients with status `assigned` enter. Without"
        " subgroups the test is blank and `note` says so.",
        (
            OUTCOME,
            *TEST_COLUMNS,
            NOTE,
        ),
        key=("outcome", "model", "contrast"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/effects.tsv",
        "Effects in all patients and within each stratum, on a relative and on an"
        " absolute scale. Read them after the interaction: without one, the effect in"
        " `all` is the best estimate for every stratum.",
        (
            OUTCOME,
            _STRATUM,
            *EFFECT_COLUMNS,
            NOTE,
        ),
        key=("outcome", "stratum", "contrast", "scale"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/survival_curves.tsv",
        "Kaplan-Meier curves on a fixed grid of at most 60 times, so that no patient's"
        " own time stands in it. A curve ends where nobody is followed any longer.",
        (
            OUTCOME,
            _STRATUM,
            _ARM,
            _TIME,
            Column(
                "survival",
                "float",
                "Share without the event. Weighted by propensity within arms if the"
                " treatment was not randomised.",
                low=0,
                high=1,
            ),
            Column(
                "ci_low",
                "float",
                "Lower 95 % limit (log-minus-log scale); blank before the first event"
                " and at zero.",
                low=0,
                high=1,
                blank=True,
            ),
            *_CURVE,
        ),
        key=("outcome", "stratum", "arm", "time"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/incidence_curves.tsv",
        "Cumulative incidence of the event and of competing ones (Aalen-Johansen), of"
        " outcomes of kind competing, on the grid of the survival curves.",
        (
            OUTCOME,
            _STRATUM,
            _ARM,
            Column(
                "cause",
                "text",
                "`event`, or `competing`: one that forestalls it.",
                values=words.CAUSES,
            ),
            _TIME,
            Column(
                "incidence",
                "float",
                "Share who have had it. Weighted by propensity within arms if the"
                " treatment was not randomised.",
                low=0,
                high=1,
            ),
            Column(
                "ci_low",
                "float",
                "Lower 95 % limit (log-minus-log scale); blank before the first event.",
                low=0,
                high=1,
                blank=True,
            ),
            *_CURVE,
        ),
        key=("outcome", "stratum", "arm", "cause", "time"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/balance.tsv",
        "Balance and overlap of covariates between arms, before and after propensity"
        " weighting. Of a randomised treatment, the differences that the draw left in"
        " what the config names, without weights.",
        (
            _STRATUM,
            Column("contrast", "text", "`<arm> vs <reference>`."),
            Column(
                "covariate",
                "text",
                "Covariate, with its level if it is a category (`sex=female`).",
            ),
            Column(
                "smd_before",
                "float",
                "Standardised mean difference before weighting; within ±0.1 counts as"
                " balanced, ±inf tells the arms apart without fail.",
                infinite=True,
                unit="standard deviations",
            ),
            Column(
                "smd_after",
                "float",
                "The same after weighting; blank if the treatment was randomised.",
                infinite=True,
                blank=True,
                unit="standard deviations",
            ),
            Column("n", "int", "Patients in the two arms.", low=0, unit="patients"),
            Column(
                "n_effective_arm",
                "float",
                "Effective number of patients in the arm under the weights.",
                low=0,
                unit="patients",
            ),
            Column(
                "n_effective_reference",
                "float",
                "The same in the reference.",
                low=0,
                unit="patients",
            ),
            Column(
                "overlap",
                "float",
                "Share of the patients whose propensity lies in the range of both"
                " arms; below 0.1 no effect is estimated. Blank if it was randomised.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "largest_weight",
                "float",
                "Largest weight of a patient; blank if it was randomised.",
                low=0,
                blank=True,
            ),
        ),
        key=("stratum", "contrast", "covariate"),
        access="centre",
        needs="outcomes",
    ),
)
