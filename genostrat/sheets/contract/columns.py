"""The contract of the clinical sheet: every column that the config names, resolved.

Each use of a column is held against what its user needs of the cells, once, before
anything is computed. What comes out is what later stages work with: they ask neither
whether a column is there nor what its cells hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genostrat.catalogues.outcome_kinds import CODED, LEAST, TWO_LEVELS
from genostrat.cells import parse_number, parse_numbers
from genostrat.config.columns import IDENTIFIERS, Origins, Use
from genostrat.config.outcomes import ALL, Outcome, Treatment
from genostrat.errors import Problem, counted
from genostrat.privacy import starts_formula
from genostrat.sheets.contract.arms import Arms, check_arms
from genostrat.sheets.contract.coding import Coding, read_coding
from genostrat.sheets.contract.levels import LevelCoding, read_order, read_state
from genostrat.sheets.contract.meaning import (
    CATEGORY,
    MIN_PATIENTS_A_LEVEL,
    Meaning,
    find_crowd,
    find_decimal_commas,
    has_usable_level,
    read_label,
    read_measure,
    read_numbers,
)
from genostrat.sheets.contract.outcomes import (
    find_recurrent_rows,
    find_wrong_follow_up,
)
from genostrat.sheets.contract.proxies import describe_proxy, find_proxies
from genostrat.sheets.contract.studies import check_study_columns
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.faults import CellFaults

#: Keys whose columns must be groups of patients.
_GROUPINGS = frozenset({"labels", "response.subgroups"})
#: Keys whose columns must not tell an outcome that is tested with them.
_FREE_OF_OUTCOMES = (
    "profile.clinical_features",
    "response.subgroups",
    "response.adjust_for",
    "response.stratify_by",
    "response.modifiers",
    "profile.adjust_for",
    "response.propensity_covariates",
)
#: Of these the columns that somebody named. A shipped one, as a batch of all cases, is
#: a fault of the design, which the audit of confounders is there to tell.
_WHERE_NAMED = frozenset({"profile.adjust_for", "response.propensity_covariates"})


@dataclass
class Contract:
    """What the columns of a sheet are used as, and what they hold.

    Attributes
    ----------
    meanings
        Column → what it is, for every column that is used as numbers or groups.
    codings
        Column of an event, of yes and no, or of an ordered scale → what its levels
        mean.
    arms
        Of the treatment; None without one.
    idle
        Column → why nothing can be learnt from it.
    problems, warnings
        What is wrong, and what is odd; warnings name nobody.
    """

    meanings: dict[str, Meaning] = field(default_factory=dict)
    codings: dict[str, Coding | LevelCoding] = field(default_factory=dict)
    arms: Arms | None = None
    idle: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def check_columns(
    table: SheetTable,
    uses: Sequence[Use],
    *,
    outcomes: Sequence[Outcome],
    treatment: Treatment | None,
    origins: Origins,
    is_told: bool,
) -> Contract:
    """Hold every column that is used against what its users need.

    Cells of `table` whose coding was recognised are rewritten: events as 1 and 0, arms
    as they stand in results.

    Parameters
    ----------
    table
        The sheet.
    uses
        Where the config names columns; those that the sheet lacks are passed over.
    outcomes, treatment
        As in the config.
    origins
        Where names were written.
    is_told
        Whether the config lists the codes of missing values itself.
    """
    contract = Contract()
    numeric = [
        *("age",) * ("age" in table.cells),
        *(use.column for use in uses if use.holds in {*LEAST, "measure"}),
    ]
    numeric = [column for column in numeric if column in table.cells]
    contract.problems += find_decimal_commas(table, list(dict.fromkeys(numeric)))
    strict = {use.column for use in uses if use.holds in LEAST} | {"age"}
    contract.problems += _find_formulas(table, numbers=strict)
    _read_meanings(contract, table, uses, is_told=is_told)
    for index, outcome in enumerate(outcomes):
        if set(outcome.all_columns) <= table.cells.keys():
            place = origins.place(("outcomes", index))
            _check_outcome(contract, table, outcome, place)
    repeated, said = find_recurrent_rows(table, outcomes)
    contract.problems += repeated
    contract.warnings += said
    if treatment is not None and treatment.column in table.cells:
        contract.arms = check_arms(table, treatment, origins)
        contract.problems += contract.arms.problems
        contract.warnings += contract.arms.warnings
    _check_features(contract, table, uses, outcomes)
    contract.problems += check_study_columns(table, uses)
    contract.problems += _find_no_weights(contract, table, uses, origins)
    for column, coding in contract.codings.items():
        table.cells[column] = [coding.translate(c) for c in table.cells[column]]
    return contract


def _find_formulas(table: SheetTable, *, numbers: set[str]) -> Iterator[Problem]:
    """Find cells that a spreadsheet program would run.

    Identifiers and columns that must hold numbers are checked more strictly elsewhere.
    """
    faults = CellFaults(table.path)
    for column in table.cells:
        if column in IDENTIFIERS or column in numbers:
            continue
        for line, cell in table.known(column):
            is_number = parse_number(cell.replace(",", ".")) == parse_number(
                cell.replace(",", ".")
            )
            # A sign by itself is a result, such as that of a stain.
            if starts_formula(cell) and not is_number and cell.strip("+-"):
                faults.add(
                    "a spreadsheet program would run this cell as a formula",
                    column=table.name(column),
                    line=line,
                    found=cell,
                    allowed="text that does not begin with = + - @",
                    fix="begin it with a letter or a digit",
                )
    return faults.problems()


def _read_meanings(
    contract: Contract, table: SheetTable, uses: Sequence[Use], *, is_told: bool
) -> None:
    """Read each column once, by the strictest of what its users need."""
    for column in dict.fromkeys(use.column for use in uses):
        holds = {use.holds for use in uses if use.column == column}
        if column not in table.cells or holds <= {"text", "consent", "performance"}:
            continue
        if holds & LEAST.keys():
            least = max(LEAST[one] for one in holds & LEAST.keys())
            meaning = read_numbers(table, column, at_least=least, is_told=is_told)
        elif holds & {*TWO_LEVELS, *CODED}:
            continue
        elif "measure" in holds and column != "age":
            meaning = read_measure(table, column, is_told=is_told)
        elif column == "age":
            meaning = read_numbers(table, column, at_least=0, is_told=is_told)
            # What an age may be is checked for every sheet.
            meaning.problems.clear()
        else:
            meaning = read_label(table, column)
        contract.meanings[column] = meaning
        contract.problems += meaning.problems
        contract.warnings += meaning.warnings
    contract.problems += _find_reserved_levels(table, uses)
    _check_usable(contract, table, uses)


def _find_reserved_levels(table: SheetTable, uses: Sequence[Use]) -> Iterator[Problem]:
    """Find subgroups with the name that results give to all patients together."""
    for use in uses:
        if use.section != "response.subgroups" or use.column not in table.cells:
            continue
        lines = [line for line, cell in table.known(use.column) if cell == ALL]
        if lines:
            yield Problem(
                "a subgroup has the name that results give to all patients together",
                file=table.path,
                line=lines[0],
                column=table.name(use.column),
                found=ALL,
                fix="give the subgroup another name, or blank it if nothing is known",
            )


def _check_usable(contract: Contract, table: SheetTable, uses: Sequence[Use]) -> None:
    """Find columns that nothing can be learnt from: blank, constant, all different."""
    for use in uses:
        meaning = contract.meanings.get(use.column)
        if meaning is None or use.holds not in {"measure", "label"}:
            continue
        name = table.name(use.column)
        crowd = find_crowd(table, use.column)
        if use.section in _GROUPINGS and crowd:
            contract.problems.append(crowd)
        elif use.section == "report.colour_by" and crowd and use.is_needed:
            contract.warnings.append(f"{crowd.what}, so no figure is coloured by it")
        elif not meaning.n_known:
            contract.idle[use.column] = f"{name} is blank in every patient"
        elif len(table.levels(use.column)) == 1:
            contract.idle[use.column] = f"{name} is the same in every patient"
        elif meaning.kind == CATEGORY and not has_usable_level(table, use.column):
            contract.idle[use.column] = (
                f"no level of {name} has {MIN_PATIENTS_A_LEVEL} patients"
            )
    for column, why in contract.idle.items():
        roles = [
            use.role
            for use in uses
            if use.column == column and use.is_needed and use.holds != "text"
        ]
        if roles:
            contract.warnings.append(
                f"{why}: it says nothing as {' or as '.join(dict.fromkeys(roles))}"
            )


def _check_outcome(
    contract: Contract,
    table: SheetTable,
    outcome: Outcome,
    place: Mapping[str, Any],
) -> None:
    if outcome.coding and outcome.last not in contract.codings:
        coding, problems = _read_levels(table, outcome, place)
        contract.codings[outcome.last] = coding
        contract.problems += problems
        contract.warnings += [coding.said] if coding.said else []
    contract.problems += find_wrong_follow_up(table, outcome)
    contract.problems += _find_halves(table, outcome)
    contract.problems += _find_blank(table, outcome)
    if not contract.problems:
        contract.warnings += _find_constant(contract, table, outcome)


def _read_levels(
    table: SheetTable, outcome: Outcome, place: Mapping[str, Any]
) -> tuple[Coding | LevelCoding, list[Problem]]:
    holds = outcome.needs[-1][2]
    if holds == "state":
        return read_state(table, outcome, place)
    if holds == "order":
        return read_order(table, outcome, place)
    return read_coding(
        table,
        outcome.last,
        outcome=outcome.name,
        levels=outcome.event_level,
        is_status=outcome.is_status,
        place=place,
    )


def _find_halves(table: SheetTable, outcome: Outcome) -> Iterator[Problem]:
    """Find rows in which a part of an outcome is given and another is blank."""
    faults = CellFaults(table.path)
    for blank in outcome.all_columns:
        for given in outcome.all_columns:
            if blank == given:
                continue
            for (line, cell), other in zip(
                table.rows(blank), table.cells[given], strict=True
            ):
                if not cell and other:
                    faults.add(
                        f"{table.name(blank)} is blank although {table.name(given)} is"
                        " given",
                        column=table.name(blank),
                        line=line,
                        found="",
                        allowed="both, or neither where the outcome"
                        f" {outcome.name!r} is not known",
                        fix=f"fill in {table.name(blank)}, or blank"
                        f" {table.name(given)} too",
                    )
    return faults.problems()


def _find_no_weights(
    contract: Contract, table: SheetTable, uses: Sequence[Use], origins: Origins
) -> Iterator[Problem]:
    """Find a treatment that was chosen, and nothing to weigh patients by."""
    key = ("response", "propensity_covariates")
    own = [use for use in uses if use.key[:2] == key and use.is_needed]
    left = [
        use
        for use in own
        if use.column in table.cells and use.column not in contract.idle
    ]
    if own and not left:
        names = ", ".join(dict.fromkeys(use.column for use in own))
        yield Problem(
            "the treatment was not randomised, and no covariate is left to weigh"
            " patients by",
            **origins.place(key),
            found=f"the sheet lacks {names}, or they are blank or the same in all",
            fix="name the columns that led to the choice of treatment in"
            " response.propensity_covariates",
        )


def _find_blank(table: SheetTable, outcome: Outcome) -> Iterator[Problem]:
    for column in outcome.all_columns:
        if len(table) and not table.known(column):
            yield Problem(
                f"the outcome {outcome.name!r} is not known of any patient",
                file=table.path,
                column=table.name(column),
                found="only blank cells and codes of missing values",
                fix="name the column that holds it, or remove the outcome",
            )
    if outcome.time:
        times = {parse_number(cell) for _, cell in table.known(outcome.time)}
        if times == {0.0}:
            yield Problem(
                f"follow-up is 0 in every patient of the outcome {outcome.name!r}",
                file=table.path,
                column=table.name(outcome.time),
                found="0",
                fix="name the column of the time from the start to the event or to the"
                " end of follow-up",
            )


def _find_constant(
    contract: Contract, table: SheetTable, outcome: Outcome
) -> Iterator[str]:
    """Say of outcomes that do not differ between patients that nothing can be told."""
    last = outcome.last
    if outcome.has_events:
        coding = contract.codings[last]
        if not coding.n_events or not coding.others:
            which = "no patient has" if not coding.n_events else "every patient has"
            yield (
                f"the outcome {outcome.name}: {which} the event"
                f" ({table.name(last)}), so nothing can be compared"
            )
    elif len(table.levels(last)) == 1:
        yield (
            f"the outcome {outcome.name}: {table.name(last)} is the same in every"
            " patient, so nothing can be compared"
        )
    if outcome.time:
        times = parse_numbers(cell for _, cell in table.known(outcome.time))
        n_zero = int((times == 0).sum())
        if n_zero:
            yield (
                f"the outcome {outcome.name}: follow-up is 0 in"
                f" {counted(n_zero, 'patient')}"
                f" ({table.name(outcome.time)}); they tell nothing of what came"
                " later"
            )


def _check_features(
    contract: Contract,
    table: SheetTable,
    uses: Sequence[Use],
    outcomes: Iterable[Outcome],
) -> None:
    """Find features, subgroups and covariates that restate an outcome."""
    used = {
        use.column: use
        for use in reversed(uses)
        if use.section in _FREE_OF_OUTCOMES
        and use.is_needed
        and use.column in contract.meanings
        and not (use.is_default and use.section in _WHERE_NAMED)
    }
    features = {column: contract.meanings[column].kind for column in used}
    told: dict[str, Sequence[float]] = {}
    for outcome in outcomes:
        for key, column, _ in outcome.needs:
            what = f"outcome {outcome.name}"
            what = what if key == "column" else f"{key} of the {what}"
            if column in contract.codings:
                translate = contract.codings[column].translate
                cells = [translate(cell) for cell in table.cells[column]]
                told[what] = list(parse_numbers(cells))
            elif column in table.cells:
                told[what] = list(parse_numbers(table.cells[column]))
    for feature, outcome_name, found in find_proxies(table, features, told):
        said = describe_proxy(
            table, feature, outcome_name, found, section=used[feature].section
        )
        if isinstance(said, Problem):
            contract.problems.append(said)
        else:
            contract.warnings.append(said)
