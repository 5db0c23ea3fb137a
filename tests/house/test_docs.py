"""The documentation, read: every command in it is one that can be given."""

import re
import shutil
import subprocess
from importlib.util import find_spec

import pytest
import yaml
from documents import (
    HOME,
    LANGUAGES,
    PAGES,
    commands,
    read_blocks,
    read_inline,
    steps,
    unquoted,
)
from snakemake.cli import get_argument_parser, parse_config

from genostrat.config.schema.keys import cohort_schema, config_schema
from genostrat.config.validation import find_problems
from genostrat.door.main import make_parser
from genostrat.door.passing import take_apart
from genostrat.door.workflow import COMMANDS, targets
from genostrat.errors import GenostratError

BLOCKS = [block for page in PAGES for block in read_blocks(page)]
SHELL = [block for block in BLOCKS if block.language in ("sh", "console")]
#: Programs that the documentation may call; anything else is a slip of the pen.
OTHERS = frozenset(
    {
        *("cp", "cut", "grep", "head", "cat", "cd", "ls", "mkdir", "source", "pip"),
        *("tmux", "squeue", "scancel", "bcftools", "plink2", "gatk"),
    }
)
OURS = ("snakemake", "genostrat", "make", "python")
MAKE_TARGETS = set(
    re.findall(r"^([a-z-]+):", (HOME / "Makefile").read_text(), flags=re.M)
)


def named(blocks):
    return pytest.mark.parametrize("block", blocks, ids=[b.name for b in blocks])


@named(BLOCKS)
def test_every_block_says_what_it_is(block):
    assert block.language in LANGUAGES, "```sh, ```console, ```yaml, …"
    if block.language in ("text", "tsv"):
        first = {line.removeprefix("$ ").split(" ")[0] for line in block.lines}
        assert not first & {*OURS}, "a command stands in a block of text"


def check_command(words):
    """Make sure that a command could be given; its files need not be there."""
    program, *arguments = words
    match program.removeprefix(".venv/bin/"):
        case "snakemake":
            check_snakemake(arguments)
        case "genostrat" if arguments in [
            ["init"],
            ["release"],
            ["held"],
            *([n] for n in COMMANDS),
        ]:
            pass  # the command is spoken of, not given
        case "genostrat" if arguments[0] in (
            "init",
            "panel",
            "release",
            "verify",
            "held",
        ):
            make_parser().parse_args(arguments)
        case "genostrat" if arguments[0] in COMMANDS:
            request = take_apart(arguments[1:])
            if arguments[0] == "run":
                check_targets(request.words)
            parse_config(request.config)
            check_snakemake([*request.passed, "--"])
        case "genostrat":
            with pytest.raises(SystemExit) as stop:
                make_parser().parse_args(arguments)
            assert stop.value.code == 0
        case "make":
            assert {a for a in arguments if "=" not in a} <= MAKE_TARGETS
        case "python" if arguments[0] == "-m":
            assert find_spec(arguments[1]), arguments
        case "python":
            assert arguments[0] == "-c" or (HOME / arguments[0]).is_file()
        case _:
            assert program in OTHERS, f"is {program} a program?"


def check_snakemake(arguments):
    options = get_argument_parser().parse_args(arguments)
    check_targets(options.targets)
    # Snakemake takes every word behind --config for a setting, targets too.
    for key in parse_config(options.config):
        assert key in config_schema()["properties"] | cohort_schema()["properties"]


def check_targets(words):
    assert {word for word in words if "/" not in word} <= {*targets(), "all"}


@named(SHELL)
def test_every_command_of_a_block_can_be_given(block):
    for text, _ in steps(block):
        checked = subprocess.run(
            ["bash", "-n", "-c", text], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
        for words in commands(text):
            check_command(words)
    if block.mark:
        assert len(block.reason) > 10, "say why it cannot be run"


@named(SHELL)
def test_every_command_means_the_same_in_zsh(block):
    """Unquoted brackets are patterns there, and one that fits no file is an error."""
    for text, _ in steps(block):
        assert not re.search(r"[\[?]", unquoted(text)), "quote it"


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@named(SHELL)
def test_zsh_gives_programs_the_same_words(block, tmp_path):
    programs = "".join(
        f"{name}() {{ printf '%s\\n' {name} \"$@\"; }}\n"
        for name in ("snakemake", "genostrat", "make", "python")
    )
    for text, _ in steps(block):
        ours = [words for words in commands(text) if words[0] in OURS]
        lines = "\n".join(
            line
            for line in text.replace("\\\n", " ").splitlines()
            if line.split(" ")[0] in OURS
        )
        found = [
            subprocess.run(
                [*shell, "-c", programs + lines],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            for shell in (["bash"], ["zsh", "-o", "interactivecomments"])
        ]
        assert [done.returncode for done in found] == [0, 0], found[1].stderr
        assert found[0].stdout == found[1].stdout
        assert not ours or found[0].stdout or lines == ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_the_text_can_be_given(page):
    for code in read_inline(page):
        words = code.replace("\n", " ").split(" ")
        if words[0] not in OURS or len(words) == 1 or "…" in code:
            continue
        for command in commands(re.sub(r"<\w+>", "PLACE", code.replace("\n", " "))):
            check_command(command)


@named([block for block in BLOCKS if block.language == "yaml"])
def test_every_example_of_a_config_is_one(block):
    """Each key for itself, since alternatives stand below each other."""
    for part in re.split(r"^(?=\w)", block.text, flags=re.M):
        data = yaml.safe_load(part)
        if not data:
            continue
        schema = cohort_schema() | {"required": []}
        if set(data) & {"cohorts", "cohort_dir", "studies"}:
            schema = config_schema()
        assert not find_problems(data, schema=schema, file=block.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", file.read_text(), flags=re.M)
            kept = [re.sub(r"[^\w\- ]", "", head.lower()) for head in heads]
            assert anchor in {head.replace(" ", "-") for head in kept}, target


def test_commands_that_cannot_be_given_are_found():
    """The slips that this page of tests is there for."""
    for text in (
        "snakemake --cores 2 --config cohorts=[ward] check",
        "snakemake --cores 2 checks",
        "genostrat run ward",
        "genostrat run --config seed",
        "make demos",
        "python -m genostrat.nothing",
        "snakmake -n",
    ):
        with pytest.raises((AssertionError, ValueError, SystemExit, GenostratError)):
            [check_command(words) for words in commands(text)]
    assert re.search(r"[\[?]", unquoted("snakemake --config cohorts=[ward]"))
    assert not re.search(r"[\[?]", unquoted("snakemake --config 'cohorts=[ward]'"))
