"""What every rule's script runs in: a log, whole inputs, recorded outputs."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from genostrat import __version__
from genostrat.integrity import check_inputs, record_path, write_record
from genostrat.joblog import job_log
from genostrat.provenance import describe_environment
from genostrat.registry import locate_root


@contextmanager
def run_job(snakemake: Any) -> Iterator[logging.Logger]:
    """Run one job: log it, hold its inputs against what made them, record its outputs.

    Parameters
    ----------
    snakemake
        What Snakemake gives a script: input, output, params, log and rule.

    Raises
    ------
    SystemExit
        With code 1 after a message was logged that the user can act on, such as the
        name of a result that was changed since it was written.
    """
    with job_log(snakemake.log[0]) as log:
        outputs = [Path(path) for path in snakemake.output]
        roots = {locate_root(path) for path in outputs} - {None}
        root = roots.pop() if len(roots) == 1 else None
        name = Path(snakemake.log[0]).stem
        if root is not None:
            # Until this job ends, nothing is known of what it writes.
            record_path(root, name).unlink(missing_ok=True)
        read = check_inputs(map(str, snakemake.input), home=root)
        yield log
        if root is not None:
            write_record(
                root,
                name,
                outputs=outputs,
                inputs={
                    os.path.relpath(other / path, root): digest
                    for other, files in read.items()
                    for path, digest in files.items()
                },
                rule=snakemake.rule,
                script=_script_that_runs(snakemake.rule),
                code=snakemake.params.code,
                parameters=digest_parameters(snakemake.params),
                software=__version__,
                environment=describe_environment(),
            )


def _script_that_runs(rule: str) -> str:
    """Return the name of the script that Snakemake started; else the rule's name."""
    started = getattr(sys.modules["__main__"], "__file__", None)
    return Path(started).stem if started else rule


def digest_parameters(params: Any) -> str:
    """Digest the parameters of a rule, without the digest of its code."""
    values = {name: value for name, value in params.items() if name != "code"}
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
