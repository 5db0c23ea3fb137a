"""Which columns of the clinical sheet a cohort's config names, and what for.

This is the one list of the config's keys that name columns. The check of the sheet
resolves what stands here once; every later stage takes what was resolved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genostrat.config.outcomes import read_outcomes, read_treatment
from genostrat.config.source import ConfigSource, KeyPath, dotted
from genostrat.errors import GenostratError
from genostrat.home import workflow_home

#: Columns with a meaning of their own; every other one is named in the config.
KNOWN_COLUMNS = (
    "sample_id",
    "sex",
    "centre",
    "batch",
    "age",
    "subject_id",
    "father_id",
    "mother_id",
    "reported_ancestry",
    "treatment",
    "medications",
    "research_consent",
    "contact_consent",
    "sharing_consent",
)
#: Columns of these that name people.
IDENTIFIERS = ("sample_id", "subject_id", "father_id", "mother_id")
#: Columns that hold names even where the names are numbers ("batch 3").
CATEGORIES = frozenset({"ancestry", "batch", "centre", "reported_ancestry", "sex"})

#: What the user of a column needs of its cells. ``time``: a number, 0 or more.
#: ``event``, ``flag``: two levels, one of which counts. ``measure``: a number, or text
#: of a few levels, by what the column holds. ``label``: text of a few levels.
Holds = str

#: File with the shipped defaults; columns that it names were not chosen by the user,
#: unless the file was edited.
SHIPPED = str(workflow_home() / "config/config.yaml")
#: Lists of columns in the config → what they are for, and what they hold.
_LISTS: dict[tuple[str, ...], tuple[str, Holds]] = {
    ("profile", "adjust_for"): ("covariate of the profile", "measure"),
    ("profile", "clinical_features"): ("feature of the clinical layer", "measure"),
    ("strata", "confounders"): ("confounder", "measure"),
    ("response", "propensity_covariates"): ("covariate of the propensity", "measure"),
    ("response", "subgroups"): ("pre-specified subgroup", "label"),
    ("response", "adjust_for"): ("covariate of the treatment effect", "measure"),
    ("response", "modifiers"): ("possible modifier of the effect", "measure"),
    ("response", "stratify_by"): ("stratification of the treatment effect", "label"),
    ("labels",): ("label", "label"),
    ("samples", "extra_columns"): ("carried along", "text"),
}
_COLOUR = ("report", "colour_by")
#: Keys with shipped defaults, which a cohort need not have the columns of.
DEFAULTED = (*(key for key in _LISTS if len(key) == 2 and key[0] != "samples"), _COLOUR)


@dataclass(frozen=True)
class Use:
    """One place of the config that names a column of the sheet.

    Parameters
    ----------
    key
        Path of the name in the config.
    column
        Our name of the column.
    role
        What it is used as, for people.
    holds
        What the user needs of its cells.
    is_default
        Whether nobody wrote the name: it is dropped where the sheet lacks it.
    is_needed
        Whether a stage of this cohort uses it.
    """

    key: KeyPath
    column: str
    role: str
    holds: Holds
    is_default: bool = False
    is_needed: bool = True

    @property
    def section(self) -> str:
        """Return the key that lists the name, as ``strata.confounders``."""
        return dotted(tuple(part for part in self.key if not isinstance(part, int)))


def name_file(path: str) -> str:
    """Return a config file's path from the working directory, or from the workflow's.

    Where results or the checkout lie must not matter to what a job is asked.
    """
    for base in (Path.cwd(), workflow_home()):
        if Path(path).is_absolute() and Path(path).is_relative_to(base):
            return str(Path(path).relative_to(base))
    return path


def _find_file(name: str) -> str:
    """Undo :func:`name_file`: the working directory's file goes before the shipped."""
    shipped = workflow_home() / name
    return str(shipped) if not Path(name).exists() and shipped.is_file() else name


@dataclass(frozen=True)
class Origins:
    """Where the names of columns were written.

    Parameters
    ----------
    file
        The cohort's config file.
    written_in
        Dotted key with a shipped default → the file, or the command line, that names
        columns in its place.
    """

    file: str | None = None
    written_in: Mapping[str, str] | None = None

    def place(self, key: KeyPath) -> dict[str, Any]:
        """Return the file and line of a name, as a problem takes them.

        Lines are looked up only here, so that a comment added to a config changes
        nothing that a finished job depends on.
        """
        section = tuple(str(part) for part in key[:2])
        written = (self.written_in or {}).get(dotted(section))
        shipped = SHIPPED if section in DEFAULTED else self.file
        if self.file is None:
            return {}
        file = written or shipped or self.file
        return self._place(file, key)

    def place_in_cohort(self, key: KeyPath) -> dict[str, Any]:
        """Return the cohort's file and the line of a key, or of one above it."""
        return {} if self.file is None else self._place(self.file, key)

    def _place(self, file: str, key: KeyPath) -> dict[str, Any]:
        file = _find_file(file)
        try:
            return {"file": file, "line": ConfigSource(file).line_of(key)}
        except GenostratError:
            # The command line is no file, and has no lines.
            return {"file": file}


def has_layers(cohort: Mapping[str, Any]) -> bool:
    """Say whether a cohort has anything to look for strata in."""
    profile = cohort["profile"]
    of_genotypes = profile["pgx"] or profile["burden"]["enabled"]
    return bool(
        cohort["matrices"]
        or cohort["scores"]
        or profile["clinical_features"]
        or (cohort["genotypes"] is not None and of_genotypes)
    )


def find_uses(cohort: Mapping[str, Any]) -> list[Use]:
    """Return every place of a cohort's config that names a column of the sheet.

    Parameters
    ----------
    cohort
        Its inputs and policy, complete; ``written_in`` as in :class:`Origins`.
    """
    uses = [*_of_outcomes(cohort), *_of_treatment(cohort)]
    needed = _needed_sections(cohort)
    for key in _LISTS:
        for index, column in enumerate(look_up(cohort, key)):
            uses.append(_named(cohort, (*key, index), column, needed))
    column = look_up(cohort, _COLOUR)
    if column:
        uses.append(_named(cohort, _COLOUR, column, needed))
    uses += [*_of_studies(cohort), *_of_medicines(cohort)]
    uses += [
        Use(("samples", "columns", ours), ours, "named in samples.columns", "text")
        for ours in cohort["samples"]["columns"]
    ]
    return uses


def _of_outcomes(cohort: Mapping[str, Any]) -> Iterator[Use]:
    for index, outcome in enumerate(read_outcomes(cohort["outcomes"])):
        for key, column, holds in outcome.needs:
            role = f"{key} of the outcome {outcome.name}"
            if key == "column":
                role = f"outcome {outcome.name}"
            yield Use(("outcomes", index, key), column, role, holds)


def _of_treatment(cohort: Mapping[str, Any]) -> Iterator[Use]:
    treatment = read_treatment(cohort["treatment"])
    if treatment is not None:
        yield Use(("treatment", "column"), treatment.column, "treatment", "arm")


#: Columns that criteria of studies ask about → what they hold.
_OF_STUDIES: dict[str, tuple[str, Holds]] = {
    "diagnosis": ("diagnoses that studies ask about", "text"),
    "performance": ("performance status that studies ask about", "performance"),
    "consent": ("consent to be contacted about studies", "consent"),
}


def _of_studies(cohort: Mapping[str, Any]) -> Iterator[Use]:
    studies = cohort.get("studies") or {}
    if not (studies.get("records") or studies.get("ctml")):
        return
    for key, (role, holds) in _OF_STUDIES.items():
        column = studies["columns"][key]
        yield Use(("studies", "columns", key), column, role, holds, is_default=True)


def _of_medicines(cohort: Mapping[str, Any]) -> Iterator[Use]:
    """Find the use of the column of medicines by pairs that the config names."""
    key = ("response", "medicine_genes")
    for index, _ in enumerate(look_up(cohort, key)):
        role = "medicines that response.medicine_genes names"
        yield Use((*key, index, "medicine"), "medications", role, "text")


def _needed_sections(cohort: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Return the keys whose columns a stage of this cohort uses."""
    layers: set[tuple[str, ...]] = {
        ("profile", "adjust_for"),
        ("profile", "clinical_features"),
        ("strata", "confounders"),
        ("labels",),
    }
    needed: set[tuple[str, ...]] = {("samples", "extra_columns")}
    needed |= layers if has_layers(cohort) else set()
    weighed = cohort["treatment"] is not None and not cohort["response"]["randomised"]
    if weighed and cohort["outcomes"]:
        needed.add(("response", "propensity_covariates"))
    if cohort["outcomes"]:
        needed.add(("response", "subgroups"))
    if cohort["outcomes"] and cohort["treatment"] is not None and not weighed:
        of_effect = ("adjust_for", "stratify_by", "modifiers")
        needed |= {("response", key) for key in of_effect}
    if cohort["genotypes"] is not None:
        needed.add(_COLOUR)
    return needed


def _named(
    cohort: Mapping[str, Any],
    key: KeyPath,
    column: str,
    needed: set[tuple[str, ...]],
) -> Use:
    section = tuple(str(part) for part in key if not isinstance(part, int))
    role, holds = _LISTS.get(section, ("colour of the ancestry figure", "label"))
    shipped = section in DEFAULTED and dotted(section) not in cohort["written_in"]
    # A name that is no known column cannot be a shipped one: config.yaml was edited.
    is_default = shipped and column in KNOWN_COLUMNS
    return Use(key, column, role, holds, is_default, section in needed)


def look_up(cohort: Mapping[str, Any], key: tuple[str, ...]) -> Any:
    """Return a setting of a cohort by the path of its key."""
    value: Any = cohort
    for part in key:
        value = value[part]
    return value
