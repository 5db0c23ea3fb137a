"""ConsensusClusterPlus on a matrix, and the numbers of groups to choose by it."""

import hashlib
import itertools
import json
import subprocess
from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.consensus_plus import METHODS, peer_command

RESAMPLES = 200
#: A further group has to add so much to the area, relative to what was there.
LEAST_GAIN = 0.1
LOWER, UPPER = 0.1, 0.9


@dataclass(frozen=True)
class Consensus:
    """What one method says of a cohort.

    Parameters
    ----------
    area, pac
        Number of groups → area below the distribution of the consensus, and share of
        pairs between 0.1 and 0.9.
    classes
        Number of groups → group of each patient.
    """

    area: dict
    pac: dict
    classes: dict


def area_below(pairs):
    """Return the area below the cumulative distribution of values between 0 and 1."""
    return 1 - float(np.mean(pairs))


def share_ambiguous(pairs):
    """Return the PAC of consensus values."""
    return float(np.mean((pairs > LOWER) & (pairs < UPPER)))


def k_by_area(area, *, least=LEAST_GAIN):
    """Return the last number of groups before one that adds little to the area.

    Parameters
    ----------
    area
        Number of groups → area, from the smallest number on.
    least
        The package draws (A(k) - A(k-1)) / A(k-1) and leaves it to the eye where this
        is small; here it is below `least`.
    """
    ks = sorted(area)
    for before, k in itertools.pairwise(ks):
        if (area[k] - area[before]) / area[before] < least:
            return before
    return ks[-1]


def k_by_pac(pac):
    """Return the number of groups of the lowest PAC, the smallest of several."""
    return min(sorted(pac), key=pac.__getitem__)


def run_peer(values, folder, *, method, max_k, resamples=RESAMPLES):
    """Run a method, unless the folder holds its answer to the same question.

    Parameters
    ----------
    values
        Patients × features.
    folder
        Where the answer is kept.
    method
        A name of :data:`METHODS`.
    max_k, resamples
        Numbers of groups from 2 on, and resamples of 80 % of the patients.
    """
    asked = {
        "matrix": hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest(),
        "method": METHODS[method],
        "max_k": max_k,
        "resamples": resamples,
    }
    kept = folder / "answer.json"
    if not kept.is_file() or json.loads(kept.read_text())["asked"] != _plain(asked):
        folder.mkdir(parents=True, exist_ok=True)
        np.ascontiguousarray(values, dtype="<f8").tofile(folder / "matrix.bin")
        command = peer_command(
            folder / "matrix.bin",
            values.shape,
            folder,
            method=method,
            max_k=max_k,
            resamples=resamples,
        )
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=folder
        )
        if done.returncode:
            raise RuntimeError(f"ConsensusClusterPlus failed\n{done.stderr[-2000:]}")
        kept.write_text(json.dumps(_plain({"asked": asked} | _summarise(folder))))
    answer = json.loads(kept.read_text())
    return Consensus(
        *({int(k): v for k, v in answer[n].items()} for n in ("area", "pac", "classes"))
    )


def _plain(record):
    return json.loads(json.dumps(record))


def _summarise(folder):
    classes = pd.read_csv(folder / "classes.tsv", sep="\t")
    area, pac = {}, {}
    for k in classes.columns:
        path = folder / f"consensus_{k}.bin"
        pairs = np.fromfile(path)
        area[k], pac[k] = area_below(pairs), share_ambiguous(pairs)
        path.unlink()
    return {"area": area, "pac": pac, "classes": classes.to_dict("list")}
