"""Checking a cohort's omics matrices, and what later stages ask of their size."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from genostrat.arrays import Reals
from genostrat.errors import GenostratError, Problem, printable
from genostrat.profile.matrices import open_matrix
from genostrat.profile.quality import looks_like_counts
from genostrat.profile.transforms import highest_allowed, lowest_allowed
from genostrat.sheets.contract.proxies import RESTATES, find_matrix_proxies
from genostrat.sheets.gene_sets import read_all_gene_sets
from genostrat.sheets.identifiers import Reconciliation, list_some, reconcile

if TYPE_CHECKING:
    import pandas as pd

#: Whole numbers that all lie below this may be scores or classes.
_LEAST_COUNT = 50
#: So few different values are no measurement from 0 to 1.
_FEW_VALUES = 20


@dataclass
class MatrixCheck:
    """What the matrices of a cohort hold.

    Attributes
    ----------
    matched
        How the identifiers of each matrix agree with the sheet, as counts.
    measured
        Layer → patients of the sheet that it measured.
    features
        Layer → names of its features.
    samples
        Every sample of any matrix, those who left among them.
    problems, warnings
        What is wrong, and what is odd; warnings name nobody.
    """

    matched: list[dict[str, Any]] = field(default_factory=list)
    measured: dict[str, list[str]] = field(default_factory=dict)
    features: dict[str, list[str]] = field(default_factory=dict)
    samples: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_matrices(
    matrices: Sequence[Mapping[str, Any]],
    ids: list[str],
    *,
    sheet: str,
    unmatched: str,
    outcomes: Mapping[str, Sequence[float]] | None = None,
    left_out: Collection[str] = (),
) -> MatrixCheck:
    """Read every matrix and hold it against the sheet.

    Parameters
    ----------
    matrices
        As in the cohort's config.
    ids
        Patients of the sheet.
    sheet
        Its path, for messages.
    unmatched
        ``refuse`` or ``drop`` samples that are in a matrix alone. Patients without a
        row in a matrix are none: a layer need not have measured everybody.
    outcomes
        What an outcome is called → a number for each of `ids`, NaN where unknown; no
        feature may tell it alone.
    left_out
        Samples of people who have left the cohort: they may stand in a matrix, and
        nothing of them is read.
    """
    check = MatrixCheck()
    for matrix in matrices:
        try:
            found = open_matrix(
                matrix["path"],
                name=matrix["name"],
                orientation=matrix["orientation"],
                cohort_ids=ids,
            )
        except GenostratError as error:
            check.problems += error.problems
            continue
        check.problems += _below_transform(matrix, found.frame)
        check.problems += _nothing_varies(matrix, found.frame)
        check.warnings += _raw_values(matrix, found.frame)
        _judge_proxies(check, matrix, found.frame, ids, outcomes or {})
        check.measured[matrix["name"]] = list(map(str, found.frame.index))
        check.features[matrix["name"]] = list(map(str, found.frame.columns))
        check.samples |= set(found.samples)
        match = reconcile(ids, [s for s in found.samples if s not in left_out])
        check.matched.append(
            {
                "input": f"matrix {matrix['name']}",
                "file": str(matrix["path"]),
                "n_both": len(match.common),
                "n_sheet_only": len(match.only_sheet),
                "n_input_only": len(match.only_other),
            }
        )
        _judge_match(check, matrix, match, n=len(ids), sheet=sheet, unmatched=unmatched)
    return check


def _judge_match(
    check: MatrixCheck,
    matrix: Mapping[str, Any],
    match: Reconciliation,
    *,
    n: int,
    sheet: str,
    unmatched: str,
) -> None:
    name, strangers = matrix["name"], match.only_other
    if match.only_sheet:
        check.warnings.append(
            f"the matrix {name} has no values for {len(match.only_sheet)} of"
            f" {n} patients" + (f"; {match.hint}" if match.hint else "")
        )
    if not strangers:
        return
    if unmatched == "drop":
        check.warnings.append(
            f"{len(strangers)} samples of the matrix {name} are not in the sheet; they"
            " are left out"
        )
        return
    cause = f"; {match.hint}, e.g. {match.example}" if match.hint else ""
    check.problems.append(
        Problem(
            f"{len(strangers)} samples of the matrix {name} are not in the sheet"
            f"{cause}",
            file=matrix["path"],
            found=list_some(strangers),
            allowed=f"the samples of {printable(sheet)}",
            fix="correct the identifiers, or set samples.unmatched: drop to go on with"
            f" the {len(match.common)} in both",
        )
    )


def _below_transform(
    matrix: Mapping[str, Any], frame: pd.DataFrame
) -> Iterator[Problem]:
    """Find values that the transform of a layer cannot take."""
    transform, values = matrix["transform"], frame.to_numpy()
    lowest, highest = lowest_allowed(transform), highest_allowed(transform)
    if lowest is not None and (values < lowest).any():
        yield Problem(
            f"the matrix {matrix['name']} has values below {lowest:g}, of which"
            f" {transform} cannot be taken",
            file=matrix["path"],
            found=f"{int((values < lowest).sum())} values, the smallest"
            f" {np.nanmin(values):.6g}",
            allowed=f"values of at least {lowest:g}, such as counts or TPM",
            fix="use `transform: none` if the values are logarithms already",
        )
    if highest is not None and (values > highest).any():
        yield Problem(
            f"the matrix {matrix['name']} has values above {highest:g}, of which"
            f" {transform} cannot be taken",
            file=matrix["path"],
            found=f"{int((values > highest).sum())} values, the largest"
            f" {np.nanmax(values):.6g}",
            allowed="methylation beta values, from 0 to 1",
            fix="use `transform: none` if the values are M values already",
        )
    known = values[np.isfinite(values)]
    if transform == "counts" and (known != np.floor(known)).any():
        yield from _fractions(matrix, known)


def _fractions(matrix: Mapping[str, Any], known: Reals) -> Iterator[Problem]:
    """Refuse counts that are mostly fractions; expected counts of RSEM have some."""
    share = float(np.mean(known != np.floor(known)))
    if known.max() < _LEAST_COUNT:
        yield Problem(
            f"the transform of the matrix {matrix['name']} is counts, but its values"
            " are none",
            file=matrix["path"],
            found=f"{share:.0%} fractions, the largest value {known.max():.6g}",
            allowed="counts, or expected counts",
            fix="give the counts; or use `transform: none` for logarithms, `log2` for"
            " TPM",
        )


def _nothing_varies(
    matrix: Mapping[str, Any], frame: pd.DataFrame
) -> Iterator[Problem]:
    if len(frame) < 2 or (frame.max() > frame.min()).any():
        return
    yield Problem(
        f"no feature of the matrix {matrix['name']} differs between the cohort's"
        " patients",
        file=matrix["path"],
        found=f"{len(frame.columns)} features in {len(frame)} patients, each constant"
        " or without values",
        fix="check that the matrix holds measurements of these patients",
    )


def _raw_values(matrix: Mapping[str, Any], frame: pd.DataFrame) -> Iterator[str]:
    """Warn where values look as an instrument gave them, and are taken as they are."""
    values = frame.to_numpy()
    transform = matrix["transform"]
    if transform != "counts" and looks_like_counts(values):
        if np.nanmax(values) < _LEAST_COUNT:
            return
        yield (
            f"the values of the matrix {matrix['name']} look like raw counts"
            f" (whole numbers up to {np.nanmax(values):.6g}), but its transform is"
            f" {transform}: patients will differ by how deep they were sequenced; set"
            " `transform: counts`, or give normalised values"
        )
    elif transform == "none" and _looks_like_beta(values):
        yield (
            f"the values of the matrix {matrix['name']} look like methylation beta"
            " values (from 0 to 1, most near the ends): set `transform: m_values`"
        )


def _looks_like_beta(values: Reals) -> bool:
    """Say whether values fill the range from 0 to 1 and lie near its ends."""
    known = values[np.isfinite(values)]
    if len(np.unique(known[:1000])) <= _FEW_VALUES or known.min() < 0:
        return False
    near = np.mean((known < 0.2) | (known > 0.8))
    reaches = known.max() <= 1 and known.max() > 0.9 and known.min() < 0.1
    return bool(reaches and near > 0.5)


def _judge_proxies(
    check: MatrixCheck,
    matrix: Mapping[str, Any],
    frame: pd.DataFrame,
    ids: list[str],
    outcomes: Mapping[str, Sequence[float]],
) -> None:
    """Refuse or name features that tell an outcome alone."""
    place = {name: number for number, name in enumerate(ids)}
    rows = [place[str(name)] for name in frame.index]
    told = {name: np.array(given)[rows].tolist() for name, given in outcomes.items()}
    found: dict[tuple[str, bool], list[str]] = {}
    for column, name, agreed in find_matrix_proxies(frame.to_numpy(), told):
        features = found.setdefault((name, agreed >= RESTATES), [])
        features.append(str(frame.columns[column]))
    for (name, restates), features in found.items():
        listed = list_some([printable(feature, 40) for feature in features])
        if restates:
            check.problems.append(
                Problem(
                    f"features of the matrix {matrix['name']} restate the {name}: each"
                    " tells that outcome alone",
                    file=matrix["path"],
                    found=listed,
                    fix="take them out of the matrix: strata formed with an outcome"
                    " under another name cannot be tested against it",
                )
            )
        else:
            check.warnings.append(
                f"features of the matrix {matrix['name']} tell the {name} almost"
                f" exactly ({listed}): where strata follow them, a test of that outcome"
                " between them says nothing"
            )


def strange_genes(
    features: Iterable[Sequence[str]], gene_sets: Sequence[str]
) -> Iterator[str]:
    """Warn where gene sets and matrices have no name in common."""
    try:
        sets = read_all_gene_sets(gene_sets)
    except GenostratError:
        return
    names = {name for layer in features for name in layer}
    genes = {gene for members in sets.values() for gene in members}
    if genes and names and not genes.intersection(names):
        yield (
            "no member of the gene sets is a feature of a matrix, so none is tested:"
            f" genes are named as {printable(min(genes), 40)} in the sets, and as"
            f" {printable(min(names), 40)} in the matrices"
        )


def find_leaks(
    features: Mapping[str, Sequence[str]], excluded: Mapping[str, str]
) -> Iterator[Problem]:
    """Find features of a matrix that are an outcome or the treatment by name.

    Parameters
    ----------
    features
        Layer → names of its features.
    excluded
        Column of the sheet → what it is.
    """
    for layer, names in features.items():
        for name in sorted(set(names).intersection(excluded)):
            yield Problem(
                f"the matrix {layer} has a feature with the name of the"
                f" {excluded[name]}, so strata formed with it could not be tested"
                " against it",
                found=name,
                fix="take the feature out of the matrix; or, if it is another thing,"
                " rename the column in samples.columns",
            )
