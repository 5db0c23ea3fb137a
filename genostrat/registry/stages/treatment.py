"""Tables of the response stage on all patients, and on pre-specified subgroups."""

from genostrat.catalogues.outcome_kinds import describe_no_events
from genostrat.registry.entries.response import (
    CI_HIGH,
    CI_LOW,
    MEDICINES,
    N_EVENTS,
    NOTE,
    OUTCOME,
    UNIT,
)
from genostrat.registry.spec import Column, Table
from genostrat.registry.stages.response import EFFECT_COLUMNS, TEST_COLUMNS
from genostrat.registry.words import every as words

_SUBGROUP = Column(
    "column", "text", "Column of the pre-specified subgroup (`response.subgroups`)."
)

TABLES: tuple[Table, ...] = (
    Table(
        "response/treatment.tsv",
        "The effect of treatment in all patients, each arm against the reference and"
        " all arms at once, by each way of testing it. Empty without a treatment.",
        (
            OUTCOME,
            Column(
                "contrast",
                "text",
                "`<arm> vs <reference>`; blank: all arms at once.",
                blank=True,
            ),
            Column(
                "method",
                "text",
                "`plain`; `adjusted` for `response.adjust_for`; `stratified` by"
                " `response.stratify_by`; `log_rank`; `restricted_mean`; of competing"
                " events `fine_gray`, `cumulative_incidence` and `competing_event` (the"
                " hazard of the competing ones); `win_difference` of levels; `weighted`"
                " by propensity, the only one where treatment was not drawn.",
                values=words.EFFECT_METHODS,
            ),
            Column("scale", "text", "Scale of the effect.", values=words.EFFECT_SCALES),
            Column(
                "effect",
                "float",
                "Arm against reference; blank of all arms at once, and of log-rank.",
                blank=True,
            ),
            CI_LOW,
            CI_HIGH,
            Column(
                "standard_error",
                "float",
                "Of the logarithm of a ratio, or of the difference.",
                low=0,
                blank=True,
            ),
            Column("statistic", "float", "Test statistic.", blank=True),
            Column("df", "int", "Degrees of freedom.", low=1, blank=True),
            Column(
                "p_value",
                "float",
                "Two-sided: likelihood ratio, score (counts), log-rank, or Wald for"
                " restricted means, cumulative incidence and weighted effects.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "p_adjusted",
                "float",
                "Over arms and, by `response.multiplicity`, outcomes, each method by"
                " itself.",
                low=0,
                high=1,
                blank=True,
            ),
            Column(
                "adjustment",
                "text",
                "`holm`, or `hierarchical`: an outcome counts only after those before"
                " it; blank of all arms at once, which is not adjusted.",
                blank=True,
                values=words.ADJUSTMENTS,
            ),
            Column(
                "n_adjusted",
                "int",
                "p-values adjusted together: of arms and outcomes (Holm), of arms"
                " (hierarchical).",
                low=0,
                blank=True,
            ),
            Column(
                "role",
                "text",
                "`primary` or `secondary` outcome; blank where no primary was named.",
                blank=True,
                values=words.OUTCOME_ROLES,
            ),
            Column("n", "int", "Patients in the arms.", low=0, unit="patients"),
            N_EVENTS,
            Column(
                "horizon",
                "float",
                "For restricted means the time up to which survival is averaged, for"
                " cumulative incidence that at which it is read.",
                low=0,
                blank=True,
            ),
            UNIT,
            NOTE,
        ),
        key=("outcome", "contrast", "method"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/populations.tsv",
        "Who is in each population: all patients, each stratum and pre-specified"
        " subgroup, each arm. Patients without a stratum or an arm are counted too.",
        (
            OUTCOME,
            Column(
                "division",
                "text",
                "`strata`, or the column of a pre-specified subgroup; blank for all"
                " patients; `excluded` for those whom quality control left out.",
                blank=True,
            ),
            Column(
                "group",
                "text",
                "Stratum or level; `all`; blank: in none of them.",
                blank=True,
            ),
            Column("arm", "text", "Arm, `all`, or blank: not known.", blank=True),
            Column("position", "int", "Place of the arm; 1 is the reference.", low=0),
            Column("n", "int", "Patients.", low=0, unit="patients"),
            Column(
                "n_known",
                "int",
                "Of them, those whose outcome is known.",
                low=0,
                unit="patients",
                blank=True,
            ),
            Column(
                "n_events",
                "int",
                f"Events among these; {describe_no_events()}.",
                low=0,
                unit="patients",
                blank=True,
            ),
            Column(
                "median",
                "float",
                "Median survival, in the unit of the sheet; blank where the curve does"
                " not come down to a half.",
                low=0,
                blank=True,
            ),
            Column("median_low", "float", "Lower 95 % limit.", low=0, blank=True),
            Column(
                "median_high",
                "float",
                "Upper 95 % limit; blank where there is none.",
                low=0,
                blank=True,
            ),
            Column(
                "value",
                "float",
                "Where the outcome is no survival: the share with the event, the"
                " cumulative incidence, the rate, or the mean (of levels, that of their"
                " places from 1 on).",
                blank=True,
            ),
            Column("unit", "text", "Of the time, or of the measurement.", blank=True),
        ),
        key=("outcome", "division", "group", "arm"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/subgroup_tests.tsv",
        "The tests of response/interaction.tsv between the levels of pre-specified"
        " subgroups.",
        (_SUBGROUP, OUTCOME, *TEST_COLUMNS, NOTE),
        key=("column", "outcome", "model", "contrast"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/subgroups.tsv",
        "Effects within the levels of pre-specified subgroups, as in"
        " response/effects.tsv.",
        (
            _SUBGROUP,
            OUTCOME,
            Column("level", "text", "Level of the column."),
            *EFFECT_COLUMNS,
            NOTE,
        ),
        key=("column", "outcome", "level", "contrast", "scale"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/checks.tsv",
        "What the effects rest on, and what the data could have shown.",
        (
            OUTCOME,
            Column(
                "check",
                "text",
                "`proportional_hazards`: whether the hazard ratio changes with time"
                " (score test, Kaplan-Meier scale). `proportional_odds`: whether one"
                " odds ratio holds at every cut of an ordered scale. `dispersion`: the"
                " variance of counts over that of Poisson variables, in `value`."
                " `e_value`: how strongly a confounder that was not weighed would have"
                " to go with treatment and with outcome, as risk ratios, to explain the"
                " effect (`value`) or the nearer limit (`low`) away; only where"
                " treatment was chosen. `missing_outcome`: outcomes not known of the"
                " two arms (`statistic`), whether arms differ in that (`p_value`), and"
                " between what (`low`, `high`) the absolute effect lies whatever became"
                " of these patients; of measurements and rates, by how much they would"
                " have to differ from the others to undo the effect (`value`)."
                " `smallest_interaction`: the"
                " difference of one group's effect from the others' that would have"
                " been seen with 80 % power.",
                values=words.RESPONSE_CHECKS,
            ),
            Column(
                "division",
                "text",
                "`strata` or the column of a subgroup; blank for all patients.",
                blank=True,
            ),
            Column(
                "contrast",
                "text",
                "`<arm> vs <reference>`, or blank for all arms at once.",
                blank=True,
            ),
            Column("statistic", "float", "Test statistic.", blank=True),
            Column("df", "int", "Degrees of freedom.", low=1, blank=True),
            Column(
                "p_value", "float", "P-value of the test.", low=0, high=1, blank=True
            ),
            Column(
                "value",
                "float",
                "The figure of the check: a dispersion, an E-value, a difference, or"
                " the smallest difference, as a ratio of ratios or a difference of"
                " differences.",
                low=0,
                blank=True,
            ),
            Column("low", "float", "Lower end, by the check.", blank=True),
            Column("high", "float", "Upper end, by the check.", blank=True),
            Column("n", "int", "Patients.", low=0, unit="patients"),
            N_EVENTS,
            NOTE,
        ),
        key=("outcome", "check", "division", "contrast"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/credibility.tsv",
        "How credible an interaction is: one sheet for each test with p below 0.05"
        " before adjustment, with the items of ICEMAN for trials. Empty where there is"
        " none.",
        (
            Column(
                "division",
                "text",
                "`strata`, or the column of a pre-specified subgroup.",
            ),
            OUTCOME,
            Column(
                "item",
                "text",
                "`within_study`, `direction_a_priori`, `prior_evidence`, `chance`,"
                " `chance_adjusted`, `number_tested`, `cut_points`, `direction`,"
                " `overall`.",
                values=words.CREDIBILITY_ITEMS,
            ),
            Column("answer", "text", "The answer or, of an open item, the question."),
            Column(
                "status",
                "text",
                "`answered` from numbers, or `open`: only a person can.",
                values=words.CREDIBILITY_STATUSES,
            ),
            Column("value", "float", "The number behind the answer.", blank=True),
        ),
        key=("division", "outcome", "item"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/net_benefit.tsv",
        "Decision curves: the net benefit over treating nobody of treating everybody,"
        " and of treating by group where the rest of a patient's group gains more than"
        " the threshold. Only of drawn treatments, and where the config says what is"
        " better.",
        (
            Column(
                "division",
                "text",
                "`strata`, or the column of a pre-specified subgroup.",
            ),
            OUTCOME,
            Column("contrast", "text", "`<arm> vs <reference>`."),
            Column(
                "rule",
                "text",
                "`everybody`, or `by_group`.",
                values=words.TREATMENT_RULES,
            ),
            Column(
                "threshold",
                "float",
                "Least gain for which a patient would take the treatment, on the"
                " absolute scale of the outcome (mean time without event, share, chance"
                " of a better level, rate, mean).",
                low=0,
            ),
            Column(
                "net_benefit",
                "float",
                "Mean over patients of the gain less the threshold in those treated;"
                " more is better.",
            ),
            Column("ci_low", "float", "Lower 95 % confidence limit."),
            Column("ci_high", "float", "Upper 95 % confidence limit."),
            Column(
                "share_treated", "float", "Share of patients treated.", low=0, high=1
            ),
            Column("n", "int", "Patients.", low=0, unit="patients"),
            Column("unit", "text", "Of the gain; blank of shares.", blank=True),
        ),
        key=("division", "outcome", "contrast", "rule", "threshold"),
        access="centre",
        needs="outcomes",
    ),
    Table(
        "response/heterogeneity.json",
        "Whether the effect of a drawn treatment differs between patients by what"
        " `response.modifiers` names: one verdict over many splits.",
        (
            Column(
                "verdict",
                "text",
                "`found`, `not_found` or `not_assessed`, over all outcomes and arms.",
                values=words.HETEROGENEITY_VERDICTS,
            ),
            Column("reason", "text", "Why it was not assessed.", blank=True),
            Column("modifiers", "list", "The columns."),
            Column("seed", "int", "Seed of the splits."),
            Column("alpha", "float", "Level of the verdict.", low=0, high=1),
            Column(
                "judged",
                "list",
                "One record an outcome and arm: `verdict`; `p_value` (twice the median"
                " over splits of one-sided p-values of the calibration slope) and"
                " `p_adjusted` (Holm over all); `slope` (1: predictions are right, 0:"
                " they say nothing), `groups` (effect in quarters by predicted effect),"
                " `spread` (last less first quarter), `ranking` (AUTOC), `risk` (slope"
                " on the predicted outcome under the reference), `tree` (of what was"
                " `found`: leaves of a tree of depth two over all splits, each with its"
                " rules, patients and predicted effect; `least` and `greatest`, the"
                " effect in patients whom trees grown without them put into their end"
                " leaves) and `policy` (gain over"
                " the reference for everybody of treating all, those predicted to gain,"
                " those whose stratum gains; null if nobody said what is better), each"
                " the median over splits with limits; of counts `ratio`: the same test"
                " of the rate ratio, whose `verdict` is given only where the difference"
                " of rates was `found` to differ, null of other outcomes;"
                " `learner`, `package` (of forests, with its version), `repeats`,"
                " `folds`, `n`, `n_events`, `horizon`, `unit`.",
            ),
        ),
        access="centre",
        needs="outcomes",
    ),
    *MEDICINES,
)
