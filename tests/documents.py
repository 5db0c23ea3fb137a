"""The documentation as something that can be run: its code blocks, and what they are.

The language of a fence says what a block is:

``sh``
    Commands. They are run in bash, block after block, in a folder that stands for a
    checkout in which the toy cohorts were run.
``console``
    Commands behind ``$ ``, and what they print. A line ``…`` stands for any lines.
``yaml``
    A part of a cohort's file, held against the schema.
``python``
    An example with ``>>>``, run by doctest.
``text``, ``tsv``
    Neither.

A comment on the line before says why a block cannot be run here::

    <!-- not run: needs a Slurm cluster -->
    <!-- planned: takes an hour -->

Commands of a block that is not run are parsed; those of a planned one are run with
``-n``. ``<!-- real: COHORT -->`` is a block that is run on a real cohort, where it is.
"""

import json
import re
import shlex
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

HOME = Path(__file__).resolve().parents[1]
PAGES = [
    *sorted(p for p in HOME.glob("*.md") if p.name != "CHANGELOG.md"),
    *sorted((HOME / "docs").glob("*.md")),
    *sorted((HOME / "docs/decisions").glob("*.md")),
    HOME / "config/README.md",
]
LANGUAGES = ("sh", "console", "yaml", "python", "text", "tsv")
_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\S*)\s*$")
_MARK = re.compile(r"^ *<!-- (?P<kind>not run|planned|real): (?P<reason>.+) -->$")
_QUOTE = re.compile(r"^ *<!-- in short: (?P<cohort>\w+) -->$")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    `start` and `stop` are the lines of its text, from 0; `mark` is ``not run``,
    ``planned``, ``real`` or blank.
    """

    path: Path
    start: int
    stop: int
    indent: int
    language: str
    lines: tuple
    mark: str = ""
    reason: str = ""

    @property
    def name(self):
        return f"{self.path.relative_to(HOME)}:{self.start}"

    @property
    def text(self):
        return "".join(f"{line}\n" for line in self.lines)


def read_blocks(path):
    """Return the fenced blocks of a page."""
    blocks, opened, before = [], None, ""
    for number, line in enumerate(Path(path).read_text().splitlines()):
        fence = _FENCE.match(line)
        if opened is None and fence:
            mark = _MARK.match(before)
            kind, reason = (mark["kind"], mark["reason"]) if mark else ("", "")
            indent = len(fence["indent"])
            opened = Block(
                path, number + 1, 0, indent, fence["language"], (), kind, reason
            )
        elif opened is not None and fence:
            blocks.append(replace(opened, stop=number))
            opened = None
        elif opened is not None:
            opened = replace(opened, lines=(*opened.lines, line[opened.indent :]))
        before = line
    assert opened is None, f"{path}: a block does not end"
    return blocks


def read_inline(path):
    """Return the code in the text of a page, outside of blocks."""
    text = Path(path).read_text()
    text = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    return re.findall(r"(?<!`)`([^`\n]+(?:\n[^`\n]+)?)`(?!`)", text)


def read_quotes(path):
    """Return cohort → sentences of its report that a page quotes, as ``> * `` lines."""
    found, cohort = {}, None
    for line in Path(path).read_text().splitlines():
        mark = _QUOTE.match(line)
        if mark:
            cohort = mark["cohort"]
            found[cohort] = []
        elif cohort and line.startswith("> * "):
            found[cohort].append(line.removeprefix("> * "))
        elif cohort and line and not line.startswith(">"):
            cohort = None
    return found


def read_in_short(folder, cohort):
    """Return the sentences with which the report of a finished cohort begins."""
    path = Path(folder, "results", cohort, "report/summary.json")
    sentences = json.loads(path.read_text())["in_short"]
    return [sentence["text"].replace("\xa0", " ") for sentence in sentences]


def steps(block):
    """Return the commands of a block, each with the lines that it is said to print."""
    if block.language == "sh":
        return [(block.text, None)]
    found = []
    for line in block.lines:
        if line.startswith("$ "):
            found.append([line.removeprefix("$ "), []])
        elif found and line.startswith("> ") and not found[-1][1]:
            found[-1][0] += f"\n{line.removeprefix('> ')}"
        else:
            assert found, f"{block.name}: output before the first command"
            found[-1][1].append(line)
    return [(command, lines) for command, lines in found]


def commands(text):
    """Return the simple commands of shell text, each as its words."""
    found = []
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.commenters = "#"
        lexer.whitespace_split = True
        words = []
        for word in lexer:
            if word in ("&&", "||", ";", "|", "&"):
                found.append(words)
                words = []
            else:
                words.append(word)
        found.append(words)
    return [words for words in map(_without_files, found) if words]


def _without_files(words):
    """Leave out assignments before a command, and where its output goes."""
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    for sign in (">", ">>", "<", "2>", "2>&1"):
        if sign in words:
            words = words[: words.index(sign)]
    return words


def unquoted(text):
    """Return shell text with blanks for all that is quoted or a comment."""
    text = re.sub(r"(^|\s)#.*$", r"\1", text, flags=re.M)
    return re.sub(r"'[^']*'|\"[^\"]*\"", "''", text)


def matches(lines, printed):
    """Say whether output is as quoted; a line ``…`` stands for any lines.

    Spaces at the end of a line, and blank lines at the end, do not count.
    """
    parts = [re.escape(line.rstrip()) if line != "…" else None for line in lines]
    pattern = "".join("(?:.*\n)*?" if part is None else f"{part}\n" for part in parts)
    text = "".join(f"{line.rstrip()}\n" for line in printed.rstrip().splitlines())
    return re.fullmatch(pattern, text) is not None


def requote(lines, printed):
    """Return quoted lines anew: as many before and after all ``…`` as there were.

    Of lines between two ``…`` those are kept that are still printed.
    """
    new = [line.rstrip() for line in printed.rstrip().splitlines()]
    if "…" not in lines:
        return new
    head = lines.index("…")
    last = max(n for n, line in enumerate(lines) if line == "…")
    tail = len(lines) - 1 - last
    middle = [line for line in lines[head : last + 1] if line == "…" or line in new]
    return [*new[:head], *middle, *new[len(new) - tail :]]


def run_shell(text, *, folder, environment, shell="bash"):
    """Run shell text as a user would who stops at the first error."""
    options = ["-euo", "pipefail"] if shell == "bash" else ["-eu"]
    return subprocess.run(
        [shell, *options, "-c", text],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
