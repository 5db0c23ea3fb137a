"""Labels from a reference panel: right, or unassigned where nothing fits."""

import functools

from benchmarks.validation import cohorts
from benchmarks.validation.comparisons import compare_labels
from benchmarks.validation.rows import Check, Row, tally
from benchmarks.validation.workbench import keep_or_write

PANEL = "kg3_panel_2504"
#: The hardest continent to leave out: admixed people of the panel are close to it.
LEFT_OUT = "EUR"
#: Of the people of the panel, in the order of their names, every so many is held out.
HELD_OUT = 5


def panel_of(bench, name, people, *, build="GRCh37"):
    """Return the config's ``reference_panel``: some people of the panel."""
    labels = cohorts.kg_labels(bench, PANEL)
    labels = labels[labels["sample_id"].isin(people)]
    path = bench.folder / f"sheets/{name}.panel.tsv"
    table = labels[["sample_id", "ancestry", "population"]]
    keep_or_write(path, table.to_csv(sep="\t", index=False))
    return cohorts.vcf(bench, f"{PANEL}/{PANEL}.{build}.vcf.gz", build=build) | {
        "labels": str(path)
    }


def label_cohort(bench, name, *, sheet, genotypes, people):
    """Label a cohort by some people of the panel; return the run."""
    panel = panel_of(bench, name, people, build=genotypes["build"])
    panel.pop("build")
    return bench.run(name, sheet=sheet, genotypes=genotypes, reference_panel=panel)


def describe_labels(run, sheet):
    """Return right, wrong and unassigned of a cohort, overall and by true label."""
    given = run.table("qc/ancestry.tsv").set_index("sample_id")["ancestry"]
    table = compare_labels(given, sheet.set_index("sample_id")["ancestry"])
    n = int(table["n"].sum())
    words = "; ".join(
        f"{label} {row['n']:,}: "
        + ", ".join(
            f"{row[what]:,} {what}"
            for what in ("right", "wrong", "unassigned")
            if row[what]
        )
        for label, row in table.iterrows()
    )
    return words, table.sum(), n


def describe_panel(run):
    record = run.record("qc/labels.json")
    return f"{record['n_sites_used']:,} of {record['n_sites_shared']:,} shared sites"


def _row_of_cohort(bench, name, folder, file, words):
    sheet = cohorts.kg_labels(bench, folder)
    panel = cohorts.kg_labels(bench, PANEL)["sample_id"]
    others = sorted(set(panel) - set(sheet["sample_id"]))
    run = label_cohort(
        bench,
        name,
        sheet=sheet,
        genotypes=cohorts.vcf(bench, f"{folder}/{file}"),
        people=others,
    )
    found, totals, n = describe_labels(run, sheet)
    return Row(
        name,
        f"{folder} ({words}), panel: the {len(others):,} people of {PANEL} who are not"
        f" in it; {describe_panel(run)}",
        "continent: " + tally(sheet["ancestry"]),
        found,
        f"of {n:,}: {int(totals['wrong'])} wrong, {int(totals['unassigned'])}"
        f" unassigned, {100 * totals['right'] / n:.1f} % right",
    )


def check_array(bench):
    return [
        _row_of_cohort(
            bench,
            "labels_array",
            "kg1_array_255",
            "kg1_array_255.GRCh37.vcf.gz",
            "an array, two chromosomes",
        )
    ]


def check_chr22(bench):
    return [
        _row_of_cohort(
            bench,
            "labels_chr22",
            "kg1_chr22_1092",
            "kg1_chr22_1092.GRCh37.vcf.gz",
            "one chromosome",
        )
    ]


def check_left_out(bench):
    """Leave each continent out of the panel; one of them by a run of its own."""
    record = run_held_out(bench, "GRCh37").record("qc/labels.json")
    rows = [
        Row(
            f"without_{label}",
            f"{PANEL}: {left['n']} people of {label} against the panel without {label}"
            " (leave_one_label_out of qc/labels.json)",
            "unassigned, all of them",
            f"{100 * left['share_unassigned']:.1f} % unassigned; called:"
            f" {describe(left['n_called'])}; unassigned because:"
            f" {describe(left['n_by_reason'])}",
            f"{sum(left['n_called'].values())} of {left['n']} got a label that is not"
            " theirs",
        )
        for label, left in sorted(record["leave_one_label_out"].items())
    ]
    return [*rows, _row_without(bench, LEFT_OUT)]


def describe(counts):
    """Return counts by name in words."""
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "none"


def _row_without(bench, label):
    labels = cohorts.kg_labels(bench, PANEL)
    sheet = labels[labels["ancestry"] == label]
    run = label_cohort(
        bench,
        f"without_{label}",
        sheet=sheet,
        genotypes=cohorts.vcf(bench, f"{PANEL}/{PANEL}.GRCh37.vcf.gz"),
        people=labels["sample_id"][labels["ancestry"] != label],
    )
    table = run.table("qc/ancestry.tsv")
    given = table["ancestry"]
    wrong = given[given != "unassigned"]
    reasons = table.loc[given == "unassigned", "unassigned_because"]
    return Row(
        f"cohort_without_{label}",
        f"{PANEL}: the {len(sheet)} people of {label} as a cohort of their own, panel"
        f" without {label}; {describe_panel(run)}",
        "unassigned, all of them",
        f"{tally(given)}; unassigned because: {tally(reasons)}",
        f"{len(wrong)} of {len(given)} got a label that is not theirs",
    )


def hold_out(labels):
    """Return the people held out, and the others."""
    ordered = sorted(labels["sample_id"])
    return ordered[::HELD_OUT], [
        name for place, name in enumerate(ordered) if place % HELD_OUT
    ]


@functools.cache
def run_held_out(bench, build):
    """Label every fifth person of the panel by the others."""
    labels = cohorts.kg_labels(bench, PANEL)
    out, kept = hold_out(labels)
    return label_cohort(
        bench,
        f"held_out_{build}",
        sheet=labels[labels["sample_id"].isin(out)],
        genotypes=cohorts.vcf(bench, f"{PANEL}/{PANEL}.{build}.vcf.gz", build=build),
        people=kept,
    )


def check_builds(bench):
    labels = cohorts.kg_labels(bench, PANEL)
    runs = {build: run_held_out(bench, build) for build in ("GRCh37", "GRCh38")}
    tables = [
        run.table("qc/ancestry.tsv").set_index("sample_id") for run in runs.values()
    ]
    sheet = labels[labels["sample_id"].isin(tables[0].index)]
    same = int((tables[0]["ancestry"] == tables[1]["ancestry"]).sum())
    gap = (tables[0]["probability"] - tables[1]["probability"]).abs().max()
    rows = []
    for build, run in runs.items():
        found, totals, n = describe_labels(run, sheet)
        rows.append(
            Row(
                f"held_out_{build}",
                f"{PANEL}, {build} copy: every fifth person, labelled by the other"
                f" {len(labels) - len(sheet):,}; {describe_panel(run)}",
                "continent: " + tally(sheet["ancestry"]),
                found,
                f"of {n}: {int(totals['wrong'])} wrong, {int(totals['unassigned'])}"
                f" unassigned; the same answer on both builds for {same} of {n},"
                f" probability differs by {gap:.3f} at most",
            )
        )
    return rows


def check_few(bench):
    sheet = cohorts.kg_labels(bench, "aims_kg3_2504")
    panel = cohorts.kg_labels(bench, PANEL)["sample_id"]
    run = label_cohort(
        bench,
        "labels_few",
        sheet=sheet,
        genotypes=cohorts.vcf(bench, "aims_kg3_2504/seldin.aisnp.1kg.vcf.gz"),
        people=panel,
    )
    record = run.record("qc/labels.json")
    table = run.table("qc/ancestry.tsv")
    given = table["ancestry"]
    return [
        Row(
            "labels_few",
            f"aims_kg3_2504, Seldin's SNPs, panel {PANEL};"
            f" {record['n_sites_shared']} shared sites",
            "too few sites for a label",
            f"{tally(given)}; because: {tally(table['unassigned_because'])}",
            f"{int((given != 'unassigned').sum())} labels given",
        )
    ]


CHECKS = [
    Check("labels_array", ("kg1_array_255", PANEL), check_array),
    Check("labels_chr22", ("kg1_chr22_1092", PANEL), check_chr22),
    Check("left_out", (PANEL,), check_left_out),
    Check("label_builds", (PANEL,), check_builds),
    Check("labels_few", ("aims_kg3_2504", PANEL), check_few),
]
