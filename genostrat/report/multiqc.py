"""Tables that MultiQC shows without being told how.

A file whose name ends in ``_mqc.tsv`` and that begins with its own settings is found by
MultiQC in any folder that it is pointed at (its documentation: custom content).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from genostrat.report.files import replace_folder
from genostrat.report.parts.results import Results
from genostrat.report.parts.summary import sample_outcomes
from genostrat.report.parts.wording import is_missing, label_text

#: Columns of the table of samples: name in MultiQC, table, column.
_OF_SAMPLES = (
    ("call_rate", "qc/sample_metrics.tsv", "call_rate"),
    ("f_het", "qc/sample_metrics.tsv", "f_het"),
    ("contamination", "qc/sample_metrics.tsv", "contamination"),
    ("mean_depth", "qc/sample_metrics.tsv", "mean_dp"),
    ("sex", "qc/sex.tsv", "status"),
    ("stratum", "strata/assignments.tsv", "stratum"),
    ("confidence", "strata/assignments.tsv", "confidence"),
)


def write_multiqc(
    results: Results, summary: Mapping[str, Any], *, directory: str | Path
) -> None:
    """Write what MultiQC shows of a cohort, of its four answers, and of its samples.

    Parameters
    ----------
    results, summary
        The cohort's tables and its record, with its answers.
    directory
        Folder to write; what stood there is replaced. Every file is private: the table
        of samples names them.

    Notes
    -----
    A cell that could not be assessed is blank, which MultiQC shows as such.
    """
    files = {
        "genostrat_answers_mqc.tsv": _answers(summary),
        "genostrat_cohort_mqc.tsv": _cohort(summary),
    }
    samples = _samples(results)
    if samples:
        files["genostrat_samples_mqc.tsv"] = samples
    replace_folder(Path(directory), {n: text.encode() for n, text in files.items()})


def _answers(summary: Mapping[str, Any]) -> str:
    cohort = summary["cohort"]
    rows = [
        [
            f"{cohort}: {answer['name']}",
            answer["verdict"],
            f"{answer['number']} {answer['meaning']}".strip(),
            answer["uncertainty"],
            "; ".join(answer["not_assessed"]),
        ]
        for answer in summary["answers"]
    ]
    header = ["question", "verdict", "number", "uncertainty", "not_assessed"]
    text = "The four answers of each cohort. For research use only."
    return _write("answers", "genostrat: answers", text, [header, *rows])


def _cohort(summary: Mapping[str, Any]) -> str:
    samples, pgx = summary["samples"], summary["pgx"] or {}
    strata = summary["strata"] or {}
    relatives = summary["relatedness"] or {}
    share = pgx.get("actionable") or {}
    row = {
        "cohort": summary["cohort"],
        "patients": samples["n_sheet"],
        "genotyped": samples["n_genotyped"],
        "kept": samples["n_kept"] if samples["n_genotyped"] else None,
        "flagged": samples["n_flagged"] if samples["n_genotyped"] else None,
        "excluded": samples["n_excluded"] if samples["n_genotyped"] else None,
        "duplicate_pairs": relatives.get("duplicate"),
        "first_degree_pairs": relatives.get("first"),
        "variants": (summary["variants"] or {}).get("n_variants"),
        "result_to_act_on": share.get("frequency"),
        "subgroups": strata.get("verdict"),
    }
    text = "Counts of each cohort; blank where something was not assessed."
    return _write("cohort", "genostrat: cohort", text, [list(row), list(row.values())])


def _samples(results: Results) -> str:
    """Return the table of genotyped samples; blank without any."""
    metrics = results["qc/sample_metrics.tsv"]
    if metrics is None:
        return ""
    names = metrics["sample_id"].astype(str)
    columns: dict[str, pd.Series] = {"decision": sample_outcomes(results)}
    for name, table, column in _OF_SAMPLES:
        frame = results[table]
        if frame is not None and frame[column].notna().any():
            columns[name] = frame.set_index("sample_id")[column]
    values = [dict(column) for column in columns.values()]
    rows = [[name, *(column.get(name) for column in values)] for name in sorted(names)]
    text = "Quality of each sample. This table names patients."
    header = ["sample", *columns]
    return _write("samples", "genostrat: samples", text, [header, *rows])


def _write(
    name: str, title: str, description: str, rows: Sequence[Sequence[Any]]
) -> str:
    settings = {
        "id": f"genostrat_{name}",
        "section_name": title,
        "description": description,
        "plot_type": "table",
        "pconfig": {"id": f"genostrat_{name}_table", "title": title},
    }
    # JSON is YAML, so that no name of a cohort can become a setting.
    head = [f"# {key}: {json.dumps(value)}" for key, value in settings.items()]
    lines = ["\t".join(_cell(value) for value in row) for row in rows]
    return "\n".join([*head, *lines]) + "\n"


def _cell(value: Any) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    # A line that begins so would be read as a setting.
    return label_text(" ".join(str(value).split()), 300).lstrip("#")
