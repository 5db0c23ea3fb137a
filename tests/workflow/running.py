"""Running the workflow in a folder of its own, as a user would."""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import yaml

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


#: Less work than the demo, so that a run can be repeated many times.
BRIEF = {
    "simulate": {"n_samples": 60, "n_subgroups": 3},
    "strata": {"resamples": 30, "null_simulations": 20, "k_max": 3},
}


def brief_cohort(folder):
    """Write the config of a small simulated cohort."""
    config = yaml.safe_load((HOME / "config/cohorts/toy.yaml").read_text())
    (folder / "config/cohorts").mkdir(parents=True)
    text = yaml.safe_dump(config | BRIEF).replace("simulated/toy/", "simulated/brief/")
    (folder / "config/cohorts/brief.yaml").write_text(text)
    return folder


#: Files whose content is time or place, not a result.
NOT_RESULTS = re.compile(r"benchmarks/|\.snakemake")


def digests(folder):
    """Return the digest of every result below a folder."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_file() and not NOT_RESULTS.search(name):
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


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


#: What stands in a checkout besides its files.
_MADE = shutil.ignore_patterns(
    *(".git", ".venv", ".snakemake", "__pycache__", ".*_cache", ".hypothesis"),
    *("logs", "simulated", "build", "dist", "*.egg-info"),
)


def copy_checkout(folder):
    """Copy the files of the checkout, as they are now, without what runs made."""

    def ignore(path, names):
        made = _MADE(path, names)
        is_results = Path(path) == HOME / "results"
        return made | ({n for n in names if n != ".gitkeep"} if is_results else set())

    return Path(shutil.copytree(HOME, folder, ignore=ignore))


def make_environment(folder):
    """Make an environment that has all packages of the one that runs the tests.

    It is an environment of its own, so that nothing written into it does harm.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = Path(folder, "lib", version, "site-packages")
    (packages / "tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Path(folder)


def environment_of(folder, **more):
    """Return the variables of a shell in which an environment is active."""
    # What make says to makes below it would stand in their output.
    ours = ("PYTHONPATH", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    cleared = {n: v for n, v in os.environ.items() if n not in ours}
    # Kernels that are compiled once serve all tests.
    cache = os.environ.get("NUMBA_CACHE_DIR", str(HOME / "genostrat/__pycache__"))
    return cleared | {
        "PATH": f"{Path(folder, 'bin')}{os.pathsep}{os.environ['PATH']}",
        "NUMBA_CACHE_DIR": cache,
        "OMP_NUM_THREADS": "1",
        **more,
    }


def once(tmp_path_factory, name, make):
    """Make a folder once for all tests of a session, in whatever process; return it.

    It must not be written into: tests copy it.
    """
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder, done = root / name, root / f"{name}.done"
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def finished_toys(tmp_path_factory):
    """Return a folder in which both toy cohorts were run, as the demo does."""
    return once(tmp_path_factory, "toys", snakemake)


def stand_in(folder, toys):
    """Make a folder that stands for a checkout in which the demo was run.

    Returns
    -------
    dict
        The variables of a shell in it. `snakemake` there finds the Snakefile as it
        would in the checkout, and ``make env`` has nothing to do.
    """
    shutil.copytree(toys, folder, symlinks=True)
    for name in ("Makefile", "benchmarks", "profiles", "envs", "genostrat", "docs"):
        (folder / name).symlink_to(HOME / name)
    shutil.copytree(HOME / "config", folder / "config")
    environment = make_environment(folder / ".venv")
    command = environment / "bin/snakemake"
    command.write_text(
        SNAKEMAKE.format(python=environment / "bin/python", at=str(SNAKEFILE))
    )
    command.chmod(0o755)
    load_installer().connect(environment)
    return environment_of(environment, PYTHON="true", TERM="dumb")


#: Snakemake as it is in a checkout; the options that name a Snakefile are left alone.
SNAKEMAKE = """\
#!{python}
import sys
from snakemake.cli import main
if not {{"-s", "--snakefile"}} & set(sys.argv):
    sys.argv[1:1] = ["--snakefile", {at!r}]
main()
"""


def load_installer():
    """Return the module ``envs/install.py``."""
    spec = importlib.util.spec_from_file_location("install", HOME / "envs/install.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
