"""The package, built and installed: what it holds, and that it runs alone."""

import json
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_string
from pathlib import Path

import pytest
from running import HOME, copy_checkout, environment_of, make_environment, said

from genostrat import __version__

pytestmark = pytest.mark.workflow
#: Folders of the checkout that a run needs, and what in them it does not.
FOLDERS = ("rules", "scripts", "config", "resources", "profiles")
PLACE = "genostrat/workflow/"
BUILD = """
import sys
from setuptools import build_meta
print(getattr(build_meta, sys.argv[1])(sys.argv[2]))
"""


def run(command, **options):
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, said(done)
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build a source distribution, and the wheel from that; return the wheel."""
    folder = tmp_path_factory.mktemp("build")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    got = subprocess.run(
        [*pip, "install", "-q", "--target", str(folder / "tools"), "setuptools>=77"],
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode:
        pytest.skip(f"no setuptools to build with: {got.stderr.strip()[-200:]}")
    checkout = copy_checkout(folder / "checkout")
    # what a site has in its checkout, and must never be in a wheel
    (checkout / "config/cohorts/ward.yaml").write_text("samples: {path: secret}\n")
    (checkout / "resources/simulated/toy").mkdir(parents=True)
    (checkout / "resources/simulated/toy/samples.tsv").write_text("sample_id\n")
    environment = environment_of(folder, PYTHONPATH=str(folder / "tools"))

    def build(what, source):
        command = [sys.executable, "-c", BUILD, what, str(folder)]
        done = run(command, cwd=source, env=environment)
        return folder / done.stdout.splitlines()[-1]

    with tarfile.open(build("build_sdist", checkout)) as archive:
        archive.extractall(folder / "sdist", filter="data")
    return build("build_wheel", folder / f"sdist/genostrat-{__version__}")


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Install the wheel into an environment of its own; return the environment."""
    folder = make_environment(tmp_path_factory.mktemp("installed") / "env")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    pip += ["--python", str(folder / "bin/python"), "install", "-q"]
    run([*pip, "--no-deps", "--no-index", str(wheel)])
    return folder


def test_the_wheel_holds_the_workflow_and_nothing_of_a_site(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = {n for n in archive.namelist() if n.startswith(PLACE)}
        assert not [n for n in archive.namelist() if n.startswith("tests")]
    wanted = {"Snakefile", "envs/genostrat.yaml"}
    for folder in FOLDERS:
        for path in (HOME / folder).rglob("*"):
            name = str(path.relative_to(HOME))
            is_made = name.startswith("resources/simulated/") or "__pycache__" in name
            is_of_a_site = path.parent.name == "cohorts" and "toy" not in path.stem
            if path.is_file() and not is_made and not is_of_a_site:
                wanted.add(name)
    assert {n.removeprefix(PLACE) for n in names} == wanted


def test_the_wheel_asks_for_what_the_locks_hold(wheel):
    with zipfile.ZipFile(wheel) as archive:
        read = {Path(n).name: archive.read(n).decode() for n in archive.namelist()}
    metadata = message_from_string(read["METADATA"])
    lines = (HOME / "envs/requirements.in").read_text().splitlines()
    wanted = {line.split("#")[0].strip() for line in lines} - {""}

    def spelt(requirements):
        return {"".join(sorted(r.replace(" ", ""))) for r in requirements}

    assert spelt(metadata.get_all("Requires-Dist")) == spelt(wanted)
    assert metadata["Version"] == __version__
    assert "genostrat = genostrat.door.main:main" in read["entry_points.txt"]


def test_resources_are_found_where_they_are_installed(installed, tmp_path):
    code = (
        "from genostrat.home import workflow_home\n"
        "from genostrat.pgx.knowledge.structural import read_structural_genes\n"
        "from genostrat.config.settings import load_settings\n"
        "print(workflow_home(), 'CYP2D6' in read_structural_genes(),"
        " *load_settings({}, home=workflow_home()).cohorts)"
    )
    python = str(installed / "bin/python")
    done = run([python, "-c", code], cwd=tmp_path, env=environment_of(installed))
    home, *told = done.stdout.split()
    assert Path(home).is_relative_to(installed)
    assert told == ["True", "toy", "toy_null"]


def test_an_installed_package_runs_the_toy_cohort_from_an_empty_folder(
    installed, tmp_path
):
    # Files of the working directory must not be imported in place of packages.
    (tmp_path / "pandas.py").write_text("raise RuntimeError('not this one')\n")
    quick = "strata={resamples: 30, null_simulations: 20, k_max: 3}"
    command = [str(installed / "bin/genostrat"), "run", "--cohort", "toy"]
    done = run(
        [*command, "--config", quick], cwd=tmp_path, env=environment_of(installed)
    )
    assert "genostrat: results/toy/report/report.html" in done.stdout
    assert (tmp_path / "results/toy/report/report.html").is_file()
    record = json.loads((tmp_path / "results/toy/provenance.json").read_text())
    assert record["software"]["version"] == __version__
    assert str(HOME) not in said(done)
    tables = (tmp_path / "results").rglob("*.tsv")
    assert not [path for path in tables if path.stat().st_mode & 0o002]
    command = [str(installed / "bin/genostrat"), "verify", "toy"]
    proof = run(command, cwd=tmp_path, env=environment_of(installed))
    assert "results/toy: as it was made" in proof.stdout
