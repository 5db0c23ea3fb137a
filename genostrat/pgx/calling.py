"""Diplotypes and phenotypes of a cohort, gene by gene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from genostrat.genotypes.site_records import SiteRecords
from genostrat.pgx.definitions import Knowledge
from genostrat.pgx.knowledge.panels import Panel, read_panels
from genostrat.pgx.matching.assay import assay_gene, open_assay, refuse_mismatches
from genostrat.pgx.matching.coverage import cover_gene, describe_evidence
from genostrat.pgx.matching.panels import PanelReader
from genostrat.pgx.matching.patterns import FEMALE, MALE, UNKNOWN, share_rows
from genostrat.pgx.matching.rows import Caller, CallPolicy, Row, make_caller, make_row
from genostrat.pgx.outside.calls import OutsideCall
from genostrat.pgx.outside.merging import add_outside_calls

if TYPE_CHECKING:
    import pandas as pd

_SEXES = {"female": FEMALE, "male": MALE}
_ALTERNATIVE_COLUMNS = (
    "gene",
    "explanation",
    "diplotype",
    "phenotype",
    "activity_score",
    "needs",
)


@dataclass(frozen=True)
class CohortCalls:
    """The tables of :func:`call_diplotypes`, as the registry describes them."""

    diplotypes: pd.DataFrame
    alternatives: pd.DataFrame
    coverage: pd.DataFrame


def call_diplotypes(
    records: SiteRecords,
    knowledge: Knowledge,
    *,
    samples: Sequence[str],
    sexes: Mapping[str, str],
    policy: CallPolicy,
    outside: Sequence[OutsideCall] = (),
    findings: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> CohortCalls:
    """Call every gene in every patient.

    Parameters
    ----------
    records
        What the file says at the sites of the knowledge base.
    knowledge
        Definitions on the build of the records.
    samples
        Patients to call.
    sexes
        ``male`` or ``female`` by patient; others are of unknown sex.
    policy
        What the user decided.
    outside
        Calls of other tools.
    findings
        Sentences on what was left out of those, and the genes they are about.

    Raises
    ------
    GenostratError
        If the records are on another build than the knowledge base.
    """
    import pandas as pd

    assay = open_assay(
        records,
        knowledge.genes.values(),
        samples=samples,
        min_depth=policy.min_depth,
        min_quality=policy.min_genotype_quality,
    )
    codes = np.array([_SEXES.get(sexes.get(s, ""), UNKNOWN) for s in samples], np.int8)
    source = f"{knowledge.source} {knowledge.version}".strip()
    callers = []
    for gene in knowledge.genes.values():
        assumes = policy.assumes_reference(gene.name)
        found = assay_gene(assay, gene, is_absent_reference=assumes)
        caller = make_caller(gene, found, policy=policy, source=source)
        about = (text for text, names in findings.items() if gene.name in names)
        caller.notes = (*caller.notes, *about)
        callers.append(caller)
    assays = {caller.gene.name: caller.assay for caller in callers}
    refuse_mismatches(assays, build=knowledge.build)
    rows: list[Row] = []
    shared = {}
    panels = read_panels()
    for caller in callers:
        mine = [panel for panel in panels if panel.gene == caller.gene.name]
        called, code = _call_gene(caller, codes, mine)
        shared[caller.gene.name] = len(rows) + code
        rows += called
    add_outside_calls(rows, shared, outside, knowledge=knowledge, samples=samples)
    tables = CohortCalls(
        diplotypes=_diplotype_table(rows, shared, samples=samples),
        alternatives=pd.DataFrame(
            _alternatives(callers), columns=list(_ALTERNATIVE_COLUMNS)
        ),
        coverage=_coverage_table(
            callers, rows, shared, evidence=describe_evidence(records)
        ),
    )
    for table in (tables.diplotypes, tables.alternatives, tables.coverage):
        table["knowledge"] = knowledge.label
    return tables


def choose_sexes(sex: pd.DataFrame) -> dict[str, str]:
    """Return ``male`` or ``female`` by sample, from the table ``qc/sex.tsv``.

    What the chromosomes say comes first; what the sheet says stands in where they
    could not be assessed. Where they were and did not tell, sex stays unknown.
    """
    sexes = {}
    for sample, inferred, reported, status in zip(
        sex["sample_id"],
        sex["inferred_sex"],
        sex["reported_sex"],
        sex["status"],
        strict=True,
    ):
        sexes[sample] = reported if status == "not_assessable" else inferred
    return sexes


def _call_gene(
    caller: Caller, sexes: np.ndarray, panels: Sequence[Panel]
) -> tuple[list[Row], np.ndarray]:
    """Call each row of genotypes that patients share, once."""
    matters = caller.gene.inheritance == "x"
    shared = share_rows(caller.assay, sexes if matters else np.zeros_like(sexes))
    placed = [(panel, panel.place(caller.gene)) for panel in panels]
    reader = PanelReader(
        caller,
        [(panel, places) for panel, places in placed if places is not None],
        accepted=frozenset(caller.policy.panels),
    )
    rows = []
    for number in shared.rows.tolist():
        sex = int(sexes[number])
        row = make_row(caller, number, sex=sex)
        rows.append(reader.add(row, number, sex=sex) if reader.panels else row)
    return rows, shared.code


def _diplotype_table(
    rows: Sequence[Row],
    shared: Mapping[str, np.ndarray],
    *,
    samples: Sequence[str],
) -> pd.DataFrame:
    """Give every patient their row of every gene.

    Texts are shared between rows (categories): patients have few patterns, and lists
    of missing positions are long.
    """
    import pandas as pd

    code = np.concatenate(list(shared.values()))
    genes = [gene for gene in shared for _ in samples]
    columns: dict[str, Any] = {
        "sample_id": np.tile(np.array(samples, object), len(shared)),
        "gene": pd.Categorical(genes),
    }
    for name in Row.__dataclass_fields__:
        values = [getattr(row, name) for row in rows]
        if name in {"n_assayed", "n_required", "n_alternatives", "phased"}:
            columns[name] = np.array(values)[code]
        elif name == "activity_score":
            columns[name] = np.array(values, float)[code]
        else:
            texts, numbers = np.unique(np.array(values, object), return_inverse=True)
            columns[name] = pd.Categorical.from_codes(numbers[code], list(texts))
    return pd.DataFrame(columns)


def _alternatives(callers: Sequence[Caller]) -> list[tuple[object, ...]]:
    return [row for caller in callers for row in caller.listed]


def _coverage_table(
    callers: Sequence[Caller],
    rows: Sequence[Row],
    shared: Mapping[str, np.ndarray],
    *,
    evidence: str,
) -> pd.DataFrame:
    import pandas as pd

    table = []
    for caller in callers:
        states = [rows[number].status for number in shared[caller.gene.name].tolist()]
        row = cover_gene(
            caller.gene, caller.assay, states, notes=caller.notes, evidence=evidence
        )
        table.append(row)
    return pd.DataFrame(table)
