"""Names of relationships, and the largest set of samples without relatives."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping

import pandas as pd

from genostrat.sheets.pedigree import join_groups

#: Lower bounds of kinship (Manichaikul 2010): 2^-(3/2), 2^-(5/2), 2^-(7/2), 2^-(9/2).
DEGREES = (
    (0.354, "duplicate"),
    (0.177, "first"),
    (0.0884, "second"),
    (0.0442, "third"),
)
#: A parent and a child share an allele everywhere: only genotyping errors give IBS0.
#: Full siblings have a quarter of the IBS0 of strangers.
MAX_PARENT_CHILD_SHARE = 0.1
#: Largest group of relatives whose largest unrelated set is found by exhaustive search.
MAX_EXACT = 30
#: Call rates are compared to so many digits.
RATE_STEPS = 1_000_000

Near = dict[str, dict[str, float]]


def name_degree(kinship: float) -> str:
    """Return duplicate, first, second, third, or blank below all of them."""
    return next((name for bound, name in DEGREES if kinship >= bound), "")


def name_first_degree(degree: str, ibs0: float, *, of_strangers: float) -> str:
    """Return parent_child or full_siblings for a first-degree pair, else blank.

    Parameters
    ----------
    degree
        As :func:`name_degree` says.
    ibs0
        Share of sites where the two are opposite homozygotes.
    of_strangers
        The share that two unrelated people of this cohort would have.
    """
    if degree != "first":
        return ""
    related = ibs0 <= MAX_PARENT_CHILD_SHARE * of_strangers
    return "parent_child" if related else "full_siblings"


def mark_doubtful(pairs: pd.DataFrame, suspects: Mapping[str, str]) -> pd.DataFrame:
    """Say which pairs may be related only because one holds DNA of somebody else.

    Parameters
    ----------
    pairs
        ``qc/relatedness.tsv`` without the column.
    suspects
        sample_id → what is wrong with it.

    Returns
    -------
    DataFrame
        With the column ``doubtful_because``. Two copies of a person are not doubtful:
        no mixture reaches such a kinship with a stranger.

    Examples
    --------
    >>> pairs = pd.DataFrame(
    ...     {"sample_1": ["A"], "sample_2": ["B"], "relationship": ["third"]}
    ... )
    >>> mark_doubtful(pairs, {"B": "a mixture"})["doubtful_because"].tolist()
    ['B is a mixture']
    """
    reasons = []
    for row in pairs.itertuples():
        names = (
            () if row.relationship == DEGREES[0][1] else (row.sample_1, row.sample_2)
        )
        reasons.append(
            "; ".join(
                f"{name} is {suspects[name]}" for name in names if name in suspects
            )
        )
    return pairs.assign(doubtful_because=pd.Series(reasons, pairs.index, dtype=object))


def drop_doubtful(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs that are not doubtful, and those that the sheet declares."""
    return pairs[(pairs["doubtful_because"] == "") | (pairs["expected"] != "")]


def choose_unrelated(
    samples: Iterable[str],
    pairs: pd.DataFrame,
    *,
    min_kinship: float,
    call_rate: Mapping[str, float],
) -> tuple[list[str], dict[str, str]]:
    """Choose the largest set of samples without relatives in it.

    Parameters
    ----------
    samples
        To choose from.
    pairs
        ``qc/relatedness.tsv``.
    min_kinship
        From which a pair counts.
    call_rate
        sample_id → call rate.

    Returns
    -------
    unrelated
        The samples that stay, sorted.
    removed
        Each sample that goes → its closest relative that stays.

    Notes
    -----
    Samples joined by pairs form groups. Of a group of up to 30 the largest unrelated
    set is found for certain; of several as large, that with the highest sum of call
    rates, then the earlier identifiers. In a larger group the sample with most
    relatives left goes first, among equals the one with the lower call rate, then the
    later identifier; one that has no relative left in the set at the end comes back.
    """
    pool = set(samples)
    near: Near = {}
    close = pairs[pairs["kinship"] >= min_kinship]
    for one, two, kinship in zip(
        close["sample_1"], close["sample_2"], close["kinship"], strict=True
    ):
        if one in pool and two in pool and one != two:
            near.setdefault(one, {})[two] = kinship
            near.setdefault(two, {})[one] = kinship
    stay: set[str] = set()
    for group in join_groups((one, two) for one in near for two in near[one]):
        choose = _choose_exactly if len(group) <= MAX_EXACT else _choose_greedily
        stay |= choose(group, near, call_rate)
    removed = {
        name: min(stay & relatives.keys(), key=lambda other: (-relatives[other], other))
        for name, relatives in sorted(near.items())
        if name not in stay
    }
    return sorted(pool - removed.keys()), removed


def _choose_exactly(
    group: list[str], near: Near, call_rate: Mapping[str, float]
) -> set[str]:
    """Find the independent set of greatest weight, by branch and bound with memory.

    Weights make the order of preference one number: how many, then the call rates, then
    the identifiers.
    """
    n = len(group)
    bit = {name: 1 << place for place, name in enumerate(group)}
    around = [sum(bit[other] for other in near[name]) for name in group]
    weights = []
    for place, name in enumerate(group):
        rate = round(call_rate.get(name, 0.0) * RATE_STEPS)
        weights.append((((1 << 40) + rate) << n) + (1 << (n - 1 - place)))
    known: dict[int, tuple[int, int]] = {0: (0, 0)}

    def solve(left: int) -> tuple[int, int]:
        """Return the weight and the members of the best set within `left`."""
        if left in known:
            return known[left]
        part = _join_bits(left, around)
        if part != left:
            one, two = solve(part), solve(left & ~part)
            known[left] = one[0] + two[0], one[1] | two[1]
            return known[left]
        places = [place for place in range(n) if left >> place & 1]
        degree = {place: (around[place] & left).bit_count() for place in places}
        worst = max(places, key=lambda place: degree[place])
        with_it = left & ~around[worst] & ~(1 << worst)
        weight, members = solve(with_it)
        best = weight + weights[worst], members | 1 << worst
        if degree[worst]:
            best = max(best, solve(left & ~(1 << worst)))
        known[left] = best
        return best

    members = solve((1 << n) - 1)[1]
    return {name for name in group if members & bit[name]}


def _join_bits(left: int, around: list[int]) -> int:
    """Return the members of `left` that its first one is joined to, with itself."""
    part, fresh = 0, left & -left
    while fresh:
        part |= fresh
        reached = 0
        while fresh:
            reached |= around[(fresh & -fresh).bit_length() - 1]
            fresh &= fresh - 1
        fresh = reached & left & ~part
    return part


def _choose_greedily(
    group: list[str], near: Near, call_rate: Mapping[str, float]
) -> set[str]:
    left = {name: len(near[name]) for name in group}
    rank = {name: place for place, name in enumerate(group)}

    def entry(name: str) -> tuple[int, float, int]:
        return -left[name], call_rate.get(name, 0.0), -rank[name]

    # Entries are not taken out when they change; those that are out of date are passed.
    waiting = [entry(name) for name in group]
    heapq.heapify(waiting)
    while waiting:
        found = heapq.heappop(waiting)
        worst = group[-found[2]]
        if worst not in left or found[0] != -left[worst]:
            continue
        if not left[worst]:
            break
        del left[worst]
        for relative in near[worst].keys() & left.keys():
            left[relative] -= 1
            heapq.heappush(waiting, entry(relative))
    stay = set(left)
    for name in sorted(group, key=lambda name: (-call_rate.get(name, 0.0), name)):
        if not stay & near[name].keys():
            stay.add(name)
    return stay
