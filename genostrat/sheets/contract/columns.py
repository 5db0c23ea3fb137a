"""The contract of the clinical sheet: every column that the config names, resolved.

Each use of a column is held against what its user needs of the cells, once, before
anything is computed. What comes out is what later stages work with: they ask neither
whether a column is there nor what its cells hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genostrat.cells import natural_key, parse_number, parse_numbers, plain_number
from genostrat.config.columns import Origins, Use
from genostrat.config.outcomes import ALL, TWO_LEVELS, Outcome, Treatment
from genostrat.errors import Problem, nearest, printable
from genostrat.privacy import starts_formula
from genostrat.sheets.contract.coding import Coding, read_coding
from genostrat.sheets.contract.meaning import (
    CATEGORY,
    Meaning,
    find_crowd,
    find_decimal_commas,
    has_usable_level,
    read_label,
    read_measure,
    read_numbers,
)
from genostrat.sheets.contract.proxies import describe_proxy, find_proxies
from genostrat.sheets.contract.table import SheetTable
from genostrat.sheets.faults import CellFaults

#: More arms than this, and the column is likely another one.
_MANY_ARMS = 12
_LEAST = float("-inf")


@dataclass
class Contract:
    """What the columns of a sheet are used as, and what they hold.

    Attributes
    ----------
    meanings
        Column → what it is, for every column that is used as numbers or groups.
    codings
        Column of an event, or of yes and no → what its levels mean.
    arms
        Arms of the treatment as they stand in results, in the order in which they are
        shown → number of patients; the reference is first unless the config orders.
    reference
        The arm that others are compared with, as it stands in results.
    idle
        Column → why nothing can be learnt from it.
    problems, warnings
        What is wrong, and what is odd; warnings name nobody.
    """

    meanings: dict[str, Meaning] = field(default_factory=dict)
    codings: dict[str, Coding] = field(default_factory=dict)
    arms: dict[str, int] = field(default_factory=dict)
    reference: str = ""
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
        Where the config names columns that the sheet has.
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
        *(use.column for use in uses if use.holds in {"time", "number", "measure"}),
    ]
    contract.problems += find_decimal_commas(table, list(dict.fromkeys(numeric)))
    contract.problems += _find_formulas(table)
    _read_meanings(contract, table, uses, is_told=is_told)
    for index, outcome in enumerate(outcomes):
        if set(outcome.columns) <= table.cells.keys():
            place = origins.place(("outcomes", index))
            _check_outcome(contract, table, outcome, place)
    if treatment is not None and treatment.column in table.cells:
        _check_arms(contract, table, treatment, origins)
    _check_features(contract, table, uses, outcomes)
    for column, coding in contract.codings.items():
        table.cells[column] = [coding.translate(c) for c in table.cells[column]]
    return contract


def _find_formulas(table: SheetTable) -> Iterator[Problem]:
    """Find cells that a spreadsheet program would run; identifiers are not here."""
    faults = CellFaults(table.path)
    for column in table.cells:
        if column in {"sample_id", "subject_id", "father_id", "mother_id"}:
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
        if column not in table.cells or holds <= {"text"}:
            continue
        if "time" in holds:
            meaning = read_numbers(table, column, at_least=0, is_told=is_told)
        elif "number" in holds:
            meaning = read_numbers(table, column, at_least=_LEAST, is_told=is_told)
        elif holds & TWO_LEVELS:
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
    _check_usable(contract, table, uses)


def _check_usable(contract: Contract, table: SheetTable, uses: Sequence[Use]) -> None:
    """Find columns that nothing can be learnt from: blank, constant, all different."""
    for use in uses:
        meaning = contract.meanings.get(use.column)
        if meaning is None or use.holds not in {"measure", "label"}:
            continue
        name = table.name(use.column)
        if not meaning.n_known:
            contract.idle[use.column] = f"{name} is blank in every patient"
        elif len(table.levels(use.column)) == 1:
            contract.idle[use.column] = f"{name} is the same in every patient"
        elif meaning.kind == CATEGORY and not has_usable_level(table, use.column):
            contract.idle[use.column] = f"no level of {name} has 5 patients"
        elif use.section == "labels" and (crowd := find_crowd(table, use.column)):
            contract.problems.append(crowd)
    for column, why in contract.idle.items():
        roles = [use.role for use in uses if use.column == column and use.is_needed]
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
    *_, last = outcome.columns
    if outcome.needs[last] in TWO_LEVELS and last not in contract.codings:
        coding, problems = read_coding(
            table,
            last,
            outcome=outcome.name,
            levels=outcome.event_level,
            is_status=outcome.needs[last] == "event",
            place=place,
        )
        contract.codings[last] = coding
        contract.problems += problems
        contract.warnings += [coding.said] if coding.said else []
    contract.problems += _find_halves(table, outcome)
    contract.problems += _find_blank(table, outcome)
    if not contract.problems:
        contract.warnings += _find_constant(contract, table, outcome)


def _find_halves(table: SheetTable, outcome: Outcome) -> Iterator[Problem]:
    """Find rows in which a part of an outcome is given and another is blank."""
    faults = CellFaults(table.path)
    for blank in outcome.columns:
        for given in outcome.columns:
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


def _find_blank(table: SheetTable, outcome: Outcome) -> Iterator[Problem]:
    for column in outcome.columns:
        if len(table) and not table.known(column):
            yield Problem(
                f"the outcome {outcome.name!r} is not known of any patient",
                file=table.path,
                column=table.name(column),
                found="only blank cells and codes of missing values",
                fix="name the column that holds it, or remove the outcome",
            )


def _find_constant(
    contract: Contract, table: SheetTable, outcome: Outcome
) -> Iterator[str]:
    """Say of outcomes that do not differ between patients that nothing can be told."""
    last = outcome.columns[-1]
    if last in contract.codings:
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
    if outcome.kind == "survival":
        times = parse_numbers(cell for _, cell in table.known(outcome.columns[0]))
        n_zero = int((times == 0).sum())
        if n_zero:
            yield (
                f"the outcome {outcome.name}: follow-up is 0 in {n_zero} patients"
                f" ({table.name(outcome.columns[0])}); they tell nothing of what came"
                " later"
            )


def _check_arms(
    contract: Contract, table: SheetTable, treatment: Treatment, origins: Origins
) -> None:
    """Find the arms, their order and their reference; write them in one way."""
    column, name = treatment.column, table.name(treatment.column)
    place: dict[str, Any] = {"file": table.path, "column": name}
    found = table.levels(column)
    if found and all(parse_number(arm) == parse_number(arm) for arm in found):
        table.cells[column] = [plain_number(cell) for cell in table.cells[column]]
        found = table.levels(column)
    spelled = {plain_number(arm): arm for arm in found} | {arm: arm for arm in found}
    contract.reference = spelled.get(
        treatment.reference,
        spelled.get(plain_number(treatment.reference), treatment.reference),
    )
    if ALL in found:
        line = next(line for line, cell in table.known(column) if cell == ALL)
        contract.problems.append(
            Problem(
                "an arm has the name that results give to all arms together",
                line=line,
                found=ALL,
                fix="give the arm another name",
                **place,
            )
        )
    contract.problems += _find_reference(contract, found, treatment, place, origins)
    listed = [
        spelled.get(arm, spelled.get(plain_number(arm), arm)) for arm in treatment.arms
    ]
    contract.problems += _find_listed(found, treatment, listed, place, origins)
    rest = sorted(set(found) - {contract.reference}, key=natural_key)
    order = listed or [contract.reference, *rest]
    contract.arms = {arm: found[arm] for arm in order if arm in found}
    if len(found) > _MANY_ARMS:
        contract.warnings.append(
            f"{name} has {len(found)} arms; if it is not the treatment, correct"
            " treatment.column"
        )


def _find_reference(
    contract: Contract,
    found: Mapping[str, int],
    treatment: Treatment,
    place: Mapping[str, Any],
    origins: Origins,
) -> Iterator[Problem]:
    where = origins.place(("treatment", "reference"))
    said = f" ({printable(str(where['file']))}" if where.get("file") else ""
    said += f", line {where['line']})" if where.get("line") else ")" if said else ""
    if contract.reference not in found:
        close = nearest(treatment.reference, found)
        yield Problem(
            f"no patient has the reference treatment {treatment.reference!r}{said}",
            found=", ".join(sorted(found, key=natural_key)[:20]) or "only blanks",
            fix=f"set treatment.reference: {close}"
            if close
            else "set treatment.reference to one of the arms found",
            **place,
        )
    elif len(found) < 2:
        yield Problem(
            "all patients have the same treatment, so none can be compared",
            found=", ".join(found),
            fix="remove `treatment` from the cohort's config",
            **place,
        )


def _find_listed(
    found: Mapping[str, int],
    treatment: Treatment,
    listed: Sequence[str],
    place: Mapping[str, Any],
    origins: Origins,
) -> Iterator[Problem]:
    """Hold `treatment.arms` against the arms of the sheet."""
    if not listed:
        yield from _find_twin_arms(found, place)
        return
    for index, (arm, said) in enumerate(zip(listed, treatment.arms, strict=True)):
        if arm not in found:
            close = nearest(arm, found)
            yield Problem(
                f"no patient has the arm {said!r} of treatment.arms",
                **origins.place(("treatment", "arms", index)),
                found=", ".join(sorted(found, key=natural_key)[:20]),
                fix=f"is it {close!r}?" if close else "remove it",
            )
    for arm in sorted(set(found) - set(listed), key=natural_key):
        yield Problem(
            f"treatment.arms does not list the arm {printable(arm)}",
            found=f"{found[arm]} patients",
            fix="add it to treatment.arms, or blank it in the sheet",
            **place,
        )


def _find_twin_arms(
    found: Mapping[str, int], place: Mapping[str, Any]
) -> Iterator[Problem]:
    groups: dict[str, list[str]] = {}
    for arm in sorted(found):
        groups.setdefault("".join(arm.casefold().split()), []).append(arm)
    for twins in groups.values():
        if len(twins) > 1:
            yield Problem(
                "arms differ only in upper and lower case or spaces",
                found=", ".join(f"{arm} ({found[arm]} patients)" for arm in twins),
                fix="spell them alike; if they are different arms, list all in"
                " treatment.arms",
                **place,
            )


def _check_features(
    contract: Contract,
    table: SheetTable,
    uses: Sequence[Use],
    outcomes: Iterable[Outcome],
) -> None:
    """Find clinical features that restate an outcome."""
    features = {
        use.column: contract.meanings[use.column].kind
        for use in uses
        if use.section == "profile.clinical_features" and use.column in table.cells
    }
    told: dict[str, Sequence[float]] = {}
    for outcome in outcomes:
        for key, column in zip(outcome.keys, outcome.columns, strict=True):
            what = f"outcome {outcome.name}"
            what = what if key == "column" else f"{key} of the {what}"
            if column in contract.codings:
                translate = contract.codings[column].translate
                cells = [translate(cell) for cell in table.cells[column]]
                told[what] = list(parse_numbers(cells))
            elif column in table.cells:
                told[what] = list(parse_numbers(table.cells[column]))
    for feature, outcome_name, found in find_proxies(table, features, told):
        said = describe_proxy(table, feature, outcome_name, found)
        if isinstance(said, Problem):
            contract.problems.append(said)
        else:
            contract.warnings.append(said)
