"""Checking a cohort's omics matrices, and what later stages ask of their size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from genostrat.errors import GenostratError, Problem, printable
from genostrat.profile.matrices import open_matrix
from genostrat.profile.transforms import lowest_allowed
from genostrat.sheets.gene_sets import read_all_gene_sets
from genostrat.sheets.identifiers import Reconciliation, list_some, reconcile

if TYPE_CHECKING:
    import pandas as pd


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
    problems, warnings
        What is wrong, and what is odd; warnings name nobody.
    """

    matched: list[dict[str, Any]] = field(default_factory=list)
    measured: dict[str, list[str]] = field(default_factory=dict)
    features: dict[str, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_matrices(
    matrices: Sequence[Mapping[str, Any]],
    ids: list[str],
    *,
    sheet: str,
    unmatched: str,
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
        check.measured[matrix["name"]] = list(map(str, found.frame.index))
        check.features[matrix["name"]] = list(map(str, found.frame.columns))
        match = reconcile(ids, found.samples)
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
    lowest = lowest_allowed(matrix["transform"])
    values = frame.to_numpy()
    if lowest is None or not (values < lowest).any():
        return
    yield Problem(
        f"the matrix {matrix['name']} has values below {lowest:g}, of which"
        f" {matrix['transform']} cannot be taken",
        file=matrix["path"],
        found=f"{int((values < lowest).sum())} values, the smallest"
        f" {np.nanmin(values):.6g}",
        allowed=f"values of at least {lowest:g}, such as counts or TPM",
        fix="use `transform: none` if the values are logarithms already",
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
