"""The workflow as Snakemake sees it: lint, every config, modules, other folders."""

import subprocess
import sys
from pathlib import Path

import pytest
from running import HOME, said, snakemake

pytestmark = pytest.mark.workflow


def test_lint_is_clean():
    done = snakemake(HOME, "--lint", check=False)
    assert done.returncode == 0, said(done)
    assert "Congratulations" in said(done)


def test_snakefmt_is_clean():
    command = [str(Path(sys.executable).with_name("snakefmt")), "--check"]
    done = subprocess.run(
        [*command, str(HOME / "Snakefile"), str(HOME / "rules")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, said(done)


@pytest.mark.parametrize(
    "target",
    ["check", "qc", "variants", "profile", "strata", "response", "report", "verify"],
)
def test_every_target_can_be_asked_for(tmp_path, target):
    done = snakemake(tmp_path, "--dry-run", "--quiet", "rules", "--", target)
    assert "Traceback" not in said(done)


@pytest.mark.parametrize(
    "path", sorted((HOME / "config/examples").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_example_makes_a_plan(tmp_path, path):
    """Paths of the examples are edited by the user; here they are empty files."""
    for line in path.read_text().splitlines():
        key, _, value = line.strip().removeprefix("- ").partition(": ")
        if key in ("path", "vcf", "labels"):
            target = tmp_path / value
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
    done = snakemake(
        tmp_path,
        "--dry-run",
        "--config",
        f"cohorts=[{path.stem}]",
        "cohort_dir=config/examples",
    )
    planned = said(done)
    has_genotypes = "vcf:" in path.read_text()
    assert ("read_genotypes" in planned) == has_genotypes
    assert ("judge_strata" in planned) == ("matrices:" in path.read_text())
    assert "render_report" in planned


def test_several_cohorts_run_together(tmp_path):
    done = snakemake(tmp_path, "--dry-run", "--config", "cohorts=[toy,toy_null]")
    assert "toy_null: rendering the report" in said(done)
    assert "toy: rendering the report" in said(done)


def test_it_can_be_a_module_of_another_workflow(tmp_path):
    (tmp_path / "Snakefile").write_text(
        "module genostrat:\n"
        f"    snakefile: {str(HOME / 'Snakefile')!r}\n"
        "    config: {'cohorts': ['toy']}\n"
        "use rule * from genostrat as genostrat_*\n"
    )
    command = [str(Path(sys.executable).with_name("snakemake")), "--cores", "1", "-n"]
    done = subprocess.run(
        [*command, "genostrat_report"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, said(done)
    assert "genostrat_render_report" in said(done)


def test_an_unknown_key_stops_with_the_nearest_known_one(tmp_path):
    done = snakemake(
        tmp_path, "--dry-run", "--config", "qc={min_cal_rate: 0.9}", check=False
    )
    assert done.returncode != 0
    assert "did you mean min_call_rate?" in said(done)
