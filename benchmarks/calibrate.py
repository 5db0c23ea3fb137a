"""Judge simulated cohorts with known truth, and write down how often it is right.

    python -m benchmarks.calibrate --folder <folder>                 all, in one process
    python -m benchmarks.calibrate --folder <folder> --shard 3/20    a part of it
    python -m benchmarks.calibrate --folder <folder> --report        docs/calibration.md

Every data set has a seed of its own, made of --seed, family, size and number; its
verdict is a line of JSON in the folder. A run that was killed goes on where it was, and
shards may run at the same time. After a change of the code everything is judged anew;
after one that should change no verdict, --adopt N judges N of the data sets anew and
keeps all of them if each comes out the same to the last digit.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.calibration.families import FAMILIES
from benchmarks.calibration.judging import RULES as OWN_RULES
from benchmarks.calibration.page import write_page
from benchmarks.calibration.peers import judge_by_peers
from benchmarks.calibration.records import (
    ADOPTED,
    SIZES,
    append_record,
    digest_of_code,
    plan_tasks,
    read_records,
    share_tasks,
)
from genostrat.seeds import random_generator

RULES = OWN_RULES | {"peers": judge_by_peers}
HOME = Path(__file__).resolve().parents[1]


def judge_task(task, *, seed):
    """Simulate one data set and judge it."""
    rng = random_generator(seed, "calibration", task.name)
    cohort = FAMILIES[task.family](rng, task.n)
    found = RULES[task.rule](cohort, seed=seed, name=task.name)
    return {"seed": seed, "about": cohort.about, **found}


def run(tasks, folder, *, shard, seed, minutes):
    """Judge what was not judged yet, until done or out of time."""
    code = digest_of_code()
    done = read_records(folder, code=code)
    left = [task for task in tasks if task not in done]
    print(f"{len(tasks) - len(left)} of {len(tasks)} judged before", flush=True)
    path = folder / f"{shard.replace('/', '-of-')}.jsonl"
    started = time.monotonic()
    for task in left:
        if time.monotonic() - started > 60 * minutes:
            print("out of time")
            return
        append_record(path, task, judge_task(task, seed=seed), code=code)


def adopt(folder, *, how_many, seed):
    """Keep records of other code if some of them, judged anew, come out the same."""
    code = digest_of_code()
    records = read_records(folder)
    tasks = sorted(records, key=repr)
    rng = random_generator(seed, "adopted")
    chosen = rng.choice(len(tasks), size=min(how_many, len(tasks)), replace=False)
    for task in (tasks[i] for i in sorted(chosen)):
        before = {**records[task], **asdict(task)}
        again = {**before, **judge_task(task, seed=before["seed"])}
        for record in (before, again):
            record.pop("seconds")
        if json.dumps(before) != json.dumps(again):
            sys.exit(f"{task} is judged otherwise now: nothing was adopted")
    old = {record["code"] for record in records.values()} - {code}
    (folder / ADOPTED).write_text(json.dumps(dict.fromkeys(sorted(old), code)))
    print(f"{len(chosen)} of {len(tasks)} judged anew, all the same: adopted")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--shard", default="1/1", metavar="I/N")
    parser.add_argument("--families", nargs="+", default=list(FAMILIES))
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES))
    parser.add_argument("--sets", type=int, default=300, help="data sets a family, n")
    parser.add_argument(
        "--whole-sets",
        type=int,
        default=40,
        help="data sets without groups that are judged to the end, also where it is"
        " certain before that they are not supported",
    )
    parser.add_argument(
        "--m3c-sets",
        type=int,
        default=100,
        help="data sets without groups that M3C's rule judges too",
    )
    parser.add_argument(
        "--peer-sets",
        type=int,
        default=60,
        help="data sets without groups that gap, dip, PAC and silhouettes judge too",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--report", action="store_true")
    parser.add_argument("--adopt", type=int, metavar="N")
    parser.add_argument("--out", type=Path, default=HOME / "docs/calibration.md")
    words = parser.parse_args()
    unknown = sorted(set(words.families) - set(FAMILIES))
    if unknown:
        sys.exit(f"there is no family {unknown[0]!r}: {', '.join(FAMILIES)}")
    if words.adopt:
        adopt(words.folder, how_many=words.adopt, seed=words.seed)
        return
    if words.report:
        records = read_records(words.folder, code=digest_of_code())
        if not records:
            sys.exit(f"nothing judged by the present code in {words.folder}")
        words.out.write_text(write_page(list(records.values())))
        return
    tasks = plan_tasks(
        families=words.families,
        sizes=words.sizes,
        sets=words.sets,
        whole_sets=words.whole_sets,
        m3c_sets=words.m3c_sets,
        peer_sets=words.peer_sets,
    )
    run(
        share_tasks(tasks, words.shard),
        words.folder,
        shard=words.shard,
        seed=words.seed,
        minutes=words.minutes,
    )


if __name__ == "__main__":
    main()
