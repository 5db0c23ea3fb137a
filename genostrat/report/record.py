"""The provenance record: what made these results, from what, with which settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from genostrat import __version__
from genostrat.errors import Problem, raise_if_any
from genostrat.provenance import environment, file_digest

SCHEMA_VERSION = "1.0.0"


def describe_provenance(
    inputs: Sequence[str | Path], *, cohort: str, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe a run so that another can repeat it.

    Parameters
    ----------
    inputs
        The cohort's own files, as the config names them. Every byte is read.
    cohort
        The cohort's name.
    parameters
        The cohort's config with all defaults filled in.

    Returns
    -------
    dict
        schema_version, software, parameters, environment, inputs. No date and no
        name of a machine or user: equal runs have equal records.

    Raises
    ------
    GenostratError
        If an input does not exist.

    Notes
    -----
    The keys follow the provenance records of tskit (tskit.dev/tskit/docs).
    """
    paths = [Path(path) for path in inputs]
    raise_if_any(
        Problem("an input of the cohort does not exist", file=path)
        for path in paths
        if not path.is_file()
    )
    return {
        "schema": "genostrat/provenance",
        "schema_version": SCHEMA_VERSION,
        "software": {"name": "genostrat", "version": __version__},
        "cohort": cohort,
        "parameters": dict(parameters),
        "environment": environment(),
        "inputs": [
            {
                "path": str(path),
                "bytes": path.stat().st_size,
                "sha256": file_digest(path),
            }
            for path in paths
        ],
    }
