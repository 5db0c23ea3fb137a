"""How R's ConsensusClusterPlus is asked.

Light to import: the peak memory of a process that is measured is never below that of
the process that started it.
"""

import functools
import subprocess
from pathlib import Path

SCRIPT = Path(__file__).resolve().with_name("consensus_peer.R")
#: Name → algorithm, distance, linkage. The first is the package's default.
METHODS = {
    "hc, average, Pearson": ("hc", "pearson", "average"),
    "hc, Ward": ("hc", "euclidean", "ward.D2"),
    "km": ("km", "euclidean", "average"),
}


@functools.cache
def why_not():
    """Return why the peer cannot be run, or blank."""
    try:
        asked = subprocess.run(
            ["Rscript", "-e", "library(ConsensusClusterPlus)"],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return "Rscript is not installed"
    return "ConsensusClusterPlus is not installed" if asked.returncode else ""


@functools.cache
def peer_version():
    """Return the name and version of the peer, or blank."""
    if why_not():
        return ""
    asked = subprocess.run(
        ["Rscript", "-e", "cat(format(packageVersion('ConsensusClusterPlus')))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return f"ConsensusClusterPlus {asked.stdout.strip()}"


def peer_command(matrix, shape, folder, *, method, max_k, resamples):
    """Return the command of one method on a written matrix of patients × features."""
    algorithm, distance, linkage = METHODS[method]
    words = (matrix, shape[1], shape[0], algorithm, distance, linkage, max_k)
    return ["Rscript", str(SCRIPT), *map(str, (*words, resamples, folder))]
