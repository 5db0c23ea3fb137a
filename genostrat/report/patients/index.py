"""The list of all sheets: patients with most to act on first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genostrat.pgx.guidance.categories import (
    AVOID,
    CHANGE_DOSE,
    MONITOR,
    NO_GUIDANCE,
)
from genostrat.report.parts.templates import (
    digest_script,
    fill_template,
    read_template,
)
from genostrat.report.parts.wording import label_text
from genostrat.report.patients.view import (
    NO_EFFECT,
    NOT_ASSESSED,
    STATEMENT,
    AdviceView,
    NotCalled,
    PatientSheet,
    Verdict,
)


def _possible(category: str) -> tuple[Verdict, ...]:
    gaps = ("", NOT_ASSESSED, NO_EFFECT)
    return tuple(Verdict(category, is_certain=False, gap=gap) for gap in gaps)


#: Where a change of dose is certain, and more is possible.
_AT_LEAST = Verdict(AVOID, is_certain=False, least=CHANGE_DOSE)

#: Columns of the list: style, title, and the verdicts that they count.
_COLUMNS = (
    ("avoid", "Avoid or replace", (Verdict(AVOID),)),
    ("change_dose", "Change dose", (Verdict(CHANGE_DOSE), _AT_LEAST)),
    (
        "possible_avoid",
        "Possible: confirm or test first",
        (_AT_LEAST, *_possible(AVOID), *_possible(CHANGE_DOSE)),
    ),
    ("monitor", "Monitor", (Verdict(MONITOR), *_possible(MONITOR))),
    (
        "no_guidance",
        "No answer",
        tuple(Verdict(NO_GUIDANCE, gap=gap) for gap in ("", NOT_ASSESSED, NO_EFFECT)),
    ),
)
#: After every rank.
_LAST = (1000, True)


def render_index(
    entries: Iterable[tuple[str, PatientSheet]], *, cohort: str, n_silent: int = 0
) -> str:
    """Return the page that lists all sheets, those with most to act on first.

    Parameters
    ----------
    entries
        File name and content of each sheet.
    cohort
        The cohort's name.
    n_silent
        Patients without a sheet, since nothing says that they agreed to be contacted.
    """
    listed = list(entries)
    return _fill(
        cohort,
        rows=_sort_rows(listed),
        reasons=None,
        has_strata=any(sheet.stratum for _, sheet in listed),
        n_silent=n_silent,
        columns=_COLUMNS if any(sheet.has_genes for _, sheet in listed) else (),
    )


def render_nobody(
    reasons: Sequence[NotCalled],
    *,
    n_patients: int,
    cohort: str,
    has_genotypes: bool = True,
    n_silent: int = 0,
) -> str:
    """Return the page that stands alone where no patient could be assessed.

    Parameters
    ----------
    reasons
        Why genes were not called.
    n_patients
        Who passed quality control.
    cohort
        The cohort's name.
    has_genotypes
        Whether genes could have been called at all.
    n_silent
        As in :func:`render_index`.
    """
    return _fill(
        cohort,
        rows=[],
        reasons=reasons,
        n_patients=n_patients,
        has_genotypes=has_genotypes,
        n_silent=n_silent,
    )


def _sort_rows(entries: Iterable[tuple[str, PatientSheet]]) -> list[dict[str, Any]]:
    return sorted(
        (_index_row(name, sheet) for name, sheet in entries),
        key=lambda row: (row["rank"], row["sample"]),
    )


def _fill(
    cohort: str,
    *,
    rows: Sequence[Mapping[str, Any]],
    reasons: Sequence[NotCalled] | None,
    n_patients: int = 0,
    n_silent: int = 0,
    has_genotypes: bool = True,
    has_strata: bool = False,
    columns: Sequence[Any] = _COLUMNS,
) -> str:
    script = read_template("patient_index.js")
    return fill_template(
        "patient_index.html",
        cohort=label_text(cohort, 80),
        rows=rows,
        reasons=reasons,
        n_patients=n_patients,
        n_silent=n_silent,
        statement=STATEMENT,
        columns=columns,
        has_genotypes=has_genotypes,
        has_strata=has_strata,
        script_digest=digest_script(script),
    )


def _index_row(name: str, sheet: PatientSheet) -> dict[str, Any]:
    now = {style: _drugs(sheet.now, found) for style, _, found in _COLUMNS}
    later = sum(len(_drugs(sheet.later, found)) for _, _, found in _COLUMNS[:2])
    # Drug by drug the most pressing possibility; then more of the same.
    ranks = sorted(a.verdict.rank for a in sheet.now for _ in a.drugs)
    return {
        "file": name,
        "sample": sheet.sample,
        "now": now,
        "is_pressing": any(now[style] for style, _, _ in _COLUMNS[:3]),
        "stratum": sheet.stratum.short if sheet.stratum else "",
        "taken": sheet.taken,
        "later": later,
        "open": len(sheet.open_calls) + sum(len(g.genes) for g in sheet.not_called),
        "is_assessed": sheet.is_assessed,
        "cautions": bool(sheet.cautions),
        "rank": (*ranks, _LAST, (-later, True)),
    }


def _drugs(advice: Iterable[AdviceView], verdicts: Iterable[Verdict]) -> list[str]:
    wanted = tuple(verdicts)
    return [drug for a in advice if a.verdict in wanted for drug in a.drugs]
