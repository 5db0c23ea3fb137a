"""Which data sets there are to judge, and the file of what was found."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from zlib import crc32

from benchmarks.calibration.families import (
    CONFOUNDED,
    FEW,
    HIDDEN,
    NULLS,
    PLANTED,
    SHAPES,
)
from genostrat.provenance import PACKAGE, code_files

SIZES = (60, 120, 500)
HERE = Path(__file__).parent
#: Which code's records count as another's, since they were judged alike.
ADOPTED = "adopted.json"


@dataclass(frozen=True)
class Task:
    """One data set and the rule that judges it."""

    family: str
    n: int
    number: int
    rule: str

    @property
    def name(self):
        """The name that the random streams of the data set depend on."""
        return f"{self.family}-{self.n}-{self.number}"


def plan_tasks(*, families, sizes, sets, whole_sets, m3c_sets, peer_sets=0):
    """Return every task, so that a run that is cut short has some of everything.

    Data sets are numbered; all first ones come first. Cohorts of 500 patients cost
    the most and are last among those of a number. From number `whole_sets` on,
    cohorts without groups are judged in brief; from `m3c_sets` on they are not judged
    by M3C's rule, planted ones always are. From `peer_sets` on, other rules are not
    asked, of cohorts without groups and of those that rules are compared by.
    """
    tasks = []
    for number in range(sets):
        for n in sizes:
            for family in families:
                kind = kind_of(family)
                groups = kind not in ("null", "hidden")
                whole = groups or number < whole_sets
                tasks.append(Task(family, n, number, "genostrat" if whole else "brief"))
                if kind in ("planted", "shapes") or (number < m3c_sets and not groups):
                    tasks.append(Task(family, n, number, "m3c"))
                if kind in ("null", "shapes") and number < peer_sets:
                    tasks.append(Task(family, n, number, "peers"))
    return tasks


def share_tasks(tasks, shard):
    """Return the i-th of n parts of the tasks, given ``i/n``, i from 1 on.

    Which part a task is in depends on its name alone, so that every part has its
    share of the slow ones.
    """
    part, parts = (int(word) for word in shard.split("/"))
    if not 1 <= part <= parts:
        raise ValueError(f"there is no part {shard}")
    return [
        task
        for task in tasks
        if crc32(f"{task.name} {task.rule}".encode()) % parts == part - 1
    ]


def digest_of_code():
    """Return a digest of all that a verdict depends on.

    That is the profile and strata stages with their statistics and random streams, and
    the cohorts; neither how a verdict is worded nor how files are written.
    """
    digest = hashlib.sha256()
    for path in [*deciding_files(), HERE / "families.py", HERE / "judging.py"]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def deciding_files():
    """Return the library's files that a verdict depends on."""
    rooms = {PACKAGE / room for room in ("profile", "strata", "stats")}
    return [
        path
        for path in code_files(HERE / "judging.py")
        if path.name != "verdict.py"
        and (rooms & set(path.parents) or path == PACKAGE / "seeds.py")
    ]


def read_records(folder, *, code=None):
    """Return the records of a folder, by task; those of other code are left out.

    Code counts as the present one if records of it were adopted. A line that a killed
    run left unfinished is passed over.
    """
    found = {}
    adopted = Path(folder) / ADOPTED
    known = json.loads(adopted.read_text()) if adopted.is_file() else {}
    codes = {code, *(old for old, new in known.items() if new == code)}
    for path in sorted(Path(folder).glob("*.jsonl")):
        for line in path.read_text().splitlines():
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue
            if code is None or record["code"] in codes:
                task = Task(*(record[field] for field in Task.__dataclass_fields__))
                found[task] = record
    return found


def append_record(path, task, record, *, code):
    """Write one record as a line of its own, also behind an unfinished one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut_short = path.is_file() and not path.read_bytes().endswith(b"\n")
    with path.open("a") as file:
        line = json.dumps({**asdict(task), "code": code, **record})
        file.write(("\n" if cut_short else "") + line + "\n")


def kind_of(family):
    """Say what kind of family one is: null, confounded, hidden, planted and so on."""
    kinds = {
        "null": NULLS,
        "confounded": CONFOUNDED,
        "hidden": HIDDEN,
        "planted": PLANTED,
        "few": FEW,
        "shapes": SHAPES,
    }
    return next(kind for kind, families in kinds.items() if family in families)
