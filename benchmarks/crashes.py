"""Break runs in every way that machines do, and hold what is left to what it promises.

    PYTHONPATH=.:tests:tests/workflow python benchmarks/crashes.py --seed 1 --write

A small cohort is run whole once. Then runs of it are killed (the scheduler with all its
jobs, or a job alone), run into a full disk, a read-only one, a limit of memory, of time
and of the size of files, see their clock jump, and meet a second run in their folder.
After each of these nothing may be readable by others; and the run that goes on must end
in the same bytes as the whole one, with results that hold against their checksums. What
this machine does not allow (mounting a small disk takes a privilege) is said.
"""

import argparse
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from running import SNAKEFILE, brief_cohort, digests, open_to_others, without_class

from benchmarks.sections import put_section
from genostrat.verify import verify_results

HOME = Path(__file__).resolve().parents[1]
PAGE, TITLE = HOME / "docs/robustness.md", "Broken runs"
ARGUMENTS = ("--config", "cohorts=[brief]")
#: Kills of a sequence, after which the run goes on to its end.
KILLS_A_RUN = 10


def command_of(folder, *arguments, cores=2):
    return [
        str(Path(sys.executable).with_name("snakemake")),
        *("--snakefile", str(SNAKEFILE), "--directory", str(folder)),
        *("--cores", str(cores), *ARGUMENTS, *arguments),
    ]


def run(folder, *arguments, limit=None, **options):
    """Run the cohort to its end; return the status and what was said."""
    done = subprocess.run(
        command_of(folder, *arguments),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        preexec_fn=limit,
        **options,
    )
    return done.returncode, done.stdout + done.stderr


def start(folder):
    """Start a run in a group of its own."""
    return subprocess.Popen(
        command_of(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )


class WholeRuns:
    """Runs that nobody disturbed, one for each day.

    Reports say of which day a run is: one that was broken before midnight and one that
    was not, after it, differ in that.
    """

    def __init__(self, work):
        self._work, self._days = work, {}

    def run(self):
        """Run the cohort whole, and keep what it came to; return how long it took."""
        folder = brief_cohort(self._work / "whole")
        started = time.monotonic()
        status, said = run(folder)
        assert status == 0, said
        self._days[day_of(folder)] = digests(folder / "results")
        shutil.rmtree(folder)
        return time.monotonic() - started

    def like(self, folder):
        """Return the digests of a whole run of a folder's day."""
        day = day_of(folder)
        if day not in self._days:
            self.run()
        return self._days.get(day, {})


def day_of(folder):
    """Return the day that reports call that of the run: that of the check."""
    checked = (folder / "results/brief/check/samples.tsv").stat().st_mtime
    return time.strftime("%Y-%m-%d", time.gmtime(checked))


def finish(folder, wholes):
    """Run to the end, and return what is not as it should be."""
    wrong = open_to_others(folder)
    run(folder, "--unlock")
    status, said = run(folder)
    if status:
        return [*wrong, f"the run did not go on: {said[-300:]}"]
    mine, whole = digests(folder / "results"), wholes.like(folder)
    names = sorted(mine | whole)
    differing = [name for name in names if mine.get(name) != whole.get(name)]
    if differing:
        some = ", ".join(differing[:5])
        wrong.append(f"{len(differing)} files have other bytes or are gone: {some}")
    wrong += [str(p) for p in (folder / "results").rglob("*.part")]
    verified = verify_results(folder / "results/brief")
    wrong += [f"{f.kind}: {f.path}" for f in verified.findings]
    return [*wrong, *open_to_others(folder), *without_class(folder)]


def kill_scheduler(process, chance):
    """Kill Snakemake and all its jobs."""
    os.killpg(process.pid, chance.choice([signal.SIGKILL, signal.SIGTERM]))


def kill_job(process, chance):
    """Kill one job and leave Snakemake to see it."""
    jobs = [pid for pid in descendants(process.pid) if is_job(pid)]
    if jobs:
        os.kill(chance.choice(jobs), signal.SIGKILL)
    else:
        os.killpg(process.pid, signal.SIGKILL)


def descendants(pid):
    """Return the processes below one."""
    found = []
    children = Path(f"/proc/{pid}/task/{pid}/children")
    for child in children.read_text().split() if children.exists() else ():
        found += [int(child), *descendants(int(child))]
    return found


def is_job(pid):
    try:
        return b".snakemake/scripts" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def break_by_kills(folder, chance, kill, *, length, most):
    """Kill a run again and again; return how often."""
    n_kills = 0
    for _ in range(min(most, KILLS_A_RUN)):
        process = start(folder)
        try:
            process.wait(chance.uniform(0.05, 0.25) * length)
        except subprocess.TimeoutExpired:
            kill(process, chance)
            n_kills += 1
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        run(folder, "--unlock")
        if process.returncode == 0:
            break
    return n_kills


@contextmanager
def small_disk(folder, size):
    """Mount a disk of a size in bytes; yield a way to change it, or None."""
    mounted = mount(folder, f"size={size}")
    try:
        yield (lambda options: mount(folder, f"remount,{options}")) if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def mount(folder, options):
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    done = subprocess.run(words, capture_output=True, check=False)
    return done.returncode == 0


def break_by_disk(work, wholes, size):
    """Let the disk be full at some point."""
    folder = work / f"disk{size}"
    folder.mkdir()
    with small_disk(folder, size) as change:
        if change is None:
            return None, []
        brief_cohort(folder)
        status, _ = run(folder)
        failed = status != 0
        change("size=1g")
        return failed, finish(folder, wholes)


def break_by_read_only(work, wholes):
    """Make the disk read-only after the first results."""
    folder = work / "readonly"
    folder.mkdir()
    with small_disk(folder, 2**30) as change:
        if change is None:
            return None, []
        brief_cohort(folder)
        run(folder, "--", "check")
        if not change("ro"):
            return None, []
        status, _ = run(folder)
        change("rw")
        return status != 0, finish(folder, wholes)


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (700 * 2**20,) * 2)


def limit_time():
    resource.setrlimit(resource.RLIMIT_CPU, (4, 4))


def limit_files():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000,) * 2)


def break_by_limit(work, wholes, limit):
    """Run under a limit, then without."""
    folder = work / limit.__name__
    folder.mkdir()
    brief_cohort(folder)
    status, _ = run(folder, limit=limit)
    return status != 0, finish(folder, wholes)


def break_by_clock(work, wholes, *, length):
    """Stop a run, and find the clock days before or after when it goes on."""
    folder = work / "clock"
    folder.mkdir()
    brief_cohort(folder)
    for days in (-3, 3):
        process = start(folder)
        try:
            process.wait(0.3 * length)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
        run(folder, "--unlock")
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                moved = path.stat().st_mtime_ns + days * 86_400 * 10**9
                os.utime(path, ns=(moved, moved))
    status, said = run(folder)
    if status and "clock skew" not in said:
        return True, [f"the run did not go on: {said[-300:]}"]
    # As docs/troubleshooting.md has it: files from the future are of now.
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_mtime > time.time():
            os.utime(path)
    return True, finish(folder, wholes)


def break_by_second(work, wholes, *, length):
    """Start a second run while the first goes on: it must be refused."""
    folder = work / "second"
    folder.mkdir()
    brief_cohort(folder)
    process = start(folder)
    time.sleep(max(4.0, 0.25 * length))
    is_on = process.poll() is None
    status, said = run(folder)
    is_refused = status != 0 and "lock" in said.lower()
    process.wait()
    wrong = [] if process.returncode == 0 else ["the first run failed"]
    if is_on and not is_refused:
        wrong.append("a second run was not refused")
    return is_on, [*wrong, *finish(folder, wholes)]


def scenarios(work, wholes, chance, *, n_kills, length, is_short):
    """Yield what was done, how often it broke a run, and what was wrong after."""
    kills = [("scheduler killed", kill_scheduler)]
    if not is_short:
        kills.append(("job killed", kill_job))
    for name, kill in kills:
        done, turn = 0, 0
        while done < n_kills:
            folder = work / f"{kill.__name__}{turn}"
            folder.mkdir()
            brief_cohort(folder)
            rest = n_kills - done
            found = break_by_kills(folder, chance, kill, length=length, most=rest)
            done, turn = done + found, turn + 1
            yield name, found, finish(folder, wholes)
            shutil.rmtree(folder)
            if turn > n_kills:
                break
    tries = [
        (
            "limit of the size of files",
            lambda: break_by_limit(work, wholes, limit_files),
        ),
        ("second run at once", lambda: break_by_second(work, wholes, length=length)),
    ]
    if not is_short:
        tries += [
            ("disk full, early", lambda: break_by_disk(work, wholes, 2 * 2**20)),
            ("disk full, late", lambda: break_by_disk(work, wholes, 9 * 2**20)),
            ("disk read-only", lambda: break_by_read_only(work, wholes)),
            ("limit of memory", lambda: break_by_limit(work, wholes, limit_memory)),
            ("limit of time", lambda: break_by_limit(work, wholes, limit_time)),
            ("clock jumps", lambda: break_by_clock(work, wholes, length=length)),
        ]
    for name, attempt in tries:
        broke, wrong = attempt()
        yield name, broke, wrong


def try_all(work, *, seed, n_kills, is_short=False):
    """Yield a row a scenario: what, how often a run broke, and what was wrong."""
    chance = random.Random(seed)
    wholes = WholeRuns(work)
    length = wholes.run()
    yield from scenarios(
        work, wholes, chance, n_kills=n_kills, length=length, is_short=is_short
    )


def tabulate(rows):
    """Return the counts as a table of Markdown."""
    lines = [
        "| what | runs broken | runs that went on to the same bytes |",
        "|---|---:|---|",
    ]
    names = list(dict.fromkeys(name for name, *_ in rows))
    for name in names:
        own = [(broke, wrong) for what, broke, wrong in rows if what == name]
        if all(broke is None for broke, _ in own):
            lines.append(f"| {name} | – | not assessed: this machine does not let it |")
            continue
        good = sum(not wrong for _, wrong in own)
        n_broken = sum(int(broke or 0) for broke, _ in own)
        lines.append(f"| {name} | {n_broken} | {good} of {len(own)} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=10, help="of either kind")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.name}")
    words = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for row in try_all(
            Path(folder), seed=words.seed, n_kills=words.kills, is_short=words.short
        ):
            print(*row, flush=True)
            rows.append(row)
            if words.write:
                write_page(rows, words)
    print(tabulate(rows))
    sys.exit(any(wrong for *_, wrong in rows))


def write_page(rows, words):
    """Put what was tried so far into the page."""
    text = (
        f"`python benchmarks/crashes.py --seed {words.seed} --kills {words.kills}"
        " --write`: runs of a small cohort, broken, and run on. Good is one that"
        " ends in the bytes of a run that nobody disturbed, whose results hold"
        " against their checksums, and of which nothing was readable by others"
        f" before or after.\n\n{tabulate(rows)}"
    )
    PAGE.write_text(put_section(PAGE.read_text(), TITLE, text))


if __name__ == "__main__":
    main()
