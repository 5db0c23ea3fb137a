"""Running the workflow in a folder of its own, as a user would."""

import os
import subprocess
import sys
from pathlib import Path

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
