"""How frequent alleles, phenotypes and results to act on are, by group."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Indices
from genostrat.pgx.guidance.categories import ACTIONABLE
from genostrat.stats.effects import wilson_interval

if TYPE_CHECKING:
    import pandas as pd

#: Groups and denominators of fewer patients are left out.
MIN_PATIENTS = 5
#: Value of the actionable shares over all drugs.
ANY_DRUG = "any"
#: Kinds of groups of which others than those who treat know who is in which.
PUBLIC_LABELS = ("ancestry", "centre")
NO_PHENOTYPE = "no phenotype"
AMBIGUOUS = "ambiguous"
UNASSIGNED = "unassigned"

#: What is read of ``pgx/diplotypes.tsv`` and of ``pgx/guidance.tsv``.
DIPLOTYPE_COLUMNS = (
    "sample_id",
    "gene",
    "phenotype",
    "status",
    "allele_1",
    "allele_2",
    "knowledge",
)
GUIDANCE_COLUMNS = (
    *("sample_id", "drug", "category", "on_medication"),
    *("possible_categories", "phenotypes", "diplotypes"),
)


_COLUMNS = ("gene", "kind", "value", "group", "n", "frequency", "ci_low", "ci_high")


@dataclass(frozen=True)
class PatientGroups:
    """Groups of kept patients.

    Parameters
    ----------
    names
        ``all``, then ``ancestry=…``, ``centre=…`` and ``stratum=…``.
    members
        Groups × kept patients.
    left_out
        Names of groups with fewer than five patients, and of centres and ancestries
        that would give those away by subtraction.
    """

    names: tuple[str, ...]
    members: Flags
    left_out: tuple[str, ...]


def group_patients(
    keep: Sequence[str],
    *,
    sheet: pd.DataFrame,
    ancestry: pd.DataFrame | None,
    assignments: pd.DataFrame | None,
) -> PatientGroups:
    """Group the kept patients.

    Parameters
    ----------
    keep
        Identifiers of the kept patients.
    sheet
        ``check/samples.tsv``; its column ``centre`` is used where there is one.
    ancestry
        ``qc/ancestry.tsv``. Without any label there are no groups by ancestry.
    assignments
        ``strata/assignments.tsv``; patients with status ``assigned`` count. None
        without strata.
    """
    import pandas as pd

    order = pd.Index(keep)
    labels: dict[str, pd.Series] = {}
    if ancestry is not None and (ancestry["ancestry"] != UNASSIGNED).any():
        labels["ancestry"] = ancestry.set_index("sample_id")["ancestry"]
    if "centre" in sheet:
        labels["centre"] = sheet.set_index("sample_id")["centre"]
    if assignments is not None:
        assigned = assignments[assignments["status"] == "assigned"]
        labels["stratum"] = assigned.set_index("sample_id")["stratum"]
    members = {"all": np.ones(len(order), dtype=bool)}
    for what, values in labels.items():
        mine = values.reindex(order).fillna("").to_numpy(dtype=object)
        for value in sorted(set(mine) - {""}):
            members[f"{what}={value}"] = mine == value
    shown = ["all"] if len(order) >= MIN_PATIENTS else []
    for what in labels:
        own = {n: m for n, m in members.items() if n.startswith(f"{what}=")}
        large = [name for name, mask in own.items() if mask.sum() >= MIN_PATIENTS]
        shown += _protect(own, large) if what in PUBLIC_LABELS else large
    return PatientGroups(
        tuple(shown),
        np.array([members[name] for name in shown]).reshape(len(shown), len(order)),
        tuple(name for name in members if name not in shown),
    )


def _protect(groups: Mapping[str, Flags], large: Sequence[str]) -> list[str]:
    """Return which large groups of one kind can be shown beside all patients.

    What all patients and the shown groups leave is a group as well, by subtraction:
    where it is too small, the smallest shown group is left out with it.
    """
    shown = sorted(large, key=lambda name: -groups[name].sum())
    while shown:
        n_left = (~np.logical_or.reduce([groups[name] for name in shown])).sum()
        if not 0 < n_left < MIN_PATIENTS:
            break
        shown.pop()
    return [name for name in large if name in shown]


def _protect_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Leave rows out from which those of few patients would follow by subtraction.

    As :func:`_protect`, for a gene or a drug of which a group has too few patients.
    """
    label = table["group"].str.partition("=")[0]
    key = [table[name] for name in ("gene", "kind", "value")]
    whole = table["n"].where(table["group"] == "all").groupby(key).transform("max")
    is_group = label.isin(PUBLIC_LABELS) & (table["kind"] != "too_few")
    # Alleles are counted in chromosomes, two of a patient.
    fewest = np.where(table["kind"] == "allele", 2 * MIN_PATIENTS, MIN_PATIENTS)
    kept = np.ones(len(table), dtype=bool)
    while True:
        rows = table[kept & is_group]
        by = [series[rows.index] for series in (*key, label)]
        left = whole[rows.index] - rows["n"].groupby(by).transform("sum")
        told = rows[(left > 0) & (left < fewest[rows.index])]
        if told.empty:
            return table[kept]
        again = [series[told.index] for series in by]
        kept[told["n"].astype(float).groupby(again).idxmin().to_numpy()] = False


def summarise_pgx(
    diplotypes: pd.DataFrame,
    guidance: pd.DataFrame,
    *,
    keep: Sequence[str],
    unrelated: Collection[str],
    groups: PatientGroups,
) -> pd.DataFrame:
    """Count alleles, phenotypes, statuses and results to act on, by group.

    Parameters
    ----------
    diplotypes
        ``pgx/diplotypes.tsv``.
    guidance
        ``pgx/guidance.tsv`` with the columns of :data:`GUIDANCE_COLUMNS`.
    keep
        Identifiers of the kept patients.
    unrelated
        Those of the unrelated ones among them.
    groups
        From :func:`group_patients` for the same patients.

    Returns
    -------
    DataFrame
        As ``pgx/frequencies.tsv``.

    Notes
    -----
    Alleles and phenotypes are counted in unrelated patients who have a diplotype; an
    allele of a single copy counts once. Ambiguous calls are among them: which calls are
    certain depends on the alleles (two no-function alleles make a poor metaboliser
    whatever is missing), so frequencies among certain calls alone could be wrong by a
    factor of several. Alleles are then those of the first diplotype, which takes
    missing positions for the reference, and the phenotype is counted as ``ambiguous``;
    ``n_ambiguous`` says how many of n are of such calls.

    Shares of results to act on are of the patients who were assessed: those for whom
    the source has an answer, or who have some result of the genes that it rests on.
    ``actionable`` counts those whose results certainly ask for a change, and
    ``possibly_actionable`` these and the ones of whom that cannot be ruled out; the
    same of what they take with ``_on_medication``. Where nobody was assessed, n is 0
    and there is no share. Shares by ``status`` are of all kept patients of a group.
    Intervals are Wilson's, at 95 %. A group, or a denominator in a group, of fewer than
    five patients is left out, and so is what would give it away: a centre or an
    ancestry without which all patients and the other ones leave fewer than five.
    """
    import pandas as pd

    number = {sample: row for row, sample in enumerate(keep)}
    mine = diplotypes[diplotypes["sample_id"].isin(number)]
    known = mine["status"].isin(("called", AMBIGUOUS)) & (mine["allele_1"] != "")
    called = mine[known & mine["sample_id"].isin(set(unrelated))]
    tables = [
        _count_alleles(called, number=number, groups=groups),
        _count_phenotypes(called, number=number, groups=groups),
        _tabulate(
            mine["gene"],
            mine["status"],
            mine["sample_id"].map(number),
            kind="status",
            groups=groups,
        ),
        *_count_actionable(guidance, number=number, groups=groups),
        _list_left_out(groups),
    ]
    table = pd.concat([t for t in tables if len(t)] or tables[:1], ignore_index=True)
    table = _protect_rows(table).reset_index(drop=True)
    n, count = (table[name].astype(float).to_numpy() for name in ("n", "count"))
    low, high = wilson_interval(count, n)
    share = np.divide(count, n, out=np.full(len(n), np.nan), where=n > 0)
    table = table.assign(frequency=share, ci_low=low, ci_high=high)
    return table[[*_COLUMNS, "count", "n_ambiguous"]]


def _count_alleles(
    called: pd.DataFrame, *, number: Mapping[str, int], groups: PatientGroups
) -> pd.DataFrame:
    import pandas as pd

    long = pd.concat(
        [
            called[["sample_id", "gene", "status", name]].set_axis(
                ["sample_id", "gene", "status", "allele"], axis=1
            )
            for name in ("allele_1", "allele_2")
        ],
        ignore_index=True,
    )
    long["allele"] = long["allele"].fillna("")
    long = long[long["allele"] != ""]
    rows = long["sample_id"].map(number)
    return _tabulate(
        long["gene"],
        long["allele"],
        rows,
        kind="allele",
        groups=groups,
        unsure=long["status"] == AMBIGUOUS,
    )


def _count_phenotypes(
    called: pd.DataFrame, *, number: Mapping[str, int], groups: PatientGroups
) -> pd.DataFrame:
    named = called["phenotype"].fillna("")
    # A gene that has no phenotypes at all has nothing to count.
    useful = called["gene"].isin(set(called["gene"][named != ""]))
    unsure = called["status"][useful] == AMBIGUOUS
    return _tabulate(
        called["gene"][useful],
        named[useful].replace("", NO_PHENOTYPE).mask(unsure, AMBIGUOUS),
        called["sample_id"][useful].map(number),
        kind="phenotype",
        groups=groups,
        unsure=unsure,
    )


def _tabulate(
    genes: pd.Series,
    values: pd.Series,
    rows: pd.Series,
    *,
    kind: str,
    groups: PatientGroups,
    unsure: pd.Series | None = None,
) -> pd.DataFrame:
    """Count a gene's values in every group.

    Values that a group does not have are counted as 0 there, where another has them.
    """
    import pandas as pd

    gene_of, gene_names = pd.factorize(genes, sort=True)
    pair_of, pairs = pd.MultiIndex.from_arrays([genes, values]).factorize(sort=True)
    pair_genes = gene_names.get_indexer(pairs.get_level_values(0))
    patients = rows.to_numpy(dtype=np.intp)
    doubts = None if unsure is None else unsure.to_numpy(dtype=bool)
    frames = []
    for name, member in zip(groups.names, groups.members, strict=True):
        inside = member[patients]
        counts = np.bincount(pair_of[inside], minlength=len(pairs))
        totals = np.bincount(gene_of[inside], minlength=len(gene_names))
        people = _count_people(gene_of[inside], patients[inside], len(gene_names))
        shown = people[pair_genes] >= MIN_PATIENTS
        frame = pd.DataFrame(
            {
                "gene": pairs.get_level_values(0)[shown],
                "kind": kind,
                "value": pairs.get_level_values(1)[shown],
                "group": name,
                "n": totals[pair_genes][shown],
                "count": counts[shown],
                "n_ambiguous": np.nan,
            }
        )
        if doubts is not None:
            few = np.bincount(gene_of[inside & doubts], minlength=len(gene_names))
            frame["n_ambiguous"] = few[pair_genes][shown]
        frames.append(frame)
    return pd.concat(frames, ignore_index=True) if frames else _no_rows()


def _count_people(genes: npt.NDArray, patients: npt.NDArray, n_genes: int) -> Indices:
    """Count the different patients that each gene's values are of."""
    width = int(patients.max(initial=0)) + 1
    distinct = np.unique(genes.astype(np.int64) * width + patients)
    return np.bincount(distinct // width, minlength=n_genes)


def _rests_on_results(guidance: pd.DataFrame) -> pd.Series:
    """Say of each row whether some gene of it has a result.

    Some bodies say what to do while a gene is unknown. That is advice, and no result
    that a patient carries.
    """
    import pandas as pd

    found = pd.Series(False, index=guidance.index)
    for name in ("phenotypes", "diplotypes"):
        texts = guidance[name].fillna("").astype(str)
        known = {text: bool(text.strip(";|")) for text in texts.unique()}
        found |= texts.map(known).astype(bool)
    return found


def _count_actionable(
    guidance: pd.DataFrame, *, number: Mapping[str, int], groups: PatientGroups
) -> list[pd.DataFrame]:
    """Count patients with a result to act on: of any drug, and of each.

    Drugs that nobody was assessed for are left out: a share of 0 would say that there
    is nothing to act on. A patient was assessed for a drug if one of its genes has a
    result; what the others could ask for is possible.
    """
    rows = guidance[guidance["sample_id"].isin(number)]
    has_result = _rests_on_results(rows)
    pairs = rows.groupby(["sample_id", "drug"], observed=True, sort=False).ngroup()
    is_assessed = pairs.isin(set(pairs[has_result]))
    rows, has_result = rows[is_assessed], has_result[is_assessed]
    certain = (rows["category"].isin(ACTIONABLE) & has_result).to_numpy()
    wanted = "|".join(ACTIONABLE)
    possible = rows["possible_categories"].astype(str).str.contains(wanted).to_numpy()
    flags = {"actionable": certain, "possibly_actionable": certain | possible}
    tables = [
        _share(rows, own, kind, number=number, groups=groups)
        for kind, own in flags.items()
    ]
    if guidance["on_medication"].notna().any():
        taken = rows["on_medication"].eq(True).to_numpy(dtype=bool)
        # A drug that nobody takes is left out as well.
        some = rows["drug"].isin(set(rows["drug"][taken])).to_numpy()
        assessed = sorted({number[sample] for sample in rows["sample_id"]})
        for kind, own in flags.items():
            name = f"{kind}_on_medication"
            table = _share(
                rows[some],
                (own & taken)[some],
                name,
                number=number,
                groups=groups,
                assessed=assessed,
            )
            tables.append(table)
    return tables


def _share(
    rows: pd.DataFrame,
    flags: Flags,
    kind: str,
    *,
    number: Mapping[str, int],
    groups: PatientGroups,
    assessed: Sequence[int] | None = None,
) -> pd.DataFrame:
    """Return the share of assessed patients with a flagged row: of any drug, of each.

    Parameters
    ----------
    rows, flags
        Of assessed patients, and which count.
    kind, number, groups
        Of the table; patients by number.
    assessed
        The patients whom the share over all drugs is of; those of `rows` if None.
    """
    import pandas as pd

    drug_of, drugs = pd.factorize(rows["drug"], sort=True)
    patients = rows["sample_id"].map(number).to_numpy(np.intp)
    known = np.zeros((len(drugs) + 1, len(number)), dtype=bool)
    known[drug_of, patients] = True
    known[-1] = known[:-1].any(axis=0)
    if assessed is not None:
        known[-1, assessed] = True
    hits = np.zeros_like(known)
    hits[drug_of[flags], patients[flags]] = True
    hits[-1] = hits[:-1].any(axis=0)
    members = groups.members.T.astype(np.int64)
    totals = (known.astype(np.int64) @ members).reshape(-1)
    n_groups = len(groups.names)
    values = np.repeat(np.array([*drugs, ANY_DRUG], dtype=object), n_groups)
    table = pd.DataFrame(
        {
            "gene": "",
            "kind": kind,
            "value": values,
            "group": np.tile(np.array(groups.names, dtype=object), len(drugs) + 1),
            "n": totals,
            "count": (hits.astype(np.int64) @ members).reshape(-1),
            "n_ambiguous": np.nan,
        }
    )
    # A drug without an assessed patient is reported once, over all drugs.
    is_told = (totals >= MIN_PATIENTS) | ((totals == 0) & (values == ANY_DRUG))
    return table[is_told]


def _list_left_out(groups: PatientGroups) -> pd.DataFrame:
    """Return one row without numbers for each group that is too small to be shown."""
    import pandas as pd

    table = pd.DataFrame({"group": list(groups.left_out)})
    return table.assign(
        gene="", kind="too_few", value="", n=np.nan, count=np.nan, n_ambiguous=np.nan
    )


def _no_rows() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(
        columns=["gene", "kind", "value", "group", "n", "count", "n_ambiguous"]
    )
