"""Every output of every rule stands in the registry, and nothing else does."""

import re
from pathlib import Path

import pytest

from genostrat.registry import all_tables, entry_at

HOME = Path(__file__).resolve().parents[2]
HEAD = re.compile(r"^(?:use rule (\w+) as (\w+) with|rule (\w+)):\n", re.M)
DIRECTIVE = re.compile(r"^    (output|log|benchmark):\n((?:        .*\n|\n)+)", re.M)
#: Where names of the registry begin, in the words of the rules.
ROOTS = {"<results>/{cohort}/": "", "<logs>/": "logs/", "<resources>/": "resources/"}


def read_rules():
    """Yield rule, directive, path as the registry names it, and its flags."""
    for file in sorted((HOME / "rules").glob("*.smk")):
        parts = HEAD.split(file.read_text())
        for _, derived, plain, body in zip(*[iter(parts[1:])] * 4, strict=True):
            for directive, block in DIRECTIVE.findall(body):
                for line in re.findall(r"[^\n]*\"<[^\n]*", block):
                    path = re.search(r'"([^"]+)"', line).group(1)
                    yield derived or plain, directive, path, line


def name_of(path):
    root = next(root for root in ROOTS if path.startswith(root))
    return re.sub(r"\{(\w+)\}", r"<\1>", ROOTS[root] + path.removeprefix(root))


WRITTEN = list(read_rules())
OUTPUTS = [
    (rule, name_of(path), line) for rule, d, path, line in WRITTEN if d == "output"
]


def is_folder(line):
    return "directory(" in line


def example_of(name):
    """Put something in the place of every placeholder."""
    return re.sub(r"<\w+>", "7", name)


def entries_below(name):
    return [t for t in all_tables().values() if t.name.startswith(f"{name}/")]


def test_the_rules_were_read():
    assert len(OUTPUTS) > 90
    assert {"simulate_cohort", "gather_panel", "render_report"} <= {
        r for r, *_ in OUTPUTS
    }


@pytest.mark.parametrize(("rule", "name", "line"), OUTPUTS)
def test_every_output_stands_in_the_registry(rule, name, line):
    if is_folder(line):
        found = entries_below(name)
        assert found, f"{rule} writes the folder {name}: what is in it?"
    else:
        entry = entry_at(example_of(name))
        assert entry is not None, f"{rule} writes {name}: add it to genostrat/registry"
        found = [entry]
    for entry in found:
        assert entry.temporary == ("temp(" in line), entry.name


def test_every_log_and_benchmark_stands_in_the_registry():
    for rule, directive, path, _ in WRITTEN:
        if directive != "output":
            assert entry_at(example_of(name_of(path))) is not None, (rule, path)


@pytest.mark.parametrize("name", sorted(all_tables()))
def test_every_entry_is_written_by_a_rule(name):
    files = {example_of(path) for _, path, line in OUTPUTS if not is_folder(line)}
    folders = [example_of(path) for _, path, line in OUTPUTS if is_folder(line)]
    more = {
        example_of(name_of(path))
        for _, d, path, _ in WRITTEN
        if d in ("log", "benchmark")
    }
    example = example_of(name)
    is_output = example in files or any(example.startswith(f"{f}/") for f in folders)
    # Every job leaves a log, a benchmark and checksums.
    job = re.sub(r"<job>", r"(?:\\w|\\.)+", re.sub(r"<cohort>", "7", name))
    of_jobs = any(re.fullmatch(job, path) for path in more)
    assert is_output or of_jobs or name == "checksums/<job>.json"


def test_no_two_rules_write_one_file():
    names = [name for _, name, _ in OUTPUTS]
    assert len(names) == len(set(names))
