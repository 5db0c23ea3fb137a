"""What the stage writes, as rows of tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from genostrat.registry.words.studies import REGISTERS
from genostrat.studies.criteria.logic import list_leaves
from genostrat.studies.criteria.parsing import Criterion
from genostrat.studies.designs.document import Evidence
from genostrat.studies.records.cells import make_cell
from genostrat.studies.records.reading import Finding
from genostrat.studies.records.record import StudyRecord
from genostrat.studies.records.store import Change

if TYPE_CHECKING:
    import pandas as pd

#: Findings of a reading that a record lists; further ones are counted.
MOST_FINDINGS = 1000


def tabulate_records(
    records: Sequence[StudyRecord],
    *,
    same: Mapping[tuple[str, str], str],
    versions: Mapping[tuple[str, str], int],
    specialties: Mapping[tuple[str, str], str],
) -> pd.DataFrame:
    """Return a row a record of the last snapshot."""
    import pandas as pd

    columns = [
        "study_id",
        "register",
        "same_as",
        "title",
        "status",
        "phase",
        "kind",
        "specialty",
        "countries",
        "conditions",
        "first_posted",
        "updated",
        "start",
        "end",
        "target",
        "enrolled",
        "n_versions",
        "has_criteria",
    ]
    rows = []
    for record in records:
        key = (record.register, record.study_id)
        rows.append(
            (
                make_cell(record.study_id, most=80),
                record.register,
                make_cell(same.get(key, ""), most=80),
                make_cell(record.shown_title),
                record.status,
                record.phase,
                make_cell(record.kind, most=60),
                specialties[key],
                make_cell("|".join(record.countries)),
                make_cell("|".join(record.conditions)),
                record.first_posted,
                record.updated,
                record.start,
                record.end,
                record.target,
                record.enrolled,
                versions[key],
                bool(record.eligibility),
            )
        )
    return pd.DataFrame(rows, columns=columns)


def tabulate_designs(
    labelled: Iterable[tuple[StudyRecord, Mapping[str, Sequence[Evidence]]]],
) -> pd.DataFrame:
    """Return a row a label of a record, with its first piece of evidence."""
    import pandas as pd

    rows = []
    for record, labels in labelled:
        texts = record.texts
        for label, evidence in labels.items():
            first = evidence[0]
            said = texts[first.field][first.start : first.end]
            rows.append(
                (
                    record.study_id,
                    record.register,
                    label,
                    first.field,
                    first.start,
                    first.end,
                    make_cell(said),
                    len(evidence),
                )
            )
    columns = [
        "study_id",
        "register",
        "label",
        "field",
        "start",
        "end",
        "evidence",
        "n_evidence",
    ]
    return pd.DataFrame(rows, columns=columns)


def tabulate_criteria(
    parsed: Iterable[tuple[StudyRecord, Sequence[Criterion]]],
) -> pd.DataFrame:
    """Return a row a criterion, understood or not."""
    import pandas as pd

    rows = []
    for record, criteria in parsed:
        for one in criteria:
            leaves = [leaf for leaf in list_leaves(one.node) if leaf.kind != "unknown"]
            asked = " | ".join(dict.fromkeys(leaf.tell() for leaf in leaves))
            kinds = "|".join(dict.fromkeys(leaf.kind for leaf in leaves))
            rows.append(
                (
                    record.study_id,
                    record.register,
                    one.number,
                    one.side,
                    one.grasp,
                    kinds,
                    make_cell(asked),
                    make_cell(one.text),
                    one.field,
                    one.start,
                    one.end,
                )
            )
    columns = [
        "study_id",
        "register",
        "number",
        "side",
        "grasp",
        "kinds",
        "questions",
        "text",
        "field",
        "start",
        "end",
    ]
    return pd.DataFrame(rows, columns=columns)


def describe_reading(
    records: Sequence[StudyRecord],
    findings: Sequence[Finding],
    *,
    snapshot: int,
    as_of: str,
    changes: Mapping[str, int],
    n_files: int,
    n_ctml: int,
) -> dict[str, Any]:
    """Return the record of a reading."""
    counts: dict[str, int] = defaultdict(int)
    for finding in findings:
        counts[make_cell(finding.what.split(":")[0], most=120)] += 1
    return {
        "n_files": n_files,
        "n_records": len(records),
        "n_ctml": n_ctml,
        "registers": {
            register: sum(record.register == register for record in records)
            for register in REGISTERS
        },
        "snapshot": snapshot,
        "as_of": as_of,
        "changes": dict(changes),
        "n_findings": len(findings),
        "findings_by_kind": dict(sorted(counts.items())),
        "findings": [
            {
                "file": one.file,
                "line": one.line,
                "study_id": make_cell(one.study_id, most=80),
                "what": make_cell(one.what),
                "fix": one.fix,
            }
            for one in findings[:MOST_FINDINGS]
        ],
    }


def tabulate_changes(changes: Sequence[Change]) -> pd.DataFrame:
    """Return a row a change of the last snapshot."""
    import pandas as pd

    columns = ["study_id", "register", "what", "before", "after"]
    rows = [(c.study_id, c.register, c.what, c.before, c.after) for c in changes]
    return pd.DataFrame(rows, columns=columns)


def tabulate_growth(counted: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a row a group and quarter."""
    import pandas as pd

    columns = ["grouping", "group", "quarter", "n_studies", "n_stratified"]
    rows = [{**row, "group": make_cell(str(row["group"]), most=120)} for row in counted]
    frame = pd.DataFrame(rows, columns=columns)
    keys = columns[:3]
    return frame.groupby(keys, as_index=False)[columns[3:]].sum()


def tabulate_slips(slips: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return a row a slip."""
    import pandas as pd

    columns = [
        "study_id",
        "register",
        "what",
        "reading",
        "as_of",
        "before",
        "after",
        "slip_days",
    ]
    return pd.DataFrame(list(slips), columns=columns)
