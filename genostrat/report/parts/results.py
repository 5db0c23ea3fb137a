"""Everything a cohort's run has written that the report speaks of.

All but the clinical sheet may be absent; what is absent is ``None`` here and a
sentence in the report.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genostrat.errors import Problem, raise_if_any
from genostrat.quality_rules import OVERRIDE
from genostrat.tables import read_arrays, read_json, read_parquet, read_table

#: The file of each part of :class:`Results`, below ``results/<cohort>/``.
SOURCES: dict[str, str] = {
    "samples": "check/samples.tsv",
    "check": "check/inputs.json",
    "overrides": "check/overrides.tsv",
    "ingest": "genotypes/ingest.json",
    "sample_metrics": "qc/sample_metrics.tsv",
    "sex": "qc/sex.tsv",
    "relatedness": "qc/relatedness.tsv",
    "pcs": "qc/pcs.tsv",
    "ancestry": "qc/ancestry.tsv",
    "labels": "qc/labels.json",
    "panel_pcs": "qc/panel_pcs.tsv",
    "panel_projection": "qc/panel_projection.tsv",
    "pedigree": "qc/pedigree.tsv",
    "mendel": "qc/mendel.tsv",
    "omics_match": "qc/omics_match.tsv",
    "swaps": "qc/swaps.tsv",
    "outliers": "qc/outliers.tsv",
    "exclusions": "qc/exclusions.tsv",
    "decisions": "qc/decisions.tsv",
    "flow": "qc/flow.json",
    "variants": "variants/summary.json",
    "spectrum": "variants/spectrum.tsv",
    "per_sample": "variants/per_sample.tsv",
    "by_group": "variants/by_group.tsv",
    "substitutions": "variants/substitutions.tsv",
    "indel_lengths": "variants/indel_lengths.tsv",
    "depths": "variants/depths.tsv",
    "pgx_knowledge": "pgx/knowledge.json",
    "pgx_coverage": "pgx/coverage.tsv",
    "pgx_frequencies": "pgx/frequencies.tsv",
    "guidance": "pgx/guidance.tsv",
    "medications": "pgx/medications.tsv",
    "features": "profile/features.tsv",
    "feature_values": "profile/features.parquet",
    "k_selection": "strata/k_selection.tsv",
    "nulls": "strata/nulls.json",
    "verdict": "strata/verdict.json",
    "assignments": "strata/assignments.tsv",
    "confounders": "strata/confounders.tsv",
    "characteristics": "strata/characteristics.tsv",
    "enrichment": "strata/enrichment.tsv",
    "agreement": "strata/agreement.tsv",
    "label_counts": "strata/label_counts.tsv",
    "consensus": "strata/consensus.npz",
    "consensus_cdf": "strata/consensus_cdf.tsv",
    "interaction": "response/interaction.tsv",
    "effects": "response/effects.tsv",
    "survival_curves": "response/survival_curves.tsv",
    "balance": "response/balance.tsv",
    "truth_check": "truth_check.tsv",
}


@dataclass(frozen=True)
class Results:
    """The tables of one cohort; the names are those of :data:`SOURCES`."""

    samples: pd.DataFrame
    check: dict[str, Any] | None = None
    overrides: pd.DataFrame | None = None
    ingest: dict[str, Any] | None = None
    sample_metrics: pd.DataFrame | None = None
    sex: pd.DataFrame | None = None
    relatedness: pd.DataFrame | None = None
    pcs: pd.DataFrame | None = None
    ancestry: pd.DataFrame | None = None
    labels: dict[str, Any] | None = None
    panel_pcs: pd.DataFrame | None = None
    panel_projection: pd.DataFrame | None = None
    pedigree: pd.DataFrame | None = None
    mendel: pd.DataFrame | None = None
    omics_match: pd.DataFrame | None = None
    swaps: pd.DataFrame | None = None
    outliers: pd.DataFrame | None = None
    exclusions: pd.DataFrame | None = None
    decisions: pd.DataFrame | None = None
    flow: dict[str, Any] | None = None
    variants: dict[str, Any] | None = None
    spectrum: pd.DataFrame | None = None
    per_sample: pd.DataFrame | None = None
    by_group: pd.DataFrame | None = None
    substitutions: pd.DataFrame | None = None
    indel_lengths: pd.DataFrame | None = None
    depths: pd.DataFrame | None = None
    pgx_knowledge: dict[str, Any] | None = None
    pgx_coverage: pd.DataFrame | None = None
    pgx_frequencies: pd.DataFrame | None = None
    guidance: pd.DataFrame | None = None
    medications: pd.DataFrame | None = None
    features: pd.DataFrame | None = None
    feature_values: pd.DataFrame | None = None
    k_selection: pd.DataFrame | None = None
    nulls: dict[str, Any] | None = None
    verdict: dict[str, Any] | None = None
    assignments: pd.DataFrame | None = None
    confounders: pd.DataFrame | None = None
    characteristics: pd.DataFrame | None = None
    enrichment: pd.DataFrame | None = None
    agreement: pd.DataFrame | None = None
    label_counts: pd.DataFrame | None = None
    consensus: dict[str, np.ndarray] | None = None
    consensus_cdf: pd.DataFrame | None = None
    interaction: pd.DataFrame | None = None
    effects: pd.DataFrame | None = None
    survival_curves: pd.DataFrame | None = None
    balance: pd.DataFrame | None = None
    truth_check: pd.DataFrame | None = None


def read_results(files: Mapping[str, str | Path | None]) -> Results:
    """Read what a run has written.

    Parameters
    ----------
    files
        Path of each part, by its name in :data:`SOURCES`. Parts that are missing,
        None or empty are taken as absent; ``samples`` must be there.

    Raises
    ------
    GenostratError
        If a named file does not exist, or the clinical sheet is not named.
    """
    unknown = set(files) - set(SOURCES)
    if unknown:
        raise ValueError(f"the report knows no parts named {sorted(unknown)}")
    given = {name: Path(path) for name, path in files.items() if path}
    problems = [
        Problem("the report was given a file that does not exist", file=path)
        for path in given.values()
        if not path.is_file()
    ]
    if "samples" not in given:
        problems.append(Problem("the report needs the validated clinical sheet"))
    raise_if_any(problems)
    return Results(**{name: _read_part(name, path) for name, path in given.items()})


def _read_part(name: str, path: Path) -> Any:
    table = SOURCES[name]
    readers: dict[str, Callable[[Path], Any]] = {
        ".tsv": lambda source: read_table(source, table=table),
        ".json": read_json,
        ".npz": read_arrays,
        ".parquet": read_parquet,
    }
    part = readers[Path(table).suffix](path)
    if name in ("pcs", "panel_pcs", "panel_projection"):
        # The registry names the first axis only; the others follow it as text.
        axes = [column for column in part.columns if column.startswith("PC")]
        part[axes] = part[axes].replace("", None).apply(pd.to_numeric)
    return part


def without_identifiers(results: Results) -> Results:
    """Blank out sample identifiers in free text that earlier stages wrote.

    Identifier columns stay, because tables are joined by them; the report counts
    them and shows none. Warnings, reasons and notes are shown word for word, so an
    identifier in them is replaced by ``[sample]``. Who decided something by hand is
    blanked out too: that is the name of a person.

    Notes
    -----
    Identifiers of fewer than four characters are only replaced when they hold both a
    letter and a digit: ``12`` or ``a`` in a sentence is a count or a word far more
    often than a patient. Single words, such as a verdict, are left as they are.
    """
    results = _without_deciders(results)
    pattern = _identifier_pattern(results)
    if pattern is None:
        return results
    shown = {"check", "ingest", "flow", "labels", "verdict", "variants", "nulls"}
    texts = {"reason", "evidence", "note", "found", "planted", "item", "description"}
    texts |= {"medicine", "nearest", "notes"}
    changed: dict[str, Any] = {}
    for part in fields(results):
        value = getattr(results, part.name)
        if part.name in shown and value is not None:
            changed[part.name] = _clean(value, pattern)
        elif isinstance(value, pd.DataFrame):
            frame = value.copy()
            for column in texts.intersection(frame.columns):
                frame[column] = [_clean(text, pattern) for text in frame[column]]
            changed[part.name] = frame
        else:
            changed[part.name] = value
    return Results(**changed)


def _without_deciders(results: Results) -> Results:
    changed: dict[str, pd.DataFrame] = {}
    if results.overrides is not None:
        changed["overrides"] = results.overrides.assign(who="")
    if results.decisions is not None and "rule" in results.decisions:
        by_hand = results.decisions["rule"] == OVERRIDE
        reason = results.decisions["reason"].mask(by_hand, "decided by hand")
        changed["decisions"] = results.decisions.assign(reason=reason)
    return replace(results, **changed)


#: Columns whose cells name people.
_NAMING = frozenset({"sample_id", "subject_id", "father_id", "mother_id"})


def _identifier_pattern(results: Results) -> re.Pattern[str] | None:
    names: set[str] = set()
    for frame in (results.samples, results.sample_metrics, results.assignments):
        if frame is not None:
            for column in _NAMING.intersection(frame.columns):
                names.update(str(name) for name in frame[column])
    risky = {name for name in names if len(name) >= 4 or _mixes_letters_digits(name)}
    if not risky:
        return None
    # Longest first, so that ID-1 does not eat the head of ID-10.
    choices = "|".join(re.escape(n) for n in sorted(risky, key=lambda n: (-len(n), n)))
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)")


def _mixes_letters_digits(name: str) -> bool:
    return any(c.isalpha() for c in name) and any(c.isdigit() for c in name)


def _clean(value: Any, pattern: re.Pattern[str]) -> Any:
    if isinstance(value, str):
        free_text = any(c.isspace() for c in value)
        return pattern.sub("[sample]", value) if free_text else value
    if isinstance(value, dict):
        return {key: _clean(item, pattern) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, pattern) for item in value]
    return value
