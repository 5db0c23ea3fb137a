"""The rows of the decision ledger, and what they and the overrides add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

COLUMNS = [
    "sample_id",
    "rule",
    "value",
    "threshold",
    "config_key",
    "outcome",
    "reason",
]
OUTCOMES = {"keep": "kept", "flag": "flagged", "exclude": "excluded"}
#: The rule of a decision made by hand, and of a sample that nothing caught.
OVERRIDE, NO_RULE = "override", "none"
#: Every rule in the order in which samples are judged. A sample that several rules
#: exclude is counted under the first of them.
RULES = (
    OVERRIDE,
    "low_call_rate",
    "contamination",
    "sex_mismatch",
    "sex_ambiguous",
    "swap",
    "possible_swap",
    "mendel",
    "pedigree_mismatch",
    "het_outlier",
    "het_hom_ratio_outlier",
    "ti_tv_outlier",
    "n_singleton_outlier",
    "replicate",
    "duplicate",
    "relative",
)


@dataclass
class Ledger:
    """What the rules have found so far.

    Parameters
    ----------
    overrides
        sample_id → keep, flag or exclude: decisions by hand, which win over every
        rule. A rule still writes what it found.
    """

    overrides: Mapping[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    _excluded: dict[str, str] = field(default_factory=dict)

    def add(self, sample: str, rule: str, action: str, **more: Any) -> None:
        """Write that a rule caught a sample.

        Parameters
        ----------
        sample, rule
            Whom, and which of :data:`RULES`.
        action
            keep, flag or exclude.
        **more
            value, threshold, config_key and reason.
        """
        outcome = OUTCOMES[action]
        self.rows.append({"sample_id": sample, "rule": rule, "outcome": outcome} | more)
        if outcome == "excluded" and rule != OVERRIDE:
            self._excluded.setdefault(sample, rule)

    def excluded(self) -> dict[str, str]:
        """Return each sample that is out → the first rule that says so."""
        by_hand = {s: OVERRIDE for s, d in self.overrides.items() if d == "exclude"}
        by_rule = {s: r for s, r in self._excluded.items() if s not in self.overrides}
        return by_hand | by_rule

    def kept_by_hand(self) -> list[str]:
        """Return the samples that a rule excluded and a person kept."""
        return sorted(s for s in self._excluded if s in self.protected())

    def protected(self) -> set[str]:
        """Return the samples that no rule can exclude."""
        return {s for s, d in self.overrides.items() if d != "exclude"}

    def finish(self, samples: Iterable[str]) -> pd.DataFrame:
        """Return ``qc/decisions.tsv``: samples that nothing caught get a row too."""
        caught = {row["sample_id"] for row in self.rows}
        for sample in samples:
            if sample not in caught:
                self.add(sample, NO_RULE, "keep", reason="no rule caught this sample")
        return pd.DataFrame(self.rows).reindex(columns=COLUMNS)
