"""The ledger of variants: what each rule caught, and the set that is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from genostrat.arrays import Flags, Integers
from genostrat.catalogues.quality_rules import VARIANT_RULES
from genostrat.genotypes.store import Store
from genostrat.qc.variants.counting import judged_contigs
from genostrat.qc.variants.groups import MIN_SAMPLES, Groups
from genostrat.qc.variants.judging import Judgement

COLUMNS = [
    "contig",
    "position",
    "identifier",
    "ref",
    "alt",
    "rule",
    "value",
    "threshold",
    "config_key",
    "outcome",
    "group",
]


@dataclass(frozen=True)
class VariantLedger:
    """What became of the variants.

    Parameters
    ----------
    rows
        The table ``qc/variant_decisions.tsv``: a row for each rule that caught a
        variant.
    set_aside
        Contig → rows of the store that do not count, ascending.
    record
        ``qc/variants.json``.
    """

    rows: pd.DataFrame
    set_aside: dict[str, Integers]
    record: dict[str, Any]


def write_ledger(
    store: Store,
    judgement: Judgement | None,
    groups: Groups,
    policy: Mapping[str, Any],
) -> VariantLedger:
    """Decide on every variant by what the rules found.

    Parameters
    ----------
    store
        The genotypes, nothing set aside.
    judgement
        From :func:`genostrat.qc.variants.judging.judge_variants`; None where there were
        too few samples to judge by.
    groups
        Of all samples.
    policy
        The config's section ``variant_qc``.
    """
    contigs = judged_contigs(store)
    n_stored = sum(len(contig.variants) for contig in store.contigs)
    record: dict[str, Any] = {
        "n_variants": n_stored,
        "n_judged": 0,
        "n_excluded": 0,
        "n_flagged": 0,
        "not_assessed": None,
        "n_samples": len(store.samples),
        "n_samples_counted": 0,
        "n_rounds": 0,
        "n_on_x": 0,
        "n_with_two_x": 0,
        "compared": {},
        "not_compared": groups.left_out,
        "proportions_within": [],
        "inflation": {},
        "n_families": 0,
        "alleles": {},
        "n_with_reads": 0,
        "rules": [],
    }
    if judgement is None or not contigs:
        record["not_assessed"] = (
            f"fewer than {MIN_SAMPLES} samples can be counted"
            if contigs
            else "no variant of an autosome or of chrX is stored"
        )
        return VariantLedger(pd.DataFrame(columns=COLUMNS), {}, record)
    table = pd.concat([c.variants for c in contigs], ignore_index=True)
    parts = []
    flagged = np.zeros(len(table), bool)
    for rule, finding in judgement.findings.items():
        outcome = rule.outcome(policy)
        caught = np.flatnonzero(finding.caught)
        found = table.loc[caught, COLUMNS[:5]].assign(
            rule=rule.name,
            value=finding.values[caught],
            threshold=rule.threshold(policy),
            config_key=rule.config_key,
            outcome=outcome,
            group=finding.groups[caught],
        )
        parts.append(found)
        if outcome == "flagged":
            flagged[caught] = True
        record["rules"].append(
            {
                "rule": rule.name,
                "outcome": outcome,
                "threshold": rule.threshold(policy) if rule.limit else None,
                "n_caught": len(caught),
                "by_group": found["group"].value_counts(sort=False).to_dict(),
            }
        )
    excluded = judgement.excluded(policy)
    rows = pd.concat(parts)
    rows["order"] = rows.index
    order = {rule.name: number for number, rule in enumerate(VARIANT_RULES)}
    rows["of_rule"] = rows["rule"].map(order)
    rows = rows.sort_values(["order", "of_rule"], kind="stable")[COLUMNS]
    record |= {
        "n_judged": len(table),
        "n_excluded": int(excluded.sum()),
        "n_flagged": int((flagged & ~excluded).sum()),
        "n_samples_counted": int(judgement.counted.sum()),
        "n_rounds": judgement.n_rounds,
        "n_on_x": int((table["contig"] == "X").sum()),
        "n_with_two_x": judgement.n_with_two_x,
        "compared": {
            column: sorted(masks) for column, masks in judgement.groups.compared.items()
        },
        "proportions_within": sorted(judgement.groups.peoples),
        "inflation": {g: round(v, 3) for g, v in judgement.inflation.items()},
        "n_families": judgement.n_families,
        "alleles": judgement.alleles,
        "n_with_reads": judgement.n_with_reads,
    }
    return VariantLedger(
        rows.reset_index(drop=True), _by_contig(store, excluded), record
    )


def _by_contig(store: Store, excluded: Flags) -> dict[str, Integers]:
    found, done = {}, 0
    for contig in judged_contigs(store):
        stop = done + len(contig.variants)
        rows = np.flatnonzero(excluded[done:stop])
        if len(rows):
            found[contig.name] = rows.astype(np.int64)
        done = stop
    return found
