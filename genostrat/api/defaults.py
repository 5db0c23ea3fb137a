"""The defaults of the shipped configuration, for those who have no config."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from genostrat.config.schema.keys import config_schema
from genostrat.config.source import ConfigSource
from genostrat.config.validation import find_problems
from genostrat.errors import raise_if_any
from genostrat.home import workflow_home


@cache
def _shipped() -> dict[str, Any]:
    return ConfigSource(workflow_home() / "config/config.yaml").data


def section(name: str, changes: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a section of ``config/config.yaml``, with some values changed.

    Parameters
    ----------
    name
        Name of the section, such as ``"strata"``.
    changes
        Keys of the section with other values.

    Raises
    ------
    GenostratError
        If a key is unknown, or a value is not allowed.

    Examples
    --------
    >>> section("strata", {"k_max": 4})["k_max"]
    4
    >>> section("strata", {"k_maxx": 4})
    Traceback (most recent call last):
        ...
    genostrat.errors.GenostratError: settings: unknown key strata.k_maxx
        found:   k_maxx
        fix:     did you mean k_max?
    """
    changed = dict(changes or {})
    raise_if_any(
        find_problems({name: changed}, schema=config_schema(), file="settings")
    )
    return {**_shipped()[name], **changed}
