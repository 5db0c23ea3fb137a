"""The examples in the documentation of functions, and of pages, give what they say."""

import doctest
import importlib
import inspect
import re
import subprocess
import sys

import pytest
from documents import HOME, PAGES, read_blocks

import genostrat

MODULES = sorted(
    ".".join(path.relative_to(HOME).with_suffix("").parts)
    for path in (HOME / "genostrat").rglob("*.py")
    if ">>>" in path.read_text()
)
WALKS = [p for p in PAGES if any(b.language == "python" for b in read_blocks(p))]
API = HOME / "docs/api.md"


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """Make the folder that examples take for granted."""
    folder = tmp_path_factory.mktemp("examples")
    genostrat.simulate_cohort(folder / "toy", name="toy", seed=1, n_samples=60)
    genostrat.read_genotypes(
        folder / "toy/cohort.vcf.gz", folder / "toy/genotypes", build="GRCh38"
    )
    return folder


def run_examples(examples):
    said = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for example in examples:
        runner.run(example, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)
    return runner.tries


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module(name, toy, monkeypatch):
    monkeypatch.chdir(toy)
    module = importlib.import_module(name)
    assert run_examples(doctest.DocTestFinder().find(module, name)) > 0


@pytest.mark.parametrize("page", WALKS, ids=lambda page: page.name)
def test_examples_of_a_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "".join(b.text + "\n" for b in read_blocks(page) if b.language == "python")
    assert text.count(">>>") > 0
    parser = doctest.DocTestParser()
    run_examples([parser.get_doctest(text, {}, page.name, str(page), 0)])


def test_every_function_of_the_front_is_described_with_an_example():
    names = set(genostrat.__all__) - {"__version__"}
    described = set(re.findall(r"^### `(\w+)", API.read_text(), flags=re.M))
    assert described == names
    for name in names - {"GenostratError", "Problem"}:
        function = getattr(genostrat, name)
        assert ">>>" in function.__doc__, name
        for word in ("Parameters\n", "Examples\n"):
            assert word in function.__doc__, name


def test_tools_that_do_not_run_code_see_the_same_front():
    text = (HOME / "genostrat/__init__.py").read_text()
    told = re.findall(r"^    from genostrat\.([\w.]+) import (\w+) as \2$", text, re.M)
    assert {name: home for home, name in told} == genostrat._HOMES


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, genostrat; dir(genostrat)\n"
        "heavy = {'numpy', 'pandas', 'yaml', 'pysam', 'numba'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "genostrat.Problem\n"
        "try:\n    genostrat.nothing\n"
        "except AttributeError as error:\n    assert 'nothing' in str(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=HOME,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_an_example_that_is_wrong_is_found():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "x", "x", 0)
    with pytest.raises(AssertionError, match="Expected"):
        run_examples([wrong])


def test_what_can_be_left_out_has_to_be_named():
    """What has a default is named by whoever gives it: an order may change."""
    for name in set(genostrat.__all__) - {"__version__"}:
        offered = getattr(genostrat, name)
        if inspect.isclass(offered):
            continue
        for parameter in inspect.signature(offered).parameters.values():
            if parameter.default is not inspect.Parameter.empty:
                assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, (
                    f"{name}: {parameter}"
                )
