"""Where the workflow's own files lie: in a checkout, or inside an installed package.

In a checkout the Snakefile, ``rules/``, ``scripts/``, ``config/``, ``resources/``,
``envs/`` and ``profiles/`` stand beside the package. ``pip install`` puts them into the
package, below ``genostrat/workflow/`` (see ``envs/packing.py``). Everything that needs
one of these files asks here.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_INSTALLED = _PACKAGE / "workflow"


def workflow_home() -> Path:
    """Return the folder that holds the Snakefile.

    Examples
    --------
    >>> (workflow_home() / "Snakefile").is_file()
    True
    """
    return _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent


def resource(name: str) -> Path:
    """Return the path of a file in ``resources/``.

    Examples
    --------
    >>> resource("build_markers.tsv").is_file()
    True
    """
    return workflow_home() / "resources" / name
