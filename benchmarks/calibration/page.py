"""Write the page of calibration from the records."""

from collections import Counter
from statistics import mean, median

import numpy as np
from scipy.stats import beta

from benchmarks.calibration.families import FAMILIES, SEPARATIONS, SHARES, WIDTHS
from benchmarks.calibration.peers import OWN_LEVEL
from benchmarks.calibration.records import kind_of

#: Fewest data sets of a family by which the error of M3C's rule is judged.
FEWEST = 20
#: The score above which each rule claims groups by itself.
OWN_LEVELS = {"genostrat, supported": 0.5, "M3C": 0.95, **OWN_LEVEL}
#: The rules that give the workflow's own verdict.
OWN_RULES = ("genostrat", "brief")
VERDICTS = ("supported", "suggestive", "confounded", "none")

INTRODUCTION = """\
# Calibration

Written by `python -m benchmarks.calibrate --folder <folder> --report`: simulated
cohorts with known truth, judged by the library's own path (profile with its adjustment,
clustering, audit and verdict; default configuration). Families are described in
`benchmarks/calibration/families.py`. Intervals are exact (Clopper and Pearson), 95 %.

Most cohorts without groups are judged in brief: where no number of groups has separate
peaks of at least five patients, the verdict cannot be *supported*, and the simulated
cohorts that would tell *suggestive* from *none* are spared. The share *supported* is
over all data sets, the other verdicts over those judged to the end.
"""

M3C = """\
The rule of M3C (John et al. 2020) on the same profiles: k-means consensus on all
components, the k of the largest relative cluster stability index, and a beta p-value
against 25 Gaussian cohorts at that k; below 0.05 it claims groups. *Equal error* is the
same rule with the p-value that claims groups in at most 5 % of the data sets of its
worst family of that size without groups, of which there must be 20 data sets; sizes
where there are not are left out of that column, also in the tables over all sizes.
"""

PEERS = """\
2 to 6 groups of one size, or three of 70, 20 and 10 %, in 100 features, and the
families without groups above, all by the same profiles. *PAC* is k-means consensus
clustering as ConsensusClusterPlus does it, with the k of the lowest proportion of
ambiguous pairs, which has no answer that there are no groups; *gap*, *dip* (of the
first component) and *silhouette* are described in `benchmarks/calibration/peers.py`.
*At equal error* each rule gets the level at which it claims groups in at most 5 % of
its worst family without groups. Right k and ARI are of the data sets in which a rule
then finds groups.
"""

FEW_WORDS = """\
Two layers of 50 features each; each of 2 or 3 groups but the first moves 8 features of
one layer, and all other features are noise. The families *modules* and *few_continuum*
above are their counterparts without groups: small pathways, and a line, an arc or a
tail in 3 to 16 of 200 features.
"""


def interval(count, total, level=0.95):
    """Return the exact interval of a share."""
    tail = (1 - level) / 2
    low = beta.ppf(tail, count, total - count + 1) if count else 0.0
    high = beta.ppf(1 - tail, count + 1, total - count) if count < total else 1.0
    return float(low), float(high)


def share(count, total):
    """Write a share with its interval, in per cent."""
    if total == 0:
        return "–"
    low, high = interval(count, total)
    return f"{100 * count / total:.1f} ({100 * low:.1f}–{100 * high:.1f})"


def table(head, rows):
    """Return a table of Markdown."""
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return ["| " + " | ".join(map(str, line)) + " |" for line in lines]


def chosen(records, **wanted):
    """Return the records whose fields have these values."""
    return [r for r in records if all(r[key] == value for key, value in wanted.items())]


def claims(records, cut=None):
    """Count the records that claim groups, by M3C also at another p-value."""
    if cut is None:
        return sum(r["verdict"] == "supported" for r in records)
    return sum(r["p_value"] <= cut for r in records)


def verdict_rows(records, kind):
    """Return a row for each family and size: how often each verdict was given."""
    rows = []
    for family in [f for f in FAMILIES if kind_of(f) == kind]:
        for n in sorted({r["n"] for r in records}):
            whole = chosen(records, family=family, n=n, rule="genostrat")
            brief = chosen(records, family=family, n=n, rule="brief")
            m3c = chosen(records, family=family, n=n, rule="m3c")
            if not whole and not brief and not m3c:
                continue
            count = Counter(r["verdict"] for r in whole)
            total = len(whole) + len(brief)
            rows.append(
                [
                    family,
                    n,
                    total,
                    share(claims(whole + brief), total),
                    *(share(count[verdict], len(whole)) for verdict in VERDICTS[1:]),
                    len(whole),
                    share(claims(m3c), len(m3c)),
                    len(m3c),
                ]
            )
    return rows


def equal_error_cut(records, n, level=0.05):
    """Return the largest p-value of M3C that keeps its error in every null family.

    None where a family has fewer than 20 data sets, of which 5 % is one.
    """
    nulls = [
        r for r in chosen(records, n=n, rule="m3c") if kind_of(r["family"]) == "null"
    ]
    families = [chosen(nulls, family=family) for family in {r["family"] for r in nulls}]
    if min(map(len, families), default=0) < FEWEST:
        return None
    for cut in sorted({r["p_value"] for r in nulls} | {0.05}, reverse=True):
        if cut <= 0.05 and all(claims(f, cut) <= level * len(f) for f in families):
            return cut
    smallest = min((r["p_value"] for r in nulls), default=0.0)
    return smallest / 2 if smallest > 0 else None


def both_judged(records):
    """Return the planted data sets that both rules judged."""
    found = {}
    for record in records:
        if record["family"] == "planted":
            key = (record["n"], record["number"])
            found.setdefault(key, {})[record["rule"]] = record
    return [pair for pair in found.values() if len(pair) == 2]


def power_row(words, pairs, cuts):
    """Return a row that compares the rules on the same data sets."""
    ours, m3c = [p["genostrat"] for p in pairs], [p["m3c"] for p in pairs]
    total = len(pairs)
    signs = sum(r["verdict"] in ("supported", "suggestive") for r in ours)
    known = [r for r in m3c if cuts[r["n"]] is not None]
    fair = sum(r["p_value"] <= cuts[r["n"]] for r in known)
    found = [r["ari"] for r in ours if r["verdict"] == "supported"]
    right = [
        r["k"] == r["about"]["groups"] for r in ours if r["verdict"] == "supported"
    ]
    theirs = [r["ari"] for r in m3c if r["verdict"] == "supported"]
    return [
        *words,
        total,
        share(claims(ours), total),
        share(signs, total),
        share(claims(m3c), total),
        share(fair, len(known)),
        f"{mean(found):.2f}" if found else "–",
        f"{100 * mean(right):.0f}" if right else "–",
        f"{mean(theirs):.2f}" if theirs else "–",
    ]


def power_tables(records):
    """Return the tables of planted groups."""
    pairs = both_judged(records)
    cuts = {n: equal_error_cut(records, n) for n in {p["m3c"]["n"] for p in pairs}}
    head = [
        "data sets",
        "supported %",
        "or suggestive %",
        "M3C %",
        "M3C, equal error %",
        "ARI if supported",
        "right k %",
        "ARI if M3C claims",
    ]
    lines = []
    about = (("separation", SEPARATIONS), ("width", WIDTHS), ("share", SHARES))
    rows = []
    for n in sorted(cuts):
        for separation in SEPARATIONS:
            chosen_pairs = [
                p
                for p in pairs
                if p["m3c"]["n"] == n and p["m3c"]["about"]["separation"] == separation
            ]
            if chosen_pairs:
                rows.append(power_row([n, f"{separation:g}"], chosen_pairs, cuts))
    lines += [*table(["patients", "SD", *head], rows), ""]
    for field, values in (*about[1:], ("groups", (2, 3, 4, 5))):
        rows = []
        for value in values:
            of_value = [p for p in pairs if p["m3c"]["about"][field] == value]
            if of_value:
                rows.append(power_row([f"{value:g}"], of_value, cuts))
        lines += [*table([f"{field}, all sizes", *head], rows), ""]
    return lines


def summary(records):
    """Return what the page says in short: the worst families, one line a size."""
    rows = []
    for n in sorted({r["n"] for r in records}):
        ours = [r for r in records if r["n"] == n and r["rule"] in OWN_RULES]
        rows.append([n])
        for kind, verdict, worst in (
            ("null", "supported", max),
            ("confounded", "confounded", min),
        ):
            shares = {}
            for family in {r["family"] for r in ours if kind_of(r["family"]) == kind}:
                of = chosen(ours, family=family)
                hits = sum(r["verdict"] == verdict for r in of)
                shares[family] = (hits, len(of))
            if not shares:
                rows[-1] += ["–", "–"]
                continue
            total = tuple(map(sum, zip(*shares.values(), strict=True)))
            name = worst(sorted(shares), key=lambda f: shares[f][0] / shares[f][1])
            rows[-1] += [share(*total), f"{name}: {share(*shares[name])}"]
    head = [
        "patients",
        "supported without groups %",
        "worst family",
        "confounded where it is %",
        "worst family",
    ]
    return [*table(head, rows), ""]


def _kind_planted(record):
    """Return the separation, and where that varies whether it was adjusted."""
    about = record["about"]
    how = {None: "", 0: "not adjusted"}.get(about.get("adjusted"), "adjusted")
    return about["separation"], how


def own_power(records, family):
    """Return the table of all planted data sets, also those M3C did not judge."""
    rows = []
    ours = chosen(records, family=family, rule="genostrat")
    kinds = sorted({_kind_planted(r) for r in ours})
    for n in sorted({r["n"] for r in ours}):
        for separation, adjusted in kinds:
            of = [r for r in ours if r["n"] == n]
            of = [r for r in of if _kind_planted(r) == (separation, adjusted)]
            if not of:
                continue
            count = Counter(r["verdict"] for r in of)
            words = f"{separation:g}{adjusted and ', ' + adjusted}"
            rows.append([n, words, len(of)])
            rows[-1] += [share(count[verdict], len(of)) for verdict in VERDICTS]
    return table(["patients", "SD", "data sets", *(f"{v} %" for v in VERDICTS)], rows)


def judged_alike(records):
    """Return score, k, agreement, groups and family of every rule on every data set.

    Each is a list of records with the same data sets for all rules.
    """
    found = {}
    for record in records:
        key = (record["family"], record["n"], record["number"])
        found.setdefault(key, {})[record["rule"]] = record
    rows = []
    for (family, n, _), of in found.items():
        ours = of.get("genostrat") or of.get("brief")
        if not ours or not {"peers", "m3c"} <= set(of):
            continue
        rules = {
            "genostrat, supported": (
                float(ours["verdict"] == "supported"),
                ours.get("k"),
                ours.get("ari"),
            ),
            "M3C": (1 - of["m3c"]["p_value"], of["m3c"]["k"], of["m3c"]["ari"]),
            **{
                name: (one["score"], one["k"], one["ari"])
                for name, one in of["peers"]["peers"].items()
            },
        }
        rows.append((family, n, of["peers"]["about"], rules))
    return rows


def fair_level(rule, nulls, level=0.05):
    """Return the score that a rule must exceed to err in 5 % of its worst family.

    Parameters
    ----------
    rule
        Name of the rule.
    nulls
        Family → list of rules' answers, of cohorts without groups.
    level
        Error of the worst family.
    """
    worst = -np.inf
    for answers in nulls.values():
        scores = sorted((one[rule][0] for one in answers), reverse=True)
        worst = max(worst, scores[int(level * len(scores))])
    return worst


def peer_tables(records):
    """Return the tables of all rules on the same data sets."""
    lines = []
    rows = judged_alike(records)
    for n in sorted({row[1] for row in rows}):
        nulls = {}
        for family, size, _, rules in rows:
            if size == n and kind_of(family) == "null":
                nulls.setdefault(family, []).append(rules)
        shapes = [row for row in rows if row[1] == n and kind_of(row[0]) == "shapes"]
        fewest = min(map(len, nulls.values()), default=0)
        if fewest < FEWEST or not shapes:
            continue
        total = sum(map(len, nulls.values()))
        lines += [
            f"{n} patients; {total} data sets without groups of {len(nulls)} families"
            f" (at least {fewest} each), {len(shapes)} with groups.",
            "",
        ]
        head = ["rule", "false claims %", "worst family", "finds groups %"]
        head += ["at equal error %", "of them right k %", "ARI of them"]
        body = []
        for rule, own in OWN_LEVELS.items():
            fair = max(fair_level(rule, nulls), own)
            false = {
                family: sum(one[rule][0] > own for one in answers)
                for family, answers in nulls.items()
            }
            worst = max(false, key=lambda f: false[f] / len(nulls[f]))
            found = [(about, rules[rule]) for _, _, about, rules in shapes]
            held = [(about, one) for about, one in found if one[0] > fair]
            right = sum(one[1] == about["groups"] for about, one in held)
            body.append(
                [
                    rule,
                    share(sum(false.values()), total),
                    f"{worst}: {share(false[worst], len(nulls[worst]))}",
                    share(sum(one[0] > own for _, one in found), len(found)),
                    share(len(held), len(found)),
                    f"{100 * right / len(held):.0f}" if held else "–",
                    f"{mean(one[2] for _, one in held):.2f}" if held else "–",
                ]
            )
        lines += [*table(head, body), ""]
        names = sorted({about["shape"] for _, _, about, _ in shapes})
        body = []
        for rule, own in OWN_LEVELS.items():
            fair = max(fair_level(rule, nulls), own)
            cells = []
            for name in names:
                of = [rules[rule] for _, _, a, rules in shapes if a["shape"] == name]
                cells.append(share(sum(one[0] > fair for one in of), len(of)))
            body.append([rule, *cells])
        lines += [*table(["found at equal error %", *names], body), ""]
    return lines


def write_page(records):
    """Return the page."""
    head = ["family", "patients", "data sets", *(f"{v} %" for v in VERDICTS)]
    head += ["judged to the end", "M3C claims %", "judged by M3C"]
    lines = [INTRODUCTION, *summary(records)]
    for title, kind in (
        ("Cohorts without groups", "null"),
        ("Cohorts whose groups are a confounder's", "confounded"),
        ("Relatives that nobody knows of", "hidden"),
    ):
        rows = verdict_rows(records, kind)
        if rows:
            lines += [f"## {title}", "", *table(head, rows), ""]
    lines += ["## Planted groups", ""]
    if chosen(records, family="planted", rule="genostrat"):
        lines += [*own_power(records, "planted"), ""]
    if chosen(records, family="few_planted", rule="genostrat"):
        lines += ["## Groups that few features show", "", FEW_WORDS]
        lines += [*own_power(records, "few_planted"), ""]
    lines += ["## Beside the rule of M3C", "", M3C]
    if both_judged(records):
        lines += power_tables(records)
    peers = peer_tables(records)
    if peers:
        lines += ["## Beside other rules", "", PEERS, *peers]
    seconds = [r["seconds"] for r in records if r["rule"] == "genostrat"]
    if seconds:
        lines += [
            f"One verdict took {median(seconds):.1f} s in the median and"
            f" {max(seconds):.0f} s at most, on one processor.",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"
