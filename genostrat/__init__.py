"""genostrat: stratified medicine from genotypes, a clinical sheet and omics.

The package is the library under a Snakemake workflow. The names below are its front,
described in ``docs/api.md``. Each is loaded when it is first asked for, so that
importing the package has no side effects and loads nothing heavy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: Each name of the front, and the module that it comes from.
_HOMES = {
    "GenostratError": "errors",
    "Problem": "errors",
    "assign_matrix": "api.subgroups",
    "call_pharmacogenes": "api.samples",
    "inspect_genotypes": "api.genotypes",
    "judge_matrix": "api.subgroups",
    "list_relatives": "api.samples",
    "load_model": "strata.model.frozen",
    "load_sheet": "api.tables",
    "open_genotypes": "api.genotypes",
    "read_genotypes": "api.genotypes",
    "read_result": "api.tables",
    "save_model": "strata.model.frozen",
    "simulate_cohort": "simulate.cohort",
    "tabulate_samples": "api.samples",
    "tell_sexes": "api.samples",
}
__all__ = [*_HOMES, "__version__"]

if TYPE_CHECKING:  # the same for tools that do not run code
    from genostrat.api.genotypes import inspect_genotypes as inspect_genotypes
    from genostrat.api.genotypes import open_genotypes as open_genotypes
    from genostrat.api.genotypes import read_genotypes as read_genotypes
    from genostrat.api.samples import call_pharmacogenes as call_pharmacogenes
    from genostrat.api.samples import list_relatives as list_relatives
    from genostrat.api.samples import tabulate_samples as tabulate_samples
    from genostrat.api.samples import tell_sexes as tell_sexes
    from genostrat.api.subgroups import assign_matrix as assign_matrix
    from genostrat.api.subgroups import judge_matrix as judge_matrix
    from genostrat.api.tables import load_sheet as load_sheet
    from genostrat.api.tables import read_result as read_result
    from genostrat.errors import GenostratError as GenostratError
    from genostrat.errors import Problem as Problem
    from genostrat.simulate.cohort import simulate_cohort as simulate_cohort
    from genostrat.strata.model.frozen import load_model as load_model
    from genostrat.strata.model.frozen import save_model as save_model


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'genostrat' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"genostrat.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
