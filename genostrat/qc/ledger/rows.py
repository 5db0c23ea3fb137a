"""The rows of the decision ledger, and what they and the overrides add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from genostrat.catalogues.quality_rules import NO_RULE, OUTCOMES, OVERRIDE, Rule

COLUMNS = [
    "sample_id",
    "rule",
    "value",
    "threshold",
    "config_key",
    "outcome",
    "reason",
]


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

    def catch(
        self,
        sample: str,
        rule: Rule,
        policy: Mapping[str, Any],
        *,
        reason: str,
        value: float | None = None,
        threshold: float | None = None,
    ) -> None:
        """Write that a rule caught a sample.

        Parameters
        ----------
        sample, rule
            Whom, and which rule.
        policy
            The config's section ``qc``.
        reason
            In words.
        value, threshold
            What the rule looked at, and the limit it was held against.
        """
        outcome = rule.outcome(policy)
        self._write(
            sample,
            rule.name,
            outcome,
            value=value,
            threshold=threshold,
            config_key=rule.config_key,
            reason=reason,
        )
        if outcome == "excluded":
            self._excluded.setdefault(sample, rule.name)

    def decide_by_hand(self, sample: str, decision: str, *, reason: str) -> None:
        """Write what a person decided about a sample: keep, flag or exclude."""
        key = "samples.overrides"
        outcome = OUTCOMES[decision]
        self._write(sample, OVERRIDE, outcome, config_key=key, reason=reason)

    def _write(self, sample: str, rule: str, outcome: str, **more: Any) -> None:
        self.rows.append({"sample_id": sample, "rule": rule, "outcome": outcome} | more)

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
                self._write(
                    sample, NO_RULE, "kept", reason="no rule caught this sample"
                )
        return pd.DataFrame(self.rows).reindex(columns=COLUMNS)
