"""What the features of a frozen model are made of, beyond numbers in a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genostrat.profile.adjustment import Adjustment
from genostrat.profile.clinical import LAYER as CLINICAL
from genostrat.profile.clinical import ClinicalColumn
from genostrat.profile.pharmacogenes import LAYER as PHARMACOGENES
from genostrat.profile.scores import FrozenScore, pack_scores, unpack_scores
from genostrat.qc.panel.space import PREFIX, PanelSpace

SCORES = "scores"
_SCORES, _PANEL = "scores_", "panel_"


@dataclass(frozen=True)
class ModelInputs:
    """What must be the same for new patients as it was in training.

    Parameters
    ----------
    ancestry_space
        Whose components the model adjusts for: ``"own"``, ``"panel"``, ``"none"``.
    clinical
        Columns of the clinical layer.
    scores
        Polygenic scores and their variants.
    knowledge
        source, version and sha256 of the pharmacogenes' knowledge base; empty without.
    panel
        The panel's components; None unless `ancestry_space` is ``"panel"``.
    """

    ancestry_space: str = "none"
    clinical: tuple[ClinicalColumn, ...] = ()
    scores: tuple[FrozenScore, ...] = ()
    knowledge: Mapping[str, str] | None = None
    panel: PanelSpace | None = None

    def to_parts(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Return a JSON record and the arrays that together hold everything."""
        record = {
            "ancestry_space": self.ancestry_space,
            "clinical": [column.to_record() for column in self.clinical],
            "knowledge": dict(self.knowledge or {}),
        }
        arrays: dict[str, NDArray[Any]] = {}
        if self.scores:
            packed = pack_scores(self.scores)
            arrays |= {f"{_SCORES}{name}": array for name, array in packed.items()}
        if self.panel is not None:
            parts = self.panel.to_arrays()
            arrays |= {f"{_PANEL}{name}": array for name, array in parts.items()}
        return record, arrays

    @classmethod
    def from_parts(
        cls, record: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
    ) -> ModelInputs:
        """Rebuild from :meth:`to_parts`."""
        scores = _named(arrays, _SCORES)
        panel = _named(arrays, _PANEL)
        return cls(
            ancestry_space=record["ancestry_space"],
            clinical=tuple(map(ClinicalColumn.from_record, record["clinical"])),
            scores=tuple(unpack_scores(scores)) if scores else (),
            knowledge=dict(record["knowledge"]),
            panel=PanelSpace.from_arrays(panel) if panel else None,
        )


def choose_inputs(
    adjustment: Adjustment,
    *,
    ancestry_space: str,
    clinical: Sequence[Mapping[str, Any]],
    scores: Sequence[FrozenScore] = (),
    knowledge: Mapping[str, Any] | None = None,
    panel: PanelSpace | None = None,
) -> ModelInputs:
    """Keep of a cohort's inputs what its features and covariates use.

    Parameters
    ----------
    adjustment
        Names the features and the covariates.
    ancestry_space, clinical
        As in ``profile/adjustment.json``.
    scores
        Of ``profile/score_variants.npz``.
    knowledge
        ``pgx/knowledge.json``.
    panel
        Of ``qc/panel_space.npz``.
    """
    used = set(adjustment.features)
    layers = set(adjustment.layers)
    covariates = {covariate.name for covariate in adjustment.covariates}
    prefix = {"panel": PREFIX, "own": "PC"}.get(ancestry_space)
    adjusts = prefix is not None and f"{prefix}1" in covariates
    keys = ("source", "version", "sha256")
    genes = knowledge if knowledge and PHARMACOGENES in layers else {}
    return ModelInputs(
        ancestry_space=ancestry_space if adjusts else "none",
        clinical=tuple(
            ClinicalColumn.from_record(dict(column))
            for column in clinical
            if CLINICAL in layers
        ),
        scores=tuple(s for s in scores if f"{SCORES}:{s.name}" in used),
        knowledge={key: str(genes[key]) for key in keys if key in genes},
        panel=panel if adjusts and ancestry_space == "panel" else None,
    )


def _named(
    arrays: Mapping[str, NDArray[Any]], prefix: str
) -> dict[str, NDArray[np.generic]]:
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
