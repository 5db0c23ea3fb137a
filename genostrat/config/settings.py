"""From the shipped defaults, the site's files and the command line to one policy."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from genostrat.cells import MISSING_CODES
from genostrat.config.columns import DEFAULTED, Origins
from genostrat.config.conflicts import find_conflicts
from genostrat.config.files import (
    find_missing_bundles,
    find_missing_inputs,
    find_missing_studies,
    reads_studies,
)
from genostrat.config.schema.keys import cohort_schema, config_schema
from genostrat.config.source import (
    COMMAND_LINE,
    ConfigSource,
    dotted,
    read_documents,
)
from genostrat.config.validation import find_problems
from genostrat.config.values import settle
from genostrat.errors import GenostratError, Problem, nearest, raise_if_any

#: What the input keys of a cohort are when its file does not say.
INPUT_DEFAULTS: dict[str, Any] = {
    "samples": {
        "columns": {},
        "extra_columns": [],
        "overrides": None,
        "opt_out": None,
        "unknown_columns": "refuse",
        "missing_values": list(MISSING_CODES),
        "sex_codes": {},
        "ancestry_labels": {},
        "unmatched": "refuse",
    },
    "genotypes": None,
    "reference_panel": None,
    "matrices": [],
    "scores": [],
    "gene_sets": [],
    "outside_calls": [],
    "alterations": None,
    "treatment": None,
    "outcomes": [],
    "labels": [],
    "simulate": None,
}
MATRIX_DEFAULTS = {"transform": "none"}

#: Inputs that nothing can be made of without genotypes.
_OF_GENOTYPES = {
    "reference_panel": "is a reference panel",
    "scores": "are polygenic scores",
    "outside_calls": "are calls of pharmacogenes",
}

_GLOBAL_KEYS = (
    *("cohorts", "cohort_dir", "model", "cohort", "pathvars", "studies", "bundles"),
)


@dataclass(frozen=True)
class Settings:
    """The validated configuration of a run.

    Attributes
    ----------
    cohorts
        For each cohort, in the order asked for: its inputs and its policy, complete.
        Where new patients are assigned, their cohort alone.
    model
        Folder of the frozen model that assigns them; None where nobody is assigned.
    refused
        Cohorts that cannot be run, and why: their files are wrong, or are not there.
    studies
        What is said of trial records: one portfolio for all cohorts.
    bundles
        Folders of the bundles of centres that are coordinated.
    """

    cohorts: dict[str, dict[str, Any]]
    model: str | None = None
    refused: dict[str, GenostratError] = field(default_factory=dict)
    studies: dict[str, Any] = field(default_factory=dict)
    bundles: list[str] = field(default_factory=list)

    def raise_if_none(self) -> None:
        """Raise what is wrong with every cohort where none can be run.

        Without a cohort there are still trial records and bundles to look at, if there
        are any.
        """
        others = reads_studies(self.studies) or self.bundles
        if not self.cohorts and not (self.refused or others):
            raise GenostratError(
                Problem(
                    "there is no cohort, no trial record and no bundle",
                    file=COMMAND_LINE,
                    found="cohorts: []",
                    fix="name cohorts in `cohorts`, records in studies.records, or"
                    " folders in `bundles`",
                )
            )
        if not self.cohorts and self.refused:
            raise GenostratError(
                [p for error in self.refused.values() for p in error.problems]
            )

    def without_missing(self) -> Settings:
        """Leave out cohorts that name files which are not there.

        Raises
        ------
        GenostratError
            With everything that is wrong, where no cohort is left.
        """
        cohorts, refused = dict(self.cohorts), dict(self.refused)
        for name, cohort in self.cohorts.items():
            try:
                find_missing_inputs({name: cohort})
            except GenostratError as error:
                refused[name] = error
                del cohorts[name]
        raise_if_any(
            [*find_missing_studies(self.studies), *find_missing_bundles(self.bundles)]
        )
        settings = replace(self, cohorts=cohorts, refused=refused)
        settings.raise_if_none()
        return settings


def load_settings(
    overrides: dict[str, Any], *, home: str | Path, directory: str | Path = "."
) -> Settings:
    """Read, merge and validate the configuration.

    Later ones win: the defaults beside the Snakefile, ``config/config.yaml`` of the
    working directory, the cohort's file, what the command line says. Mappings merge,
    lists are replaced.

    Parameters
    ----------
    overrides
        What ``--configfile`` and ``--config`` said.
    home
        Folder of the Snakefile.
    directory
        The working directory.

    Raises
    ------
    GenostratError
        With every problem of the files that all cohorts share, or of every cohort
        where none can be run; each with its line.
    """
    home, directory = Path(home), Path(directory)
    schema = config_schema()
    overrides = settle(revive(overrides, schema), schema)
    problems = find_problems(overrides, schema=schema, file=COMMAND_LINE)
    layers: list[_Layer] = []
    for path in _distinct(
        home / "config/config.yaml", directory / "config/config.yaml"
    ):
        source = ConfigSource(path)
        data = settle(source.data, schema, spell=source.text_of)
        problems += find_problems(data, schema=schema, file=path, locate=source.line_of)
        layers.append(_Layer(str(path), data, is_shared=True))
    raise_if_any(problems)
    merged: dict[str, Any] = {}
    for layer in layers:
        merged = merge(merged, layer.data)
    top = merge(merged, overrides)
    raise_if_any(_find_half_assignment(top))
    if "model" in top:
        top["cohorts"] = [top["cohort"]]
    folders = list(
        dict.fromkeys([directory / top["cohort_dir"], home / top["cohort_dir"]])
    )
    cohorts: dict[str, dict[str, Any]] = {}
    refused: dict[str, GenostratError] = {}
    for name in top["cohorts"]:
        try:
            cohorts[name] = _load_cohort(name, folders, layers, overrides)
            cohorts[name]["studies"] = top["studies"]
        except GenostratError as error:
            refused[name] = error
    settings = Settings(
        cohorts, top.get("model"), refused, top["studies"], top["bundles"]
    )
    settings.raise_if_none()
    return settings


@dataclass(frozen=True)
class _Layer:
    """What one file, or the command line, says; shared by all cohorts or not."""

    file: str
    data: dict[str, Any]
    is_shared: bool = False


def _find_half_assignment(top: dict[str, Any]) -> list[Problem]:
    """Find a model without a cohort to assign by it, and the other way round."""
    pair = {"model": "FOLDER", "cohort": "NAME"}
    missing = [key for key in pair if key not in top]
    if len(missing) != 1:
        return []
    given = next(key for key in pair if key in top)
    return [
        Problem(
            f"the key {missing[0]} is missing: `{given}` alone assigns nobody",
            file=COMMAND_LINE,
            found=f"{given}={top[given]}",
            fix="name both: snakemake assign --config model=FOLDER cohort=NAME",
        )
    ]


def revive(value: Any, schema: dict[str, Any]) -> Any:
    """Return command-line values with numbers, flags and lists as what they are.

    Snakemake hands nested ``--config`` values to jobs on a cluster as text. Text where
    the schema wants text stays text.
    """
    if isinstance(value, dict):
        inner = schema.get("properties", {})
        return {key: revive(item, inner.get(key, {})) for key, item in value.items()}
    if isinstance(value, str) and schema.get("type", "string") != "string":
        try:
            documents = read_documents(value, path=COMMAND_LINE)
        except GenostratError:
            return value
        return documents[0] if len(documents) == 1 else value
    return value


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return `base` overridden by `over`: mappings merge, anything else is replaced."""
    result = copy.deepcopy(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        else:
            result[key] = copy.deepcopy(value)
    return result


def _distinct(*paths: Path) -> list[Path]:
    found = {path.resolve(): path for path in reversed(paths) if path.is_file()}
    if not found:
        raise GenostratError(
            Problem("there is no configuration", file=paths[0], fix="restore this file")
        )
    return list(reversed(found.values()))


def _load_cohort(
    name: str,
    folders: list[Path],
    layers: list[_Layer],
    overrides: dict[str, Any],
) -> dict[str, Any]:
    path = next(
        (f / f"{name}.yaml" for f in folders if (f / f"{name}.yaml").is_file()), None
    )
    if path is None:
        raise GenostratError(_no_such_cohort(name, folders))
    source, schema = ConfigSource(path), cohort_schema()
    own = settle(source.data, schema, spell=source.text_of)
    problems = find_problems(own, schema=schema, file=path, locate=source.line_of)
    raise_if_any(problems or _find_contradictions(own, source))
    layers = [
        *layers,
        _Layer(str(path), own),
        _Layer(COMMAND_LINE, overrides, is_shared=True),
    ]
    cohort = INPUT_DEFAULTS
    for layer in layers:
        cohort = merge(cohort, _policy(layer.data))
    cohort["matrices"] = [MATRIX_DEFAULTS | matrix for matrix in cohort["matrices"]]
    cohort |= {"file": str(path), "written_in": _find_writers(layers)}
    origins = Origins(cohort["file"], cohort["written_in"])
    problems = _find_absent_panel(cohort, source)
    raise_if_any([*problems, *find_conflicts(cohort, origins)])
    return cohort


def _policy(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in _GLOBAL_KEYS}


def _find_writers(layers: list[_Layer]) -> dict[str, str]:
    """Return key that names columns by default → who wrote other names in its place.

    The first layer is the shipped one. A file that repeats what is shipped, as a copy
    of it does, has written nothing.
    """
    shipped, *others = layers
    writers: dict[str, str] = {}
    for key in DEFAULTED:
        default = _said(shipped.data, key)
        for layer in others:
            said = _said(layer.data, key)
            if said is None:
                continue
            if layer.is_shared and said == default:
                writers.pop(dotted(key), None)
            else:
                writers[dotted(key)] = layer.file
    return writers


def _said(data: dict[str, Any], key: tuple[str, ...]) -> Any:
    value: Any = data
    for part in key:
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _find_absent_panel(cohort: dict[str, Any], source: ConfigSource) -> list[Problem]:
    if cohort["profile"]["ancestry_space"] != "panel" or cohort["reference_panel"]:
        return []
    return [
        Problem(
            "profile.ancestry_space is panel, but there is no reference panel",
            file=source.path,
            line=source.line_of(("profile", "ancestry_space")),
            fix="add `reference_panel`, or set profile.ancestry_space: auto",
        )
    ]


def _no_such_cohort(name: str, folders: list[Path]) -> Problem:
    known = sorted({p.stem for folder in folders for p in folder.glob("*.yaml")})
    close = nearest(name, known)
    return Problem(
        f"there is no cohort {name!r}",
        file=folders[0] / f"{name}.yaml",
        found="no such file",
        allowed=", ".join(known) or "none: the folder has no cohort files",
        fix=f"did you mean {close}?" if close else "write the file, or mend `cohorts`",
    )


def _find_contradictions(data: dict[str, Any], source: ConfigSource) -> list[Problem]:
    """Find what a schema cannot: repeated names, inputs that need genotypes."""
    problems = []
    for key in ("matrices", "outcomes"):
        seen: set[str] = set()
        for index, item in enumerate(data.get(key) or []):
            if item["name"] in seen:
                problems.append(
                    Problem(
                        f"{key} has the name {item['name']!r} twice",
                        file=source.path,
                        line=source.line_of((key, index)),
                        fix="give each a name of its own",
                    )
                )
            seen.add(item["name"])
    for key, what in _OF_GENOTYPES.items():
        if data.get(key) and not data.get("genotypes"):
            problems.append(
                Problem(
                    f"there {what}, but the cohort has no genotypes",
                    file=source.path,
                    line=source.line_of((key,)),
                    fix=f"add `genotypes`, or remove `{key}`",
                )
            )
    return problems
