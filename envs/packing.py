"""Putting the workflow into the package when it is built.

Snakefile, rules, scripts and the rest stand at the top of the checkout, where Snakemake
and its users expect them. A wheel has nothing but packages, so they are copied into
``genostrat/workflow/``; :mod:`genostrat.home` finds them in either place. Named in
``pyproject.toml``, and run by setuptools.
"""

from __future__ import annotations

from pathlib import Path

from setuptools.command.build_py import build_py

HOME = Path(__file__).resolve().parent.parent
PLACE = Path("genostrat/workflow")
#: What a run needs. Cohorts are named one by one: a site's own cohort files, which say
#: where its patients' data lie, must not end up in a wheel.
PACKED = (
    "Snakefile",
    "rules/*.smk",
    "rules/captions/*.rst",
    "scripts/*.py",
    "config/config.yaml",
    "config/README.md",
    "config/cohorts/toy.yaml",
    "config/cohorts/toy_null.yaml",
    "config/examples/*.yaml",
    "config/schema/*.json",
    "envs/genostrat.yaml",
    "resources/*.tsv",
    "profiles/*/profile.yaml",
)
#: What a source distribution needs besides, to be built from.
NEEDED = ("envs/packing.py", "envs/requirements.in")


def list_files(patterns: tuple[str, ...] = PACKED) -> list[Path]:
    """Return the files that patterns name, from the top of the checkout."""
    return [
        path.relative_to(HOME)
        for pattern in patterns
        for path in sorted(HOME.glob(pattern))
    ]


class BuildWithWorkflow(build_py):
    """Copy the workflow beside the modules; an editable install has it already."""

    def run(self) -> None:
        """Build the package, then add the workflow."""
        super().run()
        if self.editable_mode:
            return
        for source, target in self._copies():
            self.mkpath(str(target.parent))
            self.copy_file(str(source), str(target), preserve_mode=False)

    def get_source_files(self) -> list[str]:
        """Return what belongs into a source distribution."""
        added = list_files(PACKED + NEEDED)
        return [*super().get_source_files(), *map(str, added)]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return what belongs into a wheel."""
        added = [] if self.editable_mode else [str(t) for _, t in self._copies()]
        return [*super().get_outputs(include_bytecode), *added]

    def _copies(self) -> list[tuple[Path, Path]]:
        folder = Path(self.build_lib) / PLACE
        return [(path, folder / path) for path in list_files()]
