"""Make the Python environment of the workflow from its lock, in .venv.

Standard library only. `python3 envs/install.py run` installs what the workflow needs,
`python3 envs/install.py dev` adds tests and linters, `browser` those in a browser too;
`hte` adds causal forests to whichever is there.
Every package is pinned with its hashes. A second run sees the digest of the locks and
does nothing.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE.parent
_DEV = HERE / "requirements-dev.txt"
#: Kind of environment → its locks, one on top of the other.
LOCKS = {
    "run": [HERE / "requirements.txt"],
    "dev": [_DEV],
    "browser": [_DEV, HERE / "requirements-browser.txt"],
}
#: Kinds from the least to the most; each holds all of those before it.
KINDS = ("run", "dev", "browser")
#: What is added to any of them.
EXTRAS = {"hte": HERE / "requirements-hte.txt"}
INSTALLER = HERE / "requirements-installer.txt"
OLDEST = (3, 11)
#: The command genostrat; its first argument is the folder of the library.
DOOR = (
    "import sys; sys.path.insert(0, sys.argv.pop(1));"
    " from genostrat.door.main import main; sys.exit(main())"
)


def main() -> None:
    """Install the environment that the command line names, unless it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=(*KINDS, *EXTRAS))
    parser.add_argument("--venv", type=Path, default=HOME / ".venv")
    options = parser.parse_args()
    if sys.version_info < OLDEST:
        fail(
            f"Python {sys.version.split()[0]} is too old: 3.11 or newer is needed."
            " Name a newer one: make demo PYTHON=python3.12"
        )
    extra = options.kind if options.kind in EXTRAS else None
    kind = KINDS[0] if extra else options.kind
    if not is_current(options.venv, kind):
        started = time.monotonic()
        print(f"Installing the environment into {options.venv} (once) …", flush=True)
        python = make_venv(options.venv)
        for lock in LOCKS[kind]:
            install(python, lock)
        stamp(options.venv, kind).write_text(digest(LOCKS[kind]))
        seconds = time.monotonic() - started
        print(f"Environment ready after {seconds:.0f} s.", flush=True)
    if extra:
        add(options.venv, extra)
    connect(options.venv)


def add(folder: Path, extra: str) -> None:
    """Install an extra into an environment, unless it is there."""
    mark, wanted = stamp(folder, extra), digest([EXTRAS[extra]])
    if not mark.is_file() or mark.read_text() != wanted:
        print(f"Adding {extra} to {folder} (once) …", flush=True)
        install(folder / "bin" / "python", EXTRAS[extra])
        mark.write_text(wanted)


def digest(locks: list[Path]) -> str:
    """Digest locks and the interpreter that they were installed for."""
    texts = b"".join(lock.read_bytes() for lock in locks)
    return hashlib.sha256(texts + sys.version.encode()).hexdigest()


def stamp(folder: Path, kind: str) -> Path:
    """Return the file that says which lock an environment holds."""
    return folder / f".genostrat-{kind}"


def is_current(folder: Path, kind: str) -> bool:
    """Say whether the environment holds the locks of a kind, or of one with more."""
    return any(
        stamp(folder, name).is_file()
        and stamp(folder, name).read_text() == digest(LOCKS[name])
        for name in KINDS[KINDS.index(kind) :]
    )


def make_venv(folder: Path) -> Path:
    """Make an empty environment and return its interpreter."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True)
    except subprocess.CalledProcessError:
        fail(
            "Python has no ensurepip, so it cannot make an environment. On Debian and"
            " Ubuntu: apt-get install python3-venv"
        )
    return folder / "bin" / "python"


def install(python: Path, lock: Path) -> None:
    """Install a lock with uv, which is several times faster, or else with pip."""
    run = [str(python), "-m"]
    # A lock is complete, so nothing is resolved; and what the code of pypgx needs, of
    # which only the tables are used, is left out of it.
    hashed = ["--require-hashes", "--no-deps", "-r", str(lock)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    pip = [*run, "pip", "--disable-pip-version-check", "install", "--quiet"]
    got_uv = subprocess.run(
        [*pip, "--require-hashes", "-r", str(INSTALLER)], check=False, **quiet
    )
    if got_uv.returncode == 0:
        command = [*run, "uv", "pip", "install", "--quiet", "--compile-bytecode"]
        environment = os.environ | {"VIRTUAL_ENV": str(python.parent.parent)}
        done = subprocess.run([*command, *hashed], env=environment, check=False)
        if done.returncode == 0:
            return
        print("uv could not install the lock; trying pip …", flush=True)
    if subprocess.run([*pip, *hashed], check=False).returncode:
        fail(
            "The packages could not be installed. The messages above say which one;"
            " behind a proxy, set HTTPS_PROXY; on Python 3.13 and newer, scikit-allel"
            " is built from source and needs a C compiler."
        )


def connect(folder: Path) -> None:
    """Give the environment the command genostrat, of this checkout.

    Nothing else of the checkout is put on its path, so that several checkouts may share
    an environment: Snakemake finds the library beside the Snakefile that it was given.
    """
    folder = folder.absolute()
    python, home = (shlex.quote(str(p)) for p in (folder / "bin/python", HOME))
    command = folder / "bin/genostrat"
    text = f"#!/bin/sh\nexec {python} -P -c '{DOOR}' {home} \"$@\"\n"
    if not command.is_file() or command.read_text() != text:
        command.write_text(text)
        command.chmod(0o755)


def fail(message: str) -> None:
    """Say why and stop."""
    sys.exit(f"genostrat: {message}")


if __name__ == "__main__":
    main()
