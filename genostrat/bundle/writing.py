"""Writing a bundle: its tables, and what says of each that it may leave."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from genostrat import __version__
from genostrat.bundle.parts import Part
from genostrat.disclosure.cells import round_count
from genostrat.privacy import make_folder
from genostrat.provenance import file_digest
from genostrat.tables import write_json, write_lines, write_table

#: Of the manifest; a reader refuses one with a higher first number.
SCHEMA_VERSION = "1.1"
MANIFEST, README, CRATE = "manifest.json", "README.md", "ro-crate-metadata.json"


def write_bundle(
    folder: str | Path,
    parts: Sequence[Part],
    *,
    cohort: str,
    build: str | None,
    threshold: int,
    consent: str,
) -> None:
    """Write a bundle into a folder; what was there is replaced.

    Parameters
    ----------
    folder
        Of the bundle.
    parts
        From the modules beside this one, checked by
        :func:`genostrat.bundle.checking.find_disclosures`.
    cohort
        Its name.
    build
        Genome build; None without genotypes.
    threshold
        Smallest count that is shown.
    consent
        Whose agreement was asked for, as a sentence.
    """
    folder = Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    for part in parts:
        write_table(folder / part.name, part.table, table=f"bundle/{part.name}")
    manifest = _make_manifest(
        folder,
        parts,
        cohort=cohort,
        build=build,
        threshold=threshold,
        consent=consent,
    )
    write_json(folder / MANIFEST, manifest, entry=f"bundle/{MANIFEST}")
    write_lines(folder / README, _make_readme(manifest), entry=f"bundle/{README}")
    write_json(folder / CRATE, _make_crate(folder, manifest), entry=f"bundle/{CRATE}")


def _make_manifest(
    folder: Path,
    parts: Sequence[Part],
    *,
    cohort: str,
    build: str | None,
    threshold: int,
    consent: str,
) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "genostrat": __version__,
        "cohort": cohort,
        "build": build,
        "threshold": threshold,
        "consent": consent,
        "files": [
            {
                "name": part.name,
                "sha256": file_digest(folder / part.name),
                "n_rows": len(part.table),
                "n_patients": _tell_size(len(part.members), threshold),
                "about": part.about,
                "because": part.because,
                "left_out": list(part.left_out),
            }
            for part in parts
        ],
    }


def _tell_size(n_people: int, threshold: int) -> int | None:
    """Return a rounded number of patients; None of so few that it is not told."""
    return round_count(n_people) if n_people >= threshold else None


def _make_readme(manifest: Mapping[str, Any]) -> list[str]:
    """Return the page for the committee that decides whether the bundle may leave."""
    lines = [
        f"# Aggregates of the cohort {manifest['cohort']}",
        "",
        "This folder holds tables about groups of patients, and no row, identifier or"
        f" own value of any. Counts below {manifest['threshold']} are withheld. Before"
        " it was written, a check refused identifiers and their hashes, tables with a"
        " row a patient, small or exact counts, and patients so nearly those of an"
        " earlier recorded release that the difference would tell of the few.",
        "",
        manifest["consent"],
        "",
    ]
    for file in manifest["files"]:
        size = file["n_patients"]
        people = f"fewer than {manifest['threshold']} patients"
        if size is not None:
            people = f"{size} patients (rounded)"
        lines += [
            f"## {file['name']}",
            "",
            f"{file['about']} About {people}.",
            "",
            f"Why it discloses nobody: {file['because']}",
            "",
        ]
        if file["left_out"]:
            lines += ["Left out:", "", *(f"* {text}" for text in file["left_out"]), ""]
    lines += [
        "## What it does not hold against",
        "",
        "Releases that were not recorded (`genostrat release`), tables that the centre"
        " published elsewhere about the same patients, and patients who appear under"
        " another identifier in another release.",
    ]
    return lines


def _make_crate(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the RO-Crate's description of the folder."""
    names = [file["name"] for file in manifest["files"]] + [MANIFEST, README]
    about = {file["name"]: file["about"] for file in manifest["files"]}
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"Aggregates of the cohort {manifest['cohort']}",
        "description": "Tables about groups of patients, checked for disclosure.",
        "hasPart": [{"@id": name} for name in names],
        "creativeWorkStatus": "aggregates, disclosure-checked",
    }
    files = [
        {
            "@id": name,
            "@type": "File",
            "description": about.get(name, "What the folder holds."),
            "sha256": file_digest(folder / name),
        }
        for name in names
    ]
    return {
        "@context": "https://w3id.org/ro/crate/1.1/context",
        "@graph": [
            {
                "@id": CRATE,
                "@type": "CreativeWork",
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
                "about": {"@id": "./"},
            },
            root,
            *files,
        ],
    }
