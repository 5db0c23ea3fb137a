"""Effects of treatments on real trials, held against R's survival, MASS and stats."""

import io
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.heterogeneity_level import ACTG, judge_sheet
from benchmarks.validation.cohorts import read
from benchmarks.validation.rows import Check, Row, count
from genostrat.registry.words.response import RIDGE
from genostrat.stats.effects import one_blas_thread

SCRIPT = Path(__file__).with_name("response.R")
PLAN = ("outcome", "kind", "time", "event", "entry", "column", "exposure", "ties")
#: What R and the workflow call the same figure: R's name, table, where, its column.
_SCALES = {
    "log_hazard_ratio": ("hazard_ratio", "cause_specific_hazard_ratio"),
    "log_subdistribution": ("subdistribution_hazard_ratio",),
    "log_odds_ratio": ("odds_ratio", "common_odds_ratio"),
    "log_rate_ratio": ("rate_ratio",),
    "rmst": ("rmst_difference",),
    "incidence": ("cumulative_incidence_difference",),
    "wins": ("win_difference",),
    "difference": ("mean_difference",),
}
_ERRORS = {
    "error": _SCALES["log_hazard_ratio"]
    + _SCALES["log_odds_ratio"]
    + _SCALES["log_rate_ratio"],
    "rmst_error": _SCALES["rmst"],
    "subdistribution_error": _SCALES["log_subdistribution"],
    "incidence_error": _SCALES["incidence"],
}
_CHECKS = {
    "zph": ("proportional_hazards", "statistic"),
    "proportional_odds": ("proportional_odds", "statistic"),
    "dispersion": ("dispersion", "value"),
}
_METHODS = {"lr": "plain", "log_rank": "log_rank"}


def introduction():
    """Return what the page says of its columns."""
    return (
        "The target `response` on published trials, with a subgroup that is divided in"
        " two. R fits the same models to the same sheet"
        " (`benchmarks/validation/response.R`): estimates and errors of every contrast,"
        " tests of them, of the interaction and of the form of the model, restricted"
        " means, medians and cumulative incidence. *Known* is what is published of a"
        " set, or R's figure for the first contrast; *difference* is the largest over"
        " all figures, in parts of the figure where it is above 1."
    )


def outcome(name, kind, **columns):
    """Return an outcome of the config."""
    return {"name": name, "kind": kind, **columns}


def compare(bench, cohort, sheet, outcomes, *, arms):
    """Run the workflow and R on a sheet with the columns ``arm`` and ``subgroup``.

    Returns
    -------
    figures
        R's and ours, one row a figure.
    run
        What the workflow left.
    """
    run = bench.run(
        cohort,
        sheet=sheet,
        target="response",
        treatment={"column": "arm", "reference": arms[0], "arms": list(arms)},
        outcomes=outcomes,
        response={"subgroups": ["subgroup"], "adjust_for": []},
    )
    effects = run.table("response/effects.tsv")
    horizons = effects.dropna(subset=["horizon"]).groupby("outcome")["horizon"].max()
    plan = pd.DataFrame(
        [
            {key: str(one.get(key, "")) for key in PLAN}
            | {"outcome": one["name"], "ties": one.get("ties", "efron")}
            | {"arms": "|".join(arms)}
            for one in outcomes
        ]
    )
    paths = [bench.scratch(f"{cohort}.{name}.tsv") for name in ("plan", "horizons")]
    plan.to_csv(paths[0], sep="\t", index=False)
    horizons.reset_index().to_csv(paths[1], sep="\t", index=False)
    sheet_path = bench.folder / f"sheets/{cohort}.tsv"
    said = subprocess.run(
        ["Rscript", str(SCRIPT), str(sheet_path), *map(str, paths)],
        capture_output=True,
        text=True,
        check=True,
    )
    names = ["outcome", "contrast", "measure", "theirs"]
    figures = pd.read_csv(io.StringIO(said.stdout), sep="\t", names=names)
    figures["ours"] = [
        find_ours(run, row, pairs=len(arms) == 2) for row in figures.itertuples()
    ]
    figures = figures.dropna(subset=["ours"])
    scale = np.maximum(1.0, figures["theirs"].abs())
    return figures.assign(gap=(figures["ours"] - figures["theirs"]).abs() / scale), run


def find_ours(run, row, *, pairs):
    """Return the workflow's figure for one of R's; missing where it makes none."""
    measure, name, contrast = row.measure, row.outcome, row.contrast
    if measure in _CHECKS:
        check, column = _CHECKS[measure]
        table = run.table("response/checks.tsv")
        return pick(table, column, outcome=name, contrast=contrast, check=check)
    if measure in _METHODS:
        table = run.table("response/treatment.tsv")
        method = _METHODS[measure]
        return pick(table, "statistic", outcome=name, contrast=contrast, method=method)
    if measure.startswith("interaction"):
        # Of several arms the workflow makes one test; R's here is of a pair.
        table = run.table("response/subgroup_tests.tsv")
        table = table[~table["model"].isin(["gail_simon", "prognostic"])]
        column = "p_value" if measure.endswith("_p") else "statistic"
        return pick(table, column, outcome=name) if pairs else np.nan
    if measure == "median":
        table = run.table("response/populations.tsv")
        arm = contrast.rpartition(" vs ")[0]
        return pick(table, "median", outcome=name, group="all", arm=arm)
    effects = run.table("response/effects.tsv")
    effects = effects[effects["stratum"] == "all"]
    scales = _ERRORS.get(measure) or _SCALES.get(measure) or ("mean_difference",)
    effects = effects[effects["scale"].isin(scales)]
    column = "standard_error" if measure in _ERRORS else "effect"
    column = "ci_low" if measure == "low" else column
    value = pick(effects, column, outcome=name, contrast=contrast)
    return float(np.log(value)) if measure.startswith("log_") else value


def pick(table, column, **where):
    """Return the one value of a column in the row that the words name."""
    for name, value in where.items():
        table = table[table[name] == value]
    [found] = table[column]
    return float("nan" if pd.isna(found) else found)


def make_row(name, data, figures, *, known, ours):
    """Return the row of a set: its worst figure, and how many there are."""
    worst = figures.loc[figures["gap"].idxmax()]
    return Row(
        name,
        data,
        known,
        ours,
        f"{worst['gap']:.1e} at most, of {count(len(figures), 'figure')}"
        f" ({worst['measure'].replace('_', ' ')}, {worst['outcome']})",
    )


def effect_words(run, outcome, *, scale=None):
    """Write the effect of each arm on an outcome, on its first scale or a named one."""
    effects = run.table("response/effects.tsv")
    own = effects[(effects["outcome"] == outcome) & (effects["stratum"] == "all")]
    scale = scale or own["scale"].iloc[0]
    own = own[own["scale"] == scale]
    parts = [
        f"{row.contrast}: {row.effect:.2f} ({row.ci_low:.2f}–{row.ci_high:.2f})"
        for row in own.itertuples()
    ]
    return f"{scale.replace('_', ' ')} {', '.join(parts)}"


def interaction_words(run, outcome):
    """Write the test of the interaction with the subgroup."""
    tests = run.table("response/subgroup_tests.tsv")
    tests = tests[~tests["model"].isin(["gail_simon", "prognostic"])]
    return f"interaction p {pick(tests, 'p_value', outcome=outcome):.3f}"


def check_actg(bench):
    sheet = read(bench, "actg175/actg175.tsv")
    names = {"0": "ZDV", "1": "ZDV+ddI", "2": "ZDV+Zal", "3": "ddI"}
    gain = sheet["cd420"].astype(float) - sheet["cd40"].astype(float)
    sheet = pd.DataFrame(
        {
            "sample_id": sheet["pidnum"],
            "arm": sheet["arms"].map(names),
            "subgroup": sheet["str2"],
            "days": sheet["days"],
            # So that many events stand at one time.
            "months": np.ceil(sheet["days"].astype(float) / 30.44).astype(int),
            "cens": sheet["cens"],
            "gain": gain,
            "class": np.digitize(gain, [-100, -25, 50]) + 1,
            "better": (gain > 0).astype(int),
        }
    )
    outcomes = [
        outcome("progression", "survival", time="days", event="cens"),
        outcome("breslow", "survival", time="days", event="cens", ties="breslow"),
        outcome("exact", "survival", time="months", event="cens", ties="exact"),
        outcome("gain", "continuous", column="gain"),
        outcome("class", "ordinal", column="class"),
        outcome("better", "binary", column="better"),
    ]
    for one in outcomes[:3]:
        one["event_level"] = 1
    figures, run = compare(bench, "actg175", sheet, outcomes, arms=list(names.values()))
    known = "all three better than zidovudine alone; prior therapy changes nothing"
    ours = (
        f"{effect_words(run, 'progression')}; {interaction_words(run, 'progression')}"
    )
    return [make_row("response_actg175", "actg175", figures, known=known, ours=ours)]


def check_gbsg2(bench):
    sheet = read(bench, "gbsg2/gbsg2.tsv")
    sheet = pd.DataFrame(
        {
            "sample_id": [f"P{i}" for i in range(len(sheet))],
            "arm": sheet["horTh"],
            "subgroup": np.where(sheet["estrec"].astype(float) >= 20, "ER+", "ER-"),
            "time": sheet["time"],
            "cens": sheet["cens"],
        }
    )
    one = outcome("rfs", "survival", time="time", event="cens")
    figures, run = compare(bench, "gbsg2", sheet, [one], arms=["no", "yes"])
    known = "hormone therapy .69 (.54–.89)"
    ours = f"{effect_words(run, 'rfs')}; {interaction_words(run, 'rfs')}"
    return [make_row("response_gbsg2", "gbsg2", figures, known=known, ours=ours)]


def check_veteran(bench):
    sheet = read(bench, "survival_extra/veteran.tsv")
    sheet = pd.DataFrame(
        {
            "sample_id": [f"P{i}" for i in range(len(sheet))],
            "arm": "arm " + sheet["trt"].str[:1],
            "subgroup": sheet["celltype"],
            "time": sheet["time"],
            "status": sheet["status"].str[:1],
        }
    )
    one = outcome("death", "survival", time="time", event="status")
    tied = [
        outcome(ties, "survival", time="time", event="status", ties=ties)
        for ties in ("breslow", "exact")
    ]
    figures, run = compare(
        bench, "veteran", sheet, [one, *tied], arms=["arm 1", "arm 2"]
    )
    ours = f"{effect_words(run, 'death')}; {interaction_words(run, 'death')}"
    theirs = figures.set_index(["outcome", "measure"])["theirs"]
    known = f"hazard ratio {np.exp(theirs['death', 'log_hazard_ratio']):.2f} by R"
    data = "survival_extra, veteran"
    return [make_row("response_veteran", data, figures, known=known, ours=ours)]


def check_rotterdam(bench):
    """Take death for what competes with relapse, and death on the scale of age."""
    sheet = read(bench, "survival_extra/rotterdam.tsv")
    numbers = sheet[["rtime", "recur", "dtime", "death", "age"]].astype(float)
    recur, died = numbers["recur"] == 1, numbers["death"] == 1
    later = died & ~recur
    sheet = pd.DataFrame(
        {
            "sample_id": [f"P{i}" for i in range(len(sheet))],
            "arm": np.where(sheet["chemo"] == "1", "chemo", "none"),
            "subgroup": np.where(numbers["age"] < 50, "younger", "older"),
            "time": np.where(later, numbers["dtime"], numbers["rtime"]),
            "state": np.where(recur, 1, np.where(later, 2, 0)),
            "entry": numbers["age"],
            "end": numbers["age"] + numbers["dtime"] / 365.25,
            "death": died.astype(int),
        }
    )
    outcomes = [
        outcome("relapse", "competing", time="time", event="state"),
        outcome("death", "survival", time="end", event="death", entry="entry"),
    ]
    figures, run = compare(bench, "rotterdam", sheet, outcomes, arms=["none", "chemo"])
    theirs = figures.set_index(["outcome", "measure"])["theirs"]
    known = (
        f"subdistribution ratio {np.exp(theirs['relapse', 'log_subdistribution']):.2f},"
        " left-truncated hazard ratio"
        f" {np.exp(theirs['death', 'log_hazard_ratio']):.2f} by R"
    )
    scale = "subdistribution_hazard_ratio"
    ours = f"{effect_words(run, 'relapse', scale=scale)}; {effect_words(run, 'death')}"
    data = "survival_extra, rotterdam (chemotherapy was chosen: a check of figures)"
    return [make_row("response_rotterdam", data, figures, known=known, ours=ours)]


def check_epilepsy(bench):
    """Hold counts of the trial of progabide (Thall & Vail 1990) against R."""
    path = bench.scratch("epil.tsv")
    script = (
        "d <- MASS::epil; s <- aggregate(cbind(y, base) ~ subject + trt, d, sum);"
        f"write.table(s, '{path}', sep='\\t', row.names=FALSE, quote=FALSE)"
    )
    subprocess.run(["Rscript", "-e", script], check=True)
    table = pd.read_csv(path, sep="\t", dtype=str)
    sheet = pd.DataFrame(
        {
            "sample_id": "P" + table["subject"],
            "arm": table["trt"],
            "subgroup": np.where(table["base"].astype(int) > 88, "many", "few"),
            "seizures": table["y"],
            "weeks": "8",
        }
    )
    one = outcome("seizures", "count", column="seizures", exposure="weeks")
    figures, run = compare(
        bench, "epilepsy", sheet, [one], arms=["placebo", "progabide"]
    )
    checks = run.table("response/checks.tsv")
    wide = pick(checks, "value", outcome="seizures", check="dispersion")
    ratio = effect_words(run, "seizures", scale="rate_ratio")
    ours = f"{ratio}; dispersion {wide:.1f}"
    theirs = figures.set_index("measure")["theirs"]
    known = f"rate ratio {np.exp(theirs['log_rate_ratio']):.2f} by R; overdispersed"
    data = "epil of MASS (Thall & Vail 1990)"
    return [make_row("response_epilepsy", data, figures, known=known, ours=ours)]


def check_padron(bench):
    sheet = read(bench, "icb_predictior/Padron_clinical.tsv")
    arms = {"A1": "nivolumab", "C2": "nivolumab and sotigalimab"}
    sheet = sheet.assign(arm=sheet["Arm"].map(arms).fillna(""))
    sheet = pd.DataFrame(
        {
            "sample_id": sheet["patientid"],
            "arm": sheet["arm"],
            "subgroup": sheet["sex"],
            "months": sheet["survival_time_os"],
            "died": sheet["event_occurred_os"],
        }
    )
    one = outcome("os", "survival", time="months", event="died")
    figures, run = compare(bench, "padron", sheet, [one], arms=list(arms.values()))
    known = "two arms of chemotherapy with antibodies; no difference was published"
    ours = effect_words(run, "os")
    data = "icb_predictior, Padron"
    return [make_row("response_padron", data, figures, known=known, ours=ours)]


#: Karyotypes of acute myeloid leukaemia by what they say of survival.
_FAVOURABLE = ("t(8;21)", "inv(16)", "t(15;17)")
_ADVERSE = ("complex karyotype", "del(7q)/-7")


def check_bullinger(bench):
    """Ask a cohort without arms what its subgroups say: of survival alone."""
    sheet = read(bench, "aml_bullinger116/clinical.tsv")
    karyotype = sheet["Cytogenetic.group"]
    risk = np.select(
        [karyotype.isin(_FAVOURABLE), karyotype.isin(_ADVERSE)],
        ["favourable", "adverse"],
        "intermediate",
    )
    sheet = pd.DataFrame(
        {
            "sample_id": [f"P{i}" for i in range(len(sheet))],
            "risk": risk,
            "flt3": sheet["FLT3.aberration."],
            "days": sheet["time"],
            "died": sheet["event"],
        }
    )
    run = bench.run(
        "bullinger_response",
        sheet=sheet,
        target="report",
        outcomes=[outcome("os", "survival", time="days", event="died", unit="days")],
        response={"subgroups": ["risk", "flt3"], "adjust_for": []},
    )
    path = bench.folder / "sheets/bullinger_response.tsv"
    script = (
        "suppressMessages(library(survival));"
        f"d <- read.delim('{path}', colClasses = 'character');"
        "y <- Surv(as.numeric(d$days), d$died == 'True');"
        "for (g in c('risk', 'flt3')) { k <- d[[g]] != '';"
        "cat(2 * diff(coxph(y[k] ~ factor(d[[g]][k]))$loglik), '\\n') }"
    )
    said = subprocess.run(
        ["Rscript", "-e", script], capture_output=True, text=True, check=True
    )
    theirs = [float(line) for line in said.stdout.split()]
    tests = run.table("response/subgroup_tests.tsv")
    tests = tests[tests["model"] == "prognostic"].set_index("column")
    ours = [float(tests.loc[name, "statistic"]) for name in ("risk", "flt3")]
    gap = max(abs(o - t) / max(1.0, t) for o, t in zip(ours, theirs, strict=True))
    p_values = ", ".join(
        f"{name} p {float(tests.loc[name, 'p_value']):.2g}" for name in ("risk", "flt3")
    )
    has_arms = not run.table("response/effects.tsv").empty
    return [
        Row(
            "response_bullinger",
            "aml_bullinger116",
            f"karyotype divides survival; likelihood ratios {theirs[0]:.2f}"
            f" and {theirs[1]:.2f} by R",
            f"{p_values}; {'arms' if has_arms else 'no arms: prognosis alone is told'}",
            f"{gap:.1e} at most, of 2 figures",
        )
    ]


def check_seeds(bench):
    """Judge heterogeneity in ACTG 175 by twenty seeds."""
    with one_blas_thread():
        found = judge_sheet(
            bench.data / "actg175/actg175.tsv", seeds=20, columns=ACTG, learner=RIDGE
        )
    counts = Counter(verdict for verdict, _ in found)
    smallest = [p for _, p in found]
    told = ", ".join(f"{verdict} {n}" for verdict, n in counts.items())
    return [
        Row(
            "response_seeds",
            "actg175, twelve baseline columns, twenty seeds",
            "one verdict; single splits of EconML's check gave slopes of either sign",
            f"{told}; smallest adjusted p {min(smallest):.3f} to {max(smallest):.3f}",
            "none" if len(counts) == 1 else "verdicts differ",
        )
    ]


CHECKS = (
    Check("response_actg175", ("actg175",), check_actg, ("Rscript",)),
    Check("response_gbsg2", ("gbsg2",), check_gbsg2, ("Rscript",)),
    Check("response_veteran", ("survival_extra",), check_veteran, ("Rscript",)),
    Check("response_rotterdam", ("survival_extra",), check_rotterdam, ("Rscript",)),
    Check("response_epilepsy", (), check_epilepsy, ("Rscript",)),
    Check("response_bullinger", ("aml_bullinger116",), check_bullinger, ("Rscript",)),
    Check("response_seeds", ("actg175",), check_seeds),
    Check("response_padron", ("icb_predictior",), check_padron, ("Rscript",)),
)
