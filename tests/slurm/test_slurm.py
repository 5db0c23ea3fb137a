"""The toy cohort through profiles/slurm on a real Slurm."""

import subprocess
import sys
from pathlib import Path

import pytest
from cluster import missing_programs, slurm_cluster

HOME = Path(__file__).resolve().parents[2]
WHY_NOT = missing_programs()

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(bool(WHY_NOT), reason=f"no Slurm here: {WHY_NOT}"),
]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with slurm_cluster(tmp_path_factory.mktemp("slurm")) as environment:
        yield environment


def test_the_toy_cohort_runs_to_its_report(cluster, tmp_path):
    command = [
        str(Path(sys.executable).with_name("snakemake")),
        "--snakefile",
        str(HOME / "Snakefile"),
        "--directory",
        str(tmp_path),
        "--profile",
        str(HOME / "profiles/slurm"),
        "--config",
        "cohorts=[toy]",
        "strata={resamples: 60, null_simulations: 40, parts: 2}",
        "--default-resources",
        "slurm_account=lab",
        "slurm_partition=main",
        # without an accounting database, and for jobs of seconds rather than hours
        "--slurm-status-command",
        "squeue",
        "--slurm-init-seconds-before-status-checks",
        "10",
        "--latency-wait",
        "5",
    ]
    done = subprocess.run(
        command, env=cluster, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "results/toy/report/report.html").is_file()
    jobs = subprocess.run(
        ["squeue", "--states=all", "-h", "-o", "%i %T"],
        env=cluster,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    states = [line.split()[1] for line in jobs]
    # Start-up costs seconds a job, so short rules of a cohort share one; the two parts
    # of the clustering are jobs of their own.
    assert set(states) == {"COMPLETED"}
    assert len(states) <= 10, jobs
    again = subprocess.run(
        [*command, "--dry-run"], env=cluster, capture_output=True, text=True, check=True
    )
    assert "Nothing to be done" in again.stdout + again.stderr
