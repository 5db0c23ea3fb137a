"""Running the workflow on a cohort, in a folder of its own, as a user would."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from genostrat.tables import read_json, read_lines, read_table

HOME = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What a run left and said."""

    results: Path
    said: str
    failed: bool

    def table(self, name):
        """Return a table by its registered name."""
        return read_table(self.results / name, table=name)

    def record(self, name):
        """Return a JSON record."""
        return read_json(self.results / name)

    def lines(self, name):
        """Return the lines of a list."""
        return read_lines(self.results / name)


@dataclass(frozen=True)
class Workbench:
    """Where the data are, and a folder for cohorts and results.

    Parameters
    ----------
    data
        The folder of the real cohorts.
    folder
        Everything is written below it.
    cores
        For Snakemake.
    """

    data: Path
    folder: Path
    cores: int = 2

    def missing(self, check):
        """Return what a check lacks, in words, or blank."""
        absent = [name for name in check.needs if not (self.data / name).is_dir()]
        if absent:
            return "absent: " + ", ".join(absent)
        lost = [name for name in check.tools if shutil.which(name) is None]
        return "not installed: " + ", ".join(lost) if lost else ""

    def run(
        self, cohort, *, sheet, genotypes=None, target="qc", may_fail=False, **config
    ):
        """Write a cohort's sheet and config and run a target of the workflow.

        What is there already and up to date is not computed again.
        """
        sheet_path = self.folder / f"sheets/{cohort}.tsv"
        keep_or_write(sheet_path, sheet.to_csv(sep="\t", index=False))
        samples = {
            "path": str(sheet_path),
            "unknown_columns": "ignore",
            "unmatched": "drop",
        }
        settings = {"samples": samples | config.pop("samples", {})}
        if genotypes:
            settings["genotypes"] = genotypes
        settings |= config
        keep_or_write(
            self.folder / f"config/cohorts/{cohort}.yaml",
            yaml.safe_dump(settings, sort_keys=False),
        )
        done = self._snakemake(target, "--config", f"cohorts=[{cohort}]")
        said = done.stdout + done.stderr
        if done.returncode and not may_fail:
            raise RuntimeError(f"{cohort}: the workflow failed\n{said[-4000:]}")
        return Outcome(self.folder / "results" / cohort, said, bool(done.returncode))

    def scratch(self, name):
        """Return the path of a file for what a check makes itself."""
        path = self.folder / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _snakemake(self, *arguments):
        command = [
            str(Path(sys.executable).with_name("snakemake")),
            *arguments,
            *("--snakefile", str(HOME / "Snakefile")),
            *("--directory", str(self.folder)),
            *("--cores", str(self.cores)),
            *("--rerun-incomplete", "--show-failed-logs"),
        ]
        environment = os.environ | {"OMP_NUM_THREADS": "1"}
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False
        )


def keep_or_write(path, text):
    """Write text; a file that holds it already keeps its time of change."""
    if not path.is_file() or path.read_text() != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def default_policy():
    """Return the policy of the shipped configuration."""
    return yaml.safe_load((HOME / "config/config.yaml").read_text())
