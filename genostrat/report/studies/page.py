"""Pages of a portfolio, and of who fits its studies: tables to search and sort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genostrat.report.parts.style import (
    BLUE,
    FULL,
    MUTED,
    FigureView,
    finish,
    new_figure,
    styled,
)
from genostrat.report.parts.templates import (
    digest_script,
    fill_template,
    read_template,
)

if TYPE_CHECKING:
    import pandas as pd

STATEMENT = (
    "For research. Designs and criteria were read from registry text by rules, which"
    " miss some and mistake some. A match is a reason to look, no decision on care."
)
#: Studies that a page lists; all stand in the tables.
MOST_ROWS = 5000
#: Quarters that the figure shows.
_QUARTERS = 40
_SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Part:
    """A section of these pages.

    Parameters
    ----------
    absent
        What is said where there are no rows.
    """

    title: str
    texts: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()
    numeric: Sequence[str] = ()
    figure: FigureView | None = None
    absent: str = "There are none."


def fill_page(
    title: str,
    *,
    facts: Sequence[tuple[str, Any]],
    sections: Sequence[Part],
    statement: str = STATEMENT,
    brand: str = "studies",
) -> str:
    """Return a page."""
    return fill_template(
        "studies.html",
        title=title,
        facts=facts,
        statement=statement,
        brand=brand,
        sections=sections,
        script_digest=digest_script(read_template("tables.js")),
    )


def render_portfolio(
    *,
    reading: dict[str, Any],
    records: pd.DataFrame,
    designs: pd.DataFrame,
    growth: pd.DataFrame,
    slips: pd.DataFrame,
    changes: pd.DataFrame,
) -> str:
    """Return the page of the portfolio.

    Parameters
    ----------
    reading, records, designs, growth, slips, changes
        The files of these names in ``studies/``.
    """
    own = records[records["same_as"] == ""]
    labelled = designs.groupby(["register", "study_id"])
    kinds = labelled["label"].agg(lambda names: ", ".join(map(_plain, sorted(names))))
    evidence = labelled["evidence"].first()
    keys = list(zip(own["register"], own["study_id"], strict=True))
    stratified = own[[key in kinds.index for key in keys]]
    facts = [
        ("records", f"{len(records):,}"),
        ("studies", f"{len(own):,}"),
        ("of a stratified design", f"{len(stratified):,}"),
        ("as of", reading["as_of"] or "no day given"),
        ("reading", reading["snapshot"]),
    ]
    sections = [
        _describe_growth(growth),
        _count_kinds(designs, own),
        _count_groups(growth, "specialty", "Specialties"),
        _count_groups(growth, "phase", "Phases"),
        _list_studies(stratified, kinds, evidence),
        _list_changes(changes, own, kinds, reading),
        _list_slips(slips, own),
        _list_findings(reading),
    ]
    return fill_page("Portfolio of studies", facts=facts, sections=sections)


def _plain(label: str) -> str:
    return label.replace("_", " ")


def _describe_growth(growth: pd.DataFrame) -> Part:
    every = growth[(growth["grouping"] == "all") & (growth["quarter"] != "")]
    if every.empty:
        text = "No record says when it was first posted: growth is not assessed."
        return Part("Growth", [text])
    return Part("Growth", figure=plot_growth(_fill_quarters(every).tail(_QUARTERS)))


def _fill_quarters(every: pd.DataFrame) -> pd.DataFrame:
    """Return counts with a row for every quarter, also those without a study."""
    first, last = every["quarter"].min(), every["quarter"].max()
    names = [
        f"{year}-Q{quarter}"
        for year in range(int(first[:4]), int(last[:4]) + 1)
        for quarter in (1, 2, 3, 4)
    ]
    names = [name for name in names if first <= name <= last]
    counts = every.set_index("quarter")[["n_studies", "n_stratified"]]
    return counts.reindex(names, fill_value=0).rename_axis("quarter").reset_index()


@styled
def plot_growth(every: pd.DataFrame) -> FigureView:
    """Plot studies by quarter, and those of a stratified design.

    Parameters
    ----------
    every
        Rows of ``studies/growth.tsv`` for all studies.
    """
    figure = new_figure(FULL, 2.8)
    axes = figure.subplots()
    quarters = list(every["quarter"])
    axes.bar(quarters, every["n_studies"], color="#cbd2d9", label="all studies")
    axes.bar(quarters, every["n_stratified"], color=BLUE, label="stratified designs")
    axes.set_ylabel("studies first posted")
    step = max(1, len(quarters) // 12)
    axes.set_xticks(
        range(0, len(quarters), step), quarters[::step], rotation=45, ha="right"
    )
    axes.tick_params(axis="x", colors=MUTED)
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="upper left")
    n, total = int(every["n_stratified"].sum()), int(every["n_studies"].sum())
    return finish(
        figure,
        name="growth",
        wide=True,
        alt=f"{total:,} studies by quarter, {n:,} of a stratified design.",
        caption=f"Studies by the quarter in which they were first posted, the last"
        f" {len(quarters)} quarters; {n:,} of {total:,} are of a stratified design. The"
        " last quarter may not be over.",
    )


def _count_kinds(designs: pd.DataFrame, own: pd.DataFrame) -> Part:
    mine = designs.merge(own[["register", "study_id"]], on=["register", "study_id"])
    counts = mine["label"].value_counts()
    rows = [(_plain(str(label)), int(n)) for label, n in counts.items()]
    return Part(
        "Kinds of design",
        ["A study may be of several kinds."],
        columns=("Kind", "Studies"),
        rows=rows,
        numeric=("Studies",),
        absent="No stratified design was recognised. Rules miss some.",
    )


def _count_groups(growth: pd.DataFrame, grouping: str, title: str) -> Part:
    mine = growth[growth["grouping"] == grouping]
    summed = mine.groupby("group")[["n_stratified", "n_studies"]].sum()
    summed = summed.sort_values(["n_stratified", "n_studies"], ascending=False)
    rows = [
        (group, int(row.n_stratified), int(row.n_studies))
        for group, row in zip(summed.index, summed.itertuples(), strict=True)
    ]
    columns = (
        title[:-1] if title == "Phases" else "Specialty",
        "Stratified",
        "Studies",
    )
    return Part(title, columns=columns, rows=rows, numeric=("Stratified", "Studies"))


def _list_studies(
    stratified: pd.DataFrame, kinds: pd.Series, evidence: pd.Series
) -> Part:
    rows = [
        (
            row.study_id,
            row.title,
            kinds[row.register, row.study_id],
            evidence[row.register, row.study_id],
            row.specialty,
            row.phase or "not given",
            row.status or "unknown",
            row.first_posted or "not given",
        )
        for row in stratified.head(MOST_ROWS).itertuples()
    ]
    texts = []
    if len(stratified) > MOST_ROWS:
        texts.append(f"The first {MOST_ROWS:,} of {len(stratified):,} are listed.")
    return Part(
        "Stratified studies",
        texts,
        columns=(
            "Study",
            "Title",
            "Kinds",
            "Because of",
            "Specialty",
            "Phase",
            "Status",
            "First posted",
        ),
        rows=rows,
        absent="No stratified design was recognised. Rules miss some.",
    )


def _list_changes(
    changes: pd.DataFrame, own: pd.DataFrame, kinds: pd.Series, reading: dict[str, Any]
) -> Part:
    counts = ", ".join(
        f"{n:,} {what}" for what, n in sorted(reading["changes"].items())
    )
    texts = [
        "This is the first reading: every record is new."
        if reading["snapshot"] == 1
        else f"Since the reading before: {counts or 'nothing changed'}."
    ]
    titles = dict(
        zip(
            zip(own["register"], own["study_id"], strict=True),
            own["title"],
            strict=True,
        )
    )
    rows = [
        (
            row.study_id,
            titles.get((row.register, row.study_id), ""),
            row.what,
            row.before or "–",
            row.after or "–",
        )
        for row in changes.itertuples()
        if (row.register, row.study_id) in kinds.index and reading["snapshot"] > 1
    ]
    columns = ("Study", "Title", "What", "Before", "Now")
    absent = (
        "No stratified study is new, changed or closed."
        if reading["snapshot"] > 1
        else ""
    )
    return Part(
        "What is new",
        texts,
        columns=columns if absent or rows else (),
        rows=rows[:MOST_ROWS],
        absent=absent,
    )


def _list_slips(slips: pd.DataFrame, own: pd.DataFrame) -> Part:
    titles = dict(zip(own["study_id"], own["title"], strict=True))
    rows = [
        (
            row.study_id,
            titles.get(row.study_id, ""),
            row.what,
            row.before,
            row.after,
            "" if row.slip_days is None else int(row.slip_days),
        )
        for row in _with_none(slips).itertuples()
    ]
    return Part(
        "Slips",
        [
            "Dates and plans that changed between versions, and recruitment below four "
            "fifths of an even plan. Without a second version and without numbers of "
            "recruited participants this is not assessed."
        ],
        columns=("Study", "Title", "What", "Before or planned", "Now", "Days"),
        rows=rows[:MOST_ROWS],
        numeric=("Days",),
        absent="None was found among the records that allow an answer.",
    )


def _list_findings(reading: dict[str, Any]) -> Part:
    rows = list(reading["findings_by_kind"].items())
    return Part(
        "What could not be read",
        columns=("What", "Times"),
        rows=rows,
        numeric=("Times",),
        absent="Everything was read.",
    )


def render_matches(
    cohort: str, *, counts: pd.DataFrame, records: pd.DataFrame, least: int
) -> str:
    """Return the page of who fits which study: counts that may leave the centre.

    Parameters
    ----------
    counts
        ``studies/counts.tsv``.
    records
        ``studies/records.tsv``.
    least
        Count below which one is suppressed.
    """
    titles = dict(zip(records["study_id"], records["title"], strict=True))
    rows = [
        (
            row.study_id,
            titles.get(row.study_id, ""),
            row.centre,
            _shown(row.n_eligible),
            _shown(row.n_undetermined),
            _tell_screening(row),
        )
        for row in _with_none(counts).itertuples()
    ]
    facts = [
        ("studies held against patients", f"{counts['study_id'].nunique():,}"),
        ("counts below", f"{least} are suppressed"),
    ]
    sections = [
        Part(
            "Who fits which study",
            [
                "Eligible: every criterion is known to be met. Undetermined: none is "
                "known not to be met, and at least one is unknown; it says nothing for "
                "or against. Counts are rounded down to multiples of 5.",
                f"A suppressed count is below {least}, or would give such a count "
                f"away.",
            ],
            columns=(
                "Study",
                "Title",
                "Centre",
                "Eligible",
                "Undetermined",
                "To screen for one who is eligible",
            ),
            rows=rows,
            absent="No study of the portfolio is open and wanted for matching.",
        )
    ]
    return fill_page(f"Studies for {cohort}", facts=facts, sections=sections)


def _with_none(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with None in the place of every kind of missing value."""
    return frame.astype(object).where(frame.notna(), None)


def _shown(value: Any) -> str:
    return _SUPPRESSED if value is None else f"{int(value):,}"


def _tell_screening(row: Any) -> str:
    if row.to_screen is None:
        return "not assessed"
    high = "" if row.to_screen_high is None else f"–{row.to_screen_high:.1f}"
    return f"{row.to_screen:.1f} ({row.to_screen_low:.1f}{high})"
