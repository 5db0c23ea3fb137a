"""Compiled functions, kept on disk for as long as their source stays the same.

numba keeps what it compiled beside the date of one source file. A kernel that calls or
copies from another module would stay as it was when only that module changed, so each
module's kernels are kept under a digest of the module and all that it imports.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba

from genostrat.provenance import PACKAGE, module_digest


def compiler(module: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator that compiles the functions of a module.

    They release the interpreter's lock, hold no Python object, and are compiled on
    their first call; later processes load what that one left.

    Parameters
    ----------
    module
        ``__name__`` of the module that defines them.
    """
    folder = _find_folder() / module_digest(module.removeprefix("genostrat."))

    def compile_function(function: Callable[..., Any]) -> Callable[..., Any]:
        numba.config.CACHE_DIR = str(folder)
        compiled: Callable[..., Any] = numba.njit(cache=True, nogil=True)(function)
        return compiled

    return compile_function


def _find_folder() -> Path:
    """Return the first folder for compiled code that can be written to."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    candidates = [Path(named)] if named else []
    candidates += [PACKAGE / "__pycache__", Path(home) / "genostrat"]
    for candidate in candidates:
        try:
            candidate.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(candidate, os.W_OK):
            return candidate / "kernels"
    return Path(tempfile.mkdtemp(prefix="genostrat-kernels-"))
