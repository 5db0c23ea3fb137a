"""Karyotypes planted into made-up X and Y, as callers and arrays write them."""

import shutil

import numpy as np
import pandas as pd

from benchmarks.validation.rows import Check, Row
from benchmarks.validation.workbench import default_policy
from genostrat.genotypes.builds import GRCH38
from genostrat.genotypes.records import ReadMetrics
from genostrat.genotypes.store import Store, write_contig
from genostrat.qc.identity.sex import SexThresholds, infer_sex
from genostrat.seeds import random_generator

SEED, N_X_SITES, N_Y_SITES = 1, 500, 100
N_X = {"XX": 2, "XY": 1, "XXY": 2, "X0": 1, "XYY": 1, "XXX": 3, "X0/XY": 1}
N_Y = {"XX": 0, "XY": 1, "XXY": 1, "X0": 0, "XYY": 2, "XXX": 0, "X0/XY": 0.5}
#: Usual people of each sex, and of each other karyotype; a mosaic has kept half.
N_USUAL, N_UNUSUAL = 150, 10
#: Spread of a sample's depth of X and of Y about its copies.
SPREAD = 0.06
#: What genotypes alone cannot tell apart.
SEEN = {"XYY": "XY", "X0/XY": "XY", "XXX": "XX"}


def people():
    usual = ["XX"] * N_USUAL + ["XY"] * N_USUAL
    return np.array(
        usual + [k for k in N_X if k not in usual for _ in range(N_UNUSUAL)]
    )


def draw_genotypes(draw, kinds):
    """Return calls of chrX and chrY; −9 where there is no Y."""
    frequency = draw.uniform(0.05, 0.95, N_X_SITES)[:, None]
    one = np.array([N_X[kind] == 1 for kind in kinds])
    x = draw.binomial(2, frequency, (N_X_SITES, len(kinds)))
    x = np.where(one, 2 * draw.binomial(1, frequency, x.shape), x)
    # One in two hundred calls of a single X is heterozygous by mistake.
    x[one & (draw.random(x.shape) < 0.005)] = 1
    frequency = draw.uniform(0.02, 0.6, N_Y_SITES)[:, None]
    y = 2 * draw.binomial(1, frequency, (N_Y_SITES, len(kinds)))
    y[draw.random(y.shape) < 0.02] = -9
    y[:, [N_Y[kind] == 0 for kind in kinds]] = -9
    return x, y


def draw_depths(draw, kinds):
    n_x, n_y = (np.array([kind[k] for k in kinds], float) for kind in (N_X, N_Y))
    x, y = draw.normal(1, SPREAD, (2, len(kinds)))
    return {
        "dp_sum": 30_000,
        "dp_n": 1_000,
        "x_dp_sum": (15_000 * n_x / 2 * x).astype(int),
        "x_dp_n": 500,
        "y_dp_sum": (6_000 * (0.7 * n_y / 2 + 0.02) * y).astype(int),
        "y_dp_n": 200,
    }


def tell(bench, kinds, x, y, **columns):
    folder = bench.scratch("karyotypes")
    shutil.rmtree(folder, ignore_errors=True)
    names = [f"s{i:04}" for i in range(len(kinds))]
    for contig, calls in (("X", x), ("Y", y)):
        write_contig(
            folder,
            contig,
            blocks=[calls.astype(np.int8)],
            n_variants=len(calls),
            pvar_lines=[
                f"{contig}\t{5_000_000 + 1000 * i}\tv\tA\tG\t.\tPASS"
                for i in range(len(calls))
            ],
            samples=names,
            sexes=[""] * len(names),
        )
    reads = pd.DataFrame(0, index=range(len(names)), columns=ReadMetrics.NAMES)
    reads.insert(0, "sample_id", names)
    qc = default_policy()["qc"]
    thresholds = {name: qc[name] for name in SexThresholds.__dataclass_fields__}
    told = pd.Series(["male" if "Y" in kind else "female" for kind in kinds], names)
    return infer_sex(
        Store(folder),
        told,
        reads.assign(**columns),
        build=GRCH38,
        thresholds=SexThresholds(**thresholds),
    )


def _row_of(name, words, found, truth):
    """Say how many of each karyotype were named so."""
    said = []
    for kind in pd.unique(truth):
        own = found.loc[truth == kind, "karyotype"]
        said.append(f"{kind} {int((own == kind).sum())} of {len(own)}")
    named = (found["karyotype"] != "undetermined").to_numpy()
    wrong = int((named & (found["karyotype"] != truth).to_numpy()).sum())
    usual = np.isin(truth, ("XX", "XY"))
    against = found.loc[usual, "status"]
    return Row(
        name,
        words,
        f"{len(truth)} made-up people: {N_USUAL} each XX and XY, {N_UNUSUAL} each of"
        " others",
        "named rightly: " + ", ".join(said),
        f"{wrong} named wrongly, {int((~named).sum())} undetermined; of the usual"
        f" {int((against == 'mismatch').sum())} called a mismatch,"
        f" {int((against == 'ambiguous').sum())} ambiguous",
    )


def check_planted(bench):
    kinds = people()
    draw = random_generator(SEED, "karyotypes")
    x, y = draw_genotypes(draw, kinds)
    depths = draw_depths(draw, kinds)
    # Where genotypes alone speak, what they cannot show is no mistake.
    seen = np.array([SEEN.get(kind, kind) for kind in kinds])
    written = y.copy()
    written[:, [N_Y[kind] == 0 for kind in kinds]] = 0
    dead = np.vstack([y[:42], np.full((58, len(kinds)), -9)])
    sites = f"{N_X_SITES} variants of X, {N_Y_SITES} of Y"
    return [
        _row_of(
            "karyotypes_depth",
            f"{sites}, with depths that scatter by {100 * SPREAD:g} %",
            tell(bench, kinds, x, y, **depths),
            kinds,
        ),
        _row_of(
            "karyotypes_calls",
            f"{sites}, genotypes alone (XYY and mosaics count as XY, XXX as XX)",
            tell(bench, kinds, x, y),
            seen,
        ),
        _row_of(
            "karyotypes_dead",
            "the same, 58 of the 100 variants of Y called in nobody",
            tell(bench, kinds, x, dead),
            seen,
        ),
        _row_of(
            "karyotypes_written",
            "the same, Y written 0/0 in everybody without one",
            tell(bench, kinds, x, written),
            seen,
        ),
    ]


CHECKS = [Check("karyotypes", (), check_planted)]
