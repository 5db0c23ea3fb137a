"""The rules of the house, held against every file so that they stay kept."""

import ast
import re
from pathlib import Path

import pytest
import yaml

HOME = Path(__file__).resolve().parents[2]
SMK_FILES = sorted((HOME / "rules").glob("*.smk"))
SCRIPTS = sorted((HOME / "scripts").glob("*.py"))
PACKAGE_FILES = sorted((HOME / "genostrat").rglob("*.py"))
TARGETS = {
    *("report", "check", "qc", "variants", "pgx", "strata", "assign", "response"),
    "verify",
    "profile",
    "studies",
    "bundle",
    "coordinate",
    "exports",
}
REQUIRED = (
    "input",
    "output",
    "log",
    "benchmark",
    "conda",
    "threads",
    "resources",
    "params",
    "message",
    "script",
)


def rules_of(path):
    """Return rule name → text of the rule."""
    parts = re.split(r"^rule (\w+):\n", path.read_text(), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


ALL_RULES = {
    name: text
    for path in SMK_FILES
    for name, text in rules_of(path).items()
    if name not in TARGETS
}


TOP_LEVEL = """
Snakefile rules scripts config envs resources tests results genostrat profiles
benchmarks docs README.md LICENSE CITATION.cff CHANGELOG.md
"""


def test_top_level_is_as_designed():
    for name in TOP_LEVEL.split():
        assert (HOME / name).exists(), name
    for name in ("scripts", "tests", "config"):
        assert not list((HOME / name).rglob("__init__.py")), "it sits on sys.path"


@pytest.mark.parametrize("name", sorted(ALL_RULES))
def test_every_rule_has_what_a_cluster_and_a_reader_need(name):
    text = ALL_RULES[name]
    directives = re.findall(r"^    (\w+):", text, flags=re.M)
    missing = [d for d in REQUIRED if d not in directives and d != "input"]
    assert not missing
    assert f'"../scripts/{name}.py"' in text
    assert re.search(rf'"<logs>/\{{cohort\}}/{name}(\.\{{(piece|part)\}})?\.log"', text)
    assert re.search(
        rf'"<results>/\{{cohort\}}/benchmarks/{name}(\.\{{(piece|part)\}})?\.tsv"', text
    )
    assert "mem_mb=" in text
    assert "runtime=" in text
    assert "lambda" not in text
    assert "run:" not in directives


def test_every_script_belongs_to_a_rule():
    assert {path.stem for path in SCRIPTS} == {*ALL_RULES, "verify"}


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_are_thin(path):
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    # Snakemake puts its own lines first, and a future import must be the first.
    assert "from __future__" not in text
    above, _, below = text.partition('if __name__ == "__main__":')
    assert below
    assert "snakemake" not in above
    assert "snakemake.config" not in below
    assert "with run_job(snakemake)" in below
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert [function.name for function in functions] == ["main"]
    assert not functions[0].args.args, "main takes keywords only"
    assert not functions[0].args.kw_defaults or not any(functions[0].args.kw_defaults)


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=lambda path: path.stem)
def test_modules_are_one_room(path):
    assert len(path.read_text().splitlines()) <= 500


def test_real_data_has_one_home():
    """Where real data lie is read in one place; every test and benchmark asks it."""
    name = "GENOSTRAT" + '_DATA"'
    paths = [p for f in ("benchmarks", "tests") for p in (HOME / f).rglob("*.py")]
    assert [p.name for p in paths if name in p.read_text()] == ["real_data.py"]


def test_no_pickle_anywhere():
    for path in [*PACKAGE_FILES, *SCRIPTS]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = [alias.name for alias in node.names]
                names.append(getattr(node, "module", None) or "")
                assert not {"pickle", "joblib", "dill", "shelve"} & set(names), path


def requirement_names(text):
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return {re.split(r"[<>=\[ ]", line)[0] for line in lines if line}


def test_the_conda_environment_names_the_same_packages():
    wanted = requirement_names((HOME / "envs/requirements.in").read_text())
    conda = yaml.safe_load((HOME / "envs/genostrat.yaml").read_text())
    names = {re.split(r"[<>= ]", line)[0] for line in conda["dependencies"]}
    renamed = {"snakemake": "snakemake-minimal", "isal": "python-isal"}
    assert names - {"python"} == {renamed.get(name, name) for name in wanted}


#: What a distribution is imported as, where that is not its name.
IMPORTED_AS = {
    "scikit-learn": "sklearn",
    "scikit-allel": "allel",
    "pyyaml": "yaml",
    "vl-convert-python": "vl_convert",
}


def is_used(name):
    """Say whether the workflow imports a distribution, finds it or runs by it."""
    if name == "snakemake-executor-plugin-slurm":
        return "executor: slurm" in (HOME / "profiles/slurm/profile.yaml").read_text()
    module = IMPORTED_AS.get(name, name)
    pattern = rf"^\s*(import|from) {module}\b|find_spec\(\"{module}\"\)"
    texts = (path.read_text() for path in [*PACKAGE_FILES, *SCRIPTS, *SMK_FILES])
    return any(re.search(pattern, text, flags=re.M) for text in texts)


def test_every_run_time_package_does_something():
    wanted = requirement_names((HOME / "envs/requirements.in").read_text())
    assert [name for name in sorted(wanted) if not is_used(name)] == []
    assert not is_used("statsmodels")


def test_locks_pin_every_package_with_hashes():
    for name in (
        *("requirements", "requirements-dev"),
        "requirements-installer",
        "requirements-browser",
    ):
        text = (HOME / f"envs/{name}.txt").read_text()
        pinned = re.findall(r"^[a-z0-9._-]+==[^\n]*", text, flags=re.M)
        assert len(pinned) > 0
        assert all(line.endswith("\\") for line in pinned), "each has hashes"
        wanted = requirement_names((HOME / f"envs/{name}.in").read_text()) - {"-c"}
        locked = {line.split("==")[0] for line in pinned}
        assert {name.lower() for name in wanted} <= locked


def test_profiles_set_no_default_resources():
    for path in (HOME / "profiles").rglob("*.yaml"):
        assert "default-resources" not in (yaml.safe_load(path.read_text()) or {})
