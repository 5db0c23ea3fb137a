"""The columns of ``pgx/guidance.tsv`` while they grow topic by topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from genostrat.arrays import Flags, Indices

if TYPE_CHECKING:
    import pandas as pd


class Columns:
    """The table's columns while it grows topic by topic, each text kept once."""

    def __init__(self, n_patients: int) -> None:
        self.n_patients = n_patients
        self._texts: dict[str, dict[str, int]] = {}
        self._codes: dict[str, list[npt.NDArray[np.int32]]] = {}
        self.ranks: list[npt.NDArray[np.int8]] = []
        self.taken: list[Flags | None] = []

    def add(
        self, name: str, texts: Sequence[str], codes: Indices | None = None
    ) -> None:
        """Add a topic's column: texts, and the number of each patient's."""
        known = self._texts.setdefault(name, {})
        places = np.array(
            [known.setdefault(text, len(known)) for text in texts], dtype=np.int32
        )
        if codes is None:
            codes = np.zeros(self.n_patients, dtype=np.intp)
        self._codes.setdefault(name, []).append(places[codes])

    def to_table(self, keep: Sequence[str], *, label: str) -> pd.DataFrame:
        """Return the table, sorted by patient and by what is most pressing.

        Parameters
        ----------
        keep
            Identifiers of the patients, in their order.
        label
            The knowledge base.
        """
        import pandas as pd

        n_topics = len(self.ranks)
        samples = np.tile(np.arange(self.n_patients, dtype=np.int32), n_topics)
        flags = [t for t in self.taken if t is not None]
        taken = np.concatenate(flags) if flags else None
        ranks = np.concatenate(self.ranks) if n_topics else np.empty(0, np.int8)
        drugs = _sorted_codes(self._texts.get("drug", {}), self._codes.get("drug", []))
        later = np.zeros(len(samples), bool) if taken is None else ~taken.astype(bool)
        order = np.lexsort((np.arange(len(samples)), drugs, ranks, later, samples))
        table = {"sample_id": pd.Categorical.from_codes(samples[order], list(keep))}
        for name, parts in self._codes.items():
            codes = np.concatenate(parts)[order]
            table[name] = pd.Categorical.from_codes(codes, list(self._texts[name]))
        if not n_topics:
            return pd.DataFrame({"sample_id": []})
        frame = pd.DataFrame(table)
        # Every patient has a row for each topic.
        frame["priority"] = np.tile(
            np.arange(1, n_topics + 1, dtype=np.int32), self.n_patients
        )
        frame["knowledge"] = pd.Categorical.from_codes(
            np.zeros(len(samples), np.int8), [label]
        )
        frame["on_medication"] = (
            np.full(len(samples), None, dtype=object)
            if taken is None
            else taken[order].astype(object)
        )
        return frame


def _sorted_codes(
    texts: Mapping[str, int], parts: Sequence[npt.NDArray[np.int32]]
) -> npt.NDArray[np.int32]:
    """Return codes whose order is that of their texts."""
    rank = np.empty(len(texts), dtype=np.int32)
    rank[[texts[text] for text in sorted(texts)]] = np.arange(len(texts))
    return rank[np.concatenate(parts)] if parts else np.empty(0, np.int32)
