"""Do the tests bite? Single changes of the library, and whether tests see them.

    make mutate                        # or, with options:
    python -m benchmarks.mutations --per-room 8 --seed 1 --minutes 60

Cosmic Ray, in an environment of its own (`envs/requirements-mutation.txt`), changes one
place at a time in a copy of the tracked files below `results/mutations`, and runs the
tests of the changed module's own room there: those that name the module first, and last
what the house asks of every module's values, until one fails. What is done is kept, and
a run that was stopped goes on. `--report` writes the table of `docs/robustness.md` from
what is done.

A change that no test sees stands in the table as *seen by none*, unless
`benchmarks/mutations.tsv` names it with the reason why it alters nothing.
"""

import argparse
import csv
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

from benchmarks.sections import put_section
from genostrat.studies.matching.counts import estimate_share

HOME = Path(__file__).resolve().parents[1]
FOLDER = HOME / "results/mutations"
PAGE, TITLE = HOME / "docs/robustness.md", "Tests that see a change"
EQUALS = HOME / "benchmarks/mutations.tsv"
#: Seconds after which tests are taken to hang; the slowest room takes half of it.
PATIENCE = 900
#: Rooms whose tests have another name than theirs, below ``tests/unit``.
TESTS = {
    "floor": [
        *("test_foundations.py", "test_integrity.py", "test_privacy.py"),
        *("test_tables.py", "test_compiled.py"),
    ],
    # What columns of the sheet must hold is tested where a cohort is checked.
    "sheets": ["sheets", "intake"],
    "api": ["api", "test_examples.py", "qc/test_panel_building.py"],
    "catalogues": [
        *("test_catalogues.py", "test_config.py", "qc/test_ledger.py"),
        *("response/test_kinds.py", "pgx/test_knowledge_sources.py"),
    ],
    "config": ["test_config.py", "intake"],
    "genome": [
        *("test_genome.py", "genotypes/test_builds.py"),
        "qc/test_variant_yardsticks.py",
    ],
}
#: What the house asks of every module's values is a test of every room.
HOUSE = "tests/house/test_values.py"
EXAMPLES = "tests/unit/test_examples.py::test_examples_of_a_module"
CONFIG = """[cosmic-ray]
module-path = "genostrat"
timeout = {patience}
excluded-modules = []
test-command = "{python} -m benchmarks.mutations --judge"
[cosmic-ray.distributor]
name = "local"
"""


def room_of(name):
    """Return the room of a module's path below the library."""
    parts = Path(name).parts
    return parts[1] if len(parts) > 2 else "floor"


def list_tests(room, *, home):
    """Return the files of a room's own tests."""
    unit = home / "tests/unit"
    named = [unit / name for name in TESTS.get(room, (room, f"test_{room}.py"))]
    files = [
        f
        for path in named
        for f in ([path] if path.is_file() else path.rglob("test_*.py"))
    ]
    return sorted(files)


def in_order(files, module):
    """Return tests, those first that are likely to see a change of a module."""
    name = module.removesuffix(".py").replace("/", ".")
    parent, _, last = name.rpartition(".")

    def nearness(file):
        text = file.read_text()
        named = f"{name} " in text or f"from {parent} import {last}" in text
        return not named, parent not in text, file.stat().st_size

    return sorted(files, key=nearness)


def judge():
    """Run the tests of the room in which a file differs from the copy's listing."""
    here = Path.cwd()
    listing = json.loads((here / "listing.json").read_text())
    changed = [
        n
        for n, d in listing.items()
        if hashlib.sha256((here / n).read_bytes()).hexdigest() != d
    ]
    (name,) = changed
    text = (here / name).read_text()
    tests = [*in_order(list_tests(room_of(name), home=here), name), HOUSE]
    if ">>>" in text:
        # The examples in a module are tests of its room.
        module = name.removesuffix(".py").replace("/", ".")
        tests.append(f"{EXAMPLES}[{module.removesuffix('.__init__')}]")
    sys.exit(run_tests(tests, here=here, is_compiled="numba" in text))


def run_tests(files, *, here, is_compiled=False, more=("-x",), sink=None):
    """Run tests, and return pytest's status."""
    # Compiled code that calls what was changed is not compiled anew by itself.
    cache = tempfile.mkdtemp() if is_compiled else str(here / "compiled")
    quiet = ["-q", "-p", "no:cacheprovider", "--tb=line", *more]
    left_out = here / "failing.txt"
    known = left_out.read_text().splitlines() if left_out.is_file() else []
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", *quiet, *map(str, files)),
            *(f"--deselect={name}" for name in known),
        ],
        cwd=here,
        env=os.environ | {"NUMBA_CACHE_DIR": cache, "OMP_NUM_THREADS": "1"},
        check=False,
        stdout=sink,
    )
    if is_compiled:
        shutil.rmtree(cache, ignore_errors=True)
    return done.returncode


def make_copy(folder):
    """Copy the tracked files, and list the library's."""
    tree = folder / "tree"
    if (tree / "listing.json").is_file():
        return tree
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=HOME, check=True, capture_output=True
    ).stdout
    for name in filter(None, names.decode().split("\0")):
        if (HOME / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(HOME / name, tree / name)
    library = {
        str(p.relative_to(tree)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted((tree / "genostrat").rglob("*.py"))
    }
    shutil.copytree(tree / "genostrat", tree / "library")
    (tree / "listing.json").write_text(json.dumps(library))
    return tree


def _test_of(line):
    """Return the test of a line of pytest's summary; its name may have spaces."""
    return line.split(" ", 1)[1].split(" - ")[0].strip()


def confirm(tree, session):
    """Run the tests that saw changes on the library as it is; take back what they say.

    A test that fails there saw nothing: it is left out from then on, and what it saw is
    tried again.
    """
    connection = sqlite3.connect(session)
    seen = {}
    for job, output in connection.execute("SELECT job_id, output FROM work_results"):
        for line in (output or "").split("\n"):
            if line.startswith(("FAILED ", "ERROR ")):
                seen.setdefault(_test_of(line), []).append(job)
    known = tree / "confirmed.txt"
    confirmed = set(known.read_text().split("\n")) if known.is_file() else set()
    asked = sorted(set(seen) - confirmed)
    with tempfile.TemporaryFile("w+") as sink:
        if asked:
            run_tests(asked, here=tree, more=("-rfE",), sink=sink)
        sink.seek(0)
        said = [line for line in sink if line.startswith(("FAILED ", "ERROR "))]
    failing = {_test_of(line) for line in said}
    known.write_text("\n".join(confirmed | set(asked) - failing))
    with (tree / "failing.txt").open("a") as stream:
        stream.writelines(f"{name}\n" for name in sorted(failing))
    again = {job for name in failing for job in seen[name]}
    with connection:
        for job in again:
            connection.execute("DELETE FROM work_results WHERE job_id = ?", (job,))
    connection.close()
    return len(again)


def work(folder, *, tool, per_room, seed, minutes, rooms=""):
    """Choose changes, and try those that were not tried."""
    tree, session, config = make_copy(folder), folder / "session", folder / "config"
    chosen = ["--per-room", str(per_room), "--seed", str(seed), "--rooms", rooms]
    choose = [str(tool / "python"), "benchmarks/mutation_session.py", str(session)]
    subprocess.run([*choose, *chosen], cwd=tree, check=True)
    words = {"per_room": per_room, "seed": seed, "rooms": rooms}
    words["day"] = date.today().isoformat()
    (folder / "draw.json").write_text(json.dumps(words))
    config.write_text(CONFIG.format(patience=PATIENCE, python=sys.executable))
    command = [str(tool / "cosmic-ray"), "exec", str(config), str(session)]
    end = time.monotonic() + 60 * minutes
    while True:
        # A run that was stopped has left its change in the copy.
        shutil.copytree(tree / "library", tree / "genostrat", dirs_exist_ok=True)
        try:
            rest = max(1, end - time.monotonic())
            subprocess.run(command, cwd=tree, check=True, timeout=rest)
        except subprocess.TimeoutExpired:
            print("stopped in time: run it again to go on")
            return
        if not confirm(tree, session):
            return


def read_results(session):
    """Yield module, operator, line, outcome and difference of what was tried."""
    query = (
        "SELECT m.module_path, m.operator_name, m.start_pos_row, r.test_outcome, r.diff"
        " FROM mutation_specs m JOIN work_results r ON r.job_id = m.job_id"
        " ORDER BY m.module_path, m.start_pos_row, m.operator_name"
    )
    connection = sqlite3.connect(session)
    try:
        yield from connection.execute(query)
    finally:
        connection.close()


def count_items(session):
    """Return how many changes were tried, and how many were drawn."""
    connection = sqlite3.connect(session)
    try:
        (n_tried,), (n_drawn,) = (
            connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            for name in ("work_results", "work_items")
        )
    finally:
        connection.close()
    return n_tried, n_drawn


def digest_of(diff):
    """Return what names a change however its module moves: a digest of its lines."""
    lines = [
        line.strip()
        for line in diff.split("\n")
        if line.startswith(("+", "-")) and line[:3] not in ("+++", "---")
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]


def tabulate(results, equals):
    """Return the table by room, and what no test saw."""
    counts, survivors = {}, []
    for module, operator, line, outcome, diff in results:
        count = counts.setdefault(room_of(module), Counter())
        if str(outcome).lower().endswith("killed"):
            count["seen"] += 1
        elif digest_of(diff) in equals:
            count["equal"] += 1
        else:
            count["missed"] += 1
            survivors.append((module, line, operator.removeprefix("core/"), diff))
    rows = [
        "| room | changes tried | alter nothing | seen | seen by none | share seen"
        " | 95 % |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    total = sum(counts.values(), Counter())
    for room, c in [*sorted(counts.items()), ("**all**", total)]:
        altering = c["seen"] + c["missed"]
        share, by_chance = _tell_share(c["seen"], altering)
        rows.append(
            f"| {room} | {sum(c.values())} | {c['equal']} | {c['seen']} |"
            f" {c['missed']} | {share} | {by_chance} |"
        )
    return "\n".join(rows), survivors


def _tell_share(n_seen, n):
    """Return a share, and where it may lie by chance, as percents; blank of none."""
    if not n:
        return "", ""
    share, low, high = (round(100 * x) for x in estimate_share(n_seen, n))
    return f"{share} %", f"{low} to {high} %"


def read_equals():
    """Return the digests of changes that alter nothing."""
    with EQUALS.open(encoding="utf-8") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        return {
            row["change"]: row["why"] for row in csv.DictReader(lines, delimiter="\t")
        }


def describe_draw(folder, *, per_room, seed, rooms=""):
    """Return a draw of changes as text with its table, and what no test saw."""
    session, kept = folder / "session", folder / "draw.json"
    words = {"per_room": per_room, "seed": seed, "rooms": rooms}
    if kept.is_file():
        words = json.loads(kept.read_text())
    table, survivors = tabulate(read_results(session), read_equals())
    n_tried, n_drawn = count_items(session)
    of_rooms = f" --rooms {words['rooms']}" if words["rooms"] else ""
    day = f", {words['day']}" if "day" in words else ""
    text = (
        f"`--per-room {words['per_room']} --seed {words['seed']}{of_rooms}`{day}: of"
        f" {n_drawn} changes that were drawn {n_tried} were tried.\n\n{table}"
    )
    return text, survivors


def report(folder, *, per_room, seed, rooms="", earlier=()):
    """Print what no test saw, and write the tables of draws into the page."""
    texts = []
    for one in (*earlier, folder):
        text, survivors = describe_draw(one, per_room=per_room, seed=seed, rooms=rooms)
        texts.append(text)
        for module, line, operator, diff in survivors:
            print(f"\n{module}:{line} {operator} {digest_of(diff)}\n{diff}")
        print(text)
    text = (
        "`make mutate`: single changes of the library, and how many of them the tests"
        " of the same room see. Changes that alter nothing stand with their reasons in"
        " `benchmarks/mutations.tsv`."
    )
    PAGE.write_text(put_section(PAGE.read_text(), TITLE, "\n\n".join([text, *texts])))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--per-room", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--rooms", default="", help="of these alone, by commas")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--tool", type=Path, default=HOME / ".venv-mutation/bin")
    parser.add_argument("--report", action="store_true")
    parser.add_argument(
        "--earlier", type=Path, action="append", default=[], help="draws to report, too"
    )
    parser.add_argument("--judge", action="store_true", help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.judge:
        judge()
    if words.report:
        chosen = {"per_room": words.per_room, "seed": words.seed, "rooms": words.rooms}
        report(words.folder, earlier=words.earlier, **chosen)
        return
    work(
        words.folder,
        tool=words.tool,
        per_room=words.per_room,
        seed=words.seed,
        minutes=words.minutes,
        rooms=words.rooms,
    )


if __name__ == "__main__":
    main()
