"""Ancestry components: UW's PC-AiR vectors, and the same people on two builds."""

import pandas as pd

from benchmarks.validation import cohorts
from benchmarks.validation.ancestry import run_held_out
from benchmarks.validation.comparisons import (
    canonical_correlations,
    correlate_axes,
    largest_difference,
    neighbour_accuracy,
    procrustes_disparity,
)
from benchmarks.validation.relatedness import run_uwgac
from benchmarks.validation.rows import Check, Row, tally

#: Axes compared one by one: as many as both sets have.
N_AXES = 10
#: Axes that span a space compared as a whole.
SPACES = (2, 4, 8)
#: Populations with fewer people than this are not told apart in five folds.
MIN_PEOPLE = 10


def read_components(run, n_axes=N_AXES):
    table = run.table("qc/pcs.tsv").set_index("sample_id")
    names = [f"PC{number}" for number in range(1, n_axes + 1)]
    return table[names].astype(float)


def percent(value):
    return f"{100 * value:.1f} %"


def check_pcair(bench):
    run = run_uwgac(bench)
    theirs = pd.read_csv(
        bench.data / "kg3_uwgac_1126/pcair_vectors.tsv",
        sep="\t",
        dtype={"sample": str},
        index_col="sample",
    )
    unrelated = [name for name in run.lines("qc/unrelated.txt") if name in theirs.index]
    ours = read_components(run).loc[unrelated]
    theirs_all, theirs = theirs, theirs.loc[unrelated]
    record = run.record("qc/ancestry.json")
    matched = correlate_axes(ours, theirs.iloc[:, :N_AXES])
    return [
        Row(
            "pcair_axes",
            f"kg3_uwgac_1126, {len(unrelated):,} unrelated people who are in"
            f" both ({len(theirs_all):,} in theirs)",
            f"PC-AiR vectors, {theirs.shape[1]} axes",
            f"{N_AXES} components of {record['n_sites_pruned']:,} SNVs that pruning"
            " left; |r| of matched axes (ours–theirs): "
            + ", ".join(f"{i}–{j} {r:.3f}" for i, j, r in matched),
            f"{sum(r >= 0.9 for *_, r in matched)} of {N_AXES} axes agree with"
            f" |r| ≥ 0.9, {sum(r >= 0.7 for *_, r in matched)} with ≥ 0.7",
        ),
        _row_of_spaces(ours, theirs),
        _row_of_populations(bench, run, theirs, ours),
    ]


def _row_of_spaces(ours, theirs):
    spans, shapes = [], []
    for n in SPACES:
        cosines = canonical_correlations(ours.iloc[:, :n], theirs.iloc[:, :n])
        spans.append(f"first {n}: {cosines.min():.3f} to {cosines.max():.3f}")
        left = procrustes_disparity(
            *((axes / axes.std()).iloc[:, :n] for axes in (ours, theirs))
        )
        shapes.append(f"first {n}: {left:.3f}")
    return Row(
        "pcair_space",
        "the same people and axes, as spaces",
        "1 and 0 where both are the same",
        "canonical correlations of the first axes: " + "; ".join(spans),
        "left after rotating ours onto theirs (Procrustes): " + "; ".join(shapes),
    )


def _row_of_populations(bench, run, theirs, ours):
    sheet = cohorts.uwgac_sheet(bench).set_index("sample_id")
    labels = sheet["population"].loc[ours.index]
    sizes = labels.value_counts()
    kept = labels[labels.isin(sizes.index[sizes >= MIN_PEOPLE])]
    scores = {
        (name, n): neighbour_accuracy(points.loc[kept.index].iloc[:, :n], kept)
        for n in (*SPACES, N_AXES)
        for name, points in (("ours", ours), ("theirs", theirs))
    }
    sizes = (*SPACES, N_AXES)
    return Row(
        "pcair_populations",
        f"{len(kept):,} of them in the {kept.nunique()} populations of at least"
        f" {MIN_PEOPLE} people; five nearest neighbours tell the population",
        "theirs: "
        + ", ".join(f"{n} axes {percent(scores['theirs', n])}" for n in sizes),
        "ours: " + ", ".join(f"{n} axes {percent(scores['ours', n])}" for n in sizes),
        ", ".join(
            f"{n} axes {100 * (scores['ours', n] - scores['theirs', n]):+.1f}"
            for n in sizes
        )
        + " percentage points",
    )


def check_builds(bench):
    old, new = (run_held_out(bench, build) for build in ("GRCh37", "GRCh38"))
    records = [run.record("genotypes/ingest.json") for run in (old, new)]
    pcs = [read_components(run) for run in (old, new)]
    cosines = canonical_correlations(pcs[0].iloc[:, :4], pcs[1].iloc[:, :4])
    metrics = [
        run.table("qc/sample_metrics.tsv").set_index("sample_id") for run in (old, new)
    ]
    pairs = [
        {
            (row.sample_1, row.sample_2, row.relationship)
            for row in run.table("qc/relatedness.tsv").itertuples()
        }
        for run in (old, new)
    ]
    ratio = largest_difference(*(table["het_hom_ratio"] for table in metrics))
    keeps = [set(run.lines("qc/keep.txt")) for run in (old, new)]
    return [
        Row(
            "panel_builds",
            f"kg3_panel_2504, every fifth person ({records[0]['n_samples']}) in the"
            " GRCh37 and the GRCh38 copy",
            "the same answers; the GRCh38 copy lacks the sites whose alleles changed",
            f"build detected: {records[0]['build_detected']},"
            f" {records[1]['build_detected']}; {records[0]['n_stored']:,} and"
            f" {records[1]['n_stored']:,} variants; {len(pairs[0])} and"
            f" {len(pairs[1])} related pairs listed, {len(pairs[0] & pairs[1])} of them"
            f" the same with the same degree; {len(keeps[0]):,} and {len(keeps[1]):,}"
            " people kept",
            f"canonical correlations of the first 4 components {cosines.min():.4f} to"
            f" {cosines.max():.4f}; het/hom ratio differs by {ratio:.3f} at most;"
            f" {len(keeps[0] ^ keeps[1])} people kept in one only;"
            f" status of sex: {tally(old.table('qc/sex.tsv')['status'])}",
        )
    ]


CHECKS = [
    Check("pcair", ("kg3_uwgac_1126",), check_pcair),
    Check("panel_builds", ("kg3_panel_2504",), check_builds),
]
