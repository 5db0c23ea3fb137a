"""A rule runs again when code that it uses changes, and is left alone otherwise."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import genostrat
from genostrat import provenance

HOME = Path(__file__).resolve().parents[2]
PACKAGE = HOME / "genostrat"
SCRIPTS = sorted((HOME / "scripts").glob("*.py"))

#: Script → a module that it must not depend on: what is between them is a table.
INDEPENDENT = [
    ("cluster_patients", "strata/verdict.py"),
    ("cluster_patients", "strata/judgement.py"),
    ("cluster_part", "strata/audit/confounders.py"),
    ("compare_partitions", "strata/verdict.py"),
    ("call_diplotypes", "pgx/guidance/advice.py"),
    ("read_genotypes", "qc/metrics.py"),
    ("compute_ancestry", "qc/ledger/rows.py"),
    ("judge_strata", "report/words/sentences.py"),
    ("test_response", "strata/judgement.py"),
    ("render_report", "strata/judgement.py"),
]
#: Script → a module that it depends on without naming it itself.
DEPENDENT = [
    ("read_knowledge", "pgx/knowledge/pypgx.py"),
    ("read_knowledge", "pgx/knowledge/alignment.py"),
    ("cluster_patients", "strata/clustering/kernels.py"),
    ("read_genotypes", "genotypes/kernels/fields.py"),
    ("judge_strata", "strata/verdict.py"),
    ("render_report", "report/words/sentences.py"),
]


#: The first line of a rule, plain or derived from another.
HEAD = r"^(?:use rule (\w+) as (\w+) with|rule (\w+)):\n"


def rules_with_scripts():
    """Yield each rule, the digest it carries and the script it runs."""
    scripts = {}
    for path in sorted((HOME / "rules").glob("*.smk")):
        text = path.read_text()
        parts = re.split(
            r"^(?:use rule (\w+) as (\w+) with|rule (\w+)):\n", text, flags=re.M
        )
        for base, derived, plain, body in zip(*[iter(parts[1:])] * 4, strict=True):
            name = derived or plain
            named = re.search(r'"\.\./scripts/(\w+)\.py"', body)
            scripts[name] = named.group(1) if named else scripts.get(base)
            if scripts[name] is not None:
                yield (
                    name,
                    re.findall(r"code=code_digest\(([^)]*)\)", body),
                    scripts[name],
                )


def test_every_rule_carries_the_digest_of_the_script_it_runs():
    seen = set()
    for name, digests, script in rules_with_scripts():
        assert digests == [f'"{script}"'], name
        seen.add(script)
    assert seen == {path.stem for path in SCRIPTS}


LOADED = """
import importlib.util, json, sys
loaded = {}
for script in sys.argv[1:]:
    for name in [n for n in sys.modules if n.split(".")[0] == "genostrat"]:
        del sys.modules[name]
    spec = importlib.util.spec_from_file_location("script", script)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    files = [getattr(m, "__file__", "") for n, m in sys.modules.items()
             if n.split(".")[0] == "genostrat"]
    loaded[script] = [file for file in files if not file.endswith("__init__.py")]
print(json.dumps(loaded))
"""


def test_no_digest_misses_a_module_that_its_script_loads():
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *map(str, SCRIPTS)],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=True,
    )
    # What the registry loads by name describes files, and changes no result.
    registry = frozenset((PACKAGE / "registry").rglob("*.py"))
    described = set(map(str, provenance._closure(registry)))
    for script, files in json.loads(done.stdout).items():
        known = set(map(str, provenance.code_files(script)))
        assert len(files) > 1, script
        assert set(files) <= known | described, script


def test_modules_are_loaded_by_name_in_known_places_only():
    """What is loaded so is in no digest, and may not change a result."""
    allowed = {"__init__.py", "registry/__init__.py", "registry/document.py"}
    for path in PACKAGE.rglob("*.py"):
        if re.search(r"import_module\(|__import__\(", path.read_text()):
            assert str(path.relative_to(PACKAGE)) in allowed


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of package and scripts, whose digests are computed anew at each call."""
    for folder in ("genostrat", "scripts"):
        shutil.copytree(
            HOME / folder,
            tmp_path / folder,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "genostrat")

    def digests():
        provenance._closure.cache_clear()
        provenance._imports_of.cache_clear()
        provenance._shipped_with.cache_clear()
        scripts = sorted((tmp_path / "scripts").glob("*.py"))
        return {path.stem: provenance.script_digest(path) for path in scripts}

    yield tmp_path, digests
    provenance._closure.cache_clear()
    provenance._imports_of.cache_clear()
    provenance._shipped_with.cache_clear()


def test_an_edit_reruns_the_rules_that_use_the_module_and_no_other(copy):
    home, digests = copy
    before = digests()
    assert len(set(before.values())) == len(SCRIPTS)
    for script, module in DEPENDENT + INDEPENDENT:
        path = home / "genostrat" / module
        text = path.read_text()
        path.write_text(text + "\n# edited\n")
        after = digests()
        path.write_text(text)
        users = {name for name in before if before[name] != after[name]}
        assert (script in users) == ((script, module) in DEPENDENT), (script, module)
        assert users, f"nobody uses {module}"
        using = {
            name
            for name in before
            if path in provenance.code_files(home / "scripts" / f"{name}.py")
        }
        assert users == using


def test_an_edited_template_reruns_what_fills_templates_and_nothing_else(copy):
    home, digests = copy
    before = digests()
    templates = sorted((home / "genostrat/report/templates").iterdir())
    assert len(templates) > 10
    for path in templates:
        path.write_text(path.read_text() + "\n")
    after = digests()
    users = {name for name in before if before[name] != after[name]}
    assert {"render_report", "render_patient_sheets", "render_cohorts"} <= users
    assert not {"check_inputs", "filter_samples", "cluster_patients"} & users


def test_every_file_of_the_package_that_is_no_code_is_known_to_digests():
    kinds = {p.suffix for p in PACKAGE.rglob("*") if p.is_file()}
    assert kinds - {".py", ".pyc", ".nbi", ".nbc"} == {".css", ".html", ".js"}


def test_where_the_checkout_lies_does_not_matter(copy):
    _, digests = copy
    copied = digests()
    provenance.PACKAGE = PACKAGE
    provenance._closure.cache_clear()
    provenance._imports_of.cache_clear()
    provenance._shipped_with.cache_clear()
    assert copied == {path.stem: provenance.script_digest(path) for path in SCRIPTS}


def test_imports_for_type_checkers_are_not_followed(tmp_path, monkeypatch):
    package = tmp_path / "genostrat"
    package.mkdir()
    for name in ("__init__", "other"):
        (package / f"{name}.py").write_text("")
    script = tmp_path / "run.py"
    script.write_text(
        "from typing import TYPE_CHECKING\n"
        "if TYPE_CHECKING:\n    from genostrat import other\n"
    )
    monkeypatch.setattr(provenance, "PACKAGE", package)
    assert provenance.code_files(script) == []
    later = tmp_path / "later.py"
    later.write_text("def main():\n    from genostrat import other\n")
    assert provenance.code_files(later) == [package / "other.py"]


def test_no_code_of_a_run_goes_through_the_front_of_the_package():
    """It loads by name, so no digest would hold what stands behind it."""
    for path in [*PACKAGE.rglob("*.py"), *(HOME / "scripts").glob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "genostrat":
                names = {alias.name for alias in node.names}
                assert not names & set(genostrat._HOMES), path
