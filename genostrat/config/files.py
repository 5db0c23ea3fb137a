"""Files and folders that a configuration names: whether each is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from genostrat.config.columns import SHIPPED
from genostrat.config.source import COMMAND_LINE, ConfigSource, KeyPath, dotted
from genostrat.errors import Problem, raise_if_any
from genostrat.provenance import (
    FILESET_SUFFIXES,
    gene_map_files,
    genotype_files,
    genotype_source,
    guidance_files,
    knowledge_files,
    packing_of_text,
)


def find_missing_inputs(cohorts: dict[str, dict[str, Any]]) -> None:
    """Make sure that every file a cohort names is there, and is a regular file.

    Calls of other tools may be a directory of files.

    Files of a simulated cohort are made by the workflow and are not looked for.

    Raises
    ------
    GenostratError
        Naming every file that is not there, and the key it stands under.
    """
    problems = []
    for cohort in cohorts.values():
        if cohort["simulate"] is not None:
            continue
        source = ConfigSource(cohort["file"])
        for key_path, path in _named_files(cohort):
            # Tools write their calls to a file for each patient.
            is_folder = key_path[0] == "outside_calls" and Path(path).is_dir()
            if not (is_folder or Path(path).is_file()):
                is_there = Path(path).exists()
                problems.append(
                    Problem(
                        f"what {key_path[0]} names is not a regular file"
                        if is_there
                        else f"the file named by {key_path[0]} does not exist",
                        file=cohort["file"],
                        line=source.line_of(key_path),
                        found=path,
                        allowed="an existing file; relative paths start at the working"
                        f" directory, {Path.cwd()}",
                        fix=_mend_path(key_path, path),
                    )
                )
    raise_if_any(problems)


def find_missing_bundles(bundles: Sequence[str]) -> Iterator[Problem]:
    """Find folders of `bundles` that are not there, or hold no bundle."""
    for path in bundles:
        # What lies there is looked at by the job that reads it.
        if not (Path(path).is_file() or Path(path, "manifest.json").is_file()):
            yield Problem(
                "there is no bundle here",
                file=COMMAND_LINE,
                found=path,
                allowed="a folder with manifest.json; relative paths start at the"
                f" working directory, {Path.cwd()}",
                fix="correct the path: snakemake coordinate --config"
                " 'bundles=[FOLDER,FOLDER]'",
            )


def reads_studies(studies: Mapping[str, Any]) -> bool:
    """Say whether a run is given trial records."""
    return bool(studies.get("records") or studies.get("ctml"))


def find_missing_studies(studies: Mapping[str, Any]) -> list[Problem]:
    """Find files of trial records that are not there."""
    named = [
        *((("studies", "records", i), p) for i, p in enumerate(studies["records"])),
        *((("studies", "ctml", i), p) for i, p in enumerate(studies["ctml"])),
        *(
            [(("studies", "champions"), studies["champions"])]
            * bool(studies["champions"])
        ),
    ]
    return [
        Problem(
            f"what {dotted(key[:2])} names does not exist",
            file=SHIPPED,
            found=path,
            allowed="an existing file or folder; relative paths start at the working"
            f" directory, {Path.cwd()}",
            fix="correct the path",
        )
        for key, path in named
        if not Path(path).exists()
    ]


def _mend_path(key_path: KeyPath, path: str) -> str:
    if key_path[-1] in FILESET_SUFFIXES:
        without = str(Path(path).with_suffix(""))
        packing = packing_of_text(without)
        if packing is not None:
            return packing
        key = ".".join(str(part) for part in key_path)
        return f"correct the path; {key} is given without a suffix"
    return "correct the path"


def _named_files(cohort: dict[str, Any]) -> list[tuple[KeyPath, str]]:
    files: list[tuple[KeyPath, str]] = [
        (("samples", "path"), cohort["samples"]["path"])
    ]
    if cohort["samples"]["overrides"]:
        files.append((("samples", "overrides"), cohort["samples"]["overrides"]))
    if cohort["samples"]["opt_out"]:
        files.append((("samples", "opt_out"), cohort["samples"]["opt_out"]))
    if cohort["genotypes"] is not None:
        kind, _ = genotype_source(cohort["genotypes"])
        files += [(("genotypes", kind), p) for p in genotype_files(cohort["genotypes"])]
        if cohort["genotypes"].get("fasta"):
            files.append((("genotypes", "fasta"), cohort["genotypes"]["fasta"]))
    panel = cohort["reference_panel"]
    if panel is not None:
        kind, _ = genotype_source(panel)
        files.append((("reference_panel", "labels"), panel["labels"]))
        files += [(("reference_panel", kind), p) for p in genotype_files(panel)]
    for index, matrix in enumerate(cohort["matrices"]):
        files.append((("matrices", index, "path"), matrix["path"]))
    if cohort["alterations"]:
        files.append((("alterations",), cohort["alterations"]))
    files += [(("scores", i), path) for i, path in enumerate(cohort["scores"])]
    files += [(("gene_sets", i), path) for i, path in enumerate(cohort["gene_sets"])]
    files += [(("profile", "burden", "gene_map"), p) for p in gene_map_files(cohort)]
    for index, calls in enumerate(cohort["outside_calls"]):
        files.append((("outside_calls", index, "path"), calls["path"]))
    if cohort["genotypes"] is not None:
        files += [(("pgx", "knowledge"), path) for path in knowledge_files(cohort)]
        files += [(("pgx", "guidance"), path) for path in guidance_files(cohort)]
    return files
