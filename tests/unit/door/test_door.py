"""The command line: what reaches Snakemake, and what is refused before it starts."""

import json
import os
import resource
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genostrat import __version__
from genostrat.door import launching, workflow
from genostrat.door.launching import make_command, usable_cores
from genostrat.door.main import main
from genostrat.door.passing import take_apart
from genostrat.home import workflow_home


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def started(monkeypatch):
    """Keep commands from being run; return those that would be."""
    commands = []

    def keep(command):
        commands.append(list(command))
        return 0

    monkeypatch.setattr(workflow, "start", keep)
    return commands


def options_of(command):
    """Return the option → values of a Snakemake command, and its targets."""
    separator = command.index("--")
    found, name = {}, None
    for word in command[3:separator]:
        if word.startswith("-"):
            name = word
            found[name] = []
        else:
            found[name].append(word)
    return found, command[separator + 1 :]


def test_help_answers_at_once():
    code = "import sys; from genostrat.door.main import main; main(['--help'])"
    script = f"try:\n    {code}\nexcept SystemExit:\n    pass\n" + (
        "heavy = {'numpy', 'pandas', 'yaml', 'pysam', 'snakemake', 'numba'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = os.environ | {"PYTHONPATH": str(workflow_home())}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.stdout.endswith("[]\n"), "nothing heavy is imported"
    # of the processor, since a machine may be busy with other work
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 0.3


def test_the_version_has_one_home(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert (stop.value.code, capsys.readouterr().out) == (0, f"{__version__}\n")
    citation = workflow_home() / "CITATION.cff"
    assert f"\nversion: {__version__}\n" in citation.read_text()


@pytest.mark.parametrize("words", [[], ["nonsense"], ["init"], ["--colour"]])
def test_a_command_that_is_not_understood_ends_with_2(words, capsys):
    with pytest.raises(SystemExit) as stop:
        main(words)
    assert stop.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("command", workflow.COMMANDS)
def test_every_command_explains_itself(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert "--profile" in capsys.readouterr().out


def test_check_names_cohorts_and_run_names_targets(started):
    assert main(["check", "toy", "toy_null"]) == 0
    assert main(["run", "qc", "--cohort", "toy", "-c", "3", "--config", "seed=2"]) == 0
    (checked, target), (run, targets) = map(options_of, started)
    assert (checked["--config"], target) == (['cohorts=["toy", "toy_null"]'], ["check"])
    assert checked["--cores"] == [str(usable_cores())]
    assert (run["--cores"], targets) == (["3"], ["qc"])
    assert run["--config"] == ["seed=2", 'cohorts=["toy"]']
    assert run["--snakefile"] == [str(workflow_home() / "Snakefile")]


def test_settings_never_swallow_a_target(started):
    """`snakemake --config cohorts=[ward] check` takes `check` for a setting."""
    assert main(["run", "--config", "cohorts=[toy]", "seed=3", "check", "-n"]) == 0
    found, targets = options_of(started[0])
    assert (found["--config"], targets) == (["cohorts=[toy]", "seed=3"], ["check"])


def test_what_is_not_ours_goes_to_snakemake_in_its_order(started):
    words = ["run", "--set-resources", "a:mem_mb=1", "b:mem_mb=2", "-k", "--cohort=toy"]
    assert main([*words, "--jobs", "5", "--", "results/x/y.tsv"]) == 0
    found, targets = options_of(started[0])
    assert found["--set-resources"] == ["a:mem_mb=1", "b:mem_mb=2"]
    assert found["--jobs"] == ["5"]
    assert "-k" in found
    assert "--cores" not in found, "--jobs says how many"
    assert targets == ["results/x/y.tsv"]


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), max_size=6))
def test_words_behind_two_dashes_are_never_options(words):
    request = take_apart(["--", *words])
    assert request.words == words
    assert make_command(request)[-len(words) - 1 :] == ["--", *words]


def test_a_shipped_profile_is_found_by_name_and_ones_own_comes_first(
    started, place, monkeypatch
):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(place / "own"))
    main(["run", "--cohort", "toy", "--profile", "slurm"])
    (place / "own/snakemake/slurm").mkdir(parents=True)
    main(["run", "--cohort", "toy", "--profile", "slurm"])
    shipped, own = (options_of(command)[0] for command in started)
    assert shipped["--profile"] == [str(workflow_home() / "profiles/slurm")]
    assert own["--profile"] == ["slurm"]
    assert "--cores" not in shipped


def test_a_cohort_may_be_a_path(started, place):
    (place / "else where").mkdir()
    (place / "else where/ward.yaml").write_text("samples: {path: a.tsv}\n")
    (place / "a.tsv").write_text("sample_id\n1\n")
    assert main(["check", "else where/ward.yaml"]) == 0
    config = options_of(started[0])[0]["--config"]
    folder = json.dumps(str(place / "else where"))
    assert config == ['cohorts=["ward"]', f"cohort_dir={folder}"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["check"], "no cohort is named"),
        (["check", "gone.yaml"], "there is no such cohort file"),
        (["run", "toy"], "genostrat run --cohort toy"),
        (["run", "qcc", "--cohort", "toy"], "did you mean qc?"),
        (["run", "--cohort", "toy", "--config", "cohorts=[a]"], "named twice"),
        (["run", "--cores", "0", "--cohort", "toy"], "--cores is no number"),
        (["run", "--cohort"], "lacks its value"),
        (["run", "--config", "--cohort", "toy"], "--config takes settings"),
        (["run", "-d", "gone"], "--directory is not there"),
        (["assign", "toy"], "takes a model and a cohort"),
        (["assign", "gone", "toy"], "there is no model in this folder"),
    ],
)
def test_what_is_wrong_is_said_before_anything_starts(started, words, part, capsys):
    assert main(words) == 1
    said = capsys.readouterr().err
    assert said.startswith("genostrat: ")
    assert part in said
    assert not started


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("samples: {pathh: a.tsv}", "did you mean path?"),
        ("samples: {path: gone.tsv}", "the file named by samples does not exist"),
        ("samples: [", "not valid YAML"),
    ],
)
def test_a_config_that_is_wrong_is_said_before_anything_starts(
    started, place, text, part, capsys
):
    (place / "sub/config/cohorts").mkdir(parents=True)
    (place / "sub/config/cohorts/ward.yaml").write_text(f"{text}\n")
    assert main(["check", "ward", "-d", "sub"]) == 1
    assert part in capsys.readouterr().err
    assert not started
    # with settings of the command line, which may mend it, Snakemake decides
    assert main(["check", "ward", "-d", "sub", "--config", "seed=2"]) == 0


def test_a_folder_with_a_config_of_its_own_decides_itself(started, place):
    (place / "config").mkdir()
    (place / "config/config.yaml").write_text("cohorts: [toy]\n")
    assert main(["run", "-n"]) == 0
    assert "--config" not in options_of(started[0])[0]


def test_assign_keeps_names_text(started, place):
    (place / "1e5").mkdir()
    (place / "1e5/model.json").write_text("{}")
    assert main(["assign", "1e5", "clinic", "-n"]) == 0
    found, targets = options_of(started[0])
    assert targets == ["assign"]
    assert found["--config"] == ['model="./1e5"', 'cohort="clinic"']


def test_verify_takes_a_folder_or_the_name_of_a_cohort(place, capsys):
    (place / "results/ward").mkdir(parents=True)
    for name in ("ward", "results/ward"):
        assert main(["verify", name]) == 1
        said = capsys.readouterr().out
        assert "results/ward: this is no folder of results with checksums" in said
    assert main(["verify", "gone"]) == 1


def run_python(code):
    return [sys.executable, "-c", code]


def test_the_exit_code_is_that_of_the_run(place):
    before = os.umask(0o022)
    try:
        assert launching.start(run_python("raise SystemExit(3)")) == 3
        code = "import os; os.kill(os.getpid(), 9)"
        assert launching.start(run_python(code)) == 128 + signal.SIGKILL
        made = "open('made', 'w')"
        assert launching.start(run_python(made)) == 0
        assert (place / "made").stat().st_mode & 0o777 == 0o640
    finally:
        os.umask(before)


def test_a_signal_reaches_the_run(place):
    code = (
        "import os, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "time.sleep(0.5)\n"  # until whoever started this one listens
        "os.kill(os.getppid(), signal.SIGTERM)\n"
        "time.sleep(20)\n"
    )
    assert launching.start(run_python(code)) == 7
