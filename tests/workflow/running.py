"""Running the workflow in a folder of its own, as a user would."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from genostrat.registry import locate

HOME = Path(__file__).resolve().parents[2]
SNAKEFILE = HOME / "Snakefile"
#: Small enough for a test, large enough for every stage to have something to do.
QUICK = {
    "strata": {"resamples": 40, "null_simulations": 20, "k_max": 4},
    "ingest": {"pieces": 2},
}


def snakemake(directory, *arguments, check=True, **popen):
    """Run Snakemake with the repository's Snakefile in another folder."""
    command = [
        str(Path(sys.executable).with_name("snakemake")),
        "--snakefile",
        str(SNAKEFILE),
        "--directory",
        str(directory),
        "--cores",
        "2",
        *arguments,
    ]
    environment = os.environ | {"PYTHONWARNINGS": "default", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, check=False, **popen
    )
    if check:
        assert done.returncode == 0, done.stdout + done.stderr
    return done


def said(done):
    """Return everything a run printed."""
    return done.stdout + done.stderr


def open_to_others(folder):
    """Return what others may read below a run's folders, and should not.

    Only what the registry calls shareable may be; and the folder ``.snakemake`` itself,
    which Snakemake makes before it reads the Snakefile, with closed folders in it.
    """
    found = []
    for name in ("results", "logs", "resources", ".snakemake"):
        for path in (folder / name).rglob("*"):
            if path.is_symlink() or not stat.S_IMODE(path.lstat().st_mode) & 0o007:
                continue
            located = None if path.is_dir() else locate(path)
            if located is None or located[1].access != "shareable":
                found.append(f"{stat.S_IMODE(path.stat().st_mode):o} {path}")
    return found


def without_class(folder):
    """Return the files of results and logs that the registry does not know."""
    files = [p for n in ("results", "logs") for p in (folder / n).rglob("*")]
    known = (".snakemake_timestamp", ".part")
    return [
        str(path)
        for path in files
        if path.is_file() and not path.name.endswith(known) and locate(path) is None
    ]
