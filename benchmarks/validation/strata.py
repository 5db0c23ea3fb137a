"""Strata of cohorts with known classes, beside those of ConsensusClusterPlus."""

import functools

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from benchmarks.consensus_plus import METHODS, peer_version, why_not
from benchmarks.validation import strata_cohorts
from benchmarks.validation.cohorts import read
from benchmarks.validation.comparisons import logrank_p
from benchmarks.validation.consensus_peer import (
    LEAST_GAIN,
    RESAMPLES,
    k_by_area,
    k_by_pac,
    run_peer,
)
from benchmarks.validation.rows import Check, Row, tally
from benchmarks.validation.workbench import default_policy
from genostrat.profile.covariates import as_text
from genostrat.strata.model.assignment import assign_patients
from genostrat.strata.model.frozen import load_model
from genostrat.tables import read_arrays

HEAD = (
    "| data | known classes | ours | ConsensusClusterPlus, same matrix | why |\n"
    "|---|---|---|---|---|"
)
RULES = ("build_profile", "cluster_patients", "judge_strata", "describe_strata")
#: Levels of a label that are named on the page.
MOST_LEVELS = 8


INTRODUCTION = """
The target `strata` with the default configuration. Agreement is of all clustered
patients with each label, whatever the verdict: adjusted Rand index / adjusted mutual
information, 0 by chance, 1 the same; survival is a log-rank p-value over the same
groups. Joint p: both tests against cohorts without groups, over all k. Valley: above
0 where neighbouring groups are two peaks rather than pieces of a continuum. Seconds
are those of the four jobs of profile and strata.

{peer} has the features that the stage clusters, layers side by side ({resamples}
resamples of 80 %, the same numbers of groups, seed 1). Its number of groups is left
to the eye by its authors; here it is (area) the last before one that adds less than
{gain} % to the area below the distribution of the consensus, and (PAC) that of the
lowest share of pairs between 0.1 and 0.9. It has no answer that there are no groups.
"""


def introduction():
    """Return what the section says before its table."""
    return INTRODUCTION.format(
        peer=peer_version() or "ConsensusClusterPlus",
        resamples=RESAMPLES,
        gain=f"{100 * LEAST_GAIN:.0f}",
    ).strip()


def given_labels(labels):
    """Return labels as text, blank where there is none."""
    return as_text(labels).replace("NA", "")


def agree(groups, labels):
    """Return how many patients have a label, and its ARI and AMI with groups."""
    text = given_labels(labels)
    known = (text != "").to_numpy()
    one, other = text[known].to_numpy(), np.asarray(groups)[known]
    return (
        int(known.sum()),
        adjusted_rand_score(one, other),
        adjusted_mutual_info_score(one, other),
    )


def follow(sheet, columns):
    """Return time, event and which patients have both, from columns of text."""
    time = pd.to_numeric(sheet[columns[0]], errors="coerce").to_numpy(float)
    words = {"true": "1", "false": "0"}
    event = sheet[columns[1]].str.lower().replace(words)
    event = pd.to_numeric(event, errors="coerce").to_numpy(float)
    known = np.isfinite(time) & np.isfinite(event) & (time >= 0)
    return time, event, known


def describe_agreement(groups, sheet, cohort):
    """Return the agreement of groups with every label, and survival by group."""
    parts = []
    for name in cohort.labels:
        _, ari, ami = agree(groups, sheet[name])
        parts.append(f"{name} {ari:.2f}/{ami:.2f}")
    if cohort.survival:
        time, event, known = follow(sheet, cohort.survival)
        groups = np.asarray(groups)[known]
        if len(set(groups)) > 1:
            p_value = logrank_p(time[known], event[known], groups)
            parts.append(f"log-rank p {p_value:.2g}")
    return ", ".join(parts)


def run_cohort(bench, cohort):
    """Run the target ``strata`` on a cohort; return the outcome."""
    return bench.run(
        cohort.name,
        sheet=cohort.sheet,
        target="strata",
        matrices=cohort.matrices,
        **({"labels": list(cohort.labels)} if cohort.labels else {}),
        **cohort.config,
    )


def describe_known(sheet, cohort):
    """Return the known classes of a cohort in words."""
    parts = []
    for name in cohort.labels:
        given = given_labels(sheet[name])
        given = given[given != ""]
        common = given.value_counts().index[:MOST_LEVELS]
        rest = given.nunique() - len(common)
        parts.append(
            f"{name}: {tally(given[given.isin(common)])}"
            + (f", {rest} more" if rest else "")
        )
    if cohort.survival:
        _, event, known = follow(sheet, cohort.survival)
        parts.append(
            f"survival of {known.sum()} patients, {int(event[known].sum())} deaths"
        )
    return "; ".join(parts)


def describe_evidence(table, k):
    """Return what the verdict rests on, from ``strata/k_selection.tsv``."""
    row = table.set_index("k").loc[k]
    return (
        f"PAC {row['pac']:.2f} (chance {row['pac_null_mean']:.2f}), joint p"
        f" {row['joint_p']:.2g}, valley {row['valley']:+.1f}"
    )


def describe_audit(table):
    """Return what the confounder audit flagged, from ``strata/confounders.tsv``."""
    if table.empty:
        return "nothing to audit"
    flagged = table[table["flag"].fillna("") != ""]
    words = [
        f"{row.confounder} {row.flag.replace('_', ' ')}" for row in flagged.itertuples()
    ]
    return "audit: " + (", ".join(words) or "nothing flagged")


def count_seconds(results):
    """Return the seconds that the jobs of profile and strata took."""
    found = {}
    for rule in RULES:
        path = results / f"benchmarks/{rule}.tsv"
        if path.is_file():
            found[rule] = float(pd.read_csv(path, sep="\t")["s"].iloc[0])
    return found


def describe_ours(run, sheet, groups, k, cohort):
    """Return verdict, evidence, agreement, audit and seconds in words."""
    verdict = run.record("strata/verdict.json")["verdict"]
    assignments = run.table("strata/assignments.tsv")
    assigned = 100 * (assignments["status"] == "assigned").mean()
    sizes = sorted(np.bincount(groups - groups.min()), reverse=True)
    found = "strata" if verdict != "none" else "groups at best"
    parts = [
        f"**{verdict}**, {k} {found} of {', '.join(map(str, sizes))}",
        describe_evidence(run.table("strata/k_selection.tsv"), k),
    ]
    if verdict != "none":
        parts.append(f"{assigned:.0f} % assigned")
    parts.append(describe_agreement(groups, sheet, cohort))
    parts.append(describe_audit(run.table("strata/confounders.tsv")))
    seconds = count_seconds(run.results)
    if seconds:
        parts.append(f"{sum(seconds.values()):.0f} s")
    return "; ".join(part for part in parts if part)


def describe_peer(values, sheet, cohort, *, k, folder, max_k):
    """Return what each method of the peer says, or why it could not be asked."""
    if why_not():
        return f"not run: {why_not()}"
    parts = []
    for number, method in enumerate(METHODS):
        found = run_peer(values, folder / str(number), method=method, max_k=max_k)
        chosen = {
            "area": k_by_area(found.area),
            "PAC": k_by_pac(found.pac),
            "ours": k,
        }
        by_k = {}
        for rule, own in chosen.items():
            by_k.setdefault(own, []).append(rule)
        said = [
            f"k {own} ({', '.join(rules)}): "
            + (describe_agreement(found.classes[own], sheet, cohort) or "no labels")
            for own, rules in by_k.items()
        ]
        parts.append(f"{method} – " + "; ".join(said))
    return " <br> ".join(parts)


def row_of(bench, cohort):
    """Run a cohort and the peer; return the row."""
    run = run_cohort(bench, cohort)
    arrays = read_arrays(run.results / "strata/consensus.npz")
    ids = [str(sample) for sample in arrays["sample_id"]]
    k = int(run.record("strata/nulls.json")["best_k"])
    sheet = cohort.sheet.set_index("sample_id").loc[ids].reset_index()
    features = pd.read_parquet(run.results / "profile/features.parquet")
    features = features.set_index("sample_id").loc[ids]
    ours = describe_ours(run, sheet, arrays["labels"].astype(int), k, cohort)
    peer = describe_peer(
        features.to_numpy(float),
        sheet,
        cohort,
        k=k,
        folder=bench.scratch(f"peer/{cohort.name}/x").parent,
        max_k=default_policy()["strata"]["k_max"],
    )
    size = f"; {len(ids)} patients × {features.shape[1]:,} features"
    known = describe_known(sheet, cohort)
    return Row(cohort.name, cohort.title + size, known, ours, peer)


def check_of(name, folder, write):
    """Return the check of one cohort."""
    return Check(name, (folder,), lambda bench: [row_of(bench, write(bench))])


def check_follow_up(bench):
    """Ask for survival with the follow-up as it is, and with its trap declared."""
    cohort = strata_cohorts.laml(bench)
    time, event = cohort.survival
    survival = {"name": "overall", "kind": "survival", "time": time, "event": event}
    run = functools.partial(
        bench.run,
        sheet=cohort.sheet,
        target="check",
        matrices=cohort.matrices,
        outcomes=[survival],
        may_fail=True,
    )
    plain = run("laml_follow_up")
    declared = run(
        "laml_follow_up_declared",
        samples={"missing_values": ["NA", "NaN", ".", "-Inf"]},
    )
    n = int((cohort.sheet[time] == "-Inf").sum())
    told = next((s.strip() for s in plain.said.splitlines() if "-Inf" in s), "")
    return [
        Row(
            "laml_follow_up",
            f"tcga_laml, {time} as the time of an outcome",
            f"{n} patients with the time -Inf: must not be taken for a number",
            ("refused" if plain.failed else "**accepted**")
            + (f": “{told}”" if told else "")
            + "; with -Inf in samples.missing_values: "
            + ("**refused**" if declared.failed else "accepted"),
            "does not apply",
        )
    ]


def raw_profile(bench, folder, files):
    """Return the raw values of patients, features named as in a model."""
    parts = []
    for name, file in files.items():
        table = read(bench, f"{folder}/{file}")
        table = table.set_index(table.columns[0]).astype(float)
        parts.append(table.add_prefix(f"{name}:"))
    joined = pd.concat(parts, axis=1, join="inner").rename_axis("sample_id")
    return joined.copy().reset_index()


def check_assigned(bench):
    """Assign the test patients of the TCGA breast cancers by the frozen model.

    Proteins were not measured in them: the model is of the other two layers.
    """
    layers = ("mrna", "mirna")
    cohort = strata_cohorts.brca(bench, layers)
    run = run_cohort(bench, cohort)
    folder = "tcga_brca_mixomics"
    known = read(bench, f"{folder}/test_subtype.tsv").set_index("sample")["subtype"]
    title = f"{folder}, test: {len(known)} new patients, one by one"
    if run.record("strata/verdict.json")["verdict"] == "none":
        said = "no model: no strata in the training patients"
        return [Row("brca_assigned", title, tally(known), said, "does not apply")]
    raw = raw_profile(bench, folder, {name: f"test_{name}.tsv" for name in layers})
    model = load_model(run.results / "strata/model")
    given = assign_patients(model, raw, raw[["sample_id"]]).set_index("sample_id")
    stratum = given["stratum"].where(given["status"] != "outside_model", "none")
    truth = known.loc[given.index]
    # The class of each stratum is learnt from the training patients.
    own = run.table("strata/assignments.tsv").set_index("sample_id")["stratum"]
    training = cohort.sheet.set_index("sample_id")["subtype"].loc[own.index]
    class_of = pd.crosstab(own, training).idxmax(axis=1)
    predicted = stratum.map(class_of).fillna("")
    sure = (given["status"] == "assigned").to_numpy()
    right = (predicted == truth).to_numpy()
    _, ari, ami = agree(stratum, truth)
    table = pd.crosstab(stratum, truth)
    cells = "; ".join(
        f"{name} ({class_of.get(name, 'outside the model')}): "
        + ", ".join(f"{row[c]} {c}" for c in table.columns if row[c])
        for name, row in table.iterrows()
    )
    return [
        Row(
            "brca_assigned",
            f"{title}, by the model of {' + '.join(layers)} (proteins were not measured"
            " in them)",
            f"subtype: {tally(known)}",
            f"{tally(given['status'])}; {cells}; subtype {ari:.2f}/{ami:.2f}; the"
            " stratum's commonest subtype in training is that of"
            f" {right.sum()} of {len(right)}, and of {(right & sure).sum()} of the"
            f" {sure.sum()} assigned",
            "has no model to assign with",
        )
    ]


def _brca(*layers):
    return lambda bench: strata_cohorts.brca(bench, layers)


_BRCA = "tcga_brca_mixomics"
CHECKS = [
    check_of("brca_three_layers", _BRCA, _brca("mrna", "mirna", "protein")),
    check_of("brca_mrna_mirna", _BRCA, _brca("mrna", "mirna")),
    check_of("brca_mrna", _BRCA, _brca("mrna")),
    check_of("brca_mirna", _BRCA, _brca("mirna")),
    check_of("brca_protein", _BRCA, _brca("protein")),
    Check("brca_assigned", (_BRCA,), check_assigned),
    check_of("nki", "breast_nkis", strata_cohorts.nki),
    check_of("golub", "golub38", strata_cohorts.golub),
    check_of("bullinger", "aml_bullinger116", strata_cohorts.bullinger),
    check_of("gbm", "tcga_gbm_cancersubtypes", strata_cohorts.gbm),
    check_of("laml", "tcga_laml", strata_cohorts.laml),
    Check("laml_follow_up", ("tcga_laml",), check_follow_up),
    check_of("icb", "icb_predictior", strata_cohorts.icb),
]
