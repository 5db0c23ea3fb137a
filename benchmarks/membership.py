"""Attack what a cohort writes: who with a person's data can tell who was in it.

    python -m benchmarks.membership --data DATA --write

People of real cohorts are drawn as members of one of n, and others are not; what the
library makes of the members is attacked with the likelihood ratio, knowing the means of
others (Sankararaman 2009). Given is the area under the curve with the 95 % interval of
its mean over draws. An area of 0.5 is a coin. `--write` puts the table into
`docs/sharing.md`.
"""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.sections import put_section
from genostrat import call_pharmacogenes, read_genotypes
from genostrat.bundle.effects import release_survival
from genostrat.bundle.pharmacogenes import OPEN, count_phenotypes
from genostrat.bundle.subgroups import count_strata
from genostrat.disclosure.estimates import midmeans
from genostrat.disclosure.membership import MOST_AUC
from genostrat.profile.features import Layer, build_profile
from genostrat.strata.clustering.rotation import rotate

HOME = Path(__file__).resolve().parents[1]
PAGE, TITLE = HOME / "docs/sharing.md", "Who can be told to be in it: measured"
SIZES = (25, 41, 81, 120, 300)
DRAWS = 40
#: Expression cohorts: files of patients × features.
EXPRESSION = {
    "breast_nkis": "breast_nkis/expression.tsv.gz",
    "aml_bullinger116": "aml_bullinger116/expression_imputed.tsv.gz",
    "tcga_brca": "tcga_brca_mixomics/train_mrna.tsv",
}
#: Studies that are pooled, features × patients; each is standardised by itself.
POOLED = "icb_predictior"
MOST_FEATURES = 384
#: Not members who are needed to know the others by, and to tell members from.
FEWEST_OTHERS = 24


def area(members, others):
    """Area under the curve, with half of ties."""
    higher = (members[:, None] > others).mean()
    return float(higher + 0.5 * (members[:, None] == others).mean())


def tell_by_means(means, people, outside):
    """Return how likely each person is among those of whom the means are."""
    centre, spread = outside.mean(axis=0), outside.std(axis=0)
    used = spread > 0
    ours = (people - means)[:, used] / spread[used]
    theirs = (people - centre)[:, used] / spread[used]
    return (theirs**2 - ours**2).sum(axis=1)


def tell_by_shares(table, people, outside):
    """Return how likely each person is among those counted: log ratio of shares."""
    score = np.zeros(len(people))
    for gene, own in table.groupby("gene"):
        n = pd.to_numeric(own["n"], errors="coerce").max()
        counts = pd.to_numeric(own.set_index("phenotype")["count"], errors="coerce")
        shares = (counts / n).dropna()
        known = outside[gene].value_counts(normalize=True)
        both = shares.index.intersection(known.index)
        ratio = np.log(shares[both] / known[both]).replace([-np.inf, np.inf], 0.0)
        score += people[gene].map(ratio).fillna(0.0).to_numpy()
    return score


def draw_people(n_all, n, rng):
    """Return members, others to tell from them, and others who are known."""
    order = rng.permutation(n_all)
    rest = order[n:]
    half = len(rest) // 2
    return order[:n], rest[:half], rest[half:]


def summarise(areas):
    """Return mean area and its 95 % interval over draws."""
    mean, error = np.mean(areas), np.std(areas, ddof=1) / np.sqrt(len(areas))
    return f"{mean:.2f} ({mean - 1.96 * error:.2f} to {mean + 1.96 * error:.2f})"


def read_expression(folder, cohort):
    """Return patients × features, the features that vary most."""
    if cohort == POOLED:
        frame = pool_studies(folder / POOLED)
    else:
        frame = pd.read_csv(folder / EXPRESSION[cohort], sep="\t", index_col=0)
    frame = frame.select_dtypes("number").dropna(axis=1)
    frame = frame.loc[:, ~frame.columns.duplicated()]
    order = frame.var().sort_values(ascending=False, kind="stable").index
    frame = frame[order[:MOST_FEATURES]]
    frame.index = [f"p{i}" for i in range(len(frame))]
    return frame


def pool_studies(folder):
    """Return the patients of all studies, each gene standardised within its study."""
    parts = []
    for path in sorted(folder.glob("*_expression.tsv.gz")):
        one = pd.read_csv(path, sep="\t", index_col=0).T
        one = one.loc[:, ~one.columns.duplicated()]
        parts.append((one - one.mean()) / one.std())
    return pd.concat(parts, join="inner")


def build_model(frame):
    """Return the numbers of a frozen profile that are means of features."""
    sheet = pd.DataFrame({"sample_id": frame.index})
    profile = build_profile(
        [Layer("rna", frame, "none")],
        sheet,
        adjust_for=[],
        training_ids=set(frame.index),
        max_features=MOST_FEATURES,
        max_missing_rate=0.2,
    )
    return profile


def attack_expression(frame, n, rng):
    """Return areas of four files about the expression of n people."""
    members, others, outside = draw_people(len(frame), n, rng)
    values = frame.to_numpy()
    mine = frame.iloc[members]
    profile = build_model(mine)
    adjustment = profile.adjustment
    names = [name.removeprefix("rna:") for name in adjustment.features]
    column = frame.columns.get_indexer(names)
    pool, known = values[:, column], values[outside][:, column]
    medians = np.median(values[members][:, column], axis=0)
    found = {}
    for what, means in (
        ("frozen model: means", adjustment.centre),
        ("frozen model: midmeans", adjustment.middles),
        ("medians, as before", medians),
    ):
        scores = tell_by_means(means, pool, known)
        found[what] = area(scores[members], scores[others])
    for what, told in (
        ("medians found among a person's values, as before", medians),
        (
            "midmeans found among a person's values",
            midmeans(values[members][:, column]),
        ),
    ):
        hits = (np.abs(pool - told) < 1e-9).sum(axis=1).astype(float)
        found[what] = area(hits[members], hits[others])
    found["bundle: strata.tsv"] = attack_strata(profile, pool, members, others, outside)
    return found


def attack_strata(profile, pool, members, others, outside):
    """Attack the sizes of strata, knowing by the model in which each person is."""
    scores = rotate(profile.features.iloc[:, 1:].to_numpy()).scores
    split = np.quantile(scores[:, 0], 0.35)
    labels = np.where(scores[:, 0] > split, "S2", "S1")
    table = pd.DataFrame(
        {"sample_id": profile.features["sample_id"], "stratum": labels}
    ).assign(status="assigned")
    told = count_strata(table, {"verdict": "supported", "k": 2}, threshold=10).table
    counts = pd.to_numeric(told["n"], errors="coerce")
    if counts.isna().all():
        return None
    loading = np.linalg.lstsq(
        profile.features.iloc[:, 1:].to_numpy(), scores[:, 0], rcond=None
    )[0]
    adjustment = profile.adjustment
    everybody = (pool - adjustment.centre) / adjustment.scale @ loading
    sizes = dict(zip(told["stratum"], counts, strict=True))
    share = {name: sizes.get(name, np.nan) / sizes["all"] for name in ("S1", "S2")}
    upper = (everybody[outside] > split).mean()
    known = {"S1": 1 - upper, "S2": upper}
    ratio = {k: np.log(share[k] / max(known[k], 1e-3)) for k in share}
    own = np.where(everybody > split, ratio["S2"], ratio["S1"])
    return area(np.nan_to_num(own[members]), np.nan_to_num(own[others]))


def read_phenotypes(folder, work):
    """Return people × pharmacogenes: phenotypes of real people."""
    source = folder / "pgx_kg_share_500/pgx_kg_share_500.GRCh38.vcf.gz"
    genotypes = read_genotypes(source, work / "store", build="GRCh38")
    calls = call_pharmacogenes(genotypes)
    called = calls[calls["status"] == "called"].astype({"phenotype": str})
    wide = called.pivot(index="sample_id", columns="gene", values="phenotype")
    wide = wide.astype(object).fillna(OPEN).replace("", OPEN)
    return wide.loc[:, (wide != OPEN).any()], calls


def attack_phenotypes(wide, calls, n, rng, *, as_before):
    """Return the area of a table of phenotypes of n people."""
    members, others, outside = draw_people(len(wide), n, rng)
    people = wide.index[members]
    own = calls[calls["sample_id"].isin(people)]
    if as_before:
        rows = [
            {"gene": g, "phenotype": p, "count": 5 * round(c / 5), "n": n}
            for g in wide
            for p, c in wide.loc[people, g].value_counts().items()
            if c >= 10
        ]
        table = pd.DataFrame(rows)
    else:
        part = count_phenotypes(
            own, unrelated=list(people), ancestry=None, threshold=10
        )
        table = part.table
    if table.empty:
        return None
    scores = tell_by_shares(table, wide, wide.iloc[outside])
    return area(scores[members], scores[others])


def read_survival(folder):
    """Return times and events of real patients, by arm."""
    frame = pd.read_csv(folder / "gbsg2/gbsg2.tsv", sep="\t")
    return frame[["time", "cens"]].astype(float)


def attack_survival(frame, n, rng, *, most=None):
    """Attack a curve, knowing how long each person lived."""
    members, others, outside = draw_people(len(frame), n, rng)
    curve = tabulate_curves_of(frame.iloc[members])
    told = release_survival(curve, members=[], threshold=10).table
    if most is not None:
        kept = curve[curve["n_at_risk"] >= 10]
        told = kept.iloc[:: max(1, -(-len(curve) // most))]
    if told.empty:
        return None
    times = told["time"].astype(float).to_numpy()
    ours = told["survival"].astype(float).to_numpy()
    known = tabulate_curves_of(frame.iloc[outside])
    place = np.searchsorted(known["time"], times, side="right") - 1
    theirs = known["survival"].to_numpy()[np.maximum(place, 0)]
    return score_by_intervals(frame, times, ours, theirs, members, others)


def score_by_intervals(frame, times, ours, theirs, members, others):
    """Return the area of the likelihood ratio of deaths between the curve's times."""
    ours, theirs = (np.concatenate([[1.0], s, [0.0]]) for s in (ours, theirs))
    mass = [np.maximum(-np.diff(s), 1e-3) for s in (ours, theirs)]
    place = np.searchsorted(times, frame["time"].to_numpy(), side="left")
    died = frame["cens"].to_numpy() == 1
    dead = np.log(mass[0] / mass[1])[place]
    left = [np.cumsum(m[::-1])[::-1] for m in mass]
    alive = np.log(left[0] / left[1])[place]
    scores = np.where(died, dead, alive)
    return area(scores[members], scores[others])


def tabulate_curves_of(frame):
    """Return a Kaplan-Meier curve as ``response/survival_curves.tsv`` has it."""
    times = np.sort(frame["time"].unique())
    at_risk = np.array([(frame["time"] >= t).sum() for t in times])
    deaths = np.array(
        [((frame["time"] == t) & (frame["cens"] == 1)).sum() for t in times]
    )
    return pd.DataFrame(
        {
            **{"outcome": "os", "stratum": "all", "arm": "a", "time": times},
            "survival": np.cumprod(1 - deaths / at_risk),
            "n_at_risk": at_risk,
        }
    )


def repeat(attack, *, seed):
    """Return the summary of an attack over draws; words where nothing is told."""
    areas = [attack(np.random.default_rng([seed, draw])) for draw in range(DRAWS)]
    known = [one for one in areas if one is not None]
    if not known:
        return "nothing told"
    return summarise(known)


def measure_expression(folder):
    """Yield what, cohort, n and area, of expression."""
    for cohort in (*EXPRESSION, POOLED):
        frame = read_expression(folder, cohort)
        for n in SIZES:
            if len(frame) - n < FEWEST_OTHERS:
                continue
            draws = [
                attack_expression(frame, n, np.random.default_rng([n, draw]))
                for draw in range(DRAWS)
            ]
            for what in draws[0]:
                known = [d[what] for d in draws if d[what] is not None]
                told = summarise(known) if known else "nothing told"
                yield what, cohort, n, told


def measure_tables(folder):
    """Yield what, cohort, n and area, of tables of a bundle."""
    with tempfile.TemporaryDirectory() as work:
        wide, calls = read_phenotypes(folder, Path(work))
    survival = read_survival(folder)
    for n in SIZES:
        for what, as_before in (
            ("bundle: pgx_phenotypes.tsv", False),
            ("all genes' phenotypes, as before", True),
        ):
            told = repeat(
                lambda rng, n=n, b=as_before: attack_phenotypes(
                    wide, calls, n, rng, as_before=b
                ),
                seed=n,
            )
            yield what, "pgx_kg_share_500", n, told
        for what, most in (
            ("bundle: survival.tsv", None),
            ("curve at eight times, as before", 8),
        ):
            told = repeat(
                lambda rng, n=n, m=most: attack_survival(survival, n, rng, most=m),
                seed=n,
            )
            yield what, "gbsg2", n, told


def tabulate(rows):
    """Return the table in Markdown: a row a file and cohort, a column a size."""
    wide = pd.DataFrame(rows, columns=["what", "cohort", "n", "area"])
    wide = wide.pivot(index=["what", "cohort"], columns="n", values="area")
    wide = wide.reindex(columns=SIZES).fillna("–")
    lines = [
        "| what is attacked | people of | "
        + " | ".join(f"n = {n}" for n in SIZES)
        + " |",
        "|---|---|" + "---|" * len(SIZES),
    ]
    for (what, cohort), row in wide.iterrows():
        lines.append(f"| {what} | {cohort} | " + " | ".join(row) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.name}")
    words = parser.parse_args()
    rows = [*measure_tables(words.data), *measure_expression(words.data)]
    table = tabulate(rows)
    print(table)
    if words.write:
        text = (
            "`python -m benchmarks.membership --data DATA --write`: the area under the"
            f" curve of the best attack on n real people, mean of {DRAWS} draws with"
            f" its 95 % interval; 0.5 is a coin, and {MOST_AUC} the most that a bundle"
            " may reach. What a bundle does not tell at a size stands as *nothing"
            " told*; a dash is a size for which the cohort has too few people.\n\n"
            + table
        )
        PAGE.write_text(put_section(PAGE.read_text(), TITLE, text))


if __name__ == "__main__":
    sys.exit(main())
